"""Department sheets: clauses and targets of each provincial body, what is due, its score."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.cities.departments import INFORMED_KINDS
from dafeng.report.drawing import badge, draw, level_badge
from dafeng.report.evaluation_view import SheetBook
from dafeng.report.figures import number_button, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext
    from dafeng.report.evaluation_view import Row

DEPARTMENTS = "evaluation.departments"
DEPARTMENT, INFORMED = "department", "informed"
ALERTS = ("red", "amber")
BEHIND = ("missed", "off_track")
ROLES = ("lead", "also")


@dataclass(frozen=True)
class DepartmentBook(SheetBook):
    """The tables about bodies of the province, by body."""

    @cached_property
    def targets(self) -> dict[str, list[Row]]:
        """Targets of each body, each once: the clause in which it takes part first."""
        found: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in sorted(self.context.rows(DEPARTMENTS), key=lambda row: ROLES.index(row["role"])):
            if row["target_id"] in self.board.targets:
                found[self.board.current_body(row["agency_id"])].setdefault(row["target_id"], row)
        return {code: list(rows.values()) for code, rows in found.items()}

    @cached_property
    def clauses(self) -> dict[str, list[Row]]:
        """Clauses of each body with its role; those of a body of the past stand under its successor."""
        found: dict[str, dict[str, Row]] = defaultdict(dict)
        for row in self.context.rows("plan.clause_agencies"):
            found[self.board.current_body(row["agency_id"])].setdefault(row["clause_id"], row)
        return {code: list(rows.values()) for code, rows in found.items()}

    @cached_property
    def year(self) -> int:
        """Year of the report."""
        return int(self.context.meta.as_of[:4])

    @cached_property
    def key(self) -> str:
        """Key of the trace of counts."""
        day = self.context.meta.as_of
        names = unit_pair("targets")
        return self.context.add_trace(
            Trace(
                unit_zh=names["zh"], unit_en=names["en"],
                step_zh=plain("department.step", "zh", day=day),
                step_en=plain("department.step", "en", day=day),
            )
        )  # fmt: skip

    def kind(self, code: str) -> str:
        """Return whether a body is scored, informed, or neither."""
        kinds = {row["subject_kind"] for row in self.evaluation.results.get(code, ())}
        for known in (DEPARTMENT, INFORMED):
            if known in kinds:
                return known
        row = self.board.agencies[code]
        if row["kind"] == "department" and row["scored"]:
            return DEPARTMENT
        return INFORMED if row["kind"] in INFORMED_KINDS else ""

    def bodies(self, kind: str) -> list[str]:
        """Return the bodies of a kind that have tasks: those with most warnings first."""
        codes = [
            code
            for code in self.board.agencies
            if self.kind(code) == kind
            and self.board.current_body(code) == code
            and (self.clauses.get(code) or self.targets.get(code))
        ]
        return sorted(codes, key=lambda code: (-self._alerts(code), -len(self.targets.get(code, ()))))

    def _alerts(self, code: str) -> int:
        rows = self.targets.get(code, ())
        return sum(1 for row in rows if row["level"] in ALERTS or row["verdict"] in BEHIND)

    def due_year(self, row: Row) -> int | None:
        """Return the year of the target of a row."""
        year: int | None = self.board.targets[row["target_id"]]["target_year"]
        return year

    def due(self, code: str) -> tuple[list[Row], list[Row]]:
        """Return the targets whose year is over, and those of the next year in which any falls due."""
        dated = [(self.due_year(row), row) for row in self.targets.get(code, ())]
        past = [row for year, row in dated if year is not None and year < self.year]
        coming = [year for year, _ in dated if year is not None and year >= self.year]
        return past, [row for year, row in dated if coming and year == min(coming)]

    def count(self, rows: list[Row] | int) -> Markup:
        """Return a count that opens its trace."""
        return number_button(str(rows if isinstance(rows, int) else len(rows)), self.key)


def render_departments(context: ReportContext) -> str:
    """Return the table of scored bodies, their sheets, and the bodies that only get letters."""
    book = DepartmentBook(context)
    scored = book.bodies(DEPARTMENT)
    if not scored:
        return draw("empty.html", text=phrase("department.none"))
    standing = [row for code in scored if (row := book.evaluation.standing(code))]
    return draw(
        "department_sheets.html",
        message=_message(book, scored),
        state=_state(book, standing),
        departments=[_line(book, code) for code in scored],
        sheets=[describe_body(book, code) for code in scored],
        informed=[_informed(book, code) for code in book.bodies(INFORMED)],
    )


def _message(book: DepartmentBook, scored: list[str]) -> Markup:
    """Return how many bodies are scored and how many targets of theirs are behind."""
    rows = {row["target_id"]: row for code in scored for row in book.targets.get(code, ())}
    behind = [row for row in rows.values() if row["level"] in ALERTS or row["verdict"] in BEHIND]
    return phrase(
        "department.message", count=book.count(len(scored)), targets=book.count(len(rows)),
        behind=book.count(behind),
    )  # fmt: skip


def _state(book: DepartmentBook, standing: list[Row]) -> Markup:
    """Return what stands in the way of scores; empty where all have one."""
    if not standing:
        return phrase("department.no_result")
    outcomes = Counter(row["outcome"] for row in standing)
    parts = [
        Markup("{} {}").format(term("evaluation_outcome", code), book.count(count))
        for code, count in outcomes.most_common()
    ]
    return phrase("department.state", outcomes=phrase("comma").join(parts))


def _line(book: DepartmentBook, code: str) -> dict[str, Any]:
    rows = book.targets.get(code, [])
    levels, verdicts = Counter(row["level"] for row in rows), Counter(row["verdict"] for row in rows)
    past, coming = book.due(code)
    standing = book.evaluation.standing(code)
    return {
        "link": f"department-{code}",
        "name": both(*book.board.body_names(code)),
        "clauses": book.count(len(book.clauses.get(code, ()))),
        "targets": book.count(rows),
        "levels": [(level_badge(level), book.count(levels[level])) for level in ALERTS if levels[level]],
        "verdicts": [
            (badge(verdict), book.count(verdicts[verdict])) for verdict in BEHIND if verdicts[verdict]
        ],
        "past": book.count(past),
        "met": book.count([row for row in past if row["verdict"] == "met"]),
        "open": book.count([row for row in past if row["verdict"] not in {"met", "missed"}]),
        "has_past": bool(past),
        "coming": book.count(coming) if coming else Markup(""),
        "next": book.due_year(coming[0]) if coming else None,
        "state": book.evaluation.say_rank(standing),
    }


def describe_body(book: DepartmentBook, code: str) -> dict[str, Any]:
    """Return the sheet of a body, ready to be drawn."""
    rows = book.targets.get(code, [])
    ordered = sorted(rows, key=lambda row: (book.due_year(row) or 9999, row["target_id"]))
    covered = {row["clause_id"] for row in rows}
    return {
        "id": f"department-{code}",
        "name": both(*book.board.body_names(code)),
        "targets": _by_time(book, ordered),
        "clauses": [
            (_clause(book, row["clause_id"]), term("agency_role", row["role"]))
            for row in book.clauses.get(code, ())
            if row["clause_id"] not in covered
        ],
        "results": [book.evaluation.describe(row) for row in book.evaluation.latest(code)],
        "appeals": book.evaluation.describe_appeals(code),
        "notices": book.evaluation.describe_notices(code),
    }


def _by_time(book: DepartmentBook, rows: list[Row]) -> list[tuple[Markup, list[dict[str, Any]]]]:
    """Return targets whose year is over, those to come, and those without a year."""
    found: dict[str, list[dict[str, Any]]] = {"over": [], "coming": [], "standing": []}
    for row in rows:
        year = book.due_year(row)
        when = "standing" if year is None else "over" if year < book.year else "coming"
        found[when].append(_target(book, row))
    return [(phrase(f"department.when.{when}"), made) for when, made in found.items() if made]


def _target(book: DepartmentBook, row: Row) -> dict[str, Any]:
    target = book.board.targets[row["target_id"]]
    year = target["target_year"]
    return {
        "name": both(*book.board.target_names(target)),
        "clause": _clause(book, row["clause_id"]),
        "role": term("agency_role", row["role"]) if row["role"] != ROLES[0] else Markup(""),
        "year": year or "—",
        "verdict": row["verdict"],
        "level": row["level"] if row["level"] != "cannot_judge" else None,
    }


def _clause(book: DepartmentBook, clause_id: str) -> Markup:
    row = book.board.clauses.get(clause_id, {})
    title = both(row.get("title_zh") or clause_id, row.get("title_en") or clause_id)
    return Markup("{} {}").format(row.get("label") or "", title)


def _informed(book: DepartmentBook, code: str) -> dict[str, Any]:
    row = book.board.agencies[code]
    return {
        "name": both(*book.board.body_names(code)),
        "kind": term("agency_kind", row["kind"]),
        "clauses": book.count(len(book.clauses.get(code, ()))),
        "targets": book.count(book.targets.get(code, [])),
        "note": both(row["note_zh"], row["note_en"]),
    }


PAGE = Page("department-sheets", "部门分表", "Department sheets", (DEPARTMENTS,), render_departments)
