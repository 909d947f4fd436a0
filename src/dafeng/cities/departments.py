"""Who is evaluated: cities and provincial departments; and what each body has on its hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.cities.contracts import DepartmentTargets, EvaluationSubjects
from dafeng.cities.evaluation_items import BothNames, say
from dafeng.errors import LANGUAGES
from dafeng.period import earliest_date, latest_date
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

INFORMED_KINDS = frozenset({"central_body", "company", "party_or_mass_body"})
"""Bodies that receive letters and feedback and are never scored, whatever else is said of them."""
ROLES = ("lead", "also")


def list_cities(regions: pl.DataFrame, as_of: date | None = None) -> pl.DataFrame:
    """Return the cities that exist on a day as an EvaluationSubjects table.

    Parameters
    ----------
    regions : Regions
    as_of : date, optional
        Default: the cities of all times.
    """
    rows = [
        {
            "subject_id": row["code"], "subject_kind": "city", "name_zh": row["name_zh"],
            "name_en": row["name_en"], "other_names": row["short_name_zh"],
        }
        for row in regions.filter(pl.col("level") == "city").iter_rows(named=True)
        if as_of is None or _exists(row, as_of)
    ]  # fmt: skip
    return frame_of(rows, EvaluationSubjects)


def list_bodies(agencies: pl.DataFrame, clause_agencies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return provincial departments with tasks, and bodies that are informed, on a day.

    A department is scored if the pack says so and a clause names it (or a body that it succeeded). Bodies
    under central management, companies, party and mass bodies are informed, and so is a department that the
    pack does not count as scored. Leading bodies and collective names are left out.

    Parameters
    ----------
    agencies : Agencies
    clause_agencies : ClauseAgencies
    as_of : date
        Bodies whose time is over stand under their successor.

    Returns
    -------
    polars.DataFrame
        EvaluationSubjects, in the order of the pack.
    """
    now = current_bodies(agencies, as_of)
    charged = {now.get(agency, agency) for agency in clause_agencies["agency_id"]}
    rows = []
    for row in agencies.iter_rows(named=True):
        kind = _subject_kind(row)
        agency = row["agency_id"]
        if kind is None or now[agency] != agency or agency not in charged:
            continue
        former = [old for old, new in now.items() if new == agency and old != agency]
        rows.append({
            "subject_id": agency, "subject_kind": kind, "name_zh": row["name_zh"],
            "name_en": row["name_en"], "former_ids": ";".join(former) or None,
            "other_names": row["full_name_zh"],
        })  # fmt: skip
    return frame_of(rows, EvaluationSubjects)


def current_bodies(agencies: pl.DataFrame, as_of: date) -> dict[str, str]:
    """Return which body stands for each on a day: itself, or its successor once its own time is over."""
    rows = {row["agency_id"]: row for row in agencies.iter_rows(named=True)}
    found = {}
    for agency in rows:
        current, seen = agency, {agency}
        while (later := _successor(rows[current], as_of)) in rows and later not in seen:
            current = str(later)
            seen.add(current)
        found[agency] = current
    return found


def join_targets(
    tables: Mapping[str, pl.DataFrame], given: Mapping[str, pl.DataFrame], as_of: date
) -> pl.DataFrame:
    """Return the targets behind the clauses of each body, with verdict and level of warning.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        ``agencies``, ``clause_agencies`` and ``targets`` of a pack.
    given : mapping of str to polars.DataFrame
        ``tracking.verdicts`` and ``tracking.warnings``, as far as they were made.
    as_of : date

    Returns
    -------
    polars.DataFrame
        DepartmentTargets; a target without a verdict on the day is left out.
    """
    if "tracking.verdicts" not in given:
        return frame_of([], DepartmentTargets)
    now = current_bodies(tables["agencies"], as_of)
    bodies = list_bodies(tables["agencies"], tables["clause_agencies"], as_of)["subject_id"]
    shared = tables["clause_agencies"].with_columns(
        pl.col("agency_id").replace(now), order=pl.col("role").replace_strict(ROLES, range(len(ROLES)))
    )
    shared = (
        shared.filter(pl.col("agency_id").is_in(bodies.implode()))
        .sort("order", maintain_order=True)
        .unique(["agency_id", "clause_id"], keep="first", maintain_order=True)
    )
    joined = (
        shared.join(tables["targets"].select("target_id", "clause_id"), on="clause_id")
        .join(given["tracking.verdicts"].select("target_id", "verdict"), on="target_id")
        .join(_levels(given), on="target_id", how="left")
    )
    rows = joined.select("agency_id", "target_id", "clause_id", "role", "verdict", "level")
    return frame_of(rows.sort("agency_id", "clause_id", "target_id").to_dicts(), DepartmentTargets)


def add_tasks(results: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    """Return results of departments whose explanation also counts clauses, verdicts and warnings.

    Parameters
    ----------
    results : EvaluationResults
    tasks : DepartmentTargets
    """
    rows = []
    for row in results.iter_rows(named=True):
        own = tasks.filter(pl.col("agency_id") == row["subject_id"])
        counted = _count_tasks(own) if own.height else say({"tasks_none": {}})
        rows.append({**row, **{name: row[name] + counted[name] for name in counted}})
    return pl.DataFrame(rows, schema=results.schema, orient="row")


def _count_tasks(own: pl.DataFrame) -> dict[str, str]:
    targets = own.unique("target_id")
    params = {
        "clauses": own["clause_id"].n_unique(), "targets": targets.height,
        "verdicts": _count_codes(targets["verdict"], "verdict"),
        "levels": _count_codes(targets["level"].drop_nulls(), "warning_level"),
    }  # fmt: skip
    return say({"tasks_counted": params})


def _count_codes(codes: pl.Series, vocabulary: str) -> BothNames:
    counted = dict(codes.value_counts().iter_rows())
    present = [code for code in terms.entries(vocabulary) if code in counted]
    if not present:
        return BothNames("未列", "none listed")
    zh, en = ([f"{terms.name(vocabulary, c, to)} {counted[c]}" for c in present] for to in LANGUAGES)
    return BothNames("，".join(zh), ", ".join(en))


def _subject_kind(agency: Mapping[str, Any]) -> str | None:
    if agency["kind"] in INFORMED_KINDS:
        return "informed"
    if agency["kind"] != "department":
        return None
    return "department" if agency["scored"] else "informed"


def _levels(given: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    if "tracking.warnings" in given:
        return given["tracking.warnings"].select("target_id", "level")
    return pl.DataFrame(schema={"target_id": pl.String, "level": pl.String})


def _exists(row: Mapping[str, Any], as_of: date) -> bool:
    started = row["valid_from"] is None or earliest_date(row["valid_from"]) <= as_of
    return started and (row["valid_to"] is None or as_of <= latest_date(row["valid_to"]))


def _successor(row: Mapping[str, Any], as_of: date) -> str | None:
    over = row["valid_to"] is not None and latest_date(row["valid_to"]) < as_of
    return row["successor_id"] if over else None
