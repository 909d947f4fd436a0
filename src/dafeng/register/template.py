"""The form of a register as data: sheets, columns, drop-downs, bounds, help, cover; the store writes it.

An export has the same form with rows in it, so that it can be corrected and read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from dafeng.errors import Finding
from dafeng.period import latest_date
from dafeng.register.headings import (
    PARENT_MARK,
    SYSTEM_COLUMNS,
    parent_heading,
    plain_heading,
    write_heading,
    write_unit,
)
from dafeng.register.intake import CODES_SHEET, COVER_SHEET, SUMMARY_SHEET

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Formula, Register
    from dafeng.register.vocabulary import Vocabulary

CellKind = Literal["text", "number", "whole", "date", "yes_no", "choice"]
"""How a cell is checked and shown."""
LONGEST_CELL = 32_767
"""Longest text that a cell of a workbook holds. [characters]"""
SHEET_NAME = 31
"""Longest name of a sheet. [characters]"""
KEPT_COLUMNS = ("state", "row_id", "version")
"""Columns by which the row of an export is recognised again."""
YES_NO = ("是", "否")
_KINDS: dict[str, CellKind] = {
    "integer": "whole", "year": "whole", "number": "number", "boolean": "yes_no", "date": "date",
    "code": "choice",
    "region": "choice", "agency": "choice", "clause": "choice", "target": "choice", "system": "choice",
}  # fmt: skip
_HOW: dict[str, tuple[str, str]] = {
    "codes": ("可填多项，用“；”隔开", "several, separated by ;"),
    "period": ("写作 2026、2026-06 或 2026-06 ytd（1—6月累计）", "2026, 2026-06 or 2026-06 ytd"),
    "date": ("写作 2026-11-22", "2026-11-22"),
    "uscc": ("18 位统一社会信用代码", "18 signs of the unified social credit code"),
    "geometry": ("GeoJSON 或 WKT，CGCS2000，先经度后纬度", "GeoJSON or WKT, CGCS2000, longitude first"),
    "year": ("四位年份", "year in four digits"),
}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column of a sheet.

    Parameters
    ----------
    name : str
        Field, or column that every row has.
    zh, en : str
        Headings: Chinese with unit; English.
    kind : str
        How a cell is checked.
    required : bool
        Must be filled.
    help_zh, help_en : str
        What to fill in.
    choices : tuple of str
        Texts of the drop-down.
    low, high : float, optional
        Bounds, included.
    longest : int
        Longest text. [characters]
    locked : bool
        Shown, not asked: computed, held elsewhere, or kept by the system.
    """

    name: str
    zh: str
    en: str
    kind: CellKind = "text"
    required: bool = False
    help_zh: str = ""
    help_en: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    longest: int = 500
    locked: bool = False


@dataclass(frozen=True, slots=True)
class TemplateSheet:
    """One sheet: the rows, or a list inside them (with the keys of the row first).

    Parameters
    ----------
    part : str
        Empty for the rows, else the list.
    name : str
        Name of the sheet.
    title_zh, title_en : str
        What it is.
    columns : tuple of TemplateColumn
        In order.
    keys : int
        Columns at the left that stay in sight.
    """

    part: str
    name: str
    title_zh: str
    title_en: str
    columns: tuple[TemplateColumn, ...]
    keys: int


@dataclass(frozen=True, slots=True)
class FormBlock:
    """What is printed above a form: its legal marks, or that it is for internal use."""

    lines: tuple[tuple[str, str, str], ...]
    """Chinese name, English name, value."""
    internal: bool

    @property
    def line_zh(self) -> str:
        """All in one line, Chinese."""
        if self.internal:
            return "内部使用，不得作为对外调查表发放"
        return "    ".join(f"{zh}：{value}" for zh, _, value in self.lines)


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """A whole form.

    Parameters
    ----------
    register : Register
        Whose form it is.
    sheets : tuple of TemplateSheet
        The rows first, then the lists.
    form : FormBlock
        Legal marks.
    cover : tuple of (str, str, str)
        Further lines of the cover: Chinese name, English name, text.
    """

    register: Register
    sheets: tuple[TemplateSheet, ...]
    form: FormBlock
    cover: tuple[tuple[str, str, str], ...] = field(default=())


