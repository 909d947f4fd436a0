r"""Why a network has no feasible plan, and what would free it.

Every rule that people set gets a slack: demand of each bus, yearly limits, reserves, least and most
capacities; physics (availability, storage, ramps) stays. The smallest weighted slack

.. math:: \min \sum_g w_g \sum_{i \in g} s_i \quad\text{with the rules of group } g \text{ loosened by } s_i

is a set of changes that together free the plan (elastic programming: Chinneck 2008, Feasibility and
Infeasibility in Optimization, doi:10.1007/978-0-387-74932-7). A limit weighs by its own size, unserved demand
ten times as much, so that limits are named before blackouts. Groups whose rows have a dual there are in the
conflict; each of them is then loosened alone, which says whether it would do by itself and by how much.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from dafeng.errors import Finding, NegativeAnswer
from dafeng.power.assembly_extension import append_rows, append_slacks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dafeng.errors import Language
    from dafeng.power.assembly import Assembled
    from dafeng.power.assembly_blocks import Indices, Numbers
    from dafeng.power.assembly_extension import Solve
    from dafeng.power.program import LinearProgram, Solution

_LIMITS = {"energy_limit": "MWh", "energy_of_year": "MWh", "capacity_limit": "MW", "co2_limit": "t"}
_UNSERVED_WEIGHT = 10.0
_SEEN, _NOISE = 1e-4, 1e-7
"""Slacks up to this, and up to this share of what they loosen, are noise of an interior solver."""
_TIE = 1e-3
"""Relative difference of the weights of two groups in a row, so that equals do not share a change [1]."""
_FIRST = 3.0
"""Rank of what gave way in the common search; duals and yearly rules rank to 2."""
_SOLVED = {"optimal", "feasible"}
_MOST_TRIED = 8


@dataclass(frozen=True)
class Relief:
    """A rule and how far it must give way."""

    component: str
    """Limit, reserve, asset or bus."""
    kind: str
    """``shortage``, ``excess`` (of a bus), ``reserve``, ``capacity_most``, ``capacity_least`` or the kind of
    a yearly limit."""
    period: int | None
    """Period; None for capacities, which live through several."""
    hours: float
    """Hours of the year in which it gives way; zero for yearly rules [h]."""
    amount: float
    """How much in all."""
    peak: float
    """Most in an hour; the amount itself for yearly rules [MW]."""
    unit: str
    alone: bool
    """Whether loosening this rule alone is enough; otherwise the others of its list are needed too."""

    def finding(self) -> Finding:
        """Return it as a sentence, Chinese and English."""
        params: dict[str, object] = {
            "id": self.component,
            "period": self.period,
            "hours": _round(self.hours),
            "amount": _round(self.amount),
            "peak": _round(self.peak),
            "unit": self.unit,
            "how": _How(alone=self.alone),
        }
        return _finding(self.kind, params)


@dataclass(frozen=True)
class Infeasibility:
    """What stands against each other."""

    together: tuple[Relief, ...]
    """The smallest set of changes that frees the plan, all of them together."""
    alone: tuple[Relief, ...]
    """Rules each of which frees the plan by itself, the relatively smallest change first."""

    @property
    def reliefs(self) -> tuple[Relief, ...]:
        """What is worth saying: the single ways out, then the common one if it has several parts."""
        return self.alone + (self.together if len(self.together) > 1 or not self.alone else ())

    def error(self) -> NegativeAnswer:
        """Return the negative answer (exit 3) that says all of it."""
        findings = [relief.finding() for relief in self.reliefs]
        return NegativeAnswer(findings or [Finding("power_infeasible_unexplained")])


def explain_infeasibility(assembled: Assembled, solve: Solve, most_tried: int = _MOST_TRIED) -> Infeasibility:
    """Find which rules stand against each other and what would free the plan.

    Parameters
    ----------
    assembled : Assembled
        A programme without a feasible solution.
    solve : callable
        Solves a programme; its duals are used to find the conflict.
    most_tried : int
        Most rules that are tried alone, one solve each.

    Returns
    -------
    Infeasibility
        Empty when the physics alone cannot be kept (a least output above the most, for instance).

    Raises
    ------
    ValueError
        If the programme is feasible after all: a defect of the caller.
    """
    elastic = _loosen(assembled)
    solution = solve(elastic.program)
    if solution.status not in _SOLVED:
        return Infeasibility((), ())
    slack = solution.x[elastic.first :]
    together = elastic.reliefs(slack, alone=False)
    if not together:
        msg = "the programme is feasible"
        raise ValueError(msg)
    order = _rank_groups(elastic, solution)[:most_tried]
    alone = [found for g in order if (found := _try_alone(elastic, g, solve)) is not None]
    alone.sort(key=lambda pair: pair[0])
    return Infeasibility(together, tuple(relief for _size, relief in alone))


@dataclass(frozen=True)
class _Group:
    component: str
    kind: str
    period: int | None
    unit: str
    weight: float
    """Cost of a unit of slack in the common search."""
    hourly: bool = False


@dataclass
class _Elastic:
    """A programme whose first columns are the old ones and whose others are slacks."""

    program: LinearProgram
    hour_weight: Numbers
    groups: list[_Group] = field(default_factory=list)
    row: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    group: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    sign: Numbers = field(default_factory=lambda: np.empty(0))
    first: int = 0

    def add(self, group: _Group, rows: Indices, sign: float) -> None:
        self.groups.append(group)
        number = np.full(rows.size, len(self.groups) - 1, dtype=np.int32)
        self.row = np.concatenate([self.row, rows])
        self.group = np.concatenate([self.group, number])
        self.sign = np.concatenate([self.sign, np.full(rows.size, sign)])

    @property
    def weight(self) -> Numbers:
        """Weight of each slack."""
        weights: Numbers = np.array([g.weight * (1.0 + _TIE * k) for k, g in enumerate(self.groups)])
        return np.take(weights, self.group)

    @property
    def cost(self) -> Numbers:
        """Cost of each slack, the smallest weight being one: a solver takes tiny costs for none."""
        relative: Numbers = self.weight / self.weight.min(initial=1.0)
        return relative * self._hours()

    def is_seen(self, slack: Numbers) -> NDArray[np.bool_]:
        """Return which slacks are more than noise."""
        return slack > _SEEN + _NOISE / self.weight

    def _hours(self) -> Numbers:
        hour = self.program.row_hour[self.row]
        return np.where(hour >= 0, self.hour_weight[np.maximum(hour, 0)], 1.0)

    def reliefs(self, slack: Numbers, *, alone: bool) -> tuple[Relief, ...]:
        hours = self._hours()
        found = []
        for number, group in enumerate(self.groups):
            mine = self.group == number
            size, seen = slack[mine], self.is_seen(slack)[mine]
            if not seen.any():
                continue
            found.append(
                Relief(
                    component=group.component,
                    kind=group.kind,
                    period=group.period,
                    hours=float(hours[mine][seen].sum()) if group.hourly else 0.0,
                    amount=float(size @ hours[mine]),
                    peak=float(size.max()),
                    unit=group.unit,
                    alone=alone,
                )
            )
        return tuple(found)


def _loosen(assembled: Assembled) -> _Elastic:
    """Return the programme with a slack for every rule that people set, and their weights as its cost."""
    program, freed = _free_capacities(assembled)
    elastic = _Elastic(program, assembled.map.time.hour_weight, first=program.columns)
    for name, kind, row, sign, bound in freed:
        group = _Group(name, kind, None, "MW", 1.0 / max(1.0, abs(bound)))
        elastic.add(group, np.array([row], dtype=np.int32), sign)
    _loosen_hours(elastic, assembled)
    for block in assembled.map.rows.blocks:
        if block.kind not in _LIMITS:
            continue
        for sides, sign in ((program.row_lower, 1.0), (program.row_upper, -1.0)):
            side = float(sides[block.first])
            if np.isfinite(side):
                weight = 1.0 / max(1.0, abs(side))
                group = _Group(block.component, block.kind, block.period, _LIMITS[block.kind], weight)
                elastic.add(group, block.indices, sign)
    elastic.program = append_slacks(
        replace(program, cost=np.zeros(program.columns), offset=0.0),
        elastic.row,
        elastic.sign,
        elastic.cost,
    )
    return elastic


def _free_capacities(
    assembled: Assembled,
) -> tuple[LinearProgram, list[tuple[str, str, int, float, float]]]:
    """Turn the bounds of capacities into rows, and return these: asset, kind, row, sign, bound."""
    program = assembled.program
    lower, upper = program.lower.copy(), program.upper.copy()
    freed: list[tuple[str, str, int, float, float]] = []
    columns: list[int] = []
    sides: list[tuple[float, float]] = []
    for name, column in assembled.map.capacity.items():
        if np.isfinite(upper[column]):
            freed.append((name, "capacity_most", program.rows + len(columns), -1.0, upper[column]))
            columns.append(column)
            sides.append((-np.inf, upper[column]))
            upper[column] = np.inf
        if lower[column] > 0:
            freed.append((name, "capacity_least", program.rows + len(columns), 1.0, lower[column]))
            columns.append(column)
            sides.append((lower[column], np.inf))
            lower[column] = 0.0
    count = len(columns)
    new = csr_array((np.ones(count), (np.arange(count), columns)), shape=(count, program.columns))
    low, high = np.array(sides, dtype=np.float64).reshape(count, 2).T
    return append_rows(replace(program, lower=lower, upper=upper), new, low, high), freed


def _loosen_hours(elastic: _Elastic, assembled: Assembled) -> None:
    """Add the slacks of balances and reserves, a group for each period."""
    where, program = assembled.map, assembled.program
    for period in where.time.horizon.periods:
        hours = where.time.of_period(period)
        weight = where.time.hour_weight[hours]
        demand = sum(
            float(np.abs(program.row_lower[rows[hours]]) @ weight) for rows in where.balance.values()
        )
        size = _UNSERVED_WEIGHT / max(1.0, demand)
        for bus, rows in where.balance.items():
            for kind, sign in (("shortage", 1.0), ("excess", -1.0)):
                elastic.add(_Group(bus, kind, period, "MWh", size, hourly=True), rows[hours], sign)
        for reserve, rows in where.reserve_rows.items():
            elastic.add(_Group(reserve, "reserve", period, "MWh", size, hourly=True), rows[hours], 1.0)


def _rank_groups(elastic: _Elastic, solution: Solution) -> list[int]:
    """Return the groups in the conflict: those that gave way, then yearly rules, then hours."""
    pull = elastic.sign * solution.row_dual[elastic.row]
    rank = np.zeros(len(elastic.groups))
    np.maximum.at(rank, elastic.group, pull / elastic.cost)
    np.maximum.at(rank, elastic.group, _FIRST * elastic.is_seen(solution.x[elastic.first :]))
    involved = np.zeros(rank.size, dtype=bool)
    np.logical_or.at(involved, elastic.group, pull > _SEEN)
    yearly = np.array([not group.hourly for group in elastic.groups])
    order = np.argsort(-rank - yearly, kind="stable")
    return [int(g) for g in order if involved[g] or rank[g] >= _FIRST]


def _try_alone(elastic: _Elastic, number: int, solve: Solve) -> tuple[float, Relief] | None:
    """Loosen one group alone; return its relative size and its relief, None if that is not enough."""
    upper = elastic.program.upper.copy()
    upper[elastic.first :][elastic.group != number] = 0.0
    solution = solve(replace(elastic.program, upper=upper))
    if solution.status not in _SOLVED:
        return None
    reliefs = elastic.reliefs(solution.x[elastic.first :], alone=True)
    return (solution.objective, reliefs[0]) if reliefs else None


@dataclass(frozen=True)
class _How:
    """Whether one change is enough, in words."""

    alone: bool

    def text(self, language: Language) -> str:
        words = {
            "zh": ("须与所列其他各项一起放宽", "单独放宽此项即可"),
            "en": ("together with the others listed", "this alone is enough"),
        }
        return words[language][self.alone]


def _finding(kind: str, params: dict[str, object]) -> Finding:
    if kind == "shortage":
        return Finding("power_infeasible_shortage", params=params)
    if kind == "excess":
        return Finding("power_infeasible_excess", params=params)
    if kind == "reserve":
        return Finding("power_infeasible_reserve", params=params)
    if kind == "capacity_most":
        return Finding("power_infeasible_capacity_most", params=params)
    if kind == "capacity_least":
        return Finding("power_infeasible_capacity_least", params=params)
    return Finding("power_infeasible_limit", params=params)


def _round(value: float) -> str:
    """Return three figures, or the whole number of what is larger."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
