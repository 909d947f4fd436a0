"""Accounts that may sign in: read, made, and changed in a transaction that decides on what stands there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from dafeng.errors import InputRefused
from dafeng.store.database.tables import account

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.store.database.connection import Database

ACCOUNTS_LOCK = "accounts"
"""Lock under which accounts, sessions and keys of programs are written."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Parameters
    ----------
    actor : str
        Name of the user.
    kind : str
        ``local`` (a password) or ``oidc`` (single sign-on).
    created_by, created_at, changed_at : str
        Who made it; when; when it was changed last (time with offset).
    issuer, subject : str, optional
        Who vouches for the user, and as whom.
    secret : str, optional
        Hashed password with its parameters.
    must_change : bool
        The password must be changed before anything else.
    failures : int
        Wrong passwords in a row.
    locked_until, disabled_at : str, optional
        Until when no sign-in is tried; since when there is none.
    """

    actor: str
    kind: str
    created_by: str
    created_at: str
    changed_at: str
    issuer: str | None = None
    subject: str | None = None
    secret: str | None = None
    must_change: bool = False
    failures: int = 0
    locked_until: str | None = None
    disabled_at: str | None = None


_NAMES = tuple(one.name for one in fields(Account))
_COLUMNS = tuple(account.c[name] for name in _NAMES)


def read_accounts(database: Database) -> list[Account]:
    """Return all accounts by name."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(*_COLUMNS).order_by(account.c.actor)).all()
    return [_account_of(row) for row in rows]


def read_account(database: Database, actor: str) -> Account | None:
    """Return the account of a user; None if he has none."""
    with database.reading() as connection:
        return _fetch(connection, account.c.actor == actor)


def find_account(database: Database, issuer: str, subject: str) -> Account | None:
    """Return the account that an issuer vouches for; None if there is none."""
    with database.reading() as connection:
        return _fetch(connection, account.c.issuer == issuer, account.c.subject == subject)


def insert_account(database: Database, new: Account) -> None:
    """Write a new account.

    Raises
    ------
    InputRefused
        ``account_exists``.
    """
    with database.writing(ACCOUNTS_LOCK) as connection:
        if _fetch(connection, account.c.actor == new.actor) is not None:
            raise InputRefused.of("account_exists", actor=new.actor)
        connection.execute(account.insert(), _row(new))


def change_account(
    database: Database, actor: str, decide: Callable[[Account], dict[str, Any]]
) -> Account | None:
    """Change an account: what is decided is decided on what stands there when it is written.

    Parameters
    ----------
    database : Database
        Where.
    actor : str
        Whose account.
    decide : callable
        Gets the account, returns the values that become different; what it raises leaves all as it is.

    Returns
    -------
    Account or None
        As it stood before; None if there is none.
    """
    with database.writing(ACCOUNTS_LOCK) as connection:
        before = _fetch(connection, account.c.actor == actor)
        if before is None:
            return None
        values = {
            name: int(value) if isinstance(value, bool) else value for name, value in decide(before).items()
        }
        if values:
            connection.execute(account.update().where(account.c.actor == actor).values(**values))
        return before


def _fetch(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Account | None:
    row = connection.execute(sa.select(*_COLUMNS).where(*conditions)).one_or_none()
    return None if row is None else _account_of(row)


def _account_of(row: sa.Row[Any]) -> Account:
    values = dict(zip(_NAMES, row, strict=True))
    return Account(**{**values, "must_change": bool(values["must_change"])})


def _row(new: Account) -> dict[str, Any]:
    return {name: getattr(new, name) for name in _NAMES} | {"must_change": int(new.must_change)}
