"""Statistics of an hourly series from which plausible years can be rebuilt: measured, written, read back.

A series ``x(t)`` is divided by ``g(t)``, the clear sky for PV and 1 otherwise. The quotient has a mean and a
deviation for each month and hour, and quantiles for each month. What is left, in units of the deviation,
has correlations in time and with other profiles. Values stand in the unit of the profile: capacity factor,
its share of the clear sky, or load over its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.profiles.hours import list_clock_hours, list_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

PERMILLE = (0, 5, 10, 20, 50, 100, 150, 200, 300, 400, 500, 600, 700, 800, 850, 900, 950, 980, 990, 995, 1000)
"""Probabilities of the quantiles that are kept, in thousandths; the row's ``step`` is this number."""
LAGS = (*range(1, 49), 72, 96, 120, 168)
"""Lags of the autocorrelation that are kept [h]."""
CROSS_LAGS = 48
"""Cross-correlations are kept up to this lag, before and after [h]."""
STEADY = 1e-3
"""Deviation over mean below which an hour counts as steady [1]."""
DARK = 0.1
"""Clear-sky level below which a PV hour says nothing about the sky [1]."""


@dataclass(frozen=True)
class Split:
    """A series split into what the calendar knows and what is left.

    Parameters
    ----------
    quotient : ndarray
        The series over its scale, nan where an hour says nothing; shape (hours,).
    mean, deviation : ndarray
        Of the quotient by month and hour, the mean weighted by the scale; shape (12, 24).
    anomalies : ndarray
        ``(quotient - mean) / deviation`` without gaps, zero where nothing varies; shape (hours,).
    """

    quotient: NDArray[np.float64]
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    anomalies: NDArray[np.float64]


def split_series(series: NDArray[np.float64], year: int, scale: NDArray[np.float64] | None = None) -> Split:
    """Return means, deviations and anomalies of an hourly series; nan marks an hour without data.

    Parameters
    ----------
    series : ndarray
        The year, hours labelled at their start, shape (hours,).
    year : int
        Its calendar year.
    scale : ndarray, optional
        What the series is measured against (the clear sky), shape (hours,).
    """
    months, clock = list_months(year), list_clock_hours(year)
    against = np.ones(len(series)) if scale is None else scale
    quotient = np.full(len(series), np.nan)
    clear = np.isfinite(series) & (against > DARK)
    quotient[clear] = series[clear] / against[clear]
    mean, deviation = np.zeros((12, 24)), np.zeros((12, 24))
    anomalies = np.full(len(series), np.nan)
    for month in range(12):
        for hour in range(24):
            here = (months == month + 1) & (clock == hour)
            known, seen = here & np.isfinite(series), here & clear
            whole = against[known].sum()
            middle = mean[month, hour] = series[known].sum() / whole if whole > 0 else 0.0
            if seen.sum() > 2 and (spread := quotient[seen].std()) > STEADY * middle:
                deviation[month, hour] = spread
                anomalies[seen] = (quotient[seen] - middle) / spread
    return Split(quotient, mean, deviation, _bridge(anomalies))


