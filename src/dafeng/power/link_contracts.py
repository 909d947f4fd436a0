"""Tables by which the power system meets accounts, tracking, cost curves and tariffs."""

from __future__ import annotations

from dafeng.table import Table, column


class ResponseDesign(Table):
    """One dispatch behind the reduced form: where it stands and what it gave."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    run: int = column(key=True, unit="1", low=0, zh="调度序号", en="Run")
    wind_pv_mw: float = column(unit="MW", low=0, zh="风电光伏容量", en="Wind and PV")
    storage_mw: float = column(unit="MW", low=0, zh="储能功率", en="Storage power")
    wind_pv_share: float = column(unit="1", low=0, zh="风光电量占比（弃电前）", en="Share of wind and PV")
    added_storage_share: float = column(
        unit="1", zh="新增储能功率与风光装机之比", en="Storage added per wind and PV"
    )
    min_load_fall: float = column(unit="1", zh="煤电最小出力下降", en="Fall of the minimum load of coal")
    added_peak_share: float = column(unit="1", zh="新增削峰占比", en="Peak reduction added")
    curtailed_share: float = column(unit="1", low=0, high=1, zh="弃电率", en="Curtailed share")
    fitted_share: float = column(unit="1", low=0, high=1, zh="简化式的弃电率", en="Curtailed share as fitted")
    coal_rate_gce_per_kwh: float = column(
        unit="gce/kWh", low=0, nullable=True, zh="供电煤耗", en="Net coal rate"
    )


class GridFactor(Table):
    """Emission factor of the grid: of a year, and by month and hour of the day."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    kind: str = column(key=True, choices=("average", "marginal"), zh="平均或边际", en="Average or marginal")
    use: str = column(
        key=True, choices=("load", "export"), zh="用途（本省用电或外送）", en="Use: load or export"
    )
    method: str = column(key=True, choices=("output", "price_setter", "fixed_basis"), zh="方法", en="Method")
    month: int = column(key=True, unit="1", low=0, high=12, zh="月（0为全年）", en="Month (0: whole year)")
    hour: int = column(
        key=True, unit="1", low=-1, high=23, zh="时刻（-1为全天）", en="Hour of the day (-1: all)"
    )
    factor_t_per_mwh: float = column(unit="t/MWh", zh="排放因子", en="Emission factor")
    weight_gwh: float = column(unit="GWh", low=0, zh="权重电量", en="Energy that weighs it")


class PowerIndicator(Table):
    """An indicator of the plan as a scenario of the hourly model gives it."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    indicator_id: str = column(key=True, references="indicators.indicator_id", zh="指标", en="Indicator")
    value: float = column(unit="unit", zh="模型值", en="Modelled value")
    unit: str = column(zh="单位", en="Unit")


class PowerAbatement(Table):
    """What a plan costs more and emits less than another."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    reference: str = column(key=True, zh="参照情景", en="Reference")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    status: str = column(choices=("priced", "no_abatement"), zh="状态", en="Status")
    reduction_mt: float = column(unit="Mt", zh="减排量", en="Reduction")
    added_cost_cny: float = column(unit="CNY", zh="成本增加", en="Added cost")
    cost_cny_per_t: float = column(unit="CNY/t", nullable=True, zh="单位减排成本", en="Cost of abatement")
    shadow_price_cny_per_t: float = column(
        unit="CNY/t", nullable=True, low=0, zh="排放上限的影子价格", en="Shadow price of the CO2 cap"
    )
    price_year: int = column(unit="year", zh="价格年份", en="Price year")
    scope_zh: str = column(zh="口径（中文）", en="Scope (Chinese)")
    scope_en: str = column(zh="口径（英文）", en="Scope (English)")


class TariffHour(Table):
    """Hourly price ratio of a tariff, and the load before and after customers answer it."""

    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    hour: int = column(key=True, unit="1", low=0, high=8783, zh="小时序号", en="Hour of the year")
    document: str = column(zh="文件", en="Document")
    price_ratio: float = column(unit="1", low=0, zh="对平段的比价", en="Price ratio to the flat period")
    load_mw: float = column(unit="MW", low=0, nullable=True, zh="负荷", en="Load")
    responded_mw: float = column(unit="MW", low=0, nullable=True, zh="响应后负荷", en="Load after response")


class TariffEffect(Table):
    """What the answer of customers to a tariff changes in a dispatch."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    quantity: str = column(
        key=True, choices=("peak_load", "curtailed_share", "coal_rate", "co2"), zh="量", en="Quantity"
    )
    before: float = column(unit="unit", zh="响应前", en="Before")
    after: float = column(unit="unit", zh="响应后", en="After")
    unit: str = column(zh="单位", en="Unit")
    elasticity: float = column(unit="1", low=0, zh="弹性（演示值）", en="Elasticity (demonstration)")
    covered_share: float = column(
        unit="1", low=0, high=1, zh="执行分时电价的负荷占比", en="Share on the tariff"
    )
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
