"""Restricted columns: which they are, and rows without what the actor may not see.

Restricted is a field that the register marks, a field that is held in such a field of a linked row, and every
formula that rests on one. Whoever has no right to see it does not get it by filter, order, search, sum or
history either. A value that comes from a linked row is shown where the actor may see it in both rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.access.decision import permit_rows
from dafeng.access.grants import EVERYTHING
from dafeng.app.register_book import judge, refusal, require
from dafeng.app.register_rows import read_linked
from dafeng.errors import InputRefused
from dafeng.register.expression import names_in, parse_expression
from dafeng.register.schema import link_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.app.register_book import Book
    from dafeng.register.library import Library
    from dafeng.register.model import Register
    from dafeng.register.query import Viewer

SEE = "see_restricted"


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be open to see a column.

    Parameters
    ----------
    registers : frozenset of str
        Registers for which ``see_restricted`` is needed; empty: the column is not restricted.
    links : frozenset of str
        Link fields whose linked row must be open too.
    """

    registers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        """Return both."""
        return Needs(self.registers | other.registers, self.links | other.links)


def find_restricted(library: Library, register: Register) -> dict[str, frozenset[str]]:
    """Return the restricted columns of a register and the registers that must be open for each.

    Parameters
    ----------
    library : Library
        Registers in force.
    register : Register
        One of them.

    Returns
    -------
    dict of str to frozenset of str
        Column -> registers for which ``see_restricted`` is needed; the register itself is always among them.
    """
    return {name: needs.registers for name, needs in _find(library, register).items()}


def needs_of_names(library: Library, register: Register, names: Iterable[str]) -> Needs:
    """Return what must be open for names as expressions write them (``column``, ``link.field``)."""
    found, made = _find(library, register), Needs()
    for name in names:
        made |= _look(library, register, name, found, frozenset({register.id}))
    return made


def needs_of(library: Library, register: Register, text: str) -> Needs:
    """Return what must be open for an expression."""
    return needs_of_names(library, register, map(str, names_in(parse_expression(text))))


def _find(library: Library, register: Register, above: frozenset[str] = frozenset()) -> dict[str, Needs]:
    """Return restricted columns; ``above`` are the registers from which we came, so that a circle ends."""
    own = Needs(frozenset({register.id}))
    found = {field.id: own for field in register.fields if field.restricted}
    here = above | {register.id}
    for field in register.fields:
        if field.held_in and (needs := _look(library, register, field.held_in, found, here)).registers:
            found[field.id] = found.get(field.id, own) | needs
    for formula in register.formulas:
        needs = Needs()
        for name in names_in(parse_expression(formula.expr)):
            needs |= _look(library, register, str(name), found, here)
        if needs.registers:
            found[formula.id] = own | needs
    return found


def _look(
    library: Library, register: Register, name: str, found: dict[str, Needs], above: frozenset[str]
) -> Needs:
    """Return what a name needs: of this register, and of the linked one if it is ``link.field``."""
    head, _, tail = name.partition(".")
    needs = found.get(head, Needs())
    linked = library.registers.get(link_fields(register).get(head, ""))
    if not tail or linked is None:
        return needs
    if linked.id in above:
        direct = any(field.id == tail and field.restricted for field in linked.fields)
        there = frozenset({linked.id}) if direct else frozenset()
    else:
        there = _find(library, linked, above).get(tail, Needs()).registers
    return needs | Needs(there, frozenset({head}) if there else frozenset())


def list_hidden(book: Book, register: Register) -> frozenset[str]:
    """Return the columns that the actor sees on no row."""
    found = find_restricted(book.library, register)
    return frozenset(name for name, needed in found.items() if not _may(book, needed))


def hide_restricted(book: Book, register: Register, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows without the restricted values that the actor may not see; the columns stay, empty.

    Parameters
    ----------
    book, register
        Open book, register of the rows.
    frame : polars.DataFrame
        Rows with ``scope_region``, ``scope_agency`` and ``created_by``, and with their link fields.
    """
    return frame.with_columns(
        pl.when(seen).then(pl.col(name)).alias(name)
        for name, seen in see_columns(book, register, frame).items()
    )


def see_columns(book: Book, register: Register, frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Return for every restricted column of a frame in which rows the actor may see it."""
    found = {name: needs for name, needs in _find(book.library, register).items() if name in frame.columns}
    if not found:
        return {}
    own = see_restricted(book, register, frame)
    links = frozenset().union(*(needs.links for needs in found.values()))
    through = _see_through(book, register, frame, links) if links else {}
    made = {}
    for name, needs in found.items():
        seen = own if _may(book, needs.registers) else pl.repeat(value=False, n=frame.height, eager=True)
        for link in needs.links:
            seen = seen & through[link]
        made[name] = seen
    return made


def _see_through(
    book: Book, register: Register, frame: pl.DataFrame, links: frozenset[str]
) -> dict[str, pl.Series]:
    """Return for link fields whether the actor sees everything of the row that each row points to."""
    targets, linked = link_fields(register), read_linked(book, register, frame)
    made = {}
    for link in links:
        if link not in frame.columns:
            made[link] = pl.repeat(value=False, n=frame.height, eager=True)
            continue
        other = book.library.register(targets[link])
        rows = linked[other.id]
        seen = rows.filter(see_restricted(book, other, rows))
        keys = seen[other.key[0]].cast(pl.String).implode()
        made[link] = frame.select(pl.col(link).is_in(keys).fill_null(value=False))[link]
    return made


def see_restricted(book: Book, register: Register, frame: pl.DataFrame) -> pl.Series:
    """Return for every row whether the actor may see its own restricted fields."""
    return reach_rows(book, SEE, register, frame)


def reach_rows(book: Book, action: str, register: Register, frame: pl.DataFrame) -> pl.Series:
    """Return for every row whether the actor may do something with it."""
    return permit_rows(book.permissions, book.actor, action, register.id, frame, book.regions)


def view_columns(book: Book, register: Register, used: Iterable[str]) -> Viewer:
    """Return for whom rows are read if these columns choose, order or sum them.

    A restricted column may choose only among the rows on which the actor may see it.

    Raises
    ------
    InputRefused
        ``access_refused``: not even ``see``, or a restricted column without ``see_restricted``.
    """
    require(book, "see", register.id)
    needed = needs_of_names(book.library, register, used).registers
    for register_id in sorted(needed):
        require(book, SEE, register_id)
    return book.viewer(SEE if needed else "see")


def require_names(book: Book, register: Register, names: Iterable[str]) -> None:
    """Refuse a formula that reads what is restricted in linked rows, unless the actor sees it in all of them.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    for register_id in sorted(needs_of_names(book.library, register, names).registers - {register.id}):
        if not sees_whole(book, register_id):
            raise InputRefused([refusal(book, judge(book, SEE, register_id, {}))])


def require_restricted(book: Book, register: Register, row: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse to write over what the actor may not see in a row.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    found = find_restricted(book.library, register)
    for needed in sorted(frozenset().union(*(found.get(name, frozenset()) for name in names))):
        require(book, SEE, needed, row if needed == register.id else None)


def sees_whole(book: Book, register_id: str, action: str = SEE) -> bool:
    """Return whether a line of the relation reaches every row of a register."""
    lines = judge(book, action, register_id).because
    return not lines.filter(region=EVERYTHING, agency=EVERYTHING, maker=EVERYTHING).is_empty()


def _may(book: Book, needed: Iterable[str]) -> bool:
    return all(judge(book, SEE, register_id).allowed for register_id in needed)
