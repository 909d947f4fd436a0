"""What was given to which chain in the base year, in one line: shown before any projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

TONNES = 1e6


@dataclass(frozen=True, slots=True)
class CalibrationSummary:
    """How the base year was taken over.

    Attributes
    ----------
    year : int
    cells : int
        Cells (sector, fuel) of the inventory with emissions.
    split_cells : int
        Of these, cells that were split over several chains.
    total_mt : float
        Emissions of all cells [Mt].
    largest_gap_t : float
        Largest difference of a cell against the inventory [t].
    by_state_mt : mapping of str to float
        Emissions by the state of the shares that they were split with [Mt].
    inferred_tj : float
        Energy that was inferred from carbon, because it had no figure of its own [TJ].
    """

    year: int
    cells: int
    split_cells: int
    total_mt: float
    largest_gap_t: float
    by_state_mt: Mapping[str, float]
    inferred_tj: float


def summarise_calibration(calibration: pl.DataFrame, emissions: pl.DataFrame) -> CalibrationSummary:
    """Return the calibration in a few numbers.

    Parameters
    ----------
    calibration : Calibration
    emissions : Emissions
        The inventory that it was made of.
    """
    year = int(calibration["year"][0])
    inventory = emissions.filter(
        (pl.col("year") == year) & (pl.col("variable") == "co2_fuel_combustion")
        & (pl.col("sector") != "total") & pl.col("fuel").is_not_null() & pl.col("value").is_not_null()
    ).select("sector", "fuel", "value")  # fmt: skip
    cells = calibration.group_by("sector", "fuel").agg(pl.col("co2_mt").sum(), chains=pl.len())
    both = cells.join(inventory, on=["sector", "fuel"], how="full", coalesce=True).with_columns(
        gap=(pl.col("co2_mt").fill_null(0.0) - pl.col("value").fill_null(0.0)).abs()
    )
    emitting = cells.filter(pl.col("co2_mt") != 0)
    states = calibration.group_by("basis").agg(pl.col("co2_mt").sum()).sort("basis")
    inferred = calibration.filter(pl.col("energy_basis") == "carbon")["energy_tj"].sum()
    return CalibrationSummary(
        year=year, cells=emitting.height, split_cells=emitting.filter(pl.col("chains") > 1).height,
        total_mt=float(emitting["co2_mt"].sum()), largest_gap_t=float(both["gap"].to_numpy().max()) * TONNES,
        by_state_mt=dict(states.iter_rows()), inferred_tj=float(inferred),
    )  # fmt: skip
