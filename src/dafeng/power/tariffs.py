r"""Time-of-use tariffs: the hourly price ratio of the document in force, and how load answers it.

Ratios are those that documents print, carried to the flat period step by step (a sharp peak of 1.2 on a peak
of 1.6 is 1.92). Half hours count with their part of the hour. The answer keeps the energy of each day,

.. math:: L'_t = (1 - \phi) L_t + \phi L_t \frac{\pi_t^{-\epsilon} \sum_d L}{\sum_d L\,\pi^{-\epsilon}}

with the price ratio :math:`\pi`, the share :math:`\phi` of the load that pays by time of use and an
elasticity :math:`\epsilon` that no source of the packs gives: it is a demonstration value that the user sets.
A load that was measured under a tariff has answered it already; the answer is to a tariff on top of a flat
price.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.power.link_contracts import TariffHour
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FILE = "tariff_periods.csv"
FLAT = "flat"
OVER = ("sharp", "deep_valley")
"""Periods that lie on top of another one, where a document has them."""
PARTS = 60
"""Parts of an hour in which periods are told apart."""
HOURS = 24
MONTHS = 12


@dataclass(frozen=True, eq=False)
class Tariff:
    """The tariff of a document.

    Attributes
    ----------
    document : str
        Number of the document.
    ratios : ndarray, shape (12, 24)
        Price ratio to the flat period, by month and hour of the day.
    """

    document: str
    ratios: Array


def find_document(periods: pl.DataFrame, day: date) -> tuple[str, str]:
    """Return the document in force on a day, and since when.

    Parameters
    ----------
    periods : polars.DataFrame
        ``tariff_periods`` of a pack.
    day : date

    Raises
    ------
    InputRefused
        ``tariff_none``.
    """
    in_force = [
        (_first_day(start), document, start)
        for document, start in periods.select("document", "from_date").unique().iter_rows()
        if _first_day(start) <= day
    ]
    if not in_force:
        raise InputRefused.of("tariff_none", Place(FILE), day=day.isoformat())
    _, document, start = max(in_force)
    return document, start


def read_tariff(periods: pl.DataFrame, day: date, *, sharp: bool = True) -> Tariff:
    """Return the tariff in force on a day.

    Parameters
    ----------
    periods : polars.DataFrame
        ``tariff_periods`` of a pack.
    day : date
    sharp : bool
        Whether the periods on top (sharp peak, deep valley) hold; some customers do not pay them.

    Raises
    ------
    InputRefused
        ``tariff_none``; ``tariff_hours_missing`` where the hours of the document are not known;
        ``tariff_ratio_loop``, ``tariff_gap`` with every hour that has no period.
    """
    document, start = find_document(periods, day)
    rows = periods.filter((pl.col("document") == document) & (pl.col("from_date") == start))
    if rows["start_hour"].null_count() or rows["end_hour"].null_count() or rows["months"].null_count():
        raise InputRefused.of("tariff_hours_missing", Place(FILE), document=document, start=start)
    ratios = carry_ratios(rows, document)
    found = np.full((MONTHS, HOURS * PARTS), np.nan)
    ordered = sorted(rows.iter_rows(named=True), key=lambda row: row["tariff_period"] in OVER)
    for row in ordered:
        if row["tariff_period"] in OVER and not sharp:
            continue
        span = slice(round(row["start_hour"] * PARTS), round(row["end_hour"] * PARTS))
        for month in str(row["months"]).split(";"):
            found[int(month) - 1, span] = ratios[row["tariff_period"]]
    by_hour = found.reshape(MONTHS, HOURS, PARTS).mean(axis=2)
    problems = [
        Finding("tariff_gap", Place(FILE), {"document": document, "month": month + 1, "hour": hour})
        for month, hour in np.argwhere(np.isnan(by_hour)).tolist()
    ]
    if problems:
        raise InputRefused(problems)
    return Tariff(document, by_hour)


def carry_ratios(rows: pl.DataFrame, document: str) -> dict[str, float]:
    """Return the ratio of every period of a document to its flat period.

    Raises
    ------
    InputRefused
        ``tariff_ratio_loop`` for a period from which nothing leads to the flat one.
    """
    steps = {row["tariff_period"]: (row["ratio"], row["ratio_to"]) for row in rows.iter_rows(named=True)}
    found, problems = {}, []
    for name in steps:
        at, ratio, seen = name, 1.0, set()
        while at != FLAT and at in steps and at not in seen:
            seen.add(at)
            step, to = steps[at]
            ratio, at = ratio * step, to
        found[name] = ratio
        if at != FLAT:
            params = {"document": document, "period": name}
            problems.append(Finding("tariff_ratio_loop", Place(FILE), params))
    if problems:
        raise InputRefused(problems)
    return found


def spread_ratios(tariff: Tariff, year: int) -> Array:
    """Return the price ratio of every hour of a calendar year, shape (hours,)."""
    first, days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    months = [(first + timedelta(days=day)).month - 1 for day in range(days)]
    return tariff.ratios[months].reshape(-1)


def respond_load(load: Array, ratios: Array, elasticity: float, share: float = 1.0) -> Array:
    """Return the load after customers answered a tariff; the energy of each day stays.

    Parameters
    ----------
    load : ndarray, shape (hours,)
        Whole days [any unit].
    ratios : ndarray, shape (hours,)
        Price ratio.
    elasticity : float
        Fall of the load per rise of the price, both relative, at least zero [1].
    share : float
        Share of the load that pays by time of use [1].

    Examples
    --------
    >>> load = np.full(24, 10.0)
    >>> ratios = np.where(np.arange(24) < 12, 0.5, 2.0)
    >>> respond_load(load, ratios, 0.5)[[0, 12]].round(6).tolist()
    [13.333333, 6.666667]
    """
    days, weight = load.reshape(-1, HOURS), ratios.reshape(-1, HOURS) ** -elasticity
    scale = np.divide(
        days.sum(axis=1), (days * weight).sum(axis=1),
        out=np.ones(days.shape[0]), where=(days * weight).sum(axis=1) > 0,
    )  # fmt: skip
    return np.asarray(((1.0 - share) * days + share * days * weight * scale[:, None]).reshape(-1))


def tabulate_tariff(
    year: int, tariff: Tariff, ratios: Array, load: Array | None = None, responded: Array | None = None
) -> pl.DataFrame:
    """Return the hours of a tariff: contract ``TariffHour``; loads in MW where they are given."""
    columns: dict[str, Any] = {
        "year": year, "hour": np.arange(ratios.size, dtype=np.int64), "document": tariff.document,
        "price_ratio": ratios, "load_mw": load, "responded_mw": responded,
    }  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(TariffHour)}
    frame = pl.DataFrame({"hour": columns["hour"]}).with_columns(
        **{
            name: pl.lit(value, dtype=schema[name])
            if value is None or np.ndim(value) == 0
            else pl.Series(value, dtype=schema[name])
            for name, value in columns.items()
        }
    )
    return check(frame.select(list(schema)), TariffHour)


def _first_day(text: str) -> date:
    """Return the first day of a date that may lack its day or month."""
    parts = [int(part) for part in text.split("-")]
    return date(*(*parts, 1, 1)[:3])
