"""Nothing that happened after the issue time can be seen by a forecast."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from tests.power.forecast.made_stations import as_file, make_sun, make_wind

from dafeng.power.forecast.horizon import HORIZONS
from dafeng.power.forecast.io import read_history
from dafeng.power.forecast.model import TrainPlan, foretell, train_station
from dafeng.power.forecast.samples import KNOWN_COLUMNS, build_samples
from dafeng.power.forecast.trees import TreeSettings

NOW = datetime.fromisoformat("2023-03-01T12:00")
SMALL = TreeSettings(rounds=15, leaves=7)


def spoil(
    power: pl.DataFrame, weather: pl.DataFrame | None, step: int
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the files with output that ended after NOW and weather issued after NOW replaced."""
    late = pl.col("time").str.to_datetime() + timedelta(minutes=step) > NOW
    power = power.with_columns(pl.when(late).then(7.0).otherwise("power").alias("power"))
    if weather is not None:
        later = pl.col("issued").str.to_datetime() > NOW
        names = weather.columns[3:]
        weather = weather.with_columns(
            pl.when(later).then(99.0).otherwise(name).alias(name) for name in names
        )
    return power, weather


@pytest.mark.parametrize("horizon", ["ultra_short", "day_ahead"])
@pytest.mark.parametrize("kind", ["wind", "pv"])
def test_features_do_not_change_when_the_future_does(kind: str, horizon: str) -> None:
    power, weather = make_wind(days=70) if kind == "wind" else (make_sun(days=70)[0], None)
    other, _ = make_wind(days=70, seed=9, station="w2") if kind == "wind" else make_sun(70, 9, "s2")
    step = 60 if kind == "wind" else 15
    frames = []
    for files in (
        (power, other, weather),
        (*[spoil(t, None, step)[0] for t in (power, other)], spoil(power, weather, step)[1]),
    ):
        both = as_file(pl.concat(files[:2]), "p.csv")
        history = read_history(both, as_file(files[2], "w.csv") if files[2] is not None else None)
        samples = build_samples(history, power["station"][0], kind, HORIZONS[horizon])  # type: ignore[arg-type]
        known = set(KNOWN_COLUMNS) - {"persistence", "issued", "valid"}
        frames.append(samples.frame.filter(pl.col("issued") <= NOW).drop(known).sort("issued", "valid"))
    assert frames[0].height > 100
    assert frames[0].equals(frames[1], null_equal=True)


def test_training_until_a_time_sees_nothing_after_it() -> None:
    power, weather = make_wind(days=90)
    texts = []
    for pair in ((power, weather), spoil(power, weather, 60)):
        assert pair[1] is not None
        history = read_history(as_file(pair[0], "p.csv"), as_file(pair[1], "w.csv"))
        samples = build_samples(history, "w1", "wind", HORIZONS["day_ahead"])
        model = train_station(history, "w1", samples, TrainPlan("wind", "day_ahead", trees=SMALL), NOW)
        assert model.trained_to < f"{NOW:%Y-%m-%d %H:%M}"
        texts.append((model.forest, model.moves.tolist(), model.baseline.to_json()))
    assert texts[0] == texts[1]


def test_intervals_follow_only_what_was_known() -> None:
    power, weather = make_wind(days=90)
    quantiles = []
    for pair in ((power, weather), spoil(power, weather, 60)):
        assert pair[1] is not None
        history = read_history(as_file(pair[0], "p.csv"), as_file(pair[1], "w.csv"))
        samples = build_samples(history, "w1", "wind", HORIZONS["day_ahead"])
        plan = TrainPlan("wind", "day_ahead", trees=SMALL)
        model = train_station(history, "w1", samples, plan, datetime.fromisoformat("2023-02-01"))
        test = samples.frame.filter(
            (pl.col("issued") >= datetime.fromisoformat("2023-02-01")) & (pl.col("lead") > 24)
        )
        told = foretell(model, test, follow=True)
        quantiles.append(told.quantiles[(test["issued"] <= NOW).to_numpy()])
    assert (quantiles[0] == quantiles[1]).all()
    assert (quantiles[0] != foretell(model, test).quantiles[: len(quantiles[0])]).any()
