"""The process that does the runs of a workspace, one after the other (``dafeng work``)."""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dafeng.app.portal_runs import HANDED, hold_worker_lock, log_of
from dafeng.errors import DafengError, Interrupted
from dafeng.job import Job, Progress
from dafeng.period import CST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.run import RunSummary
    from dafeng.store.database import Database
    from dafeng.store.database.portal_jobs import JobRecord, JobState

LOOK_S = 1.0
"""How often the process asks whether its run shall stop. [s]"""
GRACE_S = 20.0
"""How long a run may take to its next safe point after it was asked to stop; then the process ends. [s]"""
WRITE_S = 0.5
"""Least time between two notes of progress of the same stage. [s]"""
FINDINGS_TOLD = 50


@dataclass(slots=True)
class _Watch:
    """Writes progress of a run and looks whether it shall stop.

    Parameters
    ----------
    database : Database
        Where.
    job_id : str
        The run.
    """

    database: Database
    job_id: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _last: tuple[str, float] = ("", 0.0)

    def report(self, event: Progress) -> None:
        """Write progress: each stage once, within a stage now and then."""
        from dafeng.store.database.portal_jobs import advance_job  # noqa: PLC0415 (sqlalchemy)

        stage, at = self._last
        moment = time.monotonic()
        if event.stage == stage and moment - at < WRITE_S:
            return
        if event.stage != stage:
            _tell(f"{event.stage} {event.done}/{event.total}")
        self._last = (event.stage, moment)
        if advance_job(self.database, self.job_id, event.stage, event.done, event.total) == "cancelling":
            self.cancelled.set()

    def look(self) -> None:
        """Look whether the run shall stop, until it is over; end the process if the run does not stop."""
        from dafeng.store.database.portal_jobs import end_job, state_of_job  # noqa: PLC0415 (sqlalchemy)

        asked = None
        while not self.over.wait(LOOK_S):
            try:
                if state_of_job(self.database, self.job_id) == "cancelling":
                    self.cancelled.set()
                    asked = asked or time.monotonic()
                if asked is not None and time.monotonic() - asked > GRACE_S:
                    _tell("cancelled at no safe point")
                    end_job(self.database, self.job_id, "cancelled", _now())
                    os._exit(Interrupted.exit_code)  # the old results are untouched: new ones stand beside
            except DafengError as error:  # a busy database is asked again
                _tell(error.text("en"))


def work_off(database: Database, workspace: Path) -> int:
    """Do the runs that wait for a workspace, the oldest first, until none is left.

    Where another process does so already, this one leaves at once: the other looks again after it has given
    the lock back.

    Parameters
    ----------
    database : Database
        Where the runs stand.
    workspace : Path
        Folder of the results.

    Returns
    -------
    int
        How many were done.
    """
    from dafeng.store.database.portal_jobs import (  # noqa: PLC0415 (sqlalchemy)
        count_open_jobs,
        interrupt_jobs,
        take_job,
    )

    root, count = workspace.resolve(), 0
    place, worker = str(root), f"{platform.node()}:{os.getpid()}"
    handed = os.environ.pop(HANDED, None)
    while handed or count_open_jobs(database, place)["waiting"]:
        held, handed = _take_handed(handed) if handed else hold_worker_lock(root), None
        if held is None:
            return count
        try:
            interrupt_jobs(database, place, _now())  # whoever held the lock before has ended
            while (record := take_job(database, place, worker, _now())) is not None:
                _do_run(database, root, record)
                count += 1
        finally:
            os.close(held)
    return count


def _take_handed(text: str) -> int:
    """Return the descriptor of the lock that the portal handed over; its own children do not get it."""
    descriptor = int(text)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the function takes no name
    return descriptor


def _do_run(database: Database, root: Path, record: JobRecord) -> None:
    """Do one run and write how it ended; an interrupt is written too, and goes on."""
    from dafeng.store.database.portal_jobs import end_job  # noqa: PLC0415 (sqlalchemy)

    watch = _Watch(database, record.job_id)
    looking = threading.Thread(target=watch.look, daemon=True)
    state: JobState = "interrupted"
    outcome: dict[str, Any] | None = None
    with _log_into(log_of(root, record.job_id)):
        _tell(f"run {record.job_id} {dict(record.request)}")
        looking.start()
        try:
            outcome, state = _describe(_run(root, record, Job(watch.report, watch.cancelled))), "done"
        except Interrupted:
            state = "cancelled"
        except DafengError as error:
            state, outcome = "failed", _describe_refusal(error)
            _tell(error.text("zh"))
            _tell(error.text("en"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is written down
            state, outcome = "failed", {"defect": type(error).__name__}
            _tell(traceback.format_exc())
        finally:
            watch.over.set()
            _tell(f"{state}")
            end_job(database, record.job_id, state, _now(), outcome)
            looking.join()


def _run(root: Path, record: JobRecord, job: Job) -> RunSummary:
    from dafeng.app.run import RunRequest, run  # noqa: PLC0415 - all stages

    asked = record.request
    request = RunRequest(
        str(asked["pack"]), root, date.fromisoformat(asked["as_of"]), bool(asked["accept_findings"]),
        frozenset(asked["parts"]),
    )  # fmt: skip
    return run(request, job)


def _describe(summary: RunSummary) -> dict[str, Any]:
    return {
        "totals_version": summary.totals_version, "computed": list(summary.computed),
        "kept": list(summary.kept), "verdicts": summary.verdicts, "findings": summary.findings,
        "not_run": list(summary.not_run), "latest_total": summary.latest_total,
    }  # fmt: skip


def _describe_refusal(error: DafengError) -> dict[str, Any]:
    told = error.findings[:FINDINGS_TOLD]
    return {
        "findings": [{"code": one.code, "zh": one.text("zh"), "en": one.text("en")} for one in told],
        "more": max(0, len(error.findings) - FINDINGS_TOLD),
    }  # fmt: skip


@contextmanager
def _log_into(path: Path) -> Iterator[None]:
    """Let everything that the process says, also its libraries, go into a log file."""
    kept = [(stream, os.dup(number)) for number, stream in ((1, sys.stdout), (2, sys.stderr))]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        _redirect(descriptor, descriptor)
        yield
    finally:
        _redirect(kept[0][1], kept[1][1])
        for one in (descriptor, *(number for _, number in kept)):
            os.close(one)


def _redirect(out: int, error: int) -> None:
    for stream, number, target in ((sys.stdout, 1, out), (sys.stderr, 2, error)):
        stream.flush()
        os.dup2(target, number)


def _tell(text: str) -> None:
    """Write a line with its time into the log."""
    os.write(2, f"{_now()} {text}\n".encode("utf-8", "replace"))


def _now() -> str:
    return datetime.now(CST).isoformat(timespec="seconds")
