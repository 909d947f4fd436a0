"""Files of the cities' peak plans: each target beside the province's, and where the procedure stands.

A target of a city is compared with the province's target of the same indicator, year and base year. An
indicator ``city_x`` is the city's form of the indicator ``x``. Which side is stricter follows from the
direction of the indicator; another unit, another kind of comparison or a missing number is not comparable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.cities.contracts import CityDossiers
from dafeng.errors import Finding, Place
from dafeng.period import latest_date
from dafeng.plan import find_in_force
from dafeng.table import empty_table, frame_of
from dafeng.tracking import gather_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dafeng.tracking.evidence import Observation

Row = dict[str, Any]
CITY_PREFIX = "city_"
"""An indicator with this prefix is the city's form of the one without it."""
LOWER, HIGHER = frozenset({"down", "cap"}), frozenset({"up"})
CHANGES = frozenset({"change_ge", "change_about", "points_ge"})
COUNTED = frozenset({"quantified", "implied", "assigned"})
"""Kinds of the province's targets that a city could set as well."""
FILE = "city_plan_events.csv"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """Where the procedure of a city's plan stands, as its events tell.

    Parameters
    ----------
    region : str
        The city.
    statuses : tuple of str
        Codes that agree with the events: the first is the one derived.
    unanswered : tuple of str
        Ids of opinions that no revision answers.
    """

    region: str
    statuses: tuple[str, ...]
    unanswered: tuple[str, ...]


