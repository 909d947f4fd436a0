"""IAMC tables in: long or wide cells checked against the crosswalk, units converted, lines made of leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, TableError
from dafeng.inventory.contracts import FIRST_YEAR, LAST_YEAR
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.inventory.iamc import KT_PER_UNIT, IamcData, iamc_variables, is_under, region_code
from dafeng.table import Suggestion, check, check_keys, columns_of

if TYPE_CHECKING:
    from dafeng.grids import Cell, Grid

HEAD = ("model", "scenario", "region", "variable", "unit")
_YEAR = re.compile(r"[12][0-9]{3}")
_MASS = re.compile(r"(?P<scale>t|kt|Mt|Gt)\s*(?P<gas>CO2|CH4|N2O)\s*/\s*(yr|year|a)")
_ENERGY = re.compile(r"(?P<scale>TJ|PJ|EJ|GJ)\s*/\s*(yr|year|a)")
_IN_KT = {"t": 1e-3, "kt": 1.0, "Mt": 1e3, "Gt": 1e6}
_IN_EJ = {"GJ": 1e-9, "TJ": 1e-6, "PJ": 1e-3, "EJ": 1.0}


def parse_iamc(grid: Grid) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return the cells of an IAMC file as a long table in the units of the crosswalk.

    Parameters
    ----------
    grid : Grid
        Long (columns year and value) or wide (one column a year); names of columns in any case.

    Returns
    -------
    IamcData
        Variables are spelled as in the crosswalk where they are known in any case and spacing. Rows of
        unknown variables and units are kept as they are.
    tuple of Finding
        One warning for every unknown variable and every unit that cannot be converted.

    Raises
    ------
    TableError
        Missing or unknown columns, values that are no numbers, repeated rows, years out of range, and
        anything that is not yearly (months, seasons, dates): all at once.
    """
    head = ["" if cell is None else _name(cell) for cell in grid.rows[0]]
    problems = _check_head(head, grid)
    if problems:
        raise TableError(problems)
    records, rows, problems = _read_rows(grid, head)
    if problems:
        raise TableError(problems)
    if not records:
        raise InputRefused([Finding("header_only", grid.place(0))])
    schema = {spec.name: spec.dtype for spec in columns_of(IamcData)}
    data, found = _harmonise(pl.DataFrame(records, schema=schema), pl.Series(rows), grid)
    repeated = check_keys(data, [*HEAD, "year"], grid.name, pl.Series(rows))
    if repeated:
        raise TableError(repeated)
    return check(data, IamcData, name=grid.name), found


def _read_rows(grid: Grid, head: list[str]) -> tuple[list[dict[str, Any]], list[int], list[Finding]]:
    """Return one record a value, its row as the user counts, and what is wrong."""
    records: list[dict[str, Any]] = []
    rows: list[int] = []
    problems: list[Finding] = []
    for place, cells in enumerate(grid.rows[1:], 1):
        if all(cell is None for cell in cells):
            continue
        named = dict(zip(head, cells, strict=True))
        problems += [
            Finding("cell_empty", grid.place(place, head.index(name))) for name in HEAD if named[name] is None
        ]
        for year, value, column in _values(named, head):
            if value is None:
                continue
            problems += _check_cell(year, value, grid, place, column)
            texts = {name: _text(named[name]) for name in HEAD}
            records.append({**texts, "year": _integer(year), "value": _number(value)})
            rows.append(place + 1)
    return records, rows, problems


