"""Table contracts: what a column is called, its unit, its words, its key; and the check itself.

A contract is a class with one attribute per column::

    class EnergyUse(Table):
        year: int = column(unit="year", key=True, zh="年份", en="Year")
        use_tj: float = column(unit="TJ", zh="用能量", en="Energy use")

``check(frame, EnergyUse)`` returns the frame or raises :class:`~dafeng.errors.TableError` with every
offending row. Contracts also feed the CSV reader, the workbook headers and the reference pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, cast

import pandera.polars as pa
import polars as pl
from pandera.api.polars.model_config import BaseConfig
from pandera.errors import SchemaErrors

from dafeng import terms
from dafeng.errors import Finding, Place, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.errors import Language

Form = Literal["", "period", "published", "list"]
"""How a text is written: a period, a date of publication, or codes separated by ``;``."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """What a contract says of one column."""

    name: str
    dtype: pl.DataType
    unit: str
    zh: str
    en: str
    key: bool
    nullable: bool
    vocabulary: str
    references: str
    form: Form
    choices: tuple[str, ...]
    low: float | None
    high: float | None


class ColumnRules(TypedDict, total=False):
    """What a column may declare beside its words; everything has a default."""

    unit: str
    """Unit of a number; ``"1"`` for a pure number, ``"year"`` for a calendar year."""
    key: bool
    """Part of the primary key."""
    nullable: bool
    """May be missing (null = not reported; never zero)."""
    vocabulary: str
    """Name of a vocabulary of :mod:`dafeng.terms` that holds its codes."""
    references: str
    """``table.column`` of the same pack that must hold the value."""
    form: Form
    """How a text is written."""
    choices: tuple[str, ...]
    """A closed set of values."""
    low: float | None
    """Smallest value, included."""
    high: float | None
    """Largest value, included."""


_DEFAULTS = ColumnRules(
    unit="", key=False, nullable=False, vocabulary="", references="", form="", choices=(), low=None, high=None
)


def column(*, zh: str, en: str, **rules: Unpack[ColumnRules]) -> Any:
    """Declare a column of a contract.

    Parameters
    ----------
    zh, en : str
        Its name in words.
    **rules : ColumnRules
        Unit, key, vocabulary, bounds, ….
    """
    given: ColumnRules = {**_DEFAULTS, **rules}
    nullable = given.pop("nullable")
    metadata = {"zh": zh, "en": en, **given}
    return pa.Field(nullable=nullable, ge=given["low"], le=given["high"], metadata=metadata)


class Table(pa.DataFrameModel):
    """Base of all contracts: exactly these columns, in any order."""

    class Config(BaseConfig):
        """Pandera settings: no unknown columns, no silent conversion."""

        strict = True
        coerce = False


@cache
def columns_of(contract: type[Table]) -> tuple[ColumnSpec, ...]:
    """Return the columns of a contract in the order of declaration."""
    specs = []
    for name, col in contract.to_schema().columns.items():
        meta = cast("Mapping[str, Any]", col.metadata)
        dtype = col.dtype.type
        specs.append(ColumnSpec(name=name, dtype=dtype, nullable=col.nullable, **meta))
    return tuple(specs)


def keys_of(contract: type[Table]) -> list[str]:
    """Return the names of the key columns."""
    return [spec.name for spec in columns_of(contract) if spec.key]


def frame_of(rows: Sequence[Mapping[str, Any]], contract: type[Table]) -> pl.DataFrame:
    """Return rows as a checked frame of a contract; columns that no row names are null.

    Raises
    ------
    TableError
        With every offending row.
    """
    schema = {spec.name: spec.dtype for spec in columns_of(contract)}
    return check(pl.DataFrame(rows, schema=schema, orient="row"), contract)


def empty_table(contract: type[Table]) -> pl.DataFrame:
    """Return a frame without rows that fulfils the contract."""
    return pl.DataFrame(schema={spec.name: spec.dtype for spec in columns_of(contract)})


class Suggestion:
    """A nearest-name hint: 是否为 …？ / did you mean …?, or nothing when no name is near.

    Parameters
    ----------
    value : str
        What was written.
    known : iterable of str
        What could have been meant.
    """

    def __init__(self, value: str, known: Iterable[str]) -> None:
        self.name = _nearest(value, _one_copy(frozenset(known)))

    def text(self, language: Language) -> str:
        """Return the hint in words."""
        if not self.name:
            return ""
        return f"，是否为 {self.name}" if language == "zh" else f"; did you mean {self.name}"


class KnownNames:
    """All names of a short list in place of a hint: 可用 …… / known: ….

    Parameters
    ----------
    known : iterable of str
        What could have been meant.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.names = sorted(known)

    def text(self, language: Language) -> str:
        """Return the list in words."""
        return "，可用：" + "、".join(self.names) if language == "zh" else "; known: " + ", ".join(self.names)


@lru_cache(maxsize=64)
def _one_copy(names: frozenset[str]) -> frozenset[str]:
    """Return the first of equal sets, so that the cache of nearest names keeps one set and not thousands."""
    return names


@lru_cache(maxsize=4096)
def _nearest(value: str, known: frozenset[str]) -> str:
    """Return the nearest name or nothing; thousands of equal mistakes cost one search."""
    lowered = {name.lower(): name for name in sorted(known)}
    near = get_close_matches(value.lower(), lowered, n=1, cutoff=0.5)
    return lowered[near[0]] if near else ""


