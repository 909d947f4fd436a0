"""Futures: points of the unit cube made into paths of drivers and residuals and values of levers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from dafeng.errors import InputRefused
from dafeng.pathway.delivery import deliver_lever, schedule_lever
from dafeng.pathway.effects import Delivered
from dafeng.pathway.factors import FactorSet, central_paths, draw_paths

if TYPE_CHECKING:
    from dafeng.pathway.engine import Engine
    from dafeng.pathway.model import Array
    from dafeng.scenario import Scenario

FACTOR_SCALED = ("residual:", "electricity:", "power:")
"""Factors whose growth is the historical decoupling."""


@dataclass(slots=True, eq=False)
class Futures:
    """Paths and levers of a number of draws."""

    paths: dict[str, Array]
    central: dict[str, Array]
    delivered: Delivered
    count: int


def draw_futures(engine: Engine, points: Array) -> Futures:
    """Return paths and levers for points of the unit cube, shape (draw, dimension)."""
    parts, width = engine.parts, engine.parts.factors.width
    if points.ndim != 2 or points.shape[1] != len(engine.dimensions):
        what = f"points {points.shape}, dimensions {len(engine.dimensions)}"
        raise InputRefused.of("series_length", what=what)
    scaled = scale_factors(parts.factors, engine.scenario)
    names = [factor.id for factor in scaled.factors]
    paths = dict(zip(names, draw_paths(scaled, ndtri(points[:, :width])), strict=True))
    central = dict(zip(names, central_paths(scaled)[:, :, None], strict=True))
    success, effects = (
        points[:, width : width + len(parts.states)].T,
        points[:, width + len(parts.states) :].T,
    )
    orders = {lever.id: lever for lever in engine.scenario.levers}
    values = {
        name: deliver_lever(state, schedule_lever(state, orders[name], engine.years), success[position])
        for position, (name, state) in enumerate(parts.states.items())
        if name in orders
    }
    return Futures(
        paths, central, Delivered(parts.states, values, parts.effects, parts.stocks, effects), len(points)
    )


def scale_factors(factors: FactorSet, scenario: Scenario) -> FactorSet:
    """Return factors as a scenario wants them: decoupling in part, growth of drivers as given."""
    changed = []
    for factor in factors.factors:
        growth = factor.growth
        if factor.id.startswith(FACTOR_SCALED):
            growth = tuple(scenario.autonomous * rate for rate in growth)
        driver = factor.id.removeprefix("driver:")
        if factor.id.startswith("driver:") and driver in scenario.growth:
            growth = (float(np.log1p(scenario.growth[driver])),) * len(growth)
        changed.append(replace(factor, growth=growth))
    return replace(factors, factors=tuple(changed))


def driver_paths(engine: Engine, futures: Futures, on: frozenset[str]) -> dict[str, Array]:
    """Return the index of every driver, 1 in the base year; effects ``driver`` set the central path."""
    found = {}
    for name, level in engine.parts.driver_levels.items():
        index = np.exp(futures.paths[f"driver:{name}"])
        for effect in engine.parts.effects:
            if effect.kind != "driver" or effect.variable != name or effect.lever not in on:
                continue
            if effect.lever not in futures.delivered.values_on:
                continue
            wanted = futures.delivered.coefficient(effect) * futures.delivered.value(effect.lever, on) / level
            known = engine.parts.states[effect.lever].known
            spread = np.exp(futures.paths[f"driver:{name}"] - futures.central[f"driver:{name}"])
            index = np.where(np.arange(len(engine.years))[:, None] <= known, index, wanted * spread)
        found[name] = index
    return found
