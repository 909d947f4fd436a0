r"""Boxes in the space of inputs that hold many of the cases asked for: the patient rule induction method.

**Peeling.** From the box of all cases, the few per cent with the lowest or highest values of one input are
cut off again and again: always those whose loss raises the share of cases asked for most, per case cut off
(so that inputs with few distinct values are not preferred; Kwakkel, Jaxa-Rozen 2016). **Choice.** Of all
boxes on the way the one with the greatest :math:`J` = share of the cases asked for that it holds - share of
the other cases that it holds is taken: 0 for a box drawn by chance, 1 for a perfect one, whatever the share
of cases asked for. **Pasting.** Its bounds are moved out again while that raises :math:`J`. **Pruning.** A
bound without which the box would be hardly less dense is dropped (quasi-p-value of Bryant and Lempert
2010), then the weakest until few inputs are restricted, and the box is peeled anew with the bounds that are
left.

Sources: J. H. Friedman, N. I. Fisher (1999), Bump hunting in high-dimensional data, Statistics and
Computing 9, 123-143, doi:10.1023/A:1008894516817; B. P. Bryant, R. J. Lempert (2010), Technological
Forecasting and Social Change 77, 34-49, doi:10.1016/j.techfore.2009.08.002; J. H. Kwakkel, M. Jaxa-Rozen
(2016), Environmental Modelling and Software 79, 311-321, doi:10.1016/j.envsoft.2015.11.020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
LOW, HIGH = 0, 1


@dataclass(frozen=True, slots=True)
class PrimRules:
    """How boxes are found.

    Attributes
    ----------
    peel : float
        Share of the cases of a box that one cut removes [1].
    min_support : float
        Least share of all cases in a box [1].
    max_restricted : int
        Most inputs that a box restricts [1].
    alpha : float
        Greatest quasi-p-value of a bound that is kept [1].
    """

    peel: float = 0.05
    min_support: float = 0.05
    max_restricted: int = 3
    alpha: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A box: lowest and highest value of each input, infinite where it is not restricted.

    Attributes
    ----------
    ends : ndarray, shape (2, input)
        Row ``LOW`` and row ``HIGH``, in the units of the inputs.
    """

    ends: Array

    @classmethod
    def open(cls, inputs: int) -> Bounds:
        """Return the box that restricts nothing."""
        return cls(np.array([[-np.inf] * inputs, [np.inf] * inputs]))

    def holds(self, values: Array) -> Flags:
        """Tell of each case, shape (case, input), whether it lies in the box."""
        return np.asarray(((values >= self.ends[LOW]) & (values <= self.ends[HIGH])).all(axis=1))

    def restricted(self) -> Flags:
        """Tell which ends are bounds, shape (2, input)."""
        return np.asarray(np.isfinite(self.ends))

    def moved(self, side: int, column: int, end: float) -> Bounds:
        """Return the box with one end moved."""
        ends = self.ends.copy()
        ends[side, column] = end
        return Bounds(ends)

    def loosened(self, side: int, column: int) -> Bounds:
        """Return the box without one of its bounds."""
        return self.moved(side, column, -np.inf if side == LOW else np.inf)


def learn_box(values: Array, wanted: Flags, rules: PrimRules) -> tuple[Bounds, list[Bounds]]:
    """Return the box that tells the cases asked for from the others, and the boxes on the way to it.

    Parameters
    ----------
    values : ndarray, shape (case, input)
    wanted : ndarray of bool, shape (case,)
        The cases asked for; some, not all.
    rules : PrimRules

    Returns
    -------
    Bounds
        Restricts nothing if nothing tells them apart.
    list of Bounds
        Peeling trajectory, from the box of all cases on.
    """
    allowed = np.ones((2, values.shape[1]), dtype=np.bool_)
    path = peel_boxes(values, wanted, rules, allowed)
    box = prune_box(choose_box(path, values, wanted, rules), values, wanted, rules)
    if box.restricted().any():
        path = peel_boxes(values, wanted, rules, box.restricted())
        box = prune_box(choose_box(path, values, wanted, rules), values, wanted, rules)
    return box, path


def peel_boxes(values: Array, wanted: Flags, rules: PrimRules, allowed: Flags) -> list[Bounds]:
    """Return the peeling trajectory; only ends that are ``allowed``, shape (2, input), are cut.

    Parameters
    ----------
    values : ndarray, shape (case, input)
    wanted : ndarray of bool, shape (case,)
    rules : PrimRules
    allowed : ndarray of bool, shape (2, input)
    """
    box = Bounds.open(values.shape[1])
    path = [box]
    least = max(2, int(np.ceil(rules.min_support * len(values))))
    while True:
        inside = box.holds(values)
        cut = _best_cut(values[inside], wanted[inside], rules.peel, allowed, least)
        if cut is None:
            return path
        box = box.moved(*cut)
        path.append(box)


