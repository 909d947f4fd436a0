"""The tables of a province pack that feed the power system: fleet, parameters, profiles, rules."""

from __future__ import annotations

from dafeng.pack.columns import chinese_column, english_column, grade_column, source_column
from dafeng.table import Table, column


class PowerZones(Table):
    """Zones of the power system; one zone is enough."""

    zone_id: str = column(key=True, zh="分区编号", en="Zone id")
    name_zh: str = chinese_column("分区", "Zone")
    name_en: str = english_column("分区", "Zone")
    region: str = column(vocabulary="provinces", zh="地区", en="Region")
    latitude_deg: float = column(unit="deg", low=-90, high=90, zh="纬度", en="Latitude")
    longitude_deg: float = column(unit="deg", low=-180, high=180, zh="经度", en="Longitude")
    source_id: str = source_column()
    grade: str = grade_column()


class PowerTechnologies(Table):
    """Dispatch classes: what they are, what they burn, which profile limits them."""

    technology: str = column(key=True, zh="机组类别", en="Technology class")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    kind: str = column(vocabulary="power_kind", zh="种类", en="Kind")
    fuel: str = column(vocabulary="power_fuel", nullable=True, zh="燃料", en="Fuel")
    profile: str = column(nullable=True, zh="出力曲线", en="Profile")
    published_group: str = column(
        vocabulary="power_group", nullable=True, zh="统计口径的类别", en="Group of the published statistics"
    )
    extendable: bool = column(zh="可新建", en="May be built")


