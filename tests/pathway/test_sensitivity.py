"""Shapley effects and grouped indices against functions whose indices are known."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from math import comb

import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri
from tests.pathway import toy
from tests.pathway.sensitivity_models import (
    G_PARTS,
    ISHIGAMI_PARTS,
    Array,
    Parts,
    exact_indices,
    g_function,
    ishigami,
    linear,
)

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pathway import sensitivity
from dafeng.pathway.model import Dimension
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.sensitivity import Model, group_dimensions, shapley_effects

SINGLE = {"a": [0], "b": [1], "c": [2]}
CASES: list[tuple[Model, Parts, dict[str, list[int]]]] = [
    (ishigami, ISHIGAMI_PARTS, SINGLE),
    (ishigami, ISHIGAMI_PARTS, {"a": [0, 2], "b": [1]}),
    (ishigami, ISHIGAMI_PARTS, {"a": [1, 2], "b": [0]}),
    (g_function, G_PARTS, {f"x{i}": [i] for i in range(6)}),
    (g_function, G_PARTS, {"odd": [1, 3, 5], "even": [0, 2, 4]}),
]


def effects(table: pl.DataFrame) -> Array:
    return table["shapley_effect"].to_numpy()


@pytest.mark.parametrize(("model", "parts", "groups"), CASES)
def test_published_functions(model: Model, parts: Parts, groups: dict[str, list[int]]) -> None:
    table = shapley_effects(model, groups, 4096, 5).table
    exact = exact_indices(parts, groups)
    for row in table.iter_rows(named=True):
        shapley, first, total = exact[row["group"]]
        assert row["shapley_effect"] == pytest.approx(shapley, abs=0.005)
        assert row["first_order"] == pytest.approx(first, abs=0.01)
        assert row["total"] == pytest.approx(total, abs=0.01)
        assert row["low"] <= shapley <= row["high"]
    assert effects(table).sum() == pytest.approx(1.0, abs=1e-12)


def test_the_published_indices_of_ishigami() -> None:
    # Ishigami, Homma (1990) with a = 7, b = 0.1: S1 = 0.3139, S2 = 0.4424, S3 = 0, ST3 = 0.2437
    exact = exact_indices(ISHIGAMI_PARTS, SINGLE)
    assert [round(exact[group][1], 4) for group in SINGLE] == [0.3139, 0.4424, 0.0]
    assert round(exact["c"][2], 4) == 0.2437


def test_a_linear_model_of_many_inputs_in_eight_groups() -> None:
    weights = np.random.default_rng(0).normal(size=120)
    groups = {f"g{j}": list(range(j, 120, 8)) for j in range(8)}
    table = shapley_effects(partial(linear, weights), groups, 1024, 1).table
    shares = np.array([(weights[columns] ** 2).sum() for columns in groups.values()]) / (weights**2).sum()
    assert effects(table) == pytest.approx(shares, abs=0.015)
    for index in ("first_order", "total"):  # nothing acts together
        assert table[index].to_numpy() == pytest.approx(effects(table), abs=1e-12)


def test_the_short_formula_is_the_shapley_sum_over_all_subsets() -> None:
    """Jansen's total variances of all pairs, Shapley weights written out."""
    groups = {"a": [0, 3], "b": [1], "c": [2, 5], "d": [4]}
    table = shapley_effects(g_function, groups, 256, 3, widest=1).table
    points = sobol_points(12, 0, 256, 3)
    first, second, names = points[:, :6], points[:, 6:], list(groups)

    def value(mix: frozenset[str]) -> Array:
        columns = [column for group in mix for column in groups[group]]
        mixed = second.copy()
        mixed[:, columns] = first[:, columns]
        return g_function(mixed)

    subsets = [frozenset(s) for size in range(5) for s in combinations(names, size)]
    known = {s: value(s) for s in subsets}
    cost = {u: np.mean([(known[v] - known[v ^ u]) ** 2 for v in subsets]) / 2 for u in subsets}
    for row in table.iter_rows(named=True):
        own = frozenset([row["group"]])
        gains = [
            (cost[u | own] - cost[u]) / (4 * comb(3, len(u))) for u in subsets if not own & u
        ]  # fmt: skip
        full = cost[frozenset(names)]
        assert row["shapley_effect"] == pytest.approx(sum(gains) / full, rel=1e-9)
        assert row["total"] == pytest.approx(cost[own] / full, rel=1e-9)
        assert row["first_order"] == pytest.approx(1 - cost[frozenset(names) - own] / full, rel=1e-9)


def test_intervals_hold_what_they_promise() -> None:
    exact = np.array([shapley for shapley, _, _ in exact_indices(ISHIGAMI_PARTS, SINGLE).values()])
    held = []
    for seed in range(30):
        table = shapley_effects(ishigami, SINGLE, 256, seed).table
        held.append((table["low"].to_numpy() <= exact) & (exact <= table["high"].to_numpy()))
    assert np.mean(held) >= 0.9


def test_more_draws_make_narrower_intervals() -> None:
    few, many = (shapley_effects(ishigami, SINGLE, draws).table for draws in (256, 4096))
    width = [(t["high"] - t["low"]).to_numpy() for t in (few, many)]
    assert (width[1] < 0.4 * width[0]).all()


