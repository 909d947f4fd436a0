"""The problem of reconciliation in arrays: cells, what was observed, identities as a sparse matrix.

Which cells there are: a cell that a source gives, or lists without a value; the total of a sum that has
parts; and the statistical difference wherever there is supply or use. A blank part is no quantity, as in
the yearbook: it takes no share of an adjustment unless it is listed. A total without parts is not split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from scipy import sparse

from dafeng import terms
from dafeng.balance.identities import DIFFERENCE, fuel_identities, is_of_which, row_identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

Difference = Literal["observed", "small", "bounded", "zero"]
Cell = tuple[str, int, str, str]
"""Region, year, row, fuel."""

TOTAL_CONSUMPTION = "total_consumption"
TRANSFERS = ("moving_in_from_other_provinces", "sending_out_to_other_provinces")
NATION = "CN"
PRIOR = "statistical_difference ~ 0"
"""Name of the pseudo-source that holds statistical differences near zero."""


@dataclass(frozen=True, slots=True)
class ReconcileOptions:
    """How a balance is closed.

    Parameters
    ----------
    difference : {"observed", "small", "bounded", "zero"}
        The statistical difference: a cell like any other, where no source gives it near zero with the
        standard deviation ``difference_share`` (observed); near zero whatever the sources say (small);
        free within +- ``difference_share`` (bounded); exactly zero.
    difference_share : float
        Share of the largest cell of the fuel. [1]
    match_transfers : bool
        What provinces move in from each other equals what they send out, for each fuel and year.
    default_grade : str
        Reliability of observations without one.
    zero_share : float
        A cell is never taken as more certain than one of this share of the largest cell of its fuel. [1]
    """

    difference: Difference = "observed"
    difference_share: float = 0.01
    match_transfers: bool = False
    default_grade: str = "B"
    zero_share: float = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class ReconcileModel:
    """min sum weight (x - target)^2 subject to matrix @ x = 0, lower <= x <= upper, x = fixed where locked.

    Attributes
    ----------
    cells : list of Cell
        One per variable; ``row`` holds ``:`` for the rest of an of-which row, which is no cell of the table.
    units : list of str
        Unit of each variable.
    target, weight : ndarray
        Weighted mean of the observations and sum of 1/sd^2; nan and 0 where nothing was observed.
    lower, upper : ndarray
        Bounds; infinite for none.
    fixed : ndarray
        Value of locked cells, nan elsewhere.
    size : ndarray
        Largest cell of the fuel in that region and year.
    matrix : csr_array, shape (identity, cell)
        Coefficients of the identities.
    identities : list of tuple
        Region, year, identity, fuel or row, unit.
    observations : polars.DataFrame
        cell, source, value, sd: what enters the objective.
    """

    cells: list[Cell]
    units: list[str]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    fixed: NDArray[np.float64]
    size: NDArray[np.float64]
    matrix: sparse.csr_array
    identities: list[tuple[str, int, str, str, str]]
    observations: pl.DataFrame

    @property
    def locked(self) -> NDArray[np.bool_]:
        """Which cells are locked."""
        return np.asarray(~np.isnan(self.fixed))


def default_sds() -> dict[str, float]:
    """Return the default relative standard deviation by evidence grade [1].

    The half-widths (95 %) of ``reliability.csv`` are conventions of the editors, divided by 1.96; 5 % is also
    the default for fuel statistics of IPCC 2006 Guidelines, Vol. 2, Ch. 1. Grade X (sources in conflict) has
    none.
    """
    import csv  # noqa: PLC0415
    from importlib.resources import files  # noqa: PLC0415

    text = files("dafeng.balance").joinpath("reliability.csv").read_text("utf-8")
    return {row["grade"]: float(row["half_width"]) / 1.96 for row in csv.DictReader(text.splitlines())}


def build_model(observations: pl.DataFrame, options: ReconcileOptions) -> ReconcileModel:
    """Return the problem that belongs to some observations.

    Parameters
    ----------
    observations : BalanceObservations
        Checked by :func:`~dafeng.balance.reconcile_input.check_observations`.
    options : ReconcileOptions
    """
    given = observations.filter(pl.col("row") != TOTAL_CONSUMPTION)
    keys = ["region", "year", "row", "fuel"]
    cells = list_cells(given.select(keys).unique(maintain_order=True).iter_rows())
    index = {cell: place for place, cell in enumerate(cells)}
    column = given.group_by("region", "year", "fuel", maintain_order=True).agg(
        unit=pl.col("unit").first(), size=pl.max_horizontal(*_magnitudes()).max()
    )
    units = {(region, year, fuel): unit for region, year, fuel, unit, _ in column.iter_rows()}
    sizes = {(region, year, fuel): size or 1.0 for region, year, fuel, _, size in column.iter_rows()}
    unit = [units.get((r, y, f)) or _unit_of_members(units, r, y, f) for r, y, _, f in cells]
    size = np.array([sizes.get((r, y, f)) or _size_of_members(sizes, r, y, f) for r, y, _, f in cells])
    placed = given.with_columns(
        cell=pl.Series([index[key] for key in given.select(keys).iter_rows()], dtype=pl.Int64)
    )
    used, lower, upper, fixed = _limits_of(placed, cells, size, options)
    target, weight = _means_of(used, len(cells))
    matrix, identities = _identity_matrix(index, unit, options)
    return ReconcileModel(
        cells, unit, target, weight, lower, upper, fixed, size, matrix, identities, used
    )  # fmt: skip


def _magnitudes() -> tuple[pl.Expr, ...]:
    return tuple(pl.col(name).abs().fill_null(0.0) for name in ("value", "lower", "upper"))


def _members(fuel: str) -> list[str]:
    return [part for one in fuel_identities() if one.total == fuel for part, _ in one.parts]


def _unit_of_members(units: Mapping[tuple[str, int, str], str], region: str, year: int, fuel: str) -> str:
    return next(units[region, year, part] for part in _members(fuel) if (region, year, part) in units)


def _size_of_members(sizes: Mapping[tuple[str, int, str], float], region: str, year: int, fuel: str) -> float:
    return max(sizes[region, year, part] for part in _members(fuel) if (region, year, part) in sizes)


def list_cells(given: Iterable[Cell]) -> list[Cell]:
    """Return the cells of the problem: those given, the totals that they need, the rest of of-which rows."""
    tables: dict[tuple[str, int], dict[tuple[str, str], None]] = {}
    for region, year, row, fuel in given:
        tables.setdefault((region, year), {})[row, fuel] = None
    return [
        (region, year, row, fuel)
        for (region, year), table in sorted(tables.items())
        for row, fuel in _complete(table)
    ]


def _complete(table: dict[tuple[str, str], None]) -> list[tuple[str, str]]:
    totals = {fuel for _, fuel in table} & {one.total for one in fuel_identities()}
    before = -1
    while before != len(table):
        before = len(table)
        for row, fuel in list(table):
            for one in row_identities():
                if row in {part for part, _ in one.parts}:
                    table[one.total, fuel] = None
            for one in fuel_identities():
                if one.total in totals and fuel in {part for part, _ in one.parts}:
                    table[row, one.total] = None
    rests = [
        (rest_of(row, whole), fuel)
        for row, fuel in table
        for whole in [_whole_of(row)]
        if (whole, fuel) in table
    ]
    rows = {code: place for place, code in enumerate(terms.entries("balance_rows"))}
    fuels = {code: place for place, code in enumerate(terms.entries("balance_fuels"))}
    return [*sorted(table, key=lambda cell: (rows[cell[0]], fuels[cell[1]])), *sorted(rests)]


def rest_of(row: str, whole: str) -> str:
    """Return the name of what a row leaves of the whole that it is an of-which row of."""
    return f"{whole}:{row}"


def _whole_of(row: str) -> str:
    entry = terms.entries("balance_rows")[row]
    return entry["parent"] if is_of_which(row) else ""


def _limits_of(
    placed: pl.DataFrame, cells: list[Cell], size: NDArray[np.float64], options: ReconcileOptions
) -> tuple[pl.DataFrame, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the observations with their standard deviation, the bounds and the locked values."""
    signs = {code: int(entry["sign"]) for code, entry in terms.entries("balance_rows").items()}
    sign = np.array([1 if ":" in row else signs[row] for _, _, row, _ in cells])
    lower, upper = np.where(sign > 0, 0.0, -np.inf), np.where(sign < 0, 0.0, np.inf)
    difference = np.array([row == DIFFERENCE for _, _, row, _ in cells])
    reach = options.difference_share * size
    if options.difference == "bounded":
        lower, upper = np.where(difference, -reach, lower), np.where(difference, reach, upper)
    for name, bound in (("lower", lower), ("upper", upper)):
        said = placed.filter(pl.col(name).is_not_null())
        both = np.maximum if name == "lower" else np.minimum
        first: dict[int, float] = {}
        for cell, value in said.select("cell", name).iter_rows():
            first[cell] = float(both(first.get(cell, value), value))
        bound[list(first)] = list(first.values())
    fixed = np.full(len(cells), np.nan)
    if options.difference == "zero":
        fixed[difference] = 0.0
    held = placed.filter(pl.col("locked").fill_null(value=False))
    fixed[held["cell"].to_numpy()] = held["value"].to_numpy()
    used = _deviations(placed.filter(~pl.col("locked").fill_null(value=False)), size, options)
    if options.difference != "observed":
        used = used.filter(pl.Series(~difference[used["cell"].to_numpy()], dtype=pl.Boolean))
    if options.difference in {"observed", "small"}:
        seen = np.zeros(len(cells), dtype=bool)
        seen[used["cell"].to_numpy()] = True
        alone = np.flatnonzero(difference & ~seen & np.isnan(fixed))
        prior = pl.DataFrame({"cell": alone, "source": [PRIOR] * len(alone), "value": np.zeros(len(alone)),
                              "sd": reach[alone]})  # fmt: skip
        used = pl.concat([used, prior.cast(dict(used.schema))])  # type: ignore[arg-type]
    return used, lower, upper, fixed


