"""kill -9 while rows are filed, changed, attached to and stepped, and while a backup is written."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

import dafeng
from dafeng.app.portal_restore import RestoreWish, restore_backup
from dafeng.app.register_attach import locate_attachment
from dafeng.store.database import read_history, read_rows, verify_history
from dafeng.store.database.portal_dump import read_attachment_hashes

from .conftest import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.register_book import Book

SOURCE = Path(dafeng.__file__).parent.parent
SCRIPT = Path(__file__).parent / "killed_writers.py"


def work_and_die(act: str, folder: Path, pack: Path, after: int, pause_s: float) -> int:
    """Let a process work, kill it some time after so many pieces; return how many it said were done."""
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), act, str(folder), str(pack), str(REGISTERS)],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}, stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline()
        time.sleep(pause_s)
        process.send_signal(signal.SIGKILL)
        return after + len(process.stdout.read().splitlines())


@pytest.mark.slow
def test_nothing_is_half_done_after_a_kill(
    books: Callable[[str], Book], tiny_pack: Path, tmp_path: Path
) -> None:
    book = books("root")
    done = work_and_die("file", tmp_path, tiny_pack, 3, 0.037)
    assert verify_history(book.database) == ()
    found = read_rows(book.database, book.library.register("plants")).filter(
        pl.col("code").str.starts_with("K")
    )
    assert found.height in {done, done + 1}, "the last one may have been filed, and not said"
    whole = found.filter(pl.col("code").is_in([f"K{number}" for number in range(done)]))
    assert set(whole["state"]) == {"under_way"}
    assert set(whole["capacity_mw"]) == {12.0}
    history = read_history(book.database, register_id="plants")
    for row in found.iter_rows(named=True):
        assert history.filter(pl.col("row_id") == row["row_id"])["version"].max() == row["version"]
    hashes = read_attachment_hashes(book.database)
    assert len(hashes) >= done
    for digest in hashes:
        content = locate_attachment(book.attachments, digest).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


@pytest.mark.slow
def test_a_backup_that_is_killed_leaves_the_one_before(
    books: Callable[[str], Book], tiny_pack: Path, tmp_path: Path
) -> None:
    books("root")
    work_and_die("back_up", tmp_path, tiny_pack, 1, 0.11)
    new = tmp_path / "new"
    back = RestoreWish(
        tmp_path / "backup.dfb", str(tiny_pack), str(new / "d.sqlite"), new / "out", new / "files"
    )
    assert restore_backup(back).rows > 0
