"""Select rows of the plan: targets, clauses, systems, agencies."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """What a selection asks for; None asks for nothing.

    Parameters
    ----------
    sector, kind, nature, comparator, document_id : str, optional
        Codes of the targets table.
    year : int, optional
        Target year.
    agency : str, optional
        Id or Chinese name of a responsible agency.
    """

    sector: str | None = None
    kind: str | None = None
    nature: str | None = None
    comparator: str | None = None
    document_id: str | None = None
    year: int | None = None
    agency: str | None = None


def select_targets(
    targets: pl.DataFrame, clause_agencies: pl.DataFrame, agencies: pl.DataFrame, wanted: TargetFilter
) -> pl.DataFrame:
    """Return the targets that fulfil every condition.

    Parameters
    ----------
    targets : Targets
    clause_agencies : ClauseAgencies
    agencies : Agencies
    wanted : TargetFilter

    Raises
    ------
    InputRefused
        ``filter_unknown`` for a value that no row has, with the nearest one.
    """
    frame = targets
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value is None or field.name == "agency":
            continue
        column = "target_year" if field.name == "year" else field.name
        frame = _keep(frame, targets, column, value)
    if wanted.agency is not None:
        clauses = clauses_of_agency(clause_agencies, agencies, wanted.agency)
        frame = frame.filter(pl.col("clause_id").is_in(clauses))
    return frame


def select_clauses(
    clauses: pl.DataFrame, clause_agencies: pl.DataFrame, agencies: pl.DataFrame, *,
    agency: str | None = None, sector: str | None = None, measurable: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return clauses by agency, field and measurability; errors as :func:`select_targets`."""
    frame = clauses
    for column, value in (("sector", sector), ("measurable", measurable)):
        if value is not None:
            frame = _keep(frame, clauses, column, value)
    if agency is not None:
        frame = frame.filter(pl.col("clause_id").is_in(clauses_of_agency(clause_agencies, agencies, agency)))
    return frame


def select_systems(
    systems: pl.DataFrame, agencies: pl.DataFrame, *,
    priority: str | None = None, kind: str | None = None, agency: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return ordered systems by priority, kind and lead user; errors as :func:`select_targets`."""
    frame = systems
    for column, value in (("priority", priority), ("kind", kind)):
        if value is not None:
            frame = _keep(frame, systems, column, value)
    if agency is not None:
        wanted = find_agency(agencies, agency)
        frame = frame.filter(pl.col("lead_agency_ids").str.split(";").list.contains(wanted))
    return frame


def select_agencies(agencies: pl.DataFrame, *, kind: str | None = None) -> pl.DataFrame:
    """Return agencies by kind; errors as :func:`select_targets`."""
    return agencies if kind is None else _keep(agencies, agencies, "kind", kind)


def find_agency(agencies: pl.DataFrame, text: str) -> str:
    """Return the id of an agency given by id, Chinese, full or English name.

    Raises
    ------
    InputRefused
        ``id_unknown``.
    """
    for column in ("agency_id", "name_zh", "full_name_zh", "name_en"):
        hits = agencies.filter(pl.col(column) == text)["agency_id"]
        if len(hits):
            return str(hits[0])
    known = [*agencies["agency_id"], *agencies["name_zh"]]
    params = {"what": "agency", "value": text, "suggestion": Suggestion(text, known)}
    raise InputRefused([Finding("id_unknown", params=params)])


def clauses_of_agency(clause_agencies: pl.DataFrame, agencies: pl.DataFrame, agency: str) -> list[str]:
    """Return the ids of the clauses that an agency answers for."""
    wanted = find_agency(agencies, agency)
    return clause_agencies.filter(pl.col("agency_id") == wanted)["clause_id"].to_list()


def _keep(frame: pl.DataFrame, whole: pl.DataFrame, column: str, value: object) -> pl.DataFrame:
    known = {str(v) for v in whole[column].drop_nulls()}
    if str(value) not in known:
        params = {"name": column, "value": value, "suggestion": Suggestion(str(value), known)}
        raise InputRefused([Finding("filter_unknown", params=params)])
    return frame.filter(pl.col(column) == value)