def _deviations(said: pl.DataFrame, size: NDArray[np.float64], options: ReconcileOptions) -> pl.DataFrame:
    defaults = default_sds()
    by_grade = pl.col("grade").fill_null(options.default_grade).replace_strict(
        defaults, default=None, return_dtype=pl.Float64
    )  # fmt: skip
    floor = options.zero_share * pl.Series(size[said["cell"].to_numpy()])
    sd = pl.col("relative_sd").fill_null(by_grade) * pl.max_horizontal(pl.col("value").abs(), pl.lit(floor))
    return (
        said.with_columns(sd=sd).filter(pl.col("value").is_not_null()).select("cell", "source", "value", "sd")
    )


def _means_of(used: pl.DataFrame, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    cell = used["cell"].to_numpy()
    precision = used["sd"].to_numpy() ** -2.0
    weight = np.bincount(cell, precision, count).astype(np.float64)
    total = np.bincount(cell, precision * used["value"].to_numpy(), count)
    target = np.full(count, np.nan)
    np.divide(total, weight, out=target, where=weight > 0)
    return target, weight


def _identity_matrix(
    index: Mapping[Cell, int], units: list[str], options: ReconcileOptions
) -> tuple[sparse.csr_array, list[tuple[str, int, str, str, str]]]:
    """Return the coefficients of ``total - sum of parts`` and what each line is called."""
    lines: list[tuple[tuple[str, int, str, str, str], list[tuple[int, float]]]] = []
    for (region, year, row, fuel), place in index.items():
        for one in row_identities():
            if one.total == row:
                parts = [((region, year, part, fuel), factor) for part, factor in one.parts]
                lines += _line((region, year, one.id, fuel, units[place]), place, parts, index)
        for one in fuel_identities():
            if one.total == fuel and ":" not in row:
                parts = [((region, year, row, part), factor) for part, factor in one.parts]
                lines += _line((region, year, one.id, row, units[place]), place, parts, index)
        if ":" in row:
            whole, _, part = row.partition(":")
            name = (region, year, f"of_which_{whole}", fuel, units[place])
            pairs = [((region, year, whole, fuel), 1.0), ((region, year, part, fuel), -1.0)]
            lines += _line(name, place, pairs, index)
    if options.match_transfers:
        lines += _transfer_lines(index, units)
    coordinates = [(i, j, v) for i, (_, entries) in enumerate(lines) for j, v in entries]
    rows, columns, values = zip(*coordinates, strict=True) if coordinates else ((), (), ())
    shape = (len(lines), len(index))
    return sparse.csr_array((values, (rows, columns)), shape=shape, dtype=float), [name for name, _ in lines]


def _line(
    name: tuple[str, int, str, str, str],
    total: int,
    parts: list[tuple[Cell, float]],
    index: Mapping[Cell, int],
) -> list[tuple[tuple[str, int, str, str, str], list[tuple[int, float]]]]:
    there = [(index[cell], -factor) for cell, factor in parts if cell in index]
    return [(name, [(total, 1.0), *there])] if there else []


def _transfer_lines(
    index: Mapping[Cell, int], units: list[str]
) -> list[tuple[tuple[str, int, str, str, str], list[tuple[int, float]]]]:
    found: dict[tuple[int, str], list[int]] = {}
    for (_, year, row, fuel), place in index.items():
        if row in TRANSFERS:
            found.setdefault((year, fuel), []).append(place)
    return [
        ((NATION, year, "transfers", fuel, units[places[0]]), [(place, 1.0) for place in places])
        for (year, fuel), places in sorted(found.items())
    ]
