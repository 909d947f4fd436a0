"""Contracts of the cities: how targets are split, whether the parts reach the whole, and the evaluation."""

from __future__ import annotations

from dafeng.table import Table, column


class Allocation(Table):
    """The target of each city under each way of splitting; a city that lacks figures has no number.

    ``base`` and ``implied`` are amounts (energy or CO2) also where an intensity is split: amounts add up.
    """

    scheme_id: str = column(key=True, zh="分解方案", en="Scheme")
    method: str = column(vocabulary="split_method", zh="方法", en="Method")
    target_id: str = column(key=True, zh="全省目标", en="Target of the province")
    region: str = column(key=True, zh="城市", en="City")
    quantity: str = column(vocabulary="split_quantity", zh="分解的量", en="Quantity that is split")
    base_year: int = column(unit="year", zh="基年", en="Base year")
    target_year: int = column(unit="year", zh="目标年", en="Target year")
    unit: str = column(zh="单位", en="Unit")
    base: float = column(unit="unit", nullable=True, zh="基年值", en="Base value")
    growth_ratio: float = column(unit="1", nullable=True, zh="产出增长倍数", en="Growth factor of output")
    index_value: float = column(unit="1", nullable=True, zh="综合指数", en="Index")
    assigned: float = column(unit="1", nullable=True, zh="下降率", en="Assigned fall")
    implied: float = column(
        unit="unit", nullable=True, zh="目标年隐含值", en="Implied value of the target year"
    )
    is_locked: bool = column(zh="是否锁定", en="Locked")
    status: str = column(vocabulary="allocation_status", zh="状态", en="Status")
    missing_items: str = column(
        form="list", vocabulary="city_figure", nullable=True, zh="缺少的项目", en="Missing items"
    )
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")


class AllocationCheck(Table):
    """Do the parts reach the province: sum over cities beside what the province may have."""

    scheme_id: str = column(key=True, zh="分解方案", en="Scheme")
    target_id: str = column(key=True, zh="全省目标", en="Target of the province")
    method: str = column(vocabulary="split_method", zh="方法", en="Method")
    required: float = column(unit="1", zh="全省要求的下降率", en="Fall required of the province")
    reached: float = column(unit="1", nullable=True, zh="按分解达到的下降率", en="Fall reached by the parts")
    cities_sum: float = column(unit="unit", nullable=True, zh="各市隐含值之和", en="Sum of the cities")
    allowed: float = column(unit="unit", nullable=True, zh="全省允许值", en="Allowed to the province")
    gap: float = column(
        unit="unit", nullable=True, zh="余量（负为超出）", en="Room left (negative = exceeded)"
    )
    unit: str = column(zh="单位", en="Unit")
    weighted_growth: float = column(
        unit="1",
        nullable=True,
        zh="按能耗（排放）加权的增长倍数",
        en="Growth weighted by energy or emissions",
    )
    mean_growth: float = column(unit="1", nullable=True, zh="全省增长倍数", en="Growth of the province")
    uniform_needed: float = column(
        unit="1", nullable=True, zh="达标所需的统一下降率", en="Uniform fall that would reach the target"
    )
    residual: float = column(
        unit="unit", nullable=True, zh="基年未分到各市的量", en="Of the base year, not allocated to any city"
    )
    cities_known: int = column(unit="1", low=0, zh="有数城市", en="Cities with figures")
    cities_all: int = column(unit="1", low=0, zh="全部城市", en="Cities in all")
    outcome: str = column(vocabulary="allocation_outcome", zh="结论", en="Outcome")
    missing_regions: str = column(
        form="list", nullable=True, zh="缺数据的地区", en="Regions that lack figures"
    )


