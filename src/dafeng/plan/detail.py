"""Everything about one item of the plan: a target, clause, system, agency or lever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        ``table``, ``item`` (the row) and lists of related rows: ``clauses``, ``agencies``, ``targets``,
        ``links``, ``systems``, ``levers``, ``open_questions``, … where there are any.

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
    """Return for each kind of relation the rows that belong to the item."""
    conditions = _CONDITIONS[name](tables, row)
    return {
        relation: tables[table].filter(where).to_dicts() for relation, (table, where) in conditions.items()
    }


Conditions = dict[str, tuple[str, pl.Expr]]
"""Name of the relation -> (table, which of its rows)."""


def _of_target(tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    own = row["target_id"]
    return {
        **_of_clauses(tables, [row["clause_id"]]),
        "documents": ("documents", pl.col("document_id") == row["document_id"]),
        "indicators": ("indicators", pl.col("indicator_id") == row["indicator_id"]),
        "links": ("target_links", (pl.col("target_id") == own) | (pl.col("other_target_id") == own)),
        "open_questions": ("open_questions", _lists("target_ids", own)),
    }


def _of_clause(tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    own = row["clause_id"]
    around = _of_clauses(tables, [own])
    return {
        "agencies": around["agencies"],
        "targets": ("targets", pl.col("clause_id") == own),
        "systems": ("systems", pl.col("clause_id") == own),
        "levers": ("levers", _lists("clause_ids", own)),
    }


def _of_system(tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    leads = (row["lead_agency_ids"] or "").split(";")
    clauses = _of_clauses(tables, [row["clause_id"]])["clauses"]
    return {"clauses": clauses, "agencies": ("agencies", pl.col("agency_id").is_in(leads))}


def _of_agency(tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    own = row["agency_id"]
    mine = tables["clause_agencies"].filter(pl.col("agency_id") == own)["clause_id"].to_list()
    return {
        "clauses": ("clauses", pl.col("clause_id").is_in(mine)),
        "targets": ("targets", pl.col("clause_id").is_in(mine)),
        "systems": ("systems", _lists("lead_agency_ids", own)),
    }


def _of_lever(tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    return _of_clauses(tables, row["clause_ids"].split(";"))


def _of_document(_tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    return {"targets": ("targets", pl.col("document_id") == row["document_id"])}


def _of_indicator(_tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    own = pl.col("indicator_id") == row["indicator_id"]
    return {"targets": ("targets", own), "series": ("indicator_series", own)}


def _of_question(_tables: Mapping[str, pl.DataFrame], row: dict[str, Any]) -> Conditions:
    return {"targets": ("targets", pl.col("target_id").is_in((row["target_ids"] or "").split(";")))}


def _of_clauses(tables: Mapping[str, pl.DataFrame], clause_ids: list[str | None]) -> Conditions:
    inside = pl.col("clause_id").is_in([code for code in clause_ids if code])
    bodies = tables["clause_agencies"].filter(inside)["agency_id"].to_list()
    return {"clauses": ("clauses", inside), "agencies": ("agencies", pl.col("agency_id").is_in(bodies))}


def _lists(column: str, code: str) -> pl.Expr:
    return pl.col(column).str.split(";").list.contains(code)


_CONDITIONS: Mapping[str, Callable[[Mapping[str, pl.DataFrame], dict[str, Any]], Conditions]] = {
    "targets": _of_target,
    "clauses": _of_clause,
    "systems": _of_system,
    "agencies": _of_agency,
    "levers": _of_lever,
    "documents": _of_document,
    "indicators": _of_indicator,
    "open_questions": _of_question,
}
