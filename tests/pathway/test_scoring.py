"""Scores against closed forms, and the interval of a share against published values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import scoringrules
from scipy.stats import norm

from dafeng.pathway.scoring import score_draws, summarise_scores, wilson_interval

LABEL = ("engine", "group", "steel", "Mt")


def test_the_score_of_a_large_normal_ensemble_is_the_closed_form() -> None:
    # quantiles in the middle of equal parts of the law: an ensemble without chance
    draws = 3.0 + 2.0 * norm.ppf((np.arange(8000) + 0.5) / 8000)
    scores = score_draws(LABEL, np.array([2016]), draws[None, :], np.array([4.5]))
    assert scores["crps"][0] == pytest.approx(float(scoringrules.crps_normal(4.5, 3.0, 2.0)), rel=2e-3)
    assert scores["p95"][0] == pytest.approx(3.0 + 2.0 * norm.ppf(0.95), rel=1e-3)


def test_the_closed_form_itself() -> None:
    # CRPS of N(0,1) at 0: (sqrt(2) - 1) / sqrt(pi)
    assert float(scoringrules.crps_normal(0.0, 0.0, 1.0)) == pytest.approx((np.sqrt(2) - 1) / np.sqrt(np.pi))


def test_years_without_an_outcome_are_not_scored() -> None:
    draws = np.random.default_rng(0).normal(size=(3, 50))
    scores = score_draws(LABEL, np.array([2016, 2017, 2018]), draws, np.array([0.0, np.nan, 9.0]))
    assert scores["year"].to_list() == [2016, 2018]
    assert scores["inside90"].to_list() == [True, False]


def test_a_true_forecast_covers_what_it_says() -> None:
    rng = np.random.default_rng(4)
    draws = rng.normal(size=(3000, 400))
    scores = score_draws(LABEL, np.arange(1, 3001), draws, rng.normal(size=3000))
    row = summarise_scores(scores).filter(pl.col("target") == "groups").row(0, named=True)
    assert row["coverage90"] == pytest.approx(0.9, abs=0.02)
    assert row["coverage50"] == pytest.approx(0.5, abs=0.03)
    assert row["low90"] < row["coverage90"] < row["high90"]


def test_skill_is_measured_on_the_same_forecasts() -> None:
    years, observed = np.arange(2016, 2020), np.array([1.0, 2.0, 3.0, 4.0])
    rng = np.random.default_rng(7)
    good = score_draws(LABEL, years, observed[:, None] + 0.1 * rng.normal(size=(4, 300)), observed)
    naive = ("naive_trend", "group", "steel", "Mt")
    poor = score_draws(naive, years[:2], 5 + observed[:2, None] + rng.normal(size=(2, 300)), observed[:2])
    row = summarise_scores(pl.concat([good, poor])).filter(
        (pl.col("model") == "engine") & (pl.col("target") == "steel")
    )
    expected = 1 - good["crps"][:2].sum() / poor["crps"].sum()
    assert row["skill"][0] == pytest.approx(expected)
    assert row["n"][0] == 4


def test_series_of_several_units_have_no_mean_score() -> None:
    draws = np.ones((1, 10)) + np.linspace(-0.1, 0.1, 10)
    parts = [
        score_draws(("engine", "indicator", name, unit), np.array([2023]), draws, np.array([1.0]))
        for name, unit in (("a", "GW"), ("b", "TWh"))
    ]
    row = summarise_scores(pl.concat(parts)).filter(pl.col("target") == "indicators").row(0, named=True)
    assert row["mean_crps"] is None
    assert row["coverage90"] == 1.0


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=6e-5)
