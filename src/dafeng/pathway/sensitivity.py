r"""Where the spread of a result comes from: Shapley effects and Sobol' indices of groups of inputs.

**Meaning.** The variance of a result splits into a part of every subset :math:`u` of the groups,
:math:`\sigma^2=\sum_u\sigma_u^2` (Sobol' 1993). The first-order index of group :math:`j` counts its own
part only, the total index every part that it takes part in; where groups act together the first sum to less
than 1 and the second to more. The Shapley effect gives each member of :math:`u` the same share of
:math:`\sigma_u^2`; effects are never negative and sum to 1 (Owen 2014):

.. math:: Sh_j = \frac{1}{\sigma^2}\sum_{u \ni j} \frac{\sigma_u^2}{|u|}

**Estimator.** Two independent points A and B of every base draw are mixed group by group in all :math:`2^g`
ways. With :math:`y_v` the result where the groups of :math:`v` come from A, the total variance of a subset,
:math:`\tau^2_u = \tfrac12 E (y_v - y_{v \oplus u})^2` (Jansen 1999), is averaged over all :math:`2^{g-1}`
pairs of mixes that differ in :math:`u`, and the Shapley weights are applied to :math:`\tau^2_u` (the same
effects as with closed indices: Song, Nelson, Staum 2016). Both sums collapse. With :math:`P_w = (2^{-g}
\sum_v (-1)^{|v \cap w|} y_v)^2` averaged over the base draws,

.. math:: \hat\sigma^2 = \sum_{|w|\ \text{odd}} 2 P_w, \quad
   Sh_j = \frac{1}{\hat\sigma^2} \sum_{w \ni j,\ |w|\ \text{odd}} \frac{2 P_w}{|w|}, \quad
   T_j = \frac{1}{\hat\sigma^2} \sum_{w \ni j} 2 P_w, \quad
   S_j = \frac{1}{\hat\sigma^2} \sum_{w \ni j} (-1)^{|w|+1}\, 2 P_w

so that an estimate, too, is never negative and sums to 1, and a shift of the result changes nothing.
Intervals are percentiles of a bootstrap over base draws; since the points are evenly spread, they are
rather too wide.

**Validity.** The coordinates must be independent. The engine makes correlated drivers out of independent
coordinates, so the indices are those of the coordinates. Group all coordinates of factors that are
correlated with each other (all of the economy, say); a correlation across groups is counted with the groups
whose coordinates carry it, and then "economy" also means what of the exports goes along with it.

Sources: I. M. Sobol' (1993), Mathematical Modelling and Computational Experiments 1, 407-414;
M. J. W. Jansen (1999), Computer Physics Communications 117, 35-43, doi:10.1016/S0010-4655(98)00154-4;
A. B. Owen (2014), SIAM/ASA J. Uncertainty Quantification 2, 245-251, doi:10.1137/130936233;
E. Song, B. L. Nelson, J. Staum (2016), SIAM/ASA J. Uncertainty Quantification 4, 1060-1083,
doi:10.1137/15M1048070.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.sampling import sobol_points
from dafeng.table import Table, check, column

if TYPE_CHECKING:
    from dafeng.pathway.model import Dimension

Array = NDArray[np.float64]
Model = Callable[[Array], "Array | Mapping[str, Array]"]
"""Takes points (draw, dimension) of the open unit cube; returns a number per draw, or arrays by output."""
Groups = Mapping[str, Sequence[int]]
"""Group id -> its coordinates."""

GROUPS_LIMIT = 8
"""Most groups: 256 mixes of every base draw."""
LEAST_DRAWS = 256
RESAMPLES = 1000
"""Bootstrap samples."""
FLAT = 1e-10
"""An output whose spread is below this share of its size is taken as constant."""
LEAST_CARRIERS = 30
"""With fewer base draws that carry variance (a rare event) the interval is taken as 0 to 1."""
_BLOCK = 4096  # points that a model is given at once


class SensitivityIndex(Table):
    """Share of the variance of a result by group of uncertain inputs, with its 90 % interval.

    Empty indices: the result is the same in all futures, or the sample is too small for the interval asked
    for; the findings say which.
    """

    output: str = column(key=True, zh="结果", en="Result")
    group: str = column(key=True, zh="不确定因素组", en="Group of uncertain inputs")
    zh: str = column(zh="组的中文名称", en="Name of the group in Chinese")
    en: str = column(zh="组的英文名称", en="Name of the group in English")
    shapley_effect: float = column(
        unit="1", nullable=True, low=0, high=1, zh="沙普利效应", en="Shapley effect"
    )
    low: float = column(
        unit="1", nullable=True, low=0, high=1, zh="90% 区间下限", en="Low end of 90 % interval"
    )
    high: float = column(
        unit="1", nullable=True, low=0, high=1, zh="90% 区间上限", en="High end of 90 % interval"
    )
    first_order: float = column(unit="1", nullable=True, low=0, high=1, zh="一阶指数", en="First-order index")
    total: float = column(unit="1", nullable=True, low=0, high=1, zh="全效应指数", en="Total index")
    draws: int = column(unit="1", low=1, zh="基础样本数", en="Base draws")


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Indices and what is to be said of them.

    Attributes
    ----------
    table : polars.DataFrame
        Contract :class:`SensitivityIndex`.
    findings : tuple of Finding
        ``sensitivity_constant``, ``sensitivity_wide``: outputs without indices, and why.
    """

    table: pl.DataFrame
    findings: tuple[Finding, ...]


