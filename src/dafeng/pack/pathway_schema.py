"""The tables of a province pack that feed the pathways: history, outlooks, stocks, lever effects, costs."""

from __future__ import annotations

from dafeng.pack.columns import chinese_column, english_column, grade_column, source_column
from dafeng.table import Table, column


class SectorEmissions(Table):
    """Published CO2 by sector and fuel, for years without energy use; cells of zero are left out."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="emission_variables", zh="变量", en="Variable")
    sector: str = column(key=True, vocabulary="sectors", zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", nullable=True, zh="能源品种", en="Fuel")
    unit: str = column(choices=("Mt CO2",), zh="单位", en="Unit")
    value: float = column(unit="unit", zh="排放量", en="Emissions")
    source_id: str = source_column()
    grade: str = grade_column()


class DriverOutlooks(Table):
    """Yearly growth of a driver in a span of years, with its range."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    driver: str = column(key=True, vocabulary="pathway_drivers", zh="驱动量", en="Driver")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起始年", en="First year")
    to_year: int = column(unit="year", low=1990, high=2100, zh="终止年", en="Last year")
    growth_low: float = column(unit="1", low=-0.5, high=0.5, zh="年增速下限", en="Yearly growth, low")
    growth: float = column(unit="1", low=-0.5, high=0.5, zh="年增速", en="Yearly growth")
    growth_high: float = column(unit="1", low=-0.5, high=0.5, zh="年增速上限", en="Yearly growth, high")
    known_on: str = column(form="published", zh="公布日期", en="Known on")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class ChainShares(Table):
    """How the energy of an inventory sector is split over the chains that share it."""

    chain: str = column(key=True, vocabulary="pathway_chains", zh="环节", en="Chain")
    share: float = column(unit="1", low=0, high=1, zh="份额", en="Share")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class StockAges(Table):
    """Capacity by kind and year of commissioning, as a share or in a unit; aggregated from public lists."""

    stock: str = column(key=True, vocabulary="pathway_stock", zh="设备", en="Stock")
    unit_class: str = column(key=True, zh="类别", en="Class")
    built_from: int = column(key=True, unit="year", low=1900, high=2100, zh="投产年起", en="Built from")
    built_to: int = column(unit="year", low=1900, high=2100, zh="投产年止", en="Built to")
    status: str = column(key=True, choices=("operating", "construction", "planned"), zh="状态", en="Status")
    units: int = column(unit="1", low=0, zh="台数", en="Units")
    value: float = column(unit="unit", low=0, zh="容量", en="Capacity")
    unit: str = column(zh="单位", en="Unit")
    source_id: str = source_column()
    grade: str = grade_column()


