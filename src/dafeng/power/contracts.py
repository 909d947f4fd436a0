"""Tables that the power system makes."""

from __future__ import annotations

from dafeng.table import Table, column


class PowerCapacity(Table):
    """Capacity of each class in each period: what stood, was built, was retrofitted, went."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    zone: str = column(key=True, zh="分区", en="Zone")
    power_group: str = column(
        vocabulary="power_group", nullable=True, zh="统计口径的类别", en="Group of the published statistics"
    )
    capacity_mw: float = column(unit="MW", low=0, zh="容量", en="Capacity")
    existing_mw: float = column(unit="MW", low=0, zh="其中既有", en="Of it existing")
    built_mw: float = column(unit="MW", low=0, zh="本期新建", en="Built in this period")
    retrofitted_mw: float = column(unit="MW", low=0, zh="本期改造而来", en="Retrofitted in this period")
    retired_mw: float = column(unit="MW", low=0, zh="本期退出", en="Gone in this period")
    energy_mwh: float = column(unit="MWh", low=0, nullable=True, zh="储能电量", en="Energy of storage")


class PowerEnergy(Table):
    """A year of each class: output, hours, curtailment, fuel, emissions."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    zone: str = column(key=True, zh="分区", en="Zone")
    generation_gwh: float = column(unit="GWh", zh="发电量", en="Output")
    consumption_gwh: float = column(unit="GWh", low=0, zh="用电或充电量", en="Taken from the grid")
    curtailed_gwh: float = column(unit="GWh", low=0, nullable=True, zh="弃电量", en="Curtailed")
    full_load_hours: float = column(unit="hour", low=0, nullable=True, zh="利用小时", en="Full-load hours")
    fuel_tce: float = column(
        unit="tce", low=0, nullable=True, zh="耗能（折标煤）", en="Fuel in standard coal"
    )
    coal_rate_gce_per_kwh: float = column(
        unit="gce/kWh", low=0, nullable=True, zh="供电煤耗", en="Net coal rate"
    )
    co2_kt: float = column(unit="kt", zh="二氧化碳排放", en="CO2 emissions")


class PowerStorage(Table):
    """A year of each storage: cycles, losses, energy."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    zone: str = column(key=True, zh="分区", en="Zone")
    charged_gwh: float = column(unit="GWh", low=0, zh="充入", en="Charged")
    discharged_gwh: float = column(unit="GWh", low=0, zh="放出", en="Discharged")
    loss_gwh: float = column(unit="GWh", zh="损耗", en="Lost")
    cycles: float = column(unit="1", low=0, nullable=True, zh="等效满充放次数", en="Full cycles")
    duration_hours: float = column(unit="hour", low=0, nullable=True, zh="时长", en="Duration")


class PowerCorridorYear(Table):
    """A year of each corridor: energy, hours, renewable share."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    corridor: str = column(key=True, zh="通道", en="Corridor")
    direction: str = column(choices=("export", "import"), zh="方向", en="Direction")
    capacity_mw: float = column(unit="MW", low=0, zh="能力", en="Capability")
    energy_gwh: float = column(unit="GWh", low=0, zh="电量", en="Energy")
    full_load_hours: float = column(unit="hour", low=0, nullable=True, zh="利用小时", en="Full-load hours")
    renewable_share: float = column(
        unit="1", low=0, high=1.000001, nullable=True, zh="可再生电量占比", en="Renewable share"
    )
    renewable_share_min: float = column(unit="1", low=0, high=1, zh="最低占比", en="Least renewable share")


class PowerYear(Table):
    """A year of the system: demand, peak, curtailment, coal rate, emissions, price, cost."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    demand_gwh: float = column(unit="GWh", low=0, zh="用电量", en="Demand")
    peak_mw: float = column(unit="MW", low=0, zh="最高负荷", en="Peak load")
    residual_peak_mw: float = column(unit="MW", zh="最高净负荷", en="Peak of the residual load")
    generation_gwh: float = column(unit="GWh", low=0, zh="发电量", en="Generation")
    export_gwh: float = column(unit="GWh", zh="净外送", en="Net export")
    unserved_gwh: float = column(unit="GWh", low=0, zh="失负荷", en="Unserved")
    curtailed_share: float = column(
        unit="1", low=0, high=1, nullable=True, zh="弃电率", en="Curtailed share of wind and PV"
    )
    renewable_share: float = column(
        unit="1", low=0, nullable=True, zh="可再生发电占比", en="Renewable share of generation"
    )
    coal_rate_gce_per_kwh: float = column(
        unit="gce/kWh", low=0, nullable=True, zh="煤电平均供电煤耗", en="Mean net coal rate of coal power"
    )
    co2_mt: float = column(unit="Mt", zh="二氧化碳排放", en="CO2 emissions")
    average_factor_t_per_mwh: float = column(
        unit="t/MWh", nullable=True, zh="平均排放因子", en="Average emission factor"
    )
    marginal_factor_t_per_mwh: float = column(
        unit="t/MWh",
        nullable=True,
        zh="边际排放因子（按负荷加权）",
        en="Marginal emission factor, load-weighted",
    )
    price_cny_per_mwh: float = column(
        unit="CNY/MWh",
        nullable=True,
        zh="平均电价（影子价格，按负荷加权）",
        en="Mean shadow price, load-weighted",
    )
    cost_cny: float = column(unit="CNY", zh="全年成本", en="Cost of the year")


class PowerHour(Table):
    """Every hour of every series; power into the grid is positive."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    hour: int = column(key=True, unit="1", low=0, high=8783, zh="小时序号", en="Hour of the year")
    series: str = column(key=True, zh="序列", en="Series")
    power_mw: float = column(unit="MW", zh="功率", en="Power")


