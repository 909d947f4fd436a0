"""A station: its output on a regular grid of time, as a share of the capacity of that time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Finding

Kind = Literal["wind", "pv"]
Weather = Literal["forecast", "measured", "none"]
MAX_STATIONS = 200
MAX_ROWS = 4_000_000
"""Rows of an input file; above this it is refused."""


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """Output of a station.

    Parameters
    ----------
    id : str
    frame : polars.DataFrame
        ``time`` (start of the interval, China Standard Time, no gaps), ``output`` [1], null where nothing
        was measured, ``capacity_mw`` [MW], ``curtailed``.
    step_minutes : int
        Length of an interval. [min]
    """

    id: str
    frame: pl.DataFrame
    step_minutes: int


@dataclass(frozen=True, slots=True, eq=False)
class WeatherRuns:
    """Weather of a station.

    Parameters
    ----------
    frame : polars.DataFrame
        ``issued``, ``valid`` and one column for each variable.
    variables : tuple of str
    measured : bool
        Issued when valid: a forecast from it is an upper bound, not a forecast.
    """

    frame: pl.DataFrame
    variables: tuple[str, ...]
    measured: bool


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What was read: stations, weather, and what was noticed but let pass."""

    stations: Mapping[str, Station]
    weather: Mapping[str, WeatherRuns]
    notes: tuple[Finding, ...] = ()

    def weather_kind(self, station: str) -> Weather:
        """Return which kind of weather a station has."""
        runs = self.weather.get(station)
        if runs is None:
            return "none"
        return "measured" if runs.measured else "forecast"


def main_variable(runs: WeatherRuns, kind: Kind) -> str:
    """Return the variable that drives the output: wind speed or irradiance; empty when none is known.

    Parameters
    ----------
    runs : WeatherRuns
        With derived speeds.
    kind : {"wind", "pv"}
    """
    marks = ("speed", "ws", "wind") if kind == "wind" else ("irradiance", "ghi", "radiation", "ssrd")
    found = [name for mark in marks for name in runs.variables if mark in name and "direction" not in name]
    return found[0] if found else ""


def derive_wind(runs: WeatherRuns) -> WeatherRuns:
    """Return the weather with speed and direction of every pair of components ``u…`` and ``v…``.

    A ``wind_direction`` or ``wd`` in degrees becomes sine and cosine, so that 359 and 1 are near.
    """
    made = []
    for name in runs.variables:
        other = "v" + name[1:]
        if name.startswith("u") and other in runs.variables:
            speed = (pl.col(name) ** 2 + pl.col(other) ** 2).sqrt()
            made += [speed.alias(f"speed_{name}"), pl.arctan2(name, other).alias(f"angle_{name}")]
        if name in {"wd", "wind_direction"} or name.startswith("wind_direction_"):
            angle = pl.col(name).radians()
            made += [angle.sin().alias(f"sin_{name}"), angle.cos().alias(f"cos_{name}")]
    frame = runs.frame.with_columns(made)
    return WeatherRuns(frame, tuple(frame.columns[2:]), runs.measured)
