"""The stage of the registers: without a database, with rows, on days of the past, and into the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.app import register_stage
from dafeng.app.pack_check import check_pack
from dafeng.app.register_figures import FIGURES, figures_on
from dafeng.app.register_shelf import load_library
from dafeng.app.register_stage import register_parameters, tabulate_registers
from dafeng.app.stages import RunContext
from dafeng.app.tables import TABLES
from dafeng.app.track_stage import accounts_on, list_own_figures, track_targets, with_accounts
from dafeng.register.changes import BatchHead, Change
from dafeng.register.compute import compute_formulas
from dafeng.register.schema import entered_schema, rows_frame
from dafeng.store.database import insert_frame, install_registers, open_database, read_rows, write_batch
from dafeng.table import check
from dafeng.tracking.indicator_contracts import DatedFigures

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

DAY = date(2026, 11, 22)
FIRM = "911400007159300111"
OVENS = [
    ("o1", "140105", 6.25, 150.0, "2019-06-01", None, "operating"),
    ("o2", "140781", 4.3, 60.0, "2008-03-01", None, "leaving"),
    ("o3", "140221", 4.3, 90.0, "2006-03-01", "2024-09-30", "closed"),
]
PROJECTS = [
    ("p1", "140105", 310_000.0, 2022, "operating"), ("p2", "140221", 260_000.0, 2026, "approved"),
    ("p3", "140224", 400_000.0, None, "appraised"), ("p4", "140781", None, 2026, "building"),
    ("p5", "140105", 900_000.0, 2008, "operating"),
]  # fmt: skip
BUDGETS = [("140100", 5200.0, 100.0), ("140200", 6000.0, 50.0), ("140700", 7000.0, 80.0)]
NEW_SINCE = 2021
"""Year from which the budgets call a project new: p5 stood before."""
ROWS: dict[str, list[dict[str, Any]]] = {
    "firms": [{"uscc": FIRM, "name": "示例公司", "county": "140105"}],
    "coke_ovens": [
        {
            "oven_code": code, "oven_name": f"{code}号焦炉", "firm": FIRM, "county": county,
            "charging": "top", "authority": "industry", "chamber_height": height, "capacity": capacity,
            "dry_quenched": 50.0, "commissioned_on": opened, "closed_on": closed, "state": state,
        }
        for code, county, height, capacity, opened, closed, state in OVENS
    ],
    "two_high_projects": [
        {
            "project_code": code, "project_name": f"{code}项目", "firm": FIRM, "county": county,
            "authority": "industry", "industry": "coking", "stage": "building", "co2_increment": co2,
            "energy_increment": 1000.0, "operation_year": year, "state": state,
            "ended_on": "2025-12-31" if code == "p1" else None,
        }
        for code, county, co2, year, state in PROJECTS
    ],
    "carbon_budgets": [
        {
            "city": city, "year": 2026, "authority": "drc", "budget": whole, "for_projects": room,
            "new_since": NEW_SINCE, "standing": "decided", "state": "in_force",
        }
        for city, whole, room in BUDGETS
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(shanxi: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with rows of 2025, one of which was changed in 2026."""
    path = tmp_path_factory.mktemp("registers") / "rows.sqlite"
    library = load_library(shanxi)
    with open_database(str(path)) as database:
        install_registers(database, library.registers.values(), shanxi.tables["regions"])
        for name, rows in ROWS.items():
            register = library.registers[name]
            said = entered_schema(register) | {n: pl.String() for n in ("state", "source", "grade")}
            stated = [{"state": register.first_state, "source": "test", "grade": "B"} | row for row in rows]
            frame = compute_formulas(register, library, rows_frame(stated, said))
            head = BatchHead(f"first-{name}", name, "import", "clerk", "2025-06-01T09:00:00+08:00")
            insert_frame(database, register, head, frame)
        register = library.registers["coke_ovens"]
        second = read_rows(database, register).filter(pl.col("oven_code") == "o2")["row_id"].item()
        head = BatchHead("later", "coke_ovens", "edit", "clerk", "2026-03-05T09:00:00+08:00")
        change = Change("update", second, 1, {"capacity": 50.0, "dry_capacity": 25.0})
        write_batch(database, register, head, [change])
    return path


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "nothing.sqlite"
    monkeypatch.setenv("DAFENG_DATABASE_URL", str(path))
    return path


def context_of(pack: Pack, day: date = DAY, complete: tuple[str, ...] = ()) -> RunContext:
    decisions = pack.config.decisions.model_copy(update={"complete_registers": complete})
    config = pack.config.model_copy(update={"decisions": decisions})
    return RunContext(replace(pack, config=config), day, accept_findings=True)


def frames_of(context: RunContext) -> dict[str, pl.DataFrame]:
    tables = tabulate_registers(context).tables
    return {name: check(table.frame, TABLES[name][0]) for name, table in tables.items()}


