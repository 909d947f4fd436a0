"""The tables of a province pack: one contract per CSV file, documented column by column."""

from __future__ import annotations

from dafeng.pack.account_schema import (
    Activities,
    AssessedFigures,
    Balances,
    CityEnergy,
    Economy,
    Factors,
    PackEnergy,
    PackProducts,
    PublishedEmissions,
)
from dafeng.pack.columns import chinese_column, english_column, grade_column, source_column
from dafeng.pack.pathway_schema import PATHWAY_TABLES
from dafeng.pack.power_schema import POWER_TABLES
from dafeng.pack.release_schema import RELEASE_TABLES
from dafeng.pack.tracking_schema import TRACKING_TABLES
from dafeng.table import Table, column


class Sources(Table):
    """Everything that is cited."""

    source_id: str = column(key=True, zh="来源编号", en="Source id")
    title_zh: str = chinese_column("标题", "Title")
    title_en: str = english_column("标题", "Title")
    publisher: str = column(zh="发布者", en="Publisher", nullable=True)
    date: str = column(form="published", nullable=True, zh="发布日期", en="Date of publication")
    locator: str = column(nullable=True, zh="出处（页、表、网址）", en="Page, table or address")
    licence: str = column(nullable=True, zh="使用许可", en="Licence")
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class Documents(Table):
    """Documents that set targets, with their rank."""

    document_id: str = column(key=True, zh="文件编号", en="Document id")
    number: str = column(nullable=True, zh="文号", en="Official number")
    title_zh: str = chinese_column("标题", "Title")
    title_en: str = english_column("标题", "Title")
    issuer_zh: str = chinese_column("发文机关", "Issuer")
    issuer_en: str = english_column("发文机关", "Issuer")
    date: str = column(form="published", nullable=True, zh="日期", en="Date")
    rank: str = column(vocabulary="rank", zh="层级", en="Rank")
    source_id: str = source_column()
    grade: str = grade_column()


class Clauses(Table):
    """Clauses of the plan, summarised in our own words."""

    clause_id: str = column(key=True, zh="条款编号", en="Clause id")
    label: str = column(zh="原文编号", en="Number in the document")
    document_id: str = column(references="documents.document_id", zh="文件", en="Document")
    level: str = column(vocabulary="clause_level", zh="级别", en="Level")
    chapter_zh: str = chinese_column("章", "Chapter")
    chapter_en: str = english_column("章", "Chapter")
    part_zh: str = chinese_column("节", "Part", nullable=True)
    part_en: str = english_column("节", "Part", nullable=True)
    title_zh: str = chinese_column("标题", "Title")
    title_en: str = english_column("标题", "Title")
    summary_zh: str = chinese_column("要点", "Summary")
    summary_en: str = english_column("要点", "Summary")
    sector: str = column(zh="领域", en="Field")
    types: str = column(form="list", nullable=True, zh="措施类型", en="Kinds of measure")
    measurable: str = column(vocabulary="measurable", zh="是否可量化", en="Measurable")
    source_id: str = source_column()
    grade: str = grade_column()


class Agencies(Table):
    """Responsible bodies with their dates of validity."""

    agency_id: str = column(key=True, zh="部门编号", en="Agency id")
    name_zh: str = chinese_column("名称", "Name")
    full_name_zh: str = chinese_column("全称", "Full name", nullable=True)
    name_en: str = english_column("名称", "Name")
    kind: str = column(vocabulary="agency_kind", zh="类别", en="Kind")
    scored: bool = column(zh="是否考核对象", en="Subject to evaluation")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    successor_id: str = column(references="agencies.agency_id", nullable=True, zh="继任机构", en="Successor")
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)
    source_id: str = source_column()
    grade: str = grade_column()


class ClauseAgencies(Table):
    """Who is responsible for which clause."""

    clause_id: str = column(key=True, references="clauses.clause_id", zh="条款", en="Clause")
    agency_id: str = column(key=True, references="agencies.agency_id", zh="部门", en="Agency")
    role: str = column(vocabulary="agency_role", zh="角色", en="Role")


