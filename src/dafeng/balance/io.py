"""Read energy balance tables: workbooks and CSV texts in the official layout, CSV texts in long form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.captions import Caption, read_caption
from dafeng.balance.contracts import FIRST_YEAR, LAST_YEAR, BalanceCells
from dafeng.balance.editions import detect_edition, find_edition
from dafeng.balance.labels import UnitWord, match_unit
from dafeng.balance.long import DEFAULT_GRADE, is_long, read_long
from dafeng.balance.model import COAL_EQUIVALENT_UNIT, Balance, ElectricityBasis
from dafeng.balance.sheet import SheetTable, continue_tables, decide_measure, read_sheet
from dafeng.balance.signs import Signs, SignsFound, detect_signs, turn_signs
from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.grids import find_error_cells, is_workbook, read_grids
from dafeng.parsing import MAX_BYTES
from dafeng.provenance import Source, hash_bytes
from dafeng.table import check

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.balance.editions import Edition
    from dafeng.balance.model import Measure

KEY = ["region", "year", "row", "fuel"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says of a file; what is left open is looked for in it.

    Parameters
    ----------
    region : str
        Code or name of the province; of a CSV text in long form only its lines are read.
    year : int or None
        Data year; of a CSV text in long form only its lines are read.
    edition : str
        Code of the layout.
    measure : {"physical", "coal_equivalent"}, optional
    electricity : ElectricityBasis, optional
        How a standard-coal table counts electricity, where its title does not say.
    signs : {"yearbook", "input_positive"}, optional
        ``yearbook`` takes every sign as it stands; ``input_positive`` is the sign of transformation, that of
        what leaves the province and of closing stock is looked for.
    accept_findings : bool
        Read in spite of labels that are unknown, signs that are odd, units that are not said.
    max_bytes : int
        Limit of the file. [B]
    """

    region: str = ""
    year: int | None = None
    edition: str = ""
    measure: Measure | None = None
    electricity: ElectricityBasis | None = None
    signs: Signs | None = None
    accept_findings: bool = False
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class ReadBalance:
    """A balance that was read, with what was found on the way.

    Parameters
    ----------
    balance : Balance
        Signs as in the yearbook.
    source : Source
    edition : Edition
        The layout that the file follows.
    signs : SignsFound
        The sign convention of the file.
    places : polars.DataFrame
        ``region, year, row, fuel, file, sheet, place``: where each cell stands, blank ones too.
    findings : tuple of Finding
        Warnings that were accepted, notes.
    """

    balance: Balance
    source: Source
    edition: Edition
    signs: SignsFound
    places: pl.DataFrame
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """Cells with their places before anything is decided about edition, signs and electricity."""

    cells: pl.DataFrame
    places: list[Place]
    stands: list[tuple[str, int, str, str, Place]]
    rows: frozenset[str]
    fuels: frozenset[str]
    measure: Measure
    captions: list[Caption]
    findings: list[Finding]


def read_balance(path: Path, options: ReadOptions | None = None) -> ReadBalance:
    """Return the balance of a file: XLSX or XLS (a sheet a province and year), or CSV.

    Parameters
    ----------
    path : Path
        The official layout with titles, or one line a cell (``region,year,row,fuel,unit,value``, or
        ``variable,sector`` in the place of ``row``).
    options : ReadOptions, optional

    Raises
    ------
    InputRefused, TableError
        With every defect at once. Warnings refuse too unless they are accepted.
    """
    options = options or ReadOptions()
    raw = read_bytes(path, options.max_bytes)
    if not is_workbook(raw) and is_long(raw, path.name, max_bytes=options.max_bytes):
        read = _read_lines(raw, path.name, options)
    else:
        read = _read_sheets(raw, path.name, options)
    signs = detect_signs(read.cells, read.places.__getitem__, options.signs)
    findings = [*read.findings, *signs.findings]
    _stop(findings, accept=options.accept_findings)
    edition = _decide_edition(read, options)
    cells = turn_signs(read.cells, signs.transformation, signs.outflow, signs.stock)
    balance = Balance(
        check(cells.sort(KEY), BalanceCells, name=path.name), edition.code, read.measure,
        _decide_electricity(read, options, path.name),
    )  # fmt: skip
    source = Source(path.name, path.name, hash_bytes(raw))
    return ReadBalance(balance, source, edition, signs, _place_table(read.stands), tuple(findings))


def _place_table(stands: list[tuple[str, int, str, str, Place]]) -> pl.DataFrame:
    """Return where each cell stands: file, sheet, letters and number of the cell or number of the line."""
    lines = [
        (*key, place.file, place.sheet, f"{place.column if place.column.isupper() else ''}{place.row}")
        for *key, place in stands
    ]
    schema = {name: pl.Int64 if name == "year" else pl.String for name in (*KEY, "file", "sheet", "place")}
    return pl.DataFrame(lines, schema=schema, orient="row")


