"""Contracts of what the registers say together: systems of the plan, budgets of cities and their projects."""

from __future__ import annotations

from dafeng.table import Table, column


class SystemCover(Table):
    """Every system that the plan orders: whether a register or another part serves it."""

    system_id: str = column(key=True, zh="系统", en="System")
    clause_id: str = column(zh="条款", en="Clause")
    name_zh: str = column(zh="中文名称", en="Chinese name")
    name_en: str = column(zh="英文名称", en="English name")
    priority: str = column(vocabulary="priority", zh="优先级", en="Priority")
    cover: str = column(vocabulary="system_cover", zh="建设情况", en="What serves it")
    register_ids: str = column(form="list", nullable=True, zh="台账", en="Registers")
    table_ids: str = column(form="list", nullable=True, zh="成果表", en="Tables of a run")
    rows: int = column(unit="1", nullable=True, zh="行数", en="Rows")
    missing_zh: str = column(nullable=True, zh="还缺什么（中文）", en="What is missing (Chinese)")
    missing_en: str = column(nullable=True, zh="还缺什么（英文）", en="What is missing (English)")


class CityBudgets(Table):
    """Emissions that projects of high energy use and emissions lock in, beside the budget of their city."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    unit: str = column(zh="排放单位", en="Unit of emissions")
    operating: float = column(unit="unit", nullable=True, zh="已投产项目排放", en="In operation")
    building: float = column(unit="unit", nullable=True, zh="在建项目排放", en="Under construction")
    approved: float = column(unit="unit", nullable=True, zh="已批未建项目排放", en="Approved")
    locked: float = column(unit="unit", nullable=True, zh="已锁定排放", en="Locked in")
    waiting: float = column(unit="unit", nullable=True, zh="待批项目排放", en="Waiting for approval")
    budget: float = column(unit="unit", nullable=True, zh="碳预算", en="Carbon budget")
    room: float = column(unit="unit", nullable=True, zh="其中新增项目额度", en="Of it for new projects")
    remaining: float = column(unit="unit", nullable=True, zh="新增额度余额", en="Left for new projects")
    energy: float = column(unit="energy_unit", nullable=True, zh="新增能耗", en="Energy increment")
    energy_unit: str = column(zh="能耗单位", en="Unit of energy")
    projects: int = column(unit="1", zh="锁定排放的项目数", en="Projects that lock in")
    waiting_projects: int = column(unit="1", zh="待批项目数", en="Projects that wait")
    left_out: int = column(unit="1", zh="缺数的项目数", en="Projects without a figure")
    grade: str = column(vocabulary="grade", nullable=True, zh="最低证据等级", en="Weakest grade")
    status: str = column(vocabulary="budget_status", zh="状态", en="Status")


class BudgetRows(Table):
    """The projects and budgets behind the figures of a city."""

    region: str = column(key=True, zh="地区", en="Region")
    year: int = column(key=True, unit="year", zh="年份", en="Year")
    part: str = column(key=True, vocabulary="budget_part", zh="部分", en="Part")
    register_id: str = column(key=True, zh="台账编号", en="Register")
    row_id: str = column(key=True, zh="行编号", en="Row")
    version: int = column(unit="1", zh="版本", en="Version")
    label: str = column(zh="名称", en="Name")
    value: float = column(unit="unit", nullable=True, zh="排放", en="Emissions")
    unit: str = column(zh="单位", en="Unit")
    energy: float = column(unit="energy_unit", nullable=True, zh="新增能耗", en="Energy increment")
    energy_unit: str = column(zh="能耗单位", en="Unit of energy")
    beyond: bool = column(nullable=True, zh="批准后超预算", en="Would exceed the budget")
