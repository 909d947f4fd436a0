"""Read a user's hourly profile: CSV, netCDF, EPW or PVGIS, by what the bytes say.

Whatever the form, the result is one value for every hour of the labelled year, hours labelled at their start,
+08:00. Nothing is filled and nothing is guessed; every defect is named with its row, all of them at once. (A
weather file of just the year of UTC has its last eight hours put first; that is noted.)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.profiles.io_csv import read_labelled
from dafeng.power.profiles.quality import (
    SHARE_KINDS,
    Labelled,
    check_hours,
    check_level,
    check_sun,
    check_values,
)
from dafeng.power.profiles.weather import Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PROFILE_BYTES = 128 * 2**20
"""Larger files are refused. [B]"""
NAMED_ROWS = 20
"""Rows that are named for one kind of defect; a file of the wrong year has thousands."""
LABEL_CODES = frozenset({"profile_label", "profile_zone", "profile_not_hourly"})
"""Defects of labels after which their order means nothing."""


@dataclass(frozen=True)
class ProfileFile:
    """A file that stands in for a generated profile.

    Parameters
    ----------
    raw : bytes
        Its content.
    name : str
        How messages and results call it.
    year : int or None
        Year of its labels (the weather year); None: the year that is planned.
    """

    raw: bytes
    name: str
    year: int | None = None


@dataclass(frozen=True)
class ReadProfile:
    """A profile that was read.

    Parameters
    ----------
    values : ndarray
        Capacity factor for wind, pv and hydro [1], power otherwise [MW]; shape (hours,).
    form : str
        ``csv``, ``netcdf``, ``epw`` or ``pvgis``.
    notes : tuple of tuple of str
        What was done to it, as (Chinese, English).
    """

    values: NDArray[np.float64]
    form: str
    notes: tuple[tuple[str, str], ...] = ()


def read_profile(
    raw: bytes, name: str, year: int, kind: str, *, site: Site | None = None, annual_gwh: float | None = None
) -> NDArray[np.float64]:
    """Return the values of a profile file; see :func:`parse_profile`."""
    return parse_profile(raw, name, year, kind, site=site, annual_gwh=annual_gwh).values


def parse_profile(
    raw: bytes, name: str, year: int, kind: str, *, site: Site | None = None, annual_gwh: float | None = None
) -> ReadProfile:
    """Return a profile file as one value for every hour of a year.

    Parameters
    ----------
    raw : bytes
        CSV (labels and a unit in the header), netCDF (atlite output, or ERA5 wind and radiation), EPW, or
        hourly CSV of PVGIS.
    name : str
        File name for messages.
    year : int
        Year of the labels.
    kind : str
        ``wind``, ``pv``, ``hydro`` (shares of capacity) or a load such as ``load``, ``heat``, ``ev``.
    site : Site, optional
        Turbine, panel and place by which weather becomes output.
    annual_gwh : float, optional
        Known energy of a load in about that year; a file in 10 MW that says MW is found by it [GWh].

    Returns
    -------
    ReadProfile

    Raises
    ------
    InputRefused
        With every defect: number of rows, gaps, repeats, other time zones, daylight saving, missing or
        negative values, shares over 1, wrong magnitude.
    """
    place = Place(name)
    if len(raw) > MAX_PROFILE_BYTES:
        sizes = {"size_mb": f"{len(raw) / 2**20:.1f}", "limit_mb": f"{MAX_PROFILE_BYTES / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", place, sizes)])
    form = recognise_form(raw)
    series, notes, problems = _read_form(form, raw, place, year, kind, site or Site())
    if not any(finding.code in LABEL_CODES for finding in problems):
        problems += check_hours(series, year)
    problems += check_values(series, kind)
    if kind == "pv" and not problems:
        problems += check_sun(series)
    if kind == "load" and not problems:
        problems += check_level(series, annual_gwh)
    if problems:
        raise InputRefused(_shorten(sorted(problems, key=lambda finding: finding.place.row or 0), place))
    values = np.clip(series.values, 0.0, 1.0) if kind in SHARE_KINDS else series.values
    return ReadProfile(values, form, notes)


def _shorten(problems: list[Finding], place: Place) -> list[Finding]:
    """Return the first rows of each kind of defect, and how many more there are."""
    shown, counts = [], Counter[str]()
    for finding in problems:
        counts[finding.code] += 1
        if counts[finding.code] <= NAMED_ROWS:
            shown.append(finding)
    more = {code: count - NAMED_ROWS for code, count in counts.items() if count > NAMED_ROWS}
    return shown + [
        Finding("profile_more", place, {"code": code, "count": count}) for code, count in more.items()
    ]


def recognise_form(raw: bytes) -> str:
    """Return ``netcdf``, ``epw``, ``pvgis`` or ``csv`` by the first bytes.

    Examples
    --------
    >>> recognise_form(b"LOCATION,Somewhere"), recognise_form(b"time,load_mw")
    ('epw', 'csv')
    """
    start = raw[:64].lstrip(b"\xef\xbb\xbf")
    if start.startswith((b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n")):
        return "netcdf"
    if start.startswith(b"LOCATION,"):
        return "epw"
    if start.startswith(b"Latitude (decimal degrees):"):
        return "pvgis"
    return "csv"


def _read_form(
    form: str, raw: bytes, place: Place, year: int, kind: str, site: Site
) -> tuple[Labelled, tuple[tuple[str, str], ...], list[Finding]]:
    """Return the labelled series of a file, what was done to it, and the rows that cannot be read."""
    if form == "netcdf":
        from dafeng.power.profiles.io_netcdf import read_netcdf  # noqa: PLC0415 - an extra that few need

        return *read_netcdf(raw, place, year, kind, site), []
    if form in {"epw", "pvgis"}:
        from dafeng.power.profiles.io_weather import read_weather  # noqa: PLC0415 - an extra that few need

        return *read_weather(raw, place, year, kind, site), []
    series, problems = read_labelled(raw, place, year, kind)
    return series, (), problems
