"""Series, targets and scenarios of the last run with what belongs to one, as an actor may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.portal_answers import find_table
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused
from dafeng.table import ColumnSpec, Suggestion, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book

TARGETS, VERDICTS, WARNINGS = "plan.targets", "tracking.verdicts", "tracking.warnings"
SERIES, OBSERVATIONS = "tracking.series", "tracking.observations"
SCENARIOS = "pathway.scenarios"
OF_VERDICT = (
    "verdict", "period", "observed", "bound", "baseline_period", "baseline", "required", "gap",
    "needed_per_year", "question_ids",
)  # fmt: skip
OF_WARNING = (
    "level", "level_reason", "is_official", "own_level", "behind_share", "p_met", "p_met_high", "outlook_low",
    "outlook_high",
)  # fmt: skip
PARTS_OF_TARGET = (
    "tracking.variants", "tracking.paths", "tracking.replay", "pathway.targets", "evaluation.departments",
)  # fmt: skip
"""Tables that speak of targets by ``target_id``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Lines with the columns that they are made of.

    Parameters
    ----------
    frame : polars.DataFrame
        Lines.
    columns : tuple of ColumnSpec
        In the order of the frame.
    """

    frame: pl.DataFrame
    columns: tuple[ColumnSpec, ...]


@dataclass(frozen=True, slots=True)
class TargetView:
    """A target with what is known of it; what the actor may not see is empty.

    Parameters
    ----------
    target, verdict, warning : mapping or None
        Rows of the three tables.
    parts : mapping of str to list of dict
        Table -> rows that speak of it.
    evidence : list of dict
        Observations of the series that the verdict rests on.
    sources : list of dict
        Sources of target, verdict and evidence.
    agencies : list of dict
        Bodies that are responsible for its clause: ``agency_id``, ``role``, names.
    """

    target: Mapping[str, Any]
    verdict: Mapping[str, Any] | None
    warning: Mapping[str, Any] | None
    parts: Mapping[str, list[dict[str, Any]]]
    evidence: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    agencies: list[dict[str, Any]]


def _specs_of(table_id: str, names: Iterable[str] | None = None) -> list[ColumnSpec]:
    known = {spec.name: spec for spec in columns_of(TABLES[table_id][0])}
    return [known[name] for name in (known if names is None else names) if name in known]


def _require_table(portal: Portal, book: Book, table_id: str) -> pl.DataFrame:
    """Return a table, or refuse as for one that is not there."""
    return portal.data.frame(book, table_id)


def list_targets(portal: Portal, book: Book) -> Standing:
    """Return the targets with verdict and warning, one line each.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``, ``portal_table_unknown``: the actor may not see the targets.
    """
    frame = _require_table(portal, book, TARGETS)
    columns = _specs_of(TARGETS)
    for table_id, names in ((VERDICTS, OF_VERDICT), (WARNINGS, OF_WARNING)):
        more = find_table(portal, book, table_id)
        specs = _specs_of(table_id, names)
        columns += specs
        if more is None:
            frame = frame.with_columns(pl.lit(None, dtype=spec.dtype).alias(spec.name) for spec in specs)
        else:
            chosen = more.select("target_id", *(spec.name for spec in specs))
            frame = frame.join(chosen, on="target_id", how="left", maintain_order="left")
    return Standing(frame.select(spec.name for spec in columns), tuple(columns))


def read_target(portal: Portal, book: Book, target_id: str) -> TargetView:
    """Return a target with verdict, warning, milestones, history, evidence, sources and bodies.

    Raises
    ------
    InputRefused
        As :func:`list_targets`; ``portal_target_unknown``.
    """
    targets = _require_table(portal, book, TARGETS)
    target = _one(targets, "target_id", target_id)
    if target is None:
        suggestion = Suggestion(target_id, targets["target_id"])
        raise InputRefused.of("portal_target_unknown", target=target_id, suggestion=suggestion)
    verdict, warning = (
        None if table is None else _one(table, "target_id", target_id)
        for table in (find_table(portal, book, VERDICTS), find_table(portal, book, WARNINGS))
    )
    parts = {name: _rows(portal, book, name, "target_id", target_id) for name in PARTS_OF_TARGET}
    series = None if verdict is None else verdict["series_id"]
    evidence = [] if series is None else _rows(portal, book, OBSERVATIONS, "series_id", series)
    cited = [row["source_id"] for row in (target, verdict, *evidence) if row]
    return TargetView(
        target, verdict, warning, parts, evidence, read_sources(portal, book, cited),
        _bodies(portal, book, target["clause_id"]),
    )  # fmt: skip


def _one(frame: pl.DataFrame, column: str, value: str) -> dict[str, Any] | None:
    found = frame.filter(pl.col(column) == value)
    return None if found.is_empty() else found.row(0, named=True)


def _rows(portal: Portal, book: Book, table_id: str, column: str, value: str) -> list[dict[str, Any]]:
    table = find_table(portal, book, table_id)
    return [] if table is None else table.filter(pl.col(column) == value).to_dicts()


def _bodies(portal: Portal, book: Book, clause: str) -> list[dict[str, Any]]:
    """Return the bodies of a clause with their names."""
    named = find_table(portal, book, "plan.agencies")
    given = find_table(portal, book, "plan.clause_agencies")
    if named is None or given is None:
        return []
    words = named.select("agency_id", "name_zh", "name_en")
    own = given.filter(pl.col("clause_id") == clause).select("agency_id", "role")
    return own.join(words, on="agency_id", how="left", maintain_order="left").to_dicts()


def read_sources(portal: Portal, book: Book, cited: Sequence[str | None]) -> list[dict[str, Any]]:
    """Return the sources that ids name; several ids in one text are separated by ``;``."""
    table = find_table(portal, book, "pack.sources")
    wanted = {part for text in cited if text for part in text.split(";")}
    return [] if table is None else table.filter(pl.col("source_id").is_in(sorted(wanted))).to_dicts()


def read_series(portal: Portal, book: Book, series_id: str) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return a series and its observations, every vintage of them.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``, ``portal_table_unknown``, ``portal_series_unknown``.
    """
    known = _require_table(portal, book, SERIES)
    found = _one(known, "series_id", series_id)
    if found is None:
        suggestion = Suggestion(series_id, known["series_id"])
        raise InputRefused.of("portal_series_unknown", series=series_id, suggestion=suggestion)
    observed = _require_table(portal, book, OBSERVATIONS)
    return found, observed.filter(pl.col("series_id") == series_id)


