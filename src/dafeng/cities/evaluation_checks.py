"""Row-level checks of the figures and appeals of an evaluation, with the names of subjects resolved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.cities.appeals import check_appeals
from dafeng.cities.evaluation_rules import COMPLETION, ITEM_KINDS
from dafeng.errors import Finding, Place, TableError
from dafeng.table import Suggestion, check_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIGURE_KEYS = ["subject_id", "year", "item_id"]
LARGEST_FALL = 100.0
"""Falls and rises beyond it are slips of the pen, whatever their unit (% or 1)."""
APPEAL_KEYS = [*FIGURE_KEYS, "filed_on", "decision"]


@dataclass(frozen=True, slots=True)
class GivenTable:
    """A table as it was given, with the row numbers its writer sees.

    Parameters
    ----------
    frame : polars.DataFrame
        EvaluationFigures or EvaluationAppeals.
    rows : polars.Series
        Row numbers in the file.
    file : str
        Name for messages.
    rules : polars.DataFrame
        EvaluationRules: the rule packs that its items may belong to.
    """

    frame: pl.DataFrame
    rows: pl.Series
    file: str
    rules: pl.DataFrame


def check_given(
    figures: GivenTable, appeals: GivenTable, subjects: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures and appeals with the ids of subjects in place of other spellings and former bodies.

    Parameters
    ----------
    figures, appeals : GivenTable
    subjects : EvaluationSubjects
        All that may be named, of every kind.

    Raises
    ------
    TableError
        With everything that :func:`list_defects` finds.
    """
    problems = list_defects(figures, appeals, subjects)
    if problems:
        raise TableError(problems)
    return _name_subjects(figures, subjects), _name_subjects(appeals, subjects)


def list_defects(figures: GivenTable, appeals: GivenTable, subjects: pl.DataFrame) -> list[Finding]:
    """Return every row that cannot be used, in the order of files and rows.

    An unknown subject or item (with the nearest name), a body that is not scored, points above the full
    points or for an item that is computed, figures in another unit, a row given twice, decisions on appeals
    without date or against their order.

    Parameters
    ----------
    figures, appeals : GivenTable
    subjects : EvaluationSubjects
    """
    named = _name_subjects(appeals, subjects)
    found = check_appeals(named, appeals.rows, full_points(appeals.rules), appeals.file)
    problems = [*found, *_check_numbers(figures)]
    for given, keys in ((figures, FIGURE_KEYS), (appeals, APPEAL_KEYS)):
        problems += [*_check_subjects(given, subjects), *_check_items(given)]
        problems += check_keys(_name_subjects(given, subjects), keys, given.file, given.rows)
    return sorted(problems, key=lambda f: (f.place.file, f.place.row or 0, f.place.column))


def full_points(rules: pl.DataFrame) -> dict[str, float | None]:
    """Return the full points of each item; the largest where several packs have it."""
    items = rules.filter(pl.col("kind").is_in(ITEM_KINDS))
    return dict(items.group_by("item_id").agg(pl.col("points_max").max()).iter_rows())


def spellings_of(subjects: pl.DataFrame) -> dict[str, str]:
    """Return how a subject may be written: id, name, other spelling or former body -> id."""
    found: dict[str, str] = {}
    for row in subjects.iter_rows(named=True):
        listed = [text for name in ("former_ids", "other_names") for text in (row[name] or "").split(";")]
        for spelling in (*listed, row["name_en"], row["name_zh"], row["subject_id"]):
            if spelling:
                found[spelling] = row["subject_id"]
    return found


def _name_subjects(given: GivenTable, subjects: pl.DataFrame) -> pl.DataFrame:
    known = spellings_of(subjects)
    return given.frame.with_columns(pl.col("subject_id").replace(known))


def _check_subjects(given: GivenTable, subjects: pl.DataFrame) -> Iterator[Finding]:
    known = spellings_of(subjects)
    kinds = dict(subjects.select("subject_id", "subject_kind").iter_rows())
    for row, name in zip(given.rows, given.frame["subject_id"], strict=True):
        place = Place(given.file, row=row, column="subject_id")
        if name not in known:
            params = {"value": name, "suggestion": Suggestion(name, known)}
            yield Finding("evaluation_subject_unknown", place, params)
        elif kinds[known[name]] == "informed":
            yield Finding("evaluation_informed", place, {"value": name})


def _check_items(given: GivenTable) -> Iterator[Finding]:
    rules = given.rules
    known = set(rules.filter(pl.col("kind").is_in(ITEM_KINDS))["item_id"])
    packs = ", ".join(sorted(rules["rule_pack"].unique()))
    for row, item in zip(given.rows, given.frame["item_id"], strict=True):
        if item not in known:
            params = {"item": item, "packs": packs, "suggestion": Suggestion(item, known)}
            yield Finding("evaluation_item_unknown", Place(given.file, row=row, column="item_id"), params)
    full = full_points(rules)
    for row, item, points in zip(given.rows, given.frame["item_id"], given.frame["points"], strict=True):
        most = full.get(item)
        if points is not None and most is not None and points > most:
            params = {"points": f"{points:g}", "most": f"{most:g}", "item": item}
            yield Finding("evaluation_points_above", Place(given.file, row=row, column="points"), params)


def _check_numbers(given: GivenTable) -> Iterator[Finding]:
    items = {row["item_id"]: row for row in given.rules.iter_rows(named=True) if row["kind"] in ITEM_KINDS}
    for number, row in zip(given.rows, given.frame.iter_rows(named=True), strict=True):
        item = items.get(row["item_id"])
        if item is None:
            continue
        if item["formula"] != "awarded" and row["points"] is not None:
            place = Place(given.file, row=number, column="points")
            yield Finding("evaluation_points_computed", place, {"item": row["item_id"]})
        if item["formula"] in COMPLETION:
            yield from _check_falls(row, Place(given.file, row=number))
        has_figures = row["required_value"] is not None or row["achieved_value"] is not None
        if item["unit"] is not None and has_figures and row["unit"] != item["unit"]:
            params = {"what": row["item_id"], "value": row["unit"] or "", "expected": item["unit"]}
            yield Finding("unit_wrong", Place(given.file, row=number, column="unit"), params)


def _check_falls(row: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    for name in ("required_value", "achieved_value"):
        if row[name] is not None and abs(row[name]) > LARGEST_FALL:
            params = {"value": row[name], "rule": f"|x| ≤ {LARGEST_FALL:g}"}
            yield Finding("value_out_of_range", replace(place, column=name), params)
