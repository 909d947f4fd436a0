"""Assets that work alike share their columns, and nothing changes but the size of the programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.power import assembly
from dafeng.power.assembly import assemble
from dafeng.power.assembly_time import TimeLine
from dafeng.power.assembly_units import Unit, join_alike
from dafeng.power.network import EnergyLimit, Generator, Horizon, Network, Reserve, StorageUnit

from .made_networks import electricity, plan
from .test_myopic import full_network

HORIZON = Horizon((2030, 2035), (2, 2), (3.0, 2.0), (5.0, 5.0))
OLD = Generator("old", "el", p_nom=40.0, marginal_cost=10.0, capital_cost=1.0, retire_year=2035)
NEW = replace(OLD, id="new", extendable=True, retire_year=9999, capital_cost=3.0)
LATE = replace(NEW, id="late", build_year=2035, p_nom_max=25.0, capital_cost=2.0)


def units_of(network: Network) -> list[set[str]]:
    joined = join_alike(network, TimeLine(network.horizon))
    return [{asset.id for asset in unit.members} for unit in joined]


def test_years_capacity_and_cost_may_differ() -> None:
    network = electricity([OLD, NEW, LATE], [60.0, 50.0, 70.0, 60.0], HORIZON)
    assert units_of(network) == [{"old", "new", "late"}]
    assembled = assemble(network)
    assert list(assembled.map.power) == ["old"]
    assert assembled.map.unit_of == dict.fromkeys(("old", "new", "late"), "old")
    result = plan(network)
    assert result.capacity == pytest.approx({"old": 40.0, "new": 45.0, "late": 25.0})
    assert result.power["old"][2:].tolist() == [0.0, 0.0]
    assert result.power["late"][:2].tolist() == [0.0, 0.0]
    together = sum(result.power.values(), np.zeros(4))
    assert together == pytest.approx([60.0, 50.0, 70.0, 60.0])
    assert result.power["new"][2] == pytest.approx(45.0)


@pytest.mark.parametrize(
    "change",
    [
        {"marginal_cost": 11.0}, {"p_max_pu": 0.9}, {"co2": 0.1}, {"ramp_limit_up": 0.5}, {"e_sum_max": 9e9},
        {"p_nom": np.inf},
    ],
)  # fmt: skip
def test_what_works_otherwise_or_does_not_scale_stays_alone(change: dict[str, float]) -> None:
    assert units_of(electricity([OLD, replace(NEW, **change)], [1.0] * 4, HORIZON)) == [{"old"}, {"new"}]


def test_inflow_does_not_scale() -> None:
    lake = StorageUnit("lake", "el", p_nom=5.0, inflow=1.0)
    network = electricity([OLD], [1.0] * 4, HORIZON, storage_units=(lake, replace(lake, id="pond")))
    assert {"lake"} in units_of(network)


def test_what_limits_and_reserves_count_otherwise_stays_alone() -> None:
    network = electricity([OLD, NEW], [1.0] * 4, HORIZON)
    limit = EnergyLimit("limit", 2030, (("old", 1.0),), "<=", 1e9)
    assert len(units_of(replace(network, energy_limits=(limit,)))) == 2
    alike = replace(limit, terms=(("old", 1.0), ("new", 1.0)))
    assert len(units_of(replace(network, energy_limits=(alike,)))) == 1
    later = replace(limit, period=2035, terms=(("new", 1.0),))
    assert len(units_of(replace(network, energy_limits=(later,)))) == 1, "old has gone by then"
    reserve = Reserve("up", 1.0, (("old", 1.0), ("new", 0.5)))
    assert len(units_of(replace(network, reserves=(reserve,)))) == 2


def test_a_gap_of_years_is_not_bridged() -> None:
    horizon = Horizon((2025, 2030, 2035), (1, 1, 1), (1.0,) * 3, (5.0,) * 3)
    first, last = replace(OLD, retire_year=2030), replace(NEW, build_year=2035)
    assert len(units_of(electricity([first, last], [1.0] * 3, horizon))) == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_joined_and_single_reach_the_same_cost_prices_and_energy(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = full_network(np.random.default_rng(seed))
    more = [
        replace(
            asset, id=f"{asset.id}_2", build_year=2030, capital_cost=0.9 * asset.capital_cost, p_nom_max=9.0
        )
        for asset in network.generators
        if asset.extendable and asset.id in {"gas", "wind"}
    ]
    coal = replace(network.generators[0], id="coal_2", p_nom=20.0, retire_year=2035)
    battery = replace(network.storage_units[0], id="battery_2", extendable=False, p_nom=3.0, build_year=2030)
    reserve = network.reserves[0]
    providers = (*reserve.providers, ("coal_2", 0.5), ("gas_2", 1.0), ("battery_2", 1.0))
    network = replace(
        network,
        generators=(*network.generators, *more, coal),
        storage_units=(*network.storage_units, battery),
        reserves=(replace(reserve, providers=providers, requirement_of_output=()),),
        energy_limits=(),
    )
    joined, columns = plan(network), assemble(network).program.columns
    monkeypatch.setattr(
        assembly,
        "join_alike",
        lambda network, time: tuple(
            Unit(a, (a,))
            for a in (*network.generators, *network.links, *network.storage_units, *network.stores)
            if time.active(a).stop > time.active(a).start
        ),
    )
    single = plan(network)
    assert assemble(network).program.columns > columns + 100
    assert joined.objective == pytest.approx(single.objective, rel=1e-9)
    assert joined.limit_prices["co2", 2035] == pytest.approx(
        single.limit_prices["co2", 2035], rel=1e-4, abs=1e-3
    )
    for name, power in joined.power.items():
        if name != "tank" and name in joined.capacity:
            assert np.all(power <= joined.capacity[name] * (1 + 1e-9) + 1e-6)
