"""One warning a target: the official level, the chance beside it, and what explains them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.period import latest_date
from dafeng.table import check, columns_of, frame_of
from dafeng.tracking.case import Case, Readings
from dafeng.tracking.contracts import Verdicts
from dafeng.tracking.evidence import Evidence
from dafeng.tracking.paths import PathRule, read_rules
from dafeng.tracking.warning.barometer import indicator_roles, read_level
from dafeng.tracking.warning.contracts import Warnings
from dafeng.tracking.warning.explain import (
    find_driver,
    find_milestone,
    measure_change,
    responsible_bodies,
    suitable_measures,
    write_reasons,
)
from dafeng.tracking.warning.goals import Known, estimate_chance, find_standing
from dafeng.tracking.warning.hint import Thresholds
from dafeng.tracking.warning.yearly import (
    FiguresByIndicator,
    YearlyFigures,
    collect_figures,
    published_figures,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

PROVINCES = terms.codes("provinces")
COLUMNS = tuple(spec.name for spec in columns_of(Warnings))


@dataclass(frozen=True, slots=True)
class WarningInputs:
    """What a warning may use beside the pack and the verdicts; every part may be absent.

    Parameters
    ----------
    values : IndicatorValues, optional
        As known on the day; without them the observations of the pack alone are used.
    outlook : TargetOutlook, optional
        Futures of the scenario ``scenario``.
    effects : EmissionEffects, optional
        Factors that moved emissions.
    scenario : str
        Scenario of the outlook that is shown.
    same_scope : mapping of str to str
        Series decided to be of the scope of an indicator.
    """

    values: pl.DataFrame | None = None
    outlook: pl.DataFrame | None = None
    effects: pl.DataFrame | None = None
    scenario: str = "plan"
    same_scope: Mapping[str, str] = field(default_factory=dict)


def warn_targets(
    tables: Mapping[str, pl.DataFrame], as_of: date, verdicts: pl.DataFrame, readings: Readings,
    inputs: WarningInputs | None = None, thresholds: Thresholds | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return one warning for every verdict.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``targets``, ``target_links``, ``indicators``, ``indicator_series``, ``observations``,
        ``clause_agencies``, ``levers``; ``target_paths``, ``target_milestones``, ``documents`` if present.
    as_of : date
        Day of the warning; what became known later is not used.
    verdicts : Verdicts
        Of the same day.
    readings : Readings
        Decisions on open wording.
    inputs : WarningInputs, optional
    thresholds : Thresholds, optional
        Of the own hint.

    Returns
    -------
    polars.DataFrame
        :class:`Warnings`. The level follows the dated rule alone; ``own_level`` follows the chance alone.
    """
    check(verdicts, Verdicts)
    given, limits = inputs or WarningInputs(), thresholds or Thresholds()
    background = _lay_background(tables, as_of, given, verdicts["target_id"])
    targets = {row["target_id"]: row for row in tables["targets"].iter_rows(named=True)}
    indicators = {row["indicator_id"]: row for row in tables["indicators"].iter_rows(named=True)}
    rows = []
    for verdict in verdicts.iter_rows(named=True):
        target = targets[verdict["target_id"]]
        known = _know(target, indicators[target["indicator_id"]], verdict, readings, background)
        rows.append(_warn(known, background, limits, given.effects))
    return frame_of(rows, Warnings)


@dataclass(frozen=True, slots=True)
class _Background:
    """Lookups that all targets share."""

    as_of: date
    figures: FiguresByIndicator
    same: Mapping[str, frozenset[str]]
    assigned: Mapping[str, float | None]
    paths: Mapping[str, PathRule]
    outlook: Mapping[str, tuple[float | None, float | None]]
    clauses: Mapping[str, str]
    bodies: Mapping[str, str]
    measures: Mapping[str, str]


def _lay_background(
    tables: Mapping[str, pl.DataFrame], as_of: date, given: WarningInputs, known: pl.Series
) -> _Background:
    values, scope = given.values, given.same_scope
    targets, links = tables["targets"], _known_links(tables["target_links"], known, as_of)
    figures = published_figures(tables, as_of, scope) if values is None else collect_figures(values, as_of)
    outlook = {}
    if given.outlook is not None:
        chosen = given.outlook.filter(pl.col("scenario") == given.scenario)
        outlook = {
            target: (low, high)
            for target, low, high in chosen.select("target_id", "met_low", "met_high").iter_rows()
        }
    return _Background(
        as_of, figures, _same_series(tables["indicator_series"], values, scope),
        _assigned_numbers(targets, links), read_rules(tables, as_of), outlook, _clauses_of(targets, links),
        responsible_bodies(tables["clause_agencies"]), suitable_measures(tables["levers"]),
    )  # fmt: skip


