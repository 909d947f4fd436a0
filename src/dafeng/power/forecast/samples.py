"""Samples: what was known when a forecast was issued, beside what came.

The rule against leakage, in one place: a forecast issued at ``o`` sees weather runs issued at or before
``o`` and output whose interval had ended by ``o``. Measured weather breaks it on purpose and is labelled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from dafeng.power.forecast.weather_features import describe_weather

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.power.forecast.horizon import Horizon
    from dafeng.power.forecast.stations import History, Kind, Station

KNOWN_COLUMNS = ("issued", "valid", "lead", "output", "curtailed", "capacity_mw", "persistence", "slot")
"""Columns of the samples that are not features."""
STALE_HOURS = 120
"""The last measured output is used up to this age. [h]"""
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - times are China Standard Time without a zone
DAYS_BACK = 7
"""Days whose output at the same time of day is remembered."""
MOST_NEIGHBOURS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Forecast occasions of one station.

    Parameters
    ----------
    frame : polars.DataFrame
        ``issued``, ``valid``, ``lead`` [h], ``output`` [1] (null when not known), ``curtailed``,
        ``capacity_mw`` [MW], ``persistence`` [1], ``slot`` (interval of the day), and the features.
    features : tuple of str
    """

    frame: pl.DataFrame
    features: tuple[str, ...]


def build_samples(history: History, station_id: str, kind: Kind, horizon: Horizon) -> Samples:
    """Return every occasion on which a forecast of a horizon could be issued.

    A run of the weather model is an occasion; without runs (measured weather or none) each midnight is,
    and for the ultra-short horizon each hour.

    Parameters
    ----------
    history : History
    station_id : str
    kind : {"wind", "pv"}
    horizon : Horizon
    """
    station = history.stations[station_id]
    runs = history.weather.get(station_id)
    described = describe_weather(runs, kind, station.step_minutes) if runs else None
    measured = runs is None or runs.measured
    if horizon.lagged or measured:
        pairs = _clock_pairs(station, horizon)
    else:
        assert described is not None
        pairs = described.select("issued", "valid")
    lead = (pl.col("valid") - pl.col("issued")).dt.total_minutes() / 60
    pairs = pairs.with_columns(lead=lead).filter(
        (pl.col("lead") > horizon.learn_after) & (pl.col("lead") <= horizon.last)
    )
    frame = pairs
    if described is not None:
        frame = _attach_weather(pairs, described, measured=measured, same_run=not horizon.lagged)
    frame = _attach_calendar(frame, station)
    frame = _attach_memory(frame, station, kind, lagged=horizon.lagged)
    if horizon.lagged:
        frame = _attach_neighbours(frame, history, station_id)
    frame = frame.join(
        station.frame.rename({"time": "valid"}), on="valid", how="left", maintain_order="left"
    ).sort("issued", "valid")
    return Samples(frame, tuple(name for name in frame.columns if name not in KNOWN_COLUMNS))


