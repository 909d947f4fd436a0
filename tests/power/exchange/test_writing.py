"""What the export says about itself, and when it refuses."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.power.exchange.made_networks import coal, committed, committed_periods, grid, periods, reserve

from dafeng.errors import InputRefused
from dafeng.power.exchange import writing
from dafeng.power.exchange.writing import load_pypsa, to_pypsa
from dafeng.power.network import Commitment

if TYPE_CHECKING:
    from types import ModuleType


def test_the_export_keeps_names_capacities_and_notes(pypsa: Any) -> None:
    network = replace(periods(), notes=(("weather_year", "2020"), ("price_year", "2020")))
    exported = to_pypsa(network, {"wind": 512.5, "cold": 80.0, "gone": 1.0})
    about = exported.meta["dafeng"]
    assert isinstance(exported, pypsa.Network)
    assert about["notes"] == {"weather_year": "2020", "price_year": "2020"}
    assert about["left_out"] == ["gone"]
    assert exported.c.generators.static.loc["wind", "p_nom_opt"] == 512.5
    assert exported.c.stores.static.loc["cold", "e_nom_opt"] == 80.0
    assert exported.c.generators.static.loc["coal", "lifetime"] == 2035
    assert "gone" not in exported.c.generators.static.index
    assert "multi_investment_periods=True" in about["how"]


def test_the_cost_of_fixed_capacity_stands_beside(pypsa: Any) -> None:
    del pypsa
    about = to_pypsa(periods()).meta["dafeng"]
    assert about["fixed_cost_cny"] == pytest.approx(700.0 * 90.0 * (5.0 + 4.1))


def test_commitment_is_native_where_it_means_the_same(pypsa: Any) -> None:
    del pypsa
    generators = to_pypsa(committed()).c.generators.static
    assert generators.loc["coal", "committable"]
    assert generators.loc["coal", "start_up_cost"] == pytest.approx(60.0 * 650.0 * 2.0)
    assert not to_pypsa(committed_periods()).c.generators.static.committable.any()


def test_rules_are_marked_and_plants_are_not(pypsa: Any) -> None:
    del pypsa
    exported = to_pypsa(reserve())
    generators = exported.c.generators.static
    plants = generators.index[generators.carrier != "bookkeeping"]
    assert set(plants) == {"coal", "wind", "gas", "shedding"}
    assert set(exported.c.buses.static.index[exported.c.buses.static.carrier == "electricity"]) == {"grid"}


def test_hours_that_weigh_unlike_are_refused_for_committed_plants(pypsa: Any) -> None:
    del pypsa
    network = committed_periods()
    uneven = replace(network, horizon=replace(network.horizon, hour_weight=(1.0, 2.0, 3.0)))
    with pytest.raises(InputRefused) as refused:
        to_pypsa(uneven)
    assert refused.value.findings[0].code == "pypsa_hour_weights"


def test_without_pypsa_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def miss(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(writing, "import_module", miss)
    with pytest.raises(InputRefused, match=r"dafeng\[pypsa\]"):
        load_pypsa()


def test_a_delay_means_whole_hours_for_every_weight(pypsa: Any) -> None:
    network = grid("one", coal(p_nom=800.0, p_min_pu=0.5, extendable=True, commitment=Commitment(
        60.0, 5.0, min_up_time=7)))  # fmt: skip
    weight = 8760.0 / 48
    exported = to_pypsa(replace(network, horizon=replace(network.horizon, hour_weight=(weight,))))
    start = exported.c.links.static.loc["coal:start"]
    delays = sorted(int(start[name]) for name in start.index if name.startswith("delay") and start[name] > 0)
    assert len(delays) == 6
    for back, delay in enumerate(delays, start=1):
        source, valid = pypsa.components.Links.get_delay_source_indexer(
            exported.snapshots, np.full(48, weight), delay, is_cyclic=False
        )
        assert source[valid].tolist() == list(range(48 - back))
        assert valid.sum() == 48 - back


def test_the_exchange_is_light_and_pypsa_stays_in_it() -> None:
    heavy = "{'pypsa', 'pandas', 'xarray', 'linopy', 'highspy'}"
    code = f"import sys, dafeng.power.exchange.io; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sources = Path(writing.__file__).parents[2]
    users = {
        path.relative_to(sources).parts[:2]
        for path in sources.rglob("*.py")
        if re.search(r"^\s*(import|from) pypsa|import_module\(.pypsa", path.read_text("utf-8"), re.MULTILINE)
    }
    assert users == {("power", "exchange")}