def iamc_to_lines(data: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return the leaves of an IAMC table as emission lines; sums of other rows are left out.

    Parameters
    ----------
    data : IamcData
        Of one model and scenario.

    Returns
    -------
    EmissionLine
        ``sector`` holds the variable, ``source_id`` model and scenario; grade C: nobody has checked it here.
        A leaf is a known variable below which the same region and year has no other. Its category is that of
        the variable, or the nearest one above all of its categories; a variable of several top categories is
        no line.
    tuple of Finding
        Rows that are no emissions or not known (one note).

    Raises
    ------
    InputRefused
        ``iamc_several`` for several models or scenarios.
    """
    pairs = data.select("model", "scenario").unique().sort("model", "scenario").rows()
    if len(pairs) > 1:
        raise InputRefused.of("iamc_several", pairs="; ".join(" / ".join(pair) for pair in pairs))
    known = iamc_variables()
    usable = [
        row
        for row in data.filter(pl.col("unit").is_in(list(KT_PER_UNIT))).iter_rows(named=True)
        if row["variable"] in known and row["unit"] == known[row["variable"]]["unit"]
    ]
    present: dict[tuple[str, int], set[str]] = {}
    for row in usable:
        present.setdefault((row["region"], row["year"]), set()).add(row["variable"])
    leaves = [
        row
        for row in usable
        if _is_leaf(row["variable"], present[row["region"], row["year"]])
        and _shared_category(row["variable"])
    ]
    schema = {spec.name: spec.dtype for spec in columns_of(EmissionLine)}
    lines = pl.DataFrame([_line(row) for row in leaves], schema=schema)
    skipped = data.height - len(usable)
    found = (Finding("iamc_rows_skipped", params={"count": skipped}, severity="note"),) if skipped else ()
    return check(lines, EmissionLine), found


def _line(row: dict[str, Any]) -> dict[str, Any]:
    variable = iamc_variables()[row["variable"]]
    return {
        **dict.fromkeys(spec.name for spec in columns_of(EmissionLine)),
        "region": region_code(row["region"]), "year": row["year"],
        "category": _shared_category(row["variable"]), "sector": row["variable"],
        "gas": variable["gas"], "value": row["value"] * KT_PER_UNIT[row["unit"]], "unit": "kt",
        "source_id": f"{row['model']} / {row['scenario']}", "grade": "C",
    }  # fmt: skip


def _shared_category(variable: str) -> str:
    """Return the category of a variable, or the one above all of its categories; empty if there is none."""
    categories = iamc_variables()[variable]["categories"].split(";")
    shared = categories[0]
    while shared and not all(is_under(category, shared) for category in categories):
        shared = terms.entries("ipcc_categories")[shared]["parent"]
    return shared


def _is_leaf(variable: str, present: set[str]) -> bool:
    own = set(iamc_variables()[variable]["categories"].split(";"))
    gas = iamc_variables()[variable]["gas"]
    for other in present - {variable}:
        row = iamc_variables()[other]
        if row["gas"] == gas and _covers(own, set(row["categories"].split(";"))):
            return False
    return True


def _covers(outer: set[str], inner: set[str]) -> bool:
    return all(any(is_under(one, root) for root in outer) for one in inner)


def _name(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip().lower()


def _check_head(head: list[str], grid: Grid) -> list[Finding]:
    present = ", ".join(name for name in head if name)
    problems = [
        Finding("column_missing", grid.place(0), {"column": name, "present": present})
        for name in HEAD
        if name not in head
    ]
    years = [name for name in head if _YEAR.fullmatch(name)]
    long = {"year", "value"} <= set(head)
    if not years and not long:
        problems.append(
            Finding("column_missing", grid.place(0), {"column": "year, value", "present": present})
        )
    known = {*HEAD, *(("year", "value") if long else ()), *(years if not long else ())}
    for place, name in enumerate(head):
        if head.count(name) > 1 and head.index(name) == place:
            problems.append(Finding("column_repeated", grid.place(0, place), {"column": name}))
        if name in known:
            continue
        subannual = name in {"subannual", "time", "month", "date"} or re.match(r"[12][0-9]{3}[-/ ]", name)
        if subannual:
            problems.append(Finding("iamc_not_annual", grid.place(0, place), {"column": name}))
        else:
            params = {"column": name, "suggestion": Suggestion(name, known)}
            problems.append(Finding("column_unknown", grid.place(0, place), params))
    return problems


def _values(named: dict[str, Cell], head: list[str]) -> list[tuple[Cell, Cell, int]]:
    """Return (year, value, column) of a row, long or wide."""
    if "value" in named:
        return [(named["year"], named["value"], head.index("value"))]
    return [(name, named[name], place) for place, name in enumerate(head) if _YEAR.fullmatch(name)]


def _check_cell(year: Cell, value: Cell, grid: Grid, row: int, column: int) -> list[Finding]:
    problems = []
    number = _integer(year)
    if number is None:
        problems.append(Finding("iamc_not_annual", grid.place(row), {"column": str(year)}))
    elif not FIRST_YEAR <= number <= LAST_YEAR:
        params = {"value": number, "rule": f"{FIRST_YEAR} ≤ x ≤ {LAST_YEAR}"}
        problems.append(Finding("value_out_of_range", grid.place(row), params))
    if _number(value) is None:
        problems.append(Finding("cell_not_number", grid.place(row, column), {"value": value}))
    return problems


def _integer(cell: Cell) -> int | None:
    number = _number(cell)
    return int(number) if number is not None and number == int(number) else None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _harmonise(data: pl.DataFrame, rows: pl.Series, grid: Grid) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return the table with known spellings and units, and what is not known."""
    spelled = {code.lower(): code for code in iamc_variables()}
    names, factors, units, found = {}, {}, {}, []
    first = dict(zip(reversed(data["variable"].to_list()), reversed(rows.to_list()), strict=True))
    for variable, unit in data.select("variable", "unit").unique(maintain_order=True).iter_rows():
        tidy = "|".join(part.strip() for part in variable.split("|"))
        code = spelled.get(tidy.lower())
        names[variable] = code or tidy
        factors[variable, unit], units[variable, unit] = 1.0, unit
        place = grid.place(first[variable] - 1)
        if code is None:
            params = {"variable": variable, "suggestion": Suggestion(tidy, iamc_variables())}
            found.append(Finding("iamc_variable_unknown", place, params, "warning"))
            continue
        expected = iamc_variables()[code]["unit"]
        factor = _factor(unit, expected)
        if factor is None:
            params = {"variable": code, "unit": unit, "expected": expected}
            found.append(Finding("iamc_unit_unknown", place, params, "warning"))
        else:
            factors[variable, unit], units[variable, unit] = factor, expected
    mended_rows = [(*pair, names[pair[0]], units[pair], factor) for pair, factor in factors.items()]
    columns = ["variable", "unit", "_name", "_unit", "_factor"]
    table = pl.DataFrame(mended_rows, schema=columns, orient="row")
    joined = data.join(table, on=["variable", "unit"], how="left", maintain_order="left")
    exact = pl.when(pl.col("_factor") == 1).then("value").otherwise(pl.col("value") * pl.col("_factor"))
    mended = joined.with_columns(variable="_name", unit="_unit", value=exact)
    return mended.select(data.columns), tuple(found)


def _factor(unit: str, expected: str) -> float | None:
    """Return by what values are multiplied to be in the unit of the crosswalk; None if that is not known."""
    if unit == expected:
        return 1.0
    given, wanted = _MASS.fullmatch(unit), _MASS.fullmatch(expected)
    if given and wanted and given["gas"] == wanted["gas"]:
        return _IN_KT[given["scale"]] / _IN_KT[wanted["scale"]]
    given, wanted = _ENERGY.fullmatch(unit), _ENERGY.fullmatch(expected)
    return _IN_EJ[given["scale"]] / _IN_EJ[wanted["scale"]] if given and wanted else None
