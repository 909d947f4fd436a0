"""The base year: every cell of the inventory given to chains, so that sector and fuel totals stay exact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pathway.contracts import Calibration
from dafeng.pathway.model import CARRIERS, FUELS, Array
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping

TJ_PER_ACTIVITY = {"10^8 kWh": 360.0, "10^10 kJ": 10.0, "10^4 tce": 293.076}
"""Energy of the units that need no calorific value."""
POWER_FLOWS = {"power": "thermal_power", "heat_supply": "heating_supply"}
"""Chain -> flow of the energy use whose input decides its part of the sector of power and heat."""
CELL = ["sector", "fuel"]


@dataclass(frozen=True, slots=True, eq=False)
class BaseYear:
    """The state from which every path starts.

    Attributes
    ----------
    year : int
    chains : tuple of str
        All chains of the vocabulary ``pathway_chains``.
    co2_mt : ndarray, shape (chain, fuel)
        Combustion CO2 by carrier that is burnt [Mt].
    energy_tj : ndarray, shape (chain, carrier)
        Energy use [TJ]; inputs of power and heat included in their chains.
    process_mt : ndarray, shape (chain,)
    gases_mt : mapping of str to ndarray, shape (chain,)
        Other gases [Mt of the gas].
    coking_tj : float
        Coal that is made into coke [TJ].
    coking_loss_tj : float
        What of it is not in the products [TJ].
    calibration : Calibration
        What was given to which chain.
    """

    year: int
    chains: tuple[str, ...]
    co2_mt: Array
    energy_tj: Array
    process_mt: Array
    gases_mt: Mapping[str, Array]
    coking_tj: float
    coking_loss_tj: float
    calibration: pl.DataFrame


@cache
def chain_rows() -> Mapping[str, Mapping[str, str]]:
    """Return the vocabulary of chains: code -> row."""
    return terms.entries("pathway_chains")


@cache
def accepts(chain: str, sector: str, fuel: str) -> bool:
    """Return whether a chain takes the energy of a sector and fuel.

    Examples
    --------
    >>> accepts("air", "transport", "Kerosene"), accepts("road_heavy", "transport", "Kerosene")
    (True, False)
    >>> [accepts("road_light", sector, "Diesel_Oil") for sector in ("residential_urban", "transport")]
    [True, False]
    """
    row = chain_rows()[chain]
    if sector not in row["sectors"].split(";"):
        return False
    rule = row["fuels"]
    if not rule:
        return True
    if rule.startswith("!"):
        return fuel not in rule[1:].split(";")
    return any(item in (fuel, f"{fuel}@{sector}") for item in rule.split(";"))


def carrier_of(fuel: str) -> str:
    """Return the carrier of a fuel.

    Examples
    --------
    >>> carrier_of("Raw_Coal"), carrier_of("Electricity"), carrier_of("Other_Energy")
    ('coal', 'electricity', 'other')
    """
    group = terms.entries("fuels")[fuel]["group"]
    return {"Electricity": "electricity", "Heat": "heat"}[fuel] if group == "secondary" else group


def take_base_year(
    energy: pl.DataFrame, emissions: pl.DataFrame, calorific: pl.DataFrame, shares: pl.DataFrame,
    lines: pl.DataFrame, year: int,
) -> BaseYear:  # fmt: skip
    """Return the base year of one province.

    Parameters
    ----------
    energy : EnergyUse
        Of the province; physical units.
    emissions : Emissions
        The inventory of the province: combustion by sector and fuel, process.
    calorific : CalorificValue
        Energy per unit of a fuel; a fuel without one gets the energy that its CO2 stands for.
    shares : ChainShares
        How chains share a sector; equal parts where nothing is said.
    lines : EmissionLine
        Other gases of the second method; may be empty.
    year : int

    Raises
    ------
    InputRefused
        ``pathway_base_missing`` when the year has no emissions by sector and fuel.
    """
    cells = emissions.filter(
        (pl.col("year") == year) & (pl.col("variable") == "co2_fuel_combustion")
        & (pl.col("sector") != "total") & pl.col("fuel").is_not_null() & (pl.col("value") != 0)
    ).select("sector", "fuel", co2_mt="value")  # fmt: skip
    if cells.is_empty():
        raise InputRefused.of("pathway_base_missing", year=year)
    use = _energy_cells(energy.filter(pl.col("year") == year), calorific)
    joined = cells.join(use, on=CELL, how="full", coalesce=True, maintain_order="left_right").with_columns(
        pl.col("co2_mt").fill_null(0.0)
    )
    full = _fill_energy(joined)
    chains = tuple(chain_rows())
    weights = _weights(full, energy.filter(pl.col("year") == year), shares)
    split = full.join(weights, on=CELL, how="inner", maintain_order="left").with_columns(
        co2_mt=pl.col("co2_mt") * pl.col("share"), energy_tj=pl.col("energy_tj") * pl.col("share")
    )
    co2, heat = np.zeros((len(chains), len(FUELS))), np.zeros((len(chains), len(CARRIERS)))
    for row in split.iter_rows(named=True):
        chain, carrier = chains.index(row["chain"]), carrier_of(row["fuel"])
        heat[chain, CARRIERS.index(carrier)] += row["energy_tj"]
        if carrier in FUELS:
            co2[chain, FUELS.index(carrier)] += row["co2_mt"]
    process = np.zeros(len(chains))
    process[chains.index("cement")] = _process(emissions, year)
    calibration = check(
        split.select("sector", "fuel", "chain", "share", "basis", "co2_mt", "energy_tj", "energy_basis")
        .with_columns(year=pl.lit(year, pl.Int64))
        .sort("sector", "fuel", "chain"),
        Calibration,
    )
    return BaseYear(
        year,
        chains,
        co2,
        heat,
        process,
        _gases(lines, year, chains),
        *_coking(energy, calorific, year),
        calibration,
    )


def _energy_cells(energy: pl.DataFrame, calorific: pl.DataFrame) -> pl.DataFrame:
    """Return energy by sector and fuel [TJ]: final use, and inputs of power and heat in their sector."""
    inputs = (pl.col("variable") == "transformation_input") & pl.col("sector").is_in(
        list(POWER_FLOWS.values())
    )
    wanted = energy.filter(
        ((pl.col("variable") == "final_consumption") & (pl.col("sector") != "total"))
        | (inputs & (pl.col("value") > 0) & ~pl.col("fuel").is_in(["Electricity", "Heat"]))
    )
    per_unit = calorific.select("fuel", "tj_per_activity_unit")
    known = (
        pl.when(pl.col("unit").is_in(list(TJ_PER_ACTIVITY)))
        .then(pl.col("unit").replace_strict(TJ_PER_ACTIVITY, default=None, return_dtype=pl.Float64))
        .otherwise(pl.col("tj_per_activity_unit"))
    )
    return (
        wanted.join(per_unit, on="fuel", how="left", maintain_order="left")
        .with_columns(
            energy_tj=pl.col("value") * known,
            sector=pl.when(pl.col("variable") == "transformation_input")
            .then(pl.lit("power_heat"))
            .otherwise(pl.col("sector")),
        )
        .group_by(CELL, maintain_order=True)
        .agg(
            pl.when(pl.col("energy_tj").is_null().all())
            .then(None)
            .otherwise(pl.col("energy_tj").sum())
            .alias("energy_tj")
        )
    )


def _fill_energy(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells in which energy without a calorific value is what the CO2 stands for, at the mean of all.

    The mean of the carrier would not do: blast-furnace gas has several times the carbon of coke-oven gas.
    """
    both = cells.filter(pl.col("energy_tj").is_not_null() & (pl.col("co2_mt") > 0))
    per_mt = float(both["energy_tj"].sum()) / float(both["co2_mt"].sum()) if both.height else 0.0
    basis = pl.when(pl.col("energy_tj").is_not_null()).then(pl.lit("calorific")).otherwise(pl.lit("carbon"))
    return cells.with_columns(energy_basis=basis).with_columns(
        energy_tj=pl.coalesce("energy_tj", pl.col("co2_mt") * per_mt).fill_null(0.0)
    )


