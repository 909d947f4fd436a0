"""Scores of a backtest, each with a block-bootstrap interval where days depend on one another.

CRPS and pinball loss by Gneiting and Raftery (2007, JASA 102:359-378), computed with ``scoringrules``;
skill is one minus the ratio to the same score of a reference. For PV everything but the scores of grid
rules counts daylight only: nights foretold as zero are no skill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.power.forecast.contracts import ForecastScore
from dafeng.power.forecast.horizon import LEVELS
from dafeng.power.forecast.rules import PASS, score_rule
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from dafeng.power.forecast.backtest import Backtest
    from dafeng.power.forecast.baselines import Foretold

    Array = NDArray[np.float64]

BLOCK_DAYS = 7
REPEATS = 500
FINE = np.linspace(0.05, 0.95, 19)
"""Levels between which quantiles are interpolated for the CRPS."""
RULED = ("ultra_short", "day_ahead")
"""Horizons that rules can judge: those for the medium term look at the tenth day, beyond the seventh."""
FOURTH_HOUR = (3.0, 4.0)
"""Leads that an ultra-short rule scores: after three hours, up to four. [h]"""


@dataclass(frozen=True, slots=True, eq=False)
class DaySums:
    """Sums over the points of each day, so that a resampled year costs one product."""

    count: Array
    square: Array
    absolute: Array
    error: Array
    passed: Array
    inside80: Array
    inside50: Array
    width80: Array
    pinball: Array
    crps: Array
    accuracy: Array


def sum_days(actual: Array, foretold: Foretold, day: NDArray[np.int64]) -> DaySums:
    """Return the sums of one model.

    Parameters
    ----------
    actual : array
        [1]
    foretold : Foretold
    day : array of int
        From 0 without holes.
    """
    from scoringrules import crps_quantile, quantile_score  # noqa: PLC0415 - slow to import

    error = foretold.mean - actual
    low25, high75 = foretold.quantiles[:, 1], foretold.quantiles[:, -2]
    low, high = foretold.quantiles[:, 0], foretold.quantiles[:, -1]
    fine = _interpolate(foretold.quantiles)
    pinball = np.mean(
        [quantile_score(actual, foretold.quantiles[:, i], level) for i, level in enumerate(LEVELS)], axis=0
    )
    days = int(day.max()) + 1

    def total(values: Array | NDArray[np.bool_]) -> Array:
        return np.asarray(np.bincount(day, np.asarray(values, float), days), float)

    count, square = total(np.ones(len(actual))), total(error**2)
    return DaySums(
        count, square, total(np.abs(error)), total(error), total(1 - np.abs(error) > PASS),
        total((actual >= low) & (actual <= high)), total((actual >= low25) & (actual <= high75)),
        total(high - low), total(pinball), total(crps_quantile(actual, fine, FINE)),
        1 - np.sqrt(square / count),
    )  # fmt: skip


def _interpolate(quantiles: Array) -> Array:
    """Return quantiles at ``FINE``, linear between ``LEVELS`` and flat outside."""
    place = np.clip(np.searchsorted(LEVELS, FINE) - 1, 0, len(LEVELS) - 2)
    levels = np.array(LEVELS)
    share = np.clip((FINE - levels[place]) / (levels[place + 1] - levels[place]), 0, 1)
    return np.asarray(quantiles[:, place] * (1 - share) + quantiles[:, place + 1] * share)


def _mean(name: str) -> Callable[[DaySums, Array], Array]:
    return lambda sums, weight: (weight @ getattr(sums, name)) / (weight @ sums.count)


def _rmse(sums: DaySums, weight: Array) -> Array:
    root: Array = np.sqrt(_mean("square")(sums, weight))
    return root


MEASURES: Mapping[str, Callable[[DaySums, Array], Array]] = {
    "accuracy_day": lambda sums, weight: (weight @ sums.accuracy) / weight.sum(axis=-1),
    "accuracy": lambda sums, weight: 1 - _rmse(sums, weight),
    "accuracy_mae": lambda sums, weight: 1 - _mean("absolute")(sums, weight),
    "pass_rate": _mean("passed"),
    "bias": _mean("error"),
    "pinball": _mean("pinball"),
    "crps": _mean("crps"),
    "coverage80": _mean("inside80"),
    "coverage50": _mean("inside50"),
    "width80": _mean("width80"),
}
"""Code of ``forecast_measure`` -> value for weights of days."""
SKILLS: Mapping[str, tuple[str, Callable[[DaySums, Array], Array]]] = {
    f"skill_{score}_{reference}": (reference, measure)
    for reference in ("persistence", "climatology")
    for score, measure in (("rmse", _rmse), ("pinball", _mean("pinball")), ("crps", _mean("crps")))
}


def draw_blocks(days: int, seed: int = 2030) -> Array:
    """Return how often each day occurs in circular samples of blocks of a week, shape (repeats, days).

    Politis and Romano (1992), circular block bootstrap.
    """
    generator = np.random.default_rng(seed)
    starts = generator.integers(0, days, size=(REPEATS, -(-days // BLOCK_DAYS)))
    chosen = ((starts[:, :, None] + np.arange(BLOCK_DAYS)) % days).reshape(REPEATS, -1)[:, :days]
    return np.stack([np.bincount(row, minlength=days) for row in chosen]).astype(float)


def score_backtest(backtest: Backtest, rules: pl.DataFrame) -> pl.DataFrame:
    """Return every score of every model.

    Parameters
    ----------
    backtest : Backtest
    rules : polars.DataFrame
        Rows of the pack's ``forecast_rules``; those of the kind and horizon are used.

    Returns
    -------
    polars.DataFrame
        Contract :class:`~dafeng.power.forecast.contracts.ForecastScore`.
    """
    lit = backtest.lit
    actual = backtest.frame["output"].to_numpy()
    date = backtest.frame["valid"].dt.date()
    day = np.unique(date.filter(pl.Series(lit)).cast(pl.Int32).to_numpy(), return_inverse=True)[1]
    sums = {name: sum_days(actual[lit], _only(told, lit), day) for name, told in backtest.foretold.items()}
    days = int(day.max()) + 1
    even, drawn = np.ones(days), draw_blocks(days)
    rows: list[dict[str, Any]] = []
    common = _describe(backtest)
    for name, own in sums.items():
        for measure, compute in MEASURES.items():
            rows.append(_row(common, name, measure, compute(own, even), compute(own, drawn), days))
        for measure, (other, compute) in SKILLS.items():
            if name != other:
                ratio = [1 - compute(own, w) / compute(sums[other], w) for w in (even, drawn)]
                rows.append(_row(common, name, measure, ratio[0], ratio[1], days))
        rows += _score_rules(backtest, rules, common, name)
    for row in rows:
        row["points"] = row.get("points") or int(lit.sum())
    schema = {name: dtype.dtype.type for name, dtype in ForecastScore.to_schema().columns.items()}
    return check(pl.DataFrame(rows, schema=schema), ForecastScore)


def _only(told: Foretold, rows: NDArray[np.bool_]) -> Foretold:
    return type(told)(told.mean[rows], told.quantiles[rows])


def _describe(backtest: Backtest) -> dict[str, Any]:
    valid = backtest.frame["valid"]
    first, last = valid.sort()[0], valid.sort()[-1]
    return {
        "station": backtest.station, "kind": backtest.plan.kind, "horizon": backtest.plan.horizon,
        "weather": backtest.weather, "folds": backtest.folds, "train_from": backtest.train_from,
        "test_from": f"{first:%Y-%m-%d}", "test_to": f"{last:%Y-%m-%d}",
    }  # fmt: skip


def _row(
    common: dict[str, Any], model: str, measure: str, value: Any, drawn: Array, days: int
) -> dict[str, Any]:  # fmt: skip
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {
        **common, "model": model, "measure": measure, "rule": "none", "value": float(value),
        "low": float(low), "high": float(high), "threshold": None, "passed": None, "days": days,
    }  # fmt: skip


def _score_rules(
    backtest: Backtest, rules: pl.DataFrame, common: dict[str, Any], name: str
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the score of each rule of the kind and horizon, at every hour of the day and night."""
    frame, told = backtest.frame, backtest.foretold[name]
    kept = np.ones(frame.height, bool)
    if backtest.plan.horizon == "ultra_short":
        lead = frame["lead"].to_numpy()
        kept = (lead > FOURTH_HOUR[0]) & (lead <= FOURTH_HOUR[1])
    day = frame["valid"].dt.date().cast(pl.Int32).to_numpy().astype(np.int64)
    made = []
    chosen = rules.filter(
        pl.col("kind").is_in([backtest.plan.kind, "any"])
        & (pl.col("horizon") == backtest.plan.horizon)
        & pl.col("horizon").is_in(RULED)
    )
    for rule in chosen.to_dicts():
        score = score_rule(rule, frame["output"].to_numpy()[kept], told.mean[kept], day[kept])
        base = {**common, "model": name, "rule": rule["rule"], "low": None, "high": None, "days": score.days}
        base |= {"points": int(kept.sum()), "threshold": None, "passed": None}
        aim = rule["pass_share"] if rule["formula"] == "pass" else rule["threshold"]
        values = {
            "rule_accuracy": score.accuracy, "rule_days": score.passed_share,
            "rule_penalty": score.penalty_hours,
        }  # fmt: skip
        for measure, value in values.items():
            judged = {"threshold": aim, "passed": score.passed} if measure == "rule_accuracy" else {}
            finite = value is not None and np.isfinite(value)
            made.append({**base, "measure": measure, "value": value if finite else None, **judged})
    return made
