"""Jobs: taken in order, ended once, counted by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.store.database.portal_jobs import (
    JobRecord,
    add_job,
    advance_job,
    count_open_jobs,
    end_job,
    find_job,
    interrupt_jobs,
    read_jobs,
    stop_job,
    take_job,
)

if TYPE_CHECKING:
    from dafeng.store.database import Database

AT = "2026-11-23T12:00:00+08:00"


def add(database: Database, name: str, place: str = "/a", most: int = 9) -> bool:
    record = JobRecord(name, "run", {"workspace": place}, "li", "waiting", f"2026-11-23T12:00:0{name}+08:00")
    return add_job(database, record, most_open=most, place=place)


def test_the_oldest_of_a_place_is_taken_first(database: Database) -> None:
    assert [add(database, "2"), add(database, "1"), add(database, "0", "/b")] == [True] * 3
    taken = [take_job(database, "/a", "here:1", AT) for _ in range(3)]
    assert [one.job_id if one else None for one in taken] == ["1", "2", None]
    assert count_open_jobs(database, "/a") == {"waiting": 0, "running": 2, "cancelling": 0}
    assert count_open_jobs(database, "/b")["waiting"] == 1


def test_a_place_takes_only_so_many(database: Database) -> None:
    assert [add(database, "1", most=1), add(database, "2", most=1), add(database, "3", "/b", 1)] == [
        True, False, True,
    ]  # fmt: skip


def test_what_has_ended_stays_as_it_is(database: Database) -> None:
    add(database, "1")
    take_job(database, "/a", "here:1", AT)
    end_job(database, "1", "done", AT, {"findings": 0})
    end_job(database, "1", "failed", AT)
    assert stop_job(database, "1", AT) == find_job(database, "1")
    assert interrupt_jobs(database, "/a", AT) == 0
    found = find_job(database, "1")
    assert found is not None
    assert (found.state, found.outcome, found.is_open) == ("done", {"findings": 0}, False)


def test_what_waits_is_cancelled_at_once_and_what_runs_is_asked(database: Database) -> None:
    add(database, "1")
    add(database, "2")
    take_job(database, "/a", "here:1", AT)
    states = [stop_job(database, name, AT) for name in ("1", "2", "9")]
    assert [one.state if one else None for one in states] == ["cancelling", "cancelled", None]
    assert advance_job(database, "1", "pack", 0, 9) == "cancelling"
    assert interrupt_jobs(database, "/a", AT) == 1
    listed, total = read_jobs(database, limit=1)
    assert (total, [one.job_id for one in listed]) == (2, ["2"])
