"""What is known of an indicator on a day: observations as intervals, sorted by relation and year."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nextafter
from typing import TYPE_CHECKING

import polars as pl

from dafeng.period import Period, latest_date, parse_period
from dafeng.provenance import Grade

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Observation:
    """A published figure and what it leaves open.

    Parameters
    ----------
    series_id, source_id, unit : str
        Keys of the pack.
    period : Period
        What it describes.
    value : float
        As published.
    bound : str
        ``eq``, ``ge``, ``gt``, ``le``, ``lt`` or ``about``.
    grade : str
        Evidence grade.
    relation : str
        ``same``, ``other_scope``, ``proxy`` or ``change_only``.
    """

    series_id: str
    period: Period
    value: float
    bound: str
    unit: str
    grade: str
    source_id: str
    relation: str

    @property
    def low(self) -> float:
        """Smallest value that the publication allows; “more than” leaves the number itself out."""
        if self.bound in {"le", "lt"}:
            return -inf
        return nextafter(self.value, inf) if self.bound == "gt" else self.value

    @property
    def high(self) -> float:
        """Largest value that the publication allows; “less than” leaves the number itself out."""
        if self.bound in {"ge", "gt"}:
            return inf
        return nextafter(self.value, -inf) if self.bound == "lt" else self.value

    @property
    def at_year_end(self) -> bool:
        """True for a year or its December: comparable with a target of that year."""
        return self.period.kind == "year" or (self.period.kind == "month" and self.period.end.month == 12)

    @property
    def year(self) -> int:
        """Year in which the period ends."""
        return self.period.end.year

    @property
    def is_level(self) -> bool:
        """True if the figure itself is published, rounded or not, and no mere bound."""
        return self.bound in {"eq", "about"}

    @property
    def counts(self) -> bool:
        """True if its grade lets it carry a verdict."""
        return Grade(self.grade).counts


@dataclass(frozen=True, slots=True)
class Evidence:
    """All observations of one indicator that were known on a day."""

    observations: tuple[Observation, ...] = ()

    def of(self, relation: str) -> list[Observation]:
        """Return observations of one relation, oldest first."""
        return [o for o in self.observations if o.relation == relation]

    def countable(self) -> list[Observation]:
        """Return same-scope observations whose grade counts, oldest first."""
        return [o for o in self.of("same") if o.counts]

    def in_year(self, year: int) -> Observation | None:
        """Return the best same-scope observation of a year or year end."""
        hits = [o for o in self.countable() if o.at_year_end and o.year == year]
        return min(hits, key=lambda o: (o.bound != "eq", o.grade), default=None)

    def latest(self) -> Observation | None:
        """Return the newest same-scope observation of a year or year end."""
        years = {o.year for o in self.countable() if o.at_year_end}
        return self.in_year(max(years)) if years else None

    def newest_of_any(self) -> Observation | None:
        """Return the newest observation whatever its scope; graded before weak, same scope first."""
        order = ("same", "change_only", "other_scope", "proxy")
        return max(
            self.observations,
            key=lambda o: (o.counts, -order.index(o.relation), o.period.end, o.bound == "eq"),
            default=None,
        )


def gather_evidence(
    observations: pl.DataFrame, indicator_series: pl.DataFrame, region: str, as_of: date,
    same_scope: Mapping[str, str],
) -> dict[str, Evidence]:  # fmt: skip
    """Return the evidence of every indicator of a province on a day.

    Parameters
    ----------
    observations : Observations
    indicator_series : IndicatorSeries
    region : str
        Observations of other regions are left aside.
    as_of : date
        Observations published later, or of periods that were not over, are not known yet.
    same_scope : mapping of str to str
        ``indicator_id`` -> ``series_id`` that the user has decided to take as the same scope.

    Returns
    -------
    dict of str to Evidence
    """
    decided = pl.struct("indicator_id", "series_id").map_elements(
        lambda pair: same_scope.get(pair["indicator_id"]) == pair["series_id"], return_dtype=pl.Boolean
    )
    links = indicator_series.with_columns(
        relation=pl.when(decided).then(pl.lit("same")).otherwise(pl.col("relation"))
    )
    joined = observations.filter(pl.col("region") == region).join(
        links, on="series_id", maintain_order="left"
    )
    gathered: dict[str, list[Observation]] = {}
    for row in joined.iter_rows(named=True):
        observation = Observation(
            row["series_id"], parse_period(row["period"]), row["value"], row["bound"], row["unit"] or "",
            row["grade"], row["source_id"], row["relation"],
        )  # fmt: skip
        if _known_on(row["known_on"], observation.period) <= as_of:
            gathered.setdefault(row["indicator_id"], []).append(observation)
    return {indicator: Evidence(tuple(sorted(found, key=_order_of))) for indicator, found in gathered.items()}


def _order_of(observation: Observation) -> tuple[object, ...]:
    """Return a sorting key that leaves nothing to the order of the rows: oldest first."""
    period = observation.period
    return (
        period.end,
        observation.series_id,
        observation.source_id,
        period.start,
        period.kind,
        observation.value,
    )


def _known_on(published: str | None, period: Period) -> date:
    """Return the day a figure counts as known: never before its period is over."""
    return max(latest_date(published), period.end) if published else period.end
