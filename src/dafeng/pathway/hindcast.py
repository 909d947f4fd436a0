"""The past foretold: the engine started in an earlier year with what was known then, scored on what came.

CO2 of combustion by sector group and in total is scored in every year, beside a naive trend, a random walk
and STIRPAT; published indicators of later years are scored where the engine has a quantity of that name. The
references know CO2 up to the start year, as the engine does; STIRPAT also takes drivers of these years that
were published after the day of the start, which favours it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from scipy.stats import qmc

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pathway.model import Array, Outcome, Simulator
from dafeng.pathway.reference_models import (
    FEWEST_STIRPAT,
    draw_stirpat,
    draw_trend,
    draw_walk,
    fit_stirpat,
)
from dafeng.pathway.scoring import score_draws, summarise_scores
from dafeng.period import parse_period
from dafeng.scenario import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dafeng.pathway.history import History

BuildEngine = Callable[["History", int, date], Simulator]
"""Makes an engine from a history that is cut to a day, a base year and that day."""

SCOPE = Scope(process="energy_only")
"""Scope of the scores: combustion inside the province, exported power included, CO2."""
ACCEPTED = (0.80, 0.97)
"""Share of sector-years that the 90 % range should hold."""
FEWEST_DRAWS = 200
"""Futures that a verdict on the tails of a range needs: ten beyond either end of a 90 % range."""
TOTAL, CO2_UNIT = "total", "Mt"
OUTCOMES = {
    "electricity_demand_twh": ("elec_consumption_social", 0.1, "TWh"),
    "wind_pv_capacity_gw": ("wind_pv_capacity", 0.01, "GW"),
    "wind_pv_generation_twh": ("generation_new_energy", 0.1, "TWh"),
    "thermal_generation_twh": ("generation_thermal_operation", 0.1, "TWh"),
    "power_export_twh": ("net_power_export", 0.1, "TWh"),
    "coal_output_100mt": ("coal_output", 1.0, "10^8 t"),
    "coke_output_10kt": ("coke_output", 1.0, "10^4 t"),
}
"""Quantity of an outcome -> observed series of the pack, scale, unit."""


@dataclass(frozen=True, slots=True)
class HindcastPlan:
    """What is foretold, from when.

    Attributes
    ----------
    start_year : int
        Base year of the engine.
    as_of : date
        Day whose knowledge it has.
    first, last : int
        Years of CO2 that are scored.
    draws, seed : int
    window : int
        Years that the references look back [a].
    """

    start_year: int = 2014
    as_of: date = date(2015, 12, 31)
    first: int = 2016
    last: int = 2022
    draws: int = 2048
    seed: int = 0
    window: int = 10


@dataclass(frozen=True, slots=True, eq=False)
class Hindcast:
    """Result of a hindcast.

    Attributes
    ----------
    plan : HindcastPlan
    scores : HindcastScore
    summary : HindcastSummary
    ridge : float or None
        Ridge of STIRPAT; None where too few years are known for it.
    """

    plan: HindcastPlan
    scores: pl.DataFrame
    summary: pl.DataFrame
    ridge: float | None

    @property
    def coverage(self) -> float:
        """Share of sector-years inside the engine's 90 % range."""
        row = self.summary.filter((pl.col("model") == "engine") & (pl.col("target") == "groups"))
        return float(row["coverage90"][0])

    @property
    def misses(self) -> pl.DataFrame:
        """Sector-years outside the engine's 90 % range: series, year, observed, p05, p95."""
        outside = (pl.col("model") == "engine") & (pl.col("kind") == "group") & ~pl.col("inside90")
        return self.scores.filter(outside).select("series", "year", "observed", "p05", "p95")


@dataclass(slots=True)
class _Board:
    """Scores that are being collected: the years and what came."""

    years: NDArray[np.int64]
    observed: Mapping[str, Array]
    parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, model: str, series: str, draws: Array) -> None:
        kind = TOTAL if series == TOTAL else "group"
        self.parts.append(
            score_draws((model, kind, series, CO2_UNIT), self.years, draws, self.observed[series])
        )


