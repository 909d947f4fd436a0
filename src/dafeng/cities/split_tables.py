"""A split written down: the tables of the cities' targets and of the check."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.cities.check import SplitCheck, project_amounts
from dafeng.cities.contracts import Allocation, AllocationCheck
from dafeng.cities.figures import CODE_ORDER, FIGURE_UNITS
from dafeng.cities.split_question import items_of_method
from dafeng.table import frame_of

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from dafeng.cities.figures import FigureSet
    from dafeng.cities.solve import Floats
    from dafeng.cities.split_question import CityArrays, Method, SplitQuestion, SplitWishes
    from dafeng.errors import Finding


@dataclass(frozen=True, slots=True)
class SplitCase:
    """A question with its figures.

    Parameters
    ----------
    question : SplitQuestion
    method : str
    wishes : SplitWishes
    arrays : CityArrays
    lacking : list of tuple of str
        Which items each city lacks.
    growth : array of float
        Of the cities; 1 for a total. [1]
    province_growth : float
        1 for a total. [1]
    """

    question: SplitQuestion
    method: Method
    wishes: SplitWishes
    arrays: CityArrays
    lacking: list[tuple[str, ...]]
    growth: Floats
    province_growth: float

    @property
    def known(self) -> NDArray[np.bool_]:
        """The cities of which the method knows all that it needs."""
        return np.array([not items for items in self.lacking], dtype=bool)

    @property
    def cities(self) -> list[str]:
        """The cities that are known."""
        return [c for c, known in zip(self.question.cities, self.known, strict=True) if known]


@dataclass(frozen=True, slots=True)
class Falls:
    """What a method found for the cities of which all is known.

    Parameters
    ----------
    fall, index : array of float
        Falls, and what sets the cities apart; NaN where there is none. [1]
    findings : tuple of Finding
        Notes.
    bounded : frozenset of str
        Cities that stand at a bound.
    """

    fall: Floats
    index: Floats
    findings: tuple[Finding, ...] = ()
    bounded: frozenset[str] = field(default_factory=frozenset)


def name_items(arrays: CityArrays, question: SplitQuestion) -> dict[str, str]:
    """Return the codes of ``city_figure`` for what the methods call amount, growth and gdp.

    Parameters
    ----------
    arrays : CityArrays
    question : SplitQuestion
    """
    return {"amount": question.amount_item, "growth": "gdp_growth", "gdp": arrays.gdp_item}


def known_or_none(value: float) -> float | None:
    """Return a number, or None in place of NaN."""
    return None if np.isnan(value) else value


def write_allocation(case: SplitCase, falls: Falls, assigned: Floats, found: FigureSet) -> pl.DataFrame:
    """Return the target of every city.

    Parameters
    ----------
    case : SplitCase
    falls : Falls
        Of the known cities.
    assigned : array of float
        Falls of all cities, NaN where there is none. [1]
    found : FigureSet
        For the grades.

    Returns
    -------
    Allocation
    """
    question, wishes = case.question, case.wishes
    implied = project_amounts(np.where(case.known, case.arrays.amount, np.nan), case.growth, assigned)
    index = np.full(len(question.cities), np.nan)
    index[case.known] = falls.index
    used = _list_used(case)
    rows: list[dict[str, Any]] = []
    for place, city in enumerate(question.cities):
        missing = sorted(set(case.lacking[place]), key=CODE_ORDER.index)
        rows.append({
            **_name_scheme(case), "region": city, "quantity": question.quantity,
            "base_year": question.base_year, "target_year": question.target_year,
            "unit": FIGURE_UNITS[question.amount_item],
            "base": known_or_none(case.arrays.amount[place]),
            "growth_ratio": known_or_none(case.arrays.growth[place]),
            "index_value": known_or_none(index[place]), "assigned": known_or_none(assigned[place]),
            "implied": known_or_none(implied[place]), "is_locked": city in wishes.locks,
            "status": _state(case, place, assigned[place], falls.bounded),
            "missing_items": ";".join(missing) or None, "grade": found.grade_of(city, used),
        })  # fmt: skip
    return frame_of(rows, Allocation)


def _list_used(case: SplitCase) -> list[tuple[int, str]]:
    """Return year and item of every figure that the method rests on."""
    question = case.question
    codes = name_items(case.arrays, question)
    needed = items_of_method(case.method, question, case.wishes)
    used = [(question.base_year, codes.get(item, item)) for item in needed]
    if "growth" in needed:
        years = range(question.base_year + 1, question.target_year + 1)
        ends = [(year, "gdp_constant") for year in (question.base_year, question.target_year)]
        used += [(year, "gdp_growth") for year in years] + ends
    return used


def _state(case: SplitCase, place: int, fall: float, bounded: frozenset[str]) -> str:
    city = case.question.cities[place]
    if city in case.wishes.locks:
        return "locked"
    if not case.known[place]:
        return "missing"
    if np.isnan(fall):
        return "unsolved"
    return "bounded" if city in bounded else "assigned"


def _name_scheme(case: SplitCase) -> dict[str, str]:
    return {"scheme_id": case.method, "method": case.method, "target_id": case.question.target_id}


def write_check(case: SplitCase, seen: SplitCheck) -> pl.DataFrame:
    """Return the two sides of the criterion as a row.

    Parameters
    ----------
    case : SplitCase
    seen : SplitCheck

    Returns
    -------
    AllocationCheck
    """
    question, known = case.question, case.known
    grown = seen if question.is_intensity else replace(seen, weighted_growth=np.nan, province_growth=np.nan)
    silent = [city for city, is_known in zip(question.cities, known, strict=True) if not is_known]
    residual = None if np.isnan(case.arrays.province_amount) else seen.residual
    if question.is_intensity and np.isnan(case.province_growth):
        silent.append(question.province)
    row = {
        **_name_scheme(case), "required": seen.required, "reached": known_or_none(seen.reached),
        "cities_sum": known_or_none(seen.cities_sum), "allowed": known_or_none(seen.allowed),
        "gap": known_or_none(seen.gap), "unit": FIGURE_UNITS[question.amount_item],
        "weighted_growth": known_or_none(grown.weighted_growth),
        "mean_growth": known_or_none(grown.province_growth),
        "uniform_needed": known_or_none(seen.uniform_needed), "residual": residual,
        "cities_known": int(known.sum()), "cities_all": seen.count, "outcome": seen.outcome,
        "missing_regions": ";".join(silent) or None,
    }  # fmt: skip
    return frame_of([row], AllocationCheck)
