"""Columns of cells as people write them, into typed columns: numbers, dates, yes and no, periods, codes.

What cannot be read stays missing and is told, cell by cell; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import DafengError
from dafeng.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dafeng.grids import Cell

MISSING = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "–",
        "/",
        "\\",
        "...",
        "…",
        "na",
        "n/a",
        "nan",
        "null",
        "none",
        "无数据",
        "暂无",
    }
)
"""Spellings of a value that is not there, lower case, half width."""
YES = frozenset({"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "t", "1", "on"})
NO = frozenset({"否", "无", "不是", "没有", "×", "✗", "n", "no", "false", "f", "0", "off"})
FIRST_SERIAL, LAST_SERIAL = 1, 73_415
"""Days of a spreadsheet that are taken for a date: 1900-01-01 to 2100-12-31."""
EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; a longer code that was typed as a number has lost its end."""
_GUARDED = r"^'('*[=+@\t\r-])"
_EPOCH = date(1899, 12, 30)
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$"
_GROUPED = r"^[+-]?[0-9]{1,3}([, '][0-9]{3})+(\.[0-9]*)?$"
_GROUPED_COMMA = r"^[+-]?[0-9]{1,3}([. '][0-9]{3})+(,[0-9]*)?$"
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[ t]00:00(?::00(?:\.0+)?)?)?"
)
_COMPACT_DATE = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*月?(?:份)?")
_TO_DATE = re.compile(r"([0-9]{4})\s*年?\s*1\s*[-—–~至到]\s*([0-9]{1,2})\s*月(?:份)?(?:累计)?")
_YEARS = re.compile(r"([0-9]{4})\s*年?\s*(?:\.\.|[-—–~至到])\s*([0-9]{4})\s*年?")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one column are written.

    Parameters
    ----------
    factor : float
        By which numbers are multiplied to be in the unit of the field. [1]
    percent : float, optional
        By which the number of a cell like ``35%`` is multiplied instead; None: such a cell is no number. [1]
    decimal_comma : bool
        1.234,5 instead of 1,234.5.
    date_formats : tuple of str
        Further spellings of dates, as ``strptime`` takes them; tried first.
    codes : mapping of str to str
        What the sender writes -> code.
    """

    factor: float = 1.0
    percent: float | None = None
    decimal_comma: bool = False
    date_formats: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A typed column and which cells could not be read.

    Parameters
    ----------
    values : polars.Series
        Typed; null where the cell is empty or unreadable.
    bad : polars.Series
        Boolean: something stands there that could not be read.
    code : str
        Message for the bad cells; empty if there are none.
    texts : polars.Series
        What stood there, as text.
    """

    values: pl.Series
    bad: pl.Series
    code: str
    texts: pl.Series


def texts_of(cells: Sequence[Cell]) -> pl.Series:
    """Return cells as text: whole numbers without a point, days as 2026-01-05, true and false.

    Parameters
    ----------
    cells : sequence of Cell
        Of one column.
    """
    if set(map(type, cells)) <= _PLAIN:
        return pl.Series(cells, dtype=pl.String)
    return pl.Series([write_cell(cell) for cell in cells], dtype=pl.String)


_PLAIN = {str, type(None)}


def write_cell(cell: Cell) -> str | None:
    """Return one cell as text; None for an empty one.

    Examples
    --------
    >>> write_cell(660.0), write_cell(0.5), write_cell(date(2026, 1, 5))
    ('660', '0.5', '2026-01-05')
    """
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e17 else repr(cell)


def read_texts(cells: Sequence[Cell]) -> ReadColumn:
    """Return texts without blanks at their ends; a code whose end a spreadsheet has lost is bad.

    The apostrophe that our CSV puts in front of a text like ``=1+1`` is taken away.
    """
    texts = _strip(texts_of(cells)).str.replace(_GUARDED, "$1")
    if float not in set(map(type, cells)):
        return _good(texts, texts)
    limit = 10.0**EXACT_DIGITS
    bad = pl.Series([isinstance(cell, float) and abs(cell) >= limit for cell in cells])
    return _told(texts, bad, "row_digits_lost", texts)


