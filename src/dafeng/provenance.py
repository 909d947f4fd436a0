"""Where numbers come from: sources, processing steps, evidence grades, hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Grade(StrEnum):
    """Evidence grade of a figure; it travels with the figure."""

    A = "A"
    """Official, or an identity-checked copy."""
    B = "B"
    """One secondary source."""
    C = "C"
    """Unverified: never in a compliance figure or a verdict."""
    X = "X"
    """Conflicting sources: never in a compliance figure or a verdict."""

    @property
    def counts(self) -> bool:
        """True if a verdict or compliance figure may rest on it."""
        return self in {Grade.A, Grade.B}


def worst_grade(grades: Iterable[str]) -> Grade | None:
    """Return the weakest of some grades (A < B < C < X); None for none.

    Examples
    --------
    >>> worst_grade(["A", "C", "B"])
    <Grade.C: 'C'>
    """
    return Grade(max(grades, default="")) if (grades := list(grades)) else None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table or figure was read.

    Parameters
    ----------
    id : str
        Key of the source list.
    title : str
        Document or file name.
    sha256 : str
        Hash of the bytes that were read; empty for a cited document.
    locator : str
        Page, table, sheet or address.
    licence : str
        As stated by the publisher.
    """

    id: str
    title: str
    sha256: str = ""
    locator: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One processing step: what was done, by which rule, to how many rows.

    Parameters
    ----------
    name : str
        ``room.function``.
    zh, en : str
        What it did, in words.
    parameters : mapping
        What it was called with (JSON values).
    rows : int
        Rows that it touched.
    """

    name: str
    zh: str
    en: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    rows: int = 0


def hash_bytes(raw: bytes) -> str:
    """Return the SHA-256 of some bytes as hex."""
    return hashlib.sha256(raw).hexdigest()


def hash_json(value: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form (sorted keys, UTF-8)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hash_bytes(text.encode("utf-8"))
