"""The stage ``peak_test``: have the series of the pack peaked, as known on the day of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.tables import name_tables
from dafeng.peaktest import study_peak
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.table import frame_of
from dafeng.tracking.peak_contracts import PeakErrorRates, PeakSeries, PeakVerdicts
from dafeng.tracking.peak_series import FEWEST_YEARS, CandidateSeries, gather_candidates, grade_of
from dafeng.tracking.peak_test import Row, make_rate_rows, make_verdict_row

if TYPE_CHECKING:
    from dafeng.app.stages import RunContext

PEAK_FILES = (
    "series", "observations", "indicators", "indicator_series", "targets", "published_emissions",
)  # fmt: skip
PEAK_NEEDS = ("inventory.emissions",)
SAMPLES = 2000
"""Simulated series for each truth and number of years; the sampling error stays under 0.012."""


def judge_pack_peaks(context: RunContext) -> Result:
    """Return verdicts on the series of the pack with the error rates of the rule on each."""
    emissions = context.given.get("inventory.emissions")
    candidates = gather_candidates(context.pack.tables, emissions, context.as_of)
    tested = [candidate for candidate in candidates if candidate.testable]
    verdicts: list[Row] = []
    rates: list[Row] = []
    figures: list[Row] = []
    for one in tested:
        study = study_peak(one.figures["year"], one.figures["value"], samples=SAMPLES)
        named = {
            "series_id": one.series_id, "region": one.region, "name_zh": one.name_zh,
            "name_en": one.name_en, "unit": one.figures["unit"][-1], "grade": grade_of(one.figures),
        }  # fmt: skip
        verdicts.append(make_verdict_row(study, named))
        rates += make_rate_rows(study, one.series_id, one.region)
        own = {"series_id": one.series_id, "region": one.region}
        figures += [{**own, **row} for row in one.figures.iter_rows(named=True)]
    frames = {
        "tracking.peak_tests": frame_of(verdicts, PeakVerdicts),
        "tracking.peak_errors": frame_of(rates, PeakErrorRates),
        "tracking.peak_series": frame_of(figures, PeakSeries),
    }
    return Result("peak_test", name_tables(frames), (_describe(tested, candidates),))


def _describe(tested: list[CandidateSeries], candidates: list[CandidateSeries]) -> Step:
    regions = {one.region for one in tested}
    left = [one for one in candidates if one.region in regions and not one.testable]
    zh = f"以平台与趋势规则检验 {len(tested)} 个序列是否达峰，并按各序列的波动模拟误判率"
    en = f"tested {len(tested)} series for a peak and simulated the error rates with the noise of each"
    if left:
        names_zh = "、".join(f"{one.name_zh} {one.figures.height} 年" for one in left)
        names_en = ", ".join(f"{one.name_en}: {one.figures.height}" for one in left)
        zh += f"；连续年份不足 {FEWEST_YEARS} 年、未检验：{names_zh}"
        en += f"; not tested for want of {FEWEST_YEARS} consecutive years: {names_en}"
    return Step("peaktest.study_peak", zh, en, {"samples": SAMPLES}, len(tested))
