"""The main job: what it writes, what it keeps, what an interruption leaves."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app import run as run_module
from dafeng.app import stages
from dafeng.app.pack_check import check_pack
from dafeng.app.run import RunRequest, RunSummary, run
from dafeng.app.tables import TABLES
from dafeng.errors import InputRefused, Interrupted
from dafeng.job import Job, Progress
from dafeng.pack import PACK_TABLES, write_empty_pack
from dafeng.provenance import hash_bytes
from dafeng.store import Manifest
from dafeng.table import keys_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = date(2026, 11, 22)
STAGES = (*(stage.id for stage in stages.STAGES), "report")
ASKED = (*(stage.id for stage in stages.STAGES if not stage.part), "report")
"""Stages without the slow parts, which read nothing unless they are asked for."""
RESTING_ON_ENERGY = (
    "inventory", "accounts", "uncertainty", "consumption", "decomposition", "assessment", "city_accounts",
    "pathway", "tracking", "warning", "peak_test", "evaluation", "report",
)  # fmt: skip
RESTING_ON_OBSERVATIONS = (
    "consumption", "assessment", "pathway", "tracking", "warning", "peak_test", "dossiers", "evaluation",
    "report",
)  # fmt: skip
RESTING_ON_THE_DAY = (
    "consumption", "assessment", "pathway", "registers", "tracking", "warning", "peak_test", "cities",
    "dossiers", "evaluation", "report",
)  # fmt: skip


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def manifest_of(root: Path) -> Manifest:
    return Manifest.model_validate(json.loads((root / "manifest.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def done(tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunSummary]:
    """Return the results of the tiny pack, made once; copied before they are changed."""
    out = tmp_path_factory.mktemp("tiny") / "out"
    return out, run(RunRequest(str(tiny_pack), out, DAY, accept_findings=True))


@pytest.fixture
def again(done: tuple[Path, RunSummary], tiny_pack: Path, tmp_path: Path) -> Callable[..., RunSummary]:
    """Return a runner over a copy of the pack and of the results, ``pack/`` and ``out/``."""
    shutil.copytree(tiny_pack, tmp_path / "pack")
    shutil.copytree(done[0], tmp_path / "out")

    def runner(day: date = DAY, job: Job | None = None) -> RunSummary:
        return run(RunRequest(str(tmp_path / "pack"), tmp_path / "out", day, accept_findings=True), job)

    return runner


def test_the_manifest_says_what_was_done(done: tuple[Path, RunSummary]) -> None:
    out, summary = done
    manifest = manifest_of(out)
    assert summary.computed == STAGES
    assert summary.kept == ()
    assert set(manifest.stages) == set(STAGES)
    assert manifest.pack == {"id": "tiny", "version": "1", "region": "CN-SN"}
    assert manifest.as_of == "2026-11-22"
    assert {"dafeng", "python", "polars", "totals"} <= set(manifest.versions)
    assert manifest.versions["totals"] == summary.totals_version
    for record in manifest.stages.values():
        for name, digest in record.files.items():
            assert hash_bytes((out / name).read_bytes()) == digest
    listed = {name for record in manifest.stages.values() for name in record.files}
    assert listed | {"manifest.json"} == set(snapshot(out))
    for stage in ASKED[:-1]:
        assert manifest.stages[stage].steps
        assert manifest.stages[stage].inputs


def test_no_hashed_file_knows_the_clock_or_the_folder(done: tuple[Path, RunSummary]) -> None:
    out, _ = done
    text = (out / "manifest.json").read_text("utf-8")
    assert str(out.parent) not in text
    assert "T00:" not in text


def test_tables_are_equal_in_both_forms_and_keep_their_key(done: tuple[Path, RunSummary]) -> None:
    out, _ = done
    described = [table for record in manifest_of(out).stages.values() for table in record.tables]
    assert len(described) > 20
    for table in described:
        parquet = pl.read_parquet(out / "tables" / f"{table['id']}.parquet")
        written = pl.read_csv(out / "tables" / f"{table['id']}.csv", schema=parquet.schema)
        assert written.equals(parquet), table["id"]
        assert table["rows"] == parquet.height
        assert [c["name"] for c in table["columns"]] == parquet.columns
        keys = [c["name"] for c in table["columns"] if c["key"]]
        assert not keys or parquet.select(keys).is_duplicated().sum() == 0


def test_report_and_workbook_are_there(done: tuple[Path, RunSummary]) -> None:
    out, summary = done
    html = (out / "report.html").read_text("utf-8")
    assert summary.report == out / "report.html"
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert "示例" in html
    assert (out / "report.xlsx").read_bytes().startswith(b"PK")


def test_the_summary_counts_the_targets_of_the_plan(done: tuple[Path, RunSummary]) -> None:
    out, summary = done
    verdicts = pl.read_parquet(out / "tables/tracking.verdicts.parquet")
    own = verdicts.filter(pl.col("target_id").str.starts_with("T"))
    assert summary.verdicts == dict(own.group_by("verdict").len().iter_rows())
    emissions = pl.read_parquet(out / "tables/inventory.emissions.parquet")
    totals = emissions.filter((pl.col("variable") == "co2_total") & (pl.col("sector") == "total")).drop_nulls(
        "value"
    )
    assert summary.latest_total == totals.sort("year").select("year", "value").row(-1)


def test_a_second_run_keeps_everything(again: Callable[..., RunSummary], tmp_path: Path) -> None:
    before = snapshot(tmp_path / "out")
    summary = again()
    assert (summary.computed, summary.kept) == ((), STAGES)
    assert snapshot(tmp_path / "out") == before


def test_a_new_observation_touches_what_rests_on_it_only(
    again: Callable[..., RunSummary], tmp_path: Path
) -> None:
    path = tmp_path / "pack/observations.csv"
    old = path.read_text("utf-8")
    assert "2025,16.2,%" in old
    before = snapshot(tmp_path / "out")
    path.write_text(old.replace("2025,16.2,%", "2025,14.2,%"), "utf-8")
    assert again().computed == RESTING_ON_OBSERVATIONS
    verdicts = pl.read_parquet(tmp_path / "out/tables/tracking.verdicts.parquet")
    assert verdicts.filter(pl.col("target_id") == "T1")["verdict"].item() == "missed"
    path.write_text(old, "utf-8")
    assert again().computed == RESTING_ON_OBSERVATIONS
    assert snapshot(tmp_path / "out") == before


def test_another_day_touches_what_rests_on_it_only(again: Callable[..., RunSummary], tmp_path: Path) -> None:
    assert again(date(2024, 6, 30)).computed == RESTING_ON_THE_DAY
    assert manifest_of(tmp_path / "out").as_of == "2024-06-30"


def test_a_decision_touches_pathways_tracking_and_report_only(
    again: Callable[..., RunSummary], tmp_path: Path
) -> None:
    path = tmp_path / "pack/pack.toml"
    old = path.read_text("utf-8")
    path.write_text(old.replace("[decisions.about]", "[decisions.about]\nrelative_tolerance = 0.02"), "utf-8")
    assert again().computed == ("pathway", "tracking", "warning", "evaluation", "report")
    verdicts = pl.read_parquet(tmp_path / "out/tables/tracking.verdicts.parquet")
    assert verdicts.filter(pl.col("target_id") == "T2")["verdict"].item() == "met"


def test_new_energy_touches_what_rests_on_it_and_the_version_of_totals(
    again: Callable[..., RunSummary], done: tuple[Path, RunSummary], tmp_path: Path
) -> None:
    path = tmp_path / "pack/energy.csv"
    old = path.read_text("utf-8")
    assert "transport,Diesel_Oil,10^4 t,50," in old
    path.write_text(
        old.replace("transport,Diesel_Oil,10^4 t,50,", "transport,Diesel_Oil,10^4 t,51,"), "utf-8"
    )
    summary = again()
    assert summary.computed == RESTING_ON_ENERGY
    assert summary.totals_version != done[1].totals_version


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("tables/inventory.emissions.parquet", "inventory"),
        ("tables/tracking.verdicts.csv", "tracking"),
        ("tables/plan.targets.parquet", "plan"),
        ("report.html", "report"),
        ("report.xlsx", "report"),
    ],
)
@pytest.mark.parametrize("damage", ["remove", "corrupt"])
def test_a_damaged_file_is_made_anew(
    again: Callable[..., RunSummary], tmp_path: Path, name: str, stage: str, damage: str
) -> None:
    before = snapshot(tmp_path / "out")
    path = tmp_path / "out" / name
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(b"junk")
    assert again().computed == (stage,)
    assert snapshot(tmp_path / "out") == before


def change_everything(pack: Path) -> None:
    """Change the pack so that every stage would have to run again."""
    for name in ("observations", "energy", "balances"):
        path = pack / f"{name}.csv"
        path.write_text(
            path.read_text("utf-8").replace(",50,example", ",50.5,example").replace("16.2", "16.3"), "utf-8"
        )
    path = pack / "clauses.csv"
    path.write_text(path.read_text("utf-8").replace("示例", "样例"), "utf-8")
    path = pack / "city_figures.csv"
    path.write_text(path.read_text("utf-8").replace(",7000,", ",7001,"), "utf-8")


@pytest.mark.parametrize("stage", ["plan", "inventory", "tracking", "report", "commit"])
@pytest.mark.parametrize("how", ["token", "keyboard"])
def test_an_interruption_leaves_the_old_results(
    again: Callable[..., RunSummary], tmp_path: Path, stage: str, how: str
) -> None:
    change_everything(tmp_path / "pack")
    before = snapshot(tmp_path / "out")
    seen: list[str] = []
    job: Job

    def stop(event: Progress) -> None:
        seen.append(event.stage)
        if how == "keyboard" and event.stage == stage:
            raise KeyboardInterrupt
        if how == "token" and STOP_BEFORE[stage] == event.stage:
            job.cancelled.set()

    job = Job(report=stop)
    with pytest.raises((KeyboardInterrupt, Interrupted)):
        again(job=job)
    assert seen[-1] == (stage if how == "keyboard" else STOP_BEFORE[stage])
    assert snapshot(tmp_path / "out") == before
    assert not list((tmp_path / "out").glob(".building-*"))
    assert set(again().computed) == set(ASKED)


ORDER = ("pack", *STAGES, "commit")
STOP_BEFORE = dict(zip(ORDER[1:], ORDER[:-1], strict=True))


@pytest.mark.parametrize("place", ["render_report", "write_workbook", "_count_verdicts"])
def test_an_interruption_in_the_middle_of_a_stage(
    again: Callable[..., RunSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    change_everything(tmp_path / "pack")
    before = snapshot(tmp_path / "out")

    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, place, interrupt)
    with pytest.raises(KeyboardInterrupt):
        again()
    assert snapshot(tmp_path / "out") == before
    assert not list((tmp_path / "out").glob(".building-*"))


def test_a_cancellation_that_comes_too_late_is_no_failure(
    again: Callable[..., RunSummary], tmp_path: Path
) -> None:
    change_everything(tmp_path / "pack")
    job: Job

    def stop(event: Progress) -> None:
        if event.stage == "commit":
            job.cancelled.set()

    job = Job(report=stop)
    assert again(job=job).computed == ASKED
    assert again().computed == ()


def test_progress_counts_up_to_the_total(again: Callable[..., RunSummary]) -> None:
    events: list[Progress] = []
    again(job=Job(report=events.append))
    assert [e.done for e in events] == list(range(len(events)))
    assert {e.total for e in events} == {len(events) - 1}
    assert [e.stage for e in events] == ["pack", *STAGES, "commit", "done"]


def test_a_defective_pack_leaves_the_old_results(again: Callable[..., RunSummary], tmp_path: Path) -> None:
    path = tmp_path / "pack/targets.csv"
    path.write_text(path.read_text("utf-8").replace("sn-peak", "nowhere"), "utf-8")
    before = snapshot(tmp_path / "out")
    with pytest.raises(InputRefused):
        again()
    assert snapshot(tmp_path / "out") == before


@pytest.mark.parametrize("accept", [False, True])
def test_implausible_values_stop_the_job_unless_they_are_accepted(
    tiny_pack: Path, tmp_path: Path, accept: bool
) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(tiny_pack, pack)
    path = pack / "energy.csv"
    path.write_text(
        path.read_text("utf-8") + "CN-SN,2021,final_consumption,logging,Raw_Coal,10^4 t,5,example,B\n",
        "utf-8",
    )
    request = RunRequest(str(pack), tmp_path / "out", DAY, accept)
    if accept:
        assert run(request).findings >= 1
        listed = pl.read_parquet(tmp_path / "out/tables/inventory.findings.parquet")
        assert "logging" in set(listed["sector"])
    else:
        with pytest.raises(InputRefused) as caught:
            run(request)
        assert caught.value.findings[0].code == "findings_stop"
        assert not (tmp_path / "out/manifest.json").exists()


def test_an_empty_pack_runs_through(tmp_path: Path) -> None:
    write_empty_pack(tmp_path / "pack", "山西")
    summary = run(RunRequest(str(tmp_path / "pack"), tmp_path / "out", DAY))
    assert summary.computed == STAGES
    assert (summary.verdicts, summary.latest_total, summary.findings) == ({}, None, 0)
    assert (tmp_path / "out/report.html").stat().st_size > 1000
    assert (tmp_path / "out/report.xlsx").read_bytes().startswith(b"PK")
    assert run(RunRequest(str(tmp_path / "pack"), tmp_path / "out", DAY)).computed == ()


@pytest.mark.slow
def test_shanxi_twice_into_different_folders_gives_identical_bytes(tmp_path: Path) -> None:
    summaries = [run(RunRequest("shanxi", tmp_path / name, DAY)) for name in ("one", "two")]
    one, two = (snapshot(tmp_path / name) for name in ("one", "two"))
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert summaries[0].verdicts == summaries[1].verdicts
    year, total = summaries[0].latest_total or (0, 0.0)
    assert (year, total) == (2022, pytest.approx(629.3366544, rel=1e-6))
    assert sum(summaries[0].verdicts.values()) == 92
    assert run(RunRequest("shanxi", tmp_path / "one", DAY)).computed == ()


def test_every_written_table_has_a_contract_with_its_columns(done: tuple[Path, RunSummary]) -> None:
    out, _ = done
    for record in manifest_of(out).stages.values():
        for table in record.tables:
            contract = TABLES[table["id"]][0]
            assert [c["name"] for c in table["columns"] if c["key"]] == keys_of(contract)
    assert TABLES["tracking.series"][0] is PACK_TABLES["series"]


def test_a_pack_is_never_an_output_folder(tiny_pack: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    before = sorted(path.name for path in (tmp_path / "pack").iterdir())
    with pytest.raises(InputRefused) as caught:
        run(RunRequest(str(tmp_path / "pack"), tmp_path / "pack", date(2026, 11, 22)))
    assert caught.value.findings[0].code == "output_is_pack"
    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == before


def test_pack_check_goes_as_far_as_a_run(tiny_pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(tiny_pack, folder)
    assert check_pack(str(folder)).findings == ()
    energy = (folder / "energy.csv").read_text("utf-8")
    (folder / "energy.csv").write_text(
        energy.replace("Diesel_Oil,10^4 t,50,", "Diesel_Oil,10^4 t,-50,"), "utf-8"
    )
    assert "activity_negative" in {f.code for f in check_pack(str(folder)).findings}
    (folder / "energy.csv").write_text(energy.replace("Diesel_Oil,10^4 t,50,", "Diesel_Oil,kt,50,"), "utf-8")
    with pytest.raises(InputRefused) as caught:
        check_pack(str(folder))
    assert {f.code for f in caught.value.findings} == {"unit_wrong"}
    (folder / "energy.csv").write_text(energy, "utf-8")
    products = (folder / "products.csv").read_text("utf-8")
    (folder / "products.csv").write_text(products.replace("cement", "cemment"), "utf-8")
    with pytest.raises(InputRefused) as caught:
        check_pack(str(folder))
    assert caught.value.findings[0].code == "code_unknown"
