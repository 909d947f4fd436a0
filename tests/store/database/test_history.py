"""History: nothing of it is changed or deleted, and what somebody did past the triggers is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from tests.store.database.made_rows import head, made_frame, made_values

from dafeng.register.changes import Change
from dafeng.store.database import (
    NewAttachment,
    add_attachments,
    head_of,
    insert_frame,
    new_row_id,
    read_batches,
    read_history,
    verify_history,
    withdraw_attachment,
    write_batch,
)

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.store.database import Database

A = new_row_id(1)


@pytest.fixture
def filled(database: Database, register: Register) -> Database:
    """Return a database with every kind of batch."""
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1))])
    insert_frame(database, register, head("import"), made_frame(20))
    write_batch(
        database, register, head(reason="typing error"), [Change("update", A, 1, {"staff": 3}, reason="row")]
    )
    add_attachments(database, register, head("attach"), [NewAttachment("a1", A, "验收.pdf", "0" * 64, 10)])
    withdraw_attachment(database, register, head("attach"), "a1")
    return database


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET after_json = '{}'", "DELETE FROM event", "UPDATE batch SET actor = 'nobody'",
        "DELETE FROM batch WHERE number = 2",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_history(filled: Database, statement: str) -> None:
    before = head_of(filled)
    with pytest.raises(exc.DBAPIError, match="append-only"), filled.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert verify_history(filled) == ()
    assert head_of(filled) == before


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE event SET after_json = '{}' WHERE version = 2", 1),
        ("DELETE FROM event WHERE version = 2", 1),
        ("UPDATE event SET reason = 'better' WHERE version = 2", 1),
        ("UPDATE batch SET actor = 'nobody' WHERE number = 2", 1),
        ("DELETE FROM batch WHERE number = 3", 2),
        ("UPDATE attachment SET sha256 = 'another'", 1),
        ("DELETE FROM attachment", 2),
    ],
)
def test_what_was_done_past_the_triggers_is_found(filled: Database, statement: str, found: int) -> None:
    assert verify_history(filled) == ()
    with filled.engine.begin() as connection:
        for name in ("event", "batch"):
            if filled.dialect == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {name}_keeps_update")
                connection.exec_driver_sql(f"DROP TRIGGER {name}_keeps_delete")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {name}_keeps ON {name}")
        connection.exec_driver_sql(statement)
    findings = verify_history(filled)
    assert [one.code for one in findings] == ["register_history_altered"] * found


def test_history_is_read_by_row_batch_and_register(filled: Database, register: Register) -> None:
    history = read_history(filled, register_id=register.id)
    assert history.height == 22
    assert read_history(filled, register_id="other").is_empty()
    of_row = read_history(filled, row_id=A)
    assert of_row["version"].to_list() == [1, 2]
    assert of_row["reason"].to_list() == [None, "row"]
    batch = read_batches(filled, register_id=register.id)["batch_id"][3]
    assert read_history(filled, batch_id=batch).height == 20
    assert read_batches(filled, batch_id=batch)["rows"].to_list() == [20]
    assert read_batches(filled, limit=2)["act"].to_list() == ["attach", "attach"]


def test_the_head_changes_with_every_batch(database: Database, register: Register) -> None:
    heads = [head_of(database)]
    write_batch(database, register, head("add"), [Change("insert", A, 0, made_values(1))])
    heads.append(head_of(database))
    add_attachments(database, register, head("attach"), [NewAttachment("a1", A, "x.pdf", "0" * 64, 10)])
    heads.append(head_of(database))
    assert heads[0] == "0"
    assert len(set(heads)) == 3


def test_numbers_follow_the_order_of_commits(database: Database, register: Register) -> None:
    for number in range(3):
        write_batch(
            database, register, head("add"), [Change("insert", new_row_id(number), 0, made_values(number))]
        )
    with database.reading() as connection:
        numbers = connection.execute(sa.text("SELECT number FROM batch ORDER BY number")).scalars().all()
    assert numbers == [1, 2, 3]
