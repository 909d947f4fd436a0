"""A PyPSA network while it is being written: components as plain attributes, ports and buses added freely."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dafeng.power.network import Profile

KINDS = ("Carrier", "Bus", "Generator", "Link", "StorageUnit", "Store", "Load", "GlobalConstraint")
"""Classes of PyPSA in the order in which they are added."""
PORT_NUMBER = re.compile(r"(?<=efficiency)\d+$|(?<=delay)\d+$")
"""Number of a port behind the name of its attribute."""


@dataclass
class Draft:
    """Components by class and name; ``fill`` hands them to PyPSA."""

    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {k: {} for k in KINDS})
    carrier_columns: dict[str, dict[str, float]] = field(default_factory=dict)
    """Further attributes of carriers: column -> carrier -> value."""

    def add(self, kind: str, name: str, **attributes: Any) -> None:
        """Add one component; a second one of the same name is a defect of ours."""
        if name in self.parts[kind]:
            message = f"{kind} {name} is there already"
            raise ValueError(message)
        self.parts[kind][name] = {key: simplify_profile(value) for key, value in attributes.items()}

    def attach(self, link: str, bus: str, efficiency: Profile, delay: int = 0) -> None:
        """Give a link a further output: ``efficiency`` of what it takes, ``delay`` hours later."""
        attributes = self.parts["Link"][link]
        port = 1 + sum(1 for key in attributes if key[:3] == "bus" and key[3:].isdigit() and key != "bus0")
        suffix = "" if port == 1 else str(port)
        attributes[f"bus{port}"] = bus
        attributes[f"efficiency{suffix}"] = simplify_profile(efficiency)
        if delay:
            attributes[f"delay{suffix}"] = delay
            attributes[f"cyclic_delay{suffix}"] = False

    def mark_carrier(self, column: str, carrier: str, value: float) -> None:
        """Set a further attribute of a carrier."""
        self.carrier_columns.setdefault(column, {})[carrier] = value

    def fill(self, target: Any) -> None:
        """Add everything to a :class:`pypsa.Network` whose snapshots are set, one class at a time."""
        for kind in KINDS:
            if self.parts[kind]:
                self._fill_kind(target, kind)
        carriers = target.c.carriers.static
        for column, values in self.carrier_columns.items():
            carriers[column] = [values.get(name, 0.0) for name in carriers.index]

    def _fill_kind(self, target: Any, kind: str) -> None:
        frame = import_module("pandas").DataFrame
        parts, component = self.parts[kind], target.c[kind]
        attributes = dict.fromkeys(key for part in parts.values() for key in part)
        static, series = {}, {}
        for attribute in attributes:
            given = {name: part[attribute] for name, part in parts.items() if attribute in part}
            varying = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
            default = component.defaults["default"].get(PORT_NUMBER.sub("", attribute), "")
            static[attribute] = [default if n in varying else given.get(n, default) for n in parts]
            if varying:
                series[attribute] = varying
        target.add(kind, list(parts), **static)
        for attribute, columns in series.items():
            values = frame(columns, index=target.snapshots)
            values.columns.name = "name"
            component.dynamic[attribute] = values


def simplify_profile(value: Any) -> Any:
    """Return a profile as a number where all its hours are alike, everything else as it is."""
    if isinstance(value, np.ndarray):
        first = value.flat[0] if value.size else 0.0
        return float(first) if np.all(value == first) else np.asarray(value, dtype=np.float64)
    return value
