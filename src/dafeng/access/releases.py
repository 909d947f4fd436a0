"""Class and circle of tables and files: which rule speaks of a name (``releases.csv`` beside this module)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from dafeng.pack.release_schema import Releases
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

ReleaseClass = Literal["public", "internal", "sensitive"]
ReleaseOrigin = Literal["general", "pack", "register"]


@dataclass(frozen=True, slots=True)
class Release:
    """What a rule says of tables and files.

    Parameters
    ----------
    pattern : str
        Name, ``*`` as a wildcard.
    kind : {"public", "internal", "sensitive"}
        Class.
    circle : frozenset of str
        Roles that may read it, if they may read the class at all; empty: any.
    region_by, own_by : str
        Column whose region limits rows; column of the sources of which own estimates are internal; empty:
        none.
    basis_zh, basis_en : str
        Why.
    origin : {"general", "pack", "register"}
        Who says so; a later one of these goes before an earlier one.
    embargoed : bool
        Only those who check before a release may see it.
    opens_on : str
        ISO day on which the embargo ends; empty: none.
    """

    pattern: str
    kind: ReleaseClass
    circle: frozenset[str] = frozenset()
    region_by: str = ""
    own_by: str = ""
    basis_zh: str = ""
    basis_en: str = ""
    origin: ReleaseOrigin = "general"
    embargoed: bool = False
    opens_on: str = ""


def list_releases(frame: pl.DataFrame, origin: ReleaseOrigin) -> tuple[Release, ...]:
    """Return the rules of a table (Releases) in its order."""
    return tuple(
        Release(
            row["pattern"], row["kind"], frozenset((row["circle"] or "").split(";")) - {""},
            row["region_by"] or "", row["own_by"] or "", row["basis_zh"], row["basis_en"], origin,
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip


@cache
def general_releases() -> tuple[Release, ...]:
    """Return the rules that hold where neither pack nor register says otherwise.

    Raises
    ------
    TableError
        The file breaks its contract: a defect of ours.
    """
    text = files("dafeng.access").joinpath("releases.csv").read_text("utf-8")
    rows = [{name: cell or None for name, cell in line.items()} for line in csv.DictReader(text.splitlines())]
    return list_releases(frame_of(rows, Releases), "general")


def find_release(name: str, rules: Iterable[Release]) -> Release:
    """Return the rule that speaks most closely of a name: the whole name, else the longest pattern.

    Among equal patterns the last one counts. What no rule names is sensitive.

    Examples
    --------
    >>> rules = Release("a.*", "public"), Release("a.b", "internal")
    >>> [find_release(name, rules).kind for name in ("a.b", "a.c", "z")]
    ['internal', 'public', 'sensitive']
    """
    best = Release("*", "sensitive")
    for rule in rules:
        fits = rule.pattern == name or ("*" in rule.pattern and fnmatchcase(name, rule.pattern))
        if fits and _closeness(rule, name) >= _closeness(best, name):
            best = rule
    return best


def _closeness(rule: Release, name: str) -> tuple[bool, int]:
    return rule.pattern == name, len(rule.pattern)
