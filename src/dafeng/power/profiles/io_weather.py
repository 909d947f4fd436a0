"""Weather of an EPW file or of PVGIS as capacity factors, read by pvlib (extra ``weather``)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, InputRefused, Place
from dafeng.parsing import decode_text
from dafeng.power.profiles.hours import count_hours, list_hours
from dafeng.power.profiles.quality import Labelled
from dafeng.power.profiles.weather import (
    Site,
    Sunlight,
    convert_plane,
    convert_pv,
    convert_wind,
    need_package,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MAX_WEATHER = 64 * 2**20
"""Larger weather files are refused. [B]"""
CST_HOURS = 8
"""China Standard Time ahead of UTC [h]."""
EPW_MISSING = {"wind_speed": 999.0, "temp_air": 99.9, "ghi": 9999.0, "dni": 9999.0, "dhi": 9999.0}
"""Codes of missing values (EnergyPlus, Auxiliary Programs, weather file data dictionary)."""
ROLLED = (
    "文件为世界时整年：+08:00 当年最初 8 小时取自年末",
    "the file holds a year of UTC: the first 8 hours of the year of +08:00 are taken from its end",
)
CONVERTED = ("由气象要素换算，未按公布水平调整", "converted from weather; not brought to a published level")

Notes = tuple[tuple[str, str], ...]


def take_year(
    stamps: NDArray[np.datetime64], values: NDArray[np.float64], place: Place, year: int
) -> tuple[Labelled, Notes]:
    """Return the hours of a year of +08:00 from hours labelled in UTC.

    Hours outside the year are left out. A file that holds just the year of UTC lacks the first eight hours;
    they are taken from its end, as pvlib does for typical years, and a note says so.

    Parameters
    ----------
    stamps : ndarray
        Start of the hours, UTC, ``datetime64[h]``.
    values : ndarray
        One value a stamp.
    place : Place
        File and column.
    year : int
        Labelled year.
    """
    rows = np.arange(1, len(stamps) + 1)
    start, hours = list_hours(year)[0], count_hours(year)
    exact_utc = len(stamps) == hours and stamps[0] == start and stamps[-1] == start + hours - 1
    local = stamps + CST_HOURS
    if exact_utc:
        local = np.where(local >= start + hours, local - hours, local)
        order = np.argsort(local, kind="stable")
        return Labelled(local[order], values[order], rows[order], place), (ROLLED,)
    inside = (local >= start) & (local < start + hours)
    kept = inside if inside.any() else np.ones(len(stamps), dtype=bool)
    return Labelled(local[kept], values[kept], rows[kept], place), ()


def read_weather(raw: bytes, place: Place, year: int, kind: str, site: Site) -> tuple[Labelled, Notes]:
    """Return wind or PV output from an EPW file or an hourly PVGIS file.

    Parameters
    ----------
    raw : bytes
        The file.
    place : Place
        Its name.
    year : int
        Labelled year; an EPW file is a typical year and takes any year of 8,760 hours.
    kind : str
        ``wind`` or ``pv``.
    site : Site
        Turbine and panel.

    Raises
    ------
    InputRefused
        Not to be parsed, another kind, another zone than +08:00 (EPW), a column that is needed is missing.
    """
    if kind not in {"wind", "pv"}:
        raise InputRefused([Finding("weather_kind", place, {"kind": kind})])
    text, _ = decode_text(raw, place.file, max_bytes=MAX_WEATHER)
    if text.startswith("LOCATION,"):
        return _read_epw(text, place, year, kind, site)
    return _read_pvgis(text, place, year, kind, site)


def _read_epw(text: str, place: Place, year: int, kind: str, site: Site) -> tuple[Labelled, Notes]:
    pvlib_io = need_package("pvlib.iotools")
    try:
        frame, meta = pvlib_io.read_epw(io.StringIO(text), coerce_year=2021)
        zone, latitude, longitude = (float(meta[key]) for key in ("TZ", "latitude", "longitude"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise InputRefused([Finding("weather_damaged", place, {"reason": str(error)[:200]})]) from error
    if zone != CST_HOURS:
        raise InputRefused([Finding("epw_zone", Place(place.file, row=1), {"zone": f"{zone:g}"})])
    rows = np.arange(9, 9 + len(frame))
    hours = list_hours(year)[0] + np.arange(len(frame))
    wind = _take_known(frame, "wind_speed")
    if kind == "wind":
        values, column = convert_wind(wind, 10.0, site), "wind_speed"
    else:
        whole, direct, diffuse, air = (_take_known(frame, name) for name in ("ghi", "dni", "dhi", "temp_air"))
        hours_utc = list_hours(2021)[: len(frame)] - CST_HOURS
        light = Sunlight(hours_utc, whole, direct, diffuse, air, wind)
        values, column = convert_pv(light, latitude, longitude, site), "ghi"
    return Labelled(hours, values, rows, Place(place.file, column=column)), (CONVERTED,)


def _take_known(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column of an EPW file, nan where it bears the code of a missing value."""
    values = np.asarray(frame[name].to_numpy(dtype=float))
    return np.where(values >= EPW_MISSING[name], np.nan, values)


