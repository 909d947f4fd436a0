"""Use case: has a yearly series of a CSV file peaked, and how often is the rule wrong on such series."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.peaktest import DEFAULT_RULE, PeakRule, PeakStudy, explain_study, study_peak
from dafeng.peaktest.io import read_series_file
from dafeng.peaktest.study import FOUND_SHARE
from dafeng.table import frame_of
from dafeng.tracking.peak_contracts import PeakErrorRates, PeakVerdicts
from dafeng.tracking.peak_test import known_number, make_rate_rows, make_verdict_row

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dafeng.peaktest import ErrorRates

MOST_SAMPLES = 100_000


@dataclass(frozen=True, slots=True)
class PeakRequest:
    """What to test.

    Parameters
    ----------
    series : Path
        CSV of year and value.
    rule : PeakRule
    unit : str
        Unit of the values, for the answer only.
    samples, seed : int
        Of the simulation.
    output : Path, optional
        File that the answer will be written to: it must not be the series.
    max_bytes : int
        Limit of the file. [B]
    """

    series: Path
    rule: PeakRule = DEFAULT_RULE
    unit: str = ""
    samples: int = 4000
    seed: int = 20300
    output: Path | None = None
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class PeakAnswer:
    """The study of a series and its tables.

    Parameters
    ----------
    study : PeakStudy
    verdict : polars.DataFrame
        One row of ``PeakVerdicts``.
    rates : polars.DataFrame
        ``PeakErrorRates``.
    unit : str
    """

    study: PeakStudy
    verdict: pl.DataFrame
    rates: pl.DataFrame
    unit: str


def answer_peak(request: PeakRequest) -> PeakAnswer:
    """Read a series and judge it.

    Raises
    ------
    InputRefused, TableError
        With every defect of the file; settings of the simulation out of range.
    """
    if request.output is not None and request.output.resolve() == request.series.resolve():
        raise InputRefused.of("output_is_input", path=request.series)
    if not 1 <= request.samples <= MOST_SAMPLES:
        raise InputRefused.of("setting_invalid", key="samples", reason=f"1 ≤ n ≤ {MOST_SAMPLES}")
    if request.seed < 0:
        raise InputRefused.of("setting_invalid", key="seed", reason="≥ 0")
    series = read_series_file(request.series, max_bytes=request.max_bytes)
    study = study_peak(
        series["year"], series["value"], request.rule, samples=request.samples, seed=request.seed
    )
    name = request.series.stem
    named = {
        "series_id": name, "region": "", "name_zh": name, "name_en": name, "unit": request.unit,
        "grade": None,
    }  # fmt: skip
    verdict = frame_of([make_verdict_row(study, named)], PeakVerdicts)
    return PeakAnswer(study, verdict, frame_of(make_rate_rows(study, name, ""), PeakErrorRates), request.unit)


def describe_answer(answer: PeakAnswer) -> dict[str, Any]:
    """Return an answer as JSON values."""
    study, found = answer.study, answer.study.assessment
    notes = explain_study(study)
    names = {f"verdict_{code}": terms.name("peak_verdict", found.verdict, code) for code in ("zh", "en")}
    return {
        "verdict": found.verdict, **names,
        "first_year": study.first_year, "last_year": found.last_year, "peak_year": found.peak_year,
        "peak_value": found.peak_value, "latest_value": study.latest, "unit": answer.unit,
        "near_ties": list(found.near_ties), "years_since": found.years_since,
        "slope": known_number(found.slope_after), "p": known_number(found.p_falling),
        "autocorrelation_after": known_number(found.lag1),
        "rule": asdict(found.rule),
        "noise": asdict(study.noise),
        "error_rates": _describe_rates(study.rates) | _describe_range(study),
        "error_rates_by_years": [_describe_rates(rates) for rates in study.by_years],
        "confirmable_after": study.confirmable_after, "confirmable_share": FOUND_SHARE,
        "notes": [
            {"code": note.code, "severity": note.severity, "zh": note.text("zh"), "en": note.text("en")}
            for note in notes
        ],
    }  # fmt: skip


def _describe_rates(rates: ErrorRates) -> dict[str, Any]:
    shares = {
        "hit": rates.hit, "false_alarm": rates.false_alarm, "false_alarm_growing": rates.false_alarm_growing
    }  # fmt: skip
    return {
        "years_since": rates.case.years_since_turn, **shares,
        "standard_errors": {name: rates.standard_error(share) for name, share in shares.items()},
        "shares": {truth: dict(by_verdict) for truth, by_verdict in rates.shares.items()},
        "samples": rates.samples, "seed": rates.seed, "case": asdict(rates.case),
    }  # fmt: skip


def _describe_range(study: PeakStudy) -> dict[str, Any]:
    """Return lowest and highest rates over the noise that was assumed; nothing where it was estimated."""
    if not study.corners:
        return {}
    hits = [rates.hit for rates in study.corners]
    alarms = [rates.false_alarm for rates in study.corners]
    return {"hit_range": [min(hits), max(hits)], "false_alarm_range": [min(alarms), max(alarms)]}
