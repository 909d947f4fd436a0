"""The stages of the main job: what each needs, what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.app.inventory_file import list_findings
from dafeng.errors import Finding, InputRefused
from dafeng.inventory import (
    METHOD,
    METHOD_VERSION,
    CarbonFactor,
    Comparison,
    Emissions,
    EnergyFlow,
    InventoryFinding,
    UndrawnEnergy,
    as_findings,
    ceads_factors,
    check_structure,
    compare_published,
    compute_flow,
    compute_inventory,
    list_undrawn,
    screen_energy,
)
from dafeng.pack import PACK_TABLES
from dafeng.provenance import Step, hash_json
from dafeng.result import NamedTable, Result
from dafeng.tracking import JudgingRules, Readings, Variants, Verdicts, judge_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import polars as pl

    from dafeng.pack import Pack
    from dafeng.table import Table

PLAN_TABLES = {
    "documents": ("plan.documents", "文件", "Documents"),
    "clauses": ("plan.clauses", "条款", "Clauses"),
    "agencies": ("plan.agencies", "责任部门", "Agencies"),
    "clause_agencies": ("plan.clause_agencies", "条款与部门", "Clauses and agencies"),
    "systems": ("plan.systems", "要求建设的系统", "Ordered systems"),
    "levers": ("plan.levers", "政策杠杆", "Levers"),
    "indicators": ("plan.indicators", "指标", "Indicators"),
    "targets": ("plan.targets", "目标", "Targets"),
    "target_links": ("plan.links", "目标之间的关系", "Links between targets"),
    "open_questions": ("plan.open_questions", "待决问题", "Open questions"),
    "sources": ("pack.sources", "来源", "Sources"),
    "regions": ("pack.regions", "行政区划", "Regions"),
    "economy": ("pack.economy", "经济与人口", "Economy and population"),
    "factors": ("pack.factors", "本省因子", "Factors of the province"),
}
INVENTORY_FILES = ("energy", "products", "published_emissions")
TRACKING_FILES = (
    "documents", "targets", "target_links", "indicators", "indicator_series", "series", "observations",
    "open_questions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every stage may see."""

    pack: Pack
    as_of: date
    accept_findings: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its inputs decide whether it must run again.

    Parameters
    ----------
    id : str
        Name in the manifest.
    files : tuple of str
        Pack tables that it reads.
    parameters : callable
        JSON values beside the files that change its result.
    compute : callable
        Makes the result.
    """

    id: str
    files: tuple[str, ...]
    parameters: Callable[[RunContext], Mapping[str, object]]
    compute: Callable[[RunContext], Result]

    def inputs(self, context: RunContext) -> dict[str, str]:
        """Return the hashes of what it reads."""
        hashes = context.pack.hashes
        return {f"{name}.csv": hashes[f"{name}.csv"] for name in self.files if f"{name}.csv" in hashes}


def read_plan(context: RunContext) -> Result:
    """Return the tables of the plan and the pack as they were checked."""
    tables = [
        _named(table_id, context.pack.tables[name], PACK_TABLES[name], zh, en)
        for name, (table_id, zh, en) in PLAN_TABLES.items()
    ]
    rows = sum(table.frame.height for table in tables)
    step = Step("pack.read_pack", "读入并核对省包", "read and checked the pack", {}, rows)
    return Result("plan", {table.id: table for table in tables}, (step,))


def take_inventory(context: RunContext) -> Result:
    """Return the CO2 inventory of the pack's energy use.

    Raises
    ------
    InputRefused
        Structural defects; implausible values unless they are accepted.
    """
    tables, rows = context.pack.tables, context.pack.rows["energy"]
    energy = tables["energy"].with_columns(rows.alias("row"))
    problems = check_structure(energy, "energy.csv")
    if problems:
        raise InputRefused(problems)
    factors = ceads_factors()
    screened = screen_energy(energy, factors)
    findings = as_findings(screened, "energy.csv")
    if findings and not context.accept_findings:
        raise InputRefused([Finding("findings_stop", params={"count": len(findings)}), *findings])
    inventory = compute_inventory(energy, factors, tables["products"])
    published = tables["published_emissions"]
    made = [
        _named("inventory.emissions", inventory.emissions, Emissions, "二氧化碳排放", "CO2 emissions"),
        _named(
            "inventory.comparison", compare_published(inventory.emissions, published), Comparison,
            "测算与公布对照", "Computed beside published",
        ),
        _named("inventory.flow", compute_flow(energy), EnergyFlow, "能源流向", "Energy flow"),
        _named("inventory.undrawn", list_undrawn(energy), UndrawnEnergy, "未画入的能源", "Energy not drawn"),
        _named("inventory.energy", tables["energy"], PACK_TABLES["energy"], "用能量", "Energy use"),
        _named("inventory.products", tables["products"], PACK_TABLES["products"], "产量", "Product output"),
        _named("inventory.factors", factors, CarbonFactor, "排放因子", "Emission factors"),
        _named(
            "inventory.published", published, PACK_TABLES["published_emissions"],
            "公布的排放", "Published emissions",
        ),
        _named(
            "inventory.findings", list_findings(screened, findings), InventoryFinding,
            "可疑数据", "Implausible values",
        ),
    ]  # fmt: skip
    return Result("inventory", {table.id: table for table in made}, inventory.steps, tuple(findings))


def track_targets(context: RunContext) -> Result:
    """Return the verdicts on every target of the pack."""
    tables, config = context.pack.tables, context.pack.config
    readings = readings_of(context.pack)
    board = judge_targets(tables, config.pack.region, context.as_of, readings, config.decisions.same_scope)
    made = [
        _named("tracking.verdicts", board.verdicts, Verdicts, "目标结论", "Verdicts"),
        _named("tracking.variants", board.variants, Variants, "不同读法下的结论", "Verdicts by reading"),
        _named("tracking.rules", board.rules, JudgingRules, "判定规则", "How targets are judged"),
        *(
            _named(f"tracking.{name}", tables[name], PACK_TABLES[name], zh, en)
            for name, zh, en in (
                ("series", "观测序列", "Observed series"),
                ("observations", "公布的结果", "Published outcomes"),
                ("indicator_series", "指标与序列", "Indicators and series"),
            )
        ),
    ]
    return Result("tracking", {table.id: table for table in made}, board.steps)


def readings_of(pack: Pack) -> Readings:
    """Return how the pack decides open wording."""
    decisions = pack.config.decisions
    return Readings(
        about_tolerance=decisions.about.relative_tolerance,
        about_readings=decisions.about.readings,
        target_year=decisions.target_year,
        target_value=decisions.target_value,
        base_year=pack.config.pack.base_year,
    )


def totals_version(pack: Pack) -> str:
    """Return the version that every total carries: method, edition of the data, hash of both."""
    inputs: dict[str, object] = {name: pack.hashes.get(f"{name}.csv", "") for name in ("energy", "products")}
    inputs["factors"] = [dict(row) for row in terms.rows("ceads_factors")]
    info = pack.config.pack
    return f"{METHOD} {METHOD_VERSION} · {info.id} {info.version} · {hash_json(inputs)[:8]}"


def _tracking_parameters(context: RunContext) -> dict[str, object]:
    config = context.pack.config
    return {
        "as_of": context.as_of.isoformat(),
        "region": config.pack.region,
        "base_year": config.pack.base_year,
        "decisions": config.decisions.model_dump(mode="json"),
    }


def _named(table_id: str, frame: pl.DataFrame, contract: type[Table], zh: str, en: str) -> NamedTable:
    return NamedTable(table_id, frame, contract, zh, en)


STAGES = (
    Stage("plan", tuple(PLAN_TABLES), lambda _context: {}, read_plan),
    Stage("inventory", INVENTORY_FILES, lambda c: {"accept_findings": c.accept_findings}, take_inventory),
    Stage("tracking", TRACKING_FILES, _tracking_parameters, track_targets),
)
