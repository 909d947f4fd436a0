"""Approach 2: Monte Carlo simulation of activity x factor, with figures shared between lines.

A draw of a line is E x m_activity x m_factor. Each figure (an activity or a factor, by its id) has a stream
of random numbers of its own: Philox, a counter-based generator, keyed by a hash of the seed and the id. So

* lines of any sector, gas, year or province that rest on one figure share its draws: fully correlated;
* trends are computed draw by draw, and what cancels between two years cancels;
* the same seed gives the same draws whatever else is in the table, in any order, on any number of threads.

Only sums are kept, never lines x draws: memory is 16 bytes x draws x (number of gases, categories and sectors
of a year) and a bounded cache of streams. Percentiles are those of the sorted draws with linear
interpolation; their sampling error is half the distance of the order statistics one binomial standard
deviation, sqrt(n p (1 - p)), to either side.

Source: 2006 IPCC Guidelines, vol. 1, ch. 3, approach 2; Salmon et al. (2011) doi:10.1145/2063384.2063405
(Philox).
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.inventory.uncertainty.contracts import DIMENSIONS, SimulatedRow
from dafeng.inventory.uncertainty.distributions import transform_normals
from dafeng.inventory.uncertainty.lines import FIGURES, select_covered, sort_lines, spreads_of
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dafeng.inventory.uncertainty.distributions import Spread

    Floats = NDArray[np.float64]
    Group = tuple[str, str]

FEWEST, MOST = 100, 200_000
TAILS = (0.025, 0.975)
CACHE_BYTES = 64 * 2**20
"""Memory for streams of figures that several lines share; what falls out is drawn again, the same."""


@dataclass(frozen=True, slots=True)
class DrawPlan:
    """How many draws, from which seed, on how many threads; threads do not change the result.

    Raises
    ------
    InputRefused
        ``setting_invalid``.
    """

    draws: int = 10_000
    seed: int = 2030
    threads: int = field(default_factory=lambda: min(2, os.cpu_count() or 1))

    def __post_init__(self) -> None:
        """Refuse settings outside their range."""
        if not FEWEST <= self.draws <= MOST:
            raise InputRefused.of("setting_invalid", key="draws", reason=f"{FEWEST} ≤ draws ≤ {MOST}")
        if self.seed < 0:
            raise InputRefused.of("setting_invalid", key="seed", reason="seed ≥ 0")


class Streams:
    """Multipliers of figures, drawn from the stream of their id.

    Parameters
    ----------
    plan : DrawPlan
        Number of draws and seed.
    """

    def __init__(self, plan: DrawPlan) -> None:
        self._plan = plan
        self._kept: OrderedDict[tuple[str, Spread], Floats] = OrderedDict()
        self._room = max(1, CACHE_BYTES // (8 * plan.draws))

    def multiply(self, figure: str, spread: Spread) -> Floats | float:
        """Return the multipliers of a figure, not to be changed; one for a figure known exactly."""
        if spread.kind == "constant":
            return 1.0
        found = self._kept.get((figure, spread))
        if found is not None:
            self._kept.move_to_end((figure, spread))
            return found
        made = transform_normals(spread, self._draw(figure))
        self._kept[figure, spread] = made
        if len(self._kept) > self._room:
            self._kept.popitem(last=False)
        return made

    def _draw(self, figure: str) -> Floats:
        key = hashlib.blake2b(f"{self._plan.seed}|{figure}".encode(), digest_size=16).digest()
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "big")))
        return generator.standard_normal(self._plan.draws)


def simulate_lines(lines: pl.DataFrame, base_year: int, plan: DrawPlan) -> pl.DataFrame:
    """Return mean, spread, 95 % range and trend of total, gases, categories and sectors.

    Parameters
    ----------
    lines : UncertainLine
        Lines whose uncertainty is not known are left out of the draws and counted in ``estimate``.
    base_year : int
        Year from which the trend is counted.
    plan : DrawPlan
        Draws, seed and threads.

    Returns
    -------
    SimulatedRow
        One row per region, year, dimension and code.
    """
    estimates = _estimate_groups(lines)
    regions = sort_lines(select_covered(lines)).partition_by("region", maintain_order=True)
    with ThreadPoolExecutor(max(1, plan.threads)) as pool:
        parts = pool.map(lambda region: list(_simulate_region(region, base_year, plan)), regions)
        rows = [row for part in parts for row in part]
    schema = {spec.name: spec.dtype for spec in columns_of(SimulatedRow)}
    drawn = pl.DataFrame(rows, schema={**schema, "covered": pl.Float64}).drop("estimate", "unit", "base_year")
    key = ["region", "year", "dimension", "code"]
    joined = estimates.join(drawn, on=key, how="left", maintain_order="left").with_columns(
        pl.col("covered").fill_null(0.0),
        pl.lit(base_year, pl.Int64).alias("base_year"),
        pl.lit(plan.draws, pl.Int64).alias("draws"),
    )
    return check(joined.select(list(schema)), SimulatedRow)


def _estimate_groups(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the estimate of every group, all lines included."""
    known = sort_lines(lines.filter(pl.col("value").is_not_null()))
    parts = []
    for dimension in DIMENSIONS:
        code = pl.lit("total") if dimension == "total" else pl.col(dimension)
        named = known.filter(code.is_not_null()) if dimension == "sector" else known
        grouped = named.group_by("region", "year", code.alias("code"), maintain_order=True)
        made = grouped.agg(pl.col("value").sum().alias("estimate"), pl.col("unit").first())
        parts.append(made.with_columns(pl.lit(dimension).alias("dimension")))
    place = {dimension: i for i, dimension in enumerate(DIMENSIONS)}
    order = pl.col("dimension").replace_strict(place, return_dtype=pl.Int8)
    return pl.concat(parts).sort("region", "year", order, "code")


