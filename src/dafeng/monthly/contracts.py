"""Contracts of monthly figures: as a user supplies them, and as they are used."""

from __future__ import annotations

from dafeng.table import Table, column


class FlashInput(Table):
    """Published monthly or year-to-date figures as a user supplies them; revisions stand as further rows."""

    region: str = column(vocabulary="provinces", zh="地区", en="Region")
    period: str = column(form="period", zh="时期", en="Period")
    item: str = column(vocabulary="flash_item", zh="指标", en="Item")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", low=0, nullable=True, zh="数值", en="Value")
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Published on")
    source: str = column(nullable=True, zh="来源", en="Source")


class FlashFigures(Table):
    """Published figures in the unit of their item, each with the day on which it was known."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    item: str = column(key=True, vocabulary="flash_item", zh="指标", en="Item")
    known_on: str = column(key=True, form="published", zh="公布日期", en="Published on")
    known_assumed: bool = column(zh="公布日期为推定", en="Day of publication is assumed")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    source: str = column(nullable=True, zh="来源", en="Source")
