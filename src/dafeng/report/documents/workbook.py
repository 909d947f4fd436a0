"""The figures of a document as a workbook with formulas: totals, shares, changes, gaps, counts.

Every formula also carries the value that we computed, so that a reader without a calculating program sees the
same number; the tests evaluate the formulas and compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import xlsxwriter

from dafeng import terms
from dafeng.report.documents.targets import list_targets
from dafeng.report.workbook import CREATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.report.documents.case import DocumentCase
    from dafeng.report.documents.targets import TargetLine
    from dafeng.report.emission_view import Axis

Look = Literal["amount", "share"]
FIRST_ROW = 4
"""Row of the first line of data, counted from 1: title, note and heading stand above."""
KINDS_WITH_EMISSIONS = frozenset({"yearly", "inventory", "quarterly"})
KINDS_WITH_TARGETS = frozenset({"yearly", "quarterly", "city", "department"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and the value that we computed for it; None: the formula gives an empty text."""

    text: str
    value: float | None
    look: Look = "amount"


Cell = str | float | int | Formula | None


@dataclass(frozen=True, slots=True)
class FormulaSheet:
    """One sheet: title, a note on scope and unit, headings, lines."""

    name: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def draw_document_workbook(case: DocumentCase, kind: str, targets: Sequence[str] | None = None) -> bytes:
    """Return the workbook of a document as XLSX.

    Parameters
    ----------
    case : DocumentCase
    kind : str
        ``yearly``, ``quarterly``, ``city``, ``department`` or ``inventory``.
    targets : sequence of str, optional
        Ids of the targets that it speaks of; default: all that may be seen.

    Returns
    -------
    bytes
    """
    sheets: list[FormulaSheet] = []
    if kind in KINDS_WITH_EMISSIONS and case.emissions.combustion:
        sheets += [_totals(case), _groups(case, "sector_groups"), _groups(case, "fuel_groups")]
    if kind in KINDS_WITH_TARGETS:
        lines = list_targets(case, targets)
        sheets += [_targets(case, lines), _counts(case, lines)]
    return _write(case, sheets)


def _ratio(upper: str, lower: str) -> str:
    return f'=IF(OR({upper}="",{lower}=""),"",{upper}/{lower}-1)'


def _totals(case: DocumentCase) -> FormulaSheet:
    """Return totals by year: the total and its change are formulas."""
    view = case.emissions
    rows: list[tuple[Cell, ...]] = []
    for place, year in enumerate(year for year in view.years if year in view.combustion):
        at = FIRST_ROW + place
        total, before = view.total.get(year), view.total.get(year - 1)
        change = total / before - 1 if total is not None and before else None
        rows.append((
            year, view.combustion[year], view.process.get(year),
            Formula(f'=IF(C{at}="","",B{at}+C{at})', total),
            Formula(_ratio(f"D{at}", f"D{at - 1}"), change, "share") if place else None,
        ))  # fmt: skip
    header = case.header("year", "combustion", "process", "total", "change")
    return FormulaSheet(case.say("sheet.totals"), case.say("sheet.note.mt"), header, tuple(rows))


def _groups(case: DocumentCase, axis: Axis) -> FormulaSheet:
    """Return combustion by group and year; the last line sums, the last column is the share."""
    view = case.emissions
    years = [year for year in view.years if year in view.combustion]
    ranked = view.ranked(axis, years[-1])
    last, whole_at = FIRST_ROW + len(ranked) - 1, FIRST_ROW + len(ranked)
    newest = _letter(len(years))
    rows: list[tuple[Cell, ...]] = []
    whole = sum(value for _, value in ranked)
    for place, (code, value) in enumerate(ranked):
        at = FIRST_ROW + place
        cells = [view.groups[axis][code].get(year) for year in years]
        share = Formula(f"={newest}{at}/{newest}${whole_at}", value / whole if whole else None, "share")
        rows.append((case.term(axis, code), *cells, share))
    sums = tuple(
        Formula(
            f"=SUM({_letter(place)}{FIRST_ROW}:{_letter(place)}{last})",
            sum(by_year.get(year) or 0.0 for by_year in view.groups[axis].values()),
        )
        for place, year in enumerate(years, 1)
    )
    one = Formula(f"={newest}{whole_at}/{newest}${whole_at}", 1.0 if whole else None, "share")
    rows.append((case.say("total"), *sums, one))
    header = (*case.header(axis), *map(str, years), case.say("column.share_of", year=years[-1]))
    return FormulaSheet(case.say(f"sheet.{axis}"), case.say("sheet.note.mt"), header, tuple(rows))


