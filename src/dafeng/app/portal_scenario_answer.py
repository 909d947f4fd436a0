"""One answer of the pathway explorer: what a number of common futures says of a scenario."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.app.pathway_answers import REFERENCE, SEED
from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_study import (
    WHOLE,
    earlier_quantities,
    guarded_quantities,
    list_quantities,
    observed_totals,
    peak_shares,
    wanted_quantities,
)
from dafeng.pathway.answers import summarise_peak
from dafeng.pathway.ensemble import Ensemble, EnsembleSpec, run_ensemble
from dafeng.pathway.indicators import indicator_paths
from dafeng.pathway.lever_groups import group_levers
from dafeng.pathway.peak import find_peaks
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.security import mark_security
from dafeng.pathway.target_outlook import judge_targets
from dafeng.pathway.wedge_table import WedgeLabel, list_wedges
from dafeng.pathway.wedges import AttributionPlan, attribute_outcome
from dafeng.provenance import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from dafeng.app.pathway_engine import Foundation
    from dafeng.job import Job
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.lever_groups import View
    from dafeng.pathway.model import Array
    from dafeng.scenario import Scenario, Scope

CHUNK = 256
"""Futures that are computed at once: between two of them the background makes way."""
QUANTITY_DRAWS = 1024
"""Futures of which quantities and targets are kept."""
WEDGE_VIEW: View = "clause"
WEDGE_GROUPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A foundation with what is the same for all scenarios on it.

    Parameters
    ----------
    foundation : Foundation
    quantities : tuple of str
        Quantities of the engine that the tables need.
    observed : mapping of Scope to ndarray, shape (year, 2)
        Published totals before the base year. [Mt]
    points : ndarray, shape (draw, dimension)
        The first :data:`CHUNK` points of the common sequence. [1]
    """

    foundation: Foundation
    quantities: tuple[str, ...]
    observed: Mapping[Scope, Array]
    points: Array


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the common futures say of a scenario, in the scope that is shown first.

    Parameters
    ----------
    scenario : Scenario
    draws : int
        Futures of peak and fan; targets and quantities are those of the first :data:`QUANTITY_DRAWS`.
    peak : mapping
        Row of :class:`~dafeng.pathway.answers.PeakSummary`.
    peak_years, fan, cumulative, targets, quantities, security : polars.DataFrame
        Tables of the scenario, as ``dafeng run`` writes them.
    peaked : ndarray of bool, shape (draw,)
        Which futures have peaked by the year asked for.
    seconds : float
        Time that it took. [s]
    wedges, wedge_totals : polars.DataFrame, optional
        Who avoids what (Wedge, WedgeTotal); None until it was computed, or without levers.
    rounds : int
        Rounds of the background that are finished.
    """

    scenario: Scenario
    draws: int
    peak: Mapping[str, Any]
    peak_years: pl.DataFrame
    fan: pl.DataFrame
    cumulative: pl.DataFrame
    targets: pl.DataFrame
    quantities: pl.DataFrame
    security: pl.DataFrame
    peaked: NDArray[np.bool_]
    seconds: float
    wedges: pl.DataFrame | None = None
    wedge_totals: pl.DataFrame | None = None
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Share of futures that peak in time, less that of another scenario on the same futures.

    Parameters
    ----------
    share, error : float
        Difference and its standard error. [1]
    draws : int
        Futures that both have.
    """

    share: float
    error: float
    draws: int


def key_of(scenario: Scenario) -> str:
    """Return what a scenario is known by: its numbers, not its names."""
    return hash_bytes(scenario.model_dump_json(exclude={"name_zh", "name_en", "inherits"}).encode())[:20]


def ready_ground(foundation: Foundation, scenario: Scenario) -> Ground:
    """Return a foundation with what all scenarios share.

    Parameters
    ----------
    foundation : Foundation
    scenario : Scenario
        Any that can be run.
    """
    engine = build_engine(foundation, scenario)
    points = sobol_points(len(engine.dimensions), 0, CHUNK, SEED)
    return Ground(foundation, wanted_quantities(foundation, engine), observed_totals(foundation), points)


