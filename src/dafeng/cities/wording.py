"""The words of documents: templates in two languages, numbers as the caller writes them.

Templates stand in ``document_texts.csv``. They hold no figure: every number comes from a table.
"""

from __future__ import annotations

import calendar
import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.period import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from dafeng.errors import Language

    Quantity = Callable[[float | None, str | None, Language], str]
    """Writes a number with its unit in a language."""


FALLS = {
    "le": "goal.fall", "about": "goal.fall_about", "eq": "goal.fall_about",
    "change_about": "goal.change_fall_about",
}  # fmt: skip
"""Comparison of a change below zero -> its words: a fall is a positive number in a document."""


@cache
def document_texts() -> dict[str, dict[str, str]]:
    """Return the templates of documents: key -> {zh, en}."""
    text = files("dafeng.cities").joinpath("document_texts.csv").read_text("utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class Wording:
    """How a document speaks.

    Parameters
    ----------
    language : {"zh", "en"}
        Language of the document.
    quantity : callable
        Writes a number with its unit.
    """

    language: Language
    quantity: Quantity

    def say(self, key: str, **params: object) -> str:
        """Return a template with its places filled.

        Raises
        ------
        KeyError
            If there is no such template: a defect of ours.
        """
        return document_texts()[key][self.language].format(**params)

    def name(self, row: Mapping[str, Any], stem: str = "name") -> str:
        """Return the name (title, reason, …) of a row; the Chinese one where the other is missing."""
        return str(row.get(f"{stem}_{self.language}") or row.get(f"{stem}_zh") or "")

    def half(self, text: str | None) -> str:
        """Return the half of a text of the form “中文 / English” that belongs to the language."""
        halves = (text or "—").split(" / ")
        return halves[0 if self.language == "zh" or len(halves) != 2 else 1]

    def term(self, vocabulary: str, code: str | None) -> str:
        """Return the name of a code; empty without one."""
        return terms.name(vocabulary, code, self.language) if code else ""

    def amount(self, value: float | None, unit: str | None) -> str:
        """Return a number with its unit; a dash for a missing number."""
        return self.quantity(value, unit, self.language) or "—"

    def listed(self, names: Iterable[str]) -> str:
        """Return names in a row."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def goal(self, target: Mapping[str, Any], value: float | None = None) -> str:
        """Return what a target asks for.

        Parameters
        ----------
        target : mapping
            A row of the targets.
        value : float, optional
            Number assigned by another document, in the unit of the target.
        """
        unit, given = target["unit"], target["value"]
        comparator = target["comparator"] if value is None else "le" if value < 0 else "ge"
        asked = given if value is None else value
        if asked is not None and asked < 0 and comparator in FALLS:
            key, asked = FALLS[comparator], -asked
        else:
            key = f"goal.{comparator}"
        if key not in document_texts():
            return self.term("comparator", comparator)
        year = target["base_year"]
        base = self.say("base.year", year=year) if year else self.say("base.open")
        low, high = (self.quantity(target[side], unit, self.language) for side in ("lower", "upper"))
        return self.say(
            key, value=self.quantity(asked, unit, self.language),
            low=low, high=high, base=base,
            year=target["target_year"] or "—",
        )  # fmt: skip

    def day(self, day: date) -> str:
        """Return a day in words."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {calendar.month_name[day.month]} {day.year}"

    def period(self, text: str | None) -> str:
        """Return a period in words; a dash for none."""
        if text is None:
            return "—"
        span = parse_period(text)
        first, last = span.start, span.end
        if span.kind in {"year", "years"}:
            between = "—" if self.language == "zh" else "-"
            return between.join(dict.fromkeys((str(first.year), str(last.year))))
        if self.language == "zh":
            return f"{last.year}年{'1—' if span.kind == 'ytd' and last.month > 1 else ''}{last.month}月"
        begun = "January-" if span.kind == "ytd" and last.month > 1 else ""
        return f"{begun}{calendar.month_name[last.month]} {last.year}"

    def seen(self, value: float | None, unit: str | None, bound: str | None) -> str:
        """Return a published figure with its bound; a dash for none."""
        if value is None:
            return "—"
        sign = "" if bound in {None, "eq"} else self.term("bound", bound)
        gap = " " if sign and self.language == "en" else ""
        return f"{sign.lower()}{gap}{self.amount(value, unit)}"
