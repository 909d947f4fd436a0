"""A target with what is known of it: its goal as an interval of levels, its schedule, its chance by trend."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from dafeng.period import parse_period
from dafeng.provenance import Grade
from dafeng.tracking.compare import LOWER_IS_BETTER, Goal, goal_of, is_fulfilled
from dafeng.tracking.paths import CHANGES, lay_path, path_of
from dafeng.tracking.paths import LEVELS as LEVEL_COMPARATORS
from dafeng.tracking.warning.barometer import Schedule
from dafeng.tracking.warning.trend import FEWEST_YEARS, choose_scale, fit_trend
from dafeng.tracking.warning.yearly import LEVELS, Figure, YearlyFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.tracking.case import Case

NUMERIC = LEVEL_COMPARATORS | CHANGES
NO_PATH = frozenset({"falling", "rising", "peak_by"})
SETTLED = {"met": 1.0, "missed": 0.0}
SURE = 0.01
"""A trend never says less than this or more than its complement."""


@dataclass(frozen=True, slots=True)
class Known:
    """A target, its verdict and the figures of its indicator.

    Parameters
    ----------
    case : Case
        The target and how it is read.
    verdict : mapping
        Row of the verdicts.
    figures : YearlyFigures
        Of its indicator and region.
    spans : frozenset of str
        Series that may judge the indicator.
    indicator_unit : str or None
        Unit of the figures, where the number of the target is a change in %.
    """

    case: Case
    verdict: Mapping[str, Any]
    figures: YearlyFigures
    spans: frozenset[str] = frozenset()
    indicator_unit: str | None = None

    @property
    def comparator(self) -> str:
        """Comparator, with what the State assigns read as at least or at most."""
        written: str = self.case.target["comparator"]
        if written == "assigned" and self.case.value is not None:
            return "le" if self.case.direction in LOWER_IS_BETTER else "ge"
        return written

    @property
    def number(self) -> float | None:
        """The goal itself, the lower end of a range [unit of the target]."""
        return self.case.goal

    @property
    def unit(self) -> str | None:
        """Unit of the figures and of the levels that they are compared with."""
        written: str | None = self.case.target["unit"]
        return self.indicator_unit if self.comparator in CHANGES else written

    @property
    def is_cumulative(self) -> bool:
        """Whether published figures are themselves changes since the base year."""
        return self.case.indicator_kind == "change" and self.comparator in LEVEL_COMPARATORS

    def tolerances(self) -> tuple[float, ...]:
        """Return the readings of 左右 that apply, strictest first."""
        return tuple(sorted(self.case.readings.tolerances())) if "about" in self.comparator else (0.0,)

    def goal(self, tolerance: float, base: float | None = None) -> Goal | None:
        """Return the goal as an interval of levels; of a change only with the level of the base year."""
        number, comparator = self.number, self.comparator
        if number is None:
            return None
        if comparator == "range":
            return Goal(low=number, high=self.case.target["upper"])
        if comparator in LEVEL_COMPARATORS:
            return goal_of(comparator, number, self.case.direction, tolerance)
        if base is None or (comparator != "points_ge" and base <= 0):
            return None
        plain = "about" if comparator == "change_about" else "ge"
        change = goal_of(plain, number, self.case.direction, tolerance)
        return Goal(level_of(base, change.low, comparator), level_of(base, change.high, comparator))

    def lower_is_better(self, base: float | None, end: float) -> bool:
        """Return whether less is better: by the comparator, the indicator, or the side of the goal."""
        if self.comparator in {"le", "lt"}:
            return True
        if self.comparator in {"ge", "gt", "change_ge", "points_ge"} or self.case.direction == "up":
            return False
        return self.case.direction in LOWER_IS_BETTER or (base is not None and end < base)

    def base(self, last: int) -> Figure | None:
        """Return the level of the base year, of the same series for a change; no level of a change itself."""
        newest = self.figures.newest(last)
        changes = self.comparator in CHANGES
        if changes and self.case.indicator_kind == "change":
            return None
        return self.figures.in_year(self.case.base_year, newest.basis_id if newest and changes else None)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands: the figure, the schedule or why there is none.

    Parameters
    ----------
    reason : str
        Code of ``warning_reason``; empty with a schedule.
    schedule : Schedule or None
    figure : Figure or None
        The newest figure.
    period : str or None
        What it describes.
    """

    reason: str
    schedule: Schedule | None = None
    figure: Figure | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """Chance that the target is met: strictest and widest reading, what it rests on.

    Parameters
    ----------
    basis : str
        Code of ``probability_basis``.
    low, high : float or None
        [1]
    points : int
        Yearly figures behind the trend.
    """

    basis: str
    low: float | None = None
    high: float | None = None
    points: int = 0


def find_standing(known: Known) -> Standing:
    """Return the schedule of a target and its newest figure, or why there is none."""
    hindrance = _hindrance(known)
    if known.is_cumulative and hindrance in {"", "no_path"}:
        return _cumulative_standing(known)
    year = known.case.target_year or known.case.as_of.year
    figure = known.figures.newest(year)
    if hindrance or figure is None:
        period = None if figure is None else str(figure.year)
        return Standing(hindrance or "no_figure", None, figure, period)
    if known.case.due and figure.year < year:
        return Standing("outcome_missing", None, figure, str(figure.year))
    reason, schedule = _lay_schedule(known, figure, year)
    return Standing(reason, schedule, figure, str(figure.year))


