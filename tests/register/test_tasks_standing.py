"""Where tasks stand: the earliest open date counts, who has delivered is not late, counts add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.register.contracts import Attachments
from dafeng.register.tasks_standing import (
    ALL_DONE,
    DELIVERED,
    NO_DATE,
    RUNNING,
    BoardFilter,
    BoardGround,
    count_tasks,
    filter_board,
    make_board,
)
from dafeng.table import frame_of

DAY = date(2026, 3, 1)
STATES = (*sorted(RUNNING), *sorted(DELIVERED), "suspended")
GOAL = pl.Struct(dict.fromkeys(("target", "goal_due", "done_on", "words"), pl.String))
SCHEMA = {
    **dict.fromkeys(
        ("row_id", "task_no", "title", "clause", "agency", "region", "role", "standing", "state", "due",
         "changed_at", "changed_by"), pl.String,
    ),
    "share_done": pl.Float64, "goals": pl.List(GOAL),
}  # fmt: skip
BASE: dict[str, Any] = {
    "title": "示例", "clause": "C1.1", "agency": "drc", "region": "CN-SX", "role": "lead",
    "standing": "scored", "state": "assigned", "due": None, "changed_at": "2026-01-01T09:00:00+08:00",
    "changed_by": "甲", "share_done": None, "goals": [],
}  # fmt: skip


def goal(due: str | None, done: str | None = None) -> dict[str, str | None]:
    return {"target": f"T-{due}", "goal_due": due, "done_on": done, "words": None}


def ground(rows: list[dict[str, Any]], issues: Any = (), files: Any = ()) -> BoardGround:
    tasks = [BASE | {"task_no": f"{i}", "row_id": f"r{i}"} | row for i, row in enumerate(rows)]
    issue_schema = dict.fromkeys(("task", "state"), pl.String)
    attached = [
        {
            "attachment_id": f"{i}", "register_id": "tasks", "row_id": row_id, "name": "x.pdf", "sha256": "0",
            "size_bytes": 1, "purpose": None, "actor": "甲", "at": "2026-01-01T09:00:00+08:00",
            "withdrawn": withdrawn,
        }
        for i, (row_id, withdrawn) in enumerate(files)
    ]  # fmt: skip
    return BoardGround(
        pl.DataFrame(tasks, schema=SCHEMA, orient="row"),
        pl.DataFrame(list(issues), schema=issue_schema, orient="row"), frame_of(attached, Attachments), DAY,
    )  # fmt: skip


def only(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return make_board(ground([row], **more)).row(0, named=True)


@pytest.mark.parametrize(
    ("row", "next_due", "late"),
    [
        ({"due": "2026-02-01"}, "2026-02-01", 28),
        ({"due": "2026-03-01"}, "2026-03-01", None),
        ({"due": "2030-12-31", "goals": [goal("2025-12-31"), goal("2030-12-31")]}, "2025-12-31", 60),
        (
            {"due": "2030-12-31", "goals": [goal("2025-12-31", "2025-12-20"), goal("2030-12-31")]},
            "2030-12-31", None,
        ),
        ({"due": "2025-12-31", "goals": [goal("2025-12-31", "2026-05-01")]}, "2025-12-31", 60),
        ({"due": "2026-01-31", "goals": [goal("2025-12-31", "2025-12-20")]}, "2026-01-31", 29),
        ({"due": "2026-02-01", "state": "submitted"}, "2026-02-01", None),
        ({"due": "2026-02-01", "state": "suspended"}, "2026-02-01", None),
        ({"due": "2026-02-01", "state": "blocked"}, "2026-02-01", 28),
        ({"due": "2026-02-01", "state": "returned"}, "2026-02-01", 28),
    ],
)  # fmt: skip
def test_days_overdue_count_from_the_earliest_date_not_reported_by_the_day(
    row: dict[str, Any], next_due: str, late: int | None
) -> None:
    found = only(row)
    assert (found["next_due"], found["overdue_days"]) == (next_due, late)


def test_the_share_done_is_a_share_and_missing_is_missing() -> None:
    assert only({"share_done": 55.0})["done_share"] == pytest.approx(0.55)
    assert only({})["done_share"] is None


def test_a_plan_without_a_date_says_so_and_gives_no_delay() -> None:
    found = only({"goals": [goal(None)]})
    assert (found["due_text"], found["next_due"], found["overdue_days"]) == (NO_DATE, None, None)
    done = only({"due": "2025-12-31", "goals": [goal("2025-12-31", "2025-12-01")]})
    assert done["due_text"] == ALL_DONE


@pytest.mark.parametrize(
    ("row", "files", "missing"),
    [
        ({"state": "submitted"}, [], True),
        ({"state": "submitted"}, [("r0", True)], True),
        ({"state": "submitted"}, [("r0", False)], False),
        ({"state": "under_way"}, [], False),
        ({"state": "under_way", "goals": [goal("2025-12-31", "2025-12-01")]}, [], True),
    ],
)
def test_what_is_reported_as_done_needs_a_file(row: dict[str, Any], files: Any, missing: bool) -> None:
    assert only(row, files=files)["evidence_missing"] is missing


def test_open_issues_stand_at_their_highest_level() -> None:
    issues = [
        {"task": task, "state": state}
        for task, state in (("0", "raised"), ("0", "at_office"), ("0", "closed"), ("9", "at_group"))
    ]  # fmt: skip
    found = only({}, issues=issues)
    assert (found["open_issues"], found["highest_level"]) == (2, "at_office")


def test_filters_hold_together() -> None:
    rows = [
        {"clause": "C2.1", "state": "blocked", "due": "2026-01-01"},
        {"clause": "C2.1.4", "due": "2026-02-01"},
        {"clause": "C2.10", "due": "2026-01-01"}, {"region": "140100", "clause": "C2.1.1"},
    ]  # fmt: skip
    board = make_board(ground(rows))

    def numbers(**wanted: Any) -> list[str]:
        return sorted(filter_board(board, BoardFilter(**wanted))["task_no"])

    assert numbers(clause="C2.1") == ["0", "1", "3"]
    assert numbers(clause="C2.1", overdue=True) == ["0", "1"]
    assert numbers(blocked=True) == numbers(state="blocked") == ["0"]
    assert numbers(city="140100") == ["3"]
    assert numbers(due_before=date(2026, 1, 15)) == ["0", "2"]
    assert numbers(evidence_missing=True) == []


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.fixed_dictionaries({
            "state": st.sampled_from(STATES), "agency": st.sampled_from(("drc", "water")),
            "clause": st.sampled_from(("C1.1", "C1.2")),
            "due": st.sampled_from((None, "2025-12-31", "2026-02-28", "2030-12-31")),
        }),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_counts_add_up_over_every_grouping(rows: list[dict[str, Any]]) -> None:
    made = ground(rows)
    board = make_board(made)
    counts = count_tasks(board, made, ("agency", "clause"))
    parts = ("not_accepted", "under_way", "blocked", "submitted", "done", "suspended")
    for kind in ("agency", "clause"):
        group = counts.filter(pl.col("group_kind") == kind)
        assert group["tasks"].sum() == len(rows)
        assert sum(group[name].sum() for name in parts) == len(rows)
        assert group["overdue"].sum() == board["overdue_days"].drop_nulls().len()
        assert group["no_date"].sum() == sum(row["due"] is None for row in rows)


def test_tasks_of_cities_count_under_the_city() -> None:
    rows = [
        {"task_no": "C1.1-140100", "region": "140100", "agency": "cities"},
        {"task_no": "C1.1-140100-2", "region": "140100", "agency": "cities"},
        {"task_no": "C1.1-drc", "region": "CN-SX"},
    ]
    made = ground(rows)
    counts = count_tasks(make_board(made), made, ("city",))
    assert counts.select("group_id", "tasks").rows() == [("140100", 2)]
