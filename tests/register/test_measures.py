"""Figures over rows: by hand, by year and region, what is left out, and the rows behind."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.register.compute import compute_formulas
from dafeng.register.contracts import MeasureRows, MeasureValues
from dafeng.register.library import Library, parse_register
from dafeng.register.measures import Ground, lift_regions, list_aggregates, measure_rows
from dafeng.register.measures_time import read_days
from dafeng.register.schema import rows_frame, schema_of
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.register.model import Register

DAY = date(2026, 11, 22)
REGIONS = pl.DataFrame(
    [
        ("P", "province", None), ("C1", "city", "P"), ("C2", "city", "P"), ("D1", "county", "C1"),
        ("D2", "county", "C1"), ("D3", "county", "C2"),
    ],
    schema=["code", "level", "parent_code"], orient="row",
)  # fmt: skip
STOCK = {"kind": "stock", "start": "opened", "end": "closed"}


def make_register(*measures: dict[str, Any]) -> Register:
    number = {"zh": "数", "en": "number", "kind": "number"}
    body = {
        "id": "plants", "zh": "厂", "en": "Plants", "key": ["code"], "label": "name", "region": "county",
        "basis": {"zh": "试", "en": "test"},
        "fields": [
            {"id": "code", "zh": "码", "en": "code", "required": True},
            {"id": "name", "zh": "名", "en": "name"},
            {"id": "county", "zh": "县", "en": "county", "kind": "region"},
            {"id": "capacity", "unit": "10^4 t", **number},
            {"id": "height", "unit": "m", **number},
            {"id": "opened", "zh": "开", "en": "opened", "kind": "date"},
            {"id": "closed", "zh": "关", "en": "closed", "kind": "date"},
        ],
        "lists": [{"id": "years", "zh": "年", "en": "years", "key": ["year"], "fields": [
            {"id": "year", "zh": "年", "en": "year", "kind": "year"},
            {"id": "rate", "unit": "kgce/t", **number}, {"id": "output", "unit": "10^4 t", **number},
        ]}],
        "states": [{"code": code, "zh": "态", "en": code} for code in ("open", "planned", "shut")],
        "access": [{"role": "reader", "actions": ["see"]}],
        "measures": [{"id": f"m{i}", "zh": "量", "en": "figure", **m} for i, m in enumerate(measures)],
    }  # fmt: skip
    return parse_register(json.dumps(body), "plants.json")


def row(number: int, **values: Any) -> dict[str, Any]:
    return {
        "row_id": f"r{number}", "version": 1, "state": "open", "withdrawn": False, "source": "s",
        "grade": "A", "code": f"c{number}", "name": f"厂{number}", "scope_region": "D1", "county": "D1",
        "changed_at": f"2026-0{number}-01T08:00:00+08:00", "capacity": 100.0 * number,
        "height": 5.0 + number / 4, "opened": "2023-05-01",
    } | values  # fmt: skip


def measure(register: Register, *rows: dict[str, Any], day: date = DAY) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = compute_formulas(register, None, rows_frame(rows, schema_of(register)))
    library = Library({register.id: register})
    values, behind = measure_rows(register, frame, Ground(library, REGIONS, "P", day))
    return check(values, MeasureValues), check(behind, MeasureRows)


def cell(values: pl.DataFrame, year: int = 2026, region: str = "P", figure: str = "m0") -> dict[str, Any]:
    place = (pl.col("year") == year) & (pl.col("region") == region) & (pl.col("measure_id") == figure)
    return values.row(by_predicate=place, named=True)


SHARE = {"unit": "%", "expr": "percent(sum(capacity, height >= 5.5) / sum(capacity))", **STOCK}


def test_a_stock_stands_at_year_ends_and_as_of_the_day() -> None:
    register = make_register({"unit": "kt", "expr": "sum(capacity)", **STOCK})
    rows = [
        row(1, opened="2023-12-31"), row(2, opened="2024-01-01", closed="2025-12-31"),
        row(3, opened="2026-11-22"), row(4, opened="2026-11-23"),
    ]  # fmt: skip
    values, behind = measure(register, *rows)
    found = dict(values.select("year", "value").iter_rows())
    assert found == {2023: 1000.0, 2024: 3000.0, 2025: 1000.0, 2026: 4000.0}
    assert behind.filter(pl.col("year") == 2026)["row_id"].to_list() == ["r1", "r3"]
    assert behind["unit"].unique().to_list() == ["10^4 t"]


def test_a_ratio_never_counts_a_row_on_one_side_only() -> None:
    values, behind = measure(make_register(SHARE), row(1), row(2), row(3, height=None))
    got = cell(values)
    assert got["value"] == pytest.approx(100 * 200 / 300)
    assert (got["rows"], got["left_out"], got["status"]) == (2, 1, "values_missing")
    assert set(behind["row_id"]) == {"r1", "r2"}
    sums = behind.filter(pl.col("year") == 2026).group_by("part").agg(pl.col("value").sum())
    assert dict(sums.iter_rows()) == {"sum(capacity)": 300.0, "sum(capacity, height >= 5.5)": 200.0}


def test_a_value_that_the_condition_does_not_ask_for_may_be_missing() -> None:
    register = make_register({"unit": "10^4 t", "expr": "sum(capacity, height >= 5.5)"})
    values, _ = measure(register, row(1, capacity=None), row(2))
    assert (cell(values)["value"], cell(values)["left_out"]) == (200.0, 0)


def test_a_row_without_its_date_is_left_out_and_told_every_year() -> None:
    values, _ = measure(make_register(SHARE), row(2), row(3, opened=None))
    assert values["left_out"].to_list() == [1] * values.height
    assert cell(values)["value"] == 100.0


def test_a_day_of_the_end_holds_only_once_the_exit_is_accepted() -> None:
    register = make_register({"unit": "10^4 t", "expr": "sum(capacity)", **STOCK, "ended": ["shut"]})
    entered = row(1, closed="2025-03-31")
    assert cell(measure(register, entered)[0])["value"] == 100.0
    accepted = measure(register, entered | {"state": "shut"}, row(2))[0]
    assert [cell(accepted, year)["value"] for year in (2024, 2025)] == [300.0, 200.0]


def test_a_row_that_waits_to_be_verified_is_told_and_never_passed_over() -> None:
    share = {"unit": "%", "expr": "percent(count(height >= 5.5) / count())"}
    register = make_register({**share, "rows": "height > 2", "waiting": ["planned"]})
    good, waits, other = row(2), row(1, state="planned"), row(3, state="planned", height=1.0)
    found = cell(measure(register, good, waits, other)[0])
    assert (found["value"], found["rows"], found["left_out"]) == (100.0, 1, 1)
    assert found["status"] == "values_missing"
    unknown = cell(measure(register, good, row(1, state="planned", height=None))[0])
    assert unknown["left_out"] == 1


def test_states_of_a_figure_are_states_of_the_register() -> None:
    with pytest.raises(InputRefused, match="gone"):
        make_register({"unit": "1", "expr": "count()", "waiting": ["gone"]})


def test_regions_sum_up_to_the_province() -> None:
    register = make_register({"unit": "10^4 t", "expr": "sum(capacity)", "by_region": "city"})
    values, _ = measure(
        register, row(1), row(2, scope_region="D3", county="D3"), row(3, scope_region="C2"),
        row(4, scope_region=None),
    )  # fmt: skip
    assert {r: cell(values, region=r)["value"] for r in ("C1", "C2", "P")} == {
        "C1": 100.0, "C2": 500.0, "P": 1000.0,
    }  # fmt: skip
    assert dict(lift_regions(REGIONS, "city").iter_rows()) == {
        "C1": "C1", "C2": "C2", "D1": "C1", "D2": "C1", "D3": "C2",
    }  # fmt: skip


def test_grades_travel_and_a_weak_one_is_told() -> None:
    register = make_register({"unit": "1", "expr": "count()"})
    for grade, status in (("B", "computed"), ("C", "weak_grade"), ("X", "weak_grade")):
        got = cell(measure(register, row(1), row(2, grade=grade))[0])
        assert (got["value"], got["grade"], got["status"]) == (2.0, grade, status)


def test_it_is_known_when_the_newest_row_of_it_changed() -> None:
    register = make_register({"unit": "1", "expr": "count()", "rows": "state == 'open'"})
    got = cell(measure(register, row(1), row(2), row(3, state="planned"))[0])
    assert (got["known_on"], got["rows"]) == ("2026-02-01", 2)


def test_no_rows_is_missing_and_none_chosen_is_zero() -> None:
    chosen = {"rows": "state == 'open'"}
    register = make_register(
        {"unit": "1", "expr": "count()", **chosen}, {"unit": "10^4 t", "expr": "sum(capacity)", **chosen},
        {"unit": "10^4 t", "expr": "mean(capacity)", **chosen}, {**SHARE, **chosen},
        {"unit": "1", "expr": "count()", **chosen, "kind": "flow", "date": "opened"},
    )  # fmt: skip
    empty, _ = measure(register)
    assert empty["value"].is_null().all()
    assert empty["status"].unique().to_list() == ["no_rows"]
    planned, behind = measure(register, row(1, state="planned"))
    assert [cell(planned, figure=f"m{i}")["value"] for i in range(5)] == [0.0, 0.0, None, None, None]
    zero = cell(planned)
    assert (zero["rows"], zero["status"], zero["grade"], zero["known_on"]) == (
        0,
        "computed",
        "A",
        "2026-01-01",
    )
    assert behind.is_empty()
    assert measure(register, row(1, withdrawn=True))[0]["status"].unique().to_list() == ["no_rows"]


def test_only_rows_that_lack_values_give_no_zero() -> None:
    got = cell(measure(make_register({"unit": "10^4 t", "expr": "sum(capacity)"}), row(1, capacity=None))[0])
    assert (got["value"], got["rows"], got["left_out"], got["status"]) == (None, 0, 1, "values_missing")


def test_lines_of_a_list_are_the_rows_of_a_flow() -> None:
    weighted = {"unit": "gce/kg", "expr": "sum(years.rate * years.output) / sum(years.output)"}
    register = make_register({**weighted, "kind": "flow", "date": "years.year"})
    first = [{"year": 2024, "rate": 150.0, "output": 10.0}, {"year": 2026, "rate": 140.0, "output": 10.0}]
    second = [{"year": 2024, "rate": 120.0, "output": 20.0}, {"year": 2026, "rate": None, "output": 5.0}]
    values, behind = measure(register, row(1, years=first), row(2, years=second), row(3, years=None))
    assert cell(values, 2024)["value"] == pytest.approx((1500 + 2400) / 30)
    assert (cell(values, 2025)["value"], cell(values, 2025)["status"]) == (None, "no_rows")
    assert (cell(values, 2026)["value"], cell(values, 2026)["left_out"]) == (140.0, 1)
    part = behind.filter((pl.col("year") == 2024) & (pl.col("part") == "sum(years.output)"))
    assert dict(part.select("label", "value").iter_rows()) == {"厂1": 10.0, "厂2": 20.0}


@pytest.mark.parametrize(
    ("expr", "value", "gifts"),
    [
        ("mean(capacity)", 200.0, [100 / 3, 200 / 3, 100.0]),
        ("min(capacity)", 100.0, [100.0]),
        ("max(capacity, height < 5.6)", 200.0, [200.0]),
        ("max(capacity) - min(capacity)", 200.0, [300.0, 100.0]),
    ],
)
def test_every_aggregate_is_the_sum_of_what_its_rows_give(
    expr: str, value: float, gifts: list[float]
) -> None:
    values, behind = measure(make_register({"unit": "10^4 t", "expr": expr}), row(1), row(2), row(3))
    assert cell(values)["value"] == pytest.approx(value)
    assert behind["value"].to_list() == pytest.approx(gifts)


def test_an_earlier_day_marks_its_own_year() -> None:
    values, _ = measure(make_register(SHARE), row(1), row(2, opened="2025-06-01"), day=date(2025, 3, 31))
    assert values["year"].max() == 2025
    assert cell(values, 2025)["rows"] == 1


def test_dates_count_at_their_last_day() -> None:
    assert read_days(pl.Series(["2024", "2024-02", "x", None])).to_list() == [
        date(2024, 12, 31), date(2024, 2, 29), None, None,
    ]  # fmt: skip
    assert list_aggregates("count(a > 1) / (2 * sum(b) + max(c, d))") == [
        "count(a > 1)",
        "sum(b)",
        "max(c, d)",
    ]
