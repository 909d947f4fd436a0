"""What is asked of the pathway explorer: a scenario of the pack with dials turned, as a link holds it.

A link carries only what differs from the scenario, so that it stays short and says what was changed::

    scenario=plan&L_wind_pv=150&L_wind_pv.end=2032&growth.gdp=3&with=frozen
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng.app.pathway_assumptions import DELAY_YEARS, EXPORT_RATES, GDP_RATES
from dafeng.app.pathway_stage import PLANNED
from dafeng.errors import Finding, InputRefused, Place
from dafeng.pathway.lever_groups import group_levers
from dafeng.pathway.peak import PeakReading
from dafeng.scenario import Lever, Scenario, inherit_scenario
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dafeng.app.pathway_engine import Foundation

END = ".end"
GROWTH = "growth."
AUTONOMOUS, DELAY, SCENARIO, BESIDE = "autonomous", "delay", "scenario", "with"
DELAY_WAS = "delay.was"
"""Delay under which a form was drawn: years that it shows by default are no wish."""
IGNORED = frozenset({"lang", "seen"})
"""Keys of an address that are no part of what is asked."""
GROWTH_RATES = {"gdp": GDP_RATES, "power_export": EXPORT_RATES}
"""Drivers with a growth dial, and the yearly rates [1/a] that every run tries."""
GROWTH_RANGE = (-5.0, 10.0)
"""Range of a growth dial. [%/a]"""
MOST_DELAY = 10
"""Range of the dial of late levers. [a]"""
MOST_BESIDE = 3
MOST_PAIRS = 1_000
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Dial:
    """One lever that can be turned.

    Parameters
    ----------
    lever : str
        Id.
    names, group : (str, str)
        Name, and the part of the plan that it belongs to.
    unit : str
        Unit of its value.
    lower, upper, today : float
        Bounds, and the last value that was observed or taken. [unit]
    tested : (float, float)
        Least and greatest value between today and the scenarios that every run computes. [unit]
    schedule : Lever
        Order of the scenario in which it stands first; a step of today's value where none has it.
    state : str
        Evidence state of today's value.
    """

    lever: str
    names: tuple[str, str]
    group: tuple[str, str]
    unit: str
    lower: float
    upper: float
    today: float
    tested: tuple[float, float]
    schedule: Lever
    state: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked.

    Parameters
    ----------
    scenario : str
        Scenario of the pack that is changed.
    values : mapping of str to float
        Lever -> value at the end of its schedule. [unit of the lever]
    ends : mapping of str to int
        Lever -> year in which the value is reached.
    growth : mapping of str to float
        Driver -> yearly growth from its last known year on. [%/a]
    autonomous : float, optional
        Share of the historical decoupling that goes on. [1]
    delay : int
        Years by which every lever of the scenario comes late. [a]
    beside : tuple of str
        Scenarios of the pack to lay beside it.
    """

    scenario: str
    values: Mapping[str, float] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    growth: Mapping[str, float] = field(default_factory=dict)
    autonomous: float | None = None
    delay: int = 0
    beside: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs from the scenario."""
        return bool(self.values or self.ends or self.growth or self.delay or self.autonomous is not None)


@dataclass(frozen=True, slots=True)
class Untested:
    """A dial outside the range that every run computes: what, which value, from, to, unit."""

    names: tuple[str, str]
    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Dials:
    """All that can be turned for the scenarios of a pack.

    Parameters
    ----------
    levers : mapping of str to Dial
        In the order of the pack.
    scenarios : mapping of str to Scenario
        Resolved.
    """

    levers: Mapping[str, Dial]
    scenarios: Mapping[str, Scenario]

    def default(self) -> str:
        """Return the scenario that is shown first: the plan, else the first of the pack."""
        return PLANNED if PLANNED in self.scenarios else next(iter(self.scenarios))

    def order(self, wish: Wish, lever: str) -> Lever:
        """Return what the scenario of a wish, with its delay, orders of a lever; today's value if nothing."""
        base = _late(self.scenarios[wish.scenario], wish.delay)
        return next((one for one in base.levers if one.id == lever), self.levers[lever].schedule)


