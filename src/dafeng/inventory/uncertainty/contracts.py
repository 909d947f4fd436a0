"""Contracts of the uncertainty assessment: lines with their spread in, tables in the IPCC form out."""

from __future__ import annotations

from dafeng.inventory.uncertainty.distributions import KINDS
from dafeng.table import Table, column, columns_of

METHODS = ("approach1_independent", "approach1_shared", "approach2")
DIMENSIONS = ("total", "gas", "category", "sector")


def names_of(contract: type[Table]) -> list[str]:
    """Return the columns of a contract in order."""
    return [spec.name for spec in columns_of(contract)]


class LineInput(Table):
    """One line of a user's file: activity x factor, each with its uncertainty.

    Only year, category, gas, activity and factor must be there. Where a file gives ``value``, that is the
    estimate; activity and factor then only carry the spreads. Without it, activity x factor is the estimate,
    converted into ``unit`` (kt where empty) if both have a unit. An uncertainty is the 95 % half-width over
    the estimate, or bounds in the unit of the figure. Equal ids (of a factor: for the same gas) are one and
    the same figure: fully correlated wherever they stand. Lines that count elsewhere (IE) and memo items are
    left out.
    """

    region: str = column(key=True, nullable=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    category: str = column(key=True, zh="类别", en="Category")
    sector: str = column(key=True, nullable=True, zh="部门", en="Sector")
    fuel: str = column(key=True, nullable=True, zh="能源品种", en="Fuel")
    gas: str = column(key=True, vocabulary="gases", zh="气体", en="Gas")
    activity: float = column(unit="activity_unit", nullable=True, zh="活动水平", en="Activity")
    activity_unit: str = column(nullable=True, zh="活动水平单位", en="Unit of activity")
    activity_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="活动水平不确定性（95% 半宽）", en="Uncertainty of activity"
    )
    activity_distribution: str = column(
        nullable=True, choices=KINDS, zh="活动水平分布", en="Distribution of activity"
    )
    activity_low: float = column(unit="activity_unit", nullable=True, zh="活动水平下限", en="Activity, low")
    activity_high: float = column(unit="activity_unit", nullable=True, zh="活动水平上限", en="Activity, high")
    activity_id: str = column(nullable=True, zh="活动水平编号", en="Activity id")
    factor: float = column(unit="factor_unit", nullable=True, zh="排放因子", en="Emission factor")
    factor_unit: str = column(nullable=True, zh="排放因子单位", en="Unit of factor")
    factor_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="因子不确定性（95% 半宽）", en="Uncertainty of factor"
    )
    factor_distribution: str = column(
        nullable=True, choices=KINDS, zh="因子分布", en="Distribution of factor"
    )
    factor_low: float = column(unit="factor_unit", nullable=True, zh="因子下限", en="Factor, low")
    factor_high: float = column(unit="factor_unit", nullable=True, zh="因子上限", en="Factor, high")
    factor_id: str = column(nullable=True, zh="因子编号", en="Factor id")
    value: float = column(unit="unit", nullable=True, zh="排放量", en="Emissions")
    unit: str = column(nullable=True, choices=("t", "kt", "Mt"), zh="排放单位", en="Unit of emissions")
    notation: str = column(vocabulary="notation_key", nullable=True, zh="标记", en="Notation key")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")


class DefaultUncertainty(Table):
    """Uncertainty for lines that state none; an empty cell of the first four columns fits every line."""

    category: str = column(key=True, nullable=True, zh="类别（含下级）", en="Category (and below)")
    sector: str = column(key=True, nullable=True, zh="部门", en="Sector")
    fuel: str = column(key=True, nullable=True, zh="能源品种", en="Fuel")
    gas: str = column(key=True, nullable=True, vocabulary="gases", zh="气体", en="Gas")
    activity_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="活动水平不确定性（95% 半宽）", en="Uncertainty of activity"
    )
    activity_distribution: str = column(
        nullable=True, choices=KINDS, zh="活动水平分布", en="Distribution of activity"
    )
    factor_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="因子不确定性（95% 半宽）", en="Uncertainty of factor"
    )
    factor_distribution: str = column(
        nullable=True, choices=KINDS, zh="因子分布", en="Distribution of factor"
    )
    source: str = column(nullable=True, zh="来源", en="Source")