def estimate_chance(known: Known) -> Chance:
    """Return the chance that a target is met: settled by its outcome, else by the trend of one series."""
    settled = SETTLED.get(known.verdict["verdict"])
    year = known.case.target_year
    if settled is not None:
        return Chance("settled", settled, settled)
    hindered = _hindrance(known) not in {"", "no_path"} or year is None or known.is_cumulative
    if hindered or known.comparator not in NUMERIC:
        return Chance("none")
    base = known.base(year or 0)
    usable = base is not None and base.bound in LEVELS
    goals = [
        known.goal(tolerance, base.value if base and usable else None) for tolerance in known.tolerances()
    ]
    years, values = known.figures.line(
        year or 0, base.basis_id if base and known.comparator in CHANGES else None
    )
    bounds = [(g.low, g.high) for g in goals if g is not None]
    if not bounds or any(low == high for low, high in bounds) or not len(years):
        return Chance("none")
    if years[-1] == year:
        outcome = float(values[-1])
        met = [is_fulfilled(g, outcome, outcome) == "yes" for g in goals if g is not None]
        return Chance("settled", float(min(met)), float(max(met)), len(years))
    if len(years) < FEWEST_YEARS:
        return Chance("too_few", points=len(years))
    ends = [bound for pair in bounds for bound in pair if isfinite(bound)]
    scale = choose_scale(values[:-1], ends, is_percent=known.unit in {"%", "pp"})
    trend = fit_trend(years, values, scale)
    chances = trend.chance_between(year or 0, [low for low, _ in bounds], [high for _, high in bounds])
    shown = [min(max(round(float(chance), 2), SURE), 1 - SURE) for chance in chances]
    return Chance("trend", min(shown), max(shown), len(years))


def _hindrance(known: Known) -> str:
    """Return why a target has no schedule whatever its figures, or nothing."""
    verdict, target = known.verdict["verdict"], known.case.target
    if verdict == "adjusted":
        return "replaced"
    if target["kind"] == "parameter" or known.comparator in {"none", "in_place", "at_level"}:
        return "nothing_to_judge"
    if known.comparator in NO_PATH:
        return "no_path"
    if known.comparator not in NUMERIC or known.number is None:
        return "no_number"
    if known.case.target_year is None:
        return "no_year"
    return ""


def _lay_schedule(known: Known, figure: Figure, year: int) -> tuple[str, Schedule | None]:
    base = known.base(year)
    goal = known.goal(0.0, None if base is None else base.value)
    if goal is None:
        return "no_baseline", None
    end = _end_of(known, goal)
    lower = known.lower_is_better(None if base is None else base.value, end)
    reached = is_fulfilled(goal, figure.low, figure.high) == "yes"
    if reached and (known.case.due or not _leaves_room(known, base, end, lower=lower)):
        reason = "goal_reached"
    else:
        reason = ""
    if known.case.target["timing"] == "standing":
        return reason or "no_path", None
    if figure.bound not in LEVELS:
        return reason or "only_bound", None
    if base is None or base.bound not in LEVELS or base.year >= figure.year:
        return reason or "no_baseline", None
    required = _required(known, base, (year, end), figure.year)
    if required is None:
        return reason or "no_baseline", None
    if base.value == end:
        return reason or "no_change", None
    return reason, Schedule(base.value, end, required, figure.value, lower)


def _leaves_room(known: Known, base: Figure | None, end: float, *, lower: bool) -> bool:
    """Return whether a ceiling stands above the base: until its year it is spent by and by, not reached."""
    if not lower:
        return False
    return known.case.direction == "cap" if base is None else base.value < end


def _required(known: Known, base: Figure, goal: tuple[int, float], year: int) -> float | None:
    """Return the level that the path requires in a year."""
    if known.comparator not in CHANGES:
        path = lay_path(known.case.path, (base.year, base.value), goal)
        return None if path is None else path.at(year)
    change = path_of(known.case, None)
    share = None if change is None else change.at(year)
    return None if share is None else level_of(base.value, share, known.comparator)


def _cumulative_standing(known: Known) -> Standing:
    """Return where a cumulative change stands against its path, by the figure of the verdict."""
    row, base, year, goal = known.verdict, known.case.base_year, known.case.target_year, known.number
    period = parse_period(row["period"]) if row["period"] else None
    usable = (
        period is not None and row["series_id"] in known.spans and row["grade"] is not None
        and Grade(row["grade"]).counts and period.start.year == base + 1 and period.kind in {"year", "years"}
    )  # fmt: skip
    if year is None or goal is None or period is None or not usable or period.end.year > year:
        return Standing("no_figure")
    figure = Figure(period.end.year, row["observed"], row["bound"], row["series_id"], row["grade"])
    if known.case.due and figure.year < year:
        return Standing("outcome_missing", None, figure, row["period"])
    if figure.bound not in LEVELS:
        return Standing("only_bound", None, figure, row["period"])
    if goal == 0 or figure.year <= base:
        return Standing("no_change", None, figure, row["period"])
    path = path_of(known.case, None)
    required = None if path is None else path.at(figure.year)
    if required is None:
        return Standing("no_baseline", None, figure, row["period"])
    lower = known.lower_is_better(0.0, goal)
    return Standing("", Schedule(0.0, goal, required, figure.value, lower), figure, row["period"])


def _end_of(known: Known, goal: Goal) -> float:
    """Return the level that the path ends in."""
    if known.comparator in CHANGES:
        return goal.low if isfinite(goal.low) else goal.high
    return known.number or 0.0


def level_of(base: float, change: float, comparator: str) -> float:
    """Return the level that a change since the base year, in points or %, leads to."""
    return base + change if comparator == "points_ge" else base * (1 + change / 100)
