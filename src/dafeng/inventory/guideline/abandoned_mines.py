"""Methane of abandoned underground mines (1B1ai3): mines x gassy share x rate (IPCC 2006 eq. 4.1.10).

The rates are those of table 4.1.6 for 2016, its last year; gas falls off with time, so for later years they
are an upper bound and the line says so. The gassy share has only a wide range in table 4.1.5, so it must be
given. Earlier years and other rates come from the pack (``ef_ch4_abandoned``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.inventory.guideline.activity_lines import (
    METHANE_DENSITY,
    describe_missing,
    find_factor,
    not_estimated,
    weakest_grade,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.inventory.guideline.activity_lines import Amount, Row

TABLE_YEAR = 2016


@dataclass(frozen=True, slots=True)
class _Interval:
    """Mines closed in an interval: rate in 2016 [10^6 m3/mine/year], low and high gassy share [1]."""

    rate: float
    low: float
    high: float


INTERVALS = {
    "abandoned_mines_1901_1925": _Interval(0.242, 0.0, 0.10),
    "abandoned_mines_1926_1950": _Interval(0.279, 0.03, 0.50),
    "abandoned_mines_1951_1975": _Interval(0.340, 0.05, 0.75),
    "abandoned_mines_1976_2000": _Interval(0.469, 0.08, 1.0),
    "abandoned_mines_2001_on": _Interval(0.652, 0.09, 1.0),
}
"""IPCC 2006 vol. 2 ch. 4, tables 4.1.5 (gassy share) and 4.1.6 (rates, column 2016)."""


def emit_abandoned(
    amounts: Mapping[tuple[str, int, str], Amount], factors: pl.DataFrame, place: tuple[str, int]
) -> list[Row]:
    """Return a line for each interval with a count of mines, or one NE line when none is known."""
    region, year = place
    given = [code for code in INTERVALS if (a := amounts.get((*place, code))) and a.value is not None]
    if not given:
        zh, en = describe_missing("abandoned_mines_2001_on")
        cell = {
            "region": region,
            "year": year,
            "category": "1B1ai3",
            "sector": "abandoned_mines",
            "gas": "CH4",
        }
        return [not_estimated(cell, "C", zh, en)]
    return [_line(amounts[region, year, code], factors, place, code) for code in given]


def _line(amount: Amount, factors: pl.DataFrame, place: tuple[str, int], code: str) -> Row:
    region, year = place
    interval = INTERVALS[code]
    share = find_factor(factors, region, year, "share_gassy_abandoned", code)
    own = find_factor(factors, region, year, "ef_ch4_abandoned", code)
    cell: Row = {
        "region": region, "year": year, "category": "1B1ai3", "sector": code, "gas": "CH4",
        "activity": amount.value, "activity_unit": amount.unit,
    }  # fmt: skip
    if own is None and year < TABLE_YEAR:
        zh = f"内置的率为{TABLE_YEAR}年数；可在 factors.csv 以变量 ef_ch4_abandoned（{code}）给出当年的率"
        en = f"the rates at hand are of {TABLE_YEAR}; give the year's rate as ef_ch4_abandoned ({code})"
        return not_estimated(cell, "C", zh, en)
    if share is None:
        zh = (f"高瓦斯比例没有可用数据（IPCC 只给出{interval.low:.0%}～{interval.high:.0%}）；"
              f"可在省包 factors.csv 以变量 share_gassy_abandoned（{code}）给出")  # fmt: skip
        en = (f"no usable gassy share (the IPCC has only {interval.low:.0%} to {interval.high:.0%});"
              f" give it as share_gassy_abandoned ({code})")  # fmt: skip
        return not_estimated(cell, "C", zh, en)
    rate = own.value if own is not None else interval.rate
    late = own is None and year > TABLE_YEAR
    value = (amount.value or 0.0) * share.value * rate * METHANE_DENSITY
    return cell | {
        "factor": share.value * rate, "factor_unit": "10^6 m3", "value": value, "tier": "T1",
        "factor_id": "ef_ch4_abandoned", "source_id": own.source_id if own else "IPCC2006_V2C4",
        "grade": weakest_grade(amount.grade, share.grade, own.grade if own else "A"),
        "note_zh": f"率为{TABLE_YEAR}年数，以后年份为上限" if late else None,
        "note_en": f"rate of {TABLE_YEAR}: an upper bound for later years" if late else None,
    }  # fmt: skip
