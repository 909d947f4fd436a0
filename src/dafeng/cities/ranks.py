r"""Ranks of complete evaluations, and how stable they are when the weights are varied.

A subject with points :math:`p_i` of :math:`P_i` on item :math:`i` has the share :math:`x_i = p_i / P_i`; its
total is :math:`\sum_i w_i x_i` with :math:`w_i = P_i`. The weights are drawn anew, always to the same sum:

* ``band``: each weight times a uniform number of :math:`[1 - s, 1 + s]`, then scaled to the sum;
* ``dirichlet``: a Dirichlet law with the rule's weights as its mean, concentrated such that a weight of
  :math:`1/n` has the relative standard deviation :math:`s`: :math:`c = (n - 1)/s^2 - 1`, at least 1.

``items`` varies every item, ``parts`` whole parts of the rule with the items inside in proportion. The range
of ranks is that over the draws and the rule itself; the share that keeps the rank counts the draws alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from dafeng.cities.contracts import EvaluationResults, RankStability, RankSwaps
from dafeng.table import check, frame_of

EXACT = 1e-9
"""Differences of totals at most this, relative to the full points, are ties. [1]"""
CELLS = 4_000_000
"""Comparisons of totals that are held in memory at once. [1]"""
EVALUATION = ["rule_pack", "year"]


@dataclass(frozen=True, slots=True)
class WeightDraws:
    """How weights are varied.

    Parameters
    ----------
    law : {"band", "dirichlet"}
    level : {"items", "parts"}
        What has a weight.
    spread : float
        Half width of the band, or relative standard deviation. [1]
    draws : int
        Number of draws.
    seed : int
        Seed of the random numbers.
    """

    law: Literal["band", "dirichlet"] = "band"
    level: Literal["items", "parts"] = "items"
    spread: float = 0.2
    draws: int = 2000
    seed: int = 2030


@dataclass(frozen=True, slots=True)
class Stability:
    """Ranges of ranks and pairs that swap."""

    ranks: pl.DataFrame
    swaps: pl.DataFrame


def rank_subjects(results: pl.DataFrame, scores: pl.DataFrame, draws: WeightDraws) -> pl.DataFrame:
    """Return results with ranks among the complete ones; equal totals share a rank, all others have none.

    Parameters
    ----------
    results : EvaluationResults
        Ranks in it are made anew.
    scores : EvaluationScores
    draws : WeightDraws
    """
    names = ["rank", "rank_best", "rank_worst", "rank_kept_share"]
    ranks = vary_weights(results, scores, draws).ranks
    joined = results.drop(names).join(
        ranks, on=[*EVALUATION, "subject_id"], how="left", maintain_order="left"
    )
    return check(joined, EvaluationResults)


def vary_weights(results: pl.DataFrame, scores: pl.DataFrame, draws: WeightDraws) -> Stability:
    """Return the range of ranks of the complete subjects of each evaluation, and the pairs that swap.

    Parameters
    ----------
    results : EvaluationResults
    scores : EvaluationScores
    draws : WeightDraws

    Returns
    -------
    Stability
        ``ranks`` is a RankStability, ``swaps`` a RankSwaps table, largest share first.
    """
    ranks: list[dict[str, object]] = []
    swaps: list[dict[str, object]] = []
    complete = results.filter(pl.col("outcome") == "complete")
    for (pack, year), group in complete.group_by(EVALUATION, maintain_order=True):
        own = scores.filter((pl.col("rule_pack") == pack) & (pl.col("year") == year))
        subjects = group["subject_id"].sort().to_list()
        shares, weights = _shares_and_weights(own, subjects, draws.level)
        totals = draw_weights(weights, draws) @ shares.T
        head = {"rule_pack": pack, "year": year}
        ranks += [head | row for row in _describe_ranks(subjects, totals, weights.sum())]
        swaps += [head | row for row in _describe_swaps(subjects, totals, weights.sum())]
    found = frame_of(swaps, RankSwaps)
    order = found.sort("swapped_share", "ahead_id", "behind_id", descending=[True, False, False])
    return Stability(frame_of(ranks, RankStability), order)


def draw_weights(weights: np.ndarray, draws: WeightDraws) -> np.ndarray:
    """Return the rule's weights as the first row and drawn ones below, all of the same sum.

    Parameters
    ----------
    weights : ndarray, shape (items,)
        Full points. [1]
    draws : WeightDraws

    Returns
    -------
    ndarray, shape (draws + 1, items)
    """
    total, count = weights.sum(), len(weights)
    if count < 2 or total <= 0 or draws.spread < EXACT:
        return np.repeat(weights[None, :], draws.draws + 1, axis=0)
    generator = np.random.default_rng(draws.seed)
    if draws.law == "band":
        low, high = 1.0 - draws.spread, 1.0 + draws.spread
        drawn = weights * generator.uniform(low, high, (draws.draws, count))
    else:
        concentration = max((count - 1) / draws.spread**2 - 1.0, 1.0)
        drawn = generator.gamma(concentration * weights / total, size=(draws.draws, count))
    scaled = drawn / drawn.sum(axis=1, keepdims=True) * total
    return np.vstack([weights, scaled])


def _shares_and_weights(
    scores: pl.DataFrame, subjects: list[str], level: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of the full points (subjects x items) and the weights of the items."""
    by = "item_id" if level == "items" else "part"
    counted = scores.filter((pl.col("points_max") > 0) & pl.col("subject_id").is_in(subjects))
    summed = counted.group_by("subject_id", by).agg(pl.col("points", "points_max").sum())
    names = summed[by].unique().sort().to_list()
    frame = summed.with_columns((pl.col("points") / pl.col("points_max")).alias("share"))
    grid = {(row["subject_id"], row[by]): row for row in frame.iter_rows(named=True)}
    shares = np.array([[grid[s, n]["share"] for n in names] for s in subjects], dtype=float)
    weights = np.array([grid[subjects[0], n]["points_max"] for n in names], dtype=float)
    return shares.reshape(len(subjects), len(names)), weights


def _ranks_of(totals: np.ndarray, full: float) -> np.ndarray:
    """Return the rank of every total within its row (draws x subjects); ties share the better rank."""
    step = max(1, CELLS // max(1, totals.shape[1] ** 2))
    parts = []
    for start in range(0, len(totals), step):
        part = totals[start : start + step]
        parts.append(1 + (part[:, None, :] > part[:, :, None] + EXACT * full).sum(axis=2))
    return np.vstack(parts)


def _describe_ranks(subjects: list[str], totals: np.ndarray, full: float) -> list[dict[str, object]]:
    ranks = _ranks_of(totals, full)
    drawn = ranks[1:] if len(ranks) > 1 else ranks
    return [
        {
            "subject_id": subject, "rank": int(ranks[0, column]),
            "rank_best": int(ranks[:, column].min()), "rank_worst": int(ranks[:, column].max()),
            "rank_kept_share": float((drawn[:, column] == ranks[0, column]).mean()),
        }
        for column, subject in enumerate(subjects)
    ]  # fmt: skip


def _describe_swaps(subjects: list[str], totals: np.ndarray, full: float) -> list[dict[str, object]]:
    base, drawn, noise = totals[0], totals[1:], EXACT * full
    found: list[dict[str, object]] = []
    for first, ahead in enumerate(subjects):
        for second, behind in enumerate(subjects):
            if len(drawn) and base[first] > base[second] + noise:
                share = float((drawn[:, second] > drawn[:, first] + noise).mean())
                if share > 0:
                    found.append({"ahead_id": ahead, "behind_id": behind, "swapped_share": share})
    return found
