"""What a file would do to a register: new rows, changed rows with the fields that differ, rows that stay.

Pure: rows that stand come in as a frame. Nothing is emptied by a file that merely has no value: only a row
that names its id and version (one of our own exports) says with an empty cell that a value shall go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.register.changes import Change
from dafeng.register.import_merge import OLD, line_rows, match_rows, merge_fields
from dafeng.register.schema import entered_schema, stored_formulas
from dafeng.register.validate import ListPlaces, RowPlaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dafeng.register.intake import Intake
    from dafeng.register.model import Register

Mode = Literal["add", "update", "upsert"]
"""Only new rows; only rows that stand; both."""
DEFAULT_GRADE = "B"
"""Grade of rows for which neither file nor writer says one."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the writer says about a whole file.

    Parameters
    ----------
    mode : {"add", "update", "upsert"}
        What may happen.
    source : str
        Where the figures come from, for rows that do not say it; empty: every new row must.
    grade : str
        Evidence grade of rows that do not say it.
    with_states : bool
        New rows keep the state of the file; else every new row begins at the first one.
    """

    mode: Mode = "upsert"
    source: str = ""
    grade: str = DEFAULT_GRADE
    with_states: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would do, row by row.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows as they would be: :func:`~dafeng.register.schema.entered_schema`, ``state``, ``source``,
        ``grade``, ``row_id`` and ``version`` (of the row that stands; null for a new one), then ``_kind``
        (``insert``, ``update``, ``same``) and ``_differs`` (fields, List(String)).
    places : RowPlaces
        Where each was read.
    findings : tuple of Finding
        What speaks against single rows.
    """

    rows: pl.DataFrame
    places: RowPlaces
    findings: tuple[Finding, ...]

    def filter(self, chosen: pl.Series) -> ImportPlan:
        """Return the rows that are chosen, with their places."""
        return ImportPlan(self.rows.filter(chosen), filter_places(self.places, chosen), self.findings)

    def count(self, kind: str) -> int:
        """Return how many rows are new, changed or stay."""
        return int((self.rows["_kind"] == kind).sum())


def plan_import(
    register: Register, intake: Intake, existing: pl.DataFrame, options: ImportOptions | None = None
) -> ImportPlan:
    """Return what a file would do to the rows that stand.

    Parameters
    ----------
    register : Register
        Definition.
    intake : Intake
        Rows of the file.
    existing : polars.DataFrame
        Rows that stand (:func:`~dafeng.register.schema.schema_of`), at least those that the file names.
    options : ImportOptions, optional
        Mode, source, grade.

    Notes
    -----
    A row is recognised by its id if it has one, else by its key. A version older than the one that stands is
    refused with who changed the row, unless the file says nothing new.
    """
    chosen = options or ImportOptions()
    rows = _row_numbers(intake)
    matched = match_rows(register, intake, existing).with_columns(rows.alias("_row"))
    merged, differs = merge_fields(register, matched)
    numbers = {
        child.id: line_rows(matched, intake.lines.get(child.id), merged[child.id]) for child in register.lists
    }
    matched = _mark(matched, differs, chosen)
    finder = _Finder(intake, rows)
    findings = _repeated(register, matched, finder) + _wrong_kind(matched, chosen, finder)
    findings += _stale(register, matched, finder) + _states(register, matched, chosen, finder)
    findings += _without_source(register, matched, intake)
    system = matched.select(
        _state_expression(register, chosen), "_source", "_grade", pl.col("_id").alias("row_id"),
        pl.col(f"{OLD}version").alias("version"), "_kind", "_differs",
    ).rename({"_source": "source", "_grade": "grade"})  # fmt: skip
    order = [*entered_schema(register), *system.columns]
    lists = {name: ListPlaces(intake.line_sheets.get(name, ""), series) for name, series in numbers.items()}
    return ImportPlan(
        merged.hstack(system).select(order),
        RowPlaces(intake.file, intake.sheet, rows, lists, _other_sheets(intake)),
        tuple(findings),
    )


def make_changes(
    register: Register, computed: pl.DataFrame, existing: pl.DataFrame, extra: Sequence[str] = ()
) -> list[Change]:
    """Return the changes of rows that stand.

    Parameters
    ----------
    register : Register
        Definition.
    computed : polars.DataFrame
        Rows of a plan of the kind ``update``, with their stored formulas.
    existing : polars.DataFrame
        Rows that stand.
    extra : sequence of str
        Further columns that are stored (scopes that follow from linked rows).
    """
    names = [*entered_schema(register), *(f.id for f in stored_formulas(register)), "source", "grade", *extra]
    wanted = existing.join(computed.select("row_id"), on="row_id", how="semi")
    before = {row["row_id"]: row for row in wanted.select("row_id", *names).iter_rows(named=True)}
    changes = []
    for row in computed.iter_rows(named=True):
        old = before[row["row_id"]]
        values = {name: row[name] for name in names if row[name] != old[name]}
        if values:
            changes.append(Change("update", row["row_id"], row["version"], values))
    return changes


