"""The tables of a province pack: one contract per CSV file, documented column by column."""

from __future__ import annotations

from dafeng.table import Table, column


def _zh(what_zh: str, what_en: str, *, nullable: bool = False) -> str:
    text: str = column(zh=f"{what_zh}（中文）", en=f"{what_en} (Chinese)", nullable=nullable)
    return text


def _en(what_zh: str, what_en: str, *, nullable: bool = False) -> str:
    text: str = column(zh=f"{what_zh}（英文）", en=f"{what_en} (English)", nullable=nullable)
    return text


def _source() -> str:
    text: str = column(references="sources.source_id", zh="来源", en="Source")
    return text


def _grade() -> str:
    text: str = column(vocabulary="grade", zh="证据等级", en="Evidence grade")
    return text


class Sources(Table):
    """Everything that is cited."""

    source_id: str = column(key=True, zh="来源编号", en="Source id")
    title_zh: str = _zh("标题", "Title")
    title_en: str = _en("标题", "Title")
    publisher: str = column(zh="发布者", en="Publisher", nullable=True)
    date: str = column(form="published", nullable=True, zh="发布日期", en="Date of publication")
    locator: str = column(nullable=True, zh="出处（页、表、网址）", en="Page, table or address")
    licence: str = column(nullable=True, zh="使用许可", en="Licence")
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)


class Documents(Table):
    """Documents that set targets, with their rank."""

    document_id: str = column(key=True, zh="文件编号", en="Document id")
    number: str = column(nullable=True, zh="文号", en="Official number")
    title_zh: str = _zh("标题", "Title")
    title_en: str = _en("标题", "Title")
    issuer_zh: str = _zh("发文机关", "Issuer")
    issuer_en: str = _en("发文机关", "Issuer")
    date: str = column(form="published", nullable=True, zh="日期", en="Date")
    rank: str = column(vocabulary="rank", zh="层级", en="Rank")
    source_id: str = _source()
    grade: str = _grade()


class Clauses(Table):
    """Clauses of the plan, summarised in our own words."""

    clause_id: str = column(key=True, zh="条款编号", en="Clause id")
    label: str = column(zh="原文编号", en="Number in the document")
    document_id: str = column(references="documents.document_id", zh="文件", en="Document")
    level: str = column(vocabulary="clause_level", zh="级别", en="Level")
    chapter_zh: str = _zh("章", "Chapter")
    chapter_en: str = _en("章", "Chapter")
    part_zh: str = _zh("节", "Part", nullable=True)
    part_en: str = _en("节", "Part", nullable=True)
    title_zh: str = _zh("标题", "Title")
    title_en: str = _en("标题", "Title")
    summary_zh: str = _zh("要点", "Summary")
    summary_en: str = _en("要点", "Summary")
    sector: str = column(zh="领域", en="Field")
    types: str = column(form="list", nullable=True, zh="措施类型", en="Kinds of measure")
    measurable: str = column(vocabulary="measurable", zh="是否可量化", en="Measurable")
    source_id: str = _source()
    grade: str = _grade()


class Agencies(Table):
    """Responsible bodies with their dates of validity."""

    agency_id: str = column(key=True, zh="部门编号", en="Agency id")
    name_zh: str = _zh("名称", "Name")
    full_name_zh: str = _zh("全称", "Full name", nullable=True)
    name_en: str = _en("名称", "Name")
    kind: str = column(vocabulary="agency_kind", zh="类别", en="Kind")
    scored: bool = column(zh="是否考核对象", en="Subject to evaluation")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    successor_id: str = column(references="agencies.agency_id", nullable=True, zh="继任机构", en="Successor")
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)
    source_id: str = _source()
    grade: str = _grade()


class ClauseAgencies(Table):
    """Who is responsible for which clause."""

    clause_id: str = column(key=True, references="clauses.clause_id", zh="条款", en="Clause")
    agency_id: str = column(key=True, references="agencies.agency_id", zh="部门", en="Agency")
    role: str = column(vocabulary="agency_role", zh="角色", en="Role")


class Systems(Table):
    """Information and management systems that the plan orders."""

    system_id: str = column(key=True, zh="系统编号", en="System id")
    clause_id: str = column(references="clauses.clause_id", zh="条款", en="Clause")
    name_zh: str = _zh("名称", "Name")
    name_en: str = _en("名称", "Name")
    kind: str = column(zh="类别", en="Kind")
    capability_zh: str = _zh("软件能力", "Software capability")
    capability_en: str = _en("软件能力", "Software capability")
    priority: str = column(vocabulary="priority", zh="优先级", en="Priority")
    lead_agency_ids: str = column(
        form="list", references="agencies.agency_id", nullable=True, zh="牵头使用部门", en="Lead users"
    )
    source_id: str = _source()
    grade: str = _grade()


