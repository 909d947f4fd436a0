"""The audit log of the portal: written with every change and every sign-in, chained, read, verified."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dafeng.app.register_book import require
from dafeng.crypto import find_suite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.store.database.portal_audit import AuditQuestion, AuditRow

AUDIT = "audit"
"""The resource of the log."""
Outcome = Literal["done", "refused", "failed"]
LONGEST_TEXT = 400
"""Longest text of an act or object that is kept; the rest is cut. [characters]"""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is recorded.

    Parameters
    ----------
    actor : str
        Who; ``public`` without sign-in.
    act : str
        What was done or tried: ``sign_in``, ``POST /registers/{register_id}``.
    outcome : {"done", "refused", "failed"}
        How it ended.
    object : str, optional
        On what.
    door : str
        ``web``, ``api``, ``cli``.
    request_id : str
        Under which the log of the server knows the request.
    address : str, optional
        From where.
    detail : mapping
        More; never a password, a key or what a form held.
    """

    actor: str
    act: str
    outcome: Outcome
    object: str | None = None
    door: str = "cli"
    request_id: str = ""
    address: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What the check of the chain found.

    Parameters
    ----------
    rows : int
        Rows that were checked.
    broken_at : int, optional
        Number of the first row that does not follow from the one before; None if all do.
    head : str
        Chain of the last row: noted elsewhere, it shows later that nothing before was changed or cut off.
    """

    rows: int
    broken_at: int | None
    head: str


def record(portal: Portal, *entries: AuditEntry) -> None:
    """Add entries to the log.

    Raises
    ------
    InputRefused
        The database does not take them.
    """
    from dafeng.store.database.portal_audit import AuditRow, append_audit  # noqa: PLC0415 (sqlalchemy)

    now = portal.now()
    rows = [
        AuditRow(
            at=now, request_id=one.request_id, door=one.door, actor=one.actor[:LONGEST_TEXT],
            act=one.act[:LONGEST_TEXT], outcome=one.outcome, address=one.address,
            object=one.object and one.object[:LONGEST_TEXT],
            detail_json=json.dumps(one.detail, ensure_ascii=False, sort_keys=True) if one.detail else None,
        )
        for one in entries
    ]  # fmt: skip
    suite = find_suite(portal.settings.cryptography)
    append_audit(portal.public.database, rows, lambda data: f"{suite.hash_name}:{suite.digest(data)}")


def read_audit(
    book: Book, question: AuditQuestion, *, limit: int = 100, offset: int = 0
) -> tuple[list[AuditRow], int]:
    """Return a page of the log, the newest first, and the number of rows that are asked for.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    from dafeng.store.database.portal_audit import read_audit as fetch  # noqa: PLC0415 (sqlalchemy)

    require(book, "see", AUDIT)
    return fetch(book.database, question, limit, offset)


def verify_audit(book: Book) -> AuditCheck:
    """Walk through the whole log and check that every row follows from the one before.

    Numbers must count up by one, and each chain must be the digest over the chain before and the row. The
    digest names its algorithm, so that a log that changed its algorithm is still checked.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    from dafeng.store.database.portal_audit import FIRST_CHAIN, walk_audit  # noqa: PLC0415 (sqlalchemy)

    require(book, "see", AUDIT)
    number, chain = 0, FIRST_CHAIN
    for row in walk_audit(book.database):
        algorithm, _, digest = row.chain.partition(":")
        if algorithm not in {"sha256", "sm3"} or row.number != number + 1:
            return AuditCheck(number, row.number, chain)
        made = hashlib.new(algorithm, chain.encode() + row.content()).hexdigest()
        if made != digest:
            return AuditCheck(number, row.number, chain)
        number, chain = row.number, row.chain
    return AuditCheck(number, None, chain)
