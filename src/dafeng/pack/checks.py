"""Checks across the tables of a pack: references, dates, links, bounds, units, decisions."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place
from dafeng.pack.schema import PACK_TABLES
from dafeng.period import earliest_date, latest_date
from dafeng.table import Suggestion, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dafeng.pack.model import Decisions, PackConfig
    from dafeng.table import ColumnSpec

NEEDS_VALUE = frozenset({"ge", "gt", "le", "lt", "eq", "about", "change_ge", "change_about", "points_ge"})
LEVELS = ("ge", "gt", "le", "lt", "eq", "about", "range")
"""Comparators that set a level of the indicator itself, so in its unit."""
REPLACING = ("supersedes", "adjusts")


def check_links(tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series]) -> list[Finding]:
    """Return everything that is wrong between the tables of a pack.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Each fulfils its own contract. A table that could not be read is not there: nothing is said of it.
    rows : mapping of str to polars.Series
        Row numbers in the files.
    """
    found: list[Finding] = []
    for name, frame in tables.items():
        for spec in columns_of(PACK_TABLES[name]):
            if spec.references.partition(".")[0] in tables:
                found += _check_references(tables, rows, name, spec)
        found += _check_validity(frame, rows[name], f"{name}.csv")
    if "targets" in tables:
        found += _check_target_values(tables["targets"], rows["targets"])
    if "target_links" in tables:
        found += _check_cycles(tables["target_links"])
    found += _check_units(tables, rows)
    if "observations" in tables:
        found += _check_conflicts(tables["observations"], rows["observations"])
    return found


def check_config(config: PackConfig, tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Return findings for names in ``pack.toml`` that stand in no table.

    Parameters
    ----------
    config : PackConfig
    tables : mapping of str to polars.DataFrame
        Tables that could be read.
    """
    plan = config.pack.plan_document
    found = list(_missing("pack.plan_document", [plan] if plan else [], tables, "documents.document_id"))
    return found + check_decisions(config.decisions, tables)


