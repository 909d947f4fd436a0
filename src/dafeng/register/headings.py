"""Headings of a sheet: which column is which field, in which unit; by code, Chinese or English name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

from dafeng import terms
from dafeng.errors import Finding, UnitError
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.errors import Place
    from dafeng.grids import Cell
    from dafeng.register.fields import Child, RegisterField
    from dafeng.register.mapping import ColumnMapping
    from dafeng.register.model import Formula, Register

Role = Literal["field", "parent", "system", "shown", "ignored"]
"""A field that is asked; a key of the row to which a line belongs; a column that every row has; a value held
elsewhere or computed; nothing to read."""
SYSTEM_COLUMNS: dict[str, tuple[str, str]] = {
    "row_id": ("行编号", "Row id"),
    "version": ("版本", "Version"),
    "state": ("状态", "State"),
    "source": ("数据来源", "Source"),
    "grade": ("证据等级", "Grade"),
}
"""Columns of every row that a file may have -> Chinese and English heading."""
PROBLEM_COLUMN = "问题 / Problems"
"""Heading of the column that an error workbook puts in front."""
PARENT_MARK = "主表"
"""Stands before the heading of a parent's key where the list has a column of the same name."""
_IGNORED = ("序号", "编号序列", "no.", "no", "#", "number", PROBLEM_COLUMN)
_NOTES = {"必填", "选填", "可选", "required", "optional", "必填项"}
_UNIT_WORDS = {
    "kWh": "千瓦时", "kW": "千瓦", "gce": "克标准煤", "kgce": "千克标准煤", "tce": "吨标准煤", "t": "吨",
    "m3": "立方米", "m2": "平方米",
    "ha": "公顷", "mu": "亩", "CNY": "元", "person": "人",
}  # fmt: skip
_UNIT_WORD = re.compile(
    r"(?<![A-Za-z_])(?:" + "|".join(sorted(_UNIT_WORDS, key=len, reverse=True)) + r")(?![A-Za-z_0-9])"
)
_UNIT = re.compile(r"^(.*\S)\s*[(\[【]([^()\[\]【】]+(?:\([^()]*\))?)[)\]】]$")


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be.

    Parameters
    ----------
    name : str
        Column of the frame.
    role : Role
        What it is there for.
    field : RegisterField or Formula, optional
        Its definition; None for system columns.
    """

    name: str
    role: Role
    field: RegisterField | Formula | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """A column of a sheet that was recognised.

    Parameters
    ----------
    column : int
        Counts from 0.
    target : Target
        What it is.
    unit : str
        Unit of the heading or of the saved mapping; empty: that of the field.
    mapped : ColumnMapping, optional
        The saved mapping that names it.
    """

    column: int
    target: Target
    unit: str = ""
    mapped: ColumnMapping | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The row of headings of a sheet.

    Parameters
    ----------
    row, data_row : int
        Rows of the headings and of the first line of data, from 0.
    columns : tuple of Matched
        Recognised columns.
    unknown : tuple of (int, str)
        Columns with a heading that nothing bears.
    """

    row: int
    data_row: int
    columns: tuple[Matched, ...]
    unknown: tuple[tuple[int, str], ...] = ()

    @property
    def score(self) -> int:
        """How many different columns were recognised."""
        return len({matched.target.name for matched in self.columns if matched.target.role != "ignored"})


@dataclass(frozen=True, slots=True)
class Names:
    """Every spelling of the columns that a sheet may have.

    Parameters
    ----------
    targets : mapping of str to Target
        Plain heading -> column.
    mapped : mapping of str to (ColumnMapping, Target or None)
        Plain heading of a saved mapping -> its line and the column.
    """

    targets: Mapping[str, Target]
    mapped: Mapping[str, tuple[ColumnMapping, Target | None]] = field(default_factory=dict)


def plain_heading(text: str) -> str:
    """Return a heading in half width and lower case, without blanks and marks of required fields.

    Examples
    --------
    >>> plain_heading("＊ 装机 容量（ＭＷ）")
    '装机容量(mw)'
    """
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text)).lower()


def split_unit(heading: str) -> tuple[str, str]:
    """Return a heading without the unit in brackets at its end, and the unit.

    Examples
    --------
    >>> split_unit("装机容量（MW）*")
    ('装机容量', 'MW')
    >>> split_unit("验收日期")
    ('验收日期', '')
    """
    text = unicodedata.normalize("NFKC", heading).strip().rstrip("*").strip()
    match = _UNIT.match(text)
    return (match[1], match[2].strip()) if match else (text, "")


def write_heading(field: RegisterField | Formula) -> str:
    """Return the Chinese heading with its unit, as the template writes it."""
    return f"{field.zh}（{write_unit(field.unit)}）" if field.unit not in {"", "1"} else field.zh


@cache
def write_unit(unit: str) -> str:
    """Return a unit in the words of Chinese statistics, if they say exactly the same.

    Examples
    --------
    >>> write_unit("10^4 kWh"), write_unit("gce/kWh"), write_unit("MW")
    ('万千瓦时', '克标准煤/千瓦时', 'MW')
    """
    words = terms.unit_name(unit, "zh")
    if words == unit:
        plain = unit.replace("10^4 ", "万").replace("10^8 ", "亿")
        words = _UNIT_WORD.sub(lambda match: _UNIT_WORDS[match[0]], plain)
    try:
        return words if words == unit or conversion_factor(words, unit) == 1.0 else unit
    except UnitError:
        return unit


