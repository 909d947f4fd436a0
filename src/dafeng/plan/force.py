"""Which target is in force on a day, and which one it replaced."""

from __future__ import annotations

from datetime import date
from operator import itemgetter

import polars as pl

from dafeng.period import latest_date

REPLACING = ("supersedes", "adjusts")


def find_in_force(targets: pl.DataFrame, links: pl.DataFrame, as_of: date) -> dict[str, str]:
    """Return for every target the one that is in force instead of it, or itself.

    Parameters
    ----------
    targets : Targets
    links : TargetLinks
        ``supersedes`` and ``adjusts`` replace the earlier target; ``restates``, ``extends`` and ``assigns``
        leave it in force. Undated links count from the start; of several links the latest holds.
    as_of : date
        Links published later do not count yet.

    Returns
    -------
    dict of str to str
    """
    dated = sorted(
        (
            (latest_date(row["date"]) if row["date"] else date.min, row["other_target_id"], row["target_id"])
            for row in links.filter(pl.col("relation").is_in(REPLACING)).iter_rows(named=True)
        ),
        key=itemgetter(0),
    )
    newer = {earlier: later for day, earlier, later in dated if day <= as_of}
    found = {}
    for target_id in targets["target_id"]:
        current = target_id
        while current in newer:
            current = newer[current]
        found[target_id] = current
    return found
