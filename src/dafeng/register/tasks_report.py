"""The quarterly report of the lead office as a circular: progress, overdue, blocked, escalated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.document import Attachment, DocumentTable, OfficialDocument, Paragraph
from dafeng.register.tasks_escalation import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from dafeng.document import Part
    from dafeng.register.tasks_period import ReportPeriod
    from dafeng.register.tasks_wording import TaskWording

SHOWN = 8
"""Rows of a table in the text; all stand in the attachments."""
_COUNTS = ("tasks", "not_accepted", "under_way", "blocked", "submitted", "done", "overdue")
_ENGLISH_WIDTHS = (2.6, 0.9, 1.3, 0.9, 1.2, 0.9, 1.2, 1.25)
"""Columns of counts in English: no heading breaks inside a word."""
_YEAR_DAYS = 365

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportCase:
    """What the report is made of.

    Parameters
    ----------
    board, counts : polars.DataFrame
        TaskBoard, TaskCounts by agency, city and clause.
    issues : polars.DataFrame
        Rows of the register of issues.
    steps : sequence of mapping
        Steps of tasks in the period: ``name``.
    escalated : int
        Issues that went further up in the period.
    period : ReportPeriod
    as_of : date
    region, signer : str
        Name of the province; who issues it.
    names : mapping of str to str
        Codes of issues (states, severities) and bodies -> names.
    words : TaskWording
    """

    board: pl.DataFrame
    counts: pl.DataFrame
    issues: pl.DataFrame
    steps: Sequence[Mapping[str, Any]]
    escalated: int
    period: ReportPeriod
    as_of: date
    region: str
    signer: str
    names: Mapping[str, str]
    words: TaskWording


def compose_report(case: ReportCase) -> OfficialDocument:
    """Return the report of a period as a circular.

    Parameters
    ----------
    case : ReportCase

    Returns
    -------
    OfficialDocument
    """
    say, words = case.words.say, case.words
    period = case.period.text(words.language)
    day = case.as_of
    told = f"{day.year}年{day.month}月{day.day}日" if words.language == "zh" else day.isoformat()
    parts: list[Part] = [
        Paragraph(say("report.opening", day=told)),
        *_whole(case), *_bodies(case), *_overdue(case), *_blocked(case), *_next(case),
    ]  # fmt: skip
    return OfficialDocument(
        kind="task_report", title=say("report.title", region=case.region, period=period),
        language=words.language, parts=tuple(parts), number=say("number.open"),
        addressee=say("report.addressee"), signer=case.signer, date=say("date.open"),
        attachments=_attachments(case),
    )  # fmt: skip


def _whole(case: ReportCase) -> list[Part]:
    say = case.words.say
    total = case.counts.filter(pl.col("group_kind") == "clause").select(
        *_COUNTS, "suspended", "no_date"
    ).sum().to_dicts()[0]  # fmt: skip
    moved = Counter(step["name"] for step in case.steps)
    named = case.words.listed(f"{name} {n}" for name, n in moved.most_common())
    moves = say("report.moves", counts=named) if moved else say("report.no_moves")
    return [
        Paragraph(say("report.head.whole"), "heading"),
        Paragraph(say("report.whole", **total)),
        Paragraph(moves),
    ]


def _bodies(case: ReportCase) -> list[Part]:
    say = case.words.say
    worst = case.counts.sort(
        "overdue", "blocked", "not_accepted", "group_id", descending=[True, True, True, False]
    )
    parts: list[Part] = [Paragraph(say("report.head.bodies"), "heading"), Paragraph(say("report.bodies"))]
    for kind, title in (("agency", "bodies"), ("city", "cities")):
        rows = _count_of(case, worst, kind).head(SHOWN)
        if rows.height:
            parts.append(_count_table(f"report.table.{title}", "body", rows, case.words))
    return parts


def _count_of(case: ReportCase, counts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the counts of one grouping; what stands city by city is no body beside the others."""
    of_cities = case.board.filter(_is_city(case))["agency"].unique().to_list() if kind == "agency" else []
    return counts.filter((pl.col("group_kind") == kind) & ~pl.col("group_id").is_in(of_cities))


def _overdue(case: ReportCase) -> list[Part]:
    say = case.words.say
    late = case.board.filter(pl.col("overdue_days").is_not_null())
    head = Paragraph(say("report.head.overdue"), "heading")
    if not late.height:
        return [head, Paragraph(say("report.none_overdue"))]
    of_cities = _is_city(case)
    text = say(
        "report.overdue", count=late.height, year=late.filter(pl.col("overdue_days") > _YEAR_DAYS).height,
        bodies=late.filter(~of_cities)["agency"].n_unique(),
        cities=late.filter(of_cities)["region"].n_unique(),
    )  # fmt: skip
    return [head, Paragraph(text), _late_table("report.table.overdue", late.head(SHOWN), case.words)]


