"""Spot prices, clearing results and settlements of ancillary services: reading, checking, summing up.

A day has 24 or 96 points. Labels tell the start of an interval (00:00 … 23:45) or its end (00:15 … 24:00),
alike through the day. Points that are missing are named, never filled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import Finding, Place, TableError
from dafeng.parsing import parse_csv
from dafeng.power.market_contracts import (
    ClearingMonth,
    ClearingResult,
    SettlementLine,
    SettlementSum,
    SpotMonth,
    SpotPrice,
)
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.table import Table

MAX_MARKET_BYTES = 200 * 2**20
"""Limit of a file. [B]"""
TOTAL = "total"
"""Class of a clearing table that is the sum of the others."""
COUNTS = (24, 96)
MINUTES_OF_DAY = 1440
SUM_TOLERANCE = 1e-3
"""Relative distance at which a sum is as it was printed [1]."""
LEAST_POINTS = 3
"""Points below which no correlation is told."""
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """Lowest and highest price that a market allows [CNY/MWh]; prices outside are named."""

    low: float = 0.0
    high: float = 1500.0


def read_spot(raw: bytes, name: str, limits: PriceLimits) -> pl.DataFrame:
    """Return spot prices of a CSV text.

    Parameters
    ----------
    raw : bytes
    name : str
        File name for messages.
    limits : PriceLimits

    Raises
    ------
    TableError
        Every defect with its row: cells, labels, days that are not whole, prices outside the limits.
    """
    parsed = parse_csv(raw, SpotPrice, name, max_bytes=MAX_MARKET_BYTES)
    problems = [
        *_check_days(parsed.frame, parsed.rows, name, ("market", "node")),
        *_check_prices(parsed.frame, parsed.rows, name, limits),
    ]
    if problems:
        raise TableError(problems)
    return parsed.frame


def read_clearing(raw: bytes, name: str, limits: PriceLimits) -> pl.DataFrame:
    """Return clearing results of a CSV text; raises as :func:`read_spot`, and ``market_sum``."""
    parsed = parse_csv(raw, ClearingResult, name, max_bytes=MAX_MARKET_BYTES)
    problems = [
        *_check_days(parsed.frame, parsed.rows, name, ("market", "technology")),
        *_check_prices(parsed.frame, parsed.rows, name, limits),
        *_check_sums(parsed.frame, parsed.rows, name),
    ]
    if problems:
        raise TableError(problems)
    return parsed.frame


def read_settlement(raw: bytes, name: str) -> pl.DataFrame:
    """Return the settlement of ancillary services of a CSV text.

    Raises
    ------
    TableError
        Every defect with its row; ``market_amount`` where the amount is not quantity times price.
    """
    parsed = parse_csv(raw, SettlementLine, name, max_bytes=MAX_MARKET_BYTES)
    problems = []
    for place, row in enumerate(parsed.frame.iter_rows(named=True)):
        if row["quantity"] is None or row["price"] is None:
            continue
        product = row["quantity"] * row["price"]
        if abs(abs(row["amount_cny"]) - abs(product)) > SUM_TOLERANCE * max(abs(product), 1.0):
            params = {"amount": f"{row['amount_cny']:g}", "product": f"{product:g}"}
            where = Place(name, row=parsed.rows[place], column="amount_cny")
            problems.append(Finding("market_amount", where, params))
    if problems:
        raise TableError(problems)
    return parsed.frame


def sum_spot(frame: pl.DataFrame) -> pl.DataFrame:
    """Return spot prices by month: contract ``SpotMonth``."""
    keys, price = ["market", "node"], pl.col("price_cny_per_mwh")
    dated = frame.with_columns(month=pl.col("date").str.slice(0, 7))
    days = dated.group_by(*keys, "month", "date").agg(spread=price.max() - price.min())
    spreads = days.group_by(*keys, "month").agg(
        days=pl.len().cast(pl.Int64), spread_cny_per_mwh=pl.col("spread").mean()
    )
    summed = dated.group_by(*keys, "month").agg(
        points=pl.len().cast(pl.Int64), mean_cny_per_mwh=price.mean(), low_cny_per_mwh=price.min(),
        high_cny_per_mwh=price.max(), not_positive_share=(price <= 0).mean(),
    )  # fmt: skip
    wide = summed.join(spreads, on=[*keys, "month"], nulls_equal=True)
    wide = wide.join(_correlate_wind(dated), on=[*keys, "month"], how="left", nulls_equal=True)
    wide = wide.join(_compare_markets(dated), on=[*keys, "month"], how="left", nulls_equal=True)
    return _as_table(wide.sort("market", "node", "month"), SpotMonth)


def sum_clearing(frame: pl.DataFrame) -> pl.DataFrame:
    """Return cleared energy by month and class: contract ``ClearingMonth``."""
    counted = frame.with_columns(
        month=pl.col("date").str.slice(0, 7),
        mwh=pl.col("cleared_mw") * 24.0 / pl.len().over("market", "technology", "date"),
    )
    priced = pl.col("price_cny_per_mwh").is_not_null()
    weight = pl.when(priced).then(pl.col("mwh")).sum()
    summed = counted.group_by("market", "technology", "month").agg(
        days=pl.col("date").n_unique().cast(pl.Int64),
        energy_gwh=pl.col("mwh").sum() / 1000.0,
        mean_price_cny_per_mwh=pl.when(weight > 0).then(
            (pl.col("mwh") * pl.col("price_cny_per_mwh")).sum() / weight
        ),
    )
    return _as_table(summed.sort("market", "technology", "month"), ClearingMonth)


def sum_settlement(frame: pl.DataFrame) -> pl.DataFrame:
    """Return each service in each period: contract ``SettlementSum``."""
    amount, quantity = pl.col("amount_cny"), pl.col("quantity")

    def of(unit: str) -> pl.Expr:
        mine = pl.when(pl.col("unit") == unit).then(quantity)
        return pl.when(mine.count() > 0).then(mine.sum())

    summed = frame.group_by("service", "period").agg(
        parties=pl.col("party").n_unique().cast(pl.Int64),
        received_cny=amount.filter(amount > 0).sum(),
        paid_cny=-amount.filter(amount < 0).sum() + 0.0,
        balance_cny=amount.sum(),
        energy_mwh=of("MWh"),
        power_mw=of("MW"),
    )
    return _as_table(summed.sort("service", "period"), SettlementSum)


def _as_table(frame: pl.DataFrame, contract: type[Table]) -> pl.DataFrame:
    return check(frame.select([spec.name for spec in columns_of(contract)]), contract)


def _check_days(frame: pl.DataFrame, rows: pl.Series, name: str, keys: tuple[str, str]) -> Iterator[Finding]:
    """Yield labels that cannot be read, and days that are not whole or have uneven labels."""
    minutes = [_read_minutes(text) for text in frame["time"]]
    placed = frame.with_columns(row=rows, minute=pl.Series(minutes, dtype=pl.Int64))
    for row in placed.filter(pl.col("minute").is_null()).iter_rows(named=True):
        yield Finding("market_label", Place(name, row=row["row"], column="time"), {"time": row["time"]})
    for row in placed.filter(~pl.col("date").str.contains(f"^{_DAY.pattern}$")).iter_rows(named=True):
        where = Place(name, row=row["row"], column="date")
        yield Finding("cell_not_date", where, {"value": row["date"]})
    good = placed.filter(pl.col("minute").is_not_null())
    for group, part in good.group_by(*keys, "date", maintain_order=True):
        series, day = " ".join(str(word) for word in group[:2] if word is not None), group[2]
        where = Place(name, row=part["row"][0])
        if part.height not in COUNTS:
            yield Finding("market_count", where, {"day": day, "series": series, "count": part.height})
            continue
        step = MINUTES_OF_DAY // part.height
        found = np.sort(part["minute"].to_numpy())
        if not any(np.array_equal(found, start + step * np.arange(part.height)) for start in (0, step)):
            yield Finding("market_labels_mixed", where, {"day": day, "series": series})


def _read_minutes(text: str) -> int | None:
    """Return the minute of the day of a label such as 00:15 or 24:00; None for anything else."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    minute = 60 * int(match[1]) + int(match[2])
    return minute if minute <= MINUTES_OF_DAY and minute % 15 == 0 and int(match[2]) < 60 else None


