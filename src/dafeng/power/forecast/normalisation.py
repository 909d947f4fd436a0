"""Generation corrected for weather: what a year would have generated in the mean weather of all years.

``normalised = observed * normal / expected``: *expected* is what the weather of the year allowed,
*normal* the mean of that over all whole years of weather, both by one curve from weather to output that
was learned on every uncurtailed interval. The same idea serves wind statistics as production index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.contracts import NormalisedGeneration
from dafeng.power.forecast.curtailment import flag_curtailment
from dafeng.power.forecast.stations import Station, WeatherRuns, main_variable
from dafeng.power.forecast.trees import TreeSettings, answer_trees, grow_mean, read_matrix
from dafeng.power.forecast.weather_features import describe_weather
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.power.forecast.stations import History, Kind

WHOLE = 0.95
"""A weather year counts when this share of its intervals is known."""
HALF = 0.5
"""Share of a year's output that must be measured before it is corrected."""
FEWEST_YEARS = 2


def normalise_generation(
    history: History, station_id: str, kind: Kind, trees: TreeSettings | None = None
) -> pl.DataFrame:
    """Return the weather index and the corrected output of every whole weather year.

    Parameters
    ----------
    history : History
        Output and weather; of several runs for a moment the newest is taken.
    station_id : str
    kind : {"wind", "pv"}
    trees : TreeSettings, optional

    Returns
    -------
    polars.DataFrame
        Contract :class:`~dafeng.power.forecast.contracts.NormalisedGeneration`; shares of capacity.

    Raises
    ------
    InputRefused
        ``forecast_years_few``, ``forecast_feature_missing`` without weather.
    """
    station = history.stations[station_id]
    runs = history.weather.get(station_id)
    if runs is None:
        raise InputRefused.of("forecast_feature_missing", names=f"weather: {station_id}")
    frame = _expect_output(station, runs, kind, trees or TreeSettings())
    by_year = _sum_years(frame, station.step_minutes)
    years = by_year.filter(pl.col("covered_share") >= WHOLE)
    if years.height < FEWEST_YEARS:
        raise InputRefused.of("forecast_years_few", station=station_id, count=years.height)
    normal = float(np.mean(years["weather_share"].to_numpy()))
    enough = pl.col("measured") >= HALF * pl.col("n")
    corrected = pl.when(enough).then(normal * pl.col("observed_share") / pl.col("modelled"))
    table = years.select(
        pl.lit(station_id).alias("station"), "year",
        pl.when(enough).then("observed_share").alias("observed_share"), "weather_share",
        pl.lit(normal).alias("normal_share"),
        pl.lit(float(np.std(years["weather_share"].to_numpy(), ddof=1))).alias("deviation_share"),
        (pl.col("weather_share") / normal).alias("index_ratio"),
        corrected.alias("normalised_share"), pl.col("covered_share").clip(0, 1),
        pl.lit(years.height, pl.Int64).alias("weather_years"),
    )  # fmt: skip
    return check(table, NormalisedGeneration)


def _sum_years(frame: pl.DataFrame, step_minutes: int) -> pl.DataFrame:
    """Return by year what the weather allowed, what was measured, and both over the same intervals."""
    covered = pl.col("n") * step_minutes / (pl.col("days") * 1440)
    return (
        frame.group_by(pl.col("valid").dt.year().cast(pl.Int64).alias("year"))
        .agg(
            n=pl.len(), days=pl.col("valid").first().dt.is_leap_year().cast(pl.Int64) + 365,
            weather_share=pl.col("expected").mean(), measured=pl.col("known").sum(),
            observed_share=pl.col("output").filter(pl.col("known")).mean(),
            modelled=pl.col("expected").filter(pl.col("known")).mean(),
        )
        .with_columns(covered_share=covered)
        .sort("year")
    )  # fmt: skip


def _weather_by_moment(runs: WeatherRuns, kind: Kind, step_minutes: int) -> pl.DataFrame:
    """Return the features of each moment from the newest run, with hour and season."""
    described = describe_weather(runs, kind, step_minutes).sort("issued")
    newest = described.group_by("valid", maintain_order=True).last().drop("issued", "ahead").sort("valid")
    minute = pl.col("valid").dt.hour().cast(pl.Int32) * 60 + pl.col("valid").dt.minute()
    turn = pl.col("valid").dt.ordinal_day() * (2 * np.pi / 365.25)
    return newest.with_columns(hour=minute / 60, season_sin=turn.sin(), season_cos=turn.cos())


def _expect_output(station: Station, runs: WeatherRuns, kind: Kind, trees: TreeSettings) -> pl.DataFrame:
    """Return every moment of the weather with what it allowed, what came, and whether that was measured."""
    step = station.step_minutes
    frame = _weather_by_moment(runs, kind, step)
    driver = main_variable(runs, kind)
    power = station.frame.rename({"time": "valid"})
    frame = frame.join(power, on="valid", how="left", maintain_order="left")
    if driver:
        seen = frame.select(
            "output", "curtailed", pl.col(driver).alias("driver"), pl.col("valid").alias("time")
        )
        frame = frame.with_columns(curtailed=flag_curtailment(seen, step))
    known = pl.col("output").is_not_null() & ~pl.col("curtailed").fill_null(value=False)
    features = [name for name in frame.columns if name not in {"valid", *power.columns}]
    learn = frame.filter(known)
    if learn.height * step < 28 * 1440:
        days = f"{learn.height * step / 1440:.0f}"
        raise InputRefused.of("forecast_history_short", station=station.id, days=days, need=28)
    models = grow_mean(read_matrix(learn, features), learn["output"].to_numpy(), trees)
    expected = answer_trees(models, read_matrix(frame, features)).mean(axis=1)
    return frame.with_columns(expected=pl.Series(expected), known=known)
