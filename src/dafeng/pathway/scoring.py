"""How good probability forecasts were: CRPS, coverage of central ranges, bias, skill.

Sources: J. E. Matheson, R. L. Winkler (1976), Management Science 22(10) 1087-1096 (continuous ranked
probability score); T. Gneiting, A. E. Raftery (2007), Journal of the American Statistical Association
102(477) 359-378, doi:10.1198/016214506000001437; E. B. Wilson (1927), Journal of the American Statistical
Association 22(158) 209-212 (interval of a share). The score of an ensemble is computed by ``scoringrules``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scoringrules
from scipy.stats import norm

from dafeng.table import Table, check, column, columns_of, empty_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.pathway.model import Array

MODELS = ("engine", "naive_trend", "random_walk", "stirpat")
REFERENCE = "naive_trend"
"""Model whose score is the measure of skill."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


class HindcastScore(Table):
    """One forecast of the past beside what came: quantiles, score, inside or outside."""

    model: str = column(key=True, choices=MODELS, zh="模型", en="Model")
    kind: str = column(choices=("group", "total", "indicator"), zh="类别", en="Kind")
    series: str = column(key=True, zh="序列", en="Series")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    unit: str = column(zh="单位", en="Unit")
    observed: float = column(unit="unit", zh="实际", en="Observed")
    p05: float = column(unit="unit", zh="5% 分位", en="5th percentile")
    p25: float = column(unit="unit", zh="25% 分位", en="25th percentile")
    p50: float = column(unit="unit", zh="中位数", en="Median")
    p75: float = column(unit="unit", zh="75% 分位", en="75th percentile")
    p95: float = column(unit="unit", zh="95% 分位", en="95th percentile")
    crps: float = column(unit="unit", low=0, zh="连续分级概率评分", en="CRPS")
    inside50: bool = column(zh="落入 50% 区间", en="Inside the 50 % range")
    inside90: bool = column(zh="落入 90% 区间", en="Inside the 90 % range")


class HindcastSummary(Table):
    """Scores of a model over many forecasts; the skill is against the naive trend on the same forecasts."""

    model: str = column(key=True, choices=MODELS, zh="模型", en="Model")
    target: str = column(key=True, zh="对象", en="Target")
    n: int = column(unit="1", low=1, zh="预测个数", en="Forecasts")
    mean_crps: float = column(unit="unit", nullable=True, low=0, zh="平均评分", en="Mean CRPS")
    unit: str = column(zh="单位", en="Unit")
    bias_share: float = column(unit="1", zh="中位数的平均相对偏差", en="Mean relative error of the median")
    coverage50: float = column(unit="1", low=0, high=1, zh="50% 区间覆盖率", en="Coverage of the 50 % range")
    low50: float = column(unit="1", zh="50% 覆盖率下限", en="Coverage 50, low")
    high50: float = column(unit="1", zh="50% 覆盖率上限", en="Coverage 50, high")
    coverage90: float = column(unit="1", low=0, high=1, zh="90% 区间覆盖率", en="Coverage of the 90 % range")
    low90: float = column(unit="1", zh="90% 覆盖率下限", en="Coverage 90, low")
    high90: float = column(unit="1", zh="90% 覆盖率上限", en="Coverage 90, high")
    skill: float = column(
        unit="1", nullable=True, zh="相对朴素趋势的技巧", en="Skill against the naive trend"
    )


def score_draws(
    label: tuple[str, str, str, str], years: NDArray[np.int64], draws: Array, observed: Array
) -> pl.DataFrame:
    """Return the scores of one series of forecasts.

    Parameters
    ----------
    label : tuple of str
        Model, kind, series, unit.
    years : ndarray of int, shape (year,)
    draws : ndarray, shape (year, draw)
        Finite; in the unit.
    observed : ndarray, shape (year,)
        nan where nothing is known: such years have no row.

    Returns
    -------
    HindcastScore
    """
    model, kind, series, unit = label
    known = np.isfinite(observed)
    forecast, outcome = draws[known], observed[known]
    quantiles = np.quantile(forecast, LEVELS, axis=1) if known.any() else np.zeros((5, 0))
    score = scoringrules.crps_ensemble(outcome, forecast) if known.any() else np.zeros(0)
    frame = pl.DataFrame(
        {
            "year": years[known].astype(np.int64), "observed": outcome,
            **{f"p{round(100 * level):02d}": row for level, row in zip(LEVELS, quantiles, strict=True)},
            "crps": np.maximum(np.asarray(score, dtype=float), 0.0),
            "inside50": (quantiles[1] <= outcome) & (outcome <= quantiles[3]),
            "inside90": (quantiles[0] <= outcome) & (outcome <= quantiles[4]),
        }
    )  # fmt: skip
    frame = frame.with_columns(
        model=pl.lit(model), kind=pl.lit(kind), series=pl.lit(series), unit=pl.lit(unit)
    )
    return check(frame.select([spec.name for spec in columns_of(HindcastScore)]), HindcastScore)


def wilson_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share by Wilson's score.

    Sector-years that follow each other hang together, so the true interval is wider than this one.

    Examples
    --------
    >>> low, high = wilson_interval(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    z = float(norm.ppf(0.5 + level / 2))
    share = hits / trials
    middle = share + z**2 / (2 * trials)
    half = z * float(np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)))
    scale = 1 + z**2 / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def summarise_scores(scores: pl.DataFrame) -> pl.DataFrame:
    """Return the summary of scores by model: every series, and all groups, all indicators together.

    Parameters
    ----------
    scores : HindcastScore

    Returns
    -------
    HindcastSummary
        Targets: each series by its name, ``groups`` (all sector groups), ``all`` (groups and total). A mean
        score over series of several units is not given.
    """
    reference = scores.filter(pl.col("model") == REFERENCE).select("series", "year", reference="crps")
    joined = scores.join(reference, on=["series", "year"], how="left", maintain_order="left")
    targets = {name: pl.col("series") == name for name in scores["series"].unique(maintain_order=True)}
    targets |= {"groups": pl.col("kind") == "group", "all": pl.col("kind").is_in(["group", "total"])}
    targets["indicators"] = pl.col("kind") == "indicator"
    rows = []
    for model in MODELS:
        for target, rule in targets.items():
            part = joined.filter(rule & (pl.col("model") == model))
            if part.height:
                rows.append(_summarise(part, model, target))
    frame = pl.DataFrame(rows, schema=empty_table(HindcastSummary).schema)
    return check(frame, HindcastSummary)


def _summarise(part: pl.DataFrame, model: str, target: str) -> dict[str, object]:
    count = part.height
    hits = {width: int(part[f"inside{width}"].sum()) for width in (50, 90)}
    compared = part.filter(pl.col("reference").is_not_null())
    base = float(compared["reference"].sum())
    one_unit = part["unit"].n_unique() == 1
    row: dict[str, object] = {
        "model": model,
        "target": target,
        "n": count,
        "mean_crps": float(part["crps"].to_numpy().mean()) if one_unit else None,
        "unit": part["unit"][0] if one_unit else "",
        "bias_share": float(((part["p50"] - part["observed"]) / part["observed"].abs()).to_numpy().mean()),
        "skill": 1 - float(compared["crps"].sum()) / base if base > 0 and one_unit else None,
    }
    for width, inside in hits.items():
        row[f"coverage{width}"] = inside / count
        row[f"low{width}"], row[f"high{width}"] = wilson_interval(inside, count)
    return row
