"""A formula that somebody types for a field: which columns it reads, and its values in the field's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dafeng.app.register_rows import read_linked
from dafeng.errors import InputRefused
from dafeng.register.model import Formula

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register

_KINDS: dict[str, Literal["number", "integer", "boolean", "date"]] = {
    "number": "number", "integer": "integer", "year": "integer", "boolean": "boolean", "date": "date",
}  # fmt: skip
LONGEST = 400
"""Longest formula. [characters]"""


def columns_read(book: Book, register: Register, field: RegisterField, text: str) -> frozenset[str]:
    """Return the columns that a formula for a field reads, with those of linked rows as ``link.field``.

    Raises
    ------
    InputRefused
        It cannot be read, or does not give what the field holds; ``UnitError`` if units do not agree.
    """
    from dafeng.register.expression_compile import compile_formula  # noqa: PLC0415 (units)

    return compile_formula(_formula(field, text), register, book.library).columns


def evaluate_for(
    book: Book, register: Register, field: RegisterField, text: str, rows: pl.DataFrame
) -> list[Any]:
    """Return the values of a formula for every row, as the field stores them.

    Parameters
    ----------
    book, register, field
        Open book, register, field that is set.
    text : str
        Expression; its numbers are converted into the unit of the field.
    rows : polars.DataFrame
        Rows with everything that it reads.

    Raises
    ------
    InputRefused
        As :func:`columns_read`.
    """
    from dafeng.register.compute import values_of  # noqa: PLC0415 (units)
    from dafeng.register.expression_compile import compile_formula  # noqa: PLC0415 (units)
    from dafeng.register.schema import dtype_of  # noqa: PLC0415 (beside its use)

    compiled = compile_formula(_formula(field, text), register, book.library)
    linked = read_linked(book, register, rows)
    made = values_of(compiled, register, book.library, rows, linked, book.today)
    if compiled.kind == "date":
        made = made.dt.to_string("%Y-%m-%d")
    if field.kind in {"integer", "year"}:
        made = made.round(0)
    return made.cast(dtype_of(field.kind)).to_list()


def _formula(field: RegisterField, text: str) -> Formula:
    if not 0 < len(text) <= LONGEST:
        raise InputRefused.of("row_formula_length", field=field.id, length=len(text), most=LONGEST)
    kind = _KINDS.get(field.kind, "text")
    return Formula(id="correction", zh=field.zh, en=field.en, unit=field.unit or "1", expr=text, kind=kind)
