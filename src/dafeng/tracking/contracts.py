"""Contracts of the target board: one verdict a target, its evidence, and the rules."""

from __future__ import annotations

from dafeng.table import Table, column


class Verdicts(Table):
    """One verdict a target, with the observation that it rests on and the reason in words."""

    target_id: str = column(key=True, zh="目标编号", en="Target id")
    as_of: str = column(form="published", zh="截至", en="As of")
    verdict: str = column(vocabulary="verdict", zh="结论", en="Verdict")
    indicator_id: str = column(zh="指标", en="Indicator")
    series_id: str = column(nullable=True, zh="观测序列", en="Observed series")
    period: str = column(nullable=True, form="period", zh="观测时期", en="Period of the observation")
    observed: float = column(unit="unit", nullable=True, zh="观测值", en="Observed")
    bound: str = column(nullable=True, vocabulary="bound", zh="界限", en="Bound")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    baseline_period: str = column(nullable=True, form="period", zh="基期", en="Baseline period")
    baseline: float = column(unit="unit", nullable=True, zh="基期值", en="Baseline")
    goal_unit: str = column(nullable=True, zh="目标单位", en="Unit of the goal")
    required: float = column(unit="goal_unit", nullable=True, zh="应达值", en="Required value")
    gap: float = column(unit="goal_unit", nullable=True, zh="差距（正为超过）", en="Gap (positive = ahead)")
    needed_per_year: float = column(
        unit="goal_unit", nullable=True, zh="今后每年需要", en="Needed a year from now on"
    )
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(nullable=True, vocabulary="grade", zh="证据等级", en="Grade")
    in_force_target_id: str = column(zh="现行目标", en="Target in force")
    why_zh: str = column(zh="理由", en="Reason (Chinese)")
    why_en: str = column(zh="英文理由", en="Reason")
    question_ids: str = column(nullable=True, form="list", zh="待决问题", en="Open questions")


class Variants(Table):
    """How a verdict that needs a decision would come out under each reading."""

    target_id: str = column(key=True, zh="目标编号", en="Target id")
    reading: str = column(key=True, zh="读法", en="Reading")
    reading_zh: str = column(zh="读法（中文）", en="Reading (Chinese)")
    reading_en: str = column(zh="读法（英文）", en="Reading (English)")
    verdict: str = column(vocabulary="verdict", zh="结论", en="Verdict")


class JudgingRules(Table):
    """How each kind of target is judged."""

    kind: str = column(key=True, vocabulary="target_kind", zh="目标类别", en="Kind of target")
    case_id: str = column(key=True, zh="情形", en="Case")
    case_zh: str = column(zh="情形（中文）", en="Case (Chinese)")
    case_en: str = column(zh="情形（英文）", en="Case (English)")
    verdict: str = column(form="list", vocabulary="verdict", zh="结论", en="Verdict")