def describe_template(
    register: Register, library: Library, today: date, *, filled: bool = False
) -> TemplateBook:
    """Return the form of a register.

    Parameters
    ----------
    register, library
        Definition and vocabularies.
    today : datetime.date
        Day on which the form must be in force.
    filled : bool
        For an export: also columns that are only shown, and those by which a row is recognised again.
    """
    names = _sheet_names([register.zh, *(child.zh for child in register.lists)])
    columns = [describe_field(f, register, library) for f in register.asked]
    if filled:
        columns += [_shown(f, register, library) for f in register.fields if f.held_in]
        columns += [_formula(formula) for formula in register.formulas]
    columns += [_system("source"), _grade()]
    if filled:
        columns += [_system(name) for name in KEPT_COLUMNS]
    sheets = [
        TemplateSheet(
            "", names[0], register.zh, register.en, tuple(_ordered(columns, register)), len(register.key)
        )
    ]
    for child, name in zip(register.lists, names[1:], strict=True):
        keys = [
            replace(
                describe_field(register.field(key), register, library),
                name=f"parent.{key}", zh=parent_heading(register.field(key), child), required=True,
                en=_parent_english(register.field(key), parent_heading(register.field(key), child)),
            )
            for key in register.key
        ]  # fmt: skip
        own = [describe_field(f, register, library) for f in child.fields]
        title = f"{register.zh}：{child.zh}"
        sheets.append(
            TemplateSheet(child.id, name, title, f"{register.en}: {child.en}", (*keys, *own), len(keys))
        )
    return TemplateBook(register, tuple(sheets), describe_form(register, today))


def describe_field(field: RegisterField, register: Register, library: Library) -> TemplateColumn:
    """Return the column of a field."""
    vocabulary = library.vocabulary(register.id, field)
    kind = _KINDS.get(field.kind, "text")
    choices: tuple[str, ...] = ()
    if kind == "yes_no":
        choices = YES_NO
    elif kind == "choice" and vocabulary is not None:
        choices = drop_down(vocabulary)
    how = _HOW.get(field.kind, ("", ""))
    zh, en = [field.help_zh, how[0]], [field.help_en, how[1]]
    if field.kind == "codes" and vocabulary is not None and len(vocabulary.codes) <= 15:
        zh.append("可选：" + "、".join(drop_down(vocabulary)))
    if field.kind == "link":
        target = library.registers[field.link]
        zh.append(f"填“{target.zh}”中的" + "/".join(target.field(key).zh for key in target.key))
        en.append(f"{' / '.join(target.field(k).en for k in target.key)} of the register {target.en}")
    bounds = _bounds(field)
    return TemplateColumn(
        name=field.id, zh=write_heading(field), en=_english(field), kind=kind, required=field.required,
        help_zh="；".join(t for t in (*zh, bounds[0]) if t),
        help_en="; ".join(t for t in (*en, bounds[1]) if t),
        choices=choices, low=field.low, high=field.high, longest=min(field.max_length, LONGEST_CELL),
    )  # fmt: skip


def describe_form(register: Register, today: date) -> FormBlock:
    """Return the legal marks of a form; it is for internal use unless all are there and in force."""
    return FormBlock(_legal_marks(register), internal=bool(check_form(register, today)))


def _legal_marks(register: Register) -> tuple[tuple[str, str, str], ...]:
    """Return Chinese name, English name and value of what a survey form must bear."""
    form = register.form
    return (
        ("表号", "Form number", form.number), ("制定机关", "Issuing body", form.issuer),
        ("批准或备案文号", "Approval or filing number", form.approval),
        ("有效期至", "Valid until", form.valid_until),
    )  # fmt: skip


def check_form(register: Register, today: date) -> list[Finding]:
    """Return what a form lacks before it may be sent to outsiders.

    A survey form without number, issuing body, approval or filing number and expiry may lawfully be refused.

    Parameters
    ----------
    register : Register
        Its form.
    today : datetime.date
        Day on which it must be in force.
    """
    form, found = register.form, []
    missing = [f"{zh} / {en.lower()}" for zh, en, value in _legal_marks(register) if not value]
    if missing:
        params = {"register": register.zh, "missing": "、".join(missing)}
        found.append(Finding("register_form_incomplete", params=params))
    if form.valid_until and latest_date(form.valid_until) < today:
        found.append(
            Finding("register_form_expired", params={"register": register.zh, "until": form.valid_until})
        )
    return found


