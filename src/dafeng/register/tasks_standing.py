"""Where tasks stand on a day: deadlines, days overdue, evidence, open issues; and counts of them by group."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.tasks_contracts import TaskBoard, TaskCounts
from dafeng.register.tasks_escalation import LEVELS
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RUNNING = frozenset({"assigned", "accepted", "under_way", "blocked", "returned"})
"""States in which the body has still to deliver."""
DELIVERED = frozenset({"submitted", "verified", "closed"})
"""States in which it says that it has."""
NO_DATE = "方案未定期限 / no date in the plan"
ALL_DONE = "各节点已报完成 / all dates reported as done"
_COUNTED = {
    "not_accepted": {"assigned"}, "under_way": {"accepted", "under_way", "returned"}, "blocked": {"blocked"},
    "submitted": {"submitted"}, "done": {"verified", "closed"}, "suspended": {"suspended"},
}  # fmt: skip
"""Column of the counts -> states."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BoardGround:
    """What the board is made of, as it was known on the day.

    Parameters
    ----------
    tasks, issues, attachments : polars.DataFrame
        Rows of the registers ``tasks`` and ``issues``; Attachments of the tasks.
    as_of : date
    states, agencies, regions, clauses : mapping of str to str
        Code -> name.
    """

    tasks: pl.DataFrame
    issues: pl.DataFrame
    attachments: pl.DataFrame
    as_of: date
    states: Mapping[str, str] = field(default_factory=dict)
    agencies: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """Which tasks are shown; everything that is given must hold.

    Parameters
    ----------
    agency, city, clause, state : str
        Codes; a clause also takes those below it (``C2.1`` takes ``C2.1.4``).
    overdue, blocked, evidence_missing : bool
        Only those.
    due_before : date, optional
        Only tasks whose next deadline lies before the day.
    """

    agency: str = ""
    city: str = ""
    clause: str = ""
    state: str = ""
    overdue: bool = False
    blocked: bool = False
    evidence_missing: bool = False
    due_before: date | None = None


def make_board(ground: BoardGround) -> pl.DataFrame:
    """Return where every task stands as a TaskBoard table, most overdue first.

    A task is overdue by the earliest of its dates that is not reported as done, as long as the body has still
    to deliver; one that is submitted waits for the reviewer, one that is suspended for a decision. Evidence
    is missing where something is reported as done without a file.
    """
    files = _count_files(ground.attachments)
    issues = _open_issues(ground.issues)
    rows = [
        _standing(task, files[task["row_id"]], issues.get(task["task_no"], []), ground)
        for task in ground.tasks.to_dicts()
    ]
    rows.sort(key=lambda row: (-(row["overdue_days"] or 0), row["next_due"] or "9999", row["task_no"]))
    return frame_of(rows, TaskBoard)


def find_next_due(task: Mapping[str, Any], as_of: date) -> tuple[str | None, bool]:
    """Return the earliest date that is not reported as done by a day, and whether the task has any date.

    Parameters
    ----------
    task : mapping
        With ``due`` and the list ``goals`` (``goal_due``, ``done_on``).
    as_of : date
    """
    goals = [goal for goal in task["goals"] or () if goal["goal_due"]]
    dated = {goal["goal_due"] for goal in goals}
    still = [goal["goal_due"] for goal in goals if not goal["done_on"] or goal["done_on"] > as_of.isoformat()]
    if task["due"] and task["due"] not in dated:
        still.append(task["due"])
    return min(still, default=None), bool(dated or task["due"])


