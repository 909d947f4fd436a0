"""Small networks, one for each technology and each rule; every figure is invented.

What of each case must matter stands in :mod:`tests.power.exchange.loosened`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.network import (
    CapacityLimit,
    Commitment,
    EnergyLimit,
    Generator,
    Horizon,
    Link,
    Load,
    Network,
    Reserve,
    StorageUnit,
    Store,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DAY = 24
HOURS = np.arange(2 * DAY)
SHEDDING = Generator("shedding", "grid", "shedding", p_nom=1e4, marginal_cost=5000.0)


def demand(hours: NDArray[np.int64] = HOURS) -> NDArray[np.float64]:
    """Return a load with a peak in the evening [MW]."""
    return 600.0 + 250.0 * np.sin((hours - 13) * 2 * np.pi / DAY) + 60.0 * np.cos(hours * 0.7)


def sun(hours: NDArray[np.int64] = HOURS) -> NDArray[np.float64]:
    """Return what panels give [1]."""
    return np.clip(np.sin((hours % DAY - 6) * np.pi / 12), 0.0, 1.0) * (0.9 - 0.2 * (hours // DAY % 2))


def wind(hours: NDArray[np.int64] = HOURS) -> NDArray[np.float64]:
    """Return what turbines give [1]."""
    return 0.4 + 0.35 * np.sin(hours * 0.31) * np.cos(hours * 0.11)


def one_year(hours: int = 48, weight: float = 1.0) -> Horizon:
    """Return a single period."""
    return Horizon((2030,), (hours,), (1.0,), (1.0,), hour_weight=(weight,))


def three_periods() -> Horizon:
    """Return three periods of a day with unlike weights."""
    return Horizon((2025, 2030, 2035), (DAY,) * 3, (5.0, 4.1, 3.2), (5.0, 5.0, 5.0), (2.0,) * 3)


def coal(**changes: object) -> Generator:
    """Return a coal class."""
    base = Generator("coal", "grid", "coal", p_nom=900.0, marginal_cost=300.0, co2=0.85, capital_cost=90.0)
    return replace(base, **changes)  # type: ignore[arg-type]


def gas(**changes: object) -> Generator:
    """Return a gas class."""
    base = Generator("gas", "grid", "gas", p_nom=400.0, marginal_cost=620.0, co2=0.4, capital_cost=70.0)
    return replace(base, **changes)  # type: ignore[arg-type]


def panels(hours: NDArray[np.int64] = HOURS, **changes: object) -> Generator:
    """Return photovoltaics whose capacity is chosen."""
    base = Generator(
        "pv", "grid", "pv", extendable=True, p_nom_max=3000.0, capital_cost=2100.0, p_max_pu=sun(hours)
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def turbines(hours: NDArray[np.int64] = HOURS, **changes: object) -> Generator:
    """Return wind whose capacity is chosen."""
    base = Generator("wind", "grid", "wind", extendable=True, capital_cost=4600.0, p_max_pu=wind(hours))
    return replace(base, **changes)  # type: ignore[arg-type]


def grid(name: str, *generators: Generator, **parts: object) -> Network:
    """Return a network of one bus with the load; ``parts`` replace or add."""
    base = Network(
        name, one_year(), (("grid", "electricity"),), generators=(*generators, SHEDDING),
        loads=(Load("load", "grid", demand()),), notes=(("weather_year", "made up"),),
    )  # fmt: skip
    return replace(base, **parts)  # type: ignore[arg-type]


def fixed_and_chosen() -> Network:
    """Fixed coal, chosen wind and PV, hours that stand for several."""
    return grid("fixed and chosen", coal(p_nom=700.0), gas(), panels(), turbines(), horizon=one_year(48, 3.0))


def ramps() -> Network:
    """Coal that ramps slowly, fixed and chosen, and a link that ramps slowly."""
    tie = Link(
        "tie", "south", p_nom=300.0, outputs=(("grid", 0.95),), ramp_limit_up=0.1, ramp_limit_down=0.15
    )
    cheap = Generator("south coal", "south", "coal", p_nom=500.0, marginal_cost=200.0)
    return grid(
        "ramps", coal(p_nom=500.0, ramp_limit_up=0.05, ramp_limit_down=0.08), panels(p_nom_min=300.0),
        gas(extendable=True, ramp_limit_up=0.2, ramp_limit_down=0.1, capital_cost=500.0), cheap, links=(tie,),
        buses=(("grid", "electricity"), ("south", "electricity")),
    )  # fmt: skip


def least_output() -> Network:
    """Coal with a least output that varies with the hour, and a chosen class with a least output."""
    least = np.where(HOURS % DAY < 8, 0.55, 0.4)
    return grid(
        "least output", coal(p_nom=450.0, p_min_pu=least),
        gas(extendable=True, p_min_pu=0.3, capital_cost=300.0),
        panels(p_nom_min=900.0, capital_cost=1000.0),
    )  # fmt: skip


def heat_and_power() -> Network:
    """A steam bus with a condensing and a heating link, a heat load, a boiler and a heat store."""
    heat = 260.0 + 80.0 * np.cos(HOURS * 2 * np.pi / DAY)
    boiler = Generator("steam boiler", "steam", "chp", p_nom=700.0, marginal_cost=260.0, p_min_pu=0.62)
    return grid(
        "heat and power", coal(p_nom=300.0), gas(), boiler,
        Generator("heat boiler", "heat", "boiler", p_nom=500.0, marginal_cost=420.0),
        buses=(("grid", "electricity"), ("steam", "steam"), ("heat", "heat")),
        links=(
            Link("condensing", "steam", "chp", p_nom=700.0, outputs=(("grid", 1.0),)),
            Link("heating", "steam", "chp", p_nom=500.0, outputs=(("grid", 0.75), ("heat", 0.9))),
            Link("electric heat", "grid", "boiler", p_nom=200.0, outputs=(("heat", 0.98),)),
        ),
        stores=(Store("heat store", "heat", "heat store", p_nom=600.0, standing_loss=0.01),),
        loads=(Load("load", "grid", demand()), Load("heat load", "heat", heat)),
    )  # fmt: skip


def storage() -> Network:
    """Chosen battery, fixed pumped storage with inflow that must be spilled, standing loss, running cost."""
    inflow = np.where(HOURS % DAY < 4, 500.0, np.where(HOURS < DAY, 30.0, 0.0))
    return grid(
        "storage", coal(p_nom=600.0), gas(), panels(p_nom_min=600.0),
        storage_units=(
            StorageUnit(
                "battery", "grid", "battery", extendable=True, capital_cost=900.0, max_hours=4.0,
                efficiency_store=0.95, efficiency_dispatch=0.93, standing_loss=0.002, marginal_cost=8.0,
            ),
            StorageUnit(
                "pumped", "grid", "pumped", p_nom=120.0, max_hours=6.0, efficiency_store=0.87,
                efficiency_dispatch=0.9, inflow=inflow, p_min_pu=-0.8,
            ),
            StorageUnit("reservoir", "grid", "hydro", p_nom=60.0, max_hours=2.0, inflow=30.0, p_min_pu=0.0),
        ),
    )  # fmt: skip


def chosen_store() -> Network:
    """Electrolysis, a chosen hydrogen store with a cost of use, a hydrogen load; hours that count double."""
    return grid(
        "chosen store", coal(p_nom=750.0), gas(), turbines(p_nom_min=500.0),
        horizon=one_year(48, 2.0), buses=(("grid", "electricity"), ("hydrogen", "hydrogen")),
        links=(
            Link(
                "electrolysis", "grid", "electrolysis", extendable=True, capital_cost=800.0,
                marginal_cost=5.0, outputs=(("hydrogen", 0.66),),
            ),
        ),
        stores=(
            Store(
                "hydrogen store", "hydrogen", "hydrogen store", extendable=True, capital_cost=9.0,
                standing_loss=0.001, e_min_pu=0.1, marginal_cost=2.0,
            ),
        ),
        loads=(Load("load", "grid", demand()), Load("hydrogen load", "hydrogen", 60.0)),
    )  # fmt: skip


def periods() -> Network:
    """Three periods with weights, build and retirement years, and plants that live through some of them."""
    hours = np.arange(3 * DAY)
    growth = np.repeat([1.0, 1.2, 1.35], DAY)
    return grid(
        "periods", coal(p_nom=700.0, retire_year=2035), turbines(hours, build_year=2030, capital_cost=9000.0),
        Generator("new coal", "grid", "coal", build_year=2030, extendable=True, marginal_cost=280.0,
                  capital_cost=3000.0, retire_year=2060, e_sum_max=9000.0),
        gas(extendable=True, capital_cost=1500.0), panels(hours, build_year=2025, retire_year=2035),
        Generator("gone", "grid", "coal", p_nom=500.0, retire_year=2025, capital_cost=7.0),
        horizon=three_periods(), loads=(Load("load", "grid", growth * demand(hours)),),
        storage_units=(
            StorageUnit("battery", "grid", "battery", build_year=2030, extendable=True, capital_cost=1200.0,
                        max_hours=3.0, efficiency_store=0.95, efficiency_dispatch=0.95),
        ),
        stores=(Store("cold", "grid", "store", build_year=2035, p_nom=80.0),),
    )  # fmt: skip


def retrofit() -> Network:
    """Coal that stays, leaves or is rebuilt within what still stands by age."""
    hours = np.arange(3 * DAY)
    old = {"bus": "grid", "technology": "coal", "extendable": True, "p_nom_max": 800.0, "p_min_pu": 0.5}
    rebuilt = Generator(
        "rebuilt", "grid", "coal", build_year=2030, extendable=True, p_nom_max=800.0, capital_cost=1900.0,
        marginal_cost=255.0, p_min_pu=0.3,
    )  # fmt: skip
    until = [
        Generator(f"old until {year}", retire_year=year, capital_cost=700.0, marginal_cost=290.0, **old)  # type: ignore[arg-type]
        for year in (2030, 2035, 2040)
    ]
    names = ("old until 2030", "old until 2035", "old until 2040")
    limits = (
        CapacityLimit("stands 2025", 2025, tuple((name, 1.0) for name in names), "<=", 500.0),
        CapacityLimit("stands 2030", 2030, (*((n, 1.0) for n in names), ("rebuilt", 1.0)), "<=", 460.0),
        CapacityLimit("stands 2035", 2035, (*((n, 1.0) for n in names), ("rebuilt", 1.0)), "<=", 310.0),
    )
    return grid(
        "retrofit", *until, rebuilt, gas(p_nom=900.0), panels(hours, capital_cost=15000.0),
        horizon=three_periods(), loads=(Load("load", "grid", demand(hours)),), capacity_limits=limits,
    )  # fmt: skip


def peak_capability() -> Network:
    """Credits of unlike height have to cover the peak with a margin; one class is fixed, one has no bound."""
    limit = CapacityLimit(
        "peak", 2030, (("coal", 1.0), ("gas", 0.95), ("pv", 0.1), ("battery", 0.6)), ">=", 1250.0
    )
    battery = StorageUnit(
        "battery", "grid", "battery", extendable=True, capital_cost=1500.0, max_hours=2.0, p_nom_max=500.0
    )
    return grid(
        "peak capability", coal(p_nom=600.0), gas(extendable=True, capital_cost=1700.0), panels(),
        storage_units=(battery,), capacity_limits=(limit,),
    )  # fmt: skip


def energy_limits() -> Network:
    """A least and a most yearly energy, and a limit over generators and a link with unlike coefficients."""
    tie = Link("import", "south", p_nom=400.0, outputs=(("grid", 0.96),), marginal_cost=100.0)
    abroad = Generator("abroad", "south", "import", p_nom=1000.0, marginal_cost=100.0)
    rule = EnergyLimit("quota", 2030, (("import", 1.0), ("hydro", -0.25), ("coal", 0.1)), "<=", 9000.0)
    biomass = Generator("biomass", "grid", "biomass", p_nom=90.0, marginal_cost=900.0, e_sum_min=5000.0)
    return grid(
        "energy limits", coal(e_sum_max=20000.0), gas(), biomass, abroad,
        Generator("hydro", "grid", "hydro", p_nom=300.0, e_sum_max=5000.0, marginal_cost=1.0),
        horizon=one_year(48, 2.0), links=(tie,), energy_limits=(rule,),
        buses=(("grid", "electricity"), ("south", "electricity")),
    )  # fmt: skip


def energy_limits_by_period() -> Network:
    """The yearly energies in several periods."""
    floor = EnergyLimit("least gas", 2035, (("gas", 1.0),), ">=", 5000.0)
    return grid(
        "energy limits by period", coal(e_sum_max=6000.0), gas(e_sum_min=900.0), turbines(np.arange(72)),
        horizon=three_periods(), energy_limits=(floor,),
        loads=(Load("load", "grid", demand(np.arange(72))),),
    )  # fmt: skip


def co2_cap() -> Network:
    """A cap of CO2 with a sink."""
    sink = Generator("capture", "grid", "capture", p_nom=50.0, marginal_cost=-450.0, co2=1.2, p_min_pu=-1.0,
                     p_max_pu=0.0)  # fmt: skip
    return grid("co2 cap", coal(), gas(p_nom=700.0), turbines(), sink, co2_limit=(2500.0,))


def co2_by_period() -> Network:
    """A price in each period and a cap in some."""
    return grid(
        "co2 by period", coal(), gas(p_nom=700.0), turbines(np.arange(72), capital_cost=12000.0),
        horizon=three_periods(), loads=(Load("load", "grid", demand(np.arange(72))),),
        co2_price=(50.0, 120.0, 260.0), co2_limit=(float("inf"), 17000.0, 12000.0),
    )  # fmt: skip


def reserve() -> Network:
    """Reserve from fixed and chosen plants and a battery, asked for by load and by the output of wind."""
    battery = StorageUnit(
        "battery", "grid", "battery", extendable=True, capital_cost=1500.0, max_hours=2.0, p_nom_max=90.0,
        efficiency_store=0.95, efficiency_dispatch=0.95,
    )  # fmt: skip
    rule = Reserve(
        "spinning", 0.12 * demand(), (("coal", 0.08), ("gas", 0.3), ("battery", 0.5)), (("wind", 0.25),)
    )
    second = Reserve("slow", 25.0, (("coal", 0.05), ("gas", 0.2)))
    return grid(
        "reserve", coal(p_nom=600.0, p_min_pu=0.4, ramp_limit_up=0.2), turbines(),
        gas(extendable=True, p_min_pu=0.2, capital_cost=900.0, p_max_pu=np.where(HOURS < 30, 1.0, 0.8)),
        storage_units=(battery,), reserves=(rule, second),
    )  # fmt: skip


UNITS = Commitment(start_up_cost=60.0, stand_by_cost=40.0, min_up_time=14, min_down_time=11)


def committed() -> Network:
    """Coal and gas with online capacity, in PyPSA's own words; hours that count double."""
    return grid(
        "committed", coal(p_nom=650.0, p_min_pu=0.5, commitment=UNITS),
        gas(p_nom=500.0, p_min_pu=0.3, commitment=Commitment(900.0, stand_by_cost=15.0), ramp_limit_up=0.1,
            ramp_limit_down=0.1),
        panels(p_nom_min=700.0), horizon=one_year(48, 2.0),
    )  # fmt: skip


