"""Required paths: what a target asks for in each year from its base to its own year."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding, Place
from dafeng.period import latest_date
from dafeng.table import frame_of
from dafeng.tracking.indicator_contracts import RequiredPaths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    import polars as pl

    from dafeng.tracking.case import Case
    from dafeng.tracking.evidence import Observation

LEVELS = frozenset({"ge", "gt", "le", "lt", "eq", "about", "range"})
"""Comparators with a level that a path leads to."""
CHANGES = frozenset({"change_ge", "change_about", "points_ge"})
"""Comparators whose number is a change against the base year."""
PATH_WORDS = {
    "linear": {"zh": "直线", "en": "straight line"},
    "compound": {"zh": "等比路径", "en": "path of a constant rate"},
    "milestones": {"zh": "节点路径", "en": "path by milestones"},
}


@dataclass(frozen=True, slots=True)
class PathRule:
    """How the path of a target is drawn, as known on a day.

    Parameters
    ----------
    shape : {"linear", "compound", "milestones"}
    base_year : int or None
        First year; None: the base year of the target or of the pack.
    milestones : tuple of (int, float)
        Years before the target year with what is required in them.
    documents : tuple of str
        Documents that set the milestones.
    """

    shape: str = "linear"
    base_year: int | None = None
    milestones: tuple[tuple[int, float], ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A required path: nodes, and how it runs between them.

    Parameters
    ----------
    nodes : tuple of (int, float)
        Years and values in order; at least two.
    compound : bool
        At a constant rate between the nodes instead of straight.
    offset : float
        What is added before a rate is formed: 100 for a cumulative change in %.
    """

    nodes: tuple[tuple[int, float], ...]
    compound: bool = False
    offset: float = 0.0

    def at(self, year: int) -> float | None:
        """Return the required value of a year: None before the first node, the last value after the last one.

        Notes
        -----
        Between nodes :math:`(t_0, a)` and :math:`(t_1, b)` with :math:`s = (t - t_0)/(t_1 - t_0)`: straight
        :math:`a + (b - a) s`, at a constant rate :math:`(a + c)((b + c)/(a + c))^s - c`.
        """
        if year < self.nodes[0][0]:
            return None
        for (start, low), (end, high) in pairwise(self.nodes):
            if year == start:
                return low
            if year < end:
                return self._between(low, high, year - start, end - start)
        return self.nodes[-1][1]

    def _between(self, low: float, high: float, gone: int, whole: int) -> float:
        if self.compound:
            first, last = low + self.offset, high + self.offset
            value: float = first * (last / first) ** (gone / whole) - self.offset
        else:
            value = low + (high - low) * gone / whole
        return min(max(value, min(low, high)), max(low, high))


def lay_path(
    rule: PathRule, base: tuple[int, float] | None, goal: tuple[int, float], offset: float = 0.0
) -> Path | None:
    """Return the path from a base over the milestones to the goal; None if it has no two points.

    Parameters
    ----------
    rule : PathRule
    base, goal : tuple of (int, float)
        Year and value; no base: the path begins at the first milestone.
    offset : float
        Of :class:`Path`. A path of a constant rate needs nodes above ``-offset``.

    Examples
    --------
    >>> lay_path(PathRule("milestones", None, ((2027, 54.0),)), (2020, 40.0), (2030, 60.0)).at(2027)
    54.0
    """
    first = base[0] if base is not None else -inf
    stops = [stop for stop in rule.milestones if first < stop[0] < goal[0]]
    nodes = tuple(sorted([*([base] if base is not None and base[0] < goal[0] else []), *stops, goal]))
    compound = rule.shape == "compound"
    if len(nodes) < 2 or (compound and any(value + offset <= 0 for _, value in nodes)):
        return None
    return Path(nodes, compound, offset)


def path_of(case: Case, baseline: Observation | None) -> Path | None:
    """Return the required path of a target: the one line by which verdicts, tables and warnings judge.

    Parameters
    ----------
    case : Case
    baseline : Observation or None
        Figure of the base year, for targets of a level; a change starts from nothing.
    """
    goal, year = case.goal, case.target_year
    if goal is None or year is None:
        return None
    if case.is_change:
        offset = 0.0 if case.target["comparator"] == "points_ge" else 100.0
        return lay_path(case.path, (case.base_year, 0.0), (year, goal), offset)
    known = baseline is not None and baseline.is_level
    base = (baseline.year, baseline.value) if baseline is not None and known else None
    return lay_path(case.path, base, (year, goal))