def hindcast(
    build_engine: BuildEngine, history: History, plan: HindcastPlan, outcomes: pl.DataFrame | None = None
) -> Hindcast:
    """Start an engine in the past and score what it foretold.

    Parameters
    ----------
    build_engine : callable
        ``(history, base year, as of) -> Simulator``. The history it gets is cut to the day and base year.
    history : History
        All that is known today.
    plan : HindcastPlan
    outcomes : DataFrame, optional
        Published indicators: columns series (name of a quantity of the outcome), year, value, unit; see
        :func:`read_outcomes`. Those of quantities or years that the engine lacks are not scored.

    Returns
    -------
    Hindcast

    Raises
    ------
    InputRefused
        ``pathway_base_missing`` if the history has no CO2 in the start year.
    """
    known = history.restrict(plan.start_year, plan.as_of)
    if known.group_co2.filter(pl.col("year") == plan.start_year).is_empty():
        raise InputRefused.of("pathway_base_missing", year=plan.start_year)
    years = np.arange(plan.first, plan.last + 1)
    board = _Board(years, _observe(history, years))
    engine = build_engine(known, plan.start_year, plan.as_of)
    outcome = engine.simulate(_points(len(engine.dimensions), plan))
    _score_engine(board, outcome)
    if outcomes is not None:
        board.parts += _score_indicators(outcome, outcomes, plan.start_year)
    ridge = _score_references(board, history, plan)
    scores = pl.concat(board.parts)
    return Hindcast(plan, scores, summarise_scores(scores), ridge)


def judge_coverage(share: float) -> Literal["narrow", "fits", "wide"]:
    """Return whether a 90 % range that holds this share of what came is as wide as it should be.

    Examples
    --------
    >>> judge_coverage(0.9), judge_coverage(0.7)
    ('fits', 'narrow')
    """
    low, high = ACCEPTED
    return "narrow" if share < low else "wide" if share > high else "fits"


def read_outcomes(observations: pl.DataFrame, region: str, first: int, last: int) -> pl.DataFrame:
    """Return published indicators under the names of the engine's quantities.

    Parameters
    ----------
    observations : Observations
    region : str
    first, last : int
        Years that are wanted.

    Returns
    -------
    DataFrame
        Columns series, year, value, unit; exact yearly figures only, the one known last.
    """
    rows: dict[tuple[str, int], tuple[str, float, str]] = {}
    own = observations.filter((pl.col("region") == region) & (pl.col("bound") == "eq"))
    for series, (source, scale, unit) in OUTCOMES.items():
        part = own.filter(pl.col("series_id") == source).sort("known_on", nulls_last=False)
        for text, value in part.select("period", "value").iter_rows():
            period = parse_period(text)
            if period.kind == "year" and first <= period.start.year <= last:
                rows[series, period.start.year] = (series, value * scale, unit)
    schema = {"series": pl.String, "year": pl.Int64, "value": pl.Float64, "unit": pl.String}
    found = [(series, year, value, unit) for (_, year), (series, value, unit) in rows.items()]
    return pl.DataFrame(found, schema=schema, orient="row").sort("series", "year")


def sum_groups(outcome: Outcome, scope: Scope = SCOPE) -> dict[str, Array]:
    """Return emissions by sector group of the inventory, shape (year, draw) [Mt].

    Parameters
    ----------
    outcome : Outcome
    scope : Scope
        Default: combustion CO2 inside the province.
    """
    table = terms.entries("pathway_chains")
    by_chain = outcome.by_chain(scope)
    found: dict[str, Array] = {}
    for chain, values in zip(outcome.chains, by_chain, strict=True):
        group = table[chain]["group"]
        if group:
            found[group] = found[group] + values if group in found else values
    return found


