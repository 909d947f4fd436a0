"""Bars of a tornado chart against a linear model and functions without a direction."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm
from tests.pathway.sensitivity_models import Array, ishigami, linear

from dafeng.errors import InputRefused
from dafeng.pathway.tornado import tornado

UNITS = {"output": "Mt"}


def mean_between(low: float, high: float) -> float:
    """Return the mean of a standard normal between two of its quantiles."""
    ends = norm.ppf([low, high])
    return float((norm.pdf(ends[0]) - norm.pdf(ends[1])) / (high - low))


def test_a_linear_model() -> None:
    weights = np.random.default_rng(2).normal(size=40)
    groups = {f"g{j}": list(range(j, 40, 4)) for j in range(4)}
    table = tornado(partial(linear, weights), groups, UNITS, 4096)
    length = {g: 2 * mean_between(0.85, 0.95) * np.sqrt((weights[c] ** 2).sum()) for g, c in groups.items()}
    for row in table.iter_rows(named=True):
        assert row["high"] - row["low"] == pytest.approx(length[row["group"]], abs=3 * row["standard_error"])
        assert row["low"] < row["mean"] < row["high"]
        assert 0 < row["standard_error"] < 0.2 * length[row["group"]]
    spans = (table["high"] - table["low"]).to_list()
    assert spans == sorted(spans, reverse=True)


def test_a_group_without_influence_gets_no_bar_made_of_chance() -> None:
    rng = np.random.default_rng(3)
    excess = []
    for seed in range(20):
        noise = rng.normal(size=20)
        model = partial(linear, np.concatenate([noise, np.zeros(30)]))
        table = tornado(model, {"active": range(20), "idle": range(20, 50)}, UNITS, 1024, seed)
        idle = table.row(by_predicate=pl.col("group") == "idle", named=True)
        excess.append((idle["high"] - idle["low"]) / idle["standard_error"])
    assert abs(np.mean(excess)) < 3 / np.sqrt(20)


def test_an_input_without_direction_has_a_short_bar() -> None:
    table = tornado(ishigami, {"a": [0], "b": [1], "c": [2]}, UNITS, 8192)
    assert table["group"][0] == "a"
    others = table.filter(pl.col("group") != "a")
    assert ((others["high"] - others["low"]).abs() < 4 * others["standard_error"]).all()
    assert table["mean"].to_list() == pytest.approx([3.5] * 3, abs=0.01)


def test_constant_and_several_outputs() -> None:
    def both(points: Array) -> dict[str, Array]:
        return {"same": np.full(len(points), 2.0), "share": points[:, 0]}

    table = tornado(both, {"a": [0], "b": [1]}, {"same": "Mt", "share": "1"}, names={"a": ("甲", "A")})
    same = table.filter(pl.col("output") == "same")
    assert same.select("low", "high", "mean").unique().rows() == [(2.0, 2.0, 2.0)]
    share = table.row(by_predicate=(pl.col("output") == "share") & (pl.col("group") == "a"), named=True)
    assert (share["zh"], share["en"], share["unit"]) == ("甲", "A", "1")
    assert share["low"] == pytest.approx(0.1, abs=1e-3)
    assert share["high"] == pytest.approx(0.9, abs=1e-3)


def test_too_few_draws_for_the_fit() -> None:
    with pytest.raises(InputRefused) as refused:
        tornado(lambda x: x.sum(axis=1), {"a": range(100)}, UNITS, 1024)
    assert refused.value.findings[0].code == "sensitivity_few_draws"
    assert refused.value.findings[0].params["need"] == 2000
