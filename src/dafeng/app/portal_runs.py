"""Runs that are started from the portal: asked for here, done by a process of their own (:mod:`portal_work`).

What is asked for stands in the database and waits. One process a workspace takes what waits, piece by piece;
it holds a lock file while it lives, so that whoever looks can tell a run that goes on from one whose process
has ended. A run that was interrupted leaves the old results whole; started again, it keeps every stage that
was finished before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng.app.clock import parse_day
from dafeng.app.register_book import DATABASE_VARIABLE, locate_database, new_id, require
from dafeng.app.stages import SLOW_PARTS
from dafeng.errors import Finding, InputRefused
from dafeng.store import open_workspace
from dafeng.store.lock import open_lock, take_lock
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.store.database.portal_jobs import JobRecord

RUNS = "runs"
"""The resource of the permission relation: ``see``, ``start``, ``cancel``."""
FOLDER = ".jobs"
"""Folder of the workspace with the lock and the logs of runs."""
LOCK = "worker.lock"
MOST_OPEN = 5
"""Most runs of one workspace that wait or run at a time."""
HANDED = "DAFENG_WORK_LOCK"
"""Environment variable with the descriptor of the lock that is handed over."""
REST_S = 30.0
"""How long after the start of a process no other is started by one who only looks. [s]"""
LOG_TOLD = 20_000
"""How much of the end of a log is shown. [B]"""


@dataclass(frozen=True, slots=True)
class RunWish:
    """What to run; the pack and the workspace are those of the portal.

    Parameters
    ----------
    as_of : str, optional
        Day of the verdicts; default: today.
    parts : frozenset of str
        Slow parts that are wanted: ``ensemble``, ``power``.
    accept_findings : bool
        Compute in spite of implausible values.
    """

    as_of: str | None = None
    parts: frozenset[str] = field(default_factory=frozenset)
    accept_findings: bool = False


def start_run(portal: Portal, book: Book, wish: RunWish) -> JobRecord:
    """Ask for a run; it begins as soon as the workspace is free.

    Parameters
    ----------
    portal : Portal
        Whose pack and workspace.
    book : Book
        In the name of who asks.
    wish : RunWish
        What to run.

    Returns
    -------
    JobRecord
        It waits.

    Raises
    ------
    InputRefused
        ``access_refused``, ``run_part_unknown``, ``date_invalid``, ``portal_runs_full``,
        ``output_not_writable``.
    """
    from dafeng.store.database.portal_jobs import JobRecord, add_job  # noqa: PLC0415 (sqlalchemy)

    require(book, "start", RUNS)
    unknown = sorted(wish.parts - set(SLOW_PARTS))
    if unknown:
        known = KnownNames(SLOW_PARTS)
        raise InputRefused(Finding("run_part_unknown", params={"name": n, "known": known}) for n in unknown)
    day = parse_day(wish.as_of) if wish.as_of else book.clock().date()
    asked = {
        "workspace": place_of(portal), "pack": portal.request.pack or portal.settings.pack,
        "as_of": day.isoformat(), "parts": sorted(wish.parts), "accept_findings": wish.accept_findings,
    }  # fmt: skip
    record = JobRecord(new_id(book), "run", asked, book.actor, "waiting", book.now())
    folder_of(portal.data.root)
    recover_runs(portal)
    if not add_job(book.database, record, most_open=MOST_OPEN, place=place_of(portal)):
        raise InputRefused.of("portal_runs_full", most=MOST_OPEN)
    start_worker(portal)
    return record


def read_runs(portal: Portal, book: Book, *, limit: int = 50, offset: int = 0) -> tuple[list[JobRecord], int]:
    """Return runs, the newest first, and how many there are in all.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    from dafeng.store.database.portal_jobs import read_jobs  # noqa: PLC0415 (sqlalchemy)

    require(book, "see", RUNS)
    recover_runs(portal)
    return read_jobs(book.database, limit=limit, offset=offset)


