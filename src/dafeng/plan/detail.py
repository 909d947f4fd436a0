"""Everything about one item of the plan: a target, clause, system, agency or lever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = {
    "targets": "target_id",
    "clauses": "clause_id",
    "systems": "system_id",
    "agencies": "agency_id",
    "levers": "lever_id",
    "documents": "document_id",
    "indicators": "indicator_id",
    "open_questions": "question_id",
}


def describe_item(tables: Mapping[str, pl.DataFrame], item_id: str) -> dict[str, Any]:
    """Return an item of the plan with what belongs to it.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack by name.
    item_id : str
        Any id; the plan's own numbering of a target or clause works too.

    Returns
    -------
    dict
        ``table``, ``item`` (the row) and lists of related rows: ``clause``, ``agencies``, ``targets``,
        ``links``, ``systems``, ``levers``, ``open_questions`` where there are any.

    Raises
    ------
    InputRefused
        ``id_unknown`` with the nearest id.
    """
    for name, key in KEYS.items():
        frame = tables[name]
        match = pl.col(key) == item_id
        if "label" in frame.columns:
            match = match | (pl.col("label") == item_id)
        hits = frame.filter(match)
        if not hits.is_empty():
            row = hits.row(0, named=True)
            related = _related(tables, name, row)
            return {"table": name, "item": row, **{k: v for k, v in related.items() if v}}
    known = [code for name, key in KEYS.items() for code in tables[name][key]]
    params = {"what": "item", "value": item_id, "suggestion": Suggestion(item_id, known)}
    raise InputRefused([Finding("id_unknown", params=params)])


def _related(
    tables: Mapping[str, pl.DataFrame], name: str, row: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    clause_ids: list[str] = []
    if name == "agencies":
        linked = tables["clause_agencies"].filter(pl.col("agency_id") == row["agency_id"])
        clause_ids = linked["clause_id"].to_list()
    elif name == "levers":
        clause_ids = (row["clause_ids"] or "").split(";")
    elif row.get("clause_id"):
        clause_ids = [row["clause_id"]]
    in_clause = pl.col("clause_id").is_in(clause_ids)
    linked = tables["clause_agencies"].filter(in_clause)
    related = {
        "clauses": _rows(tables["clauses"].filter(in_clause)) if name != "clauses" else [],
        "agencies": _rows(tables["agencies"].filter(pl.col("agency_id").is_in(linked["agency_id"].to_list())))
        if name != "agencies"
        else [],
        "systems": _rows(tables["systems"].filter(in_clause)) if name in {"clauses", "agencies"} else [],
        "targets": _rows(tables["targets"].filter(in_clause)) if name in {"clauses", "agencies"} else [],
    }
    if name == "targets":
        either = (pl.col("target_id") == row["target_id"]) | (pl.col("other_target_id") == row["target_id"])
        related["links"] = _rows(tables["target_links"].filter(either))
        asked = pl.col("target_ids").str.split(";").list.contains(row["target_id"])
        related["open_questions"] = _rows(tables["open_questions"].filter(asked))
        wanted = tables["indicators"].filter(pl.col("indicator_id") == row["indicator_id"])
        related["indicator"] = _rows(wanted)
    if name == "clauses":
        mine = pl.col("clause_ids").str.split(";").list.contains(row["clause_id"])
        related["levers"] = _rows(tables["levers"].filter(mine))
    return related


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dicts()
