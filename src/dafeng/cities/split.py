"""Split the target of a province to its cities, by one of several methods.

Every method gives city i a fall r_i; the amounts of the parts are E_i (1 - r_i) g_i (g = 1 for a total).

- ``uniform``: r_i = R as the document would write it; nothing is solved, the check says whether it suffices.
- ``uniform_raised``: one and the same fall, raised or lowered until the parts reach the province exactly.
- ``index``: r_i = x I_i with the index of :mod:`dafeng.cities.indices`; x is solved.
- ``weights``: r_i = x w_i with weights of the user; x is solved.
- ``convergence``: each city moves the share s = (target year - base year) / (convergence year - base year) of
  the gap between its intensity and a common one e*: e_i = e_i0 + s (e* - e_i0), r_i = s (1 - e* / e_i0);
  e* is solved. For a total r_i = 1 - g_i (1 - s) - g_i s e* / e_i0.

Locks are never touched; the others are solved between their bounds (water filling). The share of a city
without figures is not guessed: it has no number, the cities with figures are held to the fall of the province
among themselves, and the split cannot be checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.cities.check import TOLERANCE, SplitCheck, check_split
from dafeng.cities.figures import FIGURE_UNITS
from dafeng.cities.indices import combine_indices, normalise
from dafeng.cities.solve import FallLines, Floats, narrow_spread, solve_falls, spread_of
from dafeng.cities.split_question import (
    CONVERGENCE_YEARS,
    SOLVED,
    CityArrays,
    gather_arrays,
    items_of_method,
)
from dafeng.cities.split_tables import (
    Falls,
    SplitCase,
    known_or_none,
    name_items,
    write_allocation,
    write_check,
)
from dafeng.errors import Finding, InputRefused, NegativeAnswer

if TYPE_CHECKING:
    from dafeng.cities.figures import FigureSet
    from dafeng.cities.split_question import Method, SplitQuestion, SplitWishes


@dataclass(frozen=True, slots=True)
class SplitAnswer:
    """One method applied to one target.

    Parameters
    ----------
    allocation : Allocation
    check : AllocationCheck
        One row.
    findings : tuple of Finding
        Notes: differences weakened by the limit of the spread.
    """

    allocation: pl.DataFrame
    check: pl.DataFrame
    findings: tuple[Finding, ...] = ()


def split_target(
    found: FigureSet, question: SplitQuestion, method: Method, wishes: SplitWishes
) -> SplitAnswer:
    """Return the targets of the cities by one method, and whether they reach the province.

    Parameters
    ----------
    found : FigureSet
        Figures of the cities and of the province.
    question : SplitQuestion
    method : str
        Code of ``split_method``.
    wishes : SplitWishes
        Locks, bounds, weights, growth.

    Raises
    ------
    InputRefused
        ``split_fall_not_positive``, ``split_weights_missing``, ``split_city_unweighted``, ``split_years``,
        ``split_bounds_crossed``.
    NegativeAnswer
        ``split_infeasible``, ``split_convergence_late`` or ``split_spread_unreachable``: bounds and locks
        leave no solution; the message names what binds and how much is missing.
    """
    case = open_case(found, question, method, wishes)
    falls = find_falls(case)
    assigned, seen = assign_falls(case, falls)
    return SplitAnswer(
        write_allocation(case, falls, assigned, found), write_check(case, seen), falls.findings
    )


def decline_split(
    found: FigureSet, question: SplitQuestion, method: Method, wishes: SplitWishes
) -> SplitAnswer:
    """Return the answer of a method that has no solution within bounds and locks: no city has a number.

    Parameters
    ----------
    found : FigureSet
    question : SplitQuestion
    method : str
    wishes : SplitWishes
        As given to :func:`split_target`, which raised ``NegativeAnswer``.
    """
    case = open_case(found, question, method, wishes)
    empty = np.full(len(case.cities), np.nan)
    none = Falls(empty, empty)
    assigned, seen = assign_falls(case, none)
    checked = write_check(case, seen).with_columns(outcome=pl.lit("infeasible"))
    return SplitAnswer(write_allocation(case, none, assigned, found), checked)


def open_case(found: FigureSet, question: SplitQuestion, method: Method, wishes: SplitWishes) -> SplitCase:
    """Return a question with its figures as arrays, and what each city lacks.

    Parameters
    ----------
    found, question, method, wishes
        As in :func:`split_target`.

    Raises
    ------
    InputRefused
        Wishes that contradict each other or the method.
    """
    _refuse_wishes(question, method, wishes)
    arrays = gather_arrays(found, question, wishes)
    lacking = _list_missing(arrays, question, method, wishes)
    growth = arrays.growth if question.is_intensity else np.ones_like(arrays.growth)
    province_growth = arrays.province_growth if question.is_intensity else 1.0
    return SplitCase(question, method, wishes, arrays, lacking, growth, province_growth)


def assign_falls(case: SplitCase, falls: Falls) -> tuple[Floats, SplitCheck]:
    """Return the falls of all cities, NaN where there is none, and the check of their sum.

    Parameters
    ----------
    case : SplitCase
    falls : Falls
        Of the known cities, as :func:`find_falls` gives them.
    """
    question, wishes = case.question, case.wishes
    assigned = np.full(len(question.cities), np.nan)
    assigned[case.known] = falls.fall
    for place, city in enumerate(question.cities):
        assigned[place] = wishes.locks.get(city, assigned[place])
    seen = check_split(
        np.where(case.known, case.arrays.amount, np.nan), case.growth, assigned, question.required_fall,
        known_or_none(case.arrays.province_amount),
        province_growth=case.province_growth, residual_fall=wishes.residual_fall,
    )  # fmt: skip
    return assigned, seen


def _refuse_wishes(question: SplitQuestion, method: Method, wishes: SplitWishes) -> None:
    problems = []
    if method in {"index", "weights"} and question.required_fall <= 0:
        params = {"method": method, "fall": f"{question.required_fall:g}"}
        problems.append(Finding("split_fall_not_positive", params=params))
    given = {"index": wishes.indicator_weights, "weights": wishes.city_weights}.get(method, {"": 1.0})
    option = {"index": "--index-weights", "weights": "--weights"}.get(method, "")
    if not any(weight > 0 for weight in given.values()):
        problems.append(Finding("split_weights_missing", params={"weights": option}))
    unweighted = [city for city in question.cities if city not in wishes.city_weights]
    if method == "weights" and wishes.city_weights and unweighted:
        problems.append(Finding("split_city_unweighted", params={"cities": ", ".join(unweighted)}))
    if wishes.convergence_year is not None and wishes.convergence_year <= question.base_year:
        years = {"first": question.base_year, "last": wishes.convergence_year}
        problems.append(Finding("split_years", params=years))
    problems += [
        Finding("split_bounds_crossed", params={"city": city, "low": f"{low:g}", "high": f"{high:g}"})
        for city in question.cities
        if (low := bound_of(question, wishes, city)[0]) > (high := bound_of(question, wishes, city)[1])
    ]
    if problems:
        raise InputRefused(problems)


def bound_of(question: SplitQuestion, wishes: SplitWishes, city: str) -> tuple[float, float]:
    """Return the lowest and the highest fall of a city; a lock is both. [1]

    Parameters
    ----------
    question : SplitQuestion
    wishes : SplitWishes
    city : str
    """
    if city in wishes.locks:
        return wishes.locks[city], wishes.locks[city]
    low, high = wishes.bounds.get(city, (None, None))
    lowest = wishes.low if wishes.low is not None else (0.0 if question.required_fall > 0 else -np.inf)
    highest = wishes.high if wishes.high is not None else 1.0
    return lowest if low is None else low, highest if high is None else high


def _list_missing(
    arrays: CityArrays, question: SplitQuestion, method: Method, wishes: SplitWishes
) -> list[tuple[str, ...]]:
    """Return for every city which items the method lacks."""
    values = {**arrays.figures, "growth": arrays.growth}
    codes = name_items(arrays, question)
    needed = items_of_method(method, question, wishes)
    return [
        tuple(codes.get(item, item) for item in needed if np.isnan(values[item][place]))
        for place in range(len(question.cities))
    ]


def find_falls(case: SplitCase) -> Falls:
    """Return the falls of the known cities by the method of the case.

    Parameters
    ----------
    case : SplitCase

    Raises
    ------
    NegativeAnswer
        As in :func:`split_target`.
    """
    count, required = len(case.cities), case.question.required_fall
    empty = np.full(count, np.nan)
    if case.method not in SOLVED:
        return Falls(_lock(case, np.full(count, required)), empty)
    if not count or np.isnan(case.province_growth):
        return Falls(empty, empty)
    index = _index_of(case)
    lines = _draw_lines(case, index)
    weight = case.arrays.amount[case.known] * case.growth[case.known]
    wanted = float(weight.sum()) - _check_known(case, np.zeros(count)).allowed
    limit = case.wishes.spread
    falls, strength = solve_falls(lines, weight, wanted), 1.0
    _refuse_short(case, lines, falls)
    if limit is not None:
        falls, strength = narrow_spread(lines, weight, wanted, limit)
        if spread_of(falls, lines.free) > limit + TOLERANCE:
            shown = {"limit": f"{limit:.4g}", "spread": f"{spread_of(falls, lines.free):.4g}"}
            params = {"method": case.method, **shown}
            raise NegativeAnswer([Finding("split_spread_unreachable", params=params)])
    kept = {"method": case.method, "kept": f"{strength:.0%}"}
    notes = (Finding("split_spread_narrowed", params=kept, severity="note"),) if strength < 1 else ()
    at_end = lines.free & ((falls <= lines.low + TOLERANCE) | (falls >= lines.high - TOLERANCE))
    bounded = frozenset(np.array(case.cities)[at_end].tolist())
    return Falls(falls, index, notes, bounded)


def _lock(case: SplitCase, falls: Floats) -> Floats:
    return np.array([case.wishes.locks.get(c, fall) for c, fall in zip(case.cities, falls, strict=True)])


def _check_known(case: SplitCase, falls: Floats) -> SplitCheck:
    """Return the check of the known cities alone; what no city has counts only if all are known."""
    whole = known_or_none(case.arrays.province_amount) if case.known.all() else None
    return check_split(
        case.arrays.amount[case.known], case.growth[case.known], falls, case.question.required_fall, whole,
        province_growth=case.province_growth, residual_fall=case.wishes.residual_fall,
    )  # fmt: skip


def _index_of(case: SplitCase) -> Floats:
    """Return what sets the cities apart: index or weight, 1 on the mean; NaN for other methods."""
    if case.method == "index":
        figures = {item: values[case.known] for item, values in case.arrays.figures.items()}
        return combine_indices(figures, case.wishes.indicator_weights).index
    if case.method == "weights":
        return normalise(np.array([case.wishes.city_weights[city] for city in case.cities]))
    return np.full(len(case.cities), np.nan)


def _draw_lines(case: SplitCase, index: Floats) -> FallLines:
    """Return the family of a method with bounds and locks."""
    count = len(case.cities)
    bounds = [bound_of(case.question, case.wishes, city) for city in case.cities]
    low, high = (np.array(ends, dtype=float) for ends in zip(*bounds, strict=True))
    start, slope = np.zeros(count), np.ones(count)
    if case.method == "convergence":
        start, slope = _converge(case)
        free = np.array([city not in case.wishes.locks for city in case.cities])
        high = np.where(free, np.maximum(low, np.minimum(high, start)), high)
    elif case.method in {"index", "weights"}:
        slope = index
    return FallLines(start, slope, low, high)


def _converge(case: SplitCase) -> tuple[Floats, Floats]:
    """Return start and slope of r = a + b x with x = -e*, the common intensity with its sign turned."""
    question = case.question
    meets = case.wishes.convergence_year or question.base_year + CONVERGENCE_YEARS
    share = min(1.0, (question.target_year - question.base_year) / (meets - question.base_year))
    intensity = case.arrays.amount[case.known] / case.arrays.figures["gdp"][case.known]
    if question.is_intensity:
        return np.full(intensity.size, share), share / intensity
    growth = case.arrays.growth[case.known]
    return 1 - growth * (1 - share), growth * share / intensity


def _refuse_short(case: SplitCase, lines: FallLines, falls: Floats) -> None:
    """Refuse falls that save less than is wanted: all free cities stand at their upper ends.

    Raises
    ------
    NegativeAnswer
        ``split_convergence_late`` or ``split_infeasible``.
    """
    seen = _check_known(case, falls)
    if seen.outcome != "fails":
        return
    binding = [c for c, fall, end in zip(case.cities, falls, lines.high, strict=True) if fall >= end]
    shown = {
        "method": case.method, "required": f"{seen.required:.2%}", "reached": f"{seen.reached:.2%}",
        "missing": f"{-seen.gap:.6g}", "unit": FIGURE_UNITS[case.question.amount_item],
        "cities": ", ".join(binding),
    }  # fmt: skip
    code = "split_convergence_late" if case.method == "convergence" else "split_infeasible"
    raise NegativeAnswer([Finding(code, params=shown)])
