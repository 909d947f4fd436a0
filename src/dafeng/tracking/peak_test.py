"""Peak studies as rows of the tables: the verdict, and the error rates by years since the turn."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from dafeng.peaktest import explain_verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.peaktest import PeakStudy

Row = dict[str, Any]


def make_verdict_row(study: PeakStudy, named: Mapping[str, str | None]) -> Row:
    """Return a study as a row of ``PeakVerdicts``.

    Parameters
    ----------
    study : PeakStudy
    named : mapping of str to str
        series_id, region, name_zh, name_en, unit, grade.
    """
    found, rates, why = study.assessment, study.rates, explain_verdict(study)
    english = why.text("en")
    return {
        **named, "verdict": found.verdict, "first_year": study.first_year, "last_year": found.last_year,
        "peak_year": found.peak_year, "peak": found.peak_value, "latest": study.latest,
        "near_ties": ";".join(map(str, found.near_ties)) or None, "years_since": found.years_since,
        "slope_share": known_number(found.slope_after), "p_falling": known_number(found.p_falling),
        "noise_share": study.noise.share, "noise_ar1": study.noise.ar1, "noise_basis": study.noise.basis,
        "false_alarm_share": rates.false_alarm, "false_alarm_growing_share": rates.false_alarm_growing,
        "hit_share": rates.hit, "confirmable_after": study.confirmable_after,
        "why_zh": why.text("zh"), "why_en": english[:1].upper() + english[1:],
    }  # fmt: skip


def make_rate_rows(study: PeakStudy, series_id: str, region: str) -> list[Row]:
    """Return the error rates of a study as rows of ``PeakErrorRates``."""
    return [
        {"series_id": series_id, "region": region, "years_since": rates.case.years_since_turn,
         "truth": truth, "verdict": verdict, "share": share,
         "standard_error": rates.standard_error(share), "samples": rates.samples}
        for rates in study.by_years
        for truth, shares in rates.shares.items()
        for verdict, share in shares.items()
    ]  # fmt: skip


def known_number(value: float | None) -> float | None:
    """Return a number, or None for one that the test could not give."""
    return value if value is not None and isfinite(value) else None
