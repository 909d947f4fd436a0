"""The bytes of a table: Parquet for programs, CSV for spreadsheets."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

if TYPE_CHECKING:
    from polars import DataFrame

_FORMULA = r"^[=+@\t\r-]"
"""What Excel, WPS and LibreOffice may take for the beginning of a formula."""
_NUMBER = r"^-[0-9][^|!(]*$"
"""A minus before a digit begins a number; a call of a function or program needs one of ``|!(``."""


def table_as_parquet(frame: DataFrame) -> bytes:
    """Return a table as Parquet; every text as it is."""
    stream = BytesIO()
    frame.write_parquet(stream, compression="zstd", statistics=False)
    return stream.getvalue()


def table_as_csv(frame: DataFrame) -> bytes:
    """Return a table as CSV (UTF-8 with byte-order mark) that a spreadsheet may open without danger.

    A spreadsheet computes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return,
    and a formula can start a program or send data away. Texts of a pack are written by others, so such a
    text gets an apostrophe in front, which makes it a text to the spreadsheet. A text that begins with a
    minus and a digit stays as it is, unless it calls something (``-1+cmd|…``). Columns of numbers are
    never changed. Programs that need the exact text read the Parquet file.

    Parameters
    ----------
    frame : polars.DataFrame
        Any table.

    Returns
    -------
    bytes
    """
    text = cs.string()
    risky = text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
    stream = BytesIO()
    frame.with_columns(pl.when(risky).then("'" + text).otherwise(text).name.keep()).write_csv(
        stream, include_bom=True
    )
    return stream.getvalue()
