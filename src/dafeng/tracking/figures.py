"""Yearly figures as they were known on a day: of every revision the latest, by region and name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from dafeng.period import Period, latest_date, parse_period
from dafeng.provenance import Grade
from dafeng.tracking.formula_values import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    import polars as pl

read_period = lru_cache(maxsize=1 << 16)(parse_period)
"""Like :func:`~dafeng.period.parse_period`; a replay reads the same few hundred texts on every day."""
read_day = lru_cache(maxsize=1 << 16)(latest_date)
"""Like :func:`~dafeng.period.latest_date`, each text once."""

LAG_YEARS = 2
"""Years after which a yearly figure without a day of its own counts as known: an account, a total [a]."""


def assumed_day(year: int) -> date:
    """Return the day on which the account of a year counts as known: an assumption, to be marked as such."""
    return date(year + LAG_YEARS, 12, 31)


def latest_assumed_year(day: date) -> int:
    """Return the newest year whose account counts as known on a day.

    Examples
    --------
    >>> latest_assumed_year(date(2024, 12, 30)), latest_assumed_year(date(2024, 12, 31))
    (2021, 2022)
    """
    year = day.year - LAG_YEARS
    return year if assumed_day(year) <= day else year - 1


@dataclass(frozen=True, slots=True)
class KnownFigures:
    """Figures by region, name and year; names as formulas write them."""

    by_region: dict[str, dict[str, dict[int, Figure]]] = field(default_factory=dict)

    def of(self, region: str, name: str) -> dict[int, Figure]:
        """Return the figures of a name by year."""
        return self.by_region.get(region, {}).get(name, {})


def day_known(published: str | None, period: Period) -> date:
    """Return the day a figure counts as known: never before its period is over."""
    return max(read_day(published), period.end) if published else period.end


def gather_figures(
    observations: pl.DataFrame, series: pl.DataFrame, accounts: pl.DataFrame | None, as_of: date
) -> KnownFigures:
    """Return what formulas may read on a day.

    Parameters
    ----------
    observations : Observations
        Only whole years count: a year, the end of December for a stock, January to December for a flow.
    series : Series
    accounts : AccountValues or None
        Figures that this system made itself.
    as_of : date
        What became known later is not there.

    Returns
    -------
    KnownFigures
        Of several figures of a year the exact one that became known last; grades that count go before others.
        Exact figures of the same day that contradict each other are graded X.
    """
    flows = {row["series_id"] for row in series.iter_rows(named=True) if row["kind"] == "flow"}
    found: dict[tuple[str, str, int], list[Figure]] = {}
    for row in observations.iter_rows(named=True):
        period = read_period(row["period"])
        if is_whole_year(period, is_flow=row["series_id"] in flows):
            known_on = day_known(row["known_on"], period)
            figure = Figure(
                row["value"], row["bound"], row["grade"], known_on, row["known_on"] is None,
                frozenset({row["source_id"]}),
            )  # fmt: skip
            found.setdefault((row["region"], row["series_id"], period.end.year), []).append(figure)
    for key, figure in _read_accounts(accounts):
        found.setdefault(key, []).append(figure)
    known = KnownFigures()
    for (region, name, year), figures in found.items():
        held = hold_latest(figure for figure in figures if figure.known_on <= as_of)
        if held is not None:
            known.by_region.setdefault(region, {}).setdefault(name, {})[year] = held
    return known


def is_whole_year(period: Period, *, is_flow: bool) -> bool:
    """Return whether a period stands for its year in a formula."""
    if period.kind == "year":
        return True
    return period.end.month == 12 and period.kind == ("ytd" if is_flow else "month")


def hold_latest(figures: Iterable[Figure]) -> Figure | None:
    """Return the figure of a year that holds: graded before weak, exact before bound, then the latest known.

    Exact figures of one day that disagree contradict each other: the grade becomes X.
    """
    ranked = sorted(figures, key=_rank, reverse=True)
    if not ranked:
        return None
    first = ranked[0]
    alike = (Grade(first.grade).counts, "eq", first.known_on)
    same_day = {f.value for f in ranked if (Grade(f.grade).counts, f.bound, f.known_on) == alike}
    if alike[0] and len(same_day) > 1:
        return Figure(first.value, "eq", Grade.X.value, first.known_on, first.assumed, first.sources)
    return first


def _rank(figure: Figure) -> tuple[Any, ...]:
    return (
        Grade(figure.grade).counts, figure.bound == "eq", figure.known_on, [-ord(c) for c in figure.grade],
        figure.value, sorted(figure.sources),
    )  # fmt: skip


def _read_accounts(accounts: pl.DataFrame | None) -> Iterator[tuple[tuple[str, str, int], Figure]]:
    if accounts is None:
        return
    for row in accounts.iter_rows(named=True):
        until = read_day(row["until"]) if row["until"] else None
        figure = Figure(
            row["value"], "eq", row["grade"], read_day(row["known_on"]), row["known_assumed"],
            frozenset(row["source_ids"].split(";")), until=until,
        )  # fmt: skip
        yield (row["region"], row["name"], row["year"]), figure
