"""What a balance is beside its cells: edition of the layout, measure, and how electricity is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Measure = Literal["physical", "coal_equivalent"]
Basis = Literal["calorific", "equivalent"]

COAL_EQUIVALENT_UNIT = "10^4 tce"


@dataclass(frozen=True, slots=True)
class ElectricityBasis:
    """How electricity is turned into standard coal.

    Parameters
    ----------
    basis : {"calorific", "equivalent"}
        当量值 (its own heat, 122.9 gce/kWh) or 等价值 (the coal that thermal power takes in that year).
    gce_per_kwh : float
        Coefficient of the year. [gce/kWh]
    """

    basis: Basis
    gce_per_kwh: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Energy balance of one or many provinces and years.

    Parameters
    ----------
    cells : BalanceCells
    edition : str
        Code of the layout (``balance/editions.csv``).
    measure : {"physical", "coal_equivalent"}
        Physical quantities, or all fuels in 10^4 tce.
    electricity : ElectricityBasis, optional
        Given exactly when the measure is coal equivalent.
    """

    cells: pl.DataFrame
    edition: str
    measure: Measure = "physical"
    electricity: ElectricityBasis | None = None