def committed_tightened() -> Network:
    """Starts that cost as much as stops, with ramps: PyPSA adds rows."""
    plan = Commitment(90.0, 90.0, stand_by_cost=10.0, min_up_time=3)
    return grid(
        "committed tightened",
        coal(p_nom=800.0, p_min_pu=0.4, commitment=plan, ramp_limit_up=0.15, ramp_limit_down=0.2),
        gas(), panels(p_nom_min=900.0),
    )  # fmt: skip


def committed_rules() -> Network:
    """Chosen and reserving committed classes, stand-by CO2 under a cap and with a price."""
    plan = replace(UNITS, shut_down_cost=30.0, stand_by_co2=0.05)
    return grid(
        "committed rules",
        coal(extendable=True, p_nom_max=900.0, capital_cost=1000.0, p_min_pu=0.5, commitment=plan,
             ramp_limit_up=0.2, ramp_limit_down=0.2),
        gas(p_nom=500.0, p_min_pu=0.3, commitment=Commitment(40.0, 40.0, min_up_time=2), ramp_limit_up=0.25),
        panels(p_nom_min=600.0), turbines(),
        reserves=(Reserve("spinning", 0.05 * demand(), (("coal", 0.1), ("gas", 0.2))),),
        co2_limit=(9000.0,), co2_price=(40.0,),
    )  # fmt: skip


