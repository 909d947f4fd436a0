"""Hourly profiles of a netCDF file: atlite output, or ERA5 wind and radiation (extra ``weather``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.profiles.io_weather import need_place, take_year
from dafeng.power.profiles.quality import SHARE_KINDS, Labelled
from dafeng.power.profiles.weather import Site, Sunlight, convert_pv, convert_wind, need_package

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_NUMBERS = 200_000_000
"""A variable of more numbers is refused before it is read."""
TIMES = ("time", "valid_time", "snapshot", "snapshots")
WIND_PARTS = (("u100", "v100", 100.0), ("u10", "v10", 10.0))
"""ERA5 names of the parts of the wind, and their height [m]."""
SPEEDS = (("wnd100m", 100.0), ("si100", 100.0), ("ws100", 100.0), ("si10", 10.0), ("ws10", 10.0))
"""Names of the wind speed, as atlite's cutouts and others write it."""
WORDS = {"wind": ("wind",), "pv": ("pv", "solar"), "hydro": ("hydro", "inflow")}

Notes = tuple[tuple[str, str], ...]


def read_netcdf(raw: bytes, place: Place, year: int, kind: str, site: Site) -> tuple[Labelled, Notes]:
    """Return the hours of a year from a netCDF file.

    Times without a zone are UTC, as the CF conventions say. ERA5 radiation is the sum over the hour before
    its label, so it moves back by one; all else stands at its label.

    Parameters
    ----------
    raw : bytes
        netCDF 3 or 4.
    place : Place
        The file.
    year : int
        Labelled year, +08:00.
    kind : str
        ``wind`` and ``pv`` may be converted from weather; others need a series.
    site : Site
        Turbine and panel.

    Raises
    ------
    InputRefused
        Damaged, too large, no time axis, no variable for the kind, several regions in one variable.
    """
    library = need_package("netCDF4")
    try:
        dataset = library.Dataset("profile", memory=raw)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputRefused([Finding("netcdf_damaged", place, {"reason": str(error)[:200]})]) from error
    with dataset:
        try:
            stamps = _read_times(library, dataset, place)
            values, column, ending = _read_values(dataset, place, kind, site, stamps)
        except (OSError, RuntimeError, IndexError, MemoryError) as error:
            raise InputRefused([Finding("netcdf_damaged", place, {"reason": str(error)[:200]})]) from error
    stamps = stamps - (1 if ending else 0)
    return take_year(stamps, values, Place(place.file, column=column), year)


def _read_times(library: Any, dataset: Any, place: Place) -> NDArray[np.datetime64]:
    """Return the labels as whole hours, UTC."""
    name = next((name for name in TIMES if name in dataset.variables), None)
    if name is None:
        raise InputRefused([Finding("netcdf_time", place, {"present": ", ".join(dataset.variables)[:200]})])
    axis = dataset.variables[name]
    _check_size(axis, place)
    if axis.ndim != 1 or axis.size == 0:
        raise InputRefused([Finding("netcdf_time", place, {"present": name})])
    try:
        moments = library.num2date(
            np.ma.filled(axis[:].astype(float), np.nan), axis.units, getattr(axis, "calendar", "standard"),
            only_use_cftime_datetimes=False, only_use_python_datetimes=True,
        )  # fmt: skip
        exact = np.array(moments, dtype="datetime64[us]")
    except (AttributeError, ValueError, TypeError, OverflowError) as error:
        raise InputRefused([Finding("netcdf_time", place, {"present": str(error)[:200]})]) from error
    rounded = (exact + np.timedelta64(1, "s")).astype("datetime64[h]")  # labels in days are off by less
    off = np.flatnonzero(np.abs((exact - rounded).astype("timedelta64[s]").astype(int)) > 1)
    if len(off):
        problems = [
            Finding("profile_not_hourly", Place(place.file, row=int(i) + 1, column=name), {"value": exact[i]})
            for i in off
        ]
        raise InputRefused(problems)
    return rounded


