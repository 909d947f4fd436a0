"""How each kind of target is judged. Each rule is a small function; :func:`rule_on` puts them in order."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from dafeng.peaktest import assess_peak
from dafeng.tracking.case import Case, Ruling
from dafeng.tracking.compare import LOWER_IS_BETTER, Goal, goal_of, is_fulfilled
from dafeng.tracking.evidence import Evidence, best_of
from dafeng.tracking.paths import CHANGES, path_of

if TYPE_CHECKING:
    from dafeng.tracking.evidence import Observation

NUMERIC = frozenset({"ge", "gt", "le", "lt", "eq", "about", "range"})
TRENDS = frozenset({"falling", "rising"})
NO_NUMBER = frozenset({"capped", "at_level", "in_place"})
FEWEST_FOR_PEAK = 3
"""Years without which nobody can speak of a maximum."""
VERDICT_OF = {"yes": "met", "no": "missed", "open": "no_published_data"}


def rule_on(case: Case) -> Ruling:
    """Return the verdict on one target.

    The order matters: parameters are nothing to judge; a replaced target gives way; what the State
    assigns is the State's to confirm; then the wording decides.
    """
    target = case.target
    if target["kind"] == "parameter" or target["comparator"] == "none":
        return Ruling("no_indicator", "parameter")
    if case.replaced_by:
        return Ruling("adjusted", "replaced", _known(case))
    if "assigned" in {target["kind"], target["comparator"]} or case.assigned_by == target["target_id"]:
        return _rule_undated(case) if case.target_year is None else _rule_assigned(case)
    if target["comparator"] in NO_NUMBER:
        return _rule_without_number(case)
    if case.target_year is None:
        return _rule_undated(case)
    if target["comparator"] in TRENDS:
        return _rule_trend(case)
    if target["comparator"] == "peak_by":
        return _rule_peak(case)
    return _rule_number(case)


def _known(case: Case) -> Observation | None:
    """Return what to show beside a verdict: for a change, only figures that start at its own base year."""
    base = case.target["base_year"]
    if case.indicator_kind != "change" or base is None:
        return case.evidence.newest_of_any()
    end = case.target_year or case.as_of.year
    own = [o for o in case.evidence.observations if o.period.start.year > base and o.year <= end]
    return Evidence(tuple(own)).newest_of_any()


def _rule_assigned(case: Case) -> Ruling:
    year, base = case.target_year, case.target["base_year"]
    known = _known(case)
    if not case.due:
        return Ruling("not_yet_due", _reason_of_absence(case, "not_due"), known, params={"year": year})
    whole = best_of([
        o for o in case.evidence.countable()
        if base is not None and o.period.start.year == base + 1 and o.year == year
    ])  # fmt: skip
    if case.value is None or whole is None:
        reason = "assigned_partial" if case.evidence.countable() else "assigned"
        return Ruling("awaiting_state", reason, known, required=case.value, params={"year": year})
    goal = goal_of("le" if case.direction in LOWER_IS_BETTER else "ge", case.value, case.direction)
    answer = is_fulfilled(goal, whole.low, whole.high)
    gap = _gap(case, whole.value, case.value)
    return Ruling(VERDICT_OF[answer], f"due_{answer}", whole, required=case.value, gap=gap)


def _rule_without_number(case: Case) -> Ruling:
    if case.target["comparator"] == "capped" and case.evidence.countable():
        return Ruling("needs_decision", "no_threshold", _known(case))
    reason = {"at_level": "no_benchmark", "in_place": "no_criterion", "capped": "no_cap"}
    return Ruling("no_indicator", reason[case.target["comparator"]], _known(case))


def _rule_undated(case: Case) -> Ruling:
    if case.target["kind"] == "directional":
        return Ruling("no_indicator", "neither_number_nor_year", _known(case))
    reason = "ambiguous_year" if case.target["timing"] == "ambiguous" else "no_year"
    extra = "" if case.evidence.countable() else "_no_data"
    return Ruling("needs_decision", reason + extra, _known(case))


def _rule_trend(case: Case) -> Ruling:
    base = case.target["base_year"] or case.readings.base_year
    falling = case.target["comparator"] == "falling"
    years = _one_a_year(case, base, case.target_year or case.as_of.year)
    if case.as_of.year <= base + 1:
        return Ruling("not_yet_due", "period_not_begun", _known(case), params={"year": base + 1})
    whole = len(years) >= 2 and _is_unbroken(years)
    if not whole or (case.due and years[-1].year < (case.target_year or 0)):
        return _without_outcome(case)
    steps = [later.value - earlier.value for earlier, later in pairwise(years)]
    kept = all(step < 0 if falling else step > 0 for step in steps)
    if case.due:
        return Ruling(
            "met" if kept else "missed", "trend_kept" if kept else "trend_broken", years[-1], years[0]
        )
    return Ruling(
        "on_track" if kept else "off_track", "trend_kept" if kept else "trend_broken", years[-1], years[0]
    )


def _one_a_year(case: Case, first: int, last: int) -> list[Observation]:
    """Return one figure a year of a span of years, all of one series: the best covered one."""
    levels = [
        o for o in case.evidence.countable()
        if o.at_year_end and o.is_level and first <= o.year <= last
    ]  # fmt: skip
    by_series: dict[str, dict[int, Observation]] = {}
    for o in levels:
        years = by_series.setdefault(o.series_id, {})
        years[o.year] = min(years.get(o.year, o), o, key=lambda each: (each.bound != "eq", each.grade))
    best = max(by_series.values(), key=lambda years: (max(years), len(years)), default={})
    return [best[year] for year in sorted(best)]


def _is_unbroken(found: list[Observation]) -> bool:
    return found[-1].year - found[0].year == len(found) - 1


def _rule_peak(case: Case) -> Ruling:
    """Judge a peak only after its year, by the peak test on every year that is published."""
    if not case.due:
        return Ruling("not_yet_due", "peak_not_due", _known(case), params=_year_of(case))
    found = _one_a_year(case, 0, case.as_of.year)
    target_year = case.target_year or 0
    years = [o.year for o in found]
    if len(found) < FEWEST_FOR_PEAK or not _is_unbroken(found) or years[-1] <= target_year:
        return _without_outcome(case)
    assessed = assess_peak(np.array(years), np.array([o.value for o in found]))
    params = {"year": target_year, "peak": assessed.peak_year}
    if assessed.verdict == "peaked":
        reached = assessed.peak_year <= target_year
        return Ruling(
            "met" if reached else "missed", "peak_in_time" if reached else "peak_too_late", found[-1],
            params=params,
        )  # fmt: skip
    if assessed.peak_year > target_year:
        return Ruling("missed", "peak_too_late", found[-1], params=params)
    return Ruling("needs_decision", "peak_unconfirmed", found[-1], params=params)


def _rule_number(case: Case) -> Ruling:
    if case.target["comparator"] in CHANGES:
        return _rule_change(case)
    if case.indicator_kind == "change":
        return _rule_cumulative(case)
    if not case.due:
        return _rule_progress(case)
    year = case.target_year or 0
    observed = case.evidence.in_year(year)
    if observed is None:
        return _without_outcome(case)
    return _settle(case, observed, observed.low, observed.high)


def _rule_cumulative(case: Case) -> Ruling:
    base, year = case.target["base_year"], case.target_year or 0
    spans = [
        o for o in case.evidence.countable()
        if base is not None and o.period.start.year == base + 1 and o.year <= year
    ]  # fmt: skip
    whole = best_of([o for o in spans if o.year == year])
    if whole is not None and case.due:
        return _settle(case, whole, whole.low, whole.high)
    newest = best_of([o for o in spans if o.year == spans[-1].year])
    path = path_of(case, None)
    required = None if newest is None or path is None else path.at(newest.year)
    if case.due or newest is None or not newest.is_level or required is None:
        return _without_outcome(case)
    return _on_path(case, newest, None, required)


def _rule_change(case: Case) -> Ruling:
    """Change against a base year, formed within one series and never across two."""
    base = case.target["base_year"]
    start = case.evidence.in_year(base) if base is not None else None
    year = case.target_year or 0
    end = case.evidence.in_year(year) if case.due else case.evidence.latest()
    if start is None or end is None or end.series_id != start.series_id or end.year <= start.year:
        return _without_outcome(case)
    points = case.target["comparator"] == "points_ge"
    if not points and start.value <= 0:
        return _without_outcome(case)
    low, high = (_change(start, bound, points=points) for bound in (end.low, end.high))
    if not start.is_level:
        low, high = -inf, inf
    if case.due:
        return _settle(case, end, low, high, start)
    path = path_of(case, None)
    required = None if path is None else path.at(end.year)
    if not start.is_level or not end.is_level or required is None:
        return _without_outcome(case)
    return _on_path(case, end, start, required, _change(start, end.value, points=points))


def _change(start: Observation, end: float, *, points: bool) -> float:
    return end - start.value if points else (end / start.value - 1) * 100


def _settle(
    case: Case, observed: Observation, low: float, high: float, start: Observation | None = None
) -> Ruling:
    """Return met or missed for a due target; for 左右 only if every reading agrees."""
    about = case.target["comparator"] in {"about", "change_about"}
    tolerances = case.readings.tolerances() if about else (0.0,)
    answers = [(t, is_fulfilled(_goal(case, t), low, high)) for t in tolerances]
    points = case.target["comparator"] == "points_ge"
    level = observed.value if start is None else _change(start, observed.value, points=points)
    required = case.goal
    gap = None if required is None else _gap(case, level, required)
    if len({answer for _, answer in answers}) > 1:
        variants = tuple((t, VERDICT_OF[answer]) for t, answer in answers)
        return Ruling("needs_decision", "about", observed, start, required, gap, variants=variants)
    answer = answers[0][1]
    decided = case.readings.about_tolerance
    reason = f"due_{answer}_" + ("about" if decided is None else "decided") if about else f"due_{answer}"
    params = {} if decided is None else {"tolerance": f"{decided:.3g}"}
    return Ruling(VERDICT_OF[answer], reason, observed, start, required, gap, params=params)


def _rule_progress(case: Case) -> Ruling:
    """Judge a target that is not due by the path from its baseline."""
    latest = case.evidence.latest()
    if latest is None:
        return Ruling("not_yet_due", _reason_of_absence(case, "not_due"), _known(case), params=_year_of(case))
    baseline = case.evidence.in_year(case.base_year)
    goal_value = case.goal
    if goal_value is None:
        return Ruling("not_yet_due", "not_due_other_year", latest, params=_year_of(case))
    if is_fulfilled(_goal(case, 0.0), latest.low, latest.high) == "yes":
        return Ruling(
            "on_track", "already_there", latest, baseline, goal_value, _gap(case, latest.value, goal_value),
            params=_year_of(case),
        )  # fmt: skip
    path = path_of(case, baseline)
    required = path.at(latest.year) if path is not None and latest.is_level else None
    if required is None or (baseline is not None and latest.year <= baseline.year):
        return Ruling("not_yet_due", "no_baseline", latest, baseline, params=_year_of(case))
    return _on_path(case, latest, baseline, required)


def _on_path(
    case: Case, latest: Observation, baseline: Observation | None, required: float, level: float | None = None
) -> Ruling:
    level = latest.value if level is None else level
    gap = _gap(case, level, required)
    goal_value, year = case.goal or 0.0, case.target_year or 0
    needed = (goal_value - level) / (year - latest.year) if year > latest.year else None
    ahead = gap >= 0
    return Ruling(
        "on_track" if ahead else "off_track", "path_ahead" if ahead else "path_behind",
        latest, baseline, required, gap, needed, params=_year_of(case),
    )  # fmt: skip


def _without_outcome(case: Case) -> Ruling:
    if not case.due:
        return Ruling("not_yet_due", _reason_of_absence(case, "not_due"), _known(case), params=_year_of(case))
    others = [o for o in case.evidence.of("other_scope") if o.counts]
    if not case.evidence.countable() and others:
        return Ruling("scope_not_comparable", "other_scope", others[-1])
    return Ruling("no_published_data", _reason_of_absence(case, "due"), _known(case), params=_year_of(case))


def _reason_of_absence(case: Case, prefix: str) -> str:
    if case.target["timing"] == "standing":
        return "standing_absent"
    if case.evidence.countable():
        return f"{prefix}_other_year"
    if case.evidence.of("same"):
        return f"{prefix}_weak_grade"
    for relation in ("change_only", "proxy", "other_scope"):
        if any(o.counts for o in case.evidence.of(relation)):
            return f"{prefix}_{relation}"
    return f"{prefix}_weak_grade" if case.evidence.observations else f"{prefix}_nothing"


def _year_of(case: Case) -> dict[str, object]:
    return {"year": case.target_year}


def _goal(case: Case, tolerance: float) -> Goal:
    target = case.target
    if target["comparator"] == "range":
        return Goal(low=target["lower"], high=target["upper"])
    comparator = {"change_ge": "ge", "points_ge": "ge", "change_about": "about"}.get(
        target["comparator"], target["comparator"]
    )
    return goal_of(comparator, case.value or 0.0, case.direction, tolerance)


def _gap(case: Case, level: float, required: float) -> float:
    """Return how far a level is ahead of what is required; positive is better."""
    comparator = case.target["comparator"]
    lower_better = comparator in {"le", "lt"} or (
        case.direction in LOWER_IS_BETTER and comparator not in {"ge", "gt", "change_ge", "points_ge"}
    )
    if case.target["kind"] == "assigned":
        lower_better = case.direction in LOWER_IS_BETTER
    return required - level if lower_better else level - required
