r"""Vintaged stocks: how fast new equipment replaces what stands, as a linear operator.

Equipment of age :math:`a` is still there with probability :math:`S(a)`, a Weibull curve that has the mean
lifetime and the spread of the kind of equipment:

.. math:: S(a) = e^{-(a/\lambda)^k}

What stands in the base year has survived so far, so :math:`S(a+n)/S(a)` of it is there :math:`n` years later.
Additions fill the gap between demand and what survives, never less than nothing. The share of the stock that
has an attribute is then linear in the share among additions: one matrix a kind of equipment, made once.

Notes
-----
Weibull lifetimes in stocks of products: Murakami et al. 2010, Journal of Industrial Ecology 14(4) 598-612;
Oguchi et al. 2010, same issue, 613-626. When demand falls faster than equipment retires, nothing is added and
all vintages are used alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln

from dafeng.errors import InputRefused
from dafeng.table import Table, check, column, columns_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[np.float64]
OPERATING = "operating"
_OLDEST = 8
"""Lifetimes after which the steady stock holds nothing any more."""
_SHAPES = (0.15, 120.0)
_EXPONENT_LIMIT = 690.0
_CAPACITY_UNIT = "GW"


class StockPath(Table):
    """What is left of today's equipment, by class and year."""

    stock: str = column(key=True, vocabulary="pathway_stock", zh="设备", en="Stock")
    unit_class: str = column(key=True, zh="类别", en="Class")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    capacity: float = column(unit="unit", low=0, zh="容量", en="Capacity")
    unit: str = column(zh="单位", en="Unit")
    mean_age_years: float = column(unit="a", nullable=True, low=0, zh="平均役龄", en="Mean age")


@dataclass(frozen=True, slots=True)
class StockSpec:
    """How a kind of equipment lives, and how old it is.

    Attributes
    ----------
    lifetime, spread : float
        Mean lifetime and its standard deviation. [a]
    ages : mapping of int to float
        Capacity by year of commissioning in any one unit; empty: the age structure of a steady stock.
    """

    lifetime: float
    spread: float
    ages: Mapping[int, float]


def survive(age: Array, step: Array | float, lifetime: float, spread: float) -> Array:
    """Return the share of equipment of an age that is still there some years later.

    Parameters
    ----------
    age : ndarray
        Age now. [a]
    step : ndarray or float
        Years later. [a]
    lifetime, spread : float
        Mean and standard deviation of the lifetime. [a]

    Returns
    -------
    ndarray
        S(age + step) / S(age). [1]

    Examples
    --------
    >>> survive(np.array([0.0, 20.0]), 10.0, 20.0, 5.0).round(3)
    array([0.972, 0.03 ])
    """
    shape, scale = _weibull(lifetime, spread)
    start, end = np.asarray(age, float), np.asarray(age, float) + step
    hazard = [_power(years / scale, shape) for years in (start, end)]
    lost = hazard[1] - hazard[0]
    endless = hazard[0] >= np.exp(_EXPONENT_LIMIT)  # far beyond any lifetime: gone as soon as time passes
    return np.asarray(np.where(endless, (end <= start) * 1.0, np.exp(-np.maximum(lost, 0))))


def renewal_matrix(
    years: NDArray[np.int64],
    lifetime: float,
    spread: float,
    *,
    demand: Array | None = None,
    ages: Mapping[int, float] | None = None,
    growth: float = 0.0,
) -> Array:
    """Return the matrix that makes shares of the stock out of shares among additions.

    Parameters
    ----------
    years : ndarray of int, shape (year,)
        Consecutive; the first is the base year, in which nothing is new yet.
    lifetime, spread : float
        Mean and standard deviation of the lifetime. [a]
    demand : ndarray, shape (year,), optional
        Stock that is needed, in any unit; default constant.
    ages : mapping of int to float, optional
        Capacity by year of commissioning in any unit; years after the base year are left out (they are
        additions). Default: the ages of a stock that has grown steadily.
    growth : float
        Yearly growth of that steady stock before the base year. [1/a]

    Returns
    -------
    ndarray, shape (year, year)
        ``W @ share_among_additions`` is the share of the stock [1]. Lower triangular; the first row and the
        first column are zero; the rest of a row up to one is equipment that stood in the base year.

    Raises
    ------
    InputRefused
        ``series_gap`` for years that are not consecutive; ``series_length``, ``series_not_finite`` or
        ``series_not_positive`` for the demand.
    """
    needed = _check_demand(years, demand)
    old = needed[0] * _remaining(years, StockSpec(lifetime, spread, ages or {}), growth)
    elapsed = np.arange(len(years), dtype=float)
    kept = survive(np.zeros(len(years)), elapsed, lifetime, spread)
    matrix = np.zeros((len(years), len(years)))
    additions = np.zeros(len(years))
    for year in range(1, len(years)):
        present = additions[1:year] * kept[year - 1 : 0 : -1]
        standing = old[year] + present.sum()
        additions[year] = max(0.0, needed[year] - standing)
        matrix[year, 1:year] = present
        matrix[year, year] = additions[year]
        matrix[year] /= standing + additions[year]
    return matrix


