"""What registers there are, what stands in their definitions, and what somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.register_book import judge
from dafeng.app.register_restricted import hide_restricted, needs_of, see_restricted, sees_whole
from dafeng.app.register_rows import read_linked
from dafeng.app.tasks_subjects import resolve_code
from dafeng.register.contracts import RegisterAlerts, RegisterFields, RegisterList
from dafeng.register.query import RowQuery
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.register_book import Book
    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Register


@dataclass(frozen=True, slots=True)
class RegisterQuestion:
    """Which registers are wanted; what is empty asks nothing.

    Parameters
    ----------
    words : str
        Words that all stand in id, names, purpose or basis, in Chinese or English.
    clause : str
        Clause, with those below it.
    system : str
        Id of a system of the plan.
    agency : str
        Id or name of the lead agency.
    filled : bool
        Only registers with rows that the actor may see.
    """

    words: str = ""
    clause: str = ""
    system: str = ""
    agency: str = ""
    filled: bool = False


def find_registers(book: Book, question: RegisterQuestion) -> pl.DataFrame:
    """Return the registers that are wanted (RegisterList).

    Raises
    ------
    InputRefused
        ``code_unknown``: no such clause or agency.
    """
    found = list_registers(book)
    wanted = question.words.lower().split()
    if wanted:
        texts = {one.id: _words_of(one) for one in book.library.registers.values()}
        kept = [name for name, text in texts.items() if all(word in text for word in wanted)]
        found = found.filter(pl.col("register_id").is_in(kept))
    if question.clause:
        clause = resolve_code(book, "clause", question.clause)
        above = (
            pl.col("clause_ids")
            .str.split(";")
            .list.eval((pl.element() == clause) | pl.element().str.starts_with(f"{clause}."))
        )
        found = found.filter(above.list.any())
    if question.system:
        named = pl.col("system_ids").str.split(";").list.contains(question.system.strip().upper())
        found = found.filter(named)
    if question.agency:
        found = found.filter(pl.col("lead_agency") == resolve_code(book, "agency", question.agency))
    return found.filter(pl.col("rows") > 0) if question.filled else found


def _words_of(register: Register) -> str:
    basis = (register.basis.zh, register.basis.en)
    return " ".join(
        (register.id, register.zh, register.en, register.about_zh, register.about_en, *basis)
    ).lower()


def list_registers(book: Book) -> pl.DataFrame:
    """Return the registers in force with the number of rows that the actor may see.

    Parameters
    ----------
    book : Book
        Open book.

    Returns
    -------
    RegisterList
        ``rows`` is missing where the actor may see none of the register.
    """
    from dafeng.store.database import read_batches  # noqa: PLC0415 (sqlalchemy)

    changed = dict(read_batches(book.database).group_by("register_id").agg(pl.col("at").max()).iter_rows())
    lines = [
        describe_register(one, _count_rows(book, one, written=one.id in changed), changed.get(one.id))
        for one in book.library.registers.values()
    ]
    return frame_of(lines, RegisterList)


def describe_register(register: Register, rows: int | None, changed_at: str | None) -> dict[str, Any]:
    """Return the line of RegisterList of a register with so many rows."""
    form = register.form
    return {
        "register_id": register.id, "name_zh": register.zh, "name_en": register.en, "kind": register.kind,
        "edition": register.edition, "system_ids": ";".join(register.system_ids) or None,
        "clause_ids": ";".join(register.clause_ids) or None,
        "target_ids": ";".join(register.target_ids) or None, "lead_agency": register.lead_agency or None,
        "basis_zh": register.basis.zh, "basis_en": register.basis.en,
        "sendable": all((form.number, form.issuer, form.approval, form.valid_until)),
        "fields": len(register.fields), "rows": rows, "changed_at": changed_at,
    }  # fmt: skip


def _count_rows(book: Book, register: Register, *, written: bool) -> int | None:
    from dafeng.store.database import read_page  # noqa: PLC0415 (sqlalchemy)

    if not judge(book, "see", register.id).allowed:
        return None
    return read_page(book.database, register, RowQuery(limit=1), book.viewer()).total if written else 0


def list_fields(library: Library, register_id: str | None = None) -> pl.DataFrame:
    """Return every field, list column and formula of one register or all (RegisterFields).

    Raises
    ------
    InputRefused
        ``register_unknown``.
    """
    chosen = library.registers.values() if register_id is None else [library.register(register_id)]
    return frame_of([line for register in chosen for line in _field_lines(library, register)], RegisterFields)


def _field_lines(library: Library, register: Register) -> Iterator[dict[str, Any]]:
    for field in register.fields:
        yield _field_line(library, register, "row", field)
    for child in register.lists:
        for field in child.fields:
            yield _field_line(library, register, child.id, field)
    for formula in register.formulas:
        yield {
            "register_id": register.id, "part": "formula", "field_id": formula.id, "name_zh": formula.zh,
            "name_en": formula.en, "kind": formula.kind, "unit": formula.unit, "required": False,
            "expr": formula.expr,
        }  # fmt: skip


def _field_line(library: Library, register: Register, part: str, field: RegisterField) -> dict[str, Any]:
    vocabulary = library.vocabulary(register.id, field)
    own = field.kind in {"code", "codes"} and vocabulary is not None
    codes = ";".join(vocabulary.codes) if own and vocabulary else field.held_in or field.link
    return {
        "register_id": register.id, "part": part, "field_id": field.id, "name_zh": field.zh,
        "name_en": field.en, "kind": field.kind, "unit": field.unit or None, "required": field.required,
        "codes": codes or (field.kind if vocabulary is not None else None),
    }  # fmt: skip


def find_alerts(book: Book, register_id: str | None = None, level: str | None = None) -> pl.DataFrame:
    """Return what somebody should look at on the day of the book, in rows that the actor may see.

    An alert that reads a restricted field is told only where the actor may see that field.

    Parameters
    ----------
    book : Book
        Open book.
    register_id : str, optional
        Only this register; default: all that the actor may see.
    level : {"red", "amber", "note"}, optional
        Only this level.

    Returns
    -------
    RegisterAlerts
        Urgent ones first.
    """
    chosen = book.library.registers.values() if register_id is None else [book.library.register(register_id)]
    lines = [
        line for one in chosen if one.alerts and judge(book, "see", one.id).allowed
        for line in _alerts_of(book, one)
    ]  # fmt: skip
    made = frame_of([line for line in lines if level in {None, line["level"]}], RegisterAlerts)
    urgent = pl.col("level").replace_strict({"red": 0, "amber": 1, "note": 2}, return_dtype=pl.Int64)
    return made.sort(urgent, "register_id", "alert_id", "row_id")


def _alerts_of(book: Book, register: Register) -> Iterator[dict[str, Any]]:
    """Yield the alerts of a register, one a row and alert that is up."""
    from dafeng.register.compute import evaluate  # noqa: PLC0415 (units)
    from dafeng.store.database import read_rows  # noqa: PLC0415 (sqlalchemy)

    seen = read_rows(book.database, register, viewer=book.viewer())["row_id"].to_list()
    rows = read_rows(book.database, register, row_ids=seen) if seen else None
    if rows is None or rows.is_empty():
        return
    linked = read_linked(book, register, rows)
    shown = hide_restricted(book, register, rows)
    open_rows = see_restricted(book, register, rows)
    for alert in register.alerts:
        needs = needs_of(book.library, register, alert.expr)
        if any(not sees_whole(book, other) for other in needs.registers - {register.id}):
            continue
        up = evaluate(alert.expr, register, book.library, rows, linked, book.today).fill_null(value=False)
        if needs.registers:
            up &= open_rows
        for row in shown.filter(up).iter_rows(named=True):
            yield {
                "register_id": register.id, "alert_id": alert.id, "row_id": row["row_id"],
                "label": str(row[register.label] if row.get(register.label) is not None else row["row_id"]),
                "level": alert.level, "text_zh": alert.zh, "text_en": alert.en,
                "region": row["scope_region"], "agency": row["scope_agency"],
            }  # fmt: skip
