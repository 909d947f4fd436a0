"""Gradient-boosted trees: the expected output and its quantiles (LightGBM, an extra)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import InputRefused
from dafeng.power.forecast.horizon import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TreeSettings:
    """How trees are grown.

    Parameters
    ----------
    rounds : int
        Trees of each model.
    learning_rate : float
    leaves : int
        Leaves of a tree.
    least_in_leaf : int
        Samples that a leaf needs.
    seeds : int
        Models of the expected output that are averaged.
    """

    rounds: int = 120
    learning_rate: float = 0.06
    leaves: int = 31
    least_in_leaf: int = 60
    seeds: int = 1


@dataclass(frozen=True, slots=True)
class Forest:
    """Grown models as LightGBM text.

    Parameters
    ----------
    features : tuple of str
        Columns in the order of the models.
    mean : tuple of str
        Models of the expected output, one for each seed.
    quantiles : tuple of str
        One for each of ``LEVELS``.
    """

    features: tuple[str, ...]
    mean: tuple[str, ...]
    quantiles: tuple[str, ...]


def load_lightgbm() -> Any:
    """Return the module.

    Raises
    ------
    InputRefused
        ``forecast_extra_missing`` when it is not installed.
    """
    try:
        import lightgbm  # noqa: PLC0415 - an extra that takes seconds to import
    except ImportError as error:
        raise InputRefused.of("forecast_extra_missing") from error
    return lightgbm


def read_matrix(frame: pl.DataFrame, features: Sequence[str]) -> Array:
    """Return the features as a matrix; what is missing is NaN."""
    return frame.select(pl.col(list(features)).cast(pl.Float64)).to_numpy()


def grow_mean(matrix: Array, output: Array, settings: TreeSettings) -> tuple[str, ...]:
    """Return models of the expected output (squared error), one for each seed."""
    return tuple(_grow(matrix, output, settings, "l2", seed) for seed in range(settings.seeds))


def grow_quantiles(matrix: Array, output: Array, settings: TreeSettings) -> tuple[str, ...]:
    """Return a model for each of ``LEVELS`` (pinball loss)."""
    return tuple(
        _grow(matrix, output, settings, "quantile", 100 + number, alpha=level)
        for number, level in enumerate(LEVELS)
    )


def answer_trees(models: Sequence[str], matrix: Array) -> Array:
    """Return what models say of samples, one column each, between 0 and 1; they are read one at a time."""
    lightgbm = load_lightgbm()
    answers = [lightgbm.Booster(model_str=text).predict(matrix, num_threads=1) for text in models]
    return np.asarray(np.clip(np.column_stack(answers), 0.0, 1.0))


def _grow(
    matrix: Array, output: Array, settings: TreeSettings, objective: str, seed: int, **further: float
) -> str:
    """Return one model; one thread and fixed seeds give the same text every time."""
    lightgbm = load_lightgbm()
    parameters = {
        "objective": objective, "learning_rate": settings.learning_rate, "num_leaves": settings.leaves,
        "min_data_in_leaf": min(settings.least_in_leaf, max(len(output) // 50, 2)), "lambda_l2": 5.0,
        "feature_fraction": 0.5, "bagging_fraction": 0.6, "bagging_freq": 1, "seed": 2030 + seed,
        "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1, **further,
    }  # fmt: skip
    data = lightgbm.Dataset(matrix, output, free_raw_data=True)
    text: str = lightgbm.train(parameters, data, settings.rounds).model_to_string()
    return text
