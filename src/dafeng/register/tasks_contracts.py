"""Contracts of the task board: derived tasks, standing, counts, escalation, balance of the city plans."""

from __future__ import annotations

from dafeng.table import Table, column


class TaskSeeds(Table):
    """Tasks that follow from the plan: one row a clause and body, one a clause and city for the cities."""

    task_no: str = column(key=True, zh="任务编号", en="Task number")
    title: str = column(zh="任务", en="Task")
    clause: str = column(zh="条款", en="Clause")
    agency: str = column(zh="责任单位", en="Responsible body")
    region: str = column(zh="地区", en="Region")
    role: str = column(vocabulary="agency_role", zh="角色", en="Role")
    standing: str = column(
        choices=("scored", "informed", "steering", "collective"), zh="是否计分", en="Scored or not"
    )
    measure: str = column(zh="措施要点", en="Measure")
    due: str = column(form="published", nullable=True, zh="期限", en="Due")
    target_ids: str = column(form="list", nullable=True, zh="目标", en="Targets")
    remark: str = column(nullable=True, zh="备注", en="Remark")
    source: str = column(zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    is_new: bool = column(zh="尚未入台账", en="Not yet in the register")


class TaskBoard(Table):
    """Where every task stands on a day."""

    task_no: str = column(key=True, zh="任务编号", en="Task number")
    title: str = column(zh="任务", en="Task")
    clause: str = column(zh="条款", en="Clause")
    agency: str = column(zh="责任单位", en="Responsible body")
    agency_name: str = column(zh="责任单位名称", en="Name of the body")
    region: str = column(zh="地区", en="Region")
    region_name: str = column(zh="地区名称", en="Name of the region")
    role: str = column(vocabulary="agency_role", zh="角色", en="Role")
    standing: str = column(zh="是否计分", en="Scored or not")
    state: str = column(zh="状态", en="State")
    state_name: str = column(zh="状态名称", en="Name of the state")
    next_due: str = column(form="published", nullable=True, zh="下一期限", en="Next deadline")
    due_text: str = column(zh="期限说明", en="Deadline in words")
    overdue_days: int = column(unit="day", nullable=True, low=1, zh="逾期天数", en="Days overdue")
    done_share: float = column(unit="1", nullable=True, low=0, high=1, zh="完成比例", en="Share done")
    evidence_files: int = column(unit="1", zh="佐证件数", en="Files of evidence")
    evidence_missing: bool = column(zh="缺佐证", en="Evidence missing")
    open_issues: int = column(unit="1", zh="未解决问题", en="Open issues")
    highest_level: str = column(nullable=True, zh="问题所在层级", en="Level of its issues")
    changed_at: str = column(zh="最近变更", en="Last change")
    changed_by: str = column(zh="变更人", en="Who changed it")


class TaskCounts(Table):
    """How many tasks of a body, city, or clause stand where."""

    group_kind: str = column(key=True, choices=("agency", "city", "clause"), zh="分组方式", en="Grouped by")
    group_id: str = column(key=True, zh="分组", en="Group")
    name: str = column(zh="名称", en="Name")
    standing: str = column(nullable=True, zh="是否计分", en="Scored or not")
    tasks: int = column(unit="1", zh="任务数", en="Tasks")
    not_accepted: int = column(unit="1", zh="未签收", en="Not accepted")
    under_way: int = column(
        unit="1", zh="推进中（含已签收、已退回）", en="Under way (also accepted, returned)"
    )
    blocked: int = column(unit="1", zh="受阻", en="Blocked")
    submitted: int = column(unit="1", zh="已报送待审核", en="Submitted, to be verified")
    done: int = column(unit="1", zh="已审核或办结", en="Verified or closed")
    suspended: int = column(unit="1", zh="依决定暂停", en="Suspended by decision")
    overdue: int = column(unit="1", zh="逾期", en="Overdue")
    most_overdue_days: int = column(unit="day", nullable=True, zh="最长逾期天数", en="Most days overdue")
    no_date: int = column(unit="1", zh="方案未定期限", en="No date in the plan")
    evidence_missing: int = column(unit="1", zh="缺佐证", en="Evidence missing")
    open_issues: int = column(unit="1", zh="未解决问题", en="Open issues")


class EscalationRules(Table):
    """After how many days an open issue of a severity is due at a level; rules are dated."""

    rule_id: str = column(key=True, zh="规则编号", en="Rule")
    valid_from: str = column(form="published", zh="起", en="From")
    valid_to: str = column(form="published", nullable=True, zh="止", en="To")
    severity: str = column(choices=("minor", "serious", "major"), zh="严重程度", en="Severity")
    days_open: int = column(unit="1", low=0, zh="未解决天数", en="Days open")
    level: str = column(choices=("at_agency", "at_office", "at_group"), zh="应到层级", en="Level that is due")
    basis_zh: str = column(zh="依据（中文）", en="Basis (Chinese)")
    basis_en: str = column(zh="依据（英文）", en="Basis (English)")


class Escalations(Table):
    """Issues that a rule sends further up, and why."""

    issue_no: str = column(key=True, zh="问题编号", en="Issue")
    title: str = column(zh="问题", en="Title")
    task: str = column(nullable=True, zh="任务", en="Task")
    agency: str = column(zh="提出单位", en="Raised by")
    region: str = column(zh="地区", en="Region")
    severity: str = column(zh="严重程度", en="Severity")
    raised_on: str = column(form="published", zh="提出日期", en="Raised on")
    days_open: int = column(unit="1", zh="未解决天数", en="Days open")
    waiting_for: str = column(nullable=True, zh="等哪个单位", en="Waiting for")
    state: str = column(zh="现在层级", en="Level now")
    due_level: str = column(zh="应到层级", en="Level that is due")
    step: str = column(zh="手续", en="Step")
    rule_id: str = column(zh="规则", en="Rule")
    why_zh: str = column(zh="理由（中文）", en="Why (Chinese)")
    why_en: str = column(zh="理由（英文）", en="Why (English)")


class PlanBalance(Table):
    """Sum of the city plans beside the province, quantity by quantity and year by year."""

    quantity: str = column(key=True, zh="量", en="Quantity")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    name_zh: str = column(zh="中文名称", en="Chinese name")
    name_en: str = column(zh="英文名称", en="English name")
    unit: str = column(zh="单位", en="Unit")
    cities_given: int = column(unit="1", zh="给出数据的市数", en="Cities that give it")
    cities: int = column(unit="1", zh="全部市数", en="Cities")
    missing_cities: str = column(form="list", nullable=True, zh="未给出的市", en="Cities without it")
    cities_sum: float = column(
        unit="unit", nullable=True, zh="各市合计（齐全时）", en="Over all cities (when complete)"
    )
    partial_sum: float = column(
        unit="unit", nullable=True, zh="已给出各市合计", en="Over the cities that give it"
    )
    target_id: str = column(key=True, zh="全省目标", en="Target of the province")
    required: float = column(unit="unit", nullable=True, zh="全省要求", en="Required of the province")
    gap: float = column(
        unit="unit", nullable=True, zh="差额（合计减要求）", en="Difference (sum less required)"
    )
    status: str = column(vocabulary="plan_outcome", zh="结论", en="Outcome")


class PlanPeaks(Table):
    """Peak year and boundary of each city plan beside the province."""

    region: str = column(key=True, zh="市", en="City")
    name: str = column(zh="名称", en="Name")
    plan_version: int = column(unit="1", nullable=True, zh="送审稿次", en="Version")
    state: str = column(nullable=True, zh="状态", en="State")
    peak_year: int = column(unit="year", nullable=True, zh="达峰年份", en="Peak year")
    boundary: str = column(nullable=True, zh="排放口径", en="Boundary")
    province_year: int = column(unit="year", nullable=True, zh="全省达峰年份", en="Peak year of the province")
    status: str = column(vocabulary="plan_outcome", zh="结论", en="Outcome")


class EvidenceIndex(Table):
    """Files of evidence by name and hash."""

    attachment_id: str = column(key=True, zh="附件", en="Attachment")
    register_id: str = column(zh="台账", en="Register")
    label: str = column(zh="所属", en="Belongs to")
    name: str = column(zh="文件名", en="File name")
    sha256: str = column(zh="散列", en="Hash")
    size_bytes: int = column(unit="1", zh="字节数", en="Bytes")
    purpose: str = column(nullable=True, zh="用途", en="Purpose")
    actor: str = column(zh="上传人", en="Who added it")
    at: str = column(zh="时间", en="Time")