def filter_board(board: pl.DataFrame, wanted: BoardFilter) -> pl.DataFrame:
    """Return the tasks of a board that a filter wants.

    Parameters
    ----------
    board : TaskBoard
    wanted : BoardFilter
    """
    kept = pl.lit(value=True)
    for name, value in (("agency", wanted.agency), ("region", wanted.city), ("state", wanted.state)):
        kept = kept & (pl.col(name) == value) if value else kept
    if wanted.clause:
        below = pl.col("clause").str.starts_with(f"{wanted.clause}.")
        kept = kept & ((pl.col("clause") == wanted.clause) | below)
    if wanted.overdue:
        kept = kept & pl.col("overdue_days").is_not_null()
    if wanted.blocked:
        kept = kept & (pl.col("state") == "blocked")
    if wanted.evidence_missing:
        kept = kept & pl.col("evidence_missing")
    if wanted.due_before:
        kept = kept & (pl.col("next_due") < wanted.due_before.isoformat()).fill_null(value=False)
    return board.filter(kept)


def count_tasks(board: pl.DataFrame, ground: BoardGround, kinds: Iterable[str]) -> pl.DataFrame:
    """Return how many tasks of each body, city or clause stand where, as a TaskCounts table.

    Tasks of cities are counted once under the city and once under the body that means all cities.

    Parameters
    ----------
    board : TaskBoard
    ground : BoardGround
    kinds : iterable of {"agency", "city", "clause"}
    """
    columns = {"agency": "agency", "city": "region", "clause": "clause"}
    names = {"agency": ground.agencies, "city": ground.regions, "clause": ground.clauses}
    rows = []
    for kind in kinds:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in board.sort("task_no").to_dicts():
            if kind != "city" or row["task_no"].startswith(f"{row['clause']}-{row['region']}"):
                groups[row[columns[kind]]].append(row)
        for group, members in sorted(groups.items()):
            standing = {row["standing"] for row in members}
            rows.append({
                "group_kind": kind, "group_id": group, "name": names[kind].get(group, group),
                "standing": standing.pop() if len(standing) == 1 and kind != "clause" else None,
                **_count_group(members),
            })  # fmt: skip
    return frame_of(rows, TaskCounts)


def _count_group(members: list[Row]) -> Row:
    states = Counter(row["state"] for row in members)
    overdue = [row["overdue_days"] for row in members if row["overdue_days"]]
    return {
        "tasks": len(members), "overdue": len(overdue), "most_overdue_days": max(overdue, default=None),
        "no_date": sum(row["due_text"] == NO_DATE for row in members),
        "evidence_missing": sum(row["evidence_missing"] for row in members),
        "open_issues": sum(row["open_issues"] for row in members),
        **{name: sum(states[code] for code in codes) for name, codes in _COUNTED.items()},
    }  # fmt: skip


def _standing(task: Row, files: int, issues: list[Row], ground: BoardGround) -> Row:
    next_due, has_date = find_next_due(task, ground.as_of)
    late = 0
    if next_due and task["state"] in RUNNING:
        late = (ground.as_of - date.fromisoformat(next_due)).days
    day = ground.as_of.isoformat()
    reported = any(goal["done_on"] and goal["done_on"] <= day for goal in task["goals"] or ())
    says_done = task["state"] in DELIVERED or reported
    levels = [LEVELS.index(issue["state"]) for issue in issues]
    words = next_due or (ALL_DONE if has_date else NO_DATE)
    return {
        **{name: task[name] for name in (
            "task_no", "title", "clause", "agency", "region", "role", "standing", "state", "changed_at",
            "changed_by",
        )},
        "agency_name": ground.agencies.get(task["agency"], task["agency"]),
        "region_name": ground.regions.get(task["region"], task["region"]),
        "state_name": ground.states.get(task["state"], task["state"]),
        "done_share": None if task["share_done"] is None else task["share_done"] / 100,
        "next_due": next_due, "due_text": words, "overdue_days": late if late > 0 else None,
        "evidence_files": files, "evidence_missing": not files and says_done,
        "open_issues": len(issues), "highest_level": LEVELS[max(levels)] if levels else None,
    }  # fmt: skip


def _count_files(attachments: pl.DataFrame) -> Counter[str]:
    kept = attachments.filter(~pl.col("withdrawn")) if attachments.height else attachments
    return Counter(kept["row_id"].to_list())


def _open_issues(issues: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in issues.to_dicts():
        if row["task"] and row["state"] in LEVELS:
            found[row["task"]].append(row)
    return found
