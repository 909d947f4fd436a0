"""A balance as input of the inventory: seven sectors without industry come out as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import convert_measure, read_balance, to_energy_use
from dafeng.balance.energy_use import SECTORS
from dafeng.errors import InputRefused
from dafeng.inventory import EnergyUse, ceads_factors
from dafeng.inventory.combustion import emit_combustion, sum_activity
from dafeng.table import check

from .made_balances import CALORIFIC, make_balance

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE_MT = 2e-7
"""The factors are published figures divided by activities, rounded: the largest cell differs by 1.3e-7 Mt."""


def test_signs_and_sectors_are_those_of_the_inventory() -> None:
    use = to_energy_use(make_balance())
    check(use.drop("grade"), EnergyUse)
    found = {
        (v, s, f): value for v, s, f, value in use.select("variable", "sector", "fuel", "value").iter_rows()
    }
    assert found["transformation_input", "thermal_power", "Raw_Coal"] == 60.0
    assert found["transformation_input", "thermal_power", "Electricity"] == -12.0
    assert found["final_consumption", "total", "Electricity"] == 11.0
    assert found["final_consumption", "industry", "Raw_Coal"] == 40.0
    assert not any(fuel == "Coal_Total" for _, _, fuel in found)
    with pytest.raises(InputRefused):
        to_energy_use(convert_measure(make_balance(), CALORIFIC)[0])


@pytest.mark.data
def test_seven_sectors_of_2007_equal_the_published_ones(data_dir: Path) -> None:
    """CEADs 1997-2019, sector by fuel, against the official balance and the factors found for 2014-2022."""
    balance = read_balance(data_dir / "accounts" / "shanxi_energy_balance_2007.csv").balance
    made = emit_combustion(sum_activity(to_energy_use(balance)), ceads_factors())
    ours = made.filter(pl.col("sector").is_in(SECTORS)).select("sector", "fuel", "co2_mt")
    published = pl.read_csv(data_dir / "accounts" / "shanxi_co2_ceads_sector_fuel.csv").filter(
        (pl.col("year") == 2007)
        & pl.col("sector").is_in(SECTORS)
        & (pl.col("variable") == "co2_fuel_combustion")
        & pl.col("fuel").is_not_null()
    )
    both = ours.join(published, on=["sector", "fuel"], how="full", coalesce=True)
    assert both.height == 52
    gap = (pl.col("co2_mt").fill_null(0.0) - pl.col("value").fill_null(0.0)).abs()
    assert both.select(gap.max()).item() < TOLERANCE_MT
    assert both["co2_mt"].sum() == pytest.approx(29.745649, abs=1e-5)
