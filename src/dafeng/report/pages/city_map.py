"""City map: a series with observations of cities; cities without a published figure are hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.period import parse_period
from dafeng.report.drawing import draw
from dafeng.report.figures import number, period_text, unit, unit_pair
from dafeng.report.map_view import Drawing, make_scale, read_drawing
from dafeng.report.page import Page
from dafeng.report.traces import Trace
from dafeng.report.words import phrase, plain

if TYPE_CHECKING:
    from datetime import date

    from dafeng.report.context import ReportContext

OBSERVATIONS, SERIES = "tracking.observations", "tracking.series"
LAYERS_SHOWN = 30
_BOUNDS = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< "}
Row = dict[str, Any]


def render_map(context: ReportContext) -> str:
    """Return the map with one layer for each series and period, and the same figures as tables."""
    regions = _regions(context)
    drawing = read_drawing(context.meta.boundaries, regions)
    if drawing is None or not drawing.cities:
        return draw("empty.html", text=phrase("map.none"))
    layers = [_layer(context, drawing, key, rows) for key, rows in _city_rows(context, drawing).items()]
    labels = {
        shape.code: (regions.get(shape.code, {}).get("short_name_zh") or shape.name_zh, shape.name_en)
        for shape in drawing.cities
    }
    return draw(
        "map.html",
        drawing=drawing,
        layers=layers[:LAYERS_SHOWN],
        labels=labels,
        approval=context.meta.map_approval,
        closed=context.meta.map_closed,
        as_of=context.meta.as_of,
    )


def _regions(context: ReportContext) -> dict[str, Row]:
    """Return the regions by code; the reported province under each of its codes."""
    meta = context.meta
    province = {"name_zh": meta.region_zh, "name_en": meta.region_en, "level": "province"}
    return context.by_key("pack.regions", "code") | dict.fromkeys(context.region_codes(), province)


def _city_rows(context: ReportContext, drawing: Drawing) -> dict[str, dict[str, Row]]:
    """Return series -> city -> its latest observation of the best grade, series with most cities first."""
    codes = {shape.code for shape in drawing.cities}
    known = [row for row in context.rows(OBSERVATIONS) if row["region"] in codes and row["value"] is not None]
    found: dict[str, dict[str, Row]] = {}
    for row in sorted(known, key=lambda row: row["grade"], reverse=True):
        cities = found.setdefault(row["series_id"], {})
        old = cities.get(row["region"])
        if old is None or _end(row) >= _end(old):
            cities[row["region"]] = row
    return {code: found[code] for code in sorted(found, key=lambda code: (-len(found[code]), code))}


def _end(row: Row) -> date:
    return parse_period(row["period"]).end


def _layer(
    context: ReportContext, drawing: Drawing, series_id: str, by_city: dict[str, Row]
) -> dict[str, Any]:
    series = context.by_key(SERIES, "series_id").get(series_id, {})
    name = series.get("name_zh", series_id), series.get("name_en", series_id)
    scale = make_scale([row["value"] for row in by_city.values()])
    cities = []
    for shape in drawing.cities:
        row = by_city.get(shape.code)
        cities.append(
            {
                "shape": shape,
                "text": "" if row is None else _BOUNDS.get(row["bound"], "") + number(row["value"]),
                "fill": None if row is None else scale.fill(row["value"]),
                "dark": row is not None and scale.is_dark(row["value"]),
                "key": None if row is None else context.add_trace(_trace(row, series)),
                "grade": "" if row is None else row["grade"],
                "period": "" if row is None else row["period"],
            }
        )
    return {
        "name": name,
        "unit": unit(next(iter(by_city.values()))["unit"]),
        "legend": scale.legend(),
        "cities": cities,
        "count": len(by_city),
        "of": len(drawing.cities),
        "scope": (
            series.get("scope_zh") or series.get("scope_en"),
            series.get("scope_en") or series.get("scope_zh"),
        ),
    }


def _trace(row: Row, series: Row) -> Trace:
    names = unit_pair(row["unit"])
    return Trace(
        sources=(row["source_id"],),
        grade=row["grade"],
        unit_zh=names["zh"],
        unit_en=names["en"],
        step_zh=plain("step.observed", "zh"),
        step_en=plain("step.observed", "en"),
        place_zh="；".join(
            t for t in (series.get("name_zh"), period_text(row["period"]), row["note_zh"]) if t
        ),
        place_en="; ".join(
            t for t in (series.get("name_en"), period_text(row["period"]), row["note_en"]) if t
        ),
    )


PAGE = Page("map", "设区市地图", "City map", (OBSERVATIONS, SERIES), render_map)
