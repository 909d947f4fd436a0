"""``dafeng inventory consumption``: files in, views out; bad files refused whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from dafeng.app.consumption_file import ConsumptionRequest, run_consumption
from dafeng.cli.commands import app
from dafeng.errors import DafengError

if TYPE_CHECKING:
    from pathlib import Path

EMISSIONS = """\
region,year,variable,sector,fuel,unit,value,source,quality
CN-SX,2022,co2_total,total,,Mt CO2,600,own,B
CN-HE,2022,co2_total,total,,Mt CO2,800,own,B
"""
TRANSFERS = """\
sender,receiver,year,fuel,unit,value,source_id,grade,note_zh,note_en
CN-SX,CN-HE,2022,Electricity,10^8 kWh,500,grid,A,,
CN-SX,,2022,Electricity,10^8 kWh,100,grid,A,,
CN-SX,CN-HE,2022,Coke,10^4 t,1000,rail,B,,
"""
FACTORS = """\
region,year,variable,activity,fuel,unit,value,source_id,grade
CN-SX,2022,ef_grid_electricity,electricity_consumption,Electricity,kg CO2/kWh,0.7,MEE,B
"""


def request(folder: Path, transfers: str = TRANSFERS) -> ConsumptionRequest:
    for name, text in (("e.csv", EMISSIONS), ("t.csv", transfers), ("f.csv", FACTORS)):
        (folder / name).write_text(text, "utf-8")
    return ConsumptionRequest(folder / "e.csv", folder / "t.csv", folder / "o.csv", folder / "f.csv")


def test_what_one_province_takes_off_the_other_adds(tmp_path: Path) -> None:
    run_consumption(request(tmp_path))
    views = pl.read_csv(tmp_path / "o.csv")
    consumed = dict(views.filter(pl.col("item") == "consumption").select("region", "value_mt").iter_rows())
    assert consumed["CN-SX"] == pytest.approx(600 - 42 - 1.84)
    assert consumed["CN-HE"] == pytest.approx(800 + 35 + 1.84)
    assert sum(consumed.values()) + 7 == pytest.approx(1400)  # 7 Mt go to an unknown province


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("Coke,10^4 t", "Coke,t", {"unit_wrong"}),
        ("CN-SX,CN-HE,2022,Coke", "CN-SX,CN-SX,2022,Coke", {"transfer_ends"}),
        ("CN-SX,,2022", ",,2022", {"transfer_ends"}),
        ("Coke,10^4 t", "Crude_Oil,10^4 t", {"code_unknown"}),
        ("10^8 kWh,500", "10^8 kWh,-500", {"value_out_of_range"}),
        ("CN-HE,2022,Coke", "CN-QQ,2022,Coke", {"code_unknown"}),
    ],
)
def test_bad_transfers_are_refused_and_nothing_is_written(
    tmp_path: Path, old: str, new: str, codes: set[str]
) -> None:
    assert old in TRANSFERS
    with pytest.raises(DafengError) as raised:
        run_consumption(request(tmp_path, TRANSFERS.replace(old, new)))
    assert {finding.code for finding in raised.value.findings} == codes
    assert not (tmp_path / "o.csv").exists()


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    asked = request(tmp_path)
    with pytest.raises(DafengError, match=r"t\.csv"):
        run_consumption(ConsumptionRequest(asked.emissions, asked.transfers, asked.transfers, asked.factors))
    assert asked.transfers.read_text("utf-8") == TRANSFERS


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    asked = request(tmp_path)
    answer = CliRunner().invoke(
        app,
        ["inventory", "consumption", "--emissions", str(asked.emissions), "--transfers",
         str(asked.transfers), "--factors", str(asked.factors), "--output", str(asked.output)],
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    assert "rows" in answer.output
    assert asked.output.exists()


def test_a_grid_factor_in_another_unit_is_refused(tmp_path: Path) -> None:
    """Per MWh instead of per kWh would make every exchange a thousand times too large."""
    asked = request(tmp_path)
    (tmp_path / "f.csv").write_text(FACTORS.replace("kg CO2/kWh,0.7", "kg CO2/MWh,700"), "utf-8")
    with pytest.raises(DafengError, match="kg CO2/kWh"):
        run_consumption(asked)
    assert not (tmp_path / "o.csv").exists()


def test_power_without_a_factor_still_names_the_unit_of_one(tmp_path: Path) -> None:
    asked = request(tmp_path)
    (tmp_path / "f.csv").write_text(FACTORS.replace("2022", "2019").replace("CN-SX", "CN-HE"), "utf-8")
    run_consumption(asked)
    power = pl.read_csv(tmp_path / "o.csv").filter(
        (pl.col("item") == "power_exchange") & (pl.col("variant") == "year_factor")
    )
    assert power["factor"].null_count() == power.height > 0
    assert set(power["factor_unit"]) == {"kg CO2/kWh"}
