"""Checks across the tables of a pack: references, dates, links, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.pack.schema import PACK_TABLES
from dafeng.period import earliest_date, latest_date
from dafeng.table import Suggestion, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dafeng.pack.model import Decisions
    from dafeng.table import ColumnSpec

NEEDS_VALUE = frozenset({"ge", "gt", "le", "lt", "eq", "about", "change_ge", "change_about", "points_ge"})
NEEDS_BASE = frozenset({"change_ge", "change_about", "points_ge"})


def check_links(tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series]) -> list[Finding]:
    """Return everything that is wrong between the tables of a pack.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Each fulfils its own contract.
    rows : mapping of str to polars.Series
        Row numbers in the files.
    """
    found: list[Finding] = []
    for name, contract in PACK_TABLES.items():
        for spec in columns_of(contract):
            if spec.references:
                found += _check_references(tables, rows, name, spec)
        found += _check_validity(tables[name], rows[name], f"{name}.csv")
    found += _check_target_values(tables["targets"], rows["targets"])
    found += _check_cycles(tables["target_links"])
    return found


def check_decisions(decisions: Decisions, tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Return findings for decisions about targets, indicators, series or questions that do not exist."""
    targets = set(tables["targets"]["target_id"])
    named = [
        *(("target_year", key, targets, "targets.csv") for key in decisions.target_year),
        *(("target_value", key, targets, "targets.csv") for key in decisions.target_value),
        *(
            ("same_scope", key, set(tables["indicators"]["indicator_id"]), "indicators.csv")
            for key in decisions.same_scope
        ),
        *(
            ("same_scope", value, set(tables["series"]["series_id"]), "series.csv")
            for value in decisions.same_scope.values()
        ),
    ]
    found = [
        Finding(
            "reference_unknown", Place("pack.toml", column=f"decisions.{section}"),
            {"value": value, "target": table, "suggestion": Suggestion(value, known)},
        )
        for section, value, known, table in named
        if value not in known
    ]  # fmt: skip
    questions = set(tables["open_questions"]["decision_key"])
    found += [
        Finding(
            "decision_unknown", Place("pack.toml"), {"key": key, "suggestion": Suggestion(key, questions)}
        )
        for key in decisions.recorded
        if key not in questions
    ]
    return found


def _check_references(
    tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series], name: str, spec: ColumnSpec
) -> Iterator[Finding]:
    table, _, target_column = spec.references.partition(".")
    known = set(tables[table][target_column].drop_nulls())
    values = tables[name][spec.name]
    for row, value in zip(rows[name], values, strict=True):
        for code in (value or "").split(";") if spec.form == "list" else [value]:
            if code and code not in known:
                params = {"value": code, "target": f"{table}.csv", "suggestion": Suggestion(code, known)}
                yield Finding("reference_unknown", Place(f"{name}.csv", row=row, column=spec.name), params)


def _check_validity(frame: pl.DataFrame, rows: pl.Series, file: str) -> Iterator[Finding]:
    if "valid_to" not in frame.columns:
        return
    for row, start, end in zip(rows, frame["valid_from"], frame["valid_to"], strict=True):
        if start and end and latest_date(end) < earliest_date(start):
            yield Finding(
                "pack_period_order", Place(file, row=row, column="valid_to"), {"start": start, "end": end}
            )


def _check_target_values(targets: pl.DataFrame, rows: pl.Series) -> Iterator[Finding]:
    for row, target in zip(rows, targets.iter_rows(named=True), strict=True):
        missing = []
        if target["comparator"] in NEEDS_VALUE and target["value"] is None:
            missing.append("value")
        if target["comparator"] == "range" and (target["lower"] is None or target["upper"] is None):
            missing.append("lower, upper")
        if target["timing"] == "dated" and target["target_year"] is None:
            missing.append("target_year")
        for column in missing:
            params = {"comparator": target["comparator"], "missing": column}
            yield Finding("pack_bounds", Place("targets.csv", row=row, column=column), params)


def _check_cycles(links: pl.DataFrame) -> list[Finding]:
    replaced = links.filter(pl.col("relation").is_in(["supersedes", "adjusts"]))
    newer = dict(zip(replaced["other_target_id"], replaced["target_id"], strict=True))
    for start in newer:
        path = [start]
        while path[-1] in newer:
            path.append(newer[path[-1]])
            if path[-1] in path[:-1]:
                return [Finding("pack_link_cycle", Place("target_links.csv"), {"cycle": " → ".join(path)})]
    return []
