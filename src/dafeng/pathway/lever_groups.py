"""Putting levers into groups that share the reduction: by lever, by clause, by agency, by sector.

Every lever belongs to exactly one group, so that no reduction is told twice:

- *clause*: the part of the plan (chapter and part, as in C2.1) of the first clause that a lever names;
- *agency*: the agency listed first among those that share the task of that clause, else the first of those
  that are also responsible;
- *sector*: the first part of the sector of the lever.

Exact values need 12 groups at most. Where there are more, the 11 groups with most levers stay (the earlier in
the pack where two are alike) and the others become one group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dafeng import terms
from dafeng.decomposition import PLAYERS_LIMIT
from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import polars as pl

View = Literal["lever", "clause", "agency", "sector"]
OTHERS = ("others", "其他", "Others")
"""Group of what is not shown alone: id, zh, en."""
UNASSIGNED = ("unassigned", "未列责任部门", "No agency named")
FIELD_SECTORS = {"chem": "chemicals", "lulucf": "sinks", "market": "price"}
"""Fields of levers that the vocabulary of sectors calls otherwise."""

Label = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Levers that share one wedge.

    Attributes
    ----------
    id : str
        Lever, part of the plan (``C2.1``), agency or sector; ``others`` for the rest.
    zh, en : str
        Name in words.
    levers : frozenset of str
    """

    id: str
    zh: str
    en: str
    levers: frozenset[str]


def group_levers(
    tables: Mapping[str, pl.DataFrame],
    by: View,
    active: Collection[str],
    limit: int | None = PLAYERS_LIMIT,
) -> tuple[Group, ...]:
    """Return the groups of the levers that act, in the order of the pack, ``others`` last.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack: levers, clauses, clause_agencies, agencies.
    by : {"lever", "clause", "agency", "sector"}
    active : collection of str
        Levers that the scenario moves.
    limit : int, optional
        Most groups; ``None`` for no limit. Single levers are never put together.

    Raises
    ------
    InputRefused
        ``players_none`` without a lever, ``id_unknown`` for levers that the pack does not have.
    """
    levers = tables["levers"]
    known = levers["lever_id"].to_list()
    problems = [
        Finding(
            "id_unknown", params={"what": "lever", "value": lever, "suggestion": Suggestion(lever, known)}
        )
        for lever in sorted(set(active) - set(known))
    ]
    if problems or not active:
        raise InputRefused(problems or [Finding("players_none")])
    labels = {
        "lever": _label_lever, "clause": _label_parts, "agency": _label_agencies, "sector": _label_sectors,
    }[by](tables)  # fmt: skip
    members: dict[Label, list[str]] = {}
    for lever in known:
        if lever in set(active):
            members.setdefault(labels[lever], []).append(lever)
    return _limit_groups(members, None if by == "lever" else limit)


def _limit_groups(members: Mapping[Label, Sequence[str]], limit: int | None) -> tuple[Group, ...]:
    """Return the groups with most levers, the rest as one."""
    kept = sorted(members, key=lambda label: -len(members[label]))
    if limit is not None and len(kept) > limit:
        kept = kept[: limit - 1]
    groups = [Group(*label, frozenset(members[label])) for label in members if label in kept]
    rest = [lever for label, levers in members.items() if label not in kept for lever in levers]
    if rest:
        groups.append(Group(*OTHERS, frozenset(rest)))
    return tuple(groups)


def _first_clauses(tables: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    rows = tables["levers"].select("lever_id", "clause_ids").iter_rows()
    return {lever: str(clauses).split(";")[0].strip() for lever, clauses in rows}


def _label_lever(tables: Mapping[str, pl.DataFrame]) -> dict[str, Label]:
    rows = tables["levers"].select("lever_id", "name_zh", "name_en").iter_rows()
    return {lever: (lever, zh, en) for lever, zh, en in rows}


def _label_parts(tables: Mapping[str, pl.DataFrame]) -> dict[str, Label]:
    """Return the part of the plan of each lever; a chapter without parts stands for itself."""
    names = ("chapter_zh", "part_zh", "chapter_en", "part_en")
    clauses = {row["clause_id"]: row for row in tables["clauses"].iter_rows(named=True)}
    labels = {}
    for lever, clause in _first_clauses(tables).items():
        chapter_zh, part_zh, chapter_en, part_en = (clauses[clause][name] for name in names)
        stem = ".".join(clause.split(".")[:2])
        labels[lever] = (stem, part_zh or chapter_zh, part_en or chapter_en)
    return labels


def _label_agencies(tables: Mapping[str, pl.DataFrame]) -> dict[str, Label]:
    names = {row["agency_id"]: row for row in tables["agencies"].iter_rows(named=True)}
    first: dict[str, dict[str, str]] = {}
    for clause, agency, role in (
        tables["clause_agencies"].select("clause_id", "agency_id", "role").iter_rows()
    ):
        first.setdefault(clause, {}).setdefault(role, agency)
    labels = {}
    for lever, clause in _first_clauses(tables).items():
        roles = first.get(clause, {})
        agency = roles.get("lead") or next(iter(roles.values()), "")
        row = names.get(agency)
        labels[lever] = (agency, row["name_zh"], row["name_en"]) if row else UNASSIGNED
    return labels


def _label_sectors(tables: Mapping[str, pl.DataFrame]) -> dict[str, Label]:
    """Return the sector of each lever; a field that no vocabulary knows keeps its own words."""
    known = terms.entries("sector")
    labels = {}
    for lever, field in tables["levers"].select("lever_id", "sector").iter_rows():
        words = str(field).split("/")[0].strip()
        code = words.lower().replace(" ", "_")
        code = FIELD_SECTORS.get(code, code)
        labels[lever] = (
            (code, known[code]["zh"], known[code]["en"]) if code in known else (code, words, words)
        )
    return labels
