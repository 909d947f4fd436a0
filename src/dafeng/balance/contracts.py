"""Contracts of the energy balance: cells in long form, signs as in the yearbook."""

from __future__ import annotations

from dafeng.table import Table, column

FIRST_YEAR, LAST_YEAR = 1949, 2100


class BalanceCells(Table):
    """Cells of energy balance tables.

    Signs are those of the yearbook: supply in is positive, sent out negative; transformation input is
    negative, output positive; losses, final use and total consumption are positive; the statistical
    difference is supply + transformation - losses - final use. A blank cell has no row.
    """

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
