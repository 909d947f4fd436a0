"""Grouped first-order and total indices against SALib, on the same functions and groups."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as sample
from tests.pathway.sensitivity_models import g_function, ishigami

from dafeng.pathway.sensitivity import Model, shapley_effects

CASES: list[tuple[Model, list[str]]] = [
    (ishigami, ["a", "b", "c"]),
    (ishigami, ["a", "b", "a"]),
    (g_function, ["p", "q", "r", "p", "q", "r"]),
    (g_function, ["p", "p", "q", "q", "s", "t"]),
]


@pytest.mark.parametrize(("model", "labels"), CASES)
def test_grouped_indices(model: Model, labels: list[str]) -> None:
    names = [f"x{i}" for i in range(len(labels))]
    problem = {"num_vars": len(labels), "names": names, "groups": labels, "bounds": [[0, 1]] * len(labels)}
    points = sample.sample(problem, 8192, calc_second_order=False, seed=1)
    peer = analyse.analyze(problem, model(points), calc_second_order=False, num_resamples=100, seed=1)
    groups = {g: [i for i, label in enumerate(labels) if label == g] for g in dict.fromkeys(labels)}
    ours = shapley_effects(model, groups, 4096, 7).table
    assert ours["first_order"].to_numpy() == pytest.approx(peer["S1"], abs=0.02)
    assert ours["total"].to_numpy() == pytest.approx(peer["ST"], abs=0.02)
    # SALib has no Shapley effects; they lie between the two
    assert (ours["shapley_effect"] >= ours["first_order"] - 0.01).all()
    assert (ours["shapley_effect"] <= ours["total"] + 0.01).all()
    assert np.isclose(ours["shapley_effect"].sum(), 1)
