"""Territorial and consumption views: signs, variants, what stays open, the four axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.inventory.guideline.activity_tables import factors

from dafeng.inventory.guideline.activity_contracts import EnergyTransfer
from dafeng.inventory.guideline.consumption import list_territorial, view_consumption
from dafeng.inventory.guideline.transfers import list_balance_transfers, list_power_exchange
from dafeng.pack.schema import Balances
from dafeng.scenario import Scope
from dafeng.table import empty_table

if TYPE_CHECKING:
    from dafeng.pack import Pack

GRID = ("ef_grid_electricity", "electricity_consumption", "kg CO2/kWh", 0.8)


def transfers(*rows: tuple[str | None, str | None, int, str, float | None]) -> pl.DataFrame:
    """Return transfers: (sender, receiver, year, fuel, quantity)."""
    schema = empty_table(EnergyTransfer).schema
    made = [
        {"sender": s, "receiver": r, "year": y, "fuel": f, "value": v, "grade": "B",
         "unit": "10^8 kWh" if f == "Electricity" else "10^4 t"}
        for s, r, y, f, v in rows
    ]  # fmt: skip
    return pl.DataFrame({name: [row.get(name) for row in made] for name in schema}, schema=schema)


def territorial(*rows: tuple[str, int, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(region, year, "with_process", value, "own", "A") for region, year, value in rows],
        schema=["region", "year", "process", "value_mt", "source_id", "grade"],
        orient="row",
    )


def pick(views: pl.DataFrame, item: str, variant: str = "year_factor", region: str = "CN-SX") -> float | None:
    rows = views.filter(
        (pl.col("item") == item) & (pl.col("variant") == variant) & (pl.col("region") == region)
    )
    value: float | None = rows["value_mt"].item()
    return value


def test_exported_power_is_taken_off_at_the_factor_of_the_year() -> None:
    views = view_consumption(
        territorial(("CN-SX", 2020, 500.0)),
        transfers(("CN-SX", None, 2020, "Electricity", 1000.0)),
        factors(GRID),
    )
    assert pick(views, "power_exchange") == pytest.approx(80.0)  # 10^11 kWh x 0.8 kg
    assert pick(views, "without_power_export") == pytest.approx(420.0)
    assert pick(views, "consumption") == pytest.approx(420.0)


def test_a_year_without_factor_has_no_figure_and_the_nearest_stands_apart() -> None:
    views = view_consumption(
        territorial(("CN-SX", 2018, 500.0)),
        transfers(("CN-SX", None, 2018, "Electricity", 1000.0)),
        factors(GRID),
    )
    assert pick(views, "consumption") is None
    assert pick(views, "consumption", "nearest_factor") == pytest.approx(420.0)
    lent = views.filter((pl.col("variant") == "nearest_factor") & (pl.col("item") == "power_exchange"))
    assert (lent["grade"][0], lent["note_en"][0]) == ("C", "factor of 2020")


def test_what_is_not_published_is_not_zero() -> None:
    views = view_consumption(territorial(("CN-SX", 2020, 500.0)), transfers(), factors(GRID))
    assert pick(views, "power_exchange") is None
    assert pick(views, "without_power_export") is None
    assert pick(views, "territorial", "plain") == 500.0


def test_a_province_that_takes_power_has_nothing_to_leave_out_but_more_to_answer_for() -> None:
    views = view_consumption(
        territorial(("CN-SX", 2020, 500.0)),
        transfers((None, "CN-SX", 2020, "Electricity", 100.0)),
        factors(GRID),
    )
    assert pick(views, "power_exchange") == pytest.approx(-8.0)
    assert pick(views, "without_power_export") == pytest.approx(500.0)
    assert pick(views, "consumption") == pytest.approx(508.0)


def test_coke_making_moves_and_carbon_of_coal_is_a_memo() -> None:
    moved = transfers(
        ("CN-SX", None, 2020, "Electricity", 0.0), ("CN-SX", None, 2020, "Coke", 1000.0),
        ("CN-SX", None, 2020, "Raw_Coal", 1000.0),
    )  # fmt: skip
    own = factors(GRID, ("ef_co2_coke_making", "coke", "t CO2/t", 0.5))
    views = view_consumption(territorial(("CN-SX", 2020, 500.0)), moved, own)
    assert pick(views, "coke_making", "plain") == pytest.approx(5.0)
    assert pick(views, "coal_potential", "plain") == pytest.approx(17.26, abs=0.01)
    assert pick(views, "consumption") == pytest.approx(495.0)
    assert pick(views, "without_power_export") == pytest.approx(500.0)


def test_receiving_provinces_stand_apart_where_they_are_known() -> None:
    moved = transfers(
        ("CN-SX", "CN-BJ", 2020, "Electricity", 300.0), ("CN-SX", None, 2020, "Electricity", 200.0)
    )
    views = view_consumption(territorial(("CN-SX", 2020, 500.0)), moved, factors(GRID))
    rows = views.filter(pl.col("item") == "power_exchange").select("partner", "value_mt")
    assert dict(rows.iter_rows()) == {"CN-BJ": pytest.approx(24.0), None: pytest.approx(16.0)}
    assert pick(views, "consumption") == pytest.approx(460.0)


def test_every_figure_carries_the_four_axes() -> None:
    views = view_consumption(territorial(("CN-SX", 2020, 500.0)), transfers(), factors(GRID))
    for row in views.select(*Scope.model_fields).iter_rows(named=True):
        Scope.model_validate(row)
    scopes = {r["item"]: (r["boundary"], r["power_export"]) for r in views.iter_rows(named=True)}
    assert scopes["territorial"] == ("production", "included")
    assert scopes["without_power_export"] == ("production", "excluded")
    assert scopes["consumption"] == ("consumption", "excluded")


def balance(*rows: tuple[str, str, float]) -> pl.DataFrame:
    schema = empty_table(Balances).schema
    made = [
        {"region": "CN-SX", "year": 2007, "row": row, "fuel": fuel, "unit": "u", "value": value,
         "source_id": "s", "grade": "B"}
        for row, fuel, value in rows
    ]  # fmt: skip
    return pl.DataFrame({name: [row.get(name) for row in made] for name in schema}, schema=schema)


def test_balance_rows_come_out_positive_and_power_net() -> None:
    table = balance(
        ("sending_out_to_other_provinces", "Electricity", -460.0),
        ("moving_in_from_other_provinces", "Electricity", 50.0),
        ("sending_out_to_other_provinces", "Coke", -70.0), ("export", "Coke", -5.0),
        ("moving_in_from_other_provinces", "Raw_Coal", 40.0),
    )  # fmt: skip
    found = {row["fuel"]: (row["sender"], row["value"]) for row in list_balance_transfers(table).to_dicts()}
    assert found == {"Electricity": ("CN-SX", 410.0), "Coke": ("CN-SX", 75.0)}


def test_published_exchange_goes_before_generation_minus_use() -> None:
    def yearly(*rows: tuple[int, float]) -> pl.DataFrame:
        return pl.DataFrame(
            [("CN-SX", year, value, "s", "B") for year, value in rows],
            schema={"region": pl.String, "year": pl.Int64, "value": pl.Float64,
                    "source_id": pl.String, "grade": pl.String},
            orient="row",
        )  # fmt: skip

    found = list_power_exchange(
        balance(("sending_out_to_other_provinces", "Electricity", -460.0)),
        yearly((2018, 927.1)),
        yearly((2007, 9.0), (2018, 3203.0), (2019, 3362.0), (2021, 5.0)),
        yearly((2018, 2275.66), (2019, 2340.06)),
    )
    assert dict(found.select("year", "value").iter_rows()) == {
        2007: 460.0, 2018: 927.1, 2019: pytest.approx(1021.94),
    }  # fmt: skip


def test_published_export_agrees_with_generation_minus_use(shanxi: Pack) -> None:
    observed = shanxi.tables["observations"]

    def of(series: str, year: int) -> float:
        row = observed.filter((pl.col("series_id") == series) & (pl.col("period") == str(year)))
        return float(row["value"][0])

    for year in (2018, 2022):
        difference = of("generation_total", year) - of("elec_consumption_balance", year)
        assert of("net_power_export", year) == pytest.approx(difference, rel=1e-3)


def test_the_first_known_total_of_a_year_counts() -> None:
    schema = {"region": pl.String, "year": pl.Int64, "variable": pl.String, "value": pl.Float64,
              "source_id": pl.String, "grade": pl.String}  # fmt: skip
    own = pl.DataFrame(
        [("CN-SX", 2017, "co2_total", None, "own", "B"), ("CN-SX", 2018, "co2_total", 5.0, "own", "B")],
        schema=schema, orient="row",
    )  # fmt: skip
    published = pl.DataFrame(
        [("CN-SX", 2017, "co2_total", 4.0, "p", "A"), ("CN-SX", 2018, "co2_total", 6.0, "p", "A")],
        schema=schema, orient="row",
    )  # fmt: skip
    found = list_territorial(own, published)
    assert dict(found.select("year", "source_id").iter_rows()) == {2017: "p", 2018: "own"}


def test_more_taken_in_than_sent_makes_the_province_the_receiver() -> None:
    table = balance(
        ("sending_out_to_other_provinces", "Electricity", -10.0),
        ("moving_in_from_other_provinces", "Electricity", 60.0),
    )
    row = list_balance_transfers(table).row(0, named=True)
    assert (row["sender"], row["receiver"], row["value"]) == (None, "CN-SX", 50.0)
