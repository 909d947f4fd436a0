"""The city map: names come from the regions, odd boundaries draw nothing, the day is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dafeng.report import render_report
from dafeng.report.map_view import read_drawing

SQUARE = [[110.0, 30.0], [111.0, 30.0], [111.0, 31.0], [110.0, 31.0], [110.0, 30.0]]


def collection(*outlines: Any) -> str:
    features = [
        {"type": "Feature", "properties": {"code": f"C{n}"}, "geometry": outline}
        for n, outline in enumerate(outlines, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def polygon(*ring: list[float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(ring)]}


def map_section(page: str) -> str:
    return page[page.index('<section id="map"') : page.index('<section id="unknown"')]


def test_names_and_level_come_from_the_regions() -> None:
    regions = {"C1": {"name_zh": "甲市", "name_en": None, "level": "county"}}
    drawing = read_drawing(collection(polygon(*SQUARE), polygon(*SQUARE)), regions)
    assert drawing is not None
    named, bare = drawing.shapes
    assert (named.name_zh, named.name_en, named.level) == ("甲市", "甲市", "county")
    assert (bare.name_zh, bare.name_en, bare.level) == ("C2", "C2", "city")


def test_province_is_known_by_its_code(made: dict) -> None:
    section = map_section(render_report(made["make_context"]()))
    assert 'class="outline" href="#r-XX-T"' in section
    assert "2 个市中 1 个有公布值" in section


@pytest.mark.parametrize(
    "geojson",
    [
        collection(),
        collection(None),
        collection(polygon()),
        collection({"type": "Point", "coordinates": [110.0, 30.0]}),
        collection(polygon([110.0, 30.0], [110.0, 31.0], [110.0, 30.0])),
        collection(polygon([110.0, 30.0], [111.0, 30.0], [110.0, 30.0])),
        collection(polygon(*[[110.0, 30.0]] * 4)),
    ],
    ids=["no-feature", "no-geometry", "no-ring", "point", "no-width", "no-height", "no-extent"],
)
def test_nothing_to_draw_shows_the_note(made: dict, geojson: str) -> None:
    assert read_drawing(geojson, {}) is None
    section = map_section(render_report(made["make_context"](boundaries=geojson)))
    assert "没有可绘的边界" in section
    assert "<svg" not in section


def test_a_feature_without_area_is_left_out() -> None:
    drawing = read_drawing(collection(polygon(*SQUARE), None), {})
    assert drawing is not None
    assert [shape.code for shape in drawing.shapes] == ["C1"]


def test_map_says_the_day(made: dict) -> None:
    section = map_section(render_report(made["make_context"](as_of="2023-06-30")))
    assert section.count("截至 2023-06-30 各市的最新公布值") == 2
    assert section.count("as of 2023-06-30") == 2
