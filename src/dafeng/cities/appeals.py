"""Appeals against an evaluation: a record to which rows are only added, and its state on any day.

An appeal is filed by a row with the decision ``pending``; its outcome is a further row with the same day of
filing. Nothing is overwritten, so that the evaluation of any past day can be made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.pack import PACK_TABLES
from dafeng.period import earliest_date, latest_date
from dafeng.table import check, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

EvaluationAppeals = PACK_TABLES["evaluation_appeals"]
PENDING = "pending"


def known_appeals(appeals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the appeals as they stood on a day.

    Parameters
    ----------
    appeals : EvaluationAppeals
        The whole record.
    as_of : date
        Rows filed later are left out; a decision taken later is not yet known, so that its row counts as
        pending.

    Returns
    -------
    polars.DataFrame
        Columns of the record, one row an appeal (subject, year, item, day of filing).
    """
    rows = [
        row if _is_decided(row, as_of) else {**row, **_UNDECIDED}
        for row in appeals.iter_rows(named=True)
        if latest_date(row["filed_on"]) <= as_of
    ]
    stood = pl.DataFrame(rows, schema=appeals.schema, orient="row")
    order = [pl.col("decided_on").fill_null(""), pl.col("decision")]
    return stood.sort(order).unique(_APPEAL, keep="last").sort(_APPEAL)


def latest_appeals(appeals: pl.DataFrame) -> dict[tuple[str, int, str], dict[str, Any]]:
    """Return the newest appeal of each subject, year and item, with the points of the newest upheld one.

    Parameters
    ----------
    appeals : EvaluationAppeals
        As :func:`known_appeals` returns them.

    Returns
    -------
    dict
        (subject, year, item) -> row; ``upheld`` in it is the newest upheld row of the item, or None.
    """
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    upheld: dict[tuple[str, int, str], dict[str, Any]] = {}
    for row in appeals.sort("filed_on").iter_rows(named=True):
        key = (row["subject_id"], row["year"], row["item_id"])
        found[key] = row
        if row["decision"] == "upheld" and _decided_day(row) >= _decided_day(upheld.get(key, row)):
            upheld[key] = row
    return {key: {**row, "upheld": upheld.get(key)} for key, row in found.items()}


def append_appeals(record: pl.DataFrame, added: pl.DataFrame, file: str = "") -> pl.DataFrame:
    """Return a record with further rows.

    Parameters
    ----------
    record, added : EvaluationAppeals
        Rows so far and rows to be added.
    file : str
        Named in messages.

    Raises
    ------
    InputRefused
        ``appeal_overwritten`` for a row that stands in the record already, or ``appeal_closed`` where the
        appeal has been decided.
    """
    keys = keys_of(EvaluationAppeals)
    known = set(record.select(keys).iter_rows())
    decided = set(record.filter(pl.col("decision") != PENDING).select(_APPEAL).iter_rows())
    problems = []
    for row in added.iter_rows(named=True):
        appeal = tuple(row[name] for name in _APPEAL)
        words = {"appeal": " / ".join(map(str, appeal))}
        if tuple(row[name] for name in keys) in known:
            problems.append(Finding("appeal_overwritten", Place(file), words))
        elif appeal in decided:
            problems.append(Finding("appeal_closed", Place(file), words))
    if problems:
        raise InputRefused(problems)
    return check(pl.concat([record, added]), EvaluationAppeals)


def check_appeals(
    appeals: pl.DataFrame, rows: pl.Series, full_points: Mapping[str, float | None], file: str
) -> Iterator[Finding]:
    """Yield what is wrong in a record of appeals: dates, points, decisions that contradict each other.

    Parameters
    ----------
    appeals : EvaluationAppeals
    rows : polars.Series
        Row numbers in the file.
    full_points : mapping of str to float
        Item -> its full points; None where they are not known.
    file : str
        Named in messages.
    """
    decided: dict[tuple[object, ...], int] = {}
    for number, row in zip(rows, appeals.iter_rows(named=True), strict=True):
        place = Place(file, row=number, column="decided_on")
        if row["decision"] == PENDING:
            if row["decided_on"] is not None:
                yield Finding("appeal_pending_dated", place)
            continue
        appeal = tuple(row[name] for name in _APPEAL)
        if appeal in decided:
            yield Finding("appeal_decided_twice", place, {"first": decided[appeal]})
        decided.setdefault(appeal, number)
        if row["decided_on"] is None:
            yield Finding("appeal_undated", place)
        elif latest_date(row["decided_on"]) < earliest_date(row["filed_on"]):
            yield Finding("appeal_before", place, {"decided": row["decided_on"], "filed": row["filed_on"]})
        full = full_points.get(row["item_id"])
        if row["decision"] == "upheld" and row["points"] is None and full is not None:
            yield Finding("cell_empty", Place(file, row=number, column="points"))
        if row["decision"] != "upheld" and row["points"] is not None:
            yield Finding("appeal_points_unused", Place(file, row=number, column="points"))


_APPEAL = ["subject_id", "year", "item_id", "filed_on"]
_UNDECIDED = {"decision": PENDING, "decided_on": None, "points": None, "document_number": None}


def _decided_day(row: Mapping[str, Any]) -> date:
    return latest_date(row["decided_on"])


def _is_decided(row: Mapping[str, Any], as_of: date) -> bool:
    return row["decided_on"] is not None and latest_date(row["decided_on"]) <= as_of
