"""Sessions of the portal: who is signed in, since when, until when."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dafeng.store.database.portal_accounts import ACCOUNTS_LOCK
from dafeng.store.database.tables import account, session

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.store.database.connection import Database


@dataclass(frozen=True, slots=True)
class Session:
    """One session; its cookie stands nowhere, only the digest over it.

    Parameters
    ----------
    digest : str
        Over the value of the cookie.
    actor : str
        Who signed in.
    csrf : str
        What his forms carry.
    created_at, seen_at, expires_at : str
        Sign-in; last request that was noted; when it ends anyway (times with offset).
    address : str, optional
        From where he signed in.
    ended_at : str, optional
        When it was ended.
    """

    digest: str
    actor: str
    csrf: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str | None = None
    ended_at: str | None = None


_NAMES = tuple(one.name for one in fields(Session))
_COLUMNS = tuple(session.c[name] for name in _NAMES)


def insert_session(database: Database, new: Session, *, replaces: Collection[str] = ()) -> None:
    """Write a new session, and end those in whose place it comes."""
    with database.writing(ACCOUNTS_LOCK) as connection:
        connection.execute(session.insert(), {name: getattr(new, name) for name in _NAMES})
        open_still = session.c.digest.in_(list(replaces)) & session.c.ended_at.is_(None)
        connection.execute(session.update().where(open_still).values(ended_at=new.created_at))


def find_session(database: Database, digests: Collection[str]) -> tuple[Session, bool, str | None] | None:
    """Return an open session with whether its account must change the password and since when it is disabled.

    Parameters
    ----------
    database : Database
        Where.
    digests : collection of str
        Digests over the value of the cookie, one an algorithm.
    """
    query = (
        sa.select(*_COLUMNS, account.c.must_change, account.c.disabled_at)
        .join(account, account.c.actor == session.c.actor)
        .where(session.c.digest.in_(list(digests)), session.c.ended_at.is_(None))
    )
    with database.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return Session(*row[: len(_NAMES)]), bool(row[len(_NAMES)]), row[len(_NAMES) + 1]


def touch_session(database: Database, digest: str, at: str) -> None:
    """Note that a session is in use."""
    with database.writing(ACCOUNTS_LOCK) as connection:
        connection.execute(session.update().where(session.c.digest == digest).values(seen_at=at))


def read_sessions(database: Database, actor: str) -> list[Session]:
    """Return the open sessions of a user, the newest first; some may have run out."""
    query = (
        sa.select(*_COLUMNS)
        .where(session.c.actor == actor, session.c.ended_at.is_(None))
        .order_by(session.c.created_at.desc(), session.c.digest)
    )
    with database.reading() as connection:
        return [Session(*row) for row in connection.execute(query)]


def end_sessions(
    database: Database, actor: str, at: str, *, only: str | None = None, but: str | None = None
) -> int:
    """End sessions of a user and return how many: all, or only one, or all but one."""
    chosen = (session.c.actor == actor) & session.c.ended_at.is_(None)
    if only is not None:
        chosen &= session.c.digest == only
    if but is not None:
        chosen &= session.c.digest != but
    with database.writing(ACCOUNTS_LOCK) as connection:
        return connection.execute(session.update().where(chosen).values(ended_at=at)).rowcount


def forget_sessions(database: Database, before: str) -> int:
    """Delete sessions that ran out before a time, and return how many."""
    with database.writing(ACCOUNTS_LOCK) as connection:
        return connection.execute(session.delete().where(session.c.expires_at < before)).rowcount
