"""Traces: for every number of the page where it comes from, each different trace stored once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a number comes from.

    Parameters
    ----------
    sources : tuple of str
        Source ids; an id that the source list does not know is shown as it is.
    grade : str
        Evidence grade of the number; empty when it is a count of the report itself.
    unit_zh, unit_en : str
        Unit in words.
    step_zh, step_en : str
        What was done to get from the sources to the number.
    note_zh, note_en : str
        What the reader must know of the quality of the sources; said after the step.
    place_zh, place_en : str
        Where in the sources: clause, series and period, table.
    jump : str
        Filter of the target board that lists what was counted; empty for none.
    """

    sources: tuple[str, ...] = ()
    grade: str = ""
    unit_zh: str = ""
    unit_en: str = ""
    step_zh: str = ""
    step_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    place_zh: str = ""
    place_en: str = ""
    jump: str = ""


@dataclass(slots=True)
class TraceBook:
    """The traces of one page, numbered in the order in which they were first used."""

    _keys: dict[Trace, str] = field(default_factory=dict)

    def add(self, trace: Trace) -> str:
        """Return the key of a trace; equal traces share one."""
        return self._keys.setdefault(trace, f"t{len(self._keys)}")

    def get(self, key: str) -> Trace:
        """Return the trace of a key."""
        return next(trace for trace, known in self._keys.items() if known == key)

    def items(self) -> Iterator[tuple[str, Trace]]:
        """Iterate over keys and traces in order."""
        return ((key, trace) for trace, key in self._keys.items())