def read_stocks(tables: Mapping[str, pl.DataFrame]) -> dict[str, StockSpec]:
    """Return every kind of equipment that has a lifetime, with the ages of what operates.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack: ``stock_lifetimes`` and ``stock_ages``; each may be missing.

    Raises
    ------
    UnitError
        If capacities of one kind are given in units that do not convert.
    """
    lifetimes, ages = tables.get("stock_lifetimes"), tables.get("stock_ages")
    if lifetimes is None:
        return {}
    built = {} if ages is None else _spread_spans(ages)
    found = {}
    for stock, lifetime, spread in lifetimes.select("stock", "lifetime_years", "spread_years").iter_rows():
        by_year: dict[int, float] = {}
        for (of, _), vintages in built.items():
            for year, capacity in vintages.items() if of == stock else ():
                by_year[year] = by_year.get(year, 0.0) + capacity
        found[stock] = StockSpec(lifetime, spread, by_year)
    return found


def renewal_matrices(
    tables: Mapping[str, pl.DataFrame],
    years: NDArray[np.int64],
    demand_by_stock: Mapping[str, Array],
    growth: Mapping[str, float] | None = None,
) -> dict[str, Array]:
    """Return the renewal matrix of every kind of equipment that has a lifetime.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        As in :func:`read_stocks`.
    years : ndarray of int, shape (year,)
        From the base year on.
    demand_by_stock : mapping of str to ndarray, shape (year,)
        Stock that is needed, in any unit; constant for a kind that is not named.
    growth : mapping of str to float, optional
        Growth of the stock before the base year where its ages are not known [1/a]; default 0.

    Returns
    -------
    dict of str to ndarray, shape (year, year)
        See :func:`renewal_matrix`.

    Raises
    ------
    InputRefused
        As in :func:`renewal_matrix`.
    """
    return {
        stock: renewal_matrix(
            years, spec.lifetime, spec.spread, demand=demand_by_stock.get(stock), ages=spec.ages,
            growth=(growth or {}).get(stock, 0.0),
        )
        for stock, spec in read_stocks(tables).items()
    }  # fmt: skip


def fleet_path(
    tables: Mapping[str, pl.DataFrame],
    years: NDArray[np.int64],
    *,
    stock: str = "power_unit",
    unit: str = _CAPACITY_UNIT,
) -> pl.DataFrame:
    """Return what is left of today's equipment if it retires by age alone.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        As in :func:`read_stocks`.
    years : ndarray of int
        The first one is the year in which all that was built before still stands.
    stock : str
        Kind of equipment.
    unit : str
        Unit of the capacity.

    Returns
    -------
    StockPath
        Empty where the pack knows no ages or no lifetime.

    Raises
    ------
    UnitError
        If a capacity cannot be converted.
    """
    schema = {spec.name: spec.dtype for spec in columns_of(StockPath)}
    spec, ages = read_stocks(tables).get(stock), tables.get("stock_ages")
    if spec is None or ages is None:
        return pl.DataFrame(schema=schema)
    rows: list[dict[str, object]] = []
    built = _spread_spans(ages.filter(pl.col("stock") == stock), unit)
    for (_, unit_class), vintages in built.items():
        commissioned = np.array(sorted(vintages), dtype=float)
        capacity = np.array([vintages[int(year)] for year in commissioned])
        start = np.maximum(commissioned, years[0])
        for year in years:
            there = (commissioned <= year) * capacity
            passed = np.maximum(year - start, 0)
            there = there * survive(start - commissioned, passed, spec.lifetime, spec.spread)
            total = float(there.sum())
            age = float((there * (year - commissioned)).sum()) / total if total > 0 else None
            rows.append(
                {
                    "stock": stock, "unit_class": unit_class, "year": int(year), "capacity": total,
                    "unit": unit, "mean_age_years": age,
                }
            )  # fmt: skip
    return check(pl.DataFrame(rows, schema=schema), StockPath)