class UncertainLine(Table):
    """One emission line as the assessment takes it: estimate, ids of its figures, spread of each.

    Low and high are multiples of the estimate. ``fuel_group`` is the main fuel by which tables of the IPCC
    split combustion.
    """

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    category: str = column(key=True, zh="类别", en="Category")
    sector: str = column(key=True, nullable=True, zh="部门", en="Sector")
    fuel: str = column(key=True, nullable=True, zh="能源品种", en="Fuel")
    gas: str = column(key=True, vocabulary="gases", zh="气体", en="Gas")
    fuel_group: str = column(nullable=True, zh="能源大类", en="Fuel group")
    value: float = column(unit="unit", nullable=True, zh="排放量", en="Emissions")
    unit: str = column(zh="单位", en="Unit")
    activity_id: str = column(zh="活动水平编号", en="Activity id")
    activity_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="活动水平不确定性（95% 半宽）", en="Uncertainty of activity"
    )
    activity_distribution: str = column(
        nullable=True, choices=KINDS, zh="活动水平分布", en="Distribution of activity"
    )
    activity_low: float = column(unit="1", nullable=True, zh="活动水平下限", en="Activity, low")
    activity_high: float = column(unit="1", nullable=True, zh="活动水平上限", en="Activity, high")
    factor_id: str = column(zh="因子编号", en="Factor id")
    factor_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="因子不确定性（95% 半宽）", en="Uncertainty of factor"
    )
    factor_distribution: str = column(
        nullable=True, choices=KINDS, zh="因子分布", en="Distribution of factor"
    )
    factor_low: float = column(unit="1", nullable=True, zh="因子下限", en="Factor, low")
    factor_high: float = column(unit="1", nullable=True, zh="因子上限", en="Factor, high")
    grade: str = column(nullable=True, vocabulary="grade", zh="证据等级", en="Grade")


class TotalUncertainty(Table):
    """Total emissions of a year and their trend with 95 % interval, by method.

    The interval is that of the part whose uncertainty is known; ``covered_share`` says how much that is.
    Shares are of the covered part; the trend is the change since the base year over its emissions.
    ``at_least_share`` is the lower bound that all known uncertainties put on the total of all emissions.
    """

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    method: str = column(key=True, choices=METHODS, zh="方法", en="Method")
    estimate: float = column(unit="unit", zh="排放总量", en="Total emissions")
    without_value: int = column(
        unit="1", low=0, zh="没有数值的行，不在总量内", en="Lines without a figure, not in the total"
    )
    covered: float = column(unit="unit", zh="已知不确定性的排放量", en="Emissions with known uncertainty")
    covered_share: float = column(unit="1", nullable=True, low=0, high=1, zh="覆盖率", en="Share covered")
    low: float = column(unit="unit", nullable=True, zh="95% 区间下限", en="95 % interval, low")
    high: float = column(unit="unit", nullable=True, zh="95% 区间上限", en="95 % interval, high")
    half_width_share: float = column(unit="1", nullable=True, low=0, zh="相对半宽", en="Half-width, relative")
    at_least_share: float = column(
        unit="1",
        nullable=True,
        low=0,
        zh="全部排放的相对半宽至少",
        en="Half-width of all emissions, at least",
    )
    base_year: int = column(unit="year", zh="基年", en="Base year")
    trend_share: float = column(unit="1", nullable=True, zh="比基年变化", en="Change since the base year")
    trend_low: float = column(unit="1", nullable=True, zh="变化区间下限", en="Change, low")
    trend_high: float = column(unit="1", nullable=True, zh="变化区间上限", en="Change, high")
    unit: str = column(zh="单位", en="Unit")
    grade: str = column(nullable=True, vocabulary="grade", zh="证据等级", en="Grade")


