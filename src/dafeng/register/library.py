"""All registers of a pack: read from their texts, checked one by one and against each other."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dafeng.errors import DafengError, Finding, InputRefused, Place
from dafeng.register.crosscheck import check_library
from dafeng.register.defects import findings_of
from dafeng.register.model import Register
from dafeng.register.vocabulary import Vocabulary, choices_vocabulary, pack_vocabularies, terms_vocabulary
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.register.fields import RegisterField

MAX_TEXT = 1024 * 1024
"""Longest text of a register. [characters]"""
SUFFIXES = (".toml", ".json")


@dataclass(frozen=True, slots=True)
class Library:
    """Registers with what they refer to.

    Parameters
    ----------
    registers : mapping of str to Register
        By id, sorted.
    pack_kinds : mapping of str to Vocabulary
        Kind of field (``region``, ``agency``, …) -> ids of the pack.
    box : (float, float, float, float), optional
        West, south, east and north end of the province. [deg]
    """

    registers: Mapping[str, Register]
    pack_kinds: Mapping[str, Vocabulary] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None

    def register(self, register_id: str) -> Register:
        """Return a register.

        Raises
        ------
        InputRefused
            ``register_unknown``.
        """
        found = self.registers.get(register_id)
        if found is None:
            suggestion = Suggestion(register_id, self.registers)
            raise InputRefused.of("register_unknown", register=register_id, suggestion=suggestion)
        return found

    def origin(self, register_id: str, field: RegisterField) -> RegisterField:
        """Return the field that holds the value: the field itself, or that of the linked register."""
        if not field.held_in:
            return field
        link, _, name = field.held_in.partition(".")
        return self.registers[self.registers[register_id].field(link).link].field(name)

    def vocabulary(self, register_id: str, field: RegisterField) -> Vocabulary | None:
        """Return the codes that a field may hold; None if it holds no codes.

        Parameters
        ----------
        register_id : str
            Register of the field.
        field : RegisterField
            A field of the register or of one of its lists.
        """
        held = self.origin(register_id, field)
        if held.choices:
            return choices_vocabulary(held.choices)
        if held.vocabulary:
            return terms_vocabulary(held.vocabulary)
        return self.pack_kinds.get(f"{held.kind}.{held.level}" if held.level else held.kind)


def parse_register(text: str, name: str) -> Register:
    """Return the register that a file holds.

    Parameters
    ----------
    text : str
        TOML or JSON, at most :data:`MAX_TEXT` characters.
    name : str
        File name; its suffix tells the language, its stem is the id of the register.

    Raises
    ------
    InputRefused
        With every defect, each with its key path as column.
    """
    data = _load(text, name)
    try:
        made = Register.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        raise InputRefused(findings_of(error, Register, data, name)) from error
    except RecursionError as error:
        raise InputRefused([Finding("register_unreadable", Place(name), {"reason": error})]) from error
    if made.id != PurePath(name).stem:
        params = {"register": made.id, "stem": PurePath(name).stem}
        raise InputRefused([Finding("register_id_differs", Place(name, column="id"), params)])
    return made


def _load(text: str, name: str) -> Any:
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputRefused([Finding("register_suffix", Place(name), {"suffix": suffix or "-"})])
    if len(text) > MAX_TEXT:
        params = {"length": len(text), "most": MAX_TEXT}
        raise InputRefused([Finding("register_too_long", Place(name), params)])
    try:
        if suffix == ".json":
            return json.loads(text, object_pairs_hook=_unique_keys)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputRefused([Finding("register_unreadable", Place(name), {"reason": error})]) from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        raise ValueError(next(f"key {key} twice" for key in names if names.count(key) > 1))
    return made


def read_library(
    texts: Mapping[str, str], tables: Mapping[str, pl.DataFrame], boundaries: str = ""
) -> Library:
    """Return all registers, checked one by one and against each other.

    Parameters
    ----------
    texts : mapping of str to str
        File name -> text; of two files that define one register the later one wins.
    tables : mapping of str to polars.DataFrame
        Tables of the pack (:data:`dafeng.pack.schema.PACK_TABLES`); ids of a table that is not given are
        not checked.
    boundaries : str
        GeoJSON of the pack, for the box in which places are expected.

    Raises
    ------
    InputRefused
        With every defect of every file.
    """
    problems: list[Finding] = []
    found: dict[str, Register] = {}
    files: dict[str, str] = {}
    for name, text in texts.items():
        try:
            register = parse_register(text, PurePath(name).name)
        except DafengError as error:
            problems += error.findings
            continue
        found[register.id], files[register.id] = register, PurePath(name).name
    library = Library(dict(sorted(found.items())), pack_vocabularies(tables), _box_of(boundaries))
    if problems:
        raise InputRefused(problems)
    problems = check_library(library, tables, files)
    if problems:
        raise InputRefused(problems)
    return library


def _box_of(boundaries: str) -> tuple[float, float, float, float] | None:
    """Return the box around all areas of a GeoJSON text."""
    if not boundaries:
        return None
    pairs = [
        pair
        for feature in json.loads(boundaries)["features"]
        for pair in _pairs(feature["geometry"]["coordinates"])
    ]
    longitudes, latitudes = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _pairs(coordinates: Any) -> list[Any]:
    if not isinstance(coordinates[0], list):
        return [coordinates]
    return [pair for part in coordinates for pair in _pairs(part)]
