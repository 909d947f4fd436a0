"""The inputs of forms: one for each field by its kind, with its choices, text and errors."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.report.words import both
from dafeng.web.registers.marks import name_code, seen_registers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from dafeng.app.register_book import Book
    from dafeng.errors import Finding
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register

LONG_TEXT = 200
"""Longest text that one line takes. [characters]"""
PACK_KINDS = frozenset({"region", "agency", "clause", "target", "system"})
REACHES = {"region": "region", "agency": "agency"}
Group = tuple[str, list[tuple[str, "Markup"]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One input of a form.

    Parameters
    ----------
    name : str
        Name in the form; also the id of the input.
    field : str
        Field that it fills.
    words : Markup
        Its name in both languages.
    help : Markup or str
        What to fill in.
    widget : {"text", "area", "number", "date", "yes_no", "choice", "choices", "link", "shape"}
    text : str
        What stands in it.
    unit : str
        Unit of a number.
    required : bool
    groups : tuple of (name, codes with names)
        What may be chosen.
    link : str
        Register that a link points to.
    longest : int
        Longest text. [characters]
    errors : tuple of Markup
        What is wrong.
    theirs : Markup or str
        What somebody else wrote meanwhile.
    """

    name: str
    field: str
    words: Markup
    help: Markup | str
    widget: str
    text: str
    unit: str = ""
    required: bool = False
    groups: tuple[Group, ...] = ()
    link: str = ""
    longest: int = 500
    errors: tuple[Markup, ...] = ()
    theirs: Markup | str = ""
    parts: frozenset[str] = frozenset()

    def told(self, errors: Sequence[Markup]) -> Entry:
        """Return the input with what is wrong."""
        return dataclasses.replace(self, errors=tuple(errors))


def text_of(value: Any) -> str:
    """Return a stored value as it stands in an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def field_entry(
    book: Book,
    register: Register,
    field: RegisterField,
    value: Any,
    prefix: str = "f.",
    codes: frozenset[str] | None = None,
) -> Entry:
    """Return the input of a field.

    Parameters
    ----------
    book, register, field
        Open book, register, field of it or of one of its lists.
    value : object
        As stored, or the text that was sent.
    prefix : str
        Of its name in the form.
    codes : frozenset of str, optional
        Only these codes may be chosen beside the one that stands.
    """
    text = text_of(value)
    groups = _groups(book, register, field, text, codes)
    link = field.link if field.link and field.link in seen_registers(book) else ""
    return Entry(
        f"{prefix}{field.id}", field.id, both(field.zh, field.en), both(field.help_zh, field.help_en),
        _widget(field, link), text, field.unit, field.required, groups, link, field.max_length,
        parts=frozenset(text.split(";")) if field.kind == "codes" else frozenset(),
    )  # fmt: skip


def form_texts(form: Any) -> dict[str, str]:
    """Return the texts of the fields ``f.<field>`` of a form; several values of one are joined by ``;``."""
    texts: dict[str, str] = {}
    for name, value in form.multi_items():
        if name.startswith("f.") and isinstance(value, str):
            known = texts.get(name[2:], "")
            texts[name[2:]] = f"{known};{value}" if known and value else value or known
    return texts


def _widget(field: RegisterField, link: str) -> str:
    """Return the kind of input; a register that may not be seen offers no rows to choose from."""
    if field.kind == "link" and not link:
        return "text"
    if field.kind == "text":
        return "area" if field.max_length > LONG_TEXT else "text"
    if field.kind in PACK_KINDS:
        return "choice"
    return {
        "integer": "number", "number": "number", "year": "number", "date": "date", "boolean": "yes_no",
        "code": "choice", "codes": "choices", "link": "link", "geometry": "shape",
    }.get(field.kind, "text")  # fmt: skip


def _groups(
    book: Book, register: Register, field: RegisterField, text: str, only: frozenset[str] | None
) -> tuple[Group, ...]:
    """Return what may be chosen: codes in force and the one that stands; counties by their city."""
    vocabulary = book.library.vocabulary(register.id, field)
    if vocabulary is None or field.kind not in {"code", "codes", *PACK_KINDS}:
        return ()
    standing = set(text.split(";"))
    codes = [
        code for code in vocabulary.codes
        if code in standing or (code not in vocabulary.retired and (only is None or code in only))
    ]  # fmt: skip
    if field.kind == "clause":
        labels = dict(book.pack.tables["clauses"].select("clause_id", "label").iter_rows())
        return (("", [(code, both(*_labelled(labels.get(code), vocabulary, code))) for code in codes]),)
    if field.kind != "region":
        return (("", [(code, name_code(vocabulary, code)) for code in codes]),)
    parents = dict(book.pack.tables["regions"].select("code", "parent_code").iter_rows())
    groups: dict[str, list[tuple[str, Markup]]] = {}
    levels = dict(book.pack.tables["regions"].select("code", "level").iter_rows())
    for code in codes:
        above = parents.get(code) if levels.get(code) == "county" else ""
        groups.setdefault(above or "", []).append((code, name_code(vocabulary, code)))
    whole = book.library.pack_kinds["region"]
    return tuple(
        (" ".join(whole.names[above]) if above else "", members) for above, members in groups.items()
    )


def _labelled(label: str | None, vocabulary: Any, code: str) -> tuple[str, str]:
    zh, en = vocabulary.names[code]
    return f"{label or code} {zh}", f"{label or code} {en}"


def system_entries(values: dict[str, Any]) -> list[Entry]:
    """Return the inputs of what every row has: source and evidence grade."""
    grades = [(code, both(f"{code} {row['zh']}", f"{code} {row['en']}"))
              for code, row in terms.entries("grade").items()]  # fmt: skip
    return [
        Entry(
            "f.source", "source", both("数据来源", "Source"),
            both("文件名和页码、系统名称或填报单位", "Document and page, system, or who reports"), "text",
            text_of(values.get("source")), required=True,
        ),
        Entry(
            "f.grade", "grade", both("证据等级", "Evidence grade"), "", "choice",
            text_of(values.get("grade")) or "B", required=True, groups=(("", grades),),
        ),
    ]  # fmt: skip


def reachable(book: Book, register: Register, action: str, kind: str) -> frozenset[str] | None:
    """Return the regions or agencies for which the actor may do something; None: any.

    Parameters
    ----------
    book, register
        Open book, register.
    action : str
        ``add`` or ``edit``.
    kind : {"region", "agency"}
    """
    lines = book.permissions.filter(
        (pl.col("action") == action) & pl.col("resource").is_in([register.id, "*"])
    )
    reached = set(lines[kind])
    if "*" in reached or not reached:
        return None
    if kind == "agency":
        return frozenset(reached)
    below = book.regions.filter(pl.col("ancestor").is_in(list(reached)))["descendant"]
    return frozenset(below)


def errors_by_field(findings: Iterable[Finding]) -> dict[tuple[str, int | None], list[Finding]]:
    """Return findings by column (``list.field`` for those of lists) and line, counted from 1."""
    found: dict[tuple[str, int | None], list[Finding]] = {}
    for finding in findings:
        column = finding.place.column
        line = finding.place.row if "." in column else None
        found.setdefault((column, line), []).append(finding)
    return found
