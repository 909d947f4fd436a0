"""Tables that print opening and closing stock beside the stock change, or in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.balance import (
    Balance,
    ReadOptions,
    compute_balance_flow,
    convert_edition,
    lay_out_balance,
    list_differences,
    read_balance,
)
from dafeng.balance.audit import audit_balance
from dafeng.balance.reconcile import observe_balance, reconcile_balance
from dafeng.store.sheet_bytes import sheet_bytes

from .made_balances import make_cells

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "浙江能源平衡表（实物量）—2006\n单位：万吨\n项目,原煤,焦炭\n"
LINES = {
    "supply": "一、可供本地区消费的能源量,108.5,0.5\n", "made": "1.一次能源生产量,100.2,\n",
    "change": "9.库存增（-）、减（+）量,8.3,0.5\n", "opening": "年初库存量,20.4,2\n",
    "closing": "年末库存量（-）,-12.1,-1.5\n", "positive": "年末库存量,12.1,1.5\n",
    "final": "四、终端消费量,108.5,0.5\n", "industry": "2.工业,108.5,0.5\n",
}  # fmt: skip
Cells = dict[tuple[str, str], float | None]


def read(folder: Path, *names: str) -> Balance:
    path = folder / "b.csv"
    path.write_text(HEAD + "".join(LINES[name] for name in names), "utf-8")
    return read_balance(path).balance


def as_cells(balance: Balance) -> Cells:
    return {
        (row, fuel): value for row, fuel, value in balance.cells.select("row", "fuel", "value").iter_rows()
    }


@pytest.fixture(params=["closing", "positive"])
def without_change(request: pytest.FixtureRequest, tmp_path: Path) -> Balance:
    return read(tmp_path, "supply", "made", "opening", request.param, "final", "industry")


def test_stocks_are_read_in_either_sign(without_change: Balance) -> None:
    cells = as_cells(without_change)
    assert without_change.edition == "yearbook_2005"
    assert cells["opening_stock", "Raw_Coal"] == 20.4
    assert cells["closing_stock", "Raw_Coal"] == -12.1
    assert cells["closing_stock", "Coke"] == -1.5
    assert not any(row == "stock_change" for row, _ in cells)


def test_a_table_without_the_change_adds_up(without_change: Balance) -> None:
    assert "identity" not in audit_balance(without_change).table["group"].to_list()
    wrong = pl.when(pl.col("row") == "opening_stock").then(pl.col("value") + 5).otherwise("value")
    broken = Balance(without_change.cells.with_columns(value=wrong), without_change.edition)
    found = audit_balance(broken).table.filter(pl.col("rule") == "identity_supply")
    assert found["fuel"].to_list() == ["Coke", "Raw_Coal"]
    assert found["difference"].to_list() == pytest.approx([-5, -5])


def test_every_rounding_of_a_stock_counts(tmp_path: Path) -> None:
    """Four cells and their total, each rounded to 0.1, may miss each other by 0.2."""
    lines = (
        HEAD
        + "一、可供本地区消费的能源量,100.2,\n1.一次能源生产量,100,\n年初库存量,20.4,\n年末库存量,-20.4,\n"
    )
    path = tmp_path / "b.csv"
    path.write_text(lines, "utf-8")
    rules = audit_balance(read_balance(path).balance).table["rule"].to_list()
    assert "identity_supply" not in rules


def test_opening_and_closing_make_the_change(tmp_path: Path) -> None:
    good = read(tmp_path, "supply", "made", "change", "opening", "closing", "final", "industry")
    assert "identity" not in audit_balance(good).table["group"].to_list()
    moved = pl.when(pl.col("row") == "closing_stock").then(pl.col("value") - 3).otherwise("value")
    bad = audit_balance(Balance(good.cells.with_columns(value=moved), good.edition)).table
    assert set(bad.filter(pl.col("group") == "identity")["rule"]) == {"identity_stock"}


def test_written_only_where_there_are_figures(without_change: Balance, tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    path.write_bytes(sheet_bytes(lay_out_balance(without_change)))
    assert as_cells(read_balance(path).balance) == as_cells(without_change)
    plain = Balance(make_cells({("industry", "Coke"): 1.0}, year=2006), "yearbook_2005")
    labels = [str(line[0]) for line in lay_out_balance(plain)[0].lines]
    assert "年初库存量" not in labels
    assert "9.库存增（-）、减（+）量" in labels


def test_the_later_layout_has_the_change_only(without_change: Balance) -> None:
    later, steps = convert_edition(without_change, "yearbook_2010")
    cells = as_cells(later)
    assert cells["stock_change", "Raw_Coal"] == pytest.approx(8.3)
    assert cells["stock_change", "Coke"] == pytest.approx(0.5)
    assert not {"opening_stock", "closing_stock"} & {row for row, _ in cells}
    assert any("stock change" in step.en for step in steps)


def test_flow_and_inflow_take_the_net(without_change: Balance, tmp_path: Path) -> None:
    flow = compute_balance_flow(without_change.cells)
    assert flow.equals(
        compute_balance_flow(
            read(tmp_path, "supply", "made", "change", "opening", "closing", "final", "industry").cells
        )
    )
    coal = flow.filter(pl.col("target") == "fuel:Raw_Coal")
    drawn = coal.filter(pl.col("source") == "supply:stock_draw")["energy_tj"].item()
    made = coal.filter(pl.col("source") == "supply:indigenous_production")["energy_tj"].item()
    assert drawn / made == pytest.approx(8.3 / 100.2)
    gap = make_cells({("statistical_difference", "Raw_Coal"): -1.0}, year=2006)
    stated = pl.concat([without_change.cells, gap])
    row = list_differences(stated).row(0, named=True)
    assert row["inflow"] == pytest.approx(100.2 + 8.3)


def test_a_stock_that_is_not_told_makes_no_change() -> None:
    cells: Cells = {("opening_stock", "Coke"): 5.0, ("closing_stock", "Coke"): None}
    later, _ = convert_edition(Balance(make_cells(cells, year=2006), "yearbook_2005"), "yearbook_2010")
    assert as_cells(later) == {("stock_change", "Coke"): None}


def test_reconciliation_keeps_opening_closing_and_change_together(without_change: Balance) -> None:
    made = reconcile_balance(observe_balance(without_change, "b"))
    value = {(row, fuel): value for row, fuel, value in made.cells.select("row", "fuel", "value").iter_rows()}
    for fuel in ("Raw_Coal", "Coke"):
        parts = value["opening_stock", fuel] + value["closing_stock", fuel]
        assert value["stock_change", fuel] == pytest.approx(parts, abs=1e-9)


def test_as_written_takes_a_positive_closing_stock_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(HEAD + LINES["made"] + LINES["opening"] + LINES["positive"], "utf-8")
    found = read_balance(path, ReadOptions(signs="yearbook")).balance
    assert as_cells(found)["closing_stock", "Raw_Coal"] == 12.1
