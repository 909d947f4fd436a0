"""Rolling-origin backtest: train on what had happened, foretell the next months, move on.

A fold that begins on a day is trained on output that had ended by then; each of its forecasts sees the
weather runs and the output that were known at its own issue time (:mod:`~dafeng.power.forecast.samples`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.baselines import NAMES, Foretold, daylight
from dafeng.power.forecast.horizon import HORIZONS
from dafeng.power.forecast.model import StationModel, foretell, train_station
from dafeng.power.forecast.samples import build_samples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from dafeng.job import Job
    from dafeng.power.forecast.model import TrainPlan
    from dafeng.power.forecast.stations import History

FEWEST_POINTS = 24
NIGHT = 0.02
"""Output below this share of capacity at night is noise of the meter."""


@dataclass(frozen=True, slots=True)
class BacktestPlan:
    """Which time is foretold, and how often training is renewed.

    Parameters
    ----------
    test_from, test_to : datetime
        Issue times: from the first on, before the second.
    months : int
        Training is renewed after so many months; 0 for one training only.
    """

    test_from: datetime
    test_to: datetime
    months: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Forecasts of a test time beside what came.

    Parameters
    ----------
    station : str
    plan : TrainPlan
    weather : str
    frame : polars.DataFrame
        ``issued``, ``valid``, ``lead`` [h], ``output`` [1].
    foretold : mapping of str to Foretold
        Code of ``forecast_model`` -> forecasts, in the order of ``frame``.
    lit : array of bool
        Where output is possible at all; everywhere for wind.
    folds : int
    train_from : str
        ISO date of the first output that was learned from.
    flagged : int
        Intervals left out of the last training as curtailed.
    """

    station: str
    plan: TrainPlan
    weather: str
    frame: pl.DataFrame
    foretold: Mapping[str, Foretold]
    lit: NDArray[np.bool_]
    folds: int
    train_from: str
    flagged: int


def backtest_station(
    history: History, station_id: str, plan: TrainPlan, when: BacktestPlan, job: Job | None = None
) -> Backtest:
    """Return the forecasts of a test time by every model.

    Raises
    ------
    InputRefused
        ``forecast_history_short``, ``forecast_no_test``.
    """
    samples = build_samples(history, station_id, plan.kind, HORIZONS[plan.horizon])
    ready = samples.frame.filter(
        pl.col("output").is_not_null()
        & ~pl.col("curtailed").fill_null(value=False)
        & (pl.col("lead") > HORIZONS[plan.horizon].after)
    )
    names = (*NAMES, "lightgbm") if plan.method == "lightgbm" else NAMES
    starts = _starts(when)
    parts: list[pl.DataFrame] = []
    lit: list[NDArray[np.bool_]] = []
    told: dict[str, list[Foretold]] = {name: [] for name in names}
    model: StationModel | None = None
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], when.test_to], strict=True)):
        if job is not None:
            job.advance("forecast", number, len(starts), station_id)
        part = ready.filter((pl.col("issued") >= start) & (pl.col("issued") < stop))
        if part.is_empty():
            continue
        model = train_station(history, station_id, samples, plan, start)
        for name in names:
            told[name].append(foretell(model, part, name, follow=True))
        parts.append(part.select("issued", "valid", "lead", "output"))
        lit.append(
            daylight(model.baseline, part) | (part["output"].to_numpy() > NIGHT)
            if plan.kind == "pv"
            else np.ones(part.height, bool)
        )
    if model is None or sum(part.height for part in parts) < FEWEST_POINTS:
        start, stop = when.test_from, when.test_to
        raise InputRefused.of(
            "forecast_no_test", station=station_id, start=f"{start:%Y-%m-%d}", stop=f"{stop:%Y-%m-%d}"
        )
    return Backtest(
        station_id, plan, history.weather_kind(station_id), pl.concat(parts),
        {name: _join(pieces) for name, pieces in told.items()}, np.concatenate(lit), len(parts),
        model.trained_from[:10], model.flagged,
    )  # fmt: skip


def _starts(when: BacktestPlan) -> list[datetime]:
    if when.months < 1:
        return [when.test_from]
    starts: list[datetime] = pl.datetime_range(
        when.test_from, when.test_to, f"{when.months}mo", closed="left", eager=True
    ).to_list()
    return starts


def _join(pieces: list[Foretold]) -> Foretold:
    return Foretold(
        np.concatenate([piece.mean for piece in pieces]),
        np.concatenate([piece.quantiles for piece in pieces]),
    )