def test_a_group_that_does_nothing_has_nothing() -> None:
    table = shapley_effects(lambda x: x[:, 0] * x[:, 1], {"a": [0], "b": [1], "idle": [2, 3]}, 256).table
    idle = table.row(by_predicate=pl.col("group") == "idle", named=True)
    assert [idle[key] for key in ("shapley_effect", "low", "high", "first_order", "total")] == [0.0] * 5


def test_inputs_that_act_only_together_share() -> None:
    def product(points: Array) -> Array:
        return np.asarray(ndtri(points[:, 0]) * ndtri(points[:, 1]))

    table = shapley_effects(product, {"a": [0], "b": [1]}, 4096).table
    assert effects(table) == pytest.approx([0.5, 0.5], abs=0.02)
    assert table["first_order"].to_numpy() == pytest.approx([0, 0], abs=0.02)
    assert table["total"].to_numpy() == pytest.approx([1, 1], abs=0.02)


def test_several_outputs_from_the_same_points() -> None:
    def both(points: Array) -> dict[str, Array]:
        return {"peak": points[:, 0], "sum": points[:, 0] + points[:, 1], "same": np.full(len(points), 3.0)}

    found = shapley_effects(both, {"a": [0], "b": [1]}, 256)
    table = found.table
    assert effects(table.filter(pl.col("output") == "peak")) == pytest.approx([1, 0], abs=1e-12)
    assert effects(table.filter(pl.col("output") == "sum")) == pytest.approx([0.5, 0.5], abs=0.03)
    alone = shapley_effects(lambda x: x[:, 0] + x[:, 1], {"a": [0], "b": [1]}, 256).table
    assert effects(alone).tolist() == effects(table.filter(pl.col("output") == "sum")).tolist()


@pytest.mark.parametrize("value", [0.0, 0.1 + 0.2, 5e8])
def test_no_variance_is_said_and_not_divided_by(value: float) -> None:
    found = shapley_effects(lambda x: np.full(len(x), value) + 1e-15 * x[:, 0] * value, {"a": [0], "b": [1]})
    assert [finding.code for finding in found.findings] == ["sensitivity_constant"]
    assert found.table["shapley_effect"].null_count() == 2
    assert found.table["high"].null_count() == 2


def test_a_wide_interval_is_refused_and_the_draws_it_needs_are_told() -> None:
    found = shapley_effects(g_function, {f"x{i}": [i] for i in range(6)}, 256, widest=0.02)
    [finding] = found.findings
    assert finding.code == "sensitivity_wide"
    assert finding.params["need"] > finding.params["have"] == 256  # type: ignore[operator]
    assert found.table["shapley_effect"].null_count() == 6
    assert str(finding.params["need"]) in finding.text("zh")
    enough = int(str(finding.params["need"]))
    again = shapley_effects(g_function, {f"x{i}": [i] for i in range(6)}, enough, widest=0.02)
    assert again.findings == ()


def test_a_rare_event_has_no_narrow_interval() -> None:
    found = shapley_effects(lambda x: (x[:, 0] > 0.99).astype(float), {"a": [0], "b": [1]}, 256, 1)
    assert [finding.code for finding in found.findings] == ["sensitivity_wide"]


def test_draws_are_rounded_up_and_the_seed_is_the_seed() -> None:
    first, again, other = (shapley_effects(ishigami, SINGLE, 300, seed).table for seed in (1, 1, 2))
    assert first["draws"].to_list() == [512] * 3
    assert first.equals(again)
    assert not first.equals(other)


@pytest.mark.parametrize(
    ("groups", "draws", "code"),
    [
        ({f"g{i}": [i] for i in range(9)}, 1024, "sensitivity_groups_many"),
        ({"a": [0], "b": []}, 1024, "sensitivity_groups_columns"),
        ({"a": [0], "b": [0, 1]}, 1024, "sensitivity_groups_columns"),
        ({"a": [0], "b": [2]}, 1024, "sensitivity_groups_columns"),
        ({}, 1024, "sensitivity_groups_columns"),
        ({"a": [0], "b": [1]}, 255, "sensitivity_few_draws"),
    ],
)
def test_what_is_refused(groups: dict[str, list[int]], draws: int, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        shapley_effects(lambda x: x.sum(axis=1), groups, draws)
    assert [finding.code for finding in refused.value.findings] == [code]
    for language in ("zh", "en"):
        assert refused.value.text(language)


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (lambda x: x, "series_length"),
        (lambda x: np.where(x[:, 0] > 0.5, np.nan, 1.0), "series_not_finite"),
    ],
)
def test_a_model_that_answers_wrongly(model: Model, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        shapley_effects(model, {"a": [0], "b": [1]})
    assert refused.value.findings[0].code == code


def test_groups_of_the_engine_have_names() -> None:
    dimensions = [
        Dimension(f"d{i}", group, "甲", "A") for i, group in enumerate(["power", "economy", "power"])
    ]
    assert group_dimensions(dimensions) == {"power": (0, 2), "economy": (1,)}
    assert {dimension.group for dimension in toy.engine().dimensions} <= terms.codes("uncertainty_group")
    table = shapley_effects(
        lambda x: x.sum(axis=1), group_dimensions(dimensions), names={"power": ("电", "P")}
    ).table
    assert table["zh"].to_list() == ["电", terms.name("uncertainty_group", "economy", "zh")]
    assert table["en"].to_list() == ["P", "Economic growth"]


def test_the_limits_stand_in_the_module() -> None:
    assert (sensitivity.GROUPS_LIMIT, sensitivity.LEAST_DRAWS) == (8, 256)
