"""A small model whose every number is a plain function of its point: for tests of ensembles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dafeng.pathway.model import Array, Dimension, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from dafeng.pathway.model import Worth
    from dafeng.scenario import Scope


@dataclass(frozen=True)
class MadeSimulator:
    """Two chains that rise and fall by draw; the lever ``L_a`` takes off 5 Mt of CO2 in every year."""

    years: np.ndarray = field(default_factory=lambda: np.arange(2022, 2061))
    width: int = 12
    height: float = 100.0
    broken: bool = False

    chains = ("power", "cement")
    levers = ("L_a",)

    @property
    def dimensions(self) -> list[Dimension]:
        return [Dimension(f"driver:{n}:0", "economy", f"第{n}项", f"item {n}") for n in range(self.width)]

    def simulate(self, points: Array, on: Collection[str] | None = None) -> Outcome:
        time = (self.years - self.years[0])[:, None] / 40
        top = points[:, 0] * 0.9
        power = self.height * (1.0 - (time - top) ** 2) + points[:, 1]
        if on is None or "L_a" in on:
            power -= 5.0
        if self.broken:
            power[3, -1] = np.nan
        cement = 10.0 * points[:, 2:].sum(axis=1) * (1 - 0.3 * time)
        burnt = np.stack([power, cement])
        coal = 13.0 - 6.0 * time * points[:, 3]
        return Outcome(
            self.years, self.chains, burnt, burnt * 0.1, {"CH4": burnt * 0.01}, power * 0.2,
            {"coal_output": coal, "gdp_index": np.exp(0.04 * 40 * time * points[:, 4])},
        )  # fmt: skip

    def worth(self, points: Array, scope: Scope) -> Worth:
        def value(on: frozenset[str]) -> Array:
            return self.simulate(points, on).total(scope)

        return value
