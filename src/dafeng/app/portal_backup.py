"""Backup: database, attachments, results and settings of one portal in one file."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dafeng.app.portal_health import SYSTEM
from dafeng.app.register_book import require
from dafeng.errors import InputRefused
from dafeng.settings import FILE_NAME
from dafeng.store.backup_archive import write_archive
from dafeng.store.lock import hold_lock
from dafeng.store.workspace import LOCK, MANIFEST, Manifest
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.register_book import Book
    from dafeng.crypto import SuiteName

FORMAT = 1
"""Of the manifest; a later one is refused."""
WAIT_S = 600.0
"""How long a backup waits for a run that writes the results. [s]"""
ATTACHMENTS, RESULTS = "attachments", "workspace"


@dataclass(frozen=True, slots=True)
class BackupWish:
    """What to back up, and whither.

    Parameters
    ----------
    out : Path
        File to write.
    workspace : Path
        Folder of the results.
    passphrase : str, optional
        Seals the file.
    suite : {"international", "national"}
        Algorithms of the seal.
    """

    out: Path
    workspace: Path
    passphrase: str | None = None
    suite: SuiteName = "international"


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """What a backup holds.

    Parameters
    ----------
    out : Path
        The file.
    size_bytes : int
        Its size. [B]
    rows, attachments, results : int
        Rows of the database; files of attachments; files of results.
    """

    out: Path
    size_bytes: int
    rows: int
    attachments: int
    results: int


def make_backup(book: Book, wish: BackupWish) -> BackupSummary:
    """Write a backup; the portal goes on meanwhile.

    The database is copied in one state first, the attachments after it: their files never change, so that
    every file that the copy names is there. The results are copied while no run may write them.

    Parameters
    ----------
    book : Book
        In the name of who asks; its database and attachments are backed up.
    wish : BackupWish
        What and whither.

    Raises
    ------
    InputRefused
        ``access_refused``, ``output_not_writable``, ``lock_busy``, ``backup_attachment_missing``.
    """
    from dafeng.store.database import head_of  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_dump import dump_database  # noqa: PLC0415 (sqlalchemy)

    require(book, "back_up", SYSTEM)
    with _shelter(wish.out) as shelter:
        head = head_of(book.database)
        dump = dump_database(book.database, shelter)
        entries = {path.relative_to(shelter).as_posix(): path for path in _files_of(shelter)}
        attachments = _attachments_of(book)
        results = _copy_results(wish.workspace, shelter / RESULTS)
        entries |= {f"{ATTACHMENTS}/{name}": path for name, path in attachments.items()}
        entries |= {f"{RESULTS}/{name}": path for name, path in results.items()}
        if Path(FILE_NAME).is_file():
            entries[FILE_NAME] = Path(FILE_NAME)
        about: dict[str, Any] = {
            "format": FORMAT, "software": __version__, "made_at": book.now(), "made_by": book.actor,
            "pack": book.pack.config.pack.id, "dialect": dump.dialect, "edition": dump.edition,
            "rows": dict(dump.rows), "head_before": head,
        }  # fmt: skip
        write_archive(wish.out, entries, about, wish.passphrase, wish.suite)
    wish.out.chmod(0o600)  # it holds everything
    rows, size = sum(dump.rows.values()), wish.out.stat().st_size
    return BackupSummary(wish.out, size, rows, len(attachments), len(results))


@contextmanager
def _shelter(out: Path) -> Iterator[Path]:
    """Give a hidden folder beside the file; what stands in it is removed.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(
            prefix=f".{out.name}.", dir=out.parent, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=out, reason=error.strerror or error) from error
    with folder as name:
        yield Path(name)


def _attachments_of(book: Book) -> dict[str, Path]:
    """Return the files of attachments by their names in the folder.

    Raises
    ------
    InputRefused
        ``backup_attachment_missing``: the database names a file that is not there.
    """
    from dafeng.store.database.portal_dump import read_attachment_hashes  # noqa: PLC0415 (sqlalchemy)

    folder = book.attachments
    found = {path.relative_to(folder).as_posix(): path for path in _files_of(folder)}
    missing = [
        digest for digest in read_attachment_hashes(book.database) if f"{digest[:2]}/{digest}" not in found
    ]
    if missing:
        raise InputRefused.of("backup_attachment_missing", count=len(missing), first=missing[0])
    return found


def _copy_results(workspace: Path, folder: Path) -> dict[str, Path]:
    """Copy the files of the last run while no other run may write them; none before the first run."""
    if not (workspace / MANIFEST).is_file():
        return {}
    with hold_lock(workspace / LOCK, WAIT_S):
        manifest = Manifest.model_validate_json((workspace / MANIFEST).read_bytes())
        names = [MANIFEST, *(name for record in manifest.stages.values() for name in record.files)]
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(workspace / name, folder / name)
    return {name: folder / name for name in names}


def _files_of(folder: Path) -> list[Path]:
    """Return the plain files under a folder; half-written ones of others are hidden and left out."""
    return [
        path for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    ]  # fmt: skip
