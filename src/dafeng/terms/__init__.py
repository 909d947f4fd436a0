"""National vocabularies: provinces, sectors, fuels, gases, GWP sets and the closed sets of the system.

Each vocabulary is a CSV beside this module with the columns ``code``, ``zh``, ``en``; small closed sets
(verdicts, comparators, ranks, …) share ``labels.csv``. What belongs to one province (cities, counties,
agencies, indicators) comes from its pack.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Language

VOCABULARY_FILES = (
    "provinces", "sectors", "sector_groups", "fuels", "fuel_groups", "flows", "energy_variables",
    "emission_variables", "gases", "gwp_sets", "fuel_totals", "balance_rows", "ipcc_categories",
    "ghg_activities", "assessment_scopes", "pathway_chains", "pathway_drivers",
)  # fmt: skip
UNIONS = {"balance_fuels": ("fuel_totals", "fuels")}
"""Vocabularies that are made of others."""
_ALIASES = ("zh", "en", "full_zh", "gb_code", "ceads_emission_name", "ceads_energy_name")


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a term file, as text.

    Parameters
    ----------
    name : str
        File name without ``.csv``.
    """
    text = files("dafeng.terms").joinpath(f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def vocabularies() -> tuple[str, ...]:
    """Return the names of all vocabularies."""
    return (*VOCABULARY_FILES, *UNIONS, *sorted({row["vocabulary"] for row in rows("labels")}))


@cache
def entries(vocabulary: str) -> Mapping[str, Mapping[str, str]]:
    """Return a vocabulary: code -> row, in the order of the file.

    Raises
    ------
    KeyError
        If there is no such vocabulary: a defect of ours.
    """
    if vocabulary in VOCABULARY_FILES:
        return {row["code"]: row for row in rows(vocabulary)}
    if vocabulary in UNIONS:
        return {code: row for part in UNIONS[vocabulary] for code, row in entries(part).items()}
    found = {row["code"]: row for row in rows("labels") if row["vocabulary"] == vocabulary}
    if not found:
        raise KeyError(vocabulary)
    return found


def codes(vocabulary: str) -> frozenset[str]:
    """Return the codes of a vocabulary."""
    return frozenset(entries(vocabulary))


def name(vocabulary: str, code: str, language: Language) -> str:
    """Return the Chinese or English name of a code.

    Examples
    --------
    >>> name("fuels", "Coke", "zh")
    '焦炭'
    """
    return entries(vocabulary)[code][language]


def unit_name(unit: str, language: Language) -> str:
    """Return how an accounting unit of a balance is written; any other unit as it is.

    Examples
    --------
    >>> unit_name("10^4 t", "zh"), unit_name("10^4 t", "en"), unit_name("GJ/t", "zh")
    ('万吨', '10^4 t', 'GJ/t')
    """
    entry = entries("unit_name").get(unit)
    return entry[language] if entry else unit


@cache
def aliases(vocabulary: str) -> Mapping[str, str]:
    """Return every spelling that names exactly one code, lower case: spelling -> code."""
    found: dict[str, set[str]] = {}
    for code, row in entries(vocabulary).items():
        more = (row.get("aliases") or "").split(";")
        for spelling in (code, *(row.get(field) or "" for field in _ALIASES), *more):
            if spelling:
                found.setdefault(spelling.strip().lower(), set()).add(code)
    own = {code.lower(): {code} for code in entries(vocabulary)}
    return {spelling: next(iter(c)) for spelling, c in (found | own).items() if len(c) == 1}


def spellings(vocabulary: str) -> frozenset[str]:
    """Return the Chinese and English names of a vocabulary, to suggest from."""
    return frozenset(row[field] for row in entries(vocabulary).values() for field in ("zh", "en"))


def resolve(vocabulary: str, text: str) -> str:
    """Return the code that a code, Chinese or English name stands for.

    Names match whole and only whole: a name that is merely similar (陕西 for 山西, Shaanxi for Shanxi)
    is never taken for another one.

    Raises
    ------
    InputRefused
        ``term_unknown``.

    Examples
    --------
    >>> resolve("provinces", "山西"), resolve("provinces", "140000")
    ('CN-SX', 'CN-SX')
    >>> resolve("provinces", "陕西")
    'CN-SN'
    """
    code = aliases(vocabulary).get(text.strip().lower())
    if code is None:
        raise InputRefused.of("term_unknown", name=text, vocabulary=vocabulary, suggestion="")
    return code


def gwp(gas: str, gwp_set: str) -> float:
    """Return the 100-year global warming potential of a gas; the set has no default.

    Parameters
    ----------
    gas : str
        Code of the vocabulary ``gases``.
    gwp_set : str
        Code of the vocabulary ``gwp_sets``.

    Returns
    -------
    float
        [t CO2e / t]

    Raises
    ------
    InputRefused
        ``term_unknown`` if the set has no value for the gas.

    Examples
    --------
    >>> gwp("CH4", "AR5")
    28.0
    """
    for row in rows("gwp"):
        if row["gas"] == gas and row["gwp_set"] == gwp_set:
            return float(row["gwp"])
    raise InputRefused.of("term_unknown", name=f"{gas} / {gwp_set}", vocabulary="gwp", suggestion="")
