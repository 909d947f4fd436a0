"""Pages: filters, words and order, held against polars; and what a viewer may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.store.database.made_rows import head, made_frame, made_values
from tests.store.database.test_permitted import permission
from tests.store.database.test_write_rows import codes

from dafeng.register.changes import Change
from dafeng.register.query import Filter, RowQuery, Viewer
from dafeng.store.database import (
    find_row,
    insert_frame,
    new_row_id,
    read_keys,
    read_page,
    read_rows,
    replace_permissions,
    write_batch,
)

if TYPE_CHECKING:
    from dafeng.register.model import Register
    from dafeng.register.query import Operator
    from dafeng.store.database import Database

CITY = ["140100", *(f"1401{n:02d}" for n in (5, 6, 7, 8, 9, 10, 21, 22, 23, 81))]


def fill(database: Database, register: Register) -> pl.DataFrame:
    """Write rows with gaps and one that is withdrawn; return those that stand."""
    frame = made_frame(200).with_columns(
        pl.when(pl.int_range(pl.len()) % 7 != 0).then("capacity"),
        pl.when(pl.int_range(pl.len()) % 5 != 0).then("county"),
    )
    insert_frame(database, register, head("import"), frame)
    gone = read_rows(database, register)["row_id"][17]
    write_batch(database, register, head("withdraw"), [Change("withdraw", gone, 1)])
    return read_rows(database, register)


FILTERS: list[tuple[str, Operator, Any, pl.Expr]] = [
    ("capacity", ">=", 350, pl.col("capacity") >= 350),
    ("capacity", "!=", 300.0, pl.col("capacity") != 300),
    ("capacity", "missing", None, pl.col("capacity").is_null()),
    ("county", "present", None, pl.col("county").is_not_null()),
    ("county", "below", "140100", pl.col("county").is_in(CITY)),
    ("scope_region", "below", "140200", pl.lit(value=False)),
    ("retrofit", "in", ("heating", "efficiency"), pl.col("retrofit").is_in(["heating", "efficiency"])),
    ("unit_name", "contains", "号机", pl.col("unit_name").str.contains("号机", literal=True)),
    ("unit_name", "contains", "%", pl.lit(value=False)),
    ("unit_code", "starts", "U-1", pl.col("unit_code").str.starts_with("U-1")),
    ("is_open", "==", True, pl.col("is_open")),
    ("accepted_on", "<", "2020-01-01", pl.col("accepted_on") < "2020-01-01"),
    ("gain", "<=", 5, pl.col("gain") <= 5),
    ("state", "==", "planned", pl.lit(value=True)),
]


def test_filters_are_those_of_polars(database: Database, register: Register) -> None:
    rows = fill(database, register)
    for field, operator, value, condition in FILTERS:
        page = read_page(database, register, RowQuery((Filter(field, operator, value),), limit=1000))
        assert_frame_equal(page.frame, rows.filter(condition))
        assert page.total == rows.filter(condition).height
    two = RowQuery((Filter("capacity", ">", 135), Filter("staff", "<", 500)), limit=7, offset=3)
    expected = rows.filter(pl.col("capacity") > 135, pl.col("staff") < 500)
    page = read_page(database, register, two)
    assert_frame_equal(page.frame, expected.slice(3, 7))
    assert page.total == expected.height


@pytest.mark.parametrize("filters", [(), (Filter("staff", ">", 0),)])
def test_rows_without_value_stand_last(
    database: Database, register: Register, filters: tuple[Filter, ...]
) -> None:
    rows = fill(database, register)
    for sort in ((("capacity", True),), (("capacity", False), ("county", True)), (("unit_name", False),)):
        page = read_page(database, register, RowQuery(filters, sort=sort, limit=1000))
        by, down = [name for name, _ in sort], [is_down for _, is_down in sort]
        expected = rows.sort([*by, "row_id"], descending=[*down, False], nulls_last=True)
        assert_frame_equal(page.frame, expected)
        middle = read_page(database, register, RowQuery(filters, sort=sort, limit=9, offset=150))
        assert_frame_equal(middle.frame, expected.slice(150, 9))
    beyond = read_page(database, register, RowQuery(filters, offset=1000))
    assert (beyond.frame.height, beyond.total) == (0, rows.height)


def test_words_are_found_in_any_width_and_case(database: Database, register: Register) -> None:
    rows = fill(database, register)
    for words, expected in (
        ("Ｕ-１０", rows.filter(pl.col("unit_code").str.contains("U-10"))),
        (
            "晋阳 正在协调",
            rows.filter(pl.col("firm_name").str.contains("晋阳"), pl.col("remark").str.contains("协调")),
        ),
        ("%", rows.clear()),
        ("_", rows.clear()),
    ):
        page = read_page(database, register, RowQuery(search=words, limit=1000))
        assert_frame_equal(page.frame, expected)
        assert page.total == expected.height


def test_queries_that_mean_nothing_are_refused(database: Database, register: Register) -> None:
    wrong = {
        "row_query_field": [RowQuery((Filter("capacty", ">", 1),)), RowQuery(sort=(("years", False),))],
        "row_query_value": [
            RowQuery((Filter("capacity", ">", "much"),)), RowQuery((Filter("unit_name", "==", 1),)),
            RowQuery((Filter("capacity", "contains", 3),)), RowQuery((Filter("retrofit", "in", ()),)),
        ],
        "row_query_limit": [RowQuery(limit=0), RowQuery(limit=10_001), RowQuery(offset=-1)],
    }  # fmt: skip
    for code, queries in wrong.items():
        for query in queries:
            assert codes(lambda query=query: read_page(database, register, query)) == [code]


def test_restricted_figures_stay_hidden(database: Database, register: Register) -> None:
    ids = [new_row_id(1), new_row_id(2)]
    values = [made_values(n, profit=100.0 - n, contact=f"某人{n}", margin=0.3, county=county)
              for n, county in enumerate(("140105", "140212"))]  # fmt: skip
    write_batch(
        database, register, head("add"), [Change("insert", i, 0, v) for i, v in zip(ids, values, strict=True)]
    )
    replace_permissions(
        database, pl.concat([permission("li", "see"), permission("li", "see_restricted", "140100")])
    )
    viewer = Viewer("li")
    rows = read_rows(database, register, viewer=viewer)
    assert rows.select("profit", "contact", "margin").rows() == [(100.0, "某人0", 0.3), (None, None, None)]
    assert rows["capacity"].to_list() == [300.0, 300.0]
    for query in (RowQuery((Filter("profit", ">", 0),)), RowQuery((Filter("contact", "contains", "某人"),))):
        assert read_page(database, register, query, viewer).frame["row_id"].to_list() == ids[:1]
        assert read_page(database, register, query).total == 2
    missing = RowQuery((Filter("profit", "missing"),), sort=(("profit", False),))
    assert read_page(database, register, missing, viewer).frame["row_id"].to_list() == ids[1:]
    assert read_page(database, register, RowQuery(search="某人"), None).total == 0
    assert read_rows(database, register)["profit"].to_list() == [100.0, 99.0]


def test_rows_are_found_by_key_and_id(database: Database, register: Register) -> None:
    row_id = new_row_id(1)
    write_batch(database, register, head("add"), [Change("insert", row_id, 0, made_values(1))])
    assert find_row(database, register, "U-1/efficiency") == find_row(database, register, row_id) == row_id
    assert codes(lambda: find_row(database, register, "U-1/heating")) == ["row_unknown"]
    keys = read_keys(database, register)
    assert keys.rows() == [(row_id, 1, "planned", "U-1", "efficiency", "机组 1")]
    assert read_rows(database, register, row_ids=["nobody"]).is_empty()
