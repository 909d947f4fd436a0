"""Figures over the rows of a register (derived indicators), each with the rows behind it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from dafeng.register.compute import NOTHING_LINKED, combine_parts, explode_lines, values_of
from dafeng.register.contracts import MeasureRows, MeasureValues
from dafeng.register.expression import AGGREGATES
from dafeng.register.expression_compile import compile_measure
from dafeng.register.measures_sum import CELL, REGION, ROW, Part, Summed, sum_parts
from dafeng.register.measures_time import LINE, YEAR, Dates, place_lines, read_days
from dafeng.register.schema import label_of, standing_rows
from dafeng.table import check, columns_of, empty_table, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.register.expression_compile import Compiled, CompiledMeasure
    from dafeng.register.library import Library
    from dafeng.register.model import Measure, Register
    from dafeng.table import Table

COMPUTED, NO_ROWS, VALUES_MISSING, WEAK_GRADE = "computed", "no_rows", "values_missing", "weak_grade"
STRONG = ("A", "B")
"""Grades on which a compliance figure may rest."""
DIGITS = 12
"""Significant digits of a figure: the noise of binary sums stands behind them."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures over rows rest on beside the rows.

    Parameters
    ----------
    library : Library
        Registers in force.
    regions : polars.DataFrame
        ``code``, ``level``, ``parent_code`` (table ``regions`` of the pack).
    home : str
        Code under which the whole stands: the province.
    as_of : date
        Day; the year of this day is marked as of the day.
    linked : mapping of str to polars.DataFrame
        Rows of other registers that links point to.
    """

    library: Library
    regions: pl.DataFrame
    home: str
    as_of: date
    linked: Mapping[str, pl.DataFrame] = field(default_factory=lambda: NOTHING_LINKED)


def measure_rows(
    register: Register, frame: pl.DataFrame, ground: Ground
) -> tuple[pl.DataFrame, pl.DataFrame]:
    r"""Return the figures of a register and what each row gives to them.

    .. math:: M_{g,y} = f(A_1, \ldots, A_n), \qquad A_k(g, y) = \sum_{r \in R(g,y)} c_{k,r}

    :math:`R(g,y)` are the rows of region :math:`g` that count in year :math:`y`; :math:`c_{k,r}` is what row
    :math:`r` gives to aggregate :math:`k` (of a mean its value over the number of rows, of a minimum or
    maximum the value of the row that decides). A row that lacks a value which any aggregate needs, the answer
    to a condition or its date is in none of them and is counted as left out.

    Parameters
    ----------
    register : Register
    frame : polars.DataFrame
        Its rows, with held fields and volatile formulas; withdrawn rows are not looked at.
    ground : Ground

    Returns
    -------
    MeasureValues, MeasureRows
        A figure of a register without rows is there once, for the province and the year of the day, with
        status ``no_rows`` and no value. Where there are rows and none of them is chosen, a sum or count of a
        stock is zero; a year of a flow of which nobody reported anything is missing.
    """
    rows = standing_rows(frame)
    if rows.is_empty() or not register.measures:
        return frame_of(list_missing(register, ground), MeasureValues), empty_table(MeasureRows)
    made = [_measure(measure, register, rows, ground) for measure in register.measures]
    values = pl.concat([values for values, _ in made])
    behind = pl.concat([behind for _, behind in made])
    return check(values, MeasureValues), check(behind, MeasureRows)


def list_missing(register: Register, ground: Ground) -> list[dict[str, object]]:
    """Return the figures of a register without rows: rows of :class:`MeasureValues` without a value."""
    return [_missing(measure, register, ground) for measure in register.measures]


def _missing(measure: Measure, register: Register, ground: Ground) -> dict[str, object]:
    where = {REGION: ground.home, YEAR: ground.as_of.year, "rows": 0, "left_out": 0, "status": NO_ROWS}
    return {**_words_of(measure, register), **where}


def _measure(
    measure: Measure, register: Register, rows: pl.DataFrame, ground: Ground
) -> tuple[pl.DataFrame, pl.DataFrame]:
    compiled = compile_measure(measure, register, ground.library)
    lines = explode_lines(rows, compiled.list_id) if compiled.list_id else rows
    if lines.is_empty():
        return frame_of([_missing(measure, register, ground)], MeasureValues), empty_table(MeasureRows)
    summed = _sum(measure, register, lines, compiled, ground)
    whole = combine_parts(compiled.whole, summed.cells)
    known = pl.lit(measure.kind != "flow") | (pl.col("rows") > 0)
    cells = summed.cells.with_columns(pl.when(known).then(whole.round_sig_figs(DIGITS)).alias("value"))
    return _describe(cells, measure, register, rows), _name_rows(summed.gifts, measure, register, rows)


def _sum(
    measure: Measure, register: Register, lines: pl.DataFrame, compiled: CompiledMeasure, ground: Ground
) -> Summed:
    def values(of: Compiled) -> pl.Series:
        return values_of(of, register, ground.library, lines, ground.linked, ground.as_of)

    always = pl.Series([True], dtype=pl.Boolean).new_from_index(0, lines.height)
    parts = []
    for place, (part, text) in enumerate(zip(compiled.parts, list_aggregates(measure.expr), strict=True)):
        given = pl.Series([1.0]).new_from_index(0, lines.height) if part.value is None else values(part.value)
        chosen = always if part.condition is None else values(part.condition)
        parts.append(Part(f"part_{place}", text, part.function, part.unit, given, chosen))
    dates = _dates_of(measure, lines)
    placement = place_lines(measure, dates, lines.height, ground.as_of)
    counted = _doubt_waiting(always if compiled.rows is None else values(compiled.rows), measure, lines)
    told = lines.select(
        pl.col(ROW),
        pl.col("grade"),
        pl.col("changed_at").str.slice(0, 10).alias("changed_on"),
        pl.col("scope_region"),
    )
    return sum_parts(told, placement, counted, parts, _regions_of(told, measure, ground), ground.home)


def _dates_of(measure: Measure, lines: pl.DataFrame) -> Dates:
    if measure.kind == "flow" and measure.date:
        return Dates(read_days(lines[measure.date]))
    if measure.kind == "stock" and measure.start:
        return Dates(read_days(lines[measure.start]), _read_ends(measure, lines) if measure.end else None)
    return Dates()


def _read_ends(measure: Measure, lines: pl.DataFrame) -> pl.Series:
    """Return the day on which each row ended; a date that nobody has accepted yet ends nothing."""
    ends = read_days(lines[measure.end])
    if not measure.ended:
        return ends
    return lines.select(pl.when(pl.col("state").is_in(measure.ended)).then(ends)).to_series()


def _doubt_waiting(counted: pl.Series, measure: Measure, lines: pl.DataFrame) -> pl.Series:
    """Return whether each row counts, missing for the rows that wait to be verified: they are left out."""
    if not measure.waiting:
        return counted
    waits = pl.col("state").is_in(measure.waiting) & counted.fill_null(value=True)
    return lines.select(pl.when(~waits).then(counted)).to_series()


def list_aggregates(text: str) -> list[str]:
    """Return the outermost aggregates of a figure as they are written, from left to right.

    Examples
    --------
    >>> list_aggregates("percent(sum(a, b > 2) / sum(a))")
    ['sum(a, b > 2)', 'sum(a)']
    """
    found: list[str] = []
    queue: list[ast.AST] = [ast.parse(text.strip(), mode="eval").body]
    while queue:
        node = queue.pop(0)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in AGGREGATES:
            found.append(ast.get_source_segment(text.strip(), node) or "")
        else:
            queue = [*ast.iter_child_nodes(node), *queue]
    return found


def _regions_of(lines: pl.DataFrame, measure: Measure, ground: Ground) -> pl.DataFrame:
    """Return to which regions each line belongs: the province, and its city or county if asked for."""
    numbered = lines.select(pl.int_range(pl.len()).alias(LINE), pl.col("scope_region").alias("code"))
    home = numbered.select(LINE, pl.lit(ground.home).alias(REGION))
    if not measure.by_region:
        return home
    above = lift_regions(ground.regions, measure.by_region)
    own = numbered.join(above, on="code").select(LINE, REGION)
    return pl.concat([home, own])


def lift_regions(regions: pl.DataFrame, level: str) -> pl.DataFrame:
    """Return for every region at or below a level the one of that level that it lies in.

    Parameters
    ----------
    regions : polars.DataFrame
        ``code``, ``level``, ``parent_code``.
    level : str
        ``city`` or ``county``.

    Returns
    -------
    polars.DataFrame
        ``code``, ``region``.
    """
    parents = dict(regions.select("code", "parent_code").iter_rows())
    levels = dict(regions.select("code", "level").iter_rows())
    pairs = []
    for code in parents:
        at: str | None = code
        passed: set[str] = set()
        while at is not None and levels.get(at) != level and at not in passed:
            passed.add(at)
            at = parents.get(at)
        if at is not None and levels.get(at) == level:
            pairs.append((code, at))
    return pl.DataFrame(pairs, schema={"code": pl.String, REGION: pl.String}, orient="row")


def _describe(cells: pl.DataFrame, measure: Measure, register: Register, rows: pl.DataFrame) -> pl.DataFrame:
    """Return cells with their status; a zero of which no row is behind rests on all rows of the register."""
    every = {"grade": rows["grade"].max(), "known_on": str(rows["changed_at"].max())[:10]}
    zero = (pl.col("rows") == 0) & pl.col("value").is_not_null()
    cells = cells.with_columns(
        pl.when(zero).then(pl.lit(said, dtype=pl.String)).otherwise(pl.col(name)).alias(name)
        for name, said in every.items()
    )
    status = (
        pl.when(pl.col("value").is_null() & (pl.col("rows") + pl.col("left_out") == 0)).then(pl.lit(NO_ROWS))
        .when(~pl.col("grade").is_in(STRONG)).then(pl.lit(WEAK_GRADE))
        .when(pl.col("left_out") > 0).then(pl.lit(VALUES_MISSING))
        .otherwise(pl.lit(COMPUTED))
    )  # fmt: skip
    return _worded(cells.with_columns(status=status), measure, register)


def _worded(cells: pl.DataFrame, measure: Measure, register: Register) -> pl.DataFrame:
    """Return cells as rows of the contract, with what the register says of the figure."""
    words = _words_of(measure, register)
    named = cells.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in words.items())
    return _ordered(named, MeasureValues).sort(CELL)


def _words_of(measure: Measure, register: Register) -> dict[str, str | None]:
    return {
        "register_id": register.id, "measure_id": measure.id, "kind": measure.kind, "unit": measure.unit,
        "name_zh": measure.zh, "name_en": measure.en, "scope_zh": measure.scope_zh or None,
        "scope_en": measure.scope_en or None, "indicator_ids": ";".join(measure.indicator_ids) or None,
    }  # fmt: skip


def _name_rows(gifts: pl.DataFrame, measure: Measure, register: Register, rows: pl.DataFrame) -> pl.DataFrame:
    """Return what rows give, with the name and version of each row; equal parts stand once."""
    named = gifts.join(rows.select(ROW, "version", label_of(register)), on=ROW)
    about = named.with_columns(register_id=pl.lit(register.id), measure_id=pl.lit(measure.id))
    once = _ordered(about, MeasureRows).unique([*CELL, "part", ROW], keep="first", maintain_order=True)
    return once.sort(*CELL, "part", ROW)


def _ordered(frame: pl.DataFrame, contract: type[Table]) -> pl.DataFrame:
    return frame.select(pl.col(spec.name).cast(spec.dtype) for spec in columns_of(contract))
