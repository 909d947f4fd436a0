"""Computed indicators: what enters the evidence, revisions, and the values of Shanxi."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.table import frame_of
from dafeng.tracking import check_formulas, list_values
from dafeng.tracking.indicator_contracts import AccountValues

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

    Judge = Callable[..., dict[str, Any]]
    Tables = Callable[..., dict[str, pl.DataFrame]]

PARTS = [
    {"series_id": "A", "value": 30.0, "unit": "10^4 kW", "source_id": "a", "known_on": "2026-01-10"},
    {"series_id": "B", "value": 50.0, "unit": "10^4 kW", "source_id": "b", "known_on": "2026-03",
     "grade": "B"},
]  # fmt: skip
ROWS = [{}, *({"series_id": name, "unit": "10^4 kW", "kind": "stock"} for name in "AB")]
SHARE = {"formulas": [{"formula": "percent(A / B)"}], "series_rows": ROWS}
LATE = date(2026, 11, 22)


def test_a_computed_value_carries_a_verdict(judge: Judge) -> None:
    row = judge({}, PARTS, **SHARE)
    assert (row["verdict"], row["observed"], row["series_id"]) == ("met", 60.0, "F")
    assert (row["grade"], row["source_id"], row["unit"]) == ("B", "a;b", "%")
    assert "F" in row["why_zh"]
    assert "computed" in row["why_en"]


def test_it_is_known_when_its_last_operand_is(judge: Judge) -> None:
    assert judge({}, PARTS, date(2026, 3, 30), **SHARE)["observed"] is None
    assert judge({}, PARTS, date(2026, 3, 31), **SHARE)["observed"] == 60.0


@pytest.mark.parametrize(
    ("published", "observed"),
    [
        ({"value": 40.0}, 40.0),
        ({"value": 40.0, "bound": "about"}, 40.0),
        ({"value": 55.0, "bound": "ge"}, 60.0),  # a bound alone leaves the level open
        ({"value": 40.0, "grade": "C"}, 60.0),
        ({"value": 40.0, "period": "2024"}, 60.0),
    ],
)
def test_a_published_level_goes_before_a_computed_one(
    judge: Judge, published: dict[str, Any], observed: float
) -> None:
    row = judge({}, [*PARTS, published], **SHARE)
    assert row["observed"] == observed
    assert row["verdict"] == ("met" if observed == 60.0 else "missed")


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [("other_scope", "scope_not_comparable"), ("proxy", "no_published_data"),
     ("change_only", "no_published_data")],
)  # fmt: skip
def test_the_relation_of_the_formula_rules(judge: Judge, relation: str, verdict: str) -> None:
    formulas = [{**SHARE["formulas"][0], "relation": relation}]  # type: ignore[dict-item]
    row = judge({}, PARTS, formulas=formulas, series_rows=ROWS)
    assert (row["verdict"], row["observed"]) == (verdict, 60.0)


def test_of_two_formulas_the_first_by_id_counts(judge: Judge) -> None:
    formulas = [
        {"formula_id": "Z", "formula": "percent(B / A)"},
        {"formula_id": "Y", "formula": "percent(A / B)"},
    ]
    assert judge({}, PARTS, formulas=formulas, series_rows=ROWS)["series_id"] == "Y"


def test_a_cumulative_change_describes_its_span(judge: Judge) -> None:
    seen = [{"series_id": "A", "period": str(year), "value": value, "known_on": "2026"}
            for year, value in ((2020, 200.0), (2022, 190.0), (2023, 180.0))]  # fmt: skip
    target = {"comparator": "le", "value": -14.5, "base_year": 2020, "target_year": 2030}
    change = {"direction": "down", "kind": "change"}
    formulas = [{"formula": "change(A, 2020)"}]
    row = judge(target, seen, date(2027, 1, 1), formulas=formulas, series_rows=ROWS, indicator=change)
    assert (row["period"], row["observed"], row["verdict"]) == ("2021..2023", -10.0, "on_track")
    assert row["required"] == pytest.approx(-14.5 * 0.3)


ACCOUNT = {
    "name": "accounts.co2", "region": "CN-SX", "year": 2025, "value": 49.0, "unit": "%",
    "known_on": "2026-06-30", "known_assumed": True, "source_ids": "own", "grade": "B",
}  # fmt: skip


def test_accounts_count_from_their_assumed_day(tables: Tables) -> None:
    made = tables({}, [], formulas=[{"formula": "accounts.co2"}])
    accounts = frame_of([ACCOUNT], AccountValues)
    assert list_values(made, date(2026, 6, 29), None, accounts).is_empty()
    assert list_values(made, date(2026, 6, 30), None, None).is_empty()
    row = list_values(made, date(2026, 6, 30), None, accounts).row(0, named=True)
    assert (row["basis"], row["value"], row["known_assumed"]) == ("account", 49.0, True)


OWN = {
    **ACCOUNT, "name": "registers.ovens.share", "value": 80.0, "known_assumed": False,
    "source_ids": "register",
}  # fmt: skip


def test_figures_of_registers_are_read_by_formulas(tables: Tables) -> None:
    made = tables({}, [{"period": "2024"}], formulas=[{"formula": "registers.ovens.share - S"}])
    assert list_values(made, LATE).filter(pl.col("basis_id") == "F").is_empty()
    own = frame_of([{**OWN, "year": 2024, "known_on": "2025-01-01"}], AccountValues)
    row = list_values(made, LATE, None, own).filter(pl.col("basis_id") == "F").row(0, named=True)
    assert (row["basis"], row["value"], row["source_ids"]) == ("register", 30.0, "register;s")


def test_a_figure_of_the_running_year_is_no_year(tables: Tables, judge: Judge) -> None:
    made = tables({}, [], formulas=[{"formula": "registers.ovens.share"}])
    own = frame_of([{**OWN, "year": 2026, "known_on": "2026-05-01", "until": "2026-11-22"}], AccountValues)
    row = list_values(made, LATE, None, own).row(0, named=True)
    assert (row["year"], row["period"], row["known_on"]) == (2026, "2026-11", "2026-05-01")
    ended = frame_of([{**OWN, "year": 2025, "known_on": "2025-12-31"}], AccountValues)
    assert list_values(made, LATE, None, ended)["period"].to_list() == ["2025"]


def test_the_latest_known_vintage_of_a_year_holds(tables: Tables, judge: Judge) -> None:
    first = {"value": 49.0, "source_id": "bulletin", "known_on": "2026-02"}
    revised = {"value": 51.0, "source_id": "yearbook", "known_on": "2026-09"}
    for day, value, vintage in (
        (date(2026, 3, 1), 49.0, "bulletin · 2026-02-28"), (LATE, 51.0, "yearbook · 2026-09-30"),
    ):  # fmt: skip
        row = list_values(tables({}, [revised, first]), day).row(0, named=True)
        assert (row["value"], row["vintage"]) == (value, vintage)
        assert judge({}, [revised, first], day)["observed"] == value
    assert judge({}, [revised, first])["verdict"] == "met"


@pytest.mark.parametrize("other", [{"grade": "C"}, {"bound": "about"}, {"bound": "ge"}])
def test_a_weaker_figure_revises_nothing(tables: Tables, other: dict[str, Any]) -> None:
    later = {"value": 90.0, "source_id": "z", "known_on": "2026-09", **other}
    assert list_values(tables({}, [{}, later]), LATE)["value"].to_list() == [50.0]


def test_figures_of_one_day_that_disagree_are_graded_x(tables: Tables) -> None:
    made = tables({}, [{"source_id": "a"}, {"source_id": "b", "value": 51.0}], formulas=[{"formula": "S"}])
    assert list_values(made, LATE)["grade"].unique().to_list() == ["X"]


@pytest.mark.parametrize(
    ("formula", "more", "code"),
    [
        ("A +", {}, "formula_unreadable"),
        ("A + Bb", {}, "formula_name_unknown"),
        ("accounts.co", {}, "formula_name_unknown"),
        ("A / B", {}, "unit_mismatch"),
        ("eval(A)", {}, "formula_part_unknown"),
        ("A", {"unit": "10^4 kW"}, "unit_wrong"),
    ],
)
def test_what_is_wrong_with_a_formula_is_told_by_row(
    tables: Tables, formula: str, more: dict[str, Any], code: str
) -> None:
    made = tables({}, [], formulas=[{"formula": formula, **more}], series_rows=ROWS)
    rows = {name: pl.Series([9] * made[name].height, dtype=pl.Int64) for name in made}
    (finding,) = check_formulas(made, rows, {"accounts.co2": "Mt CO2"})
    assert (finding.code, finding.place.file, finding.place.row) == (code, "indicator_formulas.csv", 9)
    assert finding.text("zh") != finding.text("en")


@pytest.fixture(scope="module")
def shanxi_values(shanxi: Pack) -> pl.DataFrame:
    return list_values(shanxi.tables, LATE)


def seen(values: pl.DataFrame, basis_id: str, indicator: str | None = None) -> dict[int, float]:
    found = values.filter((pl.col("basis_id") == basis_id) & (pl.col("region") == "CN-SX"))
    if indicator:
        found = found.filter(pl.col("indicator_id") == indicator)
    return dict(found.select("year", "value").iter_rows())


def test_formulas_of_shanxi_agree_with_published_figures(shanxi_values: pl.DataFrame) -> None:
    """Each computed value beside the one that was published under the indicator's own name."""
    pairs = [
        ("wind_plus_pv", "wind_pv_capacity", {2013: 0.0, 2018: 0.0, 2020: 0.0, 2023: 1e-9}),
        ("wind_pv_yearly", "wind_pv_capacity_added", {2025: 1e-9}),
        ("new_clean_over_total", "new_clean_capacity_share", {2022: 0.3, 2025: 0.1}),
        ("renewable_over_total", "renewable_capacity_share", {2020: 0.02, 2021: 0.2, 2023: 0.01}),
        ("capacity_per_mine", "mine_avg_size", {2021: 0.9}),
    ]
    for formula, series, years in pairs:
        computed, published = (seen(shanxi_values, basis) for basis in (formula, series))
        for year, tolerance in years.items():
            assert computed[year] == pytest.approx(published[year], abs=tolerance + 1e-9), (formula, year)


def test_shares_of_generation_as_a_reader_reproduces_them(shanxi_values: pl.DataFrame) -> None:
    shares = seen(shanxi_values, "wind_solar_hydro_share")
    assert {year: round(share, 1) for year, share in shares.items() if year >= 2020} == {
        2020: 13.4, 2021: 17.8, 2022: 16.8,
    }  # fmt: skip
