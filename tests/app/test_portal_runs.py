"""Runs that the portal starts: who may, what is refused, what a killed process leaves."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from dafeng.app import portal_work
from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_runs import (
    LOCK,
    MOST_OPEN,
    RunWish,
    cancel_run,
    folder_of,
    hold_worker_lock,
    read_run,
    read_run_log,
    read_runs,
    start_run,
)
from dafeng.app.portal_work import work_off
from dafeng.errors import InputRefused, Interrupted
from dafeng.store.workspace import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.job import Job
    from dafeng.store.database.portal_jobs import JobRecord


@pytest.fixture
def small(tiny_pack: Path, tmp_path: Path) -> Iterator[Portal]:
    request = PortalRequest(
        tmp_path / "out", str(tiny_pack), str(tmp_path / "p.sqlite"), tmp_path / "attachments"
    )
    with open_portal(request) as opened:
        yield opened


@pytest.fixture
def busy(small: Portal) -> Iterator[Portal]:
    """Give a portal for whose workspace some process is at work, so that none is started."""
    held = hold_worker_lock(small.data.root)
    assert held is not None
    yield small
    os.close(held)


def code_of(error: pytest.ExceptionInfo[InputRefused]) -> str:
    return error.value.findings[0].code


def test_only_who_may_start_sees_and_stops_runs(portal: Portal) -> None:
    for actor in ("public", "city", "enterprise", "agency"):
        book = portal.book_of(actor)
        calls = (
            lambda b: start_run(portal, b, RunWish()), lambda b: cancel_run(portal, b, "x"),
            lambda b: read_run(portal, b, "x"), lambda b: read_runs(portal, b),
        )  # fmt: skip
        for call in calls:
            with pytest.raises(InputRefused) as error:
                call(book)
            assert code_of(error) == "access_refused"
    with pytest.raises(InputRefused) as error:
        read_run(portal, portal.book_of("statistician"), "x")
    assert code_of(error) == "portal_run_unknown"


def test_a_wish_that_cannot_be_is_refused_before_anything_waits(busy: Portal) -> None:
    book = busy.book_of("li")
    for wish, code in (
        (RunWish(parts=frozenset({"magic"})), "run_part_unknown"), (RunWish("2026-13-01"), "date_invalid"),
    ):  # fmt: skip
        with pytest.raises(InputRefused) as error:
            start_run(busy, book, wish)
        assert code_of(error) == code
    assert read_runs(busy, book)[1] == 0


def test_only_so_many_runs_wait(busy: Portal) -> None:
    book = busy.book_of("li")
    made = [start_run(busy, book, RunWish("2026-11-22")) for _ in range(MOST_OPEN)]
    with pytest.raises(InputRefused) as error:
        start_run(busy, book, RunWish())
    assert code_of(error) == "portal_runs_full"
    assert cancel_run(busy, book, made[0].job_id).state == "cancelled"
    assert start_run(busy, book, RunWish()).state == "waiting"


def test_whoever_only_looks_starts_no_process_after_process(small: Portal) -> None:
    book = small.book_of("li")
    held = hold_worker_lock(small.data.root)
    assert held is not None
    run = start_run(small, book, RunWish())
    os.close(held)  # whoever was at work has ended without taking it
    (folder_of(small.data.root) / LOCK).touch()
    for _ in range(3):
        assert read_run(small, book, run.job_id).state == "waiting"
    assert not (folder_of(small.data.root) / "worker.log").exists()


def test_the_end_of_each_run_is_written_down(busy: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    book, ends = busy.book_of("li"), iter(range(4))

    def run(_root: Path, _record: JobRecord, job: Job) -> object:
        number = next(ends)
        if number == 0:
            raise InputRefused.of("date_invalid", value="x")
        if number == 1:
            raise Interrupted.of("interrupted")
        if number == 2:
            raise ZeroDivisionError
        job.advance("pack", 1, 3)
        return None

    monkeypatch.setattr(portal_work, "_run", run)
    monkeypatch.setattr(portal_work, "_describe", lambda _summary: {"findings": 0})
    monkeypatch.setattr(portal_work, "hold_worker_lock", lambda _root: os.open(os.devnull, os.O_RDONLY))
    made = [start_run(busy, book, RunWish("2026-11-22")) for _ in range(4)]
    assert work_off(busy.public.database, busy.data.root) == 4
    found = [read_run(busy, book, one.job_id) for one in made]
    assert [one.state for one in found] == ["failed", "cancelled", "failed", "done"]
    assert found[0].outcome is not None
    assert found[0].outcome["findings"][0]["code"] == "date_invalid"
    assert found[2].outcome == {"defect": "ZeroDivisionError"}
    assert (found[3].stage, found[3].done, found[3].total) == ("pack", 1, 3)
    assert "ZeroDivisionError" in read_run_log(busy, book, made[2].job_id)


def wait_for(portal: Portal, run: str, wanted: set[str], stage: str = "") -> JobRecord:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        found = read_run(portal, portal.book_of("li"), run)
        if found.state in wanted and (not stage or found.stage == stage):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


@pytest.mark.slow
def test_a_killed_run_is_told_and_goes_on_when_it_is_started_again(small: Portal) -> None:
    book = small.book_of("li")
    first = start_run(small, book, RunWish("2026-11-22"))
    record = wait_for(small, first.job_id, {"running"}, "pathway")
    assert record.worker is not None
    os.kill(int(record.worker.rpartition(":")[2]), signal.SIGKILL)
    assert wait_for(small, first.job_id, {"interrupted", "done"}).state == "interrupted"
    assert small.data.edition() is None
    assert [path.name for path in small.data.root.iterdir() if path.name.startswith(".building")] == []
    second = start_run(small, book, RunWish("2026-11-22"))
    done = wait_for(small, second.job_id, {"done", "failed", "interrupted"})
    assert done.state == "done", read_run_log(small, book, second.job_id)
    manifest = json.loads((small.data.root / MANIFEST).read_text("utf-8"))
    assert manifest["as_of"] == "2026-11-22"
    assert small.data.edition() is not None
