"""The airport game of Littlechild and Owen: the printed example, and their rule for larger games."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dafeng.pathway import attribute, attribute_with_error

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


def runway(costs: dict[str, float], on: frozenset[str]) -> float:
    return max((costs[name] for name in on), default=0.0)


def rule(costs: dict[str, float]) -> dict[str, float]:
    """Every piece of the runway is shared by those that need it."""
    ordered = sorted(costs, key=lambda name: costs[name])
    pieces = np.diff([0.0, *(costs[name] for name in ordered)])
    shares = np.cumsum(pieces / np.arange(len(ordered), 0, -1))
    return dict(zip(ordered, shares.tolist(), strict=True))


def test_the_printed_example() -> None:
    costs = {row["aircraft"]: float(row["runway_cost"]) for row in ROWS}
    found = attribute(lambda on: runway(costs, on), list(costs))
    assert found == pytest.approx({row["aircraft"]: float(row["shapley_value"]) for row in ROWS}, rel=1e-15)
    assert sum(found.values()) == 18.0


def test_the_rule_for_twelve_aircraft() -> None:
    drawn = np.random.default_rng(7).uniform(1, 100, 12).tolist()
    costs = {f"aircraft {place}": cost for place, cost in enumerate(drawn)}
    assert attribute(lambda on: runway(costs, on), list(costs)) == pytest.approx(rule(costs), rel=1e-12)


def test_thirty_aircraft_are_within_the_stated_error_of_the_rule() -> None:
    drawn = np.random.default_rng(8).uniform(1, 100, 30).tolist()
    costs = {f"aircraft {place}": cost for place, cost in enumerate(drawn)}
    found = attribute_with_error(lambda on: runway(costs, on), list(costs), samples=400, seed=5)
    expected = rule(costs)
    away = [
        abs(found.values[name] - expected[name]) / found.standard_errors[name]
        for name in costs
        if found.standard_errors[name] > 0
    ]
    assert len(away) >= 29
    assert max(away) < 4
    assert np.mean(np.array(away) < 1.96) > 0.8
    assert sum(found.values.values()) == max(drawn)
