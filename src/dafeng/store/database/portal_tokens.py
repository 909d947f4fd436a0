"""Keys of programs (tokens): whose, for what, until when."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dafeng.store.database.portal_accounts import ACCOUNTS_LOCK
from dafeng.store.database.tables import account, token

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.store.database.connection import Database


@dataclass(frozen=True, slots=True)
class Token:
    """One key of a program; its value stands nowhere, only the digest over it.

    Parameters
    ----------
    token_id : str
        Name of the key within its value; not secret.
    digest : str
        Over the value.
    actor : str
        In whose name it acts.
    name : str
        What its owner calls it.
    scopes : str
        What it may be used for, joined by ``;``.
    created_at, expires_at : str
        When it was made; when it ends (times with offset).
    used_at, revoked_at : str, optional
        Last use that was noted; when it was taken back.
    """

    token_id: str
    digest: str
    actor: str
    name: str
    scopes: str
    created_at: str
    expires_at: str
    used_at: str | None = None
    revoked_at: str | None = None


_NAMES = tuple(one.name for one in fields(Token))
_COLUMNS = tuple(token.c[name] for name in _NAMES)


def insert_token(database: Database, new: Token) -> None:
    """Write a new key."""
    with database.writing(ACCOUNTS_LOCK) as connection:
        connection.execute(token.insert(), {name: getattr(new, name) for name in _NAMES})


def find_token(database: Database, digests: Collection[str]) -> Token | None:
    """Return a key that was not taken back, of an account that is not disabled and whose password stands.

    Parameters
    ----------
    database : Database
        Where.
    digests : collection of str
        Digests over its value, one an algorithm.
    """
    query = (
        sa.select(*_COLUMNS)
        .join(account, account.c.actor == token.c.actor)
        .where(
            token.c.digest.in_(list(digests)), token.c.revoked_at.is_(None), account.c.disabled_at.is_(None),
            account.c.must_change == 0,
        )
    )  # fmt: skip
    with database.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else Token(*row)


def touch_token(database: Database, token_id: str, at: str) -> None:
    """Note that a key is in use."""
    with database.writing(ACCOUNTS_LOCK) as connection:
        connection.execute(token.update().where(token.c.token_id == token_id).values(used_at=at))


def read_tokens(database: Database, actor: str) -> list[Token]:
    """Return the keys of a user that were not taken back, the newest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(token.c.actor == actor, token.c.revoked_at.is_(None))
        .order_by(token.c.created_at.desc(), token.c.token_id)
    )
    with database.reading() as connection:
        return [Token(*row) for row in connection.execute(query)]


def revoke_tokens(database: Database, actor: str, at: str, token_id: str | None = None) -> int:
    """Take back one key of a user, or all, and return how many."""
    chosen = (token.c.actor == actor) & token.c.revoked_at.is_(None)
    if token_id is not None:
        chosen &= token.c.token_id == token_id
    with database.writing(ACCOUNTS_LOCK) as connection:
        return connection.execute(token.update().where(chosen).values(revoked_at=at)).rowcount
