"""Assessment accounts: years by scope, the three stages side by side, and the gap by part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.errors import LANGUAGES
from dafeng.provenance import worst_grade
from dafeng.report.assessment_view import (
    ACCOUNTS,
    FIGURES,
    AssessmentView,
    name_scope,
    name_terms,
    view_assessment,
)
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.figures import missing, number, number_button, traced, unit, unit_pair
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import both, pair, phrase, term, term_pair

if TYPE_CHECKING:
    from dafeng.errors import Language
    from dafeng.report.context import ReportContext

OWN, PRELIMINARY, FINAL = "own_estimate", "preliminary_feedback", "final_approved"
SIGNS = {1: "+", 0: "", -1: "−"}
PLAIN, NEW = ("ci_13_14_territorial", "none"), ("ci_2026", "own_generation")
OLD = ("ci_13_14", "own_generation")
POWER_FIGURES = (("export", "10^8 kWh"), ("own", "kg CO2/kWh"), ("published", "kg CO2/kWh"))
"""Step and unit of the figures of the power trade."""


def render_assessment(context: ReportContext) -> str:
    """Return the tables of the accounts, of the figures of three stages, of the gaps and of the scopes."""
    view = view_assessment(context)
    if not view.years():
        return draw("empty.html", text=phrase("assessment.no_accounts"))
    rows = [row for years in view.accounts.values() for row in years.values()]
    return draw(
        "assessment.html",
        messages=_messages(context, view),
        gdp=_vintage(rows),
        has_gdp=any(row["vintage"] for row in rows),
        bases=[
            phrase("assessment.base", first=row["first_year"], last=row["last_year"], base=row["base_year"])
            for row in context.rows("assessment.price_bases")
        ],
        no_level=_span(_years_without_level(rows)),
        tables=_tables(context, view),
        figures=_figures(context, view),
        lacking=_lacking(context),
        gaps=_gaps(context),
        missing=_missing(view),
        scopes=_scopes(context),
    )


def _vintage(rows: list[dict[str, Any]]) -> Markup:
    """Return which vintage of GDP was used; one that the vocabulary does not know as the pack writes it."""
    vintage = next((row["vintage"] for row in rows if row["vintage"]), None)
    if vintage is None:
        return phrase("assessment.no_gdp")
    names = term_pair("vintage", vintage)
    return phrase("assessment.gdp", vintage=(names["zh"], names["en"]))


def _years_without_level(rows: list[dict[str, Any]]) -> list[int]:
    return sorted(
        {
            row["year"]
            for row in rows
            if row["base_year"] and row["value"] is not None and row["intensity"] is None
        }
    )


def _tables(context: ReportContext, view: AssessmentView) -> list[dict[str, Any]]:
    signs = {
        scope: {
            row["term"]: row["sign"]
            for row in context.rows("assessment.scope_terms")
            if row["scope"] == scope
        }
        for scope, _ in view.accounts
    }
    rows = [row for years in view.accounts.values() for row in years.values()]
    quantities = sorted({row["unit"] for row in rows}, reverse=True)
    tables = [
        _table(
            view, "value", f"values-{place}",
            phrase("assessment.values", unit=(unit_pair(code)["zh"], unit_pair(code)["en"])),
            signs, code,
        )
        for place, code in enumerate(quantities)
    ]  # fmt: skip
    tables += [
        _table(
            view, "intensity", f"intensity-{place}",
            phrase("assessment.intensity", unit=(unit_pair(code)["zh"], unit_pair(code)["en"])),
            signs, code,
        )
        for place, code in enumerate(sorted({row["intensity_unit"] for row in rows}))
    ]  # fmt: skip
    tables.append(_table(view, "reduction_share", "falls", phrase("assessment.falls"), signs))
    tables.append(_table(view, "cumulative_share", "cumulative", phrase("assessment.cumulative"), signs))
    return [table for table in tables if table["rows"]]


def _table(
    view: AssessmentView,
    column: str,
    table_id: str,
    title: Markup,
    signs: dict[str, dict[str, int]],
    only: str = "",
) -> dict[str, Any]:
    chosen = [(key, own) for key, own in view.rows(column) if only in _units(own)]
    known = {year for _, own in chosen for year, row in own.items() if row[column] is not None}
    years = sorted(known)
    rows = []
    for (scope, factor), own in chosen:
        cells = [_cell(view, own.get(year), column, signs[scope]) for year in years]
        weak = worst_grade(row["grade"] for row in own.values() if row[column] is not None)
        mark = grade_mark(weak) if weak in {"C", "X"} else ""
        rows.append((Markup("{} {}").format(name_scope(scope, factor), mark), cells))
    return {"id": table_id, "title": title, "years": years, "rows": rows}


def _units(own: dict[int, dict[str, Any]]) -> set[str]:
    row = next(iter(own.values()))
    return {"", row["unit"], row["intensity_unit"]}


def _cell(view: AssessmentView, row: dict[str, Any] | None, column: str, signs: dict[str, int]) -> Markup:
    if row is None or row[column] is None:
        return Markup('<span class="null">—</span>')
    if column == "value":
        key = view.trace(row, "assessment.trace", terms=name_terms(list(signs), signs))
        return traced(row["value"], key, 1)
    if column == "intensity":
        return traced(row["intensity"], view.trace(row, "assessment.trace.level"), 3)
    if column == "reduction_share":
        return traced(100 * row[column], view.trace(row, "assessment.trace.fall"), 2)
    return traced(100 * row[column], view.trace(row, "assessment.trace.cumulative", how=_how(row)), 2)


def _how(row: dict[str, Any]) -> dict[str, str]:
    return term_pair("cumulative_by", row["cumulative_by"])


def _messages(context: ReportContext, view: AssessmentView) -> list[Markup]:
    """Return what the variants say: cumulative falls, weight of power trade, weight of the definition."""
    found = []
    old, new, flat = (view.accounts.get(key, {}) for key in (OLD, NEW, PLAIN))
    falls = [year for year in old if _known(old.get(year), new.get(year), "cumulative_share")]
    if falls:
        year = max(falls)
        shares = [
            number_button(
                f"{number(100 * rows[year]['cumulative_share'], 2)}%",
                view.trace(rows[year], "assessment.trace.cumulative", how=_how(rows[year])),
            )
            for rows in (old, new)
        ]
        names = [term_pair("assessment_scopes", key[0]) for key in (OLD, NEW)]
        found.append(
            phrase(
                "assessment.message", since=old[year]["cumulative_from_year"], year=year,
                first=(names[0]["zh"], names[0]["en"]), second=(names[1]["zh"], names[1]["en"]),
                one=shares[0], two=shares[1],
            )
        )  # fmt: skip
    trade = {
        row["year"]: row for row in context.own_rows("assessment.power") if row["net_export_twh"] is not None
    }
    years = [year for year in old if _known(old.get(year), flat.get(year), "value") and year in trade]
    if years:
        year = max(years)
        key = view.trace(old[year], "assessment.trace", terms=name_terms(["co2_net_power_import"]))
        row = trade[year]
        keys = [_power_trace(context, key, step, code) for step, code in POWER_FIGURES]
        found.append(
            phrase(
                "assessment.power", year=year,
                value=traced(flat[year]["value"] - old[year]["value"], key, 1),
                export=traced(10 * row["net_export_twh"], keys[0], 0),
                own=traced(row["own_factor"], keys[1], 4),
                published=traced(row["published_factor"], keys[2], 4),
            )
        )  # fmt: skip
    return [*found, *_definition(context, view, old, new)]


def _power_trace(context: ReportContext, key: str, step: str, code: str) -> str:
    """Return the trace of a figure of the power trade: sources of the account, own unit and step."""
    names, said = unit_pair(code), pair(f"assessment.trace.{step}")
    base = context.traces.get(key)
    return context.add_trace(
        replace(base, unit_zh=names["zh"], unit_en=names["en"], step_zh=said["zh"], step_en=said["en"])
    )


def _definition(
    context: ReportContext,
    view: AssessmentView,
    old: dict[int, dict[str, Any]],
    new: dict[int, dict[str, Any]],
) -> list[Markup]:
    years = [year for year in old if _known(old.get(year), new.get(year), "value")]
    if not years:
        return []
    year = max(years)
    parts = {
        row["term"]: row["contribution"]
        for row in context.own_rows("assessment.terms")
        if (row["scope"], row["power_factor"], row["year"]) == (*NEW, year)
    }
    keys = {
        code: view.trace(new[year], "assessment.trace", terms=name_terms([code]))
        for code in ("co2_non_energy_use", "co2_industrial_process")
    }
    whole = view.trace(new[year], "assessment.trace", terms=name_terms(list(keys)))
    out, into = (traced(parts[code], key, 1, signed=True) for code, key in keys.items())
    value = traced(new[year]["value"] - old[year]["value"], whole, 1, signed=True)
    return [phrase("assessment.definition", year=year, value=value, out=out, into=into)]


def _known(first: dict[str, Any] | None, second: dict[str, Any] | None, column: str) -> bool:
    return all(row is not None and row[column] is not None for row in (first, second))


def _figures(context: ReportContext, view: AssessmentView) -> list[dict[str, Any]]:
    """Return the figures that were fed back or approved, each beside the own estimates of its scope."""
    rows = context.own_rows(FIGURES)
    given = [row for row in rows if row["stage"] != OWN]
    keys = sorted({(row["period"], row["scope"], row["variable"]) for row in given})
    shown = []
    for key in keys:
        same = [row for row in rows if (row["period"], row["scope"], row["variable"]) == key]
        documents = [
            (
                " ".join(filter(None, (row["document_number"], row["document_date"]))),
                both(row["note_zh"], row["note_en"]),
            )
            for row in same
            if row["stage"] != OWN
        ]
        cells = {
            stage: next((_given(context, row) for row in same if row["stage"] == stage), missing())
            for stage in (PRELIMINARY, FINAL)
        }
        shown.append(
            {
                "period": key[0], "scope": term("assessment_scopes", key[1]),
                "variable": term("assessed_variable", key[2]),
                "own": [_own(view, row) for row in same if row["stage"] == OWN] or [missing()],
                "preliminary": cells[PRELIMINARY], "final": cells[FINAL], "documents": documents,
            }
        )  # fmt: skip
    return shown


def _lacking(context: ReportContext) -> tuple[str, str] | None:
    """Return the changes of intensity that nobody fed back or approved, in words."""
    rows = context.own_rows(FIGURES)
    changes = {row["variable"] for row in rows if row["unit"] == "%"}
    given = {row["variable"] for row in rows if row["stage"] != OWN}
    names = [term_pair("assessed_variable", code) for code in sorted(changes - given)]
    return ("、".join(n["zh"] for n in names), ", ".join(n["en"] for n in names)) if names else None


def _own(view: AssessmentView, row: dict[str, Any]) -> Markup:
    step = "assessment.trace.fall" if row["unit"] == "%" else "assessment.trace.given"
    return Markup("{} {}").format(
        traced(row["value"], view.trace(row, step), 2, signed=row["unit"] == "%"), unit(row["unit"])
    )


def _given(context: ReportContext, row: dict[str, Any]) -> Markup:
    words = pair("assessment.trace.given")
    key = context.add_trace(
        Trace((row["source_id"],), row["grade"], row["unit"], row["unit"], words["zh"], words["en"])
    )
    return Markup("{} {}").format(traced(row["value"], key, 2, signed=row["unit"] == "%"), unit(row["unit"]))


def _gaps(context: ReportContext) -> list[dict[str, Any]]:
    shown = []
    words = pair("assessment.trace.gap")
    for row in context.own_rows("assessment.gap"):
        digits, measure = (3, unit("pp")) if row["unit"] == "%" else (1, unit(row["unit"]))
        key = context.add_trace(Trace((), "B", row["unit"], row["unit"], words["zh"], words["en"]))
        shown.append(
            {
                "period": row["period"], "scope": name_scope(row["own_scope"], row["power_factor"]),
                "variable": term("assessed_variable", row["variable"]),
                "compared": Markup("{} · {}").format(
                    term("figure_stage", row["stage"]), term("assessment_scopes", row["other_scope"])
                ),
                "part": both(*(_join(row, language) for language in LANGUAGES)),
                "value": Markup("{} {}").format(traced(row["value"], key, digits, signed=True), measure),
            }
        )  # fmt: skip
    return shown


def _join(row: dict[str, Any], language: Language) -> str:
    part = term_pair("gap_part", row["part"])[language]
    whole = row["term"] == "total"
    return part if whole else f"{part} · {term_pair('assessment_term', row['term'])[language]}"


def _missing(view: AssessmentView) -> list[tuple[Markup, str, Markup]]:
    """Return per variant the years without a value and what is missing in them."""
    shown = []
    for (scope, factor), years in view.accounts.items():
        groups: dict[str, list[int]] = {}
        for year, row in years.items():
            if row["missing_terms"] and year in view.years():
                groups.setdefault(row["missing_terms"], []).append(year)
        for codes, found in groups.items():
            names = name_terms(codes.split(";"))
            lacking = phrase("assessment.missing", terms=(names["zh"], names["en"]))
            shown.append((name_scope(scope, factor), _span(found), lacking))
    return shown


def _span(years: list[int]) -> str:
    if not years:
        return ""
    whole = years == list(range(years[0], years[-1] + 1))
    return f"{years[0]}–{years[-1]}" if whole and len(years) > 1 else ", ".join(map(str, years))


def _scopes(context: ReportContext) -> list[dict[str, Any]]:
    parts = context.rows("assessment.scope_terms")
    shown = []
    for row in context.rows("assessment.scopes"):
        own = [part for part in parts if part["scope"] == row["scope"]]
        since, until = row["valid_from_year"], row["valid_to_year"]
        numbers = [row["document_number"], *(part["document_number"] for part in own)]
        shown.append(
            {
                "name": term("assessment_scopes", row["scope"]), "grade": row["grade"],
                "terms": [
                    Markup("{}{}").format(SIGNS[part["sign"]], term("assessment_term", part["term"]))
                    for part in own
                ],
                "validity": f"{since or ''}–{until or ''}" if since or until else "—",
                "document": "；".join(dict.fromkeys(filter(None, numbers))) or "—",
                "note": both(row["note_zh"], row["note_en"]),
            }
        )  # fmt: skip
    return shown


PAGE = Page("assessment", "考核口径", "Assessment accounts", (ACCOUNTS, FIGURES), render_assessment)
