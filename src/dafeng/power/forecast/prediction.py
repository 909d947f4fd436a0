"""Foretelling: a trained model, the newest history and weather in, a table of forecasts out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.aggregation import COLUMNS
from dafeng.power.forecast.contracts import ForecastValue
from dafeng.power.forecast.horizon import HORIZONS
from dafeng.power.forecast.model import foretell
from dafeng.power.forecast.samples import build_samples
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dafeng.power.forecast.model import StationModel
    from dafeng.power.forecast.stations import History, Station


def foretell_station(history: History, model: StationModel, since: datetime | None = None) -> pl.DataFrame:
    """Return the forecasts of a station.

    Parameters
    ----------
    history : History
        With the output known so far and the newest weather.
    model : StationModel
    since : datetime, optional
        Issue times from this one on; default the newest one only.

    Returns
    -------
    polars.DataFrame
        Contract :class:`~dafeng.power.forecast.contracts.ForecastValue`.

    Raises
    ------
    InputRefused
        ``forecast_station_missing``, ``forecast_feature_missing``, ``forecast_step_other``,
        ``forecast_nothing_to_predict``.
    """
    station = _find_station(history, model)
    horizon = HORIZONS[model.horizon]
    samples = build_samples(history, model.station, model.kind, horizon)
    _check_features(history, model, samples.features)
    frame = samples.frame.filter(pl.col("lead") > horizon.after)
    newest = frame["issued"].max() if frame.height else None
    start = since or newest
    wanted = frame.filter(pl.col("issued") >= start) if start is not None else frame.clear()
    if wanted.is_empty():
        after = f"{since:%Y-%m-%d %H:%M}" if since else "—"
        raise InputRefused.of("forecast_nothing_to_predict", station=model.station, after=after)
    learned = pl.lit(model.trained_to).str.to_datetime("%Y-%m-%d %H:%M")
    frame = frame.filter((pl.col("issued") > learned) | (pl.col("issued") >= start))
    told = foretell(model, frame, follow=True)
    capacity = station.frame["capacity_mw"][-1]
    text = "%Y-%m-%d %H:%M"
    table = frame.select(
        station=pl.lit(model.station), issued=pl.col("issued").dt.strftime(text),
        valid=pl.col("valid").dt.strftime(text), lead_hours="lead", model=pl.lit(model.method),
        weather=pl.lit(model.weather), capacity_mw=pl.lit(capacity, pl.Float64),
        power_mw=pl.Series(told.mean) * pl.lit(capacity, pl.Float64),
        output_share=pl.Series(np.clip(told.mean, 0, 1)),
        **{column: pl.Series(told.quantiles[:, i]) for i, column in enumerate(COLUMNS)},
    )  # fmt: skip
    return check(table.filter((frame["issued"] >= start).to_numpy()), ForecastValue)


def _find_station(history: History, model: StationModel) -> Station:
    if model.station not in history.stations:
        raise InputRefused.of("forecast_station_missing", station=model.station)
    station = history.stations[model.station]
    have, need = station.step_minutes, model.step_minutes
    if have != need:
        raise InputRefused.of("forecast_step_other", station=model.station, have=have, need=need)
    return station


def _check_features(history: History, model: StationModel, present: Sequence[str]) -> None:
    lacking = set(model.forest.features if model.forest else ()) - set(present)
    if lacking or history.weather_kind(model.station) != model.weather:
        names = ", ".join(sorted(lacking)[:12]) or f"weather: {model.weather}"
        raise InputRefused.of("forecast_feature_missing", names=names)
