r"""Cities benchmarked to their province: raking by reliability, and a residual that is never hidden.

Within a part and fuel the cities are moved to the province's figure only if every city is complete and the
residual is at most ``spread_limit`` of the province:

.. math:: y_i = x_i \exp(\lambda u_i), \quad \sum_i y_i = P, \quad u_i = 1 - r_i + 0.05

so the less reliable city (reliability :math:`r`) moves more, no figure becomes negative, and equally reliable
cities move in proportion. Otherwise the cities stay as they are and the residual is shown. A sum of cities
above the province that cannot be spread is impossible and comes out as a finding.

Source of the raking: J.-C. Deville, C.-E. Särndal (1992), J. Am. Stat. Assoc. 87(418) 376-382,
doi:10.1080/01621459.1992.10475217.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.optimize import brentq

from dafeng.errors import Finding
from dafeng.inventory.city_accounts.contracts import CityBenchmark
from dafeng.table import frame_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SPREAD_LIMIT = 0.1
"""Largest residual that is spread over complete cities, of the province. [1]"""
FLOOR = 0.05
"""Unreliability of a city whose figures are all official; keeps every city adjustable. [1]"""
ROUNDING = 1e-9
"""Share of the province below which a residual is the noise of binary fractions. [1]"""
CELL = ["year", "part", "fuel"]


def rake_cities(values: ArrayLike, reliability: ArrayLike, total: float) -> NDArray[np.float64]:
    """Return values moved to a total, the less reliable ones more.

    Parameters
    ----------
    values : array_like, shape (city,)
        Not negative, not all zero. [Mt]
    reliability : array_like, shape (city,)
        From 0 to 1. [1]
    total : float
        Above zero. [Mt]

    Returns
    -------
    ndarray, shape (city,)
        Not negative; they sum to the total. [Mt]

    Examples
    --------
    >>> rake_cities([1.0, 3.0], [0.5, 0.5], 8.0).round(9).tolist()
    [2.0, 6.0]
    """
    x = np.asarray(values, dtype=np.float64)
    u = 1.0 - np.asarray(reliability, dtype=np.float64) + FLOOR
    needed = float(np.log(total / x.sum()))
    reach = abs(needed) / float(u.min()) + 1.0

    def miss(strength: float) -> float:
        return float(np.log((x * np.exp(strength * u)).sum() / total))

    strength = brentq(miss, -reach, reach, xtol=1e-15, rtol=1e-14)
    moved = x * np.exp(strength * u)
    return np.asarray(moved * (total / moved.sum()))


def benchmark_cities(
    cells: pl.DataFrame, province: pl.DataFrame, cities: int, *, spread_limit: float = SPREAD_LIMIT
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Return city cells with ``benchmarked_mt``, the benchmark by part and fuel, and what is impossible.

    Parameters
    ----------
    cells : polars.DataFrame
        ``region, year, part, fuel, co2_mt, reliability_share, complete`` [Mt, 1]; ``complete`` says whether
        the city reported everything, so that a fuel without a row is a zero.
    province : polars.DataFrame
        ``year, part, fuel, co2_mt`` [Mt].
    cities : int
        Number of cities of the province.
    spread_limit : float
        Largest residual that is spread, of the province. [1]

    Returns
    -------
    cells : polars.DataFrame
        The same rows with ``benchmarked_mt``; null where the city has no figure and where the cities
        together exceed the province: an impossible figure agrees with nothing.
    benchmark : CityBenchmark
    findings : tuple of Finding
        ``cities_exceed_province``.
    """
    years = cells.group_by("year", maintain_order=True).agg(
        complete=pl.col("region").filter(pl.col("complete")).n_unique(), known=pl.col("region").n_unique()
    )
    full = {year: complete == cities for year, complete, _ in years.iter_rows()}
    control = {row[:3]: row[3] for row in province.select(*CELL, "co2_mt").iter_rows()}
    groups = dict(cells.group_by(CELL, maintain_order=True))
    moved, rows = [], []
    for key in sorted({*groups, *control}):
        part = groups.get(key, cells.clear())
        figures, row = _benchmark_cell(part, control.get(key), full.get(key[0], False), spread_limit)
        moved.append(part.with_columns(benchmarked_mt=figures))
        rows.append({**dict(zip(CELL, key, strict=True)), "cities_all": cities, **row})
    table = frame_of(rows, CityBenchmark)
    adjusted = pl.concat(moved) if moved else cells.with_columns(benchmarked_mt=pl.col("co2_mt"))
    return adjusted, table, _list_excesses(table)


def _benchmark_cell(
    part: pl.DataFrame, total: float | None, full: bool, limit: float
) -> tuple[pl.Series, dict[str, object]]:
    values = part["co2_mt"]
    known = values.drop_nulls()
    city_sum = float(known.sum()) if known.len() else None
    row: dict[str, object] = {
        "cities_known": known.len(), "city_mt": city_sum, "province_mt": total, "residual_mt": None,
        "left_mt": None, "benchmark_ratio": None, "outcome": "no_province" if total is None else "no_city",
    }  # fmt: skip
    if total is None or city_sum is None:
        return values, row | {"left_mt": total if city_sum is None else None}
    residual = total - city_sum
    row |= {"residual_mt": residual, "left_mt": residual, "benchmark_ratio": 1.0, "outcome": "kept"}
    spreadable = full and known.len() == values.len() and min(total, city_sum) > 0
    if spreadable and abs(residual) <= limit * total:
        raked = pl.Series(rake_cities(values, part["reliability_share"].fill_null(0.0), total))
        return raked, row | {
            "left_mt": total - float(raked.sum()),
            "benchmark_ratio": total / city_sum,
            "outcome": "spread",
        }
    if residual < -ROUNDING * max(total, city_sum):
        nothing = pl.Series([None] * values.len(), dtype=pl.Float64)
        return nothing, row | {"outcome": "exceeds", "benchmark_ratio": None}
    return values, row


def _list_excesses(table: pl.DataFrame) -> tuple[Finding, ...]:
    wrong = table.filter(pl.col("outcome") == "exceeds")
    return tuple(
        Finding(
            "cities_exceed_province",
            params={
                "year": row["year"], "what": f"{row['part']} / {row['fuel']}",
                "cities": f"{row['city_mt']:.4g}", "province": f"{row['province_mt']:.4g}",
            },
            severity="warning",
        )
        for row in wrong.iter_rows(named=True)
    )  # fmt: skip
