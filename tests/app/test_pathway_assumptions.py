"""Assumptions changed one at a time, on common futures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.pathway_assumptions import AS_IT_IS, list_variants, vary_assumptions
from dafeng.app.pathway_engine import lay_foundation, resolve_all
from dafeng.app.pathway_study import StudyPlan, study_scenario
from dafeng.errors import Interrupted
from dafeng.job import Job, Progress
from dafeng.pack import read_pack
from dafeng.pathway.contracts import AssumptionTest
from dafeng.scenario import Lever
from dafeng.table import check

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.pathway_engine import Foundation
    from dafeng.scenario import Scenario

DRAWS = 64


@pytest.fixture(scope="module")
def foundation(tiny_pack: Path) -> Foundation:
    return lay_foundation(read_pack(tiny_pack), date(2026, 11, 22), accept_findings=True)


@pytest.fixture(scope="module")
def plan(tiny_pack: Path) -> Scenario:
    """Return the plan of the second province, whose wind goes on after the end of its schedule."""
    made = resolve_all(read_pack(tiny_pack))["plan"]
    lever = made.levers[0].model_copy(update={"then": 200.0})
    return made.model_copy(update={"levers": (lever,)})


def test_each_variant_changes_one_field_of_the_scenario(foundation: Foundation, plan: Scenario) -> None:
    made = {variant.key: variant for variant in list_variants(foundation, plan)}
    assert made[AS_IT_IS].scenario == plan
    changed = {
        key: [name for name in type(plan).model_fields if getattr(one.scenario, name) != getattr(plan, name)]
        for key, one in made.items()
    }
    fields = {"gdp_": ["growth"], "power": ["growth"], "no_de": ["autonomous"], "wind_": ["levers"],
              "delay": ["levers"]}  # fmt: skip
    for key, found in changed.items():
        assert key == AS_IT_IS or found == next(v for start, v in fields.items() if key.startswith(start))
    assert {"gdp_1", "gdp_2", "gdp_3", "gdp_4", "no_decoupling", "delay_3"} <= set(made)
    pace = {key: made[key].scenario.levers[0].then for key in ("wind_pv_pace_0", "wind_pv_pace_2")}
    assert pace == {"wind_pv_pace_0": 0.0, "wind_pv_pace_2": 400.0}
    late, lever = made["delay_3"].scenario.levers[0], plan.levers[0]
    assert (late.start, late.end, late.then) == (lever.start + 3, lever.end + 3, lever.then)


def test_what_changes_nothing_or_cannot_be_run_is_left_out(foundation: Foundation, plan: Scenario) -> None:
    still = Lever(id="L1", start=2023, end=2030, value=5000.0)
    keys = {v.key for v in list_variants(foundation, plan.model_copy(update={"levers": (still,)}))}
    assert not [key for key in keys if key.startswith("wind_pv_pace")]
    frozen = plan.model_copy(update={"autonomous": 0.0, "growth": {"gdp": 0.02}})
    keys = {variant.key for variant in list_variants(foundation, frozen)}
    assert keys.isdisjoint({"no_decoupling", "gdp_2"})
    assert "gdp_3" in keys


def test_faster_growth_never_makes_the_peak_likelier(foundation: Foundation, plan: Scenario) -> None:
    frame = check(vary_assumptions(foundation, plan, DRAWS), AssumptionTest)
    assert frame["variant"][0] == AS_IT_IS
    assert frame["difference"][0] == 0.0
    rows = {row["variant"]: row for row in frame.iter_rows(named=True)}
    shares = [rows[f"gdp_{rate}"]["peaked_share"] for rate in (1, 2, 3, 4)]
    assert shares == sorted(shares, reverse=True)
    levels = [rows[f"gdp_{rate}"]["level_p50"] for rate in (1, 2, 3, 4)]
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]
    assert rows["wind_pv_pace_2"]["peaked_share"] >= rows["wind_pv_pace_0"]["peaked_share"]
    for row in rows.values():
        assert row["difference"] == pytest.approx(row["peaked_share"] - rows[AS_IT_IS]["peaked_share"])
        assert row["draws"] == DRAWS


def test_the_first_row_is_the_answer_of_the_study(foundation: Foundation, plan: Scenario) -> None:
    row = vary_assumptions(foundation, plan, DRAWS).row(0, named=True)
    told = study_scenario(foundation, plan, StudyPlan(DRAWS)).tables["pathway.peak"].row(0, named=True)
    for name in (
        "boundary",
        "power_export",
        "process",
        "gases",
        "by_year",
        "peaked_share",
        "p50_year",
        "unit",
    ):
        assert row[name] == told[name]
    assert row["level_p50"] == pytest.approx(told["level_p50"], rel=1e-9)


def test_it_can_be_stopped(foundation: Foundation, plan: Scenario) -> None:
    job, seen = Job(), []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        job.cancelled.set()

    with pytest.raises(Interrupted):
        vary_assumptions(foundation, plan, 8, job=Job(stop, job.cancelled))
    assert len(seen) == 1
