"""The stages of the main job: what each needs, what it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dafeng import terms
from dafeng.app.accounts_stage import ACCOUNTS_FILES, accounts_parameters, take_accounts
from dafeng.app.assessment_stage import ASSESSMENT_FILES, assess_pack
from dafeng.app.balance_stage import BALANCE_FILES, show_balances
from dafeng.app.cities_stage import CITIES_FILES, cities_parameters, split_pack_targets
from dafeng.app.city_stage import CITY_FILES, account_pack_cities
from dafeng.app.consumption_stage import CONSUMPTION_FILES, consumption_parameters, view_borders
from dafeng.app.decomposition_stage import DECOMPOSITION_FILES, decompose_pack
from dafeng.app.dossier_stage import DOSSIER_FILES, dossier_parameters, file_pack_cities
from dafeng.app.evaluation_stage import EVALUATION_FILES, EVALUATION_NEEDS, evaluate_pack
from dafeng.app.pathway_stage import STAGE_FILES as PATHWAY_STAGE_FILES
from dafeng.app.pathway_stage import pathway_parameters, run_pathways
from dafeng.app.peak_stage import PEAK_FILES, PEAK_NEEDS, judge_pack_peaks
from dafeng.app.power_stage import PART as POWER_PART
from dafeng.app.power_stage import POWER_FILES, plan_power, power_parameters
from dafeng.app.register_stage import REGISTER_FILES, register_parameters, tabulate_registers
from dafeng.app.tables import name_tables
from dafeng.app.track_stage import TRACKING_FILES, TRACKING_NEEDS, track_targets
from dafeng.app.uncertainty_stage import (
    UNCERTAINTY_FILES,
    assess_pack_uncertainty,
    uncertainty_parameters,
)
from dafeng.app.warning_stage import WARNING_FILES, WARNING_NEEDS, warn_pack, warning_parameters
from dafeng.errors import InputRefused
from dafeng.inventory import (
    METHOD,
    METHOD_VERSION,
    calorific_values,
    ceads_factors,
    check_cement,
    compare_published,
    compute_flow,
    compute_inventory,
    list_undrawn,
)
from dafeng.job import Job
from dafeng.provenance import Step, hash_json
from dafeng.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    import polars as pl

    from dafeng.pack import Pack

PLAN_TABLES = {
    "documents": "plan.documents",
    "clauses": "plan.clauses",
    "agencies": "plan.agencies",
    "clause_agencies": "plan.clause_agencies",
    "systems": "plan.systems",
    "levers": "plan.levers",
    "indicators": "plan.indicators",
    "targets": "plan.targets",
    "target_links": "plan.links",
    "open_questions": "plan.open_questions",
    "sources": "pack.sources",
    "regions": "pack.regions",
    "economy": "pack.economy",
    "factors": "pack.factors",
}
"""Pack file -> id of the table that the plan stage passes on."""

INVENTORY_FILES = ("energy", "products", "published_emissions")


SLOW_PARTS = ("ensemble", POWER_PART)
"""Parts that run only when they are asked for: more futures, attribution with errors, Shapley effects; the
plan of the power system."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every stage may see."""

    pack: Pack
    as_of: date
    accept_findings: bool
    extras: frozenset[str] = frozenset()
    """Slow parts that are wanted (``ensemble``, ``power``)."""
    job: Job = field(default_factory=Job)
    """Where a long stage tells how far it is, and asks whether to go on."""
    given: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Tables of earlier stages that the stage asked for, by id; one that was not made is not there."""


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
    part : str
        Slow part that it belongs to: without it the stage reads nothing.
    needs : tuple of str
        Ids of tables of earlier stages that it reads.
    """

    id: str
    files: tuple[str, ...]
    parameters: Callable[[RunContext], Mapping[str, object]]
    compute: Callable[[RunContext], Result]
    part: str = ""
    needs: tuple[str, ...] = ()

    def inputs(self, context: RunContext) -> dict[str, str]:
        """Return the hashes of what it reads."""
        if self.part and self.part not in context.extras:
            return {}
        hashes = context.pack.hashes
        return {f"{name}.csv": hashes[f"{name}.csv"] for name in self.files if f"{name}.csv" in hashes}


