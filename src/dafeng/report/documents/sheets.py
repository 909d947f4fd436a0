"""Sheets of one city and of one provincial body as documents."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dafeng.cities.dossier_document import compose_dossier, newest_figures
from dafeng.document import Attachment, DocumentFigure, DocumentTable, Paragraph
from dafeng.report.documents.targets import (
    list_targets,
    serious,
    tabulate_targets,
    tabulate_warnings,
    tell_targets,
    tell_tasks,
)
from dafeng.report.figures import number, unit_pair
from dafeng.report.pages.department_sheets import DepartmentBook

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument, Part
    from dafeng.report.documents.case import DocumentCase, Row

FEWEST_POINTS = 3
"""Years that a series of a city must have for a chart. [1]"""
MOST_CHARTS = 2


def compose_city(case: DocumentCase, city: str) -> OfficialDocument:
    """Return the sheet of a city: its file, its charts, its evaluation, its tasks.

    Parameters
    ----------
    case : DocumentCase
        With ``cities.dossiers``.
    city : str
        Division code.

    Returns
    -------
    OfficialDocument
    """
    facts = case.facts
    observations = facts.rows("tracking.observations")
    dossier = compose_dossier(facts, city, newest_figures(observations, city), case.wording)
    name = case.wording.name(facts.regions[city])
    parts: list[Part] = [
        Paragraph(case.say_known()), *dossier.parts[1:], *_charts(case, city),
        Paragraph(case.say("city.head.evaluation"), "heading"), *_results(case, city),
        Paragraph(case.say("city.head.tasks"), "heading"), *tell_tasks(case),
    ]  # fmt: skip
    title = case.say("city.title", city=name, period=case.period.text(case.language))
    return case.document("city", title, parts, dossier.attachments)


def compose_department(case: DocumentCase, agency: str) -> OfficialDocument:
    """Return the sheet of a provincial body: targets, what is due, warnings, clauses, evaluation, tasks.

    Parameters
    ----------
    case : DocumentCase
        With ``evaluation.departments``.
    agency : str
        Id of the body.

    Returns
    -------
    OfficialDocument
    """
    book = DepartmentBook(case.context)
    lines = list_targets(case, [row["target_id"] for row in book.targets.get(agency, ())])
    past, coming = book.due(agency)
    warned = serious(lines)
    name = case.wording.name(case.facts.agencies[agency])
    counts = {"name": name, "clauses": len(book.clauses.get(agency, ())), "targets": len(lines)}
    parts: list[Part] = [
        Paragraph(case.say("department.opening", **counts) + case.say_known()),
        Paragraph(case.say("department.head.targets"), "heading"),
        Paragraph(case.say("department.due", past=len(past), coming=len(coming))), *tell_targets(case, lines),
        *([tabulate_targets(case, lines, case.say("department.table.targets"))] if lines else []),
        Paragraph(case.say("department.head.warnings"), "heading"),
        *([tabulate_warnings(case, warned)] if warned else [Paragraph(case.say("warnings.none"))]),
        Paragraph(case.say("department.head.evaluation"), "heading"), *_results(case, agency),
        Paragraph(case.say("department.head.tasks"), "heading"), *tell_tasks(case),
    ]  # fmt: skip
    title = case.say("department.title", name=name, period=case.period.text(case.language))
    attachments = (Attachment(case.say("department.attached"), (_clauses(case, book, agency),)),)
    return case.document("department", title, parts, attachments)


def _clauses(case: DocumentCase, book: DepartmentBook, agency: str) -> DocumentTable:
    clauses = case.facts.clauses
    rows = tuple(
        (clauses[row["clause_id"]]["label"] or "—", case.wording.name(clauses[row["clause_id"]], "title"),
         case.term("agency_role", row["role"]))
        for row in book.clauses.get(agency, ()) if row["clause_id"] in clauses
    )  # fmt: skip
    header = case.header("number", "clause", "role")
    return DocumentTable("", header, rows or (("—",) * len(header),), (1.4, 5.5, 1.4))


def _results(case: DocumentCase, subject: str) -> list[Part]:
    """Return the evaluation of the newest year under each set of rules, or why there is none."""
    rows = [row for row in case.context.rows("evaluation.results") if row["subject_id"] == subject]
    if not rows:
        return [Paragraph(case.say("results.none"))]
    year = max(row["year"] for row in rows)
    rules = case.facts.rows("evaluation.rules") or case.context.rows("evaluation.rules")
    names = {row["rule_pack"]: case.wording.name(row, "document") for row in rules}
    cells = tuple(
        (names.get(row["rule_pack"], row["rule_pack"]), str(row["year"]),
         _say_points(row),
         str(row["rank"] or "—"), case.wording.name(row, "why"))
        for row in rows if row["year"] == year
    )  # fmt: skip
    header = case.header("rules", "year", "points", "rank", "why")
    return [DocumentTable(case.say("results.table"), header, cells, (3.2, 0.9, 1.5, 0.8, 3.6))]


def _charts(case: DocumentCase, city: str) -> list[Part]:
    """Return charts of the city's yearly published figures that are long enough."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    units: dict[str, str] = {}
    for row in case.facts.rows("tracking.observations"):
        if row["region"] == city and len(row["period"]) == 4 and row["bound"] in {None, "eq"}:
            found[row["series_id"]][int(row["period"])] = row["value"]
            units[row["series_id"]] = row["unit"]
    series = case.facts.by_key("tracking.series", "series_id")
    made: list[Part] = []
    for code, values in found.items():
        if len(values) >= FEWEST_POINTS and code in series:
            years = range(min(values), max(values) + 1)
            name = case.wording.name(series[code])
            points = ((name, tuple(values.get(year) for year in years)),)
            unit = unit_pair(units[code])[case.language]
            made.append(DocumentFigure(name, "lines", unit, tuple(map(str, years)), points))
    return made[:MOST_CHARTS]


def _say_points(row: Row) -> str:
    """Return points of the full points of what was judged; a dash without any."""
    if row["points"] is None:
        return "—"
    return f"{number(row['points'], 2)} / {number(row['points_judged'], 2)}"
