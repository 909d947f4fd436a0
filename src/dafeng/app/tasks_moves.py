"""Which steps each task of the board may take now, and taking one step with many tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.access.grants import STEP
from dafeng.app.register_restricted import reach_rows
from dafeng.app.register_steps import take_step
from dafeng.app.tasks_rows import TASKS
from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from dafeng.app.register_book import Book
    from dafeng.register.model import Transition

MOST_MOVED = 500
"""Most tasks that one request moves."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step that a task may take.

    Parameters
    ----------
    step : Transition
        The step.
    at_once : bool
        Whether it asks for nothing: no field, file, reason, condition or other person.
    """

    step: Transition
    at_once: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of many tasks that should take a step.

    Parameters
    ----------
    done : tuple of str
        Numbers of the tasks that took it.
    refused : mapping of str to tuple of Finding
        Number of a task -> what stands against it.
    """

    done: tuple[str, ...]
    refused: dict[str, tuple[Finding, ...]]


def list_moves(book: Book, tasks: pl.DataFrame) -> dict[str, tuple[Move, ...]]:
    """Return the steps that the actor has the right to take with each task in its state.

    What else stands against a step (files, the person who acted last) is judged when it is taken.

    Parameters
    ----------
    book : Book
        Open book.
    tasks : polars.DataFrame
        Rows of the register ``tasks`` that the actor may see.

    Returns
    -------
    dict of str to tuple of Move
        Number of the task -> steps, in the order of the register.
    """
    register = book.library.register(TASKS)
    found: dict[str, list[Move]] = {number: [] for number in tasks["task_no"]}
    for step in register.transitions:
        here = tasks.filter(tasks["state"].is_in(list(step.sources)))
        may = here.filter(reach_rows(book, STEP + step.id, register, here)) if here.height else here
        asks = step.requires or step.evidence or step.reason or step.when or step.other_person
        for number in may["task_no"]:
            found[number].append(Move(step, not asks))
    return {number: tuple(moves) for number, moves in found.items()}


def move_tasks(book: Book, numbers: Sequence[str], step_id: str, reason: str | None = None) -> Moved:
    """Take a step with many tasks, each for itself: one that is refused stops no other.

    Parameters
    ----------
    book : Book
        Open book.
    numbers : sequence of str
        Numbers of the tasks.
    step_id : str
        Step.
    reason : str, optional
        Why.

    Raises
    ------
    InputRefused
        ``task_move_empty``, ``row_too_many``.
    """
    chosen = list(dict.fromkeys(numbers))
    if not chosen:
        raise InputRefused.of("task_move_empty")
    if len(chosen) > MOST_MOVED:
        raise InputRefused.of("row_too_many", rows=len(chosen), most=MOST_MOVED)
    done, refused = [], {}
    for number in chosen:
        try:
            take_step(book, TASKS, number, step_id, reason=reason)
            done.append(number)
        except InputRefused as error:
            refused[number] = error.findings
    return Moved(tuple(done), refused)
