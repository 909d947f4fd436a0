r"""Plans that cost little more than the cheapest and look quite different.

Every search keeps the rules of the programme and a budget, :math:`c^T x \le (1+\varepsilon) c^T x^*`:

* the least and the most capacity of a technology that the budget allows say what must be built, what must
  not, and what is a matter of choice;
* hop, skip and jump: the capacities that the plans found so far lean on are made small, each weighed by its
  share of the most that was seen of it, until a new plan is no longer different.

Notes
-----
Brill, Chang, Hopkins 1982, Management Science 28(3) 221-235, doi:10.1287/mnsc.28.3.221; DeCarolis 2011,
Energy Economics 33(2) 145-152, doi:10.1016/j.eneco.2010.05.002.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from dafeng.power.assembly_checks import assets_of
from dafeng.power.assembly_extension import append_rows, with_objective

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.power.assembly import Assembled
    from dafeng.power.assembly_blocks import Numbers
    from dafeng.power.assembly_extension import Solve
    from dafeng.power.network import Network
    from dafeng.power.program import LinearProgram, Solution

_LEAST_SLACK = 1e-7
"""A budget of the optimum itself would be missed by rounding [1]."""


@dataclass(frozen=True)
class Alternative:
    """A plan within the budget."""

    id: str
    """``optimum``, ``least <technology>``, ``most <technology>`` or ``different <number>``."""
    capacity: dict[str, float]
    """Chosen capacity of each technology in the last period in which it stands [MW, stores MWh]."""
    cost: float
    """Objective of the plan [CNY]."""
    solution: Solution
    """The plan; its objective and duals belong to the search, ``cost`` to the plan."""


@dataclass(frozen=True)
class CapacityRange:
    """How much of a technology near-optimal plans hold."""

    technology: str
    least: float
    """Least capacity within the budget [MW]."""
    optimal: float
    """Capacity of the cheapest plan [MW]."""
    most: float
    """Most capacity within the budget; ``inf`` where nothing bounds it [MW]."""


@dataclass(frozen=True)
class NearOptimal:
    """The programme with its budget, ready to be searched."""

    program: LinearProgram
    """Rows of the plan and the budget; the cost is still that of the plan."""
    optimum: Alternative
    slack: float
    """Share by which a plan may cost more than the optimum [1]."""
    groups: dict[str, dict[int, float]]
    """Columns and coefficients of each technology's capacity."""

    def measure(self, name: str, solution: Solution) -> Alternative:
        """Return a solution as a plan with its own cost."""
        x = solution.x
        cost = float(self.program.cost @ x) + self.program.offset
        return Alternative(name, _capacities(self.groups, x), cost, solution)


def group_capacities(network: Network, assembled: Assembled) -> dict[str, dict[int, float]]:
    """Return the columns of extendable capacity by technology, of those that stand the longest.

    Parameters
    ----------
    network : Network
        The network that was assembled.
    assembled : Assembled
        Its programme.

    Returns
    -------
    dict
        technology (the id of an asset without one) -> column -> 1.
    """
    periods = network.horizon.periods
    standing: dict[str, dict[int, list[int]]] = {}
    for asset in assets_of(network):
        if asset.id in assembled.map.capacity:
            mine = [p for p in periods if asset.build_year <= p < asset.retire_year]
            by_last = standing.setdefault(asset.technology or asset.id, {})
            by_last.setdefault(mine[-1], []).append(assembled.map.capacity[asset.id])
    return {name: dict.fromkeys(by_last[max(by_last)], 1.0) for name, by_last in standing.items()}


def open_budget(
    network: Network,
    assembled: Assembled,
    optimum: Solution,
    slack: float = 0.05,
    groups: Mapping[str, Mapping[int, float]] | None = None,
) -> NearOptimal:
    """Return the programme of all plans that cost at most ``1 + slack`` times the optimum.

    Parameters
    ----------
    network, assembled : Network, Assembled
        What was solved.
    optimum : Solution
        Its cheapest solution.
    slack : float
        Share of the optimum's cost [1].
    groups : mapping, optional
        Columns and coefficients by technology; those of :func:`group_capacities` otherwise.
    """
    program = assembled.program
    columns = np.flatnonzero(program.cost)
    cost = program.cost[columns]
    scale = float(np.median(np.abs(cost))) if cost.size else 1.0
    budget = optimum.objective + max(slack, _LEAST_SLACK) * abs(optimum.objective) - program.offset
    row = csr_array((cost / scale, (np.zeros(columns.size, dtype=int), columns)), shape=(1, program.columns))
    within = append_rows(program, row, np.array([-np.inf]), np.array([budget / scale]))
    chosen = {name: dict(terms) for name, terms in (groups or group_capacities(network, assembled)).items()}
    best = Alternative("optimum", _capacities(chosen, optimum.x), optimum.objective, optimum)
    return NearOptimal(within, best, slack, chosen)


