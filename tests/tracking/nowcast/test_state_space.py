"""The model finds a season and a growth that are there, keeps spans together, and agrees with a peer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.tracking.nowcast.conftest import SEASON, slots_of

from dafeng.monthly import Span
from dafeng.tracking.nowcast.grid import SLOTS, Season, lay_grid
from dafeng.tracking.nowcast.state_space import Ratio, estimate_ratio, filter_grid, simulate_slots

MONTHS = [(1, 2), *((month, month) for month in range(3, 13))]


def spans_of(first: int, last: int, **how: float) -> list[Span]:
    return [
        Span(year, *MONTHS[slot], float(value))
        for year in range(first, last + 1)
        for slot, value in enumerate(slots_of(year, **how))
    ]


def join_spans(spans: list[Span], year: int, first: int, last: int) -> list[Span]:
    inside = [span for span in spans if span.year == year and span.first >= first and span.last <= last]
    rest = [span for span in spans if span not in inside]
    return sorted([*rest, Span(year, first, last, sum(span.value for span in inside))])


def test_january_with_february_is_the_first_slot_and_a_gap_stays_one_observation() -> None:
    grid = lay_grid(join_spans(spans_of(2020, 2021), 2021, 5, 8), 2021, 8)
    assert grid is not None
    assert [(o.first, o.last) for o in grid.observations[:2]] == [(0, 0), (1, 1)]
    assert [(o.first, o.last) for o in grid.observations if o.last > o.first] == [(14, 17)]
    assert grid.last_known == 21


def test_an_item_of_zeros_gives_no_grid() -> None:
    assert lay_grid([Span(2020, 1, 2, 0.0)], 2020, 8) is None
    assert lay_grid([], 2020, 8) is None


def test_shares_are_those_of_the_season() -> None:
    grid = lay_grid(spans_of(2014, 2021, noise=0.0, growth=0.0), 2021, 8)
    assert grid is not None
    assert grid.season.shares == pytest.approx(SEASON / SEASON.sum())


def test_the_noise_of_a_slot_is_found() -> None:
    rng = np.random.default_rng(5)
    loud = [
        Span(s.year, s.first, s.last, s.value * float(np.exp(0.3 * rng.standard_normal())) if s.last == 2
             else s.value)
        for s in spans_of(2010, 2021)
    ]  # fmt: skip
    grid = lay_grid(loud, 2021, 12)
    assert grid is not None
    noise = grid.season.noise
    assert noise[0] > 2 * noise[1:].max()


def test_forecast_and_spread_are_those_of_the_structural_model_of_statsmodels() -> None:
    from statsmodels.api import tsa  # noqa: PLC0415 - slow import

    spans = spans_of(2014, 2021)
    grid = lay_grid(spans, 2022, 9)
    assert grid is not None
    grid = replace(grid, season=Season(grid.season.shares, np.ones(SLOTS)))
    ours = filter_grid(grid, Ratio(0.5, 0.0))
    assert ours is not None
    peer = tsa.UnobservedComponents(
        np.log([span.value for span in spans]), level="llevel", seasonal=SLOTS, stochastic_seasonal=False
    )
    forecast = peer.smooth([ours.variance, 0.5 * ours.variance]).get_forecast(SLOTS)
    means, paths = simulate_slots(ours, grid.last_known, grid.size - 1, 40_000, 1)
    assert means == pytest.approx(forecast.predicted_mean, abs=1e-6)
    assert paths.std(axis=1) == pytest.approx(forecast.se_mean, rel=0.02)


def test_a_missing_figure_of_one_month_changes_the_state_little() -> None:
    spans = spans_of(2014, 2021)
    whole, joined = (lay_grid(each, 2022, 9) for each in (spans, join_spans(spans, 2021, 6, 9)))
    assert whole is not None
    assert joined is not None
    ratio = estimate_ratio(whole)
    assert ratio is not None
    ends = []
    for grid in (whole, joined):
        filtered = filter_grid(grid, ratio)
        assert filtered is not None
        ends.append(simulate_slots(filtered, grid.last_known, grid.size - 1, 10, 1)[0])
    assert ends[0] == pytest.approx(ends[1], abs=0.02)


def test_a_whole_year_in_one_figure_is_a_sum_and_not_a_month() -> None:
    spans = join_spans(spans_of(2014, 2021), 2018, 1, 12)
    grid = lay_grid(spans, 2022, 9)
    assert grid is not None
    ratio = estimate_ratio(grid)
    assert ratio is not None
    filtered = filter_grid(grid, ratio)
    assert filtered is not None
    means, _ = simulate_slots(filtered, grid.last_known, grid.size - 1, 10, 1)
    assert np.exp(means).sum() == pytest.approx(slots_of(2022).sum(), rel=0.03)


def test_a_short_history_and_a_line_without_noise_give_no_model() -> None:
    short = lay_grid(spans_of(2020, 2021), 2021, 8)
    assert short is not None
    assert estimate_ratio(short) is None
    flat = lay_grid(spans_of(2014, 2021, noise=0.0, growth=0.0), 2021, 8)
    assert flat is not None
    ratio = estimate_ratio(flat)
    assert ratio is None or filter_grid(flat, ratio) is not None
