"""One register or one row with everything around it: rights, steps, files, links to and from it, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.access.grants import EVERYTHING, STEP
from dafeng.app.register_attach import list_attachments
from dafeng.app.register_book import judge, require
from dafeng.app.register_restricted import find_restricted, hide_restricted, see_columns
from dafeng.app.register_rows import complete_rows, key_text, read_row
from dafeng.app.register_steps import OpenStep, list_open_steps
from dafeng.register.query import Filter, RowQuery
from dafeng.register.schema import link_fields, rows_frame, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.app.register_book import Book
    from dafeng.register.fields import RegisterField
    from dafeng.register.model import Register

DEEPEST = 3
"""Links of links that are followed: project -> firm -> city."""
MOST_POINTING = 20
"""Rows that point here and are named, of each register and field."""


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A register as people read it.

    Parameters
    ----------
    register : Register
        Definition.
    grants : polars.DataFrame
        Who may do what with it (Grants).
    allowed : tuple of str
        What the actor may do on at least some rows.
    pointing : tuple of str
        ``register.field`` of the fields that point here.
    """

    register: Register
    grants: pl.DataFrame
    allowed: tuple[str, ...]
    pointing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """What a field of a row points to, and what that points to in turn.

    Parameters
    ----------
    field : str
        Field.
    target : str
        Register, or ``regions``, ``agencies``, ``clauses``, ``targets``, ``systems`` of the pack.
    key, label_zh, label_en : str
        Key there and how it is called.
    row_id : str, optional
        Row, if the target is a register and the actor may see the row.
    links : tuple of Link
        What it points to.
    """

    field: str
    target: str
    key: str
    label_zh: str
    label_en: str
    row_id: str | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Pointing:
    """Rows of a register whose field points to a row: their number, and the first of them."""

    register_id: str
    field: str
    total: int
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with everything around it.

    Parameters
    ----------
    register : Register
        Its register.
    row : mapping
        Values: stored, held elsewhere, computed; restricted ones only if the actor may see them.
    hidden : tuple of str
        Columns that the actor may not see in this row.
    steps : tuple of OpenStep
        Steps out of its state, and what stands against each.
    allowed : tuple of str
        What else the actor may do with it.
    attachments : polars.DataFrame
        Attachments.
    links : tuple of Link
        What it points to.
    pointing : tuple of Pointing
        What points to it.
    """

    register: Register
    row: Mapping[str, Any]
    hidden: tuple[str, ...]
    steps: tuple[OpenStep, ...]
    allowed: tuple[str, ...]
    attachments: pl.DataFrame
    links: tuple[Link, ...]
    pointing: tuple[Pointing, ...]


def show_register(book: Book, register_id: str) -> RegisterView:
    """Return a register with who may do what.

    Raises
    ------
    InputRefused
        ``register_unknown``.
    """
    register = book.library.register(register_id)
    own = book.permissions.filter(pl.col("resource").is_in([register.id, EVERYTHING]))
    pointing = tuple(f"{other.id}.{field}" for other, field in _fields_that_point(book, register))
    return RegisterView(register, _grants_on(book, register), tuple(own["action"].unique().sort()), pointing)


def _grants_on(book: Book, register: Register) -> pl.DataFrame:
    return book.grants.filter(pl.col("resource").is_in([register.id, EVERYTHING]))


def show_row(book: Book, register_id: str, named: str) -> RowView:
    """Return a row with everything around it.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, named : str
        Register; id or key of the row (withdrawn rows by their id).

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``, ``row_unknown``.
    """
    register = book.library.register(register_id)
    require(book, "see", register.id)
    stored = read_row(book, register, named, withdrawn=True)
    whole = complete_rows(book, register, rows_frame([stored], schema_of(register)))
    row = hide_restricted(book, register, whole).row(0, named=True)
    hidden = tuple(name for name, seen in see_columns(book, register, whole).items() if not seen[0])
    actions = [
        one for one in _grants_on(book, register)["action"].unique().sort() if not one.startswith(STEP)
    ]
    return RowView(
        register, row, hidden, list_open_steps(book, register, stored),
        tuple(one for one in actions if judge(book, one, register.id, stored).allowed),
        list_attachments(book, register.id, stored["row_id"], withdrawn=True),
        tuple(_links_of(book, register, row, DEEPEST)), tuple(_pointing_at(book, register, stored)),
    )  # fmt: skip


def _links_of(book: Book, register: Register, row: Mapping[str, Any], depth: int) -> Iterator[Link]:
    """Yield what the fields of a row point to."""
    for field in register.fields:
        value = row.get(field.id)
        if value is None:
            continue
        if field.kind == "link":
            yield _link_to_row(book, field, str(value), depth)
        elif field.kind in {"region", "agency", "clause", "target", "system"}:
            yield _link_to_pack(book, register, field, str(value))


def _link_to_row(book: Book, field: RegisterField, key: str, depth: int) -> Link:
    from dafeng.errors import InputRefused  # noqa: PLC0415 (beside its use)
    from dafeng.store.database import find_row, read_rows  # noqa: PLC0415 (sqlalchemy)

    target = book.library.register(field.link)
    try:
        row_id = find_row(book.database, target, key)
    except InputRefused:
        return Link(field.id, target.id, key, key, key)
    rows = read_rows(book.database, target, row_ids=[row_id], viewer=book.viewer())
    if rows.is_empty():
        return Link(field.id, target.id, key, key, key)
    row = hide_restricted(book, target, complete_rows(book, target, rows)).row(0, named=True)
    label = str(row[target.label] if row.get(target.label) is not None else key)
    further = tuple(_links_of(book, target, row, depth - 1)) if depth > 1 else ()
    return Link(field.id, target.id, key, label, label, row_id, further)


_TABLES = {
    "region": "regions",
    "agency": "agencies",
    "clause": "clauses",
    "target": "targets",
    "system": "systems",
}


def _link_to_pack(book: Book, register: Register, field: RegisterField, code: str) -> Link:
    """Return a code of the pack with its names; a region with those above it."""
    vocabulary = book.library.vocabulary(register.id, field)
    zh, en = vocabulary.names.get(code, (code, code)) if vocabulary else (code, code)
    above: tuple[Link, ...] = ()
    if field.kind == "region" and vocabulary:
        parents = dict(book.pack.tables["regions"].select("code", "parent_code").iter_rows())
        parent = parents.get(code)
        if parent and parents.get(parent):
            above = (_link_to_pack(book, register, field, parent),)
    return Link(field.id, _TABLES[field.kind], code, zh, en, None, above)


def _fields_that_point(book: Book, register: Register) -> Iterator[tuple[Register, str]]:
    for other in book.library.registers.values():
        for name, target in link_fields(other).items():
            if target == register.id and not other.field(name).held_in:
                yield other, name


def _pointing_at(book: Book, register: Register, row: Mapping[str, Any]) -> Iterator[Pointing]:
    """Yield the rows that point to a row, of registers that the actor may see."""
    from dafeng.store.database import read_page  # noqa: PLC0415 (sqlalchemy)

    key = key_text(register, row)
    for other, name in _fields_that_point(book, register):
        if not judge(book, "see", other.id).allowed or name in find_restricted(book.library, other):
            continue
        query = RowQuery((Filter(name, "==", key),), limit=MOST_POINTING)
        page = read_page(book.database, other, query, book.viewer())
        if page.total:
            shown = complete_rows(book, other, page.frame)
            rows = tuple((one["row_id"], str(one.get(other.label) or one["row_id"])) for one in
                         hide_restricted(book, other, shown).iter_rows(named=True))  # fmt: skip
            yield Pointing(other.id, name, page.total, rows)
