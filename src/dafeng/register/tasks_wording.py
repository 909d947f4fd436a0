"""The words of the documents of the task board: templates in two languages from ``tasks_texts.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dafeng.errors import Language


@cache
def task_texts() -> dict[str, dict[str, str]]:
    """Return the templates: key -> {zh, en}. They hold no figure: every number comes from a table."""
    text = files("dafeng.register").joinpath("tasks_texts.csv").read_text("utf-8")
    return {row["key"]: row for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True, slots=True)
class TaskWording:
    """How a document of the task board speaks.

    Parameters
    ----------
    language : {"zh", "en"}
    """

    language: Language

    def say(self, key: str, **params: object) -> str:
        """Return a template with its places filled.

        Raises
        ------
        KeyError
            If there is no such template: a defect of ours.
        """
        return task_texts()[key][self.language].format(**params)

    def header(self, *names: str) -> tuple[str, ...]:
        """Return the names of columns."""
        return tuple(self.say(f"column.{name}") for name in names)

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the name of a row; the Chinese one where the other is missing."""
        return str(row.get(f"name_{self.language}") or row["name_zh"])

    def half(self, text: str) -> str:
        """Return the half of a text of the form “中文 / English” that belongs to the language."""
        halves = text.split(" / ")
        return halves[0 if self.language == "zh" or len(halves) != 2 else 1]

    def listed(self, names: Iterable[str]) -> str:
        """Return names in a row."""
        return ("、" if self.language == "zh" else ", ").join(names)