def read_run(portal: Portal, book: Book, job_id: str) -> JobRecord:
    """Return one run.

    Raises
    ------
    InputRefused
        ``access_refused``, ``portal_run_unknown``.
    """
    from dafeng.store.database.portal_jobs import find_job  # noqa: PLC0415 (sqlalchemy)

    require(book, "see", RUNS)
    recover_runs(portal)
    return _known(find_job(book.database, job_id), job_id)


def cancel_run(portal: Portal, book: Book, job_id: str) -> JobRecord:
    """Stop a run; one that has ended stays as it is. The old results stay whole.

    Raises
    ------
    InputRefused
        ``access_refused``, ``portal_run_unknown``.
    """
    from dafeng.store.database.portal_jobs import stop_job  # noqa: PLC0415 (sqlalchemy)

    require(book, "cancel", RUNS)
    recover_runs(portal)
    return _known(stop_job(book.database, job_id, book.now()), job_id)


def read_run_log(portal: Portal, book: Book, job_id: str) -> str:
    """Return the end of the log of a run; empty if it kept none here.

    Raises
    ------
    InputRefused
        ``access_refused``, ``portal_run_unknown``.
    """
    record = read_run(portal, book, job_id)
    path = log_of(portal.data.root, record.job_id)
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - LOG_TOLD))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""


def recover_runs(portal: Portal) -> int:
    """Mark runs whose process has ended as interrupted; see to it that what waits is taken.

    Returns
    -------
    int
        How many were marked.
    """
    from dafeng.store.database.portal_jobs import (  # noqa: PLC0415 (sqlalchemy)
        count_open_jobs,
        interrupt_jobs,
    )

    place = place_of(portal)
    if not any(count_open_jobs(portal.public.database, place).values()):
        return 0
    held = hold_worker_lock(portal.data.root)
    if held is None:
        return 0
    try:
        lost = interrupt_jobs(portal.public.database, place, portal.now())
        if lost:
            finish_files(portal.data.root)
        rested = time.time() - (portal.data.root / FOLDER / LOCK).stat().st_mtime > REST_S
    finally:
        os.close(held)
    if rested and count_open_jobs(portal.public.database, place)["waiting"]:
        start_worker(portal)
    return lost


def finish_files(root: Path) -> None:
    """Let the workspace be whole after a run whose process ended, also while it moved its files."""
    with suppress(InputRefused), open_workspace(root):  # a run of somebody else does so itself
        pass


def start_worker(portal: Portal) -> None:
    """Start the process that takes what waits, unless one is at work: that one looks again before it leaves.

    The lock is taken here and handed over to the process, so that there is never a second one. It belongs to
    a session of its own, so that it goes on when the portal is started anew. The address of the database,
    which may hold a password, goes by the environment.

    Raises
    ------
    OSError
        No process can be started.
    """
    root = portal.data.root.resolve()
    held = hold_worker_lock(root)
    if held is None:
        return
    try:
        os.utime(folder_of(root) / LOCK)
        url = locate_database(portal.request.database_url)
        handed = {DATABASE_VARIABLE: url, HANDED: str(held), "PYTHONUTF8": "1"}
        with (folder_of(root) / "worker.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "dafeng", "work", "--workspace", str(root)],
                env={**os.environ, **handed}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=(held,),
            )  # fmt: skip
    finally:
        os.close(held)
    threading.Thread(target=process.wait, name="dafeng-worker-end", daemon=True).start()


def place_of(portal: Portal) -> str:
    """Return what names the workspace of a portal in the database."""
    return str(portal.data.root.resolve())


def folder_of(root: Path) -> Path:
    """Return the folder of the lock and the logs; it is made if it is missing.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=folder, reason=error.strerror or error) from error
    return folder


def log_of(root: Path, job_id: str) -> Path:
    """Return where the log of a run stands."""
    return root / FOLDER / f"{job_id}.log"


def hold_worker_lock(root: Path) -> int | None:
    """Take the lock of the process that runs; closing the descriptor gives it back. None if it is taken."""
    descriptor = open_lock(folder_of(root) / LOCK)
    if take_lock(descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _known(record: JobRecord | None, job_id: str) -> JobRecord:
    if record is None:
        raise InputRefused.of("portal_run_unknown", run=job_id[:40])
    return record
