"""A network of PyPSA as a network of ours, where its words mean the same; everything else is refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.exchange.reading_checks import (
    check_components,
    check_generators,
    check_storage,
    refuse_weights,
)
from dafeng.power.exchange.reading_limits import read_limits
from dafeng.power.exchange.writing import META
from dafeng.power.network import (
    FOREVER,
    Commitment,
    Generator,
    Horizon,
    Link,
    Load,
    Network,
    StorageUnit,
    Store,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.power.network import Profile


@dataclass(frozen=True)
class Source:
    """A network of PyPSA and its hours."""

    network: Any
    horizon: Horizon

    @cached_property
    def several_periods(self) -> bool:
        """Whether the network has investment periods."""
        return len(self.horizon.periods) > 1

    def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the static attributes of the components of a class by name."""
        static = self.network.c[kind].static
        return {str(name): row for name, row in static.to_dict(orient="index").items()}

    def profile(self, kind: str, name: str, attribute: str) -> Profile:
        """Return an attribute as a series where there is one, otherwise as a number."""
        series = self.network.c[kind].dynamic.get(attribute)
        if series is not None and name in series.columns:
            return np.asarray(series[name].to_numpy(), dtype=np.float64)
        return float(self.network.c[kind].static.at[name, attribute])


def read_pypsa(source: Any) -> Network:
    """Return a :class:`pypsa.Network` as a network of ours.

    Parameters
    ----------
    source : pypsa.Network
        Hourly, of one year or with investment periods. A netCDF file is read by
        :func:`dafeng.power.exchange.io.read_netcdf`.

    Raises
    ------
    InputRefused
        ``pypsa_component``, ``pypsa_attribute``, ``pypsa_weights``, ``pypsa_constraint``: what has no word
        in our networks, with component and attribute. Nothing is left out in silence; what does not touch
        the optimisation (places, colours, results) is not looked at.
    """
    findings = check_components(source)
    if findings:
        raise InputRefused(findings)
    network = Source(source, _read_horizon(source))
    findings = [
        *check_generators(network),
        *check_storage(network),
    ]
    if findings:
        raise InputRefused(findings)
    energy_limits, capacity_limits, co2_limit = read_limits(network)
    about: Mapping[str, Any] = (source.meta or {}).get(META, {})
    return Network(
        name=source.name or "",
        horizon=network.horizon,
        buses=tuple((name, row["carrier"]) for name, row in network.rows("Bus").items()),
        generators=tuple(_read_generator(network, *item) for item in network.rows("Generator").items()),
        links=tuple(_read_link(network, *item) for item in network.rows("Link").items()),
        storage_units=tuple(_read_unit(network, *item) for item in network.rows("StorageUnit").items()),
        stores=tuple(_read_store(network, *item) for item in network.rows("Store").items()),
        loads=tuple(
            Load(name, row["bus"], network.profile("Load", name, "p_set"), row["carrier"])
            for name, row in network.rows("Load").items()
        ),
        energy_limits=energy_limits,
        capacity_limits=capacity_limits,
        co2_limit=co2_limit,
        notes=tuple((str(key), str(value)) for key, value in about.get("notes", {}).items()),
    )


def _read_horizon(source: Any) -> Horizon:
    weights = source.snapshot_weightings
    several = bool(len(source.investment_periods))
    labels = source.snapshots.get_level_values("period") if several else np.zeros(len(weights), dtype=int)
    periods = tuple(int(p) for p in source.investment_periods) if several else (_find_year(source),)
    runs = [np.asarray(labels) == (period if several else 0) for period in periods]
    found = []
    for run in runs:
        part = weights[run]
        steps = [float(x) for x in part["generators"].unique()]
        ratio = float((part["objective"] / part["generators"]).iloc[0])
        even = np.allclose(part["objective"], ratio * part["generators"], rtol=1e-12)
        if len(steps) != 1 or steps[0] <= 0 or not even or (part["stores"] != 1.0).any():
            refuse_weights()
        found.append((int(run.sum()), steps[0], ratio))
    by_period = source.investment_period_weightings
    if several and any(ratio != found[0][2] for _, _, ratio in found):
        refuse_weights()
    scale = [float(x) for x in by_period["objective"]] if several else [1.0]
    if several and found[0][2] != 1.0:
        refuse_weights()
    return Horizon(
        periods,
        tuple(hours for hours, _, _ in found),
        tuple(ratio * weight for (_, _, ratio), weight in zip(found, scale, strict=True)),
        tuple(float(x) for x in by_period["years"]) if several else (1.0,),
        tuple(step for _, step, _ in found),
    )


