"""Dated outlooks of drivers: which were known, which years are over, what they say of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy.stats import norm

from dafeng.pathway.factors import DAMPING
from dafeng.period import latest_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

Z95 = float(norm.ppf(0.95))


def own_outlooks(factor: str, outlooks: pl.DataFrame, as_of: date | None) -> list[dict[str, Any]]:
    """Return the outlooks of a driver that were known on a day, the latest known last."""
    kind, _, name = factor.partition(":")
    rows = outlooks.filter(pl.col("driver") == name).to_dicts() if kind == "driver" else []
    rows = [row for row in rows if as_of is None or latest_date(row["known_on"]) <= as_of]
    return sorted(rows, key=lambda row: (latest_date(row["known_on"]), row["from_year"]))


def _fitting(rows: list[dict[str, Any]], year: int) -> dict[str, Any] | None:
    found = [row for row in rows if row["from_year"] <= year <= row["to_year"]]
    return found[-1] if found else None


def add_past(
    observed: tuple[float, ...], rows: list[dict[str, Any]], base_year: int, as_of: date | None
) -> tuple[float, ...]:
    """Return what is known, years that were over on the day and that an outlook covers included.

    Such an outlook was derived from published outcomes (a sum, a mean growth): it leaves no room for shocks.
    """
    found = list(observed)
    while as_of is not None and base_year + len(found) + 1 < as_of.year:
        row = _fitting(rows, base_year + len(found) + 1)
        if row is None:
            break
        found.append((found[-1] if found else 0.0) + float(np.log1p(row["growth"])))
    return tuple(found)


def look_ahead(
    drift: tuple[float, float], rows: list[dict[str, Any]], years: Iterable[int], known: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return central growth and its error by year [1/a].

    Parameters
    ----------
    drift : (float, float)
        Yearly drift and its standard error, for years without an outlook [1/a].
    rows : list of dict
        Outlooks of the driver.
    years : iterable of int
    known : int
        Years of the drift that have passed already.
    """
    growth, errors = [], []
    for step, year in enumerate(years, start=known):
        row = _fitting(rows, year)
        if row is None:
            growth.append(drift[0] * DAMPING**step)
            errors.append(drift[1] * DAMPING**step)
            continue
        growth.append(float(np.log1p(row["growth"])))
        errors.append(float((np.log1p(row["growth_high"]) - np.log1p(row["growth_low"])) / (2 * Z95)))
    return tuple(growth), tuple(errors)
