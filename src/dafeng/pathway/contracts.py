"""Contracts of the engine: calibration of the base year, and what a run of a scenario returns."""

from __future__ import annotations

from dafeng.table import Table, column


class Scoped(Table):
    """The scenario and the four axes of the scope that every total carries."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    boundary: str = column(key=True, choices=("production", "consumption"), zh="边界", en="Boundary")
    power_export: str = column(key=True, choices=("included", "excluded"), zh="外送电", en="Exported power")
    process: str = column(key=True, choices=("energy_only", "with_process"), zh="工业过程", en="Process")
    gases: str = column(key=True, choices=("co2", "all"), zh="气体", en="Gases")


class Calibration(Table):
    """Every cell of the base-year inventory and the chain that it was given to."""

    year: int = column(unit="year", zh="年份", en="Year")
    sector: str = column(key=True, vocabulary="sectors", zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    chain: str = column(key=True, vocabulary="pathway_chains", zh="环节", en="Chain")
    share: float = column(unit="1", low=0, high=1, zh="份额", en="Share")
    basis: str = column(vocabulary="evidence_state", zh="份额的状态", en="State of the share")
    co2_mt: float = column(unit="Mt", zh="二氧化碳", en="CO2")
    energy_tj: float = column(unit="TJ", zh="能量", en="Energy")
    energy_basis: str = column(choices=("calorific", "carbon"), zh="能量的依据", en="Basis of the energy")


class PathwayEmissions(Scoped):
    """Emissions of one scenario by chain: median and range over the futures."""

    chain: str = column(key=True, zh="环节", en="Chain")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    mean_mt: float = column(unit="Mt", zh="平均", en="Mean")
    p05_mt: float = column(unit="Mt", zh="5% 分位", en="5th percentile")
    p50_mt: float = column(unit="Mt", zh="中位数", en="Median")
    p95_mt: float = column(unit="Mt", zh="95% 分位", en="95th percentile")


class PathwayQuantity(Table):
    """Other results of one scenario: median and range over the futures."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    quantity: str = column(key=True, zh="量", en="Quantity")
    unit: str = column(zh="单位", en="Unit")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    mean: float = column(unit="unit", zh="平均", en="Mean")
    p05: float = column(unit="unit", zh="5% 分位", en="5th percentile")
    p50: float = column(unit="unit", zh="中位数", en="Median")
    p95: float = column(unit="unit", zh="95% 分位", en="95th percentile")


class ScenarioLever(Table):
    """What a scenario orders of a lever; a scenario that moves none has one row with an empty lever."""

    scenario: str = column(key=True, zh="情景", en="Scenario")
    name_zh: str = column(zh="情景名（中文）", en="Name (Chinese)")
    name_en: str = column(zh="情景名（英文）", en="Name (English)")
    inherits: str = column(nullable=True, zh="继承自", en="Inherits from")
    autonomous: float = column(unit="1", low=0, high=1, zh="脱钩趋势延续份额", en="Decoupling that goes on")
    lever_id: str = column(key=True, zh="杠杆", en="Lever")
    lever_zh: str = column(zh="杠杆名（中文）", en="Lever (Chinese)")
    lever_en: str = column(zh="杠杆名（英文）", en="Lever (English)")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    base_value: float = column(unit="unit", nullable=True, zh="现状值", en="Value today")
    value: float = column(unit="unit", nullable=True, zh="情景值", en="Value of the scenario")
    start_year: int = column(unit="year", nullable=True, zh="开始年", en="Start")
    end_year: int = column(unit="year", nullable=True, zh="到位年", en="End")
    shape: str = column(nullable=True, zh="形状", en="Shape")


class ModelParameter(Table):
    """A number of the engine that belongs to no province, with its state."""

    parameter: str = column(key=True, zh="参数", en="Parameter")
    value: float = column(unit="unit", zh="值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    state: str = column(vocabulary="evidence_state", zh="数的状态", en="State of the number")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    zh: str = column(zh="说明（中文）", en="In words (Chinese)")
    en: str = column(zh="说明（英文）", en="In words (English)")


class CostRefusal(Table):
    """Whether the cost curve may be drawn, and why not."""

    year: int = column(key=True, unit="year", zh="年份", en="Year")
    drawn: bool = column(zh="可以绘制", en="May be drawn")
    weak_share: float = column(
        unit="1", low=0, high=1, zh="依据薄弱或无成本的份额", en="Weak or unpriced share"
    )
    weak_limit: float = column(unit="1", low=0, high=1, zh="允许的最大份额", en="Largest share allowed")
    discount_rate: float = column(unit="1", low=0, zh="贴现率", en="Discount rate")
    reason_zh: str = column(nullable=True, zh="原因（中文）", en="Reason (Chinese)")
    reason_en: str = column(nullable=True, zh="原因（英文）", en="Reason (English)")


class AssumptionTest(Scoped):
    """What one changed assumption does to the answer on the peak, all else and the futures the same.

    The first row of a scenario, ``as_it_is``, has nothing changed. The median year is null where most futures
    have no peak within the horizon.
    """

    variant: str = column(key=True, zh="假定", en="Assumption")
    zh: str = column(zh="假定（中文）", en="In words (Chinese)")
    en: str = column(zh="假定（英文）", en="In words (English)")
    draws: int = column(unit="1", low=1, zh="未来的个数", en="Futures")
    by_year: int = column(unit="year", zh="问及的年份", en="Year asked for")
    peaked_share: float = column(unit="1", low=0, high=1, zh="届时已达峰的份额", en="Share peaked by then")
    words_zh: str = column(zh="自然频率（中文）", en="Natural frequency (Chinese)")
    words_en: str = column(zh="自然频率（英文）", en="Natural frequency (English)")
    p50_year: int = column(unit="year", nullable=True, zh="达峰年中位数", en="Peak year, median")
    level_p50: float = column(unit="unit", zh="峰值中位数", en="Peak level, median")
    unit: str = column(choices=("Mt CO2", "Mt CO2e"), zh="单位", en="Unit")
    difference: float = column(
        unit="1", low=-1, high=1, zh="与情景原样之差", en="Difference to the scenario as it is"
    )
