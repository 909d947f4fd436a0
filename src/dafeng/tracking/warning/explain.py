"""What a warning says of itself: change so far and needed, milestone, driver, bodies, measures, words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import LANGUAGES
from dafeng.tracking.figures import latest_assumed_year
from dafeng.tracking.paths import CHANGES
from dafeng.tracking.paths import LEVELS as LEVEL_COMPARATORS
from dafeng.tracking.warning.barometer import indicator_roles, read_rows
from dafeng.tracking.warning.goals import level_of
from dafeng.tracking.warning.hint import say_tenths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Language
    from dafeng.tracking.warning.goals import Chance, Known, Standing

RECENT_YEARS = 5
"""Years over which the change so far is averaged."""
MOST_FURTHER = 3
"""Sentences after level and chance."""
_ROLES = tuple(terms.entries("agency_role"))


def measure_change(known: Known, standing: Standing) -> dict[str, float | None]:
    """Return the mean yearly change so far and what is needed from now on [unit of the target].

    A cumulative change is averaged from its base year, a level over the last five years of one series.
    """
    schedule, figure, year = standing.schedule, standing.figure, known.case.target_year
    if figure is None or known.number is None:
        return {"last_change": None, "needed_per_year": None}
    ahead = 0 if known.case.due else (year or 0) - figure.year
    goal = schedule.goal if schedule is not None else known.number
    on_levels = schedule is not None or known.comparator in LEVEL_COMPARATORS
    open_still = ahead > 0 and on_levels and standing.reason != "replaced"
    needed = (goal - figure.value) / ahead if open_still else None
    if known.is_cumulative:
        return {"last_change": figure.value / (figure.year - known.case.base_year), "needed_per_year": needed}
    years, values = known.figures.line(figure.year)
    recent = years >= figure.year - RECENT_YEARS
    years, values = years[recent], values[recent]
    mean = float((values[-1] - values[0]) / (years[-1] - years[0])) if len(years) > 1 else None
    return {"last_change": mean, "needed_per_year": needed}


def find_milestone(known: Known, standing: Standing) -> tuple[int, float] | None:
    """Return the newest milestone that a figure of its own year misses: (year, required value).

    A cumulative change is compared with a figure that counts from the base year, and of a change against the
    base year the milestone is shown as the level that it asks for.
    """
    lower = known.lower_is_better(None, 0.0)
    for year, number in sorted(known.case.path.milestones, reverse=True):
        figure, required = known.figures.in_year(year), number
        if known.is_cumulative:
            figure = standing.figure if standing.figure and standing.figure.year == year else None
        elif known.comparator in CHANGES and standing.schedule is not None:
            required = level_of(standing.schedule.base, number, known.comparator)
        elif known.comparator in CHANGES:
            continue
        if figure is None or figure.bound not in {"eq", "about"}:
            continue
        if figure.value > required if lower else figure.value < required:
            return year, required
    return None


def find_driver(effects: pl.DataFrame | None, known: Known) -> dict[str, Any]:
    """Return the factor that moved emissions most in the latest step that was known on the day.

    Parameters
    ----------
    effects : EmissionEffects or None
    known : Known
        Only indicators of ``indicator_roles.csv`` have an identity, some only part of its factors. An
        inventory counts as known at the end of the second year after its own; steps after the year of the
        target or before its base year say nothing of it.
    """
    target = known.case.target
    role = indicator_roles().get(target["indicator_id"])
    if effects is None or role is None or not role["identity"]:
        return {}
    newest = latest_assumed_year(known.case.as_of)
    span = pl.col("to_year").is_between(
        known.case.base_year + 1, min(newest, known.case.target_year or newest)
    )
    steps = effects.filter(
        (pl.col("identity") == role["identity"]) & (pl.col("region") == target["region"]) & span
    )
    if role["factors"]:
        steps = steps.filter(pl.col("factor").is_in(role["factors"].split(";")))
    if steps.is_empty():
        return {}
    last = steps.filter(pl.col("to_year") == steps["to_year"].max()).sort(pl.col("value_mt").abs(), "factor")
    row = last.row(-1, named=True)
    return {
        "driver": row["factor"], "driver_mt": row["value_mt"], "driver_from": row["from_year"],
        "driver_to": row["to_year"],
    }  # fmt: skip


def responsible_bodies(clause_agencies: pl.DataFrame) -> dict[str, str]:
    """Return the bodies of each clause, those that share the task first: clause -> list of ids."""
    order = {role: place for place, role in enumerate(_ROLES)}
    found: dict[str, list[tuple[int, int, str]]] = {}
    for place, row in enumerate(clause_agencies.iter_rows(named=True)):
        found.setdefault(row["clause_id"], []).append((order[row["role"]], place, row["agency_id"]))
    return {clause: ";".join(agency for *_, agency in sorted(rows)) for clause, rows in found.items()}


def suitable_measures(levers: pl.DataFrame) -> dict[str, str]:
    """Return the levers of each clause that a warning may name: clause -> list of ids.

    Whatever cuts supply, production or capacity is left out (``unsuitable_measures.csv``).
    """
    found: dict[str, list[str]] = {}
    for row in levers.iter_rows(named=True):
        if not any(pattern.search(row[column] or "") for column, pattern in _unsuitable()):
            for clause in row["clause_ids"].split(";"):
                found.setdefault(clause, []).append(row["lever_id"])
    return {clause: ";".join(ids) for clause, ids in found.items()}


@cache
def _unsuitable() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["column"], re.compile(row["pattern"])) for row in read_rows("unsuitable_measures.csv"))


@cache
def warning_reasons() -> Mapping[str, Mapping[str, str]]:
    """Return the words of a warning: code -> {zh, en}."""
    return {row["code"]: row for row in read_rows("warning_reasons.csv")}


def write_reasons(row: Mapping[str, Any], chance: Chance) -> dict[str, str]:
    """Return one to four sentences on a warning, ``why_zh`` and ``why_en``."""
    ends = {"zh": ("；", "。"), "en": ("; ", ".")}
    words = {}
    for language in LANGUAGES:
        params = _fill(row, language)
        codes = [row["level_reason"], *_further(row)]
        parts = [warning_reasons()[code][language].format(**params) for code in codes]
        parts[1:1] = _say_chance(chance, language)
        between, end = ends[language]
        words[f"why_{language}"] = between.join(parts) + end
    return words


def _further(row: Mapping[str, Any]) -> list[str]:
    """Return the codes of the sentences after level and chance, the most telling first."""
    codes = []
    if row["outlook_low"] is not None:
        codes.append("outlook" if row["outlook_low"] == row["outlook_high"] else "outlook_range")
    if row["level_to_date"] != row["level"] and row["behind_to_date_share"] is not None:
        codes.append("to_date")
    if row["missed_milestone"] is not None:
        codes.append("milestone")
    if row["needed_per_year"] is not None and row["level_reason"] != "goal_reached":
        codes.append("needed" if row["last_change"] is not None else "needed_only")
    if row["driver"] is not None:
        codes.append("driver")
    return codes[:MOST_FURTHER]


def _say_chance(chance: Chance, language: Language) -> list[str]:
    if chance.basis == "none" or (chance.basis == "too_few" and not chance.points):
        return []
    code = chance.basis
    place = 0 if language == "zh" else 1
    params: dict[str, object] = {"points": chance.points}
    if chance.basis == "settled":
        same = chance.low == chance.high
        code = ("settled_met" if chance.low else "settled_missed") if same else "settled_open"
    elif chance.low is not None and chance.high is not None:
        strict, wide = say_tenths(chance.low)[place], say_tenths(chance.high)[place]
        params |= {"frequency": strict, "widest": wide}
        code = "trend" if strict == wide else "trend_about"
    return [warning_reasons()[code][language].format(**params)]


def _fill(row: Mapping[str, Any], language: Language) -> dict[str, str]:
    unit = terms.unit_name(row["unit"], language) if row["unit"] and row["unit"] != "1" else ""
    spaced = f" {unit}" if unit[:1].isascii() and unit[:1].isalnum() else unit
    step = spaced if unit != "%" else {"zh": " 个百分点", "en": " percentage points"}[language]
    rule = warning_reasons()["ruled" if row["is_official"] else "by_analogy"][language]
    outlooks = [0.0 if row[name] is None else row[name] for name in ("outlook_low", "outlook_high")]
    low, high = (say_tenths(share, "种")[0 if language == "zh" else 1] for share in outlooks)
    numbers = ("observed", "required", "needed_per_year", "last_change", "missed_milestone")
    shown = {name: _number(row[name]) for name in numbers}
    return {
        **shown,
        "needed": shown["needed_per_year"], "last": shown["last_change"],
        "milestone": shown["missed_milestone"], "milestone_year": str(row["missed_milestone_year"]),
        "unit": spaced, "step": step, "period": str(row["period"]), "rule": rule,
        "behind": _percent(row["behind_share"]), "to_date": _percent(row["behind_to_date_share"]),
        "level": terms.name("warning_level", row["level_to_date"], language),
        "driver": _in_sentence(terms.name("driver", row["driver"], language)) if row["driver"] else "",
        "driver_from": str(row["driver_from"]), "driver_to": str(row["driver_to"]),
        "outlook": low, "outlook_wide": high,
        "effect": "" if row["driver_mt"] is None else f"{row['driver_mt']:+.1f}",
    }  # fmt: skip


def _in_sentence(name: str) -> str:
    """Return a name without the capital that it has as a heading; an abbreviation keeps it."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.3g}%"