def _stop(findings: list[Finding], *, accept: bool) -> None:
    """Raise if a finding is an error, or a warning that nobody accepted."""
    stopping = [f for f in findings if f.severity == "error" or (f.severity == "warning" and not accept)]
    if any(finding.severity == "error" for finding in stopping):
        raise InputRefused(stopping)
    if stopping:
        raise InputRefused([Finding("balance_findings_stop", params={"count": len(stopping)}), *stopping])


def _read_lines(raw: bytes, name: str, options: ReadOptions) -> _Read:
    frame = _choose_lines(read_long(raw, name, max_bytes=options.max_bytes), name, options)
    own = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
    spelled = {unit: match_unit(unit) or unit for unit in frame["unit"].unique()}
    frame = frame.with_columns(pl.col("unit").replace(spelled), _own=pl.col("fuel").replace_strict(own))
    told = frame.filter(pl.col("_own") != COAL_EQUIVALENT_UNIT)
    measure: Measure = "physical"
    if told.height and (told["unit"] == COAL_EQUIVALENT_UNIT).all():
        measure = "coal_equivalent"
    expected = pl.col("_own") if measure == "physical" else pl.lit(COAL_EQUIVALENT_UNIT)
    wrong = frame.with_columns(_expected=expected).filter(pl.col("unit") != pl.col("_expected"))
    findings = [
        Finding(
            "unit_wrong", Place(name, row=row["line"], column="unit"),
            {"what": row["fuel"], "value": row["unit"], "expected": UnitWord(row["_expected"])},
        )
        for row in wrong.iter_rows(named=True)
    ]  # fmt: skip
    places = [Place(name, row=line, column="value") for line in frame["line"]]
    stands = [(*key, place) for key, place in zip(frame.select(KEY).iter_rows(), places, strict=True)]
    return _Read(
        frame.select(*KEY, "unit", "value", "grade"), places, stands, frozenset(frame["row"]),
        frozenset(frame["fuel"]), measure, [], findings,
    )  # fmt: skip


def _choose_lines(frame: pl.DataFrame, name: str, options: ReadOptions) -> pl.DataFrame:
    """Return the lines of the province and year that the user names."""
    chosen = frame
    if options.region:
        chosen = chosen.filter(pl.col("region") == terms.resolve("provinces", options.region))
        if chosen.is_empty():
            params = {"found": ", ".join(frame["region"].unique().sort())}
            raise InputRefused([Finding("balance_region_unclear", Place(name), params)])
    if options.year is not None:
        found = ", ".join(map(str, chosen["year"].unique().sort()))
        chosen = chosen.filter(pl.col("year") == options.year)
        if chosen.is_empty():
            raise InputRefused([Finding("balance_year_unclear", Place(name), {"found": found})])
    return chosen


def _read_sheets(raw: bytes, name: str, options: ReadOptions) -> _Read:
    grids = read_grids(raw, name, max_bytes=options.max_bytes)
    errors = find_error_cells(raw) if is_workbook(raw) else {}
    found = [(grid, read_sheet(grid, errors.get(grid.sheet, ()))) for grid in grids]
    tables = [table for _, parts in found for table in parts]
    continue_tables(tables)
    if not tables:
        raise InputRefused([Finding("balance_not_found", Place(name))])
    findings = [
        Finding("balance_sheet_skipped", grid.place(0), severity="note") for grid, parts in found if not parts
    ]
    measures = {decide_measure(table, options.measure) for table in tables}
    if len(measures) > 1:
        findings.append(Finding("balance_measure_mixed", Place(name)))
    measure = measures.pop()
    frames, used, places, stands = [], [], [], []
    for table in tables:
        findings += table.findings
        identity = _identify(table, name, options, findings)
        if identity is not None:
            frames.append(_frame_of(table, *identity, measure))
            used.append(table)
            places += [table.place(row, column) for row, column, _ in table.cells]
            stands += [
                (*identity, code, fuel, table.place(row, column))
                for row, code in table.rows.items()
                for column, fuel in table.columns.items()
            ]
    cells = pl.concat(frames) if frames else _frame_of(tables[0], "", FIRST_YEAR, measure).clear()
    findings += _repeated_tables(frames, used, name)
    return _Read(
        cells, places, stands, frozenset(row for table in tables for row in table.rows.values()),
        frozenset(fuel for table in tables for fuel in table.columns.values()), measure,
        [table.caption for table in tables], findings,
    )  # fmt: skip


