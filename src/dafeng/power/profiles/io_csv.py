"""Hourly values of a CSV text: a column of labels, a column of values, the unit in the header."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import Finding, InputRefused, Place
from dafeng.parsing import decode_text
from dafeng.period import CST
from dafeng.power.profiles.hours import list_hours
from dafeng.power.profiles.quality import SHARE_KINDS, Labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TEXT = 32 * 2**20
"""Larger texts are refused: a year of minutes has less. [B]"""
MAX_ROWS = 100_000
"""More rows are no year of hours, whatever they hold."""
NAMED_CELLS = 1000
"""Cells that are named when nothing can be read from them."""
LABELS = re.compile(r"time|date|hour|stamp|时间|时刻|日期|小时", re.IGNORECASE)
UNITS = (
    (re.compile(r"GW|百万千瓦|吉瓦", re.IGNORECASE), "power", 1000.0),
    (re.compile(r"万千瓦|10\s*MW|_?wan_?kw|_10mw", re.IGNORECASE), "power", 10.0),
    (re.compile(r"MW|兆瓦", re.IGNORECASE), "power", 1.0),
    (re.compile(r"kW|千瓦", re.IGNORECASE), "power", 0.001),
    (re.compile(r"%|％|percent"), "share", 0.01),
    (
        re.compile(
            r"share|factor|(?<![a-z])cf(?![a-z])|p\.?u\.?(?![a-z])|\(1\)|（1）|系数|标幺|比例", re.IGNORECASE
        ),
        "share",
        1.0,
    ),
)  # fmt: skip
"""How a header says its unit -> power [MW] or share [1], and the factor to it."""
WORDS = {
    "wind": ("wind", "风"), "pv": ("pv", "solar", "光伏", "太阳能"), "hydro": ("hydro", "水电"),
    "load": ("load", "demand", "负荷", "用电"), "heat": ("heat", "热"), "ev": ("ev_", "charging", "充电"),
}  # fmt: skip
"""Kind -> words by which its column is found among several."""
_LABEL = re.compile(
    r"(\d{4})[-/年.]?(\d{1,2})[-/月.]?(\d{1,2})日?[ T:]*(\d{1,2})(?::?(\d{2}))?(?::?(\d{2})(?:\.0+)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_labelled(raw: bytes, place: Place, year: int, kind: str) -> tuple[Labelled, list[Finding]]:
    """Return labels and values of a CSV text, and the cells that cannot be read; columns by their header.

    A label is the start of its hour (``2030-01-01 00:00``, ``2030/1/1 0:00``, ``2030-01-01T00:00+08:00``) or
    the number of the hour, from 0 or from 1.

    Parameters
    ----------
    raw : bytes
        The text, UTF-8, UTF-16 or GBK; comma, semicolon or tab.
    place : Place
        The file.
    year : int
        Year of hours that are numbered.
    kind : str
        Decides the column, and whether its unit must be a share or a power.

    Raises
    ------
    InputRefused
        No label column, no value column or several, no unit; what is wrong in rows is returned.
    """
    text, _ = decode_text(raw, place.file, max_bytes=MAX_TEXT)
    first = text.lstrip().splitlines()[0]
    separator = max(",;\t", key=first.count)
    try:
        header, *body = csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise InputRefused([Finding("file_not_csv", place, {"reason": error})]) from error
    lines = [(row, cells) for row, cells in enumerate(body, 2) if any(cell.strip() for cell in cells)]
    if not lines:
        raise InputRefused([Finding("header_only", place)])
    if len(lines) > MAX_ROWS:
        params = {"rows": len(lines), "hours": len(list_hours(year)), "year": year}
        raise InputRefused([Finding("profile_rows", place, params)])
    label, value, factor = _choose_columns([cell.strip() for cell in header], place, kind)
    rows = np.array([row for row, _ in lines], dtype=np.int64)
    problems: list[Finding] = []
    stamps = [cells[label].strip() if label < len(cells) else "" for _, cells in lines]
    hours = _read_labels(stamps, rows, Place(place.file, column=header[label].strip()), year, problems)
    column = Place(place.file, column=header[value].strip())
    values = _read_values(
        [cells[value].strip() if value < len(cells) else "" for _, cells in lines], rows, column, problems
    )
    return Labelled(hours, values * factor, rows, column), problems


def _choose_columns(header: Sequence[str], place: Place, kind: str) -> tuple[int, int, float]:
    """Return the column of labels, that of values, and the factor of its unit."""
    top = Place(place.file, row=1)
    labels = [i for i, name in enumerate(header) if LABELS.search(name) and _find_unit(name) is None]
    if not labels:
        params = {"present": ", ".join(header)}
        raise InputRefused([Finding("profile_label_column", top, params)])
    named = [i for i in labels if not re.fullmatch(r"hour|小时", header[i], re.IGNORECASE)]
    label = (named or labels)[0]
    others = [i for i in range(len(header)) if i not in labels]
    by_word = [i for i in others if any(word in header[i].lower() for word in WORDS.get(kind, (kind,)))]
    chosen = others if len(others) == 1 else by_word
    if len(chosen) != 1:
        present = ", ".join(header[i] for i in (by_word or others))
        raise InputRefused([Finding("profile_value_column", top, {"kind": kind, "present": present})])
    wanted = "share" if kind in SHARE_KINDS else "power"
    unit = _find_unit(header[chosen[0]])
    if unit is None and wanted == "share":
        unit = ("share", 1.0)
    if unit is None or unit[0] != wanted:
        code = "profile_share_needed" if wanted == "share" else "profile_power_needed"
        where = Place(place.file, row=1, column=header[chosen[0]])
        raise InputRefused([Finding(code, where, {"kind": kind})])
    return label, chosen[0], unit[1]


def _find_unit(header: str) -> tuple[str, float] | None:
    return next(((what, factor) for words, what, factor in UNITS if words.search(header)), None)


def _read_labels(
    stamps: list[str], rows: np.typing.NDArray[np.int64], place: Place, year: int, problems: list[Finding]
) -> np.typing.NDArray[np.datetime64]:
    """Return the starts of hours; labels in another zone or off the hour are remembered as problems."""
    if all(re.fullmatch(r"\d{1,5}", stamp) for stamp in stamps):
        numbers = np.array([int(stamp) for stamp in stamps])
        return np.asarray(list_hours(year)[0] + (numbers - min(int(numbers[0]), 1)))
    hours = np.full(len(stamps), np.datetime64("NaT"), dtype="datetime64[h]")
    offsets = set()
    for i, stamp in enumerate(stamps):
        read = _read_label(stamp)
        where = Place(place.file, row=int(rows[i]), column=place.column)
        if read is None:
            if len(problems) < NAMED_CELLS:
                problems.append(Finding("profile_label", where, {"value": stamp[:40]}))
            continue
        moment, offset = read
        if offset is not None:
            offsets.add(offset)
            if offset != CST.utcoffset(None) and len(problems) < NAMED_CELLS:
                problems.append(Finding("profile_zone", where, {"value": stamp[:40]}))
        if (moment.minute or moment.second) and len(problems) < NAMED_CELLS:
            problems.append(Finding("profile_not_hourly", where, {"value": stamp[:40]}))
        hours[i] = np.datetime64(moment, "h")
    return hours


def _read_label(stamp: str) -> tuple[datetime, timedelta | None] | None:
    """Return the moment as written and its offset from UTC where it is written."""
    match = _LABEL.fullmatch(stamp)
    if match is None:
        return None
    *numbers, zone = match.groups()
    year, month, day, hour, minute, second = (int(n or 0) for n in numbers)
    try:
        moment = datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)
    except ValueError:
        return None
    if hour > 24 or minute > 59 or second > 59:
        return None
    moment += timedelta(hours=hour, minutes=minute, seconds=second)
    if not zone:
        return moment, None
    if zone in {"Z", "UTC", "GMT"}:
        return moment, timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    span = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return moment, timezone(sign * span).utcoffset(None) if span < timedelta(hours=24) else timedelta(0)


def _read_values(
    cells: list[str], rows: np.typing.NDArray[np.int64], place: Place, problems: list[Finding]
) -> np.typing.NDArray[np.float64]:
    """Return the numbers; an empty cell is nan, a text that is none is remembered as a problem."""
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if _NUMBER.fullmatch(cell):
            values[i] = float(cell)
        elif cell.lower() not in {"", "nan", "na", "null", "none"}:
            values[i] = 0.0  # said once, as no number; the file is refused
            if len(problems) < NAMED_CELLS:
                where = Place(place.file, row=int(rows[i]), column=place.column)
                problems.append(Finding("cell_not_number", where, {"value": cell[:40]}))
    return values
