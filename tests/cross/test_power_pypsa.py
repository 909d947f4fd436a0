"""Every technology and rule by two routes: our programme, and stock PyPSA on the netCDF that we write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.power.build_case import inputs
from tests.power.exchange.loosened import LOOSER
from tests.power.exchange.made_networks import CASES
from tests.power.exchange.optimum import find_optimum

from dafeng.power.assembly import assemble
from dafeng.power.build import build_network
from dafeng.power.build_settings import PlanSettings
from dafeng.power.exchange.io import make_netcdf
from dafeng.power.exchange.writing import keep_strings, load_pypsa, read_objective
from dafeng.power.network import Generator, Horizon, Load, Network, Reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# PyPSA calls pandas in ways that pandas 4 will not know; that is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
RELATIVE = 1e-6


@pytest.fixture(scope="module")
def pypsa() -> Iterator[Any]:
    """Return PyPSA, whose import takes seconds, with the strings of its next version."""
    pytest.importorskip("pypsa")
    module = load_pypsa()
    with keep_strings(module):
        yield module


def solve_stock(network: Network, pypsa: Any, path: Path) -> float:
    """Return the objective that stock PyPSA finds for the file of a network [CNY]."""
    path.write_bytes(make_netcdf(network))
    loaded = pypsa.Network(path)
    answer = loaded.optimize(
        multi_investment_periods=len(network.horizon.periods) > 1,
        linearized_unit_commitment=True,
        include_objective_constant=False,
        log_to_console=False,
    )
    assert answer == ("ok", "optimal")
    return read_objective(loaded)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_stock_pypsa_reaches_our_objective_from_the_file(
    make: Callable[[], Network], pypsa: Any, tmp_path: Path
) -> None:
    network = make()
    found = solve_stock(network, pypsa, tmp_path / "plan.nc")
    assert found == pytest.approx(find_optimum(assemble(network).program), rel=RELATIVE)


def test_two_hours_by_hand_by_programme_and_by_pypsa(pypsa: Any, tmp_path: Path) -> None:
    """Reserve of 30 MW: gas offers 10, coal keeps 20 of its 100 free and gas gives the 10 that miss."""
    network = Network(
        "by hand",
        Horizon((2030,), (2,), (1.0,), (1.0,)),
        (("grid", "electricity"),),
        generators=(
            Generator("coal", "grid", p_nom=100.0, marginal_cost=10.0, capital_cost=2.0),
            Generator("gas", "grid", p_nom=100.0, marginal_cost=50.0),
        ),
        loads=(Load("load", "grid", np.array([80.0, 90.0])),),
        reserves=(Reserve("spinning", 30.0, (("coal", 1.0), ("gas", 0.1))),),
    )
    by_hand = 80 * 10 + (80 * 10 + 10 * 50) + 100 * 2
    assert find_optimum(assemble(network).program) == pytest.approx(by_hand)
    assert solve_stock(network, pypsa, tmp_path / "plan.nc") == pytest.approx(by_hand)


def test_a_built_network_with_all_kinds_of_class_agrees(pypsa: Any, tmp_path: Path) -> None:
    network = build_network(inputs(2025, settings=PlanSettings(commitment="linear")))
    found = solve_stock(network, pypsa, tmp_path / "plan.nc")
    assert found == pytest.approx(find_optimum(assemble(network).program), rel=RELATIVE)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_each_rule_of_a_case_matters(make: Callable[[], Network]) -> None:
    optimum = find_optimum(assemble(make()).program)
    for loosen in LOOSER.get(make.__name__, ()):
        assert find_optimum(assemble(loosen(make())).program) != pytest.approx(optimum, rel=RELATIVE)