class EvaluationRules(Table):
    """A dated rule pack: items with their points, kinds and formulas; an unknown weight stays empty."""

    rule_pack: str = column(key=True, zh="规则", en="Rule pack")
    item_id: str = column(key=True, zh="考核项", en="Item")
    part: str = column(vocabulary="evaluation_part", zh="部分", en="Part")
    kind: str = column(vocabulary="evaluation_kind", zh="类别", en="Kind")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(zh="名称（英文）", en="Name (English)")
    formula: str = column(vocabulary="score_formula", zh="计分方法", en="How it is scored")
    unit: str = column(nullable=True, zh="数据的单位", en="Unit of the figures")
    direction: str = column(
        vocabulary="direction", nullable=True, zh="方向（缺省为升）", en="Direction (default up)"
    )
    item_ids: str = column(form="list", nullable=True, zh="否决所看的项", en="Items that the veto looks at")
    points_max: float = column(unit="1", nullable=True, low=0, zh="满分", en="Full points")
    from_points: float = column(unit="1", nullable=True, low=0, zh="等级下限", en="Grade from")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    document_zh: str = column(zh="依据（中文）", en="Document (Chinese)")
    document_en: str = column(zh="依据（英文）", en="Document (English)")
    grade: str = column(vocabulary="grade", zh="规则的证据等级", en="Grade of the rule")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class EvaluationSubjects(Table):
    """Who is evaluated, and who only receives letters and feedback."""

    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    subject_kind: str = column(vocabulary="subject_kind", zh="对象类别", en="Kind of subject")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(nullable=True, zh="名称（英文）", en="Name (English)")
    former_ids: str = column(form="list", nullable=True, zh="并入的原机构", en="Earlier bodies it stands for")
    other_names: str = column(form="list", nullable=True, zh="其他写法", en="Other spellings")


class EvaluationScores(Table):
    """One row an item of a subject: what was required and achieved, the points, or why there are none."""

    rule_pack: str = column(key=True, zh="规则", en="Rule pack")
    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    item_id: str = column(key=True, zh="考核项", en="Item")
    part: str = column(vocabulary="evaluation_part", zh="部分", en="Part")
    kind: str = column(vocabulary="evaluation_kind", zh="类别", en="Kind")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    required: float = column(unit="unit", nullable=True, zh="应完成", en="Required")
    achieved: float = column(unit="unit", nullable=True, zh="已完成", en="Achieved")
    completion_ratio: float = column(unit="1", nullable=True, zh="完成率", en="Completion rate")
    points: float = column(unit="1", nullable=True, low=0, zh="得分", en="Points")
    points_max: float = column(unit="1", nullable=True, low=0, zh="满分", en="Full points")
    status: str = column(vocabulary="score_status", zh="状态", en="Status")
    is_missed: bool = column(nullable=True, zh="是否未完成", en="Missed")
    appeal: str = column(vocabulary="appeal_decision", nullable=True, zh="申诉", en="Appeal")
    source_ids: str = column(form="list", nullable=True, zh="来源", en="Sources")
    grade: str = column(vocabulary="grade", nullable=True, zh="证据等级", en="Grade")
    why_zh: str = column(zh="说明（中文）", en="Explanation (Chinese)")
    why_en: str = column(zh="说明（英文）", en="Explanation")


class EvaluationResults(Table):
    """One row a subject: points so far, veto, grade and rank, or what blocks them."""

    rule_pack: str = column(key=True, zh="规则", en="Rule pack")
    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    subject_kind: str = column(vocabulary="subject_kind", zh="对象类别", en="Kind of subject")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(nullable=True, zh="名称（英文）", en="Name (English)")
    points: float = column(unit="1", nullable=True, low=0, zh="已得分", en="Points so far")
    points_judged: float = column(unit="1", low=0, zh="已评满分", en="Full points of judged items")
    points_max: float = column(unit="1", nullable=True, low=0, zh="总分", en="Full points in all")
    items_judged: int = column(unit="1", low=0, zh="已评项", en="Items judged")
    items_all: int = column(unit="1", low=0, zh="全部项", en="Items in all")
    outcome: str = column(vocabulary="evaluation_outcome", zh="结论", en="Outcome")
    veto_items: str = column(form="list", nullable=True, zh="一票否决项", en="Items of the veto")
    grade_name: str = column(
        vocabulary="evaluation_grade", nullable=True, zh="等级", en="Grade of the evaluation"
    )
    rank: int = column(unit="1", nullable=True, low=1, zh="名次", en="Rank")
    rank_best: int = column(
        unit="1", nullable=True, low=1, zh="权重变动下最好名次", en="Best rank under other weights"
    )
    rank_worst: int = column(
        unit="1", nullable=True, low=1, zh="权重变动下最差名次", en="Worst rank under other weights"
    )
    rank_kept_share: float = column(
        unit="1", nullable=True, low=0, high=1, zh="名次不变的份额", en="Share of draws that keep the rank"
    )
    version: str = column(zh="版本", en="Version")
    why_zh: str = column(zh="说明（中文）", en="Explanation (Chinese)")
    why_en: str = column(zh="说明（英文）", en="Explanation")


