"""Contracts of the second method's own tables: factors in, totals, comparisons and coverage out."""

from __future__ import annotations

from dafeng.table import Table, column

FIRST_YEAR, LAST_YEAR = 1949, 2100


class CombustionFactor(Table):
    """A combustion default: by fuel or group of fuels, and by sector, group of sectors or ``all``."""

    variable: str = column(
        key=True,
        choices=(
            "heat_value", "carbon_content", "oxidation", "co2_factor_spread", "ef_ch4_combustion",
            "ef_n2o_combustion",
        ),
        zh="参数", en="Parameter",
    )  # fmt: skip
    activity: str = column(key=True, zh="部门或部门组", en="Sector or group")
    fuel: str = column(key=True, zh="能源品种或组", en="Fuel or group")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数值", en="Value")
    uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="不确定性（95% 半宽）", en="Uncertainty (95 % half-width)"
    )
    source_id: str = column(nullable=True, zh="来源", en="Source")
    place: str = column(nullable=True, zh="出处（表、页、式）", en="Table, page or equation")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class GuidelineFactor(Table):
    """Every factor of the second method as it is used in a province and year; empty: no usable figure."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    variable: str = column(key=True, zh="参数", en="Parameter")
    activity: str = column(key=True, zh="部门或活动", en="Sector or activity")
    subject: str = column(key=True, zh="能源品种或气体", en="Fuel or gas")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数值", en="Value")
    uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="不确定性（95% 半宽）", en="Uncertainty (95 % half-width)"
    )
    own: bool = column(zh="本省自有", en="The province's own")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    place: str = column(nullable=True, zh="出处（表、页、式）", en="Table, page or equation")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class Coverage(Table):
    """What of a category, source and gas is estimated in a year, and what is missing where it is not."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    category: str = column(key=True, vocabulary="ipcc_categories", zh="IPCC 类别", en="IPCC category")
    subject: str = column(key=True, zh="能源品种或活动", en="Fuel or activity")
    gas: str = column(key=True, vocabulary="gases", zh="气体", en="Gas")
    status: str = column(
        choices=("estimated", "partly", "no_factor", "no_activity", "elsewhere"), zh="状况", en="Status"
    )
    lines: int = column(unit="1", low=0, zh="行数", en="Lines")
    estimated: int = column(unit="1", low=0, zh="已估算行数", en="Lines estimated")


class CategoryTotal(Table):
    """Emissions of a category with its sub-categories; a total is empty while a part is not estimated."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    category: str = column(key=True, zh="IPCC 类别（total：全部）", en="IPCC category (total: all)")
    gas: str = column(key=True, zh="气体（CO2e：当量）", en="Gas (CO2e: equivalent)")
    gwp_set: str = column(vocabulary="gwp_sets", nullable=True, zh="增温潜势", en="GWP set")
    estimated_kt: float = column(unit="kt", nullable=True, zh="已估算部分之和", en="Sum of what is estimated")
    total_kt: float = column(unit="kt", nullable=True, zh="合计", en="Total")
    complete: bool = column(zh="是否完整", en="Complete")
    not_estimated: str = column(form="list", nullable=True, zh="未估算的来源", en="Sources not estimated")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class ReferenceComparison(Table):
    """Reference approach against sectoral approach, and where their difference in energy lies."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    group: str = column(
        key=True, choices=("solid", "liquid", "gas", "total"), zh="燃料类别", en="Class of fuels"
    )
    apparent_tj: float = column(unit="TJ", nullable=True, zh="表观消费量", en="Apparent consumption")
    untold_tj: float = column(
        unit="TJ", nullable=True, zh="其中供应各行未列出的部分", en="Of it not told by the rows of supply"
    )
    excluded_tj: float = column(unit="TJ", nullable=True, zh="非能源使用", en="Non-energy use")
    reference_tj: float = column(unit="TJ", nullable=True, zh="参考法能量", en="Energy, reference")
    sectoral_tj: float = column(unit="TJ", nullable=True, zh="部门法能量", en="Energy, sectoral")
    energy_difference_share: float = column(
        unit="1", nullable=True, zh="能量相对差", en="Difference in energy"
    )
    recovered_tj: float = column(unit="TJ", nullable=True, zh="回收能", en="Recovered energy")
    conversion_tj: float = column(unit="TJ", nullable=True, zh="加工转换净损失", en="Conversion, net")
    loss_tj: float = column(unit="TJ", nullable=True, zh="损失量", en="Losses")
    statistical_difference_tj: float = column(
        unit="TJ", nullable=True, zh="平衡差额", en="Statistical difference"
    )
    unexplained_tj: float = column(unit="TJ", nullable=True, zh="其余", en="Rest")
    reference_co2_kt: float = column(unit="kt", nullable=True, zh="参考法二氧化碳", en="CO₂, reference")
    sectoral_co2_kt: float = column(unit="kt", nullable=True, zh="部门法二氧化碳", en="CO₂, sectoral")
    co2_difference_share: float = column(unit="1", nullable=True, zh="二氧化碳相对差", en="Difference in CO₂")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class MethodTotal(Table):
    """CO2 of both methods side by side."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    scope: str = column(key=True, choices=("combustion", "process"), zh="范围", en="Scope")
    first_mt: float = column(unit="Mt", nullable=True, zh="第一法（CEADs）", en="First method (CEADs)")
    second_mt: float = column(
        unit="Mt",
        nullable=True,
        zh="第二法（指南，已估算部分）",
        en="Second method (guideline, what is estimated)",
    )
    difference_mt: float = column(unit="Mt", nullable=True, zh="相差", en="Difference")
    complete: bool = column(zh="第二法是否完整", en="Second method complete")


class MethodGap(Table):
    """Second method minus first, by sector, fuel and term; the terms add up to the difference."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    sector: str = column(key=True, zh="部门或活动", en="Sector or activity")
    fuel: str = column(key=True, zh="能源品种（process：过程）", en="Fuel (process: industrial process)")
    term: str = column(key=True, vocabulary="gap_term", zh="原因", en="Term")
    value_mt: float = column(unit="Mt", nullable=True, zh="差额", en="Gap")
