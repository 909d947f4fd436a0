"""Global constraints of PyPSA as limits of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dafeng.errors import Finding, InputRefused
from dafeng.power.exchange.limits import CO2
from dafeng.power.network import CapacityLimit, EnergyLimit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dafeng.power.exchange.reading import Source

    Sense = Literal["<=", ">="]
    Limits = tuple[tuple[EnergyLimit, ...], tuple[CapacityLimit, ...], tuple[float, ...]]

SENSES: tuple[Sense, Sense] = ("<=", ">=")


def read_limits(source: Source) -> Limits:
    """Return energy limits, capacity limits and the CO2 cap of each period.

    Raises
    ------
    InputRefused
        ``pypsa_constraint``.
    """
    energy: list[EnergyLimit] = []
    capacity: list[CapacityLimit] = []
    caps = dict.fromkeys(source.horizon.periods, float("inf"))
    findings = []
    found: Sequence[object]
    for name, row in source.rows("GlobalConstraint").items():
        if row["type"] == "tech_capacity_expansion_limit":
            found = limits = list(_read_capacity(source, name, row))
            capacity += limits
        elif (period := _find_period(source, row)) is None or row["sense"] not in SENSES:
            found = []
        elif row["type"] == "primary_energy" and row["carrier_attribute"] == CO2 and row["sense"] == "<=":
            caps[period] = min(caps[period], _constant(source, row, period))
            continue
        else:
            found = sums = _read_energy(source, name, row, period)
            energy += sums
        if not found:
            findings.append(Finding("pypsa_constraint", params={"name": name, "type": row["type"]}))
    if findings:
        raise InputRefused(findings)
    free = all(np.isinf(most) for most in caps.values())
    return tuple(energy), tuple(capacity), () if free else tuple(caps.values())


def _find_period(source: Source, row: Mapping[str, Any]) -> int | None:
    """Return the period of a constraint; None where it binds several together."""
    if not np.isnan(row["investment_period"]):
        period = int(row["investment_period"])
        return period if period in source.horizon.periods else None
    return None if source.several_periods else source.horizon.periods[0]


def _constant(source: Source, row: Mapping[str, Any], period: int) -> float:
    years = source.horizon.years[source.horizon.periods.index(period)]
    return float(row["constant"]) / years


def _read_energy(source: Source, name: str, row: Mapping[str, Any], period: int) -> list[EnergyLimit]:
    """Return a limit on yearly sums; none where storage counts or the kind is another."""
    carriers = source.network.c.carriers.static
    attribute = row["carrier_attribute"]
    if row["type"] == "primary_energy" and attribute in carriers:
        factors = {str(c): float(v) for c, v in carriers[attribute].items() if v}
    elif row["type"] == "operational_limit":
        factors = {str(attribute): 1.0}
    else:
        return []
    if any(
        item["carrier"] in factors for kind in ("StorageUnit", "Store") for item in source.rows(kind).values()
    ):
        return []
    by_efficiency = row["type"] == "primary_energy"
    terms = tuple(
        (asset, factors[item["carrier"]] / (item["efficiency"] if by_efficiency else 1.0))
        for asset, item in source.rows("Generator").items()
        if item["carrier"] in factors
    )
    return [EnergyLimit(name, period, terms, row["sense"], _constant(source, row, period))] if terms else []


def _read_capacity(source: Source, name: str, row: Mapping[str, Any]) -> Iterator[CapacityLimit]:
    """Yield the limits that a constraint on chosen capacity is: two for an equality."""
    terms: list[str] = []
    lives: list[set[int]] = []
    for kind, bus, nominal in (
        ("Generator", "bus", "p_nom"), ("Link", "bus0", "p_nom"), ("StorageUnit", "bus", "p_nom"),
        ("Store", "bus", "e_nom"),
    ):  # fmt: skip
        for asset, item in source.rows(kind).items():
            here = not row["bus"] or item[bus] == row["bus"]
            if item[f"{nominal}_extendable"] and item["carrier"] == row["carrier_attribute"] and here:
                end = item["build_year"] + item["lifetime"]
                periods = {p for p in source.horizon.periods if item["build_year"] <= p < end}
                terms.append(asset)
                lives.append(periods if source.several_periods else set(source.horizon.periods))
    if not terms:
        return
    if np.isnan(row["investment_period"]):
        shared = set.intersection(*lives)
        if any(life and not shared for life in lives):
            return
        period = min(shared)
    else:
        period = int(row["investment_period"])
    for sense in SENSES:
        if row["sense"] not in {"==", sense}:
            continue
        title = f"{name} {sense}" if row["sense"] == "==" else name
        yield CapacityLimit(title, period, tuple((t, 1.0) for t in terms), sense, float(row["constant"]))
