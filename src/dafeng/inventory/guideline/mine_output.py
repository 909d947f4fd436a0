"""Coal output by kind of mine: as published, else the total split by the shares of mine capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused, Place
from dafeng.inventory.guideline.activity_lines import find_factor, read_amounts, weakest_grade

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from dafeng.inventory.guideline.activity_lines import Amount, Factor

SHARE = "share_coal_capacity"
"""Variable of the pack's factors: share of mine capacity, by ``underground`` and ``surface``."""
UNCLASSIFIED = "unclassified"
TOLERANCE = 1e-3
"""Parts may differ from their whole by this share, for rounding of published figures."""


@dataclass(frozen=True, slots=True)
class Mine:
    """Coal of one kind of mine in one region and year.

    Parameters
    ----------
    region, year, kind : str, int, str
        Kind: ``underground`` (gas class not known), ``underground_high``, ``underground_low``, ``surface``;
        ``unclassified`` is what the published kinds leave of the total: no factor fits it.
    coal : float
        Raw coal [10^4 t].
    grade : str
        Weakest of the figures behind it.
    share_year : int or None
        Year of the capacity shares that split the total; None where the output itself is published.
    """

    region: str
    year: int
    kind: str
    coal: float
    grade: str
    share_year: int | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """The published outputs of one region and year [10^4 t]; None where there is none."""

    total: Amount | None
    whole: Amount | None
    high: Amount | None
    low: Amount | None
    surface: Amount | None

    def value(self, name: str) -> float | None:
        amount: Amount | None = getattr(self, name)
        return None if amount is None else amount.value

    def grade(self) -> str:
        parts = (self.total, self.whole, self.high, self.low, self.surface)
        return weakest_grade(*(part.grade for part in parts if part is not None and part.value is not None))


def split_output(activities: pl.DataFrame, factors: pl.DataFrame) -> list[Mine]:
    """Return coal output by kind of mine for every region and year with any figure.

    Parameters
    ----------
    activities : Activities
        ``coal_output_total``, ``coal_output_underground``, ``…_underground_high``, ``…_underground_low``,
        ``coal_output_surface`` [10^4 t].
    factors : Factors
        ``share_coal_capacity`` of the province [1], used only where the kind of mine is not published.

    Returns
    -------
    list of Mine

    Raises
    ------
    InputRefused
        ``unit_wrong``, ``value_out_of_range``, ``parts_exceed_total``: parts and total contradict each other.
    """
    amounts = read_amounts(activities)
    names = {"total": "total", "whole": "underground", "high": "underground_high", "low": "underground_low",
             "surface": "surface"}  # fmt: skip
    keys = sorted({(region, year) for region, year, code in amounts if code.startswith("coal_output_")})
    mines: list[Mine] = []
    problems: list[Finding] = []
    for region, year in keys:
        given = _Given(**{k: amounts.get((region, year, f"coal_output_{v}")) for k, v in names.items()})
        problem = _contradiction(given, region, year)
        if problem is None:
            mines += _kinds(given, region, year, _shares(factors, region, year))
        else:
            problems.append(problem)
    if problems:
        raise InputRefused(problems)
    return mines


def _contradiction(given: _Given, region: str, year: int) -> Finding | None:
    high, low, whole = given.value("high"), given.value("low"), given.value("whole")
    total, surface = given.value("total"), given.value("surface")
    checks = [
        ((high, low), whole, high is not None and low is not None),
        ((whole, surface), total, whole is not None and surface is not None),
        ((high, low, surface), total, None not in (high, low, surface)),
    ]
    for parts, all_of_it, complete in checks:
        if all_of_it is None:
            continue
        added = sum(part for part in parts if part is not None)
        too_little = complete and added < all_of_it * (1 - TOLERANCE)
        if added > all_of_it * (1 + TOLERANCE) or too_little:
            params = {"region": region, "year": year, "parts": added, "total": all_of_it, "unit": "10^4 t"}
            return Finding("parts_exceed_total", Place("activities", column="value"), params)
    return None


def _shares(factors: pl.DataFrame, region: str, year: int) -> Mapping[str, Factor | None]:
    return {kind: find_factor(factors, region, year, SHARE, kind) for kind in ("underground", "surface")}


def _kinds(given: _Given, region: str, year: int, shares: Mapping[str, Factor | None]) -> Iterator[Mine]:
    """Yield the kinds of mine; what is published goes before what a share makes of the total."""
    high, low = given.value("high"), given.value("low")
    whole, surface, total = given.value("whole"), given.value("surface"), given.value("total")
    if whole is None and high is not None and low is not None:
        whole = high + low
    if whole is None and total is not None and surface is not None:
        whole = max(total - surface, 0.0)
    if surface is None and total is not None and whole is not None:
        surface = max(total - whole, 0.0)
    grade, share_year = given.grade(), None
    below, above = shares["underground"], shares["surface"]
    part = max(high or 0.0, low or 0.0) * (1 - TOLERANCE)
    fits = total is not None and below is not None and part <= total * below.value
    if fits and whole is None and surface is None and total and below is not None and above is not None:
        whole, surface = total * below.value, total * above.value
        grade, share_year = weakest_grade(grade, below.grade, above.grade), below.year
    if whole is not None and (high is None) != (low is None):
        rest = max(whole - (high if high is not None else low or 0.0), 0.0)
        high, low = (high, rest) if high is not None else (rest, low)
    kinds = {"underground_high": high, "underground_low": low, "surface": surface}
    if high is None and low is None:
        kinds = {"underground": whole, "surface": surface}
    for kind, coal in kinds.items():
        if coal is not None:
            yield Mine(region, year, kind, coal, grade, share_year)
    added = [coal for coal in kinds.values() if coal is not None]
    if total is not None and added and sum(added) < total * (1 - TOLERANCE):
        yield Mine(region, year, UNCLASSIFIED, total - sum(added), grade)