def compare_city_targets(
    tables: Mapping[str, pl.DataFrame], region: str, as_of: date, same_scope: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Return every target of every city beside the province, with the city's latest figure.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``targets``, ``target_links``, ``documents``, ``indicators``, ``regions``, ``observations`` and
        ``indicator_series`` of a pack.
    region : str
        The province.
    as_of : date
        Targets and figures that became known later are left out.
    same_scope : mapping of str to str, optional
        ``indicator_id`` -> ``series_id`` decided to be the same scope.

    Returns
    -------
    CityDossiers
        One row a target of a city, and one a numbered target of the province that the city does not set.
    """
    known = _targets_in_force(tables, as_of)
    kinds = {row["indicator_id"]: row for row in tables["indicators"].iter_rows(named=True)}
    evidence = gather_evidence(tables["observations"], tables["indicator_series"], as_of, same_scope or {})
    province = [row for row in known if row["region"] == region and row["kind"] in COUNTED]
    rows = []
    for city in _cities(tables["regions"]):
        own = [row for row in known if row["region"] == city]
        pairs = _pair_targets(own, province)
        for mine, theirs in pairs:
            seen = None
            for indicator in dict.fromkeys(row["indicator_id"] for row in (mine, theirs) if row):
                found = evidence.get((indicator, city))
                seen = seen or (found.newest_of_any() if found else None)
            rows.append(_dossier_row(city, (mine, theirs), kinds, seen))
    return frame_of(rows, CityDossiers) if rows else empty_table(CityDossiers)


def compare_strictness(mine: Row, theirs: Row, direction: str) -> str:
    """Return how a city's target compares with the province's: stricter, equal, looser or not_comparable."""
    left, right = _number(mine, direction), _number(theirs, direction)
    kinds_differ = (mine["comparator"] in CHANGES) != (theirs["comparator"] in CHANGES)
    if left is None or right is None or mine["unit"] != theirs["unit"] or kinds_differ:
        return "not_comparable"
    if mine["comparator"] in CHANGES and mine["comparator"] != theirs["comparator"]:
        return "not_comparable"
    if left == right:
        return "equal"
    if direction not in LOWER | HIGHER:
        return "not_comparable"
    return "stricter" if (left < right) == (direction in LOWER) else "looser"


def derive_standing(region: str, events: Sequence[Row]) -> PlanStanding:
    """Return where a plan stands by its events, and which opinions are unanswered.

    Parameters
    ----------
    region : str
        The city.
    events : sequence of dict
        Its rows of ``city_plan_events``, as known on the day.
    """
    ordered = sorted(events, key=lambda row: latest_date(row["date"]))
    answered = {row["answers_event_id"] for row in ordered if row["answers_event_id"]}
    open_ids = tuple(
        row["event_id"] for row in ordered if row["kind"] == "opinion" and row["event_id"] not in answered
    )
    return PlanStanding(region, _status_of([row["kind"] for row in ordered], open_ids), open_ids)


def check_plans(plans: Sequence[Row], events: Sequence[Row]) -> list[Finding]:
    """Return what does not agree between plans and events.

    Parameters
    ----------
    plans : sequence of dict
        Rows of ``city_plans``.
    events : sequence of dict
        Rows of ``city_plan_events``, as known on the day.

    Returns
    -------
    list of Finding
        ``city_plan_status_differs``, ``city_plan_unlisted``, ``city_plan_answer_unknown``,
        ``city_plan_number_missing``, ``city_plan_opinion_open``; none of them stops a run.
    """
    found = _check_answers(events)
    by_city: dict[str, list[Row]] = {}
    for event in events:
        by_city.setdefault(event["region"], []).append(event)
    for place, plan in enumerate(plans, 2):
        standing = derive_standing(plan["region"], by_city.pop(plan["region"], []))
        where = Place("city_plans.csv", row=place)
        if plan["status"] not in standing.statuses:
            params = {"city": plan["region"], "listed": plan["status"], "derived": standing.statuses[0]}
            found.append(Finding("city_plan_status_differs", where, params, "warning"))
        if plan["status"] in {"approved", "issued"}:
            if plan["approval_number"] is None:
                found.append(Finding("city_plan_number_missing", where, {"city": plan["region"]}, "warning"))
            found += [
                Finding("city_plan_opinion_open", where, {"city": plan["region"], "event": each}, "warning")
                for each in standing.unanswered
            ]
    found += [Finding("city_plan_unlisted", Place(FILE), {"city": city}, "warning") for city in by_city]
    return found


def _check_answers(events: Sequence[Row]) -> list[Finding]:
    """Return a finding for every answer that answers nothing, or something later."""
    known = {(row["region"], row["event_id"]): row for row in events}
    found = []
    for place, row in enumerate(events, 2):
        if row["answers_event_id"] is None:
            continue
        asked = known.get((row["region"], row["answers_event_id"]))
        if (
            asked is None
            or asked["kind"] not in {"opinion", "returned"}
            or latest_date(asked["date"]) > latest_date(row["date"])
        ):
            params = {"event": row["event_id"], "answers": row["answers_event_id"]}
            where = Place(FILE, row=place, column="answers_event_id")
            found.append(Finding("city_plan_answer_unknown", where, params, "warning"))
    return found


def _status_of(kinds: Sequence[str], unanswered: Sequence[str]) -> tuple[str, ...]:
    if not kinds:
        return "not_filed", "drafted"
    for final in ("issued", "approved"):
        if final in kinds:
            return (final,)
    if kinds[-1] in {"opinion", "returned"} or unanswered:
        return ("revising",)
    return ("under_review",)


def _targets_in_force(tables: Mapping[str, pl.DataFrame], as_of: date) -> list[Row]:
    """Return the targets that are known and in force on the day, an assigned one with its number."""
    late = {
        row["document_id"]
        for row in tables["documents"].iter_rows(named=True)
        if row["date"] is not None and latest_date(row["date"]) > as_of
    }
    known = {
        row["target_id"]: row
        for row in tables["targets"].iter_rows(named=True)
        if row["document_id"] not in late
    }
    links = tables["target_links"].filter(
        pl.col("target_id").is_in(list(known)) & pl.col("other_target_id").is_in(list(known))
    )
    dated = [
        row for row in links.iter_rows(named=True) if row["date"] is None or latest_date(row["date"]) <= as_of
    ]
    current = find_in_force(tables["targets"].filter(pl.col("target_id").is_in(list(known))), links, as_of)
    givers = {row["other_target_id"]: row["target_id"] for row in dated if row["relation"] == "assigns"}
    repeated = {row["target_id"] for row in dated if row["relation"] in {"restates", "assigns"}}
    found = []
    for target_id, row in known.items():
        if current[target_id] != target_id or (target_id in repeated and row["clause_id"] is None):
            continue
        giver = known.get(givers.get(target_id, ""))
        sides = ("value", "lower", "upper", "comparator", "unit")
        found.append(row | {side: giver[side] for side in sides} if giver else row)
    return found


def _pair_targets(own: Sequence[Row], province: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    """Return each target of the city with its partner, then the province's that have none."""
    by_key: dict[tuple[str, int | None, int | None], Row] = {}
    for row in province:
        by_key.setdefault((row["indicator_id"], row["target_year"], row["base_year"]), row)
    used = set()
    pairs: list[tuple[Row | None, Row | None]] = []
    for row in own:
        name = row["indicator_id"]
        names = (name, name.removeprefix(CITY_PREFIX))
        keys = [(each, row["target_year"], row["base_year"]) for each in names]
        key = next((each for each in keys if each in by_key), None)
        pairs.append((row, by_key[key] if key else None))
        used.add(key)
    rest = [(None, row) for key, row in by_key.items() if key not in used and row["target_year"]]
    return [*pairs, *rest]


def _dossier_row(
    city: str, pair: tuple[Row | None, Row | None], kinds: Mapping[str, Row], seen: Observation | None
) -> Row:
    mine, theirs = pair
    target = mine or theirs
    assert target is not None
    direction = kinds[(theirs or target)["indicator_id"]]["direction"]
    if mine is None or theirs is None:
        comparison = "province_only" if mine is None else "city_only"
    else:
        comparison = compare_strictness(mine, theirs, direction)
    return {
        "region": city, "indicator_id": target["indicator_id"],
        "target_year": target["target_year"], "base_year": target["base_year"],
        "target_id": target["target_id"],
        "city_target_id": mine and mine["target_id"], "city_value": mine and _number(mine, direction),
        "province_target_id": theirs and theirs["target_id"],
        "province_value": theirs and _number(theirs, direction),
        "unit": target["unit"], "comparison": comparison,
        "target_source_id": target["source_id"],
        "observed": seen and seen.value, "observed_unit": (seen.unit or None) if seen else None,
        "bound": seen and seen.bound, "relation": seen and seen.relation,
        "period": str(seen.period) if seen else None,
        "source_id": seen and seen.source_id, "grade": seen and seen.grade,
    }  # fmt: skip


def _number(target: Row, direction: str) -> float | None:
    """Return the number of a target; of a range the end that binds."""
    if target["value"] is not None:
        return float(target["value"])
    value = target["upper"] if direction in LOWER else target["lower"]
    return None if value is None else float(value)


def _cities(regions: pl.DataFrame) -> list[str]:
    today = (pl.col("level") == "city") & pl.col("valid_to").is_null()
    return sorted(regions.filter(today)["code"])
