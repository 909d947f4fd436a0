"""Rows of the registers as they were on a day, for tables and reports: nobody acts, nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_book import lacks_file, locate_database
from dafeng.app.register_sources import read_register_texts
from dafeng.provenance import hash_bytes
from dafeng.register.contracts import History
from dafeng.settings import read_settings
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from dafeng.pack import Pack
    from dafeng.register.library import Library
    from dafeng.register.model import Register
    from dafeng.store.database import Database

END_OF_DAY = "T23:59:59+08:00"


@dataclass
class Shelf:
    """Registers and the history of their rows, read once.

    Parameters
    ----------
    library : Library
        Registers in force.
    history : polars.DataFrame
        Events of all registers (History); empty without a database.
    current : mapping of str to polars.DataFrame
        Rows as they stand after the last event, withdrawn ones left out.
    """

    library: Library
    history: pl.DataFrame
    current: dict[str, pl.DataFrame] = field(default_factory=dict)
    _replayed: dict[tuple[str, str], pl.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def first_day(self) -> str | None:
        """Day of the first event; None before it."""
        day = self.history["at"].min()
        return str(day)[:10] if day is not None else None

    def rows_on(self, day: date, wanted: Iterable[str] | None = None) -> dict[str, pl.DataFrame]:
        """Return the complete rows of registers as they were known on a day.

        Parameters
        ----------
        day : date
            What was written later is not there.
        wanted : iterable of str, optional
            Only these registers; default all.

        Returns
        -------
        dict of str to polars.DataFrame
            Held fields and formulas that are computed on read are there; registers without rows are not.
        """
        names = set(self.library.registers) if wanted is None else set(wanted) & set(self.library.registers)
        stored = {
            name: self._stored_on(self.library.registers[name], day) for name in self._with_links(names)
        }
        from dafeng.register.compute import compute_volatile  # noqa: PLC0415 - compiles expressions

        return {
            name: compute_volatile(self.library.registers[name], self.library, stored[name], stored, day)
            for name in sorted(names)
            if stored[name].height
        }

    def linked_rows(self, day: date, register: Register) -> dict[str, pl.DataFrame]:
        """Return the rows of the registers that a register links to, as they were known on a day."""
        from dafeng.register.compute import needed_links  # noqa: PLC0415 - compiles expressions

        return {
            name: self._stored_on(self.library.registers[name], day)
            for name in needed_links(register)
            if name in self.library.registers
        }

    def _with_links(self, names: set[str]) -> set[str]:
        from dafeng.register.compute import needed_links  # noqa: PLC0415 - compiles expressions

        linked = {target for name in names for target in needed_links(self.library.registers[name])}
        return names | (linked & set(self.library.registers))

    def _stored_on(self, register: Register, day: date) -> pl.DataFrame:
        from dafeng.register.replay import replay_history  # noqa: PLC0415 - compiles expressions
        from dafeng.register.schema import empty_rows  # noqa: PLC0415

        own = self.history.filter(pl.col("register_id") == register.id)
        if own.is_empty():
            return empty_rows(register)
        until = f"{day}{END_OF_DAY}"
        if str(own["at"].max()) <= until:
            return self.current[register.id]
        key = register.id, until
        if key not in self._replayed:
            self._replayed[key] = replay_history(register, own, until).filter(~pl.col("withdrawn"))
        return self._replayed[key]


def find_database() -> str | None:
    """Return the address of the database of the settings; None if it is a file that is not there."""
    named = locate_database()
    return None if lacks_file(named) else named


def describe_shelf(pack: Pack) -> dict[str, object]:
    """Return what changes the tables of the registers: the definitions, and the head of the history."""
    texts = register_texts(pack)
    head = ""
    if (url := find_database()) is not None:
        from dafeng.store.database import head_of, open_database  # noqa: PLC0415 - sqlalchemy

        with open_database(url, create=False) as database:
            head = head_of(database)
    return {
        "head": head,
        "registers": {name: hash_bytes(text.encode()) for name, text in sorted(texts.items())},
    }


def register_texts(pack: Pack) -> dict[str, str]:
    """Return the definitions of the pack and of the folders of the settings, by file name."""
    texts, _ = read_register_texts(pack, [Path(name) for name in read_settings().register_folders])
    return texts


def open_shelf(pack: Pack) -> Shelf:
    """Return the registers of a pack with the rows of the database of the settings.

    Raises
    ------
    InputRefused
        A register is refused, or the database cannot be opened. Where there is none, there are no rows, and
        none is made.
    """
    library = load_library(pack)
    url = find_database()
    if url is None:
        return Shelf(library, empty_table(History))
    from dafeng.store.database import install_registers, open_database  # noqa: PLC0415 - sqlalchemy

    with open_database(url, create=False) as database:
        install_registers(database, library.registers.values(), pack.tables["regions"])
        return fill_shelf(library, database)


def fill_shelf(library: Library, database: Database) -> Shelf:
    """Return registers with all rows and the whole history of a database in which they are installed."""
    from dafeng.store.database import read_history, read_rows  # noqa: PLC0415 - sqlalchemy

    history = read_history(database)
    filled = set(history["register_id"]) & set(library.registers)
    rows = {name: read_rows(database, library.registers[name]) for name in sorted(filled)}
    return Shelf(library, history, rows)


def load_library(pack: Pack) -> Library:
    """Return the registers of a pack and of the folders of the settings.

    Raises
    ------
    InputRefused
        With every defect of every definition.
    """
    from dafeng.register.library import read_library  # noqa: PLC0415 - compiles expressions

    return read_library(register_texts(pack), pack.tables)
