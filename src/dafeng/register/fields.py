"""What one field of a register is: kind, unit, vocabulary, bounds, who may see it, where else it is held."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dafeng.errors import Finding, Place
from dafeng.register.schema import SYSTEM_COLUMNS
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.errors import Language

FieldKind = Literal[
    "text", "integer", "number", "boolean", "date", "year", "period", "code", "codes",
    "region", "agency", "clause", "target", "system", "link", "uscc", "geometry",
]  # fmt: skip
"""What a field holds.

``date`` is written 2026-11-22, ``period`` as in :mod:`dafeng.period`, ``codes`` are codes separated by
``;``; ``region``, ``agency``, ``clause``, ``target`` and ``system`` are ids of the pack, ``link`` is the key
of a row of another register, ``uscc`` a unified social credit code (GB 32100-2015), ``geometry`` GeoJSON or
WKT in CGCS2000 (EPSG:4490), longitude before latitude. [deg]
"""
NUMERIC: frozenset[str] = frozenset({"integer", "number", "year"})
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""Names in a register: ASCII, they become columns."""
Words = Annotated[str, Field(min_length=1, max_length=200)]
RESERVED = frozenset({*SYSTEM_COLUMNS, "today", "parent_id"})
"""Names that every row has; no field may bear one."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A parameter of a message that has words of its own in each language."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return its words."""
        return self.zh if language == "zh" else self.en


class Defects(ValueError):
    """What does not hold together in one record of a register file.

    Parameters
    ----------
    findings : iterable of Finding
        The column of each place is a key path below the record.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.text("en") for finding in self.findings))


def raise_defects(findings: list[Finding]) -> None:
    """Raise if anything was found.

    Raises
    ------
    Defects
        With all findings.
    """
    if findings:
        raise Defects(findings)


TAKEN = ("此名已有他用（每行都有，或算式不能读）", "the name is taken: every row has it or none can read it")


def is_taken(name: str) -> bool:
    """Return whether a name cannot be that of a field: every row has it, or an expression cannot read it."""
    return name in RESERVED or name in {"true", "false"} or iskeyword(name)


class Record(BaseModel):
    """Base of everything in a register file: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


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
    link: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,47})?$")] = ""
    """Register that a ``link`` field points to; the value is the key of its row, parts joined by ``/``."""
    geometry: Literal["", "Point", "LineString", "Polygon", "MultiPolygon"] = ""
    """Type of a ``geometry`` field; empty: any of them."""
    level: Literal["", "province", "city", "county"] = ""
    """Level of the regions that a ``region`` field takes; empty: all."""
    held_in: str = ""
    """``link_field.field``: the value is held in the linked row; it is shown here and never asked for."""
    restricted: bool = False
    """Only who may ``see_restricted`` sees it (figures of single firms, persons)."""
    fixed: bool = False
    """Once the row is there only its maker, or who may ``correct`` it, changes it (what was assigned)."""
    help_zh: str = ""
    """What to fill in, in Chinese; shown as the note of the template's cell."""
    help_en: str = ""
    """What to fill in, in English."""

    @model_validator(mode="after")
    def _hold_together(self) -> RegisterField:
        coded = self.kind in {"code", "codes"}
        bounded = self.low is not None or self.high is not None
        wrong: dict[str, tuple[bool, str, str]] = {
            "id": (is_taken(self.id), *TAKEN),
            "unit": (self.kind == "number" and not self.unit, "数值须有单位，纯数写 1",
                     "a number needs a unit, 1 for a pure number"),
            "kind": (bool(self.unit) and self.kind not in {"integer", "number"}, "只有数值才有单位",
                     "only numbers have units"),
            "choices": (coded and not self.held_in and bool(self.choices) == bool(self.vocabulary),
                        "编码字段须给 choices 或 vocabulary，二者取一",
                        "a code needs choices or a vocabulary, one of them"),
            "vocabulary": (not coded and bool(self.choices or self.vocabulary), "只有编码字段才有可选值",
                           "only codes have choices"),
            "link": ((self.kind == "link") != bool(self.link), "link 写明所指台账，只用于 link 类字段",
                     "link names the register of a field of kind link, and only there"),
            "geometry": (bool(self.geometry) and self.kind != "geometry", "只有空间字段才有几何类型",
                         "only a field of kind geometry has a type of geometry"),
            "level": (bool(self.level) and self.kind != "region", "只有地区字段才有级别",
                      "only a field of kind region has a level"),
            "low": (bounded and self.kind not in NUMERIC, "只有数值和年份才有上下限",
                    "only numbers and years have bounds"),
            "high": (self.low is not None and self.high is not None and self.low > self.high,
                     "上限小于下限", "high is below low"),
            "held_in": (bool(self.held_in) and (self.required or self.held_in.count(".") != 1),
                        "应写成 链接字段.字段，且不能必填",
                        "write link_field.field; such a field cannot be required"),
        }  # fmt: skip
        raise_defects([
            *(unfit(key, zh, en, self.id) for key, (bad, zh, en) in wrong.items() if bad),
            *repeated("choices", [choice.code for choice in self.choices]),
        ])  # fmt: skip
        return self


def unfit(path: str, zh: str, en: str, name: str) -> Finding:
    """Return the finding that a key does not fit the others.

    Parameters
    ----------
    path : str
        Key below the record.
    zh, en : str
        What is wrong.
    name : str
        Of the field, rule or step that it belongs to.
    """
    return Finding("register_unfit", Place(column=path), {"name": name, "reason": Bilingual(zh, en)})


def repeated(path: str, names: list[str]) -> list[Finding]:
    """Return a finding for every name that stands twice."""
    return [
        Finding("register_name_twice", Place(column=path), {"name": name})
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


class Child(Record):
    """A list inside a row: a time series, flows, milestones, items of a form."""

    id: Identifier
    """Name of the list."""
    zh: Words
    """Chinese name; the sheet of the template."""
    en: Words
    """English name."""
    fields: Annotated[tuple[RegisterField, ...], Field(min_length=1)]
    """Its columns; a list has no lists, no held or restricted fields, no geometry."""
    key: tuple[Identifier, ...] = ()
    """Columns that tell its lines apart within a row; a time series has a ``period`` or ``year`` there."""
    most_rows: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Most lines of one row."""

    @model_validator(mode="after")
    def _hold_together(self) -> Child:
        names = [field.id for field in self.fields]
        problems = repeated("fields", names)
        problems += [
            Finding(
                "register_name_unknown",
                Place(column="key"),
                {"name": name, "suggestion": Suggestion(name, names)},
            )
            for name in self.key
            if name not in names
        ]
        problems += [
            unfit(f"fields.{field.id}", "子表字段不能取自他处、不能受限，也不能是空间字段",
                  "a field of a list is neither held elsewhere nor restricted nor a geometry", field.id)
            for field in self.fields
            if field.held_in or field.restricted or field.kind == "geometry"
        ]  # fmt: skip
        if is_taken(self.id):
            problems.append(unfit("id", *TAKEN, self.id))
        raise_defects(problems)
        return self