def _clock_pairs(station: Station, horizon: Horizon) -> pl.DataFrame:
    """Return (issued, valid) by the clock: every hour for hours ahead, every midnight for days ahead."""
    step = station.step_minutes
    first, last = station.frame["time"][0], station.frame["time"][-1]
    every = "1h" if horizon.lagged else "1d"
    newest = last + timedelta(minutes=step)
    clock = pl.datetime_range(first, newest, every, eager=True, time_unit="us").dt.truncate(every)
    now = [newest] if horizon.lagged else []
    origins = pl.concat([clock, pl.Series(now, dtype=clock.dtype)]).unique().sort()
    counts = (math.floor(horizon.after * 60) // step + 1, math.floor(horizon.last * 60) // step)
    leads = pl.DataFrame({"count": pl.int_range(counts[0], counts[1] + 1, eager=True)})
    pairs = pl.DataFrame({"issued": origins}).join(leads, how="cross")
    return pairs.select("issued", valid=pl.col("issued") + pl.duration(minutes=step) * pl.col("count"))


def _attach_weather(
    pairs: pl.DataFrame, described: pl.DataFrame, *, measured: bool, same_run: bool
) -> pl.DataFrame:
    """Join the features of the newest run that was issued by then; measured weather of the moment itself."""
    if measured:
        return pairs.join(described.drop("issued", "ahead"), on="valid", how="inner")
    if same_run:
        return pairs.join(described, on=["issued", "valid"], how="inner")
    newest = pairs.sort("issued").join_asof(
        described.with_columns(run=pl.col("issued")).sort("issued"), on="issued", by="valid",
        strategy="backward", check_sortedness=False,
    )  # fmt: skip
    return newest.filter(pl.col("ahead").is_not_null()).drop("run")


def _attach_calendar(frame: pl.DataFrame, station: Station) -> pl.DataFrame:
    """Add hour, season and the date, which lets trees see that the weather model was changed."""
    moment = pl.col("valid")
    minute = moment.dt.hour().cast(pl.Int32) * 60 + moment.dt.minute()
    turn = (moment.dt.ordinal_day() + minute / 1440) * (2 * math.pi / 365.25)
    return frame.with_columns(
        slot=minute // station.step_minutes, hour=minute / 60, season_sin=turn.sin(), season_cos=turn.cos(),
        age_days=(moment - EPOCH).dt.total_hours() / 24, lead_hours=pl.col("lead"),
    )  # fmt: skip


def _attach_memory(frame: pl.DataFrame, station: Station, kind: Kind, *, lagged: bool) -> pl.DataFrame:
    """Add what the station itself had shown by the issue time, and the forecast of persistence."""
    step = station.step_minutes
    past = _past_of(station)
    frame = frame.sort("issued").join_asof(
        past.rename({"known": "issued"}), on="issued", strategy="backward", tolerance=f"{STALE_HOURS}h"
    )
    days = ((pl.col("valid") - pl.col("issued")).dt.total_minutes() + step).truediv(1440).ceil()
    frame = frame.with_columns(day=(pl.col("valid") - pl.duration(days=1) * days.clip(1)))
    daily = station.frame.select(
        pl.col("time").alias("day"), day_output="output",
        week_output=_same_time_of_day(pl.Expr.rolling_mean),
        week_best=_same_time_of_day(pl.Expr.rolling_max),
    )  # fmt: skip
    frame = frame.join(daily, on="day", how="left", maintain_order="left")
    if kind == "pv":
        best_then = station.frame.select(
            (pl.col("time") + pl.duration(minutes=step)).alias("issued"),
            best_then=_same_time_of_day(pl.Expr.rolling_max),
        )
        frame = frame.sort("issued").join_asof(best_then.sort("issued"), on="issued", strategy="backward")
        clear = (pl.col("last_output") / pl.col("best_then").clip(0.02)).clip(0, 1.2)
        smart = (clear * pl.col("week_best")).clip(0, 1)
        near = pl.col("best_then") > 0.05
        held = pl.when(near & lagged).then(smart).otherwise(pl.col("day_output"))
        frame = frame.with_columns(persistence=held.fill_null(pl.col("week_output")), clear=clear)
    else:
        frame = frame.with_columns(persistence=pl.col("last_output"), clear=pl.lit(None, pl.Float64))
    kept = ["day_output", "week_output", "week_best", "clear", *past.columns[1:], "persistence"]
    if lagged:
        used = kept if kind == "pv" else [name for name in kept if name not in {"clear", "week_best"}]
        frame = frame.with_columns(held=pl.col("persistence"))
        return frame.drop({"day", "best_then", *kept} - set(used), strict=False)
    return frame.drop({"day", "best_then", *kept} - {"persistence"}, strict=False)


def _past_of(station: Station) -> pl.DataFrame:
    """Return for each moment what had been measured by then: the last value and its recent course."""
    step = station.step_minutes
    output = pl.col("output")
    per_hour = max(60 // step, 1)
    return station.frame.select(
        known=pl.col("time") + pl.duration(minutes=step), output=output,
        last_change=output - output.shift(1), hour_change=output - output.shift(per_hour),
        hour_mean=output.rolling_mean(2 * per_hour, min_samples=1),
        hours_mean=output.rolling_mean(4 * per_hour, min_samples=1),
        hours_spread=output.rolling_std(4 * per_hour, min_samples=2),
        day_mean=output.rolling_mean(24 * per_hour, min_samples=1),
    ).filter(pl.col("output").is_not_null()).rename({"output": "last_output"})  # fmt: skip


def _same_time_of_day(rolling: Callable[..., pl.Expr]) -> pl.Expr:
    """Return a statistic of the output at the same time of day over the last ``DAYS_BACK`` days."""
    minute = pl.col("time").dt.hour().cast(pl.Int32) * 60 + pl.col("time").dt.minute()
    return rolling(pl.col("output"), DAYS_BACK, min_samples=1).over(minute)


def _attach_neighbours(frame: pl.DataFrame, history: History, station_id: str) -> pl.DataFrame:
    """Add the last measured output of the other stations; it had to be known by the issue time."""
    others = [(name, other) for name, other in sorted(history.stations.items()) if name != station_id]
    for other_id, other in others[:MOST_NEIGHBOURS]:
        past = other.frame.select(
            issued=pl.col("time") + pl.duration(minutes=other.step_minutes),
            **{f"neighbour_{other_id}": pl.col("output")},
        ).drop_nulls()
        frame = frame.sort("issued").join_asof(past, on="issued", strategy="backward", tolerance="6h")
    return frame
