"""Sessions of the portal: opened at sign-in, found by their cookie, ended by idleness, time or wish."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from dafeng.crypto import find_suite
from dafeng.errors import InputRefused
from dafeng.period import CST

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.store.database.portal_sessions import Session

SECRET_BYTES = 32
"""Random bytes of a cookie, of a form's proof, of a key. [B]"""
NOTED_EVERY_S = 60
"""How often the use of a session or key is noted. [s]"""
KEPT_DAYS = 30
"""How long a session that ran out stays in the database. [d]"""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session.

    Parameters
    ----------
    value : str
        Of its cookie; it stands nowhere else.
    session : Session
        As it is stored.
    """

    value: str
    session: Session


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that counts.

    Parameters
    ----------
    session : Session
        As it is stored.
    must_change : bool
        Its user must change the password before anything else.
    """

    session: Session
    must_change: bool


def open_session(portal: Portal, actor: str, address: str | None = None, replaces: str = "") -> OpenedSession:
    """Open a session for somebody who proved who he is; what he had before in the same browser ends.

    Parameters
    ----------
    portal : Portal
        Open portal.
    actor : str
        Who.
    address : str, optional
        From where.
    replaces : str
        Value of the cookie that came with the request.
    """
    from dafeng.store.database.portal_sessions import (  # noqa: PLC0415 (sqlalchemy)
        Session,
        forget_sessions,
        insert_session,
    )

    value, now = secrets.token_urlsafe(SECRET_BYTES), portal.now()
    session = Session(
        digest_of(portal, value), actor, secrets.token_urlsafe(SECRET_BYTES), now, now,
        move(now, timedelta(hours=portal.settings.session_hours)), address,
    )  # fmt: skip
    database = portal.public.database
    insert_session(database, session, replaces=digests_of(replaces) if replaces else ())
    forget_sessions(database, move(now, -timedelta(days=KEPT_DAYS)))
    return OpenedSession(value, session)


def find_session(portal: Portal, value: str) -> FoundSession | None:
    """Return the session of a cookie; None if there is none, it ran out, or its account is disabled."""
    from dafeng.store.database import portal_sessions as stored  # noqa: PLC0415 (sqlalchemy)

    found = stored.find_session(portal.public.database, digests_of(value))
    if found is None:
        return None
    session, must_change, disabled_at = found
    now = portal.now()
    if disabled_at is not None or not _counts(portal, session, now):
        return None
    if move(session.seen_at, timedelta(seconds=NOTED_EVERY_S)) <= now:
        note_later(lambda: stored.touch_session(portal.public.database, session.digest, now))
    return FoundSession(session, must_change)


def list_sessions(portal: Portal, book: Book) -> list[Session]:
    """Return one's own sessions that count, the newest first."""
    from dafeng.store.database.portal_sessions import read_sessions  # noqa: PLC0415 (sqlalchemy)

    now = portal.now()
    return [one for one in read_sessions(portal.public.database, book.actor) if _counts(portal, one, now)]


def end_session(portal: Portal, actor: str, digest: str) -> None:
    """End one session of a user.

    Raises
    ------
    InputRefused
        ``session_unknown``: he has none of this digest.
    """
    from dafeng.store.database.portal_sessions import end_sessions  # noqa: PLC0415 (sqlalchemy)

    if not end_sessions(portal.public.database, actor, portal.now(), only=digest):
        raise InputRefused.of("session_unknown")


def end_other_sessions(portal: Portal, actor: str, digest: str) -> int:
    """End all sessions of a user but one, and return how many."""
    from dafeng.store.database.portal_sessions import end_sessions  # noqa: PLC0415 (sqlalchemy)

    return end_sessions(portal.public.database, actor, portal.now(), but=digest)


def digest_of(portal: Portal, value: str) -> str:
    """Return the digest of a secret by the suite of the settings, with its name."""
    suite = find_suite(portal.settings.cryptography)
    return f"{suite.hash_name}:{suite.digest(value.encode())}"


def digests_of(value: str) -> list[str]:
    """Return the digests of a secret by every suite: the setting may have changed since it was made."""
    suites = (find_suite("international"), find_suite("national"))
    return [f"{suite.hash_name}:{suite.digest(value.encode())}" for suite in suites]


def move(time: str, span: timedelta) -> str:
    """Return a time moved by a span, as it is stored."""
    return (datetime.fromisoformat(time) + span).astimezone(CST).isoformat(timespec="seconds")


def note_later(note: Callable[[], None]) -> None:
    """Note a use beside the request: it waits for no writer, and a note that is lost does no harm."""

    def try_it() -> None:
        with suppress(InputRefused):
            note()

    _notes().submit(try_it)


@cache
def _notes() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "notes")


def _counts(portal: Portal, session: Session, now: str) -> bool:
    idle = move(session.seen_at, timedelta(minutes=portal.settings.session_idle_minutes))
    return now < session.expires_at and now < idle
