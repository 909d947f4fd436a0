"""Files of the last run (report, workbook): whole or not at all, since nothing in them can be left out."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.portal_release import reach_of, release_of
from dafeng.errors import InputRefused
from dafeng.provenance import hash_bytes

if TYPE_CHECKING:
    from dafeng.app.portal import Portal
    from dafeng.app.portal_release import Reach
    from dafeng.app.register_book import Book

TABLES_FOLDER = "tables/"
LINE = {
    "name": pl.String, "stage": pl.String, "file_class": pl.String, "media_type": pl.String,
    "size_bytes": pl.Int64, "sha256": pl.String,
}  # fmt: skip


def list_files(portal: Portal, book: Book) -> pl.DataFrame:
    """Return the files of the last run beside its tables that the actor may have.

    A file was drawn from all tables of the run, so only who may see every row of every table gets it; the
    pages of the portal are drawn anew for everybody else.
    """
    edition = portal.data.edition()
    if edition is None:
        return pl.DataFrame(schema=LINE)
    reach = reach_of(book)
    whole = all(reach.sees_whole(table_id) for table_id in edition.table_ids())
    lines = [
        {
            "name": name, "stage": stage, "file_class": release_of(book, name).kind,
            "media_type": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "size_bytes": _size_of(portal, name), "sha256": digest,
        }
        for stage, record in edition.manifest.stages.items()
        for name, digest in sorted(record.files.items())
        if whole and not name.startswith(TABLES_FOLDER) and _may_have(reach, name)
    ]  # fmt: skip
    return pl.DataFrame(lines, schema=LINE, orient="row")


def _may_have(reach: Reach, name: str) -> bool:
    return reach.sees_whole(name)


def _size_of(portal: Portal, name: str) -> int | None:
    path = portal.data.root / name
    return path.stat().st_size if path.is_file() else None


def read_file(portal: Portal, book: Book, name: str) -> tuple[str, bytes]:
    """Return media type and content of a file of the last run, its hash checked.

    Raises
    ------
    InputRefused
        ``portal_file_unknown``, also for one that the actor may not have; ``portal_file_changed``: a run is
        writing it, or somebody else did.
    """
    found = list_files(portal, book).filter(pl.col("name") == name)
    if found.is_empty():
        raise InputRefused.of("portal_file_unknown", file=ascii(name)[1:-1][:200])
    row = found.row(0, named=True)
    path = portal.data.root / name
    content = path.read_bytes() if path.is_file() else b""
    if hash_bytes(content) != row["sha256"]:
        raise InputRefused.of("portal_file_changed", file=name)
    return str(row["media_type"]), content
