"""The stage of the cities: a full split of the made province, nothing imputed elsewhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dafeng.app.cities_split import SplitRequest, choose_methods, list_places, run_split
from dafeng.app.cities_stage import split_pack_targets
from dafeng.app.stages import STAGES, RunContext
from dafeng.cities.io import parse_locks
from dafeng.cities.split_question import SplitWishes
from dafeng.errors import InputRefused, NegativeAnswer
from dafeng.pack import Pack, read_pack

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def tiny(tiny_pack: Path) -> Pack:
    return read_pack(str(tiny_pack))


def run_stage(pack: Pack, day: date = DAY) -> dict[str, pl.DataFrame]:
    result = split_pack_targets(RunContext(pack, day, accept_findings=False))
    return {name: table.frame for name, table in result.tables.items()}


def test_the_made_province_is_split_whole(tiny: Pack) -> None:
    tables = run_stage(tiny)
    checks = tables["cities.allocation_check"]
    assert dict(checks.select("method", "outcome").iter_rows()) == {
        "uniform": "fails", "uniform_raised": "holds", "index": "holds", "convergence": "holds",
    }  # fmt: skip
    assert set(checks["residual"]) == {200.0}
    assert tables["cities.allocation"]["assigned"].null_count() == 0
    assert tables["cities.figures"].height == 23


def test_figures_published_later_are_not_used(tiny: Pack) -> None:
    tables = run_stage(tiny, date(2025, 12, 31))
    assert set(tables["cities.allocation"]["status"]) == {"missing"}
    assert set(tables["cities.allocation"]["missing_items"]) == {"gdp_growth"}
    assert set(tables["cities.allocation_check"]["outcome"]) == {"cannot_check"}
    assert run_stage(tiny, date(2025, 3, 9))["cities.allocation"].is_empty()  # the target was not public yet


def test_unpublished_figures_of_the_first_province_are_listed_and_not_imputed(shanxi: Pack) -> None:
    tables = run_stage(shanxi)
    allocation, checks = tables["cities.allocation"], tables["cities.allocation_check"]
    assert set(checks["outcome"]) == {"cannot_check"}
    assert set(checks["cities_all"]) == {11}
    assert {"D-sx-es-14fyp-1", "D-cn-energy-12fyp-1"} <= set(checks["target_id"])
    assert allocation["assigned"].is_null().all()
    assert allocation["missing_items"].str.contains("energy_total").all()
    assert all(len(text.split(";")) == 12 for text in checks["missing_regions"])  # 11 cities, the province
    assert tables["cities.figures"].height >= 20


def test_the_stage_comes_after_the_accounts_and_before_the_evaluation() -> None:
    names = [stage.id for stage in STAGES]
    assert names.index("tracking") < names.index("cities") < names.index("evaluation")


def test_a_target_may_be_given_in_part_by_the_user(tiny_pack: Path) -> None:
    made = run_split(SplitRequest(str(tiny_pack), DAY, target="T5", fall=0.1, methods=("uniform",)))
    assert made.check["required"].item() == 0.1
    assert made.check["target_id"].item() == "T5"
    with pytest.raises(InputRefused) as refused:
        run_split(SplitRequest(str(tiny_pack), DAY, target="T5"))
    assert refused.value.findings[0].params == {"options": "--fall"}
    with pytest.raises(InputRefused, match="D2"):
        run_split(SplitRequest(str(tiny_pack), DAY, target="T1"))


def test_only_methods_that_can_be_used_are_all(tiny_pack: Path) -> None:
    assert choose_methods(["all"], has_weights=False) == ("uniform", "uniform_raised", "index", "convergence")
    assert "weights" in choose_methods(["all"], has_weights=True)
    rising = choose_methods(["all"], has_weights=True, fall=-0.1)
    assert rising == ("uniform", "uniform_raised", "convergence")
    with pytest.raises(InputRefused) as refused:
        choose_methods(["unifrom"], has_weights=False)
    assert refused.value.findings[0].code == "filter_unknown"
    made = run_split(SplitRequest(str(tiny_pack), DAY, target="T5", fall=-0.1))
    assert set(made.check["method"]) == {"uniform", "uniform_raised", "convergence"}


def test_a_method_without_solution_is_an_answer_alone_and_a_note_among_others(tiny_pack: Path) -> None:
    wishes = SplitWishes(high=0.151)
    with pytest.raises(NegativeAnswer):
        run_split(SplitRequest(str(tiny_pack), DAY, target="D2", methods=("index",), wishes=wishes))
    made = run_split(SplitRequest(str(tiny_pack), DAY, target="D2", wishes=wishes))
    outcomes = dict(made.check.select("method", "outcome").iter_rows())
    assert outcomes == {
        "uniform": "fails", "uniform_raised": "infeasible", "index": "infeasible", "convergence": "infeasible"
    }  # fmt: skip
    assert [f.code for f in made.findings] == ["split_infeasible"] * 2 + ["split_convergence_late"]


def test_locks_are_read_by_code_and_name(tiny: Pack) -> None:
    places = list_places(tiny)
    assert parse_locks(["610100=0.2", "Baoji＝18%"], places) == {"610100": 0.2, "610300": 0.18}
    with pytest.raises(InputRefused) as refused:
        parse_locks(["610100=20", "610100", "140100=0.1", "CN-SN=0.1"], places)
    assert [f.code for f in refused.value.findings] == ["split_lock_unreadable"] * 2 + ["city_unknown"] * 2