def filter_places(places: RowPlaces, chosen: pl.Series) -> RowPlaces:
    """Return the places of the rows that are chosen."""
    lists = {name: ListPlaces(one.sheet, one.rows.filter(chosen)) for name, one in places.lists.items()}
    rows = None if places.rows is None else places.rows.filter(chosen)
    sheets = None if places.sheets is None else places.sheets.filter(chosen)
    return RowPlaces(places.file, places.sheet, rows, lists, sheets)


def rows_with_errors(places: RowPlaces, findings: Sequence[Finding]) -> pl.Series:
    """Return for every row whether an error is found in it or in one of its lines."""
    assert places.rows is not None
    wrong = {
        (f.place.sheet, f.place.row) for f in findings if f.severity == "error" and f.place.row is not None
    }
    bad = places.rows.is_in([row for sheet, row in wrong if sheet == places.sheet])
    for one in places.lists.values():
        lines = [row for sheet, row in wrong if sheet == one.sheet]
        if lines:
            bad |= one.rows.list.eval(pl.element().is_in(lines)).list.any().fill_null(value=False)
            bad |= places.rows.is_in(lines) & (one.rows.list.first() == places.rows).fill_null(value=False)
    return bad


@dataclass(frozen=True, slots=True)
class _Finder:
    """Places of rows of the file; a row that stands only in a list is at its first line."""

    intake: Intake
    rows: pl.Series

    def place(self, index: int, column: str = "") -> Place:
        """Return the place of a cell of a row."""
        intake, sheet = self.intake, self.intake.sheet
        if intake.rows[index] is None:
            sheet = _sheet_of_lines(intake, index)
        return Place(intake.file, sheet, self.rows[index], column)


def _sheet_of_lines(intake: Intake, index: int) -> str:
    lists = intake.lines
    return next((intake.line_sheets[n] for n in lists if len(lists[n][index])), intake.sheet)


def _other_sheets(intake: Intake) -> pl.Series | None:
    """Return the sheet of the first line of rows that stand only in lists; None if there are none."""
    if not intake.rows.null_count():
        return None
    alone = enumerate(intake.rows.is_null())
    return pl.Series([_sheet_of_lines(intake, i) if only else None for i, only in alone], dtype=pl.String)


def _row_numbers(intake: Intake) -> pl.Series:
    """Return the row of each in its sheet; that of its first line for a row that stands only in a list."""
    numbers = intake.rows
    for lines in intake.lines.values():
        numbers = pl.select(pl.coalesce(numbers, lines.list.first())).to_series()
    return numbers.fill_null(0).alias("_row")


def _mark(matched: pl.DataFrame, differs: dict[str, pl.Series], options: ImportOptions) -> pl.DataFrame:
    """Return the rows with source, grade, the names of fields that differ, and what happens to each."""
    stands, columns = pl.col("_id").is_not_null(), pl.DataFrame(differs)
    any_differs = columns.select(pl.any_horizontal(pl.all())).to_series().alias("_any")
    matched = matched.with_columns(any_differs)
    is_new = ~stands | pl.col("_any")
    given = pl.lit(options.source or None, pl.String)
    source = pl.coalesce("source", pl.when(is_new).then(given), f"{OLD}source")
    grade = pl.coalesce(
        "grade",
        pl.when(~stands | (pl.col("_any") & given.is_not_null())).then(pl.lit(options.grade)),
        f"{OLD}grade",
    )
    matched = matched.with_columns(source.alias("_source"), grade.alias("_grade"))
    columns = columns.hstack(
        matched.select(
            (stands & pl.col("_source").ne_missing(pl.col(f"{OLD}source"))).alias("source"),
            (stands & pl.col("_grade").ne_missing(pl.col(f"{OLD}grade"))).alias("grade"),
        )
    )
    names = pl.concat_list(
        pl.when(pl.col(name)).then(pl.lit(name)).otherwise(pl.lit(None, pl.String))
        for name in columns.columns
    )
    listed = columns.select(names.list.drop_nulls().alias("_differs")).to_series()
    other = listed.list.len() > 0
    kind = (
        pl.when(~stands).then(pl.lit("insert")).when(other).then(pl.lit("update")).otherwise(pl.lit("same"))
    )
    return matched.with_columns(listed, kind.alias("_kind"))


