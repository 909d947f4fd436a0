"""From a register to the columns of its rows: names and types, stored and computed, and frames of rows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.expression import names_in, parse_expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.register.fields import Child, RegisterField
    from dafeng.register.model import Formula, Register

SYSTEM_COLUMNS: dict[str, pl.DataType] = {
    "row_id": pl.String(), "version": pl.Int64(), "state": pl.String(), "withdrawn": pl.Boolean(),
    "source": pl.String(), "grade": pl.String(), "scope_region": pl.String(), "scope_agency": pl.String(),
    "created_at": pl.String(), "created_by": pl.String(),
    "changed_at": pl.String(), "changed_by": pl.String(),
}  # fmt: skip
"""What every row has, before its fields."""
_NUMERIC: dict[str, pl.DataType] = {
    "integer": pl.Int64(), "year": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean(),
}  # fmt: skip


def dtype_of(kind: str) -> pl.DataType:
    """Return the type of a column that holds fields or formulas of a kind."""
    return _NUMERIC.get(kind, pl.String())


def list_dtype(child: Child) -> pl.DataType:
    """Return the type of the column of a list."""
    return pl.List(pl.Struct({field.id: dtype_of(field.kind) for field in child.fields}))


def held_fields(register: Register) -> tuple[RegisterField, ...]:
    """Return the fields that are held in linked rows: joined on read, never stored."""
    return tuple(field for field in register.fields if field.held_in)


@lru_cache(maxsize=1024)
def stored_formulas(register: Register) -> tuple[Formula, ...]:
    """Return the formulas that follow from the row alone; their values are stored with it."""
    read_later = {"today", *(f.id for f in register.fields if f.held_in)}
    links = {field.id for field in register.fields if field.kind == "link"}
    kept = []
    for formula in register.formulas:
        names = names_in(parse_expression(formula.expr))
        if any(n.path[0] in read_later or (len(n.path) == 2 and n.path[0] in links) for n in names):
            read_later.add(formula.id)
        else:
            kept.append(formula)
    return tuple(kept)


def volatile_formulas(register: Register) -> tuple[Formula, ...]:
    """Return the formulas that read ``today`` or a linked row: computed on read, so that none grows old."""
    stored = {formula.id for formula in stored_formulas(register)}
    return tuple(formula for formula in register.formulas if formula.id not in stored)


def schema_of(register: Register) -> dict[str, pl.DataType]:
    """Return the stored columns in order: those of every row, fields, stored formulas, lists.

    Fields that are held elsewhere and formulas that read ``today`` or a linked row are not stored:
    :func:`dafeng.register.compute.compute_volatile` adds them to rows that were read.
    """
    return {
        **SYSTEM_COLUMNS,
        **{field.id: dtype_of(field.kind) for field in register.asked},
        **{formula.id: dtype_of(formula.kind) for formula in stored_formulas(register)},
        **{child.id: list_dtype(child) for child in register.lists},
    }


def entered_schema(register: Register) -> dict[str, pl.DataType]:
    """Return the columns that people fill: fields that are not held elsewhere, and lists."""
    fields = {field.id: dtype_of(field.kind) for field in register.asked}
    return {**fields, **{child.id: list_dtype(child) for child in register.lists}}


def empty_rows(register: Register) -> pl.DataFrame:
    """Return a frame without rows with the stored columns."""
    return pl.DataFrame(schema=schema_of(register))


def rows_frame(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return rows (JSON types) as a frame; columns that a row does not name are null.

    Raises
    ------
    TypeError
        A value has another type than its column: a defect of the caller, who has checked it.
    """
    listed = list(rows)
    return pl.DataFrame(
        [
            pl.Series(name, [row.get(name) for row in listed], dtype=dtype, strict=True)
            for name, dtype in schema.items()
        ]
    )


def standing_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that were not withdrawn."""
    return frame.filter(~pl.col("withdrawn")) if "withdrawn" in frame.columns else frame


def label_of(register: Register) -> pl.Expr:
    """Return the column ``label``: what a row is called, its id where it has no name."""
    return pl.coalesce(pl.col(register.label).cast(pl.String), pl.col("row_id")).alias("label")


def link_fields(register: Register) -> dict[str, str]:
    """Return link field of the row -> register that it points to."""
    return {field.id: field.link for field in register.fields if field.kind == "link"}


def list_links(register: Register) -> dict[tuple[str, str], str]:
    """Return list and link field of its lines -> register that it points to."""
    return {
        (child.id, field.id): field.link
        for child in register.lists
        for field in child.fields
        if field.kind == "link"
    }


def linked_registers(register: Register) -> frozenset[str]:
    """Return the registers that rows or their lines point to."""
    return frozenset({*link_fields(register).values(), *list_links(register).values()})


def register_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a register file, for editors and for the reference."""
    from dafeng.register.model import Register  # noqa: PLC0415 - the model needs nothing from here

    made = Register.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
