"""Tables that the use cases of the power system add to those of the model."""

from __future__ import annotations

from dafeng.table import Table, column


class GivenCapacity(Table):
    """Capacity of a class in a year, to be dispatched."""

    technology: str = column(key=True, zh="机组类别", en="Technology class")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    capacity_mw: float = column(unit="MW", low=0, high=1e7, zh="容量", en="Capacity")


class PowerAlternatives(Table):
    """Least and most capacity of each class among plans within a budget."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    slack_share: float = column(unit="1", low=0, zh="成本可多出的比例", en="Share that may be spent more")
    least_mw: float = column(unit="MW", low=0, zh="最少容量", en="Least capacity")
    optimal_mw: float = column(unit="MW", low=0, zh="最省方案的容量", en="Capacity of the cheapest plan")
    most_mw: float = column(unit="MW", low=0, nullable=True, zh="最多容量", en="Most capacity")


class NetworkAsset(Table):
    """An asset of the network before it is solved."""

    asset: str = column(key=True, zh="编号", en="Asset")
    component: str = column(
        choices=("generator", "link", "storage_unit", "store"), zh="部件种类", en="Component"
    )
    technology: str = column(zh="机组类别", en="Technology class")
    bus: str = column(zh="母线", en="Bus")
    build_year: int = column(unit="year", zh="起始年", en="Stands from")
    retire_year: int = column(unit="year", zh="退出年", en="Gone from")
    extendable: bool = column(zh="容量待定", en="Capacity is chosen")
    capacity_mw: float = column(
        unit="MW", low=0, zh="给定容量（储热储氢为MWh）", en="Given capacity (stores: MWh)"
    )
    most_mw: float = column(unit="MW", low=0, nullable=True, zh="容量上限", en="Most capacity")
    capital_cny_per_mw: float = column(unit="CNY/MW", zh="年固定成本", en="Yearly cost of capacity")


class EnsembleCase(Table):
    """One case of an ensemble."""

    case: int = column(key=True, unit="1", low=0, zh="算例", en="Case")
    scenario: str = column(zh="情景", en="Scenario")
    weather_year: int = column(
        unit="year", low=1950, high=2100, nullable=True, zh="天气年份", en="Weather year"
    )
    seed: int = column(unit="1", low=0, zh="种子", en="Seed")
    fuel_price_ratio: float = column(unit="1", low=0, zh="燃料价格倍数", en="Factor on fuel prices")
    future: int = column(unit="1", low=0, nullable=True, zh="路径未来序号", en="Future of the pathways")
    status: str = column(choices=("solved", "infeasible"), zh="结果", en="Outcome")
    certified_gap: float = column(unit="1", nullable=True, zh="已证明的差距", en="Certified gap")


class EnsembleResult(Table):
    """A result of one case."""

    case: int = column(key=True, unit="1", low=0, zh="算例", en="Case")
    scenario: str = column(zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    quantity: str = column(key=True, zh="量", en="Quantity")
    item: str = column(key=True, zh="机组类别（合计为空）", en="Technology class, empty for the system")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")


class EnsembleSummary(Table):
    """The spread of a result over the cases that could be solved."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    quantity: str = column(key=True, zh="量", en="Quantity")
    item: str = column(key=True, zh="机组类别（合计为空）", en="Technology class, empty for the system")
    cases: int = column(unit="1", low=0, zh="算例数", en="Cases")
    mean: float = column(unit="unit", zh="均值", en="Mean")
    low: float = column(unit="unit", zh="最小", en="Lowest")
    p10: float = column(unit="unit", zh="10%分位", en="10 % quantile")
    p50: float = column(unit="unit", zh="中位数", en="Median")
    p90: float = column(unit="unit", zh="90%分位", en="90 % quantile")
    high: float = column(unit="unit", zh="最大", en="Highest")
    unit: str = column(zh="单位", en="Unit")