def _repeated(register: Register, matched: pl.DataFrame, finder: _Finder) -> list[Finding]:
    """Return rows whose key or id stood in an earlier row of the file."""
    findings = []
    numbered = matched.select(*register.key, "row_id", "_row").with_row_index("_i")
    for keys in (list(register.key), ["row_id"]):
        whole = numbered.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
        again = whole.with_columns(pl.col("_row").first().over(keys).alias("_first"))
        for row in again.filter(pl.col("_row") != pl.col("_first")).iter_rows(named=True):
            params = {"key": " / ".join(str(row[key]) for key in keys), "first": row["_first"]}
            findings.append(Finding("key_repeated", finder.place(row["_i"], keys[0]), params))
    return findings


def _wrong_kind(matched: pl.DataFrame, options: ImportOptions, finder: _Finder) -> list[Finding]:
    """Return rows that the mode does not let in."""
    stands, given, lines = matched["_id"].is_not_null(), matched["_given"], matched["_only_lines"]
    findings = [
        Finding("row_id_unknown", finder.place(index, "row_id"), {"row_id": matched["row_id"][index]})
        for index in (given & ~stands).arg_true()
    ]
    alone = ~stands & ~given & lines
    findings += [Finding("row_parent_missing", finder.place(index)) for index in alone.arg_true()]
    if options.mode == "add":
        findings += [Finding("row_stands_already", finder.place(index)) for index in stands.arg_true()]
    if options.mode == "update":
        new = ~stands & ~given & ~lines
        findings += [Finding("row_not_there", finder.place(index)) for index in new.arg_true()]
    return findings


def _stale(register: Register, matched: pl.DataFrame, finder: _Finder) -> list[Finding]:
    """Return rows that somebody changed after the file was made, and that the file would change too."""
    stale = (
        (matched["version"] != matched[f"{OLD}version"]).fill_null(value=False)
        & (matched["_kind"] == "update")
    ).arg_true()
    findings = []
    for index in stale:
        row = matched.row(index, named=True)
        params = {
            "register": register.id, "row": row.get(register.label) or row[f"{OLD}{register.label}"],
            "seen": row["version"], "now": row[f"{OLD}version"], "fields": ", ".join(row["_differs"]),
            "actor": row[f"{OLD}changed_by"], "at": row[f"{OLD}changed_at"],
        }  # fmt: skip
        findings.append(Finding("row_changed", finder.place(index, "version"), params))
    return findings


def _states(
    register: Register, matched: pl.DataFrame, options: ImportOptions, finder: _Finder
) -> list[Finding]:
    """Return states that are no states, that a new row may not have, or that only a step may change."""
    names = {state.code: state.zh for state in register.states}
    given = matched["state"].is_not_null()
    if not given.any():
        return []
    unknown = given & ~matched["state"].is_in(list(names))
    findings = [
        Finding("row_state_unknown", finder.place(i, "state"), {"value": matched["state"][i]})
        for i in unknown.arg_true()
    ]
    stands = matched["_id"].is_not_null()
    moved = given & ~unknown & stands & (matched["state"] != matched[f"{OLD}state"])
    findings += [
        Finding(
            "row_state_ignored", finder.place(i, "state"), {"state": names[matched["state"][i]]}, "warning"
        )
        for i in moved.arg_true()
    ]
    if options.with_states:
        return findings
    begun = given & ~unknown & ~stands & (matched["state"] != register.first_state)
    first = names[register.first_state]
    return findings + [
        Finding(
            "row_state_import",
            finder.place(i, "state"),
            {"state": names[matched["state"][i]], "first": first},
        )
        for i in begun.arg_true()
    ]


def _without_source(register: Register, matched: pl.DataFrame, intake: Intake) -> list[Finding]:
    """Return one finding if new rows do not say where they come from."""
    lacking = int(matched["_source"].is_null().sum())
    if not lacking:
        return []
    params = {"register": register.id, "rows": lacking}
    return [Finding("row_source_missing", Place(intake.file, intake.sheet), params)]


def _state_expression(register: Register, options: ImportOptions) -> pl.Expr:
    known = [state.code for state in register.states]
    given = (
        pl.when(pl.col("state").is_in(known)).then("state")
        if options.with_states
        else pl.lit(None, pl.String)
    )
    return pl.coalesce(f"{OLD}state", given, pl.lit(register.first_state)).alias("state")
