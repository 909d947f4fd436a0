"""The assessment accounts as the page shows them: names of scopes, traces, latest complete year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dafeng.report.figures import unit_pair
from dafeng.report.traces import Trace
from dafeng.report.words import both, plain, term_pair

if TYPE_CHECKING:
    from markupsafe import Markup

    from dafeng.report.context import ReportContext

ACCOUNTS, TERMS, FIGURES = "assessment.accounts", "assessment.terms", "assessment.figures"
READ = ("inventory.energy", "inventory.products", "inventory.factors")
"""Tables whose sources stand behind the quantities."""
UNIT_COLUMNS = {
    "assessment.trace": "unit",
    "assessment.trace.given": "unit",
    "assessment.trace.level": "intensity_unit",
}
"""What was done -> column that holds the unit; all else is in %."""
Key = tuple[str, str]
"""Scope and rule of the power factor."""


@dataclass(frozen=True)
class AssessmentView:
    """Own estimates keyed by scope, rule of the power factor and year.

    Parameters
    ----------
    context : ReportContext
    accounts : mapping
        ``(scope, rule) -> year -> row``.
    sources : tuple of str
        Source ids behind the quantities.
    """

    context: ReportContext
    accounts: dict[Key, dict[int, dict[str, Any]]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def rows(self, *columns: str) -> list[tuple[Key, dict[int, dict[str, Any]]]]:
        """Return the variants that have a value in one of the columns."""
        return [
            (key, years)
            for key, years in self.accounts.items()
            if any(row[name] is not None for row in years.values() for name in columns)
        ]

    def years(self) -> list[int]:
        """Return the years from the first in which any scope has a value."""
        known = {
            year
            for years in self.accounts.values()
            for year, row in years.items()
            if row["value"] is not None
        }
        return sorted(known)

    def trace(self, row: dict[str, Any], step: str, **params: object) -> str:
        """Return the key of the trace of a number of an account."""
        texts = {
            language: plain(step, language, **{name: _in(value, language) for name, value in params.items()})
            for language in ("zh", "en")
        }
        column = UNIT_COLUMNS.get(step)
        names = unit_pair(row[column] if column else "%")
        return self.context.add_trace(
            Trace(
                sources=self.sources,
                grade=row["grade"],
                unit_zh=names["zh"],
                unit_en=names["en"],
                step_zh=texts["zh"],
                step_en=texts["en"],
            )
        )


def _in(value: object, language: str) -> object:
    return value[language] if isinstance(value, dict) else value


def view_assessment(context: ReportContext) -> AssessmentView:
    """Return the accounts of the reported province, ready to be drawn."""
    accounts: dict[Key, dict[int, dict[str, Any]]] = {}
    for row in context.own_rows(ACCOUNTS):
        accounts.setdefault((row["scope"], row["power_factor"]), {})[row["year"]] = row
    vintages = {row["vintage"] for years in accounts.values() for row in years.values()}
    named = {str(row["source_id"]) for name in READ for row in context.rows(name) if row["source_id"]}
    named |= {str(row["source_id"]) for row in context.own_rows(TERMS) if row["source_id"]}
    named |= {str(row["source_id"]) for row in context.own_rows("pack.economy") if row["vintage"] in vintages}
    known = [row["source_id"] for row in context.rows("pack.sources") if row["source_id"] in named]
    return AssessmentView(context, accounts, tuple(known))


def name_scope(scope: str, factor: str) -> Markup:
    """Return a scope in words, with the rule of the power factor where there is one."""
    names, rule = term_pair("assessment_scopes", scope), term_pair("power_factor_rule", factor)
    if factor in {"none", "given"}:
        return both(names["zh"], names["en"])
    return both(f"{names['zh']} · {rule['zh']}", f"{names['en']} · {rule['en'][:1].lower()}{rule['en'][1:]}")


def name_terms(codes: list[str], signs: dict[str, int] | None = None) -> dict[str, str]:
    """Return terms in words, with their signs where they are given."""
    marks = {code: "" if signs is None else ("+" if signs[code] > 0 else "−") for code in codes}
    pairs = [(marks[code], term_pair("assessment_term", code)) for code in codes]
    return {
        "zh": "、".join(mark + names["zh"] for mark, names in pairs),
        "en": ", ".join(mark + names["en"] for mark, names in pairs),
    }
