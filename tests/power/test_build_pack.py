"""The packs themselves: they build; the standing fleet of 2023 makes what the statistics say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.power.made_networks import plan

from dafeng.pack import read_pack
from dafeng.power.build import build_network
from dafeng.power.build_settings import BuildInputs, PlanSettings
from dafeng.power.profiles.generator import generate
from dafeng.power.profiles.load import shape_load
from dafeng.power.results import tabulate
from dafeng.power.targets import target_rows
from dafeng.scenario import resolve_scenario

if TYPE_CHECKING:
    from dafeng.pack import Pack

MOST_CLASSES = 25
TINY = Path(__file__).parents[1] / "packs" / "tiny"
PUBLISHED_2023 = {
    "coal": (333_620.0, 0.03), "wind": (54_240.0, 0.05), "pv": (27_490.0, 0.12), "biomass": (3_660.0, 0.001),
}  # fmt: skip
"""Group -> generation of 2023 [GWh] as the statistics bureau published it in February 2024 (table
``power_statistics``), and the tolerance: the model has the capacity of the end of the year all year long,
which makes PV, whose capacity grew by half in 2023, too large by up to a fifth before curtailment."""


@pytest.fixture(scope="module")
def shanxi() -> Pack:
    """Return the pack."""
    return read_pack("shanxi")


def test_every_pack_builds(shanxi: Pack) -> None:
    for pack in (shanxi, read_pack(str(TINY))):
        hours = np.arange(48.0)
        names = {"load", "heat", "ev", *pack.tables["power_technologies"]["profile"].drop_nulls()}
        profiles = {name: 0.4 + 0.2 * np.sin(hours / 24 * 6.28) for name in names}
        scenario = resolve_scenario(pack.scenarios["plan"], pack.scenarios)
        network = build_network(BuildInputs(pack.tables, scenario, (2030,), profiles, hours=(48,)))
        classes = {asset.technology for asset in (*network.generators, *network.storage_units)}
        assert len(classes) <= MOST_CLASSES
        assert pack.tables["power_technologies"].height <= MOST_CLASSES


def test_mapped_indicators_are_those_of_the_plan(shanxi: Pack) -> None:
    known = set(shanxi.tables["targets"]["indicator_id"])
    assert set(target_rows()) <= known


@pytest.mark.slow
def test_fleet_of_2023_makes_what_was_published(shanxi: Pack) -> None:
    tables = shanxi.tables
    own = tuple(sorted(set(tables["profile_statistics"]["profile"]) - {"load"}))
    profiles = generate(tables, own, 2023, 1) | {"load": shape_load(tables, 2023, 1)}
    settings = PlanSettings(wind_pv="free", storage="free", new_builds=False, retrofits=False)
    scenario = resolve_scenario(shanxi.scenarios["plan"], shanxi.scenarios)
    network = build_network(BuildInputs(tables, scenario, (2023,), profiles, settings=settings))
    found = tabulate(network, tables, plan(network), "plan")
    groups = tables["power_technologies"].select("technology", "published_group")
    energy = found["power.energy"].join(groups, on="technology")
    made = dict(energy.group_by("published_group").agg(pl.col("generation_gwh").sum()).iter_rows())
    for group, (published, tolerance) in PUBLISHED_2023.items():
        assert made[group] == pytest.approx(published, rel=tolerance), group
    system = found["power.system"].row(0, named=True)
    assert system["generation_gwh"] == pytest.approx(446_100.0, rel=0.005)
    assert 290.0 < system["coal_rate_gce_per_kwh"] < 330.0
    assert system["unserved_gwh"] == pytest.approx(0.0, abs=1e-3)
