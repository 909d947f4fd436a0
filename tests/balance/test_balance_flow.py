"""The flow of a balance: closed at every node, without circles, with the statistical difference in sight."""

from __future__ import annotations

from collections import defaultdict
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from dafeng.balance import (
    Balance,
    audit_balance,
    compute_balance_flow,
    convert_measure,
    list_differences,
    list_undrawn_cells,
    read_balance,
)

from .made_balances import CALORIFIC, CLOSED, make_balance, make_cells

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

COAL, POWER = 209.08, 360.0
"""terms/calorific.csv: raw coal and electricity. [TJ per accounting unit]"""


def edges(flow: pl.DataFrame) -> dict[tuple[str, str], float]:
    return {(a, b): tj for a, b, tj in flow.select("source", "target", "energy_tj").iter_rows()}


def assert_sound(flow: pl.DataFrame) -> None:
    """No circle; every fuel and transformation gives out what it takes in."""
    graph, rest, size = (
        TopologicalSorter[str](),
        defaultdict[str, float](float),
        defaultdict[str, float](float),
    )
    for (source, target), tj in edges(flow).items():
        graph.add(target, source)
        assert tj > 0
        for node, sign in ((source, -1), (target, 1)):
            rest[node.removesuffix("+")] += sign * tj
            size[node.removesuffix("+")] += tj
    list(graph.static_order())
    for node, gap in rest.items():
        if node.startswith(("fuel:", "process:")):
            assert abs(gap) <= 1e-6 * size[node], node


def test_supply_use_and_difference_are_drawn() -> None:
    flow = compute_balance_flow(make_cells(CLOSED))
    assert_sound(flow)
    found = edges(flow)
    assert found["supply:indigenous_production", "fuel:Raw_Coal"] == pytest.approx(130 * COAL)
    assert found["difference:gap", "fuel:Raw_Coal"] == pytest.approx(5 * COAL)
    assert found["fuel:Raw_Coal", "out:sending_out_to_other_provinces"] == pytest.approx(30 * COAL)
    assert found["process:thermal_power", "use:conversion"] == pytest.approx(60 * COAL - 12 * POWER)
    assert found["fuel:Electricity", "use:residential_urban"] == pytest.approx(2 * POWER)
    assert not any(
        "Coal_Total" in node or "rest:" in node or node == "use:residential"
        for pair in found
        for node in pair
    )


def test_what_the_table_does_not_explain_is_a_node_of_its_own() -> None:
    cells = {
        **CLOSED,
        ("indigenous_production", "Raw_Coal"): 128.0,
        ("statistical_difference", "Raw_Coal"): 4.0,
    }
    flow = compute_balance_flow(make_cells(cells))
    assert_sound(flow)
    found = edges(flow)
    assert found["fuel:Raw_Coal", "difference:surplus"] == pytest.approx(4 * COAL)
    assert found["rest:gap", "fuel:Raw_Coal"] == pytest.approx(11 * COAL)


def test_a_circle_is_cut_and_still_closes() -> None:
    cells = {
        ("indigenous_production", "Raw_Coal"): 100.0, ("coking", "Raw_Coal"): -90.0, ("coking", "Coke"): 60.0,
        ("gas_works", "Coke"): -20.0, ("gas_works", "Raw_Coal"): 5.0, ("industry", "Raw_Coal"): 15.0,
        ("industry", "Coke"): 40.0,
    }  # fmt: skip
    flow = compute_balance_flow(make_cells(cells))
    assert_sound(flow)
    assert any(target.endswith("+") for _, target in edges(flow))


def test_standard_coal_needs_no_calorific_values() -> None:
    made, _ = convert_measure(make_balance(), CALORIFIC)
    flow = compute_balance_flow(made.cells)
    assert_sound(flow)
    assert edges(flow)["difference:gap", "fuel:Raw_Coal"] == pytest.approx(5 * 0.7143 * 293.076)
    assert list_undrawn_cells(made.cells).is_empty()


def test_what_transformation_puts_out_came_in_for_headline_and_audit_alike() -> None:
    cells = make_cells({
        ("moving_in_from_other_provinces", "Coke"): 10.0, ("coking", "Coke"): 90.0,
        ("statistical_difference", "Coke"): -10.0,
    })  # fmt: skip
    row = list_differences(cells).row(0, named=True)
    assert (row["inflow"], row["share"]) == (100.0, -0.1)
    found = audit_balance(Balance(cells, "yearbook_2010")).table.filter(rule="statistical_difference")
    assert "10.0% of all that came in" in found["text_en"].item()


def test_nothing_gives_nothing() -> None:
    assert compute_balance_flow(make_cells({})).is_empty()
    assert list_differences(make_cells({})).is_empty()


@pytest.mark.data
def test_the_difference_of_2007_is_shown(data_dir: Path) -> None:
    """China Energy Statistical Yearbook 2008: raw coal -17,000 x 10^4 t, output 60,321 x 10^4 t."""
    cells = read_balance(data_dir / "accounts" / "shanxi_energy_balance_2007.csv").balance.cells
    flow = compute_balance_flow(cells)
    assert_sound(flow)
    assert edges(flow)["difference:gap", "fuel:Raw_Coal"] == pytest.approx(17000 * COAL)
    first = list_differences(cells).row(0, named=True)
    assert (first["fuel"], first["difference"], first["unit"]) == ("Raw_Coal", -17000.0, "10^4 t")
    assert first["share"] == pytest.approx(-17000 / (60321 + 4144.36))
    assert set(list_undrawn_cells(cells)["fuel"]) == {"Briquettes", "Other_Gas", "Other_Petroleum_Products"}
