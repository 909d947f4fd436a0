"""``dafeng balance``: what a statistician types and what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.balance.made_balances import CLOSED, make_balance, make_cells

from dafeng.balance import lay_out_balance, read_balance
from dafeng.store.sheet_bytes import sheet_bytes, sheet_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Dafeng = Callable[..., Any]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.xlsx"
    path.write_bytes(sheet_bytes(lay_out_balance(make_balance())))
    return path


@pytest.mark.data
def test_audit_tells_the_difference_of_2007_first_and_leaves_with_3(dafeng: Dafeng, data_dir: Path) -> None:
    answer = dafeng("balance", "audit", data_dir / "accounts" / "shanxi_energy_balance_2007.csv")
    assert answer.code == 3
    first = answer.out.splitlines()[0]
    assert "原煤" in first
    assert "-170.0 Mt" in first
    assert "-26.4%" in first
    assert "-17,000.00 万吨 / 10^4 t" in first
    assert " 0.0 Mt" not in answer.out
    coke = next(line for line in answer.out.splitlines() if "焦炭 Coke" in line)
    assert "5.1%" in coke


def test_audit_writes_its_findings(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    answer = dafeng("balance", "audit", table, "--output", "found.csv", "--format", "json")
    assert answer.code in {0, 3}
    assert "rule" in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_errors_are_told_with_their_cell_beside_a_file(dafeng: Dafeng, tmp_path: Path) -> None:
    wrong = {key: 10 * value if key[0] == "industry" else value for key, value in CLOSED.items()}
    path = tmp_path / "table.xlsx"
    path.write_bytes(sheet_bytes(lay_out_balance(make_balance(wrong))))
    answer = dafeng("balance", "audit", path, "--output", "found.csv")
    assert answer.code == 3
    told = [line for line in answer.err.splitlines() if "identity_final" in line]
    assert len(told) == 2 * 3
    assert told[0].startswith("table.xlsx, 工作表")
    assert "终端消费" in told[0]
    assert "10 times off" in told[1]
    sums = {"total_primary_supply", "transformation_total", "final_consumption", "residential"}
    many = {key: 3 * value if key[0] in sums else value for key, value in CLOSED.items()}
    path.write_bytes(sheet_bytes(lay_out_balance(make_balance(many))))
    answer = dafeng("balance", "audit", path, "--output", "found.csv")
    assert answer.err.count("identity_") <= 20
    assert "… 另有" in answer.err


def test_a_label_that_was_not_read_is_named_as_the_cause(dafeng: Dafeng, tmp_path: Path) -> None:
    text = sheet_csv(lay_out_balance(make_balance())[0]).decode("utf-8-sig")
    wrong = text.replace("2.工业", "2.工叶").replace(",Industry,", ",Indstry,")
    (tmp_path / "table.csv").write_text(wrong, "utf-8")
    answer = dafeng("balance", "audit", "table.csv", "--output", "found.csv")
    assert answer.code == 3
    assert answer.err.count("可能由此而来") == 1
    assert "“2.工叶”" in answer.err
    assert "3 identity errors" in answer.err


def test_converting_a_table_with_errors_says_so(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    coal = ("--measure", "coal_equivalent", "--electricity-basis", "calorific")
    answer = dafeng("balance", "convert", table, "--output", tmp_path / "a.xlsx", *coal)
    assert "audit errors stand" not in answer.err
    path = tmp_path / "wrong.xlsx"
    path.write_bytes(sheet_bytes(lay_out_balance(make_balance(CLOSED | {("industry", "Raw_Coal"): 47.0}))))
    answer = dafeng("balance", "convert", path, "--output", tmp_path / "b.xlsx", *coal)
    assert answer.code == 0, answer.err
    assert "处未通过审核的错误" in answer.err
    assert "audit errors stand" in answer.err


def test_convert_to_standard_coal_and_back(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    coal, back = tmp_path / "coal.xlsx", tmp_path / "back.csv"
    answer = dafeng(
        "balance", "convert", table, "--output", coal, "--measure", "coal_equivalent",
        "--electricity-basis", "equivalent", "--gce-per-kwh", 305.5,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "305.5" in answer.out
    said = json.loads((tmp_path / "coal.xlsx.json").read_text("utf-8"))
    assert said["written"]["electricity"] == {"basis": "equivalent", "gce_per_kwh": 305.5}
    assert said["read"]["edition"] == "yearbook_2010"
    assert dafeng("balance", "convert", coal, "--output", back, "--measure", "physical").code == 0
    found = read_balance(back).balance.cells
    wanted = make_balance().cells.sort("row", "fuel")
    assert found["value"].to_list() == pytest.approx(wanted["value"].to_list())


def test_convert_layout_signs_and_form(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "long.csv"
    answer = dafeng(
        "balance", "convert", table, "--output", out, "--edition", "yearbook_2005", "--signs",
        "input_positive", "--layout", "long",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    power = pl.read_csv(out).filter((pl.col("row") == "thermal_power") & (pl.col("fuel") == "Raw_Coal"))
    assert power["value"].item() == 60.0
    read = read_balance(out)
    assert read.signs.transformation == "input_positive"
    assert read.balance.cells.equals(make_balance().cells.sort("row", "fuel"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--measure", "coal_equivalent"), "balance_gce_missing"),
        (("--measure", "coal_equivalent", "--electricity-basis", "equivalent"), "balance_gce_missing"),
        (("--edition", "yearbook_1900"), "balance_edition_unknown"),
    ],
)
def test_convert_asks_for_what_it_needs(
    dafeng: Dafeng, table: Path, tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    answer = dafeng("balance", "convert", table, "--output", "out.xlsx", *options)
    assert answer.code == 2
    assert code in answer.err
    assert not (tmp_path / "out.xlsx").exists()


def test_own_coefficients(dafeng: Dafeng, tmp_path: Path) -> None:
    values = {**CLOSED, ("industry", "LNG"): 2.0}
    path = tmp_path / "in.csv"
    path.write_bytes(make_cells(values).write_csv().encode())
    words = (
        "balance", "convert", path, "--output", "out.csv", "--layout", "long",
        "--measure", "coal_equivalent", "--electricity-basis", "calorific",
    )  # fmt: skip
    assert "LNG" in dafeng(*words).err
    (tmp_path / "own.csv").write_text(
        "fuel,coefficient,unit,source\nLNG,1.7572,kgce/kg,中国能源统计年鉴\n", "utf-8"
    )
    assert dafeng(*words, "--coefficients", "own.csv").code == 0
    made = pl.read_csv(tmp_path / "out.csv").filter(pl.col("fuel") == "LNG")
    assert made["value"].item() == pytest.approx(2 * 1.7572)


def test_nothing_overwrites_its_input_and_one_csv_holds_one_table(
    dafeng: Dafeng, table: Path, tmp_path: Path
) -> None:
    assert "output_is_input" in dafeng("balance", "convert", table, "--output", table).err
    assert "balance_output_kind" in dafeng("balance", "convert", table, "--output", "out.pdf").err
    assert "output_is_input" in dafeng("balance", "flow", table, "--output", table).err
    two = tmp_path / "two.xlsx"
    two.write_bytes(
        sheet_bytes([*lay_out_balance(make_balance()), *lay_out_balance(make_balance(year=2016))])
    )
    assert "balance_several_tables" in dafeng("balance", "convert", two, "--output", "one.csv").err


def test_flow_as_table_and_as_page(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    answer = dafeng("balance", "flow", table, "--output", "flow.csv")
    assert answer.code == 0
    assert "平衡差额" in answer.out
    flow = pl.read_csv(tmp_path / "flow.csv")
    assert "difference:gap" in set(flow["source"])
    assert dafeng("balance", "flow", table, "--output", "flow.html").code == 0
    page = (tmp_path / "flow.html").read_text("utf-8")
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "平衡差额（缺口）" in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace("http://www.apache.org", "")


def test_editions_are_listed(dafeng: Dafeng) -> None:
    answer = dafeng("balance", "editions", "--format", "json")
    assert {row["code"] for row in json.loads(answer.out)} == {"yearbook_2005", "yearbook_2010"}


def test_reconcile_closes_the_table(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    answer = dafeng("balance", "reconcile", table, "--output", "closed")
    assert answer.code == 0, answer.err
    assert (tmp_path / "closed" / "reconciled.csv").exists()
    assert ", p = " in answer.out
    moved = pl.read_csv(tmp_path / "closed" / "adjustments.csv")["adjustment"].abs()
    assert moved.filter((moved > 0) & (moved < 1e-10)).is_empty()


@pytest.mark.parametrize("verb", ["audit", "convert", "flow", "reconcile"])
@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", "随便写的一行\n".encode()])
def test_damaged_files_are_refused_in_words(dafeng: Dafeng, tmp_path: Path, verb: str, raw: bytes) -> None:
    (tmp_path / "bad.xlsx").write_bytes(raw)
    words = () if verb == "audit" else ("--output", "out.csv")
    answer = dafeng("balance", verb, "bad.xlsx", *words)
    assert answer.code == 2, answer.err
    assert "Traceback" not in answer.err
    assert "bad.xlsx" in answer.err


def test_a_damaged_table_tells_the_place(dafeng: Dafeng, tmp_path: Path) -> None:
    text = sheet_csv(lay_out_balance(make_balance())[0]).decode("utf-8-sig")
    (tmp_path / "bad.csv").write_text(text.replace("130.0", "一百三"), "utf-8")
    answer = dafeng("balance", "convert", "bad.csv", "--output", "out.xlsx")
    assert answer.code == 2
    assert "第9行" in answer.err
    assert "row 9, column C" in answer.err


def test_what_the_conversion_does_not_use_is_refused(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("fuel,coefficient,unit,source\nCoke,0.97,kgce/kg,own\n", "utf-8")
    for option in (("--electricity-basis", "calorific"), ("--coefficients", own)):
        answer = dafeng("balance", "convert", table, "--output", tmp_path / "x.xlsx", *option)
        assert answer.code == 2
        assert "balance_option_unused" in answer.err
        assert option[0] in answer.err
    assert not (tmp_path / "x.xlsx").exists()


def test_a_table_with_positive_input_comes_back(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    positive, back = tmp_path / "positive.xlsx", tmp_path / "back.csv"
    for source, target, option in (
        (table, positive, ("--signs", "input_positive")),
        (positive, back, ("--input-signs", "input_positive")),
    ):
        assert dafeng("balance", "convert", source, "--output", target, *option).code == 0
    assert read_balance(back).balance.cells.equals(read_balance(table).balance.cells)


def test_a_flow_is_no_pdf(dafeng: Dafeng, table: Path, tmp_path: Path) -> None:
    answer = dafeng("balance", "flow", table, "--output", tmp_path / "flow.pdf")
    assert (answer.code, "flow_output_kind" in answer.err) == (2, True)
    assert not (tmp_path / "flow.pdf").exists()


def test_last_year_of_firms_must_be_there(dafeng: Dafeng, tmp_path: Path) -> None:
    form = tmp_path / "firm.csv"
    form.write_text("firm_id,year,energy,unit,use_total\n1,2020,原煤,吨,5\n", "utf-8")
    answer = dafeng("balance", "audit-firms", "--purchase", form, "--last-year", tmp_path / "nowhere")
    assert (answer.code, "file_missing" in answer.err) == (2, True)
    assert dafeng("balance", "audit-firms", "--purchase", form).code == 0