class KnownPart(Table):
    """By row of table 3.2: what part of the emissions has a known uncertainty, and what that weighs."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    category: str = column(key=True, zh="类别", en="Category")
    fuel_group: str = column(key=True, nullable=True, zh="能源大类", en="Fuel group")
    gas: str = column(key=True, vocabulary="gases", zh="气体", en="Gas")
    value: float = column(unit="unit", zh="排放量", en="Emissions")
    activity_known: float = column(unit="1", low=0, zh="活动水平不确定性已知的份额", en="Activity known")
    factor_known: float = column(unit="1", low=0, zh="因子不确定性已知的份额", en="Factor known")
    known_half_width: float = column(unit="unit", low=0, zh="已知部分的半宽", en="Half-width of known parts")
    known_share: float = column(
        unit="1", nullable=True, low=0, zh="在已知方差中的份额", en="Share of the known variance"
    )
    unit: str = column(zh="单位", en="Unit")


class PropagatedRow(Table):
    """Error propagation in the form of table 3.2 of the 2006 IPCC Guidelines, vol. 1 (columns A to M)."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份 t", en="Year t")
    base_year: int = column(unit="year", zh="基年", en="Base year")
    category: str = column(key=True, zh="A 类别", en="A Category")
    fuel_group: str = column(key=True, nullable=True, zh="能源大类", en="Fuel group")
    gas: str = column(key=True, vocabulary="gases", zh="B 气体", en="B Gas")
    base_value: float = column(unit="unit", nullable=True, zh="C 基年排放量", en="C Base year emissions")
    value: float = column(unit="unit", zh="D 年份 t 排放量", en="D Year t emissions")
    activity_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="E 活动水平不确定性", en="E Activity uncertainty"
    )
    factor_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="F 因子不确定性", en="F Factor uncertainty"
    )
    combined_uncertainty: float = column(
        unit="1", nullable=True, low=0, zh="G 合成不确定性", en="G Combined uncertainty"
    )
    variance_contribution: float = column(
        unit="1", nullable=True, low=0, zh="H 对总量方差的贡献", en="H Contribution to variance"
    )
    sensitivity_a: float = column(unit="1", nullable=True, zh="I A 类灵敏度", en="I Type A sensitivity")
    sensitivity_b: float = column(unit="1", nullable=True, zh="J B 类灵敏度", en="J Type B sensitivity")
    trend_by_factor: float = column(
        unit="1", nullable=True, zh="K 因子引起的趋势不确定性", en="K Trend uncertainty by factor"
    )
    trend_by_activity: float = column(
        unit="1", nullable=True, zh="L 活动水平引起的趋势不确定性", en="L Trend uncertainty by activity"
    )
    trend_variance: float = column(
        unit="1", nullable=True, low=0, zh="M 对趋势方差的贡献", en="M Contribution to trend variance"
    )
    unit: str = column(zh="单位", en="Unit")


class SimulatedRow(Table):
    """Monte Carlo result of a total, gas, category or sector, with the sampling error of its percentiles."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    dimension: str = column(key=True, choices=DIMENSIONS, zh="维度", en="Dimension")
    code: str = column(key=True, zh="代码", en="Code")
    estimate: float = column(unit="unit", zh="估计值", en="Estimate")
    covered: float = column(unit="unit", zh="已知不确定性的排放量", en="Emissions with known uncertainty")
    mean: float = column(unit="unit", nullable=True, zh="模拟均值", en="Mean of draws")
    sd: float = column(unit="unit", nullable=True, low=0, zh="标准差", en="Standard deviation")
    low: float = column(unit="unit", nullable=True, zh="2.5 百分位", en="2.5th percentile")
    high: float = column(unit="unit", nullable=True, zh="97.5 百分位", en="97.5th percentile")
    low_error: float = column(
        unit="unit",
        nullable=True,
        low=0,
        zh="2.5 百分位的抽样误差",
        en="Sampling error of the 2.5th percentile",
    )
    high_error: float = column(
        unit="unit",
        nullable=True,
        low=0,
        zh="97.5 百分位的抽样误差",
        en="Sampling error of the 97.5th percentile",
    )
    base_year: int = column(unit="year", zh="基年", en="Base year")
    trend_share: float = column(unit="1", nullable=True, zh="比基年变化", en="Change since the base year")
    trend_low: float = column(unit="1", nullable=True, zh="变化 2.5 百分位", en="Change, 2.5th percentile")
    trend_high: float = column(unit="1", nullable=True, zh="变化 97.5 百分位", en="Change, 97.5th percentile")
    draws: int = column(unit="1", low=1, zh="抽样次数", en="Draws")
    unit: str = column(zh="单位", en="Unit")


class KeyCategoryRow(Table):
    """Key category analysis in the form of tables 4.2 and 4.3 of the 2006 IPCC Guidelines, vol. 1."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份 t", en="Year t")
    approach: int = column(key=True, unit="1", low=1, high=2, zh="方法", en="Approach")
    assessment: str = column(key=True, choices=("level", "trend"), zh="评估", en="Assessment")
    rank: int = column(key=True, unit="1", low=1, zh="位次", en="Rank")
    category: str = column(zh="类别", en="Category")
    fuel_group: str = column(nullable=True, zh="能源大类", en="Fuel group")
    gas: str = column(vocabulary="gases", zh="气体", en="Gas")
    base_year: int = column(unit="year", zh="基年", en="Base year")
    base_value: float = column(unit="unit", nullable=True, zh="基年排放量", en="Base year emissions")
    value: float = column(unit="unit", zh="年份 t 排放量", en="Year t emissions")
    assessed: float = column(unit="1", low=0, zh="评估值", en="Level or trend assessment")
    contribution_share: float = column(unit="1", low=0, high=1, zh="贡献率", en="Contribution")
    cumulative_share: float = column(unit="1", low=0, zh="累计贡献率", en="Cumulative contribution")
    is_key: bool = column(zh="关键类别", en="Key category")
    unit: str = column(zh="单位", en="Unit")
