"""From the bytes of a CSV file to a contract table: everything that is wrong, at once.

Nothing here touches a file; ``io`` modules read bytes and call :func:`parse_csv`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng import terms
from dafeng.errors import DafengError, Finding, InputRefused, Place, TableError
from dafeng.period import latest_date, parse_period
from dafeng.table import ColumnSpec, Suggestion, Table, check, check_codes, check_keys, columns_of, keys_of

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 200 * 1024 * 1024
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_INTEGER = r"^[+-]?\d+(\.0+)?$"
_MISSING = ("", "NaN", "nan", "NA", "null", "None")

Extra = Literal["refuse", "keep"]


@dataclass(frozen=True, slots=True)
class ParsedTable:
    """A table that was read, with the row numbers its writer sees.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of the contract, typed.
    rows : polars.Series
        Row number in the file for each row of ``frame``; the header is row 1.
    extra : polars.DataFrame
        Columns that the contract does not know, as text.
    encoding : str
        ``utf-8`` or ``gb18030``.
    """

    frame: pl.DataFrame
    rows: pl.Series
    extra: pl.DataFrame
    encoding: str


def decode_text(raw: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> tuple[str, str]:
    """Return the text of a file and its encoding.

    Parameters
    ----------
    raw : bytes
        UTF-8 with or without byte-order mark, UTF-16 with mark, or GBK (GB 18030).
    name : str
        Named in errors.
    max_bytes : int
        Larger files are refused. [B]

    Raises
    ------
    InputRefused
        Empty, binary, too large, or in no known encoding.
    """
    place = Place(name)
    if len(raw) > max_bytes:
        sizes = {"size_mb": f"{len(raw) / 2**20:.1f}", "limit_mb": f"{max_bytes / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", place, sizes)])
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _decode(raw, "utf-16", place), "utf-16"
    if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputRefused([Finding("file_empty", place)])
    head = raw[:65536]
    if b"\x00" in raw or head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise InputRefused([Finding("file_binary", place)])
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decode(raw, "gb18030", place), "gb18030"


def _decode(raw: bytes, encoding: str, place: Place) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputRefused([Finding("file_encoding", place, {"byte": error.start + 1})]) from error


def parse_csv(
    raw: bytes,
    contract: type[Table],
    name: str,
    *,
    extra: Extra = "refuse",
    max_bytes: int = MAX_BYTES,
    allow_no_rows: bool = False,
) -> ParsedTable:
    """Return a CSV file as a contract table.

    Parameters
    ----------
    raw : bytes
        The file.
    contract : type of Table
        Columns, types, vocabularies, key.
    name : str
        File name for messages.
    extra : {"refuse", "keep"}
        What happens to columns that the contract does not know.
    max_bytes : int
        Limit of the size. [B]
    allow_no_rows : bool
        Whether a file with nothing but its header is an empty table or an error.

    Raises
    ------
    InputRefused
        The bytes are no CSV text.
    TableError
        All defects at once: columns, cells, codes, repeated keys; each with row, column and cure.
    """
    text, encoding = decode_text(raw, name, max_bytes=max_bytes)
    strings = _read_strings(text, name)
    problems = _check_header(strings.columns, contract, name, extra)
    if any(f.code != "column_unknown" for f in problems):
        raise TableError(problems)
    numbered = strings.with_columns(pl.int_range(2, strings.height + 2).alias("_row"))
    numbered = numbered.filter(pl.any_horizontal(pl.exclude("_row").is_not_null()))
    if numbered.is_empty() and not allow_no_rows:
        raise InputRefused([Finding("header_only", Place(name))])
    rows = numbered["_row"]
    typed = {}
    for spec in columns_of(contract):
        typed[spec.name], found = _convert(numbered[spec.name], spec, name, rows)
        problems += found
    frame = pl.DataFrame(typed)
    problems += check_keys(frame, keys_of(contract), name, rows)
    if problems:
        raise TableError(sorted(problems, key=lambda f: (f.place.row or 0, f.place.column)))
    known = {spec.name for spec in columns_of(contract)}
    others = numbered.select([c for c in strings.columns if c not in known])
    return ParsedTable(check(frame, contract, name=name), rows, others, encoding)


def _read_strings(text: str, name: str) -> pl.DataFrame:
    place = Place(name)
    header = next(csv.reader(io.StringIO(text)))
    names = [cell.strip() for cell in header]
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise TableError(Finding("column_repeated", place, {"column": n}) for n in repeated)
    try:
        frame = pl.read_csv(
            text.encode("utf-8"), has_header=True, infer_schema=False, truncate_ragged_lines=False,
        )  # fmt: skip
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        raise InputRefused([Finding("file_not_csv", place, {"reason": reason})]) from error
    if len(frame.columns) != len(names):
        raise InputRefused(
            [Finding("file_not_csv", place, {"reason": f"{len(names)} ≠ {len(frame.columns)}"})]
        )
    frame.columns = names
    stripped = pl.all().str.strip_chars(" \t\r\n\u3000\xa0")
    return frame.with_columns(stripped).with_columns(
        pl.when(pl.all().is_in(_MISSING)).then(None).otherwise(pl.all()).name.keep()
    )


def _check_header(present: list[str], contract: type[Table], name: str, extra: Extra) -> list[Finding]:
    wanted = [spec.name for spec in columns_of(contract)]
    place = Place(name, row=1)
    problems = [
        Finding("column_missing", place, {"column": w, "present": ", ".join(present)})
        for w in wanted
        if w not in present
    ]
    if extra == "refuse":
        for column_name in (c for c in present if c not in wanted):
            params = {"column": column_name, "suggestion": Suggestion(column_name, wanted)}
            problems.append(Finding("column_unknown", place, params))
    return problems


def _convert(
    values: pl.Series, spec: ColumnSpec, file: str, rows: pl.Series
) -> tuple[pl.Series, list[Finding]]:
    problems = []
    if not spec.nullable:
        for row in rows.filter(values.is_null()):
            problems.append(Finding("cell_empty", Place(file, row=row, column=spec.name)))
    if spec.dtype == pl.String:
        if spec.vocabulary and spec.form != "list":
            known = terms.aliases(spec.vocabulary)
            values = values.replace_strict(
                {v: known.get(v.lower(), v) for v in values.drop_nulls().unique()},
                default=None,
                return_dtype=pl.String,
            )
        problems += check_codes(values, spec, file, rows) + _check_form(values, spec, file, rows)
        return values, problems
    if spec.dtype == pl.Boolean:
        lowered = values.str.to_lowercase()
        good = lowered.is_in(["true", "false"]) | values.is_null()
        typed = lowered == "true"
        code = "cell_not_boolean"
    else:
        pattern, code = (
            (_INTEGER, "cell_not_integer") if spec.dtype.is_integer() else (_NUMBER, "cell_not_number")
        )
        good = values.str.contains(pattern).fill_null(value=True)
        numbers = values.to_frame("v").select(pl.when(good).then(pl.col("v")).cast(pl.Float64))["v"]
        typed = numbers.cast(spec.dtype, strict=False)
        problems += _check_bounds(typed, spec, file, rows)
    for row, value in zip(rows.filter(~good), values.filter(~good), strict=True):
        problems.append(Finding(code, Place(file, row=row, column=spec.name), {"value": value}))
    return typed.alias(spec.name), problems


def _check_bounds(values: pl.Series, spec: ColumnSpec, file: str, rows: pl.Series) -> list[Finding]:
    wrong = ~values.cast(pl.Float64).is_finite().fill_null(value=True)
    problems = [
        Finding("cell_not_finite", Place(file, row=row, column=spec.name), {"value": value})
        for row, value in zip(rows.filter(wrong), values.filter(wrong), strict=True)
    ]
    for bound, outside, sign in _sides(values, spec):
        mask = outside.fill_null(value=False)
        for row, value in zip(rows.filter(mask), values.filter(mask), strict=True):
            params = {"value": value, "rule": f"{sign} {bound:g}"}
            problems.append(Finding("value_out_of_range", Place(file, row=row, column=spec.name), params))
    return problems


def _sides(values: pl.Series, spec: ColumnSpec) -> list[tuple[float, pl.Series, str]]:
    sides = []
    if spec.low is not None:
        sides.append((spec.low, values < spec.low, "≥"))
    if spec.high is not None:
        sides.append((spec.high, values > spec.high, "≤"))
    return sides


def _check_form(values: pl.Series, spec: ColumnSpec, file: str, rows: pl.Series) -> list[Finding]:
    readers: dict[str, tuple[Callable[[str], object], str]] = {
        "period": (parse_period, "cell_not_period"),
        "published": (latest_date, "cell_not_date"),
    }
    if spec.form not in readers:
        return []
    read, code = readers[spec.form]
    bad = []
    for value in values.drop_nulls().unique():
        try:
            read(value)
        except DafengError:
            bad.append(value)
    mask = values.is_in(bad)
    return [
        Finding(code, Place(file, row=row, column=spec.name), {"value": value})
        for row, value in zip(rows.filter(mask), values.filter(mask), strict=True)
    ]
