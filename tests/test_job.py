"""Progress out, cancel in."""

from __future__ import annotations

import pytest

from dafeng.errors import Interrupted
from dafeng.job import Job, Progress


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