class PowerParameters(Table):
    """Parameters of a class or fuel, with their year, price year and evidence."""

    subject: str = column(key=True, zh="机组类别或燃料", en="Technology class or fuel")
    parameter: str = column(key=True, vocabulary="power_parameter", zh="参数", en="Parameter")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起用年份", en="Valid from")
    value: float = column(unit="unit", zh="数值", en="Value")
    low: float = column(unit="unit", nullable=True, zh="下限", en="Low")
    high: float = column(unit="unit", nullable=True, zh="上限", en="High")
    unit: str = column(zh="单位", en="Unit")
    price_year: int = column(unit="year", low=1990, high=2100, nullable=True, zh="价格年份", en="Price year")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerFleet(Table):
    """Capacity by class, city, span of commissioning and status; aggregated from public unit lists."""

    technology: str = column(
        references="power_technologies.technology", key=True, zh="机组类别", en="Technology class"
    )
    city: str = column(key=True, nullable=True, zh="市", en="City")
    built_from: int = column(key=True, unit="year", low=1900, high=2100, zh="投产年起", en="Built from")
    built_to: int = column(unit="year", low=1900, high=2100, zh="投产年止", en="Built to")
    status: str = column(key=True, choices=("operating", "construction", "planned"), zh="状态", en="Status")
    units: int = column(unit="1", low=0, nullable=True, zh="台数", en="Units")
    capacity_mw: float = column(unit="MW", low=0, zh="容量", en="Capacity")
    list_year: int = column(unit="year", low=1990, high=2100, zh="清单年份", en="Year of the list")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerStatistics(Table):
    """Published figures of the power system: capacity, generation, exports, retrofits."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    moment: str = column(
        key=True, choices=("flow", "end"), zh="期间或期末", en="Over the period or at its end"
    )
    measure: str = column(key=True, vocabulary="power_measure", zh="指标", en="Measure")
    published_group: str = column(key=True, vocabulary="power_group", zh="类别", en="Group")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    known_on: str = column(form="published", zh="公布日期", en="Known on")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerRetrofits(Table):
    """What may become what: retrofits of units and their limits."""

    retrofit: str = column(key=True, vocabulary="power_retrofit", zh="改造", en="Retrofit")
    from_technology: str = column(
        references="power_technologies.technology", key=True, zh="改造前类别", en="From class"
    )
    to_technology: str = column(references="power_technologies.technology", zh="改造后类别", en="To class")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起始年", en="First year")
    investment_cny_per_kw: float = column(unit="CNY/kW", low=0, zh="投资", en="Investment")
    price_year: int = column(unit="year", low=1990, high=2100, zh="价格年份", en="Price year")
    added_life_years: float = column(unit="a", low=0, zh="延长寿命", en="Added life")
    limit_mw: float = column(unit="MW", low=0, nullable=True, zh="规模上限", en="Limit")
    done_mw: float = column(unit="MW", low=0, nullable=True, zh="已完成", en="Done so far")
    done_year: int = column(unit="year", low=1990, high=2100, nullable=True, zh="完成截至", en="Done by")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerCorridors(Table):
    """Export and import corridors: capacity, contracted energy and shape, renewable share."""

    corridor: str = column(key=True, zh="通道", en="Corridor")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起始年", en="First year")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    direction: str = column(choices=("export", "import"), zh="方向", en="Direction")
    capacity_mw: float = column(unit="MW", low=0, zh="能力", en="Capability")
    energy_gwh: float = column(unit="GWh", low=0, nullable=True, zh="年电量", en="Yearly energy")
    shape: str = column(zh="曲线", en="Shape")
    renewable_share_min: float = column(
        unit="1", low=0, high=1, zh="可再生电量最低占比", en="Least renewable share"
    )
    price_cny_per_mwh: float = column(unit="CNY/MWh", nullable=True, zh="电价", en="Price")
    price_year: int = column(unit="year", low=1990, high=2100, nullable=True, zh="价格年份", en="Price year")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerDemands(Table):
    """Yearly demand that the hourly model must meet, where no pathway gives it."""

    item: str = column(key=True, vocabulary="power_demand", zh="项目", en="Item")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerRules(Table):
    """Rules of documents in force that the model must obey: reserves, peak capability, storage."""

    rule: str = column(key=True, vocabulary="power_rule", zh="规则", en="Rule")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起始年", en="First year")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class LoadShapes(Table):
    """Typical day curves, from 0 at the lowest to 1 at the highest hour of the day."""

    day_type: str = column(key=True, vocabulary="day_type", zh="日类型", en="Day type")
    hour: int = column(key=True, unit="1", low=0, high=23, zh="时刻", en="Hour")
    level: float = column(unit="1", low=0, high=1, zh="负荷水平", en="Level")
    source_id: str = source_column()
    grade: str = grade_column()


class LoadExtremes(Table):
    """Daily highest and lowest load by month and day type, relative to the mean load of the year."""

    month: int = column(key=True, unit="1", low=1, high=12, zh="月", en="Month")
    day_type: str = column(key=True, vocabulary="day_type", zh="日类型", en="Day type")
    high_mean: float = column(unit="1", low=0, zh="日最高负荷均值", en="Mean daily high")
    high_deviation: float = column(
        unit="1", low=0, zh="日最高负荷标准差", en="Standard deviation of the daily high"
    )
    low_mean: float = column(unit="1", low=0, zh="日最低负荷均值", en="Mean daily low")
    low_deviation: float = column(
        unit="1", low=0, zh="日最低负荷标准差", en="Standard deviation of the daily low"
    )
    correlation: float = column(unit="1", low=-1, high=1, zh="高低相关系数", en="Correlation of high and low")
    persistence: float = column(
        unit="1", low=-1, high=1, zh="逐日自相关", en="Autocorrelation from day to day"
    )
    source_id: str = source_column()
    grade: str = grade_column()


class ProfileStatistics(Table):
    """Statistics of hourly series from which the generator rebuilds plausible years."""

    profile: str = column(key=True, zh="曲线", en="Profile")
    statistic: str = column(key=True, vocabulary="profile_statistic", zh="统计量", en="Statistic")
    other: str = column(key=True, nullable=True, zh="另一曲线", en="Other profile")
    month: int = column(key=True, unit="1", low=0, high=12, zh="月（0为全年）", en="Month (0: whole year)")
    step: int = column(
        key=True,
        unit="1",
        low=-1000,
        high=1000,
        zh="时刻、时滞或分位序号",
        en="Hour, lag or number of the quantile",
    )
    value: float = column(unit="1", zh="数值", en="Value")
    data_year: int = column(unit="year", low=1950, high=2100, zh="数据年份", en="Year of the data")
    source_id: str = source_column()
    grade: str = grade_column()


class ProfileLevels(Table):
    """Published yearly full-load hours to which a profile is scaled."""

    profile: str = column(key=True, zh="曲线", en="Profile")
    from_year: int = column(key=True, unit="year", low=1990, high=2100, zh="起用年份", en="Valid from")
    full_load_hours: float = column(unit="hour", low=0, high=8784, zh="等效满负荷小时", en="Full-load hours")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class TariffPeriods(Table):
    """Time-of-use periods and their ratio to another period."""

    document: str = column(key=True, zh="文件", en="Document")
    from_date: str = column(key=True, form="published", zh="执行日期", en="In force from")
    months: str = column(key=True, form="list", nullable=True, zh="月份", en="Months")
    tariff_period: str = column(key=True, vocabulary="tariff_period", zh="时段", en="Period")
    start_hour: float = column(key=True, unit="1", low=0, high=24, nullable=True, zh="起", en="From")
    end_hour: float = column(unit="1", low=0, high=24, nullable=True, zh="止", en="To")
    ratio: float = column(unit="1", low=0, zh="比价", en="Ratio")
    ratio_to: str = column(vocabulary="tariff_period", zh="相对时段", en="Relative to")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class ForecastRules(Table):
    """How a grid rule scores a forecast of wind or PV."""

    rule: str = column(key=True, zh="规则编号", en="Rule id")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    kind: str = column(choices=("wind", "pv", "any"), zh="种类", en="Kind")
    horizon: str = column(vocabulary="forecast_horizon", zh="预测时效", en="Horizon")
    formula: str = column(vocabulary="forecast_score", zh="算式", en="Formula")
    threshold: float = column(unit="1", low=0, high=1, nullable=True, zh="合格线", en="Threshold")
    pass_share: float = column(
        unit="1", low=0, high=1, nullable=True, zh="合格率要求", en="Required share of passes"
    )
    penalty_hours: float = column(
        unit="hour", nullable=True, zh="每单位不足的考核电量系数", en="Penalty per unit of shortfall"
    )
    from_year: int = column(unit="year", low=1990, high=2100, nullable=True, zh="起用年份", en="Valid from")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class PowerResponses(Table):
    """Reduced form of the hourly model that the pathways take in place of demonstration values."""

    scenario: str = column(key=True, nullable=True, zh="情景（空为全部）", en="Scenario (empty: all)")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="所模拟年份", en="Modelled year")
    variable: str = column(key=True, vocabulary="power_response", zh="变量", en="Variable")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    error: float = column(unit="unit", low=0, nullable=True, zh="拟合误差", en="Error of the fit")
    runs: float = column(unit="1", low=0, nullable=True, zh="调度次数", en="Dispatch runs")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(references="sources.source_id", nullable=True, zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


POWER_TABLES: dict[str, type[Table]] = {
    "power_zones": PowerZones,
    "power_technologies": PowerTechnologies,
    "power_parameters": PowerParameters,
    "power_fleet": PowerFleet,
    "power_statistics": PowerStatistics,
    "power_retrofits": PowerRetrofits,
    "power_corridors": PowerCorridors,
    "power_demands": PowerDemands,
    "power_rules": PowerRules,
    "load_shapes": LoadShapes,
    "load_extremes": LoadExtremes,
    "profile_statistics": ProfileStatistics,
    "profile_levels": ProfileLevels,
    "tariff_periods": TariffPeriods,
    "forecast_rules": ForecastRules,
    "power_response": PowerResponses,
}
"""File name without ``.csv`` -> contract; all are optional."""
