"""The city map as an SVG of our own: shapes once, one layer of fills for each series and period."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 460.0
CLASSES = 5
FILLS = ("#d6e6f2", "#a9cbe3", "#74a9cf", "#3d7fb0", "#1f4e79")
Ring = list[list[float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One region of the map: its code, names, level, path and the place of its label."""

    code: str
    name_zh: str
    name_en: str
    level: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes in the pixels of one drawing."""

    shapes: tuple[Shape, ...]
    width: float
    height: float

    @property
    def cities(self) -> tuple[Shape, ...]:
        """The shapes below the province."""
        return tuple(shape for shape in self.shapes if shape.level == "city")


def read_drawing(geojson: str, regions: Mapping[str, Mapping[str, Any]]) -> Drawing | None:
    """Return the shapes of a GeoJSON text in an equirectangular projection.

    Parameters
    ----------
    geojson : str
        Features with ``properties.code``; those without an area are left out.
    regions : mapping
        Code -> row with ``name_zh``, ``name_en`` and ``level``. A code that it lacks is a city that is
        named by its code.

    Returns
    -------
    Drawing or None
        None when there is nothing to draw: no text, no feature, or no extent.
    """
    features = [(str(f["properties"]["code"]), _rings(f["geometry"])) for f in _features(geojson)]
    points = [point for _, rings in features for ring in rings for point in ring]
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    if west == east or south == north:
        return None
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def place(point: list[float]) -> tuple[float, float]:
        return (point[0] - west) * squeeze * scale, (north - point[1]) * scale

    shapes = tuple(_shape(code, rings, regions.get(code, {}), place) for code, rings in features if rings)
    return Drawing(shapes, round(WIDTH, 1), round((north - south) * scale, 1))


def _features(geojson: str) -> list[dict[str, Any]]:
    return list(json.loads(geojson)["features"]) if geojson.strip() else []


def _rings(geometry: dict[str, Any] | None) -> list[Ring]:
    """Return the rings of a geometry; none for a geometry without an area."""
    kind = (geometry or {}).get("type")
    if geometry is None or kind not in {"Polygon", "MultiPolygon"}:
        return []
    polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon if ring]


def _shape(code: str, outline: list[Ring], region: Mapping[str, Any], place: Any) -> Shape:
    rings = [[place(point) for point in ring] for ring in outline]
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z" for ring in rings)
    x, y = _centre(max(rings, key=len))
    name = region.get("name_zh") or code
    return Shape(
        code, name, region.get("name_en") or name, region.get("level") or "city", path,
        round(x, 1), round(y, 1),
    )  # fmt: skip


def _centre(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centroid of a ring (shoelace formula)."""
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        cross = x0 * y1 - x1 * y0
        area += cross
        x += (x0 + x1) * cross
        y += (y0 + y1) * cross
    return (x / (3 * area), y / (3 * area)) if area else ring[0]


@dataclass(frozen=True, slots=True)
class Scale:
    """Equal classes between the least and the greatest value."""

    low: float
    step: float
    count: int

    def place(self, value: float) -> int:
        """Return the class of a value, 0 for the lowest."""
        return min(self.count - 1, int((value - self.low) / self.step)) if self.step else 0

    def fill(self, value: float) -> str:
        """Return the fill of a value."""
        return self.fills[self.place(value)]

    def is_dark(self, value: float) -> bool:
        """Return whether a label on the fill of a value must be white."""
        return self.fill(value) in FILLS[3:]

    @property
    def fills(self) -> tuple[str, ...]:
        """Fills of the classes, spread over the ramp."""
        if self.count == 1:
            return (FILLS[2],)
        last = len(FILLS) - 1
        return tuple(FILLS[round(place * last / (self.count - 1))] for place in range(self.count))

    def legend(self) -> list[tuple[str, str]]:
        """Return (fill, bounds in words) of every class."""
        if self.count == 1:
            return [(self.fills[0], number(self.low))]
        bounds = [self.low + self.step * place for place in range(self.count + 1)]
        return [
            (self.fills[place], f"{number(round(bounds[place], 6))} – {number(round(bounds[place + 1], 6))}")
            for place in range(self.count)
        ]


def make_scale(values: list[float]) -> Scale:
    """Return a scale with round bounds around some values (at least one).

    Examples
    --------
    >>> make_scale([12.0, 97.0]).legend()[0][1]
    '0 – 20'
    """
    low, high = min(values), max(values)
    if low == high:
        return Scale(low, 0.0, 1)
    raw = (high - low) / CLASSES
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5, 10, 20):
        step = factor * power
        start = math.floor(low / step) * step
        if start + CLASSES * step >= high:
            return Scale(start, step, max(1, math.ceil((high - start) / step - 1e-9)))
    raise ArithmeticError(f"no round step for {low} to {high}")