def drop_down(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the Chinese names of the codes in force, each so that it names its code alone."""
    return tuple(name_of(vocabulary, code) for code in vocabulary.codes if code not in vocabulary.retired)


def name_of(vocabulary: Vocabulary, code: str) -> str:
    """Return the Chinese name of a code, with the code where another one has the same name."""
    if code not in vocabulary.names:
        return code
    name = vocabulary.names[code][0]
    return name if vocabulary.spellings.get(name.strip().lower()) == code else f"{name}（{code}）"


def _english(field: RegisterField | Formula) -> str:
    return field.en if field.unit in {"", "1"} else f"{field.en} ({field.unit})"


def _parent_english(field: RegisterField, heading: str) -> str:
    return f"{PARENT_MARK}·{field.zh}" if heading.startswith(PARENT_MARK) else field.en


def _shown(field: RegisterField, register: Register, library: Library) -> TemplateColumn:
    origin = library.origin(register.id, field)
    described = describe_field(origin, register, library)
    source = library.registers[register.field(field.held_in.split(".")[0]).link]
    unit = f"（{write_unit(origin.unit)}）" if origin.unit not in {"", "1"} else ""
    return replace(
        described, name=field.id, zh=f"{field.zh}{unit}", en=field.en, required=False, locked=True,
        choices=(),
        help_zh=f"在“{source.zh}”中维护，此处不填", help_en=f"held in {source.en}; not asked here",
    )  # fmt: skip


def _formula(formula: Formula) -> TemplateColumn:
    kind: CellKind = {"number": "number", "integer": "whole", "boolean": "yes_no", "date": "date"}.get(
        formula.kind, "text"
    )  # type: ignore[assignment]
    return TemplateColumn(
        name=formula.id, zh=write_heading(formula), en=_english(formula), kind=kind, locked=True,
        help_zh="由系统计算，此处不填", help_en="computed by the system",
    )  # fmt: skip


def _system(name: str) -> TemplateColumn:
    zh, en = SYSTEM_COLUMNS[name]
    kept = name in KEPT_COLUMNS
    help_zh, help_en = (
        "本行数据的出处；不填则用导入时给出的来源",
        "where the row comes from; empty: that of the import",
    )
    if kept:
        help_zh, help_en = "由系统填写，请勿改动", "kept by the system; do not change"
    kind: CellKind = "whole" if name == "version" else "text"
    return TemplateColumn(name, zh, en, kind, help_zh=help_zh, help_en=help_en, locked=kept)


def _grade() -> TemplateColumn:
    zh, en = SYSTEM_COLUMNS["grade"]
    return TemplateColumn(
        "grade", zh, en, "choice", choices=("A", "B", "C", "X"),
        help_zh="A 官方或经核对，B 单一二手来源，C 未核实，X 互相矛盾；不填则用导入时给出的等级",
        help_en="A official, B one secondary source, C unverified, X conflicting",
    )  # fmt: skip


def _ordered(columns: Sequence[TemplateColumn], register: Register) -> list[TemplateColumn]:
    """Return the columns with the keys first."""
    keys = [next(column for column in columns if column.name == key) for key in register.key]
    return [*keys, *(column for column in columns if column.name not in register.key)]


def _bounds(field: RegisterField) -> tuple[str, str]:
    if field.low is None and field.high is None:
        return "", ""
    low = "" if field.low is None else f"{field.low:g}"
    high = "" if field.high is None else f"{field.high:g}"
    if low and high:
        return f"{low} 至 {high}", f"{low} to {high}"
    return (f"不小于 {low}", f"at least {low}") if low else (f"不大于 {high}", f"at most {high}")


def _sheet_names(titles: Iterable[str]) -> list[str]:
    """Return names of sheets: without forbidden signs, not too long, each once."""
    taken = {plain_heading(name) for name in (COVER_SHEET, CODES_SHEET, SUMMARY_SHEET)}
    names = []
    for title in titles:
        base = re.sub(r"[\[\]:*?/\\']", "", title)[:SHEET_NAME] or "Sheet"
        name, number = base, 2
        while plain_heading(name) in taken:
            name, number = f"{base[: SHEET_NAME - 3]} {number}", number + 1
        taken.add(plain_heading(name))
        names.append(name)
    return names