def list_scenarios(portal: Portal, book: Book) -> list[dict[str, Any]]:
    """Return the scenarios of the last run, with their levers.

    Raises
    ------
    InputRefused
        ``portal_workspace_missing``, ``portal_table_unknown``.
    """
    table = _require_table(portal, book, SCENARIOS)
    heads = ("scenario", "name_zh", "name_en", "inherits", "autonomous")
    made = []
    for head in table.select(heads).unique(maintain_order=True).iter_rows(named=True):
        own = table.filter((pl.col("scenario") == head["scenario"]) & pl.col("lever_id").is_not_null())
        made.append({**head, "levers": own.drop(heads).to_dicts()})
    return made


def read_scenario(portal: Portal, book: Book, scenario: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return a scenario, and the tables that speak of it with their number of rows.

    Raises
    ------
    InputRefused
        As :func:`list_scenarios`; ``portal_scenario_unknown``.
    """
    listed = {one["scenario"]: one for one in list_scenarios(portal, book)}
    if scenario not in listed:
        suggestion = Suggestion(scenario, listed)
        raise InputRefused.of("portal_scenario_unknown", scenario=scenario, suggestion=suggestion)
    counted: dict[str, int] = {}
    for table_id in portal.data.visible_tables(book):
        if table_id in TABLES and any(spec.name == "scenario" for spec in _specs_of(table_id)):
            rows = portal.data.frame(book, table_id).filter(pl.col("scenario") == scenario).height
            counted |= {table_id: rows} if rows else {}
    return listed[scenario], counted
