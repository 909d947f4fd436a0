"""Editions: the dated layouts of the official table, as data in the CSV files beside this module.

A layout that is not there yet is new rows in ``editions.csv``, ``edition_rows.csv`` and
``edition_columns.csv``; no code changes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Label:
    """The code of a row or column with its official label in both languages.

    An optional row is one that some tables of the layout print; it is written only where it has cells.
    """

    code: str
    zh: str
    en: str
    unit: str = ""
    unit_zh: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """One dated layout.

    Parameters
    ----------
    code, zh, en : str
        Id and name.
    valid_from, valid_to : int or None
        First and last data year; None is open.
    rows, columns : tuple of Label
        In official order, rows with their numbering, columns with their unit.
    note_zh, note_en : str
        What of it was compared with an original and what was not.
    """

    code: str
    zh: str
    en: str
    valid_from: int | None
    valid_to: int | None
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    note_zh: str
    note_en: str

    @property
    def row_codes(self) -> frozenset[str]:
        """Codes of its rows."""
        return frozenset(label.code for label in self.rows)

    @property
    def fuel_codes(self) -> frozenset[str]:
        """Codes of its fuels and totals."""
        return frozenset(label.code for label in self.columns)

    def covers(self, year: int) -> bool:
        """Return whether it is the layout of a data year."""
        after = self.valid_from is None or year >= self.valid_from
        return after and (self.valid_to is None or year <= self.valid_to)

    def holds(self, rows: Iterable[str], fuels: Iterable[str]) -> bool:
        """Return whether it has a place for all these rows and fuels."""
        return self.row_codes >= set(rows) and self.fuel_codes >= set(fuels)


def own_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a CSV file beside this module, as text."""
    text = files("dafeng.balance").joinpath(f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def editions() -> Mapping[str, Edition]:
    """Return all editions: code -> edition, oldest first."""
    return {
        row["code"]: Edition(
            row["code"], row["zh"], row["en"], _year(row["valid_from"]), _year(row["valid_to"]),
            _labels("edition_rows", "row", row["code"]), _labels("edition_columns", "fuel", row["code"]),
            row["note_zh"], row["note_en"],
        )
        for row in own_rows("editions")
    }  # fmt: skip


def find_edition(code: str) -> Edition:
    """Return an edition by its code.

    Raises
    ------
    InputRefused
        ``balance_edition_unknown``.
    """
    if code not in editions():
        raise InputRefused.of("balance_edition_unknown", edition=code, known=", ".join(editions()))
    return editions()[code]


def detect_edition(rows: Iterable[str], fuels: Iterable[str], years: Iterable[int]) -> Edition:
    """Return the one edition that has a place for everything a table holds.

    Parameters
    ----------
    rows, fuels : iterable of str
        Codes that the table names.
    years : iterable of int
        Its data years: they decide where several layouts would do.

    Raises
    ------
    InputRefused
        ``balance_edition_none`` or ``balance_edition_ambiguous``; both say which codes are in the way.
    """
    rows, fuels, years = set(rows), set(fuels), set(years)
    fitting = [edition for edition in editions().values() if edition.holds(rows, fuels)]
    if len(fitting) > 1:
        fitting = [edition for edition in fitting if all(map(edition.covers, years))] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        params = {"editions": ", ".join(edition.code for edition in fitting)}
        raise InputRefused([Finding("balance_edition_ambiguous", params=params)])
    lacking = [
        f"{edition.code}: {', '.join(sorted((rows - edition.row_codes) | (fuels - edition.fuel_codes)))}"
        for edition in editions().values()
    ]
    raise InputRefused([Finding("balance_edition_none", params={"lacking": "; ".join(lacking)})])


def edition_folds() -> dict[str, str]:
    """Return which fuel a layout without a column for it counts it in: fuel -> fuel of the same unit."""
    return {row["fuel"]: row["into"] for row in own_rows("edition_folds")}


def _year(text: str) -> int | None:
    return int(text) if text else None


def _labels(name: str, field: str, edition: str) -> tuple[Label, ...]:
    own = [row for row in own_rows(name) if row["edition"] == edition]
    own.sort(key=lambda row: int(row["position"]))
    return tuple(
        Label(
            row[field], row["zh"], row["en"], row.get("unit", ""), row.get("unit_zh", ""),
            row.get("optional") == "yes",
        )
        for row in own
    )  # fmt: skip
