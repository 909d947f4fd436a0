"""Contracts of the activity-based categories: shipped factors, variants of a factor, transfers, views."""

from __future__ import annotations

from dafeng.table import Table, column

FIRST_YEAR, LAST_YEAR = 1949, 2100


class ActivityFactor(Table):
    """A default factor per unit of an activity, with its range; empty where none is at hand (NE)."""

    factor_id: str = column(key=True, zh="因子编号", en="Factor id")
    category: str = column(vocabulary="ipcc_categories", zh="IPCC 类别", en="IPCC category")
    activity: str = column(vocabulary="ghg_activities", zh="活动", en="Activity")
    gas: str = column(vocabulary="gases", zh="气体", en="Gas")
    kt_per_product: float = column(
        unit="1",
        low=0,
        zh="换算系数（每单位“活动×因子”的千吨数）",
        en="Scale (kt per unit of activity x factor)",
    )
    unit: str = column(zh="因子单位", en="Unit of factor")
    value: float = column(unit="unit", nullable=True, low=0, zh="因子", en="Factor")
    low: float = column(unit="unit", nullable=True, low=0, zh="下限", en="Low")
    high: float = column(unit="unit", nullable=True, low=0, zh="上限", en="High")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    place: str = column(nullable=True, zh="出处（表、页、式）", en="Table, page or equation")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class MethaneFactor(Table):
    """A coal-mine methane factor, with the scope that decides which one is taken."""

    factor_id: str = column(key=True, zh="因子编号", en="Factor id")
    step: str = column(choices=("mining", "post_mining"), zh="环节", en="Step")
    mine: str = column(
        choices=("underground", "underground_high", "underground_low", "surface"), zh="矿井类型", en="Mine"
    )
    scope: str = column(choices=("nation", "world"), zh="适用范围", en="Scope")
    basis: str = column(choices=("total", "ventilation"), zh="口径", en="Basis")
    chosen: bool = column(zh="可作取值", en="May be taken")
    unit: str = column(choices=("m3/t", "kg/t"), zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="因子", en="Factor")
    source_id: str = column(zh="来源", en="Source")
    place: str = column(nullable=True, zh="出处（表、页、式）", en="Table, page or equation")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    name_zh: str = column(zh="名称", en="Name (Chinese)")
    name_en: str = column(zh="英文名称", en="Name (English)")


class MethaneVariant(Table):
    """The same coal output under every factor at hand; one variant a source is the one that is taken."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    category: str = column(key=True, vocabulary="ipcc_categories", zh="IPCC 类别", en="IPCC category")
    mine: str = column(key=True, zh="矿井类型", en="Mine")
    factor_id: str = column(key=True, zh="因子编号", en="Factor id")
    name_zh: str = column(zh="因子名称", en="Factor (Chinese)")
    name_en: str = column(zh="因子英文名称", en="Factor (English)")
    coal_mt: float = column(unit="Mt", low=0, zh="原煤产量", en="Raw coal output")
    factor: float = column(unit="factor_unit", low=0, zh="因子", en="Factor")
    factor_unit: str = column(choices=("kg/t",), zh="因子单位", en="Unit of factor")
    methane_kt: float = column(unit="kt", low=0, zh="甲烷", en="Methane")
    chosen: bool = column(zh="取值", en="Taken")
    share_year: int = column(
        unit="year", nullable=True, low=FIRST_YEAR, high=LAST_YEAR,
        zh="产能比例年份（产量按其分摊）", en="Year of the capacity shares that split the output",
    )  # fmt: skip
    source_id: str = column(zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class EnergyTransfer(Table):
    """Energy sent from one province to another; an end that is not known is empty, never both."""

    sender: str = column(key=True, vocabulary="provinces", nullable=True, zh="调出省", en="Sending province")
    receiver: str = column(
        key=True, vocabulary="provinces", nullable=True, zh="调入省", en="Receiving province"
    )
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class ConsumptionView(Table):
    """Emissions by where they arise and by what leaves the province, each with its four-axis scope."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=FIRST_YEAR, high=LAST_YEAR, zh="年份", en="Year")
    boundary: str = column(key=True, choices=("production", "consumption"), zh="边界", en="Boundary")
    power_export: str = column(key=True, choices=("included", "excluded"), zh="外送电", en="Power export")
    process: str = column(key=True, choices=("energy_only", "with_process"), zh="工业过程", en="Process")
    gases: str = column(key=True, choices=("co2", "all"), zh="气体范围", en="Gases")
    item: str = column(key=True, vocabulary="consumption_item", zh="项目", en="Item")
    partner: str = column(key=True, vocabulary="provinces", nullable=True, zh="对方省", en="Partner province")
    variant: str = column(key=True, vocabulary="consumption_variant", zh="算法", en="Variant")
    energy: float = column(unit="energy_unit", nullable=True, zh="能源量", en="Energy")
    energy_unit: str = column(nullable=True, zh="能源量单位", en="Unit of energy")
    factor: float = column(unit="factor_unit", nullable=True, zh="因子", en="Factor")
    factor_unit: str = column(nullable=True, zh="因子单位", en="Unit of factor")
    value_mt: float = column(unit="Mt", nullable=True, zh="二氧化碳", en="CO₂")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")
