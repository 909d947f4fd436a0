"""Accounts, sessions, keys and the audit log in both databases."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from dafeng.errors import InputRefused
from dafeng.store.database import open_database
from dafeng.store.database.portal_accounts import (
    Account,
    change_account,
    find_account,
    insert_account,
    read_account,
)
from dafeng.store.database.portal_audit import (
    AuditQuestion,
    AuditRow,
    append_audit,
    read_audit,
    walk_audit,
)
from dafeng.store.database.portal_sessions import (
    Session,
    end_sessions,
    find_session,
    insert_session,
    read_sessions,
)
from dafeng.store.database.portal_tokens import Token, find_token, insert_token, revoke_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.store.database import Database

NOW, LATER = "2026-11-22T09:00:00+08:00", "2026-11-22T21:00:00+08:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = request.param == "sqlite"
    url = str(tmp_path / "portal.sqlite") if sqlite else request.getfixturevalue("postgres_url")
    with open_database(url) as opened:
        yield opened


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_what_was_written_is_read_and_found(database: Database) -> None:
    li = Account("li", "local", "admin", NOW, NOW, secret="hash", must_change=True)
    insert_account(database, li)
    assert read_account(database, "li") == li
    with pytest.raises(InputRefused, match="already"):
        insert_account(database, li)
    bound = {"issuer": "i", "subject": "s", "must_change": False, "failures": 3}
    assert change_account(database, "li", lambda _account: bound) == li
    found = find_account(database, "i", "s")
    assert found
    assert (found.actor, found.must_change, found.failures) == ("li", False, 3)
    assert change_account(database, "nobody", lambda _account: {}) is None

    first, second = (Session(name, "li", "c", NOW, NOW, LATER) for name in ("one", "two"))
    insert_session(database, first)
    insert_session(database, second, replaces=["one"])
    assert find_session(database, ["one"]) is None
    assert find_session(database, ["x", "two"]) == (second, False, None)
    assert read_sessions(database, "li") == [second]
    assert end_sessions(database, "li", LATER, but="two") == 0
    assert end_sessions(database, "li", LATER) == 1

    key = Token("t1", "d", "li", "export", "read", NOW, LATER)
    insert_token(database, key)
    assert find_token(database, ["d"]) == key
    change_account(database, "li", lambda _account: {"disabled_at": NOW})
    assert find_token(database, ["d"]) is None
    assert revoke_tokens(database, "li", LATER, "t1") == 1


def test_the_log_counts_up_and_cannot_be_changed(database: Database) -> None:
    rows = [
        AuditRow(f"2026-11-2{day}T09:00:00+08:00", "r", "web", actor, act, "done", detail_json='{"名":1}')
        for day, actor, act in ((1, "li", "sign_in"), (2, "wang", "sign_in"), (2, "li", "POST /x_y"))
    ]
    append_audit(database, rows[:2], digest)
    append_audit(database, rows[2:], digest)
    chain = ""
    for number, row in enumerate(walk_audit(database), 1):
        assert row.number == number
        assert row.chain == digest(chain.encode() + row.content())
        chain = row.chain
    for question, numbers in (
        (AuditQuestion(), [3, 2, 1]), (AuditQuestion(actor="li"), [3, 1]),
        (AuditQuestion(act="sign_"), [2, 1]),
        (AuditQuestion(act="POST /x%"), []), (AuditQuestion(until="2026-11-21"), [1]),
        (AuditQuestion(since="2026-11-22", outcome="done"), [3, 2]),
    ):  # fmt: skip
        found, total = read_audit(database, question, 10, 0)
        assert ([one.number for one in found], total) == (numbers, len(numbers))
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
