"""What people really write: names, other spellings of units, wrong separators, wrong sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.errors import InputRefused
from dafeng.inventory import ceads_factors, compute_inventory, read_energy, read_products, screen_energy

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "region,year,variable,sector,fuel,unit,value"


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "energy.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_chinese_names_and_units_are_the_same_as_codes(tmp_path: Path) -> None:
    coded = written(tmp_path, "CN-SX,2022,final_consumption,nonmetal_products,Raw_Coal,10^4 t,5")
    expected = read_energy(coded).frame
    named = written(tmp_path, "山西,2022,终端消费,非金属矿物制品业,原煤,万吨,5")
    assert read_energy(named).frame.equals(expected)


@pytest.mark.parametrize("separator", ["\t", ";", "；", "，", "|"])
def test_another_separator_is_named_once(tmp_path: Path, separator: str) -> None:
    row = "CN-SX,2022,final_consumption,paper,Raw_Coal,10^4 t,5"
    path = written(tmp_path, row.replace(",", separator), header=HEADER.replace(",", separator))
    with pytest.raises(InputRefused) as caught:
        read_energy(path)
    assert [f.code for f in caught.value.findings] == ["file_separator"]


def test_tonnes_in_the_column_of_ten_thousand_tonnes_are_found(tmp_path: Path) -> None:
    path = written(tmp_path, "CN-SX,2022,final_consumption,power_heat,Raw_Coal,10^4 t,183833745")
    rows = screen_energy(read_energy(path).frame, ceads_factors())
    assert rows["code"].to_list() == ["activity_implausible"]


def test_cement_without_energy_is_told(tmp_path: Path) -> None:
    energy = read_energy(written(tmp_path, "CN-SX,2022,final_consumption,paper,Raw_Coal,10^4 t,5")).frame
    path = tmp_path / "cement.csv"
    rows = [f"{region},{year},output,cement,10^4 t,9" for region, year in (("CN-SX", 2022), ("CN-GS", 2023))]
    path.write_text("\n".join(["region,year,variable,sector,unit,value", *rows]) + "\n", "utf-8")
    made = compute_inventory(energy, ceads_factors(), read_products(path).frame)
    assert [(f.code, f.params["count"], f.severity) for f in made.findings] == [
        ("cement_without_energy", 1, "note")
    ]