def _read_values(
    dataset: Any, place: Place, kind: str, site: Site, stamps: NDArray[np.datetime64]
) -> tuple[NDArray[np.float64], str, bool]:
    """Return the series, the name of its variable, and whether its labels stand at the end of the hour."""
    hours, variables = len(stamps), dataset.variables
    if kind == "wind":
        for first, second, height in WIND_PARTS:
            if first in variables and second in variables:
                parts = [_read_cells(variables[n], hours, place) for n in (first, second)]
                return convert_wind(np.hypot(*parts), height, site).mean(axis=1), first, False
        for name, height in SPEEDS:
            if name in variables:
                return (
                    convert_wind(_read_cells(variables[name], hours, place), height, site).mean(1),
                    name,
                    False,
                )
    if kind == "pv" and "ssrd" in variables:
        light = Sunlight(
            stamps - 1,
            _read_cells(variables["ssrd"], hours, place).mean(axis=1) / 3600.0,
            air_c=_read_cells(variables["t2m"], hours, place).mean(axis=1) - 273.15
            if "t2m" in variables
            else None,
        )
        return convert_pv(light, *_find_middle(dataset, place, site), site), "ssrd", True
    name, series = _choose_series(dataset, hours, place, kind)
    return series, name, False


def _choose_series(dataset: Any, hours: int, place: Place, kind: str) -> tuple[str, NDArray[np.float64]]:
    found = {
        name: variable
        for name, variable in dataset.variables.items()
        if name not in TIMES
        and any(d in TIMES and n == hours for d, n in zip(variable.dimensions, variable.shape, strict=True))
        and np.dtype(variable.dtype).kind in "fiu"
    }
    named = [name for name in found if any(word in name.lower() for word in WORDS.get(kind, (kind,)))]
    chosen = list(found) if len(found) == 1 else named
    if len(chosen) != 1:
        params = {"kind": kind, "present": ", ".join(named or found or dataset.variables)[:200]}
        raise InputRefused([Finding("profile_value_column", place, params)])
    variable = found[chosen[0]]
    cells = _read_cells(variable, hours, place)
    where = Place(place.file, column=chosen[0])
    if cells.shape[1] != 1:
        shape = " × ".join(f"{d} {n}" for d, n in zip(variable.dimensions, variable.shape, strict=True))
        raise InputRefused([Finding("netcdf_regions", where, {"shape": shape})])
    return chosen[0], cells[:, 0] * _find_factor(str(getattr(variable, "units", "")), kind, where)


def _find_factor(units: str, kind: str, place: Place) -> float:
    """Return the factor from the variable's unit to a share or to MW."""
    text = units.strip()
    if kind in SHARE_KINDS:
        factor = {"": 1.0, "1": 1.0, "p.u.": 1.0, "pu": 1.0, "%": 0.01}.get(text)
        if factor is None:
            raise InputRefused([Finding("profile_share_needed", place, {"kind": kind})])
        return factor
    factor = {"kW": 0.001, "MW": 1.0, "GW": 1000.0}.get(text)
    if re.fullmatch(r"10\s*MW|万千瓦", text):
        factor = 10.0
    if factor is None:
        raise InputRefused([Finding("profile_power_needed", place, {"kind": kind})])
    return factor


def _read_cells(variable: Any, hours: int, place: Place) -> NDArray[np.float64]:
    """Return a variable as hours by cells; masked values are nan."""
    _check_size(variable, place)
    axis = next((i for i, d in enumerate(variable.dimensions) if d in TIMES), None)
    if axis is None or variable.shape[axis] != hours:
        raise InputRefused([Finding("netcdf_time", place, {"present": variable.name})])
    values = np.ma.filled(variable[:].astype(float), np.nan)
    return np.moveaxis(values, axis, 0).reshape(hours, -1)


def _check_size(variable: Any, place: Place) -> None:
    count = int(np.prod(variable.shape, dtype=np.float64))
    if count > MAX_NUMBERS:
        raise InputRefused([Finding("netcdf_too_large", place, {"name": variable.name, "count": count})])


def _find_middle(dataset: Any, place: Place, site: Site) -> tuple[float, float]:
    """Return the middle of the file's grid, or the site's place [deg]."""
    middle = []
    for names, given in (
        (("latitude", "lat", "y"), site.latitude_deg),
        (("longitude", "lon", "x"), site.longitude_deg),
    ):
        axis = next((dataset.variables[name] for name in names if name in dataset.variables), None)
        if axis is None:
            middle.append(given)
        else:
            _check_size(axis, place)
            middle.append(float(np.mean(axis[:])))
    return need_place(middle[0], middle[1], place)