def _points(dimensions: int, plan: HindcastPlan) -> Array:
    """Return points of the open unit cube, shape (draw, dimension)."""
    sobol = qmc.Sobol(max(dimensions, 1), scramble=True, seed=plan.seed)
    points = sobol.random_base2(int(np.ceil(np.log2(plan.draws))))[: plan.draws, :dimensions]
    return np.asarray(np.clip(points, 1e-9, 1 - 1e-9))


def _observe(history: History, years: NDArray[np.int64]) -> dict[str, Array]:
    """Return CO2 by group and in total in the years scored [Mt]; nan where it is not known."""
    known = {(group, year): value for group, year, value in history.group_co2.iter_rows()}
    groups = history.group_co2["group"].unique().sort().to_list()
    found = {g: np.array([known.get((g, int(year)), np.nan) for year in years]) for g in groups}
    return found | {TOTAL: np.asarray(np.sum(list(found.values()), axis=0))}


def _score_engine(board: _Board, outcome: Outcome) -> None:
    places = np.searchsorted(outcome.years, board.years)
    groups = sum_groups(outcome)
    for group, draws in groups.items():
        if group in board.observed:
            board.add("engine", group, draws[places])
    board.add("engine", TOTAL, np.sum([draws[places] for draws in groups.values()], axis=0))


def _score_indicators(outcome: Outcome, outcomes: pl.DataFrame, start_year: int) -> list[pl.DataFrame]:
    parts = []
    for series, rows in outcomes.group_by("series", maintain_order=True):
        draws = outcome.quantities.get(str(series[0]))
        if draws is None:
            continue
        reached = rows.filter(pl.col("year").is_in(outcome.years.tolist()) & (pl.col("year") > start_year))
        years = reached["year"].to_numpy()
        label = ("engine", "indicator", str(series[0]), str(rows["unit"][0]))
        places = np.searchsorted(outcome.years, years)
        parts.append(score_draws(label, years, draws[places], reached["value"].to_numpy()))
    return parts


def _score_references(board: _Board, history: History, plan: HindcastPlan) -> float | None:
    """Add trend and random walk of every group and the total, and STIRPAT of the total; return its ridge."""
    rng = np.random.default_rng(plan.seed)
    past = history.group_co2.filter(pl.col("year") <= plan.start_year)
    total = (
        past.group_by("year", maintain_order=True)
        .agg(pl.col("value").sum())
        .with_columns(group=pl.lit(TOTAL))
    )
    every = pl.concat([past, total.select("group", "year", "value")])
    for series in board.observed:
        own = every.filter((pl.col("group") == series) & (pl.col("year") > plan.start_year - plan.window))
        rows = own.sort("year")
        years, values = rows["year"].to_numpy(), rows["value"].to_numpy()
        if years.size < FEWEST_STIRPAT or (np.diff(years) != 1).any():
            continue
        board.add("naive_trend", series, draw_trend(years, values, board.years, plan.draws, rng))
        board.add("random_walk", series, draw_walk(years, values, board.years, plan.draws, rng))
    return _score_stirpat(board, history, total, plan)


def _score_stirpat(board: _Board, history: History, total: pl.DataFrame, plan: HindcastPlan) -> float | None:
    frame = total.select("year", co2="value")
    for name in ("population", "gdp", "energy_total"):
        frame = frame.join(history.series(name).rename({"value": name}), on="year", how="inner")
    frame = frame.filter(pl.col("year") <= plan.start_year).sort("year")
    years = frame["year"].to_numpy()
    if years.size < FEWEST_STIRPAT or (np.diff(years) != 1).any():
        return None
    people, gdp, energy = (frame[name].to_numpy() for name in ("population", "gdp", "energy_total"))
    regressors = np.array([people, gdp / people, energy / gdp])
    fit = fit_stirpat(frame["co2"].to_numpy(), regressors)
    rng = np.random.default_rng([plan.seed, 1])
    future = np.array([draw_walk(years, row, board.years, plan.draws, rng) for row in regressors])
    board.add("stirpat", TOTAL, draw_stirpat(fit, future, rng))
    return fit.ridge
