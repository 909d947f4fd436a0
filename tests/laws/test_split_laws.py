"""Laws of a split: the parts reach the whole, locks and bounds stand, neither order nor unit matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dafeng.cities.check import check_split
from dafeng.cities.figures import FigureSet
from dafeng.cities.split import assign_falls, find_falls, open_case
from dafeng.cities.split_question import SOLVED, SplitQuestion, SplitWishes
from dafeng.errors import NegativeAnswer

if TYPE_CHECKING:
    from dafeng.cities.check import SplitCheck
    from dafeng.cities.split_question import Method

BASE, TARGET = 2020, 2025
ITEMS = ("energy_total", "gdp_constant", "population", "fiscal_revenue", "secondary_share", "coal_share")
city = st.tuples(
    st.floats(10, 5000), st.floats(10, 5000), st.floats(10, 2000), st.floats(1, 900), st.floats(0, 100),
    st.floats(0, 100), st.floats(0.8, 2.0),
)  # fmt: skip
cities = st.lists(city, min_size=2, max_size=12)
falls = st.floats(0.01, 0.2)
solved = st.sampled_from(SOLVED)
quantities = st.sampled_from(["energy_intensity", "energy_total"])


def figures_of(rows: list[tuple[float, ...]], silent: frozenset[int] = frozenset()) -> FigureSet:
    """Return figures as a pack would hold them; silent cities report no energy."""
    values = {}
    for place, row in enumerate(rows):
        name = f"C{place}"
        values |= {(name, BASE, item): value for item, value in zip(ITEMS, row[:6], strict=True)}
        values[name, TARGET, "gdp_constant"] = row[1] * row[6]
        if place in silent:
            del values[name, BASE, "energy_total"]
    return FigureSet(values, dict.fromkeys(values, "B"), dict.fromkeys(values, 2020))


def ask(count: int, fall: float, quantity: str = "energy_intensity") -> SplitQuestion:
    names = tuple(f"C{place}" for place in range(count))
    return SplitQuestion("T", quantity, BASE, TARGET, fall, "P", names)


def wishes_for(count: int, **more: object) -> SplitWishes:
    weights = {f"C{place}": 1.0 + place % 3 for place in range(count)}
    return replace(SplitWishes(city_weights=weights, convergence_year=2027), **more)  # type: ignore[arg-type]


class Split(NamedTuple):
    """Falls by city, what the cities lack, and the check."""

    falls: dict[str, float]
    lacking: dict[str, tuple[str, ...]]
    check: SplitCheck


def solve(found: FigureSet, question: SplitQuestion, method: Method, wishes: SplitWishes) -> Split:
    case = open_case(found, question, method, wishes)
    assigned, seen = assign_falls(case, find_falls(case))
    names = question.cities
    return Split(
        dict(zip(names, assigned.tolist(), strict=True)), dict(zip(names, case.lacking, strict=True)), seen
    )


def split(
    rows: list[tuple[float, ...]], method: Method, fall: float, quantity: str = "energy_intensity",
    **more: object,
) -> Split:  # fmt: skip
    """Return the answer, or give the example up where the bounds leave none."""
    try:
        return solve(figures_of(rows), ask(len(rows), fall, quantity), method, wishes_for(len(rows), **more))
    except NegativeAnswer:
        assume(False)  # noqa: FBT003 - the way hypothesis says it
        raise


@settings(deadline=None, max_examples=60)
@given(cities, solved, falls, quantities)
def test_the_parts_reach_the_province_exactly(
    rows: list[tuple[float, ...]], method: Method, fall: float, quantity: str
) -> None:
    answer = split(rows, method, fall, quantity, low=-np.inf)
    energy, gdp, growth = (np.array(rows)[:, place] for place in (0, 1, 6))
    grown = growth if quantity == "energy_intensity" else np.ones_like(growth)
    whole = (gdp * grown).sum() / gdp.sum() * energy.sum()
    reached = (energy * grown * (1 - np.array(list(answer.falls.values())))).sum()
    assert reached == pytest.approx((1 - fall) * whole, rel=1e-9)
    seen = answer.check
    assert (seen.outcome, seen.gap) == ("holds", 0.0)
    assert seen.cities_sum == pytest.approx(seen.allowed, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(cities, solved, falls, quantities, st.floats(0, 0.3), st.floats(0.05, 0.3), st.floats(0.4, 0.9))
def test_locks_are_not_touched_and_bounds_are_kept(
    rows: list[tuple[float, ...]], method: Method, fall: float, quantity: str, lock: float, low: float,
    high: float,
) -> None:  # fmt: skip
    bounds = {"C1": (low, high)}
    answer = split(rows, method, fall, quantity, locks={"C0": lock}, bounds=bounds, low=0.01, high=0.95)
    found = answer.falls
    assert found["C0"] == lock
    assert low <= found["C1"] <= high
    assert all(0.01 <= found[name] <= 0.95 for name in found if name not in {"C0", "C1"})
    at_low = all(f <= (low if n == "C1" else 0.01) + 1e-9 for n, f in found.items() if n != "C0")
    assert answer.check.outcome == "holds"
    assert answer.check.gap == 0.0 or at_low  # locks and lower bounds may do more than is asked


@settings(deadline=None, max_examples=60)
@given(cities, solved, falls, st.permutations(range(12)))
def test_the_order_of_the_cities_does_not_matter(
    rows: list[tuple[float, ...]], method: Method, fall: float, order: list[int]
) -> None:
    question, found = ask(len(rows), fall), figures_of(rows)
    turned = replace(question, cities=tuple(f"C{place}" for place in order if place < len(rows)))
    wishes = wishes_for(len(rows))
    try:
        first = solve(found, question, method, wishes)
    except NegativeAnswer:
        with pytest.raises(NegativeAnswer):
            solve(found, turned, method, wishes)
        return
    assert solve(found, turned, method, wishes).falls == pytest.approx(first.falls, rel=1e-7, abs=1e-10)


@settings(deadline=None, max_examples=60)
@given(cities, solved, falls, st.tuples(*[st.floats(1e-3, 1e3)] * 4))
def test_no_unit_matters(
    rows: list[tuple[float, ...]], method: Method, fall: float, units: tuple[float, ...]
) -> None:
    first = split(rows, method, fall)
    scaled = [(*(v * u for v, u in zip(row[:4], units, strict=True)), *row[4:]) for row in rows]
    assert split(scaled, method, fall).falls == pytest.approx(first.falls, rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(cities, falls)
def test_the_uniform_check_is_the_formula(rows: list[tuple[float, ...]], fall: float) -> None:
    energy, gdp, growth = (np.array(rows)[:, place] for place in (0, 1, 6))
    mean, weighted = (gdp * growth).sum() / gdp.sum(), (energy * growth).sum() / energy.sum()
    assume(abs(weighted / mean - 1) > 1e-8)
    answer = split(rows, "uniform", fall)
    needed = answer.check.uniform_needed
    assert (answer.check.outcome == "fails") == (weighted > mean)
    assert needed == pytest.approx(1 - (1 - fall) * mean / weighted, abs=1e-12)
    enough = check_split(energy, growth, np.full(len(rows), needed), fall, province_growth=mean)
    assert enough.outcome == "holds"
    assert check_split(
        energy, growth, np.full(len(rows), needed - 1e-6), fall, province_growth=mean
    ).outcome == "fails"  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(cities, st.sampled_from(["uniform", *SOLVED]), falls, st.data())
def test_a_city_without_figures_has_no_number(
    rows: list[tuple[float, ...]], method: Method, fall: float, data: st.DataObject
) -> None:
    silent = data.draw(st.frozensets(st.integers(0, len(rows) - 1), min_size=1))
    try:
        answer = solve(figures_of(rows, silent), ask(len(rows), fall), method, wishes_for(len(rows)))
    except NegativeAnswer:
        return
    for place in range(len(rows)):
        name = f"C{place}"
        assert np.isnan(answer.falls[name]) or place not in silent
        assert ("energy_total" in answer.lacking[name]) == (place in silent)
    assert answer.check.outcome == "cannot_check"
    assert np.isnan(answer.check.gap)
    assert answer.check.known == len(rows) - len(silent)


@settings(deadline=None, max_examples=60)
@given(cities, st.sampled_from(["index", "weights", "convergence"]), falls, st.floats(0.001, 0.2))
def test_the_spread_is_limited_and_the_sum_still_met(
    rows: list[tuple[float, ...]], method: Method, fall: float, spread: float
) -> None:
    answer = split(rows, method, fall, spread=spread)
    found = np.array(list(answer.falls.values()))
    assert np.ptp(found) <= spread + 1e-9
    assert answer.check.outcome == "holds"
