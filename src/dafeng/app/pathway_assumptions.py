"""Which assumptions decide the answer: one scenario again, each time with one assumption changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_study import WHOLE, observed_totals
from dafeng.job import Job
from dafeng.pathway.answers import summarise_peak
from dafeng.pathway.checks import check_scenario
from dafeng.pathway.contracts import AssumptionTest
from dafeng.pathway.ensemble import Ensemble, EnsembleSpec
from dafeng.pathway.sampling import sobol_points
from dafeng.scenario import Scenario, inherit_scenario
from dafeng.table import columns_of, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from dafeng.app.pathway_engine import Foundation
    from dafeng.pathway.peak import PeakReading

AS_IT_IS = "as_it_is"
"""Key of the scenario with nothing changed."""
GDP_RATES = (0.01, 0.02, 0.03, 0.04)
"""Constant growth of regional product from its last known year on [1/a]."""
EXPORT_RATES = (0.0, 0.03)
"""Constant growth of exported power from its last known year on [1/a]."""
PACES = {0.0: ("风电光伏在日程末年后不再新增", "wind and PV stop growing after the end of their schedule"),
         2.0: ("风电光伏在日程末年后以两倍速度新增",
               "wind and PV grow at twice the pace after the end of their schedule")}  # fmt: skip
"""Factor on the yearly additions after the end of a schedule [1] and its words."""
DELAY_YEARS = 3


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario with one assumption changed.

    Attributes
    ----------
    key : str
    zh, en : str
        The assumption in words.
    scenario : Scenario
    """

    key: str
    zh: str
    en: str
    scenario: Scenario


def vary_assumptions(
    foundation: Foundation, scenario: Scenario, draws: int, *, seed: int = 2030,
    reading: PeakReading | None = None, job: Job | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return how the answer on the peak changes with single assumptions, all else and the futures the same.

    Parameters
    ----------
    foundation : Foundation
    scenario : Scenario
        Resolved.
    draws : int
        Futures of each variant, drawn from the same points.
    seed : int
    reading : PeakReading, optional
        The year asked for.
    job : Job, optional
        Told of every variant; asked whether to go on.

    Returns
    -------
    AssumptionTest
        The scenario as it is first; then every variant that changes something and can be run.

    Raises
    ------
    InputRefused
        What the scenario as it is asks that the pack cannot give; ``setting_invalid`` for the draws.
    Interrupted
        If the job was cancelled.
    """
    job = job or Job()
    variants = list_variants(foundation, scenario)
    rows = []
    for place, variant in enumerate(variants, start=1):
        summary = _summarise(foundation, variant.scenario, draws, seed, reading)
        rows.append({**summary, "variant": variant.key, "zh": variant.zh, "en": variant.en})
        job.advance("assumptions", place, len(variants))
    for row in rows:
        row["difference"] = row["peaked_share"] - rows[0]["peaked_share"]
    names = [spec.name for spec in columns_of(AssumptionTest)]
    return frame_of([{name: row[name] for name in names} for row in rows], AssumptionTest)


def list_variants(foundation: Foundation, scenario: Scenario) -> tuple[Variant, ...]:
    """Return a scenario as it is and with single assumptions changed.

    A variant that changes nothing is left out, and so is one that cannot be run: growth of a driver that the
    engine does not hold or that a lever of the scenario sets already.
    """
    found = [Variant(AS_IT_IS, "情景原样", "the scenario as it is", scenario)]
    for variant in (*_vary_growth(foundation, scenario), *_vary_progress(foundation, scenario)):
        if variant.scenario == scenario:
            continue
        if not check_scenario(variant.scenario, foundation.tables, foundation.parts.base.year):
            found.append(variant)
    return tuple(found)


def _vary_growth(foundation: Foundation, scenario: Scenario) -> Iterator[Variant]:
    """Change the growth of regional product and of exported power."""
    texts = {
        "gdp": ("地区生产总值此后每年增长 {0}%", "regional product grows by {0} % a year from now on"),
        "power_export": ("外送电量此后每年增长 {0}%", "exported power grows by {0} % a year from now on"),
    }
    level = ("外送电量停在最近已知水平", "exported power stays at its last known level")
    for driver, rates in (("gdp", GDP_RATES), ("power_export", EXPORT_RATES)):
        if driver not in foundation.parts.driver_levels:
            continue
        for rate in rates:
            zh, en = texts[driver] if rate else level
            percent = f"{100 * rate:g}"
            growth = scenario.growth | {driver: rate}
            changed = scenario.model_copy(update={"growth": growth})
            yield Variant(f"{driver}_{percent}", zh.format(percent), en.format(percent), changed)


def _vary_progress(foundation: Foundation, scenario: Scenario) -> Iterator[Variant]:
    """Change decoupling, the pace of wind and PV, and when levers act."""
    stopped = scenario.model_copy(update={"autonomous": 0.0})
    yield Variant("no_decoupling", "历史上的脱钩趋势不再继续", "the decoupling of the past stops", stopped)
    wind = {
        effect.lever
        for effect in foundation.parts.effects
        if effect.kind == "supply" and effect.variable == "wind_pv_capacity"
    }
    for factor, (zh, en) in PACES.items():
        levers = tuple(
            lever.model_copy(update={"then": factor * lever.then}) if lever.id in wind else lever
            for lever in scenario.levers
        )
        yield Variant(f"wind_pv_pace_{factor:g}", zh, en, scenario.model_copy(update={"levers": levers}))
    fields = {
        name: getattr(scenario, name) for name in ("id", "name_zh", "name_en", "first_year", "last_year")
    }
    late = inherit_scenario(Scenario(**fields, delay_years=DELAY_YEARS), scenario)
    zh, en = f"所有杠杆晚 {DELAY_YEARS} 年", f"every lever comes {DELAY_YEARS} years late"
    yield Variant(f"delay_{DELAY_YEARS}", zh, en, scenario.model_copy(update={"levers": late.levers}))


def _summarise(
    foundation: Foundation, scenario: Scenario, draws: int, seed: int, reading: PeakReading | None
) -> dict[str, Any]:
    """Return the row of the peak of one scenario in the scope that is shown first."""
    engine = build_engine(foundation, scenario)
    spec = EnsembleSpec(draws, seed, (WHOLE,), foundation.parts.gwp)
    acting, parts = frozenset(engine.levers), []
    for start in range(0, draws, spec.chunk):
        points = sobol_points(len(engine.dimensions), start, min(spec.chunk, draws - start), seed)
        parts.append(engine.worth(points, WHOLE)(acting))
    ensemble = Ensemble(spec, engine.years, {WHOLE: np.concatenate(parts, axis=1)}, {}, {})
    made = summarise_peak(scenario.id, ensemble, observed_totals(foundation), reading)
    return made.summary.row(0, named=True)
