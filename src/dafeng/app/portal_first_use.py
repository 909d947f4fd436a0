"""The first use of a portal: one administrator with a password that is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.access.membership import ADMINISTRATOR, Membership
from dafeng.app.clock import parse_day
from dafeng.app.portal_accounts import make_account
from dafeng.app.register_access import grant_role

if TYPE_CHECKING:
    from dafeng.app.portal import Portal


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """The administrator that was made.

    Parameters
    ----------
    actor : str
        Name of the user.
    password : str
        Shown once; it must be changed at the first sign-in.
    """

    actor: str
    password: str


def prepare_first_administrator(portal: Portal, name: str = "admin") -> FirstAdministrator | None:
    """Make the first account, where there is none that an administrator could sign in with.

    A database without members gets a member of this name. One that has members already (used by commands so
    far) gets an account for the first of its administrators: who can open the database could make himself one
    anyway.

    Parameters
    ----------
    portal : Portal
        Open portal.
    name : str
        Name of the user where there is no administrator yet.

    Returns
    -------
    FirstAdministrator or None
        None where an administrator has an account already.
    """
    from dafeng.store.database import read_members  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_accounts import read_accounts  # noqa: PLC0415 (sqlalchemy)

    database, today = portal.public.database, portal.now()[:10]
    members = read_members(database)
    valid = (pl.col("valid_from") <= today) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= today))
    named = sorted(set(members.filter(valid & (pl.col("role") == ADMINISTRATOR))["actor"]))
    accounts = {one.actor: one.disabled_at is None for one in read_accounts(database)}
    if any(accounts.get(one, False) for one in named):
        return None
    if members.is_empty():
        local = portal.book_of(name)  # the first use: the local user acts in every role
        grant_role(local, Membership(name, ADMINISTRATOR, "*", None, parse_day(today)))
        portal.forget_rights()
        named = [name]
    without = [one for one in named if one not in accounts]
    if not without:
        return None
    made = make_account(portal, without[0], without[0])
    return None if made is None else FirstAdministrator(made.actor, made.password)
