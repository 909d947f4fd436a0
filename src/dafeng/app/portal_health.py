"""The state of the portal: can it serve, what fills up, what was left undone."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from dafeng.app.portal_runs import place_of
from dafeng.app.register_book import require
from dafeng.errors import DafengError, Finding
from dafeng.period import CST
from dafeng.store.workspace import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book

SYSTEM = "system"
"""The resource of the permission relation: ``see``, ``back_up``."""
HealthState = Literal["good", "watch", "bad", "unknown"]
DISK_WATCH, DISK_BAD = 5 * 2**30, 2**30
"""Free space below which to watch, and below which it is bad. [B]"""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at.

    Parameters
    ----------
    id : str
        Vocabulary ``health_check``.
    state : str
        Vocabulary ``health_state``.
    value : str
        What was found, in signs that need no language.
    finding : Finding or None
        What is wrong, in words.
    """

    id: str
    state: HealthState
    value: str
    finding: Finding | None = None


def check_readiness(portal: Portal) -> dict[str, bool]:
    """Return what a portal needs to serve, and whether it is there; cheap enough to be asked often.

    Returns
    -------
    dict
        ``database``: it answers; ``workspace``: it can be written.
    """
    return {"database": _database_error(portal) is None, "workspace": _is_writable(portal.data.root)}


def read_gauges(portal: Portal) -> dict[str, tuple[str, Mapping[str, float]]]:
    """Return numbers of the portal's state: name -> (description, labels -> value)."""
    from dafeng.store.database.portal_jobs import count_open_jobs  # noqa: PLC0415 (sqlalchemy)

    made: dict[str, tuple[str, Mapping[str, float]]] = {}
    error = _database_error(portal)
    made["dafeng_database_up"] = ("Whether the database answers", {"": float(error is None)})
    if error is None:
        counts = count_open_jobs(portal.public.database, place_of(portal))
        states = {f'{{state="{state}"}}': float(count) for state, count in counts.items()}
        made["dafeng_runs_open"] = ("Runs that have not ended", states)
    finished = _finished_at(portal)
    if finished is not None:
        words = "When the last run ended, seconds of the epoch"
        made["dafeng_last_run_timestamp_seconds"] = (words, {"": finished})
    free = _free_bytes(portal.data.root)
    if free is not None:
        made["dafeng_workspace_free_bytes"] = ("Free space of the workspace's disk", {"": float(free)})
    return made


def check_health(portal: Portal, book: Book) -> tuple[HealthCheck, ...]:
    """Return everything that an operator should look at.

    Parameters
    ----------
    portal : Portal
        Which.
    book : Book
        In the name of who asks.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    require(book, "see", SYSTEM)
    error = _database_error(portal)
    checks = [_check_database(portal, error), _check_folder("workspace", portal.data.root)]
    checks.append(_check_folder("attachments", portal.public.attachments, needed=False))
    checks += [_check_disk(portal), _check_results(portal), _check_parts(portal)]
    if error is None:
        checks += [_check_runs(portal), _check_history(portal)]
    return tuple(checks)


def _database_error(portal: Portal) -> Finding | None:
    from dafeng.store.database.editions import read_edition  # noqa: PLC0415 (sqlalchemy)

    try:
        with portal.public.database.reading() as connection:
            read_edition(connection)
    except DafengError as error:
        return error.findings[0]
    return None


def _check_database(portal: Portal, error: Finding | None) -> HealthCheck:
    from dafeng.store.database.editions import EDITION  # noqa: PLC0415 (sqlalchemy)

    database = portal.public.database
    if error is not None:
        return HealthCheck("database", "bad", database.dialect, error)
    return HealthCheck("database", "good", f"{database.dialect} {EDITION}")


def _check_folder(name: str, folder: Path, *, needed: bool = True) -> HealthCheck:
    if not needed and not folder.exists():
        return HealthCheck(name, "good", "—")
    if _is_writable(folder):
        return HealthCheck(name, "good", "rw")
    return HealthCheck(name, "bad", "—", Finding("health_folder", params={"path": folder}))


def _check_disk(portal: Portal) -> HealthCheck:
    places = (portal.data.root, portal.public.attachments)
    free = [found for place in places if (found := _free_bytes(place)) is not None]
    if not free:
        return HealthCheck("disk", "unknown", "—")
    least = min(free)
    state: HealthState = "bad" if least < DISK_BAD else "watch" if least < DISK_WATCH else "good"
    value = f"{least / 2**30:.1f} GiB"
    finding = None if state == "good" else Finding("health_disk", params={"free": value}, severity="warning")
    return HealthCheck("disk", state, value, finding)


def _check_results(portal: Portal) -> HealthCheck:
    edition = portal.data.edition()
    finished = _finished_at(portal)
    if edition is None and finished is not None:
        path = portal.data.root / MANIFEST
        return HealthCheck("results", "bad", "—", Finding("portal_workspace_damaged", params={"path": path}))
    if edition is None or finished is None:
        return HealthCheck("results", "watch", "—", Finding("health_no_results", severity="warning"))
    at = datetime.fromtimestamp(finished, CST).isoformat(timespec="minutes")
    missing = [
        name for record in edition.manifest.stages.values() for name in record.files
        if not (portal.data.root / name).is_file()
    ]  # fmt: skip
    if missing:
        params = {"count": len(missing), "first": missing[0]}
        return HealthCheck("results", "bad", edition.id, Finding("health_files_missing", params=params))
    return HealthCheck("results", "good", f"{edition.id} {edition.manifest.as_of} ({at})")


def _check_parts(portal: Portal) -> HealthCheck:
    edition = portal.data.edition()
    left_out = edition.manifest.not_run if edition is not None else ()
    if not left_out:
        return HealthCheck("parts", "good", "—")
    finding = Finding("health_parts_not_run", params={"parts": ", ".join(left_out)}, severity="note")
    return HealthCheck("parts", "good", ", ".join(left_out), finding)


def _check_runs(portal: Portal) -> HealthCheck:
    from dafeng.store.database.portal_jobs import read_jobs  # noqa: PLC0415 (sqlalchemy)

    runs, total = read_jobs(portal.public.database, limit=1)
    if not runs:
        return HealthCheck("runs", "good", "0")
    last = runs[0]
    if last.state in {"failed", "interrupted"}:
        finding = Finding("health_run_failed", params={"run": last.job_id}, severity="warning")
        return HealthCheck("runs", "watch", str(total), finding)
    return HealthCheck("runs", "good", str(total))


def _check_history(portal: Portal) -> HealthCheck:
    """Return whether the history of the registers is as it was written: the whole chain is computed again."""
    from dafeng.store.database import head_of, verify_history  # noqa: PLC0415 (sqlalchemy)

    altered = verify_history(portal.public.database)
    if altered:
        return HealthCheck("history", "bad", str(len(altered)), altered[0])
    return HealthCheck("history", "good", head_of(portal.public.database))


def _finished_at(portal: Portal) -> float | None:
    try:
        return (portal.data.root / MANIFEST).stat().st_mtime
    except OSError:
        return None


def _free_bytes(place: Path) -> int | None:
    """Return the free space where a folder stands or will stand. [B]"""
    for folder in (place.absolute(), *place.absolute().parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return None


def _is_writable(folder: Path) -> bool:
    """Return whether a folder can be written, or be made where it is missing."""
    for place in (folder.absolute(), *folder.absolute().parents):
        if place.exists():
            return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return False
