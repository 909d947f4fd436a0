"""The error family: a code and its parameters; the words, Chinese and English, stand in one table.

A check collects :class:`Finding` objects and raises once. Every finding says what is wrong, where
(file, sheet, row, column) and how to mend it. ``messages.csv`` beside this module holds the texts.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Language = Literal["zh", "en"]
Severity = Literal["error", "warning", "note"]

LANGUAGES: tuple[Language, Language] = ("zh", "en")
FINDINGS_SHOWN = 50


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
    text = row[language].format(**params)
    cure = row[f"cure_{language}"].format(**params)
    return f"{text}{stop}{gap}{cure}{stop}" if cure else f"{text}{stop}"


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
        super().__init__(self.text("en"))

    @classmethod
    def of(cls, code: str, /, place: Place | None = None, **params: object) -> DafengError:
        """Return an error with a single finding."""
        return cls([Finding(code, place or Place(), params)])

    def text(self, language: Language) -> str:
        """Return all findings, one a line; beyond ``FINDINGS_SHOWN`` only their number."""
        shown = [finding.text(language) for finding in self.findings[:FINDINGS_SHOWN]]
        rest = len(self.findings) - len(shown)
        if rest > 0:
            shown.append(f"… 另有 {rest} 处" if language == "zh" else f"… and {rest} more")
        return "\n".join(shown)


class InputRefused(DafengError):  # noqa: N818 - named after what happened, as the exit code is
    """What came from outside cannot be used as it is. Exit code 2."""

    exit_code: ClassVar[int] = 2


class TableError(InputRefused, ValueError):
    """A table breaks its contract."""


class MissingFactor(InputRefused, LookupError):
    """A calculation needs a factor that the factor table does not have."""


class UnitError(InputRefused, ValueError):
    """A unit is unknown or cannot be converted into the one that is needed."""


class NegativeAnswer(DafengError):  # noqa: N818
    """The question was understood and the answer is no (infeasible, audit errors). Exit code 3."""

    exit_code: ClassVar[int] = 3


class Interrupted(DafengError):  # noqa: N818
    """The user stopped the work. Exit code 130."""

    exit_code: ClassVar[int] = 130
