"""Vendored files are the ones whose hashes are written down, with their licences beside them."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

ASSETS = Path(str(files("dafeng.report"))) / "assets"
BOUNDARIES = sorted((Path(str(files("dafeng"))) / "packs").glob("*/boundaries.geojson"))


def test_hashes_and_licences() -> None:
    listed = re.findall(
        r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (ASSETS / "ASSETS.md").read_text("utf-8"), re.M
    )
    assert {name for name, _ in listed} == {
        "echarts.min.js",
        "noto-sans-sc-subset.woff2",
        "noto-sans-sc-marks.woff2",
    }
    for name, digest in listed:
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    for licence in ("echarts.LICENSE.txt", "echarts.NOTICE.txt", "noto-sans-sc.OFL.txt"):
        assert (ASSETS / licence).stat().st_size > 100


@pytest.mark.parametrize("path", BOUNDARIES, ids=lambda path: path.parent.name)
def test_boundaries(path: Path) -> None:
    assert path.stat().st_size <= 60_000
    assert path.with_name("boundaries.LICENCE.txt").exists()
    features = json.loads(path.read_text("utf-8"))["features"]
    assert [f["properties"]["level"] for f in features].count("province") == 1
    for feature in features:
        assert set(feature["properties"]) == {"code", "name_zh", "name_en", "level"}
        assert re.fullmatch(r"\d{6}", feature["properties"]["code"])
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for outer, *_ in polygons:
            assert outer[0] == outer[-1]
            area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(outer))
            assert area > 0, "outer rings run counter-clockwise (RFC 7946)"


@pytest.mark.parametrize("path", BOUNDARIES, ids=lambda path: path.parent.name)
def test_neighbours_share_their_border(path: Path) -> None:
    cities = [
        f for f in json.loads(path.read_text("utf-8"))["features"] if f["properties"]["level"] == "city"
    ]
    points = [{tuple(point) for ring in city["geometry"]["coordinates"] for point in ring} for city in cities]
    assert all(any(len(own & other) > 5 for other in points if other is not own) for own in points)
