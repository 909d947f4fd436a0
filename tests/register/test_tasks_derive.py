"""Tasks follow from the plan: every clause and body once, cities one by one, successors, dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.cities.departments import current_bodies
from dafeng.pack import read_pack
from dafeng.register.tasks_derive import (
    PlanGround,
    derive_tasks,
    due_of_targets,
    list_goals,
    means_cities,
    number_task,
)

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

DAY = date(2026, 11, 23)


def ground_of(pack: Pack, day: date = DAY, **tables: pl.DataFrame) -> PlanGround:
    info = pack.config.pack
    now = current_bodies(pack.tables["agencies"], day)
    return PlanGround({**pack.tables, **tables}, now, info.region, info.plan_document, day)


def task(frame: pl.DataFrame, number: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.col("task_no") == number, named=True)


def test_every_clause_and_body_of_the_plan_is_one_task(shanxi: Pack) -> None:
    """Count anew: pairs of clause and body that now stands, eleven for the cities, chapter leads left out."""
    tables = shanxi.tables
    leads = set(tables["clauses"].filter(pl.col("level") == "chapter_lead")["clause_id"])
    bodies = {row["agency_id"]: row for row in tables["agencies"].to_dicts()}
    now = current_bodies(tables["agencies"], DAY)
    pairs = {
        (clause, "cities" if means_cities(bodies[agency]) else now[agency])
        for clause, agency in tables["clause_agencies"].select("clause_id", "agency_id").iter_rows()
        if clause not in leads
    }
    wanted = sum(11 if body == "cities" else 1 for _, body in pairs)
    found = derive_tasks(ground_of(shanxi))
    assert found.height == wanted
    assert found["task_no"].is_unique().all()
    assert set(zip(found["clause"], found["agency"], strict=True)) == {
        (clause, "city_governments" if body == "cities" else body) for clause, body in pairs
    }


def test_cities_named_twice_in_a_clause_are_one_task_each_under_the_first_role(shanxi: Pack) -> None:
    found = derive_tasks(ground_of(shanxi)).filter(pl.col("clause") == "C7.1")
    cities = found.filter(pl.col("region") != "CN-SX")
    assert cities.height == 11
    assert set(cities["role"]) == {"lead"}
    assert set(cities["agency"]) == {"city_governments"}


def test_a_body_whose_time_is_over_stands_under_its_successor_with_a_remark(shanxi: Pack) -> None:
    late, early = derive_tasks(ground_of(shanxi)), derive_tasks(ground_of(shanxi, date(2023, 6, 1)))
    found = task(late, "C5.2-pbc_shanxi")
    assert found["standing"] == "informed"
    assert "人行太原中心支行" in found["remark"]
    assert task(early, "C5.2-pbc_taiyuan")["remark"] is None
    assert "C5.2-pbc_shanxi" not in set(early["task_no"])


def test_bodies_that_are_not_scored_are_marked(shanxi: Pack) -> None:
    found = dict(derive_tasks(ground_of(shanxi)).select("agency", "standing").unique().iter_rows())
    assert found["meteorology"] == found["state_grid"] == "informed"
    assert found["drc"] == found["city_governments"] == "scored"
    assert found["provincial_units"] == "collective"
    assert found["leading_group_office"] == "steering"


def test_the_deadline_is_the_end_of_the_last_target_year_or_empty(shanxi: Pack) -> None:
    found = derive_tasks(ground_of(shanxi))
    assert task(found, "C2.2.1-energy_bureau")["due"] == "2030-12-31"
    assert task(found, "C3.1.2-140100")["due"] == "2025-12-31"
    assert task(found, "C4.4.4-party_organisation")["due"] is None


def test_each_target_of_a_clause_has_its_own_date_and_an_unsure_year_gives_none(shanxi: Pack) -> None:
    due = due_of_targets(shanxi.tables["targets"])
    lines = list_goals(task(derive_tasks(ground_of(shanxi)), "C3.1.2-140100"), due)
    dates = {line["target"]: line["goal_due"] for line in lines}
    assert dates["T3.1.2-1"] == "2023-12-31"
    assert dates["T3.1.2-2"] is None  # 2023, but the plan does not say clearly for what
    assert all(line["done_on"] is None for line in lines)


def test_known_tasks_are_not_new_and_the_rest_is(shanxi: Pack) -> None:
    first = derive_tasks(ground_of(shanxi))
    again = derive_tasks(ground_of(shanxi), set(first["task_no"]) - {"C2.1.1-140100"})
    assert again.filter(pl.col("is_new"))["task_no"].to_list() == ["C2.1.1-140100"]
    assert again.drop("is_new").equals(first.drop("is_new"))


def test_a_city_that_no_longer_exists_gets_no_task(shanxi: Pack) -> None:
    regions = shanxi.tables["regions"].with_columns(
        valid_to=pl.when(pl.col("code") == "140200").then(pl.lit("2025")).otherwise(pl.col("valid_to"))
    )
    found = derive_tasks(ground_of(shanxi, regions=regions))
    assert "140200" not in set(found["region"])
    assert "140100" in set(found["region"])


def test_another_province_needs_no_code(tiny_pack: Path) -> None:
    pack = read_pack(str(tiny_pack))
    found = derive_tasks(ground_of(pack))
    assert set(found["clause"]) <= set(pack.tables["clauses"]["clause_id"])
    assert set(found["region"]) <= set(pack.tables["regions"]["code"])


@pytest.mark.parametrize(
    ("taken", "number"), [((), "C1-a-2"), (("C1-a", "C1-a-2"), "C1-a-3"), (("C1-a-3",), "C1-a-2")]
)
def test_an_added_task_takes_the_next_free_number(taken: tuple[str, ...], number: str) -> None:
    assert number_task("C1", "a", taken) == number
