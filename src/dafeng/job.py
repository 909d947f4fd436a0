"""How long work reports itself: progress events out, a cancel token in.

A use case takes a :class:`Job`; the command line, the API and the web show the same events.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from dafeng.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Executor, Future

PATIENCE_SECONDS = 0.5
"""How long to wait for a piece of work before asking whether it was cancelled [s]."""
Place = TypeVar("Place")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Progress:
    """One event: how far a stage has come."""

    stage: str
    done: int
    total: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What a use case reports to and asks whether to go on.

    Parameters
    ----------
    report : callable
        Takes each :class:`Progress`; default: nobody listens.
    cancelled : threading.Event
        Set from outside to stop at the next safe point.
    """

    report: Callable[[Progress], None] = lambda _progress: None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def advance(self, stage: str, done: int, total: int, code: str = "") -> None:
        """Report progress and stop here if the work was cancelled.

        Raises
        ------
        Interrupted
            If the cancel token is set.
        """
        if self.cancelled.is_set():
            raise Interrupted.of("interrupted")
        self.report(Progress(stage, done, total, code))


def compute_ahead(
    function: Callable[..., Found],
    calls: Iterable[tuple[Place, tuple[Any, ...]]],
    executor: Executor | None,
    job: Job,
    *,
    ahead: int,
) -> Generator[tuple[Place, Found], None, None]:
    """Yield the results of many calls as they are finished, here one by one or from an executor.

    Close the generator to stop: what has not begun is cancelled then.

    Parameters
    ----------
    function : callable
        What is called; it must reach the workers of the executor.
    calls : iterable of (place, arguments)
        Each call with the name under which its result comes back.
    executor : Executor, optional
        Of the standard library's kind; None computes here, in the order of the calls.
    job : Job
        Asked while waiting.
    ahead : int
        Calls that are handed to the executor before the first of them is back.

    Raises
    ------
    Interrupted
        If the cancel token is set while an executor works.
    """
    if executor is None:
        for place, arguments in calls:
            yield place, function(*arguments)
        return
    waiting = iter(calls)
    pending: dict[Future[Found], Place] = {}

    def submit(number: int) -> None:
        for place, arguments in islice(waiting, number):
            pending[executor.submit(function, *arguments)] = place

    try:
        submit(ahead)
        while pending:
            finished, _ = wait(pending, timeout=PATIENCE_SECONDS, return_when=FIRST_COMPLETED)
            if job.cancelled.is_set():
                raise Interrupted.of("interrupted")
            for future in finished:
                yield pending.pop(future), future.result()
            submit(len(finished))
    finally:
        for future in pending:
            future.cancel()