def _weights(cells: pl.DataFrame, energy: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the share of every chain in every cell: sector, fuel, chain, share, basis."""
    given = dict(shares.select("chain", "share").iter_rows())
    state = dict(shares.select("chain", "state").iter_rows())
    inputs = _power_inputs(energy)
    found = []
    for sector, fuel in cells.select(CELL).iter_rows():
        chains = [chain for chain in chain_rows() if accepts(chain, sector, fuel)]
        if not chains:
            raise InputRefused.of("pathway_cell_homeless", sector=sector, fuel=fuel)
        if set(chains) == set(POWER_FLOWS):
            total = sum(inputs.get((chain, fuel), 0.0) for chain in chains)
            parts = {c: inputs.get((c, fuel), 0.0) / total if total else float(c == "power") for c in chains}
            basis = dict.fromkeys(chains, "derived")
        else:
            parts = _split(chains, given)
            default = "derived" if len(chains) == 1 else "demonstration"
            basis = {chain: state.get(chain, default) if len(chains) > 1 else "derived" for chain in chains}
        found += [(sector, fuel, chain, parts[chain], basis[chain]) for chain in chains]
    return pl.DataFrame(found, schema=["sector", "fuel", "chain", "share", "basis"], orient="row")


def _split(chains: list[str], given: Mapping[str, float]) -> dict[str, float]:
    """Return parts that sum to one: what is given, the rest in equal parts."""
    stated = {chain: given[chain] for chain in chains if chain in given}
    open_ = [chain for chain in chains if chain not in stated]
    rest = 1.0 - sum(stated.values())
    if open_ and rest >= 0:
        parts = stated | dict.fromkeys(open_, rest / len(open_))
    else:
        parts = stated | dict.fromkeys(open_, 0.0)
    total = sum(parts.values())
    if total <= 0:
        return dict.fromkeys(chains, 1.0 / len(chains))
    return {chain: part / total for chain, part in parts.items()}


def _power_inputs(energy: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Return the physical input of power and heat by chain and fuel."""
    flows = {flow: chain for chain, flow in POWER_FLOWS.items()}
    rows = energy.filter(
        (pl.col("variable") == "transformation_input")
        & pl.col("sector").is_in(list(flows))
        & (pl.col("value") > 0)
    )
    return {
        (flows[sector], fuel): value
        for sector, fuel, value in rows.select("sector", "fuel", "value").iter_rows()
    }


def _process(emissions: pl.DataFrame, year: int) -> float:
    rows = emissions.filter(
        (pl.col("year") == year) & (pl.col("variable") == "co2_process") & (pl.col("sector") == "total")
    )
    value = rows["value"].sum() if rows.height else 0.0
    return float(value or 0.0)


GAS_CHAINS = (
    ("1B1", "coal_methane"), ("1B2", "gas_methane"), ("3", "livestock_soils"), ("4", "waste"),
    ("1A1a", "power"), ("1A3", "road_heavy"), ("1A4b", "buildings_rural"), ("1A4c", "agriculture"),
    ("1A", "other_industry"), ("2", "other_industry"),
)  # fmt: skip
"""IPCC category -> chain that carries its other gases; the first that fits."""


def _gases(lines: pl.DataFrame, year: int, chains: tuple[str, ...]) -> dict[str, Array]:
    """Return other gases by chain [Mt]; categories without a usable figure carry none."""
    found: dict[str, Array] = {}
    rows = lines.filter((pl.col("year") == year) & (pl.col("gas") != "CO2") & pl.col("value").is_not_null())
    for category, gas, value in rows.select("category", "gas", "value").iter_rows():
        chain = next((chain for root, chain in GAS_CHAINS if category.startswith(root)), None)
        if chain is None:
            continue
        found.setdefault(gas, np.zeros(len(chains)))[chains.index(chain)] += value / 1000.0
    return dict(sorted(found.items()))


def _coking(energy: pl.DataFrame, calorific: pl.DataFrame, year: int) -> tuple[float, float]:
    """Return the coal that coke ovens take in, and what of it is not in their products [TJ]."""
    coal = [code for code, row in terms.entries("fuels").items() if row["group"] == "coal"]
    rows = energy.filter(
        (pl.col("year") == year)
        & (pl.col("variable") == "transformation_input")
        & (pl.col("sector") == "coking")
    ).join(calorific.select("fuel", "tj_per_activity_unit"), on="fuel", how="left")
    heat = rows.with_columns(tj=pl.col("value") * pl.col("tj_per_activity_unit").fill_null(0.0))
    taken = heat.filter(pl.col("fuel").is_in(coal) & (pl.col("tj") > 0))["tj"].sum()
    return float(taken), max(float(heat["tj"].sum()), 0.0)


def driver_of(chain: str) -> str:
    """Return the driver of a chain."""
    return chain_rows()[chain]["driver"]


def group_of(chain: str) -> str:
    """Return the sector group of a chain."""
    return chain_rows()[chain]["group"]
