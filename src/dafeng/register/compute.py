"""Values of expressions for rows: formulas that are stored, those computed on read, any other."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dafeng.register.expression_compile import Compiled, compile_expression, compile_formula
from dafeng.register.expression_values import Evaluation
from dafeng.register.geometry import read_geometries
from dafeng.register.schema import (
    dtype_of,
    held_fields,
    link_fields,
    linked_registers,
    list_links,
    stored_formulas,
    volatile_formulas,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.register.library import Library
    from dafeng.register.model import Formula, Register

    Linked = Mapping[str, pl.DataFrame]

NOTHING_LINKED: Linked = MappingProxyType({})
"""No rows of other registers."""


def needed_links(register: Register) -> frozenset[str]:
    """Return the registers whose rows are needed to check, compute and show rows of a register."""
    return linked_registers(register)


def linked_keys(register: Register, frame: pl.DataFrame) -> dict[str, set[str]]:
    """Return register -> keys that rows and their lines point to; every linked register is there."""
    found: dict[str, set[str]] = {target: set() for target in sorted(linked_registers(register))}
    for name, target in link_fields(register).items():
        if name in frame.columns:
            found[target] |= set(frame[name].drop_nulls())
    for (child, name), target in list_links(register).items():
        if child in frame.columns:
            found[target] |= set(frame[child].explode().struct.field(name).drop_nulls())
    return found


def values_of(
    compiled: Compiled,
    register: Register,
    library: Library | None,
    frame: pl.DataFrame,
    linked: Linked = NOTHING_LINKED,
    today: date | None = None,
) -> pl.Series:
    """Return the values of an expression for every row of a frame.

    Parameters
    ----------
    compiled : Compiled
        Of :func:`compile_expression` or a part of a figure.
    register, library
        Whose rows; the library is needed for linked fields.
    frame : polars.DataFrame
        Rows; formulas that are read and not there are computed.
    linked : mapping of str to polars.DataFrame
        Register -> its rows, for links.
    today : date, optional
        The day of ``today``.

    Returns
    -------
    polars.Series
        Float64, String, Boolean or Date.
    """
    wide = _with_columns(compiled.columns, register, library, frame, linked, today)
    keys = {child.id: child.key for child in register.lists}
    return Evaluation(wide, keys, today).values(compiled.term)


def _with_columns(
    columns: frozenset[str],
    register: Register,
    library: Library | None,
    frame: pl.DataFrame,
    linked: Linked,
    today: date | None,
) -> pl.DataFrame:
    """Return the frame with linked fields and formulas that are read and not yet there."""
    formulas = {formula.id: formula for formula in register.formulas}
    if "state" in columns and "state" not in frame.columns:
        frame = frame.with_columns(pl.lit(register.first_state).alias("state"))
    links = link_fields(register)
    for name in sorted(columns):
        first, dot, second = name.partition(".")
        if name in frame.columns or name == "today":
            continue
        if dot and first in links:
            frame = frame.with_columns(
                _look_up(frame[first], links[first], second, library, linked).alias(name)
            )
        elif name in formulas:
            made = _formula_values(formulas[name], register, library, frame, linked, today)
            frame = frame.with_columns(made)
    return frame


def _look_up(keys: pl.Series, target: str, name: str, library: Library | None, linked: Linked) -> pl.Series:
    """Return a field of the rows that keys point to."""
    if library is None:
        raise KeyError(target)
    (key,) = library.registers[target].key
    rows = linked[target]
    table = rows.select(pl.col(key).cast(pl.String).alias("k"), pl.col(name).alias("v"))
    table = table.unique("k", keep="first", maintain_order=True)
    asked = pl.DataFrame({"k": keys.cast(pl.String)})
    return asked.join(table, on="k", how="left", maintain_order="left")["v"]


def _formula_values(
    formula: Formula,
    register: Register,
    library: Library | None,
    frame: pl.DataFrame,
    linked: Linked,
    today: date | None,
) -> pl.Series:
    made = values_of(compile_formula(formula, register, library), register, library, frame, linked, today)
    if formula.kind == "integer":
        made = made.round(0, mode="half_away_from_zero")
    if formula.kind == "date":
        made = made.dt.to_string("%Y-%m-%d")
    return made.cast(dtype_of(formula.kind)).alias(formula.id)


def evaluate(
    text: str,
    register: Register,
    library: Library | None,
    frame: pl.DataFrame,
    linked: Linked = NOTHING_LINKED,
    today: date | None = None,
) -> pl.Series:
    """Return the value of an expression for every row of a frame.

    Parameters
    ----------
    text : str
        The expression.
    register, library, frame, linked, today
        As for :func:`values_of`.

    Raises
    ------
    InputRefused
        The expression cannot be used.
    """
    return values_of(compile_expression(text, register, library), register, library, frame, linked, today)


def explode_lines(frame: pl.DataFrame, list_id: str) -> pl.DataFrame:
    """Return one row a line of a list: the columns of its row, then those of the line as ``list.field``.

    Rows without lines are gone.
    """
    filled = frame.filter(pl.col(list_id).list.len() > 0).explode(list_id)
    return filled.select(
        pl.all().exclude(list_id), pl.col(list_id).struct.unnest().name.prefix(f"{list_id}.")
    )


def combine_parts(whole: Compiled, parts: pl.DataFrame) -> pl.Series:
    """Return the values of figures from those of their aggregates.

    Parameters
    ----------
    whole : Compiled
        Of :class:`~dafeng.register.expression_compile.CompiledMeasure`.
    parts : polars.DataFrame
        One line a figure (a region, a year), columns ``part_0``, ``part_1``, …; missing stays missing.
    """
    return Evaluation(parts, {}).values(whole.term)


def compute_formulas(
    register: Register, library: Library | None, frame: pl.DataFrame, linked: Linked = NOTHING_LINKED
) -> pl.DataFrame:
    """Return rows as they are stored: canonical geometries, sorted codes, formulas of the row computed anew.

    Parameters
    ----------
    register : Register
        Whose rows.
    library : Library, optional
        Not needed: a stored formula follows from the row alone.
    frame : polars.DataFrame
        Rows with all fields and lists.
    linked : mapping
        Not needed.
    """
    frame = frame.with_columns(_canonical(register, frame))
    formulas = stored_formulas(register)
    frame = frame.drop([f.id for f in formulas if f.id in frame.columns])
    for formula in formulas:
        frame = frame.with_columns(_formula_values(formula, register, library, frame, linked, None))
    return frame


def _canonical(register: Register, frame: pl.DataFrame) -> list[pl.Series | pl.Expr]:
    """Return the columns whose values have one spelling: places, and several codes in a cell."""
    made: list[pl.Series | pl.Expr] = []
    for field in register.asked:
        if field.id in frame.columns and field.kind == "geometry":
            made.append(read_geometries(frame[field.id], field.geometry).values.alias(field.id))
        elif field.id in frame.columns and field.kind == "codes":
            made.append(_sorted_codes(pl.col(field.id)))
    for child in register.lists:
        several = [field.id for field in child.fields if field.kind == "codes"]
        if several and child.id in frame.columns:
            lines = pl.element().struct.with_fields(*(_sorted_codes(pl.field(name)) for name in several))
            made.append(pl.col(child.id).list.eval(lines))
    return made


def _sorted_codes(codes: pl.Expr) -> pl.Expr:
    return codes.str.split(";").list.unique().list.sort().list.join(";")


def compute_volatile(
    register: Register,
    library: Library,
    frame: pl.DataFrame,
    linked: Linked = NOTHING_LINKED,
    today: date | None = None,
) -> pl.DataFrame:
    """Return rows with the fields held in linked rows and the formulas that are computed on read.

    Parameters
    ----------
    register, library, frame, linked, today
        As for :func:`values_of`; ``linked`` has every register of :func:`needed_links`.
    """
    links = link_fields(register)
    held = held_fields(register)
    later = volatile_formulas(register)
    made = {field.id for field in held} | {formula.id for formula in later}
    frame = frame.drop([name for name in frame.columns if name in made])
    for field in held:
        first, _, second = field.held_in.partition(".")
        found = _look_up(frame[first], links[first], second, library, linked)
        frame = frame.with_columns(found.alias(field.id))
    for formula in later:
        frame = frame.with_columns(_formula_values(formula, register, library, frame, linked, today))
    return frame
