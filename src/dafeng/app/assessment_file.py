"""Use cases: assessment accounts and city accounts from files to files; an empty form for the cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.assessment_stage import gdp_ratios, join_assessed, pick_vintage
from dafeng.app.city_stage import list_cities
from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory import ceads_factors, read_energy
from dafeng.inventory.assessment import (
    OwnSide,
    assess,
    chain_gdp,
    explain_gap,
    explain_intensity,
    find_scope,
    list_figures,
    list_scopes,
)
from dafeng.inventory.assessment.io import read_examples, read_figures, read_gdp, read_terms
from dafeng.inventory.city_accounts import (
    account_cities,
    add_names,
    draft_city_energy,
    read_city_energy,
    split_province,
)
from dafeng.pack import PACK_TABLES, read_pack
from dafeng.report.city_form import draw_city_form
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from dafeng.pack import Pack


@dataclass(frozen=True, slots=True)
class AssessmentRequest:
    """What to assess and where to.

    Parameters
    ----------
    terms, gdp : Path
        Terms by year; GDP indices by vintage.
    scope : str
        Code or name of the scope.
    output : Path
        Folder of the results.
    figures : Path, optional
        Feedback and approved figures to compare with.
    vintage, other_vintage : str, optional
        GDP vintage of the own estimate (needed if the file holds several) and of the approved figures.
    max_bytes : int
        Limit of an input file. [B]
    """

    terms: Path
    gdp: Path
    scope: str
    output: Path
    figures: Path | None = None
    vintage: str | None = None
    other_vintage: str | None = None
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class FilesAnswer:
    """What was written: rows by file, findings on the way, and the main table."""

    rows: Mapping[str, int]
    findings: tuple[Finding, ...]
    shown: pl.DataFrame


def run_assessment(request: AssessmentRequest) -> FilesAnswer:
    """Read terms and GDP, assess the scope, compare with figures, write the tables.

    Raises
    ------
    InputRefused
        Defects of the files; several vintages of GDP and none named. Nothing is written then.
    """
    scope = find_scope(request.scope)
    terms = read_terms(request.terms, max_bytes=request.max_bytes).frame
    index = read_gdp(request.gdp, max_bytes=request.max_bytes).frame
    for vintage in filter(None, (request.vintage, request.other_vintage)):
        if vintage not in set(index["vintage"]):
            known = ", ".join(index["vintage"].unique().sort())
            raise InputRefused.of("vintage_unknown", vintage=vintage, known=known)
    gdp = chain_gdp(pick_vintage(index, request.vintage) if request.vintage else index)
    made = assess(terms, scope, gdp)
    if made.accounts.is_empty():
        wanted = ", ".join(rule.term for rule in scope.terms)
        raise InputRefused([Finding("assessment_no_terms", Place(request.terms.name), {"terms": wanted})])
    frames = {"accounts": made.accounts, "terms": made.terms}
    if request.figures is not None:
        given = read_figures(request.figures, max_bytes=request.max_bytes).frame
        codes = [code for code in list_scopes()["scope"] if find_scope(code).quantity == scope.quantity]
        every = join_assessed([assess(terms, find_scope(code), gdp) for code in codes])
        behind = pick_vintage(index, request.other_vintage) if request.other_vintage else index.clear()
        own = OwnSide(every, terms, gdp_ratios(gdp), gdp_ratios(chain_gdp(behind)))
        frames["figures"] = list_figures(made, given)
        frames["gap"] = explain_gap(own, frames["figures"])
    chosen = pick_vintage(index, request.vintage) if request.vintage else index
    notes = explain_intensity(made.accounts, chosen)
    return FilesAnswer(write_frames(request.output, frames), notes, made.accounts)


def write_assessment_examples(folder: Path) -> list[Path]:
    """Write an example of each input file of an assessment and return the paths.

    Raises
    ------
    InputRefused
        ``file_exists``: a file of that name is there; nothing is written then.
    """
    examples = {folder / name: content for name, content in read_examples().items()}
    there = [path for path in examples if path.exists()]
    if there:
        raise InputRefused(Finding("file_exists", params={"path": path}) for path in there)
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in examples.items():
        write_bytes_atomically(path, b"\xef\xbb\xbf" + content)
    return list(examples)


@dataclass(frozen=True, slots=True)
class CityRequest:
    """Which city table to account and where to.

    Parameters
    ----------
    city_energy : Path
        CSV or XLSX in the layout of the template.
    output : Path
        Folder of the results.
    pack : str
        Pack that lists the cities.
    province_energy : Path, optional
        Energy use of the province; default the pack's.
    max_bytes : int
        Limit of an input file. [B]
    """

    city_energy: Path
    output: Path
    pack: str
    province_energy: Path | None = None
    max_bytes: int = 200 * 2**20


def run_city_accounts(request: CityRequest) -> FilesAnswer:
    """Read the energy use of cities and their province, account the cities, write the tables.

    Raises
    ------
    InputRefused
        Defects of the files; a province table of another or of several provinces.
    """
    pack = read_pack(request.pack)
    cities = list_cities(pack)
    energy = read_city_energy(request.city_energy, cities, max_bytes=request.max_bytes).frame
    province = split_province(_province_energy(pack, request), ceads_factors())
    made = account_cities(energy, ceads_factors(), province, cities)
    frames = {"totals": made.totals, "accounts": made.accounts, "benchmark": made.benchmark}
    return FilesAnswer(write_frames(request.output, frames), made.findings, made.totals)


def _province_energy(pack: Pack, request: CityRequest) -> pl.DataFrame:
    if request.province_energy is None:
        return pack.tables["energy"]
    frame = read_energy(request.province_energy, max_bytes=request.max_bytes).frame
    regions = set(frame["region"])
    if regions != {pack.config.pack.region}:
        raise InputRefused.of(
            "province_other", regions=", ".join(sorted(regions)), expected=pack.config.pack.region
        )
    return frame


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """How many rows the form has, and what its reader should know."""

    rows: int
    findings: tuple[Finding, ...]


def write_city_template(pack_name: str, year: int | None, output: Path) -> FormAnswer:
    """Write an empty city energy table, CSV or XLSX by the suffix.

    City, item and fuel stand by name beside their codes. A year that the pack has no energy of is told.

    Parameters
    ----------
    pack_name : str
        Pack that lists the cities and the fuels that the province burns.
    year : int, optional
        Year of the rows; default the latest year of the province.
    output : Path
        File to write; an existing one is replaced.
    """
    pack = read_pack(pack_name)
    province = split_province(pack.tables["energy"], ceads_factors())
    latest = province["year"].max()
    chosen = (
        year if year is not None else int(str(latest if latest is not None else pack.config.pack.base_year))
    )
    names = dict(pack.tables["regions"].select("code", "name_zh").iter_rows())
    draft = add_names(draft_city_energy(list_cities(pack), chosen, province), names)
    if output.suffix.lower() == ".xlsx":
        write_bytes_atomically(output, draw_city_form(draft, PACK_TABLES["city_energy"]))
    else:
        write_bytes_atomically(output, draft.write_csv(include_bom=True).encode("utf-8"))
    known = chosen in set(province["year"])
    year_note = Finding("city_template_year", params={"year": chosen}, severity="note")
    return FormAnswer(draft.height, () if known else (year_note,))


def write_frames(folder: Path, frames: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Write tables as CSV files of a folder; return rows by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        write_bytes_atomically(folder / f"{name}.csv", frame.write_csv(include_bom=True).encode("utf-8"))
    return {f"{name}.csv": frame.height for name, frame in frames.items()}
