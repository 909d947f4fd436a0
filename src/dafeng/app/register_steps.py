"""Steps of the lifecycle: which are open to the actor, why the others are not, and taking one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng.access.grants import STEP
from dafeng.app.register_attach import attach_file
from dafeng.app.register_book import judge, refusal, require
from dafeng.app.register_restricted import require_restricted
from dafeng.app.register_rows import complete_rows, find_step, read_linked, read_row
from dafeng.app.register_write import Draft, Written, clean_reason, prepare_rows, write_changes
from dafeng.errors import InputRefused
from dafeng.register.changes import Change
from dafeng.register.schema import rows_frame, schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dafeng.app.register_book import Book
    from dafeng.errors import Finding
    from dafeng.register.model import Register, Transition


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that the state of a row allows.

    Parameters
    ----------
    step : Transition
        The step.
    findings : tuple of Finding
        Why the actor cannot take it now; empty if he can.
    """

    step: Transition
    findings: tuple[Finding, ...]


def list_open_steps(book: Book, register: Register, row: Mapping[str, Any]) -> tuple[OpenStep, ...]:
    """Return the steps out of the state of a row, and what still stands against each.

    Parameters
    ----------
    book, register
        Open book, register.
    row : mapping
        The stored row.
    """
    from dafeng.register.lifecycle import list_steps  # noqa: PLC0415 (expressions)

    if row["withdrawn"]:
        return ()
    return tuple(
        OpenStep(step, _judge_step(book, register, step, row, reason="-"))
        for step in list_steps(register, row["state"])
    )


def take_step(
    book: Book,
    register_id: str,
    named: str,
    step_id: str,
    values: Mapping[str, Any] | None = None,
    reason: str | None = None,
    evidence: Sequence[Path] = (),
) -> Written:
    """Take a step, with fields that it needs in the same batch.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, named, step_id : str
        Register; id or key of the row; id or name of the step.
    values : mapping, optional
        Fields that are filled with it (the date of acceptance). Who may take a step may fill the fields that
        it requires; any other field needs the right to edit.
    reason : str, optional
        Why; some steps need it.
    evidence : sequence of Path, optional
        Files that are attached first, once nothing else stands against the step.

    Raises
    ------
    InputRefused
        ``row_unknown``, ``register_step_unknown``, ``access_refused``, ``row_changed``; what stands against
        the step.
    """
    register = book.library.register(register_id)
    row = read_row(book, register, named)
    step = next(one for one in register.transitions if one.id == find_step(register, step_id))
    filled = dict(values or {})
    require(book, STEP + step.id, register.id, row)
    if set(filled) - set(step.requires):
        require(book, "edit", register.id, row)
    require_restricted(book, register, row, [name for name in filled if row.get(name) is not None])
    prepared = prepare_rows(book, register, [Draft(row, filled)], "step") if filled else None
    after = row if prepared is None else prepared.rows.row(0, named=True)
    reason_given = clean_reason(reason)
    found = _judge_step(book, register, step, {**row, **after}, reason=reason_given, coming=len(evidence))
    if found:
        raise InputRefused(found)
    for path in evidence:
        attach_file(book, register.id, row["row_id"], path)
    changes = list(prepared.changes) if prepared else []
    version = row["version"] + len(changes)
    changes.append(Change("step", row["row_id"], version, state=step.target, reason=reason_given))
    receipt = write_changes(book, register, "step", changes, reason)
    return Written(receipt.batch_id, receipt.rows, (row["row_id"],), prepared.findings if prepared else ())


def _judge_step(
    book: Book,
    register: Register,
    step: Transition,
    row: Mapping[str, Any],
    *,
    reason: str | None,
    coming: int = 0,
) -> tuple[Finding, ...]:
    """Return why the actor cannot take a step: no right on this row, or what the step asks for.

    ``coming`` is the number of files that will be attached with it.
    """
    from dafeng.register.lifecycle import StepContext, check_step  # noqa: PLC0415 (expressions)
    from dafeng.store.database import read_attachments  # noqa: PLC0415 (sqlalchemy)

    decision = judge(book, STEP + step.id, register.id, row)
    if not decision.allowed:
        return (refusal(book, decision),)
    stored = rows_frame([row], schema_of(register))
    whole = complete_rows(book, register, stored).row(0, named=True)
    files = coming
    if step.evidence:
        attached = read_attachments(book.database, register_id=register.id, row_ids=[row["row_id"]])
        files += attached.height
    context = StepContext(
        book.actor, frozenset(decision.because["role"]), files,
        _last_actors(book, register, step, row["row_id"]), reason, book.today, book.library,
        read_linked(book, register, stored),
    )  # fmt: skip
    return tuple(check_step(register, step.id, whole, context))


def _last_actors(book: Book, register: Register, step: Transition, row_id: str) -> frozenset[str]:
    """Return who wrote what a step judges, where it asks for another person.

    Everybody who made or changed the row since another person last took it forward, and who took the step
    before: a change by somebody else in between makes nobody the judge of his own entries. Where the step
    says so (``not_maker``), who made the row is among them whatever others did with it since.
    """
    from dafeng.store.database import read_history  # noqa: PLC0415 (sqlalchemy)

    if not step.other_person:
        return frozenset()
    order = {state.code: place for place, state in enumerate(register.states)}
    judged = {
        (source, one.target)
        for one in register.transitions
        if one.other_person
        for source in one.sources
        if order[one.target] > order[source]
    }
    makers: list[str] = []
    writers: list[str] = []
    steps: list[str] = []
    for event in read_history(book.database, row_id=row_id).iter_rows(named=True):
        if event["change"] == "step":
            steps.append(event["actor"])
            if (event["state_before"], event["state_after"]) in judged:
                writers.clear()
        elif event["change"] in {"insert", "update"}:
            writers.append(event["actor"])
            if step.not_maker and event["change"] == "insert":
                makers.append(event["actor"])
    return frozenset([*makers, *writers, *steps[-1:]])
