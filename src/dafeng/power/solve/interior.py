r"""A primal-dual interior point for programmes of many alike hours.

Mehrotra's predictor and corrector (1992, SIAM J. Optim. 2) with separate steps of plan and prices, the
corrector weighted as it pays (Colombo and Gondzio 2008, Comput. Optim. Appl. 41) and up to
``CORRECTIONS`` centrality corrections on the same factor (Gondzio 1996, Comput. Optim. Appl. 6). One
factorisation of a year costs little more than a few solves with it, so corrections are cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.solve.kkt import KktSystem

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.power.solve.presolve import Numbers
    from dafeng.power.solve.standard import StandardForm

    Pair = tuple[Numbers, Numbers]
    """Something of lower and of upper bounds."""

CORRECTIONS = 2
LONGER = 0.3
"""Step beyond the present one that a correction aims at [1]."""
BAND = 10.0
"""Products of a variable with its price may lie this factor off the centre before they are corrected."""
WORTH = 0.02
"""Gain of both steps together that justifies a correction [1]."""
BACK = 0.995
"""Share of the way to the boundary that is walked [1]."""
TRIALS = 4
"""Weights of a corrector that are tried."""
LEAST_CENTRING = 1e-6
TINY = 1e-300
ROOM = 0.01
"""Distance of the first point from its bounds, in scaled units."""
SHARE = 0.25
"""The same as a share of the width of a box."""
MENDINGS = 6
MENDED = 1e-12
"""Row error that needs no more mending, in scaled units."""
STALLED = 1e-5
"""A step shorter than this is none."""


@dataclass
class Point:
    """Plan, prices of rows, of lower and of upper bounds."""

    w: Numbers
    y: Numbers
    z: Numbers
    v: Numbers


@dataclass(frozen=True)
class Direction:
    """A step of each part of a point, and the steps of ``w`` and of the prices relative to them."""

    w: Numbers
    y: Numbers
    z: Numbers
    v: Numbers
    plan: Pair
    """Relative change of the distance from lower and from upper bounds."""
    price: Pair
    """Relative change of their prices."""


@dataclass(frozen=True)
class State:
    """How far an iteration has come, in scaled units."""

    iteration: int
    primal: float
    dual: float
    row_error: float
    """Largest residual of the rows."""
    price_error: float
    """Largest residual of the reduced costs."""
    stalled: bool

    @property
    def gap(self) -> float:
        """Relative distance of the two objectives [1]."""
        return abs(self.primal - self.dual) / max(abs(self.primal), 1e-12)


class InteriorPoint:
    """An interior point that walks until its listener is satisfied.

    Parameters
    ----------
    form : StandardForm
        The scaled programme.
    """

    def __init__(self, form: StandardForm) -> None:
        self.form = form
        self.system = KktSystem(form)
        self.bounded = ~form.free
        self.count = max(int(self.bounded.sum()) + form.boxed.size, 1)
        self.point = self._start()

    def run(self, settled: Callable[[State, Point], bool], limit: int) -> State:
        """Iterate until ``settled`` says so, no step is possible, or ``limit`` iterations are done."""
        walked, short = 1.0, 0
        for iteration in range(limit + 1):
            state = self._measure(iteration, stalled=short > 1)
            if settled(state, self.point) or state.stalled or not np.isfinite(state.primal):
                break
            walked = self._advance()
            short = short + 1 if walked < STALLED else 0
        return state

    def mend(self) -> float:
        """Take what is left of the row errors off the plan inside its bounds; return the largest left."""
        p = self.point
        for _ in range(MENDINGS):
            left = self._measure(0, stalled=False).row_error
            if left <= MENDED:
                break
            dw, _ = self.system.solve(np.zeros(p.w.size), self.row_error)
            plan = (np.where(self.bounded, dw, 0.0) / self.inside, -dw[self.form.boxed] / self.above)
            p.w = p.w + min(1.0, BACK * _longest(plan)) * dw
        return self._measure(0, stalled=False).row_error

    def _start(self) -> Point:
        """Return a first point: least squares, moved inside the bounds."""
        form = self.form
        size = form.cost.size
        weights = np.ones(size)
        self.system.factorise(weights)
        w, _ = self.system.solve(np.zeros(size), form.right)
        w = np.where(form.free, w, np.maximum(w, 0.0) + ROOM)
        w[form.boxed] = np.clip(w[form.boxed] - ROOM, SHARE * form.width, (1 - SHARE) * form.width)
        _, y = self.system.solve(form.cost, np.zeros(form.rows))
        reduced = form.cost - form.apply_transposed(y)
        far = 1.5 * max(float(np.abs(reduced).max()), 1.0)
        z = np.where(form.free, 0.0, np.maximum(reduced, 0.0) + far)
        v = np.maximum(-reduced[form.boxed], 0.0) + far
        return Point(w, y, z, v)

    def _measure(self, iteration: int, *, stalled: bool) -> State:
        form, p = self.form, self.point
        self.inside = np.where(self.bounded, p.w, 1.0)
        self.above = form.width - p.w[form.boxed]
        self.row_error = form.right - form.apply(p.w)
        self.price_error = form.cost - form.apply_transposed(p.y) - p.z
        self.price_error[form.boxed] += p.v
        self.centre = (_dot(self.inside, p.z) + _dot(self.above, p.v)) / self.count
        primal, dual = _dot(form.cost, p.w), _dot(form.right, p.y) - _dot(form.width, p.v)
        errors = float(np.abs(self.row_error).max(initial=0)), float(np.abs(self.price_error).max(initial=0))
        return State(iteration, primal, dual, *errors, stalled)

    def _advance(self) -> float:
        """Walk one step; return the shorter of the two step lengths."""
        form, p = self.form, self.point
        self.per_w, self.per_above = 1.0 / self.inside, 1.0 / self.above
        weights = p.z * self.per_w
        weights[form.boxed] += p.v * self.per_above
        self.weights = weights
        self.system.factorise(weights)
        low, high = -self.inside * p.z, -self.above * p.v
        ahead = self._direction(self.row_error, self.price_error, low, high)
        plan, price = self._reach(ahead)
        walked = np.where(self.bounded, ahead.w, 0.0)
        after = _dot(self.inside + plan * walked, p.z + price * ahead.z)
        after += _dot(self.above - plan * walked[form.boxed], p.v + price * ahead.v)
        after /= self.count
        target = self.centre * max((after / max(self.centre, TINY)) ** 3, LEAST_CENTRING)
        low = np.where(self.bounded, target - ahead.w * ahead.z, 0.0)
        high = target + ahead.w[form.boxed] * ahead.v
        best = self._blend(ahead, self._correct(low, high), plan * price)
        plan, price = self._reach(best)
        for _ in range(CORRECTIONS):
            turned = self._blend(best, self._correct(*self._outliers(best, target, plan, price)), 0.2)
            reached = self._reach(turned)
            if sum(reached) < plan + price + WORTH:
                break
            best, (plan, price) = turned, reached
        plan, price = min(1.0, BACK * plan), min(1.0, BACK * price)
        p.w, p.y = p.w + plan * best.w, p.y + price * best.y
        p.z, p.v = p.z + price * best.z, p.v + price * best.v
        return min(plan, price)

    def _direction(self, rows: Numbers, prices: Numbers, low: Numbers, high: Numbers) -> Direction:
        """Return the Newton step for these residuals and wanted changes of the products."""
        boxed = self.form.boxed
        right = prices - low * self.per_w
        right[boxed] += high * self.per_above
        dw, dy = self.system.solve(right, rows)
        dz = (low - self.point.z * dw) * self.per_w
        dv = (high + self.point.v * dw[boxed]) * self.per_above
        plan = (np.where(self.bounded, dw, 0.0) * self.per_w, -dw[boxed] * self.per_above)
        price = (dz / np.where(self.bounded, self.point.z, 1.0), dv / self.point.v)
        return Direction(dw, dy, dz, dv, plan, price)

    def _correct(self, low: Numbers, high: Numbers) -> Direction:
        form = self.form
        return self._direction(np.zeros(form.rows), np.zeros(form.cost.size), low, high)

    @staticmethod
    def _reach(step: Direction) -> tuple[float, float]:
        """Return how far plan and prices can walk, at most 1."""
        return _longest(step.plan), _longest(step.price)

    @staticmethod
    def _blend(base: Direction, extra: Direction, least: float) -> Direction:
        """Return the base with as much of the extra as lets plan and prices walk farthest."""
        weights = np.linspace(1.0, least, TRIALS)
        of_plan = [_longest(_mix(base.plan, extra.plan, weight)) for weight in weights]
        of_price = [_longest(_mix(base.price, extra.price, weight)) for weight in weights]
        a, b = float(weights[np.argmax(of_plan)]), float(weights[np.argmax(of_price)])
        return Direction(
            base.w + a * extra.w,
            base.y + b * extra.y,
            base.z + b * extra.z,
            base.v + b * extra.v,
            _mix(base.plan, extra.plan, a),
            _mix(base.price, extra.price, b),
        )

    def _outliers(self, step: Direction, target: float, plan: float, price: float) -> Pair:
        """Return how products that would leave the band around the centre should change."""
        plan, price = min(1.0, plan + LONGER), min(1.0, price + LONGER)
        low = self.inside * self.point.z * (1.0 + plan * step.plan[0]) * (1.0 + price * step.price[0])
        high = self.above * self.point.v * (1.0 + plan * step.plan[1]) * (1.0 + price * step.price[1])
        low, high = _return_to_band(low, target), _return_to_band(high, target)
        return np.where(self.bounded, low, 0.0), high


def _return_to_band(products: Numbers, target: float) -> Numbers:
    change = np.clip(products, target / BAND, target * BAND) - products
    return np.maximum(change, -target * BAND)


def _mix(base: Pair, extra: Pair, weight: float) -> Pair:
    return base[0] + weight * extra[0], base[1] + weight * extra[1]


def _longest(relative: Pair) -> float:
    steepest = min(float(part.min(initial=0.0)) for part in relative)
    return 1.0 if steepest >= -1.0 else -1.0 / steepest


def _dot(one: Numbers, other: Numbers) -> float:
    """Return the inner product without the threads of a BLAS, whose waiting costs more than the sum."""
    return float(np.einsum("i,i", one, other))