def read_numbers(cells: Sequence[Cell], how: Reading, *, whole: bool = False) -> ReadColumn:
    """Return numbers in the unit of the field.

    Text may have full-width digits and separators of thousands; a cell with ``%`` has its own unit.

    Parameters
    ----------
    cells : sequence of Cell
        Of one column.
    how : Reading
        Factor, decimal comma.
    whole : bool
        Whether only whole numbers are good (after the factor).
    """
    if set(map(type, cells)) <= {float, type(None)}:
        values = pl.Series(cells, dtype=pl.Float64)
        texts, bad = None, pl.repeat(value=False, n=len(cells), eager=True)
    else:
        texts = texts_of(cells)
        values, bad = _parse_numbers(texts, how)
        if not set(map(type, cells)) <= {str, float, type(None)}:
            bad = bad | pl.Series([isinstance(cell, bool | date) for cell in cells])
        values = pl.select(pl.when(bad).then(None).otherwise(values)).to_series()
    if texts is None and how.factor != 1.0:
        values = (values * how.factor).round_sig_figs(EXACT_DIGITS)
    code = "cell_not_number"
    if whole:
        rounded = values.round(6)
        broken = bad | ((rounded % 1) != 0).fill_null(value=False)
        lost = (rounded.abs() >= 10.0**EXACT_DIGITS).fill_null(value=False)
        code = "cell_not_integer" if broken.any() else "row_whole_long"
        bad = broken | lost
        values = (
            pl.select(pl.when(bad).then(None).otherwise(rounded)).to_series().cast(pl.Int64, strict=False)
        )
    if not bad.any():
        return _good(values, values)
    return _told(values, bad, code, texts_of(cells) if texts is None else texts)


def read_years(cells: Sequence[Cell], how: Reading) -> ReadColumn:
    """Return calendar years: 2026, 2026年."""
    texts = _strip(texts_of(cells)).str.replace(r"\s*年度?$", "")
    return read_numbers(texts.to_list(), how, whole=True)


def read_booleans(cells: Sequence[Cell]) -> ReadColumn:
    """Return yes and no: 是 否, true false, yes no, 1 0, √ ×."""
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    return _read_unique(cells, lambda text: known.get(text.lower()), pl.Boolean, "cell_not_boolean")


def read_dates(cells: Sequence[Cell], how: Reading) -> ReadColumn:
    """Return days as 2026-01-05, from date cells, day numbers of a spreadsheet and the usual spellings."""
    formats = how.date_formats

    def read(text: str) -> str | None:
        return _read_with(text, formats) or _read_day(text)

    return _read_unique(cells, read, pl.String, "cell_not_date")


def read_periods(cells: Sequence[Cell]) -> ReadColumn:
    """Return periods in the grammar of :mod:`dafeng.period`, also from 2026年6月, 2026年1-6月."""
    return _read_unique(cells, _read_period, pl.String, "cell_not_period")


def read_codes(
    cells: Sequence[Cell], spellings: Mapping[str, str], how: Reading, *, many: bool
) -> ReadColumn:
    """Return codes for codes and names; a spelling that nothing bears stays as it is, for the checks to tell.

    Parameters
    ----------
    cells : sequence of Cell
        Of one column.
    spellings : mapping of str to str
        Lower-case spelling -> code.
    how : Reading
        ``codes``: what this sender writes -> code.
    many : bool
        Several codes in a cell, separated by ; ； or a new line, else by 、 or a comma; sorted, each once.
    """
    own = {_fold(text): code for text, code in how.codes.items()}

    def one(text: str) -> str:
        folded = _fold(text)
        named = re.search(r"\(([a-z0-9][a-z0-9_.-]*)\)$", folded)  # 城区（140202）
        for spelling in (folded, text.lower(), named[1] if named else ""):
            if spelling in own:
                return own[spelling]
            if spelling in spellings:
                return spellings[spelling]
        return text.strip()

    def several(text: str) -> str:
        folded = _fold(text)
        if folded in own or folded in spellings:
            return one(text)
        parts = re.split(r"[;；\n]", text) if re.search(r"[;；\n]", text) else re.split(r"[,，、]", text)
        return ";".join(sorted({one(part) for part in parts if part.strip()}))

    return _read_unique(cells, several if many else one, pl.String, "code_unknown")


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", text.translate(_HALF)).lower()


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def _read_day(text: str) -> str | None:
    match = _DATE.fullmatch(text.lower()) or _COMPACT_DATE.fullmatch(text)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            return None
    number = re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", text)
    if number and FIRST_SERIAL <= float(text) <= LAST_SERIAL and float(text) > 9_999:
        return (_EPOCH + timedelta(days=int(float(text)))).isoformat()
    return None


