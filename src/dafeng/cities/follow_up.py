"""What came of a notice: a record of states that only grows, and the rules of which state may follow.

The state of a notice is that of its last step; nothing is overwritten. Which step may follow is data
(``notice_transitions.csv``): a draft is issued by people with a number, answered, closed or withdrawn.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.cities.contracts import FollowUps
from dafeng.cities.notice_contracts import NoticeTransitions
from dafeng.errors import Finding, InputRefused, Place
from dafeng.period import latest_date
from dafeng.table import KnownNames, Suggestion, check, frame_of

if TYPE_CHECKING:
    from datetime import date

Row = dict[str, Any]
FIRST_STATE = "drafted"
FINAL_STATES = frozenset({"closed", "withdrawn"})
WAITING_STATES = frozenset({"issued", "measures_agreed"})
"""States that may have a day by which something is due."""
FILE = "follow_ups.csv"
CARRIED = ("kind", "subject_id", "target_ids")
"""What a later step takes over from the one before; only a draft made again may have other targets."""


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One step that somebody wants to record.

    Parameters
    ----------
    notice_id, state : str
        Which notice, and its new state.
    recorded_on : date
        Day of the record.
    recorded_by : str
        Who records it.
    due_on, document_number, text : str, optional
        Day of the answer, number of the issued document, remark.
    """

    notice_id: str
    state: str
    recorded_on: date
    recorded_by: str
    due_on: str | None = None
    document_number: str | None = None
    text: str | None = None


@cache
def notice_transitions() -> pl.DataFrame:
    """Return which state may follow which, as :class:`NoticeTransitions`."""
    text = files("dafeng.cities").joinpath("notice_transitions.csv").read_text("utf-8")
    rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(text.splitlines())]
    return frame_of(rows, NoticeTransitions)


def list_next_states(kind: str, state: str) -> dict[str, tuple[str, ...]]:
    """Return the states that may follow, each with the fields that must be given.

    Parameters
    ----------
    kind : str
        Kind of the notice.
    state : str
        Its state.
    """
    return {
        row["to_state"]: tuple((row["requires"] or "").split(";")) if row["requires"] else ()
        for row in notice_transitions().iter_rows(named=True)
        if row["from_state"] == state and kind in row["kinds"].split(";")
    }


def start_notice(history: pl.DataFrame, first: Row) -> pl.DataFrame:
    """Return the record with the draft of a notice; a draft made again over other targets is a further row.

    What people have gone on with, and a draft over the same targets, leave the record as it was.

    Parameters
    ----------
    history : FollowUps
    first : dict
        ``notice_id``, ``recorded_on``, ``recorded_by``, ``kind``, ``subject_id``, ``target_ids``.

    Returns
    -------
    FollowUps
    """
    earlier = history.filter(pl.col("notice_id") == first["notice_id"]).sort("step").to_dicts()
    if earlier and (earlier[-1]["state"] != FIRST_STATE or earlier[-1]["target_ids"] == first["target_ids"]):
        return history
    row = {**first, "step": len(earlier) + 1, "state": FIRST_STATE}
    return check(pl.concat([history, frame_of([row], FollowUps)]), FollowUps, name=FILE)


def record_step(history: pl.DataFrame, step: NoticeStep) -> pl.DataFrame:
    """Return the record with one more step.

    Parameters
    ----------
    history : FollowUps
    step : NoticeStep

    Returns
    -------
    FollowUps

    Raises
    ------
    InputRefused
        ``notice_unknown``, ``notice_step_forbidden`` with the states that may follow,
        ``notice_field_missing``, ``notice_before_last``, ``notice_due_past``, ``date_invalid``.
    """
    earlier = history.filter(pl.col("notice_id") == step.notice_id).sort("step").to_dicts()
    if not earlier:
        known = Suggestion(step.notice_id, history["notice_id"])
        raise InputRefused.of("notice_unknown", notice=step.notice_id, suggestion=known)
    last = earlier[-1]
    problems = _check_step(last, step)
    if problems:
        raise InputRefused(problems)
    row = {name: last[name] for name in CARRIED} | {
        "notice_id": step.notice_id, "step": last["step"] + 1, "state": step.state,
        "recorded_on": step.recorded_on.isoformat(), "recorded_by": step.recorded_by.strip(),
        "due_on": step.due_on, "document_number": step.document_number, "text": step.text,
    }  # fmt: skip
    return check(pl.concat([history, frame_of([row], FollowUps)]), FollowUps, name=FILE)


