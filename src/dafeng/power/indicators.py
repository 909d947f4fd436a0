"""Indicators of the plan as a scenario of the hourly model gives them, for tracking to set beside results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.power.link_contracts import PowerIndicator
from dafeng.power.network import Horizon, Network
from dafeng.power.targets import QUANTITIES, Findings, target_rows
from dafeng.table import frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

NOTHING_IMPOSED = Network("", Horizon((), (), (), ()), ())
"""Values do not ask what was imposed; verdicts do."""


def tabulate_indicators(
    tables: Mapping[str, pl.DataFrame], results: Mapping[str, pl.DataFrame], scenario: str
) -> pl.DataFrame:
    """Return every indicator of the pack that the hourly model knows, in the unit of the pack.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``indicators`` and ``power_technologies`` of the pack.
    results : mapping of str to polars.DataFrame
        As :func:`dafeng.power.results.tabulate` returns them.
    scenario : str

    Returns
    -------
    PowerIndicator
        Without indicators for which the model has nothing in a year.
    """
    found = Findings(NOTHING_IMPOSED, tables, results)
    known = target_rows()
    rows: list[dict[str, Any]] = []
    for year in sorted(set(results["power.system"]["year"].to_list())):
        for row in tables["indicators"].iter_rows(named=True):
            answer = known.get(row["indicator_id"])
            value = None if answer is None else QUANTITIES[answer["quantity"]](found, year)
            if answer is None or value is None:
                continue
            scaled = value * conversion_factor(answer["unit"], row["unit"])
            rows.append(
                {"scenario": scenario, "year": year, "indicator_id": row["indicator_id"], "value": scaled,
                 "unit": row["unit"]}
            )  # fmt: skip
    return frame_of(rows, PowerIndicator)