def _simulate_region(covered: pl.DataFrame, base_year: int, plan: DrawPlan) -> Iterator[dict[str, Any]]:
    streams = Streams(plan)
    years = {year[0]: part for year, part in covered.partition_by("year", as_dict=True).items()}
    base = _add_draws(years[base_year], streams, plan.draws) if base_year in years else {}
    for year in sorted(years):
        sums = base if year == base_year else _add_draws(years[year], streams, plan.draws)
        for (dimension, code), (estimate, drawn) in sums.items():
            row = {"region": covered["region"][0], "year": year, "dimension": dimension, "code": code}
            row |= {"covered": estimate, **_describe_draws(drawn)}
            if year != base_year and (dimension, code) in base:
                row |= _describe_trend(estimate, drawn, *base[dimension, code])
            yield row


def _add_draws(lines: pl.DataFrame, streams: Streams, draws: int) -> dict[Group, tuple[float, Floats]]:
    """Return estimate and draws of every group of a year, summed line by line in a fixed order."""
    ordered = lines.sort("activity_id", "factor_id", maintain_order=True)
    spreads = zip(*(spreads_of(ordered, figure) for figure in FIGURES), strict=True)
    figures = ordered.select("value", "activity_id", "factor_id", "gas", "category", "sector").iter_rows()
    sums: dict[Group, tuple[float, Floats]] = {}
    product = np.empty(draws)
    for (value, activity_id, factor_id, *codes), (activity, factor) in zip(figures, spreads, strict=True):
        assert activity is not None
        assert factor is not None
        first = streams.multiply(f"activity {activity_id}", activity)
        np.multiply(first, streams.multiply(f"factor {factor_id}", factor), out=product)
        product *= value
        for group in zip(DIMENSIONS, ("total", *codes), strict=True):
            if group[1] is None:
                continue
            estimate, drawn = sums.get(group, (0.0, None))
            if drawn is None:
                drawn = np.zeros(draws)
            drawn += product
            sums[group] = (estimate + value, drawn)
    return sums


def _describe_draws(drawn: Floats) -> dict[str, float]:
    ranked = np.sort(drawn)
    low, high = (percentile_of(ranked, p) for p in TAILS)
    return {
        "mean": float(ranked.mean()), "sd": float(ranked.std(ddof=1)), "low": low, "high": high,
        "low_error": percentile_error(ranked, TAILS[0]), "high_error": percentile_error(ranked, TAILS[1]),
    }  # fmt: skip


def _describe_trend(estimate: float, drawn: Floats, base: float, base_drawn: Floats) -> dict[str, float]:
    if base == 0 or not np.all(base_drawn):
        return {}
    ranked = np.sort(drawn / base_drawn - 1)
    low, high = (percentile_of(ranked, p) for p in TAILS)
    return {"trend_share": estimate / base - 1, "trend_low": low, "trend_high": high}


def percentile_of(ranked: Floats, p: float) -> float:
    """Return a percentile of sorted draws, linear between neighbours.

    Examples
    --------
    >>> percentile_of(np.arange(101.0), 0.025)
    2.5
    """
    place = p * (ranked.size - 1)
    below = int(place)
    above = min(below + 1, ranked.size - 1)
    return float(ranked[below] + (place - below) * (ranked[above] - ranked[below]))


def percentile_error(ranked: Floats, p: float) -> float:
    """Return the sampling error of a percentile of sorted draws."""
    reach = (ranked.size * p * (1 - p)) ** 0.5 / ranked.size
    return (percentile_of(ranked, min(p + reach, 1.0)) - percentile_of(ranked, max(p - reach, 0.0))) / 2