def list_dials(foundation: Foundation, scenarios: Mapping[str, Scenario]) -> Dials:
    """Return the levers of a pack with their ranges, and the scenarios that they start from.

    Parameters
    ----------
    foundation : Foundation
        What the scenarios stand on.
    scenarios : mapping of str to Scenario
        Resolved.
    """
    tables, parts = foundation.tables, foundation.parts
    ranges = {row["lever_id"]: row for row in tables["lever_ranges"].iter_rows(named=True)}
    names = [name for name in parts.states if name in ranges]
    groups = group_levers(tables, "clause", names, None) if names else ()
    group_of = {lever: (group.zh, group.en) for group in groups for lever in group.levers}
    found = {}
    for name in names:
        row, today = ranges[name], float(parts.states[name].observed[-1])
        orders = [one for scenario in scenarios.values() for one in scenario.levers if one.id == name]
        reached = [today, *(order.value for order in orders)]
        base, until = parts.base.year, PeakReading().by_year
        start, end = (orders[0].start, orders[0].end) if orders else (base, until)
        found[name] = Dial(
            name, parts.lever_names[name], group_of[name], str(row["unit"]), float(row["lower"]),
            float(row["upper"]), today, (min(reached), max(reached)),
            Lever(id=name, start=start, end=end, value=today), str(row["base_state"]),
        )  # fmt: skip
    return Dials(found, scenarios)


def read_wish(pairs: Iterable[tuple[str, str]], dials: Dials) -> Wish:
    """Return what a link or a form asks; an empty field and one that changes nothing are left out.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Keys and values of the address.
    dials : Dials

    Raises
    ------
    InputRefused
        ``portal_wish_unknown`` for keys that are none, ``portal_wish_value`` for values that are no number or
        outside their range, ``scenario_unknown``; all of them at once.
    """
    given = [(key, text.strip()) for key, text in pairs if key not in IGNORED][:MOST_PAIRS]
    fields = {key: text for key, text in given if key != BESIDE and text}
    problems: list[Finding] = []
    scenario = fields.pop(SCENARIO, "") or dials.default()
    beside = tuple(dict.fromkeys(text for key, text in given if key == BESIDE and text))
    for name in (scenario, *beside):
        if name not in dials.scenarios:
            params = {"name": name, "known": ", ".join(dials.scenarios) or "-"}
            problems.append(Finding("scenario_unknown", params=params))
    delay = _number(fields, DELAY, (0, MOST_DELAY), problems) or 0.0
    was = _number(fields, DELAY_WAS, (0, MOST_DELAY), problems)
    autonomous = _number(fields, AUTONOMOUS, (0.0, 1.0), problems)
    growth = {
        driver: rate
        for driver in GROWTH_RATES
        if (rate := _number(fields, GROWTH + driver, GROWTH_RANGE, problems)) is not None
    }
    values, ends = _read_levers(fields, dials, problems)
    known = (SCENARIO, DELAY, AUTONOMOUS, *(GROWTH + driver for driver in GROWTH_RATES), *dials.levers)
    problems += [
        Finding("portal_wish_unknown", params={"key": key, "suggestion": Suggestion(key, known)})
        for key in fields
    ]
    if problems:
        raise InputRefused(problems)
    bare = Wish(scenario, delay=round(delay))
    if autonomous is not None and math.isclose(autonomous, dials.scenarios[scenario].autonomous):
        autonomous = None
    orders = {lever: dials.order(bare, lever) for lever in {*values, *ends}}
    drawn = Wish(scenario, delay=bare.delay if was is None else round(was))
    return Wish(
        scenario,
        {lever: value for lever, value in values.items() if not math.isclose(value, orders[lever].value)},
        {
            lever: year
            for lever, year in ends.items()
            if year not in {orders[lever].end, dials.order(drawn, lever).end}
        },
        growth, autonomous, bare.delay, tuple(name for name in beside if name != scenario)[:MOST_BESIDE],
    )  # fmt: skip


