"""The stage of the cities' plans: targets beside the province, plans, procedure as known on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.tables import name_tables
from dafeng.cities.dossier import check_plans, compare_city_targets
from dafeng.period import latest_date
from dafeng.provenance import Step
from dafeng.result import Result

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.stages import RunContext

DOSSIER_FILES = (
    "targets", "target_links", "documents", "indicators", "regions", "observations", "indicator_series",
    "city_plans", "city_plan_events",
)  # fmt: skip


def dossier_parameters(context: RunContext) -> dict[str, object]:
    """Return what changes the files of the cities beside the tables of the pack."""
    config = context.pack.config
    return {
        "region": config.pack.region,
        "as_of": context.as_of.isoformat(),
        "same_scope": dict(config.decisions.same_scope),
    }


def file_pack_cities(context: RunContext) -> Result:
    """Return the files of the cities' plans; what does not agree is a finding and stops nothing."""
    tables, config = context.pack.tables, context.pack.config
    dossiers = compare_city_targets(
        tables, config.pack.region, context.as_of, dict(config.decisions.same_scope)
    )
    events = _known_on(tables["city_plan_events"], context)
    plans = tables["city_plans"]
    findings = tuple(check_plans(plans.to_dicts(), events.to_dicts()))
    cities = dossiers["region"].n_unique()
    own = dossiers["city_target_id"].drop_nulls().len()
    step = Step(
        "cities.compare_city_targets",
        f"{cities} 个市的方案档案：本市目标 {own} 项，办理记录 {events.height} 条",
        f"files of {cities} cities: {own} targets of their own, {events.height} records of the procedure",
        {"as_of": context.as_of.isoformat()},
        dossiers.height,
    )
    frames = {"cities.dossiers": dossiers, "cities.plans": plans, "cities.plan_events": events}
    return Result("dossiers", name_tables(frames), (step,), findings)


def _known_on(events: pl.DataFrame, context: RunContext) -> pl.DataFrame:
    """Return the events of the day and before."""
    return events.filter([latest_date(text) <= context.as_of for text in events["date"]])