def _targets(case: DocumentCase, lines: Sequence[TargetLine]) -> FormulaSheet:
    """Return targets with observed and required values; the gap is a formula."""
    rows: list[tuple[Cell, ...]] = []
    for place, line in enumerate(lines):
        at = FIRST_ROW + place
        both = line.observed is not None and line.required is not None
        gap = (
            line.observed - line.required if line.observed is not None and line.required is not None else None
        )
        rows.append((
            line.target_id, line.name, line.year, line.goal, line.observed, line.required,
            Formula(f"=E{at}-F{at}", gap) if both else None, terms_unit(line.unit, case),
            case.term("verdict", line.verdict), case.term("warning_level", line.level), line.bodies,
        ))  # fmt: skip
    names = (
        "number",
        "target",
        "year",
        "goal",
        "observed",
        "required",
        "gap",
        "unit",
        "verdict",
        "level",
        "bodies",
    )
    return FormulaSheet(
        case.say("sheet.targets"), case.say("sheet.note.targets"), case.header(*names), tuple(rows)
    )


def terms_unit(unit: str | None, case: DocumentCase) -> str:
    """Return a unit in the language of the document; empty for none."""
    return terms.unit_name(unit, case.language) if unit else ""


def _counts(case: DocumentCase, lines: Sequence[TargetLine]) -> FormulaSheet:
    """Return how many targets have each verdict and each level, counted by formulas."""
    sheet, last = case.say("sheet.targets"), FIRST_ROW + max(1, len(lines)) - 1
    rows: list[tuple[Cell, ...]] = []
    for vocabulary, column, held in (("verdict", "I", "verdict"), ("warning_level", "J", "level")):
        for code in terms.entries(vocabulary):
            at = FIRST_ROW + len(rows)
            count = float(sum(getattr(line, held) == code for line in lines))
            text = f"=COUNTIF('{sheet}'!{column}${FIRST_ROW}:{column}${last},B{at})"
            share = Formula(f"=C{at}/COUNTA('{sheet}'!A${FIRST_ROW}:A${last})", count / len(lines), "share") \
                if lines else None  # fmt: skip
            kind = case.say(f"column.{held}")
            rows.append((kind, case.term(vocabulary, code), Formula(text, count), share))
    return FormulaSheet(
        case.say("sheet.counts"), case.say("sheet.note.counts"),
        case.header("kind", "name", "count", "share"), tuple(rows),
    )  # fmt: skip


def _letter(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    return xlsxwriter.utility.xl_col_to_name(column)  # type: ignore[no-any-return]


def _write(case: DocumentCase, sheets: Sequence[FormulaSheet]) -> bytes:
    stream = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False}  # fmt: skip
    book = xlsxwriter.Workbook(stream, plain)
    book.set_properties({"created": CREATED.replace(tzinfo=None), "author": "dafeng"})
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
    title = book.add_format({**font, "bold": True, "font_size": 13})
    head = book.add_format({**font, "bold": True, "bg_color": "#E8EEF3", "text_wrap": True, "bottom": 1})
    text = book.add_format({**font, "text_wrap": True})
    looks = {"amount": book.add_format({**font, "num_format": "#,##0.00"}),
             "share": book.add_format({**font, "num_format": "0.0%"})}  # fmt: skip
    whole = book.add_format({**font, "num_format": "0"})
    for each in sheets:
        sheet = book.add_worksheet(each.name)
        sheet.write_string(0, 0, f"{case.region} · {each.name}", title)
        sheet.write_string(1, 0, f"{each.note} {case.say_known()}", book.add_format({**font, "italic": True}))
        for column, name in enumerate(each.header):
            sheet.write_string(FIRST_ROW - 2, column, name, head)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, len(each.header) - 1, 14)
        sheet.freeze_panes(FIRST_ROW - 1, 1)
        for row, cells in enumerate(each.rows, FIRST_ROW - 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, Formula):
                    shown = "" if cell.value is None else cell.value
                    counted = cell.text.startswith("=COUNTIF")
                    sheet.write_formula(row, column, cell.text, whole if counted else looks[cell.look], shown)
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell, text)
                elif cell is not None:
                    sheet.write_number(row, column, cell, whole if isinstance(cell, int) else looks["amount"])
    book.close()
    return stream.getvalue()
