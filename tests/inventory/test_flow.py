"""The energy flow table: no circle, every inflow recorded, what is made is accounted for."""

from __future__ import annotations

from collections import defaultdict
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng import terms
from dafeng.inventory import compute_flow, list_undrawn
from dafeng.inventory.flow import OTHER_ENDS
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.pack import Pack

    Make = Callable[..., pl.DataFrame]

TJ = {row["fuel"]: float(row["tj_per_activity_unit"]) for row in terms.rows("calorific")}


def edges_of(flow: pl.DataFrame) -> dict[tuple[str, int], list[tuple[str, str, float]]]:
    found: dict[tuple[str, int], list[tuple[str, str, float]]] = defaultdict(list)
    for region, year, source, target, tj in flow.select(
        "region", "year", "source", "target", "energy_tj"
    ).rows():
        found[region, year].append((source, target, tj))
    return found


def assert_acyclic(edges: list[tuple[str, str, float]]) -> None:
    graph = TopologicalSorter[str]()
    for source, target, _ in edges:
        graph.add(target, source)
    assert len(list(graph.static_order())) >= 2


def balance(edges: list[tuple[str, str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return inflow and outflow by node; a node drawn twice counts as one."""
    inflow: dict[str, float] = defaultdict(float)
    outflow: dict[str, float] = defaultdict(float)
    for source, target, tj in edges:
        outflow[source.rstrip("+")] += tj
        inflow[target.rstrip("+")] += tj
    return inflow, outflow


def assert_closed(edges: list[tuple[str, str, float]]) -> None:
    """What is made of a fuel leaves its node; where a rest goes to unallocated the node closes exactly."""
    inflow, outflow = balance(edges)
    rest = {source.rstrip("+") for source, target, _ in edges if target == "use:unallocated"}
    for node, made in inflow.items():
        if node.startswith("fuel:"):
            assert outflow[node] >= made * (1 - 1e-9), node
            if node in rest:
                assert outflow[node] == pytest.approx(made, rel=1e-9)


def test_shanxi_runs_in_no_circle_and_closes(shanxi: Pack) -> None:
    found = edges_of(compute_flow(shanxi.tables["energy"]))
    assert len(found) == 9
    for edges in found.values():
        assert_acyclic(edges)
        assert_closed(edges)
        assert all(tj > 0 for *_, tj in edges)


def test_noise_of_binary_fractions_is_no_flow(shanxi: Pack) -> None:
    for edges in edges_of(compute_flow(shanxi.tables["energy"])).values():
        inflow, _ = balance(edges)
        for source, target, tj in edges:
            if target == "use:unallocated":
                assert tj > 1e-9 * inflow[source.rstrip("+")]


def test_the_inflow_of_every_process_is_what_was_recorded(shanxi: Pack) -> None:
    energy = shanxi.tables["energy"]
    found = edges_of(compute_flow(energy))
    expected: dict[tuple[str, int, str], float] = defaultdict(float)
    for row in energy.filter((pl.col("variable") == "transformation_input") & (pl.col("value") > 0)).rows(
        named=True
    ):
        if row["sector"] not in {"transformation_total", "coke_input_gasworks"}:
            expected[row["region"], row["year"], row["sector"]] += row["value"] * TJ.get(row["fuel"], 0.0)
    checked = 0
    for (region, year, process), tj in expected.items():
        if tj:
            inflow, _ = balance(found[region, year])
            assert inflow[f"process:{process}"] == pytest.approx(tj, rel=1e-9)
            checked += 1
    assert checked > 30


def test_final_use_is_what_was_recorded(shanxi: Pack) -> None:
    energy = shanxi.tables["energy"]
    found = edges_of(compute_flow(energy))
    final = energy.filter(
        (pl.col("variable") == "final_consumption") & (pl.col("sector") != "total") & (pl.col("value") > 0)
    )
    for (region, year), edges in found.items():
        rows = final.filter((pl.col("region") == region) & (pl.col("year") == year))
        expected = sum(value * TJ.get(fuel, 0.0) for fuel, value in rows.select("fuel", "value").iter_rows())
        drawn = sum(tj for _, t, tj in edges if t.startswith("use:") and t not in OTHER_ENDS)
        assert drawn == pytest.approx(expected, rel=1e-9)


def test_a_circle_in_the_data_is_drawn_as_two_nodes(energy: Make) -> None:
    """Gas works turn coke into gas, coking turns gas and coal into coke: a real circle of the yearbook."""
    table = energy([
        ("transformation_input", "coking", "Cleaned_Coal", 100.0),
        ("transformation_input", "coking", "Coke", -70.0),
        ("transformation_input", "coking", "Coke_Oven_Gas", 20.0),
        ("transformation_input", "gas_works", "Coke", 10.0),
        ("transformation_input", "gas_works", "Coke_Oven_Gas", -30.0),
        ("final_consumption", "ferrous_smelting", "Coke", 40.0),
        ("final_consumption", "residential_urban", "Coke_Oven_Gas", 5.0),
    ])  # fmt: skip
    flow = compute_flow(table)
    edges = edges_of(flow)["CN-SX", 2020]
    assert_acyclic(edges)
    doubled = {node for source, target, _ in edges for node in (source, target) if node.endswith("+")}
    assert len(doubled) == 1
    assert_closed(edges)
    names = flow.filter(pl.col("target").str.ends_with("+")).select("target_zh", "target_en").row(0)
    assert "产出" in names[0]
    assert "output" in names[1]


def test_the_order_of_the_rows_does_not_change_the_flow(shanxi: Pack) -> None:
    table = shanxi.tables["energy"].filter(pl.col("year") == 2022)
    whole = compute_flow(table)
    other = compute_flow(table.sample(fraction=1.0, shuffle=True, seed=7))
    key = ["region", "year", "source", "target"]
    assert whole.select(key).equals(other.select(key))
    assert other["energy_tj"].to_list() == pytest.approx(whole["energy_tj"].to_list(), rel=1e-9)


def test_nothing_to_draw_is_an_empty_table(energy: Make) -> None:
    assert compute_flow(energy([("final_consumption", "paper", "Briquettes", 3.0)])).is_empty()
    assert compute_flow(energy([])).is_empty()


def test_undrawn_lists_every_fuel_without_calorific_value(shanxi: Pack) -> None:
    energy = shanxi.tables["energy"]
    undrawn = list_undrawn(energy)
    assert not set(undrawn["fuel"]) & set(TJ)
    fuel = undrawn["fuel"][0]
    year = undrawn["year"][0]
    rows = energy.filter((pl.col("fuel") == fuel) & (pl.col("year") == year))
    final = rows.filter((pl.col("variable") == "final_consumption") & (pl.col("sector") != "total"))[
        "value"
    ].sum()
    inputs = rows.filter(
        (pl.col("variable") == "transformation_input") & (pl.col("value") > 0)
        & ~pl.col("sector").is_in(["transformation_total", "coke_input_gasworks"])
    )["value"].sum()  # fmt: skip
    assert undrawn["value"][0] == pytest.approx(final + inputs)


def test_another_province_flows_too(tiny_pack: Path) -> None:
    energy = read_pack(str(tiny_pack)).tables["energy"]
    found = edges_of(compute_flow(energy))
    assert set(found) == set(energy.select("region", "year").unique().iter_rows())
    for edges in found.values():
        assert_acyclic(edges)
        assert_closed(edges)
