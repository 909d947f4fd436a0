"""What is implausible is found, what the method leaves out by rule is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.inventory import as_findings, check_structure, compute_inventory, screen_energy

if TYPE_CHECKING:
    from collections.abc import Callable

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
    ],
)
def test_not_found(energy: Make, factors: pl.DataFrame, cell: tuple[str, str, str, float]) -> None:
    assert screen_energy(energy([cell]), factors).is_empty()


TOTALS = [
    ([5.0, 5.0], 10.0, []),
    ([5.0, 5.1], 10.0, []),
    ([5.0, 4.0], 10.0, ["total_not_sum"]),
    ([], 10.0, ["sectors_missing"]),
    ([], 0.0, []),
    ([5.0, None], 10.0, []),
]


@pytest.mark.parametrize(("parts", "whole", "codes"), TOTALS)
def test_a_total_and_its_sectors(
    energy: Make, factors: pl.DataFrame, parts: list[float | None], whole: float, codes: list[str]
) -> None:
    sectors = zip(("transport", "construction"), parts, strict=False)
    cells = [("final_consumption", sector, "Raw_Coal", part) for sector, part in sectors]
    rows = screen_energy(energy([*cells, ("final_consumption", "total", "Raw_Coal", whole)]), factors)
    assert rows["code"].to_list() == codes
    assert {f.severity for f in as_findings(rows, "x.csv")} <= {"note", "warning"}


def test_only_a_note_does_not_stop(energy: Make, factors: pl.DataFrame) -> None:
    short = energy(
        [
            ("final_consumption", "total", "Raw_Coal", 10.0),
            ("final_consumption", "transport", "Raw_Coal", 4.0),
        ]
    )
    made = compute_inventory(short, factors)
    assert [f.severity for f in made.findings] == ["note"]
    assert made.findings_table["value"].to_list() == [6.0]
    with pytest.raises(InputRefused, match="no sector row"):
        compute_inventory(short.filter(pl.col("sector") == "total"), factors)


def test_a_weak_input_makes_a_weak_result(energy: Make, factors: pl.DataFrame) -> None:
    table = energy([
        ("final_consumption", "transport", "Diesel_Oil", 4.0),
        ("final_consumption", "paper", "Raw_Coal", 4.0),
    ])  # fmt: skip
    graded = table.with_columns(grade=pl.Series(["A", "C"]))
    emissions = compute_inventory(graded, factors).emissions
    cells = emissions.select("variable", "sector", "quality")
    grades = {(variable, sector): quality for variable, sector, quality in cells.iter_rows()}
    assert grades["co2_fuel_combustion", "transport"] == "B"
    assert grades["co2_fuel_combustion", "paper"] == "C"
    assert grades["co2_total", "total"] == "C"


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