def sum_classes(path: pl.DataFrame, ending: str = "") -> pl.DataFrame:
    """Return classes of one kind of equipment added up, their age weighted by capacity.

    Parameters
    ----------
    path : StockPath
        As :func:`fleet_path` returns it.
    ending : str
        Classes whose name ends so, for example ``lt300`` for units below 300 MW; it names the sum. Default:
        all classes, under the name ``all``.

    Returns
    -------
    StockPath
    """
    aged = pl.col("mean_age_years").fill_null(0.0) * pl.col("capacity")
    summed = (
        path.filter(pl.col("unit_class").str.ends_with(ending))
        .group_by("stock", "year", "unit", maintain_order=True)
        .agg(aged.sum().alias("aged"), pl.col("capacity").sum())
        .with_columns(
            unit_class=pl.lit(ending or "all"),
            mean_age_years=pl.when(pl.col("capacity") > 0).then(pl.col("aged") / pl.col("capacity")),
        )
    )
    return check(summed.select([spec.name for spec in columns_of(StockPath)]), StockPath)


def _check_demand(years: NDArray[np.int64], demand: Array | None) -> Array:
    if (np.diff(years) != 1).any():
        raise InputRefused.of("series_gap", years=", ".join(map(str, years)))
    needed = np.ones(len(years)) if demand is None else np.asarray(demand, float)
    if needed.shape != years.shape:
        raise InputRefused.of("series_length", what=f"demand {needed.shape}, years {years.shape}")
    if not np.isfinite(needed).all():
        raise InputRefused.of("series_not_finite", what="demand")
    if (needed <= 0).any():
        raise InputRefused.of("series_not_positive", what="demand")
    return needed


def _remaining(years: NDArray[np.int64], spec: StockSpec, growth: float) -> Array:
    """Return the share of the base year's stock that is left in every year, shape (year,)."""
    base = int(years[0])
    known = {base - year: capacity for year, capacity in spec.ages.items() if year <= base and capacity > 0}
    if known:
        age = np.array(sorted(known), dtype=float)
        weight = np.array([known[int(one)] for one in age])
    else:
        age = np.arange(max(2.0, _OLDEST * spec.lifetime))
        weight = survive(np.zeros_like(age), age, spec.lifetime, spec.spread) * (1 + growth) ** -age
    elapsed = (years - base).astype(float)
    kept = survive(age[None, :], elapsed[:, None], spec.lifetime, spec.spread)
    return np.asarray(kept @ weight / weight.sum())


def _spread_spans(ages: pl.DataFrame, unit: str | None = None) -> dict[tuple[str, str], dict[int, float]]:
    """Return what operates by (stock, class) and year of commissioning; a span of years gets equal parts."""
    built: dict[tuple[str, str], dict[int, float]] = {}
    units: dict[str, str] = {}
    for row in ages.filter(pl.col("status") == OPERATING).iter_rows(named=True):
        wanted = unit or units.setdefault(row["stock"], row["unit"])
        factor = 1.0 if row["unit"] == wanted else conversion_factor(row["unit"], wanted)
        span = range(row["built_from"], max(row["built_from"], row["built_to"]) + 1)
        vintages = built.setdefault((row["stock"], row["unit_class"]), {})
        for year in span:
            vintages[year] = vintages.get(year, 0.0) + row["value"] * factor / len(span)
    return built


def _weibull(lifetime: float, spread: float) -> tuple[float, float]:
    """Return shape and scale of the Weibull curve with a mean and a standard deviation."""

    def excess(log_shape: float) -> float:
        inverse = np.exp(-log_shape)
        ratio = gammaln(1 + 2 * inverse) - 2 * gammaln(1 + inverse)
        return float(np.log(np.expm1(ratio)) - np.log((spread / lifetime) ** 2))

    low, high = np.log(_SHAPES)
    if spread <= 0 or excess(high) > 0:
        shape = _SHAPES[1]
    else:
        shape = _SHAPES[0] if excess(low) < 0 else float(np.exp(brentq(excess, low, high)))
    return shape, lifetime / float(np.exp(gammaln(1 + 1 / shape)))


def _power(base: Array, shape: float) -> Array:
    """Return base ** shape without overflow."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.minimum(shape * np.log(base), _EXPONENT_LIMIT)))