def write_wish(wish: Wish) -> list[tuple[str, str]]:
    """Return a wish as keys and values that :func:`read_wish` reads back.

    Examples
    --------
    >>> write_wish(Wish("plan", {"L_ev": 60.0}, delay=2, beside=("frozen",)))
    [('scenario', 'plan'), ('L_ev', '60'), ('delay', '2'), ('with', 'frozen')]
    """
    pairs = [(SCENARIO, wish.scenario)]
    pairs += [(lever, _text(value)) for lever, value in wish.values.items()]
    pairs += [(lever + END, str(year)) for lever, year in wish.ends.items()]
    pairs += [(GROWTH + driver, _text(rate)) for driver, rate in wish.growth.items()]
    if wish.autonomous is not None:
        pairs.append((AUTONOMOUS, _text(wish.autonomous)))
    if wish.delay:
        pairs.append((DELAY, str(wish.delay)))
    return pairs + [(BESIDE, name) for name in wish.beside]


def make_scenario(wish: Wish, dials: Dials) -> Scenario:
    """Return the scenario that a wish describes, resolved.

    It keeps the id of the scenario that it changes: numbers of the hourly power model are told by it.

    Parameters
    ----------
    wish : Wish
    dials : Dials
    """
    base = _late(dials.scenarios[wish.scenario], wish.delay)
    levers = {lever.id: lever for lever in base.levers}
    for name in dials.levers:
        if name not in wish.values and name not in wish.ends:
            continue
        order = levers.get(name, dials.levers[name].schedule)
        end = wish.ends.get(name, order.end)
        changed = {"value": wish.values.get(name, order.value), "end": end, "start": min(order.start, end)}
        levers[name] = order.model_copy(update=changed)
    growth = {driver: rate / PERCENT for driver, rate in wish.growth.items()}
    changes: dict[str, object] = {"levers": tuple(levers.values()), "growth": dict(base.growth) | growth}
    if wish.autonomous is not None:
        changes["autonomous"] = wish.autonomous
    return base.model_copy(update=changes)


def find_untested(wish: Wish, dials: Dials, names: Mapping[str, tuple[str, str]]) -> list[Untested]:
    """Return what lies outside the range that the scenarios and tests of every run span.

    Parameters
    ----------
    wish : Wish
    dials : Dials
    names : mapping of str to (str, str)
        Words of the dials that are no levers: drivers, ``delay``.
    """
    return list(_untested(wish, dials, names))


def _untested(wish: Wish, dials: Dials, names: Mapping[str, tuple[str, str]]) -> Iterator[Untested]:
    for lever, value in wish.values.items():
        dial = dials.levers[lever]
        low, high = dial.tested
        if not low <= value <= high:
            yield Untested(dial.names, value, low, high, dial.unit)
    for driver, rate in wish.growth.items():
        low, high = (PERCENT * end for end in (min(GROWTH_RATES[driver]), max(GROWTH_RATES[driver])))
        if not low <= rate <= high:
            yield Untested(names[driver], rate, low, high, "%")
    if wish.delay > DELAY_YEARS:
        yield Untested(names[DELAY], wish.delay, 0, DELAY_YEARS, "year")


def _read_levers(
    fields: dict[str, str], dials: Dials, problems: list[Finding]
) -> tuple[dict[str, float], dict[str, int]]:
    """Take values and years of levers out of the fields."""
    years = [scenario.first_year for scenario in dials.scenarios.values()]
    last = [scenario.last_year for scenario in dials.scenarios.values()]
    values: dict[str, float] = {}
    ends: dict[str, int] = {}
    for lever, dial in dials.levers.items():
        value = _number(fields, lever, (dial.lower, dial.upper), problems)
        if value is not None:
            values[lever] = value
        year = _number(fields, lever + END, (min(years), max(last)), problems)
        if year is not None:
            ends[lever] = round(year)
    return values, ends


def _number(
    fields: dict[str, str], key: str, limits: tuple[float, float], problems: list[Finding]
) -> float | None:
    """Take a number out of the fields; None if it is not there or is none."""
    text = fields.pop(key, "")
    if not text:
        return None
    low, high = limits
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        params = {"key": key, "value": text[:40], "low": _text(low), "high": _text(high)}
        problems.append(Finding("portal_wish_value", Place(column=key), params))
        return None
    return value


def _late(scenario: Scenario, years: int) -> Scenario:
    """Return a scenario whose levers all come some years later."""
    if not years:
        return scenario
    same = {name: getattr(scenario, name) for name in ("id", "name_zh", "name_en", "first_year", "last_year")}
    return inherit_scenario(Scenario(**same, delay_years=years), scenario)


def _text(value: float) -> str:
    return format(value, ".10g")
