"""Figures over the rows of registers as formulas of indicators read them, on a day and on past year ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.contracts import MeasureValues
from dafeng.table import empty_table, frame_of
from dafeng.tracking.formula import REGISTERS, names_in, parse_formula
from dafeng.tracking.indicator_contracts import AccountValues, DatedFigures
from dafeng.tracking.replay import year_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.app.register_shelf import Shelf
    from dafeng.app.stages import RunContext
    from dafeng.pack import Pack
    from dafeng.register.library import Library

FIGURES = "register.figures"
SOURCE = "register"
"""What stands for the source of a figure over the rows of a register."""
INCOMPLETE = "C"
"""Grade of a figure that leaves rows out, or whose register nobody has declared complete: it is shown on the
board and decides nothing."""


def measure_units(library: Library) -> dict[str, str]:
    """Return every figure over rows that a formula may read (``registers.REGISTER.MEASURE``) and its unit."""
    return {
        f"{REGISTERS}.{register.id}.{measure.id}": measure.unit
        for register in library.registers.values()
        for measure in register.measures
    }


def list_dated_figures(shelf: Shelf, context: RunContext, values: pl.DataFrame) -> pl.DataFrame:
    """Return the figures that formulas may read on the day and on each year end since the first event.

    Parameters
    ----------
    shelf : Shelf
    context : RunContext
    values : MeasureValues
        Of the day of the context.

    Returns
    -------
    DatedFigures
        On a day of the past the figures rest on the rows as they were known then. A figure of the running
        year that stands as of the day (stock, current) says so; a flow of it is left out. A figure of rows as
        they are on the day (current) stands for the past year ends on which it was taken.
    """
    if shelf.first_day is None:
        return empty_table(DatedFigures)
    wanted = names_read(context.pack)
    complete = frozenset(context.pack.config.decisions.complete_registers)
    rows: list[dict[str, Any]] = []
    taken: list[dict[str, Any]] = []
    for day in year_ends(int(shelf.first_day[:4]), context.as_of.year - 1):
        past = _measure_on(shelf, replace(context, as_of=day), wanted)
        figures = [*_figures(past, day, complete), *taken]
        rows += [{**row, "as_of": day.isoformat()} for row in figures]
        current = past.filter(pl.col("kind") == "current")
        taken += list(_figures(current, day, complete))
    now = [*_figures(values, context.as_of, complete), *taken]
    rows += [{**row, "as_of": context.as_of.isoformat()} for row in now]
    return frame_of(rows, DatedFigures)


def names_read(pack: Pack) -> frozenset[str]:
    """Return the registers that the formulas of a pack read."""
    texts = pack.tables["indicator_formulas"]["formula"]
    named = (name for text in texts for name in names_in(parse_formula(text)))
    return frozenset(name.split(".")[1] for name in named if name.startswith(f"{REGISTERS}."))


def figures_on(given: Mapping[str, pl.DataFrame], day: date) -> pl.DataFrame:
    """Return the figures over rows that were known on a day.

    Parameters
    ----------
    given : mapping of str to polars.DataFrame
        :data:`FIGURES`; without it there are none.
    day : date
        Day of the run or a year end before it.

    Returns
    -------
    AccountValues
    """
    figures = given.get(FIGURES)
    if figures is None:
        return empty_table(AccountValues)
    return figures.filter(pl.col("as_of") == day.isoformat()).drop("as_of")


def _measure_on(shelf: Shelf, context: RunContext, wanted: frozenset[str]) -> pl.DataFrame:
    from dafeng.app.register_stage import ground_of  # noqa: PLC0415 - it reads the figures of this module
    from dafeng.register.measures import measure_rows  # noqa: PLC0415 - compiles expressions

    found = [empty_table(MeasureValues)]
    for name, frame in shelf.rows_on(context.as_of, wanted).items():
        register = shelf.library.registers[name]
        found.append(
            measure_rows(register, frame, ground_of(shelf, context.pack, context.as_of, register))[0]
        )
    return pl.concat(found)


def _figures(values: pl.DataFrame, day: date, complete: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield figures that have a value, named as formulas write them."""
    for row in values.drop_nulls(["value", "grade"]).iter_rows(named=True):
        year_end = date(row["year"], 12, 31)
        running = year_end > day
        if running and row["kind"] == "flow":
            continue
        sound = row["register_id"] in complete and not row["left_out"]
        changed = date.fromisoformat(row["known_on"])
        yield {
            "name": f"{REGISTERS}.{row['register_id']}.{row['measure_id']}", "region": row["region"],
            "year": row["year"], "value": row["value"], "unit": row["unit"],
            "known_on": (changed if running else max(changed, year_end)).isoformat(), "known_assumed": False,
            "until": day.isoformat() if running else None, "source_ids": SOURCE,
            "grade": row["grade"] if sound else max(row["grade"], INCOMPLETE),
        }  # fmt: skip
