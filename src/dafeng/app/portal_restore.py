"""Restore: a backup becomes a portal again, as it was, or nothing is changed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dafeng.app.portal_backup import ATTACHMENTS, FORMAT, RESULTS
from dafeng.app.register_attach import locate_attachment
from dafeng.app.register_book import BookRequest, open_book
from dafeng.errors import InputRefused
from dafeng.period import CST
from dafeng.settings import FILE_NAME
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.backup_archive import read_archive
from dafeng.store.workspace import MANIFEST

if TYPE_CHECKING:
    from dafeng.store.database import Database


@dataclass(frozen=True, slots=True)
class RestoreWish:
    """What to restore, and whither.

    Parameters
    ----------
    backup : Path
        The file.
    pack : str
        Name or folder of the pack.
    database_url : str
        URL, or path of a SQLite file.
    workspace, attachments : Path
        Folders.
    passphrase : str, optional
        Of a sealed backup.
    replace : bool
        Put aside what stands there (``….before-TIME``) instead of refusing. A PostgreSQL database has to be
        empty all the same.
    """

    backup: Path
    pack: str
    database_url: str
    workspace: Path
    attachments: Path
    passphrase: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class RestoreSummary:
    """What was restored.

    Parameters
    ----------
    made_at, made_by : str
        Of the backup.
    rows, attachments, results : int
        Rows of the database; files of attachments; files of results.
    aside : tuple of Path
        What stood there before and was put aside.
    """

    made_at: str
    made_by: str
    rows: int
    attachments: int
    results: int
    aside: tuple[Path, ...]


def restore_backup(wish: RestoreWish) -> RestoreSummary:
    """Restore a backup; the portal must not run.

    Everything is unpacked and checked beside its place first: hashes of all files, the number of rows of
    every table, and the chain of the history. Who was signed in has to sign in again.

    Raises
    ------
    InputRefused
        ``backup_damaged``, ``backup_sealed``, ``sealed_refused``, ``backup_newer``, ``backup_other_pack``,
        ``backup_other_database``, ``restore_target_not_empty``, ``restore_database_open``,
        ``restore_not_whole``, ``restore_table_unknown``; whatever the database says.
    """
    from dafeng.store.database.connection import parse_url  # noqa: PLC0415 (sqlalchemy)

    address = parse_url(wish.database_url)
    is_file = address.drivername == "sqlite"
    target = Path(str(address.database)) if is_file else None
    _refuse_occupied(wish, target)
    near = (target or wish.workspace.absolute()).parent
    near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".dafeng-restore-", dir=near) as name:
        folder = Path(name) / "unpacked"
        folder.mkdir()
        manifest = read_archive(wish.backup, folder, wish.passphrase)
        _refuse_foreign(wish, manifest, "sqlite" if is_file else "postgresql")
        aside: list[Path] = []
        if target is not None:
            _check_file(folder, manifest, target)
        # before the database that names them; what is there of them without it harms nobody
        attachments = _restore_attachments(folder / ATTACHMENTS, wish.attachments)
        if target is not None:
            _place_file(folder, target, aside)
        else:
            _restore_server(wish, folder, manifest)
        results = _restore_results(folder / RESULTS, wish.workspace, aside)
        _restore_settings(folder / FILE_NAME)
    rows = sum(manifest["rows"].values())
    return RestoreSummary(manifest["made_at"], manifest["made_by"], rows, attachments, results, tuple(aside))


def _refuse_occupied(wish: RestoreWish, target: Path | None) -> None:
    """Refuse to restore over something, unless told to put it aside."""
    places = [place for place in (target, wish.workspace / MANIFEST) if place is not None and place.exists()]
    if places and not wish.replace:
        raise InputRefused.of("restore_target_not_empty", path=places[0])


def _refuse_foreign(wish: RestoreWish, manifest: dict[str, Any], dialect: str) -> None:
    """Refuse a backup of a later dafeng, of another province, of another kind of database."""
    from dafeng.pack import read_pack  # noqa: PLC0415 - read once the file is known to be whole
    from dafeng.store.database.editions import EDITION  # noqa: PLC0415 (sqlalchemy)

    if manifest["format"] > FORMAT or manifest["edition"] > EDITION:
        raise InputRefused.of("backup_newer", software=manifest["software"])
    pack = read_pack(wish.pack).config.pack.id
    if manifest["pack"] != pack:
        raise InputRefused.of("backup_other_pack", found=manifest["pack"], pack=pack)
    if manifest["dialect"] != dialect:
        raise InputRefused.of("backup_other_database", found=manifest["dialect"], wanted=dialect)


def _check_file(folder: Path, manifest: dict[str, Any], target: Path) -> None:
    from dafeng.store.database import open_database  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_dump import SQLITE_FILE, count_rows  # noqa: PLC0415 (sqlalchemy)

    fresh = folder / SQLITE_FILE
    before = _count_sqlite(fresh)
    if before != manifest["rows"]:
        raise InputRefused.of("restore_not_whole", reason=_differing(before, manifest["rows"]))
    fresh.chmod(0o600)
    with open_database(str(fresh)) as database:  # an older edition is brought up to this one
        after = count_rows(database)
        _verify(database, {name: after.get(name, -1) for name in before}, before)
    with closing(sqlite3.connect(fresh)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")  # as every database of ours; the copy was one file
    if target.exists():
        _refuse_open(target)


def _place_file(folder: Path, target: Path, aside: list[Path]) -> None:
    from dafeng.store.database.portal_dump import SQLITE_FILE  # noqa: PLC0415 (sqlalchemy)

    if target.exists():
        _refuse_open(target)
        aside.append(_put_aside(target))
    (folder / SQLITE_FILE).replace(target)


def _restore_server(wish: RestoreWish, folder: Path, manifest: dict[str, Any]) -> None:
    from dafeng.store.database import open_database  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.editions import EDITION  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_dump import (  # noqa: PLC0415 (sqlalchemy)
        count_rows,
        holds_work,
        load_tables,
    )

    if manifest["edition"] != EDITION:
        raise InputRefused.of("backup_other_database", found=manifest["edition"], wanted=EDITION)
    with open_database(wish.database_url) as database:
        if holds_work(database):
            raise InputRefused.of("restore_target_not_empty", path=database.name)
    open_book(BookRequest(wish.pack, wish.database_url, "public")).close()  # makes the tables of registers
    with open_database(wish.database_url) as database:
        load_tables(database, folder, manifest["rows"])
        found = count_rows(database)
        _verify(database, {name: found.get(name, -1) for name in manifest["rows"]}, manifest["rows"])


def _verify(database: Database, found: dict[str, int], wanted: dict[str, int]) -> None:
    """Refuse a database that is not what was backed up; end the sessions of one that is.

    Raises
    ------
    InputRefused
        ``restore_not_whole``.
    """
    from dafeng.store.database import verify_history  # noqa: PLC0415 (sqlalchemy)
    from dafeng.store.database.portal_dump import end_sessions  # noqa: PLC0415 (sqlalchemy)

    if found != wanted:
        raise InputRefused.of("restore_not_whole", reason=_differing(found, wanted))
    altered = verify_history(database)
    if altered:
        raise InputRefused.of("restore_not_whole", reason=altered[0].text("en"))
    end_sessions(database, datetime.now(CST).isoformat(timespec="seconds"))


def _differing(found: dict[str, int], wanted: dict[str, int]) -> str:
    names = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    return ", ".join(f"{name}: {found.get(name)} / {wanted.get(name)}" for name in names[:5])


def _count_sqlite(path: Path) -> dict[str, int]:
    import sqlalchemy as sa  # noqa: PLC0415 (sqlalchemy)

    from dafeng.store.database.portal_dump import count_all  # noqa: PLC0415 (sqlalchemy)

    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    try:
        with engine.connect() as connection:
            return count_all(connection)
    finally:
        engine.dispose()


def _refuse_open(target: Path) -> None:
    """Refuse a SQLite file that somebody has open: its log stays beside it when we close it."""
    with closing(sqlite3.connect(target)) as raw:
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if target.with_name(f"{target.name}-wal").exists():
        raise InputRefused.of("restore_database_open", path=target)


def _restore_attachments(source: Path, folder: Path) -> int:
    """Add the files of attachments; their names are their hashes, so that nothing is overwritten."""
    count = 0
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            kept = locate_attachment(folder, path.name)
            count += 1
            if not (kept.is_file() and kept.stat().st_size == path.stat().st_size):
                write_bytes_atomically(kept, path.read_bytes())
    return count


def _restore_results(source: Path, workspace: Path, aside: list[Path]) -> int:
    if not source.is_dir():
        return 0
    if (workspace / MANIFEST).exists():
        aside.append(_put_aside(workspace))
    names = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    for name in sorted(names, key=lambda one: one.name == MANIFEST):  # the manifest last
        place = workspace / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source / name, place)
    return len(names)


def _restore_settings(source: Path) -> None:
    """Put the settings in place; those that stand are not touched, the restored ones stand beside them."""
    if source.is_file():
        name = f"{FILE_NAME}.restored" if Path(FILE_NAME).exists() else FILE_NAME
        write_bytes_atomically(Path(name), source.read_bytes())


def _put_aside(path: Path) -> Path:
    stamp = datetime.now(CST).strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.name}.before-{stamp}")
    path.rename(kept)
    return kept
