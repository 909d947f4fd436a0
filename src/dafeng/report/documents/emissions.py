"""Emissions as documents tell them: totals, sectors, fuels, published figures, uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.document import DocumentFigure, DocumentTable, Paragraph
from dafeng.report.figures import number

if TYPE_CHECKING:
    from dafeng.document import Part
    from dafeng.report.documents.case import DocumentCase
    from dafeng.report.emission_view import Axis

MOST_YEARS = 6
"""Years of a table in the text. [1]"""
MOST_SERIES = 6
"""Series of a chart. [1]"""
PERCENT, KT_PER_MT = 100.0, 1000.0


def say_percent(ratio: float, digits: int = 1, *, signed: bool = False) -> str:
    """Return a ratio as a percentage."""
    return f"{number(PERCENT * ratio, digits, signed=signed)}%"


def tell_total(case: DocumentCase) -> list[Part]:
    """Return the newest total, its change, the highest year; a missing year of the period is told."""
    view, say = case.emissions, case.say
    if not view.total:
        return [Paragraph(say("emissions.none"))]
    year = max(view.total)
    parts: list[Part] = []
    if year < case.period.year:
        parts.append(Paragraph(say("emissions.later", wanted=case.period.year, year=year)))
    text = say("emissions.total", year=year, value=number(view.total[year], 1))
    earlier = [one for one in view.total if one < year]
    if earlier:
        before = max(earlier)
        change = say_percent(view.total[year] / view.total[before] - 1, signed=True)
        text += say("emissions.change", before=before, change=change)
    top = max(view.total, key=lambda one: view.total[one])
    first = min(view.total)
    text += say("emissions.highest" if top == year else "emissions.top", first=first, year=top,
                value=number(view.total[top], 1))  # fmt: skip
    return [*parts, Paragraph(text), Paragraph(say("emissions.no_peak"))]


def chart_total(case: DocumentCase) -> list[Part]:
    """Return the chart of the totals beside those that others published."""
    view = case.emissions
    if len(view.total) < 2:
        return []
    years = range(min(view.total), max(view.total) + 1)
    series = [(case.say("series.own"), tuple(view.total.get(year) for year in years))]
    if view.published:
        published = tuple(view.published[year]["value"] if year in view.published else None for year in years)
        series.append((case.say("series.published"), published))
    title = case.say("emissions.chart", region=case.region)
    return [DocumentFigure(title, "lines", case.say("unit.mt"), tuple(map(str, years)), tuple(series))]


def tabulate_totals(case: DocumentCase) -> list[Part]:
    """Return the totals of the last years as a table."""
    view = case.emissions
    years = [year for year in view.years if year in view.combustion][-MOST_YEARS:]
    if not years:
        return []
    rows = []
    for year in years:
        before = view.total.get(year - 1)
        now = view.total.get(year)
        change = say_percent(now / before - 1, signed=True) if now is not None and before else "—"
        cells = (view.combustion.get(year), view.process.get(year), now)
        rows.append((str(year), *(number(value, 2) or "—" for value in cells), change))
    header = case.header("year", "combustion", "process", "total", "change")
    return [DocumentTable(case.say("emissions.table"), header, tuple(rows))]


def tell_groups(case: DocumentCase, axis: Axis) -> list[Part]:
    """Return the combustion emissions of the newest year by group: sentence, table with shares, chart."""
    view = case.emissions
    if not view.combustion:
        return []
    year = max(view.combustion)
    whole = view.combustion[year]
    ranked = [(code, value) for code, value in view.ranked(axis, year) if value]
    if not ranked:
        return []
    names = {code: case.term(axis, code) for code, _ in ranked}
    told = case.wording.listed(
        case.say("group.share", name=names[code], share=say_percent(value / whole))
        for code, value in ranked[:3]
    )
    rows = tuple((names[code], number(value, 2), say_percent(value / whole)) for code, value in ranked)
    total = (case.say("total"), number(sum(value for _, value in ranked), 2),
             say_percent(sum(value for _, value in ranked) / whole))  # fmt: skip
    table = DocumentTable(
        case.say(f"{axis}.table", year=year),
        case.header(axis, "amount", "share"),
        (*rows, total),
        (3, 1.5, 1.2),
    )
    return [
        Paragraph(case.say(f"{axis}.told", year=year, groups=told)),
        table,
        _chart_groups(case, axis, names),
    ]


def _chart_groups(case: DocumentCase, axis: Axis, names: dict[str, str]) -> DocumentFigure:
    view = case.emissions
    years = tuple(year for year in view.years if year in view.combustion)
    series = tuple(
        (name, tuple(view.groups[axis][code].get(year) for year in years))
        for code, name in list(names.items())[:MOST_SERIES]
    )
    return DocumentFigure(
        case.say(f"{axis}.chart"), "lines", case.say("unit.mt"), tuple(map(str, years)), series
    )


def tell_published(case: DocumentCase) -> list[Part]:
    """Return the difference from published totals, year by year."""
    view = case.emissions
    shared = [year for year in view.published if year in view.total]
    if not shared:
        return [Paragraph(case.say("published.none"))]
    rows = []
    for year in shared:
        ours, theirs = view.total[year], view.published[year]
        source = _source_name(case, theirs["source_id"])
        rows.append((
            str(year), number(ours, 2), number(theirs["value"], 2),
            say_percent(ours / theirs["value"] - 1, 2, signed=True), source,
            theirs["grade"],
        ))  # fmt: skip
    header = case.header("year", "own", "published", "difference", "source", "grade")
    return [
        Paragraph(case.say("published.told", count=len(shared))),
        DocumentTable(case.say("published.table"), header, tuple(rows), (1, 1.4, 1.4, 1.2, 4, 0.8)),
    ]


def tell_uncertainty(case: DocumentCase) -> list[Part]:
    """Return the range of the newest estimate of all gases, and how much of it is covered."""
    rows = [
        row for row in case.context.own_rows("uncertainty.totals")
        if row["year"] <= case.period.year and row["low"] is not None and row["method"] == "approach2"
        and row["unit"] == "kt CO2e"
    ]  # fmt: skip
    if not rows:
        return [Paragraph(case.say("uncertainty.none"))]
    row = max(rows, key=lambda one: one["year"])
    amounts = {
        name: case.wording.amount(float(f"{row[name] / KT_PER_MT:.4g}"), "Mt CO2e")
        for name in ("low", "high", "estimate")
    }
    text = case.say(
        "uncertainty.told", year=row["year"], covered=say_percent(row["covered_share"]), grade=row["grade"],
        **amounts,
    )  # fmt: skip
    return [Paragraph(text)]


def _source_name(case: DocumentCase, source_id: str) -> str:
    source = case.facts.sources.get(source_id)
    return case.wording.name(source, "title") if source else source_id


def list_input_sources(case: DocumentCase) -> DocumentTable:
    """Return the sources of the newest year with their grades."""
    view = case.emissions
    year = max(view.combustion, default=case.period.year)
    found: dict[str, set[str]] = {}
    for table_id in ("inventory.energy", "inventory.products", "inventory.published"):
        for row in case.context.own_rows(table_id):
            if row["year"] == year and row["value"] is not None:
                found.setdefault(row["source_id"], set()).add(row["grade"])
    rows = tuple(
        (_source_name(case, code), ", ".join(sorted(grades))) for code, grades in sorted(found.items())
    ) or (("—", "—"),)
    return DocumentTable(case.say("sources.table", year=year), case.header("source", "grade"), rows, (6, 1))
