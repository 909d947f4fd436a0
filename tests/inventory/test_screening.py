"""What is implausible is found, what the method leaves out by rule is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.inventory import as_findings, check_structure, screen_energy

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    Make = Callable[..., pl.DataFrame]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (("final_consumption", "transport", "Diesel_Oil", -3.0), "activity_negative"),
        (("transformation_input", "thermal_power", "Raw_Coal", -3.0), "activity_negative"),
        (("non_energy_use", "non_energy_use", "Raw_Coal", -3.0), "activity_negative"),
        (("final_consumption", "total", "Raw_Coal", -3.0), "activity_negative"),
        (("loss", "loss", "Natural_Gas", -3.0), "activity_negative"),
        (("final_consumption", "logging", "Raw_Coal", 3.0), "activity_without_factor"),
        (("final_consumption", "residential_rural", "Cleaned_Coal", 3.0), "activity_without_factor"),
    ],
)
def test_found(energy: Make, factors: pl.DataFrame, cell: tuple[str, str, str, float], code: str) -> None:
    rows = screen_energy(energy([cell]), factors)
    assert rows["code"].to_list() == [code]
    finding = as_findings(rows, "x.csv")[0]
    assert finding.place.row == 2
    for language in ("zh", "en"):
        text = finding.text(language)
        assert cell[2] in text
        assert str(cell[3]) in text
        assert "2020" in text


@pytest.mark.parametrize(
    "cell",
    [
        ("final_consumption", "transport", "Diesel_Oil", 0.0),
        ("final_consumption", "transport", "Diesel_Oil", None),
        ("final_consumption", "transport", "Electricity", 3.0),
        ("final_consumption", "transport", "Heat", 3.0),
        ("final_consumption", "transport", "Other_Energy", 3.0),
        ("final_consumption", "chemicals", "Other_Petroleum_Products", 3.0),
        ("transformation_input", "thermal_power", "Other_Petroleum_Products", 3.0),
        ("transformation_input", "coking", "Coke", -3.0),
        ("transformation_input", "thermal_power", "Electricity", -3.0),
        ("final_consumption", "logging", "Raw_Coal", 0.0),
        ("final_consumption", "total", "Raw_Coal", 3.0),
    ],
)
def test_not_found(energy: Make, factors: pl.DataFrame, cell: tuple[str, str, str, float]) -> None:
    assert screen_energy(energy([cell]), factors).is_empty()


def test_a_negative_cell_without_factor_is_found_for_both_reasons(
    energy: Make, factors: pl.DataFrame
) -> None:
    rows = screen_energy(energy([("final_consumption", "logging", "Raw_Coal", -3.0)]), factors)
    assert sorted(rows["code"]) == ["activity_negative", "activity_without_factor"]


def test_sectors_fit_their_flow_and_units_their_fuel(energy: Make) -> None:
    table = energy([
        ("final_consumption", "transport", "Diesel_Oil", 1.0),
        ("final_consumption", "thermal_power", "Diesel_Oil", 1.0),
        ("transformation_input", "transport", "Diesel_Oil", 1.0),
    ])  # fmt: skip
    found = check_structure(table)
    assert [(f.code, f.place.row) for f in found] == [("code_unknown", 3), ("code_unknown", 4)]
