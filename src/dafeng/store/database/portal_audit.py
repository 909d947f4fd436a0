"""The audit log: rows that are only ever added, each chained to the one before."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dafeng.store.database.tables import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dafeng.store.database.connection import Database

AUDIT_LOCK = "audit"
PORTION = 5_000
"""Rows that are read at once. [rows]"""
FIRST_CHAIN = ""
"""What the first row is chained to."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the log.

    Parameters
    ----------
    at : str
        When (time with offset).
    request_id : str
        Under which the log of the server knows the request.
    door : str
        ``web``, ``api``, ``cli``.
    actor : str
        Who.
    act : str
        What was done or tried.
    outcome : str
        ``done``, ``refused`` or ``failed``.
    address, object, detail_json : str, optional
        From where; on what; more.
    number : int
        Counts up.
    chain : str
        Digest over the row and the chain before.
    """

    at: str
    request_id: str
    door: str
    actor: str
    act: str
    outcome: str
    address: str | None = None
    object: str | None = None
    detail_json: str | None = None
    number: int = 0
    chain: str = ""

    def content(self) -> bytes:
        """Return what its digest is over, beside the chain before: every other column, in one form."""
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "chain"}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


_NAMES = tuple(one.name for one in fields(AuditRow))
_COLUMNS = tuple(audit.c[name] for name in _NAMES)


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which rows.

    Parameters
    ----------
    actor, act, outcome : str, optional
        Only rows of this user, of acts that begin so, with this outcome.
    since, until : str, optional
        First and last day, ``2026-11-22``.
    """

    actor: str | None = None
    act: str | None = None
    outcome: str | None = None
    since: str | None = None
    until: str | None = None


def append_audit(database: Database, rows: list[AuditRow], digest: Callable[[bytes], str]) -> None:
    """Add rows at the end of the log, in their order.

    Parameters
    ----------
    database : Database
        Where.
    rows : list of AuditRow
        Number and chain are made here.
    digest : callable
        Bytes -> text that names its algorithm.
    """
    with database.writing(AUDIT_LOCK) as connection:
        last = connection.execute(
            sa.select(audit.c.number, audit.c.chain).order_by(audit.c.number.desc()).limit(1)
        ).one_or_none()
        number, chain = (0, FIRST_CHAIN) if last is None else last
        for row in rows:
            number += 1
            values = {name: getattr(row, name) for name in _NAMES} | {"number": number}
            chain = digest(chain.encode() + AuditRow(**values).content())
            connection.execute(audit.insert(), values | {"chain": chain})


def read_audit(
    database: Database, question: AuditQuestion, limit: int, offset: int
) -> tuple[list[AuditRow], int]:
    """Return a page of the log, the newest first, and the number of rows that are asked for."""
    chosen = _conditions(question)
    with database.reading() as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(audit).where(*chosen)).scalar_one()
        query = sa.select(*_COLUMNS).where(*chosen).order_by(audit.c.number.desc())
        rows = [AuditRow(*row) for row in connection.execute(query.limit(limit).offset(offset))]
    return rows, int(total)


def walk_audit(database: Database) -> Iterator[AuditRow]:
    """Yield the whole log in its order."""
    after = -1
    while True:
        query = sa.select(*_COLUMNS).where(audit.c.number > after).order_by(audit.c.number).limit(PORTION)
        with database.reading() as connection:
            rows = [AuditRow(*row) for row in connection.execute(query)]
        yield from rows
        if len(rows) < PORTION:
            return
        after = rows[-1].number


def _conditions(question: AuditQuestion) -> list[sa.ColumnElement[Any]]:
    chosen: list[sa.ColumnElement[Any]] = []
    if question.actor:
        chosen.append(audit.c.actor == question.actor)
    if question.act:
        chosen.append(audit.c.act.startswith(question.act, autoescape=True))
    if question.outcome:
        chosen.append(audit.c.outcome == question.outcome)
    if question.since:
        chosen.append(audit.c.at >= question.since)
    if question.until:
        chosen.append(audit.c.at < f"{question.until}U")  # after every time of the day, before the next day
    return chosen
