"""Tasks as they follow from the plan: one a clause and responsible body, for the cities one a city."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.period import earliest_date, latest_date
from dafeng.register.tasks_contracts import TaskSeeds
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

CITIES_KIND = "city_governments"
CITIES_NAME = "各市"
"""A collective name that begins so means the cities."""
INFORMED_KINDS = frozenset({"central_body", "company", "party_or_mass_body"})
"""Bodies that receive letters and are never scored."""
CHAPTER_LEAD = "chapter_lead"
"""Level of a clause that opens a chapter and orders nothing beside the clauses below it."""
ROLES = ("lead", "also")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanGround:
    """What tasks are derived from.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``clauses``, ``clause_agencies``, ``agencies``, ``targets`` and ``regions`` of a pack.
    successors : mapping of str to str
        Body -> the one that stands for it on the day (itself, or its successor).
    region : str
        The province.
    plan_document : str
        Document whose clauses are derived.
    as_of : date
        Which cities exist.
    """

    tables: Mapping[str, pl.DataFrame]
    successors: Mapping[str, str]
    region: str
    plan_document: str
    as_of: date


def derive_tasks(ground: PlanGround, known: Collection[str] = ()) -> pl.DataFrame:
    """Return the tasks of a plan as a TaskSeeds table; the same plan gives the same tasks.

    A clause that names a body twice (once as itself, once as its predecessor) gives one task. A body whose
    time is over stands under its successor, with a remark. A collective name of the cities becomes one task
    a city; any other collective name stays one task that waits for bodies to be named. ``due`` is the end of
    the last target year of the clause; targets without a date give none. Chapter leads order nothing.

    Parameters
    ----------
    ground : PlanGround
    known : collection of str
        Task numbers that the register has already.

    Returns
    -------
    polars.DataFrame
        TaskSeeds, in the order of the plan.
    """
    agencies = {row["agency_id"]: row for row in ground.tables["agencies"].to_dicts()}
    clauses = {
        row["clause_id"]: row
        for row in ground.tables["clauses"].to_dicts()
        if row["document_id"] == ground.plan_document and row["level"] != CHAPTER_LEAD
    }
    goals = _goals_by_clause(ground)
    cities = list_region_cities(ground.tables["regions"], ground.region, ground.as_of)
    found: dict[str, Row] = {}
    shares = ground.tables["clause_agencies"].to_dicts()
    order = {clause_id: place for place, clause_id in enumerate(clauses)}
    shares = [row for row in shares if row["clause_id"] in clauses]
    shares.sort(key=lambda row: (order[row["clause_id"]], ROLES.index(row["role"])))
    for share in shares:
        clause = clauses[share["clause_id"]]
        for row in _tasks_of(share, clause, agencies, cities, ground):
            base = _clause_part(clause, goals[clause["clause_id"]])
            found.setdefault(row["task_no"], base | row | {"is_new": row["task_no"] not in known})
    return frame_of(list(found.values()), TaskSeeds)


def list_region_cities(regions: pl.DataFrame, province: str, as_of: date) -> list[Row]:
    """Return the cities of a province that exist on a day, by code."""
    return [
        row
        for row in regions.sort("code").to_dicts()
        if row["level"] == "city"
        and row["parent_code"] == province
        and (row["valid_from"] is None or earliest_date(row["valid_from"]) <= as_of)
        and (row["valid_to"] is None or latest_date(row["valid_to"]) >= as_of)
    ]


def means_cities(body: Mapping[str, Any]) -> bool:
    """Return whether a name stands for the governments of all cities."""
    collective = body["kind"] == "group" and body["name_zh"].startswith(CITIES_NAME)
    return bool(body["kind"] == CITIES_KIND or collective)


def list_goals(seed: Mapping[str, Any], due_by_target: Mapping[str, str | None]) -> list[Row]:
    """Return the lines of the list of targets of a task."""
    ids = seed["target_ids"].split(";") if seed["target_ids"] else []
    return [
        {"target": each, "goal_due": due_by_target.get(each), "done_on": None, "words": None} for each in ids
    ]


def number_task(clause: str, subject: str, taken: Collection[str]) -> str:
    """Return the number of a further task of a clause and subject that is not taken.

    Examples
    --------
    >>> number_task("C2.1.1", "drc", ["C2.1.1-drc", "C2.1.1-drc-2"])
    'C2.1.1-drc-3'
    """
    place = 2
    while f"{clause}-{subject}-{place}" in taken:
        place += 1
    return f"{clause}-{subject}-{place}"


def due_of_targets(targets: pl.DataFrame) -> dict[str, str | None]:
    """Return the last day of the target year by target; none where the document sets no sure date."""
    return {
        row["target_id"]: _due(row) for row in targets.select("target_id", "timing", "target_year").to_dicts()
    }


def _due(target: Row) -> str | None:
    dated = target["timing"] == "dated" and target["target_year"] is not None
    return f"{target['target_year']}-12-31" if dated else None


def _goals_by_clause(ground: PlanGround) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    own = ground.tables["targets"].filter(pl.col("document_id") == ground.plan_document)
    for row in own.to_dicts():
        if row["clause_id"]:
            found[row["clause_id"]].append(row)
    return found


def _clause_part(clause: Row, goals: list[Row]) -> Row:
    dates = [due for row in goals if (due := _due(row))]
    return {
        "clause": clause["clause_id"], "measure": clause["summary_zh"], "due": max(dates, default=None),
        "target_ids": ";".join(row["target_id"] for row in goals) or None,
        "source": clause["source_id"], "grade": clause["grade"],
    }  # fmt: skip


def _tasks_of(
    share: Row, clause: Row, agencies: Mapping[str, Row], cities: list[Row], ground: PlanGround
) -> Iterator[Row]:
    named = agencies[share["agency_id"]]
    if means_cities(named):
        body = next((row for row in agencies.values() if row["kind"] == CITIES_KIND), named)
        for city in cities:
            yield {
                "task_no": f"{clause['clause_id']}-{city['code']}", "agency": body["agency_id"],
                "region": city["code"], "role": share["role"], "standing": "scored", "remark": None,
                "title": f"{clause['title_zh']}（{city['name_zh']}）",
            }  # fmt: skip
        return
    body = agencies[ground.successors.get(named["agency_id"], named["agency_id"])]
    remarks = []
    if body is not named:
        remarks.append(f"方案原列{named['name_zh']}，现由{body['name_zh']}承接")
    standing = _standing(body)
    if standing == "collective":
        remarks.append("集合称谓，请牵头办公室指定具体单位")
    yield {
        "task_no": f"{clause['clause_id']}-{body['agency_id']}", "agency": body["agency_id"],
        "region": ground.region, "role": share["role"], "standing": standing,
        "remark": "；".join(remarks) or None, "title": f"{clause['title_zh']}（{body['name_zh']}）",
    }  # fmt: skip


def _standing(body: Row) -> str:
    if body["kind"] == "group":
        return "collective"
    if body["kind"] == "leading_body":
        return "steering"
    return "scored" if body["scored"] and body["kind"] not in INFORMED_KINDS else "informed"
