"""Figures of the power table against other publications and against each other."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

ROWS = {
    row["check"]: row
    for row in csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines())
}


@pytest.fixture(scope="module")
def find(shanxi: Pack) -> Callable[[str, str, str], float]:
    """Return a look-up of (period, measure, group) in MW, GWh, hours."""
    table = shanxi.tables["power_statistics"]

    def look_up(period: str, measure: str, group: str) -> float:
        keys = {"period": period, "measure": measure, "published_group": group}
        return float(table.filter(**keys).filter(pl.col("region") == "CN-SX")["value"].item())

    return look_up


def expect(check: str) -> object:
    row = ROWS[check]
    return pytest.approx(float(row["value"]), abs=float(row["printed"]))


def test_capacities_of_2023_agree_with_xinhua(find: Callable[[str, str, str], float]) -> None:
    assert find("2023", "capacity", "renewable") / 1000 == expect("renewable_capacity_2023")
    assert find("2023", "capacity", "pv") / 1000 == expect("pv_capacity_2023")


def test_consumption_and_export_make_the_generation(find: Callable[[str, str, str], float]) -> None:
    consumption = find("2023", "consumption", "total")
    export = find("2023", "net_export", "export")
    assert (consumption + export) / 100 == expect("consumption_plus_export_2023")
    assert 100 * export / find("2023", "generation", "total") == expect("export_share_of_generation_2023")


def test_shares_of_april_2025_follow_from_the_capacities(find: Callable[[str, str, str], float]) -> None:
    total = find("2025-04", "capacity", "total")
    assert 100 * find("2025-04", "capacity", "thermal") / total == expect("thermal_share_of_capacity_2025_04")
    new = 100 * find("2025-04", "capacity", "new_energy") / total
    assert new == expect("new_energy_share_of_capacity_2025_04")


def test_sources_of_2023_add_up(find: Callable[[str, str, str], float]) -> None:
    groups = ("thermal", "wind", "pv", "hydro")
    made = sum(find("2023", "generation", group) for group in groups)
    assert made == pytest.approx(find("2023", "generation", "total"), abs=25)  # five printed figures
    stands = sum(find("2023", "capacity", group) for group in groups)
    # 781 MW of the total are in no printed part: batteries are not named there
    assert find("2023", "capacity", "total") - stands == pytest.approx(781, abs=2.5)


def test_hours_of_2023_are_those_of_the_mean_capacity(find: Callable[[str, str, str], float]) -> None:
    # total at the end of 2022: 133,041 MW less 12,245 MW added, as printed with the total
    mean = (find("2023", "capacity", "total") + 133041 - 12245) / 2
    hours = find("2023", "generation", "total") * 1000 / mean
    assert find("2023", "full_load_hours", "total") == pytest.approx(hours, rel=0.02)


def test_coal_saved_by_retrofits_is_that_of_the_energy_bureau(find: Callable[[str, str, str], float]) -> None:
    # 9.5 Mtce and 23.75 Mt CO2 in the same text: 2.5 t of CO2 per tce
    assert find("2021..2025", "coal_saved", "efficiency") * 2.5 == pytest.approx(23.75e6)