class Levers(Table):
    """Levers of the pathway engine, derived from the clauses."""

    lever_id: str = column(key=True, zh="杠杆编号", en="Lever id")
    clause_ids: str = column(form="list", references="clauses.clause_id", zh="条款", en="Clauses")
    name_zh: str = _zh("名称", "Name")
    name_en: str = _en("名称", "Name")
    sector: str = column(zh="领域", en="Field")
    parameter_zh: str = _zh("参数", "Parameter")
    parameter_en: str = _en("参数", "Parameter")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    effect_zh: str = _zh("作用", "Effect")
    effect_en: str = _en("作用", "Effect")
    gases: str = column(form="list", vocabulary="gases", nullable=True, zh="气体", en="Gases")
    eps_equivalent: str = column(nullable=True, zh="EPS 对应政策", en="Nearest policy of the EPS")
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)
    source_id: str = _source()
    grade: str = _grade()


class Regions(Table):
    """Province, cities and counties by division code, with their dates of validity."""

    code: str = column(key=True, zh="区划代码", en="Division code")
    name_zh: str = _zh("名称", "Name")
    short_name_zh: str = _zh("简称", "Short name", nullable=True)
    name_en: str = _en("名称", "Name", nullable=True)
    level: str = column(vocabulary="region_level", zh="级别", en="Level")
    parent_code: str = column(references="regions.code", nullable=True, zh="上级", en="Parent")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)
    source_id: str = _source()
    grade: str = _grade()


class Indicators(Table):
    """What a target measures."""

    indicator_id: str = column(key=True, zh="指标编号", en="Indicator id")
    name_zh: str = _zh("名称", "Name")
    name_en: str = _en("名称", "Name")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    kind: str = column(vocabulary="indicator_kind", zh="类别", en="Kind")
    direction: str = column(vocabulary="direction", zh="方向", en="Direction")
    scope_zh: str = _zh("口径", "Scope", nullable=True)
    scope_en: str = _en("口径", "Scope", nullable=True)


class Targets(Table):
    """Targets of the plan and of the documents around it."""

    target_id: str = column(key=True, zh="目标编号", en="Target id")
    label: str = column(nullable=True, zh="原文编号", en="Number in the document")
    document_id: str = column(references="documents.document_id", zh="文件", en="Document")
    clause_id: str = column(references="clauses.clause_id", nullable=True, zh="条款", en="Clause")
    region: str = column(references="regions.code", zh="地区", en="Region")
    indicator_id: str = column(references="indicators.indicator_id", zh="指标", en="Indicator")
    name_zh: str = _zh("名称", "Name")
    name_en: str = _en("名称", "Name")
    wording_zh: str = _zh("限定词", "Qualifier", nullable=True)
    wording_en: str = _en("限定词", "Qualifier", nullable=True)
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
    scope_zh: str = _zh("口径和说明", "Scope and note", nullable=True)
    scope_en: str = _en("口径和说明", "Scope and note", nullable=True)
    source_id: str = _source()
    grade: str = _grade()


class TargetLinks(Table):
    """How a later target changes an earlier one."""

    target_id: str = column(key=True, references="targets.target_id", zh="后来的目标", en="Later target")
    relation: str = column(vocabulary="link_relation", zh="关系", en="Relation")
    other_target_id: str = column(
        key=True, references="targets.target_id", zh="原来的目标", en="Earlier target"
    )
    date: str = column(form="published", nullable=True, zh="日期", en="Date")
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)
    source_id: str = _source()
    grade: str = _grade()


class Series(Table):
    """Observed variables, each with an explicit scope."""

    series_id: str = column(key=True, zh="序列编号", en="Series id")
    name_zh: str = _zh("名称", "Name")
    name_en: str = _en("名称", "Name")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    kind: str = column(vocabulary="indicator_kind", zh="类别", en="Kind")
    scope_zh: str = _zh("口径", "Scope", nullable=True)
    scope_en: str = _en("口径", "Scope", nullable=True)


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
    grade: str = _grade()
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)


class IndicatorSeries(Table):
    """Which observed series may judge which indicator, and which may not."""

    indicator_id: str = column(key=True, references="indicators.indicator_id", zh="指标", en="Indicator")
    series_id: str = column(key=True, references="series.series_id", zh="序列", en="Series")
    relation: str = column(vocabulary="series_relation", zh="关系", en="Relation")
    reason_zh: str = _zh("理由", "Reason")
    reason_en: str = _en("理由", "Reason")