def check_history(history: pl.DataFrame, file: str = FILE) -> list[Finding]:
    """Return everything that cannot be a record: steps out of order, changes that are not allowed.

    Parameters
    ----------
    history : FollowUps
    file : str
        Named in the findings.
    """
    found = []
    last: dict[str, Row] = {}
    for place, row in enumerate(history.iter_rows(named=True), 2):
        before = last.get(row["notice_id"])
        where = Place(file, row=place)
        expected = before["step"] + 1 if before else 1
        if row["step"] != expected:
            params = {"notice": row["notice_id"], "step": row["step"], "expected": expected}
            found.append(Finding("notice_step_number", where, params))
        found += _check_follows(before, row, where)
        last[row["notice_id"]] = row
    return found


def list_standing(history: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return one row a notice: its last state, whether it is open, how many days its answer is overdue.

    Parameters
    ----------
    history : FollowUps
    day : date
        Steps recorded later are left out.

    Returns
    -------
    polars.DataFrame
        ``notice_id``, ``kind``, ``subject_id``, ``target_ids``, ``state``, ``recorded_on``, ``due_on`` (the
        last one given), ``document_number``, ``is_open``, ``overdue_days`` (null if none). [d]
    """
    rows: dict[str, Row] = {}
    for row in history.sort("notice_id", "step").iter_rows(named=True):
        if latest_date(row["recorded_on"]) > day:
            continue
        kept = rows.get(row["notice_id"], {})
        carried = {name: row[name] or kept.get(name) for name in ("due_on", "document_number")}
        rows[row["notice_id"]] = row | carried | {"own_due": row["due_on"]}
    schema = {
        "notice_id": pl.String, "kind": pl.String, "subject_id": pl.String, "target_ids": pl.String,
        "state": pl.String, "recorded_on": pl.String, "due_on": pl.String, "document_number": pl.String,
        "is_open": pl.Boolean, "overdue_days": pl.Int64,
    }  # fmt: skip
    shown = [
        {name: row.get(name) for name in schema}
        | {"is_open": row["state"] not in FINAL_STATES, "overdue_days": _overdue(row, day)}
        for row in rows.values()
    ]
    return pl.DataFrame(shown, schema=schema, orient="row").sort("notice_id")


def _overdue(row: Row, day: date) -> int | None:
    """Return the days since the answer, or the agreed measures, were due; null when nothing is overdue."""
    if row["state"] not in WAITING_STATES or row["own_due"] is None:
        return None
    late = (day - latest_date(row["own_due"])).days
    return late if late > 0 else None


def _check_step(last: Row, step: NoticeStep) -> list[Finding]:
    found = []
    allowed = list_next_states(last["kind"], last["state"])
    if step.state not in allowed:
        params = {
            "notice": step.notice_id, "state": last["state"], "wanted": step.state,
            "allowed": KnownNames(allowed),
        }  # fmt: skip
        found.append(Finding("notice_step_forbidden", params=params))
    found += [
        Finding("notice_field_missing", params={"state": step.state, "field": name})
        for name in (*allowed.get(step.state, ()), "recorded_by")
        if not (getattr(step, name) or "").strip()
    ]
    if step.recorded_on < latest_date(last["recorded_on"]):
        params = {"day": step.recorded_on, "last": last["recorded_on"]}
        found.append(Finding("notice_before_last", params=params))
    if step.due_on is not None and latest_date(step.due_on) < step.recorded_on:
        found.append(Finding("notice_due_past", params={"due": step.due_on, "day": step.recorded_on}))
    return found


def _check_follows(before: Row | None, row: Row, where: Place) -> list[Finding]:
    """Return findings for a row of a file that cannot follow the one before it."""
    if before is None:
        if row["state"] == FIRST_STATE:
            return []
        params = {
            "notice": row["notice_id"],
            "state": "—",
            "wanted": row["state"],
            "allowed": KnownNames([FIRST_STATE]),
        }
        return [Finding("notice_step_forbidden", where, params)]
    allowed = list_next_states(before["kind"], before["state"])
    found = []
    redrafted = row["state"] == before["state"] == FIRST_STATE
    if row["state"] not in allowed and not redrafted:
        params = {
            "notice": row["notice_id"], "state": before["state"], "wanted": row["state"],
            "allowed": KnownNames(allowed),
        }  # fmt: skip
        found.append(Finding("notice_step_forbidden", where, params))
    fixed = CARRIED[:-1] if redrafted else CARRIED
    if any(row[name] != before[name] for name in fixed):
        found.append(Finding("notice_changed", where, {"notice": row["notice_id"]}))
    if latest_date(row["recorded_on"]) < latest_date(before["recorded_on"]):
        params = {"day": row["recorded_on"], "last": before["recorded_on"]}
        found.append(Finding("notice_before_last", where, params))
    return found
