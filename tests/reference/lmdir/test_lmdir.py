"""The examples of the LMDIR workbook, digit for digit."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.decomposition import Decomposition, ang2004_lmdi

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE = 1e-9
ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


def published(example: str, quantity: str) -> NDArray[np.float64]:
    """Return the values of one quantity as an array over (year, category, factor), empty axes dropped."""
    rows = [row for row in ROWS if row["example"] == example and row["quantity"] == quantity]
    keys = [sorted({row[key] for row in rows}) for key in ("year", "category", "factor")]
    result = np.full([len(key) for key in keys], np.nan)
    for row in rows:
        place = tuple(
            key.index(row[name]) for key, name in zip(keys, ("year", "category", "factor"), strict=True)
        )
        result[place] = float(row["value"])
    assert not np.isnan(result).any()
    return result


def decompose(example: str) -> Decomposition:
    return ang2004_lmdi(published(example, "input"))


@pytest.mark.parametrize("example", ["ex1", "ex2"])
def test_totals_are_the_published_totals(example: str) -> None:
    np.testing.assert_allclose(decompose(example).total, published(example, "total").ravel(), rtol=TOLERANCE)


@pytest.mark.parametrize("example", ["ex1", "ex2"])
def test_additive_effects_are_the_published_effects(example: str) -> None:
    result = decompose(example)
    expected = published(example, "effect")[:, 0]
    assert np.abs(result.effects - expected).max() <= TOLERANCE * result.total.max()


@pytest.mark.parametrize("example", ["ex1", "ex2"])
def test_multiplicative_effects_are_the_published_ratios(example: str) -> None:
    np.testing.assert_allclose(decompose(example).ratios, published(example, "ratio")[:, 0], rtol=TOLERANCE)


def test_chained_effects_add_up_to_the_published_sums() -> None:
    result = decompose("ex1")
    expected = published("ex1", "cumulative")[:, 0]
    assert np.abs(result.cumulative - expected).max() <= TOLERANCE * result.total.max()


@pytest.mark.parametrize("example", ["ex1", "ex3a", "ex3b"])
def test_effects_by_category_also_with_a_zero_factor(example: str) -> None:
    result = decompose(example)
    expected = published(example, "category_effect")[0]
    assert np.abs(result.by_category[0] - expected).max() <= TOLERANCE * result.total.max()
    np.testing.assert_allclose(result.effects.sum(axis=1), result.change, rtol=1e-12)