def answer_scenario(ground: Ground, scenario: Scenario, draws: int, job: Job | None = None) -> Answer:
    """Return what a number of futures says of a scenario; the numbers are those of ``dafeng pathway run``.

    Parameters
    ----------
    ground : Ground
    scenario : Scenario
        Resolved.
    draws : int
        Futures, the first of the common sequence.
    job : Job, optional
        Told of every chunk; asked whether to go on.

    Raises
    ------
    InputRefused
        What the scenario asks that the pack cannot give.
    Interrupted
        If the job was cancelled.
    """
    started, foundation = time.perf_counter(), ground.foundation
    engine = build_engine(foundation, scenario)
    ensemble = _run(ground, engine, draws, job)
    made = summarise_peak(scenario.id, ensemble, ground.observed)
    peak = made.summary.row(0, named=True)
    peaks = find_peaks(ensemble.years, ensemble.totals[WHOLE], ground.observed.get(WHOLE))
    paths = indicator_paths(
        ensemble.quantities, ensemble.years, foundation.tables, foundation.parts.base.year,
        earlier_quantities(foundation, ensemble),
    )  # fmt: skip
    targets = judge_targets(
        paths, foundation.tables, scenario=scenario.id, region=foundation.region,
        readings=foundation.readings, peaks=peak_shares(foundation, made.summary),
    )  # fmt: skip
    floors = foundation.tables["security_floors"]
    return Answer(
        scenario, draws, peak, made.distribution, made.fan, made.cumulative, targets,
        list_quantities(ensemble, scenario.id),
        mark_security(scenario.id, ensemble.years, guarded_quantities(ensemble), floors),
        peaks.peaked_by(peak["by_year"]), time.perf_counter() - started,
    )  # fmt: skip


def _run(ground: Ground, engine: Engine, draws: int, job: Job | None) -> Ensemble:
    """Return the futures; few of them at once, without a trial and on points that are drawn already."""
    gwp = ground.foundation.parts.gwp
    spec = EnsembleSpec(
        draws, SEED, (WHOLE,), gwp, quantities=dict.fromkeys(ground.quantities, ()),
        quantity_draws=QUANTITY_DRAWS, chunk=CHUNK,
    )  # fmt: skip
    if draws > CHUNK:
        return run_ensemble(engine, spec, job=job)
    outcome = engine.simulate(ground.points[:draws])
    kept = {name: outcome.quantities[name] for name in ground.quantities}
    years = dict.fromkeys(kept, outcome.years)
    return Ensemble(spec, outcome.years, {WHOLE: outcome.total(WHOLE, gwp)}, kept, years)


def divide_reduction(
    ground: Ground, scenario: Scenario, draws: int, job: Job | None = None
) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Return who avoids what, by part of the plan, and the sums; None where no lever acts.

    Parameters
    ----------
    ground : Ground
    scenario : Scenario
    draws : int
        Common futures of all coalitions.
    job : Job, optional

    Returns
    -------
    Wedge
    WedgeTotal

    Raises
    ------
    Interrupted
        If the job was cancelled.
    """
    engine = build_engine(ground.foundation, scenario)
    acting = [lever for lever in engine.levers if lever in engine.parts.states]
    if not acting:
        return None
    groups = group_levers(ground.foundation.tables, WEDGE_VIEW, acting, WEDGE_GROUPS)
    points = sobol_points(len(engine.dimensions), 0, draws, SEED)
    members = {group.id: group.levers for group in groups}
    made = attribute_outcome(engine.worth(points, WHOLE), members, engine.years, AttributionPlan(), job)
    return list_wedges(made, groups, WedgeLabel(scenario.id, REFERENCE, WHOLE, WEDGE_VIEW))


def compare_answers(own: Answer, other: Answer) -> Difference:
    r"""Return how much likelier the peak is than in another scenario, future by future.

    Both are counted on the same futures, so that only those count in which the answers differ. With b futures
    that peak only here and c only there, of n,

    .. math:: d = (b - c)/n, \qquad s^2 = (b + c + 1 - (b - c)^2/n)/n^2,

    where half a case was added to b and c: the error is never zero (Agresti and Min 2005, Statistics in
    Medicine 24, 729-740, doi:10.1002/sim.1781).

    Parameters
    ----------
    own, other : Answer
    """
    draws = min(own.peaked.size, other.peaked.size)
    mine, theirs = own.peaked[:draws], other.peaked[:draws]
    gained, lost = int((mine & ~theirs).sum()), int((~mine & theirs).sum())
    variance = (gained + lost + 1 - (gained - lost) ** 2 / draws) / draws**2
    return Difference((gained - lost) / draws, float(np.sqrt(variance)), draws)
