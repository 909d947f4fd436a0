"""The catalogue of tables and the lineage of their numbers: table, steps, inputs, files of the pack, sources.

The graph is that of the manifest of the last run: a table was made by a stage, a stage read files of the pack
and tables of other stages. Tables that the reader may not see are counted and not named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.portal_release import release_of
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused
from dafeng.pack import PACK_TABLES
from dafeng.table import Suggestion, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.access.releases import Release
    from dafeng.app.portal import Portal
    from dafeng.app.portal_data import Edition
    from dafeng.app.register_book import Book
    from dafeng.pack import Pack
    from dafeng.store.workspace import StageRecord
    from dafeng.table import ColumnSpec

TABLE_INPUT, TABLE_END, FILE_END = "tables/", ".parquet", ".csv"
SOURCE_COLUMNS = ("source_id", "source_ids", "source_2", "target_source_id")
MATCH_COLUMNS = (
    "region", "year", "period", "fuel", "sector", "variable", "row", "item", "activity", "gas", "category",
    "target_id", "indicator_id", "series_id", "lever_id", "clause_id", "document_id", "scenario", "chain",
)  # fmt: skip
"""Columns by which a row and the rows of the pack that it rests on are matched."""


@dataclass(frozen=True, slots=True)
class TableCard:
    """One table of the catalogue.

    Parameters
    ----------
    id, zh, en : str
        Id and titles.
    stage : str
        Stage that made it.
    release : Release
        Class and why.
    rows : int
        Rows that the reader may see. [1]
    columns : tuple of ColumnSpec
        Its columns.
    """

    id: str
    zh: str
    en: str
    stage: str
    release: Release
    rows: int
    columns: tuple[ColumnSpec, ...]


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the pack that stages read.

    Parameters
    ----------
    name : str
        File name.
    sha256 : str
        Hash of its bytes when it was read.
    rows : int
        Rows. [1]
    sources : tuple of str
        Ids of the sources that it cites.
    direct : bool
        Whether the stage of the table itself reads it, not only one before it.
    """

    name: str
    sha256: str
    rows: int
    sources: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the numbers of a table come from.

    Parameters
    ----------
    card : TableCard
        The table.
    steps : tuple of mapping
        What was done in its stage: name, zh, en, parameters, rows.
    files : tuple of PackFile
        Files of the pack, those of its own stage first.
    tables : tuple of (str, str, str, bool)
        Tables that it rests on and the reader may see: id, zh, en, read by its own stage.
    hidden : int
        Tables that it rests on and the reader may not see. [1]
    sources : tuple of mapping
        Rows of the list of sources that the files cite.
    """

    card: TableCard
    steps: tuple[Mapping[str, Any], ...]
    files: tuple[PackFile, ...]
    tables: tuple[tuple[str, str, str, bool], ...]
    hidden: int
    sources: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """Where one row comes from.

    Parameters
    ----------
    row : mapping
        The row.
    number : int
        Its place among the rows that the reader may see, counted from 0.
    sources : tuple of mapping
        Sources that the row itself names.
    matched : tuple of (str, int, tuple of str, tuple of mapping)
        File of the pack, its rows with equal keys, these keys, the sources of these rows.
    """

    row: Mapping[str, Any]
    number: int
    sources: tuple[Mapping[str, Any], ...]
    matched: tuple[tuple[str, int, tuple[str, ...], tuple[Mapping[str, Any], ...]], ...]


def list_cards(portal: Portal, book: Book) -> list[TableCard]:
    """Return the tables that the actor may see, by id."""
    edition = portal.data.edition()
    if edition is None:
        return []
    made = {name: (stage, record) for name, stage, record in _tables_of(edition)}
    return [
        _card(portal, book, name, *made[name]) for name in portal.data.visible_tables(book) if name in TABLES
    ]


def _tables_of(edition: Edition) -> Iterator[tuple[str, str, StageRecord]]:
    for stage, record in edition.manifest.stages.items():
        for one in record.tables:
            yield str(one["id"]), stage, record


def _card(portal: Portal, book: Book, name: str, stage: str, _record: StageRecord) -> TableCard:
    contract, zh, en = TABLES[name]
    rows = portal.data.frame(book, name).height
    return TableCard(name, zh, en, stage, release_of(book, name), rows, columns_of(contract))


def read_lineage(portal: Portal, book: Book, table_id: str) -> Lineage:
    """Return where the numbers of a table come from.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``; ``portal_table_unknown``, also for a table that he may not see.
    """
    edition = portal.data.require_edition()
    visible = set(portal.data.visible_tables(book))
    made = {name: (stage, record) for name, stage, record in _tables_of(edition)}
    if table_id not in visible or table_id not in TABLES:
        raise InputRefused.of(
            "portal_table_unknown", table=table_id, suggestion=Suggestion(table_id, visible)
        )
    stage, record = made[table_id]
    files, tables = _walk(made, record)
    packs = [_pack_file(portal.pack, name, sha, direct=direct) for name, (sha, direct) in files.items()]
    packs.sort(key=lambda one: (not one.direct, one.name))
    cited = sorted({source for one in packs for source in one.sources})
    seen = [(name, *TABLES[name][1:], direct) for name, direct in sorted(tables.items()) if name in visible]
    return Lineage(
        _card(portal, book, table_id, stage, record), tuple(record.steps), tuple(packs), tuple(seen),
        len(set(tables) - visible), tuple(_sources(portal.pack, cited)),
    )  # fmt: skip


def _walk(
    made: Mapping[str, tuple[str, StageRecord]], start: StageRecord
) -> tuple[dict[str, tuple[str, bool]], dict[str, bool]]:
    """Return pack files (hash, read directly) and tables (read directly) behind a stage, however far."""
    files: dict[str, tuple[str, bool]] = {}
    tables: dict[str, bool] = {}
    queue = [(start, True)]
    while queue:
        record, direct = queue.pop(0)
        for name, sha in record.inputs.items():
            if name.startswith(TABLE_INPUT):
                table = name.removeprefix(TABLE_INPUT).removesuffix(TABLE_END)
                if table not in tables and table in made:
                    tables[table] = direct
                    queue.append((made[table][1], False))
            elif name not in files:
                files[name] = sha, direct
    return files, tables


def _pack_file(pack: Pack, name: str, sha: str, *, direct: bool) -> PackFile:
    frame = pack.tables.get(name.removesuffix(FILE_END))
    if frame is None:
        return PackFile(name, sha, 0, (), direct)
    return PackFile(name, sha, frame.height, tuple(sorted(_cited(frame))), direct)


def _cited(frame: pl.DataFrame) -> set[str]:
    """Return the ids of sources that rows name."""
    columns = [frame[name].drop_nulls() for name in SOURCE_COLUMNS if name in frame.columns]
    return {
        source for column in columns for text in column.unique() for source in str(text).split(";") if source
    }


def _sources(pack: Pack, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the list of sources; one that is not there by its id alone."""
    listed = pack.tables["sources"]
    known = {row["source_id"]: row for row in listed.iter_rows(named=True)}
    for name in names:
        yield known.get(name) or {**dict.fromkeys(listed.columns), "source_id": name}