def _is_city(case: ReportCase) -> pl.Expr:
    cities = case.counts.filter(pl.col("group_kind") == "city")["group_id"].to_list()
    return pl.col("region").is_in(cities)


def _open_issues(case: ReportCase) -> pl.DataFrame:
    found = case.issues.filter(pl.col("state").is_in(LEVELS))
    order = pl.col("severity").replace_strict({"major": 0, "serious": 1, "minor": 2}, return_dtype=pl.Int64)
    return found.sort(order, "raised_on", "issue_no") if found.height else found


def _blocked(case: ReportCase) -> list[Part]:
    say = case.words.say
    issues = _open_issues(case)
    levels = Counter(issues["state"].to_list())
    text = say(
        "report.blocked", tasks=case.board.filter(pl.col("state") == "blocked").height, issues=issues.height,
        office=levels["at_office"], group=levels["at_group"], escalated=case.escalated,
    )  # fmt: skip
    parts: list[Part] = [Paragraph(say("report.head.blocked"), "heading"), Paragraph(text)]
    return [*parts, _issue_table("report.table.issues", issues.head(SHOWN), case)] if issues.height else parts


def _next(case: ReportCase) -> list[Part]:
    say = case.words.say
    waiting = case.board.filter(pl.col("state") == "assigned").height
    lacking = case.board.filter(pl.col("evidence_missing")).height
    lines = [say("report.next.accept", count=waiting)] if waiting else []
    lines += [say("report.next.overdue")] if case.board["overdue_days"].drop_nulls().len() else []
    lines += [say("report.next.evidence", count=lacking)] if lacking else []
    gap = "" if case.words.language == "zh" else " "
    text = gap.join(lines) or say("report.next.none")
    return [Paragraph(say("report.head.next"), "heading"), Paragraph(text)]


def _attachments(case: ReportCase) -> tuple[Attachment, ...]:
    say = case.words.say
    tables = [
        _count_table(
            f"report.table.all_{name}", head, _in_order(_count_of(case, case.counts, kind), case), case.words
        )
        for kind, name, head in (
            ("agency", "bodies", "body"), ("city", "cities", "body"), ("clause", "clauses", "clause"),
        )
    ]  # fmt: skip
    found = [Attachment(say("report.attached.bodies"), tuple(tables))]
    late = case.board.filter(pl.col("overdue_days").is_not_null())
    if late.height > SHOWN:
        found.append(Attachment(say("report.attached.overdue"), (_late_table("", late, case.words),)))
    issues = _open_issues(case)
    if issues.height > SHOWN:
        found.append(Attachment(say("report.attached.issues"), (_issue_table("", issues, case),)))
    return tuple(found)


def _in_order(counts: pl.DataFrame, case: ReportCase) -> pl.DataFrame:
    """Return counts in the order in which the pack names the bodies."""
    order = {code: place for place, code in enumerate(case.names)}
    places = pl.col("group_id").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    return counts.sort(places, "group_id")


def _count_table(title: str, head: str, rows: pl.DataFrame, words: TaskWording) -> DocumentTable:
    cells = tuple((row["name"], *(str(row[name]) for name in _COUNTS)) for row in rows.iter_rows(named=True))
    widths = (3.0, *(1.0,) * len(_COUNTS)) if words.language == "zh" else _ENGLISH_WIDTHS
    return DocumentTable(words.say(title), words.header(head, *_COUNTS), cells, widths)


def _late_table(title: str, rows: pl.DataFrame, words: TaskWording) -> DocumentTable:
    cells = tuple(
        (row["task_no"], row["title"], row["state_name"], row["next_due"], str(row["overdue_days"]))
        for row in rows.iter_rows(named=True)
    )
    header = words.header("no", "task", "state", "next_due", "days")
    return DocumentTable(words.say(title) if title else "", header, cells, (2.2, 3.6, 1.1, 1.3, 0.8))


def _issue_table(title: str, rows: pl.DataFrame, case: ReportCase) -> DocumentTable:
    cells = tuple(
        (
            row["issue_no"], row["title"], case.names.get(row["severity"], row["severity"]), row["raised_on"],
            case.names.get(row["waiting_for"] or "", row["waiting_for"] or "—"),
            case.names.get(row["state"], row["state"]),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
    header = case.words.header("no", "issue", "severity", "when", "waiting", "at")
    return DocumentTable(
        case.words.say(title) if title else "", header, cells, (2.2, 3.0, 0.9, 1.3, 1.5, 1.4)
    )