def parent_heading(field: RegisterField, child: Child) -> str:
    """Return the heading of a parent's key on the sheet of a list."""
    taken = any(own.id == field.id or own.zh == field.zh for own in child.fields)
    return f"{PARENT_MARK}·{field.zh}" if taken else field.zh


def row_names(register: Register) -> dict[str, Target]:
    """Return every spelling of the columns of the sheet of rows."""
    targets = [Target(field.id, "shown" if field.held_in else "field", field) for field in register.fields]
    targets += [Target(formula.id, "shown", formula) for formula in register.formulas]
    return _spell([*targets, *_system()])


def line_names(register: Register, child: Child) -> dict[str, Target]:
    """Return every spelling of the columns of a list; keys of its row are called ``parent.<key>``."""
    names = _spell([Target(field.id, "field", field) for field in child.fields])
    own = set(names)
    for key in register.key:
        field = register.field(key)
        target = Target(f"parent.{key}", "parent", field)
        spelled = (parent_heading(field, child), f"parent.{key}", f"{PARENT_MARK}·{field.zh}")
        plain = (field.id, field.zh, field.en, write_heading(field))
        for spelling in (*spelled, *plain):
            if plain_heading(spelling) not in own:
                names.setdefault(plain_heading(spelling), target)
    return names


def _system() -> list[Target]:
    return [Target(name, "system") for name in SYSTEM_COLUMNS] + [Target(n, "ignored") for n in _IGNORED]


def _spell(targets: Sequence[Target]) -> dict[str, Target]:
    """Return plain heading -> column; a name that two columns bear is nobody's."""
    found: dict[str, list[Target]] = {}
    for target in targets:
        words: tuple[str, ...] = SYSTEM_COLUMNS.get(target.name, ()) if target.role == "system" else ()
        if target.field is not None:
            words = (target.field.zh, target.field.en, write_heading(target.field))
        for spelling in {plain_heading(word) for word in (target.name, *words)}:
            found.setdefault(spelling, []).append(target)
    by_id = {plain_heading(target.name): target for target in targets}
    return {name: them[0] for name, them in found.items() if len(them) == 1} | by_id


def match_header(rows: Sequence[Sequence[Cell]], row: int, names: Names) -> Header:
    """Return what the cells of a row are as headings.

    A heading may stand over two rows (改造前 over 供电煤耗): both together are tried first.

    Parameters
    ----------
    rows : sequence of rows
        First rows of the sheet.
    row : int
        Row that is tried, from 0.
    names : Names
        Spellings.
    """
    above = _filled(rows[row - 1]) if row else [""] * len(rows[row])
    over = ["" if not row or not isinstance(c, str) else c for c in rows[row - 1]] if row else above
    columns, unknown = [], []
    for number, cell in enumerate(rows[row]):
        own = cell if isinstance(cell, str) else ""
        text = own or over[number]
        if not text:
            continue
        found = _match(above[number] + own, number, names) if own and above[number] else None
        found = found or _match(text, number, names)
        if found is not None:
            columns.append(found)
        elif own:
            unknown.append((number, own))
    return Header(row, _first_data_row(rows, row, columns, names), tuple(columns), tuple(unknown))


def _match(text: str, number: int, names: Names) -> Matched | None:
    plain = plain_heading(text)
    if plain in names.mapped:
        mapped, target = names.mapped[plain]
        if target is None:
            return Matched(number, Target(text, "ignored"))
        unit = mapped.unit or (split_unit(text)[1] if plain not in names.targets else "")
        return Matched(number, target, unit if _is_number(target) else "", mapped)
    if plain in names.targets:
        return Matched(number, names.targets[plain])
    bare, unit = split_unit(text)
    target = names.targets.get(plain_heading(bare))
    if target is None or not unit:
        return None
    return Matched(number, target, unit if _is_number(target) and unit.lower() not in _NOTES else "")


def unit_factor(matched: Matched, place: Place) -> tuple[float, list[Finding]]:
    """Return by what the numbers of a column are multiplied, and a finding if its unit does not fit. [1]"""
    target = matched.target.field
    if target is None or not matched.unit or matched.unit in {target.unit, write_unit(target.unit)}:
        return 1.0, []
    try:
        return conversion_factor(matched.unit, target.unit or "1"), []
    except UnitError:
        params = {"unit": matched.unit, "wanted": target.unit or "1"}
        return 1.0, [Finding("row_heading_unit", place, params)]


def _is_number(target: Target) -> bool:
    kind = getattr(target.field, "kind", "")
    return kind in {"number", "integer"}


def _filled(row: Sequence[Cell]) -> list[str]:
    """Return texts with those of merged cells carried to the right."""
    filled, last = [], ""
    for cell in row:
        last = cell if isinstance(cell, str) else last
        filled.append(last)
    return filled


def _first_data_row(rows: Sequence[Sequence[Cell]], row: int, columns: list[Matched], names: Names) -> int:
    """Return where the data begin: a second row of headings (English names or codes) is passed over."""
    following = row + 1
    while following < len(rows) and columns:
        cells = [rows[following][matched.column] for matched in columns]
        same = sum(
            isinstance(cell, str) and (hit := _match(cell, 0, names)) is not None
            and hit.target.name == matched.target.name
            for cell, matched in zip(cells, columns, strict=True)
        )  # fmt: skip
        if same * 2 < len(columns):
            break
        following += 1
    return following