def _know(
    target: Mapping[str, Any], indicator: Mapping[str, Any], verdict: Mapping[str, Any], readings: Readings,
    background: _Background,
) -> Known:  # fmt: skip
    own = target["target_id"]
    case = Case(
        target=target, direction=indicator["direction"], indicator_kind=indicator["kind"],
        evidence=Evidence(), replaced_by="", assigned_by="", assigned_value=background.assigned.get(own),
        readings=readings, as_of=background.as_of, path=background.paths.get(own, PathRule()),
    )  # fmt: skip
    return Known(
        case, verdict,
        background.figures.get((target["indicator_id"], target["region"]), YearlyFigures()),
        background.same.get(target["indicator_id"], frozenset()), indicator["unit"],
    )  # fmt: skip


def _warn(
    known: Known, background: _Background, limits: Thresholds, effects: pl.DataFrame | None
) -> dict[str, Any]:
    target, own = known.case.target, known.case.target["target_id"]
    standing, chance = find_standing(known), estimate_chance(known)
    quantity = indicator_roles().get(target["indicator_id"], {}).get("quantity", "")
    reading = read_level(
        standing.schedule, standing.reason, quantity, known.case.as_of,
        provincial=target["region"] in PROVINCES,
    )  # fmt: skip
    if reading.level == "green" and known.verdict["verdict"] == "missed":
        reading = reading.hold("amber")
    schedule, figure = standing.schedule, standing.figure
    milestone = find_milestone(known, standing) or (None, None)
    clause = background.clauses.get(own, "")
    low, high = background.outlook.get(own, (None, None))
    row = dict.fromkeys(COLUMNS) | {
        "target_id": own,
        "as_of": known.case.as_of.isoformat(),
        **reading.as_row(),
        "indicator_id": target["indicator_id"],
        "basis_id": figure and figure.basis_id,
        "period": standing.period,
        "observed": figure and figure.value,
        "required": schedule and _plain(schedule.required),
        "unit": known.unit,
        "target_year": known.case.target_year,
        "p_met": chance.low, "p_met_high": chance.high, "p_basis": chance.basis, "points": chance.points,
        "outlook_low": low, "outlook_high": high,
        "own_level": limits.level(chance),
        **{name: _plain(value) for name, value in measure_change(known, standing).items()},
        "missed_milestone_year": milestone[0], "missed_milestone": milestone[1],
        **find_driver(effects, known),
        "agency_ids": background.bodies.get(clause), "lever_ids": background.measures.get(clause),
        "grade": figure and figure.grade,
    }  # fmt: skip
    return row | write_reasons(row, chance)


def _same_series(
    links: pl.DataFrame, values: pl.DataFrame | None, scope: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Return what may judge each indicator: series, formulas and accounts of the same scope."""
    found: dict[str, set[str]] = {indicator: {series} for indicator, series in scope.items()}
    for indicator, series, relation in links.select("indicator_id", "series_id", "relation").iter_rows():
        if relation == "same":
            found.setdefault(indicator, set()).add(series)
    if values is not None:
        same = values.filter(pl.col("relation") == "same").select("indicator_id", "basis_id").unique()
        for indicator, basis in same.iter_rows():
            found.setdefault(indicator, set()).add(basis)
    return {indicator: frozenset(series) for indicator, series in found.items()}


def _known_links(links: pl.DataFrame, known: pl.Series, as_of: date) -> pl.DataFrame:
    """Return the links that were public on a day, of targets that were."""
    public = [day is None or latest_date(day) <= as_of for day in links["date"]]
    return links.filter(pl.Series(public, dtype=pl.Boolean) & pl.col("target_id").is_in(known.implode()))


def _assigned_numbers(targets: pl.DataFrame, links: pl.DataFrame) -> dict[str, float | None]:
    """Return the number that a document known on the day gives to a target of another one."""
    numbers = dict(targets.select("target_id", "value").iter_rows())
    given = links.filter(pl.col("relation") == "assigns").sort("date", "target_id")
    return {row["other_target_id"]: numbers.get(row["target_id"]) for row in given.iter_rows(named=True)}


def _clauses_of(targets: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    """Return the clause of each target: its own, or that of the target that it changes or assigns."""
    own = dict(targets.select("target_id", "clause_id").iter_rows())
    linked = {
        later: own.get(earlier) for later, earlier in links.select("target_id", "other_target_id").iter_rows()
    }
    return {target: clause or linked.get(target) or "" for target, clause in own.items()}


def _plain(value: float | None) -> float | None:
    """Return a number without the noise of binary fractions (10 significant digits)."""
    return None if value is None else float(f"{value:.10g}")
