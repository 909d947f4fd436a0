"""Tables: filters, order, pages, forms, tags, and what is told of what cannot be answered."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal

ROWS = "/tables/inventory.emissions/rows"


def test_rows_are_filtered_sorted_and_paged_like_the_table_itself(
    read: Callable[..., Any], first_portal: Portal
) -> None:
    whole = first_portal.data.whole_frame("inventory.emissions")
    wanted = whole.filter((pl.col("year") >= 2020) & (pl.col("sector") == "total")).sort(
        "value", descending=True, nulls_last=True, maintain_order=True
    )
    page = read("lead_office", f"{ROWS}?year__ge=2020&sector=total&sort=-value&limit=5&offset=5").json()
    assert page["total"] == wanted.height
    assert page["rows"] == wanted.slice(5, 5).to_dicts()
    rest = read("lead_office", ROWS + page["next"]).json()
    assert rest["offset"] == 10
    assert rest["rows"] == wanted.slice(10, 5).to_dicts()


def test_columns_tell_unit_and_words(read: Callable[..., Any]) -> None:
    page = read("public", "/tables/pack.economy/rows?limit=1&columns=region,year").json()
    assert [column["name"] for column in page["columns"]] == ["region", "year"]
    assert page["columns"][1]["unit"] == "year"
    assert page["columns"][0]["zh"]
    assert set(page["rows"][0]) == {"region", "year"}


def test_parquet_and_csv_hold_the_rows_of_the_table(read: Callable[..., Any], first_portal: Portal) -> None:
    whole = first_portal.data.whole_frame("inventory.emissions").filter(pl.col("year") == 2020)
    raw = read("lead_office", f"{ROWS}?year=2020", headers={"Accept": "application/vnd.apache.parquet"})
    assert pl.read_parquet(BytesIO(raw.content)).equals(whole)
    text = read("lead_office", f"{ROWS}?year=2020&format=csv")
    assert text.headers["X-Total-Count"] == str(whole.height)
    assert text.headers["Content-Disposition"].startswith('attachment; filename="inventory.emissions.csv"')
    assert len(text.content.decode("utf-8-sig").splitlines()) == whole.height + 1


def test_who_has_the_same_bytes_gets_none(read: Callable[..., Any]) -> None:
    first = read("lead_office", f"{ROWS}?limit=3")
    tag = first.headers["ETag"]
    again = read("lead_office", f"{ROWS}?limit=3", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert read("lead_office", f"{ROWS}?limit=4", headers={"If-None-Match": tag}).status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("yeer=2020", 422, "api_column_unknown"),
        ("year=abc", 422, "api_filter_value"),
        ("year__contains=2", 422, "api_filter_operator"),
        ("value__below=CN-SX", 422, "api_filter_operator"),
        ("sort=nothing", 422, "api_column_unknown"),
        ("columns=nothing", 422, "api_column_unknown"),
        ("format=xml", 422, "api_value_misfit"),
        ("limit=0", 422, "api_value_misfit"),
        ("limit=20000", 422, "api_page_invalid"),
        ("offset=-1", 422, "api_value_misfit"),
        ("&".join(["year=2020"] * 51), 422, "api_query_long"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_the_envelope(
    read: Callable[..., Any], query: str, status: int, code: str
) -> None:
    answer = read("lead_office", f"{ROWS}?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_all_defects_of_a_query_are_told_at_once(read: Callable[..., Any]) -> None:
    error = read("lead_office", f"{ROWS}?yeer=1&year=x&sort=zz").json()["error"]
    assert [one["code"] for one in error["findings"]] == [
        "api_column_unknown", "api_filter_value", "api_column_unknown",
    ]  # fmt: skip


def test_a_region_takes_everything_below_it(read: Callable[..., Any]) -> None:
    whole = read("lead_office", "/tables/cities.figures/rows?limit=1000").json()
    below = read("lead_office", "/tables/cities.figures/rows?region__below=CN-SX&limit=1000").json()
    assert below["total"] == whole["total"] > 0


def test_a_missing_value_meets_no_condition_but_missing(
    read: Callable[..., Any], first_portal: Portal
) -> None:
    path = "/tables/plan.targets/rows?limit=1&"
    whole = first_portal.data.whole_frame("plan.targets")
    asked = ("value__missing=true", "value__present=true", "value__ne=-1", "value__missing=false")
    counts = [read("lead_office", path + one).json()["total"] for one in asked]
    missing = whole["value"].null_count()
    assert counts == [missing, whole.height - missing, whole.height - missing, whole.height - missing]


def test_formulas_in_texts_are_defused_in_csv(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, first_portal: Portal
) -> None:
    whole = first_portal.data.whole_frame("plan.targets")
    bad = whole.with_columns(name_en=pl.lit("=cmd|' /C calc'!A0"))
    monkeypatch.setattr(type(first_portal.data), "_read", lambda _self, _edition, _table: bad)
    text = read("lead_office", "/tables/plan.targets/rows?format=csv&columns=name_en&limit=1").text
    assert text.splitlines()[1].startswith("'=")
