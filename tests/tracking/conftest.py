"""One target and what was published of it, as small tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.pack import PACK_TABLES
from dafeng.table import columns_of
from dafeng.tracking import Board, Readings, judge_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TARGET = {
    "target_id": "T", "document_id": "plan", "region": "CN-SX", "indicator_id": "I", "kind": "quantified",
    "nature": "expected",
    "comparator": "ge", "value": 50.0, "unit": "%", "target_year": 2025, "timing": "dated",
    "sector": "energy",
    "source_id": "s", "grade": "A", "name_zh": "目标", "name_en": "Target",
}  # fmt: skip
INDICATOR = {
    "indicator_id": "I",
    "name_zh": "指标",
    "name_en": "Indicator",
    "unit": "%",
    "kind": "share",
    "direction": "up",
}
SEEN = {
    "series_id": "S", "region": "CN-SX", "period": "2025", "value": 50.0, "unit": "%", "bound": "eq",
    "known_on": "2026-02", "source_id": "s", "grade": "A",
}  # fmt: skip
LINK = {"indicator_id": "I", "series_id": "S", "relation": "same", "reason_zh": "同", "reason_en": "same"}
SERIES = {"series_id": "S", "name_zh": "序列", "name_en": "Series", "unit": "%", "kind": "share"}
FORMULA = {
    "indicator_id": "I", "formula_id": "F", "formula": "S", "unit": "%", "relation": "same",
    "reason_zh": "同", "reason_en": "same",
}  # fmt: skip
SHAPE = {"target_id": "T", "shape": "milestones", "source_id": "s", "grade": "A"}
STOP = {
    "target_id": "T", "year": 2027, "value": 56.0, "unit": "%", "document_id": "plan", "source_id": "s",
    "grade": "A",
}  # fmt: skip
DOCUMENT = {
    "document_id": "plan", "title_zh": "方案", "title_en": "Plan", "issuer_zh": "省", "issuer_en": "Province",
    "date": "2023-01-05", "rank": "provincial_plan", "source_id": "s", "grade": "A",
}  # fmt: skip


def table(name: str, template: Mapping[str, Any], rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = {spec.name: spec.dtype for spec in columns_of(PACK_TABLES[name])}
    return pl.DataFrame([{**dict.fromkeys(schema), **template, **row} for row in rows], schema=schema)


def make(
    target: dict[str, Any] | list[dict[str, Any]],
    seen: list[dict[str, Any]] | None = None,
    **other: Any,
) -> dict[str, pl.DataFrame]:
    """Return the tables of a pack with one target (or some) on one indicator."""
    targets = target if isinstance(target, list) else [target]
    return {
        "targets": table("targets", TARGET, targets),
        "target_links": table(
            "target_links", {"source_id": "s", "grade": "A"}, other.get("target_links", [])
        ),
        "indicators": table("indicators", INDICATOR, [other.get("indicator", {})]),
        "indicator_series": table("indicator_series", LINK, other.get("series", [{}])),
        "observations": table("observations", SEEN, seen or []),
        "series": table("series", SERIES, other.get("series_rows", [{}])),
        "indicator_formulas": table("indicator_formulas", FORMULA, other.get("formulas", [])),
        "target_paths": table("target_paths", SHAPE, other.get("shapes", [])),
        "target_milestones": table("target_milestones", STOP, other.get("stops", [])),
        "open_questions": table("open_questions", {}, other.get("questions", [])),
        "documents": table("documents", DOCUMENT, other.get("documents", [{}])),
    }


@pytest.fixture
def tables() -> Callable[..., dict[str, pl.DataFrame]]:
    return make


@pytest.fixture
def board() -> Callable[..., Board]:
    """Return a judge of made-up tables on a day."""

    def judge(
        target: dict[str, Any] | list[dict[str, Any]],
        seen: list[dict[str, Any]] | None = None,
        day: date = date(2026, 11, 22),
        **other: Any,
    ) -> Board:
        readings = Readings(**other.pop("readings", {}))
        same_scope = other.pop("same_scope", None)
        return judge_targets(make(target, seen, **other), day, readings, same_scope)

    return judge


@pytest.fixture
def judge(board: Callable[..., Board]) -> Callable[..., dict[str, Any]]:
    """Return the row of the verdict on the first target."""

    def first(*arguments: Any, **other: Any) -> dict[str, Any]:
        row: dict[str, Any] = board(*arguments, **other).verdicts.row(0, named=True)
        return row

    return first
