"""The catalogue: rules as data (``rules.csv``) joined to the small functions that check them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.balance.audit.contracts import AuditRules
from dafeng.balance.audit.thresholds import thresholds
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.errors import Severity

Check = Any
"""``function(case) -> polars.DataFrame``: the case differs by what the rule needs."""

CHECKS: dict[str, Check] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the audit.

    Parameters
    ----------
    id, group, needs : str
        Name; group of the output; what it reads (``balance``, ``grid``, ``release``, ``series``, ``firm``).
    severity : {"error", "warning", "note"}
        Unless the function says otherwise of a row.
    name_zh, name_en, why_zh, why_en : str
        Name and reason.
    text_zh, text_en : str
        What is said of a row; places in braces are columns of the findings.
    check : callable
        From a case to the rows found.
    """

    id: str
    group: str
    needs: str
    severity: Severity
    name_zh: str
    name_en: str
    why_zh: str
    why_en: str
    text_zh: str
    text_en: str
    check: Check


def audit_rule(name: str) -> Callable[[Check], Check]:
    """Register the function of a rule under its name."""

    def register(function: Check) -> Check:
        if name in CHECKS:
            raise ValueError(f"rule {name} stands twice")
        CHECKS[name] = function
        return function

    return register


@cache
def rules() -> tuple[Rule, ...]:
    """Return the catalogue in the order of ``rules.csv``.

    Raises
    ------
    KeyError
        If a row has no function: a defect of ours.
    """
    text = files("dafeng.balance.audit").joinpath("rules.csv").read_text("utf-8")
    return tuple(Rule(**row, check=CHECKS[row["id"]]) for row in csv.DictReader(text.splitlines()))  # type: ignore[arg-type]


def rules_for(needs: str) -> tuple[Rule, ...]:
    """Return the rules that read one kind of case."""
    return tuple(rule for rule in rules() if rule.needs == needs)


def rules_table() -> pl.DataFrame:
    """Return the catalogue as a table with the bounds of each rule and their sources.

    Returns
    -------
    AuditRules
    """
    bounds: dict[str, list[str]] = {}
    for bound in thresholds().values():
        unit = "" if bound.unit == "1" else f" {bound.unit}"
        for rule in bound.rules:
            bounds.setdefault(rule, []).append(f"{bound.id} = {bound.value:g}{unit} ({bound.source})")
    rows = [
        (r.id, r.group, r.severity, r.name_zh, r.name_en, r.why_zh, r.why_en, "; ".join(bounds.get(r.id, [])))
        for r in rules()
    ]
    schema = dict.fromkeys(AuditRules.to_schema().columns, pl.String)
    return check(pl.DataFrame(rows, schema=schema, orient="row"), AuditRules)
