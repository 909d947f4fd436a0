"""``dafeng inventory uncertainty``: from a table of lines to tables in the IPCC form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "year,category,sector,fuel,gas,activity,activity_uncertainty,factor,factor_uncertainty,factor_id\n"
ROWS = (
    "2010,1A1a,power,Raw_Coal,CO2,100,0.05,1.9,0.07,coal\n"
    "2020,1A1a,power,Raw_Coal,CO2,150,0.05,1.9,0.07,coal\n"
    "2020,1A2a,steel,Raw_Coal,CO2,60,0.05,1.9,0.07,coal\n"
    "2020,2A1,cement,,CO2,20,,0.29,,\n"
)
TABLES = ("totals", "approach1", "approach2", "key_categories", "known_parts")


def write(folder: Path, text: str = HEADER + ROWS, name: str = "lines.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_tables_are_written_and_the_same_seed_writes_the_same(
    dafeng: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path)
    options = ("--draws", 1000, "--seed", 7, "--base-year", 2010)
    answer = dafeng("inventory", "uncertainty", path, *options, "--output", tmp_path / "a")
    assert answer.code == 0, answer.err
    assert "98.6%" in answer.out
    dafeng("inventory", "uncertainty", path, *options, "--output", tmp_path / "b")
    for name in TABLES:
        first = (tmp_path / "a" / f"{name}.csv").read_bytes()
        assert first == (tmp_path / "b" / f"{name}.csv").read_bytes()
    totals = pl.read_csv(tmp_path / "a" / "totals.csv")
    assert totals.filter(pl.col("year") == 2020)["covered"].to_list() == [399.0] * 3


def test_defaults_cover_what_the_lines_leave_open(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    rules = write(tmp_path, "category,activity_uncertainty,factor_uncertainty\n2A,0.02,0.1\n", "rules.csv")
    out = tmp_path / "out"
    answer = dafeng("inventory", "uncertainty", write(tmp_path), "--output", out, "--uncertainties", rules)
    assert answer.code == 0, answer.err
    assert set(pl.read_csv(out / "totals.csv")["covered_share"]) == {1.0}


def test_nothing_known_is_said_and_not_drawn(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, "year,category,gas,activity,factor\n2020,1A1a,CO2,5,2\n")
    answer = dafeng("inventory", "uncertainty", path, "--output", tmp_path / "out")
    assert answer.code == 0
    assert "不能估计 / not estimable" in answer.out


def test_refusals_name_row_and_column_and_write_nothing(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    gases = write(tmp_path, HEADER + ROWS + "2020,4A,waste,,CH4,1,0.1,1,0.1,\n")
    assert dafeng("inventory", "uncertainty", gases, "--output", out).code == 2
    assert dafeng("inventory", "uncertainty", gases, "--output", out, "--gwp-set", "AR9").code == 2
    wide = write(tmp_path, HEADER + ROWS.replace("0.05,1.9,0.07", "0.05,1.9,9"))
    answer = dafeng("inventory", "uncertainty", wide, "--output", out)
    assert answer.code == 2
    assert "factor_uncertainty" in answer.err
    path = write(tmp_path)
    assert dafeng("inventory", "uncertainty", path, "--output", out, "--base-year", 1990).code == 2
    assert dafeng("inventory", "uncertainty", path, "--output", out, "--draws", 5).code == 2
    assert not out.exists()
    onto = write(tmp_path, name="totals.csv")
    assert dafeng("inventory", "uncertainty", onto, "--output", tmp_path).code == 2


def test_emissions_of_zero_have_no_share_to_cover(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "2020,1A1a,power,Raw_Coal,CO2,0,0.05,1.9,0.07,coal\n")
    answer = dafeng("inventory", "uncertainty", path, "--output", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert answer.out.count("不能估计 / not estimable") == 3


def test_lines_without_a_figure_are_counted_and_told(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    """A total without one of its parts must not look whole."""
    path = write(tmp_path, HEADER + ROWS + "2020,2A2,lime,,CO2,,,0.75,0.1,\n")
    answer = dafeng("inventory", "uncertainty", path, "--output", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert "1 行没有数值" in answer.err
    assert "1 lines of the last year have no figure" in answer.err
    totals = pl.read_csv(tmp_path / "out" / "totals.csv")
    assert set(totals.filter(pl.col("year") == 2020)["without_value"]) == {1}
    assert set(totals.filter(pl.col("year") == 2010)["without_value"]) == {0}


def test_default_rows_that_fit_no_line_are_told(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    text = "category,activity_uncertainty,factor_uncertainty\n2,0.02,0.1\n5Z,0.02,0.1\n"
    rules = write(tmp_path, text, "rules.csv")
    answer = dafeng(
        "inventory", "uncertainty", write(tmp_path), "--output", tmp_path / "o", "--uncertainties", rules
    )
    assert answer.code == 0, answer.err
    assert "rules.csv 第3行" in answer.err
    assert "第2行" not in answer.err
