"""Rule packs of the yearly evaluation: dated national documents as data, or a completed pack of the user.

A pack is a CSV file with the columns of :class:`~dafeng.cities.contracts.EvaluationRules`. What the documents
seen do not say stays empty: an item without full points can be judged but never adds up to a total.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.cities.contracts import EvaluationRules
from dafeng.errors import Finding, InputRefused, Place, TableError
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.period import earliest_date, latest_date
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = files("dafeng.cities") / "rules"
DEPARTMENT_PACK = "departments"
"""Stands for the rules of provincial departments, of which none were found published."""
ITEM_KINDS = ("scored", "control", "supporting")
COMPLETION = ("annual_completion", "cumulative_completion")
RULE_COLUMNS = ("valid_from", "valid_to")


@cache
def builtin_rules() -> pl.DataFrame:
    """Return all built-in rule packs as one :class:`EvaluationRules` table."""
    names = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".csv"))
    return pl.concat(parse_rules(FOLDER.joinpath(name).read_bytes(), name) for name in names)


def city_packs() -> list[str]:
    """Return the ids of the built-in packs that cities are evaluated by."""
    return [name for name in builtin_rules()["rule_pack"].unique().sort() if name != DEPARTMENT_PACK]


def select_rules(rule_pack: str) -> pl.DataFrame:
    """Return one built-in rule pack.

    Raises
    ------
    InputRefused
        ``rule_pack_unknown`` with the nearest name.
    """
    rules = builtin_rules()
    known = sorted(rules["rule_pack"].unique())
    if rule_pack not in known:
        params = {"name": rule_pack, "known": ", ".join(known), "suggestion": Suggestion(rule_pack, known)}
        raise InputRefused([Finding("rule_pack_unknown", params=params)])
    return rules.filter(pl.col("rule_pack") == rule_pack)


def parse_rules(raw: bytes, name: str, max_bytes: int = MAX_BYTES) -> pl.DataFrame:
    """Return a rule file as a checked :class:`EvaluationRules` table.

    Parameters
    ----------
    raw : bytes
        CSV text.
    name : str
        File name for messages.
    max_bytes : int
        Limit of the size. [B]

    Raises
    ------
    InputRefused
        Defective text or cells; an item that cannot be scored as it is declared, a veto that looks at an
        item which is not there, a grade without its lower limit or not below a better one; each with its row.
    """
    parsed = parse_csv(raw, EvaluationRules, name, max_bytes=max_bytes)
    problems = list(_check_items(parsed.frame, parsed.rows, name))
    if problems:
        raise TableError(problems)
    return parsed.frame


def _check_items(rules: pl.DataFrame, rows: pl.Series, file: str) -> Iterator[Finding]:
    """Yield what is wrong between the rows of a rule file."""
    known: dict[str, set[str]] = {}
    for rule in rules.filter(pl.col("kind").is_in(ITEM_KINDS)).iter_rows(named=True):
        known.setdefault(rule["rule_pack"], set()).add(rule["item_id"])
    for row, rule in zip(rows, rules.iter_rows(named=True), strict=True):
        own = known.get(rule["rule_pack"], set())
        if rule["kind"] == "veto":
            for item in (rule["item_ids"] or "").split(";"):
                if item not in own:
                    params = {"item": item, "suggestion": Suggestion(item, own)}
                    yield Finding("rule_item_unknown", Place(file, row=row, column="item_ids"), params)
        elif rule["kind"] == "grade" and rule["from_points"] is None:
            yield Finding("cell_empty", Place(file, row=row, column="from_points"))
        elif rule["kind"] in ITEM_KINDS and rule["formula"] in COMPLETION and rule["unit"] is None:
            yield Finding("cell_empty", Place(file, row=row, column="unit"))
    yield from _check_grades(rules, rows, file)


def _check_grades(rules: pl.DataFrame, rows: pl.Series, file: str) -> Iterator[Finding]:
    """Yield the grades of a pack that begin at or above a better one."""
    order = list(terms.entries("evaluation_grade"))
    limits = [
        (rule["rule_pack"], order.index(rule["item_id"]), rule["from_points"], row)
        for row, rule in zip(rows, rules.iter_rows(named=True), strict=True)
        if rule["kind"] == "grade" and rule["item_id"] in order and rule["from_points"] is not None
    ]
    for (pack, place, from_points, _), (other, worse, low, row) in pairwise(sorted(limits)):
        if pack == other and low >= from_points:
            params = {"worse": order[worse], "better": order[place], "low": low, "limit": from_points}
            yield Finding("rule_grades_crossed", Place(file, row=row, column="from_points"), params)


def is_in_force(rules: pl.DataFrame, year: int) -> bool:
    """Return whether the document of a rule pack covered a year, as far as its dates are known."""
    dates = rules.select(RULE_COLUMNS).unique().rows()
    starts = [earliest_date(start).year for start, _ in dates if start]
    ends = [latest_date(end).year for _, end in dates if end]
    return (not starts or min(starts) <= year) and (not ends or year <= max(ends)) and bool(starts)