def _read_pvgis(text: str, place: Place, year: int, kind: str, site: Site) -> tuple[Labelled, Notes]:
    pvlib_io = need_package("pvlib.iotools")
    try:
        frame, meta = pvlib_io.read_pvgis_hourly(io.StringIO(text), pvgis_format="csv")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise InputRefused([Finding("weather_damaged", place, {"reason": str(error)[:200]})]) from error
    stamps = frame.index.tz_localize(None).to_numpy().astype("datetime64[h]")
    column = "wind_speed" if kind == "wind" else "P" if "P" in frame else "poa_global"
    where = Place(place.file, column=column)
    notes: Notes = (CONVERTED,)
    if kind == "wind":
        values = convert_wind(_take(frame, "wind_speed", place), 10.0, site)
    elif "P" in frame:
        values = _take(frame, "P", place) / 1000.0 / _find_peak_power(meta["inputs"], place)
        notes = ()
    else:
        air, wind = _take(frame, "temp_air", place), _take(frame, "wind_speed", place)
        values = convert_plane(_sum_light(frame, place), air, wind, site)
    series, rolled = take_year(stamps, values, where, year)
    return series, notes + rolled


def _sum_light(frame: pd.DataFrame, place: Place) -> NDArray[np.float64]:
    """Return the irradiance on the plane of the file [W/m2]."""
    parts = [name for name in ("poa_direct", "poa_sky_diffuse", "poa_ground_diffuse") if name in frame]
    whole = parts or [name for name in ("poa_global",) if name in frame][:1]
    if not whole:
        raise InputRefused([Finding("weather_column", place, {"column": "P, G(i)"})])
    return np.asarray(frame[whole].sum(axis=1).to_numpy(dtype=float))


def _take(frame: pd.DataFrame, name: str, place: Place) -> NDArray[np.float64]:
    if name not in frame:
        raise InputRefused([Finding("weather_column", place, {"column": name})])
    return np.asarray(frame[name].to_numpy(dtype=float))


def _find_peak_power(inputs: dict[str, str], place: Place) -> float:
    """Return the nominal power of the PV system of the file [kW]."""
    for key, value in inputs.items():
        if "nominal power" in key.lower():
            try:
                peak = float(value)
            except ValueError:
                break
            if peak > 0:
                return peak
    raise InputRefused([Finding("weather_column", place, {"column": "Nominal power of the PV system"})])


def need_place(latitude: float | None, longitude: float | None, place: Place) -> tuple[float, float]:
    """Return a place, refused where it is not known [deg]."""
    if latitude is None or longitude is None:
        raise InputRefused([Finding("weather_column", place, {"column": "latitude, longitude"})])
    return latitude, longitude
