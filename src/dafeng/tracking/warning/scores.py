"""How good the hints and the chances were: hits, false alarms, and a reliability table."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.table import frame_of
from dafeng.tracking.warning.contracts import Reliability, WarningScores
from dafeng.tracking.warning.posed import CASES

if TYPE_CHECKING:
    from dafeng.tracking.warning.hint import Thresholds

FEWEST_OUTCOMES = 5
"""Distinct outcomes that were missed, and as many that were met, without which no rate is shown."""
BINS = 10
_Z90 = 1.6448536269514722


def score_hints(cases: pl.DataFrame, basis: str, thresholds: Thresholds) -> pl.DataFrame:
    """Return how often each hint was right, by years ahead.

    Parameters
    ----------
    cases : polars.DataFrame
        Columns of :data:`~dafeng.tracking.warning.posed.CASES`.
    basis : str
        Code of ``score_basis``.
    thresholds : Thresholds

    Returns
    -------
    WarningScores
        Hit rate: of the goals that were missed, the share that had been flagged. False-alarm rate: of the
        goals that were met, the share that had been flagged. Both are empty, *not estimable*, with fewer than
        five distinct outcomes that were missed or five that were met: many goals on one figure are one test.
    """
    rows = [
        _score(part, basis, level, threshold, int(str(ahead)))
        for level, threshold in (("red", thresholds.red_miss), ("amber", thresholds.amber_miss))
        for (ahead,), part in sorted(cases.group_by("horizon_years"), key=lambda pair: pair[0])
    ]  # fmt: skip
    return frame_of(rows, WarningScores)


def tabulate_reliability(cases: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Return how often goals came true by the chance that they were given, in ten bins.

    Returns
    -------
    Reliability
        Bins with cases only. The 90 % interval is Wilson's (1927, J. Am. Stat. Assoc. 22, 209-212), with the
        distinct outcomes as its number of trials: goals that share a figure are no independent trials.
    """
    place = (pl.col("chance") * BINS + 1e-9).floor().clip(0, BINS - 1).cast(pl.Int64)
    rows = []
    for (number,), part in sorted(cases.with_columns(bin=place).group_by("bin"), key=lambda pair: pair[0]):
        outcomes, met = _outcomes(part), float(part["met"].mean())  # type: ignore[arg-type]
        low, high = wilson_interval(met, outcomes)
        rows.append({
            "basis": basis, "bin_low": int(str(number)) / BINS, "bin_high": (int(str(number)) + 1) / BINS,
            "cases": part.height, "outcomes": outcomes, "mean_p": part["chance"].mean(), "met_share": met,
            "low_share": low, "high_share": high,
        })  # fmt: skip
    return frame_of(rows, Reliability)


def plan_cases(replay: pl.DataFrame, verdicts: pl.DataFrame, targets: pl.DataFrame) -> pl.DataFrame:
    """Return the targets whose outcome is known, with the chance that was given before.

    Parameters
    ----------
    replay : ReplayedVerdicts
        Days of the past with their ``p_met``; a chance of 0 or 1 is an outcome that was known, for a trend is
        never that sure.
    verdicts : Verdicts
        Of today: ``met`` and ``missed`` are outcomes.
    targets : Targets
        Their years; days on which the outcome was known already are left out.

    Returns
    -------
    polars.DataFrame
        Columns of :data:`~dafeng.tracking.warning.posed.CASES`.
    """
    settled = ["met", "missed"]
    outcome = verdicts.filter(pl.col("verdict").is_in(settled)).select(
        "target_id", met=pl.col("verdict") == "met"
    )
    given = replay.filter((pl.col("p_met") > 0) & (pl.col("p_met") < 1) & ~pl.col("verdict").is_in(settled))
    years = targets.select("target_id", "target_year").drop_nulls()
    joined = given.join(outcome, on="target_id").join(years, on="target_id").sort("target_id", "as_of")
    ahead = pl.col("target_year") - pl.col("as_of").str.slice(0, 4).cast(pl.Int64)
    return (
        joined.with_columns(horizon_years=ahead)
        .filter(pl.col("horizon_years") >= 0)
        .select(
            case_id="target_id",
            horizon_years="horizon_years",
            outcome_year="target_year",
            chance="p_met",
            met="met",
        )
        .cast(CASES)  # type: ignore[arg-type]
    )


def wilson_interval(share: float, trials: int) -> tuple[float, float]:
    r"""Return Wilson's 90 % interval of a share.

    .. math::
        \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_interval(0.5, 20)]
    [0.327, 0.673]
    """
    z2 = _Z90**2 / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = sqrt(share * (1 - share) * z2 + z2**2 / 4) / (1 + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def _score(part: pl.DataFrame, basis: str, level: str, threshold: float, ahead: int) -> dict[str, Any]:
    missed, met = part.filter(~pl.col("met")), part.filter(pl.col("met"))
    estimable = min(_outcomes(missed), _outcomes(met)) >= FEWEST_OUTCOMES
    return {
        "basis": basis, "level": level, "threshold": threshold, "horizon_years": ahead, "cases": part.height,
        "outcomes": _outcomes(part), "misses": missed.height,
        "hit_share": _alarmed(missed, threshold) if estimable else None,
        "false_alarm_share": _alarmed(met, threshold) if estimable else None,
        "estimable": estimable,
    }  # fmt: skip


def _outcomes(cases: pl.DataFrame) -> int:
    return cases.select("case_id", "outcome_year").n_unique() if cases.height else 0


def _alarmed(cases: pl.DataFrame, threshold: float) -> float:
    return float((1 - cases["chance"] > threshold + 1e-9).mean())  # type: ignore[arg-type]
