"""Sign conventions: which one a table follows, told by cells whose sign can only be one thing.

The yearbook writes transformation input and what leaves the province as negative; other collections write
transformation input as positive (and its output negative), or what leaves or the closing stock as positive.
All are turned into the yearbook's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng import terms
from dafeng.balance.stock import CLOSING
from dafeng.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.errors import Place

Signs = Literal["yearbook", "input_positive"]
SIGNS: tuple[Signs, ...] = ("yearbook", "input_positive")

OUTPUTS = {
    "thermal_power": frozenset({"Electricity"}),
    "heating_supply": frozenset({"Heat"}),
    "coking": frozenset({"Coke", "Coke_Oven_Gas", "Other_Coking_Products"}),
    "coal_washing": frozenset({"Cleaned_Coal"}),
}
"""What a transformation can only give out."""
INPUTS = {
    "thermal_power": frozenset({"Coal_Total", "Raw_Coal", "Other_Washed_Coal", "Diesel_Oil", "Natural_Gas"}),
    "heating_supply": frozenset({"Coal_Total", "Raw_Coal", "Other_Washed_Coal", "Diesel_Oil", "Natural_Gas"}),
    "coking": frozenset({"Coal_Total", "Raw_Coal", "Cleaned_Coal"}),
    "coal_washing": frozenset({"Raw_Coal"}),
    "petroleum_refineries": frozenset({"Crude_Oil"}),
}
"""What a transformation can only take in."""
OUTFLOWS = ("sending_out_to_other_provinces", "export", "refuelling_foreign")


@dataclass(frozen=True, slots=True)
class SignsFound:
    """What the cells say.

    Parameters
    ----------
    transformation : {"yearbook", "input_positive"}
        Sign of transformation.
    outflow : {"yearbook", "input_positive"}
        Sign of what leaves the province; ``input_positive`` stands for positive here.
    stock : {"yearbook", "input_positive"}
        Sign of the closing stock; ``input_positive`` stands for positive.
    findings : tuple of Finding
        Cells that say otherwise than most, or that the cells are evenly split.
    """

    transformation: Signs
    outflow: Signs
    stock: Signs
    findings: tuple[Finding, ...] = ()


def detect_signs(
    cells: pl.DataFrame, place_of: Callable[[int], Place], said: Signs | None = None
) -> SignsFound:
    """Return the sign convention of cells as they were written.

    Parameters
    ----------
    cells : polars.DataFrame
        ``row, fuel, value`` and more.
    place_of : callable
        Where the cell at a position of the frame stands in its file.
    said : {"yearbook", "input_positive"}, optional
        What the user says: ``yearbook`` takes every sign as it stands, ``input_positive`` speaks of
        transformation only.

    Returns
    -------
    SignsFound
        The convention of most telling cells; the yearbook's where no cell tells. Cells of the other sign
        are findings (``balance_sign_odd``); an even split is one of severity error
        (``balance_signs_even``).
    """
    if said == "yearbook":
        return SignsFound(said, said, said)
    transformation, first = _judge(cells, place_of, _expected_transformation)
    outflow, second = _judge(cells, place_of, _expected_outflow)
    stock, third = _judge(cells, place_of, _expected_stock)
    if said is not None:
        transformation, first = said, []
    return SignsFound(transformation, outflow, stock, (*first, *second, *third))


def turn_signs(
    cells: pl.DataFrame, transformation: Signs, outflow: Signs = "yearbook", stock: Signs = "yearbook"
) -> pl.DataFrame:
    """Return cells with signs turned where they are not the yearbook's.

    The same call turns them back.
    """
    rows = []
    if transformation != "yearbook":
        entries = terms.entries("balance_rows")
        rows += [code for code, entry in entries.items() if entry["section"] == "transformation"]
    if outflow != "yearbook":
        rows += OUTFLOWS
    if stock != "yearbook":
        rows.append(CLOSING)
    turned = pl.when(pl.col("row").is_in(rows) & (pl.col("value") != 0)).then(-pl.col("value"))
    return cells.with_columns(turned.otherwise(pl.col("value")).alias("value"))


def _expected_transformation(row: str, fuel: str) -> int:
    """Return the sign that a cell has in the yearbook; 0 where both can be."""
    if fuel in OUTPUTS.get(row, ()):
        return 1
    return -1 if fuel in INPUTS.get(row, ()) else 0


def _expected_outflow(row: str, fuel: str) -> int:
    return -1 if row in OUTFLOWS and fuel else 0


def _expected_stock(row: str, fuel: str) -> int:
    return -1 if row == CLOSING and fuel else 0


def _judge(
    cells: pl.DataFrame, place_of: Callable[[int], Place], expected: Callable[[str, str], int]
) -> tuple[Signs, list[Finding]]:
    votes: dict[Signs, list[int]] = {"yearbook": [], "input_positive": []}
    for position, (row, fuel, value) in enumerate(cells.select("row", "fuel", "value").iter_rows()):
        sign = expected(row, fuel)
        if sign and value:
            votes["yearbook" if sign * value > 0 else "input_positive"].append(position)
    odd, most = sorted(SIGNS, key=lambda name: (len(votes[name]), name == "yearbook"))
    severity = "error" if len(votes[odd]) == len(votes[most]) else "warning"
    code = "balance_signs_even" if severity == "error" else "balance_sign_odd"
    found = [
        Finding(
            code, place_of(position),
            {"row": row, "fuel": fuel, "value": value, "signs": most},
            "error" if severity == "error" else "warning",
        )
        for position in votes[odd]
        for row, fuel, value in [cells.select("row", "fuel", "value").row(position)]
    ]  # fmt: skip
    return most, found
