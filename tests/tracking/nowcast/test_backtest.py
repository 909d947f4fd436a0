"""Scores: the same cases for all methods, nothing known later, and what the real series of a province say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.monthly import FlashFigures, Issue, unit_of
from dafeng.table import frame_of
from dafeng.tracking.nowcast import ORIGINS, score_nowcasts
from dafeng.tracking.nowcast.backtest import _judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATE = date(2030, 1, 1)
ITEMS = {
    "elec_consumption_ytd": "electricity_use", "crude_steel_output_ytd": "crude_steel",
    "cement_output_ytd": "cement", "capacity_added_solar_ytd": "solar_added",
}  # fmt: skip


def test_crps_of_draws_by_its_definition() -> None:
    draws, truth = np.array([1.0, 2.0, 4.0]), 3.0
    pairs = np.abs(draws[:, None] - draws[None, :]).mean() / 2
    case = _judge("cement", 6, "naive", draws, truth)
    assert case.crps == pytest.approx(np.abs(draws - truth).mean() - pairs)


def test_every_method_has_the_same_cases(monthly: Callable[..., pl.DataFrame]) -> None:
    scores = score_nowcasts(monthly(2013, 2021, growth=0.0), LATE, months=(6, 9))
    assert scores["through_month"].unique().sort().to_list() == [6, 9]
    assert scores.group_by("through_month").agg(pl.col("cases").n_unique())["cases"].to_list() == [1] * 2
    naive = scores.filter(pl.col("method") == "seasonal_naive")
    assert naive["crps_ratio"].to_list() == [1.0] * 2
    best = scores.filter(pl.col("method") == "state_space")
    assert best["crps"].sum() < naive["crps"].sum()  # the series is of the model's kind
    assert best["crps"].to_list() == sorted(best["crps"], reverse=True)


def test_scores_of_a_day_use_no_later_total(monthly: Callable[..., pl.DataFrame]) -> None:
    whole = monthly(2014, 2021)
    until = score_nowcasts(monthly(2014, 2019), LATE, months=(6,))
    assert score_nowcasts(whole, date(2020, 2, 1), months=(6,)).equals(until)


def test_a_series_without_a_past_has_no_scores(monthly: Callable[..., pl.DataFrame]) -> None:
    assert score_nowcasts(monthly(2020, 2021), LATE).is_empty()


@pytest.fixture(scope="module")
def province(data_dir: Path) -> pl.DataFrame:
    path = data_dir / "tracking" / "series_monthly_crea.csv"
    table = pl.read_csv(path, infer_schema_length=None).filter(pl.col("variable").is_in(list(ITEMS)))
    rows = [
        {
            "region": "CN-SX", "period": f"{period} ytd", "item": ITEMS[variable],
            "known_on": Issue(int(period[:4]), max(int(period[5:7]), 2)).opens_on(25).isoformat(),
            "known_assumed": True, "unit": unit_of(ITEMS[variable]), "value": float(value), "source": None,
        }
        for period, variable, value in table.select("period", "variable", "value").iter_rows()
    ]  # fmt: skip
    return frame_of(rows, FlashFigures)


@pytest.mark.data
def test_the_real_series_of_a_province(province: pl.DataFrame) -> None:
    scores = score_nowcasts(province, LATE)
    ours = scores.filter(pl.col("method") == "state_space")
    ratio = {
        (item, month): value
        for item, month, value in ours.select("item", "through_month", "crps_ratio").iter_rows()
    }
    steady = [item for item in ITEMS.values() if item != "solar_added"]
    assert np.exp(np.mean([np.log(ratio[item, month]) for item in steady for month in ORIGINS])) < 0.85
    assert max(ratio[item, 9] for item in ITEMS.values()) < 0.8
    assert ratio["solar_added", 6] < 0.3
    assert ratio["crude_steel", 6] > 1  # closing within a quota in winter: the model is not better here
    covered = ours.select((pl.col("coverage90_share") * pl.col("cases")).sum() / pl.col("cases").sum()).item()
    assert 0.75 < covered <= 0.98
