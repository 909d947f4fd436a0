"""Every table of a run: its id, contract and titles, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng import inventory, tracking
from dafeng.pack import PACK_TABLES, DecisionsTaken
from dafeng.result import NamedTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.table import Table

TABLES: dict[str, tuple[type[Table], str, str]] = {
    "plan.documents": (PACK_TABLES["documents"], "文件", "Documents"),
    "plan.clauses": (PACK_TABLES["clauses"], "条款", "Clauses"),
    "plan.agencies": (PACK_TABLES["agencies"], "责任部门", "Agencies"),
    "plan.clause_agencies": (PACK_TABLES["clause_agencies"], "条款与部门", "Clauses and agencies"),
    "plan.systems": (PACK_TABLES["systems"], "要求建设的系统", "Ordered systems"),
    "plan.levers": (PACK_TABLES["levers"], "政策杠杆", "Levers"),
    "plan.indicators": (PACK_TABLES["indicators"], "指标", "Indicators"),
    "plan.targets": (PACK_TABLES["targets"], "目标", "Targets"),
    "plan.links": (PACK_TABLES["target_links"], "目标之间的关系", "Links between targets"),
    "plan.open_questions": (PACK_TABLES["open_questions"], "待决问题", "Open questions"),
    "pack.sources": (PACK_TABLES["sources"], "来源", "Sources"),
    "pack.regions": (PACK_TABLES["regions"], "行政区划", "Regions"),
    "pack.economy": (PACK_TABLES["economy"], "经济与人口", "Economy and population"),
    "pack.factors": (PACK_TABLES["factors"], "本省因子", "Factors of the province"),
    "inventory.emissions": (inventory.Emissions, "二氧化碳排放", "CO2 emissions"),
    "inventory.comparison": (inventory.Comparison, "测算与公布对照", "Computed beside published"),
    "inventory.flow": (inventory.EnergyFlow, "能源流向", "Energy flow"),
    "inventory.undrawn": (inventory.UndrawnEnergy, "未画入的能源", "Energy not drawn"),
    "inventory.energy": (PACK_TABLES["energy"], "用能量", "Energy use"),
    "inventory.products": (PACK_TABLES["products"], "产量", "Product output"),
    "inventory.factors": (inventory.CarbonFactor, "排放因子", "Emission factors"),
    "inventory.published": (PACK_TABLES["published_emissions"], "公布的排放", "Published emissions"),
    "inventory.calorific": (inventory.CalorificValue, "平均低位发热量", "Average net calorific values"),
    "inventory.findings": (inventory.InventoryFinding, "可疑数据", "Implausible values"),
    "tracking.verdicts": (tracking.Verdicts, "目标结论", "Verdicts"),
    "tracking.variants": (tracking.Variants, "不同读法下的结论", "Verdicts by reading"),
    "tracking.rules": (tracking.JudgingRules, "判定规则", "How targets are judged"),
    "tracking.decisions": (DecisionsTaken, "已作的决定", "Decisions taken"),
    "tracking.series": (PACK_TABLES["series"], "观测序列", "Observed series"),
    "tracking.observations": (PACK_TABLES["observations"], "公布的结果", "Published outcomes"),
    "tracking.indicator_series": (PACK_TABLES["indicator_series"], "指标与序列", "Indicators and series"),
}
"""Every table of a run: id -> contract, Chinese and English title."""


def name_tables(frames: Mapping[str, pl.DataFrame]) -> dict[str, NamedTable]:
    """Return frames as the tables of a run, with the contract and titles of :data:`TABLES`."""
    return {table_id: NamedTable(table_id, frame, *TABLES[table_id]) for table_id, frame in frames.items()}
