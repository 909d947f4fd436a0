"""Select rows of the plan: targets, clauses, systems, agencies.

Every function takes the tables of a pack by name and returns the rows that fulfil all conditions; None asks
for nothing. A value that no row has is refused with ``filter_unknown`` and the nearest one, an agency that
does not exist with ``id_unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.pack import PACK_TABLES
from dafeng.table import Suggestion, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Tables = Mapping[str, pl.DataFrame]


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
        Id or name of an agency that answers for the clause.
    """

    sector: str | None = None
    kind: str | None = None
    nature: str | None = None
    comparator: str | None = None
    document_id: str | None = None
    year: int | None = None
    agency: str | None = None


def select_targets(tables: Tables, wanted: TargetFilter) -> pl.DataFrame:
    """Return the targets that fulfil every condition.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack by name.
    wanted : TargetFilter

    Returns
    -------
    Targets

    Raises
    ------
    InputRefused
        ``filter_unknown`` for a value that no row has, with the nearest one; ``id_unknown`` for an agency.
    """
    targets = tables["targets"]
    conditions = [
        *_equal(tables, "targets", "sector", wanted.sector),
        *_equal(tables, "targets", "kind", wanted.kind),
        *_equal(tables, "targets", "nature", wanted.nature),
        *_equal(tables, "targets", "comparator", wanted.comparator),
        *_equal(tables, "targets", "document_id", wanted.document_id),
        *_equal(tables, "targets", "target_year", wanted.year, "year"),
    ]
    if wanted.agency is not None:
        conditions.append(pl.col("clause_id").is_in(find_clauses(tables, agency=wanted.agency)))
    return _keep(targets, conditions)


def select_clauses(
    tables: Tables, *, sector: str | None = None, year: int | None = None, agency: str | None = None,
    kind: str | None = None, measurable: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return clauses.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack by name.
    sector : str, optional
        Field of the clause, or a part of it (:func:`find_clauses`).
    year : int, optional
        The clause has a target of this year.
    agency : str, optional
        Id or name of an agency that answers for the clause.
    kind : str, optional
        One of its kinds of measure (``types``).
    measurable : str, optional
        ``yes``, ``partly`` or ``no``.

    Returns
    -------
    Clauses

    Raises
    ------
    InputRefused
        As :func:`select_targets`.
    """
    clauses = tables["clauses"]
    conditions = [
        *_in_clauses(tables, sector, year, agency),
        *_equal(tables, "clauses", "measurable", measurable),
    ]
    if kind is not None:
        known = clauses["types"].drop_nulls().str.split(";").explode()
        _check_known("kind", kind, known)
        conditions.append(pl.col("types").str.split(";").list.contains(kind))
    return _keep(clauses, conditions)


def select_systems(
    tables: Tables, *, sector: str | None = None, year: int | None = None, agency: str | None = None,
    kind: str | None = None, priority: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return ordered systems.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack by name.
    sector : str, optional
        Field of the clause that orders the system.
    year : int, optional
        That clause has a target of this year.
    agency : str, optional
        Id or name of a lead user.
    kind, priority : str, optional
        Codes of the systems table.

    Returns
    -------
    Systems

    Raises
    ------
    InputRefused
        As :func:`select_targets`.
    """
    systems = tables["systems"]
    conditions = [
        *_in_clauses(tables, sector, year),
        *_equal(tables, "systems", "kind", kind),
        *_equal(tables, "systems", "priority", priority),
    ]
    if agency is not None:
        lead = find_agency(tables["agencies"], agency)
        conditions.append(pl.col("lead_agency_ids").str.split(";").list.contains(lead))
    return _keep(systems, conditions)


def select_agencies(
    tables: Tables, *, sector: str | None = None, year: int | None = None, kind: str | None = None
) -> pl.DataFrame:
    """Return agencies.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack by name.
    sector : str, optional
        The agency answers for a clause of this field.
    year : int, optional
        The agency answers for a clause with a target of this year; with ``sector``, for one that has both.
    kind : str, optional
        Code of the agencies table.

    Returns
    -------
    Agencies

    Raises
    ------
    InputRefused
        As :func:`select_targets`.
    """
    agencies, links = tables["agencies"], tables["clause_agencies"]
    conditions = _equal(tables, "agencies", "kind", kind)
    inside = _in_clauses(tables, sector, year)
    if inside:
        conditions.append(pl.col("agency_id").is_in(_keep(links, inside)["agency_id"].to_list()))
    return _keep(agencies, conditions)


def find_clauses(
    tables: Tables, *, sector: str | None = None, year: int | None = None, agency: str | None = None
) -> list[str]:
    """Return the ids of the clauses of a field, with a target of a year, that an agency answers for.

    A field of the form ``industry/steel`` is found by the whole and by each part.

    Raises
    ------
    InputRefused
        As :func:`select_targets`.
    """
    clauses, targets = tables["clauses"], tables["targets"]
    conditions = []
    if sector is not None:
        fields = clauses["sector"].str.split("/")
        _check_known("sector", sector, pl.concat([clauses["sector"], fields.explode()]))
        part = pl.col("sector").str.split("/").list.contains(sector)
        conditions.append(part | (pl.col("sector") == sector))
    if year is not None:
        dated = _keep(targets, _equal(tables, "targets", "target_year", year, "year"))
        conditions.append(pl.col("clause_id").is_in(dated["clause_id"].drop_nulls().to_list()))
    if agency is not None:
        mine = pl.col("agency_id") == find_agency(tables["agencies"], agency)
        conditions.append(
            pl.col("clause_id").is_in(_keep(tables["clause_agencies"], [mine])["clause_id"].to_list())
        )
    return _keep(clauses, conditions)["clause_id"].to_list()


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


def _in_clauses(
    tables: Tables, sector: str | None, year: int | None, agency: str | None = None
) -> list[pl.Expr]:
    """Return the condition that a row belongs to such a clause; none where nothing is asked for."""
    if sector is None and year is None and agency is None:
        return []
    return [pl.col("clause_id").is_in(find_clauses(tables, sector=sector, year=year, agency=agency))]


def _equal(tables: Tables, table: str, column: str, value: str | int | None, name: str = "") -> list[pl.Expr]:
    """Return the condition that a column has a value; none where nothing is asked for.

    Where the column has a vocabulary its Chinese and English names are taken too, and a code that no row of
    this pack has gives no row.
    """
    if value is None:
        return []
    vocabulary = next(c.vocabulary for c in columns_of(PACK_TABLES[table]) if c.name == column)
    if vocabulary:
        code = terms.aliases(vocabulary).get(str(value).strip().lower(), value)
        _check_known(name or column, code, terms.codes(vocabulary))
        return [pl.col(column) == code]
    _check_known(name or column, value, tables[table][column].drop_nulls())
    return [pl.col(column) == value]


def _check_known(name: str, value: str | int, values: Iterable[object]) -> None:
    known = sorted({str(code) for code in values if code is not None})
    if str(value) not in known:
        params = {
            "name": name, "value": value, "known": ", ".join(known),
            "suggestion": Suggestion(str(value), known),
        }  # fmt: skip
        raise InputRefused([Finding("filter_unknown", params=params)])


def _keep(frame: pl.DataFrame, conditions: list[pl.Expr]) -> pl.DataFrame:
    return frame.filter(conditions) if conditions else frame
