"""Contracts of computable indicators: their values as known on a day, and the path that a target requires."""

from __future__ import annotations

from dafeng.table import Table, column


class AccountValues(Table):
    """Figures that this system made itself, by year, named as formulas write them.

    ``accounts.NAME`` is a figure of its own accounts, ``registers.REGISTER.MEASURE`` one over the rows of a
    register.
    """

    name: str = column(key=True, zh="算式中的名称", en="Name in formulas")
    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    known_on: str = column(form="published", zh="何日可知", en="Known on")
    known_assumed: bool = column(zh="日期为推定", en="Day is assumed")
    until: str = column(
        form="published", nullable=True, zh="当年未满，数值截至", en="Day of the value, if the year runs"
    )
    source_ids: str = column(form="list", zh="来源", en="Sources")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class DatedFigures(AccountValues):
    """Figures over the rows of registers as known on the day of a run and on year ends before it."""

    as_of: str = column(key=True, form="published", zh="截至", en="As of")


class IndicatorValues(Table):
    """Yearly values of indicators as they were known on a day, with what they rest on."""

    indicator_id: str = column(key=True, zh="指标", en="Indicator")
    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    period: str = column(key=True, form="period", zh="所述时期", en="Period described")
    basis: str = column(key=True, vocabulary="value_basis", zh="依据", en="Basis")
    basis_id: str = column(key=True, zh="序列或算式", en="Series or formula")
    value: float = column(unit="unit", zh="数值", en="Value")
    bound: str = column(vocabulary="bound", zh="界限", en="Bound")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    relation: str = column(vocabulary="series_relation", zh="关系", en="Relation")
    scope_zh: str = column(nullable=True, zh="口径（中文）", en="Scope (Chinese)")
    scope_en: str = column(nullable=True, zh="口径（英文）", en="Scope (English)")
    known_on: str = column(form="published", nullable=True, zh="何日可知", en="Known on")
    known_assumed: bool = column(zh="日期为推定", en="Day is assumed")
    vintage: str = column(zh="版本", en="Vintage")
    source_ids: str = column(form="list", zh="来源", en="Sources")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")


class ReplayedValues(IndicatorValues):
    """Values of indicators as they were known on days of the past."""

    as_of: str = column(key=True, form="published", zh="截至", en="As of")


class RequiredPaths(Table):
    """What a target requires in each year from its base to its own year."""

    target_id: str = column(key=True, zh="目标", en="Target")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    required: float = column(unit="unit", zh="应达值", en="Required value")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    shape: str = column(vocabulary="path_shape", zh="路径形状", en="Shape of the path")
    base_year: int = column(unit="year", zh="基年", en="Base year")
    base: float = column(unit="unit", nullable=True, zh="基年值", en="Value of the base year")
    is_milestone: bool = column(zh="是否节点", en="Is a milestone")
    scope_zh: str = column(nullable=True, zh="口径（中文）", en="Scope (Chinese)")
    scope_en: str = column(nullable=True, zh="口径（英文）", en="Scope (English)")
    vintage: str = column(zh="依据文件", en="Document in force")


class ReplayedVerdicts(Table):
    """What the board and the warning would have said of a target on days of the past."""

    as_of: str = column(key=True, form="published", zh="截至", en="As of")
    target_id: str = column(key=True, zh="目标", en="Target")
    verdict: str = column(vocabulary="verdict", zh="结论", en="Verdict")
    level: str = column(vocabulary="warning_level", nullable=True, zh="预警等级", en="Level of warning")
    p_met: float = column(unit="1", nullable=True, low=0, high=1, zh="完成概率", en="Probability of success")
    period: str = column(nullable=True, form="period", zh="观测时期", en="Period of the observation")
    observed: float = column(unit="unit", nullable=True, zh="观测值", en="Observed")
    required: float = column(unit="unit", nullable=True, zh="应达值", en="Required value")
    unit: str = column(nullable=True, zh="单位", en="Unit")
