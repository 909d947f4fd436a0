"""The tables of a province pack that hold figures of energy, products, emissions, economy and assessment."""

from __future__ import annotations

from dafeng.pack.columns import chinese_column, english_column, grade_column, source_column
from dafeng.table import Table, column


class PackEnergy(Table):
    """Energy use by sector and fuel, in the exchange layout of the inventory."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="energy_variables", zh="流向", en="Flow")
    sector: str = column(key=True, zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="数量", en="Quantity")
    source_id: str = source_column()
    grade: str = grade_column()


class PackProducts(Table):
    """Output of industrial products; an empty value is a year without a published figure."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, choices=("output",), zh="变量", en="Variable")
    sector: str = column(key=True, vocabulary="product", zh="产品", en="Product")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="产量", en="Output")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PublishedEmissions(Table):
    """Emissions published by others, to compare with."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="emission_variables", zh="变量", en="Variable")
    unit: str = column(choices=("Mt CO2",), zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="排放量", en="Emissions")
    source_id: str = source_column()
    grade: str = grade_column()


class Economy(Table):
    """GDP and population; vintage and price basis are part of the key and never mixed."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, choices=("gdp", "gdp_index", "population"), zh="变量", en="Variable")
    vintage: str = column(key=True, zh="版本", en="Vintage")
    price_basis: str = column(
        key=True, vocabulary="price_basis", nullable=True, zh="价格基准", en="Price basis"
    )
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    source_id: str = source_column()
    grade: str = grade_column()


class Factors(Table):
    """Factors of this province beside the national method: grid electricity, coal-mine methane, …."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, zh="变量", en="Variable")
    activity: str = column(key=True, zh="活动", en="Activity")
    fuel: str = column(key=True, vocabulary="fuels", nullable=True, zh="能源品种", en="Fuel")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    source_id: str = source_column()
    grade: str = grade_column()


class Balances(Table):
    """Energy balance tables in long form, signs as in the yearbook; blank cells have no row."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")
    source_id: str = source_column()
    grade: str = grade_column()


class Activities(Table):
    """Activities beside energy use that emit: coal output by kind of mine, products, animals, waste."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    activity: str = column(key=True, vocabulary="ghg_activities", zh="活动", en="Activity")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class AssessedFigures(Table):
    """Figures of the yearly assessment by scope: own estimate, preliminary feedback, final approved."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    variable: str = column(key=True, vocabulary="assessed_variable", zh="变量", en="Variable")
    stage: str = column(key=True, vocabulary="figure_stage", zh="数据阶段", en="Stage")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="数值", en="Value")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    document_date: str = column(form="published", nullable=True, zh="文件日期", en="Date of document")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class CityEnergy(Table):
    """What is known of the energy use of each city: the input of the city accounts."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    item: str = column(key=True, vocabulary="city_item", zh="项目", en="Item")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = source_column()
    grade: str = grade_column()
