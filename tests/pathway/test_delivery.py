"""Levers in time: observations go first, orders follow, bounds and ceilings hold."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.pathway.delivery import LeverState, deliver_lever, schedule_lever, yearly_figures
from dafeng.scenario import Lever

YEARS = np.arange(2022, 2061)


def state(**changes: object) -> LeverState:
    given_ = {
        "id": "L", "observed": np.full(len(YEARS), 10.0), "known": 0, "lower": 0.0, "upper": 100.0,
        "direction": "up", "success_low": 1.0, "success_high": 1.0,
    }  # fmt: skip
    return LeverState(**(given_ | changes))  # type: ignore[arg-type]


def test_an_order_runs_from_today_to_its_value_and_then_on_at_its_pace() -> None:
    path = schedule_lever(state(), Lever(id="L", start=2025, end=2030, value=60, then=2), YEARS)
    assert path[YEARS <= 2025].tolist() == [10.0] * 4
    assert path[YEARS == 2030][0] == 60
    assert path[YEARS == 2040][0] == 80
    assert path[-1] == 100  # the upper bound holds


def test_a_target_year_that_is_past_applies_from_the_first_year_that_is_not_observed() -> None:
    seen = np.concatenate([[10, 20, 30, 40], np.full(len(YEARS) - 4, 40.0)])
    path = schedule_lever(state(observed=seen, known=3), Lever(id="L", start=2022, end=2024, value=50), YEARS)
    assert path[:4].tolist() == [10, 20, 30, 40]
    assert path[4] == 50


def test_a_lever_is_never_ordered_back() -> None:
    path = schedule_lever(state(), Lever(id="L", start=2025, end=2030, value=5), YEARS)
    assert (path == 10).all()
    down = schedule_lever(state(direction="down"), Lever(id="L", start=2025, end=2030, value=5), YEARS)
    assert down[-1] == 5


@pytest.mark.parametrize("shape", ["linear", "step", "s_curve"])
@given(value=st.floats(10, 100), start=st.integers(2022, 2040), span=st.integers(0, 20))
def test_schedules_are_monotone_and_end_at_their_value(
    shape: str, value: float, start: int, span: int
) -> None:
    order = Lever(id="L", start=start, end=start + span, value=value, shape=shape)  # type: ignore[arg-type]
    path = schedule_lever(state(), order, YEARS)
    assert (np.diff(path) >= -1e-9).all()
    assert path[-1] == pytest.approx(value)
    assert path[0] == 10


@given(low=st.floats(0, 1), width=st.floats(0, 1), place=st.floats(0, 1))
def test_delivery_lies_between_today_and_the_order(low: float, width: float, place: float) -> None:
    one = state(success_low=low, success_high=min(low + width, 1.0))
    ordered = schedule_lever(one, Lever(id="L", start=2023, end=2030, value=60), YEARS)
    value = deliver_lever(one, ordered, np.array([place]))[:, 0]
    assert (value >= one.observed - 1e-9).all()
    assert (value <= ordered + 1e-9).all()


def test_exact_figures_go_before_bounds_and_later_ones_before_earlier() -> None:
    rows = pl.DataFrame({
        "series_id": ["s"] * 4, "region": ["R"] * 4, "period": ["2022", "2022", "2023", "2023-04"],
        "value": [1.0, 2.0, 3.0, 9.0], "bound": ["eq", "ge", "eq", "eq"],
        "known_on": ["2023", "2024", "2024", "2023"],
    })  # fmt: skip
    assert yearly_figures(rows, "R") == {"s": {2022: 1.0, 2023: 3.0}}
