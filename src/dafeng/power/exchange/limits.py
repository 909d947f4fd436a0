"""Limits on yearly sums as PyPSA's global constraints.

PyPSA multiplies sums of a period by the years that it stands for; the constants are multiplied alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.exchange.components import life
from dafeng.power.exchange.gadgets import UNLIMITED, add_bus
from dafeng.power.network import Generator

if TYPE_CHECKING:
    from dafeng.power.exchange.components import Export
    from dafeng.power.network import Asset, EnergyLimit

CO2 = "co2_emissions"


def limit_co2(export: Export) -> None:
    """Cap the CO2 of each period's year [t]; emission rates stand on the carriers [t/MWh]."""
    for generator in export.network.generators:
        if not export.is_active(generator):
            continue
        if generator.co2:
            export.draft.mark_carrier(CO2, export.carrier_of(generator), generator.co2)
        _mark_stand_by(export, generator)
    for period, most in zip(export.network.horizon.periods, export.network.co2_limit, strict=False):
        if np.isfinite(most):
            _constrain(export, f"co2 {period}", period, ("primary_energy", CO2, "<=", most))


def _mark_stand_by(export: Export, generator: Generator) -> None:
    """Count the stand-by CO2 of a committed class where its online capacity is a flow."""
    commitment, online = generator.commitment, f"{generator.id}:online"
    if commitment is None or not commitment.stand_by_co2 or online not in export.draft.parts["Link"]:
        return
    export.draft.mark_carrier(CO2, _meter(export, generator, online), -commitment.stand_by_co2)


def limit_energy(export: Export, limit: EnergyLimit) -> None:
    """Limit a weighted sum of outputs in one period; the weights are an attribute of the carriers."""
    column = f"coefficient {limit.id}"
    for name, coefficient in limit.terms:
        asset = export.assets[name]
        if not export.time.is_active(asset, limit.period):
            continue
        if isinstance(asset, Generator):
            export.draft.mark_carrier(column, export.carrier_of(asset), coefficient)
        else:
            export.draft.mark_carrier(column, _meter(export, asset, asset.id), -coefficient)
    _constrain(export, limit.id, limit.period, ("primary_energy", column, limit.sense, limit.constant))


def limit_generation(export: Export, generator: Generator) -> None:
    """Bound the yearly output of a generator: natively in one period, by constraints in several."""
    for sense, bound in ((">=", generator.e_sum_min), ("<=", generator.e_sum_max)):
        if np.isinf(bound) or (sense == ">=" and bound <= 0.0):
            continue
        if not export.several_periods:
            attribute = "e_sum_min" if sense == ">=" else "e_sum_max"
            export.draft.parts["Generator"][generator.id][attribute] = bound
            continue
        for period in export.network.horizon.periods:
            if export.time.is_active(generator, period):
                rule = ("operational_limit", export.carrier_of(generator), sense, bound)
                _constrain(export, f"{generator.id} {sense} {period}", period, rule)


def _meter(export: Export, asset: Asset, link: str) -> str:
    """Give a link a further output into a sink whose carrier bears the coefficients; return the carrier."""
    name = f"{link}:meter"
    if name not in export.draft.parts["Generator"]:
        add_bus(export, name)
        export.draft.attach(link, name, 1.0)
        export.add_carrier(name)
        export.draft.add(
            "Generator", name, bus=name, p_nom=UNLIMITED, p_min_pu=-1.0, p_max_pu=1.0, carrier=name,
            **life(asset),
        )  # fmt: skip
    return name


def _constrain(export: Export, name: str, period: int, rule: tuple[str, str, str, float]) -> None:
    kind, attribute, sense, constant = rule
    years = export.network.horizon.years[export.network.horizon.periods.index(period)]
    export.draft.add(
        "GlobalConstraint", name, type=kind, carrier_attribute=attribute, sense=sense,
        constant=constant * years if export.several_periods else constant,
        **({"investment_period": period} if export.several_periods else {}),
    )  # fmt: skip