def committed_periods() -> Network:
    """Commitment over several periods, each of which opens afresh."""
    return grid(
        "committed periods", coal(p_nom=600.0, p_min_pu=0.5, commitment=replace(UNITS, shut_down_cost=25.0)),
        gas(p_nom=500.0, p_min_pu=0.3, build_year=2030, ramp_limit_up=0.04, ramp_limit_down=0.04,
            commitment=Commitment(500.0, stand_by_cost=9.0, min_up_time=9)),
        panels(np.arange(72), p_nom_min=700.0), horizon=three_periods(),
        loads=(Load("load", "grid", demand(np.arange(72))),),
    )  # fmt: skip


def flexible_demand() -> Network:
    """Demand that is cut, demand that is shifted, and cars that charge when it suits."""
    plugged = np.where((HOURS % DAY >= 18) | (HOURS % DAY < 8), 1.0, 0.3)
    drive = np.where((HOURS % DAY >= 8) & (HOURS % DAY < 18), 30.0, 0.0)
    return grid(
        "flexible demand", coal(p_nom=600.0), gas(p_nom=120.0), panels(p_nom_min=400.0),
        Generator("cut", "grid", "demand response", p_nom=80.0, marginal_cost=1500.0, e_sum_max=600.0),
        Generator("drive", "cars", "ev", p_nom=1.0, p_min_pu=-drive, p_max_pu=-drive),
        buses=(("grid", "electricity"), ("cars", "electricity")),
        storage_units=(StorageUnit("shift", "grid", "demand response", p_nom=60.0, max_hours=3.0),),
        links=(Link("charger", "grid", "ev", p_nom=90.0, outputs=(("cars", 0.92),), p_max_pu=plugged),),
        stores=(Store("batteries", "cars", "ev", p_nom=120.0, e_min_pu=0.5),),
    )  # fmt: skip


