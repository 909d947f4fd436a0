"""The results of the last run as an actor may see them: tables, rows and the context of pages."""

from __future__ import annotations

import io
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.portal_cells import guard_cells
from dafeng.app.portal_release import Reach, filter_rows, reach_of, shared_regions
from dafeng.app.run import report_meta
from dafeng.app.tables import TABLES, name_tables
from dafeng.errors import InputRefused
from dafeng.provenance import Step, hash_bytes
from dafeng.report import ReportContext
from dafeng.store.workspace import MANIFEST, Manifest
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.pack import Pack
    from dafeng.result import NamedTable

MOST_FRAMES = 400
MOST_CONTEXTS = 32


@dataclass(frozen=True, slots=True)
class Edition:
    """One finished run.

    Parameters
    ----------
    id : str
        Hash of its manifest: what pages and answers are cached by.
    manifest : Manifest
        What it wrote.
    """

    id: str
    manifest: Manifest

    def table_ids(self) -> list[str]:
        """Return the ids of its tables, sorted."""
        return sorted(str(one["id"]) for record in self.manifest.stages.values() for one in record.tables)


@dataclass(slots=True)
class PortalData:
    """The workspace of the portal; a run that ends is seen by the next request.

    Parameters
    ----------
    root : Path
        Folder of the results.
    pack : Pack
        The province as data.
    """

    root: Path
    pack: Pack
    _seen: tuple[int, int] | None = None
    _edition: Edition | None = None
    _frames: OrderedDict[tuple[str, str], pl.DataFrame] = field(default_factory=OrderedDict, repr=False)
    _contexts: OrderedDict[tuple[str, Reach], ReportContext] = field(default_factory=OrderedDict, repr=False)
    _visible: OrderedDict[tuple[str, Reach], list[str]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def edition(self) -> Edition | None:
        """Return the last finished run; None before the first."""
        path = self.root / MANIFEST
        with self._lock:
            try:
                stat = path.stat()
                mark = (stat.st_mtime_ns, stat.st_size)
                if mark != self._seen:
                    raw = path.read_bytes()
                    self._edition = Edition(hash_bytes(raw)[:16], Manifest.model_validate_json(raw))
                    self._seen = mark
            except (
                OSError,
                ValueError,
            ):  # there is none, or nobody can read it: :meth:`require_edition` tells
                self._edition, self._seen = None, None
            return self._edition

    def require_edition(self) -> Edition:
        """Return the last finished run.

        Raises
        ------
        InputRefused
            ``portal_workspace_missing``; ``portal_workspace_damaged``: its manifest cannot be read.
        """
        edition = self.edition()
        if edition is not None:
            return edition
        path = self.root / MANIFEST
        code = "portal_workspace_damaged" if os.path.lexists(path) else "portal_workspace_missing"
        raise InputRefused.of(code, path=MANIFEST)

    def visible_tables(self, book: Book) -> list[str]:
        """Return the ids of the tables that the actor may see, sorted."""
        edition = self.edition()
        if edition is None:
            return []
        reach = reach_of(book)
        key = (edition.id, reach)
        with self._lock:
            if key not in self._visible:
                self._visible[key] = [name for name in edition.table_ids() if reach.sees(name)]
            while len(self._visible) > MOST_CONTEXTS:
                self._visible.popitem(last=False)
            return list(self._visible[key])

    def frame(self, book: Book, table_id: str) -> pl.DataFrame:
        """Return the rows of a table that the actor may see.

        Raises
        ------
        InputRefused
            ``portal_workspace_missing``; ``portal_table_unknown``, also for a table that he may not see.
        """
        edition = self.require_edition()
        visible = self.visible_tables(book)
        if table_id not in visible:
            raise InputRefused.of(
                "portal_table_unknown", table=table_id, suggestion=Suggestion(table_id, visible)
            )
        return self._filtered(edition, table_id, reach_of(book), book.regions)

    def context(self, book: Book) -> ReportContext:
        """Return what pages are drawn from, with the tables and rows that the actor may see.

        Raises
        ------
        InputRefused
            ``portal_workspace_missing``.
        """
        edition, reach = self.require_edition(), reach_of(book)
        key = (edition.id, reach)
        with self._lock:
            if key in self._contexts:
                return self._contexts[key]
        names = self.visible_tables(book)
        seen = set(names)
        tables = _LazyTables(names, lambda name: self._filtered(edition, name, reach, book.regions))
        steps = tuple(
            Step(**described)
            for record in edition.manifest.stages.values()
            if any(one["id"] in seen for one in record.tables)
            for described in record.steps
        )
        meta = report_meta(self.pack, edition.manifest.as_of, edition.manifest.not_run)
        if not meta.map_approval and not reach.regions("map", "internal"):  # 审图号: no map for the public
            meta = replace(meta, map_closed=True)
        context = ReportContext(meta, tables, steps)
        with self._lock:
            self._contexts[key] = context
            while len(self._contexts) > MOST_CONTEXTS:
                self._contexts.popitem(last=False)
        return context

    def whole_frame(self, table_id: str) -> pl.DataFrame:
        """Return all rows of a table: for the program itself, never for an answer."""
        return self._read(self.require_edition(), table_id)

    def _filtered(self, edition: Edition, table_id: str, reach: Reach, regions: pl.DataFrame) -> pl.DataFrame:
        kept = filter_rows(self._read(edition, table_id), table_id, reach, self.pack, regions)
        homes = shared_regions(self.pack)
        return guard_cells(kept, table_id, reach, lambda name: self._read(edition, name), homes)

    def _read(self, edition: Edition, table_id: str) -> pl.DataFrame:
        key = (edition.id, table_id)
        with self._lock:
            if key in self._frames:
                self._frames.move_to_end(key)
                return self._frames[key]
        frame = _read_whole(self.root, edition.manifest, f"tables/{table_id}.parquet")
        with self._lock:
            self._frames[key] = frame
            while len(self._frames) > MOST_FRAMES:
                self._frames.popitem(last=False)
        return frame


def _read_whole(root: Path, manifest: Manifest, name: str) -> pl.DataFrame:
    """Return a table of a run; never one of another run that is just moved into its place.

    Raises
    ------
    InputRefused
        ``portal_file_changed``.
    """
    expected = next((one.files[name] for one in manifest.stages.values() if name in one.files), "")
    try:
        raw = (root / name).read_bytes()
    except OSError as error:
        raise InputRefused.of("portal_file_changed", file=name) from error
    if hash_bytes(raw) != expected:
        raise InputRefused.of("portal_file_changed", file=name)
    return pl.read_parquet(io.BytesIO(raw))


class _LazyTables(Mapping[str, "NamedTable"]):
    """Tables that are read when a page asks for them."""

    def __init__(self, names: list[str], read: object) -> None:
        self._names = tuple(name for name in names if name in TABLES)
        self._read = read
        self._made: dict[str, NamedTable] = {}

    def __getitem__(self, name: str) -> NamedTable:
        """Return a table.

        Raises
        ------
        KeyError
            If it is not there for the actor.
        """
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            self._made |= name_tables({name: self._read(name)})  # type: ignore[operator]
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)
