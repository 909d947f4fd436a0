"""Demand from the pathways, profiles that are named, capacities that are given, cases of an ensemble."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.app import power_stage
from dafeng.app.clock import parse_day
from dafeng.app.pathway_executor import open_executor
from dafeng.app.pathway_scenario import GroundRequest, find_scenario
from dafeng.app.power_demand import hold_items, table_demand
from dafeng.app.power_dispatch import fix_capacities, read_capacities
from dafeng.app.power_ensemble import CaseSpec, EnsembleBase, EnsembleTask, run_tasks, solve_task
from dafeng.app.power_ground import PowerGround, ground_of, lay_power_ground
from dafeng.app.power_profiles import ProfileRequest, UserFile, cut_hours, gather_profiles
from dafeng.app.power_solving import SolveSettings
from dafeng.app.power_study import PowerCase, lay_network, study_power
from dafeng.app.stages import RunContext
from dafeng.errors import InputRefused, Interrupted, NegativeAnswer
from dafeng.job import Job
from dafeng.pack import read_pack
from dafeng.power.build_settings import PlanSettings
from dafeng.power.profiles.hours import list_hours
from dafeng.result import Result
from dafeng.store.chunks import FolderChunks

if TYPE_CHECKING:
    from pathlib import Path

YEARS = (2025,)
FEW = ProfileRequest(hours=48)


@pytest.fixture(scope="module")
def ground(tiny_pack: Path) -> PowerGround:
    return lay_power_ground(GroundRequest(str(tiny_pack), "2026-11-22", accept_findings=True))


@pytest.fixture(scope="module")
def case(ground: PowerGround) -> PowerCase:
    scenario = find_scenario(ground.pack, "plan")
    profiles = gather_profiles(ground.tables, scenario.id, YEARS, FEW)
    return PowerCase(ground.tables, scenario, YEARS, profiles, ground.find_demand(scenario, YEARS))


def label(values: np.ndarray, year: int, header: str) -> bytes:
    stamps = np.datetime_as_string(list_hours(year), unit="h")
    lines = [f"{stamp}:00,{value}" for stamp, value in zip(stamps, values, strict=True)]
    return "\n".join([f"time,{header}", *lines]).encode()


# --- demand -----------------------------------------------------------------------------------------------


def test_demand_is_that_of_the_pathway_of_the_same_name(ground: PowerGround, case: PowerCase) -> None:
    plan, trend = (
        ground.find_demand(find_scenario(ground.pack, name), (2025, 2030)) for name in ("plan", "trend")
    )
    assert plan.demand["electricity"][2030] > plan.demand["electricity"][2025]
    assert plan.levers["L1"] != trend.levers["L1"]
    assert "central future of the scenario plan" in plan.step.en
    row = plan.table.filter((pl.col("item") == "electricity") & (pl.col("year") == 2025)).row(0, named=True)
    assert row["value"] == plan.demand["electricity"][2025]
    other = ground.find_demand(case.scenario, YEARS, 3)
    assert other.demand["electricity"][2025] != case.demand.demand["electricity"][2025]


def test_without_a_pathway_the_table_of_the_pack_counts_and_that_is_told(tiny_pack: Path) -> None:
    pack = read_pack(str(tiny_pack))
    early = ground_of(pack, parse_day("2010-01-01"), accept_findings=True)
    assert early.foundation is None
    found = early.find_demand(find_scenario(pack, "plan"), YEARS)
    assert "no pathway" in found.step.en
    assert found.step.parameters["reason"] == early.lacking
    assert found.levers == {}


def test_an_item_is_held_beyond_its_years_but_electricity_never(ground: PowerGround) -> None:
    given = ground.tables["power_demands"]
    rows = pl.DataFrame(
        [
            dict.fromkeys(given.columns)
            | {"item": item, "year": year, "value": value, "unit": "TWh", "state": "sourced", "grade": "B"}
            for item, year, value in (
                ("electricity", 2020, 1.0), ("recovered", 2020, 2.0), ("recovered", 2022, 4.0),
            )
        ],
        schema=given.schema,
    )  # fmt: skip
    assert hold_items(rows, (2021, 2030), {}) == {"recovered": {2021: 3000.0, 2030: 4000.0}}
    table = table_demand({"power_demands": rows}, (2030,)).table
    assert table["item"].to_list() == ["recovered"]
    assert "2022" in table["note_en"][0]


# --- profiles ---------------------------------------------------------------------------------------------


def test_a_file_goes_before_what_is_generated_and_is_named(ground: PowerGround) -> None:
    wind = np.linspace(0.0, 1.0, 8760)
    file = UserFile("wind.csv", label(wind, 2023, "wind_share"))
    made = gather_profiles(ground.tables, "s", (2025, 2030), ProfileRequest((file,), weather=2023, seed=4))
    assert made.values["wind"].tolist() == [*wind.round(15), *wind.round(15)] or np.allclose(
        made.values["wind"], np.tile(wind, 2)
    )
    assert made.calendar_years == (2023, 2023)
    uses = {(row["year"], row["profile"]): row for row in made.uses.iter_rows(named=True)}
    assert uses[2030, "wind"]["origin"] == "file"
    assert uses[2030, "wind"]["file"] == "wind.csv"
    assert uses[2030, "wind"]["seed"] is None
    assert uses[2030, "pv"]["origin"] == "generated"
    assert (uses[2030, "pv"]["seed"], uses[2030, "pv"]["weather_year"]) == (4, 2023)
    assert uses[2030, "load"]["origin"] == "typical"
    assert list(made.hashes) == ["wind.csv"]


def test_every_defect_of_every_file_is_named(ground: PowerGround) -> None:
    bad = label(np.full(8760, 1.5), 2025, "wind_share")
    files = (UserFile("wind.csv", bad), UserFile("moon.csv", b"x"), UserFile("load.csv", b"time,load\n"))
    with pytest.raises(InputRefused) as refused:
        gather_profiles(ground.tables, "s", (2025,), ProfileRequest(files))
    codes = {finding.code for finding in refused.value.findings}
    assert "power_profile_unknown" in codes
    assert len(codes) >= 3


def test_a_load_in_another_unit_than_it_says_is_refused(ground: PowerGround) -> None:
    shape = gather_profiles(ground.tables, "s", (2025,), ProfileRequest()).values["load"]
    given = ground.tables["power_demands"].filter(item="electricity").sort((pl.col("year") - 2025).abs())
    mean = 1000.0 * given["value"][0] / 8760.0
    right, tenth = (UserFile("load.csv", label(shape * mean * by, 2025, "load_mw")) for by in (1.0, 0.1))
    made = gather_profiles(ground.tables, "s", (2025,), ProfileRequest((right,)))
    assert made.values["load"] == pytest.approx(shape, rel=1e-6)
    with pytest.raises(InputRefused) as refused:
        gather_profiles(ground.tables, "s", (2025,), ProfileRequest((tenth,)))
    assert {finding.place.file for finding in refused.value.findings} == {"load.csv"}


def test_what_stands_behind_a_profile_is_told(ground: PowerGround) -> None:
    made = gather_profiles(ground.tables, "s", (2025,), ProfileRequest(seed=2))
    uses = {row["profile"]: row for row in made.uses.iter_rows(named=True)}
    years = ground.tables["profile_statistics"].filter(profile="wind")["data_year"].unique().to_list()
    assert str(years[0]) in uses["wind"]["note_en"]
    assert uses["wind"]["weather_year"] is None
    assert (uses["ev"]["origin"], uses["ev"]["seed"]) == ("typical", None)
    assert "demonstration" in uses["ev"]["note_en"]
    assert np.ptp(made.values["ev"][:24]) > 0.5


def test_a_preview_takes_whole_days_of_all_seasons() -> None:
    hours = cut_hours(np.arange(8760.0), 96)
    assert hours.size == 96
    assert (hours[::24] % 24 == 0).all()
    assert np.ptp(hours) > 6000
    assert cut_hours(np.arange(8760.0), 30).size == 30


# --- dispatch ---------------------------------------------------------------------------------------------


def test_dispatch_of_a_plan_costs_what_the_plan_costs(case: PowerCase) -> None:
    plan = study_power(case, Job())
    given = read_capacities(plan.tables["power.capacity"], 2025, "plan")
    dispatch = study_power(replace(case, capacities=given), Job())
    assert dispatch.solved.objective == pytest.approx(plan.solved.objective, rel=1e-6)
    after = read_capacities(dispatch.tables["power.capacity"], 2025, "dispatch")
    assert after == pytest.approx(given, abs=1e-3)
    assert dispatch.tables["power.certificate"]["run"].to_list() == ["dispatch"]


def test_dispatch_week_by_week_costs_little_more_and_is_told(ground: PowerGround, case: PowerCase) -> None:
    long = replace(case, profiles=gather_profiles(ground.tables, "plan", YEARS, ProfileRequest(hours=504)))
    given = read_capacities(study_power(long, Job()).tables["power.capacity"], 2025, "plan")
    whole = study_power(replace(long, capacities=given), Job())
    weekly = study_power(replace(long, capacities=given, solving=SolveSettings(weekly=True)), Job())
    assert weekly.solved.method == "weekly dispatch"
    assert weekly.solved.objective == pytest.approx(whole.solved.objective, rel=5e-3)
    assert weekly.solved.gap is None or weekly.solved.gap >= 0


def test_given_capacity_is_what_stands_and_nothing_is_left_to_choose(case: PowerCase) -> None:
    network = fix_capacities(lay_network(case), {"wind": 1234.0, "agile_coal": 700.0})
    assert not any(asset.extendable for asset in (*network.generators, *network.storage_units))
    wind = sum(asset.p_nom for asset in network.generators if asset.technology == "wind")
    coal = sum(asset.p_nom for asset in network.generators if asset.technology == "agile_coal")
    assert (wind, coal) == (1234.0, 700.0)
    assert network.capacity_limits == ()


def test_a_class_that_cannot_stand_is_refused(case: PowerCase) -> None:
    with pytest.raises(InputRefused, match="fusion"):
        fix_capacities(lay_network(case), {"fusion": 1.0})
    with pytest.raises(InputRefused) as refused:
        read_capacities(
            pl.DataFrame({"technology": ["wind"], "year": [2030], "capacity_mw": [1.0]}), 2025, "f"
        )
    assert refused.value.findings[0].code == "power_capacities_year"


# --- plans that cannot be, or are stopped -----------------------------------------------------------------


def test_an_infeasible_plan_says_what_would_free_it(case: PowerCase) -> None:
    with pytest.raises(NegativeAnswer) as answer:
        study_power(replace(case, settings=PlanSettings(co2_limit=(1e6,))), Job())
    assert "co2" in answer.value.text("en")
    assert "this alone is enough" in answer.value.text("en")


def test_a_cancelled_job_stops(case: PowerCase) -> None:
    job = Job()
    job.cancelled.set()
    with pytest.raises(Interrupted):
        study_power(case, job)


def test_year_by_year_proves_nothing_and_costs_no_less(ground: PowerGround, case: PowerCase) -> None:
    years = (2025, 2030)
    both = replace(
        case, years=years, profiles=gather_profiles(ground.tables, "plan", years, FEW),
        demand=ground.find_demand(case.scenario, years),
    )  # fmt: skip
    perfect = study_power(both, Job())
    myopic = study_power(replace(both, settings=PlanSettings(foresight="myopic")), Job())
    assert myopic.solved.gap is None
    assert myopic.solved.objective >= perfect.solved.objective * (1 - 1e-9)
    assert myopic.tables["power.certificate"]["foresight"].to_list() == ["myopic"]


# --- ensembles --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tasks(ground: PowerGround, case: PowerCase) -> list[EnsembleTask]:
    classes = tuple(ground.tables["power_technologies"]["technology"].to_list())
    base = EnsembleBase(
        ground.tables, case.scenario, YEARS, ProfileRequest(hours=48), PlanSettings(), SolveSettings(), None,
        classes,
    )  # fmt: skip
    specs = [CaseSpec(None, seed, fuel, None) for seed in (1, 2) for fuel in (1.0, 1.5)]
    return [EnsembleTask(base, spec, case.demand) for spec in specs]


def same(one: list[dict[str, np.ndarray]], other: list[dict[str, np.ndarray]]) -> bool:
    return all(
        np.array_equal(a[name], b[name], equal_nan=True)
        for a, b in zip(one, other, strict=True)
        for name in a
    )


def test_dearer_fuel_costs_more_and_another_seed_is_another_year(tasks: list[EnsembleTask]) -> None:
    results, kept = run_tasks(tasks)
    assert kept == 0
    cost = [found["system"][0, -1] for found in results]
    assert cost[1] > cost[0]
    assert cost[3] > cost[2]
    assert cost[0] != cost[2]
    assert all(found["status"][0] == 1.0 for found in results)


def test_finished_cases_are_kept_and_an_altered_case_is_not(
    tasks: list[EnsembleTask], tmp_path: Path
) -> None:
    chunks = FolderChunks(tmp_path)
    first, _ = run_tasks(tasks[:2], chunks=chunks)
    again, kept = run_tasks(tasks, chunks=chunks)
    assert kept == 2
    assert same(first, again[:2])
    other = replace(tasks[0], spec=replace(tasks[0].spec, fuel=1.01))
    _, kept = run_tasks([other], chunks=chunks)
    assert kept == 0


def test_an_infeasible_case_is_a_result(tasks: list[EnsembleTask]) -> None:
    base = replace(tasks[0].base, settings=PlanSettings(co2_limit=(1e5,)))
    found = solve_task(replace(tasks[0], base=base))
    assert found["status"][0] == 0.0
    assert np.isnan(found["system"]).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of distributed, on machines without a loopback name
def test_processes_and_a_cluster_compute_the_same(tasks: list[EnsembleTask]) -> None:
    here, _ = run_tasks(tasks)
    with open_executor(2) as executor:
        beside, _ = run_tasks(tasks, executor=executor)
    assert same(here, beside)
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            processes=True, n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        open_executor(scheduler=cluster.scheduler_address) as executor,
    ):
        there, _ = run_tasks(tasks, executor=executor)
    assert same(here, there)


# --- the stage of the main job ----------------------------------------------------------------------------


def stage_of(tiny_pack: Path, day: str, *extras: str) -> Result:
    pack = read_pack(str(tiny_pack))
    return power_stage.plan_power(
        RunContext(pack, parse_day(day), accept_findings=True, extras=frozenset(extras))
    )


def test_the_stage_does_nothing_unless_it_is_asked_for(tiny_pack: Path) -> None:
    assert stage_of(tiny_pack, "2026-11-22") == Result("power", {})


def test_the_stage_tells_why_it_has_no_plan(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power_stage, "HOURS", 48)
    monkeypatch.setattr(power_stage, "YEARS", (2055,))
    unknown = stage_of(tiny_pack, "2010-01-01", "power")
    assert unknown.tables == {}
    assert "no outlook of the demand" in unknown.steps[0].en
    assert [finding.code for finding in unknown.findings] == ["power_demand_missing"]

    def refuse(*_given: object) -> None:
        raise NegativeAnswer.of("power_infeasible_unexplained")

    monkeypatch.setattr(power_stage, "YEARS", (2025,))
    monkeypatch.setattr(power_stage, "study_power", refuse)
    infeasible = stage_of(tiny_pack, "2026-11-22", "power")
    assert "infeasible" in infeasible.steps[0].en
    assert [finding.severity for finding in infeasible.findings] == ["warning"]