def _read_with(text: str, formats: tuple[str, ...]) -> str | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _read_period(text: str) -> str | None:
    day = _DATE.fullmatch(text.lower())
    if day and int(day[3]) == 1:  # a spreadsheet makes a day of 2026-06
        text = f"{day[1]}-{int(day[2]):02d}"
    for pattern, form in ((_TO_DATE, "{0}-{1:02d} ytd"), (_YEARS, "{0}..{1}"), (_MONTH, "{0}-{1:02d}")):
        match = pattern.fullmatch(text)
        if match:
            text = form.format(match[1], int(match[2]))
            break
    try:
        return str(parse_period(re.sub(r"\s*年度?$", "", text)))
    except DafengError:
        return None


def _parse_numbers(texts: pl.Series, how: Reading) -> tuple[pl.Series, pl.Series]:
    plain = texts.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    grouped, signs = (_GROUPED_COMMA, r"[. ']") if how.decimal_comma else (_GROUPED, r"[, ']")
    v = pl.col("v")
    table = pl.DataFrame({"v": plain}).select(
        pl.when(v.is_in(sorted(MISSING))).then(None)
        .when(v.str.contains(grouped)).then(v.str.replace_all(signs, ""))
        .otherwise(v).alias("v")
    )  # fmt: skip
    if how.decimal_comma:
        table = table.select(v.str.replace(",", ".", literal=True))
    percent = table["v"].str.ends_with("%").fill_null(value=False) & (how.percent is not None)
    table = table.select(pl.when(percent).then(v.str.strip_chars_end("% ")).otherwise(v).alias("v"))
    spelled = table.select(pl.when(v.str.contains(_NUMBER)).then(v))["v"]
    values = spelled.cast(pl.Float64, strict=False)
    factor = pl.when(percent).then(how.percent or 1.0).otherwise(how.factor)
    scaled = (
        pl.when(factor == 1).then(values).otherwise((pl.lit(values) * factor).round_sig_figs(EXACT_DIGITS))
    )
    values = pl.select(pl.when(values.is_finite()).then(scaled)).to_series()
    return values, table["v"].is_not_null() & values.is_null()


def _read_unique(
    cells: Sequence[Cell], read: Callable[[str], object], dtype: type[pl.DataType], code: str
) -> ReadColumn:
    """Return a column of few different texts: each is read once."""
    texts = _strip(texts_of(cells))
    different = texts.drop_nulls().unique().to_list()
    folded = {text: text.translate(_HALF).strip() for text in different}
    missing = MISSING if dtype is not pl.Boolean else MISSING - NO
    found = {
        text: None if plain.lower() in missing else read(plain if code != "code_unknown" else text)
        for text, plain in folded.items()
    }
    unread = [text for text, plain in folded.items() if found[text] is None and plain.lower() not in missing]
    values = texts.replace_strict(found, default=None, return_dtype=dtype)
    if not unread:
        return _good(values, texts)
    return _told(values, texts.is_in(unread).fill_null(value=False), code, texts)


def _strip(texts: pl.Series) -> pl.Series:
    stripped = texts.str.strip_chars()
    return pl.select(pl.when(stripped != "").then(stripped)).to_series()


def _good(values: pl.Series, texts: pl.Series) -> ReadColumn:
    return ReadColumn(values, pl.repeat(value=False, n=len(values), eager=True), "", texts)


def _told(values: pl.Series, bad: pl.Series, code: str, texts: pl.Series) -> ReadColumn:
    return ReadColumn(values, bad, code if bad.any() else "", texts)
