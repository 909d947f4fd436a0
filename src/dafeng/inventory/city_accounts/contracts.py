"""Contracts of the city accounts: emissions by part and fuel, totals by city, benchmark to the province."""

from __future__ import annotations

from dafeng.table import Table, column


class CityRule(Table):
    """Which item counts in which part of a city's account, with its sign."""

    part: str = column(key=True, vocabulary="city_part", zh="部分", en="Part")
    item: str = column(key=True, vocabulary="city_item", zh="项目", en="Item")
    fuel_group: str = column(key=True, vocabulary="fuel_groups", zh="能源大类", en="Fuel group")
    sign: int = column(unit="1", low=-1, high=1, zh="符号", en="Sign")
    required: bool = column(zh="合计是否必需", en="Required for a total")


class ProvincePart(Table):
    """The province by the parts of the city accounts: what the cities are compared with."""

    year: int = column(key=True, unit="year", zh="年份", en="Year")
    part: str = column(key=True, vocabulary="city_part", zh="部分", en="Part")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    factor: float = column(unit="unit", nullable=True, zh="平均排放因子", en="Mean emission factor")
    unit: str = column(nullable=True, zh="因子单位", en="Unit of factor")
    co2_mt: float = column(unit="Mt", nullable=True, zh="全省二氧化碳", en="CO2 of the province")


class CityAccount(Table):
    """CO2 of a city by part and fuel, as computed and after the benchmark to the province."""

    region: str = column(key=True, zh="城市", en="City")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    part: str = column(key=True, vocabulary="city_part", zh="部分", en="Part")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    co2_mt: float = column(unit="Mt", nullable=True, zh="测算二氧化碳", en="CO2 as computed")
    benchmarked_mt: float = column(unit="Mt", nullable=True, zh="与全省衔接后", en="After the benchmark")
    reliability_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="可靠程度", en="Reliability of the city"
    )
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class CityTotal(Table):
    """A city's total, power plants and exported power apart; a city without data has no figure."""

    region: str = column(key=True, zh="城市", en="City")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    status: str = column(vocabulary="city_status", zh="数据状况", en="Status")
    missing_items: str = column(
        form="list", vocabulary="city_item", nullable=True, zh="缺少的项目", en="Missing items"
    )
    co2_mt: float = column(unit="Mt", nullable=True, zh="二氧化碳（不含电厂）", en="CO2 without power plants")
    benchmarked_mt: float = column(
        unit="Mt",
        nullable=True,
        zh="与全省衔接后（不含电厂）",
        en="After the benchmark, without power plants",
    )
    power_mt: float = column(unit="Mt", nullable=True, zh="电厂二氧化碳（单列）", en="CO2 of power plants")
    exported_power_mt: float = column(
        unit="Mt", nullable=True, zh="其中外送电力", en="Of which power sent out"
    )
    reliability_share: float = column(unit="1", nullable=True, low=0, high=1, zh="可靠程度", en="Reliability")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")


class CityBenchmark(Table):
    """Cities beside the province, with the residual: province = cities after the benchmark + what is left.

    Where the cities exceed the province nothing is benchmarked and what is left is province minus cities.
    """

    year: int = column(key=True, unit="year", zh="年份", en="Year")
    part: str = column(key=True, vocabulary="city_part", zh="部分", en="Part")
    fuel: str = column(key=True, zh="能源品种（total 为不分品种）", en="Fuel (total: not by fuel)")
    cities_known: int = column(unit="1", zh="有数城市", en="Cities with a figure")
    cities_all: int = column(unit="1", zh="全部城市", en="Cities in all")
    city_mt: float = column(unit="Mt", nullable=True, zh="各市之和", en="Sum of the cities")
    province_mt: float = column(unit="Mt", nullable=True, zh="全省", en="Province")
    residual_mt: float = column(
        unit="Mt", nullable=True, zh="差额（全省减各市）", en="Residual (province − cities)"
    )
    left_mt: float = column(
        unit="Mt", nullable=True, zh="衔接后仍留的差额", en="Residual left after the benchmark"
    )
    benchmark_ratio: float = column(unit="1", nullable=True, zh="衔接系数", en="Cities after over before")
    outcome: str = column(vocabulary="benchmark_outcome", zh="处理", en="Outcome")
