"""What one field of a register is: kind, unit, vocabulary, bounds, who may see it, where else it is held."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FieldKind = Literal[
    "text", "integer", "number", "boolean", "date", "year", "period", "code", "codes",
    "region", "agency", "clause", "target", "system", "link", "uscc", "geometry",
]  # fmt: skip
"""What a field holds.

``date`` is written 2026-11-22, ``period`` as in :mod:`dafeng.period`, ``codes`` are codes separated by ``;``;
``region``, ``agency``, ``clause``, ``target`` and ``system`` are ids of the pack, ``link`` is the key of a row
of another register, ``uscc`` a unified social credit code (GB 32100-2015), ``geometry`` GeoJSON or WKT in
CGCS2000 (EPSG:4490), longitude before latitude. [deg]
"""
NUMERIC: frozenset[str] = frozenset({"integer", "number", "year"})
PACK_KINDS: dict[str, str] = {
    "region": "regions.code", "agency": "agencies.agency_id", "clause": "clauses.clause_id",
    "target": "targets.target_id", "system": "systems.system_id",
}  # fmt: skip
"""Kinds whose values stand in a table of the pack -> table and column."""
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""Names in a register: ASCII, they become columns."""
Words = Annotated[str, Field(min_length=1, max_length=200)]
RESERVED = frozenset(
    {
        "row_id", "version", "state", "withdrawn", "source", "grade", "scope_region", "scope_agency",
        "created_at", "created_by", "changed_at", "changed_by", "today", "parent_id",
    }
)  # fmt: skip
"""Names that every row has; no field may bear one."""


class Record(BaseModel):
    """Base of everything in a register file: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Choice(Record):
    """One code of a closed set."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$")]
    """What is stored."""
    zh: Words
    """Chinese name, shown in drop-downs; accepted as input."""
    en: Words
    """English name; accepted as input."""


class RegisterField(Record):
    """One field (one column of the template)."""

    id: Identifier
    """Name of the column."""
    zh: Words
    """Chinese name; the heading of the template."""
    en: Words
    """English name."""
    kind: FieldKind = "text"
    """What it holds."""
    unit: str = ""
    """Unit of a number, as statistics spell it; ``1`` for a pure number."""
    required: bool = False
    """A row without it is refused."""
    low: float | None = None
    """Smallest value, included."""
    high: float | None = None
    """Largest value, included."""
    max_length: Annotated[int, Field(ge=1, le=20_000)] = 500
    """Longest text. [characters]"""
    choices: tuple[Choice, ...] = ()
    """Closed set of a ``code`` or ``codes`` field, if it is its own."""
    vocabulary: str = ""
    """Closed set of a ``code`` or ``codes`` field, if it is a vocabulary of :mod:`dafeng.terms`."""
    link: Identifier | Literal[""] = ""
    """Register that a ``link`` field points to; the value is the key of its row, parts joined by ``/``."""
    geometry: Literal["", "Point", "LineString", "Polygon", "MultiPolygon"] = ""
    """Type of a ``geometry`` field; empty: any of them."""
    held_in: str = ""
    """``link_field.field``: the value is held in the linked row; it is shown here and never asked for."""
    restricted: bool = False
    """Only who may ``see_restricted`` sees it (figures of single firms, persons)."""
    help_zh: str = ""
    """What to fill in, in Chinese; shown as the note of the template's cell."""
    help_en: str = ""
    """What to fill in, in English."""

    @model_validator(mode="after")
    def _hold_together(self) -> RegisterField:
        problems = []
        if self.id in RESERVED:
            problems.append(f"id {self.id}: reserved")
        if self.kind == "number" and not self.unit:
            problems.append(f"{self.id}: number without unit ('1' for a pure number)")
        if self.unit and self.kind not in {"integer", "number"}:
            problems.append(f"{self.id}: unit of a {self.kind}")
        coded = self.kind in {"code", "codes"}
        if coded and not self.held_in and bool(self.choices) == bool(self.vocabulary):
            problems.append(f"{self.id}: a code needs choices or a vocabulary, one of them")
        if not coded and (self.choices or self.vocabulary):
            problems.append(f"{self.id}: choices of a {self.kind}")
        if (self.kind == "link") != bool(self.link):
            problems.append(f"{self.id}: link names the register of a field of kind link, and only there")
        if self.geometry and self.kind != "geometry":
            problems.append(f"{self.id}: geometry of a {self.kind}")
        if (self.low is not None or self.high is not None) and self.kind not in NUMERIC:
            problems.append(f"{self.id}: bounds of a {self.kind}")
        if self.low is not None and self.high is not None and self.low > self.high:
            problems.append(f"{self.id}: low > high")
        if self.held_in and (self.required or self.held_in.count(".") != 1):
            problems.append(f"{self.id}: held_in is link_field.field, of a field that is not required")
        codes = [choice.code for choice in self.choices]
        problems += [
            f"{self.id}: choice {code} twice" for code in sorted({c for c in codes if codes.count(c) > 1})
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Child(Record):
    """A list inside a row: a time series, flows, milestones, items of a form."""

    id: Identifier
    """Name of the list."""
    zh: Words
    """Chinese name; the sheet of the template."""
    en: Words
    """English name."""
    fields: Annotated[tuple[RegisterField, ...], Field(min_length=1)]
    """Its columns; a list has no lists, no held and no restricted fields."""
    key: tuple[Identifier, ...] = ()
    """Columns that tell its lines apart within a row; a time series has a ``period`` or ``year`` among them."""
    most_rows: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Most lines of one row."""

    @model_validator(mode="after")
    def _hold_together(self) -> Child:
        names = [field.id for field in self.fields]
        problems = [
            f"{self.id}: field {name} twice" for name in sorted({n for n in names if names.count(n) > 1})
        ]
        problems += [f"{self.id}: key {name} is no field" for name in self.key if name not in names]
        problems += [
            f"{self.id}.{field.id}: held or restricted inside a list"
            for field in self.fields
            if field.held_in or field.restricted
        ]
        if self.id in RESERVED:
            problems.append(f"id {self.id}: reserved")
        if problems:
            raise ValueError("; ".join(problems))
        return self
