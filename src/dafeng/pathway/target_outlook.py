"""How many futures of a scenario meet each target of the plan; what the model cannot say is said as well."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import inf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import LANGUAGES, UnitError
from dafeng.pathway.indicators import express_form, indicator_rules
from dafeng.pathway.peak import natural_frequency
from dafeng.table import Table, column, frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dafeng.pathway.indicators import Form, IndicatorPaths, IndicatorRule
    from dafeng.pathway.model import Array

    Booleans = NDArray[np.bool_]

TrendReading = Literal["every_year", "whole_span"]
NO_NUMBER = {"capped": "no_threshold", "at_level": "no_benchmark", "in_place": "no_criterion"}
FORMS: dict[str, Form] = {"change_ge": "change", "change_about": "change", "points_ge": "added"}
"""Comparators that judge a change of a level, and how it is formed."""
TRENDS = frozenset({"falling", "rising"})
LOWER_IS_BETTER = frozenset({"down", "cap"})
_ROUNDING = 1e-9


class TargetOutlook(Table):
    """Targets of the plan in the futures of one scenario.

    In the state ``assumed`` the indicator is what levers deliver: the values are there, a share is not.
    """

    target_id: str = column(key=True, zh="目标编号", en="Target id")
    indicator_id: str = column(zh="指标", en="Indicator")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(zh="名称（英文）", en="Name (English)")
    scenario: str = column(key=True, zh="情景", en="Scenario")
    target_year: int = column(unit="year", nullable=True, zh="目标年", en="Target year")
    value: float = column(unit="unit", nullable=True, zh="目标值", en="Target value")
    upper: float = column(unit="unit", nullable=True, zh="上限", en="Upper bound")
    comparator: str = column(vocabulary="comparator", zh="比较方式", en="Comparator")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    p05: float = column(unit="unit", nullable=True, zh="5% 分位", en="5th percentile")
    p50: float = column(unit="unit", nullable=True, zh="中位数", en="Median")
    p95: float = column(unit="unit", nullable=True, zh="95% 分位", en="95th percentile")
    met_low: float = column(
        unit="1", nullable=True, low=0, high=1,
        zh="达到的未来所占份额（最严读法）", en="Futures that meet it (strictest)",
    )  # fmt: skip
    met_high: float = column(
        unit="1", nullable=True, low=0, high=1,
        zh="达到的未来所占份额（最宽读法）", en="Futures that meet it (widest)",
    )  # fmt: skip
    state: str = column(vocabulary="outlook_state", zh="状态", en="State")
    basis: str = column(vocabulary="evidence_state", nullable=True, zh="数的状态", en="State of the number")
    reason_zh: str = column(zh="说明（中文）", en="Reason (Chinese)")
    reason_en: str = column(zh="说明（英文）", en="Reason (English)")
    scope_zh: str = column(nullable=True, zh="模型口径（中文）", en="Scope of the model (Chinese)")
    scope_en: str = column(nullable=True, zh="模型口径（英文）", en="Scope of the model (English)")


@dataclass(frozen=True, slots=True)
class OutlookReadings:
    """How open wording is read.

    Attributes
    ----------
    tolerances : tuple of float
        Relative tolerances of 左右: the decided one, or all readings. [1]
    trends : tuple of str
        ``every_year``, ``whole_span`` (end against start): the decided rule of keeps falling, or both.
    target_year : mapping of str to int
        Decided years of targets that name none.
    target_value : mapping of str to float
        Decided numbers of targets that name none.
    settled : frozenset of str
        Indicators whose open scope has been decided as the model counts it.
    """

    tolerances: tuple[float, ...] = (0.0,)
    trends: tuple[TrendReading, ...] = ("every_year", "whole_span")
    target_year: Mapping[str, int] = field(default_factory=dict)
    target_value: Mapping[str, float] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What is known of one target.

    Attributes
    ----------
    state, reason : str
        Codes of ``outlook_state`` and ``outlook_reasons.csv``.
    values : ndarray or None
        The indicator in the year of the target, shape (draw,).
    shares : tuple of float
        Share of futures that meet it, one a reading.
    params : mapping
        For the places in the reason.
    unit : str or None
        Unit of the values where it is not that of the target.
    """

    state: str
    reason: str
    values: Array | None = None
    shares: tuple[float, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    unit: str | None = None


def judge_targets(
    paths: IndicatorPaths,
    tables: Mapping[str, pl.DataFrame],
    *,
    scenario: str,
    region: str,
    readings: OutlookReadings | None = None,
    peaks: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return what the futures of a scenario say of every target.

    Parameters
    ----------
    paths : IndicatorPaths
    tables : mapping of str to polars.DataFrame
        Tables of a pack; ``targets`` and ``indicators`` are read.
    scenario : str
        Written in every row.
    region : str
        Code of the region whose indicators the paths are.
    readings : OutlookReadings, optional
        How open wording is read.
    peaks : mapping of str to float, optional
        Share of futures that meet a target of the kind ``peak_by``, by target, from the peak module [1].

    Returns
    -------
    TargetOutlook
        One row a target. The share of futures is a result of research, never a scoring input.
    """
    given = readings or OutlookReadings()
    directions = dict(tables["indicators"].select("indicator_id", "direction").iter_rows())
    last = dict(tables["targets"].group_by("document_id").agg(pl.col("target_year").max()).iter_rows())
    basis = _basis_of(tables)
    draws = max((len(values[0]) for values in paths.values.values()), default=1)
    rows = []
    for target in tables["targets"].iter_rows(named=True):
        case = dict(target)
        case["basis"] = basis.get(target["indicator_id"])
        case["direction"] = directions.get(target["indicator_id"], "none")
        case["year"] = _year_of(target, given, last[target["document_id"]])
        if case["value"] is None:
            case["value"] = given.target_value.get(target["target_id"])
        judged = _judge(case, paths, given, region, peaks or {})
        rows.append({**_row(case, judged, draws), "scenario": scenario})
    return frame_of(rows, TargetOutlook)


def fulfils(case: Mapping[str, Any], values: Array, tolerance: float = 0.0) -> Booleans:
    """Return which values meet a numeric target.

    Parameters
    ----------
    case : mapping
        ``comparator``, ``value``, ``lower``, ``upper`` and ``direction`` of a target.
    values : ndarray, shape (draw,)
        In the unit of the target.
    tolerance : float
        Relative reading of 左右 [1].

    Examples
    --------
    >>> case = {"comparator": "about", "value": 8000.0, "direction": "up"}
    >>> fulfils(case, np.array([7850.0, 9000.0]), 0.02).tolist()
    [True, True]
    """
    kind, value = case["comparator"], case["value"]
    if kind == "range":
        low, high = case["lower"], case["upper"]
    elif kind in {"gt", "lt"}:
        return np.asarray(values > value if kind == "gt" else values < value)
    elif kind in {"ge", "change_ge", "points_ge"}:
        low, high = value, inf
    elif kind == "le":
        low, high = -inf, value
    else:
        slack = abs(value) * tolerance if kind in {"about", "change_about"} else 0.0
        low = -inf if case["direction"] in LOWER_IS_BETTER else value - slack
        high = inf if case["direction"] == "up" else value + slack
    room = _ROUNDING * max(1.0, *(abs(bound) for bound in (low, high) if abs(bound) < inf))
    return np.asarray((values >= low - room) & (values <= high + room))


@cache
def outlook_reasons() -> Mapping[str, Mapping[str, str]]:
    """Return the words of the reasons: reason -> {zh, en}."""
    text = files("dafeng.pathway").joinpath("outlook_reasons.csv").read_text("utf-8")
    return {row["reason"]: row for row in csv.DictReader(text.splitlines())}


def _basis_of(tables: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Return the state of the numbers behind every indicator: of levers, the weakest of values and shares."""
    order = tuple(terms.entries("evidence_state"))
    ranges = tables.get("lever_ranges")
    states = {} if ranges is None else {row["lever_id"]: row for row in ranges.iter_rows(named=True)}
    found = {}
    for name, rule in indicator_rules().items():
        rows = [states[one] for one in rule.delivering(tables.get("lever_effects")) if one in states]
        behind = [row[state] for row in rows for state in ("base_state", "success_state")]
        found[name] = max(behind, key=order.index, default="derived")
    return found


def _year_of(target: Mapping[str, Any], readings: OutlookReadings, last: int | None) -> int | None:
    """Return the year of a target; a standing rule is judged in the last year that its document names."""
    decided = readings.target_year.get(target["target_id"])
    if decided is not None:
        return decided
    if target["timing"] == "ambiguous":
        return None
    year: int | None = last if target["timing"] == "standing" else target["target_year"]
    return year


def _judge(
    case: Mapping[str, Any], paths: IndicatorPaths, readings: OutlookReadings, region: str,
    peaks: Mapping[str, float],
) -> Judged:  # fmt: skip
    """Return what stands against an outlook, else the outlook."""
    if case["target_id"] in peaks:
        return Judged("expressed", "judged_peak", shares=(peaks[case["target_id"]],))
    hindrance = _find_hindrance(case, paths, region)
    if hindrance is not None:
        return hindrance
    rule = indicator_rules()[case["indicator_id"]]
    reason = _missing_number(case)
    if rule.since and not reason and not _is_change_known(case, rule.since):
        return Judged("not_expressed", "only_change", params={"year": rule.since})
    if reason:
        values = _values(case, rule, paths)
        return Judged("no_number", reason, values if np.isfinite(values).all() else None, unit=rule.unit)
    judge = _judge_trend if case["comparator"] in TRENDS else _judge_number
    return judge(case, rule, paths, readings)


def _find_hindrance(case: Mapping[str, Any], paths: IndicatorPaths, region: str) -> Judged | None:
    """Return why nothing can be said of a target; None if something can."""
    year, kind, last = case["year"], case["comparator"], int(paths.years[-1])
    level = paths.levels.get(case["indicator_id"])
    if case["kind"] == "parameter" or kind == "none":
        return Judged("not_expressed", "parameter")
    if case["region"] != region:
        return Judged("not_expressed", "other_region")
    if level is None:
        missing = _missing_number(case)
        return Judged("no_number", missing) if missing else Judged("not_expressed", "no_model")
    if kind == "peak_by":
        return Judged("expressed", "peak")
    if year is None:
        return Judged("needs_decision", "no_year")
    if not paths.first_year <= year <= last:
        return Judged("not_expressed", "before_span" if year <= last else "beyond_span")
    return None


def _is_change_known(case: Mapping[str, Any], since: int) -> bool:
    """Return whether a lever that is a change since a year answers what a target asks."""
    if case["comparator"] in TRENDS or case["comparator"] == "points_ge":
        return True
    return case["comparator"] in FORMS and case["base_year"] == since


def _missing_number(case: Mapping[str, Any]) -> str:
    """Return the reason for a target without a number, empty if it has one or needs none."""
    kind = case["comparator"]
    if kind in TRENDS or kind == "peak_by" or (kind == "range" and case["lower"] is not None):
        return ""
    if kind in NO_NUMBER:
        return NO_NUMBER[kind]
    return "" if case["value"] is not None else "assigned" if kind == "assigned" else "no_threshold"


def _values(case: Mapping[str, Any], rule: IndicatorRule, paths: IndicatorPaths) -> Array:
    """Return the indicator in the year of the target, changes against its own base year, shape (draw,)."""
    level, years = paths.levels[rule.indicator_id], paths.years
    form = FORMS.get(case["comparator"], rule.form)
    base = paths.first_year if form == "index" else case["base_year"] or paths.base_year
    if rule.since and (rule.since == base or form != FORMS.get(case["comparator"])):
        return np.asarray(level[case["year"] - int(years[0])])
    values: Array = express_form(form, level, years, base)[case["year"] - int(years[0])]
    return values


def _judge_number(
    case: Mapping[str, Any], rule: IndicatorRule, paths: IndicatorPaths, readings: OutlookReadings
) -> Judged:
    values = _values(case, rule, paths)
    if not np.isfinite(values).all():
        return Judged("not_expressed", "no_history", params={"year": case["base_year"] or paths.base_year})
    unit = case["unit"] or "1"
    if case["comparator"] not in FORMS and unit != rule.unit:
        try:
            values = values * conversion_factor(rule.unit, unit)
        except UnitError:
            return Judged("not_expressed", "unit", params={"unit": rule.unit, "target": unit})
    assigned = "le" if case["direction"] in LOWER_IS_BETTER else "ge"
    judged = {**case, "comparator": assigned} if case["comparator"] == "assigned" else case
    tolerances = readings.tolerances if case["comparator"] in {"about", "change_about"} else (0.0,)
    return _conclude(case, rule, values, [fulfils(judged, values, one) for one in tolerances], readings)


def _judge_trend(
    case: Mapping[str, Any], rule: IndicatorRule, paths: IndicatorPaths, readings: OutlookReadings
) -> Judged:
    """Judge whether a path keeps falling or rising from the base year, or the first known one, on."""
    years, level = paths.years, paths.values[rule.indicator_id]
    known = int(years[np.flatnonzero(np.isfinite(level).all(axis=1))[0]])
    start = max(case["base_year"] or known, known)
    if start >= case["year"]:
        return Judged("not_expressed", "no_history", params={"year": case["base_year"] or case["year"]})
    span = level[start - int(years[0]) : case["year"] - int(years[0]) + 1]
    steps = np.diff(span, axis=0) * (-1 if case["comparator"] == "falling" else 1)
    answers = {"every_year": (steps > 0).all(axis=0), "whole_span": steps.sum(axis=0) > 0}
    met = [answers[one] for one in readings.trends]
    judged = _conclude(case, rule, span[-1], met, readings)
    return Judged(judged.state, judged.reason, judged.values, judged.shares, judged.params, rule.unit)


def _conclude(
    case: Mapping[str, Any],
    rule: IndicatorRule,
    values: Array,
    met: list[Booleans],
    readings: OutlookReadings,
) -> Judged:
    """Return a share of futures; the readings count as one answer when they agree to two digits.

    What levers deliver has no share: the assumed delivered share decides it, not the model.
    """
    if rule.delivered:
        fixed = bool(np.ptp(values) <= _ROUNDING * max(1.0, float(np.abs(values).max())))
        unsettled = rule.open and rule.indicator_id not in readings.settled
        reason = "assumed_fixed" if fixed else "assumed"
        return Judged("assumed", f"{reason}_open" if unsettled else reason, values)
    shares = tuple(float(one.mean()) for one in met)
    state, reason = "expressed", "judged_standing" if case["timing"] == "standing" else "judged"
    if len({round(100 * share) for share in shares}) > 1:
        state, reason = "needs_decision", "judged_readings"
    elif rule.open and rule.indicator_id not in readings.settled:
        state, reason = "needs_decision", "judged_open"
    return Judged(state, reason, values, shares)


def _row(case: Mapping[str, Any], judged: Judged, draws: int) -> dict[str, object]:
    rule = indicator_rules().get(case["indicator_id"])
    low, high = (min(judged.shares), max(judged.shares)) if judged.shares else (None, None)
    marks: list[float | None] = [None] * 3
    if judged.values is not None:
        marks = [float(mark) for mark in np.quantile(judged.values, (0.05, 0.5, 0.95))]
    ranged, shown = case["comparator"] == "range", rule is not None and judged.values is not None
    zh, en = _say(case, judged, draws)
    return {
        **{name: case[name] for name in ("target_id", "indicator_id", "name_zh", "name_en", "comparator")},
        "target_year": case["year"], "value": case["lower"] if ranged else case["value"],
        "upper": case["upper"] if ranged else None, "unit": judged.unit or case["unit"],
        "p05": marks[0], "p50": marks[1], "p95": marks[2], "met_low": low, "met_high": high,
        "state": judged.state, "basis": case["basis"] if shown else None, "reason_zh": zh, "reason_en": en,
        "scope_zh": rule.scope_zh or None if rule is not None and shown else None,
        "scope_en": rule.scope_en or None if rule is not None and shown else None,
    }  # fmt: skip


def _say(case: Mapping[str, Any], judged: Judged, draws: int) -> tuple[str, str]:
    """Return the reason in Chinese and English, shares as natural frequencies."""
    words, demonstration = outlook_reasons()[judged.reason], outlook_reasons()["demonstration"]
    spoken = [natural_frequency(share, draws) for share in sorted(judged.shares)]
    said = []
    for place, language in enumerate(LANGUAGES):
        ends = {"low": spoken[0][place], "high": spoken[-1][place]} if spoken else {}
        text = words[language].format(**{"year": case["year"], **ends, **judged.params})
        told = judged.values is not None and case["basis"] == "demonstration"
        said.append(text + demonstration[language] if told else text)
    return said[0], said[1]
