"""Do the plans of the cities add up: sums beside the targets of the province, peak years, boundaries."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.tasks_contracts import PlanBalance, PlanPeaks
from dafeng.table import frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.register.model import Measure

OUT = frozenset({"returned"})
"""States of plans that are not counted."""
PEAK = "peak_by"
"""Comparator of a target that asks for a peak."""
_COLUMN = re.compile(r"figures\.([a-z][a-z0-9_]*)")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BalanceGround:
    """City plans and what the province asks for.

    Parameters
    ----------
    plans : polars.DataFrame
        Rows of the register of reviews, one a city (:func:`latest_plans`).
    cities : sequence of mapping
        ``code`` and ``name_zh`` of all cities.
    measures : sequence of Measure
        Figures of the register over the list ``figures``.
    values : polars.DataFrame
        MeasureValues of these plans.
    targets : sequence of mapping
        Targets of the province in force.
    readings : tuple of float
        How 左右 may be read; one if it is decided. [1]
    """

    plans: pl.DataFrame
    cities: Sequence[Mapping[str, Any]]
    measures: Sequence[Measure]
    values: pl.DataFrame
    targets: Sequence[Mapping[str, Any]]
    readings: tuple[float, ...] = (0.0,)


@cache
def indicators_of_plans() -> dict[str, str]:
    """Return which indicator each figure over the city plans stands beside.

    A planned figure is no outcome: it is compared with targets here and feeds no verdict.
    """
    text = files("dafeng.register").joinpath("tasks_plan_indicators.csv").read_text("utf-8")
    return {row["measure_id"]: row["indicator_id"] for row in csv.DictReader(text.splitlines())}


def latest_plans(plans: pl.DataFrame) -> pl.DataFrame:
    """Return the latest version of each city's plan that was not returned."""
    counted = plans.filter(~pl.col("state").is_in(list(OUT)))
    return counted.sort("plan_version").unique("region", keep="last", maintain_order=True).sort("region")


def balance_plans(ground: BalanceGround) -> pl.DataFrame:
    """Return the sums of the city plans beside the province as a PlanBalance table.

    A sum stands only where every city gives the figure; else the part that is known is shown apart and the
    outcome is *incomplete*. A figure with a scope (emissions) is not added over plans of different boundary.
    Years are those of the plans and those of the targets of the same indicator.

    Returns
    -------
    polars.DataFrame
        PlanBalance, one row a figure, year and target.
    """
    boundaries = set(ground.plans["boundary"].drop_nulls()) if ground.plans.height else set()
    rows = []
    for measure in ground.measures:
        given = _given(ground.plans, measure)
        indicator = indicators_of_plans().get(measure.id)
        asked = [t for t in ground.targets if t["indicator_id"] == indicator and _has_number(t)]
        for year in sorted({*given, *(t["target_year"] for t in asked)}):
            whole = _whole(measure, year, given.get(year, set()), ground)
            mixed = bool(measure.scope_zh) and len(boundaries) > 1
            beside = [t for t in asked if t["target_year"] == year]
            found = [_beside(whole, target, ground.readings, mixed=mixed) for target in beside or (None,)]
            rows += [whole | outcome for outcome in found]
    return frame_of(rows, PlanBalance)


def compare_peaks(ground: BalanceGround) -> pl.DataFrame:
    """Return the peak year of each city plan beside that of the province as a PlanPeaks table."""
    scoped = {indicators_of_plans().get(measure.id) for measure in ground.measures if measure.scope_zh}
    peaks = (t for t in ground.targets if t["comparator"] == PEAK and t["indicator_id"] in scoped)
    years = [target["target_year"] for target in peaks if target["target_year"]]
    province = min(years, default=None)
    plans = {row["region"]: row for row in ground.plans.to_dicts()}
    rows = []
    for city in ground.cities:
        plan = plans.get(city["code"], {})
        year = plan.get("peak_year")
        if not plan:
            status = "no_plan"
        elif year is None:
            status = "not_given"
        elif province is None:
            status = "no_target"
        else:
            status = "in_time" if year <= province else "later"
        rows.append({
            "region": city["code"], "name": city["name_zh"], "plan_version": plan.get("plan_version"),
            "state": plan.get("state"), "peak_year": year, "boundary": plan.get("boundary"),
            "province_year": province, "status": status,
        })  # fmt: skip
    return frame_of(rows, PlanPeaks)


def _given(plans: pl.DataFrame, measure: Measure) -> dict[int, set[str]]:
    """Return the cities that give everything that a figure needs, by year."""
    wanted = _COLUMN.findall(measure.expr)
    found: dict[int, set[str]] = {}
    for plan in plans.to_dicts():
        for line in plan["figures"] or ():
            cities = found.setdefault(line["year"], set())
            if all(line[name] is not None for name in wanted):
                cities.add(plan["region"])
    return found


def _whole(measure: Measure, year: int, given: set[str], ground: BalanceGround) -> Row:
    value = ground.values.filter((pl.col("measure_id") == measure.id) & (pl.col("year") == year))["value"]
    total = value.item() if value.len() == 1 and given else None
    missing = [city["code"] for city in ground.cities if city["code"] not in given]
    return {
        "quantity": measure.id, "year": year, "name_zh": measure.zh, "name_en": measure.en,
        "unit": measure.unit, "cities_given": len(given), "cities": len(ground.cities),
        "missing_cities": ";".join(missing) or None,
        "cities_sum": None if missing else total, "partial_sum": total,
    }  # fmt: skip


def _beside(whole: Row, target: Mapping[str, Any] | None, readings: tuple[float, ...], *, mixed: bool) -> Row:
    status = _without_target(whole, mixed=mixed)
    if target is None:
        return {"target_id": "—", "required": None, "gap": None, "status": status}
    low, high = (
        None if bound is None else bound * conversion_factor(target["unit"], whole["unit"])
        for bound in _bounds(target)
    )
    required = low if low is not None else high
    total = whole["cities_sum"]
    gap = None if total is None or required is None else total - required
    if status == "no_target":
        status = _judge(total, low, high, readings if target["comparator"] == "about" else (0.0,))
    return {"target_id": target["target_id"], "required": required, "gap": gap, "status": status}


def _without_target(whole: Row, *, mixed: bool) -> str:
    if whole["cities_sum"] is None:
        return "incomplete"
    return "scopes_differ" if mixed else "no_target"


def _judge(total: float, low: float | None, high: float | None, readings: tuple[float, ...]) -> str:
    """Return the outcome; where the readings of 左右 disagree, that a decision is needed."""
    found = set()
    for reading in readings:
        if low is not None and total < low * (1 - reading):
            found.add("falls_short")
        elif high is not None and total > high * (1 + reading):
            found.add("exceeds")
        else:
            found.add("fits")
    return found.pop() if len(found) == 1 else "needs_decision"


def _has_number(target: Mapping[str, Any]) -> bool:
    return target["target_year"] is not None and _bounds(target) != (None, None)


def _bounds(target: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the least and the most that a target allows, in its own unit."""
    value, comparator = target["value"], target["comparator"]
    if comparator in {"ge", "gt"}:
        return value, None
    if comparator in {"le", "lt"}:
        return None, value
    if comparator in {"eq", "about"}:
        return value, value
    if comparator == "range":
        return target["lower"], target["upper"]
    return None, None
