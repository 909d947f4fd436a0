"""Contracts of the inventory: energy use and cement in, emissions out, all in exchange form."""

from __future__ import annotations

from typing import Literal

from dafeng.balance.contracts import BalanceFlow
from dafeng.table import Table, column

FIRST_YEAR, LAST_YEAR = 1949, 2100
Variable = Literal["co2_fuel_combustion", "co2_process", "co2_total"]


class EnergyUse(Table):
    """Energy use by sector and fuel in physical units; transformation input positive, output negative."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="energy_variables", zh="流向", en="Flow")
    sector: str = column(key=True, zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")


class ProductOutput(Table):
    """Output of industrial products; the method uses the rows of ``cement``."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    variable: str = column(key=True, zh="变量", en="Variable")
    sector: str = column(key=True, zh="产品", en="Product")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="产量", en="Output")


class Emissions(Table):
    """CO2 by sector and fuel; ``total`` rows sum over sectors, rows without fuel sum over fuels."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="emission_variables", zh="变量", en="Variable")
    sector: str = column(key=True, zh="部门", en="Sector")
    fuel: str = column(key=True, nullable=True, zh="能源品种", en="Fuel")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="排放量", en="Emissions")
    source: str = column(zh="来源", en="Source")
    quality: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class CarbonFactor(Table):
    """CO2 per physical unit of fuel, by sector."""

    sector: str = column(key=True, vocabulary="sectors", zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    factor: float = column(unit="unit", low=0, zh="排放因子", en="Emission factor")
    unit: str = column(choices=("t CO2/t", "t CO2/10^4 m3"), zh="单位", en="Unit")
    n_obs: int = column(unit="1", low=0, zh="观测数", en="Observations")
    share_exact: float = column(unit="1", nullable=True, low=0, high=1, zh="一致比例", en="Share exact")
    source_id: str = column(zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class InventoryFinding(Table):
    """What is implausible in the input and was accepted."""

    code: str = column(zh="代码", en="Code")
    region: str = column(vocabulary="provinces", zh="地区", en="Region")
    year: int = column(unit="year", zh="年份", en="Year")
    variable: str = column(zh="流向", en="Flow")
    sector: str = column(zh="部门", en="Sector")
    fuel: str = column(zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="数量", en="Quantity")
    row: int = column(unit="1", nullable=True, zh="行号", en="Row")
    text_zh: str = column(zh="说明", en="Explanation (Chinese)")
    text_en: str = column(zh="英文说明", en="Explanation")


class Comparison(Table):
    """Our figure beside the published one."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="emission_variables", zh="变量", en="Variable")
    computed_mt: float = column(unit="Mt", nullable=True, zh="测算 CO₂", en="Computed CO₂")
    published_mt: float = column(unit="Mt", nullable=True, zh="公布 CO₂", en="Published CO₂")
    difference_share: float = column(unit="1", nullable=True, zh="相对差", en="Relative difference")


class EnergyFlow(BalanceFlow):
    """Energy from its form through transformation to its use, for the flow diagram."""


class UndrawnEnergy(Table):
    """Energy without a published calorific value: listed, not drawn."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="用量（终端与加工投入）", en="Use (final and transformation input)")


class CalorificValue(Table):
    """Energy per accounting unit of a fuel, for the flow diagram; fuels without one are not drawn."""

    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    tj_per_activity_unit: float = column(unit="unit", low=0, zh="单位热值", en="Energy per unit")
    unit: str = column(zh="单位", en="Unit")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")
