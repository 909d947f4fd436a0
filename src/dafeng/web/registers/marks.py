"""How registers, their columns, values and findings are written on pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from dafeng import terms
from dafeng.errors import InputRefused, Worded, messages
from dafeng.report.figures import number
from dafeng.report.words import both
from dafeng.table import Suggestion
from dafeng.web.drawing import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.app.register_book import Book
    from dafeng.errors import Finding, Language
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register
    from dafeng.register.vocabulary import Vocabulary

LONGEST_SHOWN = 120
"""Longest text in a cell of a table; a row shows all of it. [characters]"""
SYSTEM_WORDS = {
    "state": ("状态", "State"), "source": ("来源", "Source"), "grade": ("证据等级", "Grade"),
    "changed_at": ("最近变更", "Last change"), "changed_by": ("变更人", "Changed by"),
    "created_at": ("建立时间", "Made"), "created_by": ("建立人", "Made by"), "version": ("版本", "Version"),
    "row_id": ("行编号", "Row id"), "withdrawn": ("已撤下", "Withdrawn"),
}  # fmt: skip
"""Names of the columns that every row has."""


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of a register as tables and rows show it.

    Parameters
    ----------
    id : str
        Column.
    name : Markup
        Its name in both languages.
    zh, en : str
        The same as text.
    unit : str
        Unit of a number.
    kind : str
        Kind of the field or formula, ``state`` or ``text``.
    field : RegisterField, optional
        Field that it shows.
    """

    id: str
    name: Markup
    zh: str
    en: str
    unit: str = ""
    kind: str = "text"
    field: RegisterField | None = None

    @property
    def is_number(self) -> bool:
        """Whether its values stand at the right."""
        return self.kind in {"number", "integer"}


def seen_registers(book: Book) -> list[str]:
    """Return the registers of which the actor may see or add at least some rows."""
    lines = book.permissions
    named = set(lines.filter(lines["action"].is_in(["see", "add"]))["resource"])
    return [name for name in book.library.registers if "*" in named or name in named]


def find_register(book: Book, register_id: str) -> Register:
    """Return a register; one of which the actor may see nothing answers like one that is not there.

    Raises
    ------
    InputRefused
        ``register_unknown``.
    """
    seen = seen_registers(book)
    if register_id not in seen:
        raise InputRefused.of(
            "register_unknown", register=register_id[:80], suggestion=Suggestion(register_id[:80], seen)
        )
    return book.library.register(register_id)


def list_shown(book: Book, register: Register) -> dict[str, ShownColumn]:
    """Return the columns of a register by id: fields, formulas, then those that every row has."""
    found: dict[str, ShownColumn] = {}
    for field in register.fields:
        held = book.library.origin(register.id, field)
        found[field.id] = ShownColumn(
            field.id, both(field.zh, field.en), field.zh, field.en, held.unit, held.kind, field
        )
    for formula in register.formulas:
        found[formula.id] = ShownColumn(
            formula.id, both(formula.zh, formula.en), formula.zh, formula.en, formula.unit, formula.kind
        )
    for name, (zh, en) in SYSTEM_WORDS.items():
        kind = {"state": "state", "version": "integer", "withdrawn": "boolean"}.get(name, "text")
        found[name] = ShownColumn(name, both(zh, en), zh, en, "", kind)
    return found


def state_mark(register: Register, code: str | None) -> Markup:
    """Return the name of a state."""
    for state in register.states:
        if state.code == code:
            return both(state.zh, state.en)
    return Markup("{}").format(code or "")


def show_value(book: Book, register: Register, column: ShownColumn, value: Any, *, whole: bool) -> Markup:
    """Return a value in words; a dash for a missing one.

    Parameters
    ----------
    book, register
        Open book, register.
    column : ShownColumn
        Its column.
    value : object
        As stored.
    whole : bool
        The whole text; else a long one is cut.
    """
    if value is None or value == "":
        return Markup('<span class="null">—</span>')
    if column.kind == "state":
        return state_mark(register, str(value))
    if column.id == "grade":
        return both(*_names(terms.entries("grade"), str(value)))
    if column.kind == "boolean":
        return phrase("web.registers.yes" if value else "web.registers.no")
    if column.is_number:
        return Markup("{}").format(number(float(value)))
    if column.id in {"created_at", "changed_at"}:
        return Markup("{}").format(str(value)[:16].replace("T", " "))
    if column.field is not None:
        return _field_value(book, register, column.field, value, whole=whole)
    return _text(str(value), whole=whole)


def _field_value(book: Book, register: Register, field: RegisterField, value: Any, *, whole: bool) -> Markup:
    vocabulary = book.library.vocabulary(register.id, field)
    kind = book.library.origin(register.id, field).kind
    if kind == "link":
        target = quote(field.link or book.library.origin(register.id, field).link)
        return Markup('<a href="/registers/{}/find?key={}">{}</a>').format(target, quote(str(value)), value)
    if kind == "geometry":
        return _geometry(str(value), whole=whole)
    if vocabulary is not None and kind not in {"period", "date"}:
        codes = str(value).split(";") if kind == "codes" else [str(value)]
        return Markup("、").join(name_code(vocabulary, code) for code in codes)
    return _text(str(value), whole=whole)


def name_code(vocabulary: Vocabulary, code: str) -> Markup:
    """Return the name of a code in both languages; the code itself where there is none."""
    return both(*vocabulary.names.get(code, (code, code)))


def _names(entries: Mapping[str, Mapping[str, str]], code: str) -> tuple[str, str]:
    row = entries.get(code)
    return (f"{code} {row['zh']}", f"{code} {row['en']}") if row else (code, code)


def _geometry(text: str, *, whole: bool) -> Markup:
    try:
        kind = str(json.loads(text).get("type", ""))
    except (ValueError, AttributeError):
        kind = text.partition("(")[0].strip()
    if not whole:
        return Markup("{}").format(kind)
    return Markup('<details><summary>{}</summary><code class="rg-code">{}</code></details>').format(
        kind, text
    )


def _text(text: str, *, whole: bool) -> Markup:
    if whole or len(text) <= LONGEST_SHOWN:
        return Markup("{}").format(text)
    return Markup('<span title="{}">{}…</span>').format(text, text[:LONGEST_SHOWN])


def tell(finding: Finding) -> Markup:
    """Return a finding in both languages without its place; a cure that speaks of commands is left out."""
    return both(_say(finding, "zh"), _say(finding, "en"))


def tell_all(findings: Iterable[Finding]) -> list[Markup]:
    """Return findings, the same text once."""
    return list(dict.fromkeys(tell(finding) for finding in findings))


def _say(finding: Finding, language: Language) -> str:
    row = messages()[finding.code]
    words = {
        name: value.text(language) if isinstance(value, Worded) else value
        for name, value in finding.params.items()
    }
    text = row[language].format(**words)
    cure = "" if "dafeng " in row["cure_en"] or "--" in row["cure_en"] else row[f"cure_{language}"]
    stop, gap = ("。", "") if language == "zh" else (".", " ")
    told = f"{text}{stop}"
    if cure:
        cure = cure.format(**words)
        told += f"{gap}{cure[:1].upper()}{cure[1:]}{stop}"
    return told


def action_names(actions: Iterable[str]) -> list[Markup]:
    """Return actions in words, those of steps left out."""
    entries = terms.entries("access_action")
    return [both(entries[one]["zh"], entries[one]["en"]) for one in entries if one in set(actions)]
