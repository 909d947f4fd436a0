"""Contracts of access: what roles may do, who has which role, and the one relation that follows."""

from __future__ import annotations

from dafeng.table import Table, column


class Grants(Table):
    """What a role may do: one row a role, action, resource and reach; nothing else allows anything."""

    role: str = column(key=True, vocabulary="access_role", zh="角色", en="Role")
    action: str = column(key=True, zh="操作", en="Action")
    resource: str = column(key=True, zh="对象（台账等；* 为全部）", en="Resource (a register, …; * = all)")
    region: str = column(key=True, vocabulary="access_reach", zh="地区范围", en="Reach by region")
    agency: str = column(key=True, vocabulary="access_reach", zh="部门范围", en="Reach by agency")
    rows: str = column(key=True, vocabulary="access_reach", zh="行范围", en="Reach by maker")
    basis_zh: str = column(zh="依据（中文）", en="Basis (Chinese)")
    basis_en: str = column(zh="依据（英文）", en="Basis (English)")


class Members(Table):
    """Who has which role, for which region and agency, from when to when."""

    actor: str = column(key=True, zh="用户", en="User")
    role: str = column(key=True, vocabulary="access_role", zh="角色", en="Role")
    region: str = column(key=True, zh="地区", en="Region")
    agency: str = column(nullable=True, zh="部门", en="Agency")
    valid_from: str = column(key=True, form="published", zh="起", en="From")
    valid_to: str = column(form="published", nullable=True, zh="止", en="To")
    granted_by: str = column(zh="授权人", en="Granted by")
    granted_at: str = column(zh="授权时间", en="Granted at")
    ended_by: str = column(nullable=True, zh="终止人", en="Ended by")
    ended_at: str = column(nullable=True, zh="终止时间", en="Ended at")


class Permissions(Table):
    """The relation (subject, action, scope): every line allows, nothing forbids, what is not here is refused.

    A scope is resource, region (``*`` or a code with all below it), agency (``*`` or one) and maker (``*`` or
    the subject). ``role`` and the basis say why.
    """

    subject: str = column(key=True, zh="用户", en="Subject")
    action: str = column(key=True, zh="操作", en="Action")
    resource: str = column(key=True, zh="对象", en="Resource")
    region: str = column(key=True, zh="地区", en="Region")
    agency: str = column(key=True, zh="部门", en="Agency")
    maker: str = column(key=True, zh="制作者", en="Maker")
    role: str = column(key=True, vocabulary="access_role", zh="由于角色", en="Because of the role")
    basis_zh: str = column(zh="依据（中文）", en="Basis (Chinese)")
    basis_en: str = column(zh="依据（英文）", en="Basis (English)")
