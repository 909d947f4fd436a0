"""In which futures is the target missed? Boxes that hold in futures not used to find them.

**Method.** The futures are parted at random into two halves with the same share of misses. A box is learnt
in one half (:mod:`dafeng.pathway.prim`); in the other, every restriction is tested alone (binomial test;
the level is divided by the number of restrictions), the worst is dropped until all pass, and coverage,
density and support are counted there, so that none of them flatters the box. What the box covers is taken
away and the next one is sought, as long as what it adds misses more often than futures at large. Stability
is the share of random halves of all futures in which the same restriction comes back (Meinshausen, Buhlmann
2010).

**Validity.** A box says where misses are frequent, not why: inputs that go together may stand in for each
other (then the stability of each is low). Shares are those of the futures that were drawn.

Sources: see :mod:`dafeng.pathway.prim`; N. Meinshausen, P. Buhlmann (2010), J. Royal Statistical Society B
72, 417-473, doi:10.1111/j.1467-9868.2010.00740.x.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dafeng.errors import Finding, InputRefused
from dafeng.pathway.prim import HIGH, LOW, Bounds, PrimRules, learn_box, quasi_p, separation

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_CASES = 50
"""Least number of futures that miss, and of futures that do not."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One restriction of a box.

    Attributes
    ----------
    input : str
        Column of the inputs.
    low, high : float or None
        Bounds, in the unit of the input.
    quasi_p : float
        Binomial test in the checking half; the larger of two bounds' [1].
    stability : float
        Share of random halves in which the restriction comes back; the smaller of two bounds' [1].
    """

    input: str
    low: float | None
    high: float | None
    quasi_p: float
    stability: float


@dataclass(frozen=True, slots=True)
class Box:
    """Futures in which a target is missed often; all counts are of the checking half.

    Attributes
    ----------
    limits : tuple of Limit
        Weakest last.
    futures, missed : int
        Futures of the checking half, and those that miss [1].
    inside, missed_inside : int
        Futures in the box, and those that miss [1].
    added : int
        Futures in the box and in none before it that miss [1].
    """

    limits: tuple[Limit, ...]
    futures: int
    missed: int
    inside: int
    missed_inside: int
    added: int

    @property
    def density(self) -> float:
        """Share of the futures of the box that miss [1]."""
        return self.missed_inside / self.inside

    @property
    def coverage(self) -> float:
        """Share of the futures that miss that lie in the box [1]."""
        return self.missed_inside / self.missed

    @property
    def support(self) -> float:
        """Share of all futures that lie in the box [1]."""
        return self.inside / self.futures

    @property
    def base_rate(self) -> float:
        """Share of all futures that miss [1]."""
        return self.missed / self.futures


@dataclass(frozen=True, slots=True)
class PeelingStep:
    """One box on the way to a box, in the learning half: shares as in :class:`Box`, and inputs restricted."""

    box: int
    step: int
    coverage: float
    density: float
    support: float
    restricted: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is to be said of the futures that miss.

    Attributes
    ----------
    futures, missed : int
        All futures, and those that miss [1].
    boxes : tuple of Box
    trajectory : tuple of PeelingStep
        Peeling trajectory of every box.
    findings : tuple of Finding
        Why there is no box, if there is none.
    """

    futures: int
    missed: int
    boxes: tuple[Box, ...] = ()
    trajectory: tuple[PeelingStep, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """How boxes are sought.

    Attributes
    ----------
    rules : PrimRules
    max_boxes : int
        Most boxes [1].
    halves : int
        Random halves for the stability [1].
    seed : int
        Seed of the halves.
    """

    rules: PrimRules = field(default_factory=PrimRules)
    max_boxes: int = 2
    halves: int = 25
    seed: int = 0


def discover(inputs: pl.DataFrame, missed: Sequence[bool] | Flags, search: Search | None = None) -> Discovery:
    """Return boxes of inputs in which misses are frequent.

    Parameters
    ----------
    inputs : polars.DataFrame
        One row per future, one number column per input, in the unit that is to be shown.
    missed : sequence of bool
        Whether the future misses.
    search : Search, optional

    Returns
    -------
    Discovery
        Without boxes, and with the reason as finding, if nothing or everything misses, if there are too few
        futures of one kind, or if no restriction holds in the checking half.

    Raises
    ------
    InputRefused
        ``series_length`` or ``series_not_finite``.
    """
    how = search or Search()
    inputs = inputs.select(sorted(inputs.columns))  # ties are broken by column: their order must not matter
    wanted = np.asarray(missed, dtype=np.bool_)
    values = _matrix_of(inputs, wanted)
    futures, misses = len(wanted), int(wanted.sum())
    reason = _reason_against(futures, misses)
    if reason is not None:
        return Discovery(futures, misses, findings=(reason,))
    learning = _half_of(wanted, np.random.default_rng(how.seed))
    boxes: list[Box] = []
    steps: list[PeelingStep] = []
    covered = np.zeros(futures, dtype=np.bool_)
    for number in range(1, how.max_boxes + 1):
        open_ = ~covered
        if min(np.count_nonzero(wanted & open_), np.count_nonzero(~wanted & open_)) < LEAST_CASES:
            break
        bounds, path = _learn_and_check(values, wanted, learning, open_, how.rules)
        if not bounds.restricted().any() or not _adds_something(bounds, values, wanted, open_, learning):
            break
        here = open_ & learning
        steps += _steps_of(number, path, values[here], wanted[here])
        stable = _stability(bounds, values[open_], wanted[open_], how)
        checking = ~learning
        boxes.append(_box_of(bounds, inputs.columns, stable, (values, wanted, open_, checking)))
        covered |= bounds.holds(values)
    none = () if boxes else (Finding("discovery_no_pattern", params={"futures": futures}, severity="note"),)
    return Discovery(futures, misses, tuple(boxes), tuple(steps), none)


def _matrix_of(inputs: pl.DataFrame, wanted: Flags) -> Array:
    if wanted.shape != (inputs.height,) or not inputs.width:
        raise InputRefused.of("series_length", what=f"inputs {inputs.shape}, missed {wanted.shape}")
    values = np.column_stack([column.cast(pl.Float64).to_numpy() for column in inputs.iter_columns()])
    wrong = [name for name, own in zip(inputs.columns, values.T, strict=True) if not np.isfinite(own).all()]
    if wrong:
        raise InputRefused.of("series_not_finite", what=", ".join(wrong))
    return values


def _reason_against(futures: int, misses: int) -> Finding | None:
    if misses == 0:
        return Finding("discovery_none_missed", params={"futures": futures}, severity="note")
    if misses == futures:
        return Finding("discovery_all_missed", params={"futures": futures}, severity="note")
    if min(misses, futures - misses) < LEAST_CASES:
        params = {"futures": futures, "missed": misses, "need": LEAST_CASES}
        return Finding("discovery_few_cases", params=params, severity="warning")
    return None


def _half_of(wanted: Flags, rng: np.random.Generator) -> Flags:
    """Return a random half with as large a share of misses as the whole."""
    half = np.zeros(len(wanted), dtype=np.bool_)
    for kind in (wanted, ~wanted):
        places = rng.permutation(np.flatnonzero(kind))
        half[places[: len(places) // 2]] = True
    return half


def _learn_and_check(
    values: Array, wanted: Flags, learning: Flags, open_: Flags, rules: PrimRules
) -> tuple[Bounds, list[Bounds]]:
    """Return the box learnt in one half, with the bounds that hold in the other, and its trajectory."""
    here, there = learning & open_, ~learning & open_
    bounds, path = learn_box(values[here], wanted[here], rules)
    while (found := np.argwhere(bounds.restricted())).size:
        doubts = [quasi_p(bounds, int(s), int(c), values[there], wanted[there]) for s, c in found]
        if max(doubts) < rules.alpha / len(doubts):
            break
        side, column = found[int(np.argmax(doubts))]
        bounds = bounds.loosened(int(side), int(column))
    return bounds, path


def _adds_something(bounds: Bounds, values: Array, wanted: Flags, open_: Flags, learning: Flags) -> bool:
    """Tell whether what a box adds to those before it misses more often than futures at large."""
    inside = bounds.holds(values) & open_ & ~learning
    return bool(inside.any() and wanted[inside].mean() > wanted[~learning].mean())


def _steps_of(number: int, path: list[Bounds], values: Array, wanted: Flags) -> list[PeelingStep]:
    steps = []
    for step, bounds in enumerate(path):
        inside = bounds.holds(values)
        shares = (float(inside[wanted].mean()), float(wanted[inside].mean()), float(inside.mean()))
        steps.append(PeelingStep(number, step, *shares, int(bounds.restricted().any(axis=0).sum())))
    return steps


def _stability(bounds: Bounds, values: Array, wanted: Flags, how: Search) -> Array:
    """Return the share of random halves in which each bound comes back, shape (2, input)."""
    rng = np.random.default_rng((how.seed, 1))
    again = np.zeros_like(bounds.ends)
    for _ in range(how.halves):
        half = _half_of(wanted, rng)
        again += learn_box(values[half], wanted[half], how.rules)[0].restricted()
    return again / max(1, how.halves)


def _box_of(bounds: Bounds, names: list[str], stable: Array, cases: tuple[Array, Flags, Flags, Flags]) -> Box:
    """Return the box counted in the checking half; tests are of the futures that no box before it covers."""
    values, wanted, open_, checking = cases
    free = open_ & checking
    limits = []
    for column in np.flatnonzero(bounds.restricted().any(axis=0)):
        sides = np.flatnonzero(bounds.restricted()[:, column])
        low, high = (float(end) if np.isfinite(end) else None for end in bounds.ends[[LOW, HIGH], column])
        doubt = max(quasi_p(bounds, int(s), int(column), values[free], wanted[free]) for s in sides)
        stability = float(stable[sides, column].min())
        loose = bounds
        for side in sides:
            loose = loose.loosened(int(side), int(column))
        kept, without = (separation(one.holds(values[free]), wanted[free]) for one in (bounds, loose))
        limits.append((kept - without, Limit(names[column], low, high, doubt, stability)))
    inside = bounds.holds(values) & checking
    return Box(
        limits=tuple(limit for _, limit in sorted(limits, key=lambda pair: -pair[0])),
        futures=int(checking.sum()),
        missed=int((wanted & checking).sum()),
        inside=int(inside.sum()),
        missed_inside=int((inside & wanted).sum()),
        added=int((inside & wanted & open_).sum()),
    )
