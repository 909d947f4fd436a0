r"""Own estimates beside feedback and approved figures, and the gap between them by term.

Levels (emissions, energy): with the signs :math:`s` of the own and :math:`s'` of the other scope,

.. math:: E - E' = \sum_k (s_k - s'_k) x_k + \sum_k s'_k (x_k - x'_k) + \text{rest}

where :math:`x'` are terms that the other side made known. Changes of intensity [%, a fall negative] are first
brought to the other scope; what is left is split by LMDI into the revision of the quantity and of GDP,

.. math:: r - r' = L(r, r') \left( \ln\frac{q}{q'} - \ln\frac{g}{g'} \right), \quad r = q / g

with the ratio :math:`q` of the quantity and :math:`g` of GDP over the period. It needs the GDP that the other
side used (:math:`q' = r' g'`); without it the remainder stays one unexplained part. All parts sum to the gap.

Source of the split: B. W. Ang (2005), Energy Policy 33(7) 867-871, doi:10.1016/j.enpol.2003.10.010.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.decomposition import log_mean
from dafeng.inventory.assessment.account import OWN, reduce_intensity
from dafeng.inventory.assessment.contracts import AssessmentFigure, AssessmentGap
from dafeng.inventory.assessment.gdp import multiply_ratios
from dafeng.inventory.assessment.rules import find_scope
from dafeng.period import parse_period
from dafeng.table import check, columns_of, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.inventory.assessment.account import Assessed

LEVELS = {"co2": "co2", "energy": "energy"}
"""Variable of a figure -> quantity of the scopes that it can be compared with."""
CHANGES = {"carbon_intensity_change": "co2", "energy_intensity_change": "energy"}
WHOLE = "total"
"""What stands for a term where a part is not split by term."""
Part = tuple[str, str, float]
"""Part of a gap: its kind, the term, its size."""


@dataclass(frozen=True, slots=True)
class OwnSide:
    """What the own side knows, ready to be looked up.

    Parameters
    ----------
    assessed : Assessed
        Accounts of all scopes, joined.
    other_terms : polars.DataFrame
        Contract ``AssessmentTerms``: terms that the other side made known, by stage.
    gdp_ratio : mapping
        ``region -> year -> ratio`` of the own vintage. [1]
    other_gdp_ratio : mapping
        The same of the vintage behind the approved figures; empty where it is not known.
    """

    assessed: Assessed
    other_terms: pl.DataFrame
    gdp_ratio: Mapping[str, Mapping[int, float | None]]
    other_gdp_ratio: Mapping[str, Mapping[int, float | None]] = field(default_factory=dict)


def list_figures(assessed: Assessed, given: pl.DataFrame) -> pl.DataFrame:
    """Return own estimates, feedback and approved figures in one table.

    Parameters
    ----------
    assessed : Assessed
    given : polars.DataFrame
        The figures of a pack or file: columns of :class:`AssessmentFigure` without ``power_factor``.

    Returns
    -------
    AssessmentFigure
        Changes in %, a fall negative, as they are published.
    """
    own = [row for account in assessed.accounts.iter_rows(named=True) for row in _own_figures(account)]
    schema = {spec.name: spec.dtype for spec in columns_of(AssessmentFigure)}
    known = given.with_columns(power_factor=pl.lit("given")).select(list(schema))
    return check(pl.concat([pl.DataFrame(own, schema=schema), known]), AssessmentFigure)


def _own_figures(account: Mapping[str, Any]) -> list[dict[str, Any]]:
    level = find_scope(account["scope"]).quantity
    change = next(name for name, quantity in CHANGES.items() if quantity == level)
    year, since = account["year"], account["cumulative_from_year"]
    values = [(str(year), level, account["unit"], account["value"])]
    if account["reduction_share"] is not None:
        values.append((str(year), change, "%", -100.0 * account["reduction_share"]))
    if since is not None and year > since + 1:
        values.append((f"{since + 1}..{year}", change, "%", -100.0 * account["cumulative_share"]))
    shared = {name: account[name] for name in ("region", "scope", "power_factor", "grade")}
    return [
        shared | {"period": period, "variable": variable, "stage": OWN, "unit": unit, "value": value}
        for period, variable, unit, value in values
        if value is not None
    ]


def explain_gap(own: OwnSide, figures: pl.DataFrame) -> pl.DataFrame:
    """Return the gap of every own scope to every feedback and approved figure of the same quantity.

    Parameters
    ----------
    own : OwnSide
    figures : AssessmentFigure
        Rows of other stages than ``own_estimate`` are compared; periods are a year or a range of years.

    Returns
    -------
    AssessmentGap
        Parts that sum to the gap exactly; figures without an own value of their period are left aside.
    """
    rows = []
    for figure in figures.filter((pl.col("stage") != OWN) & pl.col("value").is_not_null()).iter_rows(
        named=True
    ):
        explain = _explain_level if figure["variable"] in LEVELS else _explain_change
        quantity = (LEVELS | CHANGES).get(figure["variable"])
        period = parse_period(figure["period"])
        if quantity is None or period.kind not in {"year", "years"}:
            continue
        for scope, factor in _own_scopes(own, figure["region"], quantity):
            parts = explain(own, figure, scope, factor, (period.start.year - 1, period.end.year))
            rows += [_row(figure, scope, factor, part) for part in parts]
    return frame_of(rows, AssessmentGap)


def _row(figure: Mapping[str, Any], scope: str, factor: str, part: Part) -> dict[str, Any]:
    return {
        "region": figure["region"], "period": figure["period"], "variable": figure["variable"],
        "own_scope": scope, "power_factor": factor, "other_scope": figure["scope"],
        "stage": figure["stage"], "part": part[0], "term": part[1], "value": part[2], "unit": figure["unit"],
    }  # fmt: skip


def _own_scopes(own: OwnSide, region: str, quantity: str) -> list[tuple[str, str]]:
    keys = (
        own.assessed.accounts.filter(pl.col("region") == region)
        .select("scope", "power_factor")
        .unique(maintain_order=True)
    )
    return [(scope, factor) for scope, factor in keys.iter_rows() if find_scope(scope).quantity == quantity]


def _of_scope(rows: pl.DataFrame, region: str, scope: str, factor: str) -> pl.DataFrame:
    """Return the rows of a scope by a rule of the power factor; a scope without power trade has none."""
    known = rows.filter((pl.col("region") == region) & (pl.col("scope") == scope))
    same = known.filter(pl.col("power_factor") == factor)
    return same if same.height else known.filter(pl.col("power_factor") == known["power_factor"].min())


def _levels(own: OwnSide, region: str, scope: str, factor: str) -> dict[int, float | None]:
    rows = _of_scope(own.assessed.accounts, region, scope, factor)
    return dict(rows.select("year", "value").iter_rows())


def _explain_level(
    own: OwnSide, figure: Mapping[str, Any], scope: str, factor: str, span: tuple[int, int]
) -> list[Part]:
    region, year, other = figure["region"], span[1], find_scope(figure["scope"])
    value = _levels(own, region, scope, factor).get(year)
    if value is None or figure["unit"] != other.unit or year - span[0] != 1:
        return []
    mine, theirs = (_contributions(own, region, code, factor, year) for code in (scope, figure["scope"]))
    parts: list[Part] = []
    for term in dict.fromkeys([*mine, *theirs]):
        here, there = mine.get(term, 0.0), theirs.get(term, 0.0)
        if here is not None and there is not None and here != there:
            parts.append(("scope", term, here - there))
    same = (pl.col("region") == region) & (pl.col("year") == year) & (pl.col("stage") == figure["stage"])
    for term, known in own.other_terms.filter(same).select("term", "value").iter_rows():
        there = theirs.get(term)
        if there is not None and known is not None:
            parts.append(("term", term, there - other.sign(term) * known))
    return _with_rest(parts, value - figure["value"])


def _contributions(own: OwnSide, region: str, scope: str, factor: str, year: int) -> dict[str, float | None]:
    """Return what each own term adds to a scope; an optional term that is not given adds nothing."""
    rows = _of_scope(own.assessed.terms, region, scope, factor).filter(pl.col("year") == year)
    optional = {rule.term for rule in find_scope(scope).terms if not rule.required}
    return {
        row["term"]: 0.0 if row["given"] is None and row["term"] in optional else row["contribution"]
        for row in rows.iter_rows(named=True)
    }


def _explain_change(
    own: OwnSide, figure: Mapping[str, Any], scope: str, factor: str, span: tuple[int, int]
) -> list[Part]:
    region, growth = figure["region"], own.gdp_ratio.get(figure["region"], {})
    fall = reduce_intensity(_levels(own, region, scope, factor), growth, *span)
    if fall is None or figure["unit"] != "%":
        return []
    gap = -100.0 * fall - figure["value"]
    same = reduce_intensity(_levels(own, region, figure["scope"], factor), growth, *span)
    if same is None:
        return _with_rest([], gap)
    parts: list[Part] = []
    if figure["scope"] != scope:
        parts.append(("scope", WHOLE, 100.0 * (same - fall)))
    g, g_other = (multiply_ratios(known, *span) for known in (growth, own.other_gdp_ratio.get(region, {})))
    ratio, ratio_other = 1.0 - same, 1.0 + figure["value"] / 100.0
    if g is None or g_other is None or ratio_other <= 0:
        return _with_rest(parts, gap)
    quantity, gdp = split_revision((ratio * g, g), (ratio_other * g_other, g_other))
    return [*parts, ("quantity", WHOLE, 100.0 * quantity), ("gdp", WHOLE, 100.0 * gdp)]


def split_revision(own: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Split the difference of two intensity ratios into the revision of the quantity and that of GDP.

    Parameters
    ----------
    own, other : tuple of float
        Ratio of the quantity and of GDP over the same period, all above zero. [1]

    Returns
    -------
    tuple of float
        Effects of the quantity and of GDP; they sum to the difference of the intensity ratios. [1]

    Examples
    --------
    >>> split_revision((1.05, 1.05), (1.05, 1.0))[0]
    0.0
    """
    weight = float(log_mean([own[0] / own[1]], [other[0] / other[1]])[0])
    return weight * log(own[0] / other[0]), -weight * log(own[1] / other[1])


def _with_rest(parts: list[Part], gap: float) -> list[Part]:
    return [*parts, ("rest", WHOLE, gap - sum(size for _, _, size in parts))]
