"""Balances in long form: one line a cell, in our exchange layout or in the one of energy inventories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import FIRST_YEAR, LAST_YEAR
from dafeng.errors import Finding, Place, TableError
from dafeng.parsing import MAX_BYTES, decode_text, parse_csv
from dafeng.table import Suggestion, Table, column

if TYPE_CHECKING:
    from dafeng.parsing import ParsedTable

DEFAULT_GRADE = "B"


class BalanceLines(Table):
    """Cells of balances, one a line: the exchange layout; further columns are carried past."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")


class InventoryLines(Table):
    """Cells of balances with the flow in one column and the row in another, as energy inventories have it."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    variable: str = column(key=True, zh="流向", en="Flow")
    sector: str = column(key=True, zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")


def is_long(raw: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> bool:
    """Return whether a CSV text has one line a cell: its first line names region, year, fuel and value."""
    text, _ = decode_text(raw, name, max_bytes=max_bytes)
    first = text.splitlines()[0] if text else ""
    names = {part.strip().strip('"').lower() for part in re.split(r"[,;\t]", first)}
    return names >= {"region", "year", "fuel", "value"}


def read_long(raw: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> pl.DataFrame:
    """Return the cells of a long CSV text.

    Returns
    -------
    polars.DataFrame
        ``region, year, row, fuel, unit, value, grade, line``; signs as in the file. The grade is that of
        the column ``grade`` or ``quality``, B where there is none.

    Raises
    ------
    InputRefused, TableError
        Every defect with its line.
    """
    text, _ = decode_text(raw, name, max_bytes=max_bytes)
    contract = InventoryLines if "sector" in text.splitlines()[0].lower() else BalanceLines
    parsed = parse_csv(raw, contract, name, extra="keep", max_bytes=max_bytes)
    frame = parsed.frame.with_columns(grade=_grades(parsed), line=parsed.rows)
    if contract is InventoryLines:
        frame = _name_rows(frame, name)
    return frame.select("region", "year", "row", "fuel", "unit", "value", "grade", "line")


def _name_rows(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the frame with the code of its row: the sector, or final consumption where that is ``total``."""
    known = terms.aliases("balance_rows")
    total = pl.col("sector").str.to_lowercase() == "total"
    flow = pl.when(total).then(pl.col("variable")).otherwise(pl.col("sector")).str.to_lowercase()
    named = frame.with_columns(row=flow.replace_strict(dict(known), default=None, return_dtype=pl.String))
    wrong = named.filter(pl.col("row").is_null())
    spellings = terms.codes("balance_rows") | terms.spellings("balance_rows")
    findings = [
        Finding(
            "code_unknown", Place(name, row=row["line"], column="sector"),
            {
                "value": f"{row['variable']} / {row['sector']}", "vocabulary": "balance_rows",
                "suggestion": Suggestion(row["sector"], spellings),
            },
        )
        for row in wrong.iter_rows(named=True)
    ]  # fmt: skip
    if findings:
        raise TableError(findings)
    return named


def _grades(parsed: ParsedTable) -> pl.Series:
    for name in ("grade", "quality"):
        if name in parsed.extra.columns:
            given = parsed.extra[name].str.to_uppercase()
            known = given.is_in(sorted(terms.codes("grade"))).fill_null(value=False)
            return given.set(~known, DEFAULT_GRADE).alias("grade")
    return pl.repeat(DEFAULT_GRADE, parsed.frame.height, eager=True).alias("grade")