def range_capacities(
    near: NearOptimal, solve: Solve, technologies: Iterable[str] | None = None
) -> tuple[list[CapacityRange], list[Alternative]]:
    """Find the least and the most of each technology within the budget, two solves each.

    Parameters
    ----------
    near : NearOptimal
        The programme with its budget.
    solve : callable
        Solves a programme.
    technologies : iterable of str, optional
        All when not given.

    Returns
    -------
    list of CapacityRange
        One for each technology.
    list of Alternative
        The plans at the ends.

    Raises
    ------
    ValueError
        If a search ends otherwise than optimal or unbounded: the optimum given was none.
    """
    ranges, plans = [], []
    for name in technologies or near.groups:
        ends = {}
        for end, sign in (("least", 1.0), ("most", -1.0)):
            weights = {column: sign * value for column, value in near.groups[name].items()}
            solution = _search(near, weights, solve)
            ends[end] = np.inf
            if solution.status != "unbounded":
                plan = near.measure(f"{end} {name}", solution)
                ends[end] = plan.capacity[name]
                plans.append(plan)
        ranges.append(CapacityRange(name, ends["least"], near.optimum.capacity[name], ends["most"]))
    return ranges, plans


def find_alternatives(
    near: NearOptimal, solve: Solve, count: int = 5, least_distance: float = 0.05
) -> list[Alternative]:
    """Find plans within the budget that differ from the optimum and from each other.

    Parameters
    ----------
    near : NearOptimal
        The programme with its budget.
    solve : callable
        Solves a programme.
    count : int
        Most plans to find.
    least_distance : float
        The search ends when a plan is nearer than this to one found before, see
        :func:`measure_distance` [1].

    Returns
    -------
    list of Alternative
        Without the optimum; fewer than ``count`` where no more differ.

    Raises
    ------
    ValueError
        If a search does not end optimal: the optimum given was none.
    """
    found = [near.optimum]
    while len(found) <= count:
        weights: dict[int, float] = {}
        largest = _largest(found)
        for name, columns in near.groups.items():
            leaned_on = sum(plan.capacity[name] for plan in found) / largest[name]
            for column, value in columns.items():
                weights[column] = value * leaned_on / largest[name]
        plan = near.measure(f"different {len(found)}", _search(near, weights, solve))
        if min(measure_distance(plan, other, _largest([*found, plan])) for other in found) < least_distance:
            break
        found.append(plan)
    return found[1:]


def measure_distance(one: Alternative, other: Alternative, largest: Mapping[str, float]) -> float:
    """Return the largest difference of a technology, as a share of the most seen of it [1]."""
    return max(
        (abs(one.capacity[name] - other.capacity[name]) / largest[name] for name in one.capacity), default=0.0
    )


def _largest(plans: list[Alternative]) -> dict[str, float]:
    """Return the most seen of each technology, at least 1 MW."""
    return {name: max(1.0, *(plan.capacity[name] for plan in plans)) for name in plans[0].capacity}


def _capacities(groups: Mapping[str, Mapping[int, float]], x: Numbers) -> dict[str, float]:
    return {name: float(sum(v * x[c] for c, v in columns.items())) for name, columns in groups.items()}


def _search(near: NearOptimal, weights: Mapping[int, float], solve: Solve) -> Solution:
    columns = np.fromiter(weights, dtype=np.int32)
    values = np.fromiter(weights.values(), dtype=np.float64)
    solution = solve(with_objective(near.program, columns, values))
    if solution.status not in {"optimal", "feasible", "unbounded"}:
        msg = f"the search within the budget ended {solution.status}"
        raise ValueError(msg)
    return solution
