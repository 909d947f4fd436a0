"""Keys of programs (tokens): made by their owner, shown once, bound to scopes and a last day."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from dafeng.app.portal_sessions import NOTED_EVERY_S, SECRET_BYTES, digest_of, digests_of, move, note_later
from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.store.database.portal_tokens import Token

SCOPES = ("read", "write", "runs")
"""What a key may be used for: reading, changing registers and data, starting and cancelling runs.
Whatever its scopes, it never may more than its owner."""
MARK = "dafeng"
"""What every key begins with, so that one that got lost is recognised."""
MOST_DAYS = 366
"""Longest life. [d]"""
MOST_TOKENS = 20
"""Most keys of one user."""
LONGEST_NAME = 80
"""Longest name of a key. [characters]"""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A new key.

    Parameters
    ----------
    value : str
        What a program sends as ``Authorization: Bearer …``; shown once, it stands nowhere.
    token : Token
        As it is stored.
    """

    value: str
    token: Token


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What key is wanted.

    Parameters
    ----------
    name : str
        What its owner calls it.
    scopes : collection of str
        Some of :data:`SCOPES`.
    days : int
        How long it lasts. [d]
    """

    name: str
    scopes: Collection[str]
    days: int


def make_token(portal: Portal, book: Book, wish: TokenWish) -> NewToken:
    """Make a key in one's own name.

    Raises
    ------
    InputRefused
        ``token_name``, ``token_scope_unknown``, ``token_scope_none``, ``token_days``, ``token_many``.
    """
    from dafeng.store.database.portal_tokens import Token, insert_token  # noqa: PLC0415 (sqlalchemy)

    name = wish.name.strip()
    found = [
        Finding("token_scope_unknown", params={"scope": one, "suggestion": Suggestion(one, SCOPES)})
        for one in sorted(set(wish.scopes) - set(SCOPES))
    ]
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        found.append(Finding("token_name", params={"longest": LONGEST_NAME}))
    if not wish.scopes:
        found.append(Finding("token_scope_none"))
    if not 1 <= wish.days <= MOST_DAYS:
        found.append(Finding("token_days", params={"most": MOST_DAYS}))
    if len(list_tokens(portal, book)) >= MOST_TOKENS:
        found.append(Finding("token_many", params={"most": MOST_TOKENS}))
    if found:
        raise InputRefused(found)
    token_id, now = secrets.token_hex(6), portal.now()
    value = f"{MARK}_{token_id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    scopes = ";".join(one for one in SCOPES if one in wish.scopes)
    token = Token(
        token_id,
        digest_of(portal, value),
        book.actor,
        name,
        scopes,
        now,
        move(now, timedelta(days=wish.days)),
    )
    insert_token(portal.public.database, token)
    return NewToken(value, token)


def find_token(portal: Portal, value: str) -> Token:
    """Return the key that a program sent.

    Raises
    ------
    InputRefused
        ``token_refused``: there is none, it ran out or was taken back, or its owner cannot sign in.
    """
    from dafeng.store.database import portal_tokens as stored  # noqa: PLC0415 (sqlalchemy)

    now = portal.now()
    token = stored.find_token(portal.public.database, digests_of(value))
    if token is None or token.expires_at <= now:
        raise InputRefused.of("token_refused")
    if token.used_at is None or move(token.used_at, timedelta(seconds=NOTED_EVERY_S)) <= now:
        note_later(lambda: stored.touch_token(portal.public.database, token.token_id, now))
    return token


def list_tokens(portal: Portal, book: Book) -> list[Token]:
    """Return one's own keys, the newest first; some may have run out."""
    from dafeng.store.database.portal_tokens import read_tokens  # noqa: PLC0415 (sqlalchemy)

    return read_tokens(portal.public.database, book.actor)


def revoke_token(portal: Portal, book: Book, token_id: str) -> None:
    """Take back one of one's own keys.

    Raises
    ------
    InputRefused
        ``token_unknown``.
    """
    from dafeng.store.database.portal_tokens import revoke_tokens  # noqa: PLC0415 (sqlalchemy)

    if not revoke_tokens(portal.public.database, book.actor, portal.now(), token_id):
        raise InputRefused.of("token_unknown")
