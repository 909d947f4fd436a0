"""Plausible years from statistics: a Gaussian copula over a vector autoregression.

Normal variables ``a`` of profiles that are correlated follow ``a(t) = sum_k A_k a(t-k) + e(t)`` with order
:data:`ORDER`; the ``A_k`` and the covariance of ``e`` come from the correlations (Yule-Walker equations).
:mod:`~dafeng.power.profiles.copula` turns them into values (times the clear sky for PV). Validity: one year
of data, so the spread between years is understated, and the persistence is the same all year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from scipy.linalg import cholesky, solve

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.profiles.copula import Marginal, fit_marginal
from dafeng.power.profiles.hours import count_hours
from dafeng.power.profiles.level import scale_to_level
from dafeng.power.profiles.solar import average_clear_sky
from dafeng.power.profiles.statistics import (
    CROSS_LAGS,
    read_models,
    read_pairs,
)
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

ORDER = 26
"""Hours that the autoregression looks back: a day and two hours."""
SPIN_UP = 1000
"""Hours that are drawn before the year begins, so that it does not start at the mean."""
RIDGE = 1e-5
"""Least eigenvalue of the matrix of correlations that counts as positive."""
SOLAR = "pv"
"""Profile that is measured against the clear sky."""
DAILY = frozenset({"heat"})
"""Profiles whose anomaly belongs to the day: degree-days move, the course of the day stays."""
FACTORS = frozenset({"wind", "pv", "hydro"})
"""Profiles that are capacity factors, in [0, 1]; the others are loads relative to their mean."""


def generate(
    tables: Mapping[str, pl.DataFrame], profiles: Sequence[str], year: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Return a plausible year of each profile, at its published level where there is one.

    The same seed gives the same year bit for bit, whatever other profiles or years are asked for.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pack tables ``profile_statistics``, ``profile_levels`` and ``power_zones``.
    profiles : sequence of str
        Profiles of the statistics.
    year : int
        Calendar year: months, hours, sun.
    seed : int
        Not negative.

    Returns
    -------
    dict of str to ndarray
        Capacity factors in [0, 1], or loads with mean 1; shape (hours,).

    Raises
    ------
    InputRefused
        A profile without statistics, PV without a zone, statistics of no process, a level out of reach.
    """
    models = read_models(tables["profile_statistics"])
    pairs = read_pairs(tables["profile_statistics"])
    unknown = [name for name in profiles if name not in models]
    if unknown:
        params = ({"what": "profile", "value": n, "suggestion": Suggestion(n, models)} for n in unknown)
        raise InputRefused(Finding("id_unknown", Place("profile_statistics.csv"), each) for each in params)
    made: dict[str, NDArray[np.float64]] = {}
    for group in group_profiles(list(models), pairs):
        if not set(group) & set(profiles):
            continue
        marginals = [fit_marginal(models[name]) for name in group]
        drawn = draw_anomalies(marginals, pairs, year, seed)
        for marginal, normals in zip(marginals, drawn, strict=True):
            if marginal.model.name in profiles:
                made[marginal.model.name] = _finish_profile(tables, marginal, normals, year)
    return {name: made[name] for name in profiles}


def _finish_profile(
    tables: Mapping[str, pl.DataFrame], marginal: Marginal, normals: NDArray[np.float64], year: int
) -> NDArray[np.float64]:
    """Return the values of a year at the published level; loads have mean 1."""
    name = marginal.model.name
    sky = average_clear_sky(year, *locate_zones(tables["power_zones"])) if name == SOLAR else None
    if name in DAILY:
        normals = np.repeat(normals[12::24], 24)
    series = marginal.build_series(normals, year, sky)
    if name not in FACTORS:
        return np.asarray(series / series.mean())
    level = find_level(tables, name, year)
    capped = np.minimum(series, 1.0)
    return capped if level is None else scale_to_level(capped, level / count_hours(year))


def locate_zones(zones: pl.DataFrame) -> tuple[float, float]:
    """Return the mean latitude and longitude of the zones [deg]."""
    if zones.is_empty():
        raise InputRefused([Finding("pack_file_missing", params={"file": "power_zones.csv"})])
    return float(zones["latitude_deg"].mean()), float(zones["longitude_deg"].mean())  # type: ignore[arg-type]


