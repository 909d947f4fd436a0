"""From stations to a total: intervals that respect that stations err together.

A Gaussian copula joins the calibrated forecasts of the stations (Pinson et al. 2009, Wind Energy
12:51-62, there over leads): outcomes of calibration weeks become standard normals through their own
forecast, their correlation is learned, and joint draws are read back through the quantiles. Adding
quantiles would make the total too wide, adding independent stations too narrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.conformal import extend_quantiles
from dafeng.power.forecast.contracts import ForecastValue
from dafeng.power.forecast.horizon import LEVELS
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dafeng.power.forecast.model import StationModel

    Array = NDArray[np.float64]

DRAWS = 1000
SEED = 2030
FEWEST_DAYS = 10
"""Common days from which a correlation is learned; below it the others' mean stands in."""
COLUMNS = tuple(f"p{100 * level:.0f}_share" for level in LEVELS)


def learn_dependence(models: Sequence[StationModel]) -> Array:
    """Return the correlation of the stations' normal scores, shape (stations, stations).

    Pairs without enough common days take the mean of the known pairs, and one (all err together) when
    none is known: the widest total.

    Parameters
    ----------
    models : sequence of StationModel
    """
    count = len(models)
    made = np.full((count, count), np.nan)
    np.fill_diagonal(made, 1.0)
    for i in range(count):
        for j in range(i):
            both = models[i].normal_scores.join(
                models[j].normal_scores, on=["issued", "valid"], suffix="_other"
            )
            days = both["valid"].dt.date().n_unique() if both.height else 0
            if days < FEWEST_DAYS:
                continue
            first, second = both["z"].to_numpy(), both["z_other"].to_numpy()
            link = float(np.corrcoef(first, second)[0, 1])
            made[i, j] = made[j, i] = link * days / (days + 2)  # a little towards none for few days
    known = made[np.tril_indices(count, -1)]
    known = known[np.isfinite(known)]
    made = np.where(np.isfinite(made), made, known.mean() if len(known) else 1.0)
    return _nearest_correlation(made)


def draw_total(quantiles: Sequence[Array], shares: Array, correlation: Array) -> Array:
    """Return quantiles of the weighted sum of stations.

    Parameters
    ----------
    quantiles : sequence of array, shape (times, levels)
        Of each station. [1]
    shares : array, shape (stations,)
        Share of each in the capacity; they sum to one.
    correlation : array, shape (stations, stations)

    Returns
    -------
    array, shape (times, levels)
    """
    from scipy.special import ndtr  # noqa: PLC0415 - needed here only

    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    normal = np.random.default_rng(SEED).standard_normal((DRAWS // 2, len(shares)))
    ranks = ndtr(np.vstack([normal, -normal]) @ root.T)
    total = np.zeros((len(quantiles[0]), len(ranks)))
    for station, (table, share) in enumerate(zip(quantiles, shares, strict=True)):
        rank = ranks[:, station]
        levels, knots = extend_quantiles(table)
        place = np.clip(np.searchsorted(levels, rank, side="right") - 1, 0, len(levels) - 2)
        part = (rank - levels[place]) / (levels[place + 1] - levels[place])
        total += share * (knots[:, place] * (1 - part) + knots[:, place + 1] * part)
    return np.asarray(np.quantile(total, LEVELS, axis=1).T)


def add_total(
    forecasts: pl.DataFrame, stations: Sequence[str], correlation: Array, name: str, capacity_mw: float | None
) -> pl.DataFrame:
    """Return the forecast of the total at every moment for which all stations have one.

    Parameters
    ----------
    forecasts : polars.DataFrame
        Contract :class:`~dafeng.power.forecast.contracts.ForecastValue`.
    stations : sequence of str
        In the order of ``correlation``.
    correlation : array
    name : str
        What the total is called.
    capacity_mw : float, optional
        Capacity that the stations stand for; default their own sum. Scaling up supposes that the rest of
        the fleet behaves as they do. [MW]

    Raises
    ------
    InputRefused
        ``forecast_capacity_unknown``.
    """
    for row in forecasts.filter(pl.col("capacity_mw").is_null()).head(1).to_dicts():
        raise InputRefused.of("forecast_capacity_unknown", station=row["station"])
    keys = ["issued", "valid"]
    whole = forecasts.group_by(keys).len().filter(pl.col("len") == len(stations)).select(keys).sort(keys)
    parts = [
        whole.join(forecasts.filter(pl.col("station") == station), on=keys, how="left", maintain_order="left")
        for station in stations
    ]
    if whole.is_empty():
        return forecasts.clear()
    capacities = np.array([float(part["capacity_mw"][-1]) for part in parts])
    shares = capacities / capacities.sum()
    size = capacity_mw or float(capacities.sum())
    mean = sum(share * part["output_share"].to_numpy() for share, part in zip(shares, parts, strict=True))
    quantiles = draw_total([part.select(COLUMNS).to_numpy() for part in parts], shares, correlation)
    first = parts[0]
    kinds = {part["weather"][0] for part in parts}
    total = first.with_columns(
        station=pl.lit(name), capacity_mw=pl.lit(size), output_share=pl.Series(mean),
        power_mw=pl.Series(np.asarray(mean) * size),
        weather=pl.lit("measured" if "measured" in kinds else first["weather"][0]),
        **{column: pl.Series(quantiles[:, i]) for i, column in enumerate(COLUMNS)},
    )  # fmt: skip
    return check(total, ForecastValue)


def _nearest_correlation(matrix: Array) -> Array:
    """Return a correlation matrix without negative eigenvalues, near the one given."""
    values, vectors = np.linalg.eigh(matrix)
    if values.min() >= 0:
        return matrix
    fixed = (vectors * np.clip(values, 0, None)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / np.outer(scale, scale))
