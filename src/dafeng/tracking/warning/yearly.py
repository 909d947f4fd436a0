"""Yearly figures of one indicator as known on a day: the newest, one of a year, the longest single series."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.period import latest_date
from dafeng.provenance import Grade
from dafeng.tracking.evidence import gather_evidence, torn_years

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

LEVELS = frozenset({"eq", "about"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A published or computed value of a year.

    Parameters
    ----------
    year : int
    value : float
        [unit of the indicator]
    bound : str
        ``eq``, ``about``, or which way the publication is open.
    basis_id : str
        Series, formula or account.
    grade : str
        Evidence grade.
    is_computed : bool
        Whether a formula gave it.
    """

    year: int
    value: float
    bound: str
    basis_id: str
    grade: str
    is_computed: bool = False

    @property
    def low(self) -> float:
        """Smallest value that it allows."""
        return -inf if self.bound in {"le", "lt"} else self.value

    @property
    def high(self) -> float:
        """Largest value that it allows."""
        return inf if self.bound in {"ge", "gt"} else self.value


@dataclass(frozen=True, slots=True)
class YearlyFigures:
    """Same-scope figures of one indicator and region whose grade counts."""

    found: tuple[Figure, ...] = ()

    def in_year(self, year: int, basis_id: str | None = None) -> Figure | None:
        """Return the best figure of a year.

        A level before a bound, a published one before a computed one, exact before rounded, then by grade.
        """
        here = [f for f in self.found if f.year == year and basis_id in {None, f.basis_id}]
        return min(
            here, key=lambda f: (f.bound not in LEVELS, f.is_computed, f.bound != "eq", f.grade), default=None
        )

    def newest(self, until: int) -> Figure | None:
        """Return the best figure of the newest year up to a year."""
        year = max((f.year for f in self.found if f.year <= until), default=None)
        return None if year is None else self.in_year(year)

    def line(
        self, until: int, basis_id: str | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return years and levels of the one series that reaches farthest, the longest of those.

        Parameters
        ----------
        until : int
        basis_id : str, optional
            This series and no other.

        Returns
        -------
        tuple of ndarray, shape (year,)
            Increasing years, gaps allowed, and values; empty if there is none.
        """
        levels = [
            f for f in self.found
            if f.bound in LEVELS and f.year <= until and basis_id in {None, f.basis_id}
        ]  # fmt: skip
        by_basis: dict[str, dict[int, float]] = {}
        for f in sorted(levels, key=lambda f: (f.bound != "eq", f.grade)):
            by_basis.setdefault(f.basis_id, {}).setdefault(f.year, f.value)
        best = max(sorted(by_basis.items()), key=lambda pair: (max(pair[1]), len(pair[1])), default=("", {}))[
            1
        ]
        years = sorted(best)
        return np.array(years, dtype=np.float64), np.array([best[y] for y in years], dtype=np.float64)


FiguresByIndicator = dict[tuple[str, str], YearlyFigures]
"""(indicator, region) -> figures."""


def collect_figures(values: pl.DataFrame, as_of: date) -> FiguresByIndicator:
    """Return the figures of every indicator and region.

    Parameters
    ----------
    values : IndicatorValues
    as_of : date
        Values known later are left out, and exact publications of a year that contradict each other: as in
        the verdicts, neither decides.
    """
    usable = values.filter(
        (pl.col("relation") == "same") & pl.col("grade").is_in([Grade.A.value, Grade.B.value])
        & ~pl.col("period").str.contains("..", literal=True)
    )  # fmt: skip
    found: dict[tuple[str, str], list[Figure]] = {}
    for row in usable.iter_rows(named=True):
        if row["known_on"] is None or latest_date(row["known_on"]) <= as_of:
            figure = Figure(
                row["year"], row["value"], row["bound"], row["basis_id"], row["grade"],
                row["basis"] != "series",
            )  # fmt: skip
            found.setdefault((row["indicator_id"], row["region"]), []).append(figure)
    return _freeze((key, _drop_torn(figures)) for key, figures in found.items())


def _drop_torn(figures: list[Figure]) -> list[Figure]:
    """Return the figures without exact publications of one year that contradict each other."""
    torn = torn_years((f.year, f.value) for f in figures if f.bound == "eq" and not f.is_computed)
    return [f for f in figures if f.bound != "eq" or f.is_computed or f.year not in torn]


def published_figures(
    tables: Mapping[str, pl.DataFrame], as_of: date, same_scope: Mapping[str, str]
) -> FiguresByIndicator:
    """Return the figures that stand in the observations of a pack alone, see :func:`collect_figures`."""
    evidence = gather_evidence(tables["observations"], tables["indicator_series"], as_of, same_scope)
    return _freeze(
        (key, [
            Figure(o.year, o.value, o.bound, o.series_id, o.grade)
            for o in known.countable() if o.at_year_end
        ])
        for key, known in evidence.items()
    )  # fmt: skip


def _freeze(found: Iterable[tuple[tuple[str, str], list[Figure]]]) -> FiguresByIndicator:
    return {key: YearlyFigures(tuple(figures)) for key, figures in found}
