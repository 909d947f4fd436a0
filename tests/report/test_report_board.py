"""The target board: bodies that were replaced, units of gaps, targets of other regions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.report import ReportContext, render_report
from dafeng.report.board import Board
from dafeng.report.traces import TraceBook

if TYPE_CHECKING:
    from dafeng.report.board import BoardRow


def change(context: ReportContext, table_id: str, key: str, code: str, **values: Any) -> ReportContext:
    """Return the context with some cells of one row changed; columns that lack are added."""
    table = context.tables[table_id]
    here = pl.col(key) == code
    frame = table.frame.with_columns(
        pl.when(here)
        .then(pl.lit(value))
        .otherwise(pl.col(name) if name in table.frame.columns else pl.lit(None))
        .alias(name)
        for name, value in values.items()
    )
    tables = {**context.tables, table_id: replace(table, frame=frame)}
    return replace(context, tables=tables, traces=TraceBook())


def row_of(context: ReportContext, target_id: str) -> BoardRow:
    return next(row for row in Board(context).rows() if row.target_id == target_id)


def abolish(context: ReportContext, code: str, valid_to: str, heir: str | None) -> ReportContext:
    return change(context, "plan.agencies", "agency_id", code, valid_to=valid_to, successor_id=heir)


def test_a_body_of_the_past_follows_its_successor_in_brackets(context: ReportContext) -> None:
    gone = abolish(context, "a1", "2023", "a4")
    bodies = [str(body) for body in row_of(gone, "t1").bodies]
    assert any("部门4（原部门1）" in body and "Body 4 (formerly Body 1)" in body for body in bodies)
    page = render_report(gone)
    assert page.count("部门4（原部门1）") > 1
    assert '"a1":{"zh":"部门4（原部门1）"' in page.replace('": ', '":')


def test_succession_is_followed_to_the_end(context: ReportContext) -> None:
    gone = abolish(abolish(context, "a1", "2023", "a4"), "a4", "2025-01", "a3")
    assert Board(gone).body_names("a1") == ("部门3（原部门1）", "Body 3 (formerly Body 1)")


@pytest.mark.parametrize(
    ("valid_to", "heir"),
    [("2026", "a4"), ("2026-11-22", "a4"), ("2023", None), ("2023", "nobody"), ("2023", "a1")],
)
def test_a_body_keeps_its_name(context: ReportContext, valid_to: str, heir: str | None) -> None:
    assert Board(abolish(context, "a1", valid_to, heir)).body_names("a1") == ("部门1", "Body 1")


def test_gap_is_in_the_unit_of_the_goal(context: ReportContext) -> None:
    growth = change(context, "tracking.verdicts", "target_id", "t1", unit="10^4 m2", goal_unit="%")
    row = row_of(growth, "t1")
    assert "个百分点" in row.gap
    assert "m²" not in row.gap
    assert "m²" in row.observed
    step = next(t for _, t in growth.traces.items() if "应达值" in t.step_zh)
    assert "50 %" in step.step_zh
    assert step.unit_en == "points"


def test_goal_unit_is_the_targets_without_the_column(context: ReportContext) -> None:
    table = context.tables["tracking.verdicts"]
    frame = table.frame.drop("goal_unit", strict=False).with_columns(unit=pl.lit("10^4 m2"))
    tables = {**context.tables, "tracking.verdicts": replace(table, frame=frame)}
    assert "个百分点" in row_of(replace(context, tables=tables, traces=TraceBook()), "t1").gap


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("C1", "甲市 · 目标甲", "City 1 · Target A"),
        ("ZZ", "ZZ · 目标甲", "ZZ · Target A"),
        ("XX-T", "目标甲", "Target A"),
        (None, "目标甲", "Target A"),
    ],
)
def test_target_of_another_region_names_it(context: ReportContext, code: str, zh: str, en: str) -> None:
    placed = change(context, "plan.targets", "target_id", "t1", region=code)
    assert Board(placed).target_names(Board(placed).targets["t1"]) == (zh, en)
    row = row_of(placed, "t1")
    assert zh in row.name
    assert en in row.name
    assert zh in row.search.replace("zz", "ZZ")
    assert zh in render_report(placed)


def test_a_target_table_without_regions_is_of_the_province(context: ReportContext) -> None:
    table = context.tables["plan.targets"]
    frame = table.frame.drop("region", strict=False)
    tables = {**context.tables, "plan.targets": replace(table, frame=frame)}
    assert "目标甲" in row_of(replace(context, tables=tables, traces=TraceBook()), "t1").name
