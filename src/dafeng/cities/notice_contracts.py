"""Contracts of notices: which result leads to which draft, and which state may follow which."""

from __future__ import annotations

from dafeng.table import Table, column


class NoticeRules(Table):
    """Which result leads to which draft, for whom; of several that fit a target the highest order holds."""

    rule_id: str = column(key=True, zh="规则编号", en="Rule id")
    kind: str = column(vocabulary="notice_kind", zh="文书", en="Notice")
    subject_kind: str = column(vocabulary="subject_kind", nullable=True, zh="对象类别", en="Kind of subject")
    trigger: str = column(vocabulary="notice_trigger", zh="由何引起", en="What leads to it")
    order: int = column(unit="1", low=0, zh="先后（大者优先）", en="Order (the highest holds)")
    valid_from: str = column(form="published", nullable=True, zh="有效期起", en="Valid from")
    valid_to: str = column(form="published", nullable=True, zh="有效期止", en="Valid to")
    basis_zh: str = column(zh="依据（中文）", en="Basis (Chinese)")
    basis_en: str = column(zh="依据（英文）", en="Basis (English)")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class NoticeTransitions(Table):
    """Which state of a notice may follow which, and what must be given with it."""

    from_state: str = column(key=True, vocabulary="notice_state", zh="原状态", en="State before")
    to_state: str = column(key=True, vocabulary="notice_state", zh="新状态", en="State after")
    kinds: str = column(
        key=True, form="list", vocabulary="notice_kind", zh="适用文书", en="Notices it holds for"
    )
    requires: str = column(
        form="list", choices=("document_number", "due_on", "text"), nullable=True,
        zh="必须给出", en="Must be given",
    )  # fmt: skip