def check_decisions(decisions: Decisions, tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Return findings for decisions about targets, indicators, series or questions that do not exist."""
    chosen = decisions.same_scope
    found = [
        *_missing("decisions.target_year", decisions.target_year, tables, "targets.target_id"),
        *_missing("decisions.target_value", decisions.target_value, tables, "targets.target_id"),
        *_missing("decisions.same_scope", chosen, tables, "indicators.indicator_id"),
        *_missing("decisions.same_scope", chosen.values(), tables, "series.series_id"),
    ]
    if {"indicators", "series"} <= tables.keys():
        wanted = dict(tables["indicators"].select("indicator_id", "unit").iter_rows())
        given = dict(tables["series"].select("series_id", "unit").iter_rows())
        for indicator, series in chosen.items():
            if indicator in wanted and series in given and wanted[indicator] != given[series]:
                place = Place("pack.toml", column="decisions.same_scope")
                found.append(_wrong_unit(place, series, given[series], wanted[indicator]))
    if "open_questions" in tables:
        questions = set(tables["open_questions"]["decision_key"])
        found += [
            Finding(
                "decision_unknown", Place("pack.toml"), {"key": key, "suggestion": Suggestion(key, questions)}
            )
            for key in decisions.recorded
            if key not in questions
        ]
    return found


def check_boundaries(codes: Iterable[str], region: str, tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Return findings for areas of the map that are no region of the pack.

    Parameters
    ----------
    codes : iterable of str
        ``properties.code`` of the features; the province may carry any of its codes.
    region : str
        Province of the pack.
    tables : mapping of str to polars.DataFrame
        Tables that could be read.
    """
    province = {code for code, meant in terms.aliases("provinces").items() if meant == region}
    others = [code for code in codes if code.lower() not in province]
    return list(_missing("properties.code", others, tables, "regions.code", file="boundaries"))


def _missing(
    place: str,
    values: Iterable[str],
    tables: Mapping[str, pl.DataFrame],
    target: str,
    file: str = "pack.toml",
) -> Iterator[Finding]:
    table, _, column = target.partition(".")
    if table not in tables:
        return
    known = set(tables[table][column])
    for value in values:
        if value not in known:
            params = {"value": value, "target": f"{table}.csv", "suggestion": Suggestion(value, known)}
            yield Finding("reference_unknown", Place(file, column=place), params)


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
        if None not in (target["lower"], target["upper"]) and target["upper"] < target["lower"]:
            place = Place("targets.csv", row=row, column="upper")
            rule = {"value": target["upper"], "rule": f"≥ lower {target['lower']:g}"}
            yield Finding("value_out_of_range", place, rule)


def _check_conflicts(observations: pl.DataFrame, rows: pl.Series) -> list[Finding]:
    """Return a finding where sources that count give different figures for the same thing on the same day.

    A figure that was published on a later day is a revision: it holds from that day on.
    """
    exact = observations.with_columns(rows.alias("_row")).filter(
        (pl.col("bound") == "eq") & pl.col("grade").is_in(["A", "B"])
    )
    year_end = pl.col("period").str.replace("-12$", "")
    same = "series_id", "region", year_end
    of_one_day = pl.col("value").n_unique().over(*same, "known_on") > 1
    undated = pl.col("known_on").is_null().any().over(*same) & (pl.col("value").n_unique().over(*same) > 1)
    conflicts = exact.filter(of_one_day | undated)
    return [
        Finding(
            "pack_conflict", Place("observations.csv", row=row["_row"], column="value"),
            {"series": row["series_id"], "region": row["region"], "period": row["period"]},
        )
        for row in conflicts.iter_rows(named=True)
    ]  # fmt: skip


def _check_cycles(links: pl.DataFrame) -> list[Finding]:
    graph: TopologicalSorter[str] = TopologicalSorter()
    for later, earlier in (
        links.filter(pl.col("relation").is_in(REPLACING)).select("target_id", "other_target_id").iter_rows()
    ):
        graph.add(later, earlier)
    try:
        graph.prepare()
    except CycleError as error:
        cycle = {"cycle": " → ".join(error.args[1])}
        return [Finding("pack_link_cycle", Place("target_links.csv"), cycle)]
    return []


def _check_units(tables: Mapping[str, pl.DataFrame], rows: Mapping[str, pl.Series]) -> Iterator[Finding]:
    """Return figures that verdicts would compare although they are in different units."""
    rules = (
        ("observations", "series", "series_id", pl.lit(value=True)),
        ("targets", "indicators", "indicator_id", pl.col("comparator").is_in(LEVELS)),
    )
    for name, other, key, compared in rules:
        if name in tables and other in tables:
            expected = dict(tables[other].select(key, "unit").iter_rows())
            numbered = tables[name].with_columns(rows[name].alias("_row")).filter(compared)
            for row in numbered.iter_rows(named=True):
                if row[key] in expected and row["unit"] != expected[row[key]]:
                    place = Place(f"{name}.csv", row=row["_row"], column="unit")
                    yield _wrong_unit(place, row[key], row["unit"], expected[row[key]])
    if {"indicator_series", "indicators", "series"} <= tables.keys():
        yield from _check_same_scope(tables, rows["indicator_series"])


def _check_same_scope(tables: Mapping[str, pl.DataFrame], rows: pl.Series) -> Iterator[Finding]:
    wanted = dict(tables["indicators"].select("indicator_id", "unit").iter_rows())
    given = dict(tables["series"].select("series_id", "unit").iter_rows())
    for row, link in zip(rows, tables["indicator_series"].iter_rows(named=True), strict=True):
        indicator, series = link["indicator_id"], link["series_id"]
        known = indicator in wanted and series in given
        if link["relation"] == "same" and known and wanted[indicator] != given[series]:
            place = Place("indicator_series.csv", row=row, column="series_id")
            yield _wrong_unit(place, series, given[series], wanted[indicator])


def _wrong_unit(place: Place, what: str, value: str | None, expected: str | None) -> Finding:
    return Finding("unit_wrong", place, {"what": what, "value": value or "", "expected": expected or ""})
