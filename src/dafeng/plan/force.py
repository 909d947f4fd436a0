"""Which target is in force on a day, and which one it replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.period import latest_date

if TYPE_CHECKING:
    from datetime import date

REPLACING = ("supersedes", "adjusts")


def find_in_force(targets: pl.DataFrame, links: pl.DataFrame, as_of: date) -> dict[str, str]:
    """Return for every target the one that is in force instead of it, or itself.

    Parameters
    ----------
    targets : Targets
    links : TargetLinks
        ``supersedes`` and ``adjusts`` replace the earlier target; ``restates``, ``extends`` and ``assigns``
        leave it in force. Undated links count from the start.
    as_of : date
        Links published later do not count yet.

    Returns
    -------
    dict of str to str
    """
    known = links.filter(pl.col("relation").is_in(REPLACING))
    newer = {
        row["other_target_id"]: row["target_id"]
        for row in known.iter_rows(named=True)
        if row["date"] is None or latest_date(row["date"]) <= as_of
    }
    found = {}
    for target_id in targets["target_id"]:
        current = target_id
        while current in newer:
            current = newer[current]
        found[target_id] = current
    return found