def check(frame: pl.DataFrame, contract: type[Table], *, name: str = "") -> pl.DataFrame:
    """Return the frame with the contract's column order, or raise with everything that is wrong.

    Parameters
    ----------
    frame : polars.DataFrame
        The table; a LazyFrame is refused because its values could not be checked.
    contract : type of Table
        What it must fulfil.
    name : str
        How messages call the table; default the contract's name.

    Raises
    ------
    TableError
        With one finding per offending cell, missing column or repeated key.
    """
    called = name or contract.__name__
    if not isinstance(frame, pl.DataFrame):
        raise TableError.of("lazy_frame", contract=contract.__name__)
    specs = columns_of(contract)
    problems: list[Finding] = []
    if not _is_sound(frame, specs):
        try:
            contract.validate(frame, lazy=True)
        except SchemaErrors as error:
            problems = _findings_from(error.failure_cases, called, frame)
    present = [spec for spec in specs if spec.name in frame.columns]
    for spec in present:
        problems += check_codes(frame[spec.name], spec, called) + _check_finite(frame[spec.name], called)
    if len(present) == len(specs):
        problems += check_keys(frame, keys_of(contract), called)
    if problems:
        raise TableError(problems)
    return frame.select([spec.name for spec in specs])


def _is_sound(frame: pl.DataFrame, specs: Sequence[ColumnSpec]) -> bool:
    """Return whether types, missing values and bounds are as declared: all that pandera would look at.

    Pandera takes half a millisecond a column to say that nothing is wrong; it is asked only to tell what is.
    """
    if len(frame.columns) != len(specs) or {spec.name for spec in specs} != set(frame.columns):
        return False
    for spec in specs:
        values = frame[spec.name]
        if values.dtype != spec.dtype or (not spec.nullable and values.null_count()):
            return False
        if values.dtype.is_float() and values.is_nan().any():
            return False
        below = spec.low is not None and (values < spec.low).any()
        above = spec.high is not None and (values > spec.high).any()
        if below or above:
            return False
    return True


def check_codes(
    values: pl.Series, spec: ColumnSpec, file: str, rows: pl.Series | None = None
) -> list[Finding]:
    """Return findings for values outside the column's vocabulary or closed set.

    Parameters
    ----------
    values : polars.Series
        The column; ``form="list"`` columns are split at ``;``.
    spec : ColumnSpec
        Its declaration.
    file : str
        Named in the findings.
    rows : polars.Series, optional
        Row numbers as the user counts them; default: position + 2 (row 1 is the header).
    """
    if not spec.vocabulary and not spec.choices:
        return []
    known = set(spec.choices) or terms.codes(spec.vocabulary)
    listed = values.cast(pl.String)
    found = listed.drop_nulls().unique()
    if all(code in known for text in found for code in (text.split(";") if spec.form == "list" else [text])):
        return []
    split = (
        listed.str.split(";")
        if spec.form == "list"
        else listed.to_frame("v").select(pl.concat_list("v"))["v"]
    )
    numbers = rows if rows is not None else pl.int_range(2, len(values) + 2, eager=True)
    table = pl.DataFrame({"row": numbers, "code": split}).explode("code")
    wrong = table.filter(pl.col("code").is_not_null() & ~pl.col("code").is_in(sorted(known)))
    label = spec.vocabulary or ", ".join(spec.choices)
    spellings = {*known, *(terms.spellings(spec.vocabulary) if spec.vocabulary else ())}
    return [
        Finding(
            "code_unknown", Place(file, row=row, column=spec.name),
            {"value": code, "vocabulary": label, "suggestion": Suggestion(code, spellings)},
        )
        for row, code in wrong.iter_rows()
    ]  # fmt: skip


def check_keys(
    frame: pl.DataFrame, keys: list[str], file: str, rows: pl.Series | None = None
) -> list[Finding]:
    """Return a finding for every row whose key stood in an earlier row."""
    if not keys or frame.is_empty():
        return []
    numbers = rows if rows is not None else pl.int_range(2, frame.height + 2, eager=True)
    numbered = frame.select(keys).with_columns(numbers.alias("_row"))
    first = pl.col("_row").first().over(keys)
    again = numbered.with_columns(first.alias("_first")).filter(pl.col("_row") != pl.col("_first"))
    return [
        Finding(
            "key_repeated", Place(file, row=row["_row"], column=", ".join(keys)),
            {"key": " / ".join("" if row[k] is None else str(row[k]) for k in keys), "first": row["_first"]},
        )
        for row in again.iter_rows(named=True)
    ]  # fmt: skip


def _check_finite(values: pl.Series, file: str) -> list[Finding]:
    if not values.dtype.is_float():
        return []
    numbered = pl.DataFrame({"row": pl.int_range(2, len(values) + 2, eager=True), "value": values})
    wrong = numbered.filter(~pl.col("value").is_finite().fill_null(value=True))
    return [
        Finding("cell_not_finite", Place(file, row=row, column=values.name), {"value": value})
        for row, value in wrong.iter_rows()
    ]


def _findings_from(cases: pl.DataFrame, file: str, frame: pl.DataFrame) -> list[Finding]:
    found = []
    for case in cases.iter_rows(named=True):
        row = None if case["index"] is None else int(case["index"]) + 2
        place = Place(file, row=row, column=str(case["column"] or ""))
        kind = str(case["check"])
        if kind == "column_in_dataframe":
            params = {"column": case["failure_case"], "present": ", ".join(frame.columns)}
            found.append(Finding("column_missing", Place(file), params))
        elif kind == "column_in_schema":
            params = {"column": case["failure_case"], "suggestion": ""}
            found.append(Finding("column_unknown", Place(file), params))
        elif kind == "not_nullable":
            found.append(Finding("cell_empty", place))
        else:
            params = {"value": case["failure_case"], "rule": kind}
            found.append(Finding("value_out_of_range", place, params))
    return found
