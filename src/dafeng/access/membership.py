"""Who may become a member and whose role may end: checks before the store writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.access.contracts import Members
from dafeng.access.grants import EVERYTHING
from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion, frame_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Membership:
    """A role of somebody.

    Parameters
    ----------
    actor, role : str
        Who; role of the vocabulary ``access_role``.
    region : str
        Region of the member, ``*`` for all.
    agency : str, optional
        Agency of the member; None if he belongs to none.
    valid_from : datetime.date
        First day.
    valid_to : datetime.date, optional
        Last day; None: until it is ended.
    """

    actor: str
    role: str
    region: str
    agency: str | None
    valid_from: date
    valid_to: date | None = None


def admit_member(
    members: pl.DataFrame,
    wanted: Membership,
    granted: tuple[str, str],
    regions: Collection[str],
    agencies: Collection[str],
) -> pl.DataFrame:
    """Return the line of a new member, or refuse it.

    Parameters
    ----------
    members : Members
        Those that there are, of any day.
    wanted : Membership
        The new one.
    granted : (str, str)
        Who grants it and when (time with offset).
    regions, agencies : collection of str
        Codes of the pack.

    Returns
    -------
    Members
        One row.

    Raises
    ------
    InputRefused
        ``code_unknown``, ``access_dates_crossed``, ``access_member_twice``, ``access_first_administrator``:
        the first member must be an administrator from today on without end, or nobody could admit a second.
    """
    granted_by, granted_at = granted
    problems = [
        *_unknown("access_role", wanted.role, terms.codes("access_role")),
        *_unknown("regions", wanted.region, {*regions, EVERYTHING}),
        *(_unknown("agencies", wanted.agency, {*agencies, EVERYTHING}) if wanted.agency else ()),
    ]
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        params = {"first": wanted.valid_from.isoformat(), "last": wanted.valid_to.isoformat()}
        problems.append(Finding("access_dates_crossed", params=params))
    again = _overlapping(members, wanted)
    if not again.is_empty():
        params = {"actor": wanted.actor, "role": wanted.role, "first": again["valid_from"][0]}
        problems.append(Finding("access_member_twice", params=params))
    lasting = wanted.valid_to is None and wanted.valid_from.isoformat() <= granted_at[:10]
    if members.is_empty() and not (wanted.role == ADMINISTRATOR and lasting):
        problems.append(Finding("access_first_administrator"))
    if problems:
        raise InputRefused(problems)
    row = {
        "actor": wanted.actor, "role": wanted.role, "region": wanted.region, "agency": wanted.agency,
        "valid_from": wanted.valid_from.isoformat(), "granted_by": granted_by, "granted_at": granted_at,
        "valid_to": None if wanted.valid_to is None else wanted.valid_to.isoformat(),
    }  # fmt: skip
    return frame_of([row], Members)


def _unknown(vocabulary: str, value: str, known: Collection[str]) -> list[Finding]:
    if value in known:
        return []
    params = {"value": value, "vocabulary": vocabulary, "suggestion": Suggestion(value, known)}
    return [Finding("code_unknown", params=params)]


def _overlapping(members: pl.DataFrame, wanted: Membership) -> pl.DataFrame:
    """Return memberships of the same actor, role and region that share a day with the wanted one."""
    last = "9999-12-31" if wanted.valid_to is None else wanted.valid_to.isoformat()
    return members.filter(
        (pl.col("actor") == wanted.actor)
        & (pl.col("role") == wanted.role)
        & (pl.col("region") == wanted.region)
        & (pl.col("valid_from") <= last)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= wanted.valid_from.isoformat()))
    )


def end_memberships(
    members: pl.DataFrame, actor: str, role: str, last_day: date, ended: tuple[str, str],
    region: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return the memberships that end on a day, or refuse.

    Parameters
    ----------
    members : Members
        Those that there are.
    actor, role : str
        Whose role ends.
    last_day : date
        Last day on which it counts.
    ended : (str, str)
        Who ends it and when (time with offset).
    region : str, optional
        Only the membership for this region.

    Returns
    -------
    Members
        The rows that end, with the new ``valid_to``; one that begins later than it never counts.

    Raises
    ------
    InputRefused
        ``access_no_such_member``, or ``access_last_administrator``: after it nobody could change members.
    """
    day = last_day.isoformat()
    chosen = (pl.col("actor") == actor) & (pl.col("role") == role)
    if region is not None:
        chosen &= pl.col("region") == region
    open_still = pl.col("valid_to").is_null() | (pl.col("valid_to") > day)
    ending = members.filter(chosen & open_still)
    if ending.is_empty():
        raise InputRefused.of("access_no_such_member", actor=actor, role=role, day=day)
    next_day = (last_day + timedelta(days=1)).isoformat()
    stay = (
        (pl.col("role") == ADMINISTRATOR) & pl.col("valid_to").is_null() & (pl.col("valid_from") <= next_day)
    )
    if role == ADMINISTRATOR and members.filter(stay & ~(chosen & open_still)).is_empty():
        raise InputRefused.of("access_last_administrator", actor=actor)
    by, at = ended
    return ending.with_columns(valid_to=pl.lit(day), ended_by=pl.lit(by), ended_at=pl.lit(at))
