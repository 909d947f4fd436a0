"""``dafeng inventory guideline``: files in, a folder of tables out; bad files refused whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from dafeng.app.guideline_file import GuidelineRequest, run_guideline
from dafeng.cli.commands import app
from dafeng.errors import DafengError, InputRefused
from dafeng.inventory.guideline import read_activities

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

FACTORS = """\
region,year,variable,activity,fuel,unit,value,source_id,grade,uncertainty
山西,2022,carbon_content,all,Raw_Coal,t C/TJ,25.0,laboratory,A,0.02
山西,2022,heat_value,all,Raw_Coal,TJ/(10^4 t),200,laboratory,A,0.01
山西,2022,oxidation,power_heat,Raw_Coal,1,0.98,laboratory,A,0.02
CN-SX,2022,ef_co2_amonia,ammonia_output,,t/t,2,plant,B,
"""
ACTIVITIES = """\
region,year,activity,unit,value,source_id,grade,note_zh,note_en
CN-SX,2022,cement_output,10^4 t,100,bureau,B,,
CN-SX,2022,lime_output,万吨,10,bureau,B,,
"""


@pytest.fixture
def energy(shanxi: Pack, tmp_path: Path) -> Path:
    path = tmp_path / "energy.csv"
    table = shanxi.tables["energy"].filter(pl.col("year") == 2022)
    table.rename({"source_id": "source", "grade": "quality"}).write_csv(path)
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "unit", "value"),
    [
        ("lime_output", "吨", 1e-4), ("gas_output", "亿立方米", 1.0), ("swine", "头", 1e-4),
        ("rice_area", "公顷", 1e-3), ("poultry", "万只", 1.0), ("domestic_bod", "吨", 1e-3),
        ("abandoned_mines_2001_on", "1", 1.0),
    ],
)  # fmt: skip
def test_chinese_units_are_read_and_the_notes_may_be_left_out(
    tmp_path: Path, code: str, unit: str, value: float
) -> None:
    text = f"region,year,activity,unit,value,source_id,grade\nCN-SX,2022,{code},{unit},1,bureau,B\n"
    frame = read_activities(write(tmp_path / "a.csv", text)).frame
    assert frame["value"].to_list() == [pytest.approx(value)]
    assert frame["note_zh"].to_list() == [None]


def test_own_factors_and_activities_reach_the_lines(energy: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = run_guideline(
        GuidelineRequest(
            energy, out, "AR5",
            factors=write(tmp_path / "f.csv", FACTORS),
            activities=write(tmp_path / "a.csv", ACTIVITIES),
        )
    )  # fmt: skip
    lines = pl.read_csv(out / "lines.csv", infer_schema_length=None)
    power = lines.filter(
        (pl.col("sector") == "power_heat") & (pl.col("fuel") == "Raw_Coal") & (pl.col("gas") == "CO2")
    ).row(0, named=True)
    assert power["factor"] == pytest.approx(200 * 25 * 0.98 * 44 / 12 / 1000)
    assert power["factor_uncertainty"] == pytest.approx((0.02**2 + 0.01**2 + 0.02**2) ** 0.5)
    assert power["source_id"] == "laboratory"
    cement = lines.filter(pl.col("sector") == "cement_output").row(0, named=True)
    assert cement["value"] == pytest.approx(290.6)
    assert [f.params["factor"] for f in answer.findings if f.code == "factor_unknown"] == ["ef_co2_amonia"]
    assert answer.not_estimated == lines.filter(pl.col("notation") == "NE").height > 0
    assert {path.name for path in answer.files} == {
        f"{name}.csv" for name in ("lines", "totals", "methods", "method_gap", "completeness", "factors")
    }
    methods = pl.read_csv(out / "methods.csv").filter(pl.col("scope") == "process").row(0, named=True)
    assert methods["first_mt"] == pytest.approx(0.2906)
    totals = pl.read_csv(out / "totals.csv", infer_schema_length=None)
    assert totals.filter(pl.col("gas") == "CO2e").height > 0


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("activities", ACTIVITIES.replace("万吨", "万吨标准煤"), "unit_wrong"),
        ("factors", FACTORS.replace("25.0,laboratory,A", "25.0,laboratory,C"), "factor_grade_weak"),
        ("factors", FACTORS.replace("t C/TJ", "kg C/GJ"), "unit_wrong"),
        ("factors", FACTORS.replace("A,0.02", "A,two"), "cell_not_number"),
        ("factors", FACTORS.replace("25.0", "x"), "cell_not_number"),
        ("activities", "region,year\n", "column_missing"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_written(
    energy: Path, tmp_path: Path, name: str, text: str, code: str
) -> None:
    out = tmp_path / "out"
    bad = write(tmp_path / "bad.csv", text)
    with pytest.raises(DafengError) as refused:
        run_guideline(GuidelineRequest(energy, out, "AR5", **{name: bad}))
    assert code in {finding.code for finding in refused.value.findings}
    assert not out.exists()


def test_output_over_an_input_or_a_pack_is_refused(energy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    inside = folder / "lines.csv"
    inside.write_bytes(energy.read_bytes())
    with pytest.raises(InputRefused):
        run_guideline(GuidelineRequest(inside, folder, "AR5"))
    (folder / "pack.toml").write_text("", "utf-8")
    with pytest.raises(InputRefused):
        run_guideline(GuidelineRequest(energy, folder, "AR5"))


def test_the_command_needs_a_set_and_knows_its_name(energy: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    words = ["inventory", "guideline", "--energy", str(energy), "--output", str(tmp_path / "out")]
    assert runner.invoke(app, words).exit_code == 2
    wrong = runner.invoke(app, [*words, "--gwp-set", "AR7"])
    assert isinstance(wrong.exception, DafengError)
    assert "known: AR4, AR5, AR5CCF, AR6" in wrong.exception.text("en")
    done = runner.invoke(app, [*words, "--gwp-set", "AR6"])
    assert done.exit_code == 0, done.output
    assert "NE" in done.output


def test_a_balance_gives_the_reference_approach(energy: Path, tmp_path: Path, shanxi: Pack) -> None:
    table = tmp_path / "balance.csv"
    shanxi.tables["balances"].drop("source_id", "grade").write_csv(table)
    answer = run_guideline(GuidelineRequest(energy, tmp_path / "out", "", balance=table))
    compared = pl.read_csv(tmp_path / "out" / "reference.csv")
    assert compared["year"].unique().to_list() == [2007]
    assert "reference_gap" in {finding.code for finding in answer.findings}
    assert (
        "CO2e" not in pl.read_csv(tmp_path / "out" / "totals.csv", infer_schema_length=None)["gas"].to_list()
    )


def test_the_factors_of_a_pack_are_all_known(energy: Path, tmp_path: Path) -> None:
    """The grid factor belongs to the account of transfers; the file of a pack holds it too."""
    grid = FACTORS.splitlines()[0].removesuffix(",uncertainty") + (
        "\nCN-SX,2022,ef_grid_electricity,electricity_consumption,Electricity,kg CO2/kWh,0.7,MEE,B\n"
    )
    path = write(tmp_path / "f.csv", grid)
    answer = run_guideline(GuidelineRequest(energy, tmp_path / "out", "AR5", factors=path))
    assert "factor_unknown" not in {finding.code for finding in answer.findings}
