"""What a MWh costs and emits by class and year: fuel, variable operation, CO2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.power.build_parameters import TCE_PER_MWH
from dafeng.power.coal import LoadCurve

if TYPE_CHECKING:
    from dafeng.power.build_parameters import ParameterBook

COAL_KINDS = frozenset({"coal", "coal_chp"})


@dataclass(frozen=True)
class UnitCost:
    """Cost and emission of a MWh.

    Attributes
    ----------
    fuel, variable : float
        [CNY/MWh]
    fuel_tce : float
        Fuel [tce/MWh].
    co2 : float
        [t/MWh]
    """

    fuel: float = 0.0
    variable: float = 0.0
    fuel_tce: float = 0.0
    co2: float = 0.0

    @property
    def marginal(self) -> float:
        """Fuel and variable operation [CNY/MWh]."""
        return self.fuel + self.variable


def supplied_share(book: ParameterBook, technology: str, year: int) -> float:
    """Return what of the generation of a class leaves the plant [1]; all of it where no own use is known."""
    return 1.0 - book.read(technology, "own_use", year, 0.0)


def read_curve(book: ParameterBook, technology: str, year: int) -> LoadCurve:
    """Return the fuel curve of a coal class per MWh generated: the rate is net, generation is gross."""
    return LoadCurve(
        book.require(technology, "coal_rate", year) * supplied_share(book, technology, year),
        book.require(technology, "min_load", year),
        book.read(technology, "part_load_penalty", year, 0.0),
    )


def cost_unit(book: ParameterBook, row: dict[str, Any], year: int, *, committed: bool = False) -> UnitCost:
    """Return cost and emission of a MWh of a class.

    Parameters
    ----------
    book : ParameterBook
    row : dict
        The class.
    year : int
    committed : bool
        Coal: the fuel of a further MWh alone, because the no-load fuel is paid by the online capacity;
        otherwise the rate in the middle between least and full load.
    """
    name = row["technology"]
    variable = book.read(name, "variable_cost", year, 0.0)
    if row["fuel"] is None:
        return UnitCost(variable=variable)
    if row["kind"] in COAL_KINDS:
        curve = read_curve(book, name, year)
        burnt = (curve.slope if committed else curve.middle) / 1000.0
    else:
        burnt = TCE_PER_MWH / book.require(name, "efficiency", year)
    price = book.require(row["fuel"], "fuel_price", year)
    factor = book.require(row["fuel"], "emission_factor", year)
    return UnitCost(burnt * price, variable, burnt, burnt * factor)