def _identify(
    table: SheetTable, name: str, options: ReadOptions, findings: list[Finding]
) -> tuple[str, int] | None:
    """Return province and year of a sheet: as the user says, else its title, its name, the file's name."""
    captions = [table.caption, read_caption([table.grid.sheet]), read_caption([name])]
    regions = next((c.regions for c in captions if c.regions), frozenset())
    years = next((c.years for c in captions if c.years), frozenset())
    region = terms.resolve("provinces", options.region) if options.region else ""
    findings += _contradictions(table, region, options.year)
    region = region or (next(iter(regions)) if len(regions) == 1 else "")
    year = options.year or (next(iter(years)) if len(years) == 1 else None)
    place = table.place(0)
    if not region:
        params = {"found": ", ".join(sorted(regions)) or "—"}
        findings.append(Finding("balance_region_unclear", place, params))
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        params = {"found": ", ".join(map(str, sorted(years))) or "—"}
        findings.append(Finding("balance_year_unclear", place, params))
    return (region, year) if region and year is not None else None


def _contradictions(table: SheetTable, region: str, year: int | None) -> list[Finding]:
    """Return a warning where the user names another province or year than the title."""
    years = frozenset(map(str, table.caption.years))
    said = [(region, table.caption.regions), (str(year or ""), years)]
    return [
        Finding(
            "balance_title_differs", table.place(0),
            {"said": named, "found": ", ".join(sorted(titled))}, "warning",
        )
        for named, titled in said
        if named and titled and named not in titled
    ]  # fmt: skip


def _frame_of(table: SheetTable, region: str, year: int, measure: Measure) -> pl.DataFrame:
    own = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
    grade = next(iter(table.caption.grades)) if len(table.caption.grades) == 1 else DEFAULT_GRADE
    rows = [
        (region, year, table.rows[row], table.columns[column], value) for row, column, value in table.cells
    ]
    schema = {
        "region": pl.String, "year": pl.Int64, "row": pl.String, "fuel": pl.String, "value": pl.Float64,
    }  # fmt: skip
    unit = pl.col("fuel").replace_strict(own, return_dtype=pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.select(
        *KEY, unit=unit if measure == "physical" else pl.lit(COAL_EQUIVALENT_UNIT), value="value",
        grade=pl.lit(grade),
    )  # fmt: skip


def _repeated_tables(frames: list[pl.DataFrame], tables: list[SheetTable], name: str) -> list[Finding]:
    """Return one finding for every province and year of which two tables hold the same fuel."""
    first: dict[tuple[str, int, str], int] = {}
    again: dict[tuple[str, int], set[int]] = {}
    for place, frame in enumerate(frames):
        for key in frame.select("region", "year", "fuel").unique().iter_rows():
            if first.setdefault(key, place) != place:
                again.setdefault(key[:2], set()).update((first[key], place))
    return [
        Finding(
            "balance_table_repeated", Place(name),
            {
                "region": region, "year": year,
                "sheets": ", ".join(_name_table(tables[place]) for place in sorted(places)),
            },
        )
        for (region, year), places in sorted(again.items())
    ]  # fmt: skip


def _name_table(table: SheetTable) -> str:
    return f"{table.grid.sheet or table.grid.name}!{min(table.rows) + 1}"


def _decide_edition(read: _Read, options: ReadOptions) -> Edition:
    said = {code for caption in read.captions for code in caption.editions}
    if options.edition or len(said) == 1:
        edition = find_edition(options.edition or said.pop())
        if not edition.holds(read.rows, read.fuels):
            lacking = sorted((read.rows - edition.row_codes) | (read.fuels - edition.fuel_codes))
            params = {"lacking": f"{edition.code}: {', '.join(lacking)}"}
            raise InputRefused([Finding("balance_edition_none", params=params)])
        return edition
    return detect_edition(read.rows, read.fuels, read.cells["year"].unique())


def _decide_electricity(read: _Read, options: ReadOptions, name: str) -> ElectricityBasis | None:
    """Return how a standard-coal table counts electricity; it must be said in the file or by the user."""
    if read.measure == "physical":
        return None
    said = {caption.electricity for caption in read.captions}
    named = {basis for caption in read.captions for basis in caption.bases}
    electricity = (next(iter(said)) if len(said) == 1 else None) or options.electricity
    if len(said - {None}) > 1 or (electricity is not None and named - {electricity.basis}):
        raise InputRefused([Finding("balance_electricity_mixed", Place(name))])
    if electricity is None:
        raise InputRefused([Finding("balance_electricity_unsaid", Place(name))])
    return electricity
