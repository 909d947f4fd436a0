"""Contracts of the early warning: the official level, the probability beside it, and how good it was."""

from __future__ import annotations

from dafeng.table import Table, column


class BarometerRules(Table):
    """The dated rule behind the official level (晴雨表): how far behind schedule each level begins."""

    rule_id: str = column(key=True, zh="规则编号", en="Rule id")
    level: str = column(key=True, vocabulary="warning_level", zh="等级", en="Level")
    quantity: str = column(
        key=True, vocabulary="barometer_quantity", zh="适用的量", en="Quantity it applies to"
    )
    behind_above: float = column(
        unit="1", nullable=True, zh="滞后超过（占目标的份额）", en="Behind by more than (share of the target)"
    )
    behind_most: float = column(
        unit="1", nullable=True, zh="滞后不超过（占目标的份额）", en="Behind by at most (share of the target)"
    )
    share_of: str = column(vocabulary="barometer_share", zh="占什么的份额", en="Share of what")
    valid_from: str = column(form="published", zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    document_number: str = column(zh="文号", en="Document number")
    grade: str = column(vocabulary="grade", zh="规则的证据等级", en="Grade of the rule")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class Warnings(Table):
    """One warning a target: the official level by the dated rule, the probability, what to know about it."""

    target_id: str = column(key=True, zh="目标", en="Target")
    as_of: str = column(form="published", zh="截至", en="As of")
    level: str = column(vocabulary="warning_level", zh="等级", en="Level")
    level_reason: str = column(vocabulary="warning_reason", zh="等级的依据", en="Reason of the level")
    rule_id: str = column(nullable=True, zh="规则", en="Rule")
    is_official: bool = column(
        zh="规则本身适用于此量（否则为参照）", en="The rule covers this quantity (else by analogy)"
    )
    behind_share: float = column(
        unit="1", nullable=True,
        zh="滞后（占目标的份额，负为超前）", en="Behind (share of the target, negative = ahead)",
    )  # fmt: skip
    behind_to_date_share: float = column(
        unit="1", nullable=True,
        zh="滞后（占截至当年应完成量的份额）", en="Behind (share of what is due to date)",
    )  # fmt: skip
    level_to_date: str = column(
        vocabulary="warning_level",
        zh="按截至当年应完成量读的等级",
        en="Level read against what is due to date",
    )
    indicator_id: str = column(zh="指标", en="Indicator")
    basis_id: str = column(nullable=True, zh="序列、算式或账户", en="Series, formula or account")
    period: str = column(nullable=True, form="period", zh="观测时期", en="Period of the observation")
    observed: float = column(unit="unit", nullable=True, zh="观测值", en="Observed")
    required: float = column(unit="unit", nullable=True, zh="应达值", en="Required value")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    target_year: int = column(unit="year", nullable=True, zh="目标年", en="Target year")
    p_met: float = column(
        unit="1",
        nullable=True,
        low=0,
        high=1,
        zh="按趋势完成的概率（最严读法）",
        en="Probability of success by trend (strictest)",
    )
    p_met_high: float = column(
        unit="1", nullable=True, low=0, high=1,
        zh="按“左右”最宽读法完成的概率", en="Probability under the widest reading of “about”",
    )  # fmt: skip
    p_basis: str = column(vocabulary="probability_basis", zh="概率的依据", en="Basis of the probability")
    points: int = column(unit="1", nullable=True, low=0, zh="趋势所用年数", en="Years behind the trend")
    outlook_low: float = column(
        unit="1", nullable=True, low=0, high=1,
        zh="情景中完成的未来份额（最严读法）", en="Futures of the scenario that meet it (strictest)",
    )  # fmt: skip
    outlook_high: float = column(
        unit="1", nullable=True, low=0, high=1,
        zh="情景中完成的未来份额（最宽读法）", en="Futures of the scenario that meet it (widest)",
    )  # fmt: skip
    own_level: str = column(vocabulary="hint_level", zh="按概率的提示", en="Hint by probability")
    last_change: float = column(
        unit="unit", nullable=True, zh="近年平均年变化", en="Mean yearly change so far"
    )
    needed_per_year: float = column(
        unit="unit", nullable=True, zh="今后每年需要", en="Needed a year from now on"
    )
    missed_milestone_year: int = column(
        unit="year", nullable=True, zh="未达到的节点年", en="Milestone missed"
    )
    missed_milestone: float = column(
        unit="unit", nullable=True, zh="节点应达值", en="Value of that milestone"
    )
    driver: str = column(
        vocabulary="driver", nullable=True, zh="主要驱动因素", en="Driver that moved it most"
    )
    driver_mt: float = column(unit="Mt", nullable=True, zh="该因素的效应", en="Effect of that driver")
    driver_from: int = column(unit="year", nullable=True, zh="效应起始年", en="Effect from")
    driver_to: int = column(unit="year", nullable=True, zh="效应终止年", en="Effect to")
    agency_ids: str = column(form="list", nullable=True, zh="责任部门", en="Responsible bodies")
    lever_ids: str = column(
        form="list", nullable=True, zh="方案中可用的措施", en="Measures of the plan that help"
    )
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    why_zh: str = column(zh="说明（中文）", en="Explanation (Chinese)")
    why_en: str = column(zh="说明（英文）", en="Explanation")


class WarningScores(Table):
    """How often the thresholds of the probability were right in a replay; empty where that cannot be told."""

    basis: str = column(key=True, vocabulary="score_basis", zh="检验所用的目标", en="Goals of the test")
    level: str = column(key=True, vocabulary="hint_level", zh="提示", en="Hint")
    threshold: float = column(
        unit="1", low=0, high=1, zh="未完成概率的阈值", en="Threshold of the chance of a miss"
    )
    horizon_years: int = column(key=True, unit="a", low=0, zh="提前年数", en="Years ahead")
    cases: int = column(unit="1", low=0, zh="例数", en="Cases")
    outcomes: int = column(unit="1", low=0, zh="其中不同的结果数", en="Distinct outcomes behind them")
    misses: int = column(unit="1", low=0, zh="其中未完成", en="Of which missed")
    hit_share: float = column(unit="1", nullable=True, low=0, high=1, zh="命中率", en="Hit rate")
    false_alarm_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="误报率", en="False-alarm rate"
    )
    estimable: bool = column(zh="是否可估计", en="Estimable")


class Reliability(Table):
    """Reliability diagram: what share of the goals given a probability was met."""

    basis: str = column(key=True, vocabulary="score_basis", zh="检验所用的目标", en="Goals of the test")
    bin_low: float = column(key=True, unit="1", low=0, high=1, zh="概率区间下限", en="Bin from")
    bin_high: float = column(unit="1", low=0, high=1, zh="概率区间上限", en="Bin to")
    cases: int = column(unit="1", low=0, zh="例数", en="Cases")
    outcomes: int = column(unit="1", low=0, zh="其中不同的结果数", en="Distinct outcomes behind them")
    mean_p: float = column(unit="1", nullable=True, low=0, high=1, zh="平均预报概率", en="Mean probability")
    met_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="实际完成份额", en="Share that was met"
    )
    low_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="90% 区间下限", en="90 % interval from"
    )
    high_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="90% 区间上限", en="90 % interval to"
    )