def read_plan(context: RunContext) -> Result:
    """Return the tables of the plan and the pack as they were checked."""
    frames = {table_id: context.pack.tables[name] for name, table_id in PLAN_TABLES.items()}
    rows = sum(frame.height for frame in frames.values())
    step = Step("pack.read_pack", "读入并核对省包", "read and checked the pack", {}, rows)
    return Result("plan", name_tables(frames), (step,))


def take_inventory(context: RunContext) -> Result:
    """Return the CO2 inventory of the pack's energy use.

    Raises
    ------
    InputRefused
        Structural defects; implausible values unless they are accepted.
    """
    tables, rows = context.pack.tables, context.pack.rows
    problems = check_cement(tables["products"], rows["products"], "products.csv")
    if problems:
        raise InputRefused(problems)
    energy, factors = tables["energy"].with_columns(rows["energy"].alias("row")), ceads_factors()
    made = compute_inventory(
        energy, factors, tables["products"], accept_findings=context.accept_findings, file="energy.csv"
    )
    published = tables["published_emissions"]
    frames = {
        "inventory.emissions": made.emissions,
        "inventory.comparison": compare_published(made.emissions, published),
        "inventory.flow": compute_flow(energy),
        "inventory.undrawn": list_undrawn(energy),
        "inventory.energy": tables["energy"],
        "inventory.products": tables["products"],
        "inventory.factors": factors,
        "inventory.published": published,
        "inventory.calorific": calorific_values(),
        "inventory.findings": made.findings_table,
    }
    return Result("inventory", name_tables(frames), made.steps, made.findings)


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
        "base_year": config.pack.base_year,
        "decisions": config.decisions.model_dump(mode="json"),
    }


def _region_parameter(context: RunContext) -> dict[str, object]:
    return {"region": context.pack.config.pack.region}


def _dated_parameters(context: RunContext) -> dict[str, object]:
    return _region_parameter(context) | {"as_of": context.as_of.isoformat()}


def _day_parameter(context: RunContext) -> dict[str, object]:
    return {"as_of": context.as_of.isoformat()}


STAGES = (
    Stage("plan", tuple(PLAN_TABLES), lambda _context: {}, read_plan),
    Stage("inventory", INVENTORY_FILES, lambda c: {"accept_findings": c.accept_findings}, take_inventory),
    Stage("balance", BALANCE_FILES, lambda _context: {}, show_balances),
    Stage("accounts", ACCOUNTS_FILES, accounts_parameters, take_accounts),
    Stage("uncertainty", UNCERTAINTY_FILES, uncertainty_parameters, assess_pack_uncertainty),
    Stage("consumption", CONSUMPTION_FILES, consumption_parameters, view_borders),
    Stage("decomposition", DECOMPOSITION_FILES, _region_parameter, decompose_pack),
    Stage("assessment", ASSESSMENT_FILES, _dated_parameters, assess_pack),
    Stage("city_accounts", CITY_FILES, _region_parameter, account_pack_cities),
    Stage("pathway", PATHWAY_STAGE_FILES, pathway_parameters, run_pathways),
    Stage("power", POWER_FILES, power_parameters, plan_power, POWER_PART),
    Stage("registers", REGISTER_FILES, register_parameters, tabulate_registers),
    Stage("tracking", TRACKING_FILES, _tracking_parameters, track_targets, needs=TRACKING_NEEDS),
    Stage("warning", WARNING_FILES, warning_parameters, warn_pack, needs=WARNING_NEEDS),
    Stage("peak_test", PEAK_FILES, _day_parameter, judge_pack_peaks, needs=PEAK_NEEDS),
    Stage("cities", CITIES_FILES, cities_parameters, split_pack_targets),
    Stage("dossiers", DOSSIER_FILES, dossier_parameters, file_pack_cities),
    Stage("evaluation", EVALUATION_FILES, _day_parameter, evaluate_pack, needs=EVALUATION_NEEDS),
)
