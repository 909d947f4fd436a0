"""Statistical forecasts: persistence, month-hour climatology, and their blend by lead.

The blend is the reference of Nielsen et al. (1998, Wind Energy 1:29-34): ``w(lead) * persistence +
(1 - w(lead)) * climatology`` with the weight that minimises the squared error of the training years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.power.forecast.horizon import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FEWEST = 20
"""Observations of a month and time of day below which the whole year's time of day stands in."""
NAMES = ("persistence", "climatology", "blend")


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """A forecast: expected output and quantiles (rows x ``LEVELS``), shares of capacity."""

    mean: Array
    quantiles: Array


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What training years say without weather.

    Parameters
    ----------
    climatology : array, shape (12, slots, 1 + levels)
        Mean and quantiles by month and interval of the day. [1]
    weights : array, shape (leads,)
        Weight of persistence in the blend by whole hour of lead. [1]
    errors : mapping of str to array, shape (slots or leads, levels)
        Quantiles of observed minus forecast for persistence and blend. [1]
    by_slot : bool
        Whether errors are by interval of the day (PV) or by lead (wind).
    """

    climatology: Array
    weights: Array
    errors: dict[str, Array]
    by_slot: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "climatology": self.climatology.tolist(), "weights": self.weights.tolist(),
            "errors": {name: values.tolist() for name, values in self.errors.items()},
            "by_slot": self.by_slot,
        }  # fmt: skip

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Baseline:
        """Return it from JSON values; ``KeyError`` or ``ValueError`` when they are damaged."""
        errors = {name: np.asarray(body["errors"][name], float) for name in ("persistence", "blend")}
        climatology = np.asarray(body["climatology"], float)
        if climatology.ndim != 3 or climatology.shape[0] != 12 or climatology.shape[2] != 1 + len(LEVELS):
            raise ValueError("climatology")
        return cls(climatology, np.asarray(body["weights"], float), errors, bool(body["by_slot"]))


def fit_baseline(frame: pl.DataFrame, observed: pl.DataFrame, *, by_slot: bool) -> Baseline:
    """Return the baselines of training occasions.

    Parameters
    ----------
    frame : polars.DataFrame
        Samples with ``output``.
    observed : polars.DataFrame
        ``time``, ``slot``, ``output`` of the training time, not null.
    by_slot : bool
        Errors by interval of the day (PV) instead of by lead.
    """
    table = _climatology(observed)
    month, slot = _places(frame)
    climate = table[month, slot, 0]
    actual, held = frame["output"].to_numpy(), frame["persistence"].to_numpy()
    held = np.where(np.isnan(held), climate, held)
    lead = _lead_hours(frame)
    weights = np.zeros(int(lead.max()) + 1)
    for hour in np.unique(lead):
        here = lead == hour
        away, moved = held[here] - climate[here], actual[here] - climate[here]
        power = float(away @ away)
        weights[hour] = np.clip(float(away @ moved) / power, 0, 1) if power > 0 else 0.0
    blend = weights[lead] * held + (1 - weights[lead]) * climate
    bucket = slot if by_slot else lead
    errors = {
        "persistence": _error_quantiles(actual - held, bucket),
        "blend": _error_quantiles(actual - blend, bucket),
    }
    return Baseline(table, weights, errors, by_slot)


def foretell_baseline(baseline: Baseline, frame: pl.DataFrame, name: str) -> Foretold:
    """Return the forecast of ``persistence``, ``climatology`` or ``blend`` for samples."""
    month, slot = _places(frame)
    table = baseline.climatology[month, slot]
    if name == "climatology":
        return Foretold(table[:, 0], table[:, 1:])
    held = frame["persistence"].to_numpy()
    held = np.where(np.isnan(held), table[:, 0], held)
    lead = np.minimum(_lead_hours(frame), len(baseline.weights) - 1)
    weight = baseline.weights[lead] if name == "blend" else 1.0
    mean = weight * held + (1 - weight) * table[:, 0]
    errors = baseline.errors[name]
    bucket = np.minimum(slot if baseline.by_slot else lead, len(errors) - 1)
    return Foretold(mean, np.clip(mean[:, None] + errors[bucket], 0, 1))


def daylight(baseline: Baseline, frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Return which samples lie where the climatology has ever seen output: the day of a PV station."""
    month, slot = _places(frame)
    return np.asarray(baseline.climatology[month, slot, -1] > 0.005)


def _climatology(observed: pl.DataFrame) -> Array:
    slots = int(observed["slot"].max()) + 1  # type: ignore[arg-type]
    statistics = [pl.col("output").mean().alias("mean")] + [
        pl.col("output").quantile(level, "linear").alias(f"q{level}") for level in LEVELS
    ]
    table = np.full((12, slots, 1 + len(LEVELS)), np.nan)
    dated = observed.with_columns(month=pl.col("time").dt.month())
    for keys, least in ((["slot"], 1), (["month", "slot"], FEWEST)):
        for row in (
            dated.group_by(keys).agg(pl.len().alias("n"), *statistics).filter(pl.col("n") >= least).to_dicts()
        ):
            values = [row["mean"], *(row[f"q{level}"] for level in LEVELS)]
            table[row["month"] - 1 if "month" in keys else slice(None), row["slot"]] = values
    whole = np.nanmean(table, axis=(0, 1))
    return np.where(np.isnan(table), whole, table)


def _places(frame: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    month = frame["valid"].dt.month().cast(pl.Int64).to_numpy() - 1
    return month, frame["slot"].cast(pl.Int64).to_numpy()


def _lead_hours(frame: pl.DataFrame) -> NDArray[np.int64]:
    return frame["lead"].ceil().cast(pl.Int64).to_numpy()


def _error_quantiles(errors: Array, bucket: NDArray[np.int64]) -> Array:
    made = np.tile(np.quantile(errors, LEVELS), (int(bucket.max()) + 1, 1))
    for place in np.unique(bucket):
        here = errors[bucket == place]
        if len(here) >= FEWEST:
            made[place] = np.quantile(here, LEVELS)
    return made
