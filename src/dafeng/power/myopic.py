r"""Investment without foresight: each period is planned alone, and what was built stays and ages.

In every period the network holds that period's hours and limits only, and the ceilings of capacity that later
periods set on what still stands then. What can first stand in a period is chosen there and stands with that
capacity until its retirement year. Assets that differ in nothing but their
retirement year (an old fleet that may go in 2025, 2030 or later) are one asset to a planner who does not look
ahead: how much of it goes on is decided anew at the start of each period. With :math:`T_t` of the group
standing in period :math:`t`, the variant that ends with :math:`t` gets :math:`T_t - T_{t+1}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from dafeng.power.assembly import Assembled, assemble
from dafeng.power.assembly_checks import assets_of
from dafeng.power.assembly_units import fingerprint
from dafeng.power.infeasibility import explain_infeasibility
from dafeng.power.network import Asset, CapacityLimit, EnergyLimit, Horizon, Link
from dafeng.power.program import Solution
from dafeng.power.solution import PlanResult, read_solution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dafeng.power.assembly_blocks import Axis, Block, Numbers
    from dafeng.power.assembly_extension import Solve
    from dafeng.power.network import Network, Profile, Reserve

_A = TypeVar("_A", bound=Asset)
_L = TypeVar("_L", EnergyLimit, CapacityLimit)
_SOLVED = {"optimal", "feasible"}
_FREE = {"id", "retire_year", "p_nom_max"}


@dataclass(frozen=True)
class MyopicPlan:
    """A plan made period by period."""

    assembled: Assembled
    """The programme of all periods."""
    solution: Solution
    """The plan as a solution of all periods: ``feasible``, with the objective of perfect foresight and
    nothing proved. Its duals are those of each period alone."""
    result: PlanResult
    stages: tuple[Solution, ...]
    """The solution of each period."""


@dataclass
class Variants:
    """Extendable assets that differ in nothing but their retirement year, the one that goes first first."""

    members: list[Asset]
    totals: dict[int, float] = field(default_factory=dict)
    """What was chosen of all that stand in a period [MW]."""

    def standing(self, period: int) -> list[Asset]:
        """Return those that stand in a period."""
        return [a for a in self.members if a.build_year <= period < a.retire_year]

    def offer(self, period: int, before: int | None) -> Asset | None:
        """Return the asset that stands for all in a period; None where none does.

        It is open the first time. Later it may be smaller than before by as much as the variants that went
        can hold, and is fixed where none went.
        """
        standing = self.standing(period)
        if not standing:
            return None
        longest = standing[-1]
        if before is None or before not in self.totals:
            least, most = (sum(getattr(a, name) for a in standing) for name in ("p_nom_min", "p_nom_max"))
            return replace(longest, p_nom_min=least, p_nom_max=most)
        total = self.totals[before]
        gone = sum(a.p_nom_max for a in self.standing(before) if a not in standing)
        if gone > 0:
            return replace(longest, p_nom_min=max(total - gone, 0.0), p_nom_max=total)
        return replace(longest, extendable=False, p_nom=total)

    def capacities(self) -> dict[str, float]:
        """Return the capacity of each asset: what goes after a period goes to those that end with it."""
        found = {asset.id: 0.0 for asset in self.members}
        after = 0.0
        for period in sorted(self.totals, reverse=True):
            more = self.totals[period] - after
            for asset in self.members:
                if period == self._last(asset):
                    found[asset.id] = min(more, asset.p_nom_max)
                    more -= found[asset.id]
            after = self.totals[period]
        return found

    def _last(self, asset: Asset) -> int | None:
        return max((p for p in self.totals if p < asset.retire_year), default=None)


def plan_myopically(network: Network, solve: Solve) -> MyopicPlan:
    """Plan period by period, each without knowledge of the next.

    Parameters
    ----------
    network : Network
        A network of one or more periods.
    solve : callable
        Solves the programme of a period.

    Returns
    -------
    MyopicPlan
        Solution and result over all periods.

    Raises
    ------
    NegativeAnswer
        If a period has no feasible plan: with what stands against each other there.
    RuntimeError
        If a solve ends otherwise: interrupted or unbounded.
    ValueError
        If a limit or reserve counts assets differently that differ in their retirement year only.
    """
    groups = group_variants(network)
    stages: list[tuple[int, Assembled, Solution]] = []
    before = None
    for period in network.horizon.periods:
        stage = cut_period(network, period, groups, before)
        assembled = assemble(stage)
        solution = _solve_stage(assembled, solve, period)
        capacity = {name: float(solution.x[c]) for name, c in assembled.map.capacity.items()}
        capacity |= assembled.map.fixed
        for group in groups:
            if standing := group.standing(period):
                group.totals[period] = max(capacity[standing[-1].id], 0.0)
        stages.append((period, assembled, solution))
        before = period
    return _join_stages(network, groups, stages)


def group_variants(network: Network) -> list[Variants]:
    """Return the extendable assets in groups that differ in nothing but their retirement year."""
    groups: dict[tuple[object, ...], Variants] = {}
    for asset in assets_of(network):
        if asset.extendable:
            key = (
                type(asset),
                *(fingerprint(getattr(asset, f.name)) for f in fields(asset) if f.name not in _FREE),
            )
            groups.setdefault(key, Variants([])).members.append(asset)
    for group in groups.values():
        group.members.sort(key=lambda a: a.retire_year)
    return list(groups.values())


def cut_period(network: Network, period: int, groups: list[Variants], before: int | None) -> Network:
    """Return the network of one period, with what was chosen before as it stands.

    Parameters
    ----------
    network : Network
        All periods.
    period : int
        One of them.
    groups : list of Variants
        Extendable assets with what earlier periods chose.
    before : int or None
        The period before, None for the first.

    Raises
    ------
    ValueError
        If a limit or reserve counts the assets of a group differently.
    """
    horizon, k = network.horizon, network.horizon.periods.index(period)
    start = sum(horizon.hours[:k])
    standing = {a.id for a in assets_of(network) if a.build_year <= period < a.retire_year}
    cut = _Cut(period, slice(start, start + horizon.hours[k]), {}, {}, standing)
    for group in groups:
        if (offer := group.offer(period, before)) is not None:
            cut.offers[offer.id] = offer
            cut.groups[offer.id] = {asset.id for asset in group.standing(period)}
    optional = {name: getattr(horizon, name)[k : k + 1] for name in ("hour_weight", "calendar_years")}
    return replace(
        network,
        horizon=Horizon(
            (period,), (horizon.hours[k],), (horizon.objective_weight[k],), (horizon.years[k],), **optional
        ),
        generators=cut.assets(network.generators),
        links=cut.assets(network.links),
        storage_units=cut.assets(network.storage_units),
        stores=cut.assets(network.stores),
        loads=tuple(replace(load, p_set=cut.profile(load.p_set)) for load in network.loads),
        energy_limits=cut.limits(network.energy_limits),
        capacity_limits=(*cut.limits(network.capacity_limits), *cut.ceilings(network, groups)),
        reserves=tuple(cut.reserve(reserve) for reserve in network.reserves),
        co2_price=network.co2_price[k : k + 1],
        co2_limit=network.co2_limit[k : k + 1],
    )


@dataclass(frozen=True)
class _Cut:
    """What of a network stands in a period."""

    period: int
    hours: slice
    offers: dict[str, Asset]
    groups: dict[str, set[str]]
    """Ids for which each offered asset stands, its own among them."""
    standing: set[str]

    def assets(self, assets: tuple[_A, ...]) -> tuple[_A, ...]:
        """Return the assets of the period, one for each group."""
        kept = []
        for asset in assets:
            if asset.id in self.offers:
                kept.append(self._shorten(cast("_A", self.offers[asset.id])))
            elif asset.id in self.standing and not asset.extendable:
                kept.append(self._shorten(asset))
        return tuple(kept)

    def profile(self, profile: Profile) -> Profile:
        """Return the hours of the period."""
        return profile[self.hours] if isinstance(profile, np.ndarray) and profile.ndim else profile

    def terms(self, terms: tuple[tuple[str, float], ...], name: str) -> tuple[tuple[str, float], ...]:
        """Return the terms of what stands, one for each group.

        Raises
        ------
        ValueError
            If the terms of a group differ.
        """
        given: dict[str, float] = {}
        for asset, value in terms:
            given[asset] = given.get(asset, 0.0) + value
        grouped = set().union(*self.groups.values()) if self.groups else set()
        kept = [(a, v) for a, v in given.items() if a in self.standing and a not in grouped]
        for leader, members in self.groups.items():
            values = {given.get(member, 0.0) for member in members}
            if len(values) > 1:
                msg = f"{name} counts {sorted(members)} differently"
                raise ValueError(msg)
            if members & given.keys():
                kept.append((leader, values.pop()))
        return tuple(kept)

    def reserve(self, reserve: Reserve) -> Reserve:
        """Return a reserve as the period asks for it."""
        return replace(
            reserve,
            requirement=self.profile(reserve.requirement),
            providers=self.terms(reserve.providers, reserve.id),
            requirement_of_output=self.terms(reserve.requirement_of_output, reserve.id),
        )

    def limits(self, limits: Iterable[_L]) -> tuple[_L, ...]:
        """Return the limits of the period."""
        return tuple(
            replace(limit, terms=self.terms(limit.terms, limit.id))
            for limit in limits
            if limit.period == self.period
        )

    def ceilings(self, network: Network, groups: list[Variants]) -> Iterator[CapacityLimit]:
        """Return later ceilings of capacity for what stands now and cannot go before them.

        The age of a fleet is known; whoever builds more than will fit has no plan later.
        """
        assets = {asset.id: asset for asset in assets_of(network)}
        free = {a.id: group for group in groups for a in group.members}
        for limit in network.capacity_limits:
            if limit.period <= self.period or limit.sense != "<=" or min(v for _, v in limit.terms) < 0:
                continue
            terms: dict[str, float] = {}
            for name, value in limit.terms:
                asset = assets[name]
                if name not in self.standing or not asset.retire_year > limit.period:
                    continue
                leader = name
                if name in free:
                    standing = free[name].standing(self.period)
                    if standing[0].retire_year <= limit.period:
                        continue
                    leader = standing[-1].id
                terms[leader] = value
            if terms:
                name = f"{limit.id} {limit.period}"
                yield CapacityLimit(name, self.period, tuple(terms.items()), "<=", limit.constant)

    def _shorten(self, asset: _A) -> _A:
        changes: dict[str, Any] = {f.name: self.profile(getattr(asset, f.name)) for f in fields(asset)}
        if isinstance(asset, Link):
            changes["outputs"] = tuple((bus, self.profile(share)) for bus, share in asset.outputs)
        return replace(asset, **changes)


def _solve_stage(assembled: Assembled, solve: Solve, period: int) -> Solution:
    solution = solve(assembled.program)
    if solution.status == "infeasible":
        raise explain_infeasibility(assembled, solve).error()
    if solution.status not in _SOLVED:
        msg = f"the solve of {period} ended {solution.status}"
        raise RuntimeError(msg)
    return solution


def _join_stages(
    network: Network, groups: list[Variants], stages: list[tuple[int, Assembled, Solution]]
) -> MyopicPlan:
    """Put the periods into the programme of all; what a unit does is shared out by capacity."""
    whole = assemble(network)
    x, dual = np.zeros(whole.program.columns), np.zeros(whole.program.rows)
    capacity = dict(whole.map.fixed)
    for group in groups:
        capacity |= group.capacities()
    for name, column in whole.map.capacity.items():
        x[column] = capacity[name]
    for period, assembled, solution in stages:
        shares = _share_units(network, groups, (period, assembled, whole), capacity)
        start = whole.map.time.of_period(period).start
        for block in assembled.map.columns.blocks:
            for name, share in shares.get(block.component, {}).items():
                _copy(block, (name, start), whole.map.columns, solution.x * share, x)
        for block in assembled.map.rows.blocks:
            for name in shares.get(block.component, {block.component: 1.0}):
                _copy(block, (name, start), whole.map.rows, solution.row_dual, dual)
        for name in {unit for units in shares.values() for unit in units}:
            for block in whole.map.columns.find(name, "sum", period):
                x[block.first] = sum(
                    capacity[a.id]
                    for a in assets_of(network)
                    if whole.map.unit_of.get(a.id) == name and a.build_year <= period < a.retire_year
                )
    objective = float(whole.program.cost @ x) + whole.program.offset
    seconds = sum(solution.seconds for _period, _assembled, solution in stages)
    joined = Solution("feasible", objective, float("-inf"), x, dual, seconds)
    result = read_solution(network, whole, joined)
    return MyopicPlan(whole, joined, result, tuple(solution for _p, _a, solution in stages))


def _share_units(
    network: Network,
    groups: list[Variants],
    where: tuple[int, Assembled, Assembled],
    capacity: dict[str, float],
) -> dict[str, dict[str, float]]:
    """Return, for each unit of a period, the units of the whole that it stands for and their shares."""
    period, stage, whole = where
    stands_for = {a.id: group.standing(period)[-1].id for group in groups for a in group.standing(period)}
    shares: dict[str, dict[str, float]] = {}
    for asset in assets_of(network):
        if asset.build_year <= period < asset.retire_year:
            units = shares.setdefault(stage.map.unit_of[stands_for.get(asset.id, asset.id)], {})
            name = whole.map.unit_of[asset.id]
            units[name] = units.get(name, 0.0) + capacity[asset.id]
    for units in shares.values():
        total = sum(units.values())
        for name in units:
            units[name] = 1.0 if len(units) == 1 else units[name] / (total or 1.0)
    return shares


def _copy(block: Block, where: tuple[str, int], whole: Axis, values: Numbers, into: Numbers) -> None:
    """Add a period's block to the same kind and hours of a component in the whole."""
    name, start = where
    if block.kind in {"capacity", "sum"}:
        return
    for target in whole.find(name, block.kind, block.period):
        if block.period is not None:
            into[target.first] = values[block.first]
            continue
        at = np.searchsorted(target.hours, block.hours + start)
        at = np.minimum(at, target.hours.size - 1)
        same = target.hours[at] == block.hours + start
        into[target.first + at[same]] += values[block.indices[same]]
