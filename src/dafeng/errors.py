"""The error family: a code and its parameters; the words, Chinese and English, stand in one table.

A check collects :class:`Finding` objects and raises once. Every finding says what is wrong, where
(file, sheet, row, column) and how to mend it. ``messages.csv`` beside this module holds the texts.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Language = Literal["zh", "en"]
Severity = Literal["error", "warning", "note"]

LANGUAGES: tuple[Language, Language] = ("zh", "en")
FINDINGS_SHOWN = 1000


@runtime_checkable
class Worded(Protocol):
    """A parameter of a message that reads differently in each language."""

    def text(self, language: Language) -> str:
        """Return its words."""


@cache
def messages() -> dict[str, dict[str, str]]:
    """Return the message table: code -> {zh, en, cure_zh, cure_en}."""
    text = files("dafeng").joinpath("messages.csv").read_text("utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def render_message(code: str, params: Mapping[str, object], language: Language) -> str:
    """Return the text of a message with its cure.

    Parameters
    ----------
    code : str
        Key of ``messages.csv``.
    params : mapping
        Values for the places in braces.
    language : {"zh", "en"}
        Language of the text.

    Raises
    ------
    KeyError
        If the code is not in the table or a parameter is missing: a defect of ours.
    """
    row = messages()[code]
    stop, gap = ("。", "") if language == "zh" else (".", " ")
    words = {k: v.text(language) if isinstance(v, Worded) else v for k, v in params.items()}
    text = row[language].format(**words)
    cure = row[f"cure_{language}"].format(**words)
    return f"{text}{stop}{gap}{cure[:1].upper()}{cure[1:]}{stop}" if cure else f"{text}{stop}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: file, sheet, row (1 = header) and column."""

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def text(self, language: Language) -> str:
        """Return the place in words; empty when nothing is known."""
        words = {"zh": ("工作表", "第{}行", "列"), "en": ("sheet", "row {}", "column")}[language]
        parts = [self.file]
        if self.sheet:
            parts.append(f"{words[0]} {self.sheet}")
        if self.row is not None:
            parts.append(words[1].format(self.row))
        if self.column:
            parts.append(f"{words[2]} {self.column}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth a look: code, place, parameters."""

    code: str
    place: Place = field(default_factory=Place)
    params: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"

    def text(self, language: Language) -> str:
        """Return place, text and cure as one line."""
        where = self.place.text(language)
        what = render_message(self.code, self.params, language)
        return f"{where}: {what}" if where else what


class DafengError(Exception):
    """Base of all errors of the package; carries findings and an exit code.

    Parameters
    ----------
    findings : iterable of Finding
        At least one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__()

    def __str__(self) -> str:
        """Return all findings in English."""
        return self.text("en")

    def __reduce__(self) -> tuple[type[DafengError], tuple[tuple[Finding, ...]]]:
        """Return how to make it anew, so that it survives the way back from a worker process."""
        return type(self), (self.findings,)

    @classmethod
    def of(cls, code: str, /, place: Place | None = None, **params: object) -> DafengError:
        """Return an error with a single finding."""
        return cls([Finding(code, place or Place(), params)])

    def text(self, language: Language) -> str:
        """Return all findings, one a line.

        The same finding in many rows is said once, with the number of further rows; beyond
        ``FINDINGS_SHOWN`` lines only their number follows.
        """
        same: dict[tuple[object, ...], list[Finding]] = {}
        for finding in self.findings:
            same.setdefault(_but_for_the_row(finding, language), []).append(finding)
        lines = [_say_once(group, language) for group in list(same.values())[:FINDINGS_SHOWN]]
        rest = len(same) - FINDINGS_SHOWN
        if rest > 0:
            lines += [f"… 另有 {rest} 类" if language == "zh" else f"… and {rest} more"]
        return "\n".join(lines)


def _but_for_the_row(finding: Finding, language: Language) -> tuple[object, ...]:
    """Return what makes the words of a finding, without its row; cheaper than the words."""
    place = finding.place
    words = (_word(value, language) for value in finding.params.values())
    return (finding.code, place.file, place.sheet, place.column, *finding.params, *words)


def _word(value: object, language: Language) -> str:
    plain = isinstance(value, str | int | float)  # asking for a protocol is slow
    return value.text(language) if not plain and isinstance(value, Worded) else str(value)


def _say_once(group: list[Finding], language: Language) -> str:
    text = group[0].text(language)
    if len(group) == 1:
        return text
    further = len(group) - 1
    return (
        f"{text}（另有 {further} 行相同）" if language == "zh" else f"{text} (and {further} more rows alike)"
    )


class InputRefused(DafengError):
    """What came from outside cannot be used as it is. Exit code 2."""

    exit_code: ClassVar[int] = 2


class TableError(InputRefused, ValueError):
    """A table breaks its contract."""


class UnitError(InputRefused, ValueError):
    """A unit is unknown or cannot be converted into the one that is needed."""


class NegativeAnswer(DafengError):
    """The question was understood and the answer is no (infeasible, audit errors). Exit code 3."""

    exit_code: ClassVar[int] = 3


class Interrupted(DafengError):
    """The user stopped the work. Exit code 130."""

    exit_code: ClassVar[int] = 130
