"""``dafeng cities split`` and ``template``: tables, files, refusals."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ASKED = ("--quantity", "carbon_intensity", "--fall", "0.18", "--base-year", "2025", "--target-year", "2030")


def test_a_target_of_the_pack_is_split_by_all_methods(dafeng: Callable[..., Any], tiny_pack: Path) -> None:
    answer = dafeng("cities", "split", "--pack", tiny_pack, "--target", "D2", "--lock", "宝鸡=16%")
    assert answer.code == 0
    assert "16.0 %" in answer.out
    assert "各市合计达不到全省目标" in answer.out
    assert "convergence" in answer.out


def test_json_carries_allocation_check_and_notes(dafeng: Callable[..., Any], tiny_pack: Path) -> None:
    answer = dafeng(
        "cities", "split", "--pack", tiny_pack, "--target", "D2", "--method", "index", "--spread", "0.01",
        "--format", "json",
    )  # fmt: skip
    made = json.loads(answer.out)
    falls = [row["assigned"] for row in made["allocation"]]
    assert max(falls) - min(falls) == pytest.approx(0.01)
    assert [row["outcome"] for row in made["check"]] == ["holds"]
    assert [note["code"] for note in made["notes"]] == ["split_spread_narrowed"]


def test_the_template_filled_in_is_split(dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path) -> None:
    assert dafeng("cities", "template", "--pack", tiny_pack, "--output", "form.csv").code == 0
    form = pl.read_csv(tmp_path / "form.csv", schema_overrides={"region": pl.String, "value": pl.Float64})
    made = {"gdp_current": 100.0, "co2_total": 50.0, "gdp_growth": 5.0}
    own = pl.col("region") != "CN-SN"
    value = pl.when(own).then(pl.col("item").replace_strict(made, default=None, return_dtype=pl.Float64))
    filled = form.with_columns(value=value).with_columns(
        grade=pl.when(pl.col("value").is_not_null()).then(pl.lit("B"))
    )
    filled.write_csv(tmp_path / "filled.csv")
    answer = dafeng(
        "cities", "split", "filled.csv", "--pack", tiny_pack, *ASKED, "--method", "uniform", "--format", "csv"
    )
    assert answer.code == 0
    rows = pl.read_csv(StringIO(answer.out))
    assert rows["implied"].to_list() == pytest.approx([50 * 0.82 * 1.05**5] * 2)
    assert "各市合计达到全省目标" in answer.err
    assert dafeng("cities", "template", "--pack", tiny_pack, "--output", "form.xlsx").code == 0
    answer = dafeng("cities", "split", "form.xlsx", "--pack", tiny_pack, *ASKED)
    assert answer.code == 0
    assert "缺数据，未分解" in answer.out


def test_no_solution_leaves_with_three_and_bad_input_with_two(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    split = ("cities", "split", "--pack", tiny_pack)
    answer = dafeng(*split, "--target", "D2", "--method", "index", "--highest", "0.15")
    assert answer.code == 3
    assert "610100" in answer.err
    assert "10^4 tce" in answer.err
    text = "region,year,item,unit,value,grade\n610100,2025,co2_total,kg,x,B\n"
    (tmp_path / "f.csv").write_text(text, "utf-8")
    answer = dafeng("cities", "split", "f.csv", "--pack", tiny_pack, *ASKED)
    assert answer.code == 2
    assert "第2行" in answer.err
    assert "row 2" in answer.err
    for wrong in (["--target", "T1"], ["--fall", "0.1"], ["--target", "D2", "--lock", "610100"]):
        assert dafeng(*split, *wrong).code == 2
    assert dafeng("cities", "template", "--output", "f.csv", "--base-year", "2030").code == 2