def _find_year(source: Any) -> int:
    year = getattr(source.snapshots[0], "year", None)
    return int(year) if year is not None else 0


def _read_asset(network: Source, kind: str, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every asset has."""
    nominal = "e_nom" if kind == "Store" else "p_nom"
    scale = 1.0 if network.several_periods else network.horizon.objective_weight[0]
    build, lifetime = int(row["build_year"]), float(row["lifetime"])
    retire = ceil(build + lifetime) if np.isfinite(lifetime) else FOREVER
    if not network.several_periods:
        build, retire = 0, FOREVER  # PyPSA does not look at the years of a single period
    return {
        "id": name,
        "bus": row["bus0" if kind == "Link" else "bus"],
        "technology": row["carrier"],
        "build_year": build,
        "retire_year": retire,
        "extendable": bool(row[f"{nominal}_extendable"]),
        "p_nom": 0.0 if row[f"{nominal}_extendable"] else float(row[nominal]),
        "p_nom_min": float(row[f"{nominal}_min"]),
        "p_nom_max": float(row[f"{nominal}_max"]),
        "capital_cost": float(row["capital_cost"]) / scale,
        "marginal_cost": network.profile(kind, name, "marginal_cost"),
    }


def _read_operation(network: Source, kind: str, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "p_min_pu": network.profile(kind, name, "p_min_pu"),
        "p_max_pu": network.profile(kind, name, "p_max_pu"),
        "ramp_limit_up": float(row["ramp_limit_up"]),
        "ramp_limit_down": float(row["ramp_limit_down"]),
    }


def _read_generator(network: Source, name: str, row: Mapping[str, Any]) -> Generator:
    carriers = network.network.c.carriers.static
    known = row["carrier"] in carriers.index
    rate = float(carriers.at[row["carrier"], "co2_emissions"]) if known else 0.0
    return Generator(
        **_read_asset(network, "Generator", name, row),
        **_read_operation(network, "Generator", name, row),
        carrier=row["carrier"],
        co2=rate / float(row["efficiency"]),
        e_sum_min=max(0.0, float(row["e_sum_min"])),
        e_sum_max=float(row["e_sum_max"]),
        commitment=_read_commitment(network, row) if row["committable"] else None,
    )


def _read_commitment(network: Source, row: Mapping[str, Any]) -> Commitment:
    weight = network.horizon.objective_weight[0] * network.horizon.hour_weight[0]
    size = float(row["p_nom"])
    return Commitment(
        start_up_cost=float(row["start_up_cost"]) / (size * weight),
        shut_down_cost=float(row["shut_down_cost"]) / (size * weight),
        stand_by_cost=float(row["stand_by_cost"]) / size,
        min_up_time=int(row["min_up_time"]),
        min_down_time=int(row["min_down_time"]),
    )


def _read_link(network: Source, name: str, row: Mapping[str, Any]) -> Link:
    ports = [port for port in network.network.c.links.ports if port != "0"]
    outputs = tuple(
        (str(row[f"bus{port}"]), network.profile("Link", name, f"efficiency{'' if port == '1' else port}"))
        for port in ports
        if row[f"bus{port}"]
    )
    return Link(
        **_read_asset(network, "Link", name, row),
        **_read_operation(network, "Link", name, row),
        outputs=outputs,
    )


def _read_unit(network: Source, name: str, row: Mapping[str, Any]) -> StorageUnit:
    return StorageUnit(
        **_read_asset(network, "StorageUnit", name, row),
        max_hours=float(row["max_hours"]),
        efficiency_store=float(row["efficiency_store"]),
        efficiency_dispatch=float(row["efficiency_dispatch"]),
        standing_loss=float(row["standing_loss"]),
        inflow=network.profile("StorageUnit", name, "inflow"),
        p_min_pu=network.profile("StorageUnit", name, "p_min_pu"),
        p_max_pu=network.profile("StorageUnit", name, "p_max_pu"),
    )


def _read_store(network: Source, name: str, row: Mapping[str, Any]) -> Store:
    return Store(
        **_read_asset(network, "Store", name, row),
        e_min_pu=network.profile("Store", name, "e_min_pu"),
        e_max_pu=network.profile("Store", name, "e_max_pu"),
        standing_loss=float(row["standing_loss"]),
    )
