"""Facts of a close-out: which targets fell due, how each came out, what cannot be judged and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.period import latest_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dafeng.cities.facts import Facts

Row = dict[str, Any]
REPEATS = frozenset({"restates", "assigns"})
OUTCOMES = ("met", "missed", "unjudged", "adjusted")


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """A plan period in whole calendar years, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DueTarget:
    """A target of the period with how it came out.

    Parameters
    ----------
    target : dict
        Row of the targets.
    verdict : dict
        Row of the verdicts.
    outcome : str
        ``met``, ``missed``, ``unjudged`` or ``adjusted``.
    """

    target: Row
    verdict: Row
    outcome: str

    @property
    def target_id(self) -> str:
        """Id of the target."""
        return str(self.target["target_id"])


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many targets of a group came out how."""

    group: str
    met: int
    missed: int
    unjudged: int
    adjusted: int

    @property
    def total(self) -> int:
        """All targets of the group."""
        return self.met + self.missed + self.unjudged + self.adjusted


def list_due(facts: Facts, period: PlanPeriod) -> list[DueTarget]:
    """Return every target of the province and its cities that falls due in a period, in plan order.

    A target whose document was not public on the day has no verdict and is left out; a threshold or label
    (``kind`` parameter) is nothing that could be met. One that restates another is counted with it.
    """
    repeated = _repeated_ids(facts)
    return [each for each in _list_every(facts, period) if each.target_id not in repeated]


def list_repeated(facts: Facts, period: PlanPeriod) -> list[DueTarget]:
    """Return the targets due that only restate another one, or give the number of an assigned one."""
    repeated = _repeated_ids(facts)
    return [each for each in _list_every(facts, period) if each.target_id in repeated]


def _list_every(facts: Facts, period: PlanPeriod) -> list[DueTarget]:
    places = {facts.region, *(row["code"] for row in facts.cities)}
    found = []
    for target_id, target in facts.targets.items():
        verdict, year = facts.verdicts.get(target_id), target["target_year"]
        if verdict is None or year is None or not period.first <= year <= period.last:
            continue
        if target["kind"] != "parameter" and target["region"] in places:
            found.append(DueTarget(target, verdict, outcome_of(verdict["verdict"])))
    return found


def _repeated_ids(facts: Facts) -> frozenset[str]:
    """Return of each pair of targets that are one and the same the id of the one outside the plan."""
    found = set()
    for link in facts.rows("plan.links"):
        if link["relation"] in REPEATS and (link["date"] is None or latest_date(link["date"]) <= facts.as_of):
            pair = (link["target_id"], link["other_target_id"])
            outside = [each for each in pair if facts.targets[each]["clause_id"] is None]
            same_year = len({facts.targets[each]["target_year"] for each in pair}) == 1
            if outside and same_year:
                found.add(outside[0])
    return frozenset(found)


def list_undated(facts: Facts) -> list[Row]:
    """Return the targets without a year, which a period cannot close."""
    return [
        target
        for target_id, target in facts.targets.items()
        if target["target_year"] is None and target["kind"] != "parameter" and target_id in facts.verdicts
    ]


def outcome_of(verdict: str) -> str:
    """Return what a close-out makes of a verdict: anything but met, missed and adjusted is unjudged."""
    return verdict if verdict in {"met", "missed", "adjusted"} else "unjudged"


def count_outcomes(group: str, due: Iterable[DueTarget]) -> OutcomeCount:
    """Return the counts of a group of targets."""
    outcomes = [each.outcome for each in due]
    return OutcomeCount(group, *(outcomes.count(name) for name in OUTCOMES))


def count_fields(due: Sequence[DueTarget]) -> list[OutcomeCount]:
    """Return the counts by field of the targets, the largest field first."""
    fields = dict.fromkeys(each.target["sector"] for each in due)
    counts = [count_outcomes(name, (d for d in due if d.target["sector"] == name)) for name in fields]
    return sorted(counts, key=lambda count: -count.total)


def count_bodies(facts: Facts, due: Sequence[DueTarget]) -> list[OutcomeCount]:
    """Return the counts by body that shares the clause, in the order of the list of bodies."""
    shared: dict[str, list[DueTarget]] = {}
    for each in due:
        if each.target["region"] == facts.region:
            for body in facts.bodies_of(each.target_id):
                shared.setdefault(body, []).append(each)
    order = {agency_id: place for place, agency_id in enumerate(facts.agencies)}
    return [count_outcomes(body, shared[body]) for body in sorted(shared, key=lambda body: order[body])]


def count_cities(facts: Facts, due: Sequence[DueTarget]) -> list[OutcomeCount]:
    """Return the counts of the cities that have a target due; a city without one is not listed."""
    by_city: dict[str, list[DueTarget]] = {}
    for each in due:
        if each.target["region"] != facts.region:
            by_city.setdefault(each.target["region"], []).append(each)
    return [count_outcomes(city, by_city[city]) for city in sorted(by_city)]


def list_blank_cities(facts: Facts, due: Sequence[DueTarget]) -> list[Row]:
    """Return the cities without a target due or without a published outcome: neither judged nor ranked."""
    seen = {d.target["region"] for d in due if d.outcome in {"met", "missed"}}
    return [row for row in facts.cities if row["code"] not in seen]


def list_scope_notes(due: Sequence[DueTarget]) -> list[DueTarget]:
    """Return the targets with a remark on scope, or whose outcome is published in another scope."""
    return [
        each
        for each in due
        if each.verdict["verdict"] == "scope_not_comparable" or each.target["scope_zh"] is not None
    ]


def list_adjusted(facts: Facts) -> list[tuple[Row, Row, Row]]:
    """Return (earlier target, target in force, link) for every target that a later document replaced."""
    return [
        (facts.targets[earlier], facts.targets[facts.verdicts[earlier]["in_force_target_id"]], link)
        for earlier, link in facts.replaced.items()
        if earlier in facts.verdicts and (link["date"] is None or latest_date(link["date"]) <= facts.as_of)
    ]


def list_outlook(facts: Facts, period: PlanPeriod) -> list[Row]:
    """Return the targets in force that fall due after the period and before the end of the next one."""
    span = period.last - period.first + 1
    return [
        target
        for target_id, target in facts.targets.items()
        if target["target_year"] is not None
        and period.last < target["target_year"] <= period.last + span
        and target["kind"] != "parameter"
        and target["region"] == facts.region
        and facts.verdicts.get(target_id, {}).get("verdict", "adjusted") != "adjusted"
    ]
