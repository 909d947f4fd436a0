"""How long work reports itself: progress events out, a cancel token in.

A use case takes a :class:`Job`; the command line, the API and the web show the same events.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable


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
