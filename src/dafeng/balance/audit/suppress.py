"""Suppressions: findings that someone has looked at; the reason, the person and the day stay on record."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from dafeng.balance.audit.catalogue import rules
from dafeng.errors import Finding, InputRefused, Place
from dafeng.table import Suggestion

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
FIELDS = ("rule", "region", "year", "variable", "row", "fuel", "firm_id")


class Suppression(BaseModel):
    """One entry: which findings, why, by whom, on which day. What is left open matches everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Said
    region: Said | None = None
    year: int | None = None
    variable: Said | None = None
    row: Said | None = None
    fuel: Said | None = None
    firm_id: Said | None = None
    reason: Said
    by: Said
    on: date

    def mask(self) -> pl.Expr:
        """Return which findings it is about."""
        wanted = [
            pl.col(name).eq_missing(getattr(self, name)) for name in FIELDS if getattr(self, name) is not None
        ]
        return pl.all_horizontal(wanted)

    @property
    def label(self) -> str:
        """Name for messages: rule and what it is limited to."""
        said = (getattr(self, name) for name in FIELDS)
        return " / ".join(str(value) for value in said if value is not None)


class Suppressions(BaseModel):
    """A file of suppressions: ``[[suppress]]`` tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suppress: tuple[Suppression, ...] = ()


def parse_suppressions(text: str, name: str) -> Suppressions:
    """Return the suppressions of a TOML text.

    Raises
    ------
    InputRefused
        ``toml_invalid``, ``audit_suppression_invalid`` (a reason, a person and a day are required, other keys
        are refused), ``audit_rule_unknown``.
    """
    try:
        read = Suppressions.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise InputRefused(
            Finding(
                "audit_suppression_invalid", Place(name),
                {"key": ".".join(str(part) for part in e["loc"]), "reason": e["msg"]},
            )
            for e in error.errors()
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise InputRefused([Finding("toml_invalid", Place(name), {"reason": error})]) from error
    known = {rule.id for rule in rules()}
    unknown = [
        Finding("audit_rule_unknown", Place(name), {"rule": s.rule, "suggestion": Suggestion(s.rule, known)})
        for s in read.suppress
        if s.rule not in known
    ]
    if unknown:
        raise InputRefused(unknown)
    return read


def apply_suppressions(table: pl.DataFrame, given: Suppressions) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the findings with those suppressed marked, and a note for each entry that matches nothing.

    The first entry that matches a finding holds. Nothing is taken out.
    """
    unused = []
    for entry in given.suppress:
        hit = entry.mask()
        if table.filter(hit).is_empty():
            unused.append(Finding("audit_suppression_unused", params={"entry": entry.label}, severity="note"))
            continue
        new = hit & ~pl.col("suppressed")
        table = table.with_columns(
            pl.when(new).then(pl.lit(entry.reason)).otherwise("reason").alias("reason"),
            pl.when(new).then(pl.lit(entry.by)).otherwise("by").alias("by"),
            pl.when(new).then(pl.lit(entry.on.isoformat())).otherwise("on").alias("on"),
            pl.col("suppressed") | hit,
        )
    return table, unused
