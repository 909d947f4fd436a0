"""The follow-up record of a folder: ``follow_ups.csv``, which only grows, under a lock."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from dafeng.cities.contracts import FollowUps
from dafeng.cities.follow_up import FILE, check_history, list_standing, record_step, start_notice
from dafeng.errors import InputRefused
from dafeng.files import read_bytes
from dafeng.parsing import parse_csv
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.lock import hold_lock
from dafeng.table import empty_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    import polars as pl

    from dafeng.cities.follow_up import NoticeStep, Row

LOCK = ".follow_ups.lock"


def read_follow_ups(folder: Path, *, must_exist: bool = True) -> pl.DataFrame:
    """Return the record of a folder, checked row by row.

    Raises
    ------
    InputRefused
        ``file_missing`` unless it may be missing, defects of the CSV, steps that cannot follow each other.
    """
    path = folder / FILE
    if not must_exist and not path.exists():
        return empty_table(FollowUps)
    history = parse_csv(read_bytes(path), FollowUps, FILE, allow_no_rows=True).frame
    problems = check_history(history)
    if problems:
        raise InputRefused(problems)
    return history


def record_notice(folder: Path, step: NoticeStep) -> pl.DataFrame:
    """Append one step to the record of a folder; return its rows of that notice.

    Raises
    ------
    InputRefused
        As :func:`read_follow_ups` and :func:`dafeng.cities.follow_up.record_step`.
    """
    history = _change_record(folder, lambda before: record_step(before, step), must_exist=True)
    return history.filter(history["notice_id"] == step.notice_id)


def start_notices(folder: Path, drafts: Sequence[Row]) -> pl.DataFrame:
    """Append the drafts that the record of a folder lacks; return the record."""

    def add_all(history: pl.DataFrame) -> pl.DataFrame:
        for first in drafts:
            history = start_notice(history, first)
        return history

    return _change_record(folder, add_all, must_exist=False)


def list_notices(folder: Path, day: date) -> pl.DataFrame:
    """Return where each notice of a folder stands on a day (:func:`list_standing`)."""
    return list_standing(read_follow_ups(folder), day)


def _change_record(
    folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame], *, must_exist: bool
) -> pl.DataFrame:
    """Read, change and write the record while no other process can."""
    if must_exist and not folder.is_dir():
        raise InputRefused.of("file_missing", file=folder / FILE)
    with hold_lock(folder / LOCK):
        before = read_follow_ups(folder, must_exist=must_exist)
        after = change(before)
        if after.height != before.height or not (folder / FILE).exists():
            stream = BytesIO()
            after.write_csv(stream)
            write_bytes_atomically(folder / FILE, stream.getvalue())
    return after
