"""Is an hourly series usable: labels, number of hours, values; everything that is wrong, with its row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, Place
from dafeng.power.profiles.hours import count_hours, list_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE_KINDS = frozenset({"wind", "pv", "hydro"})
"""Kinds that are capacity factors, in [0, 1]; the others are power."""
ROUNDING = 1e-6
"""How far single precision may carry a capacity factor past its bounds [1]."""
NOON = (9.0, 16.5)
"""Where the middle of the daily PV output may lie on the clock of +08:00, from 75 to 135 degrees east [h]."""
SPRING, AUTUMN = range(3, 6), range(9, 12)
"""Months in which clocks are put forward and back."""


@dataclass(frozen=True)
class Labelled:
    """Values with the start of their hour and the row in which they stand.

    Parameters
    ----------
    hours : ndarray
        Start of each hour, +08:00; shape (rows,), ``datetime64[h]``.
    values : ndarray
        In the unit of the kind, nan where missing; shape (rows,).
    rows : ndarray
        Row numbers as the user counts them; shape (rows,).
    place : Place
        File and column.
    """

    hours: NDArray[np.datetime64]
    values: NDArray[np.float64]
    rows: NDArray[np.int64]
    place: Place = field(default_factory=Place)

    def at(self, index: int | np.intp) -> Place:
        """Return the place of one of its rows."""
        return Place(self.place.file, row=int(self.rows[index]), column=self.place.column)


def check_hours(series: Labelled, year: int) -> list[Finding]:
    """Return what is wrong with the labels: number, year, order, gaps, repeats, clock changes, other zones.

    Parameters
    ----------
    series : Labelled
        The series as it stands in the file.
    year : int
        Year that its labels must have.
    """
    expected, start = count_hours(year), list_hours(year)[0]
    problems = []
    if len(series.hours) != expected:
        params: dict[str, object] = {"rows": len(series.hours), "hours": expected, "year": year}
        problems.append(Finding("profile_rows", series.place, params))
    if len(series.hours) == 0:
        return problems
    first, last = series.hours[0], series.hours[-1]
    shift = int((start - first).astype(int))
    whole = int((last - first).astype(int)) == expected - 1
    if whole and shift == -1:
        return [*problems, Finding("profile_hour_end", series.at(0), {"label": str(first)})]
    if whole and shift != 0 and abs(shift) <= 14:
        params = {"label": str(first), "shift": shift}
        return [*problems, Finding("profile_zone_shifted", series.at(0), params)]
    outside = np.flatnonzero((series.hours < start) | (series.hours >= start + expected))
    problems += [
        Finding("profile_year", series.at(i), {"label": str(series.hours[i]), "year": year}) for i in outside
    ]
    return problems + _check_sequence(series, start, expected)


def _check_sequence(series: Labelled, start: np.datetime64, expected: int) -> list[Finding]:
    """Return findings for hours that are missing, stand twice, or stand in the wrong order."""
    offset = (series.hours - start).astype(np.int64)
    inside = (offset >= 0) & (offset < expected)
    count = np.bincount(offset[inside], minlength=expected)
    missing, steps = np.flatnonzero(count == 0), np.diff(offset)
    repeated = [i for i in np.flatnonzero(inside) if count[offset[i]] > 1]
    firsts = {int(offset[i]): i for i in reversed(repeated)}
    again = [i for i in repeated if firsts[int(offset[i])] != i]
    single = len(missing) == 1 and len(again) == 1
    if single and _is_clock_change(start, int(missing[0]), int(offset[again[0]])):
        params = {"missing": str(start + missing[0]), "repeated": str(series.hours[again[0]])}
        return [Finding("profile_daylight", series.at(again[0]), params)]
    problems = [Finding("profile_repeated", series.at(i), {"label": str(series.hours[i])}) for i in again]
    if len(missing):
        for run in np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1):
            before = np.flatnonzero(inside & (offset < run[0]))
            place = series.at(before[-1]) if len(before) else series.place
            span = {"first": start + run[0], "last": start + run[-1], "count": len(run)}
            problems.append(Finding("profile_gap", place, span))
    backward = np.flatnonzero(steps < 0) + 1
    problems += [
        Finding("profile_order", series.at(i), {"label": str(series.hours[i])})
        for i in backward
        if i not in again
    ]
    return problems


def _is_clock_change(start: np.datetime64, missing: int, repeated: int) -> bool:
    months = [int((start + n).astype("datetime64[M]").astype(int)) % 12 + 1 for n in (missing, repeated)]
    return months[0] in SPRING and months[1] in AUTUMN


def check_values(series: Labelled, kind: str) -> list[Finding]:
    """Return what is wrong with the values: missing, not finite, negative, a capacity factor over 1.

    Parameters
    ----------
    series : Labelled
        Values in the unit of the kind.
    kind : str
        ``wind``, ``pv`` and ``hydro`` are shares of capacity; anything else is power.
    """
    values = series.values
    problems = [Finding("profile_value_missing", series.at(i)) for i in np.flatnonzero(~np.isfinite(values))]
    negative = np.flatnonzero(values < (-ROUNDING if kind in SHARE_KINDS else 0.0))
    problems += [Finding("profile_negative", series.at(i), {"value": f"{values[i]:.6g}"}) for i in negative]
    if kind in SHARE_KINDS:
        problems += [
            Finding("profile_over_one", series.at(i), {"value": f"{values[i]:.6g}"})
            for i in np.flatnonzero(values > 1 + ROUNDING)
        ]
    elif not problems and len(values) and not values.any():
        problems.append(Finding("profile_all_zero", series.place))
    return problems


def check_sun(series: Labelled) -> list[Finding]:
    """Return a finding when the middle of a PV day is nowhere near noon: labels of another time zone."""
    clock = series.hours.astype(np.int64) % 24
    values = np.where(np.isfinite(series.values), np.maximum(series.values, 0.0), 0.0)
    turn = np.exp(2j * np.pi * (clock + 0.5) / 24)
    if values.sum() <= 0:
        return []
    middle = float(np.angle((values * turn).sum()) / (2 * np.pi) * 24 % 24)
    if NOON[0] <= middle <= NOON[1]:
        return []
    return [Finding("profile_sun", series.place, {"hour": f"{middle:.1f}"})]


def check_level(series: Labelled, annual_gwh: float | None) -> list[Finding]:
    """Return a finding when the energy of a load is ten times the known one or a tenth of it.

    Parameters
    ----------
    series : Labelled
        Load in MW.
    annual_gwh : float or None
        Known energy of about that year [GWh]; None: nothing to compare with.
    """
    energy = float(np.nansum(series.values)) / 1e3
    if not annual_gwh or energy <= 0:
        return []
    factor = energy / annual_gwh
    if not (0.05 < factor < 0.2 or 5 < factor < 20):
        return []
    params = {"energy": f"{energy:.6g}", "known": f"{annual_gwh:.6g}", "factor": f"{factor:.3g}"}
    return [Finding("profile_factor_ten", series.place, params)]
