"""Places and areas: GeoJSON, WKT or longitude and latitude in, canonical GeoJSON in CGCS2000 (EPSG:4490) out.

Canonical: two dimensions, at most :data:`DECIMALS` decimals of a degree (0.1 mm), outer rings against the
clock and holes with it (RFC 7946, 3.1.6), no spaces. A text that names another system is refused: GCJ-02 and
BD-09, which Chinese map services give out, lie some 100 m off, and only the sender knows what was done.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Box = tuple[float, float, float, float]

DECIMALS = 9
"""Decimals of a degree that are kept."""
MAX_LENGTH = 200_000
"""Longest text of a geometry. [characters]"""
CHINA: Box = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north end of China, the South China Sea included. [deg]"""
TYPES = ("Point", "LineString", "Polygon", "MultiPolygon")
_PAIR = re.compile(
    r"\s*\(?\s*([+-]?[0-9]+(?:\.[0-9]*)?)\s*°?\s*[,，;；\s]\s*([+-]?[0-9]+(?:\.[0-9]*)?)\s*°?\s*\)?\s*"
)
_OWN_SYSTEM = re.compile(r"CGCS\s*2000|4490", re.IGNORECASE)
_OTHER_SYSTEM = re.compile(
    r"GCJ[-_ ]?0?2|BD[-_ ]?0?9|火星坐标|百度坐标|高德|WGS[-_ ]?84|CRS84"
    r"|\u5317\u4eac\s*54|\u897f\u5b89\s*80"  # the datums of 1954 and 1980, named after cities
    r"|EPSG[:/]+(?![:/]|4490)[0-9]+|SRID\s*=\s*(?!4490)[0-9]+",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^\s*(?:SRID\s*=\s*4490\s*;|(?:EPSG:4490|CGCS\s*2000)\s*[:：;；]?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadGeometries:
    """A column of geometries.

    Parameters
    ----------
    values : polars.Series
        Canonical GeoJSON; null where there is none or it cannot be used.
    problems : dict of int to (str, dict)
        Position -> code of the message and its parameters.
    bounds : numpy.ndarray
        West, south, east, north of each; NaN where there is none. [deg], shape (n, 4)
    """

    values: pl.Series
    problems: dict[int, tuple[str, dict[str, object]]]
    bounds: NDArray[np.float64]


def read_geometry(text: str, wanted: str = "") -> str:
    """Return a geometry as canonical GeoJSON.

    Parameters
    ----------
    text : str
        GeoJSON (a geometry, or a feature of which the geometry is taken), WKT, or for a point
        ``longitude, latitude``. [deg]
    wanted : str
        Type of geometry; empty: any of :data:`TYPES`.

    Raises
    ------
    InputRefused
        ``row_geometry_system``, ``row_geometry_unreadable``, ``row_geometry_type``, ``row_geometry_swapped``,
        ``row_geometry_outside``, ``row_geometry_invalid``.

    Examples
    --------
    >>> read_geometry("112.55, 37.87")
    '{"type":"Point","coordinates":[112.55,37.87]}'
    """
    read = read_geometries(pl.Series([text], dtype=pl.String), wanted)
    for code, params in read.problems.values():
        raise InputRefused([Finding(code, params=params)])
    return str(read.values[0])


def read_geometries(texts: pl.Series, wanted: str = "") -> ReadGeometries:
    """Return a column of geometries as canonical GeoJSON, with what is wrong.

    Parameters
    ----------
    texts : polars.Series
        As :func:`read_geometry` takes them.
    wanted : str
        Type of geometry; empty: any of :data:`TYPES`.
    """
    import shapely  # noqa: PLC0415 - 0.1 s, and only few registers have places

    problems: dict[int, tuple[str, dict[str, object]]] = {}
    shapes = np.full(len(texts), None, dtype=object)
    given = texts.is_not_null().to_numpy()
    for index, text in _spelled(texts, given, shapes):
        try:
            shapes[index] = _parse(text)
        except InputRefused as error:
            finding = error.findings[0]
            problems[index] = (finding.code, dict(finding.params))
    some = np.array([shape is not None for shape in shapes], dtype=bool)
    shapes[some] = shapely.orient_polygons(shapely.force_2d(shapes[some]))
    shapes[some] = shapely.transform(shapes[some], lambda pairs: np.round(pairs, DECIMALS))
    bounds = np.asarray(shapely.bounds(shapes), dtype=np.float64).reshape(-1, 4)
    for at in np.flatnonzero(some & ~_sound(shapes, bounds, wanted)).tolist():
        problems[at] = _problem(shapes[at], bounds[at], wanted)
    good = np.array([shape is not None and i not in problems for i, shape in enumerate(shapes)], dtype=bool)
    written = np.full(len(texts), None, dtype=object)
    written[good] = [_spell(shape) for shape in shapes[good]]
    return ReadGeometries(pl.Series(texts.name, written.tolist(), dtype=pl.String), problems, bounds)


def outside_box(bounds: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    """Return which geometries have a part outside a box; those that are missing have none.

    Parameters
    ----------
    bounds : numpy.ndarray
        Of :class:`ReadGeometries`. [deg], shape (n, 4)
    box : (float, float, float, float)
        West, south, east, north. [deg]
    """
    west, south, east, north = bounds.T
    outside = (west < box[0]) | (south < box[1]) | (east > box[2]) | (north > box[3])
    return np.asarray(outside & ~np.isnan(west), dtype=np.bool_)


def _spelled(
    texts: pl.Series, given: NDArray[np.bool_], shapes: NDArray[np.object_]
) -> list[tuple[int, str]]:
    """Fill in the geometries of plain points and GeoJSON at one go; return the rest with their positions."""
    import shapely  # noqa: PLC0415

    plain = texts.str.contains(r'^\{"type":"[A-Za-z]+","coordinates":[\[\],0-9.eE+-]+\}$').fill_null(
        value=False
    )
    short = (texts.str.len_chars() <= MAX_LENGTH).fill_null(value=False)
    quick = (plain & short).to_numpy()
    if quick.any():
        chosen = np.array(texts.filter(plain & short).to_list(), dtype=object)
        shapes[quick] = shapely.from_geojson(chosen, on_invalid="ignore")
    rest = given & np.array([shape is None for shape in shapes], dtype=bool)
    return [(int(index), texts[int(index)]) for index in np.flatnonzero(rest)]


def _parse(text: str) -> Any:
    """Return the shape that a text writes.

    Raises
    ------
    InputRefused
        It names another system of coordinates, or cannot be read.
    """
    import shapely  # noqa: PLC0415

    if len(text) > MAX_LENGTH:
        raise _unreadable(text, f"> {MAX_LENGTH}")
    json_text = text.lstrip().startswith("{")  # its member crs tells the system, its properties do not
    other = None if json_text else _OTHER_SYSTEM.search(text)
    if other:
        raise InputRefused([Finding("row_geometry_system", params={"system": other[0]})])
    plain = _PREFIX.sub("", text)
    pair = _PAIR.fullmatch(plain)
    if pair:
        return shapely.Point(float(pair[1]), float(pair[2]))
    try:
        if json_text:
            return shapely.from_geojson(_geometry_of(json.loads(plain)))
        return shapely.from_wkt(plain)
    except (shapely.errors.ShapelyError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(text, str(error).splitlines()[0] if str(error) else "-") from error


def _geometry_of(data: Any) -> str:
    """Return the text of a geometry, also that of a feature."""
    system = json.dumps(data.get("crs"), ensure_ascii=False) if data.get("crs") else ""
    if system and not _OWN_SYSTEM.search(system):
        raise InputRefused([Finding("row_geometry_system", params={"system": system[:80]})])
    found = data["geometry"] if data.get("type") == "Feature" else data
    return json.dumps({"type": found["type"], "coordinates": found["coordinates"]}, allow_nan=False)


def _unreadable(text: str, reason: str) -> InputRefused:
    short = text if len(text) <= 40 else text[:39] + "…"
    return InputRefused([Finding("row_geometry_unreadable", params={"value": short, "reason": reason[:120]})])


def _sound(shapes: NDArray[np.object_], bounds: NDArray[np.float64], wanted: str) -> NDArray[np.bool_]:
    """Return which geometries are of the type, inside China and valid."""
    import shapely  # noqa: PLC0415

    numbers = {"Point": 0, "LineString": 1, "Polygon": 3, "MultiPolygon": 6}
    types = [numbers[name] for name in ((wanted,) if wanted else TYPES)]
    good = np.isin(shapely.get_type_id(shapes), types) & ~shapely.is_empty(shapes) & shapely.is_valid(shapes)
    return np.asarray(good & ~np.isnan(bounds[:, 0]) & ~outside_box(bounds, CHINA), dtype=np.bool_)


def _problem(shape: Any, bounds: NDArray[np.float64], wanted: str) -> tuple[str, dict[str, object]]:
    """Return code and parameters of what is wrong with a geometry."""
    import shapely  # noqa: PLC0415

    if shape.geom_type not in ((wanted,) if wanted else TYPES) or shape.is_empty:
        kind = f"{shape.geom_type} EMPTY" if shape.is_empty else shape.geom_type
        return "row_geometry_type", {"found": kind, "wanted": wanted or " / ".join(TYPES)}
    west, south, east, north = (float(value) for value in bounds)
    if not outside_box(np.array([[south, west, north, east]]), CHINA)[0]:
        return "row_geometry_swapped", {"value": f"{west:g}, {south:g}"}
    if outside_box(np.array([bounds]), CHINA)[0]:
        return "row_geometry_outside", {"value": f"{west:g}, {south:g}, {east:g}, {north:g}"}
    return "row_geometry_invalid", {"reason": shapely.is_valid_reason(shape)}


def _spell(shape: Any) -> str:
    from shapely.geometry import mapping  # noqa: PLC0415

    if shape.geom_type == "Point":
        return f'{{"type":"Point","coordinates":[{shape.x!r},{shape.y!r}]}}'
    return json.dumps(mapping(shape), separators=(",", ":"))
