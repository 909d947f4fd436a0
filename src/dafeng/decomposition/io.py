"""Read tables of factors: years, categories and one column per factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place, TableError
from dafeng.files import read_bytes
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.table import Suggestion, Table, check_keys, column

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


class FactorRows(Table):
    """Keys of a table of factors; its other columns are named by the user."""

    year: int = column(unit="year", low=1, high=9999, zh="年份", en="Year")
    category: str = column(zh="类别", en="Category")


def read_factors(
    path: Path, factors: Sequence[str], *, by: Sequence[str] = (), max_bytes: int = MAX_BYTES
) -> pl.DataFrame:
    """Return a table of factors from a CSV file.

    Parameters
    ----------
    path : Path
        Columns year, category, those of ``by`` and the factors; others are left out.
    factors, by : sequence of str
        Names of the factor and grouping columns.
    max_bytes : int
        Limit of the file. [B]

    Returns
    -------
    polars.DataFrame
        year, category, ``by`` as text, factors as numbers.

    Raises
    ------
    InputRefused, TableError
        Columns that are missing or named twice, cells that are empty, no numbers, negative or not finite,
        repeated keys: everything at once.
    """
    raw = read_bytes(path, max_bytes)
    spelled = {"地区": "region"} if "region" in by else {}
    parsed = parse_csv(raw, FactorRows, path.name, extra="keep", max_bytes=max_bytes, spelled=spelled)
    named = [*factors, *by]
    problems = [
        Finding("column_repeated", Place(path.name, row=1), {"column": name})
        for name in dict.fromkeys(named)
        if name in {"year", "category"} or named.count(name) > 1
    ]
    present = parsed.extra.columns
    problems += [
        Finding(
            "factor_missing", Place(path.name, row=1),
            {"column": name, "present": ", ".join(present), "suggestion": Suggestion(name, present)},
        )
        for name in named
        if name not in present and name not in {"year", "category"}
    ]  # fmt: skip
    if not factors:
        problems.append(Finding("factor_none", Place(path.name)))
    if problems:
        raise TableError(problems)
    columns = {name: _read_numbers(parsed.extra[name], path.name, parsed.rows, problems) for name in factors}
    for name in by:
        empty = parsed.rows.filter(parsed.extra[name].is_null())
        problems += [Finding("cell_empty", Place(path.name, row=row, column=name)) for row in empty]
    table = parsed.frame.with_columns(*(parsed.extra[name] for name in by), **columns)
    problems += check_keys(table, [*by, "year", "category"], path.name, parsed.rows)
    if problems:
        raise TableError(sorted(problems, key=lambda found: (found.place.row or 0, found.place.column)))
    return table.select("year", "category", *by, *factors)


def _read_numbers(values: pl.Series, file: str, rows: pl.Series, problems: list[Finding]) -> pl.Series:
    """Return a factor as numbers and add what is wrong with its cells to the problems."""
    spelled = values.str.contains(_NUMBER)
    shown = values.to_frame("v").select(pl.when(pl.col("v").str.contains(_NUMBER)).then(pl.col("v")))["v"]
    numbers = shown.cast(pl.Float64, strict=False)
    wrong = {
        "cell_empty": values.is_null(),
        "cell_not_number": ~spelled,
        "cell_not_finite": ~numbers.is_finite(),
        "value_out_of_range": numbers < 0,
    }
    for code, mask in wrong.items():
        bad = mask.fill_null(value=False)
        for row, value in zip(rows.filter(bad), values.filter(bad), strict=True):
            rule = {"rule": "≥ 0"} if code == "value_out_of_range" else {}
            problems.append(Finding(code, Place(file, row=row, column=values.name), {"value": value, **rule}))
    return numbers