class StockLifetimes(Table):
    """Lifetime of a kind of equipment and the spread of its retirement."""

    stock: str = column(key=True, vocabulary="pathway_stock", zh="设备", en="Stock")
    lifetime_years: float = column(unit="a", low=1, high=200, zh="寿命", en="Lifetime")
    spread_years: float = column(unit="a", low=0, high=50, zh="退役年限的标准差", en="Spread of retirement")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class LeverRanges(Table):
    """Where a lever stands, how far it may go, and how much of what is ordered arrives."""

    lever_id: str = column(key=True, references="levers.lever_id", zh="杠杆", en="Lever")
    series_id: str = column(references="series.series_id", nullable=True, zh="观测序列", en="Observed series")
    series_scale: float = column(unit="1", nullable=True, zh="换算系数", en="Scale of the series")
    base_value: float = column(unit="unit", zh="现状值", en="Value today")
    unit: str = column(zh="单位", en="Unit")
    lower: float = column(unit="unit", zh="下限", en="Lower bound")
    upper: float = column(unit="unit", zh="上限", en="Upper bound")
    direction: str = column(choices=("up", "down", "either"), zh="减排方向", en="Direction that abates")
    success_low: float = column(unit="1", low=0, high=3, zh="落实率下限", en="Delivered share, low")
    success_high: float = column(unit="1", low=0, high=3, zh="落实率上限", en="Delivered share, high")
    base_state: str = column(vocabulary="evidence_state", zh="现状值的状态", en="State of the value today")
    success_state: str = column(vocabulary="evidence_state", zh="落实率的状态", en="State of the share")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class LeverEffects(Table):
    """What a lever does to a chain: one row per effect."""

    lever_id: str = column(key=True, references="levers.lever_id", zh="杠杆", en="Lever")
    number: int = column(key=True, unit="1", low=1, zh="序号", en="Number")
    effect: str = column(vocabulary="lever_effect", zh="作用", en="Effect")
    chains: str = column(form="list", vocabulary="pathway_chains", nullable=True, zh="环节", en="Chains")
    carriers: str = column(form="list", vocabulary="carrier", nullable=True, zh="能源载体", en="Carriers")
    to_carrier: str = column(vocabulary="carrier", nullable=True, zh="改用载体", en="Carrier switched to")
    to_chain: str = column(vocabulary="pathway_chains", nullable=True, zh="转入环节", en="Chain moved to")
    variable: str = column(nullable=True, zh="变量（供应、驱动、杠杆）", en="Supply, driver or lever")
    coefficient: float = column(unit="unit", zh="每单位杠杆的作用", en="Effect per unit of the lever")
    low: float = column(unit="unit", zh="下限", en="Low")
    high: float = column(unit="unit", zh="上限", en="High")
    ratio: float = column(unit="1", nullable=True, low=0, zh="替代能量比", en="Energy ratio of the switch")
    stock: str = column(vocabulary="pathway_stock", nullable=True, zh="经由设备更新", en="Through stock")
    unit: str = column(zh="系数单位", en="Unit of the coefficient")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class LeverCosts(Table):
    """Cost of avoiding a tonne by a lever, in prices of one year."""

    lever_id: str = column(key=True, references="levers.lever_id", zh="杠杆", en="Lever")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="适用年份", en="Year it holds for")
    cost_cny_per_t: float = column(unit="CNY/t", zh="单位减排成本", en="Cost of abatement")
    price_year: int = column(unit="year", low=1980, high=2100, zh="价格年份", en="Price year")
    weak: bool = column(zh="依据薄弱", en="Weak")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class SecurityFloors(Table):
    """Floors of energy security: a scenario below one of them is marked."""

    driver: str = column(key=True, vocabulary="pathway_drivers", zh="驱动量", en="Driver")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起始年", en="First year")
    floor: float = column(unit="unit", low=0, zh="下限", en="Floor")
    unit: str = column(zh="单位", en="Unit")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PublishedScenarios(Table):
    """Results that others published, with their scope, to lay beside ours."""

    row_id: str = column(key=True, zh="编号", en="Id")
    region: str = column(vocabulary="provinces", zh="地区", en="Region")
    scenario_zh: str = chinese_column("情景", "Scenario")
    scenario_en: str = english_column("情景", "Scenario")
    scope_zh: str = chinese_column("范围", "Scope")
    scope_en: str = english_column("范围", "Scope")
    base_year: int = column(unit="year", nullable=True, zh="基年", en="Base year")
    base_value: float = column(unit="unit", nullable=True, zh="基年值", en="Base value")
    peak_from: int = column(unit="year", nullable=True, zh="达峰年起", en="Peak from")
    peak_to: int = column(unit="year", nullable=True, zh="达峰年止", en="Peak to")
    peak_value: float = column(unit="unit", nullable=True, zh="峰值", en="Peak value")
    unit: str = column(zh="单位", en="Unit")
    method: str = column(nullable=True, zh="方法", en="Method")
    weak: bool = column(zh="依据薄弱", en="Weak")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


PATHWAY_TABLES: dict[str, type[Table]] = {
    "sector_emissions": SectorEmissions,
    "driver_outlooks": DriverOutlooks,
    "chain_shares": ChainShares,
    "stock_ages": StockAges,
    "stock_lifetimes": StockLifetimes,
    "lever_ranges": LeverRanges,
    "lever_effects": LeverEffects,
    "lever_costs": LeverCosts,
    "security_floors": SecurityFloors,
    "published_scenarios": PublishedScenarios,
}
"""File name without ``.csv`` -> contract; all are optional."""
