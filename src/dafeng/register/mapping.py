"""A saved mapping: how the columns of one sender's files become fields, so that it is asked once."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from dafeng.errors import Finding, InputRefused, Place, UnitError
from dafeng.register.fields import Record
from dafeng.register.headings import plain_heading, split_unit
from dafeng.table import Suggestion
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.register.fields import RegisterField
    from dafeng.register.library import Library
    from dafeng.register.model import Register


class ColumnMapping(Record):
    """One column of the sender."""

    column: str
    """Heading as the sender writes it."""
    field: str = ""
    """Field, ``list.field`` for a column of a list; empty: the column is left out without a word."""
    unit: str = ""
    """Unit of the sender's figures; empty: that of the heading, else that of the field."""
    codes: dict[str, str] = Field(default_factory=dict)
    """What the sender writes -> code."""
    decimal_comma: bool = False
    """The sender writes 1.234,5 for 1,234.5."""
    date_formats: tuple[str, ...] = ()
    """How the sender writes days, as ``strptime`` takes it (``%d.%m.%Y``)."""


class SavedMapping(Record):
    """How one sender's files are read."""

    register_id: str
    """Register."""
    name: str = Field(min_length=1, max_length=80)
    """Name of the mapping, for example the system from which the files come."""
    sheet: str = ""
    """Sheet of the rows; empty: the one that fits best."""
    columns: tuple[ColumnMapping, ...] = ()
    """Columns; those that are not named are recognised by their headings."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Field -> value of every row, for what the file does not say because it is the same everywhere."""
    note: str = ""
    """Why it is so."""


def parse_mapping(text: str, register: Register, library: Library, *, file: str = "") -> SavedMapping:
    """Return a saved mapping from its JSON text, checked against the register.

    Parameters
    ----------
    text : str
        JSON.
    register, library
        The register and its vocabularies.
    file : str
        Named in messages.

    Raises
    ------
    InputRefused
        ``row_mapping_invalid``: every defect.
    """
    try:
        mapping = SavedMapping.model_validate_json(text)
    except ValidationError as error:
        reasons = [
            (".".join(map(str, problem["loc"])) or "JSON", problem["msg"]) for problem in error.errors()
        ]
        raise _refuse(reasons, file) from error
    problems = check_mapping(mapping, register, library)
    if problems:
        raise _refuse(problems, file)
    return mapping


def check_mapping(mapping: SavedMapping, register: Register, library: Library) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of a mapping: unknown or repeated fields, units, codes."""
    problems = []
    if mapping.register_id != register.id:
        problems.append(("register_id", f"{mapping.register_id} ≠ {register.id}"))
    fields = mappable_fields(register)
    used = [column.field for column in mapping.columns if column.field] + list(mapping.constants)
    for name in used:
        if name not in fields:
            hint = Suggestion(name, fields).name
            problems.append((name, f"没有这个字段 / no such field{f': {hint}?' if hint else ''}"))
    problems += [(n, "重复 / twice") for n in sorted({n for n in used if used.count(n) > 1})]
    headings = [plain_heading(column.column) for column in mapping.columns]
    problems += [(h, "重复 / twice") for h in sorted({h for h in headings if headings.count(h) > 1})]
    for column in mapping.columns:
        problems += _check_column(column, fields.get(column.field), register, library)
    return problems


def mappable_fields(register: Register) -> dict[str, RegisterField]:
    """Return what a column may be mapped to: asked fields, and ``list.field``."""
    own = {field.id: field for field in register.asked}
    lines = {f"{child.id}.{field.id}": field for child in register.lists for field in child.fields}
    return own | lines


def suggest_mapping(headings: Sequence[str], register: Register, name: str) -> SavedMapping:
    """Return a first draft of a mapping for headings that stand in a file: near names, for a person to mend.

    Parameters
    ----------
    headings : sequence of str
        As they stand in the file.
    register : Register
        Where they shall go.
    name : str
        Name of the mapping.
    """
    known: dict[str, str] = {}
    for key, field in mappable_fields(register).items():
        for spelling in (key, field.zh, field.en):
            known.setdefault(plain_heading(spelling), key)
    columns: list[ColumnMapping] = []
    taken: set[str] = set()
    for heading in headings:
        bare, unit = split_unit(heading)
        near = get_close_matches(plain_heading(bare), known, n=1, cutoff=0.6)
        name_of_field = known[near[0]] if near and known[near[0]] not in taken else ""
        taken.add(name_of_field)
        columns.append(ColumnMapping(column=heading, field=name_of_field, unit=unit if name_of_field else ""))
    return SavedMapping(register_id=register.id, name=name, columns=tuple(columns))


def codes_of(column: ColumnMapping, spellings: Mapping[str, str]) -> dict[str, str]:
    """Return what the sender writes -> code, with names on the right-hand side made codes."""
    return {written: spellings.get(code.lower(), code) for written, code in column.codes.items()}


def _check_column(
    column: ColumnMapping, field: RegisterField | None, register: Register, library: Library
) -> list[tuple[str, str]]:
    if field is None:
        return []
    problems = []
    if column.unit:
        try:
            conversion_factor(column.unit, field.unit or "1")
        except UnitError as error:
            problems.append((column.column, error.text("zh")))
    if column.codes:
        vocabulary = library.vocabulary(register.id, field)
        known = vocabulary.codes if vocabulary else ()
        spelled = vocabulary.spellings if vocabulary else {}
        problems += [
            (column.column, f"没有代码 / no code {code}")
            for code in column.codes.values()
            if code not in known and code.lower() not in spelled
        ]
    return problems


def _refuse(problems: Sequence[tuple[str, str]], file: str) -> InputRefused:
    return InputRefused(
        Finding("row_mapping_invalid", Place(file), {"key": key, "reason": reason})
        for key, reason in problems
    )
