"""Networks of PyPSA read: our own come back, stock ones mean the same, the rest is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.power.exchange import made_networks as made
from tests.power.exchange.optimum import find_optimum

from dafeng.errors import InputRefused
from dafeng.power.assembly import assemble
from dafeng.power.exchange.io import make_netcdf, read_netcdf
from dafeng.power.exchange.reading import read_pypsa
from dafeng.power.exchange.writing import to_pypsa

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.power.network import Network

LATE = {"committed_rules", "committed_periods"}
"""Cases whose commitment is made of links with delays, which our networks do not know."""
# PyPSA calls pandas in ways that pandas 4 will not know; that is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.mark.parametrize("make", [c for c in made.CASES if c.__name__ not in LATE], ids=lambda m: m.__name__)
def test_our_export_read_again_has_the_same_optimum(make: Callable[[], Network], pypsa: Any) -> None:
    del pypsa
    network = make()
    again = read_pypsa(to_pypsa(network))
    first, second = (find_optimum(assemble(n).program) for n in (network, again))
    assert second == pytest.approx(first, rel=1e-9)


def test_a_file_gives_what_was_written(pypsa: Any, tmp_path: Path) -> None:
    del pypsa
    path = tmp_path / "plan.nc"
    path.write_bytes(make_netcdf(made.storage()))
    network = read_netcdf(path)
    assert network.notes == made.storage().notes
    assert network.horizon == replace(made.one_year(), hour_weight=(1.0,))
    pumped = next(unit for unit in network.storage_units if unit.id == "pumped")
    original = next(unit for unit in made.storage().storage_units if unit.id == "pumped")
    assert np.array_equal(pumped.inflow, original.inflow)
    assert replace(pumped, inflow=0.0) == replace(original, inflow=0.0)


def test_the_same_network_gives_the_same_bytes(pypsa: Any) -> None:
    del pypsa
    assert make_netcdf(made.reserve()) == make_netcdf(made.reserve())


def test_a_file_of_another_kind_is_refused(pypsa: Any, tmp_path: Path) -> None:
    del pypsa
    path = tmp_path / "plan.nc"
    path.write_bytes(b"no netCDF")
    with pytest.raises(InputRefused) as refused:
        read_netcdf(path)
    assert refused.value.findings[0].code == "pypsa_unreadable"


def stock(pypsa: Any, hours: int = 24) -> Any:
    """Return a network as a user of PyPSA writes it."""
    pandas = pytest.importorskip("pandas")
    network = pypsa.Network(snapshots=pandas.date_range("2030-01-01", periods=hours, freq="h"))
    network.add("Carrier", ["AC", "coal", "pv", "battery"], co2_emissions=[0.0, 0.34, 0.0, 0.0])
    network.add("Bus", "north", carrier="AC")
    network.add("Bus", "south", carrier="AC")
    clock = np.arange(hours)
    network.add("Load", "town", bus="north", p_set=300.0 + 80.0 * np.cos(clock / 4), carrier="AC")
    network.add("Generator", "coal", bus="south", carrier="coal", p_nom=400.0, efficiency=0.4,
                marginal_cost=280.0, p_min_pu=0.4, committable=True, start_up_cost=20000.0,
                stand_by_cost=900.0, min_up_time=4, up_time_before=10)  # fmt: skip
    network.add("Generator", "pv", bus="north", carrier="pv", p_nom_extendable=True, capital_cost=900.0,
                p_max_pu=np.clip(np.sin((clock - 6) * np.pi / 12), 0.0, 1.0), p_nom_max=900.0)  # fmt: skip
    network.add("Generator", "import", bus="north", p_nom=500.0, marginal_cost=900.0, e_sum_max=4000.0)
    network.add("Link", "tie", bus0="south", bus1="north", efficiency=0.97, p_nom=350.0, p_min_pu=-1.0)
    network.add("StorageUnit", "battery", bus="north", carrier="battery", p_nom_extendable=True,
                capital_cost=100.0, max_hours=3.0, efficiency_store=0.95,
                cyclic_state_of_charge=True)  # fmt: skip
    network.add("GlobalConstraint", "co2", type="primary_energy", sense="<=", constant=3200.0)
    network.add("GlobalConstraint", "pv", type="tech_capacity_expansion_limit", carrier_attribute="pv",
                sense="<=", constant=350.0)  # fmt: skip
    return network


def test_a_stock_network_has_the_same_optimum_here(pypsa: Any) -> None:
    network = stock(pypsa)
    program = assemble(read_pypsa(network)).program
    answer = network.optimize(
        linearized_unit_commitment=True, include_objective_constant=False, log_to_console=False
    )
    assert answer == ("ok", "optimal")
    assert find_optimum(program) == pytest.approx(network.objective, rel=1e-6)


def _set(kind: str, name: str, attribute: str, value: object) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        network.c[kind].static.loc[name, attribute] = value

    return change


@pytest.mark.parametrize(
    ("spoil", "component", "attribute"),
    [
        (_set("Generator", "pv", "marginal_cost_quadratic", 1.0), "Generator", "marginal_cost_quadratic"),
        (_set("Generator", "pv", "sign", -1.0), "Generator", "sign"),
        (_set("Generator", "pv", "p_nom_mod", 50.0), "Generator", "p_nom_mod"),
        (_set("Generator", "coal", "up_time_before", 1), "Generator", "up_time_before"),
        (_set("Generator", "coal", "p_nom_extendable", True), "Generator", "committable"),  # noqa: FBT003
        (_set("Link", "tie", "delay", 2), "Link", "delay"),
        (_set("StorageUnit", "battery", "spill_cost", 3.0), "StorageUnit", "spill_cost"),
        (_set("StorageUnit", "battery", "cyclic_state_of_charge", False), "StorageUnit",  # noqa: FBT003
         "cyclic_state_of_charge"),
        (_set("Load", "town", "active", False), "Load", "active"),  # noqa: FBT003
        (_set("Carrier", "pv", "max_growth", 10.0), "Carrier", "max_growth"),
        (_set("Bus", "north", "nom_max_pv", 10.0), "Bus", "nom_max_pv"),
    ],
)  # fmt: skip
def test_what_has_no_word_is_refused_with_component_and_attribute(
    spoil: Callable[[Any], None], component: str, attribute: str, pypsa: Any
) -> None:
    network = stock(pypsa)
    spoil(network)
    with pytest.raises(InputRefused) as refused:
        read_pypsa(network)
    (finding,) = refused.value.findings
    assert finding.code == "pypsa_attribute"
    assert (finding.params["component"], finding.params["attribute"]) == (component, attribute)


def test_a_series_where_a_number_is_read_is_refused(pypsa: Any) -> None:
    network = stock(pypsa)
    network.add("StorageUnit", "leaky", bus="north", standing_loss=np.linspace(0.0, 0.1, 24),
                cyclic_state_of_charge=True)  # fmt: skip
    with pytest.raises(InputRefused, match="standing_loss"):
        read_pypsa(network)


def test_components_without_a_word_are_refused(pypsa: Any) -> None:
    network = stock(pypsa)
    network.add("Line", "wire", bus0="north", bus1="south", x=0.1, s_nom=100.0)
    with pytest.raises(InputRefused, match="lines"):
        read_pypsa(network)


@pytest.mark.parametrize(
    ("kind", "attribute", "sense"),
    [
        ("primary_energy", "co2_emissions", "=="),
        ("primary_energy", "so2_emissions", "<="),
        ("operational_limit", "battery", "<="),
        ("transmission_volume_expansion_limit", "AC", "<="),
        ("tech_capacity_expansion_limit", "nuclear", "<="),
    ],
)
def test_constraints_without_a_word_are_refused(kind: str, attribute: str, sense: str, pypsa: Any) -> None:
    network = stock(pypsa)
    network.add("GlobalConstraint", "odd", type=kind, carrier_attribute=attribute, sense=sense, constant=1.0)
    with pytest.raises(InputRefused) as refused:
        read_pypsa(network)
    assert [(f.code, f.params["name"]) for f in refused.value.findings] == [("pypsa_constraint", "odd")]


def test_steps_of_several_hours_are_refused(pypsa: Any) -> None:
    network = stock(pypsa)
    network.snapshot_weightings.loc[:, :] = 3.0
    with pytest.raises(InputRefused) as refused:
        read_pypsa(network)
    assert refused.value.findings[0].code == "pypsa_weights"


def test_links_with_delays_are_refused(pypsa: Any) -> None:
    del pypsa
    with pytest.raises(InputRefused, match="delay"):
        read_pypsa(to_pypsa(made.committed_periods()))
