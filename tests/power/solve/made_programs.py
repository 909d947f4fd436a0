"""Small years as programmes: capacities, outputs, a battery, a store over seasons, a cap, ramps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from dafeng.power.program import GLOBAL, LinearProgram

if TYPE_CHECKING:
    from numpy.typing import NDArray

INF = float("inf")


def make_program(
    cost: list[float],
    bounds: list[tuple[float, float]],
    matrix: list[list[float]],
    sides: list[tuple[float, float]],
) -> LinearProgram:
    """Return a programme of one hour from lists."""
    rows = csr_array(np.asarray(matrix, dtype=float).reshape(len(sides), len(cost)))
    low, high = np.asarray(bounds, dtype=float).T
    row_low, row_high = np.asarray(sides, dtype=float).reshape(-1, 2).T
    return LinearProgram(
        np.asarray(cost, dtype=float), low, high, row_low, row_high,
        rows.indptr.astype(np.int32), rows.indices.astype(np.int32), rows.data,
        np.zeros(len(cost), dtype=np.int32), np.zeros(len(sides), dtype=np.int32), 1,
    )  # fmt: skip


class _Rows:
    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.sides: list[tuple[float, float]] = []
        self.hour: list[int] = []

    def add(self, hour: int, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.entries += [(len(self.sides), column, value) for column, value in terms]
        self.sides.append((low, high))
        self.hour.append(hour)


def make_year(hours: int, seed: int = 0, cap: float = 0.7, shedding: bool = True) -> LinearProgram:
    """Return coal, wind, sun, a battery and a seasonal store under a CO2 cap; offset of 1000."""
    rng = np.random.default_rng(seed)
    hour = np.arange(hours)
    load = 100.0 + 20 * np.sin(hour / 24 * 2 * np.pi) + 5 * rng.random(hours)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, 1)
    wind = np.clip(0.35 + 0.2 * np.cos(hour / 50) + 0.2 * rng.normal(size=hours), 0, 1)
    names = ["coal", "wind", "sun", "charge", "give", "battery", "season"] + ["shed"] * shedding
    wind_cap, sun_cap, battery_cap, first = 0, 1, 2, 3
    at = {name: first + i * hours for i, name in enumerate(names)}
    costs = {"coal": 30.0, "shed": 5000.0, "charge": 0.1, "give": 0.1}
    highs = {"coal": 110.0, "season": 500.0}
    cost = np.concatenate([[40.0 * hours / 24, 25.0 * hours / 24, 15.0 * hours / 24]]
                          + [np.full(hours, costs.get(name, 0.0)) for name in names])  # fmt: skip
    upper = np.concatenate([[400.0, 500.0, 300.0]] + [np.full(hours, highs.get(name, INF)) for name in names])
    rows = _Rows()
    for t in range(hours):
        before = (t - 1) % hours
        rows.add(t, [(at["wind"] + t, 1), (wind_cap, -wind[t])], -INF, 0)
        rows.add(t, [(at["sun"] + t, 1), (sun_cap, -sun[t])], -INF, 0)
        rows.add(t, [(at["battery"] + t, 1), (battery_cap, -4)], -INF, 0)
        rows.add(t, [(at["charge"] + t, 1), (battery_cap, -1)], -INF, 0)
        rows.add(t, [(at["give"] + t, 1), (battery_cap, -1)], -INF, 0)
        rows.add(t, [(at["battery"] + t, 1), (at["battery"] + before, -1), (at["charge"] + t, -0.95),
                     (at["give"] + t, 1 / 0.95)], 0, 0)  # fmt: skip
        terms = [(at[name] + t, 1.0) for name in names if name in {"coal", "wind", "sun", "give", "shed"}]
        terms += [(at["charge"] + t, -1.0), (at["season"] + t, -1.0), (at["season"] + before, 1.0)]
        rows.add(t, terms, float(load[t]), float(load[t]))
        if t:
            rows.add(t, [(at["coal"] + t, 1), (at["coal"] + t - 1, -1)], -30, 30)
    rows.add(GLOBAL, [(at["coal"] + t, 0.9) for t in range(hours)], -INF, cap * 0.9 * float(load.sum()))
    row, column, value = (np.array(part) for part in zip(*rows.entries, strict=True))
    matrix = csr_array((value, (row, column)), shape=(len(rows.sides), cost.size))
    matrix.eliminate_zeros()
    low, high = np.array(rows.sides).T
    column_hour = np.concatenate([[GLOBAL] * 3, np.tile(hour, len(names))])
    return LinearProgram(
        cost, np.zeros(cost.size), upper, low, high, matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32), matrix.data, column_hour.astype(np.int32),
        np.array(rows.hour, dtype=np.int32), hours, 1000.0,
    )  # fmt: skip


def read_global(program: LinearProgram, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the capacities of a plan."""
    return values[program.column_hour == GLOBAL]
