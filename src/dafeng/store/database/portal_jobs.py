"""Work that was started from the portal: a row for each, with how far it has come and how it ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import sqlalchemy as sa

from dafeng.store.database.tables import job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.store.database.connection import Database

JOBS_LOCK = "jobs"
"""Lock under which jobs change their state."""
JobState = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled", "interrupted"]
OPEN: tuple[JobState, ...] = ("waiting", "running", "cancelling")
"""States of work that has not ended."""
UNDER_WAY: tuple[JobState, ...] = ("running", "cancelling")
"""States of work that some process should be at."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One piece of work.

    Parameters
    ----------
    job_id, kind : str
        Its id, ordered by time; what it is (``run``).
    request : mapping
        What was asked for.
    actor : str
        Who asked.
    state : str
        Vocabulary ``job_state``.
    created_at, started_at, ended_at : str or None
        Times as they are stored.
    stage : str or None
        What it is at.
    done, total : int or None
        Stages done and in all.
    outcome : mapping or None
        How it ended: a summary, or the findings that refused it.
    worker : str or None
        Machine and process that took it.
    """

    job_id: str
    kind: str
    request: Mapping[str, Any]
    actor: str
    state: JobState
    created_at: str
    started_at: str | None = None
    ended_at: str | None = None
    stage: str | None = None
    done: int | None = None
    total: int | None = None
    outcome: Mapping[str, Any] | None = None
    worker: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in OPEN


def add_job(database: Database, record: JobRecord, *, most_open: int, place: str) -> bool:
    """Add work that waits, unless too much is open already.

    Parameters
    ----------
    database : Database
        Where.
    record : JobRecord
        The work; its ``request`` bears the place in the field ``workspace``.
    most_open : int
        Most pieces of work that may be open at a place.
    place : str
        Workspace.

    Returns
    -------
    bool
        Whether it was added.
    """
    with database.writing(JOBS_LOCK) as connection:
        if len(_fetch(connection, OPEN, place)) >= most_open:
            return False
        row = {
            "job_id": record.job_id, "kind": record.kind, "actor": record.actor, "state": record.state,
            "request_json": json.dumps(dict(record.request), ensure_ascii=False, sort_keys=True),
            "created_at": record.created_at,
        }  # fmt: skip
        connection.execute(job.insert(), row)
    return True


def take_job(database: Database, place: str, worker: str, at: str) -> JobRecord | None:
    """Take the oldest work that waits at a place; None if nothing does."""
    with database.writing(JOBS_LOCK) as connection:
        waiting = _fetch(connection, ("waiting",), place)
        if not waiting:
            return None
        taken = {"state": "running", "started_at": at, "worker": worker}
        connection.execute(job.update().where(job.c.job_id == waiting[0].job_id).values(taken))
        return _find(connection, waiting[0].job_id)


def advance_job(database: Database, job_id: str, stage: str, done: int, total: int) -> JobState | None:
    """Write how far work has come; return its state, which says whether it shall stop."""
    with database.writing(JOBS_LOCK) as connection:
        here = job.c.job_id == job_id
        connection.execute(job.update().where(here).values(stage=stage, done=done, total=total))
        return cast("JobState | None", connection.execute(sa.select(job.c.state).where(here)).scalar())


def state_of_job(database: Database, job_id: str) -> JobState | None:
    """Return the state of work; None if there is none of this id."""
    with database.reading() as connection:
        query = sa.select(job.c.state).where(job.c.job_id == job_id)
        return cast("JobState | None", connection.execute(query).scalar())


def end_job(
    database: Database, job_id: str, state: JobState, at: str, outcome: Mapping[str, Any] | None = None
) -> None:
    """Write how work ended; work that has ended already stays as it is."""
    values = {
        "state": state, "ended_at": at,
        "outcome_json": None if outcome is None else json.dumps(dict(outcome), ensure_ascii=False),
    }  # fmt: skip
    with database.writing(JOBS_LOCK) as connection:
        connection.execute(job.update().where(job.c.job_id == job_id, job.c.state.in_(OPEN)).values(values))


def stop_job(database: Database, job_id: str, at: str) -> JobRecord | None:
    """Ask work to stop: what waits is cancelled at once, what is under way at its next safe point."""
    with database.writing(JOBS_LOCK) as connection:
        here = job.c.job_id == job_id
        for before, values in (
            ("waiting", {"state": "cancelled", "ended_at": at}), ("running", {"state": "cancelling"}),
        ):  # fmt: skip
            connection.execute(job.update().where(here, job.c.state == before).values(values))
        return _find(connection, job_id)


def interrupt_jobs(database: Database, place: str, at: str) -> int:
    """Mark work under way at a place as interrupted: its process has ended; return how many there were."""
    with database.writing(JOBS_LOCK) as connection:
        lost = [one.job_id for one in _fetch(connection, UNDER_WAY, place)]
        if lost:
            values = {"state": "interrupted", "ended_at": at}
            connection.execute(job.update().where(job.c.job_id.in_(lost)).values(values))
    return len(lost)


def count_open_jobs(database: Database, place: str) -> dict[str, int]:
    """Return how many pieces of work at a place wait, run, are being cancelled."""
    with database.reading() as connection:
        states = [one.state for one in _fetch(connection, OPEN, place)]
    return {state: states.count(state) for state in OPEN}


def find_job(database: Database, job_id: str) -> JobRecord | None:
    """Return work by its id."""
    with database.reading() as connection:
        return _find(connection, job_id)


def read_jobs(database: Database, *, limit: int, offset: int = 0) -> tuple[list[JobRecord], int]:
    """Return work, the newest first, and how much there is in all."""
    query = sa.select(job).order_by(job.c.created_at.desc(), job.c.job_id.desc())
    with database.reading() as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(job)).scalar_one()
        rows = connection.execute(query.limit(limit).offset(offset)).mappings()
        return [_record(dict(row)) for row in rows], total


def _fetch(connection: sa.Connection, states: Sequence[str], place: str) -> list[JobRecord]:
    """Return work in some states at a place, the oldest first."""
    query = sa.select(job).where(job.c.state.in_(states)).order_by(job.c.created_at, job.c.job_id)
    records = [_record(dict(row)) for row in connection.execute(query).mappings()]
    return [one for one in records if one.request.get("workspace") == place]


def _find(connection: sa.Connection, job_id: str) -> JobRecord | None:
    row = connection.execute(sa.select(job).where(job.c.job_id == job_id)).mappings().one_or_none()
    return None if row is None else _record(dict(row))


def _record(row: dict[str, Any]) -> JobRecord:
    request, outcome = json.loads(row.pop("request_json")), row.pop("outcome_json")
    return JobRecord(**row, request=request, outcome=None if outcome is None else json.loads(outcome))
