"""The power targets of a plan against the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.power import build_case
from tests.power.made_networks import plan

from dafeng.power.build import build_network
from dafeng.power.results import tabulate
from dafeng.power.targets import QUANTITIES, compare, judge_targets, target_rows

if TYPE_CHECKING:
    import polars as pl


def made_targets() -> pl.DataFrame:
    """Return made targets of the indicators that the model answers."""
    made = [
        ("a", "wind_pv_capacity", "about", 250.0, None, None, "10^4 kW", 2025),
        ("b", "storage_capacity", "ge", 500.0, 500.0, None, "10^4 kW", 2035),
        ("c", "coal_power_supply_rate", "lt", 300.0, None, 300.0, "gce/kWh", 2025),
        ("d", "peak_shaving_share", "range", None, 5.0, 10.0, "%", 2025),
        ("e", "new_corridor_renewable_share", "ge", 50.0, 50.0, None, "%", None),
        ("f", "ne_500kv_stations", "eq", 10.0, None, None, "1", 2025),
        ("g", "corridor_voltage", "none", 500.0, None, None, "kV", None),
        ("h", "new_coal_power_capacity", "capped", None, None, None, "10^4 kW", 2025),
        ("i", "forest_cover", "ge", 30.0, 30.0, None, "%", 2025),
    ]
    names = ("target_id", "indicator_id", "comparator", "value", "lower", "upper", "unit", "target_year")
    found = [dict(zip(names, row, strict=True)) for row in made]
    for row in found:
        row["sector"] = "forest" if row["target_id"] == "i" else "power"
    return build_case.table("targets", found)


def test_each_is_judged_in_its_year() -> None:
    network = build_network(build_case.inputs(2025, 2035))
    tables = tabulate(network, build_case.tables(), plan(network), "made")
    pack = build_case.tables() | {"targets": made_targets()}
    judged = judge_targets(network, pack, tables, "made", (0.05,))
    found = {(row["target_id"], row["year"]): row for row in judged.iter_rows(named=True)}
    outcomes = {key: row["outcome"] for key, row in found.items()}
    assert outcomes["a", 2025] == "imposed"
    assert found["a", 2025]["modelled"] == pytest.approx(250.0)
    assert outcomes["b", 2035] == "short"
    assert outcomes["c", 2025] == "short"
    assert outcomes["d", 2025] == "imposed"
    assert found["d", 2025]["modelled"] == pytest.approx(5.0)
    assert outcomes["e", 2025] == outcomes["e", 2035] == "imposed"
    assert outcomes["f", 2025] == outcomes["h", 2025] == "not_modelled"
    assert not {"g", "i"} & {key[0] for key in found}


def test_readings_of_about_that_disagree_need_a_decision() -> None:
    network = build_network(build_case.inputs(2025))
    tables = tabulate(network, build_case.tables(), plan(network), "made")
    near = made_targets().filter(target_id="a").with_columns(value=245.0)
    pack = build_case.tables() | {"targets": near}
    judged = judge_targets(network, pack, tables, "made", (0.0, 0.01, 0.05)).row(0, named=True)
    assert judged["outcome"] == "needs_decision"
    assert "±0% Above the range; ±1% Above the range; ±5% Reached" in judged["reason_en"]
    assert "±5% 达到" in judged["reason_zh"]
    outcomes = [judge_targets(network, pack, tables, "made", (one,))["outcome"][0] for one in (0.0, 0.05)]
    assert outcomes == ["exceeded", "imposed"]


@pytest.mark.parametrize(
    ("comparator", "numbers", "modelled", "outcome"),
    [
        ("about", (100.0, None, None), 104.0, "reached"), ("about", (100.0, None, None), 106.0, "exceeded"),
        ("about", (100.0, None, None), 94.0, "short"), ("lt", (300.0, None, 300.0), 299.9, "reached"),
        ("lt", (300.0, None, 300.0), 300.0, "short"), ("le", (300.0, None, 300.0), 300.0, "reached"),
        ("gt", (30.0, 30.0, None), 30.0, "short"), ("ge", (30.0, 30.0, None), 30.0, "reached"),
        ("range", (None, 5.0, 10.0), 4.0, "short"), ("range", (None, 5.0, 10.0), 11.0, "exceeded"),
        ("range", (None, 5.0, 10.0), 10.0, "reached"), ("eq", (2.0, None, None), 3.0, "exceeded"),
    ],
)  # fmt: skip
def test_comparison(
    comparator: str, numbers: tuple[float | None, ...], modelled: float, outcome: str
) -> None:
    value, lower, upper = numbers
    target = {"comparator": comparator, "value": value, "lower": lower, "upper": upper}
    assert compare(target, modelled, 0.05) == outcome


def test_every_mapped_quantity_is_known() -> None:
    assert {row["quantity"] for row in target_rows().values()} == set(QUANTITIES)
