"""A trained forecast of one station: baselines, trees, calibration; training and foretelling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.baselines import Baseline, Foretold, daylight, fit_baseline, foretell_baseline
from dafeng.power.forecast.conformal import (
    calibrate,
    extend_quantiles,
    move_quantiles,
    split_weeks,
    track_moves,
)
from dafeng.power.forecast.curtailment import flag_curtailment
from dafeng.power.forecast.horizon import HORIZONS, LEVELS
from dafeng.power.forecast.stations import Kind, main_variable
from dafeng.power.forecast.trees import (
    Forest,
    TreeSettings,
    answer_trees,
    grow_mean,
    grow_quantiles,
    read_matrix,
)

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from dafeng.power.forecast.samples import Samples
    from dafeng.power.forecast.stations import History

FEWEST_DAYS = 28
"""Training needs this many days with output."""
MOST_SAMPLES = 150_000
"""Samples of a model; beyond it every second, third, … occasion is used."""
MEDIAN = LEVELS.index(0.5)


@dataclass(frozen=True, slots=True, eq=False)
class StationModel:
    """What was learned of one station.

    Parameters
    ----------
    station : str
    kind : {"wind", "pv"}
    horizon : str
    weather : {"forecast", "measured", "none"}
        Measured weather makes an upper bound, not a forecast.
    step_minutes : int
        [min]
    baseline : Baseline
    forest : Forest or None
        None for a model of statistics only.
    moves : array, shape (pairs,)
        Calibration of the quantiles.
    trained_from, trained_to : str
        ISO times of the first and last output that was used.
    samples, flagged : int
        Samples used; intervals left out as curtailed.
    normal_scores : polars.DataFrame
        ``issued``, ``valid``, ``z``: where the output of calibration weeks fell in its forecast, as a
        standard normal; the dependence of stations is learned from it.
    """

    station: str
    kind: Kind
    horizon: str
    weather: str
    step_minutes: int
    baseline: Baseline
    forest: Forest | None
    moves: NDArray[np.float64]
    trained_from: str
    trained_to: str
    samples: int
    flagged: int
    normal_scores: pl.DataFrame

    @property
    def method(self) -> str:
        """Code of ``forecast_model``."""
        return "blend" if self.forest is None else "lightgbm"


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """How to train.

    Parameters
    ----------
    kind : {"wind", "pv"}
    horizon : str
        Code of ``forecast_horizon``.
    method : {"lightgbm", "statistics"}
    trees : TreeSettings
    """

    kind: Kind
    horizon: str
    method: str = "lightgbm"
    trees: TreeSettings = field(default_factory=TreeSettings)


def train_station(
    history: History, station_id: str, samples: Samples, plan: TrainPlan, until: datetime | None = None
) -> StationModel:
    """Return a model that has seen nothing after ``until``.

    Parameters
    ----------
    history : History
    station_id : str
    samples : Samples
        From :func:`~dafeng.power.forecast.samples.build_samples`.
    plan : TrainPlan
    until : datetime, optional
        Output of intervals that had not ended by then is not used; default: everything.

    Raises
    ------
    InputRefused
        ``forecast_history_short``.
    """
    station = history.stations[station_id]
    ended = pl.col("time") + pl.duration(minutes=station.step_minutes)
    past = station.frame if until is None else station.frame.filter(ended <= until)
    bad = _flag_past(history, station_id, past, plan.kind)
    usable = past.filter(~bad & pl.col("output").is_not_null())
    if usable.height * station.step_minutes < FEWEST_DAYS * 1440:
        days = f"{usable.height * station.step_minutes / 1440:.0f}"
        raise InputRefused.of("forecast_history_short", station=station_id, days=days, need=FEWEST_DAYS)
    known = samples.frame.join(usable.select(valid="time"), on="valid", how="semi", maintain_order="left")
    minute = pl.col("time").dt.hour().cast(pl.Int32) * 60 + pl.col("time").dt.minute()
    observed = usable.with_columns(slot=minute // station.step_minutes)
    horizon = HORIZONS[plan.horizon]
    scored = known.filter(pl.col("lead") > horizon.after)
    if scored.is_empty():
        raise InputRefused.of("forecast_no_occasion", station=station_id, horizon=plan.horizon)
    baseline = fit_baseline(scored, observed, by_slot=plan.kind == "pv")
    lit = known.filter(pl.Series(daylight(baseline, known))) if plan.kind == "pv" else known
    lit = _thin(lit)
    forest, moves, normal = None, np.zeros(len(LEVELS) // 2), _no_scores()
    if plan.method == "lightgbm":
        forest, moves, normal = _learn(lit, samples.features, plan.trees, horizon.after)
    return StationModel(
        station_id, plan.kind, plan.horizon, history.weather_kind(station_id), station.step_minutes, baseline,
        forest, moves, f"{usable['time'][0]:%Y-%m-%d %H:%M}", f"{usable['time'][-1]:%Y-%m-%d %H:%M}",
        lit.height, int(bad.sum()), normal,
    )  # fmt: skip


def foretell(
    model: StationModel, frame: pl.DataFrame, name: str = "", follow: bool = False
) -> Foretold:  # fmt: skip
    """Return the forecast for samples.

    Parameters
    ----------
    model : StationModel
    frame : polars.DataFrame
        Samples with the model's features.
    name : str
        A code of ``forecast_model``; default the model's own method.
    follow : bool
        Let the intervals follow the misses known at each issue time.
    """
    if (name or model.method) != "lightgbm":
        return foretell_baseline(model.baseline, frame, name or model.method)
    assert model.forest is not None
    matrix = read_matrix(frame, model.forest.features)
    raw = np.sort(answer_trees(model.forest.quantiles, matrix), axis=1)
    mean = answer_trees(model.forest.mean, matrix).mean(axis=1)
    dark = ~daylight(model.baseline, frame) if model.kind == "pv" else np.zeros(frame.height, bool)
    moves = _follow(model, frame, raw, dark) if follow else model.moves
    # the mean answers large errors, the median most days: half of each serves rules made by the day
    point, quantiles = (mean + raw[:, MEDIAN]) / 2, move_quantiles(raw, moves)
    return Foretold(np.where(dark, 0.0, point), np.where(dark[:, None], 0.0, quantiles))


def _follow(
    model: StationModel, frame: pl.DataFrame, raw: NDArray[np.float64], dark: NDArray[np.bool_]
) -> NDArray[np.float64]:
    output = np.where(dark, np.nan, frame["output"].to_numpy())
    issued = frame["issued"].dt.epoch("s").to_numpy() // 60
    known = frame["valid"].dt.epoch("s").to_numpy() // 60 + model.step_minutes
    return track_moves(model.moves, raw, output, issued, known)


def rank_output(quantiles: NDArray[np.float64], output: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where outputs fell in their forecasts, between 0 and 1 (probability integral transform)."""
    levels, knots = extend_quantiles(quantiles)
    knots = np.maximum.accumulate(knots + np.arange(len(levels)) * 1e-9, axis=1)
    place = np.clip((knots <= output[:, None]).sum(axis=1) - 1, 0, len(levels) - 2)
    rows = np.arange(len(output))
    low, high = knots[rows, place], knots[rows, place + 1]
    share = np.clip((output - low) / (high - low), 0, 1)
    return np.asarray(levels[place] + share * (levels[place + 1] - levels[place]))