def corridor() -> Network:
    """A corridor of contracted shape with a least renewable share, fed by a green and a brown link."""
    shape = np.where((HOURS % DAY >= 8) & (HOURS % DAY < 20), 350.0, 150.0)
    share = EnergyLimit("renewable share", 2030, (("brown", 1.0),), "<=", 0.01 * float(shape.sum()))
    return grid(
        "corridor", coal(p_nom=1200.0), gas(),
        replace(panels(), bus="renewable"), replace(turbines(), bus="renewable"),
        buses=(("grid", "electricity"), ("renewable", "electricity"), ("corridor", "electricity")),
        links=(
            Link("to grid", "renewable", p_nom=5000.0, outputs=(("grid", 1.0),)),
            Link("green", "renewable", p_nom=400.0, outputs=(("corridor", 1.0),)),
            Link("brown", "grid", p_nom=400.0, outputs=(("corridor", 1.0),)),
        ),
        loads=(Load("load", "grid", demand()), Load("contract", "corridor", shape)), energy_limits=(share,),
    )  # fmt: skip


CASES: tuple[Callable[[], Network], ...] = (
    fixed_and_chosen, ramps, least_output, heat_and_power, storage, chosen_store, periods, retrofit,
    peak_capability, energy_limits, energy_limits_by_period, co2_cap, co2_by_period, reserve, committed,
    committed_tightened, committed_rules, committed_periods, flexible_demand, corridor,
)  # fmt: skip
