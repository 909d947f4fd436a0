"""What a use case returns: tables with their contracts, the steps that made them, and findings.

The store writes a :class:`Result` as ``tables/<room>.<name>.parquet`` and ``.csv`` with the schema of
its contract; report and portal read tables by id and never ask how they were made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.errors import Finding
    from dafeng.provenance import Source, Step
    from dafeng.table import Table


@dataclass(frozen=True, slots=True)
class NamedTable:
    """A table with its id, contract and words.

    Parameters
    ----------
    id : str
        ``<room>.<name>``, for example ``inventory.emissions``.
    frame : polars.DataFrame
        Fulfils ``contract``.
    contract : type of Table
        Its columns.
    zh, en : str
        Title.
    """

    id: str
    frame: pl.DataFrame
    contract: type[Table]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one use case or stage.

    Parameters
    ----------
    id : str
        Name of the stage.
    tables : mapping of str to NamedTable
        Keyed by table id.
    steps : tuple of Step
        What was done, in order.
    findings : tuple of Finding
        What the user should look at.
    sources : tuple of Source
        What was read.
    """

    id: str
    tables: Mapping[str, NamedTable]
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = field(default=())