def _bridge(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values without gaps: up to a night is bridged in a line, a longer one is zero."""
    place = np.arange(len(values))
    known = np.flatnonzero(np.isfinite(values))
    after = np.searchsorted(known, place)
    left, right = known[np.clip(after - 1, 0, len(known) - 1)], known[np.clip(after, 0, len(known) - 1)]
    bridged = np.interp(place, known, values[known])
    return np.where(np.isfinite(values) | (right - left <= 24), bridged, 0.0)


def correlate(first: NDArray[np.float64], second: NDArray[np.float64], lag: int) -> float:
    """Return the correlation of ``first(t)`` with ``second(t + lag)``, in the biased form.

    Dividing by the whole length keeps the matrix of all lags positive definite.

    Parameters
    ----------
    first, second : ndarray
        Series of equal length.
    lag : int
        Steps, may be negative.
    """
    if lag < 0:
        return correlate(second, first, -lag)
    a, b = first - first.mean(), second - second.mean()
    product = float(np.dot(a[: len(a) - lag], b[lag:]))
    return product / float(np.sqrt(np.dot(a, a) * np.dot(b, b)))


def measure_profile(
    name: str, series: NDArray[np.float64], year: int, scale: NDArray[np.float64] | None = None
) -> tuple[list[dict[str, object]], NDArray[np.float64]]:
    """Return the rows of a profile's statistics and its anomalies.

    Parameters
    ----------
    name : str
        Profile id.
    series, year, scale
        As in :func:`split_series`.
    """
    parts = split_series(series, year, scale)
    months = list_months(year)
    rows = [_row(name, "annual_mean", 0, 0, float(np.nanmean(series)))]
    by_hour = {"mean": parts.mean, "deviation": parts.deviation}
    for month in range(12):
        for statistic, values in by_hour.items():
            rows += [
                _row(name, statistic, month + 1, hour, values[month, hour])
                for hour in np.flatnonzero(values[month])
            ]
        here = parts.quotient[(months == month + 1) & np.isfinite(parts.quotient)]
        if parts.deviation[month].any():
            levels = np.quantile(here, np.array(PERMILLE) / 1000)
            rows += [
                _row(name, "quantile", month + 1, step, value)
                for step, value in zip(PERMILLE, levels, strict=True)
            ]
    rows += [
        _row(name, "autocorrelation", 0, lag, correlate(parts.anomalies, parts.anomalies, lag))
        for lag in LAGS
    ]
    return rows, parts.anomalies


def measure_pairs(anomalies: Mapping[str, NDArray[np.float64]]) -> list[dict[str, object]]:
    """Return the rows of the correlations between profiles: ``profile(t)`` with ``other(t + step)``."""
    names = list(anomalies)
    return [
        {**_row(a, "cross_correlation", 0, lag, correlate(anomalies[a], anomalies[b], lag)), "other": b}
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        for lag in range(-CROSS_LAGS, CROSS_LAGS + 1)
    ]


def _row(profile: str, statistic: str, month: int, step: int | np.int64, value: float) -> dict[str, object]:
    return {
        "profile": profile, "statistic": statistic, "other": None, "month": month, "step": int(step),
        "value": float(f"{value:.4g}"),
    }  # fmt: skip


@dataclass(frozen=True)
class ProfileModel:
    """The statistics of one profile as arrays.

    Parameters
    ----------
    name : str
        Profile id.
    annual_mean : float
        Mean of the year that was measured.
    mean, deviation : ndarray
        Of the quotient by month and hour, shape (12, 24).
    quantiles : ndarray
        Quotient by month and probability of :data:`PERMILLE`, shape (12, 21).
    correlation : ndarray
        Autocorrelation at lags 0 to 48, shape (49,).
    data_year : int
        Year of the data.
    source_id : str
        Where the statistics come from.
    """

    name: str
    annual_mean: float
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    correlation: NDArray[np.float64]
    data_year: int
    source_id: str


def read_models(statistics: pl.DataFrame) -> dict[str, ProfileModel]:
    """Return the models of all profiles of a statistics table.

    Parameters
    ----------
    statistics : polars.DataFrame
        Contract ``ProfileStatistics``.

    Raises
    ------
    InputRefused
        ``pack_rows_missing`` for a month that varies and has not all quantiles, or a lag without its
        correlation: what is missing is not taken as zero.
    """
    problems = _check_complete(statistics)
    if problems:
        raise InputRefused(problems)
    models = {}
    for (name,), rows in statistics.group_by(["profile"], maintain_order=True):
        by_hour = {key: np.zeros((12, 24)) for key in ("mean", "deviation")}
        quantiles, correlation = np.zeros((12, len(PERMILLE))), np.zeros(CROSS_LAGS + 1)
        correlation[0], annual = 1.0, 0.0
        for row in rows.filter(pl.col("other").is_null()).iter_rows(named=True):
            month, step, value = row["month"] - 1, row["step"], row["value"]
            match row["statistic"]:
                case "quantile" if step in PERMILLE:
                    quantiles[month, PERMILLE.index(step)] = value
                case "autocorrelation" if 0 < step <= CROSS_LAGS:
                    correlation[step] = value
                case "annual_mean":
                    annual = value
                case statistic if statistic in by_hour:
                    by_hour[statistic][month, step] = value
        models[str(name)] = ProfileModel(
            name=str(name), annual_mean=annual, quantiles=quantiles, correlation=correlation,
            data_year=rows["data_year"][0], source_id=rows["source_id"][0], **by_hour,
        )  # fmt: skip
    return models


def _check_complete(statistics: pl.DataFrame) -> list[Finding]:
    """Return a finding for each profile whose quantiles or correlations are not complete."""
    wanted_lags, wanted_steps = set(range(1, CROSS_LAGS + 1)), set(PERMILLE)
    problems = []
    for (name,), rows in statistics.group_by(["profile"], maintain_order=True):
        varying = rows.filter(statistic="deviation")["month"].unique().sort()
        quantiles, lags = rows.filter(statistic="quantile"), rows.filter(statistic="autocorrelation")["step"]
        missing = [
            f"quantile, month {month}"
            for month in varying
            if not wanted_steps <= set(quantiles.filter(month=month)["step"])
        ]
        if not wanted_lags <= set(lags):
            missing.append(f"autocorrelation, lags 1 to {CROSS_LAGS}")
        if missing:
            params = {"what": name, "missing": "; ".join(missing)}
            problems.append(Finding("pack_rows_missing", Place("profile_statistics.csv"), params))
    return problems


def read_pairs(statistics: pl.DataFrame) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return the correlations between profiles at lags -48 to 48, shape (97,), by pair."""
    pairs: dict[tuple[str, str], NDArray[np.float64]] = {}
    crossed = statistics.filter(
        (pl.col("statistic") == "cross_correlation") & (pl.col("step").abs() <= CROSS_LAGS)
    )
    for row in crossed.iter_rows(named=True):
        pair = pairs.setdefault((row["profile"], row["other"]), np.zeros(2 * CROSS_LAGS + 1))
        pair[row["step"] + CROSS_LAGS] = row["value"]
    return pairs
