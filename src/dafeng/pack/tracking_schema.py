"""The tables of a province pack that feed tracking, evaluation and the files of the cities."""

from __future__ import annotations

from dafeng.pack.columns import chinese_column, english_column, grade_column, source_column
from dafeng.table import Table, column


class IndicatorFormulas(Table):
    """How an indicator is computed where no series is published under its own name."""

    indicator_id: str = column(key=True, references="indicators.indicator_id", zh="指标", en="Indicator")
    formula_id: str = column(key=True, zh="算式编号", en="Formula id")
    formula: str = column(zh="算式", en="Formula")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    relation: str = column(vocabulary="series_relation", zh="关系", en="Relation")
    scope_zh: str = chinese_column("口径", "Scope", nullable=True)
    scope_en: str = english_column("口径", "Scope", nullable=True)
    reason_zh: str = chinese_column("理由", "Reason")
    reason_en: str = english_column("理由", "Reason")


class TargetPaths(Table):
    """The shape of the required path of a target; without a row it is a straight line."""

    target_id: str = column(key=True, references="targets.target_id", zh="目标", en="Target")
    shape: str = column(vocabulary="path_shape", zh="路径形状", en="Shape of the path")
    base_year: int = column(unit="year", nullable=True, low=1990, high=2100, zh="起始年", en="First year")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class TargetMilestones(Table):
    """What a document asks for in years before the year of the target."""

    target_id: str = column(key=True, references="targets.target_id", zh="目标", en="Target")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    value: float = column(unit="unit", zh="应达值", en="Required value")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Known on")
    document_id: str = column(references="documents.document_id", nullable=True, zh="文件", en="Document")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class CityFigures(Table):
    """Figures of cities from which provincial targets are split: output, energy, CO2, people."""

    region: str = column(key=True, references="regions.code", zh="城市", en="City")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    item: str = column(key=True, vocabulary="city_figure", zh="项目", en="Item")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    price_base_year: int = column(unit="year", nullable=True, zh="价格基年", en="Price base year")
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Known on")
    source_id: str = column(key=True, references="sources.source_id", zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class EvaluationFigures(Table):
    """What an evaluation counts: the required and the achieved change, or points that somebody awarded.

    Falls are positive. For an item of cumulative completion the required fall is that of the whole five-year
    plan, and the achieved one the fall since the plan began; left empty, it follows from the yearly falls.
    """

    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    item_id: str = column(key=True, zh="考核项", en="Item")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    required_value: float = column(unit="unit", nullable=True, zh="应完成", en="Required")
    achieved_value: float = column(unit="unit", nullable=True, zh="已完成", en="Achieved")
    points: float = column(unit="1", nullable=True, low=0, zh="评定得分", en="Points awarded")
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Known on")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class EvaluationAppeals(Table):
    """Appeals against an evaluation and what was decided: a decision is a row of its own, none is changed."""

    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    year: int = column(key=True, unit="year", low=1990, high=2100, zh="年份", en="Year")
    item_id: str = column(key=True, zh="考核项", en="Item")
    filed_on: str = column(key=True, form="published", zh="申诉日期", en="Filed on")
    claim_zh: str = chinese_column("申诉理由", "Claim")
    claim_en: str = english_column("申诉理由", "Claim", nullable=True)
    decided_on: str = column(form="published", nullable=True, zh="决定日期", en="Decided on")
    decision: str = column(key=True, vocabulary="appeal_decision", zh="决定", en="Decision")
    points: float = column(unit="1", nullable=True, low=0, zh="决定后得分", en="Points after the decision")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    source_id: str = source_column()


class CityPlans(Table):
    """Peak plans of the cities: title, number, where the procedure stands."""

    region: str = column(key=True, references="regions.code", zh="城市", en="City")
    document_id: str = column(key=True, references="documents.document_id", zh="文件", en="Document")
    status: str = column(vocabulary="city_plan_status", zh="状态", en="Status")
    approval_number: str = column(nullable=True, zh="批复或发文字号", en="Number of approval")
    approved_on: str = column(form="published", nullable=True, zh="批复日期", en="Approved on")
    peak_year: int = column(unit="year", nullable=True, low=2000, high=2100, zh="达峰年份", en="Peak year")
    source_id: str = source_column()
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class CityPlanEvents(Table):
    """What happened to a city's plan: drafts, opinions, revisions, approval; rows are only added."""

    region: str = column(key=True, references="regions.code", zh="城市", en="City")
    event_id: str = column(key=True, zh="事项编号", en="Event id")
    date: str = column(form="published", zh="日期", en="Date")
    kind: str = column(vocabulary="city_plan_event", zh="事项", en="Event")
    agency_id: str = column(references="agencies.agency_id", nullable=True, zh="部门", en="Agency")
    answers_event_id: str = column(nullable=True, zh="所答复的事项", en="Event that it answers")
    text_zh: str = chinese_column("内容", "Text")
    text_en: str = english_column("内容", "Text", nullable=True)
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    source_id: str = source_column()


class SystemParts(Table):
    """Systems that the plan orders and the tables of a run that serve them, beside the registers."""

    system_id: str = column(key=True, references="systems.system_id", zh="系统", en="System")
    table_id: str = column(key=True, zh="成果表", en="Table of a run")
    note_zh: str = chinese_column("还缺什么", "What is still missing", nullable=True)
    note_en: str = english_column("还缺什么", "What is still missing", nullable=True)


TRACKING_TABLES: dict[str, type[Table]] = {
    "indicator_formulas": IndicatorFormulas,
    "target_paths": TargetPaths,
    "target_milestones": TargetMilestones,
    "city_figures": CityFigures,
    "evaluation_figures": EvaluationFigures,
    "evaluation_appeals": EvaluationAppeals,
    "city_plans": CityPlans,
    "city_plan_events": CityPlanEvents,
    "system_parts": SystemParts,
}
"""File name without ``.csv`` -> contract."""
