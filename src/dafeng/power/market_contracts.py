"""Tables of electricity markets as they are handed in, and their summaries."""

from __future__ import annotations

from dafeng.table import Table, column

MARKETS = ("day_ahead", "real_time")


class SpotPrice(Table):
    """Spot price of a market in every quarter of an hour or every hour of a day."""

    market: str = column(key=True, choices=MARKETS, zh="市场", en="Market")
    node: str = column(key=True, nullable=True, zh="节点（空为全省统一）", en="Node (empty: whole province)")
    date: str = column(key=True, form="published", zh="日期", en="Date")
    time: str = column(key=True, zh="时间", en="Time")
    price_cny_per_mwh: float = column(unit="CNY/MWh", zh="出清电价", en="Price")
    wind_share: float = column(
        unit="1", low=0, high=1, nullable=True, zh="风电出力占负荷比例", en="Wind output per load"
    )


class ClearingResult(Table):
    """Cleared power of a class in every interval of a day; the class ``total`` is the sum of the others."""

    market: str = column(key=True, choices=MARKETS, zh="市场", en="Market")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    date: str = column(key=True, form="published", zh="日期", en="Date")
    time: str = column(key=True, zh="时间", en="Time")
    cleared_mw: float = column(unit="MW", zh="中标出力", en="Cleared power")
    price_cny_per_mwh: float = column(unit="CNY/MWh", nullable=True, zh="出清电价", en="Price")


class SettlementLine(Table):
    """Settlement of peak regulation or another ancillary service; what is received is positive."""

    service: str = column(key=True, vocabulary="power_service", zh="服务", en="Service")
    party: str = column(key=True, zh="机组或类别", en="Unit or class")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    quantity: float = column(unit="unit", low=0, nullable=True, zh="数量", en="Quantity")
    unit: str = column(choices=("MWh", "MW"), nullable=True, zh="单位", en="Unit")
    price: float = column(
        unit="1", nullable=True, zh="单价（元每数量单位）", en="Price (CNY per unit of the quantity)"
    )
    amount_cny: float = column(
        unit="CNY", zh="金额（收入为正，支出为负）", en="Amount (received is positive)"
    )


class SpotMonth(Table):
    """A month of spot prices."""

    market: str = column(key=True, choices=MARKETS, zh="市场", en="Market")
    node: str = column(key=True, nullable=True, zh="节点", en="Node")
    month: str = column(key=True, form="period", zh="月份", en="Month")
    days: int = column(unit="day", low=1, zh="天数", en="Days")
    points: int = column(unit="1", low=1, zh="点数", en="Points")
    mean_cny_per_mwh: float = column(unit="CNY/MWh", zh="均价", en="Mean")
    low_cny_per_mwh: float = column(unit="CNY/MWh", zh="最低", en="Lowest")
    high_cny_per_mwh: float = column(unit="CNY/MWh", zh="最高", en="Highest")
    spread_cny_per_mwh: float = column(
        unit="CNY/MWh", low=0, zh="日内价差均值", en="Mean spread within a day"
    )
    not_positive_share: float = column(
        unit="1", low=0, high=1, zh="零价和负价占比", en="Share at or below zero"
    )
    above_day_ahead_cny_per_mwh: float = column(
        unit="CNY/MWh", nullable=True, zh="实时减日前均价", en="Real time less day ahead, mean"
    )
    wind_correlation: float = column(
        unit="1",
        low=-1,
        high=1,
        nullable=True,
        zh="与风电占比的相关系数",
        en="Correlation with the wind share",
    )


class ClearingMonth(Table):
    """A month of cleared energy of a class."""

    market: str = column(key=True, choices=MARKETS, zh="市场", en="Market")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    month: str = column(key=True, form="period", zh="月份", en="Month")
    days: int = column(unit="day", low=1, zh="天数", en="Days")
    energy_gwh: float = column(unit="GWh", zh="中标电量", en="Cleared energy")
    mean_price_cny_per_mwh: float = column(
        unit="CNY/MWh", nullable=True, zh="电量加权均价", en="Mean price, energy-weighted"
    )


class SettlementSum(Table):
    """A service in a period: what was received, paid, and what is left over."""

    service: str = column(key=True, vocabulary="power_service", zh="服务", en="Service")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    parties: int = column(unit="1", low=1, zh="机组或类别数", en="Units or classes")
    received_cny: float = column(unit="CNY", low=0, zh="收入合计", en="Received")
    paid_cny: float = column(unit="CNY", low=0, zh="支出合计", en="Paid")
    balance_cny: float = column(unit="CNY", zh="收支差额", en="Left over")
    energy_mwh: float = column(unit="MWh", low=0, nullable=True, zh="电量", en="Energy")
    power_mw: float = column(unit="MW", low=0, nullable=True, zh="容量", en="Capacity")
