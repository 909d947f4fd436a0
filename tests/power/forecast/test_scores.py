"""Formulas by hand, intervals that hold, plateaus that are found, a total that respects dependence."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm
from tests.power.forecast.made_stations import END, START, as_file, make_sun, make_wind

from dafeng.errors import InputRefused
from dafeng.power.forecast.aggregation import draw_total, learn_dependence
from dafeng.power.forecast.backtest import BacktestPlan, backtest_station
from dafeng.power.forecast.baselines import Foretold
from dafeng.power.forecast.conformal import calibrate, move_quantiles, split_weeks, track_moves
from dafeng.power.forecast.curtailment import flag_curtailment
from dafeng.power.forecast.horizon import HORIZONS, LEVELS
from dafeng.power.forecast.io import read_history
from dafeng.power.forecast.model import StationModel, TrainPlan, rank_output, train_station
from dafeng.power.forecast.model_file import ForecastBundle, read_bundle, write_bundle
from dafeng.power.forecast.normalisation import normalise_generation
from dafeng.power.forecast.prediction import foretell_station
from dafeng.power.forecast.rules import FORMULAS, score_rule
from dafeng.power.forecast.samples import build_samples
from dafeng.power.forecast.scores import draw_blocks, score_backtest, sum_days
from dafeng.power.forecast.stations import History
from dafeng.power.forecast.trees import TreeSettings
from dafeng.provenance import hash_json

SMALL = TreeSettings(rounds=30, leaves=15)
ACTUAL, FORECAST = np.array([0.5, 0.2, 0.0, 0.8]), np.array([0.4, 0.5, 0.05, 0.8])


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("rmse", 1 - np.sqrt((0.01 + 0.09 + 0.0025) / 4)),
        ("mae", 1 - 0.45 / 4),
        ("pass", 0.75),
        ("cubic", 1 - np.sqrt((0.001 + 0.027 + 0.000125) / 0.45)),
        ("relative", 1 - np.sqrt((0.2**2 + 1.5**2) / 3)),
        ("harmonic", 1 - 2 * ((5 / 9 - 0.5) * 0.1 + (0.5 - 2 / 7) * 0.3 + 0.5 * 0.05) / 0.45),
    ],
)
def test_each_formula_by_hand(formula: str, value: float) -> None:
    assert FORMULAS[formula](ACTUAL, FORECAST, 0.8) == pytest.approx(value)
    assert FORMULAS[formula](ACTUAL, ACTUAL, 0.8) == pytest.approx(1.0)


def test_a_rule_is_the_mean_of_its_days_with_a_penalty_for_the_short_ones() -> None:
    rule = {"formula": "mae", "threshold": 0.85, "pass_share": None, "penalty_hours": 1.5}
    day = np.array([0, 0, 1, 1])
    score = score_rule(rule, ACTUAL, FORECAST, day)
    assert score.accuracy == pytest.approx((0.8 + 0.975) / 2)
    assert score.passed_share == 0.5
    assert score.passed is True
    assert score.penalty_hours == pytest.approx(1.5 * 0.05 / 2)


def test_crps_and_pinball_of_a_forecast_without_spread_are_its_absolute_error() -> None:
    told = Foretold(FORECAST, np.tile(FORECAST[:, None], len(LEVELS)))
    sums = sum_days(ACTUAL, told, np.zeros(4, int))
    assert sums.crps[0] == pytest.approx(0.45, rel=0.02)
    assert sums.pinball[0] == pytest.approx(0.45 / 2, rel=0.25)


def test_blocks_keep_the_number_of_days_and_the_neighbours() -> None:
    drawn = draw_blocks(100)
    assert (drawn.sum(axis=1) == 100).all()
    assert np.corrcoef(drawn[:, 10], drawn[:, 11])[0, 1] > 0.7
    assert abs(np.corrcoef(drawn[:, 10], drawn[:, 60])[0, 1]) < 0.3


def test_conformal_moves_mend_intervals_that_are_too_narrow() -> None:
    generator = np.random.default_rng(5)
    centre = generator.uniform(0.3, 0.7, 8000)
    output = np.clip(centre + generator.normal(0, 0.08, 8000), 0, 1)
    narrow = np.clip(centre[:, None] + 0.03 * norm.ppf(LEVELS), 0, 1)
    moved = move_quantiles(narrow[4000:], calibrate(narrow[:4000], output[:4000]))
    inside = (output[4000:] >= moved[:, 0]) & (output[4000:] <= moved[:, -1])
    assert inside.mean() == pytest.approx(0.8, abs=0.02)
    assert (np.diff(moved, axis=1) >= 0).all()


def test_intervals_follow_a_change_of_the_spread() -> None:
    generator = np.random.default_rng(6)
    hours = np.arange(400 * 24) * 60
    spread = np.where(np.arange(len(hours)) < len(hours) // 4, 0.05, 0.12)
    output = np.clip(0.5 + spread * generator.standard_normal(len(hours)), 0, 1)
    quantiles = np.tile(0.5 + 0.05 * norm.ppf(LEVELS), (len(hours), 1))
    moves = track_moves(np.zeros(2), quantiles, output, hours, hours + 1500)
    told = move_quantiles(quantiles, moves)[len(hours) // 2 :]
    later = output[len(hours) // 2 :]
    fixed = quantiles[len(hours) // 2 :]
    assert ((later >= fixed[:, 0]) & (later <= fixed[:, -1])).mean() < 0.5
    assert ((later >= told[:, 0]) & (later <= told[:, -1])).mean() == pytest.approx(0.8, abs=0.02)


def test_calibration_weeks_are_apart_from_learning_weeks() -> None:
    valid = pl.Series(pl.datetime_range(START, datetime.fromisoformat("2023-12-31"), "1h", eager=True))
    learn, check = split_weeks(valid)
    days = valid.dt.date().cast(int).to_numpy()
    assert not (learn & check).any()
    assert np.abs(days[learn][:, None] - np.unique(days[check])).min() >= 2
    assert len(set(valid.filter(pl.Series(check)).dt.quarter())) == 4


def test_a_plateau_far_below_the_weather_is_flagged_and_a_lull_is_not() -> None:
    hours = 2000
    speed = np.abs(np.sin(np.arange(hours) / 30)) * 14 + np.random.default_rng(2).normal(0, 0.2, hours)
    output = np.clip((speed / 12) ** 3, 0, 1)
    strong = np.convolve(output > 0.75, np.ones(6), "valid") == 6
    windy = int(np.flatnonzero(strong)[20])
    cut = output.copy()
    cut[windy : windy + 5] = 0.3
    times = pl.datetime_range(START, interval="1h", end=END, eager=True)[:hours]
    frame = pl.DataFrame({"time": times, "output": cut, "driver": speed, "curtailed": False})
    flagged = flag_curtailment(frame, 60).to_numpy()
    assert flagged[windy : windy + 5].all()
    assert flagged.sum() <= 6
    assert not flag_curtailment(frame.with_columns(output=pl.Series(output)), 60).any()
    owner = frame.with_columns(curtailed=pl.int_range(pl.len()) == 9)
    assert flag_curtailment(owner, 60)[9]


@pytest.mark.parametrize("link", [0.0, 0.6, 1.0])
def test_the_total_of_dependent_normals_has_their_spread(link: float) -> None:
    levels = np.array(LEVELS)
    table = np.tile(0.5 + 0.1 * norm.ppf(levels), (3, 1))
    correlation = np.full((4, 4), link) + (1 - link) * np.eye(4)
    made = draw_total([table] * 4, np.full(4, 0.25), correlation)
    expected = 0.1 * np.sqrt((1 + 3 * link) / 4)
    assert (made[:, -1] - made[:, 0]) / 2 / norm.ppf(0.9) == pytest.approx(np.full(3, expected), rel=0.09)


def test_ranks_are_uniform_where_the_forecast_is_right() -> None:
    output = np.random.default_rng(1).uniform(0, 1, 20_000)
    rank = rank_output(np.tile(LEVELS, (len(output), 1)), output)
    assert np.histogram(rank, 10, (0, 1))[0] / 2000 == pytest.approx(np.ones(10), abs=0.12)


@pytest.fixture(scope="module")
def wind_history() -> History:
    """Return two farms; the second one has weather of its own."""
    pairs = [make_wind(150), make_wait()]
    power, weather = (pl.concat(part) for part in zip(*pairs, strict=True))
    return read_history(as_file(power, "p.csv"), as_file(weather, "w.csv"))


def make_wait() -> tuple[pl.DataFrame, pl.DataFrame]:
    return make_wind(150, seed=21, station="w2")


@pytest.fixture(scope="module")
def models(wind_history: History) -> tuple[StationModel, ...]:
    made = []
    for station in ("w1", "w2"):
        samples = build_samples(wind_history, station, "wind", HORIZONS["day_ahead"])
        plan = TrainPlan("wind", "day_ahead", trees=SMALL)
        made.append(train_station(wind_history, station, samples, plan, datetime.fromisoformat("2023-05-01")))
    return tuple(made)


def test_a_model_file_comes_back_as_it_was(wind_history: History, models: tuple[StationModel, ...]) -> None:
    raw = write_bundle(ForecastBundle(models, learn_dependence(models)))
    back = read_bundle(raw, "m.json")
    assert write_bundle(back) == raw
    told = [foretell_station(wind_history, m) for m in (models[0], back.models[0])]
    assert told[0].equals(told[1])
    assert told[0].height == 24
    assert told[0]["p10_share"].le(told[0]["p90_share"]).all()


def test_damage_of_a_model_file_is_refused(models: tuple[StationModel, ...]) -> None:
    raw = write_bundle(ForecastBundle(models[:1], np.eye(1)))
    head = json.loads(raw)
    swapped = raw.replace(b'"station": "w1"', b'"station": "w9"')
    body = head["body"] | {"levels": [0.1]}
    wrong = json.dumps(head | {"body": body, "sha256": hash_json(body)}).encode()
    other = json.dumps(head | {"version": 99}).encode()
    for broken in (raw[:-40], swapped, wrong, other, b"\x80\x04pickle", b"[]", b""):
        assert broken != raw
        with pytest.raises(InputRefused) as caught:
            read_bundle(broken, "m.json")
        assert caught.value.findings[0].code == "forecast_model_damaged"


def test_training_twice_gives_the_same_bytes(wind_history: History, models: tuple[StationModel, ...]) -> None:
    samples = build_samples(wind_history, "w1", "wind", HORIZONS["day_ahead"])
    plan = TrainPlan("wind", "day_ahead", trees=SMALL)
    again = train_station(wind_history, "w1", samples, plan, datetime.fromisoformat("2023-05-01"))
    assert write_bundle(ForecastBundle((again,), np.eye(1))) == write_bundle(
        ForecastBundle(models[:1], np.eye(1))
    )


def test_other_data_than_in_training_are_refused(
    wind_history: History, models: tuple[StationModel, ...]
) -> None:
    bare = History(wind_history.stations, {})
    with pytest.raises(InputRefused) as caught:
        foretell_station(bare, models[0])
    assert caught.value.findings[0].code == "forecast_feature_missing"
    with pytest.raises(InputRefused) as caught:
        foretell_station(History({}, {}), models[0])
    assert caught.value.findings[0].code == "forecast_station_missing"


def test_skill_is_won_where_weather_tells_the_output(wind_history: History) -> None:
    plan = TrainPlan("wind", "day_ahead", trees=SMALL)
    when = BacktestPlan(datetime.fromisoformat("2023-04-01"), datetime.fromisoformat("2023-05-25"), 0)
    scores = score_backtest(
        backtest_station(wind_history, "w1", plan, when),
        pl.DataFrame(schema={"kind": pl.String, "horizon": pl.String}),
    )
    value = {(row["model"], row["measure"]): row["value"] for row in scores.to_dicts()}
    assert value["lightgbm", "skill_pinball_climatology"] > 0.3
    assert value["lightgbm", "skill_pinball_persistence"] > 0.3
    assert value["blend", "accuracy"] >= value["persistence", "accuracy"]
    assert set(scores["test_from"]) == {"2023-04-02"}


def test_without_the_past_or_the_test_nothing_is_said(wind_history: History) -> None:
    plan = TrainPlan("wind", "day_ahead", method="statistics")
    for day, code in (
        (datetime.fromisoformat("2023-01-09"), "forecast_history_short"),
        (datetime.fromisoformat("2025-01-01"), "forecast_no_test"),
    ):
        with pytest.raises(InputRefused) as caught:
            backtest_station(
                wind_history, "w1", plan, BacktestPlan(day, datetime.fromisoformat("2025-02-01"), 0)
            )
        assert caught.value.findings[0].code == code


def test_a_dim_year_is_corrected_upward() -> None:
    power, weather = make_sun(days=731)
    second = pl.col("time").str.starts_with("2024")
    dim = power.with_columns(pl.when(second).then(0.8 * pl.col("power")).otherwise("power").alias("power"))
    dark = weather.with_columns(
        pl.when(pl.col("valid").str.starts_with("2024"))
        .then(0.8 * pl.col("irradiance"))
        .otherwise("irradiance")
        .alias("irradiance")
    )
    history = read_history(as_file(dim, "p.csv"), as_file(dark, "w.csv"))
    table = normalise_generation(history, "s1", "pv", SMALL)
    first, last = table.to_dicts()
    assert last["index_ratio"] < 0.93
    assert first["index_ratio"] > 1.06
    assert last["normalised_share"] == pytest.approx(first["normalised_share"], rel=0.05)
    assert last["observed_share"] < 0.85 * first["observed_share"]
    with pytest.raises(InputRefused):
        normalise_generation(History(history.stations, {}), "s1", "pv")
