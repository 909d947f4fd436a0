"""Cities by one rule: known truth, silent cities, incomplete cities, exported power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory import ceads_factors
from dafeng.inventory.city_accounts import account_cities, list_city_rules

from .conftest import CITIES, SHARES

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.inventory.city_accounts import CityAccounts

    Maker = Callable[..., pl.DataFrame]

FACTORS = ceads_factors()


def by_city(made: CityAccounts) -> dict[str, dict[str, object]]:
    return {row["region"]: row for row in made.totals.iter_rows(named=True)}


def test_the_truth_comes_out(make_city_energy: Maker, province: pl.DataFrame) -> None:
    made = account_cities(make_city_energy(), FACTORS, province, CITIES)
    core = province.filter(pl.col("part") != "power")["co2_mt"].sum()
    power = province.filter(pl.col("part") == "power")["co2_mt"].sum()
    for city, row in by_city(made).items():
        assert row["status"] == "complete"
        assert row["co2_mt"] == pytest.approx(SHARES[city] * core)
        assert row["benchmarked_mt"] == pytest.approx(SHARES[city] * core)
        assert row["power_mt"] == pytest.approx(SHARES[city] * power)
        assert row["reliability_share"] == pytest.approx(1.0)
    assert made.findings == ()


def test_by_hand(make_city_energy: Maker, province: pl.DataFrame) -> None:
    made = account_cities(make_city_energy(), FACTORS, province, CITIES).accounts
    coke = made.filter((pl.col("region") == "C1") & (pl.col("fuel") == "Coke"))["co2_mt"][0]
    assert coke == pytest.approx(0.5 * 1000 * 2.876589 / 100, rel=1e-6)  # 10^4 t x t/t = 10^4 t; /100 = Mt


def test_a_silent_city_gets_no_figure_and_nothing_is_shared_out(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    made = account_cities(make_city_energy({"C1": 0.5, "C2": 0.3}), FACTORS, province, CITIES)
    silent = by_city(made)["C3"]
    assert silent["status"] == "not_published"
    assert [
        silent[name] for name in ("co2_mt", "benchmarked_mt", "power_mt", "reliability_share", "grade")
    ] == [None] * 5
    assert by_city(made)["C1"]["benchmarked_mt"] == by_city(made)["C1"]["co2_mt"]
    kept = made.benchmark.filter(pl.col("city_mt").is_not_null())
    assert set(kept["outcome"]) == {"kept"}
    assert kept["left_mt"].sum() == pytest.approx(0.2 * province["co2_mt"].sum())


def test_no_city_at_all(make_city_energy: Maker, province: pl.DataFrame) -> None:
    made = account_cities(make_city_energy({}), FACTORS, province, CITIES)
    assert made.totals["status"].to_list() == ["not_published"] * 3
    assert made.accounts.is_empty()
    assert made.benchmark["left_mt"].sum() == pytest.approx(province["co2_mt"].sum())


def test_an_empty_form_is_no_report(make_city_energy: Maker, province: pl.DataFrame) -> None:
    blank = make_city_energy().with_columns(value=pl.lit(None, pl.Float64))
    assert account_cities(blank, FACTORS, province, CITIES).totals["status"].to_list() == ["not_reported"] * 3


def test_a_missing_item_leaves_the_total_empty_and_is_named(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    energy = make_city_energy().filter(~((pl.col("region") == "C2") & (pl.col("item") == "bulk_coal")))
    row = by_city(account_cities(energy, FACTORS, province, CITIES))["C2"]
    assert (row["status"], row["missing_items"], row["co2_mt"]) == ("incomplete", "bulk_coal", None)
    assert row["power_mt"] is not None
    assert row["reliability_share"] == pytest.approx(5 / 6)


def test_an_empty_cell_is_not_zero(make_city_energy: Maker, province: pl.DataFrame) -> None:
    empty = (pl.col("region") == "C2") & (pl.col("fuel") == "Diesel_Oil")
    energy = make_city_energy().with_columns(value=pl.when(~empty).then("value"))
    row = by_city(account_cities(energy, FACTORS, province, CITIES))["C2"]
    assert (row["status"], row["missing_items"], row["co2_mt"]) == ("incomplete", "all_use", None)
    zero = make_city_energy().with_columns(value=pl.when(empty).then(0.0).otherwise("value"))
    assert by_city(account_cities(zero, FACTORS, province, CITIES))["C2"]["status"] == "complete"


def test_missing_power_plants_do_not_hide_the_total(make_city_energy: Maker, province: pl.DataFrame) -> None:
    energy = make_city_energy().filter(
        ~((pl.col("region") == "C1") & (pl.col("item") == "power_plant_input"))
    )
    row = by_city(account_cities(energy, FACTORS, province, CITIES))["C1"]
    assert (row["status"], row["missing_items"], row["power_mt"]) == ("incomplete", "power_plant_input", None)
    assert row["co2_mt"] is not None


def test_raw_material_is_taken_off_and_never_below_zero(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    energy = make_city_energy()
    raw = energy.filter((pl.col("item") == "above_scale_industry") & (pl.col("fuel") == "Raw_Coal"))
    part = raw.with_columns(item=pl.lit("raw_material_use"), value=pl.col("value") / 4)
    less = account_cities(pl.concat([energy, part]), FACTORS, province, CITIES)
    cell = (pl.col("region") == "C1") & (pl.col("part") == "industry") & (pl.col("fuel") == "Raw_Coal")
    whole = account_cities(energy, FACTORS, province, CITIES)
    assert less.accounts.filter(cell)["co2_mt"][0] == pytest.approx(
        0.75 * whole.accounts.filter(cell)["co2_mt"][0]
    )
    much = account_cities(
        pl.concat([energy, part.with_columns(pl.col("value") * 8)]), FACTORS, province, CITIES
    )
    assert much.accounts.filter(cell)["co2_mt"][0] == 0.0
    assert {finding.code for finding in much.findings} == {"city_raw_material_exceeds"}


def test_exported_power_is_shown_by_the_mean_factor_of_the_city(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    volumes = make_city_energy().head(2).with_columns(
        item=pl.Series(["generation", "electricity_exported"]), fuel=pl.lit("Electricity"),
        unit=pl.lit("10^8 kWh"), value=pl.Series([400.0, 100.0]),
    )  # fmt: skip
    made = by_city(account_cities(pl.concat([make_city_energy(), volumes]), FACTORS, province, CITIES))
    assert made["C1"]["exported_power_mt"] == pytest.approx(float(str(made["C1"]["power_mt"])) / 4)
    assert made["C2"]["exported_power_mt"] is None


def test_a_fuel_that_the_province_does_not_burn_there_takes_the_plants_factor(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    extra = (
        make_city_energy()
        .head(1)
        .with_columns(item=pl.lit("heat_plant_input"), fuel=pl.lit("Briquettes"), value=pl.lit(100.0))
    )
    made = account_cities(pl.concat([make_city_energy(), extra]), FACTORS, province, CITIES)
    row = made.accounts.filter(pl.col("fuel") == "Briquettes").row(0, named=True)
    plant = FACTORS.filter((pl.col("sector") == "power_heat") & (pl.col("fuel") == "Briquettes"))["factor"][0]
    assert row["co2_mt"] == pytest.approx(plant)
    assert made.benchmark.filter(pl.col("fuel") == "Briquettes")["outcome"].to_list() == ["no_province"]


def test_grades_make_the_reliability(make_city_energy: Maker, province: pl.DataFrame) -> None:
    made = by_city(account_cities(make_city_energy(grades={"C1": "B", "C2": "C"}), FACTORS, province, CITIES))
    assert [made[city]["reliability_share"] for city in CITIES] == pytest.approx([0.5, 0.0, 1.0])
    assert [made[city]["grade"] for city in CITIES] == ["B", "C", "B"]


def test_every_item_stands_in_one_part_only_unless_it_is_raw_material() -> None:
    cells = list_city_rules().select("item", "fuel_group", "sign")
    assert cells.unique().height == cells.height
