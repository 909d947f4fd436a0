"""The common tables: what the migrations make is what the code speaks of; later editions are refused."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.store.database.test_write_rows import codes

from dafeng.store.database import add_member, open_database, read_members, read_permissions
from dafeng.store.database.editions import EDITION, migration_config
from dafeng.store.database.tables import metadata

if TYPE_CHECKING:
    from dafeng.store.database import Database


def test_the_edition_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(migration_config()).get_heads() == [EDITION]


def test_migrations_make_what_the_code_speaks_of(database_url: str) -> None:
    with open_database(database_url) as database, database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_database_of_the_first_edition_is_brought_up(database_url: str) -> None:
    row = {"actor": "li", "role": "city", "region": "*", "valid_from": "2026-01-01", "granted_by": "x",
           "granted_at": "2026-01-01T00:00:00+08:00"}  # fmt: skip
    with open_database(database_url) as database:
        add_member(database, row)
        with database.writing("test") as connection:
            for name in ("ended_by", "ended_at"):
                connection.execute(sa.text(f"ALTER TABLE member DROP COLUMN {name}"))
            for name in ("account", "session", "token", "audit", "job"):
                connection.execute(sa.text(f"DROP TABLE {name}"))
            if database.dialect == "postgresql":
                connection.execute(sa.text("DROP FUNCTION audit_is_append_only()"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with open_database(database_url) as database:
        assert read_members(database).row(0, named=True)["ended_by"] is None
        assert read_permissions(database).is_empty()


def test_a_database_of_a_later_dafeng_is_refused(database_url: str) -> None:
    with open_database(database_url) as database, database.writing("test") as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert codes(lambda: open_database(database_url)) == ["register_database_newer"]


def test_many_open_a_new_database_at_once(database_url: str) -> None:
    opened: list[Database] = []
    failed: list[Exception] = []

    def open_it() -> None:
        try:
            opened.append(open_database(database_url))
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for database in opened:
        database.close()
    assert failed == []
    assert len(opened) == 8
