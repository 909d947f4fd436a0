"""Rows of a batch: every bad cell is told with its place, code and cure; good rows pass untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.register.made_registers import GROUPS, library
from tests.register.test_vocabulary import MADE

from dafeng.register.schema import entered_schema, rows_frame
from dafeng.register.validate import ListPlaces, RowPlaces, validate_rows

if TYPE_CHECKING:
    from datetime import date

    from dafeng.errors import Finding

LIBRARY = library({"regions": MADE})
PLANTS = LIBRARY.register("plants")
LINKED = {"groups": rows_frame([{"code": "g1"}, {"code": "g2"}], {"code": pl.String(), "name": pl.String()})}
LINE = {"year": 2024, "burnt": 10.0, "kind": "a", "day": "2024-02-29", "ok": True, "buyer": "g1"}
GOOD = {
    "code": "p1", "name": "大厂", "county": "11", "parent": "g1", "coal": 10.0, "coke": 1.0, "share": 40.0,
    "kilns": 3, "kind": "b", "tags": "x;y", "opened": "2024-01-31", "closed": "2024-02-29",
    "month": "2024-06",
    "built": 2001, "flag": True, "uscc": "91110000600037341L", "place": "112.5, 37.8", "years": [LINE],
    "source": "年报", "grade": "B", "state": "sent",
}  # fmt: skip
SCHEMA = {**entered_schema(PLANTS), "source": pl.String(), "grade": pl.String(), "state": pl.String()}


def check(*rows: dict[str, Any], today: date | None = None) -> list[Finding]:
    numbers = pl.Series(range(5, 5 + len(rows)), dtype=pl.Int64)
    lines = pl.Series([[20 + i for i, _ in enumerate(row["years"] or [])] for row in rows])
    places = RowPlaces("a.xlsx", "台账", numbers, {"years": ListPlaces("各年", lines)})
    return validate_rows(PLANTS, LIBRARY, rows_frame(rows, SCHEMA), LINKED, places, today)


def test_a_good_row_says_nothing() -> None:
    assert check(GOOD) == []
    empty = dict.fromkeys(GOOD) | {"code": "p2", "name": "厂", "source": "s", "grade": "A"}
    assert check(empty) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("code", None, "cell_empty"), ("code", "123456789", "row_text_long"),
        ("name", "a\x07b", "row_text_control"),
        ("name", "a\u202eb", "row_text_control"), ("name", "a\u2028b", "row_text_control"),
        ("county", "城区", "code_unknown"),
        ("county", "12", "row_code_retired"), ("parent", "g3", "row_link_missing"),
        ("coal", 2e6, "value_out_of_range"),
        ("coal", -100.5, "value_out_of_range"), ("coal", float("nan"), "cell_not_finite"),
        ("coke", float("inf"), "cell_not_finite"), ("kilns", -1, "value_out_of_range"),
        ("kind", "d", "code_unknown"),
        ("tags", "x;z", "code_unknown"), ("tags", "x;", "code_unknown"),
        ("opened", "2024-02-30", "cell_not_date"),
        ("opened", "2024-2-3", "cell_not_date"), ("opened", "0202-01-01", "cell_not_date"),
        ("month", "2024-13", "cell_not_period"), ("month", "2024.06", "cell_not_period"),
        ("built", 24, "value_out_of_range"),
        ("uscc", "91110000600037342L", "row_uscc_check"), ("place", "37.8, 112.5", "row_geometry_swapped"),
        ("place", "POLYGON((112 37,113 37,113 38,112 37))", "row_geometry_type"),
        ("source", " ", "cell_empty"),
        ("source", None, "cell_empty"), ("grade", "D", "code_unknown"), ("grade", None, "code_unknown"),
        ("closed", "2023-01-01", "row_rule"),
    ],
)  # fmt: skip
def test_a_bad_cell(field: str, value: object, code: str) -> None:
    found = check({**GOOD, "code": "p0"}, {**GOOD, field: value})
    assert [(f.code, f.place.sheet, f.place.row, f.place.column) for f in found] == [(code, "台账", 6, field)]
    assert found[0].severity == ("warning" if code == "row_code_retired" else "error")
    for language in ("zh", "en"):
        assert "{" not in found[0].text(language)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("year", None, "cell_empty"), ("year", 1999, "value_out_of_range"),
        ("burnt", -1.0, "value_out_of_range"),
        ("kind", "c", "code_unknown"), ("buyer", "g3", "row_link_missing"), ("marks", "z", "code_unknown"),
        ("day", "2024", "cell_not_date"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_list(field: str, value: object, code: str) -> None:
    found = check({**GOOD, "years": [{**LINE, "year": 2023}, {**LINE, field: value}]})
    place = ("各年", 21, f"years.{field}")
    assert [(f.code, f.place.sheet, f.place.row, f.place.column) for f in found] == [(code, *place)]


def test_keys_and_length_of_a_list() -> None:
    twice = check({**GOOD, "years": [LINE, {**LINE, "burnt": 3.0}]}, {**GOOD, "years": [LINE]})
    assert [(f.code, f.place.row) for f in twice] == [("row_list_key", 21)]
    many = check({**GOOD, "years": [{**LINE, "year": 2020 + i} for i in range(6)]})
    assert [(f.code, f.params["lines"]) for f in many] == [("row_list_long", 6)]


def test_lists_of_a_file_without_sheets() -> None:
    frame = rows_frame([{**GOOD, "years": [{**LINE, "burnt": -1.0}]}], SCHEMA)
    (found,) = validate_rows(PLANTS, LIBRARY, frame, LINKED, RowPlaces("a.csv", rows=pl.Series([2])))
    assert (found.place.row, found.place.column) == (2, "years.burnt")


def test_a_rule_speaks_in_its_own_words_and_only_in_its_states() -> None:
    row = {**GOOD, "kind": "a", "tags": "xx"}
    (found,) = check(row)
    assert (found.code, found.severity) == ("row_rule", "warning")
    assert "甲类须有标签" in found.text("zh")
    assert "kind a needs tag x" in found.text("en")
    assert check({**row, "state": "draft"}) == []
    assert check({**row, "state": None}) == []  # a new row is in the first state
    assert check({**row, "tags": None}) == []  # a missing value judges nothing


def test_a_retired_code_names_its_successor() -> None:
    (found,) = check({**GOOD, "county": "12"})
    assert "现为 河区（13）" in found.text("zh")


def test_a_near_code_is_suggested_once_for_all_rows() -> None:
    found = check(*[{**GOOD, "parent": "g11"}] * 3)
    assert len({id(f.params) for f in found}) == 1
    assert "did you mean g1" in found[0].text("en")


def test_rows_of_a_batch_may_point_to_each_other() -> None:
    field = '{ id = "above", zh = "上级", en = "Above", kind = "link", link = "groups" },'
    made = library(groups=GROUPS.replace('{ id = "limit"', field + '\n  { id = "limit"'))
    groups = made.register("groups")
    pairs = (("a", None), ("b", "a"), ("c", "z"))
    rows = rows_frame(
        [{"code": code, "name": "甲", "above": above} for code, above in pairs], entered_schema(groups)
    )
    linked = {"groups": rows_frame([], entered_schema(groups))}
    found = validate_rows(groups, made, rows, linked, RowPlaces("a", rows=pl.Series([2, 3, 4])))
    assert [(f.code, f.place.row) for f in found] == [("row_link_missing", 4)]


def test_findings_come_in_the_order_of_the_file() -> None:
    found = check({**GOOD, "years": [{**LINE, "burnt": -1.0}]}, {**GOOD, "coal": 2e6}, {**GOOD, "code": None})
    assert [(f.place.sheet, f.place.row) for f in found] == [("台账", 6), ("台账", 7), ("各年", 20)]


def test_no_rows() -> None:
    assert validate_rows(PLANTS, LIBRARY, rows_frame([], SCHEMA), LINKED, RowPlaces("a")) == []


def test_a_required_column_that_is_not_there() -> None:
    found = validate_rows(PLANTS, LIBRARY, rows_frame([GOOD], SCHEMA).drop("name"), LINKED, RowPlaces("a"))
    assert [(f.code, f.params["column"]) for f in found] == [("column_missing", "name")]


def test_many_rows_are_quick() -> None:
    frame = pl.concat([rows_frame([GOOD], SCHEMA)] * 5_000)
    frame = frame.with_columns(pl.int_range(pl.len()).cast(pl.String).alias("code"))
    places = RowPlaces("a.csv", rows=pl.int_range(2, frame.height + 2, eager=True))
    assert validate_rows(PLANTS, LIBRARY, frame, LINKED, places) == []