class RankStability(Table):
    """How the ranks of one evaluation behave when the weights of its items or parts are varied."""

    rule_pack: str = column(key=True, zh="规则", en="Rule pack")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    subject_id: str = column(key=True, zh="考核对象", en="Subject")
    rank: int = column(unit="1", low=1, zh="名次", en="Rank")
    rank_best: int = column(unit="1", low=1, zh="最好名次", en="Best rank")
    rank_worst: int = column(unit="1", low=1, zh="最差名次", en="Worst rank")
    rank_kept_share: float = column(
        unit="1", low=0, high=1, zh="名次不变的份额", en="Share of draws that keep the rank"
    )


class RankSwaps(Table):
    """Pairs of subjects whose order turns round in some draws of the weights."""

    rule_pack: str = column(key=True, zh="规则", en="Rule pack")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    ahead_id: str = column(key=True, zh="在前的对象", en="Subject ahead")
    behind_id: str = column(key=True, zh="在后的对象", en="Subject behind")
    swapped_share: float = column(
        unit="1", low=0, high=1, zh="后者反超的份额", en="Share of draws in which the latter leads"
    )


class DepartmentTargets(Table):
    """Targets behind the clauses that a provincial body shares, with verdict and level."""

    agency_id: str = column(key=True, zh="部门", en="Body")
    target_id: str = column(key=True, zh="目标", en="Target")
    clause_id: str = column(key=True, zh="条款", en="Clause")
    role: str = column(vocabulary="agency_role", zh="角色", en="Role")
    verdict: str = column(vocabulary="verdict", zh="结论", en="Verdict")
    level: str = column(vocabulary="warning_level", nullable=True, zh="预警等级", en="Level of warning")


class CityDossiers(Table):
    """One row a target of a city beside the province; also the province's with none of the city on record."""

    region: str = column(key=True, zh="城市", en="City")
    target_id: str = column(
        key=True, zh="目标（本市的；未收录的为全省的）", en="Target (the city's, else the province's)"
    )
    indicator_id: str = column(zh="指标", en="Indicator")
    target_year: int = column(unit="year", nullable=True, zh="目标年", en="Target year")
    base_year: int = column(unit="year", nullable=True, zh="基年", en="Base year")
    city_target_id: str = column(nullable=True, zh="本市目标", en="Target of the city")
    city_value: float = column(unit="unit", nullable=True, zh="本市目标值", en="Value of the city")
    province_target_id: str = column(nullable=True, zh="全省目标", en="Target of the province")
    province_value: float = column(unit="unit", nullable=True, zh="全省目标值", en="Value of the province")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    comparison: str = column(vocabulary="dossier_comparison", zh="与全省比较", en="Beside the province")
    target_source_id: str = column(zh="目标的来源", en="Source of the target")
    observed: float = column(unit="observed_unit", nullable=True, zh="本市最新值", en="Latest of the city")
    observed_unit: str = column(nullable=True, zh="最新值的单位", en="Unit of the latest")
    bound: str = column(vocabulary="bound", nullable=True, zh="界限", en="Bound")
    relation: str = column(vocabulary="series_relation", nullable=True, zh="口径关系", en="Relation of scope")
    period: str = column(form="period", nullable=True, zh="观测时期", en="Period of the observation")
    source_id: str = column(nullable=True, zh="最新值的来源", en="Source of the latest")
    grade: str = column(vocabulary="grade", nullable=True, zh="最新值的证据等级", en="Grade of the latest")


class FollowUps(Table):
    """Drafts of notices and what came of them; every change of state is a row, none is overwritten."""

    notice_id: str = column(key=True, zh="文书编号", en="Notice id")
    step: int = column(key=True, unit="1", low=1, zh="序号", en="Step")
    recorded_on: str = column(form="published", zh="记录日期", en="Recorded on")
    recorded_by: str = column(zh="记录人", en="Recorded by")
    kind: str = column(vocabulary="notice_kind", zh="文书", en="Notice")
    subject_id: str = column(zh="对象", en="Addressee")
    target_ids: str = column(form="list", nullable=True, zh="涉及目标", en="Targets concerned")
    state: str = column(vocabulary="notice_state", zh="状态", en="State")
    due_on: str = column(form="published", nullable=True, zh="要求反馈日期", en="Answer due on")
    document_number: str = column(nullable=True, zh="文号", en="Document number")
    text: str = column(nullable=True, zh="内容", en="Text")