class OpenQuestions(Table):
    """What no document states; asked of the user, never assumed."""

    question_id: str = column(key=True, zh="问题编号", en="Question id")
    question_zh: str = _zh("问题", "Question")
    question_en: str = _en("问题", "Question")
    why_zh: str = _zh("为何重要", "Why it matters")
    why_en: str = _en("为何重要", "Why it matters")
    decision_key: str = column(zh="决定项", en="Decision key")
    options_zh: str = _zh("可选读法", "Readings", nullable=True)
    options_en: str = _en("可选读法", "Readings", nullable=True)
    target_ids: str = column(
        form="list", references="targets.target_id", nullable=True, zh="涉及目标", en="Targets concerned"
    )


class PackEnergy(Table):
    """Energy use by sector and fuel, in the exchange layout of the inventory."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="energy_variables", zh="流向", en="Flow")
    sector: str = column(key=True, zh="部门", en="Sector")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="数量", en="Quantity")
    source_id: str = _source()
    grade: str = _grade()


class PackProducts(Table):
    """Output of industrial products; an empty value is a year without a published figure."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, choices=("output",), zh="变量", en="Variable")
    sector: str = column(key=True, vocabulary="product", zh="产品", en="Product")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="产量", en="Output")
    source_id: str = _source()
    grade: str = _grade()
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)


class PublishedEmissions(Table):
    """Emissions published by others, to compare with."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, vocabulary="emission_variables", zh="变量", en="Variable")
    unit: str = column(choices=("Mt CO2",), zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="排放量", en="Emissions")
    source_id: str = _source()
    grade: str = _grade()


class Economy(Table):
    """GDP and population; vintage and price basis are part of the key and never mixed."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, choices=("gdp", "gdp_index", "population"), zh="变量", en="Variable")
    vintage: str = column(key=True, zh="版本", en="Vintage")
    price_basis: str = column(
        key=True, vocabulary="price_basis", nullable=True, zh="价格基准", en="Price basis"
    )
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    source_id: str = _source()
    grade: str = _grade()


class Factors(Table):
    """Factors of this province beside the national method: grid electricity, coal-mine methane, …."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    variable: str = column(key=True, zh="变量", en="Variable")
    activity: str = column(key=True, zh="活动", en="Activity")
    fuel: str = column(key=True, vocabulary="fuels", nullable=True, zh="能源品种", en="Fuel")
    unit: str = column(zh="单位", en="Unit")
    value: float = column(unit="unit", low=0, zh="数值", en="Value")
    source_id: str = _source()
    grade: str = _grade()


class Balances(Table):
    """Energy balance tables in long form, signs as in the yearbook; blank cells have no row."""

    region: str = column(key=True, vocabulary="provinces", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    row: str = column(key=True, vocabulary="balance_rows", zh="项目", en="Row")
    fuel: str = column(key=True, vocabulary="balance_fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, zh="数量", en="Quantity")
    source_id: str = _source()
    grade: str = _grade()


class Activities(Table):
    """Activities beside energy use that emit: coal output by kind of mine, products, animals, waste."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    activity: str = column(key=True, vocabulary="ghg_activities", zh="活动", en="Activity")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = _source()
    grade: str = _grade()
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)


class AssessedFigures(Table):
    """Figures of the yearly assessment by scope: own estimate, preliminary feedback, final approved."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    period: str = column(key=True, form="period", zh="时期", en="Period")
    scope: str = column(key=True, vocabulary="assessment_scopes", zh="考核口径", en="Assessment scope")
    variable: str = column(key=True, vocabulary="assessed_variable", zh="变量", en="Variable")
    stage: str = column(key=True, vocabulary="figure_stage", zh="数据阶段", en="Stage")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", zh="数值", en="Value")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    document_date: str = column(form="published", nullable=True, zh="文件日期", en="Date of document")
    source_id: str = _source()
    grade: str = _grade()
    note_zh: str = _zh("说明", "Note", nullable=True)
    note_en: str = _en("说明", "Note", nullable=True)


class CityEnergy(Table):
    """What is known of the energy use of each city: the input of the city accounts."""

    region: str = column(key=True, references="regions.code", zh="地区", en="Region")
    year: int = column(key=True, unit="year", low=1949, high=2100, zh="年份", en="Year")
    item: str = column(key=True, vocabulary="city_item", zh="项目", en="Item")
    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    unit: str = column(zh="计量单位", en="Unit")
    value: float = column(unit="unit", nullable=True, low=0, zh="数量", en="Quantity")
    source_id: str = _source()
    grade: str = _grade()


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
}
"""File name without ``.csv`` -> contract, in the order in which a reader meets them."""

OPTIONAL_TABLES = frozenset({"balances", "activities", "assessed_figures", "city_energy"})
"""Tables that a pack may leave out: without the file they have no rows."""