def trace_row(portal: Portal, book: Book, table_id: str, number: int) -> RowOrigin:
    """Return where one row comes from.

    What the row names itself comes first; then the rows of the pack's files behind its table that agree with
    it in every key column that both have (at least one beside the region).

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``, ``portal_table_unknown``, ``portal_row_unknown``.
    """
    lineage = read_lineage(portal, book, table_id)
    frame = portal.data.frame(book, table_id)
    if not 0 <= number < frame.height:
        raise InputRefused.of("portal_row_unknown", row=number + 1, table=table_id)
    one = frame.slice(number, 1)
    row = one.row(0, named=True)
    matched = []
    for file in lineage.files:
        found, keys = _match(portal.pack, file.name.removesuffix(FILE_END), row, lineage.card.columns)
        if keys and found.height:
            cited = tuple(_sources(portal.pack, sorted(_cited(found))))
            matched.append((file.name, found.height, keys, cited))
    return RowOrigin(row, number, tuple(_sources(portal.pack, sorted(_cited(one)))), tuple(matched))


def _match(
    pack: Pack, name: str, row: Mapping[str, Any], columns: tuple[ColumnSpec, ...]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the rows of a pack's table that agree with a row in all key columns of the same meaning."""
    frame, contract = pack.tables.get(name), PACK_TABLES.get(name)
    if frame is None or contract is None:
        return pl.DataFrame(), ()
    theirs = {spec.name: spec for spec in columns_of(contract)}
    keys = tuple(
        spec.name for spec in columns
        if spec.name in MATCH_COLUMNS and row[spec.name] is not None and spec.name in theirs
        and spec.dtype == theirs[spec.name].dtype
        and len({spec.vocabulary, theirs[spec.name].vocabulary} - {""}) < 2
    )  # fmt: skip
    if not set(keys) - {"region"}:
        return frame.clear(), ()
    return frame.filter(*[pl.col(key) == row[key] for key in keys]), keys
