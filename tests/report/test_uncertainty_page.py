"""The page of uncertainty: an interval where all is known, a lower bound where not, words where nothing."""

from __future__ import annotations

from typing import Any

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.inventory.uncertainty import (
    DrawPlan,
    LineInput,
    UncertaintyPlan,
    assess_uncertainty,
    lines_from_input,
)
from dafeng.report import ReportContext, ReportMeta
from dafeng.report.pages.uncertainty import PAGE
from dafeng.table import columns_of

META = ReportMeta("CN-SX", "山西省", "Shanxi", "shanxi", "1", "v", "2026-11-22")
SCHEMA = {spec.name: spec.dtype for spec in columns_of(LineInput)}
PLAIN = {
    "region": "CN-SX", "category": "1A1a", "fuel": "Raw_Coal", "gas": "CO2", "factor": 2000.0, "unit": "kt",
    "activity_uncertainty": 0.05, "factor_uncertainty": 0.1,
}  # fmt: skip


def page_of(*rows: dict[str, Any]) -> str:
    given = pl.DataFrame([{**PLAIN, **row} for row in rows], schema=SCHEMA)
    plan = UncertaintyPlan(2010, "AR5", DrawPlan(draws=500))
    made = assess_uncertainty(lines_from_input(given, "AR5"), plan)
    tables = name_tables({f"uncertainty.{name}": frame for name, frame in made.tables.items()})
    return PAGE.render(ReportContext(META, tables))


THEN, NOW = {"year": 2010, "activity": 80.0}, {"year": 2020, "activity": 100.0}


def test_a_known_total_has_its_interval_and_trend() -> None:
    page = page_of(THEN, NOW)
    assert "95% 区间" in page
    for number in ("200.0", "177.6", "222.4", "+25.0%"):
        assert f">{number}<" in page
    assert "L1 L2" in page.replace("T1 ", "")


def test_a_half_known_total_has_a_lower_bound_and_says_what_is_missing() -> None:
    unknown = {"factor_uncertainty": None}
    page = page_of({**THEN, **unknown}, {**NOW, **unknown})
    assert "uncertain by at least ±" in page
    assert ">5%<" in page
    assert "Neither error propagation nor Monte Carlo gives a 95 % interval" in page
    assert 'id="uncertainty-totals"' not in page
    assert ">100.0%<" in page
    assert "approach 2 is not possible" in page


def test_a_sum_of_what_is_estimated_is_not_called_all_gases() -> None:
    page = page_of(THEN, NOW)
    assert "已估算的温室气体" in page
    assert "全部温室气体" not in page


def test_nothing_known_is_not_estimable() -> None:
    unknown = {"factor_uncertainty": None, "activity_uncertainty": None}
    page = page_of({**THEN, **unknown}, {**NOW, **unknown})
    assert "the uncertainty is not estimable" in page
    assert "Where the known uncertainty" not in page


def test_without_lines_there_is_a_sentence() -> None:
    tables = name_tables({name: frame.clear() for name, frame in _frames().items()})
    page = PAGE.render(ReportContext(META, tables))
    assert "There is nothing to assess" in page
    assert "没有可评估的清单" in page


def _frames() -> dict[str, pl.DataFrame]:
    given = pl.DataFrame([{**PLAIN, **NOW}], schema=SCHEMA)
    made = assess_uncertainty(
        lines_from_input(given, "AR5"), UncertaintyPlan(2020, "AR5", DrawPlan(draws=100))
    )
    return {f"uncertainty.{name}": frame for name, frame in made.tables.items()}
