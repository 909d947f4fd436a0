"""Hourly dispatch as the week browser and the duration curves need it: few series, small data."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.report import power_view as shared
from dafeng.report.power_view import HOURLY, RENEWABLE, PowerView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LOAD, RESIDUAL = "load", "residual_load"
"""Series of the demand, and of what wind and PV could not meet of it."""
SERIES_KINDS = {"export": "export", "unserved": "shedding"}
NOT_DRAWN = frozenset({"curtailed"})
"""Series that are no power into the grid."""
WEEK = 168
LAST_WEEK = 51
"""Number of the last week of a year, counted from nought."""
TOP = 32000
"""Whole number that stands for the largest power of a year."""
LEAST_SHARE = 1e-4
"""A kind that never gives or takes more than this share of the highest load is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class HourlyYear:
    """One year hour by hour.

    Parameters
    ----------
    year : int
    load : ndarray, shape (hours,)
        Demand [MW].
    residual : ndarray, shape (hours,)
        Demand less what wind and PV could give [MW].
    kinds : mapping of str to ndarray, shape (hours,)
        Power of each kind into the grid [MW]; what is taken is negative.
    """

    year: int
    load: Array
    residual: Array
    kinds: Mapping[str, Array]

    @property
    def green(self) -> Array:
        """Power of wind and PV, shape (hours,) [MW]."""
        parts = (self.kinds[kind] for kind in RENEWABLE if kind in self.kinds)
        return sum(parts, np.zeros_like(self.load))

    def weeks(self) -> int:
        """Return the number of weeks; the days that are left over belong to the last one."""
        return max(self.load.size // WEEK, 1)

    def hours_of(self, week: int) -> slice:
        """Return the hours of a week."""
        last = week >= self.weeks() - 1
        return slice(week * WEEK, self.load.size if last else (week + 1) * WEEK)


def read_hours(view: PowerView, year: int) -> HourlyYear | None:
    """Return a year by kind; None without hours of its load."""
    frame = view.context.frame(HOURLY).filter(
        (pl.col("scenario") == view.scenario) & (pl.col("year") == year)
    )
    if frame.is_empty():
        return None
    hours = int(frame["hour"].to_numpy().max()) + 1
    found: dict[str, Array] = {}
    for (series,), part in frame.sort("series", "hour").group_by("series", maintain_order=True):
        if series not in NOT_DRAWN:
            kind = kind_of(view, str(series))
            values = np.zeros(hours)
            values[part["hour"].to_numpy()] = part["power_mw"].to_numpy()
            found[kind] = found.get(kind, 0.0) + (-values if kind == "export" else values)
    if LOAD not in found:
        return None
    load = found.pop(LOAD)
    known = found.pop(RESIDUAL, None)
    least = LEAST_SHARE * np.abs(load).max()
    kinds = {kind: found[kind] for kind in shared.kinds_in_order(found) if np.abs(found[kind]).max() > least}
    green = sum((found.get(kind, 0.0) for kind in RENEWABLE), np.zeros(hours))
    return HourlyYear(year, load, load - green if known is None else known, kinds)


def kind_of(view: PowerView, series: str) -> str:
    """Return the kind of a series: that of its class, or what its name says."""
    if series in view.kinds or series in {LOAD, RESIDUAL}:
        return view.kinds.get(series, series)
    return SERIES_KINDS.get(series, "other")


def week_chart(years: list[HourlyYear], first: tuple[int, int], key: str) -> dict[str, Any]:
    """Return what the script draws of a chosen week.

    Power is stored as whole numbers of 16 bits, so that a year of hours stays small.

    Parameters
    ----------
    years : list of HourlyYear
    first : (int, int)
        Year and week that are shown first.
    key : str
        Trace that the chart opens.
    """
    return {
        "kind": "week",
        "latest": str(first[0]),
        "week": first[1],
        "unit": {"zh": "吉瓦", "en": "GW"},
        "trace": key,
        "years": {str(hourly.year): _pack_year(hourly) for hourly in years},
    }


def _pack_year(hourly: HourlyYear) -> dict[str, Any]:
    lines = (hourly.load, hourly.residual)
    top = max(float(np.abs(values).max()) for values in (*lines, *hourly.kinds.values()))
    scale = max(top, 1.0) / TOP
    series = [
        {"name": shared.kind_pair(kind), "color": shared.colour_of(kind), "values": _pack(values, scale)}
        for kind, values in hourly.kinds.items()
    ]
    load, residual = (_pack(values, scale) for values in lines)
    return {"scale": scale / 1000, "load": load, "residual": residual, "series": series}


def _pack(values: Array, scale: float) -> str:
    """Return values as whole numbers of 16 bits, little end first, in base 64."""
    return base64.b64encode(np.rint(values / scale).astype("<i2").tobytes()).decode("ascii")


def hardest_week(hourly: HourlyYear) -> int:
    """Return the week with the highest residual load, counted from nought."""
    return min(int(np.argmax(hourly.residual)) // WEEK, hourly.weeks() - 1)


def week_rows(hourly: HourlyYear) -> list[dict[str, float]]:
    """Return by week: highest load, highest and lowest residual load [GW], output of wind and PV [GWh]."""
    made = []
    for week in range(hourly.weeks()):
        hours = hourly.hours_of(week)
        residual = hourly.residual[hours]
        made.append({
            "week": week, "peak": float(hourly.load[hours].max()) / 1000,
            "high": float(residual.max()) / 1000, "low": float(residual.min()) / 1000,
            "green": float(hourly.green[hours].sum()) / 1000,
        })  # fmt: skip
    return made


def week_dates(year: int, week: int) -> tuple[str, str]:
    """Return the first and the last day of a week; weeks are counted from 1 January, the last is longer.

    Examples
    --------
    >>> week_dates(2030, 0), week_dates(2030, 51)
    (('01-01', '01-07'), ('12-24', '12-31'))
    """
    start, end = date(year, 1, 1) + timedelta(days=7 * week), date(year, 12, 31)
    if week < LAST_WEEK:
        end = start + timedelta(days=6)
    return f"{start:%m-%d}", f"{end:%m-%d}"