def find_level(tables: Mapping[str, pl.DataFrame], profile: str, year: int) -> float | None:
    """Return the published full-load hours in force in a year [h]; None where nothing is published."""
    rows = tables["profile_levels"].filter(profile=profile).sort("from_year")
    if rows.is_empty():
        return None
    valid = rows.filter(rows["from_year"] <= year)
    return float((valid if valid.height else rows.head(1))["full_load_hours"][-1])


def group_profiles(
    names: Sequence[str], pairs: Mapping[tuple[str, str], NDArray[np.float64]]
) -> list[tuple[str, ...]]:
    """Return the profiles that must be drawn together, in the order of the table."""
    groups = {name: {name} for name in names}
    for first, second in pairs:
        joined = groups[first] | groups[second]
        for name in joined:
            groups[name] = joined
    found: list[tuple[str, ...]] = []
    for name in names:
        group = tuple(other for other in names if other in groups[name])
        if group not in found:
            found.append(group)
    return found


def draw_anomalies(
    marginals: Sequence[Marginal],
    pairs: Mapping[tuple[str, str], NDArray[np.float64]],
    year: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return standard normal variables with the correlations of a group; shape (profiles, hours).

    Parameters
    ----------
    marginals : sequence of Marginal
        A group that is drawn together.
    pairs : mapping
        Correlations between them, as :func:`~dafeng.power.profiles.statistics.read_pairs` gives them.
    year, seed : int
        With the names of the group they make the stream of random numbers.
    """
    steps, noise = fit_autoregression(stack_correlations(marginals, pairs))
    hours = count_hours(year) + SPIN_UP
    names = "+".join(marginal.model.name for marginal in marginals)
    random = np.random.default_rng([seed, year, crc32(names.encode())])
    shocks = random.standard_normal((hours, len(marginals))) @ cholesky(noise, lower=True).T
    past = np.zeros(ORDER * len(marginals))
    drawn = np.empty((hours, len(marginals)))
    for hour in range(hours):
        now = steps @ past + shocks[hour]
        drawn[hour] = now
        past = np.concatenate([now, past[: -len(marginals)]])
    return np.ascontiguousarray(drawn[SPIN_UP:].T)


def stack_correlations(
    marginals: Sequence[Marginal], pairs: Mapping[tuple[str, str], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return ``C[k, i, j] = corr(a_i(t), a_j(t - k))`` of the normal variables for lags 0 to ``ORDER``.

    Where the corrected correlations are those of no process, lag ``k`` shrinks by ``q**k`` with the largest
    ``q`` (in steps of 0.001) that mends them.
    """
    size = len(marginals)
    stacked = np.zeros((ORDER + 1, size, size))
    lags = np.arange(ORDER + 1)
    for i, first in enumerate(marginals):
        stacked[:, i, i] = first.normalise(first.model.correlation[: ORDER + 1])
        for j, second in enumerate(marginals):
            if (pair := pairs.get((first.model.name, second.model.name))) is not None:
                normal = pair / (first.linear * second.linear)
                stacked[:, i, j] = normal[CROSS_LAGS - lags]
                stacked[:, j, i] = normal[CROSS_LAGS + lags]
    for shrink in np.arange(1.0, 0.9, -0.001):
        tapered = stacked * (shrink**lags)[:, None, None]
        if np.linalg.eigvalsh(_arrange(tapered)).min() > RIDGE:
            return np.asarray(tapered)
    raise InputRefused([Finding("profile_statistics_impossible", params={"profile": _list(marginals)})])


def _list(marginals: Sequence[Marginal]) -> str:
    return ", ".join(marginal.model.name for marginal in marginals)


def _arrange(correlations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the block matrix of the correlations of all lags with each other."""
    count = range(len(correlations))
    return np.block(
        [[correlations[b - a] if b >= a else correlations[a - b].T for b in count] for a in count]
    )


def fit_autoregression(
    correlations: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coefficients side by side and the covariance of the shocks (Yule-Walker).

    Source: H. Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, section 3.3.4.

    Parameters
    ----------
    correlations : ndarray
        Lags 0 to ``p``, shape (p + 1, d, d).

    Returns
    -------
    tuple of ndarray
        Shapes (d, p d) and (d, d).
    """
    block = _arrange(correlations[:-1])
    right = np.concatenate(list(correlations[1:]), axis=1)
    steps = solve(block.T, right.T, assume_a="sym").T
    noise = correlations[0] - steps @ right.T
    return steps, (noise + noise.T) / 2
