"""Will emissions peak: how likely, when, how high; every scenario in every scope; the floors of supply."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report import pathway_view as shared
from dafeng.report.drawing import draw, grade_mark
from dafeng.report.fan_chart import Dot, Fan, Line, Range, draw_fan
from dafeng.report.figures import missing, number, number_button, traced, unit_pair
from dafeng.report.page import Page
from dafeng.report.pathway_view import (
    CUMULATIVE,
    FAN,
    PEAK,
    PathwayView,
    Row,
    Scope,
    scope_of,
    span_text,
    trace_input,
)
from dafeng.report.span_bar import draw_share
from dafeng.report.traces import Trace
from dafeng.report.words import both, phrase, plain, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

ASSUMPTIONS = "pathway.assumptions"
SECURITY, PUBLISHED, HISTORY = "pathway.security", "pathway.published", "inventory.published"
TITLE = "peak-message"
HISTORY_VARIABLES = {"with_process": "co2_total", "energy_only": "co2_fuel_combustion"}
"""Process axis -> published variable of the same scope, for CO2 of the production side."""
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
YEARS_APART = 5
LEVEL_UNIT = "Mt CO2"
NONE = Markup('<span class="null">—</span>')


def render_peak(context: ReportContext) -> str:
    """Return the fan of the plan scenario, all scenarios and scopes, published scenarios and the floors."""
    peaks = context.rows(PEAK)
    if not peaks or not context.rows(FAN):
        return draw("empty.html", text=phrase("pathway.none"))
    view = shared.view_pathways(context)
    scope = scope_of(peaks[0])
    main = next(row for row in peaks if row["scenario"] == view.main and scope_of(row) == scope)
    key = view.trace(main["unit"], scenario=view.main, scope=scope)
    published = _number_published(context)
    below = _marked_below(context)
    return draw(
        "peak.html",
        title=_message(view, main, key),
        grade=grade_mark(view.grade),
        scope=both(*shared.scope_pair(scope)),
        unit_code=main["unit"],
        level=_level_sentence(view, main, key),
        chart=draw_fan(_make_fan(view, scope, published, main["by_year"]), TITLE),
        legend=_legend(view),
        main=both(*view.names[view.main]),
        draws=view.draws,
        base_year=view.base_year,
        by_year=main["by_year"],
        has_history=bool(_history(context, scope, view.base_year)),
        years=_fan_rows(view, scope, key),
        assumed=_assumptions(view, scope),
        spans=_spans(context),
        groups=_groups(view, peaks, below),
        published=[_published_row(context, *numbered) for numbered in published],
        floors=_floor_rows(view),
        marked=bool(below),
    )


def _message(view: PathwayView, row: Row, key: str) -> Markup:
    words = number_button(row["words_zh"], key), number_button(row["words_en"], key)
    return phrase("peak.message", scenario=view.names[row["scenario"]], words=words, year=row["by_year"])


def _level_sentence(view: PathwayView, row: Row, key: str) -> Markup:
    """Return how the median moves up to the year asked for, and how many futures do not peak at all."""
    scope = scope_of(row)
    own = [r for r in view.context.rows(FAN) if r["scenario"] == view.main and scope_of(r) == scope]
    by_year = {r["year"]: r for r in own}
    last = max(by_year)
    then = by_year.get(row["by_year"])
    return phrase(
        "peak.level", base=view.base_year, start=traced(by_year[view.base_year]["p50"], key, 0),
        year=row["by_year"], then=traced(then["p50"], key, 0) if then else missing(),
        low=traced(then["p05"], key, 0) if then else missing(),
        high=traced(then["p95"], key, 0) if then else missing(),
        none=shared.per_hundred(row["none_share"], key), last=last,
    )  # fmt: skip


def _make_fan(view: PathwayView, scope: Scope, published: list[tuple[int, Row]], by_year: int) -> Fan:
    """Return the fan of the main scenario, the medians of the others, history and what others published."""
    lines = []
    rows = [row for row in view.context.rows(FAN) if scope_of(row) == scope]
    history = _history(view.context, scope, view.base_year)
    if history:
        points = tuple((float(row["year"]), float(row["value"])) for row in history)
        lines.append(Line(points, "#1a232c", trace=_trace_history(view.context, history)))
    others = [name for name in view.names if name != view.main]
    for name, colour, dash in zip(others, cycle(shared.LINES), cycle(shared.DASHES), strict=False):
        points = tuple((row["year"], row["p50"]) for row in rows if row["scenario"] == name)
        if points:
            lines.append(Line(points, colour, dash, view.trace(LEVEL_UNIT, scenario=name, scope=scope)))
    ranges = tuple(
        Range(row["year"], *(row[quantile] for quantile in QUANTILES))
        for row in rows
        if row["scenario"] == view.main
    )
    return Fan(
        ranges, view.trace(LEVEL_UNIT, scenario=view.main, scope=scope), tuple(lines),
        tuple(_published_dots(view.context, published)), (view.base_year, by_year),
    )  # fmt: skip


def _history(context: ReportContext, scope: Scope, base_year: int) -> list[Row]:
    """Return published totals before the base year in the same scope; none where no such series exists."""
    boundary, power_export, process, gases = scope
    if (boundary, power_export, gases) != ("production", "included", "co2"):
        return []
    rows = [
        row
        for row in context.own_rows(HISTORY)
        if row["variable"] == HISTORY_VARIABLES[process] and row["year"] <= base_year
    ]
    return sorted((row for row in rows if row["value"] is not None), key=lambda row: row["year"])


def _trace_history(context: ReportContext, rows: list[Row]) -> str:
    return context.add_trace(
        Trace(
            sources=tuple(dict.fromkeys(row["source_id"] for row in rows)), grade=rows[-1]["grade"] or "",
            unit_zh=unit_pair(LEVEL_UNIT)["zh"], unit_en=unit_pair(LEVEL_UNIT)["en"],
            step_zh=plain("peak.history", "zh"), step_en=plain("peak.history", "en"),
        )
    )  # fmt: skip


def _number_published(context: ReportContext) -> list[tuple[int, Row]]:
    """Return what others published for the province with the numbers that the chart uses."""
    return list(enumerate(context.own_rows(PUBLISHED), start=1))


def _published_dots(context: ReportContext, published: list[tuple[int, Row]]) -> list[Dot]:
    dots = []
    for place, row in published:
        if row["unit"] != LEVEL_UNIT or row["peak_value"] is None or row["peak_to"] is None:
            continue
        first = row["peak_from"] if row["peak_from"] is not None else row["peak_to"]
        until = row["peak_to"] if row["peak_to"] > first else None
        key = trace_input(context, row, row["unit"], None)
        dots.append(Dot(first, row["peak_value"], str(place), row["weak"], key, until))
    return dots


def _published_row(context: ReportContext, place: int, row: Row) -> dict[str, Any]:
    key = trace_input(context, row, row["unit"], None)
    first, last = row["peak_from"], row["peak_to"]
    if last is None:
        years = missing()
    elif first is None:
        years = phrase("peak.until", year=number_button(str(last), key))
    else:
        years = number_button(str(last) if first == last else f"{first}–{last}", key)
    value = traced(row["peak_value"], key, 1) if row["unit"] == LEVEL_UNIT else missing()
    return {
        "place": place, "name": both(row["scenario_zh"], row["scenario_en"]),
        "scope": both(row["scope_zh"], row["scope_en"]), "method": row["method"] or "", "years": years,
        "value": value, "note": both(row["note_zh"], row["note_en"]), "grade": grade_mark(row["grade"]),
        "weak": row["weak"],
    }  # fmt: skip


def _legend(view: PathwayView) -> list[tuple[str, str, Markup]]:
    """Return pattern, colour and name of the median of each other scenario."""
    others = [name for name in view.names if name != view.main]
    drawn = zip(others, cycle(shared.LINES), cycle(shared.DASHES), strict=False)
    return [(dash, colour, both(*view.names[name])) for name, colour, dash in drawn]


def _fan_rows(view: PathwayView, scope: Scope, key: str) -> list[tuple[int, list[Markup]]]:
    """Return the quantiles of every fifth year of the main scenario."""
    return [
        (row["year"], [traced(row[name], key, 1) for name in QUANTILES])
        for row in view.context.rows(FAN)
        if row["scenario"] == view.main and scope_of(row) == scope
        and (row["year"] == view.base_year or row["year"] % YEARS_APART == 0)
    ]  # fmt: skip


def _assumptions(view: PathwayView, scope: Scope) -> dict[str, Any] | None:
    """Return what single assumptions do to the answer, the largest effect first; None when not computed."""
    rows = [
        row
        for row in view.context.rows(ASSUMPTIONS)
        if row["scenario"] == view.main and scope_of(row) == scope
    ]
    if len(rows) < 2:
        return None
    base, *changed = rows
    ranked = sorted(changed, key=lambda row: -abs(row["difference"]))
    key = view.trace(base["unit"], "peak.assumed_step", view.main, scope, futures=f"{base['draws']:,}")
    ends = {
        name: {
            f"{name}": shared.per_hundred(row["peaked_share"], key),
            f"{name}_name": (row["zh"], row["en"]),
        }
        for name, row in (
            ("low", min(rows, key=lambda row: row["peaked_share"])),
            ("high", max(rows, key=lambda row: row["peaked_share"])),
        )
    }
    return {
        "title": phrase(
            "peak.assumed.message", year=base["by_year"],
            base=shared.per_hundred(base["peaked_share"], key), **ends["low"], **ends["high"],
        ),
        "draws": f"{base['draws']:,}", "unit": base["unit"],
        "rows": [_assumption_row(row, key, changed=row is not base) for row in (base, *ranked)],
    }  # fmt: skip


def _assumption_row(row: Row, key: str, *, changed: bool) -> dict[str, Any]:
    year = row["p50_year"]
    difference = number(round(100 * row["difference"]), 0, signed=True)
    return {
        "name": both(row["zh"], row["en"]), "changed": changed, "bar": draw_share(row["peaked_share"]),
        "share": shared.per_hundred(row["peaked_share"], key),
        "difference": number_button(difference, key) if changed else NONE,
        "year": phrase("peak.beyond") if year is None else number_button(str(year), key),
        "level": traced(row["level_p50"], key, 0),
    }  # fmt: skip


def _spans(context: ReportContext) -> list[tuple[int, int]]:
    rows = context.rows(CUMULATIVE)
    return sorted({(row["from_year"], row["to_year"]) for row in rows})


def _groups(
    view: PathwayView, peaks: list[Row], below: dict[str, list[Row]]
) -> list[tuple[Markup, Markup, list[dict[str, Any]]]]:
    """Return the scopes, each with its unit and one row a scenario."""
    context = view.context
    sums = {
        (row["scenario"], scope_of(row), (row["from_year"], row["to_year"])): row
        for row in context.rows(CUMULATIVE)
    }
    found = {(row["scenario"], scope_of(row)): row for row in peaks}
    groups = []
    for scope, *same in shared.join_scopes(shared.list_scopes(peaks)):
        rows = [found[name, scope] for name in view.names if (name, scope) in found]
        keys = [view.trace(row["unit"], scenario=row["scenario"], scope=scope) for row in rows]
        lines = []
        for row, key in zip(rows, keys, strict=True):
            cells = [_sum(sums.get((row["scenario"], scope, span)), key) for span in _spans(context)]
            lines.append({**_peak_row(view, row, key, below=row["scenario"] in below), "sums": cells})
        unit_words = unit_pair(rows[0]["unit"])
        groups.append((_scope_name(scope, same), both(unit_words["zh"], unit_words["en"]), lines))
    return groups


def _scope_name(scope: Scope, same: list[Scope]) -> Markup:
    """Return the name of a scope with those of the scopes that count the same."""
    name = both(*shared.scope_pair(scope))
    for other in same:
        name = Markup("{}{}").format(name, phrase("peak.same_scope", scope=shared.scope_pair(other)))
    return name


def _sum(row: Row | None, key: str) -> Markup:
    return missing() if row is None else span_text(row["p05"], row["p50"], row["p95"], key)


def _peak_row(view: PathwayView, row: Row, key: str, *, below: bool) -> dict[str, Any]:
    years = [
        phrase("peak.beyond") if row[name] is None else number_button(str(row[name]), key)
        for name in ("p50_year", "p05_year", "p95_year")
    ]
    return {
        "name": both(*view.names[row["scenario"]]), "below": term("security_mark", "below") if below else "",
        "share": shared.per_hundred(row["peaked_share"], key),
        "years": Markup("{} ({}–{})").format(*years),
        "level": span_text(row["level_p05"], row["level_p50"], row["level_p95"], key),
        "plateau": shared.per_hundred(row["plateau_share"], key),
        "none": shared.per_hundred(row["none_share"], key),
    }  # fmt: skip


def _marked_below(context: ReportContext) -> dict[str, list[Row]]:
    """Return the rows of floors that are not kept, by scenario."""
    found: dict[str, list[Row]] = {}
    for row in context.rows(SECURITY):
        if row["mark"] == "below":
            found.setdefault(row["scenario"], []).append(row)
    return found


def _floor_rows(view: PathwayView) -> list[dict[str, Any]]:
    """Return one row a scenario and floor: the year in which most futures fall below it."""
    worst: dict[tuple[str, str], Row] = {}
    for row in view.context.rows(SECURITY):
        place = (row["scenario"], row["driver"])
        if row["scenario"] not in view.names:
            continue
        rank = (row["mark"] == "below", row["below_share"])
        if place not in worst or rank > (worst[place]["mark"] == "below", worst[place]["below_share"]):
            worst[place] = row
    order = list(view.names)
    made = []
    for row in sorted(worst.values(), key=lambda row: (order.index(row["scenario"]), row["driver"])):
        key = trace_input(view.context, row, row["unit"], row["state"])
        own = view.trace(row["unit"], "peak.floor_step", row["scenario"])
        unit_words = unit_pair(row["unit"])
        made.append({
            "name": both(*view.names[row["scenario"]]),
            "driver": term("pathway_drivers", row["driver"]), "mark": term("security_mark", row["mark"]),
            "below": row["mark"] == "below", "year": row["year"], "floor": traced(row["floor"], key),
            "unit": both(unit_words["zh"], unit_words["en"]), "median": traced(row["median"], own, 2),
            "share": shared.per_hundred(row["below_share"], own),
        })  # fmt: skip
    return made


PAGE = Page(
    "peak", "能否达峰", "Will it peak", (PEAK, FAN, ASSUMPTIONS, CUMULATIVE, SECURITY, PUBLISHED), render_peak
)
