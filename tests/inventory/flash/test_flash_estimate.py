"""The estimate follows its indicators, adds up, and says what it does not know."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.inventory.flash import (
    FlashOptions,
    benchmark_emissions,
    benchmark_energy,
    denton_cholette,
    estimate_flash,
    list_indicators,
    list_unmoved,
    published_totals,
)
from dafeng.inventory.flash.score import BENCHMARK_KEY, FIGURE_KEY
from dafeng.monthly import Issue, latest_issue, select_known

if TYPE_CHECKING:
    from collections.abc import Callable


def at(table: pl.DataFrame, group: str, span: str = "ytd") -> dict[str, object]:
    return table.row(by_predicate=(pl.col("group") == group) & (pl.col("span") == span), named=True)


def make(steady: pl.DataFrame, benchmarks: pl.DataFrame, issue: Issue, **options: str) -> pl.DataFrame:
    day = issue.opens_on(25)
    known = select_known(steady, day, FIGURE_KEY), select_known(benchmarks, day, BENCHMARK_KEY)
    return estimate_flash(*known, issue, FlashOptions(**options)).estimates  # type: ignore[arg-type]


def test_a_group_moves_as_its_indicator(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    made = make(steady, benchmarks, Issue(2023, 6))
    power = at(made, "power_heat")
    assert power["benchmark_year"] == 2021  # 2022 becomes known at the end of 2023
    assert power["value"] == pytest.approx(100 * 1.65 / 2)
    assert power["change_share"] == pytest.approx(1.65 / 1.60 - 1)
    assert at(made, "cement_process")["item"] == "cement"


def test_a_group_without_indicator_stays_and_is_marked(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    issue = Issue(2023, 6)
    result = estimate_flash(steady, benchmarks, issue)
    homes = at(result.estimates, "other_solid")
    assert (homes["rule"], homes["value"], homes["item"]) == ("carried", 6.0, None)
    assert result.covered["co2"] == pytest.approx(106 * 1.6 / (106 * 1.6 + 12))
    assert [f.code for f in list_unmoved(result)] == ["flash_carried"]


def test_month_quarter_and_total_add_up(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    result = estimate_flash(steady, benchmarks, Issue(2023, 6))
    for span in ("month", "quarter", "ytd"):
        part = result.estimates.filter((pl.col("span") == span) & (pl.col("group") != "total"))
        assert part["value"].sum() == pytest.approx(at(result.estimates, "total", span)["value"])
    months = result.months.filter(pl.col("year") == 2023)["value"].to_list()
    assert sum(months) == pytest.approx(at(result.estimates, "total")["value"])
    assert sum(months[-3:]) == pytest.approx(at(result.estimates, "total", "quarter")["value"])
    whole = result.months.filter(pl.col("year") == 2022)["value"].sum()
    assert whole == pytest.approx(106 * 1.6 + 12)  # months of an inventory year sum to the inventory


def test_a_quarter_is_listed_only_when_it_is_over(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    made = estimate_flash(steady, benchmarks, Issue(2023, 5)).estimates
    assert set(made["span"]) == {"month", "ytd"}


def test_a_missing_month_leaves_the_month_open_but_not_the_year(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    gap = steady.filter(~((pl.col("period") == "2023-05 ytd") & (pl.col("item") == "cement")))
    made = estimate_flash(gap, benchmarks, Issue(2023, 6)).estimates
    assert at(made, "cement_process", "month")["value"] is None
    assert at(made, "total", "month")["value"] is None
    assert at(made, "total")["value"] == pytest.approx(106 * 1.65 / 2 + 6)


def test_the_trend_of_the_ratio_goes_on(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    cleaner = benchmarks.with_columns(
        value=pl.when(pl.col("group") == "power_heat")
        .then(pl.col("value") * 0.99 ** (pl.col("year") - 2010))
        .otherwise("value")
    )
    issue = Issue(2023, 12)
    carried, trend = (make(steady, cleaner, issue, intensity=rule) for rule in ("carried", "trend"))
    assert at(carried, "power_heat")["value"] == pytest.approx(165 * 0.99**12)
    assert at(trend, "power_heat")["value"] == pytest.approx(165 * 0.99**13)


def test_a_jump_of_the_ratio_never_makes_a_month_negative(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    jump = pl.when((pl.col("group") == "cement_process") & (pl.col("year") == 2021)).then(0.02)
    broken = benchmarks.with_columns(value=jump.otherwise(pl.col("value")))
    made = estimate_flash(steady, broken, Issue(2022, 12)).months
    assert made["value"].min() > 0
    total = made.filter(pl.col("year") == 2021)["value"].sum()
    assert total == pytest.approx(100 * 1.55 + 12 + 0.02)


def test_a_better_indicator_goes_first_and_a_worse_one_stands_in(
    steady: pl.DataFrame, inventory: pl.DataFrame, figures: Callable[..., pl.DataFrame]
) -> None:
    steel = inventory.with_columns(sector=pl.col("sector").replace("residential_rural", "ferrous_smelting"))
    benchmarks = benchmark_emissions(steel, pl.col("known_on"))
    crude = figures([("2022", "crude_steel", 100), ("2023-06 ytd", "crude_steel", 60)])
    pig = figures([("2022", "pig_iron", 100), ("2023-06 ytd", "pig_iron", 40)])
    with_crude = estimate_flash(pl.concat([steady, crude]), benchmarks, Issue(2023, 6)).estimates
    assert (at(with_crude, "steel")["item"], at(with_crude, "steel")["value"]) == (
        "crude_steel",
        pytest.approx(7.2),
    )
    with_both = estimate_flash(pl.concat([steady, crude, pig]), benchmarks, Issue(2023, 6)).estimates
    assert (at(with_both, "steel")["item"], at(with_both, "steel")["value"]) == (
        "pig_iron",
        pytest.approx(4.8),
    )


def test_without_inventory_or_indicator_nothing_is_said(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    with pytest.raises(InputRefused, match="no full yearly inventory"):
        estimate_flash(steady, benchmarks, Issue(2009, 6))
    with pytest.raises(InputRefused, match="no indicator covers"):
        estimate_flash(steady, benchmarks, Issue(2024, 6))
    with pytest.raises(InputRefused, match="indicator is zero"):
        denton_cholette([0.0, 0.0], [0, 0], [1.0])


def test_a_year_whose_process_is_unknown_is_no_benchmark(
    steady: pl.DataFrame, inventory: pl.DataFrame
) -> None:
    without = inventory.filter(~((pl.col("year") == 2022) & (pl.col("variable") == "co2_process")))
    made = estimate_flash(steady, benchmark_emissions(without, pl.col("known_on")), Issue(2023, 6)).estimates
    assert set(made["benchmark_year"]) == {2021}


def test_published_totals_stand_beside_sums(inventory: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    row = inventory.head(1).with_columns(
        year=pl.lit(2023, pl.Int64), variable=pl.lit("co2_total"), sector=pl.lit("total"),
        fuel=pl.lit(None, pl.String), value=pl.lit(190.0),
    )  # fmt: skip
    totals = published_totals(pl.concat([inventory, row]), benchmarks)
    assert totals["year"].to_list() == list(range(2010, 2024))
    assert totals["value"][-1] == 190.0
    assert totals["value"][-2] == pytest.approx(106 * 1.6 + 12)


def test_energy_is_what_burns_in_standard_coal() -> None:
    rows = [
        ("final_consumption", "residential_rural", "Raw_Coal", "10^4 t", 100.0),
        ("transformation_input", "thermal_power", "Raw_Coal", "10^4 t", 200.0),
        ("final_consumption", "residential_rural", "Electricity", "10^8 kWh", 50.0),
        ("final_consumption", "residential_rural", "Briquettes", "10^4 t", 1.0),
    ]
    energy = pl.DataFrame(
        [("CN-SX", 2020, *row) for row in rows],
        schema=["region", "year", "variable", "sector", "fuel", "unit", "value"], orient="row",
    )  # fmt: skip
    table, left_out = benchmark_energy(energy, pl.lit("2021-12-31"))
    values = dict(table.select("group", "value").iter_rows())
    assert values["power_heat"] == pytest.approx(200 * 209.08 / 293.076)  # 20,908 kJ/kg
    assert values["other_solid"] == pytest.approx(100 * 209.08 / 293.076)
    assert left_out == ("Briquettes",)


def test_indicators_show_what_is_missing(steady: pl.DataFrame) -> None:
    issue = Issue(2023, 6)
    table = list_indicators(select_known(steady, date(2023, 7, 25), FIGURE_KEY), issue, "CN-SX")
    cement = table.row(by_predicate=pl.col("item") == "cement", named=True)
    assert cement["ytd_value"] == pytest.approx(30 * 1.65 * 6)
    assert cement["month_value"] == pytest.approx(30 * 1.65)
    assert cement["ytd_change_share"] == pytest.approx(1.65 / 1.6 - 1)
    assert cement["known_on"] == "2023-07-20"
    coke = table.row(by_predicate=pl.col("item") == "coke", named=True)
    assert (coke["ytd_value"], coke["known_on"]) == (None, None)


@pytest.mark.parametrize(
    ("day", "issue"),
    [
        ("2026-11-25", "2026-10"),
        ("2026-11-24", "2026-09"),
        ("2026-03-25", "2026-02"),
        ("2026-02-25", "2025-12"),
        ("2026-01-24", "2025-11"),
        ("2026-01-25", "2025-12"),
    ],
)
def test_the_page_opens_on_the_25th(day: str, issue: str) -> None:
    assert str(latest_issue(date.fromisoformat(day))) == issue
