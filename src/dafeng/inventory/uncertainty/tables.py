"""The tables of the assessment from one set of lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import InputRefused
from dafeng.inventory.uncertainty.approach1 import propagate_errors, total_independent, total_shared
from dafeng.inventory.uncertainty.approach2 import DrawPlan, simulate_lines
from dafeng.inventory.uncertainty.contracts import METHODS, TotalUncertainty, names_of
from dafeng.inventory.uncertainty.key_categories import rank_categories
from dafeng.inventory.uncertainty.known_parts import bound_total, list_known_parts
from dafeng.inventory.uncertainty.lines import select_covered, sort_lines
from dafeng.provenance import Step
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR = ["region", "year"]


@dataclass(frozen=True, slots=True)
class UncertaintyPlan:
    """What to assess.

    Parameters
    ----------
    base_year : int, optional
        Year of the trend; default the first year of the lines.
    gwp_set : str
        Named in the step; empty for a single gas without weight.
    draws : DrawPlan
        Draws, seed and threads of approach 2.
    """

    base_year: int | None = None
    gwp_set: str = ""
    draws: DrawPlan = field(default_factory=DrawPlan)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The tables of the assessment, the base year taken and the step that made them."""

    totals: pl.DataFrame
    """Contract :class:`~dafeng.inventory.uncertainty.contracts.TotalUncertainty`."""
    approach1: pl.DataFrame
    """Contract :class:`~dafeng.inventory.uncertainty.contracts.PropagatedRow`."""
    approach2: pl.DataFrame
    """Contract :class:`~dafeng.inventory.uncertainty.contracts.SimulatedRow`."""
    key_categories: pl.DataFrame
    """Contract :class:`~dafeng.inventory.uncertainty.contracts.KeyCategoryRow`."""
    known_parts: pl.DataFrame
    """Contract :class:`~dafeng.inventory.uncertainty.contracts.KnownPart`."""
    base_year: int
    steps: tuple[Step, ...]

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Tables by name."""
        names = ("totals", "approach1", "approach2", "key_categories", "known_parts")
        return {name: getattr(self, name) for name in names}


def assess_uncertainty(lines: pl.DataFrame, plan: UncertaintyPlan | None = None) -> Assessment:
    """Return uncertainty of level and trend by both approaches, and the key categories.

    Parameters
    ----------
    lines : UncertainLine
        Any number of regions and years; at least one line with a value.
    plan : UncertaintyPlan, optional
        Base year, draws, seed.

    Returns
    -------
    Assessment
        Lines without known uncertainty count in the totals and not in the intervals; ``covered_share`` says
        how much of the emissions (in size, removals positive) the intervals stand for.

    Raises
    ------
    InputRefused
        ``uncertainty_base_year`` if the base year is in no line, ``uncertainty_no_lines``.
    """
    chosen = plan or UncertaintyPlan()
    lines = sort_lines(lines)
    valued = lines.filter(pl.col("value").is_not_null())
    if valued.is_empty():
        raise InputRefused.of("uncertainty_no_lines")
    years = sorted(valued["year"].unique())
    base_year = years[0] if chosen.base_year is None else chosen.base_year
    if base_year not in years:
        listed = ", ".join(map(str, years))
        raise InputRefused.of("uncertainty_base_year", year=base_year, years=listed)
    rows = propagate_errors(lines, base_year)
    drawn = simulate_lines(lines, base_year, chosen.draws)
    covered = select_covered(lines)
    step = Step(
        "inventory.assess_uncertainty",
        f"按误差传播和蒙特卡洛（{chosen.draws.draws} 次，种子 {chosen.draws.seed}）"
        f"评估 {covered.height} 行的不确定性",
        f"uncertainty of {covered.height} lines by error propagation and Monte Carlo "
        f"({chosen.draws.draws} draws, seed {chosen.draws.seed})",
        {
            "draws": chosen.draws.draws, "seed": chosen.draws.seed, "base_year": base_year,
            "gwp_set": chosen.gwp_set, "lines": lines.height, "covered_lines": covered.height,
        },
        covered.height,
    )  # fmt: skip
    totals = _gather_totals(lines, covered, rows, drawn, base_year)
    keys = rank_categories(lines, rows, base_year)
    return Assessment(totals, rows, drawn, keys, list_known_parts(lines), base_year, (step,))


def _gather_totals(
    lines: pl.DataFrame, covered: pl.DataFrame, rows: pl.DataFrame, drawn: pl.DataFrame, base_year: int
) -> pl.DataFrame:
    size = pl.col("value").abs().sum()
    every = lines.group_by(YEAR, maintain_order=True).agg(
        pl.col("value").sum().alias("estimate"), size.alias("size"), pl.col("unit").first(),
        pl.col("grade").filter(pl.col("value").is_not_null()).max(), pl.len().alias("lines"),
        pl.col("value").is_null().sum().cast(pl.Int64).alias("without_value"),
    ).filter(pl.col("without_value") < pl.col("lines"))  # fmt: skip
    part = covered.group_by(YEAR, maintain_order=True).agg(
        pl.col("value").sum().alias("covered"), size.alias("size_covered")
    )
    sums = every.join(part, on=YEAR, how="left").with_columns(
        pl.col("covered", "size_covered").fill_null(0.0), pl.lit(base_year, pl.Int64).alias("base_year")
    )
    base = sums.filter(pl.col("year") == base_year).select("region", pl.col("covered").alias("before"))
    sums = sums.join(bound_total(lines), on=YEAR, how="left")
    sums = sums.join(base, on="region", how="left").with_columns(
        pl.when(pl.col("size") > 0).then(pl.col("size_covered") / pl.col("size")).alias("covered_share"),
        pl.when((pl.col("year") != base_year) & (pl.col("before") != 0))
        .then(pl.col("covered") / pl.col("before") - 1)
        .alias("trend_share"),
    )
    parts = [
        _from_widths(sums, total_independent(rows), METHODS[0]),
        _from_widths(sums, total_shared(lines, base_year), METHODS[1]),
        _from_draws(sums, drawn),
    ]
    totals = pl.concat(parts).sort(*YEAR, "method")
    return check(totals, TotalUncertainty)


def _from_widths(sums: pl.DataFrame, widths: pl.DataFrame, method: str) -> pl.DataFrame:
    """Return totals with the symmetric interval of error propagation."""
    half = pl.col("half_width_share") * pl.col("covered").abs()
    trend = pl.col("trend_share")
    joined = sums.join(widths, on=YEAR, how="left").with_columns(
        (pl.col("covered") - half).alias("low"), (pl.col("covered") + half).alias("high"),
        (trend - pl.col("trend_half_width")).alias("trend_low"),
        (trend + pl.col("trend_half_width")).alias("trend_high"),
        pl.lit(method).alias("method"),
    )  # fmt: skip
    return joined.select(names_of(TotalUncertainty))


def _from_draws(sums: pl.DataFrame, drawn: pl.DataFrame) -> pl.DataFrame:
    """Return totals with the interval of the simulation."""
    total = drawn.filter(pl.col("dimension") == "total")
    taken = total.select(*YEAR, "low", "high", "trend_low", "trend_high")
    half = (pl.col("high") - pl.col("low")) / 2 / pl.col("covered").abs()
    joined = sums.join(taken, on=YEAR, how="left").with_columns(
        pl.when(pl.col("covered") != 0).then(half).alias("half_width_share"),
        pl.lit(METHODS[2]).alias("method"),
    )
    return joined.select(names_of(TotalUncertainty))
