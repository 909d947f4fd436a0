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


class BalanceFlow(Table):
    """Energy of a balance from its origin through transformation to its use, for the flow diagram."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    source: str = column(key=True, zh="起点", en="From")
    target: str = column(key=True, zh="终点", en="To")
    source_zh: str = column(zh="起点名称", en="From (Chinese)")
    source_en: str = column(zh="起点英文名称", en="From (English)")
    target_zh: str = column(zh="终点名称", en="To (Chinese)")
    target_en: str = column(zh="终点英文名称", en="To (English)")
    energy_tj: float = column(unit="TJ", low=0, zh="能量", en="Energy")


class UndrawnCells(Table):
    """Fuels of a balance without a published calorific value: listed, not drawn."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="终端与加工投入", en="Final use and transformation input")


class BalanceDifference(Table):
    """The statistical difference of a fuel beside all that came in; negative: more use than supply.

    ``inflow`` is what was produced, recovered, moved in, imported, taken from stock and put out by
    transformation.
    """

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    difference: float = column(unit="unit", zh="平衡差额", en="Statistical difference")
    inflow: float = column(unit="unit", nullable=True, zh="全部来源", en="All that came in")
    share: float = column(unit="1", nullable=True, zh="占全部来源的比例", en="Share of all that came in")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
