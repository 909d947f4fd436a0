"""Tables of the peak: how likely, when, how high, how much in all; and the fan of yearly totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import InputRefused
from dafeng.pathway.contracts import Scoped
from dafeng.pathway.peak import KINDS, PeakReading, Peaks, find_peaks, natural_frequency, share_error
from dafeng.table import column, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    from dafeng.pathway.ensemble import Ensemble
    from dafeng.pathway.model import Array
    from dafeng.scenario import Scope

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


class PeakDistribution(Scoped):
    """Share of the futures by kind and year of the maximum; of the kind ``none`` that is the last year."""

    kind: str = column(key=True, vocabulary="peak_kind", zh="类别", en="Kind")
    year: int = column(key=True, unit="year", zh="最大值年份", en="Year of the maximum")
    share: float = column(unit="1", low=0, high=1, zh="未来的份额", en="Share of the futures")


class PeakSummary(Scoped):
    """How likely the peak is by a year, when it comes and how high it is.

    A year is null where that quantile of the futures has no peak within the horizon. The error is that of
    independent draws, an upper guide for balanced ones. It says how well the share is counted, not how good
    the model is.
    """

    draws: int = column(unit="1", low=1, zh="未来的个数", en="Futures")
    by_year: int = column(unit="year", zh="问及的年份", en="Year asked for")
    peaked_share: float = column(unit="1", low=0, high=1, zh="届时已达峰的份额", en="Share peaked by then")
    peaked_error: float = column(unit="1", low=0, zh="份额的标准误", en="Standard error of the share")
    words_zh: str = column(zh="自然频率（中文）", en="Natural frequency (Chinese)")
    words_en: str = column(zh="自然频率（英文）", en="Natural frequency (English)")
    plateau_share: float = column(unit="1", low=0, high=1, zh="平台期的份额", en="Share with a plateau")
    none_share: float = column(unit="1", low=0, high=1, zh="期内未达峰的份额", en="Share without a peak")
    p05_year: int = column(unit="year", nullable=True, zh="达峰年 5% 分位", en="Peak year, 5th percentile")
    p50_year: int = column(unit="year", nullable=True, zh="达峰年中位数", en="Peak year, median")
    p95_year: int = column(unit="year", nullable=True, zh="达峰年 95% 分位", en="Peak year, 95th percentile")
    plateau_from_year: int = column(
        unit="year", nullable=True, zh="平台期起始年中位数", en="First year of the plateau, median"
    )
    plateau_to_year: int = column(
        unit="year", nullable=True, zh="平台期末年中位数", en="Last year of the plateau, median"
    )
    level_p05: float = column(unit="unit", zh="峰值 5% 分位", en="Peak level, 5th percentile")
    level_p50: float = column(unit="unit", zh="峰值中位数", en="Peak level, median")
    level_p95: float = column(unit="unit", zh="峰值 95% 分位", en="Peak level, 95th percentile")
    unit: str = column(choices=("Mt CO2", "Mt CO2e"), zh="单位", en="Unit")


class Spread(Scoped):
    """Quantiles and mean over the futures."""

    p05: float = column(unit="unit", zh="5% 分位", en="5th percentile")
    p25: float = column(unit="unit", zh="25% 分位", en="25th percentile")
    p50: float = column(unit="unit", zh="中位数", en="Median")
    p75: float = column(unit="unit", zh="75% 分位", en="75th percentile")
    p95: float = column(unit="unit", zh="95% 分位", en="95th percentile")
    mean: float = column(unit="unit", zh="平均", en="Mean")
    unit: str = column(choices=("Mt CO2", "Mt CO2e"), zh="单位", en="Unit")


class CumulativeEmissions(Spread):
    """Emissions added up from one year to another, both included."""

    from_year: int = column(key=True, unit="year", zh="起始年", en="First year")
    to_year: int = column(key=True, unit="year", zh="末年", en="Last year")


class FanChart(Spread):
    """Totals by year."""

    year: int = column(key=True, unit="year", zh="年份", en="Year")


@dataclass(frozen=True, slots=True, eq=False)
class PeakTables:
    """The answers on the peak of one scenario.

    Attributes
    ----------
    distribution : PeakDistribution
    summary : PeakSummary
    cumulative : CumulativeEmissions
    fan : FanChart
    """

    distribution: pl.DataFrame
    summary: pl.DataFrame
    cumulative: pl.DataFrame
    fan: pl.DataFrame


def summarise_peak(
    scenario: str,
    ensemble: Ensemble,
    history: Mapping[Scope, ArrayLike] | None = None,
    reading: PeakReading | None = None,
) -> PeakTables:
    """Return the answers on the peak in every scope of an ensemble.

    Parameters
    ----------
    scenario : str
        Id of the scenario.
    ensemble : Ensemble
    history : mapping of Scope to array_like, shape (observed year, 2), optional
        Year and value [Mt] before the base year, in the same scope; see
        :func:`~dafeng.pathway.peak.find_peaks`.
    reading : PeakReading, optional
        What is asked; years to add up to beyond the horizon are left out.

    Returns
    -------
    PeakTables
        Quantiles of years are years that occur (inverse of the distribution), all others are interpolated.

    Raises
    ------
    InputRefused
        ``setting_invalid`` if the horizon does not reach beyond the year asked for; errors of ``find_peaks``.
    """
    reading = reading or PeakReading()
    years = ensemble.years
    if reading.by_year >= years[-1]:
        reason = f"{reading.by_year} ≥ {years[-1]}"
        raise InputRefused.of("setting_invalid", key="PeakReading.by_year", reason=reason)
    rows: dict[str, list[dict[str, Any]]] = {"distribution": [], "summary": [], "cumulative": [], "fan": []}
    for scope, totals in ensemble.totals.items():
        axes = {"scenario": scenario, **scope.model_dump()}
        unit = {"unit": "Mt CO2" if scope.gases == "co2" else "Mt CO2e"}
        peaks = find_peaks(years, totals, None if history is None else history.get(scope), reading)
        rows["distribution"] += [axes | row for row in _count_peaks(peaks)]
        rows["summary"].append(axes | unit | _summarise(peaks, reading.by_year))
        rows["fan"] += [
            axes | unit | {"year": int(year)} | _spread(row) for year, row in zip(years, totals, strict=True)
        ]
        for until in reading.until_years:
            if years[0] <= until <= years[-1]:
                ends = {"from_year": int(years[0]), "to_year": until}
                rows["cumulative"].append(axes | unit | ends | _spread(totals[years <= until].sum(axis=0)))
    contracts = (PeakDistribution, PeakSummary, CumulativeEmissions, FanChart)
    return PeakTables(*(frame_of(rows[name], kind) for name, kind in zip(rows, contracts, strict=True)))


def _count_peaks(peaks: Peaks) -> list[dict[str, Any]]:
    """Return the share of the draws by kind and year."""
    pairs, counts = np.unique(np.stack([peaks.kind, peaks.year]), axis=1, return_counts=True)
    draws = peaks.year.size
    return [
        {"kind": KINDS[kind], "year": int(year), "share": count / draws}
        for kind, year, count in zip(*pairs, counts, strict=True)
    ]


def _summarise(peaks: Peaks, by_year: int) -> dict[str, Any]:
    """Return the numbers of one row of the summary."""
    draws = int(peaks.year.size)
    peaked = int(peaks.peaked_by(by_year).sum())
    words = natural_frequency(peaked / draws, draws)
    flat = peaks.kind == KINDS.index("plateau")
    open_ended = peaks.kind == KINDS.index("none")
    ordered = np.sort(np.where(open_ended, np.iinfo(np.int64).max, peaks.year))
    levels = np.quantile(peaks.level, (0.05, 0.5, 0.95))
    return {
        "draws": draws, "by_year": by_year, "peaked_share": peaked / draws,
        "peaked_error": share_error(peaked, draws), "words_zh": words[0], "words_en": words[1],
        "plateau_share": float(flat.mean()), "none_share": float(open_ended.mean()),
        "p05_year": _ranked(ordered, 0.05), "p50_year": _ranked(ordered, 0.5),
        "p95_year": _ranked(ordered, 0.95),
        "plateau_from_year": _ranked(np.sort(peaks.close_from[flat]), 0.5),
        "plateau_to_year": _ranked(np.sort(peaks.close_to[flat]), 0.5),
        "level_p05": float(levels[0]), "level_p50": float(levels[1]), "level_p95": float(levels[2]),
    }  # fmt: skip


def _ranked(ordered: NDArray[np.int64], share: float) -> int | None:
    """Return the smallest year that a share of the draws does not pass; None if there is none."""
    if not ordered.size:
        return None
    year = int(ordered[max(int(np.ceil(share * ordered.size)) - 1, 0)])
    return None if year == np.iinfo(np.int64).max else year


def _spread(values: Array) -> dict[str, float]:
    found = np.quantile(values, list(QUANTILES.values()))
    return dict(zip(QUANTILES, map(float, found), strict=True)) | {"mean": float(values.mean())}
