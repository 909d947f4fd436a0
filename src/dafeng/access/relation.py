"""The one relation (subject, action, scope) that follows from grants and members on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.access.contracts import Grants, Members, Permissions
from dafeng.access.grants import EVERYTHING
from dafeng.table import check, empty_table, frame_of, keys_of

if TYPE_CHECKING:
    from datetime import date

PUBLIC = "public"
"""Who acts without having signed in, and his role. Nobody else bears the name."""
FIRST_USE = "first-use"
"""Who granted the roles of first use: nobody."""
FIRST_USE_ZH = "首次使用：库中尚无用户，本机用户暂以全部角色操作"
FIRST_USE_EN = "first use: nobody is a member yet, so the local user acts in every role"


def relate_permissions(grants: pl.DataFrame, members: pl.DataFrame, day: date) -> pl.DataFrame:
    r"""Return who may do what on which scope on a day.

    With members :math:`M` that are valid on the day and grants :math:`G`,

    .. math:: P = \pi(M \bowtie_{role} G)

    where the reach ``own`` becomes the region or agency of the member, or the member as the maker, and
    ``all`` becomes ``*``. A reach by own agency of a member without agency reaches nothing. The relation
    grows with either table (nothing forbids), so that taking away a line never adds a right.

    Parameters
    ----------
    grants : Grants
        What roles may do.
    members : Members
        Who has which role; those of other days are left out.
    day : date
        Day.

    Returns
    -------
    Permissions
        Sorted by its key.

    Raises
    ------
    TableError
        A table breaks its contract.
    """
    granted = check(grants, Grants).rename({"region": "r", "agency": "a", "rows": "m"})
    standing = standing_members(check(members, Members), day)
    if standing.is_empty() or granted.is_empty():
        return empty_table(Permissions)
    first = pl.col("granted_by") == FIRST_USE
    lines = standing.join(granted, on="role").select(
        subject="actor",
        action="action",
        resource="resource",
        region=_reach("r", "region"),
        agency=_reach("a", "agency"),
        maker=_reach("m", "actor"),
        role="role",
        basis_zh=pl.when(first).then(pl.lit(FIRST_USE_ZH)).otherwise("basis_zh"),
        basis_en=pl.when(first).then(pl.lit(FIRST_USE_EN)).otherwise("basis_en"),
    )
    keys = keys_of(Permissions)
    return check(
        lines.filter(pl.col("agency").is_not_null()).unique(keys, keep="first").sort(keys), Permissions
    )


def _reach(reach: str, own: str) -> pl.Expr:
    return pl.when(pl.col(reach) == "own").then(own).otherwise(pl.lit(EVERYTHING))


def standing_members(members: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the members that are valid on a day, first and last day included."""
    text = day.isoformat()
    ended = pl.col("valid_to").is_not_null() & (pl.col("valid_to") < text)
    return members.filter((pl.col("valid_from") <= text) & ~ended)


def first_use_members(actor: str, day: date) -> pl.DataFrame:
    """Return the members of a database that has none: its local user, in every role.

    Who can open the file could make himself a member in any role anyway; so this takes nothing from safety,
    it only stands in the relation with its reason. It ends with the first member.
    """
    row = {
        "actor": actor, "region": EVERYTHING, "agency": EVERYTHING, "valid_from": day.isoformat(),
        "granted_by": FIRST_USE, "granted_at": f"{day.isoformat()}T00:00:00+08:00",
    }  # fmt: skip
    return frame_of(
        [{**row, "role": role} for role in sorted(terms.codes("access_role") - {PUBLIC})], Members
    )


def public_member(day: date) -> pl.DataFrame:
    """Return the membership of everybody who has not signed in: one line, the same on every day."""
    row = {
        "actor": PUBLIC, "role": PUBLIC, "region": EVERYTHING, "agency": None, "granted_by": PUBLIC,
        "valid_from": day.isoformat(), "granted_at": f"{day.isoformat()}T00:00:00+08:00",
    }  # fmt: skip
    return frame_of([row], Members)


def close_regions(regions: pl.DataFrame) -> pl.DataFrame:
    """Return every region with everything below it and itself: ``ancestor``, ``descendant``.

    Parameters
    ----------
    regions : polars.DataFrame
        ``code`` and ``parent_code`` of the pack.
    """
    parents = dict(regions.select("code", "parent_code").unique("code", keep="last").iter_rows())
    pairs = set()
    for code in parents:
        above: str | None = code
        seen: set[str] = set()
        while above is not None and above not in seen:
            seen.add(above)
            pairs.add((above, code))
            above = parents.get(above)
    return pl.DataFrame(sorted(pairs), schema={"ancestor": pl.String, "descendant": pl.String}, orient="row")
