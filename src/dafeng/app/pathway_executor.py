"""Where futures are computed: here, in processes of this machine, or on an existing cluster."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

MAX_WORKERS = 256
PATIENCE = "5s"
"""How long to wait for a scheduler."""


def check_workers(workers: int, scheduler: str | None) -> tuple[Finding, ...]:
    """Return what is wrong with the place of work that is asked for."""
    found = []
    if not 0 <= workers <= MAX_WORKERS:
        reason = f"0 ≤ {workers} ≤ {MAX_WORKERS}"
        found.append(Finding("setting_invalid", params={"key": "--workers", "reason": reason}))
    if workers and scheduler:
        reason = "--workers | --scheduler"
        found.append(Finding("setting_invalid", params={"key": "--scheduler", "reason": reason}))
    return tuple(found)


@contextmanager
def open_executor(workers: int = 0, scheduler: str | None = None) -> Iterator[Executor | None]:
    """Open the place of work; None means here.

    Parameters
    ----------
    workers : int
        Processes of this machine; 0 for none. They are started anew, not forked, and leave interrupts to
        the process that started them.
    scheduler : str, optional
        Address of a Dask scheduler, tcp://host:8786.

    Raises
    ------
    InputRefused
        ``cluster_missing``, ``cluster_unreachable``, ``setting_invalid``; ``workers_lost`` when processes end
        before their work is done.
    """
    problems = check_workers(workers, scheduler)
    if problems:
        raise InputRefused(problems)
    if scheduler:
        client, lost = _connect(scheduler)
        try:
            with client.get_executor() as executor:
                yield executor
        except lost as error:
            raise InputRefused.of("workers_lost", reason=type(error).__name__) from error
        finally:
            client.close()
    elif workers:
        context = multiprocessing.get_context("spawn")
        try:
            with ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts) as pool:
                yield pool
        except BrokenExecutor as error:
            raise InputRefused.of("workers_lost", reason=type(error).__name__) from error
    else:
        yield None


def _connect(scheduler: str) -> tuple[Any, tuple[type[BaseException], ...]]:
    """Return a client of the scheduler, and what its lost workers raise."""
    try:
        distributed = import_module("distributed")  # an extra that few need
    except ImportError as error:
        raise InputRefused.of("cluster_missing") from error
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).strip() or type(error).__name__
        raise InputRefused.of("cluster_unreachable", address=scheduler, reason=reason) from error
    return client, (distributed.KilledWorker, distributed.comm.CommClosedError)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