def _best_cut(
    values: Array, wanted: Flags, peel: float, allowed: Flags, least: int
) -> tuple[int, int, float] | None:
    """Return side, input and new end of the cut that gains most per case; None if too few are left."""
    count = len(values)
    rank = max(1, int(peel * count))
    if count - rank < least:
        return None
    ordered = np.partition(values, [rank, count - 1 - rank], axis=0)
    share = wanted.mean()
    best, chosen = (-np.inf, -np.inf), None
    for side, column in np.argwhere(allowed):
        own, edge = values[:, column], ordered[rank if side == LOW else count - 1 - rank, column]
        kept = own >= edge if side == LOW else own <= edge
        if kept.all():
            kept = own > edge if side == LOW else own < edge
        left = np.count_nonzero(kept)
        if left < least:
            continue
        gain = (np.count_nonzero(wanted & kept) / left - share) / (count - left)
        if gain < best[0]:
            continue
        rank_of_cut = (gain, _contrast(own, wanted))  # gains are ratios of counts: many are alike
        if rank_of_cut > best:
            inner = own[kept].min() if side == LOW else own[kept].max()
            outer = own[~kept].max() if side == LOW else own[~kept].min()
            best, chosen = rank_of_cut, (int(side), int(column), float((inner + outer) / 2))
    return chosen


def _contrast(own: Array, wanted: Flags) -> float:
    """Return how far an input differs between the cases asked for and the others, in standard deviations."""
    spread = own.std()
    if not spread or wanted.all() or not wanted.any():
        return 0.0
    return float(abs(own[wanted].mean() - own[~wanted].mean()) / spread)


def choose_box(path: list[Bounds], values: Array, wanted: Flags, rules: PrimRules) -> Bounds:
    """Return the box of the trajectory that tells best, its bounds moved out while that helps.

    Parameters
    ----------
    path : list of Bounds
    values : ndarray, shape (case, input)
    wanted : ndarray of bool, shape (case,)
    rules : PrimRules
    """
    box = max(path, key=lambda one: separation(one.holds(values), wanted))
    best = separation(box.holds(values), wanted)
    while True:
        wider = [w for side, column in np.argwhere(box.restricted())
                 for w in _widened(box, int(side), int(column), values, rules.peel)]  # fmt: skip
        scores = [separation(other.holds(values), wanted) for other in wider]
        if not scores or max(scores) <= best:
            return box
        best = max(scores)
        box = wider[scores.index(best)]


def _widened(box: Bounds, side: int, column: int, values: Array, peel: float) -> list[Bounds]:
    """Return the box with one bound moved out by a few per cent of its cases, and without that bound."""
    free = box.loosened(side, column)
    inside = free.holds(values)
    own, end = values[inside, column], box.ends[side, column]
    beyond = np.sort(own[own < end])[::-1] if side == LOW else np.sort(own[own > end])
    step = max(1, int(peel * (len(own) - len(beyond))))
    if len(beyond) <= step:
        return [free]
    return [box.moved(side, column, float((beyond[step - 1] + beyond[step]) / 2)), free]


def prune_box(box: Bounds, values: Array, wanted: Flags, rules: PrimRules) -> Bounds:
    """Return the box without the bounds that do little, the worst first.

    Parameters
    ----------
    box : Bounds
    values : ndarray, shape (case, input)
    wanted : ndarray of bool, shape (case,)
    rules : PrimRules
    """
    while True:
        bounds = [(int(side), int(column)) for side, column in np.argwhere(box.restricted())]
        if not bounds:
            return box
        doubts = {bound: quasi_p(box, *bound, values, wanted) for bound in bounds}
        worst = max(bounds, key=lambda bound: doubts[bound])
        if doubts[worst] < rules.alpha:
            if len({column for _, column in bounds}) <= rules.max_restricted:
                return box
            worst = max(bounds, key=lambda b: separation(box.loosened(*b).holds(values), wanted))
        box = box.loosened(*worst)


def quasi_p(box: Bounds, side: int, column: int, values: Array, wanted: Flags) -> float:
    r"""Return how likely the box without a bound would by chance be as dense as with it.

    :math:`P(X \ge h)`, :math:`X \sim B(n, q)`: h of the n cases of the box are asked for, and of the box
    without the bound the share q (Bryant, Lempert 2010). "Quasi" where the box was found in the same cases.

    Parameters
    ----------
    box : Bounds
    side, column : int
        The bound.
    values : ndarray, shape (case, input)
    wanted : ndarray of bool, shape (case,)

    Returns
    -------
    float
        1 for an empty box.
    """
    inside, without = box.holds(values), box.loosened(side, column).holds(values)
    count = np.count_nonzero(inside)
    if count == 0:
        return 1.0
    return float(binom.sf(np.count_nonzero(wanted & inside) - 1, count, wanted[without].mean()))


def separation(inside: Flags, wanted: Flags) -> float:
    """Return J: share of the cases asked for that are inside less share of the others that are inside [1]."""
    return float(inside[wanted].mean() - inside[~wanted].mean())
