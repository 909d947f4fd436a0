"""A small engine of invented numbers, with every kind of chain and effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from dafeng.pathway.base import BaseYear, chain_rows
from dafeng.pathway.delivery import LeverState
from dafeng.pathway.effects import Effect
from dafeng.pathway.engine import Engine, EngineParts
from dafeng.pathway.factors import Factor, FactorSet
from dafeng.pathway.model import CARRIERS, FUELS
from dafeng.pathway.power_step import PowerBase, power_parameters
from dafeng.scenario import Lever, Scenario

BASE, LAST = 2022, 2060
YEARS = np.arange(BASE, LAST + 1)
CHAINS = tuple(chain_rows())
DRIVERS = {
    "gdp": 100.0,
    "population": 3000.0,
    "coal_output": 10.0,
    "coke_output": 5000.0,
    "power_export": 500.0,
}


def base_year() -> BaseYear:
    """Return a base year in which every activity burns a little of every fuel."""
    rng = np.random.default_rng(7)
    co2, energy = np.zeros((len(CHAINS), len(FUELS))), np.zeros((len(CHAINS), len(CARRIERS)))
    process = np.zeros(len(CHAINS))
    for place, chain in enumerate(CHAINS):
        if chain_rows()[chain]["kind"] in ("activity", "power", "heat"):
            co2[place] = rng.uniform(1, 5, len(FUELS))
            co2[place, FUELS.index("other")] = 0
            energy[place, : len(FUELS)] = rng.uniform(0.9, 1.1, len(FUELS)) * 1e4
            if chain_rows()[chain]["kind"] == "activity":
                energy[place, CARRIERS.index("electricity")] = 3600 * rng.uniform(2, 5)
                energy[place, CARRIERS.index("heat")] = 1e4
    process[CHAINS.index("cement")] = 12.0
    methane = np.zeros(len(CHAINS))
    methane[CHAINS.index("coal_methane")] = 5.0
    return BaseYear(BASE, CHAINS, co2, energy, process, {"CH4": methane}, 1e5, 1e4, pl.DataFrame())


def factor_set(*, noisy: bool = True) -> FactorSet:
    """Return drivers and residuals with some growth and, if noisy, some uncertainty."""
    growth = {
        "gdp": 0.04,
        "population": -0.003,
        "coal_output": 0.0,
        "coke_output": 0.01,
        "power_export": 0.02,
    }
    span, noise = LAST - BASE, (0.01, 0.02) if noisy else (0.0, 0.0)
    factors = [
        Factor(f"driver:{name}", "economy", name, name, (), (rate,) * span, (noise[0],) * span, noise[1])
        for name, rate in growth.items()
    ]
    groups = dict.fromkeys(row["group"] for row in chain_rows().values())
    for kind, rate in (("residual", -0.02), ("electricity", -0.005)):
        years = (rate,) * span, (noise[0],) * span
        factors += [
            Factor(f"{kind}:{group}", "decoupling", group, group, (), *years, noise[1])
            for group in groups if group != "power_heat"
        ]  # fmt: skip
    factors.append(
        Factor("power:coal_rate", "power", "r", "r", (), (-0.003,) * span, (noise[0],) * span, noise[1])
    )
    factors.append(
        Factor("power:re_hours", "power", "h", "h", (), (0.0,) * span, (noise[0],) * span, noise[1])
    )
    return FactorSet(BASE, LAST, tuple(factors), np.eye(len(factors)))


def lever_state(name: str, value: float = 0.0, direction: str = "up", upper: float = 100.0) -> LeverState:
    """Return a lever that stands at a value today."""
    return LeverState(name, np.full(len(YEARS), value), 0, 0.0, upper, direction, 0.6, 1.0)


def effect(lever: str, kind: str, position: int, **fields: Any) -> Effect:
    """Return an effect; what is not given is empty."""
    empty: dict[str, Any] = {
        "chains": (), "carriers": FUELS, "to_carrier": "", "to_chain": "", "variable": "",
        "coefficient": 0.01,
        "low": 0.008, "high": 0.012, "ratio": 1.0, "stock": "",
    }  # fmt: skip
    return Effect(f"{lever}:1", position, lever, kind, **(empty | fields))


EFFECTS: tuple[Effect, ...] = (
    effect("saving", "saving", 0, chains=("other_industry",)),
    effect(
        "electrify",
        "switch",
        1,
        chains=("steel_bf_bof",),
        to_carrier="electricity",
        to_chain="steel_eaf",
        ratio=0.12,
    ),
    effect("gasify", "switch", 2, chains=("buildings_rural",), carriers=("coal",), to_carrier="gas"),
    effect(
        "hydrogen", "switch", 3, chains=("road_heavy",), carriers=("oil",), to_carrier="hydrogen", ratio=0.6
    ),
    effect("addition", "addition", 4, chains=("cement",), to_carrier="electricity", ratio=0.05),
    effect("output", "activity", 5, chains=("alumina",), coefficient=-0.01, low=-0.012, high=-0.008),
    effect("export", "driver", 6, variable="power_export", coefficient=1.0, low=1.0, high=1.0),
    effect("wind", "supply", 7, variable="wind_pv_capacity", coefficient=1.0, low=1.0, high=1.0),
    effect("rate", "supply", 8, variable="coal_rate", coefficient=1.0, low=1.0, high=1.0),
    effect("clinker", "process", 9, chains=("cement",)),
    effect("ccus", "capture", 10, chains=("cement", "power"), coefficient=0.5, low=0.4, high=0.6),
    effect("drainage", "gas", 11, chains=("coal_methane",)),
    effect("forest", "sink", 12, coefficient=0.02, low=0.01, high=0.03),
    effect("scrap", "ceiling", 13, variable="electrify", coefficient=1.0, low=1.0, high=1.0),
    effect("green_h2", "supply", 14, variable="hydrogen_green", coefficient=1.0, low=1.0, high=1.0),
    effect("renewal", "saving", 15, chains=("buildings_urban",), stock="building"),
)
STATES = {
    "saving": lever_state("saving"), "electrify": lever_state("electrify", 5.0),
    "gasify": lever_state("gasify"),
    "hydrogen": lever_state("hydrogen"), "addition": lever_state("addition"), "output": lever_state("output"),
    "export": lever_state("export", 500.0, "either", 2000.0), "wind": lever_state("wind", 40.0, "up", 400.0),
    "rate": lever_state("rate", 330.0, "down", 400.0), "clinker": lever_state("clinker"),
    "ccus": lever_state("ccus"), "drainage": lever_state("drainage"), "forest": lever_state("forest"),
    "scrap": lever_state("scrap", 5.0), "green_h2": lever_state("green_h2"),
    "renewal": lever_state("renewal"),
}  # fmt: skip
ORDERS = {
    "saving": 20.0, "electrify": 25.0, "gasify": 50.0, "hydrogen": 30.0, "addition": 20.0, "output": 20.0,
    "export": 600.0, "wind": 120.0, "rate": 300.0, "clinker": 20.0, "ccus": 20.0, "drainage": 40.0,
    "forest": 30.0, "scrap": 40.0, "green_h2": 50.0, "renewal": 60.0,
}  # fmt: skip


def parts(*, noisy: bool = True) -> EngineParts:
    """Return the parts of the toy engine."""
    lag = np.tril(np.full((len(YEARS), len(YEARS)), 1.0), -1)
    renewal = (
        lag
        / np.maximum(np.arange(len(YEARS))[:, None], 1)
        * np.clip(np.arange(len(YEARS)) / 40, 0, 1)[:, None]
    )
    base = base_year()
    electricity = base.energy_tj[:, CARRIERS.index("electricity")].sum() / 3600
    power = PowerBase(
        electricity * 1.2 + 50,
        electricity * 1.2 + 50 - 64,
        60.0,
        4.0,
        50.0,
        electricity,
        20.0,
        40.0,
        36.0,
        330.0,
    )
    names = {name: (name, name) for name in STATES}
    return EngineParts(
        base, power, power_parameters(), factor_set(noisy=noisy), STATES, EFFECTS, {"building": renewal},
        names, DRIVERS, {"CH4": 28.0},
    )  # fmt: skip


def scenario(orders: dict[str, float] | None = None, **changes: Any) -> Scenario:
    """Return a scenario that orders some levers from 2025 to 2035."""
    levers = tuple(
        Lever(id=name, start=2025, end=2035, value=value) for name, value in (orders or {}).items()
    )  # fmt: skip
    given: dict[str, Any] = {
        "id": "toy",
        "name_zh": "甲",
        "name_en": "A",
        "first_year": BASE,
        "last_year": LAST,
    }
    return Scenario(**(given | {"levers": levers} | changes))


def engine(orders: dict[str, float] | None = None, *, noisy: bool = True, **changes: Any) -> Engine:
    """Return the toy engine with a scenario."""
    return Engine(parts(noisy=noisy), scenario(orders, **changes))


def without(one: EngineParts, lever: str) -> EngineParts:
    """Return parts whose effects of one lever are gone."""
    return replace(one, effects=tuple(e for e in one.effects if e.lever != lever))
