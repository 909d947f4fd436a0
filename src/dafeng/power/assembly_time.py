"""The hours of all periods in one line: weights, neighbours, who is active when."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.power.assembly_blocks import Indices, Numbers
    from dafeng.power.network import Asset, Horizon, Profile


class TimeLine:
    """Hours of a horizon, numbered through its periods."""

    def __init__(self, horizon: Horizon) -> None:
        self.horizon = horizon
        self.starts = np.concatenate(([0], np.cumsum(horizon.hours))).astype(np.int64)
        self.hours = int(self.starts[-1])
        """Number of hours, all periods together."""

    @cached_property
    def hour_weight(self) -> Numbers:
        """Hours of the year that each modelled hour stands for, shape (hours,) [h]."""
        return self.spread(self.horizon.hour_weight or (1.0,) * len(self.horizon.periods))

    @cached_property
    def weight(self) -> Numbers:
        """Weight of each hour's cost in the objective, shape (hours,)."""
        return self.hour_weight * self.spread(self.horizon.objective_weight)

    @cached_property
    def all_hours(self) -> Indices:
        """Number of each hour, shape (hours,)."""
        return np.arange(self.hours, dtype=np.int32)

    @cached_property
    def previous(self) -> Indices:
        """The hour before each hour, in the ring of its period, shape (hours,)."""
        before = self.all_hours - 1
        before[self.starts[:-1]] = self.starts[1:] - 1
        return before

    @cached_property
    def first(self) -> Numbers:
        """Whether an hour opens its period, shape (hours,), 0 or 1."""
        opens = np.zeros(self.hours)
        opens[self.starts[:-1]] = 1.0
        return opens

    def spread(self, values: Sequence[float]) -> Numbers:
        """Return one value per hour from one per period."""
        return np.repeat(np.asarray(values, dtype=np.float64), self.horizon.hours)

    def of_period(self, period: int) -> slice:
        """Return the hours of a period."""
        k = self.horizon.periods.index(period)
        return slice(int(self.starts[k]), int(self.starts[k + 1]))

    def is_active(self, asset: Asset, period: int) -> bool:
        """Return whether an asset stands in a period."""
        return asset.build_year <= period < asset.retire_year

    def active_weight(self, asset: Asset) -> float:
        """Return the weight of a year's cost of an asset over the periods in which it stands."""
        pairs = zip(self.horizon.periods, self.horizon.objective_weight, strict=True)
        return sum(weight for period, weight in pairs if self.is_active(asset, period))

    def active(self, asset: Asset) -> slice:
        """Return the hours in which an asset stands: whole periods, one run."""
        numbers = [k for k, period in enumerate(self.horizon.periods) if self.is_active(asset, period)]
        if not numbers:
            return slice(0, 0)
        return slice(int(self.starts[numbers[0]]), int(self.starts[numbers[-1] + 1]))

    def values(self, profile: Profile, hours: slice) -> Numbers:
        """Return a profile in a run of hours, shape (number of hours,)."""
        if np.ndim(profile) == 0:
            return np.full(hours.stop - hours.start, float(profile))
        return np.asarray(profile, dtype=np.float64)[hours]

    def period_at(self, hour: int) -> int:
        """Return the period of an hour."""
        return self.horizon.periods[int(np.searchsorted(self.starts, hour, side="right")) - 1]
