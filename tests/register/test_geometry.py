"""Places: what is taken, what it becomes, what is refused."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.errors import InputRefused
from dafeng.register.geometry import outside_box, read_geometries, read_geometry

POINT = '{"type":"Point","coordinates":[112.5,37.8]}'
OWN = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}'
OTHER = OWN.replace("4490", "4326")


@pytest.mark.parametrize(
    "text",
    [
        "112.5, 37.8", "112.5，37.8", "(112.5 37.8)", "112.5° 37.8°", "POINT (112.5 37.8)",
        "point z(112.5 37.8 900)",
        "SRID=4490;POINT(112.5 37.8)", "EPSG:4490 112.5 37.8", "CGCS2000：112.5,37.8", POINT,
        '{"type": "Point", "coordinates": [112.5, 37.8, 900]}', POINT[:-1] + f",{OWN}}}",
        f'{{"type":"Feature","properties":{{"a":1}},"geometry":{POINT}}}', "112.5000000001, 37.8",
    ],
)  # fmt: skip
def test_spellings_of_a_point(text: str) -> None:
    assert read_geometry(text, "Point") == POINT


@pytest.mark.parametrize(
    ("text", "wanted", "code"),
    [
        ("GCJ-02: 112.5,37.8", "", "row_geometry_system"), ("百度坐标 112.5,37.8", "", "row_geometry_system"),
        (POINT[:-1] + f",{OTHER}}}", "", "row_geometry_system"),
        ("SRID=4326;POINT(112 37)", "", "row_geometry_system"),
        ("37.8, 112.5", "", "row_geometry_swapped"),
        ("LINESTRING(37 112,38 113)", "", "row_geometry_swapped"),
        ("0, 0", "", "row_geometry_outside"), ("LINESTRING(112 37,12 37)", "", "row_geometry_outside"),
        (POINT, "Polygon", "row_geometry_type"), ("POINT EMPTY", "", "row_geometry_type"),
        ("MULTIPOINT((112 37))", "", "row_geometry_type"),
        ("POLYGON((112 37,113 38,113 37,112 38,112 37))", "", "row_geometry_invalid"),
        ('{"type":"Polygon","coordinates":[[[112,37],[113,37],[113,38]]]}', "", "row_geometry_unreadable"),
        ("POLYGON((112 37,113 37,113 38))", "", "row_geometry_unreadable"),
        ("太原", "", "row_geometry_unreadable"),
        ('{"type":"Point","coordinates":[112.5]}', "", "row_geometry_unreadable"),
        ("{}", "", "row_geometry_unreadable"),
        ('{"type":"Point","coordinates":["112","37"]}', "", "row_geometry_unreadable"),
        ("", "", "row_geometry_unreadable"),
        ('{"type":"Point","coordinates":[NaN,37]}', "", "row_geometry_unreadable"),
        ("[" * 9999, "", "row_geometry_unreadable"),
        ("1" * 200_001, "", "row_geometry_unreadable"),
        ('{"type":"Point","coordinates":' + "[" * 9999, "", "row_geometry_unreadable"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, wanted: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_geometry(text, wanted)
    assert caught.value.findings[0].code == code
    assert caught.value.text("zh") != caught.value.text("en")


def test_rings_turn_as_geojson_wants() -> None:
    # RFC 7946, 3.1.6: the outer ring against the clock, a hole with it
    text = "POLYGON((112 37,112 39,114 39,114 37,112 37),(113 37.5,113.5 37.5,113.5 38,113 38,113 37.5))"
    outer, hole = json.loads(read_geometry(text))["coordinates"]
    assert outer == [[112, 37], [114, 37], [114, 39], [112, 39], [112, 37]]
    assert hole == [[113, 37.5], [113, 38], [113.5, 38], [113.5, 37.5], [113, 37.5]]


def test_a_column_at_one_go() -> None:
    read = read_geometries(pl.Series("place", [POINT, None, "x", "113, 38"]), "Point")
    assert read.values.to_list() == [POINT, None, None, '{"type":"Point","coordinates":[113.0,38.0]}']
    assert list(read.problems) == [2]
    assert outside_box(read.bounds, (112, 37, 112.9, 39)).tolist() == [False, False, False, True]
    assert read_geometries(pl.Series([None], dtype=pl.String)).problems == {}
    assert read_geometries(pl.Series([], dtype=pl.String)).values.is_empty()


PAIRS = st.tuples(st.floats(74, 135), st.floats(4, 53))


@settings(max_examples=50, deadline=None)
@given(pairs=st.lists(PAIRS, min_size=2, max_size=6, unique=True))
def test_the_canonical_text_stays_as_it_is(pairs: list[tuple[float, float]]) -> None:
    for kind, coordinates in (("Point", pairs[0]), ("LineString", pairs)):
        text = json.dumps({"type": kind, "coordinates": coordinates})
        made = read_geometries(pl.Series([text]), kind)
        if not made.problems:  # points that fall together after rounding make no line
            assert read_geometry(str(made.values[0]), kind) == made.values[0]
            assert json.loads(str(made.values[0]))["type"] == kind
