"""``dafeng cities dossier``: the file of one city's peak plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.clock import today
from dafeng.app.document_file import check_suffix, make_wording, write_document
from dafeng.app.dossier_stage import file_pack_cities
from dafeng.app.run_tables import facts_of_pack
from dafeng.app.stages import RunContext
from dafeng.cities.dossier_document import compose_dossier, newest_figures
from dafeng.errors import Finding, InputRefused
from dafeng.pack import read_pack
from dafeng.table import Suggestion
from dafeng.tracking import known_observations

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from dafeng.cities.facts import Facts
    from dafeng.errors import Language


@dataclass(frozen=True, slots=True)
class DossierRequest:
    """Which city, on which day, in which form; without a file only the table is made."""

    pack: str
    city: str
    as_of: date | None = None
    output: Path | None = None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Dossier:
    """The rows of one city and what does not agree in its record."""

    region: str
    name: str
    rows: pl.DataFrame
    findings: tuple[Finding, ...]


def make_dossier(request: DossierRequest) -> Dossier:
    """Return the file of a city, and write it where an output is named.

    Raises
    ------
    InputRefused
        ``id_unknown`` for the city, ``document_form_unknown``, or a defect of the pack.
    """
    if request.output is not None:
        check_suffix(request.output)
    pack, day = read_pack(request.pack), request.as_of or today()
    made = file_pack_cities(RunContext(pack, day, accept_findings=False))
    frames = {table_id: table.frame for table_id, table in made.tables.items()}
    frames["tracking.observations"] = known_observations(pack.tables["observations"], day)
    facts = facts_of_pack(pack, day, frames)
    city = find_city(facts, request.city)
    wording = make_wording(request.language)
    if request.output is not None:
        newest = newest_figures(facts.rows("tracking.observations"), city)
        write_document(compose_dossier(facts, city, newest, wording), request.output)
    rows = frames["cities.dossiers"].filter(pl.col("region") == city)
    own = tuple(f for f in made.findings if f.params.get("city") in {None, city})
    return Dossier(city, wording.name(facts.regions[city]), rows, own)


def find_city(facts: Facts, text: str) -> str:
    """Return the code of a city given by code or name.

    Raises
    ------
    InputRefused
        ``id_unknown``.
    """
    for row in facts.cities:
        names = (row["code"], row["name_zh"], row["short_name_zh"], row["name_en"])
        if text.strip().lower() in {str(name).lower() for name in names if name}:
            return str(row["code"])
    known = [name for row in facts.cities for name in (row["code"], row["name_zh"], row["name_en"]) if name]
    params = {"what": "city", "value": text, "suggestion": Suggestion(text, known)}
    raise InputRefused([Finding("id_unknown", params=params)])
