"""What a network of PyPSA may hold so that ours can say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.power.exchange.reading import Source

_ASSET = "build_year lifetime carrier capital_cost"
_POWER = "p_nom p_nom_extendable p_nom_min p_nom_max"
NUMBERS = {
    "Carrier": "co2_emissions",
    "Bus": "carrier",
    "Load": "bus carrier",
    "Generator": f"{_ASSET} {_POWER} bus efficiency e_sum_min e_sum_max ramp_limit_up ramp_limit_down"
    " committable start_up_cost shut_down_cost stand_by_cost min_up_time min_down_time up_time_before",
    "Link": f"{_ASSET} {_POWER} ramp_limit_up ramp_limit_down",
    "StorageUnit": f"{_ASSET} {_POWER} bus max_hours efficiency_store efficiency_dispatch standing_loss"
    " cyclic_state_of_charge cyclic_state_of_charge_per_period",
    "Store": f"{_ASSET} bus e_nom e_nom_extendable e_nom_min e_nom_max standing_loss e_cyclic"
    " e_cyclic_per_period",
    "GlobalConstraint": "type investment_period bus carrier_attribute sense constant",
}
"""Attributes that are read where they are numbers."""
SERIES = {
    "Load": "p_set",
    "Generator": "p_min_pu p_max_pu marginal_cost",
    "Link": "p_min_pu p_max_pu marginal_cost",
    "StorageUnit": "p_min_pu p_max_pu marginal_cost inflow",
    "Store": "e_min_pu e_max_pu marginal_cost",
}
"""Attributes that are read, number or series."""
HARMLESS = {
    "Carrier": "color nice_name max_relative_growth",
    "Bus": "v_nom x y unit location v_mag_pu_set v_mag_pu_min v_mag_pu_max",
    "Load": "q_set",
    "Generator": "control q_set weight discount_rate maintenance_duration maintenance_pu maintenance_events",
    "Link": "length terrain_factor discount_rate maintenance_duration maintenance_pu maintenance_events"
    " up_time_before down_time_before start_up_cost shut_down_cost stand_by_cost min_up_time min_down_time",
    "StorageUnit": "control q_set discount_rate state_of_charge_initial",
    "Store": "q_set discount_rate e_initial",
}
"""Attributes that change no optimum of what is read."""
PORT = re.compile(r"(bus|efficiency|cyclic_delay)\d*")
"""Ports of links, read with them; a delay is no port."""
BUS_LIMIT = re.compile(r"nom_(min|max)_.+")
COMPONENTS_WITHOUT = ("lines", "transformers", "processes", "shunt_impedances")
PIECEWISE = ("capital_cost", "marginal_cost", "efficiency")


def refuse_weights() -> None:
    """Refuse snapshot weights that are not alike within a period or make storage step over hours."""
    raise InputRefused.of("pypsa_weights")


def check_components(network: Any) -> list[Finding]:
    """Return a finding for each component and attribute that has no word in our networks."""
    findings = [
        Finding("pypsa_component", params={"component": name, "name": network.c[name].static.index[0]})
        for name in COMPONENTS_WITHOUT
        if len(network.c[name].static)
    ]
    if network.has_scenarios:
        findings.append(Finding("pypsa_component", params={"component": "scenarios", "name": ""}))
    for kind in NUMBERS:
        findings += _check_attributes(network, kind)
    for column in network.c.buses.static.columns:
        if BUS_LIMIT.fullmatch(str(column)):
            findings.append(_refuse("Bus", network.c.buses.static.index[0], str(column)))
    return findings


def _check_attributes(network: Any, kind: str) -> Iterator[Finding]:
    component = network.c[kind]
    numbers, series = (set(table.get(kind, "").split()) for table in (NUMBERS, SERIES))
    known = numbers | series | set(HARMLESS.get(kind, "").split()) | {"name", "type"}
    for attribute, default in component.defaults["default"].items():
        if not str(component.defaults.at[attribute, "status"]).startswith("Input"):
            continue
        varying = component.dynamic.get(attribute)
        ported = kind == "Link" and PORT.fullmatch(attribute) is not None
        if varying is not None and len(varying.columns) and not (attribute in series or ported):
            yield _refuse(kind, varying.columns[0], attribute)
        if attribute in known or ported or attribute not in component.static:
            continue
        for name, value in component.static[attribute].items():
            if value != default and not (value != value and default != default):  # noqa: PLR0124 - nan
                yield _refuse(kind, name, attribute)
                break
    for attribute in PIECEWISE:
        if attribute in component.static and component.has_piecewise(attribute):
            yield _refuse(kind, component.static.index[0], f"{attribute} (piecewise)")


def check_generators(source: Source) -> Iterator[Finding]:
    """Find generators whose commitment or yearly energy means something else in our networks."""
    for name, row in source.rows("Generator").items():
        for attribute in ("e_sum_min", "e_sum_max"):
            negative = attribute == "e_sum_min" and row[attribute] < 0.0
            if np.isfinite(row[attribute]) and (source.several_periods or negative):
                yield _refuse("Generator", name, attribute)
        if not row["committable"]:
            continue
        size = row["p_nom"]
        if source.several_periods or row["p_nom_extendable"] or not 0 < size < np.inf:
            yield _refuse("Generator", name, "committable")
        if row["up_time_before"] < max(1, row["min_up_time"]):
            yield _refuse("Generator", name, "up_time_before")
        same = row["start_up_cost"] == row["shut_down_cost"]
        if same and np.ndim(source.profile("Generator", name, "p_max_pu")):
            yield _refuse("Generator", name, "p_max_pu")


def check_storage(source: Source) -> Iterator[Finding]:
    """Find storage that does not end a period as it began it."""
    for kind, ring in (("StorageUnit", "cyclic_state_of_charge"), ("Store", "e_cyclic")):
        attribute = f"{ring}_per_period" if source.several_periods else ring
        for name, row in source.rows(kind).items():
            if not row[attribute]:
                yield _refuse(kind, name, attribute)


def _refuse(kind: str, name: object, attribute: str) -> Finding:
    params = {"component": kind, "name": str(name), "attribute": attribute}
    return Finding("pypsa_attribute", params=params)
