"""Contracts of the registers: what there is, history, findings, figures and the rows behind them."""

from __future__ import annotations

from dafeng.table import Table, column


class RegisterList(Table):
    """The registers of a pack with the number of their rows."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    name_zh: str = column(zh="中文名称", en="Chinese name")
    name_en: str = column(zh="英文名称", en="English name")
    kind: str = column(vocabulary="register_kind", zh="类别", en="Kind")
    edition: int = column(unit="1", zh="版次", en="Edition")
    system_ids: str = column(form="list", nullable=True, zh="对应系统", en="Systems of the plan")
    clause_ids: str = column(form="list", nullable=True, zh="条款", en="Clauses")
    target_ids: str = column(form="list", nullable=True, zh="目标", en="Targets")
    lead_agency: str = column(nullable=True, zh="牵头部门", en="Lead agency")
    basis_zh: str = column(zh="法定依据（中文）", en="Legal basis (Chinese)")
    basis_en: str = column(zh="法定依据（英文）", en="Legal basis (English)")
    sendable: bool = column(zh="能否对外发放", en="May be sent to outsiders")
    fields: int = column(unit="1", zh="字段数", en="Fields")
    rows: int = column(unit="1", nullable=True, zh="行数", en="Rows")
    changed_at: str = column(nullable=True, zh="最近变更", en="Last change")


class RegisterFields(Table):
    """Every field of every register, for readers and for the reference."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    part: str = column(key=True, zh="主表或子表", en="Row or list")
    field_id: str = column(key=True, zh="字段", en="Field")
    name_zh: str = column(zh="中文名称", en="Chinese name")
    name_en: str = column(zh="英文名称", en="English name")
    kind: str = column(zh="类型", en="Kind")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    required: bool = column(zh="必填", en="Required")
    codes: str = column(nullable=True, zh="可选值或所指", en="Codes, or what it points to")
    expr: str = column(nullable=True, zh="公式", en="Formula")


class Batches(Table):
    """Every act of writing: who, when, why, from which file; nothing is ever overwritten."""

    batch_id: str = column(key=True, zh="批次", en="Batch")
    register_id: str = column(zh="台账编号", en="Register")
    act: str = column(vocabulary="register_act", zh="操作", en="Act")
    actor: str = column(zh="操作人", en="Actor")
    at: str = column(zh="时间", en="Time")
    reason: str = column(nullable=True, zh="理由", en="Reason")
    file: str = column(nullable=True, zh="文件", en="File")
    file_sha256: str = column(nullable=True, zh="文件散列", en="Hash of the file")
    reverses: str = column(nullable=True, zh="撤销的批次", en="Batch that it reverses")
    rows: int = column(unit="1", zh="行数", en="Rows")
    digest: str = column(zh="内容散列", en="Hash of its events")


class History(Table):
    """What changed in which row: the state of every row is the sum of its events."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    row_id: str = column(key=True, zh="行编号", en="Row")
    version: int = column(key=True, unit="1", zh="版本", en="Version")
    batch_id: str = column(zh="批次", en="Batch")
    change: str = column(vocabulary="register_change", zh="变更", en="Change")
    actor: str = column(zh="操作人", en="Actor")
    at: str = column(zh="时间", en="Time")
    before_json: str = column(nullable=True, zh="变更前", en="Before")
    after_json: str = column(nullable=True, zh="变更后", en="After")
    state_before: str = column(nullable=True, zh="原状态", en="State before")
    state_after: str = column(zh="新状态", en="State after")
    reason: str = column(nullable=True, zh="理由", en="Reason")


class Attachments(Table):
    """Files that belong to rows, by their hash."""

    attachment_id: str = column(key=True, zh="附件", en="Attachment")
    register_id: str = column(zh="台账编号", en="Register")
    row_id: str = column(zh="行编号", en="Row")
    name: str = column(zh="文件名", en="File name")
    sha256: str = column(zh="散列", en="Hash")
    size_bytes: int = column(unit="1", zh="字节数", en="Bytes")
    purpose: str = column(nullable=True, zh="用途", en="Purpose")
    actor: str = column(zh="上传人", en="Who added it")
    at: str = column(zh="时间", en="Time")
    withdrawn: bool = column(zh="已撤下", en="Withdrawn")


class RowFindings(Table):
    """What a check or an import found, one line a cell."""

    register_id: str = column(zh="台账编号", en="Register")
    sheet: str = column(nullable=True, zh="工作表", en="Sheet")
    row: int = column(unit="1", nullable=True, zh="行号", en="Row")
    row_id: str = column(nullable=True, zh="行编号", en="Row id")
    label: str = column(nullable=True, zh="名称", en="Name")
    field: str = column(nullable=True, zh="字段", en="Field")
    severity: str = column(vocabulary="severity", zh="级别", en="Severity")
    code: str = column(zh="代码", en="Code")
    text_zh: str = column(zh="说明（中文）", en="Text (Chinese)")
    text_en: str = column(zh="说明（英文）", en="Text (English)")


class MeasureValues(Table):
    """Figures over the rows of registers (derived indicators)."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    measure_id: str = column(key=True, zh="汇总指标", en="Measure")
    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    kind: str = column(vocabulary="measure_kind", zh="口径", en="Kind")
    name_zh: str = column(zh="中文名称", en="Chinese name")
    name_en: str = column(zh="英文名称", en="English name")
    value: float = column(unit="unit", nullable=True, zh="数值", en="Value")
    unit: str = column(zh="单位", en="Unit")
    rows: int = column(unit="1", zh="行数", en="Rows")
    left_out: int = column(
        unit="1", zh="因缺值或等级未计入的行数", en="Rows left out (missing value or grade)"
    )
    grade: str = column(vocabulary="grade", nullable=True, zh="最低证据等级", en="Weakest grade")
    status: str = column(vocabulary="measure_status", zh="状态", en="Status")
    known_on: str = column(nullable=True, zh="知悉日期", en="Known on")
    indicator_ids: str = column(form="list", nullable=True, zh="对应指标", en="Indicators")
    scope_zh: str = column(nullable=True, zh="口径说明（中文）", en="Scope (Chinese)")
    scope_en: str = column(nullable=True, zh="口径说明（英文）", en="Scope (English)")


class MeasureRows(Table):
    """The rows behind a figure: what each gives to it."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    measure_id: str = column(key=True, zh="汇总指标", en="Measure")
    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    part: str = column(key=True, zh="公式中的部分", en="Part of the formula")
    row_id: str = column(key=True, zh="行编号", en="Row")
    version: int = column(unit="1", zh="版本", en="Version")
    label: str = column(zh="名称", en="Name")
    value: float = column(unit="unit", nullable=True, zh="贡献", en="Contribution")
    unit: str = column(zh="单位", en="Unit")


class RegisterAlerts(Table):
    """What somebody should look at on a day."""

    register_id: str = column(key=True, zh="台账编号", en="Register")
    alert_id: str = column(key=True, zh="提醒", en="Alert")
    row_id: str = column(key=True, zh="行编号", en="Row")
    label: str = column(zh="名称", en="Name")
    level: str = column(vocabulary="alert_level", zh="级别", en="Level")
    text_zh: str = column(zh="说明（中文）", en="Text (Chinese)")
    text_en: str = column(zh="说明（英文）", en="Text (English)")
    region: str = column(nullable=True, zh="地区", en="Region")
    agency: str = column(nullable=True, zh="部门", en="Agency")