class Systems(Table):
    """Information and management systems that the plan orders."""

    system_id: str = column(key=True, zh="系统编号", en="System id")
    clause_id: str = column(references="clauses.clause_id", zh="条款", en="Clause")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    kind: str = column(zh="类别", en="Kind")
    capability_zh: str = chinese_column("软件能力", "Software capability")
    capability_en: str = english_column("软件能力", "Software capability")
    priority: str = column(vocabulary="priority", zh="优先级", en="Priority")
    lead_agency_ids: str = column(
        form="list", references="agencies.agency_id", nullable=True, zh="牵头使用部门", en="Lead users"
    )
    source_id: str = source_column()
    grade: str = grade_column()


class Levers(Table):
    """Levers of the pathway engine, derived from the clauses."""

    lever_id: str = column(key=True, zh="杠杆编号", en="Lever id")
    clause_ids: str = column(form="list", references="clauses.clause_id", zh="条款", en="Clauses")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    sector: str = column(zh="领域", en="Field")
    parameter_zh: str = chinese_column("参数", "Parameter")
    parameter_en: str = english_column("参数", "Parameter")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    effect_zh: str = chinese_column("作用", "Effect")
    effect_en: str = english_column("作用", "Effect")
    gases: str = column(form="list", vocabulary="gases", nullable=True, zh="气体", en="Gases")
    eps_equivalent: str = column(nullable=True, zh="EPS 对应政策", en="Nearest policy of the EPS")
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)
    source_id: str = source_column()
    grade: str = grade_column()


class Regions(Table):
    """Province, cities and counties by division code, with their dates of validity."""

    code: str = column(key=True, zh="区划代码", en="Division code")
    name_zh: str = chinese_column("名称", "Name")
    short_name_zh: str = chinese_column("简称", "Short name", nullable=True)
    name_en: str = english_column("名称", "Name", nullable=True)
    level: str = column(vocabulary="region_level", zh="级别", en="Level")
    parent_code: str = column(references="regions.code", nullable=True, zh="上级", en="Parent")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)
    source_id: str = source_column()
    grade: str = grade_column()


class Indicators(Table):
    """What a target measures."""

    indicator_id: str = column(key=True, zh="指标编号", en="Indicator id")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    kind: str = column(vocabulary="indicator_kind", zh="类别", en="Kind")
    direction: str = column(vocabulary="direction", zh="方向", en="Direction")
    scope_zh: str = chinese_column("口径", "Scope", nullable=True)
    scope_en: str = english_column("口径", "Scope", nullable=True)


class Targets(Table):
    """Targets of the plan and of the documents around it."""

    target_id: str = column(key=True, zh="目标编号", en="Target id")
    label: str = column(nullable=True, zh="原文编号", en="Number in the document")
    document_id: str = column(references="documents.document_id", zh="文件", en="Document")
    clause_id: str = column(references="clauses.clause_id", nullable=True, zh="条款", en="Clause")
    region: str = column(references="regions.code", zh="地区", en="Region")
    indicator_id: str = column(references="indicators.indicator_id", zh="指标", en="Indicator")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    wording_zh: str = chinese_column("限定词", "Qualifier", nullable=True)
    wording_en: str = english_column("限定词", "Qualifier", nullable=True)
    kind: str = column(vocabulary="target_kind", zh="类别", en="Kind")
    nature: str = column(vocabulary="nature", zh="性质", en="Nature")
    comparator: str = column(vocabulary="comparator", zh="比较方式", en="Comparator")
    value: float = column(unit="unit", nullable=True, zh="目标值", en="Value")
    lower: float = column(unit="unit", nullable=True, zh="下限", en="Lower bound")
    upper: float = column(unit="unit", nullable=True, zh="上限", en="Upper bound")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    base_year: int = column(unit="year", nullable=True, low=1990, high=2100, zh="基年", en="Base year")
    target_year: int = column(unit="year", nullable=True, low=1990, high=2100, zh="目标年", en="Target year")
    timing: str = column(vocabulary="timing", zh="期限", en="Timing")
    sector: str = column(vocabulary="sector", zh="领域", en="Sector")
    scope_zh: str = chinese_column("口径和说明", "Scope and note", nullable=True)
    scope_en: str = english_column("口径和说明", "Scope and note", nullable=True)
    source_id: str = source_column()
    grade: str = grade_column()


