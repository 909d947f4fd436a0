"""The rules of the assessment as dated data: scopes, their terms, price bases."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.inventory.assessment.contracts import AssessmentScope, PriceBase, ScopeTerm
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from dafeng.table import Table

UNITS = {"co2": "Mt CO2", "energy": "10^4 tce"}
"""Quantity of a scope -> unit of its terms."""
INTENSITY_UNITS = {"co2": "t CO2/10^4 CNY", "energy": "tce/10^4 CNY"}
INTENSITY_FACTORS = {"co2": 100.0, "energy": 1.0}
"""What a quantity over GDP [10^8 CNY] is multiplied by to be in the unit of intensity."""


@dataclass(frozen=True, slots=True)
class TermRule:
    """How one term enters a scope."""

    term: str
    sign: int
    required: bool
    limit_term: str | None
    limit_share: float | None
    grade: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope with its terms, in the order of the data.

    Parameters
    ----------
    code : str
        Code of the vocabulary ``assessment_scopes``.
    quantity : {"co2", "energy"}
        What is measured.
    power_trade : bool
        Whether traded power counts.
    grade : str
        Evidence grade of the rule.
    terms : tuple of TermRule
        In the order of the data.
    valid_from, valid_to : int, optional
        First and last year in force; None where open.
    """

    code: str
    quantity: str
    power_trade: bool
    grade: str
    terms: tuple[TermRule, ...]
    valid_from: int | None = None
    valid_to: int | None = None

    def holds(self, year: int) -> bool:
        """Return whether the scope is in force in a year."""
        return (self.valid_from or year) <= year <= (self.valid_to or year)

    @property
    def unit(self) -> str:
        """Unit of its value."""
        return UNITS[self.quantity]

    def sign(self, term: str) -> int:
        """Return the sign of a term; 0 where the scope leaves it out."""
        return next((rule.sign for rule in self.terms if rule.term == term), 0)


def list_scopes() -> pl.DataFrame:
    """Return the scopes as an :class:`AssessmentScope` table."""
    return _read("scopes", AssessmentScope)


def list_scope_terms() -> pl.DataFrame:
    """Return the terms of all scopes as a :class:`ScopeTerm` table."""
    return _read("scope_terms", ScopeTerm)


def list_price_bases() -> pl.DataFrame:
    """Return which year's prices hold when, as a :class:`PriceBase` table."""
    return _read("price_bases", PriceBase)


def find_scope(code: str) -> Scope:
    """Return a scope by code or name.

    Raises
    ------
    InputRefused
        ``term_unknown``.
    """
    known = terms.resolve("assessment_scopes", code)
    rows = list_scopes().filter(pl.col("scope") == known).to_dicts()
    if not rows:
        raise InputRefused.of("term_unknown", name=code, vocabulary="assessment_scopes", suggestion="")
    own = list_scope_terms().filter(pl.col("scope") == known)
    fields = ("term", "sign", "required", "limit_term", "limit_share", "grade")
    rules = tuple(TermRule(**{name: row[name] for name in fields}) for row in own.iter_rows(named=True))
    row = rows[0]
    years = row["valid_from_year"], row["valid_to_year"]
    return Scope(known, row["quantity"], row["power_trade"], row["grade"], rules, *years)


def find_price_base(year: int) -> int | None:
    """Return the price base year that holds in a year; None where no rule is known.

    Examples
    --------
    >>> find_price_base(2023), find_price_base(1999)
    (2020, None)
    """
    held = list_price_bases().filter((pl.col("first_year") <= year) & (pl.col("last_year") >= year))
    return int(held["base_year"][0]) if held.height else None


@cache
def _read(name: str, contract: type[Table]) -> pl.DataFrame:
    text = files("dafeng.inventory.assessment").joinpath(f"{name}.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    typed = {}
    for spec in columns_of(contract):
        values = pl.Series(spec.name, [row[spec.name] or None for row in rows], pl.String)
        typed[spec.name] = values == "true" if spec.dtype == pl.Boolean else values.cast(spec.dtype)
    return check(pl.DataFrame(typed), contract)
