"""The built-in rule packs say what the documents say, and a user's file is checked."""

from __future__ import annotations

import polars as pl
import pytest

from dafeng.cities.evaluation_rules import (
    ITEM_KINDS,
    builtin_rules,
    city_packs,
    is_in_force,
    parse_rules,
    select_rules,
)
from dafeng.errors import InputRefused


def items(pack: str) -> pl.DataFrame:
    return select_rules(pack).filter(pl.col("kind").is_in(ITEM_KINDS))


def test_the_packs_and_what_is_known_of_them() -> None:
    assert city_packs() == ["2014", "2026", "plan13"]
    assert items("2014")["points_max"].sum() == 100
    assert items("plan13")["points_max"].drop_nulls().to_list() == [20, 20, 4, 3]
    assert items("2026")["part"].value_counts(sort=True).rows() == [("supporting", 9), ("control", 5)]


def test_what_was_not_seen_stays_empty_and_says_so() -> None:
    reported = items("2026")
    assert reported["points_max"].null_count() == 14
    assert set(reported["grade"]) == {"C"}
    assert reported["name_en"].str.contains("not published").all()
    assert items("departments")["points_max"].to_list() == [None]


def test_every_row_names_its_document() -> None:
    assert builtin_rules()["document_zh"].str.len_chars().min() > 5  # type: ignore[operator]


@pytest.mark.parametrize(("pack", "year", "covered"), [
    ("2014", 2014, True), ("2014", 2016, False), ("plan13", 2016, True), ("plan13", 2021, False),
    ("2026", 2025, False), ("2026", 2027, True), ("departments", 2025, False),
])  # fmt: skip
def test_rules_are_dated(pack: str, year: int, covered: bool) -> None:
    assert is_in_force(select_rules(pack), year) is covered


def test_an_unknown_pack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputRefused) as refused:
        select_rules("plan14")
    assert refused.value.findings[0].code == "rule_pack_unknown"
    assert "plan13" in refused.value.text("zh")


@pytest.mark.parametrize(("column", "row", "value", "code"), [
    ("item_ids", "veto_targets", "anual;cumulative", "rule_item_unknown"),
    ("from_points", "good", None, "cell_empty"),
    ("from_points", "pass", "80", "rule_grades_crossed"),
    ("unit", "annual", None, "cell_empty"),
    ("formula", "annual", "anything", "code_unknown"),
    ("points_max", "annual", "-1", "value_out_of_range"),
])  # fmt: skip
def test_a_defective_rule_file_is_refused_at_its_row(
    column: str, row: str, value: str | None, code: str
) -> None:
    rules = select_rules("2014").cast(pl.String)
    place = pl.col("item_id") == row
    broken = rules.with_columns(pl.when(place).then(pl.lit(value)).otherwise(pl.col(column)).alias(column))
    with pytest.raises(InputRefused) as refused:
        parse_rules(broken.write_csv().encode(), "mine.csv")
    found = refused.value.findings[0]
    assert (found.code, found.place.column) == (code, column)
    assert found.place.row == rules["item_id"].to_list().index(row) + 2


def test_a_pack_survives_being_written_and_read() -> None:
    rules = select_rules("2014")
    assert parse_rules(rules.write_csv().encode(), "mine.csv").equals(rules)
