"""How far a group of uncertain inputs moves a result, and which way: the bars of a tornado chart.

**Method.** A group of many coordinates has no "low" and "high" of its own. A linear fit of the result on
the normal scores of all coordinates gives each group the direction that raises the result; the group's part
of the fit orders the futures. The bar runs from the mean result of the futures around the 10th percentile
of that order (5th to 15th) to the mean around the 90th (85th to 95th), all other inputs varying as they do.
A group of one coordinate is treated alike. Directions are fitted in one half of the futures and used in the
other, both ways, so that a group without influence gets a bar of no length up to its standard error and not
one made of chance.

**Validity.** A bar shows the part of a group's influence that has a direction. A group that acts only at
both ends (high at low and at high values) has a short bar and a high Shapley effect; importance is read
from :func:`dafeng.pathway.sensitivity.shapley_effects`. Coordinates are independent; see there what that
means for correlated drivers.

Source of the cross-fit: M. Stone (1974), J. Royal Statistical Society B 36, 111-147,
doi:10.1111/j.2517-6161.1974.tb00994.x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.sensitivity import (
    LEAST_DRAWS,
    count_columns,
    evaluate_model,
    is_flat,
    name_group,
    round_draws,
)
from dafeng.table import Table, check, column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.pathway.sensitivity import Groups, Model

Array = NDArray[np.float64]

DRAWS_PER_COORDINATE = 20
"""Least draws for each coordinate of the fit."""
LOW_FUTURES, HIGH_FUTURES = (0.05, 0.15), (0.85, 0.95)
"""Ranks that stand for the 10th and the 90th percentile."""


class TornadoBar(Table):
    """Mean of a result in the futures where a group of uncertain inputs pulls it down or pushes it up."""

    output: str = column(key=True, zh="结果", en="Result")
    group: str = column(key=True, zh="不确定因素组", en="Group of uncertain inputs")
    zh: str = column(zh="组的中文名称", en="Name of the group in Chinese")
    en: str = column(zh="组的英文名称", en="Name of the group in English")
    low: float = column(
        unit="unit", zh="该组处于 10% 分位时的平均结果", en="Mean around the group's 10th percentile"
    )
    high: float = column(
        unit="unit", zh="该组处于 90% 分位时的平均结果", en="Mean around the group's 90th percentile"
    )
    mean: float = column(unit="unit", zh="全部情形的平均结果", en="Mean of all futures")
    standard_error: float = column(
        unit="unit", low=0, zh="条长的标准误", en="Standard error of the length of the bar"
    )
    unit: str = column(zh="单位", en="Unit")
    draws: int = column(unit="1", low=1, zh="样本数", en="Draws")


def tornado(
    model: Model,
    groups: Groups,
    units: Mapping[str, str],
    draws: int = 2048,
    seed: int = 0,
    *,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> pl.DataFrame:
    """Return a bar for each output and group, longest first within an output.

    Parameters
    ----------
    model : callable
        See :func:`dafeng.pathway.sensitivity.shapley_effects`; called on ``draws`` points, in blocks.
    groups : mapping of str to sequence of int
        Any number of groups; every coordinate in exactly one.
    units : mapping of str to str
        Unit by output id (``output`` for a model without ids).
    draws : int
        Futures [1], at least ``LEAST_DRAWS`` and ``DRAWS_PER_COORDINATE`` for each coordinate; rounded up to
        a power of two.
    seed : int
        Seed of the scrambled Sobol' points.
    names : mapping of str to (str, str), optional
        Chinese and English names of groups; default the vocabulary ``uncertainty_group``.

    Returns
    -------
    polars.DataFrame
        Contract :class:`TornadoBar`; an output that is the same in all futures has bars of length 0.

    Raises
    ------
    InputRefused
        ``sensitivity_groups_columns``, ``sensitivity_few_draws``, ``series_length`` or ``series_not_finite``.
    KeyError
        If an output has no unit: a defect of the caller.
    """
    width = count_columns(groups)
    size = round_draws(draws, max(LEAST_DRAWS, DRAWS_PER_COORDINATE * width))
    points = sobol_points(width, 0, size, seed)
    scores = np.asarray(ndtri(points), dtype=np.float64)
    rows = []
    for output, values in evaluate_model(model, points).items():
        slopes = np.zeros((2, width)) if is_flat(values) else _fit_halves(scores, values)
        bars: list[dict[str, Any]] = []
        for group, columns in groups.items():
            low, high, error = _measure_bar(scores[:, list(columns)], slopes[:, list(columns)], values)
            zh, en = name_group(group, names or {})
            bars.append(
                {"output": output, "group": group, "zh": zh, "en": en, "low": low, "high": high,
                 "mean": float(values.mean()), "standard_error": error, "unit": units[output], "draws": size}
            )  # fmt: skip
        rows += sorted(bars, key=lambda bar: bar["low"] - bar["high"])
    return check(pl.DataFrame(rows), TornadoBar)


def _fit_halves(scores: Array, values: Array) -> Array:
    """Return the slopes of the output on the scores, shape (half, coordinate); each from the *other* half."""
    half = len(values) // 2
    design = np.column_stack([np.ones(len(values)), scores])
    fits = []
    for part in (
        slice(half, None),
        slice(None, half),
    ):  # normal equations: evenly spread scores are near orthogonal
        own = design[part]
        fits.append(np.linalg.solve(own.T @ own, own.T @ values[part])[1:])
    return np.array(fits)


def _measure_bar(scores: Array, slopes: Array, values: Array) -> tuple[float, float, float]:
    """Return both ends of a group's bar and the standard error of its length."""
    if not slopes.any():
        return float(values.mean()), float(values.mean()), 0.0
    halves = zip(np.split(scores, 2), slopes, strict=True)
    ranks = np.concatenate([np.argsort(np.argsort(part @ slope)) for part, slope in halves]) + 0.5
    share = ranks * 2 / len(values)
    low, high = (values[(share > start) & (share <= end)] for start, end in (LOW_FUTURES, HIGH_FUTURES))
    error = np.sqrt(low.var(ddof=1) / len(low) + high.var(ddof=1) / len(high))
    return float(low.mean()), float(high.mean()), float(error)
