r"""Wedges: what each group of levers takes off the emissions of a scenario, year by year.

The groups are the players of one game a year and draw, :math:`v(S) = E(\varnothing) - E(S)`, with
:math:`E(S)` the emissions when only the levers of the groups in S act. A positive wedge is a reduction. All
coalitions are valued on the same draws, so that a wedge and its error come from differences within a draw.
Coalitions stream through: only one array (group, year, draw) is held, and coalitions come in the order of a
Gray code, in which neighbours differ by one group.

The mean over draws is kept as whole multiples of ``QUANTUM``, about one gram: sums over groups are exact in
any order, and parts that were computed on different draws merge into what one run would have given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dafeng.decomposition import PLAYERS_LIMIT
from dafeng.errors import InputRefused
from dafeng.job import Job
from dafeng.pathway.attribution import check_players
from dafeng.pathway.exact_sums import round_to_total

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dafeng.pathway.attribution import Method

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Levers = frozenset[str]

STAGE = "pathway_attribution"
QUANTUM = 2.0**-30
"""Unit in which means are kept [Mt]."""
SUM_LIMIT = 1 << 61
"""Largest sum over draws [QUANTUM]."""
REPORT_EVERY = 32
"""Coalitions between two reports of progress."""


@dataclass(frozen=True, slots=True, eq=False)
class Wedges:
    """Shapley values of groups of levers by year, over the draws done so far.

    Attributes
    ----------
    groups : tuple of str
    years : ndarray of int, shape (year,)
    ranges : tuple of (int, int)
        First draw and the one after the last, of every part that was merged.
    reference_sums, scenario_sums : ndarray of int, shape (year,)
        Emissions without and with all levers, summed over draws [QUANTUM].
    sums : ndarray of int, shape (group, year)
        Shapley values summed over draws [QUANTUM].
    squares : ndarray, shape (group + 1, year)
        Squared deviations of the draws from their mean [Mt2]; the last row is that of the whole reduction.
    pair_sums : ndarray, shape (pair, group, year)
        What each pair of orders gives, summed over draws [Mt]; no pair where the values are exact.
    seed : int
        Seed of the orders; 0 where the values are exact.
    """

    groups: tuple[str, ...]
    years: NDArray[np.int64]
    ranges: tuple[tuple[int, int], ...]
    reference_sums: Whole
    scenario_sums: Whole
    sums: Whole
    squares: Array
    pair_sums: Array
    seed: int

    @property
    def draws(self) -> int:
        """Number of draws."""
        return sum(stop - start for start, stop in self.ranges)

    @property
    def method(self) -> Method:
        """``exact`` or ``sampled``."""
        return "sampled" if len(self.pair_sums) else "exact"

    @property
    def samples(self) -> int:
        """Pairs of an order and its reverse; 0 where the values are exact."""
        return len(self.pair_sums)

    @property
    def reference_mt(self) -> Array:
        """Mean emissions without the levers, shape (year,) [Mt]."""
        return np.asarray(_mean_units(self.reference_sums, self.draws) * QUANTUM)

    @property
    def scenario_mt(self) -> Array:
        """Mean emissions with all levers, shape (year,) [Mt]."""
        return np.asarray(_mean_units(self.scenario_sums, self.draws) * QUANTUM)

    @property
    def total_mt(self) -> Array:
        """Mean reduction, reference minus scenario to the last digit, shape (year,) [Mt]."""
        return self.reference_mt - self.scenario_mt

    @property
    def reduction_mt(self) -> Array:
        """Mean wedge, shape (group, year) [Mt]; sums to :attr:`total_mt` over groups to the last digit."""
        total = _mean_units(self.reference_sums, self.draws) - _mean_units(self.scenario_sums, self.draws)
        return np.asarray(round_to_total(self.sums / self.draws, total) * QUANTUM)

    @property
    def standard_error_mt(self) -> Array:
        """Standard error of the mean wedge, shape (group, year) [Mt].

        Error over draws and, where orders are sampled, over pairs of orders, added in quadrature; the part
        that both share is counted twice, so that the error is rather too large than too small. Draws count as
        independent, which is on the safe side for low-discrepancy points. NaN for a single draw.
        """
        return np.asarray(np.sqrt(self._draw_variance()[:-1] + self._pair_variance()))

    @property
    def total_error_mt(self) -> Array:
        """Standard error of the mean reduction over draws, shape (year,) [Mt]."""
        return np.asarray(np.sqrt(self._draw_variance()[-1]))

    def _draw_variance(self) -> Array:
        if self.draws < 2:
            return np.full_like(self.squares, np.nan)
        return self.squares / (self.draws * (self.draws - 1))

    def _pair_variance(self) -> Array:
        pairs = len(self.pair_sums)
        if not pairs:
            return np.zeros(self.sums.shape)
        return np.asarray((self.pair_sums / self.draws).var(axis=0, ddof=1) / pairs)

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what :meth:`from_arrays` needs, to be kept until more draws come."""
        return {
            "groups": np.array(self.groups), "years": self.years, "ranges": np.array(self.ranges),
            "reference_sums": self.reference_sums, "scenario_sums": self.scenario_sums, "sums": self.sums,
            "squares": self.squares, "pair_sums": self.pair_sums, "seed": np.array(self.seed),
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Wedges:
        """Return the wedges that :meth:`to_arrays` gave away."""
        kept = {name: np.asarray(arrays[name]) for name in cls.__dataclass_fields__}
        ranges = tuple((int(start), int(stop)) for start, stop in kept.pop("ranges"))
        groups = tuple(str(name) for name in kept.pop("groups"))
        return cls(**kept | {"seed": int(kept["seed"])}, groups=groups, ranges=ranges)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class AttributionPlan:
    """How the coalitions are gone through.

    Attributes
    ----------
    first_draw : int
        Number of the first draw of the worth in the whole ensemble; parts that overlap do not merge.
    samples : int
        Pairs of random orders above ``PLAYERS_LIMIT`` groups.
    seed : int
        Seed of the orders.
    """

    first_draw: int = 0
    samples: int = 32
    seed: int = 0


def attribute_outcome(
    worth: Callable[[Levers], Array],
    groups: Mapping[str, Levers],
    years: NDArray[np.int64],
    plan: AttributionPlan | None = None,
    job: Job | None = None,
) -> Wedges:
    """Return the wedge of every group of levers.

    Parameters
    ----------
    worth : callable
        Emissions of a set of levers on common draws, shape (year, draw) [Mt].
    groups : mapping of str to frozenset of str
        Levers by group; a lever belongs to one group. Exact up to ``PLAYERS_LIMIT`` groups, with
        2**groups calls of ``worth``; above it about ``2 * samples * groups`` calls.
    years : ndarray of int, shape (year,)
    plan : AttributionPlan, optional
    job : Job, optional
        Told the progress, stage ``pathway_attribution``; asked whether to go on.

    Raises
    ------
    InputRefused
        ``players_none``, ``players_not_text``, ``groups_overlap``, ``series_length``, ``series_not_finite``,
        ``series_too_short`` (fewer than two pairs of orders), ``worth_too_large``.
    Interrupted
        If the job was cancelled.
    """
    plan, job = plan or AttributionPlan(), job or Job()
    names = check_players(tuple(groups))
    _check_partition(groups)
    reference = _read_worth(worth, frozenset(), years, 0)
    draws = reference.shape[1]
    scenario = _read_worth(worth, frozenset[str]().union(*groups.values()), years, draws)
    game = _Game(worth, tuple(groups.values()), years, reference, scenario, job)
    if len(names) <= PLAYERS_LIMIT:
        values, pair_sums, seed = _exact(game), np.zeros((0, len(names), len(years))), 0
    else:
        if plan.samples < 2:
            raise InputRefused.of("series_too_short", need=2, have=plan.samples)
        (values, pair_sums), seed = _sampled(game, plan), plan.seed
    whole = np.concatenate((values, (reference - scenario)[None]))
    return Wedges(
        groups=names,
        years=np.asarray(years, dtype=np.int64),
        ranges=((plan.first_draw, plan.first_draw + draws),),
        reference_sums=_sum_units(reference),
        scenario_sums=_sum_units(scenario),
        sums=_sum_units(values),
        squares=((whole - whole.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1),
        pair_sums=pair_sums,
        seed=seed,
    )


def merge_wedges(first: Wedges, second: Wedges) -> Wedges:
    """Return the wedges over the draws of both, as one run over all of them gives them.

    Means are the same to the last digit; errors up to rounding (deviations are combined as in Chan, Golub and
    LeVeque 1983, The American Statistician 37(3) 242-247, doi:10.1080/00031305.1983.10483115).

    Raises
    ------
    InputRefused
        ``wedges_unlike`` if groups, years, orders or draws do not fit together.
    """
    _check_alike(first, second)
    for name in ("reference_sums", "scenario_sums", "sums"):
        _check_reach(np.abs(getattr(first, name)) * 1.0 + np.abs(getattr(second, name)))
    one, two = first.draws, second.draws
    gap = _draw_means(second) - _draw_means(first)
    return replace(
        first,
        ranges=tuple(sorted((*first.ranges, *second.ranges))),
        reference_sums=first.reference_sums + second.reference_sums,
        scenario_sums=first.scenario_sums + second.scenario_sums,
        sums=first.sums + second.sums,
        squares=first.squares + second.squares + gap**2 * (one * two / (one + two)),
        pair_sums=first.pair_sums + second.pair_sums,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Game:
    worth: Callable[[Levers], Array]
    levers: tuple[Levers, ...]
    years: NDArray[np.int64]
    reference: Array
    scenario: Array
    job: Job

    def emissions(self, coalition: int) -> Array:
        """Return the emissions of a coalition, a number whose bits are its groups."""
        if coalition == 0:
            return self.reference
        if coalition == (1 << len(self.levers)) - 1:
            return self.scenario
        on = frozenset[str]().union(*(self.levers[place] for place in _bits(coalition)))
        return _read_worth(self.worth, on, self.years, self.reference.shape[1])


def _exact(game: _Game) -> Array:
    """Return Shapley values from all coalitions, shape (group, year, draw) [Mt]."""
    n = len(game.levers)
    values = np.zeros((n, *game.reference.shape))
    term = np.empty_like(game.reference)
    weights = [factorial(size) * factorial(n - size - 1) / factorial(n) for size in range(n)]
    for number in range(1 << n):
        if number % REPORT_EVERY == 0:
            game.job.advance(STAGE, number, 1 << n)
        coalition = number ^ (number >> 1)
        emissions, size = game.emissions(coalition), coalition.bit_count()
        for place in range(n):
            inside = coalition >> place & 1
            np.multiply(emissions, -weights[size - 1] if inside else weights[size], out=term)
            values[place] += term
    game.job.advance(STAGE, 1 << n, 1 << n)
    return values


def _sampled(game: _Game, plan: AttributionPlan) -> tuple[Array, Array]:
    """Return Shapley values (group, year, draw) from random orders, and the sums over draws by pair."""
    n = len(game.levers)
    generator = np.random.default_rng(plan.seed)
    values = np.zeros((n, *game.reference.shape))
    pair_sums = np.zeros((plan.samples, n, len(game.years)))
    for pair in range(plan.samples):
        order = generator.permutation(n).tolist()
        for turn, line in enumerate((order, order[::-1])):
            game.job.advance(STAGE, 2 * pair + turn, 2 * plan.samples)
            coalition, before = 0, game.reference
            for place in line:
                coalition |= 1 << place
                after = game.emissions(coalition)
                gain = (before - after) / 2
                values[place] += gain
                pair_sums[pair, place] += gain.sum(axis=1)
                before = after
    game.job.advance(STAGE, 2 * plan.samples, 2 * plan.samples)
    return values / plan.samples, pair_sums


def _read_worth(worth: Callable[[Levers], Array], on: Levers, years: NDArray[np.int64], draws: int) -> Array:
    """Return the emissions of a set of levers; ``draws`` 0 takes any number of draws."""
    found = np.asarray(worth(on), dtype=np.float64)
    if found.ndim != 2 or len(found) != len(years) or found.shape[1] not in {draws or found.shape[1]}:
        raise InputRefused.of("series_length", what=f"worth {found.shape}, ({len(years)}, {draws or '-'})")
    if not found.size:
        raise InputRefused.of("series_too_short", need=1, have=0)
    if not np.isfinite(found).all():
        raise InputRefused.of("series_not_finite", what="worth")
    return found


def _check_partition(groups: Mapping[str, Levers]) -> None:
    """Refuse a lever that stands in two groups."""
    seen: dict[str, str] = {}
    for group, levers in groups.items():
        for lever in sorted(levers):
            if lever in seen:
                raise InputRefused.of("groups_overlap", lever=lever, first=seen[lever], second=group)
            seen[lever] = group


def _check_alike(first: Wedges, second: Wedges) -> None:
    """Refuse parts of different games and draws that stand in both."""
    unlike = [
        name
        for name, same in (
            ("groups", first.groups == second.groups),
            ("years", np.array_equal(first.years, second.years)),
            ("samples", first.samples == second.samples),
            ("seed", first.seed == second.seed),
        )
        if not same
    ]
    ranges = sorted((*first.ranges, *second.ranges))
    unlike += [
        f"draws {low}..{min(stop, end) - 1}" for (_, stop), (low, end) in pairwise(ranges) if low < stop
    ]
    if unlike:
        raise InputRefused.of("wedges_unlike", what=", ".join(unlike))


def _draw_means(wedges: Wedges) -> Array:
    """Return mean values and mean reduction, shape (group + 1, year) [Mt]."""
    reduction = wedges.reference_sums - wedges.scenario_sums
    return np.asarray(np.concatenate((wedges.sums, reduction[None])) * (QUANTUM / wedges.draws))


def _sum_units(values: Array) -> Whole:
    """Return sums over draws in whole quanta: the same whatever the order of the draws."""
    units = np.rint(values / QUANTUM)
    _check_reach(np.abs(units).sum(axis=-1))
    return np.asarray(units.astype(np.int64).sum(axis=-1))


def _check_reach(sums: NDArray[np.number]) -> None:
    """Refuse sums near the end of whole numbers of 64 bits."""
    if sums.max() > SUM_LIMIT:
        raise InputRefused.of("worth_too_large", limit=f"{SUM_LIMIT * QUANTUM:.1e}")


def _mean_units(sums: Whole, draws: int) -> Whole:
    """Return the mean in whole quanta, half up."""
    return (2 * sums + draws) // (2 * draws)


def _bits(number: int) -> list[int]:
    """Return the places of the ones of a binary number."""
    return [place for place in range(number.bit_length()) if number >> place & 1]
