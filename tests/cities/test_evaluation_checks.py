"""Defective rows are told all at once, each with its place, in both languages."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from dafeng.cities.evaluation_checks import GivenTable, check_given
from dafeng.cities.evaluation_rules import select_rules
from dafeng.errors import TableError
from dafeng.table import empty_table, frame_of

from .made_evaluation import Appeals, Figures, appeal, award, cities, figure, full_row

RULES = select_rules("2014")
SUBJECTS = cities("a", "b").with_columns(
    former_ids=pl.Series(["old_a", None]), other_names=pl.Series(["甲", None]),
    subject_kind=pl.Series(["city", "informed"]),
)  # fmt: skip


def given(rows: list[dict[str, Any]], kind: Any = Figures) -> GivenTable:
    frame = frame_of(rows, kind) if rows else empty_table(kind)
    return GivenTable(frame, pl.Series(range(2, 2 + len(rows)), dtype=pl.Int64), "given.csv", RULES)


def refusals(figures: list[dict[str, Any]], appeals: list[dict[str, Any]] | None = None) -> TableError:
    with pytest.raises(TableError) as refused:
        check_given(given(figures), given(appeals or [], Appeals), SUBJECTS)
    return refused.value


@pytest.mark.parametrize(("row", "code", "column"), [
    (figure("aa", "annual", 4.0, 4.0), "evaluation_subject_unknown", "subject_id"),
    (figure("b", "annual", 4.0, 4.0), "evaluation_informed", "subject_id"),
    (figure("a", "anual", 4.0, 4.0), "evaluation_item_unknown", "item_id"),
    (award("a", "other_parts", 50.5), "evaluation_points_above", "points"),
    (award("a", "annual", 20.0), "evaluation_points_computed", "points"),
    (figure("a", "annual", 4.0, 1e9), "value_out_of_range", "achieved_value"),
    (figure("a", "annual", 4.0, 4.0, unit="1"), "unit_wrong", "unit"),
    (figure("a", "annual", 4.0, 4.0, unit=None), "unit_wrong", "unit"),
])  # fmt: skip
def test_a_row_is_refused_at_its_place(row: dict[str, Any], code: str, column: str) -> None:
    found = refusals([figure("a", "cumulative", 18.0, 18.0), row]).findings
    assert [(f.code, f.place.row, f.place.column) for f in found] == [(code, 3, column)]


def test_the_nearest_name_is_offered_in_both_languages() -> None:
    error = refusals([figure("a", "anual", 4.0, 4.0)])
    assert "是否为 annual" in error.text("zh")
    assert "did you mean annual" in error.text("en")


def test_all_defects_are_told_at_once() -> None:
    rows = [figure("zz", "annual", 4.0, 4.0), award("a", "other_parts", 51.0)]
    record = [appeal("pending", item_id="nothing"), appeal("upheld", 60.0)]
    codes = {f.code for f in refusals(rows, record).findings}
    assert codes == {"evaluation_subject_unknown", "evaluation_points_above", "evaluation_item_unknown"}


def test_other_spellings_and_former_bodies_are_resolved() -> None:
    rows = [
        {**row, "subject_id": name} for row, name in zip(full_row("a"), ("甲", "old_a", "a市"), strict=True)
    ]
    figures, _ = check_given(given(rows), given([], Appeals), SUBJECTS)
    assert figures["subject_id"].to_list() == ["a", "a", "a"]


def test_one_body_under_two_names_is_a_repeated_row() -> None:
    rows = [figure("a", "annual", 4.0, 4.0), figure("old_a", "annual", 4.0, 3.0)]
    found = refusals(rows).findings
    assert [(f.code, f.place.row) for f in found] == [("key_repeated", 3)]
