r"""Assessment accounts: the value of a scope, its intensity and how much it fell.

.. math:: E_t = \sum_k s_k\, x_{k,t}, \qquad
          d_t = 1 - \frac{E_t / E_{t-1}}{g_t}, \qquad
          D_{b..t} = 1 - \prod_{s=b+1}^{t} (1 - d_s)

with the sign :math:`s_k` of each term and the growth ratio of GDP :math:`g_t`. A reduction is positive. The
cumulative reduction equals one minus the ratio of the intensities at both ends, so it is known even where a
year between is missing; then it is marked as taken from the ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.errors import Finding, InputRefused
from dafeng.inventory.assessment.contracts import (
    AccountTerm,
    AssessmentAccount,
    AssessmentTerms,
    ConstantGdp,
)
from dafeng.inventory.assessment.gdp import multiply_ratios
from dafeng.inventory.assessment.rules import (
    INTENSITY_FACTORS,
    INTENSITY_UNITS,
    Scope,
    TermRule,
    find_price_base,
)
from dafeng.provenance import worst_grade
from dafeng.table import check, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWN = "own_estimate"
NO_FACTOR = "none"
Known = dict[str, dict[str, Any]]
"""Term -> its row, for one region, year and rule of the power factor."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """Accounts and what each term adds to them."""

    accounts: pl.DataFrame
    """Contract :class:`~dafeng.inventory.assessment.contracts.AssessmentAccount`."""
    terms: pl.DataFrame
    """Contract :class:`~dafeng.inventory.assessment.contracts.AccountTerm`."""


def chain_reductions(reductions: Iterable[float]) -> float:
    """Return the cumulative reduction 1 − Π(1 − d).

    Parameters
    ----------
    reductions : iterable of float
        Yearly reductions, a fall positive. [1]

    Examples
    --------
    >>> round(chain_reductions([0.1, 0.1]), 6)
    0.19
    """
    return 1.0 - prod(1.0 - d for d in reductions)


def assess(terms: pl.DataFrame, scope: Scope, gdp: pl.DataFrame) -> Assessed:
    """Return the accounts of one scope for every region in the terms.

    Parameters
    ----------
    terms : AssessmentTerms
        Rows of the stage ``own_estimate`` count. A required term without a value leaves the account empty and
        is named; an optional one that is not given is left out and the account is marked as partial.
    scope : Scope
    gdp : ConstantGdp
        At most one vintage a region.

    Returns
    -------
    Assessed
        One account per region, rule of the power factor and year, from first to last year of the terms.

    Raises
    ------
    InputRefused
        ``vintages_mixed`` where a region comes with two vintages of GDP.
    """
    check(terms, AssessmentTerms)
    check(gdp, ConstantGdp)
    _check_vintages(gdp)
    wanted = {rule.term for rule in scope.terms} | {rule.limit_term or "" for rule in scope.terms}
    own = terms.filter((pl.col("stage") == OWN) & pl.col("term").is_in(sorted(wanted)))
    accounts: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for (region,), rows in own.group_by("region", maintain_order=True):
        growth = {row["year"]: row for row in gdp.filter(pl.col("region") == region).iter_rows(named=True)}
        for factor in _factor_rules(rows, scope):
            key = {"region": region, "scope": scope.code, "power_factor": factor}
            made, used = _account_years(rows, scope, factor)
            accounts += [key | row for row in _add_changes(made, scope, growth)]
            parts += [key | row for row in used]
    return Assessed(frame_of(accounts, AssessmentAccount), frame_of(parts, AccountTerm))


def _factor_rules(rows: pl.DataFrame, scope: Scope) -> list[str]:
    if not scope.power_trade:
        return [NO_FACTOR]
    named = rows["power_factor"].unique().sort().to_list()
    return [rule for rule in named if rule != NO_FACTOR] or [NO_FACTOR]


def _check_vintages(gdp: pl.DataFrame) -> None:
    counted = (
        gdp.group_by("region", maintain_order=True)
        .agg(pl.col("vintage").unique().sort())
        .filter(pl.col("vintage").list.len() > 1)
    )
    problems = [
        Finding("vintages_mixed", params={"region": region, "vintages": ", ".join(vintages)})
        for region, vintages in counted.sort("region").iter_rows()
    ]
    if problems:
        raise InputRefused(problems)


def _account_years(
    rows: pl.DataFrame, scope: Scope, factor: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the values of a scope by year and what each term adds."""
    held = rows.filter(pl.col("power_factor").is_in([NO_FACTOR, factor]))
    known: dict[int, Known] = {}
    for row in held.iter_rows(named=True):
        known.setdefault(row["year"], {})[row["term"]] = row
    values, parts = [], []
    first, last = int(str(rows["year"].min())), int(str(rows["year"].max()))
    for year in range(first, last + 1):
        used = [(rule, *_contribute(rule, known.get(year, {}))) for rule in scope.terms]
        values.append({"year": year, "in_force": scope.holds(year), **_sum_terms(scope, used)})
        parts += [
            {
                "year": year, "term": rule.term, "given": row and row["value"], "contribution": added,
                "unit": scope.unit, "source_id": row and row["source_id"],
                "grade": worst_grade([rule.grade, (row or {}).get("grade", "A")]),
            }
            for rule, row, added in used
        ]  # fmt: skip
    return values, parts