def group_dimensions(dimensions: Sequence[Dimension]) -> dict[str, tuple[int, ...]]:
    """Return the coordinates of each group of uncertain inputs, in the order of first appearance."""
    found: dict[str, list[int]] = {}
    for position, dimension in enumerate(dimensions):
        found.setdefault(dimension.group, []).append(position)
    return {group: tuple(columns) for group, columns in found.items()}


def shapley_effects(
    model: Model,
    groups: Groups,
    draws: int = 1024,
    seed: int = 0,
    *,
    widest: float = 0.1,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> Sensitivity:
    """Return Shapley effects, first-order and total indices of groups of independent inputs.

    Parameters
    ----------
    model : callable
        Takes points (draw, dimension) of the open unit cube; returns one number per draw, or a mapping of
        output id to such an array. Called on ``draws * 2**len(groups)`` points, in blocks.
    groups : mapping of str to sequence of int
        At most ``GROUPS_LIMIT`` groups; every coordinate in exactly one.
    draws : int
        Base draws [1], at least ``LEAST_DRAWS``; rounded up to a power of two, which the points need.
    seed : int
        Seed of the scrambled Sobol' points and of the bootstrap.
    widest : float
        Greatest half width of a 90 % interval [1]; an output with a wider one gets no indices and a finding
        that says how many draws would do.
    names : mapping of str to (str, str), optional
        Chinese and English names of groups; default the vocabulary ``uncertainty_group``.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputRefused
        ``sensitivity_groups_many``, ``sensitivity_groups_columns``, ``sensitivity_few_draws``,
        ``series_length`` or ``series_not_finite``.

    Examples
    --------
    >>> found = shapley_effects(lambda x: 2 * x[:, 0] + x[:, 1], {"a": [0], "b": [1]}, 256)
    >>> [round(effect, 2) for effect in found.table["shapley_effect"]]
    [0.8, 0.2]
    """
    width = count_columns(groups)
    if len(groups) > GROUPS_LIMIT:
        raise InputRefused.of("sensitivity_groups_many", have=len(groups), limit=GROUPS_LIMIT)
    size = round_draws(draws, LEAST_DRAWS)
    outputs = _evaluate_mixes(model, groups, sobol_points(2 * width, 0, size, seed))
    frames, findings = [], []
    for output, values in outputs.items():
        spectrum = _spectrum(values)
        found = None if spectrum is None else _indices(spectrum, len(groups), seed)
        if found is None:
            findings.append(Finding("sensitivity_constant", params={"output": output}, severity="note"))
        elif (half := float((found["high"] - found["low"]).max()) / 2) > widest:
            need = round_draws(int(size * (half / widest) ** 2) + 1, LEAST_DRAWS)
            params = {"output": output, "half": f"{half:.2f}", "limit": widest, "have": size, "need": need}
            findings.append(Finding("sensitivity_wide", params=params, severity="warning"))
            found = None
        frames.append(_table_of(output, groups, found, size, names or {}))
    return Sensitivity(check(pl.concat(frames), SensitivityIndex), tuple(findings))


# --- shared with the tornado ------------------------------------------------------------------------------


def count_columns(groups: Groups) -> int:
    """Return the number of coordinates, or refuse groups that do not divide them.

    Raises
    ------
    InputRefused
        ``sensitivity_groups_columns`` if a group is empty or a coordinate is in no group or in two.
    """
    columns = sorted(place for group in groups.values() for place in group)
    empty = [group for group, own in groups.items() if not len(own)]
    if not columns or empty or columns != list(range(len(columns))):
        wrong = {c for c in columns if columns.count(c) > 1} | (set(range(len(columns))) - set(columns))
        told = ", ".join(map(str, [*empty, *sorted(wrong)])) or "-"
        raise InputRefused.of("sensitivity_groups_columns", groups=told)
    return len(columns)


def round_draws(draws: int, least: int) -> int:
    """Return the next power of two, or refuse.

    Raises
    ------
    InputRefused
        ``sensitivity_few_draws`` if ``draws`` is below ``least``.
    """
    if draws < least:
        raise InputRefused.of("sensitivity_few_draws", have=draws, need=least)
    return 1 << (draws - 1).bit_length()


def evaluate_model(model: Model, points: Array) -> dict[str, Array]:
    """Return the outputs of a model by id (``output`` if it has no ids), each of shape (draw,), in blocks.

    Raises
    ------
    InputRefused
        ``series_length`` or ``series_not_finite``.
    """
    parts = [
        _evaluate_block(model, points[start : start + _BLOCK]) for start in range(0, len(points), _BLOCK)
    ]
    return {output: np.concatenate([part[output] for part in parts]) for output in parts[0]}


def is_flat(values: Array) -> bool:
    """Tell whether an output is the same in all futures, to rounding."""
    return float(np.ptp(values)) <= FLAT * float(np.abs(values).max())


def name_group(group: str, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return the Chinese and English name of a group, its id where it has none."""
    if group in names:
        return names[group]
    if group in terms.codes("uncertainty_group"):
        return terms.name("uncertainty_group", group, "zh"), terms.name("uncertainty_group", group, "en")
    return group, group


def _evaluate_block(model: Model, points: Array) -> dict[str, Array]:
    answer = model(points)
    named: Mapping[str, Array] = answer if isinstance(answer, Mapping) else {"output": answer}
    outputs = {output: np.asarray(values, dtype=np.float64) for output, values in named.items()}
    for output, values in outputs.items():
        if values.shape != (points.shape[0],):
            raise InputRefused.of("series_length", what=f"{output} {values.shape}, {points.shape[0]}")
        if not np.isfinite(values).all():
            raise InputRefused.of("series_not_finite", what=output)
    return outputs


# --- the estimator ----------------------------------------------------------------------------------------


def _evaluate_mixes(model: Model, groups: Groups, points: Array) -> dict[str, Array]:
    """Return the outputs of all mixes, each of shape (mix, draw); bit j of a mix: group j comes from A."""
    draws, width = points.shape[0], points.shape[1] // 2
    first, second = points[:, :width], points[:, width:]
    bit = np.zeros(width, dtype=np.int64)
    for position, columns in enumerate(groups.values()):
        bit[list(columns)] = position
    mixes = np.arange(1 << len(groups))
    step = max(1, _BLOCK // draws)
    blocks: list[dict[str, Array]] = []
    for start in range(0, len(mixes), step):
        chosen = (mixes[start : start + step, None] >> bit & 1).astype(bool)
        mixed = np.where(chosen[:, None, :], first, second)
        blocks.append(evaluate_model(model, mixed.reshape(-1, width)))
    return {
        output: np.concatenate([block[output] for block in blocks]).reshape(-1, draws) for output in blocks[0]
    }


def _spectrum(values: Array) -> Array | None:
    """Return the squared Walsh coefficients of every base draw, shape (draw, subset); None if constant."""
    if is_flat(values):
        return None
    centred = values - values.mean()
    waves = centred / np.abs(centred).max()
    subsets = waves.shape[0]
    half = 1
    while half < subsets:
        pairs = waves.reshape(-1, 2, half, waves.shape[-1])
        waves = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1)
        waves = waves.reshape(subsets, -1)
        half *= 2
    return np.asarray((waves / subsets).T ** 2)


def _weights(groups: int) -> tuple[Array, Array, Array]:
    """Return the weights of the spectrum in Shapley effect, first-order and total index, (subset, group)."""
    subsets = np.arange(1 << groups)
    member = (subsets[:, None] >> np.arange(groups) & 1).astype(float)
    size = member.sum(axis=1)[:, None]
    odd = size % 2
    return 2 * member * odd / np.maximum(size, 1), 2 * member * (2 * odd - 1), 2 * member


def _indices(spectrum: Array, groups: int, seed: int) -> dict[str, Array] | None:
    """Return the indices with the interval of the effect; None if A and B never differ."""
    shapley, first, total = _weights(groups)
    mean = spectrum.mean(axis=0)
    effects = mean @ shapley
    variance = effects.sum()
    if variance <= 0:
        return None
    rng = np.random.default_rng(seed)
    draws = spectrum.shape[0]
    block = max(1, (1 << 22) // draws)
    samples = []
    for start in range(0, RESAMPLES, block):
        counts = rng.multinomial(draws, np.full(draws, 1 / draws), size=min(block, RESAMPLES - start))
        shares = counts @ (spectrum @ shapley)
        samples.append(shares / np.maximum(shares.sum(axis=1, keepdims=True), np.finfo(float).tiny))
    low, high = np.quantile(np.concatenate(samples), [0.05, 0.95], axis=0)
    if np.count_nonzero(spectrum[:, 1:].any(axis=1)) < LEAST_CARRIERS:
        low, high = np.zeros(groups), np.ones(groups)
    return {
        "shapley_effect": effects / variance, "low": low, "high": high,
        "first_order": mean @ first / variance, "total": mean @ total / variance,
    }  # fmt: skip


def _table_of(
    output: str,
    groups: Groups,
    found: dict[str, Array] | None,
    draws: int,
    names: Mapping[str, tuple[str, str]],
) -> pl.DataFrame:
    """Return the rows of an output; an estimate just outside 0 to 1 is brought to the bound."""
    words = [name_group(group, names) for group in groups]
    keys = ("shapley_effect", "low", "high", "first_order", "total")
    indices = {
        key: pl.Series([None] * len(groups) if found is None else np.clip(found[key], 0, 1), dtype=pl.Float64)
        for key in keys
    }
    return pl.DataFrame(
        {
            "output": [output] * len(groups), "group": list(groups), "zh": [zh for zh, _ in words],
            "en": [en for _, en in words], **indices, "draws": [draws] * len(groups),
        }
    )  # fmt: skip
