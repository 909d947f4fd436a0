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
    from collections.abc import Callable, Mapping, Sequence

MAX_BYTES = 200 * 1024 * 1024
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+(\.0+)?$"
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
        ``utf-8``, ``utf-16`` or ``gb18030``.
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
    wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if not wide and (b"\x00" in raw or raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"))):
        raise InputRefused([Finding("file_binary", place)])
    text, encoding = _decode(raw, "utf-16", place) if wide else _decode_narrow(raw, place)
    if not text.strip():
        raise InputRefused([Finding("file_empty", place)])
    if "\x00" in text:
        raise InputRefused([Finding("file_binary", place)])
    return text, encoding


def _decode_narrow(raw: bytes, place: Place) -> tuple[str, str]:
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decode(raw, "gb18030", place)


def _decode(raw: bytes, encoding: str, place: Place) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
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
    spelled: Mapping[str, str] | None = None,
) -> ParsedTable:
    """Return a CSV file as a contract table; a column may bear its code or its Chinese name.

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
    spelled : mapping of str to str, optional
        Further spelling of a column -> its code.

    Raises
    ------
    InputRefused
        The bytes are no CSV text.
    TableError
        All defects at once: columns, cells, codes, repeated keys; each with row, column and cure.
    """
    text, encoding = decode_text(raw, name, max_bytes=max_bytes)
    strings = _read_strings(text, name)
    strings.columns = name_columns(strings.columns, contract, spelled)
    problems = _check_header(strings.columns, contract, name, extra)
    if any(f.code != "column_unknown" for f in problems):
        raise TableError(problems)
    filled = strings.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    rows = pl.int_range(2, strings.height + 2, eager=True).alias("row").filter(filled)
    strings = strings.filter(filled)
    if strings.is_empty() and not allow_no_rows:
        raise InputRefused([Finding("header_only", Place(name))])
    typed = {}
    for spec in columns_of(contract):
        typed[spec.name], found = _convert(strings[spec.name], spec, name, rows)
        problems += found
    frame = pl.DataFrame(typed)
    keys = keys_of(contract)
    unread = {f.place.row for f in problems if f.place.column in keys}
    whole = ~rows.is_in(sorted(row for row in unread if row is not None))
    problems += check_keys(frame.filter(whole), keys, name, rows.filter(whole))
    if problems:
        raise TableError(sorted(problems, key=lambda f: (f.place.row or 0, f.place.column)))
    known = {spec.name for spec in columns_of(contract)}
    others = strings.select([c for c in strings.columns if c not in known])
    return ParsedTable(check(frame, contract, name=name), rows, others, encoding)


def name_columns(
    present: Sequence[str], contract: type[Table], spelled: Mapping[str, str] | None = None
) -> list[str]:
    """Return a header with the codes of columns in place of their Chinese names.

    A name is taken only where nothing can be mistaken: it stands for one column of the contract, and the
    header holds neither the code itself nor a second name of it.

    Parameters
    ----------
    present : sequence of str
        The header as it is written.
    contract : type of Table
        Columns with their names.
    spelled : mapping of str to str, optional
        Further spelling of a column -> its code.
    """
    specs = columns_of(contract)
    names = [spec.zh for spec in specs]
    known = {spec.zh: spec.name for spec in specs if names.count(spec.zh) == 1} | dict(spelled or {})
    codes = [name if name in {spec.name for spec in specs} else known.get(name, name) for name in present]
    return [code if codes.count(code) == 1 else name for name, code in zip(present, codes, strict=True)]


def _read_strings(text: str, name: str) -> pl.DataFrame:
    place = Place(name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    names = _check_shape(text, name)
    try:
        frame = pl.read_csv(
            text.encode("utf-8"), has_header=True, infer_schema=False, truncate_ragged_lines=False,
        )  # fmt: skip
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        raise InputRefused([Finding("file_not_csv", place, {"reason": reason})]) from error
    frame.columns = names
    stripped = pl.all().str.strip_chars(" \t\r\n\u3000\xa0")
    return frame.with_columns(stripped).with_columns(
        pl.when(pl.all().is_in(_MISSING)).then(None).otherwise(pl.all()).name.keep()
    )


def _check_shape(text: str, name: str) -> list[str]:
    """Return the column names; refuse rows that are longer or shorter than the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    problems = []
    try:
        names = [cell.strip() for cell in next(reader)]
        if not any(names):
            reason = "第1行应为表头 / row 1 must be the header"
            raise InputRefused([Finding("file_not_csv", Place(name, row=1), {"reason": reason})])
        for row, cells in enumerate(reader, 2):
            if len(cells) != len(names) and any(cell.strip() for cell in cells):
                reason = f"{len(cells)} ≠ {len(names)} 列 / columns"
                problems.append(Finding("file_not_csv", Place(name, row=row), {"reason": reason}))
    except csv.Error as error:
        raise InputRefused([Finding("file_not_csv", Place(name), {"reason": error})]) from error
    problems += [
        Finding("column_repeated", Place(name, row=1), {"column": n})
        for n in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        raise TableError(problems)
    return names


def _check_header(present: list[str], contract: type[Table], name: str, extra: Extra) -> list[Finding]:
    wanted = [spec.name for spec in columns_of(contract)]
    place = Place(name, row=1)
    other = next((mark for mark in "\t;，；|" if len(present) == 1 and mark in present[0]), "")
    if other:
        return [Finding("file_separator", place, {"separator": {"\t": "Tab"}.get(other, other)})]
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
        empty = rows.filter(values.is_null())
        problems += [Finding("cell_empty", Place(file, row=row, column=spec.name)) for row in empty]
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
        typed, good, code = _read_numbers(values, spec)
        problems += _check_bounds(typed, spec, file, rows)
        lost = good & values.is_not_null() & typed.is_null()
        for row, value in zip(rows.filter(lost), values.filter(lost), strict=True):
            params = {"value": value, "rule": "|x| < 2^63"}
            problems.append(Finding("value_out_of_range", Place(file, row=row, column=spec.name), params))
    for row, value in zip(rows.filter(~good), values.filter(~good), strict=True):
        problems.append(Finding(code, Place(file, row=row, column=spec.name), {"value": value}))
    return typed.alias(spec.name), problems


def _read_numbers(values: pl.Series, spec: ColumnSpec) -> tuple[pl.Series, pl.Series, str]:
    """Return the numbers, which cells are spelled as such, and the code of a finding for the others."""
    whole = spec.dtype.is_integer()
    good = values.str.contains(_INTEGER if whole else _NUMBER).fill_null(value=True)
    spelled = values.to_frame("v").select(pl.when(good).then(pl.col("v")))["v"]
    if whole:
        spelled = spelled.str.replace(r"\.0+$", "").str.replace(r"^\+", "")
    return spelled.cast(spec.dtype, strict=False), good, "cell_not_integer" if whole else "cell_not_number"


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
