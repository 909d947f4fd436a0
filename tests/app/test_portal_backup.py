"""Backup and restore: the same totals afterwards, or a refusal that changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from dafeng.app.portal_backup import BackupWish, make_backup
from dafeng.app.portal_restore import RestoreWish, restore_backup
from dafeng.app.register_attach import attach_file, locate_attachment
from dafeng.app.register_book import BookRequest, open_book
from dafeng.errors import InputRefused
from dafeng.store.database import head_of, open_database, verify_history
from dafeng.store.database.editions import EDITION, read_edition
from dafeng.store.database.portal_dump import count_rows
from dafeng.store.lock import open_lock, take_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.register_book import Book

KEPT = {"manifest.json": b'{"stages": {}, "as_of": "2026-11-22"}'}


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(InputRefused) as error:
        call()
    return error.value.findings[0].code


@pytest.fixture
def wish(books: Callable[[str], Book], tmp_path: Path) -> BackupWish:
    """Give a portal with rows, an attachment and results."""
    paper = tmp_path / "验收.txt"
    paper.write_bytes(b"accepted")
    attach_file(books("root"), "plants", "P1/new", paper)
    for name, content in KEPT.items():
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_bytes(content)
    return BackupWish(tmp_path / "backups" / "b.dfb", tmp_path / "out")


@pytest.fixture
def back(wish: BackupWish, tiny_pack: Path, tmp_path: Path) -> RestoreWish:
    new = tmp_path / "new"
    return RestoreWish(
        wish.out, str(tiny_pack), str(new / "d.sqlite"), new / "out", new / "files", passphrase=None
    )


def change(path: Path, alter: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    """Write a backup anew after its manifest or its files were altered; the hashes fit."""
    with tarfile.open(path, "r:gz") as archive:
        files = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    manifest = json.loads(files.pop("manifest.json"))
    alter(manifest, files)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in [*files.items(), ("manifest.json", json.dumps(manifest).encode())]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def test_what_is_restored_is_what_was_backed_up(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish
) -> None:
    book = books("root")
    made = make_backup(book, wish)
    done = restore_backup(back)
    assert (done.rows, done.attachments, done.results) == (made.rows, made.attachments, 1)
    assert done.attachments == 1
    with open_database(back.database_url) as database:
        assert count_rows(database) == count_rows(book.database)
        assert head_of(database) == head_of(book.database)
        assert verify_history(database) == ()
    digest = next(path.name for path in book.attachments.rglob("*") if path.is_file())
    assert locate_attachment(back.attachments, digest).read_bytes() == b"accepted"
    assert (back.workspace / "manifest.json").read_bytes() == KEPT["manifest.json"]
    assert made.out.stat().st_mode & 0o077 == 0
    assert [path.name for path in made.out.parent.iterdir()] == [made.out.name]


def test_only_an_administrator_backs_up(books: Callable[[str], Book], wish: BackupWish) -> None:
    assert refused(lambda: make_backup(books("ann"), wish)) == "access_refused"
    assert not wish.out.exists()


@pytest.mark.parametrize("suite", ["international", "national"])
def test_a_sealed_backup_needs_its_passphrase(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, suite: Any
) -> None:
    make_backup(books("root"), replace(wish, passphrase="长城 1957", suite=suite))
    assert b"manifest.json" not in wish.out.read_bytes()
    assert refused(lambda: restore_backup(back)) == "backup_sealed"
    assert refused(lambda: restore_backup(replace(back, passphrase="x"))) == "sealed_refused"
    assert restore_backup(replace(back, passphrase="长城 1957")).attachments == 1


def test_a_damaged_backup_changes_nothing(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish
) -> None:
    make_backup(books("root"), wish)
    whole = wish.out.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (whole[:middle], whole[:-200], flipped, b"", b"PK\x03\x04" + whole[4:]):
        wish.out.write_bytes(damaged)
        assert refused(lambda: restore_backup(back)) == "backup_damaged"
    assert list(back.workspace.parent.rglob("*")) == []


def test_an_entry_that_leads_out_of_the_folder_is_refused(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, tmp_path: Path
) -> None:
    make_backup(books("root"), wish)
    for name in ("../evil", "/tmp/evil", "a/../../evil", "C:evil"):
        change(wish.out, lambda _manifest, files, name=name: files.update({name: b"x"}))  # type: ignore[misc]
        assert refused(lambda: restore_backup(back)) == "backup_damaged"
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_something_else_is_refused(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish
) -> None:
    for told, code in (
        ({"format": 99}, "backup_newer"), ({"edition": "9999"}, "backup_newer"),
        ({"pack": "elsewhere"}, "backup_other_pack"), ({"dialect": "postgresql"}, "backup_other_database"),
        ({"rows": {"batch": 1}}, "restore_not_whole"),
    ):  # fmt: skip
        make_backup(books("root"), wish)
        change(wish.out, lambda manifest, _files, told=told: manifest.update(told))  # type: ignore[misc]
        assert refused(lambda: restore_backup(back)) == code
        assert not (back.workspace.parent / "d.sqlite").exists()


def test_history_that_was_altered_is_not_restored(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, tmp_path: Path
) -> None:
    make_backup(books("root"), wish)

    def alter(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        copy = tmp_path / "altered.sqlite"
        copy.write_bytes(files["database.sqlite"])
        with closing(sqlite3.connect(copy)) as raw, raw:
            raw.execute("DROP TRIGGER event_keeps_update")
            raw.execute("UPDATE event SET after_json = replace(after_json, '厂', '场')")
        files["database.sqlite"] = copy.read_bytes()
        sha = hashlib.sha256(files["database.sqlite"]).hexdigest()
        manifest["files"]["database.sqlite"] = {"sha256": sha, "size_bytes": len(files["database.sqlite"])}

    change(wish.out, alter)
    assert refused(lambda: restore_backup(back)) == "restore_not_whole"


def test_what_stands_is_not_overwritten(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish
) -> None:
    make_backup(books("root"), wish)
    restore_backup(back)
    assert refused(lambda: restore_backup(back)) == "restore_target_not_empty"
    with open_database(back.database_url) as database, database.reading() as connection:
        connection.execute(sa.text("SELECT count(*) FROM batch"))
        assert refused(lambda: restore_backup(replace(back, replace=True))) == "restore_database_open"
    done = restore_backup(replace(back, replace=True))
    assert [path.exists() for path in done.aside] == [True, True]


def test_a_lost_attachment_is_told(books: Callable[[str], Book], wish: BackupWish) -> None:
    book = books("root")
    next(path for path in book.attachments.rglob("*") if path.is_file()).unlink()
    assert refused(lambda: make_backup(book, wish)) == "backup_attachment_missing"


def test_a_backup_waits_for_the_run_that_writes(
    books: Callable[[str], Book], wish: BackupWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dafeng.app.portal_backup.WAIT_S", 0.1)
    lock = open_lock(wish.workspace / ".lock")
    assert take_lock(lock)
    assert refused(lambda: make_backup(books("root"), wish)) == "lock_busy"
    os.close(lock)
    assert make_backup(books("root"), wish).results == 1


def test_a_backup_of_an_earlier_edition_is_brought_up(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, tmp_path: Path
) -> None:
    """The edition before the portal has no accounts, sessions, tokens, audit log and jobs."""
    book = books("root")
    make_backup(book, wish)

    def age(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        copy = tmp_path / "old.sqlite"
        copy.write_bytes(files["database.sqlite"])
        with closing(sqlite3.connect(copy)) as raw, raw:
            for name in ("account", "session", "token", "audit", "job"):
                raw.execute(f"DROP TABLE {name}")
                del manifest["rows"][name]
            raw.execute("UPDATE alembic_version SET version_num = '0002'")
        files["database.sqlite"] = copy.read_bytes()
        sha = hashlib.sha256(files["database.sqlite"]).hexdigest()
        manifest["files"]["database.sqlite"] = {"sha256": sha, "size_bytes": len(files["database.sqlite"])}
        manifest["edition"] = "0002"

    change(wish.out, age)
    restore_backup(back)
    with open_database(back.database_url) as database:
        assert head_of(database) == head_of(book.database)
        with database.reading() as connection:
            assert read_edition(connection) == EDITION
        assert count_rows(database) == count_rows(book.database)


@pytest.mark.slow
def test_a_server_is_backed_up_and_restored(
    postgres_server: Any, postgres_url: str, tiny_pack: Path, tmp_path: Path
) -> None:
    from dafeng.app.portal import PortalRequest, open_portal  # noqa: PLC0415
    from dafeng.app.portal_first_use import prepare_first_administrator  # noqa: PLC0415

    with open_portal(PortalRequest(tmp_path / "out", str(tiny_pack), postgres_url, tmp_path / "f")) as portal:
        prepare_first_administrator(portal)
        before = count_rows(portal.public.database)
        make_backup(portal.book_of("admin"), BackupWish(tmp_path / "b.dfb", tmp_path / "out"))
    postgres_server.psql("CREATE DATABASE restored")
    url = postgres_server.get_uri("restored")
    back = RestoreWish(tmp_path / "b.dfb", str(tiny_pack), url, tmp_path / "new", tmp_path / "newf")
    assert restore_backup(back).rows == sum(before.values())
    assert refused(lambda: restore_backup(back)) == "restore_target_not_empty"
    with open_book(BookRequest(str(tiny_pack), url, "admin")) as book:
        assert count_rows(book.database) == before
        assert book.roles == {"administrator"}
    postgres_server.psql("DROP DATABASE restored WITH (FORCE)")


def test_attachments_stand_before_the_database_that_names_them(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends between the two leaves no database with files that are not there."""
    make_backup(books("root"), wish)

    def end(_source: Path, _folder: Path) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("dafeng.app.portal_restore._restore_attachments", end)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(back)
    assert [path.name for path in back.workspace.parent.iterdir()] == []


def test_a_full_disk_is_not_a_damaged_backup(
    books: Callable[[str], Book], wish: BackupWish, back: RestoreWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(books("root"), wish)
    real = Path.open

    def fill(path: Path, mode: str = "r", **rest: Any) -> Any:
        return real(Path("/dev/full"), "wb") if mode == "xb" else real(path, mode, **rest)

    monkeypatch.setattr(Path, "open", fill)
    assert refused(lambda: restore_backup(back)) == "output_not_writable"
    assert [path.name for path in back.workspace.parent.iterdir()] == []
