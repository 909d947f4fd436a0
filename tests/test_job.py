"""Progress out, cancel in."""

from __future__ import annotations

import operator
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from dafeng.errors import Interrupted
from dafeng.job import Job, Progress, compute_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_every_event_is_reported_in_order() -> None:
    seen: list[Progress] = []
    job = Job(seen.append)
    job.advance("a", 0, 2)
    job.advance("b", 1, 2, "note")
    assert seen == [Progress("a", 0, 2), Progress("b", 1, 2, "note")]


def test_a_cancelled_job_stops_before_it_reports() -> None:
    seen: list[Progress] = []
    job = Job(seen.append)
    job.cancelled.set()
    with pytest.raises(Interrupted) as caught:
        job.advance("a", 0, 2)
    assert (seen, caught.value.exit_code, caught.value.findings[0].code) == ([], 130, "interrupted")


def test_jobs_do_not_share_their_cancel_token() -> None:
    first, second = Job(), Job()
    first.cancelled.set()
    second.advance("a", 0, 1)
    assert not second.cancelled.is_set()


def calls(count: int) -> list[tuple[str, tuple[int, int]]]:
    return [(f"call {place}", (place, 2)) for place in range(count)]


@pytest.mark.parametrize("ahead", [1, 3, 100])
def test_calls_come_back_under_their_names(ahead: int) -> None:
    expected = {name: left * right for name, (left, right) in calls(20)}
    here = compute_ahead(operator.mul, calls(20), None, Job(), ahead=ahead)
    assert list(here) == list(expected.items())
    with ThreadPoolExecutor(3) as threads:
        there = dict(compute_ahead(operator.mul, calls(20), threads, Job(), ahead=ahead))
    assert there == expected


def test_no_more_calls_are_handed_out_than_asked_for() -> None:
    handed: list[str] = []

    def tell() -> Iterator[tuple[str, tuple[int, int]]]:
        for name, arguments in calls(20):
            handed.append(name)
            yield name, arguments

    with ThreadPoolExecutor(1) as threads:
        computed = compute_ahead(operator.mul, tell(), threads, Job(), ahead=4)
        next(computed)
        assert len(handed) == 4
        computed.close()
    assert len(handed) == 4


def test_a_cancelled_job_stops_the_executor_and_drops_what_has_not_begun() -> None:
    job, gate, begun = Job(), threading.Event(), []

    def work(place: int, _right: int) -> None:
        begun.append(place)
        gate.wait(5)

    with ThreadPoolExecutor(1) as threads:
        computed = compute_ahead(work, calls(10), threads, job, ahead=10)
        job.cancelled.set()
        with pytest.raises(Interrupted):
            next(computed)
        gate.set()
    assert begun == [0]


def test_what_a_call_raises_comes_through() -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(ZeroDivisionError):
        list(compute_ahead(operator.truediv, [("a", (1, 0))], threads, Job(), ahead=1))