class TargetLinks(Table):
    """How a later target changes an earlier one."""

    target_id: str = column(key=True, references="targets.target_id", zh="后来的目标", en="Later target")
    relation: str = column(vocabulary="link_relation", zh="关系", en="Relation")
    other_target_id: str = column(
        key=True, references="targets.target_id", zh="原来的目标", en="Earlier target"
    )
    date: str = column(form="published", nullable=True, zh="日期", en="Date")
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)
    source_id: str = source_column()
    grade: str = grade_column()


class Series(Table):
    """Observed variables, each with an explicit scope."""

    series_id: str = column(key=True, zh="序列编号", en="Series id")
    name_zh: str = chinese_column("名称", "Name")
    name_en: str = english_column("名称", "Name")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    kind: str = column(vocabulary="indicator_kind", zh="类别", en="Kind")
    scope_zh: str = chinese_column("口径", "Scope", nullable=True)
    scope_en: str = english_column("口径", "Scope", nullable=True)


class Observations(Table):
    """Published outcomes: value, bound, and when it became known."""

    series_id: str = column(key=True, references="series.series_id", zh="序列", en="Series")
    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    value: float = column(unit="unit", zh="数值", en="Value")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    bound: str = column(vocabulary="bound", zh="界限", en="Bound")
    known_on: str = column(form="published", nullable=True, zh="公布日期", en="Known on")
    source_id: str = column(key=True, references="sources.source_id", zh="来源", en="Source")
    grade: str = grade_column()
    note_zh: str = chinese_column("说明", "Note", nullable=True)
    note_en: str = english_column("说明", "Note", nullable=True)


class IndicatorSeries(Table):
    """Which observed series may judge which indicator, and which may not."""

    indicator_id: str = column(key=True, references="indicators.indicator_id", zh="指标", en="Indicator")
    series_id: str = column(key=True, references="series.series_id", zh="序列", en="Series")
    relation: str = column(vocabulary="series_relation", zh="关系", en="Relation")
    reason_zh: str = chinese_column("理由", "Reason")
    reason_en: str = english_column("理由", "Reason")


class OpenQuestions(Table):
    """What no document states; asked of the user, never assumed."""

    question_id: str = column(key=True, zh="问题编号", en="Question id")
    question_zh: str = chinese_column("问题", "Question")
    question_en: str = english_column("问题", "Question")
    why_zh: str = chinese_column("为何重要", "Why it matters")
    why_en: str = english_column("为何重要", "Why it matters")
    decision_key: str = column(zh="决定项", en="Decision key")
    options_zh: str = chinese_column("可选读法", "Readings", nullable=True)
    options_en: str = english_column("可选读法", "Readings", nullable=True)
    target_ids: str = column(
        form="list", references="targets.target_id", nullable=True, zh="涉及目标", en="Targets concerned"
    )


class DecisionsTaken(Table):
    """What ``[decisions]`` of the pack settles, one row a key."""

    decision_key: str = column(key=True, zh="决定项", en="Decision key")
    decided: str = column(zh="决定", en="Decision")


PACK_TABLES: dict[str, type[Table]] = {
    "sources": Sources,
    "documents": Documents,
    "clauses": Clauses,
    "agencies": Agencies,
    "clause_agencies": ClauseAgencies,
    "systems": Systems,
    "levers": Levers,
    "regions": Regions,
    "indicators": Indicators,
    "targets": Targets,
    "target_links": TargetLinks,
    "series": Series,
    "observations": Observations,
    "indicator_series": IndicatorSeries,
    "open_questions": OpenQuestions,
    "energy": PackEnergy,
    "products": PackProducts,
    "published_emissions": PublishedEmissions,
    "economy": Economy,
    "factors": Factors,
    "balances": Balances,
    "activities": Activities,
    "assessed_figures": AssessedFigures,
    "city_energy": CityEnergy,
    **PATHWAY_TABLES,
    **POWER_TABLES,
    **TRACKING_TABLES,
    **RELEASE_TABLES,
}
"""File name without ``.csv`` -> contract, in the order in which a reader meets them."""

OPTIONAL_TABLES = frozenset(
    {
        "balances", "activities", "assessed_figures", "city_energy",
        *PATHWAY_TABLES, *POWER_TABLES, *TRACKING_TABLES, *RELEASE_TABLES,
    }
)  # fmt: skip
"""Tables that a pack may leave out: without the file they have no rows."""
