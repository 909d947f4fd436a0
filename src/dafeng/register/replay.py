"""From history to rows: the state of a register is the sum of its events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dafeng.register.compute import compute_formulas
from dafeng.register.contracts import History
from dafeng.register.schema import entered_schema, rows_frame, schema_of, stored_formulas
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.register.model import Register

WITHDRAWN = {"withdraw": True, "restore": False}
"""Change that says whether a row is withdrawn."""


def replay_history(register: Register, history: pl.DataFrame, until: str | None = None) -> pl.DataFrame:
    """Return the rows that the events make, in the order in which they were inserted.

    Parameters
    ----------
    register : Register
        Of the rows; events of other registers are left out.
    history : History
        Events in any order.
    until : str, optional
        Only events up to this time (ISO with offset, included).

    Returns
    -------
    polars.DataFrame
        Columns of :func:`~dafeng.register.schema.schema_of`; stored formulas are computed anew.
    """
    rows: dict[str, dict[str, Any]] = {}
    names = [*entered_schema(register), "source", "grade"]
    events = check(history, History).sort("row_id", "version", maintain_order=True)
    for event in events.iter_rows(named=True):
        if event["register_id"] == register.id and (until is None or event["at"] <= until):
            _apply(rows.setdefault(event["row_id"], {}), event, names)
    for row in rows.values():
        row["scope_region"] = row.get(register.region) if register.region else None
        row["scope_agency"] = row.get(register.agency) if register.agency else None
    computed = {formula.id for formula in stored_formulas(register)}
    schema = schema_of(register)
    kept = {name: dtype for name, dtype in schema.items() if name not in computed}
    ordered = sorted(rows.values(), key=lambda row: (row["created_at"], row["row_id"]))
    return compute_formulas(register, None, rows_frame(ordered, kept)).select(list(schema))


def _apply(row: dict[str, Any], event: Mapping[str, Any], names: list[str]) -> None:
    """Change a row by one event."""
    if event["change"] == "insert":
        row.update(row_id=event["row_id"], withdrawn=False, created_at=event["at"], created_by=event["actor"])
    after = json.loads(event["after_json"]) if event["after_json"] else {}
    row.update({name: value for name, value in after.items() if name in names})
    row["withdrawn"] = WITHDRAWN.get(event["change"], row["withdrawn"])
    row.update(
        version=event["version"],
        state=event["state_after"],
        changed_at=event["at"],
        changed_by=event["actor"],
    )
