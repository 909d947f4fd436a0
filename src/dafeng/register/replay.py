"""From history to rows: the state of a register is the sum of its events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.compute import compute_formulas
from dafeng.register.contracts import History
from dafeng.register.schema import SYSTEM_COLUMNS, entered_schema, rows_frame, schema_of
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    events = check(history, History).filter(pl.col("register_id") == register.id)
    if until is not None:
        events = events.filter(pl.col("at") <= until)
    kept = {**entered_schema(register), "source": pl.String(), "grade": pl.String()}
    once = pl.len().over("row_id") == 1
    alone = once & (pl.col("change") == "insert") & pl.col("after_json").is_not_null()
    events = events.with_columns(alone.alias("_alone"))
    rows = pl.concat(
        [
            _inserted(events.filter(pl.col("_alone")), kept),
            _changed(events.filter(~pl.col("_alone")), kept),
        ]
    ).sort("created_at", "row_id")
    scopes = {"scope_region": register.region, "scope_agency": register.agency}
    rows = rows.with_columns(
        (pl.col(field) if field else pl.lit(None, dtype=pl.String)).alias(name)
        for name, field in scopes.items()
    )
    return compute_formulas(register, None, rows).select(list(schema_of(register)))


def _columns(kept: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    return {
        name: dtype for name, dtype in {**SYSTEM_COLUMNS, **kept}.items() if not name.startswith("scope_")
    }


def _inserted(events: pl.DataFrame, kept: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the rows of which nothing but the insert is told, all at one go."""
    dtype = pl.Struct([pl.Field(name, kind) for name, kind in kept.items()])
    made = events.select(
        "row_id", "version", pl.col("state_after").alias("state"), pl.lit(value=False).alias("withdrawn"),
        pl.col("at").alias("created_at"), pl.col("actor").alias("created_by"),
        pl.col("at").alias("changed_at"), pl.col("actor").alias("changed_by"),
        pl.col("after_json").str.json_decode(dtype).struct.unnest(),
    )  # fmt: skip
    return made.select(list(_columns(kept)))


def _changed(events: pl.DataFrame, kept: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the other rows, event by event."""
    rows: dict[str, dict[str, Any]] = {}
    for event in events.sort("row_id", "version").iter_rows(named=True):
        row = rows.setdefault(event["row_id"], {"row_id": event["row_id"], "withdrawn": False})
        row.setdefault("created_at", event["at"])
        row.setdefault("created_by", event["actor"])
        after = json.loads(event["after_json"]) if event["after_json"] else {}
        row.update({name: value for name, value in after.items() if name in kept})
        row["withdrawn"] = WITHDRAWN.get(event["change"], row["withdrawn"])
        row.update(version=event["version"], state=event["state_after"])
        row.update(changed_at=event["at"], changed_by=event["actor"])
    return rows_frame(rows.values(), _columns(kept))
