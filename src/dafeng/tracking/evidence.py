"""What is known of an indicator on a day: observations as intervals, sorted by relation and year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import inf, nextafter
from typing import TYPE_CHECKING

import polars as pl

from dafeng.provenance import Grade
from dafeng.tracking.figures import day_known, read_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dafeng.period import Period


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
    basis : str
        ``series`` if published, ``formula``, ``account`` or ``register`` if computed; ``series_id`` is then
        the formula.
    region : str
        Whose figure it is.
    known_on : date
        When it became known.
    """

    series_id: str
    period: Period
    value: float
    bound: str
    unit: str
    grade: str
    source_id: str
    relation: str
    basis: str = "series"
    region: str = ""
    known_on: date = date.min

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


def best_of(observations: Sequence[Observation]) -> Observation | None:
    """Return the most telling of some observations of one thing: exact before bound, then by grade."""
    return min(observations, key=lambda o: (o.bound != "eq", o.grade), default=None)


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
        return best_of([o for o in self.countable() if o.at_year_end and o.year == year])

    def latest(self) -> Observation | None:
        """Return the newest same-scope observation of a year or year end."""
        years = {o.year for o in self.countable() if o.at_year_end}
        return self.in_year(max(years)) if years else None

    def newest_of_any(self) -> Observation | None:
        """Return the newest observation whatever its scope; graded before weak, same scope first.

        The figure of a register that nobody has declared complete stands behind everything published.
        """
        order = ("same", "change_only", "other_scope", "proxy")
        return max(
            self.observations,
            key=lambda o: (
                o.counts, o.counts or o.basis != "register", -order.index(o.relation), o.period.end,
                o.bound == "eq",
            ),
            default=None,
        )  # fmt: skip


def gather_evidence(
    observations: pl.DataFrame, indicator_series: pl.DataFrame, as_of: date, same_scope: Mapping[str, str],
    computed: Iterable[tuple[str, Observation]] = (),
) -> dict[tuple[str, str], Evidence]:  # fmt: skip
    """Return the evidence of every indicator and region on a day.

    Parameters
    ----------
    observations : Observations
    indicator_series : IndicatorSeries
    as_of : date
        Observations published later, or of periods that were not over, are not known yet.
    same_scope : mapping of str to str
        ``indicator_id`` -> ``series_id`` that the user has decided to take as the same scope.
    computed : iterable of (str, Observation)
        Values of formulas by indicator. Where a level of the same scope and period is published, it goes
        before a computed one; of several formulas the first by id counts, of those whose grade counts.

    Returns
    -------
    dict of (indicator_id, region) to Evidence
        Of a year that was revised the latest publication. Figures that count but contradict each other for
        the same year are graded X: neither decides.
    """
    links: dict[str, list[tuple[str, str]]] = {}
    for row in link_series(indicator_series, same_scope).iter_rows(named=True):
        links.setdefault(row["series_id"], []).append((row["indicator_id"], row["relation"]))
    gathered: dict[tuple[str, str], list[Observation]] = {}
    for row in observations.iter_rows(named=True):
        period = read_period(row["period"])
        known_on = day_known(row["known_on"], period)
        if known_on > as_of:
            continue
        for indicator, relation in links.get(row["series_id"], ()):
            observation = Observation(
                row["series_id"], period, row["value"], row["bound"], row["unit"] or "", row["grade"],
                row["source_id"], relation, "series", row["region"], known_on,
            )  # fmt: skip
            gathered.setdefault((indicator, row["region"]), []).append(observation)
    gathered = {key: _mark_conflicts(_drop_revised(found)) for key, found in gathered.items()}
    _add_computed(gathered, computed)
    return {key: Evidence(tuple(sorted(found, key=_order_of))) for key, found in gathered.items()}


def link_series(indicator_series: pl.DataFrame, same_scope: Mapping[str, str]) -> pl.DataFrame:
    """Return which series may judge which indicator, with the decided scopes taken as the same."""
    decided = pl.lit(value=False)
    for indicator, series in same_scope.items():
        decided |= (pl.col("indicator_id") == indicator) & (pl.col("series_id") == series)
    return indicator_series.with_columns(
        relation=pl.when(decided).then(pl.lit("same")).otherwise(pl.col("relation"))
    )


def known_observations(observations: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the observations that were public on a day.

    Parameters
    ----------
    observations : Observations
    as_of : date
        A figure counts from the day of its publication, and never before its period is over.
    """
    known = [
        day_known(published, read_period(period)) <= as_of
        for published, period in observations.select("known_on", "period").iter_rows()
    ]
    return observations.filter(pl.Series(known, dtype=pl.Boolean))


def _add_computed(
    gathered: dict[tuple[str, str], list[Observation]], computed: Iterable[tuple[str, Observation]]
) -> None:
    """Add computed values where nothing of the same scope is published for the period."""
    taken = {
        (*key, o.year if o.at_year_end else o.period)
        for key, found in gathered.items()
        for o in found
        if o.relation == "same" and o.counts and o.is_level
    }
    for indicator, observation in sorted(computed, key=lambda pair: not pair[1].counts):
        key = indicator, observation.region
        place = (*key, observation.year if observation.at_year_end else observation.period)
        if observation.relation == "same":
            if place in taken:
                continue
            taken.add(place)
        gathered.setdefault(key, []).append(observation)


def _drop_revised(found: list[Observation]) -> list[Observation]:
    """Return the observations without exact figures that the same series revised on a later day."""
    newest: dict[tuple[str, int], date] = {}
    for o in found:
        if _is_exact(o):
            key = o.series_id, o.year
            newest[key] = max(newest.get(key, o.known_on), o.known_on)
    return [o for o in found if not _is_exact(o) or o.known_on == newest[o.series_id, o.year]]


def _mark_conflicts(found: list[Observation]) -> list[Observation]:
    """Return the observations with contradicting exact figures of one year graded X."""
    torn = torn_years((o.year, o.value) for o in found if _is_exact(o))
    return [replace(o, grade=Grade.X.value) if _is_exact(o) and o.year in torn else o for o in found]


def torn_years(exact: Iterable[tuple[int, float]]) -> frozenset[int]:
    """Return the years of which exact publications contradict each other: none of them decides.

    Parameters
    ----------
    exact : iterable of (int, float)
        Year and value of each exact publication of one thing.
    """
    values: dict[int, set[float]] = {}
    for year, value in exact:
        values.setdefault(year, set()).add(value)
    return frozenset(year for year, different in values.items() if len(different) > 1)


def _is_exact(o: Observation) -> bool:
    return o.relation == "same" and o.at_year_end and o.bound == "eq" and o.counts


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
