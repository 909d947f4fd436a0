"""Wedges as rows, with the difference that they sum to, and the check that they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place, TableError
from dafeng.pathway.attribution_contracts import Wedge, WedgeTotal
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.pathway.lever_groups import Group, View
    from dafeng.pathway.wedges import Wedges
    from dafeng.scenario import Scope

KEYS = ["scenario", "reference", "boundary", "power_export", "process", "gases", "view", "year"]
"""What one sum of wedges goes over."""


@dataclass(frozen=True, slots=True)
class WedgeLabel:
    """What the wedges are of.

    Attributes
    ----------
    scenario, reference : str
        Ids; the reference is the scenario with its levers at today's values.
    scope : Scope
        Scope of the emissions that were divided.
    view : {"lever", "clause", "agency", "sector"}
    """

    scenario: str
    reference: str
    scope: Scope
    view: View

    def columns(self) -> dict[str, pl.Expr]:
        """Return the constant columns of the tables."""
        texts = {"scenario": self.scenario, "reference": self.reference, "view": self.view}
        return {name: pl.lit(text) for name, text in (texts | self.scope.model_dump()).items()}


def list_wedges(
    wedges: Wedges, groups: Sequence[Group], label: WedgeLabel
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the wedges and their totals, checked.

    Parameters
    ----------
    wedges : Wedges
    groups : sequence of Group
        Names of the groups, in any order.
    label : WedgeLabel

    Returns
    -------
    wedges : Wedge
        In every year the groups sum to the reduction of the total to the last digit.
    totals : WedgeTotal

    Raises
    ------
    InputRefused
        ``wedges_unlike`` if the groups are not those of the wedges.
    """
    table, totals = wedge_table(wedges, groups, label), total_table(wedges, label)
    check_wedges(table, totals)
    return table, totals


def wedge_table(wedges: Wedges, groups: Sequence[Group], label: WedgeLabel) -> pl.DataFrame:
    """Return one row a group and year; see :func:`list_wedges`."""
    named = {group.id: group for group in groups}
    if set(named) != set(wedges.groups):
        raise InputRefused.of("wedges_unlike", what="groups")
    count, years = len(wedges.groups), len(wedges.years)
    frame = pl.DataFrame({
        "group": np.repeat(np.array(wedges.groups, dtype=object), years),
        "zh": np.repeat(np.array([named[name].zh for name in wedges.groups], dtype=object), years),
        "en": np.repeat(np.array([named[name].en for name in wedges.groups], dtype=object), years),
        "year": np.tile(wedges.years, count),
        "reduction_mt": wedges.reduction_mt.ravel(),
        "standard_error_mt": wedges.standard_error_mt.ravel(),
    }, schema_overrides=dict.fromkeys(("group", "zh", "en"), pl.String)).with_columns(
        pl.col("standard_error_mt").fill_nan(None), method=pl.lit(wedges.method),
        draws=pl.lit(wedges.draws, pl.Int64), samples=pl.lit(wedges.samples, pl.Int64), **label.columns(),
    )  # fmt: skip
    return check(frame, Wedge)


def total_table(wedges: Wedges, label: WedgeLabel) -> pl.DataFrame:
    """Return one row a year: emissions without and with the levers; see :func:`list_wedges`."""
    frame = pl.DataFrame({
        "year": wedges.years,
        "reference_mt": wedges.reference_mt,
        "scenario_mt": wedges.scenario_mt,
        "reduction_mt": wedges.total_mt,
        "standard_error_mt": wedges.total_error_mt,
    }).with_columns(
        pl.col("standard_error_mt").fill_nan(None), draws=pl.lit(wedges.draws, pl.Int64), **label.columns()
    )  # fmt: skip
    return check(frame, WedgeTotal)


def check_wedges(table: pl.DataFrame, totals: pl.DataFrame) -> None:
    """Raise unless the wedges of every year sum to the difference of the totals, to the last digit.

    Parameters
    ----------
    table : Wedge
    totals : WedgeTotal

    Raises
    ------
    TableError
        ``wedges_not_sum``, one finding a year; also for a year that only one of the tables has.
    """
    sums = table.group_by(KEYS).agg(pl.col("reduction_mt").sum().alias("parts"))
    whole = totals.select(*KEYS, (pl.col("reference_mt") - pl.col("scenario_mt")).alias("whole"))
    both = whole.join(sums, on=KEYS, how="full", coalesce=True).sort(KEYS)
    wrong = both.filter(pl.col("parts").ne_missing(pl.col("whole")))
    if not wrong.is_empty():
        raise TableError(
            Finding(
                "wedges_not_sum", Place("Wedge"),
                {"view": row["view"], "year": row["year"], "parts": row["parts"], "whole": row["whole"]},
            )
            for row in wrong.iter_rows(named=True)
        )  # fmt: skip
