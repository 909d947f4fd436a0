"""``dafeng power``: plans that are whole or not there, dispatch, ensembles that go on, refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import dafeng as package
from dafeng.app import power_ensemble as ensembles
from dafeng.app import power_output as output_room
from dafeng.app import power_solving
from dafeng.app.output_folder import CHUNKS
from dafeng.app.power_document import read_document
from dafeng.app.tables import TABLES
from dafeng.errors import Interrupted
from dafeng.store import Workspace
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = ("--as-of", "2026-11-22", "--accept-findings")
FEW = ("--years", 2025, "--hours", 48, *DAY)


@pytest.fixture
def run(dafeng: Callable[..., Any], tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a caller of ``dafeng power`` on the second province, without PyPSA."""
    monkeypatch.setattr(output_room, "can_export", lambda: False)
    return lambda noun, *words: dafeng("power", noun, *words, "--pack", tiny_pack)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_a_plan_is_a_folder_of_tables_with_its_certificate(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("plan", "--scenario", "plan", "--output", "out", *FEW)
    assert answer.code == 0, answer.err
    out = tmp_path / "out"
    document = read_document((out / "plan.json").read_text("utf-8"))
    assert document.software == f"dafeng {package.__version__}"
    assert (document.years, document.hours) == ((2025,), (48,))
    assert document.certified_gap is not None
    assert document.certified_gap <= 1e-3
    assert document.lower_bound_cny is not None
    assert document.lower_bound_cny <= document.objective_cny
    assert {use.profile for use in document.profiles} >= {"wind", "pv", "load"}
    assert {met.item for met in document.demand} >= {"electricity"}
    found = {str(Path(name)) for name in contents(out)}
    assert found == {*document.files, "manifest.json"}
    for name in document.files:
        if name.endswith(".parquet"):
            table_id = Path(name).stem
            check(pl.read_parquet(out / name), TABLES[table_id][0])
    capacity = pl.read_parquet(out / "tables" / "power.capacity.parquet")
    assert document.capacity_mw["2025"] == pytest.approx(
        dict(capacity.select("technology", "capacity_mw").iter_rows())
    )
    hours = pl.read_parquet(out / "tables" / "power.hourly.parquet")
    assert hours["hour"].n_unique() == 48
    assert "已证明的差距" in answer.out
    assert "preview: only 48 hours" in answer.out
    assert "PyPSA is not installed" in answer.out


@pytest.mark.parametrize("words", [("--hours", 168), ("--hours", 48, "--carbon-cap", 20)])
def test_linear_commitment_and_a_cap_are_planned_and_dispatched(
    run: Callable[..., Any], tmp_path: Path, words: tuple[object, ...]
) -> None:
    linear = (*words[:2], "--commitment", "linear", *DAY)
    answer = run("plan", "--scenario", "plan", "--years", 2025, "--output", "one", *linear, *words[2:])
    assert answer.code == 0, answer.err
    document = read_document((tmp_path / "one" / "plan.json").read_text("utf-8"))
    prices = pl.read_parquet(tmp_path / "one" / "tables" / "power.limit_prices.parquet")
    capped = prices.filter(pl.col("limit") == "co2")
    assert capped["price"].to_list() == list(document.co2_shadow_price_cny_per_t)
    if "--carbon-cap" in words:
        assert capped["unit"].to_list() == ["CNY/t"]
        assert capped["price"][0] > 0
        assert "shadow price of the CO2 cap [CNY/t]: 2025 " in answer.out
    else:
        answer = run("dispatch", "--plan", "one", "--year", 2025, "--output", "two", *linear)
        assert answer.code == 0, answer.err
        again = read_document((tmp_path / "two" / "plan.json").read_text("utf-8"))
        assert again.objective_cny == pytest.approx(document.objective_cny, rel=1e-6)


def test_alternatives_say_how_much_of_each_class_is_needed(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("plan", "--scenario", "plan", "--output", "out", *FEW, "--alternatives", 0.02)
    assert answer.code == 0, answer.err
    found = pl.read_parquet(tmp_path / "out" / "tables" / "power.alternatives.parquet")
    assert "wind" in found["technology"].to_list()
    assert (found["least_mw"] <= found["optimal_mw"] + 1e-6).all()
    assert (found["optimal_mw"] <= found["most_mw"].fill_null(float("inf")) + 1e-6).all()
    assert (found["most_mw"] > found["least_mw"] + 1.0).any()
    assert set(found["slack_share"]) == {0.02}


def test_same_inputs_same_files_and_a_second_run_replaces_the_first(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    assert run("plan", "--scenario", "plan", "--output", "one", *FEW).code == 0
    assert run("plan", "--scenario", "plan", "--output", "two", *FEW, "--seed", 5).code == 0
    assert run("plan", "--scenario", "plan", "--output", "two", *FEW).code == 0
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    timed = {"plan.json", "manifest.json"} | {name for name in one if "certificate" in name}
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} <= timed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--years", "2030,2025"), ["power_periods_order", "2030, 2025"]),
        (("--years", "soon"), ["--years", "soon"]),
        (("--years", "2025", "--hours", 5), ["option_outside", "--hours", "24"]),
        (("--years", "2025", "--gap", 2), ["--gap"]),
        (("--years", "2025", "--carbon-price", "1,2"), ["--carbon-price", "2 ≠ 1"]),
        (("--years", "2025", "--carbon-cap", "-1"), ["option_negative", "--carbon-cap"]),
        (("--years", "2025", "--seed", -1), ["--seed"]),
        (("--years", "2025", "--scenario", "pln"), ["scenario_unknown", "plan"]),
        (("--years", "2070"), ["--years"]),
        (("--years", "2025", "--profiles", "nowhere.csv"), ["file_missing"]),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    run: Callable[..., Any], tmp_path: Path, words: tuple[object, ...], said: list[str]
) -> None:
    given = words if "--scenario" in words else ("--scenario", "plan", *words)
    answer = run("plan", *given, "--output", "out", *DAY)
    assert answer.code == 2, answer.err
    for word in said:
        assert word in answer.err
    assert not (tmp_path / "out").exists()


def test_a_bad_profile_is_named_with_its_row(run: Callable[..., Any], tmp_path: Path) -> None:
    lines = [f"{hour},{0.3}" for hour in range(8760)]
    lines[100] = "100,1.7"
    (tmp_path / "wind.csv").write_text("\n".join(["hour,wind_share", *lines]), "utf-8")
    answer = run("plan", "--scenario", "plan", "--output", "out", "--profiles", "wind.csv", *FEW)
    assert answer.code == 2
    assert "wind.csv, row 102" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_is_left_alone(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", "utf-8")
    answer = run("plan", "--scenario", "plan", "--output", "out", *FEW)
    assert answer.code == 2
    assert "power_folder_foreign" in answer.err
    assert contents(tmp_path / "out") == {"letter.txt": b"mine"}


def test_an_infeasible_plan_leaves_with_3_and_says_what_would_free_it(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    answer = run("plan", "--scenario", "plan", "--output", "out", *FEW, "--carbon-cap", 1)
    assert answer.code == 3
    assert "单独放宽此项即可" in answer.err
    assert "this alone is enough" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_pack_without_a_power_system_says_what_it_lacks(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    (tmp_path / "pack" / "power_fleet.csv").unlink()
    answer = dafeng("power", "plan", "--scenario", "plan", "--output", "out", "--pack", "pack", *FEW)
    assert answer.code == 2
    assert "power_fleet.csv" in answer.err


def test_dispatch_of_a_plan_and_of_a_table_of_capacities(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run("plan", "--scenario", "plan", "--output", "plan", "--seed", 3, *FEW).code == 0
    options = ("--year", 2025, "--hours", 48, *DAY)
    answer = run("dispatch", "--plan", "plan", "--output", "out", *options)
    assert answer.code == 0, answer.err
    plan, dispatch = (
        read_document((tmp_path / name / "plan.json").read_text("utf-8")) for name in ("plan", "out")
    )
    assert dispatch.kind == "dispatch"
    assert {use.seed for use in dispatch.profiles} == {3, None}
    assert dispatch.objective_cny == pytest.approx(plan.objective_cny, rel=1e-6)
    rows = [f"{name},2025,{value}" for name, value in plan.capacity_mw["2025"].items()]
    (tmp_path / "c.csv").write_text("\n".join(["technology,year,capacity_mw", *rows]), "utf-8")
    answer = run("dispatch", "--plan", "c.csv", "--output", "third", "--seed", 3, *options)
    assert answer.code == 0, answer.err
    third = read_document((tmp_path / "third" / "plan.json").read_text("utf-8"))
    assert third.objective_cny == pytest.approx(plan.objective_cny, rel=1e-6)
    (tmp_path / "c.csv").write_text("technology,year,capacity_mw\nwind,2030,1\n", "utf-8")
    answer = run("dispatch", "--plan", "c.csv", "--output", "no", *options)
    assert answer.code == 2
    assert "power_capacities_year" in answer.err
    assert not (tmp_path / "no").exists()


ENSEMBLE = (
    "--scenario",
    "plan",
    "--years",
    2025,
    "--hours",
    48,
    "--seeds",
    "1,2",
    "--fuel-price",
    "1,1.5",
    *DAY,
)


def test_an_ensemble_goes_on_where_it_stopped(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve, done = ensembles.solve_task, []

    def solve_some(task: ensembles.EnsembleTask) -> Any:
        if len(done) == 2:
            raise Interrupted.of("interrupted")
        done.append(task)
        return solve(task)

    monkeypatch.setattr(ensembles, "solve_task", solve_some)
    answer = run("ensemble", *ENSEMBLE, "--output", "out")
    assert answer.code == 130
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name != ".lock"] == [CHUNKS]
    monkeypatch.setattr(ensembles, "solve_task", solve)
    answer = run("ensemble", *ENSEMBLE, "--output", "out")
    assert answer.code == 0, answer.err
    assert "2 kept from before" in answer.out
    whole = run("ensemble", *ENSEMBLE, "--output", "other")
    assert whole.code == 0
    one, two = contents(tmp_path / "out"), contents(tmp_path / "other")
    assert one == two
    cases = pl.read_csv(tmp_path / "out" / "cases.csv")
    assert cases["status"].to_list() == ["solved"] * 4
    summary = pl.read_csv(tmp_path / "out" / "summary.csv")
    cost = summary.filter(pl.col("quantity") == "cost_cny").row(0, named=True)
    assert cost["low"] < cost["p50"] < cost["high"]
    assert not (tmp_path / "out" / CHUNKS).exists()


def test_lever_success_and_demand_differ_between_futures(run: Callable[..., Any], tmp_path: Path) -> None:
    words = ("--scenario", "plan", "--years", 2030, "--hours", 48, "--futures", 2, *DAY)
    assert run("ensemble", *words, "--output", "out").code == 0
    results = pl.read_csv(tmp_path / "out" / "results.csv")
    demand = results.filter(pl.col("quantity") == "demand_gwh")["value"]
    assert demand[0] != demand[1]


def test_profiles_are_listed_and_written(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("profiles", "--years", 2025, "--format", "json", "--output", "p.csv", "--seed", 2)
    assert answer.code == 0, answer.err
    listed = json.loads(answer.out[: answer.out.rindex("]") + 1])
    assert {row["profile"] for row in listed} >= {"wind", "pv", "load"}
    frame = pl.read_csv(tmp_path / "p.csv")
    assert frame.height == 8760
    assert frame["time"][0] == "2025-01-01T00:00+08:00"
    assert 0 <= frame["wind_share"].min() <= frame["wind_share"].max() <= 1


def test_the_network_is_listed_before_it_is_solved(run: Callable[..., Any]) -> None:
    answer = run("network", "--years", "2025", "--format", "csv", *DAY)
    assert answer.code == 0, answer.err
    frame = pl.read_csv(answer.out.encode())
    assert frame["asset"].is_unique().all()
    assert {"wind", "agile_coal"} <= set(frame["technology"])


@pytest.mark.parametrize("place", ["solve", "write"])
def test_ctrl_c_leaves_with_130_and_nothing_half_written(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def interrupt(*_given: object, **_named: object) -> Any:
        raise KeyboardInterrupt

    assert run("plan", "--scenario", "plan", "--output", "old", *FEW).code == 0
    before = contents(tmp_path / "old")
    if place == "solve":
        monkeypatch.setattr(power_solving, "solve_direct", interrupt)
    else:
        monkeypatch.setattr(Workspace, "commit", interrupt)
    assert run("plan", "--scenario", "plan", "--output", "old", "--seed", 9, *FEW).code == 130
    assert contents(tmp_path / "old") == before
    answer = run("plan", "--scenario", "plan", "--output", "new", *FEW)
    assert answer.code == 130
    assert "interrupted" in answer.err
    assert not (tmp_path / "new").exists() or contents(tmp_path / "new") == {}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of PyPSA and its libraries
def test_the_network_is_written_where_pypsa_is(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pypsa")
    answer = dafeng("power", "plan", "--pack", tiny_pack, "--scenario", "plan", "--output", "out", *FEW)
    assert answer.code == 0, answer.err
    document = read_document((tmp_path / "out" / "plan.json").read_text("utf-8"))
    assert document.network == "network.nc"
    assert (tmp_path / "out" / "network.nc").stat().st_size > 10_000
    assert "INFO" not in answer.err
