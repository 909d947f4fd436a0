"""What is asked of a split: the provincial target, the wishes of the user, and the figures as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import polars as pl

from dafeng.cities.figures import FigureSet, choose_output, grow_output, output_of
from dafeng.cities.indices import DEFAULT_WEIGHTS, items_needed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.cities.solve import Floats

Method = Literal["uniform", "uniform_raised", "index", "convergence", "weights"]
METHODS: Final[tuple[Method, ...]] = ("uniform", "uniform_raised", "index", "convergence", "weights")
SOLVED: Final = ("uniform_raised", "index", "convergence", "weights")
"""Methods that are solved so that the parts reach the province exactly."""

AMOUNT_ITEMS: Final[Mapping[str, str]] = {
    "energy_intensity": "energy_total",
    "energy_total": "energy_total",
    "carbon_intensity": "co2_total",
    "co2_total": "co2_total",
}
"""Quantity that is split -> the amount of the cities that it is about."""
INTENSITIES: Final = ("energy_intensity", "carbon_intensity")
CONVERGENCE_YEARS: Final = 20
"""Years from the base year until intensities meet, if nothing is said: our own choice. [year]"""


@dataclass(frozen=True, slots=True)
class SplitQuestion:
    """The target of a province that is split.

    Parameters
    ----------
    target_id : str
        Its id, or a name for a fall that the user gave.
    quantity : str
        Code of ``split_quantity``.
    base_year, target_year : int
    required_fall : float
        0.18 for a fall by 18 %. [1]
    province : str
        Region code under which figures of the whole province stand.
    cities : tuple of str
        All cities, with figures or without.
    """

    target_id: str
    quantity: str
    base_year: int
    target_year: int
    required_fall: float
    province: str
    cities: tuple[str, ...]

    @property
    def is_intensity(self) -> bool:
        """True if output counts, false for a total."""
        return self.quantity in INTENSITIES

    @property
    def amount_item(self) -> str:
        """The item of the city figures that is split."""
        return AMOUNT_ITEMS[self.quantity]


@dataclass(frozen=True, slots=True)
class SplitWishes:
    """What a user fixes or prefers; nothing of it is official.

    Parameters
    ----------
    locks : mapping of str to float
        City -> its fall, which is not touched. [1]
    bounds : mapping of str to (float or None, float or None)
        City -> lowest and highest fall. [1]
    low, high : float or None
        Bounds of every other city; default lowest: 0 if the province has to fall (no city may get worse),
        none otherwise; default highest: 1. [1]
    spread : float or None
        Largest difference between the cities that are free. [1]
    indicator_weights : mapping of str to float
        Weights of the index. [1]
    city_weights : mapping of str to float
        Weights of the method ``weights``: twice the weight, twice the fall. [1]
    growth : mapping of str to float
        City or province -> growth factor of output, in place of what the figures say. [1]
    convergence_year : int or None
        When intensities meet; default: :data:`CONVERGENCE_YEARS` after the base year.
    residual_fall : float or None
        Fall of what no city has, as a block of its own; default: the fall of the province. [1]
    """

    locks: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    indicator_weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    city_weights: Mapping[str, float] = field(default_factory=dict)
    growth: Mapping[str, float] = field(default_factory=dict)
    convergence_year: int | None = None
    residual_fall: float | None = None


@dataclass(frozen=True, slots=True)
class CityArrays:
    """The figures of a question, one place a city; NaN where a figure is missing.

    Parameters
    ----------
    amount : array of float
        Energy [10^4 tce] or CO2 [10^4 t CO2] of the base year.
    growth : array of float
        Growth factor of output to the target year. [1]
    figures : mapping of str to array of float
        ``amount``, ``gdp`` and further items of the base year, as the index wants them.
    gdp_item : str
        Which GDP stands in ``figures``.
    province_amount, province_growth : float
        Of the province; NaN where not known. Without an own figure the growth of the province is that of
        its cities weighted by their GDP.
    """

    amount: Floats
    growth: Floats
    figures: Mapping[str, Floats]
    gdp_item: str
    province_amount: float
    province_growth: float


def gather_arrays(found: FigureSet, question: SplitQuestion, wishes: SplitWishes) -> CityArrays:
    """Return the figures of a question as arrays.

    Parameters
    ----------
    found : FigureSet
    question : SplitQuestion
    wishes : SplitWishes
        Growth that it names replaces what the figures say.
    """
    cities, year = question.cities, question.base_year
    whole = [*cities, question.province]
    basis = choose_output(found, cities, year)
    gdp = output_of(found, cities, year, basis)
    measured = grow_output(found, whole, year, question.target_year)
    growth = np.array(
        [wishes.growth.get(region, value) for region, value in zip(whole, measured, strict=True)]
    )
    province_growth = float(growth[-1])
    if np.isnan(province_growth):
        province_growth = float((gdp * growth[:-1]).sum() / gdp.sum())
    amount = found.column(cities, year, question.amount_item)
    items = ("population", "fiscal_revenue", "secondary_share", "coal_share")
    figures = {item: found.column(cities, year, item) for item in items}
    province = float(found.column([question.province], year, question.amount_item)[0])
    return CityArrays(
        amount, growth[:-1], {"amount": amount, "gdp": gdp, **figures}, basis[0], province, province_growth
    )


def items_of_method(method: Method, question: SplitQuestion, wishes: SplitWishes) -> tuple[str, ...]:
    """Return what a method has to know of every city: ``amount``, ``growth``, ``gdp``, ….

    Parameters
    ----------
    method : str
        Code of ``split_method``.
    question : SplitQuestion
    wishes : SplitWishes
    """
    items = ["amount"]
    if question.is_intensity or method == "convergence":
        items.append("growth")
    if method == "convergence":
        items.append("gdp")
    if method == "index":
        items += items_needed(wishes.indicator_weights)
    return tuple(dict.fromkeys(items))


@cache
def split_indicators() -> dict[str, str]:
    """Return which indicators of a pack are split to the cities: indicator -> quantity."""
    raw = files("dafeng.cities").joinpath("split_indicators.csv").read_bytes()
    return dict(pl.read_csv(BytesIO(raw)).iter_rows())


def find_questions(
    targets: pl.DataFrame, decided: Mapping[str, float], province: str, cities: Sequence[str]
) -> list[SplitQuestion]:
    """Return the targets of a province that can be split: changes in percent with a number and two years.

    Parameters
    ----------
    targets : Targets
    decided : mapping of str to float
        Target -> number that the pack has decided where the document names none. [%]
    province : str
        Region code; targets of the country or of single cities are not split.
    cities : sequence of str
    """
    quantities = split_indicators()
    own = targets.filter(
        (pl.col("region") == province)
        & pl.col("indicator_id").is_in(list(quantities))
        & (pl.col("unit") == "%")
        & pl.col("base_year").is_not_null()
        & pl.col("target_year").is_not_null()
    )
    questions = []
    for row in own.iter_rows(named=True):
        change = row["value"] if row["value"] is not None else decided.get(row["target_id"])
        if change is None or row["base_year"] >= row["target_year"]:
            continue
        questions.append(
            SplitQuestion(
                row["target_id"], quantities[row["indicator_id"]], row["base_year"], row["target_year"],
                -change / 100, province, tuple(cities),
            )
        )  # fmt: skip
    return questions
