"""Steps from state to state: which there are, and what is missing for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.register.compute import NOTHING_LINKED, evaluate
from dafeng.register.fields import Bilingual
from dafeng.register.schema import entered_schema, rows_frame
from dafeng.table import KnownNames, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from dafeng.register.compute import Linked
    from dafeng.register.library import Library
    from dafeng.register.model import Register, Transition


@dataclass(frozen=True, slots=True)
class StepContext:
    """Who takes a step, and what there is for it.

    Parameters
    ----------
    actor : str
        Who takes it.
    roles : frozenset of str
        Roles of the actor for this row.
    attachments : int
        Attachments of the row that are not withdrawn.
    last_actors : frozenset of str
        Who wrote what the step judges, and who took the step before.
    reason : str or None
        Why.
    today : date or None
        The day, for conditions that read ``today``.
    library : Library or None
        Needed where a condition reads a linked row.
    linked : mapping of str to polars.DataFrame
        Register -> its rows, for such conditions.
    """

    actor: str
    roles: frozenset[str]
    attachments: int = 0
    last_actors: frozenset[str] = frozenset()
    reason: str | None = None
    today: date | None = None
    library: Library | None = None
    linked: Linked = field(default_factory=lambda: NOTHING_LINKED)


def list_steps(register: Register, state: str) -> tuple[Transition, ...]:
    """Return the steps that lead out of a state, in the order of the register."""
    return tuple(step for step in register.transitions if state in step.sources)


def check_step(
    register: Register, step_id: str, row: Mapping[str, Any], context: StepContext
) -> list[Finding]:
    """Return everything that stands against a step; nothing means that it may be taken.

    Parameters
    ----------
    register : Register
        Of the row.
    step_id : str
        The step.
    row : mapping
        Values of the row as they are now, with ``state`` and ``withdrawn``.
    context : StepContext
        Who takes it, and what there is for it.
    """
    step = next((step for step in register.transitions if step.id == step_id), None)
    if step is None:
        known = Suggestion(step_id, [step.id for step in register.transitions])
        return [Finding("register_step_unknown", params={"step": step_id, "suggestion": known})]
    if row.get("withdrawn"):
        return [Finding("register_step_withdrawn", params={"step": words(step)})]
    return [*_against_actor(register, step, row, context), *_missing(register, step, row, context)]


def words(item: Any) -> Bilingual:
    """Return the names of a field, step, state or register as a parameter of a message."""
    return Bilingual(item.zh, item.en)


def _against_actor(
    register: Register, step: Transition, row: Mapping[str, Any], context: StepContext
) -> Iterator[Finding]:
    """Yield what stands against the state and the person."""
    if row["state"] not in step.sources:
        names = {state.code: words(state) for state in register.states}
        allowed = KnownNames([step.id for step in list_steps(register, row["state"])])
        params = {"step": words(step), "state": names.get(row["state"], row["state"]), "known": allowed}
        yield Finding("register_step_state", Place(column="state"), params)
    if not context.roles & set(step.roles):
        params = {"step": words(step), "known": KnownNames(step.roles)}
        yield Finding("register_step_role", params=params)
    if step.other_person and context.actor in context.last_actors:
        yield Finding("register_step_same_person", params={"step": words(step), "actor": context.actor})


def _missing(
    register: Register, step: Transition, row: Mapping[str, Any], context: StepContext
) -> Iterator[Finding]:
    """Yield what has to be filled, attached, said or fulfilled first."""
    names = {field.id: words(field) for field in register.fields}
    names |= {child.id: words(child) for child in register.lists}
    for name in step.requires:
        value = row.get(name)
        if value is None or (isinstance(value, str | list) and len(value) == 0):
            params = {"step": words(step), "field": names[name]}
            yield Finding("register_step_requires", Place(column=name), params)
    if step.evidence and context.attachments == 0:
        yield Finding("register_step_evidence", params={"step": words(step)})
    if step.reason and not (context.reason or "").strip():
        yield Finding("register_step_reason", params={"step": words(step)})
    if step.when and not _holds(register, step.when, row, context):
        yield Finding("register_step_condition", params={"step": words(step), "condition": step.when})


def _holds(register: Register, condition: str, row: Mapping[str, Any], context: StepContext) -> bool:
    """Return whether a condition is true; where a value is missing it is not."""
    frame = rows_frame([row], {**entered_schema(register), "state": pl.String()})
    value = evaluate(condition, register, context.library, frame, context.linked, context.today)
    return bool(value[0])
