"""Read a yearly series from a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import Finding, Place, TableError
from dafeng.files import read_bytes
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.table import Table, column

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


class YearlySeries(Table):
    """A yearly series to be tested for its peak."""

    year: int = column(key=True, unit="year", low=1000, high=2999, zh="年份", en="Year")
    value: float = column(unit="1", zh="数值", en="Value")


def read_series_file(path: Path, *, max_bytes: int = MAX_BYTES) -> pl.DataFrame:
    """Return a yearly series from a CSV file.

    Parameters
    ----------
    path : Path
        Columns year and value (or 年份 and 数值), the rows in any order; other columns are left out. UTF-8
        with or without byte-order mark, or GBK.
    max_bytes : int
        Limit of the file. [B]

    Returns
    -------
    YearlySeries
        In the order of the years, without gaps, with a maximum above zero.

    Raises
    ------
    InputRefused, TableError
        Everything that is wrong at once, with rows: text, empty cells, years given twice or missing, under
        two years, no value above zero.
    """
    parsed = parse_csv(
        read_bytes(path, max_bytes), YearlySeries, path.name, extra="keep", max_bytes=max_bytes
    )
    series = parsed.frame.with_columns(parsed.rows.alias("row")).sort("year")
    problems = []
    if series.height < 2:
        params: dict[str, object] = {"need": 2, "have": series.height}
        problems.append(Finding("series_too_short", Place(path.name), params))
    steps = zip(series.iter_rows(named=True), series[1:].iter_rows(named=True), strict=False)
    for before, after in steps:
        if after["year"] - before["year"] > 1:
            place = Place(path.name, row=after["row"], column="year")
            problems.append(Finding("series_gap", place, {"years": f"{before['year']}→{after['year']}"}))
    top = series.row(series["value"].arg_max() or 0, named=True)
    if top["value"] <= 0:
        place = Place(path.name, row=top["row"], column="value")
        problems.append(Finding("series_not_positive", place, {"what": f"max(value) = {top['value']:g}"}))
    if problems:
        raise TableError(problems)
    return series.select("year", "value")