@pytest.fixture(scope="module")
def frames(shanxi: Pack, filled: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of the day over the filled database, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAFENG_DATABASE_URL", str(filled))
        return frames_of(context_of(shanxi))


def test_without_a_database_everything_is_listed_and_nothing_is_made(shanxi: Pack, empty: Path) -> None:
    context = context_of(shanxi)
    assert register_parameters(context)["head"] == ""
    frames = frames_of(context)
    assert frames["register.list"].height == len(shanxi.registers)
    assert frames["register.list"]["rows"].is_null().all()
    assert frames["register.measures"]["status"].unique().to_list() == ["no_rows"]
    assert frames["register.measures"]["value"].is_null().all()
    assert all(frames[f"register.{name}"].is_empty() for name in ("measure_rows", "budgets", "figures"))
    assert not empty.exists()


def test_an_empty_register_leaves_the_board_as_it_is(shanxi: Pack, empty: Path) -> None:
    formulas = shanxi.tables["indicator_formulas"]
    own = formulas.filter(~pl.col("formula").str.contains("registers.", literal=True))
    assert own.height < formulas.height
    boards = []
    for table in (formulas, own):
        pack = replace(shanxi, tables={**shanxi.tables, "indicator_formulas": table})
        context = with_accounts(context_of(pack))
        made = track_targets(context).tables
        boards.append([made[f"tracking.{name}"].frame for name in ("verdicts", "values", "paths")])
    assert all(with_.equals(without) for with_, without in zip(*boards, strict=True))
    assert not empty.exists()


def test_rows_make_figures_that_are_traced_to_them(
    shanxi: Pack, filled: Path, frames: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAFENG_DATABASE_URL", str(filled))
    share = pl.col("measure_id") == "large_share"
    values = frames["register.measures"].filter(share & (pl.col("region") == "CN-SX"))
    found = dict(values.select("year", "value").iter_rows())
    assert found[2020] == pytest.approx(100 * 150 / 290)
    assert found[2026] == pytest.approx(75.0)
    behind = frames["register.measure_rows"].filter(share & (pl.col("region") == "CN-SX"))
    sums = behind.group_by("year", "part").agg(pl.col("value").sum())
    parts = {(year, part): value for year, part, value in sums.iter_rows()}
    for year, value in found.items():
        large, every = parts.get((year, "sum(capacity, large)"), 0.0), parts[year, "sum(capacity)"]
        assert 100 * large / every == pytest.approx(value)
    assert set(behind["label"]) == {"o1号焦炉", "o2号焦炉", "o3号焦炉"}
    listed = dict(frames["register.list"].drop_nulls("rows").select("register_id", "rows").iter_rows())
    assert listed == {"carbon_budgets": 3, "coke_ovens": 3, "firms": 1, "two_high_projects": 5}
    head = register_parameters(context_of(shanxi))["head"]
    assert str(head).startswith("5:")


def test_a_figure_decides_only_where_its_register_is_declared_complete(
    shanxi: Pack, filled: Path, frames: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAFENG_DATABASE_URL", str(filled))
    grades = {}
    for complete in ((), ("coke_ovens",)):
        context = context_of(shanxi, complete=complete)
        made = frames_of(context) if complete else frames
        given = {**context.given, FIGURES: made[FIGURES]}
        tables = track_targets(replace(context, given=given)).tables
        own = pl.col("basis_id") == "register_large_ovens"
        values = tables["tracking.values"].frame.filter(own & (pl.col("region") == "CN-SX"))
        assert dict(values.select("period", "value").iter_rows())["2026-11"] == pytest.approx(75.0)
        assert values["basis"].unique().to_list() == ["register"]
        assert values["source_ids"].unique().to_list() == ["register"]
        grades[complete] = values["grade"].unique().to_list()
        quenching = pl.col("indicator_id") == "coke_dry_quenching_share"
        verdict = tables["tracking.verdicts"].frame.filter(quenching).row(0, named=True)
        if complete:
            assert (verdict["observed"], verdict["source_id"]) == (50.0, "register")
            assert "register" in verdict["why_en"]
    assert grades == {(): ["C"], ("coke_ovens",): ["B"]}


def test_a_replay_knows_nothing_that_was_written_later(
    shanxi: Pack, filled: Path, frames: dict[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAFENG_DATABASE_URL", str(filled))
    before = frames_of(context_of(shanxi, date(2025, 5, 31)))
    assert before["register.measures"]["status"].unique().to_list() == ["no_rows"]
    then = frames_of(context_of(shanxi, date(2025, 12, 31)))["register.measures"]
    capacity = then.filter((pl.col("measure_id") == "capacity") & (pl.col("register_id") == "coke_ovens"))
    last = capacity.filter((pl.col("region") == "CN-SX") & (pl.col("year") == 2025)).row(0, named=True)
    assert (last["value"], last["known_on"]) == (210.0, "2025-06-01")
    given = {FIGURES: frames[FIGURES]}
    small = pl.col("name") == "registers.coke_ovens.small_capacity"
    for day, value in ((date(2024, 12, 31), None), (date(2025, 12, 31), 60.0), (DAY, 50.0)):
        known = figures_on(given, day).filter(
            small & (pl.col("year") == 2024) & (pl.col("region") == "CN-SX")
        )
        assert (known["value"].to_list() or [None]) == [value]
    told = replace(context_of(shanxi), given=given)
    assert accounts_on(told, DAY).filter(small).equals(list_own_figures(told, DAY).filter(small))


def test_figures_of_the_running_year_say_so(frames: dict[str, pl.DataFrame]) -> None:
    figures = figures_on({FIGURES: frames[FIGURES]}, DAY)
    running = figures.filter(pl.col("year") == 2026)
    assert running["until"].unique().to_list() == ["2026-11-22"]
    flows = [f"registers.{name}" for name in ("carbon_budgets.budget", "two_high_projects.approved_co2")]
    assert not set(running["name"]) & set(flows)
    assert figures.filter(pl.col("year") < 2026)["until"].is_null().all()
    projects = figures.filter(pl.col("name") == "registers.two_high_projects.projects")
    assert projects.filter(pl.col("region") == "CN-SX")["year"].to_list() == [2026]


def test_projects_stand_beside_the_budget_of_their_city(frames: dict[str, pl.DataFrame]) -> None:
    cities = {row["region"]: row for row in frames["register.budgets"].iter_rows(named=True)}
    taiyuan, datong, jinzhong = (cities[code] for code in ("140100", "140200", "140700"))
    assert (taiyuan["locked"], taiyuan["remaining"], taiyuan["status"]) == (31.0, 69.0, "within")
    assert (datong["locked"], datong["waiting"], datong["status"]) == (26.0, 40.0, "waiting_exceeds")
    assert (jinzhong["left_out"], jinzhong["remaining"], jinzhong["status"]) == (1, None, "incomplete")
    assert taiyuan["energy"] == pytest.approx(0.1)
    rows = frames["register.budget_rows"].filter(pl.col("register_id") == "two_high_projects")
    assert rows["value"].is_null().all()
    assert rows.filter("beyond")["label"].to_list() == ["p3项目"]
    assert dict(rows.select("label", "part").iter_rows())["p5项目"] == "standing"
    assert taiyuan["projects"] == 1


def test_a_day_of_the_end_that_is_not_accepted_ends_no_project(frames: dict[str, pl.DataFrame]) -> None:
    """p1 bears a day of its end and still operates: the budget and the figure both count it."""
    rows = frames["register.budget_rows"].filter(label="p1项目")
    assert rows["part"].to_list() == ["operating"]
    locked = frames["register.measures"].filter(measure_id="locked_in_co2", region="140100", year=2025)
    assert locked["value"].to_list() == [121.0]


def test_restricted_figures_of_single_rows_stay_out_of_the_tables(frames: dict[str, pl.DataFrame]) -> None:
    of_projects = frames["register.measure_rows"].filter(pl.col("register_id") == "two_high_projects")
    shut = pl.col("part").str.contains("co2_increment|energy_increment")
    assert of_projects.filter(shut).height > 0
    assert of_projects.filter(shut)["value"].is_null().all()
    assert of_projects.filter(~shut)["value"].is_not_null().all()


def test_many_rows_behind_are_listed_for_the_newest_year(
    shanxi: Pack, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAFENG_DATABASE_URL", str(filled))
    monkeypatch.setattr(register_stage, "MOST_ROWS_BEHIND", 1)
    rows = frames_of(context_of(shanxi))["register.measure_rows"]
    ovens = rows.filter((pl.col("register_id") == "coke_ovens") & (pl.col("region") == "CN-SX"))
    assert ovens.group_by("measure_id").agg(pl.col("year").n_unique())["year"].unique().to_list() == [1]


def test_every_system_of_the_plan_is_told_honestly(shanxi: Pack, frames: dict[str, pl.DataFrame]) -> None:
    systems = frames["register.systems"]
    assert systems["system_id"].to_list() == shanxi.tables["systems"]["system_id"].to_list()
    named = systems.with_columns(
        has=pl.col("register_ids").is_not_null(), other=pl.col("table_ids").is_not_null()
    )
    covers = {
        (True, True): "both",
        (True, False): "register",
        (False, True): "part",
        (False, False): "not_built",
    }
    for row in named.iter_rows(named=True):
        assert row["cover"] == covers[row["has"], row["other"]]
    tables = systems["table_ids"].drop_nulls().str.split(";").explode()
    assert set(tables) <= set(TABLES)


def test_formulas_of_the_pack_name_figures_that_exist(shanxi: Pack) -> None:
    assert check_pack("shanxi").pack.tables["indicator_formulas"].height
    assert shanxi.tables["indicator_formulas"]["formula"].str.contains("registers.", literal=True).sum() > 8
    assert set(TABLES[FIGURES][0].to_schema().columns) == set(DatedFigures.to_schema().columns)