def _check_prices(frame: pl.DataFrame, rows: pl.Series, name: str, limits: PriceLimits) -> Iterator[Finding]:
    price = pl.col("price_cny_per_mwh")
    outside = frame.with_columns(row=rows).filter((price < limits.low) | (price > limits.high))
    for row in outside.iter_rows(named=True):
        params = {
            "price": f"{row['price_cny_per_mwh']:g}", "low": f"{limits.low:g}", "high": f"{limits.high:g}",
        }  # fmt: skip
        where = Place(name, row=row["row"], column="price_cny_per_mwh")
        yield Finding("market_price_limit", where, params)


def _check_sums(frame: pl.DataFrame, rows: pl.Series, name: str) -> Iterator[Finding]:
    """Yield every interval whose classes do not sum to its total."""
    keys, power = ["market", "date", "time"], pl.col("cleared_mw")
    totals = frame.with_columns(row=rows).filter(pl.col("technology") == TOTAL)
    parts = frame.filter(pl.col("technology") != TOTAL).group_by(keys).agg(sum=power.sum())
    joined = totals.join(parts, on=keys, maintain_order="left")
    wrong = (pl.col("sum") - power).abs() > SUM_TOLERANCE * pl.max_horizontal(power.abs(), pl.lit(1.0))
    for row in joined.filter(wrong).iter_rows(named=True):
        params: dict[str, Any] = {
            "day": row["date"], "time": row["time"], "sum": f"{row['sum']:g}",
            "total": f"{row['cleared_mw']:g}",
        }  # fmt: skip
        yield Finding("market_sum", Place(name, row=row["row"], column="cleared_mw"), params)


def _correlate_wind(dated: pl.DataFrame) -> pl.DataFrame:
    """Return the correlation of price and wind share by month, where there are enough points of both."""
    known = dated.filter(pl.col("wind_share").is_not_null())
    correlation = pl.corr("price_cny_per_mwh", "wind_share")
    return known.group_by("market", "node", "month").agg(
        wind_correlation=pl.when((pl.len() >= LEAST_POINTS) & correlation.is_not_nan()).then(correlation)
    )


def _compare_markets(dated: pl.DataFrame) -> pl.DataFrame:
    """Return by how much real time is above day ahead where both have a point."""
    keys = ["node", "month", "date", "time"]
    ahead = dated.filter(pl.col("market") == "day_ahead").select(*keys, ahead="price_cny_per_mwh")
    real = dated.filter(pl.col("market") == "real_time")
    return (
        real.join(ahead, on=keys, nulls_equal=True)
        .group_by("market", "node", "month")
        .agg(above_day_ahead_cny_per_mwh=(pl.col("price_cny_per_mwh") - pl.col("ahead")).mean())
    )