def read_rules(tables: Mapping[str, pl.DataFrame], as_of: date) -> dict[str, PathRule]:
    """Return the path rules of a pack by target, with the milestones that were public on a day.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``target_paths``, ``target_milestones``, ``documents``; each may be missing.
    as_of : date
    """
    shapes, milestones = tables.get("target_paths"), tables.get("target_milestones")
    if shapes is None:
        return {}
    documents = tables.get("documents")
    days = {} if documents is None else dict(documents.select("document_id", "date").iter_rows())
    stops: dict[str, list[tuple[int, float, str]]] = {}
    for row in milestones.iter_rows(named=True) if milestones is not None else ():
        day = row["known_on"] or days.get(row["document_id"])
        if day is None or latest_date(day) <= as_of:
            stops.setdefault(row["target_id"], []).append(
                (row["year"], row["value"], row["document_id"] or "")
            )
    rules = {}
    for row in shapes.iter_rows(named=True):
        own = sorted(stops.get(row["target_id"], []))
        rules[row["target_id"]] = PathRule(
            row["shape"], row["base_year"], tuple((year, value) for year, value, _ in own),
            tuple(sorted({document for _, _, document in own if document})),
        )  # fmt: skip
    return rules


def list_paths(cases: Iterable[Case]) -> pl.DataFrame:
    """Return the required path of every target that is in force and has a number, a year and a start.

    Parameters
    ----------
    cases : iterable of Case
        Of the board, for one day.

    Returns
    -------
    RequiredPaths
    """
    rows = [row for case in cases if _has_path(case) for row in _path_rows(case)]
    return frame_of(rows, RequiredPaths)


def _has_path(case: Case) -> bool:
    comparator = case.target["comparator"]
    written = comparator in LEVELS | CHANGES or (comparator == "assigned" and case.is_change)
    return written and not case.replaced_by and case.target["kind"] != "parameter"


def _path_rows(case: Case) -> Iterator[dict[str, Any]]:
    baseline = None if case.is_change else case.evidence.in_year(case.base_year)
    path = path_of(case, baseline)
    if path is None:
        return
    target, stops = case.target, {year for year, _ in case.path.milestones}
    first, last = path.nodes[0][0], path.nodes[-1][0]
    begins = case.is_change or (baseline is not None and baseline.is_level)
    change = target["comparator"] in {"change_ge", "change_about"}
    for year in range(first, last + 1):
        yield {
            "target_id": target["target_id"], "year": year, "required": path.at(year),
            "unit": "%" if change else target["unit"], "shape": case.path.shape, "base_year": case.base_year,
            "base": path.nodes[0][1] if begins else None, "is_milestone": year in stops,
            "scope_zh": target["scope_zh"], "scope_en": target["scope_en"],
            "vintage": ", ".join(dict.fromkeys([target["document_id"], *case.path.documents])),
        }  # fmt: skip


def check_paths(tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series]) -> list[Finding]:
    """Return everything that keeps the required paths of a pack from being drawn.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``targets``, ``target_paths``, ``target_milestones`` of a pack.
    rows : mapping of str to polars.Series
        Row numbers in the files.
    """
    targets = {row["target_id"]: row for row in tables["targets"].iter_rows(named=True)}
    shapes = dict(tables["target_paths"].select("target_id", "shape").iter_rows())
    found = []
    stopped = set(tables["target_milestones"]["target_id"])
    for number, row in _numbered(tables, rows, "target_paths"):
        place = Place("target_paths.csv", row=number, column="shape")
        goal = targets[row["target_id"]]["value"]
        if row["shape"] == "milestones" and row["target_id"] not in stopped:
            found.append(Finding("path_without_milestones", place, {"target": row["target_id"]}))
        level = targets[row["target_id"]]["comparator"] in LEVELS
        if row["shape"] == "compound" and level and goal is not None and goal == 0:
            found.append(Finding("path_no_rate", place, {"target": row["target_id"], "value": goal}))
    for number, row in _numbered(tables, rows, "target_milestones"):
        found += _check_milestone(row, number, targets[row["target_id"]], shapes.get(row["target_id"]))
    return found


def _numbered(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series], name: str
) -> Iterator[tuple[int, dict[str, Any]]]:
    known = set(tables["targets"]["target_id"])
    for number, row in zip(rows[name], tables[name].iter_rows(named=True), strict=True):
        if row["target_id"] in known:
            yield number, row


def _check_milestone(
    row: Mapping[str, Any], number: int, target: Mapping[str, Any], shape: str | None
) -> Iterator[Finding]:
    file = "target_milestones.csv"
    if shape != "milestones":
        yield Finding(
            "milestone_unused", Place(file, row=number, column="target_id"), {"target": row["target_id"]}
        )
    first, last = target["base_year"] or 0, target["target_year"] or 9999
    if not first < row["year"] < last:
        params = {"target": row["target_id"], "year": row["year"], "last": target["target_year"] or "—"}
        yield Finding("milestone_outside", Place(file, row=number, column="year"), params)
    expected = "%" if target["comparator"] in {"change_ge", "change_about"} else target["unit"]
    if row["unit"] != expected:
        params = {"what": row["target_id"], "value": row["unit"] or "", "expected": expected or ""}
        yield Finding("unit_wrong", Place(file, row=number, column="unit"), params)
