"""Opening a database: what goes wrong is told with its cure, and a password is never shown."""

from __future__ import annotations

import os
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from tests.store.database.made_rows import REGIONS, head, made_frame, made_register, made_values
from tests.store.database.test_write_rows import codes

from dafeng.register.changes import Change
from dafeng.store.database import (
    connection,
    insert_frame,
    install_registers,
    new_row_id,
    open_database,
    read_rows,
    write_batch,
)
from dafeng.store.database.refusals import classify

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.register.model import Register
    from dafeng.store.database import Database


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_that_is_not_there(scheme: str) -> None:
    url = f"{scheme}://clerk:very-secret@127.0.0.1:1/registers"
    with pytest.raises(connection.InputRefused) as caught:
        open_database(url)
    assert [one.code for one in caught.value.findings] == ["register_database_unreachable"]
    for language in ("zh", "en"):
        assert "127.0.0.1" in caught.value.text(language)
        assert "very-secret" not in caught.value.text(language)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://clerk:very-secret@host/x",
        "sqlite://",
        "sqlite:///x.db?mode=ro",
        "postgresql://host:secret/x",
        "oops://",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(connection.InputRefused) as caught:
        open_database(url)
    assert [one.code for one in caught.value.findings] == ["register_database_url"]
    assert "secret" not in str(caught.value)


def test_a_path_and_its_url_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "台账 #1?.db"
    with open_database(str(path)) as database:
        assert database.dialect == "sqlite"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert connection.parse_url(f"sqlite:///{tmp_path}/a.db") == connection.parse_url(f"{tmp_path}/a.db")


def test_nothing_is_made_where_nothing_is_wanted(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    assert codes(lambda: open_database(str(missing), create=False)) == ["register_database_missing"]
    assert not missing.exists()
    (tmp_path / "file").write_text("x")
    assert codes(lambda: open_database(str(tmp_path / "file" / "a.db"))) == ["output_not_writable"]
    assert codes(lambda: open_database(str(tmp_path))) == ["register_database_unreachable"]


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "list.xlsx", tmp_path / "other.db"
    text.write_bytes(b"PK\x03\x04" * 300)
    assert codes(lambda: open_database(str(text))) == ["register_database_foreign"]
    assert text.read_bytes() == b"PK\x03\x04" * 300
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE firms (name TEXT)")
    raw.close()
    assert codes(lambda: open_database(str(other))) == ["register_database_foreign"]


def test_a_database_of_others_with_our_means_is_refused(database_url: str) -> None:
    """Others keep their edition by alembic too, and call tables as we do."""
    raw = sa.create_engine(connection.parse_url(database_url))
    statements = (
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "INSERT INTO alembic_version VALUES ('0002')",
        "CREATE TABLE batch (x INT)",
    )
    for statement in statements:
        with raw.begin() as other:
            other.execute(sa.text(statement))
        if statement.startswith("INSERT"):
            continue
        assert codes(lambda: open_database(database_url)) == ["register_database_foreign"]
    with raw.begin() as other:
        other.execute(sa.text("DROP TABLE alembic_version"))
    assert codes(lambda: open_database(database_url)) == ["register_database_foreign"]
    raw.dispose()


@pytest.mark.parametrize("password", ["very-secret", "very@secret", "very%40secret"])
def test_a_password_stands_in_no_message(password: str) -> None:
    for url in (
        f"postgresql://clerk:{password}@127.0.0.1:1/registers",
        f"postgresql://clerk@127.0.0.1:1/registers?password={password}&sslpassword={password}",
    ):
        with pytest.raises(connection.InputRefused) as caught:
            open_database(url)
        assert "secret" not in caught.value.text("zh") + caught.value.text("en")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, register: Register) -> None:
    path = str(tmp_path / "registers.db")  # a server looks after its own disk
    database = open_database(path)
    install_registers(database, [register], REGIONS)
    insert_frame(database, register, head("import"), made_frame(10))
    with database.engine.connect() as plain:
        pages = plain.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(raw: sa.Connection) -> None:
        raw.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")

    event.listen(database.engine, "begin", limit)
    more = made_frame(3000).tail(2900)
    assert codes(lambda: insert_frame(database, register, head("import"), more)) == ["register_database_full"]
    event.remove(database.engine, "begin", limit)
    assert read_rows(database, register).height == 10
    database.close()
    with open_database(path) as again:
        assert insert_frame(again, register, head("import"), more).rows == 2900


def test_a_damaged_file_is_named(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "a.db"
    with open_database(str(path)) as database:
        install_registers(database, [register], REGIONS)
        insert_frame(database, register, head("import"), made_frame(2000))
    content = bytearray(path.read_bytes())
    content[40_960:-4096] = b"\x5a" * (len(content) - 45_056)
    path.write_bytes(content)

    def read() -> None:
        with open_database(str(path)) as database:
            read_rows(database, register)

    assert codes(read) == ["register_database_damaged"]


def test_a_locked_database_is_told(
    database: Database, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WAIT_S", 1)
    change = [Change("insert", new_row_id(1), 0, made_values(1))]
    url = database.engine.url.render_as_string(hide_password=False)
    with open_database(url) as impatient, database.writing(register.id):
        assert codes(lambda: write_batch(impatient, register, head(), change)) == ["register_database_busy"]
        assert read_rows(impatient, register).is_empty(), "readers do not wait"
    assert write_batch(database, register, head(), change).rows == 1


def test_a_database_that_may_not_be_written(database: Database, register: Register) -> None:
    def forbid(raw: sa.Connection) -> None:
        raw.exec_driver_sql(
            "PRAGMA query_only = ON" if database.dialect == "sqlite" else "SET TRANSACTION READ ONLY"
        )

    event.listen(database.engine, "begin", forbid)
    change = [Change("insert", new_row_id(1), 0, made_values(1))]
    assert codes(lambda: write_batch(database, register, head(), change)) == ["register_database_read_only"]
    assert read_rows(database, register).is_empty()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_database(str(path)).close()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with open_database(str(path)) as database:
            refused = codes(lambda: install_registers(database, [made_register()], REGIONS))
    finally:
        tmp_path.chmod(0o700)
    assert refused[0] in {"register_database_read_only", "register_database_unreachable"}


def test_a_disk_that_fails_is_not_told_as_a_damaged_database() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    assert classify(error) == "register_database_failing"