class PowerPrice(Table):
    """Every hour: shadow price and emission factors of the grid."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    hour: int = column(key=True, unit="1", low=0, high=8783, zh="小时序号", en="Hour of the year")
    zone: str = column(key=True, zh="分区", en="Zone")
    price_cny_per_mwh: float = column(unit="CNY/MWh", zh="影子价格", en="Shadow price")
    average_factor_t_per_mwh: float = column(
        unit="t/MWh", nullable=True, zh="平均排放因子", en="Average emission factor"
    )
    marginal_factor_t_per_mwh: float = column(
        unit="t/MWh", nullable=True, zh="边际排放因子", en="Marginal emission factor"
    )


class PowerCost(Table):
    """Yearly cost by class and kind."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    technology: str = column(key=True, zh="机组类别", en="Technology class")
    kind: str = column(key=True, vocabulary="power_cost", zh="成本类别", en="Kind of cost")
    cost_cny: float = column(unit="CNY", zh="年成本", en="Cost of the year")
    price_year: int = column(unit="year", zh="价格年份", en="Price year")


class PowerLimitPrice(Table):
    """What one more unit of a yearly limit would save in its year: its shadow price."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    limit: str = column(key=True, zh="限制", en="Limit")
    price: float = column(unit="unit", low=0, zh="影子价格", en="Shadow price")
    unit: str = column(zh="单位", en="Unit")


class PowerJudged(Table):
    """Each power target of the plan against the model."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    target_id: str = column(key=True, zh="目标", en="Target")
    target: float = column(unit="unit", nullable=True, zh="目标值", en="Goal")
    modelled: float = column(unit="unit", nullable=True, zh="模型值", en="Modelled")
    unit: str = column(zh="单位", en="Unit")
    outcome: str = column(vocabulary="power_outcome", zh="结论", en="Outcome")
    reason_zh: str = column(nullable=True, zh="说明（中文）", en="Reason (Chinese)")
    reason_en: str = column(nullable=True, zh="说明（英文）", en="Reason (English)")


class PowerCertificate(Table):
    """What a plan costs, what is proved, how it was found."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    run: str = column(key=True, zh="求解", en="Solve")
    method: str = column(zh="方法", en="Method")
    foresight: str = column(choices=("perfect", "myopic"), zh="预见方式", en="Foresight")
    objective_cny: float = column(unit="CNY", zh="目标值", en="Objective")
    lower_bound_cny: float = column(unit="CNY", nullable=True, zh="下界", en="Lower bound")
    certified_gap: float = column(unit="1", nullable=True, zh="已证明的差距", en="Certified gap")
    hours: float = column(unit="hour", zh="小时数", en="Hours")
    columns: float = column(unit="1", zh="列数", en="Columns")
    rows: float = column(unit="1", zh="行数", en="Rows")
    solve_seconds: float = column(unit="s", low=0, zh="求解时间", en="Time of the solve")


class PowerProfileUse(Table):
    """Which profile stands behind which class."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    profile: str = column(key=True, zh="曲线", en="Profile")
    origin: str = column(vocabulary="profile_origin", zh="来历", en="Origin")
    weather_year: int = column(unit="year", nullable=True, zh="天气年份", en="Weather year")
    seed: int = column(unit="1", nullable=True, zh="种子", en="Seed")
    full_load_hours: float = column(unit="hour", nullable=True, zh="等效满负荷小时", en="Full-load hours")
    file: str = column(nullable=True, zh="文件", en="File")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class PowerResponse(Table):
    """Reduced form of the hourly model for the pathways: how curtailment and coal rate answer."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="规划年", en="Year")
    variable: str = column(key=True, vocabulary="power_response", zh="变量", en="Variable")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    error: float = column(unit="unit", nullable=True, zh="拟合误差", en="Error of the fit")
    runs: float = column(unit="1", low=0, zh="调度次数", en="Dispatch runs")