def _contribute(rule: TermRule, known: Known) -> tuple[dict[str, Any] | None, float | None]:
    """Return the row of a term and its signed value; a purchase counts up to its limit, a sale in full."""
    row = known.get(rule.term)
    value = None if row is None else row["value"]
    if value is None:
        return row, None
    if rule.limit_term is not None and rule.limit_share is not None and value > 0:
        limit = known.get(rule.limit_term, {}).get("value")
        if limit is None:
            return row, None
        value = min(value, rule.limit_share * max(limit, 0.0))
    return row, rule.sign * value


def _sum_terms(
    scope: Scope, used: list[tuple[TermRule, dict[str, Any] | None, float | None]]
) -> dict[str, Any]:
    # an optional term that was given but cannot be limited is not known either: the account stays empty
    missing = [rule.term for rule, row, added in used if added is None and (rule.required or row is not None)]
    left = [rule.term for rule, row, added in used if added is None and row is None and not rule.required]
    grades = [rule.grade for rule, _, added in used if added is not None]
    grades += [row["grade"] for _, row, added in used if row is not None and added is not None]
    return {
        "value": None if missing else sum(added for _, _, added in used if added is not None),
        "unit": scope.unit,
        "missing_terms": ";".join(missing) or None,
        "left_out_terms": ";".join(left) or None,
        "partial": bool(left),
        "grade": worst_grade(["B", scope.grade, *grades]),
    }


def _add_changes(
    values: list[dict[str, Any]], scope: Scope, growth: Mapping[int, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the accounts with intensity, yearly and cumulative reduction."""
    levels = {row["year"]: row["value"] for row in values}
    ratios = {year: row["gdp_ratio"] for year, row in growth.items()}
    yearly = {year: reduce_intensity(levels, ratios, year - 1, year) for year in levels}
    made = []
    for row in values:
        year, gdp = row["year"], growth.get(row["year"], {})
        base, amount = find_price_base(year), gdp.get("gdp_constant")
        per = INTENSITY_FACTORS[scope.quantity] / amount if amount else None
        total, how = _accumulate(levels, ratios, yearly, base, year)
        changes = {
            "vintage": gdp.get("vintage"),
            "base_year": base,
            "intensity": row["value"] * per if row["value"] is not None and per is not None else None,
            "intensity_unit": INTENSITY_UNITS[scope.quantity],
            "reduction_share": yearly[year],
            "cumulative_share": total,
            "cumulative_from_year": base if total is not None else None,
            "cumulative_by": how,
        }
        made.append(row | changes)
    return made


def reduce_intensity(
    levels: Mapping[int, float | None], ratios: Mapping[int, float | None], first: int, last: int
) -> float | None:
    """Return by how much intensity fell from one year to another.

    Parameters
    ----------
    levels : mapping of int to float
        Emissions or energy by year; a ratio needs both ends above zero.
    ratios : mapping of int to float
        GDP over GDP of the year before. [1]
    first, last : int
        The two years.

    Returns
    -------
    float or None
        A fall is positive [1]; None where an end or a link of GDP is missing.
    """
    start, end = levels.get(first), levels.get(last)
    growth = multiply_ratios(ratios, first, last)
    if start is None or end is None or growth is None or min(start, end, growth) <= 0:
        return None
    return 1.0 - end / start / growth


def _accumulate(
    levels: Mapping[int, float | None],
    ratios: Mapping[int, float | None],
    yearly: Mapping[int, float | None],
    base: int | None,
    year: int,
) -> tuple[float | None, str | None]:
    if base is None or year <= base:
        return None, None
    steps = [yearly.get(step) for step in range(base + 1, year + 1)]
    known = [step for step in steps if step is not None]
    if len(known) == len(steps):
        return chain_reductions(known), "chain"
    total = reduce_intensity(levels, ratios, base, year)
    return total, None if total is None else "endpoints"