def _flag_past(history: History, station_id: str, past: pl.DataFrame, kind: Kind) -> pl.Series:
    """Return which intervals of the past were curtailed, seen from the past alone."""
    runs = history.weather.get(station_id)
    driver = main_variable(runs, kind) if runs else ""
    if not runs or not driver:
        return past["curtailed"].fill_null(value=False)
    nearest = runs.frame.sort("issued").group_by("valid", maintain_order=True).agg(pl.col(driver).last())
    joined = past.join(nearest.rename({"valid": "time", driver: "driver"}), on="time", how="left")
    return flag_curtailment(joined.sort("time"), history.stations[station_id].step_minutes)


def _learn(
    lit: pl.DataFrame, features: tuple[str, ...], trees: TreeSettings, after: float
) -> tuple[Forest, NDArray[np.float64], pl.DataFrame]:
    learn, check = split_weeks(lit["valid"])
    matrix, output = read_matrix(lit, features), lit["output"].to_numpy()
    check &= lit["lead"].to_numpy() > after
    quantiles = grow_quantiles(matrix[learn], output[learn], trees)
    forest = Forest(features, grow_mean(matrix, output, trees), quantiles)
    raw = np.sort(answer_trees(quantiles, matrix[check]), axis=1)
    moves = calibrate(raw, output[check])
    rank = rank_output(move_quantiles(raw, moves), output[check])
    scores = (
        lit.filter(pl.Series(check)).select("issued", "valid").with_columns(z=pl.Series(_to_normal(rank)))
    )
    return forest, moves, scores


def _to_normal(rank: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import ndtri  # noqa: PLC0415 - scipy.special is needed nowhere else here

    return np.asarray(ndtri(np.clip(rank, 0.005, 0.995)), float)


def _thin(frame: pl.DataFrame) -> pl.DataFrame:
    """Return at most ``MOST_SAMPLES``: every so many occasions, evenly over the time."""
    every = -(-frame.height // MOST_SAMPLES)
    if every <= 1:
        return frame
    return frame.filter(pl.col("issued").rank("dense") % every == 0)


def _no_scores() -> pl.DataFrame:
    moment = pl.Datetime("us")
    return pl.DataFrame(schema={"issued": moment, "valid": moment, "z": pl.Float64})
