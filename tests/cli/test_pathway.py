"""``dafeng pathway``: scenarios by name and file, refusals that write nothing, resume, comparison, levers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import dafeng as package
from dafeng.app import pathway_attribute_file as attribution
from dafeng.app import pathway_compare_file as comparison
from dafeng.app.output_folder import CHUNKS
from dafeng.app.pathway_file import PathwayRequest, prepare_pathway, run_pathway
from dafeng.app.pathway_scenario import GroundRequest, find_scenario
from dafeng.app.pathway_study import StudyPlan
from dafeng.errors import InputRefused, Interrupted
from dafeng.job import Job
from dafeng.pack import read_pack
from dafeng.pathway import ensemble as ensembles
from dafeng.store import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.job import Progress

DAY = ("--as-of", "2026-11-22")
FEW = ("--draws", 64, *DAY)
FILES = {
    "peak.csv", "fan.csv", "emissions.csv", "quantities.csv", "targets.csv", "security.csv", "cumulative.csv",
    "peak_years.csv", "scenario.toml", "calibration.csv", "iamc.csv", "manifest.json",
}  # fmt: skip
HEAD = (
    'id = "own"\nname_zh = "自定"\nname_en = "Own"\ninherits = "plan"\nfirst_year = 2022\nlast_year = 2060\n'
)
LEVER = '[[levers]]\nid = "{}"\nstart = {}\nend = {}\nvalue = {}\n'


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def run(dafeng: Callable[..., Any], tiny_pack: Path) -> Callable[..., Any]:
    """Return a caller of ``dafeng pathway`` on the second province."""
    return lambda noun, *words: dafeng("pathway", noun, *words, "--pack", tiny_pack)


def test_a_named_scenario_is_run_and_calibration_is_said_first(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    answer = run("run", "--scenario", "plan", "--output", "out", *FEW)
    assert answer.code == 0, answer.err
    assert set(contents(tmp_path / "out")) == FILES
    lines = answer.out.splitlines()
    assert lines[0].startswith("校准")
    assert lines[1].startswith("calibration")
    assert "100 种未来里" in answer.out
    assert "of 100 futures" in answer.out
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    parameters = manifest["stages"]["pathway_run"]["steps"][0]["parameters"]
    assert (parameters["draws"], parameters["seed"], parameters["scenario"]) == (64, 2030, "plan")
    assert manifest["versions"]["dafeng"] == package.__version__
    peak = pl.read_csv(tmp_path / "out" / "peak.csv")
    fan = pl.read_csv(tmp_path / "out" / "fan.csv")
    row = peak.row(0, named=True)
    axes = [pl.col(name) == row[name] for name in ("boundary", "power_export", "process", "gases")]
    middle = fan.filter(pl.col("year") == 2030, *axes)["p50"][0]
    assert f"{middle:.1f}" in answer.out


def test_the_calibration_file_adds_up_to_the_inventory(run: Callable[..., Any], tmp_path: Path) -> None:
    run("run", "--scenario", "trend", "--output", "out", *FEW)
    cells = pl.read_csv(tmp_path / "out" / "calibration.csv")
    fan = pl.read_csv(tmp_path / "out" / "fan.csv").filter(
        pl.col("process") == "energy_only", pl.col("year") == cells["year"][0]
    )
    assert fan["p50"][0] == pytest.approx(cells["co2_mt"].sum(), rel=1e-12)


def test_a_file_inherits_and_stands_resolved_in_the_folder(
    run: Callable[..., Any], tmp_path: Path, tiny_pack: Path
) -> None:
    path = write(tmp_path, HEAD + LEVER.format("L1", 2024, 2035, 9000))
    assert run("run", "--scenario", path, "--output", "out", *FEW).code == 0
    kept = tomllib.loads((tmp_path / "out" / "scenario.toml").read_text("utf-8"))
    assert kept["id"] == "own"
    assert "inherits" not in kept
    assert kept["levers"] == [
        {"id": "L1", "start": 2024, "end": 2035, "shape": "linear", "value": 9000.0, "then": 0.0}
    ]
    pack = read_pack(str(tiny_pack))
    again = find_scenario(pack, str(tmp_path / "out" / "scenario.toml"))
    assert again == find_scenario(pack, str(path))
    rerun = run("run", "--scenario", tmp_path / "out" / "scenario.toml", "--output", "again", *FEW)
    assert rerun.code == 0
    first, second = contents(tmp_path / "out"), contents(tmp_path / "again")
    assert {name: first[name] for name in FILES} == {name: second[name] for name in FILES}


def test_same_seed_same_files_whatever_the_processes(run: Callable[..., Any], tmp_path: Path) -> None:
    options = ("--scenario", "plan", "--draws", 2100, *DAY)  # three chunks, the last one not full
    assert run("run", *options, "--output", "one").code == 0
    assert run("run", *options, "--output", "two", "--workers", 2).code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert run("run", *options, "--output", "three", "--seed", 7).code == 0
    assert contents(tmp_path / "one")["fan.csv"] != contents(tmp_path / "three")["fan.csv"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + LEVER.format("L2", 2024, 2030, 1), ["pathway_lever_unknown", "L1"]),
        (HEAD + LEVER.format("L1", 2024, 2030, 1e6), ["pathway_lever_bounds", "20000"]),
        (HEAD + LEVER.format("L1", 1995, 2000, 1), ["pathway_schedule_span"]),
        (HEAD + LEVER.format("L1", 2030, 2024, 1), ["setting_invalid", "2024 < start 2030"]),
        (HEAD + LEVER.format("L1", 2024, 2030, 1) * 2, ["setting_invalid", "twice"]),
        (HEAD + "[growth]\ngpd = 0.03\n", ["pathway_driver_unknown", "gdp"]),
        (HEAD.replace('"plan"', '"pln"'), ["scenario_unknown", "pln", "known: plan, trend"]),
        (HEAD.replace("2060", "2029"), ["scenario_last_year", "own.toml", "2031—2060", "2031 and 2060"]),
        (HEAD.replace("2060", "2061"), ["scenario_last_year", "own.toml", "2031—2060", "2031 and 2060"]),
        (HEAD.replace('"own"', '"../own"'), ["setting_invalid", "setting id"]),
        (HEAD.replace('"Own"', f'"{"n" * 201}"'), ["setting_invalid", "name_en"]),
        (
            HEAD + LEVER.format("L1", 2024, 2030, 9000) + "then = 1e308\n",
            ["setting_invalid", "levers.0.then"],
        ),
        (HEAD + "#" * 2**20, ["scenario_too_large", "1024 KB"]),
        ("id = \n", ["toml_invalid"]),
    ],
)
def test_a_bad_scenario_is_refused_and_nothing_is_written(
    run: Callable[..., Any], tmp_path: Path, text: str, said: list[str]
) -> None:
    path = write(tmp_path, text)
    answer = run("run", "--scenario", path, "--output", "out", *FEW)
    assert answer.code == 2
    for word in said:
        assert word in answer.err
    assert "max_file_mb" not in answer.err
    assert not (tmp_path / "out").exists()


def test_a_file_may_bear_the_id_of_the_scenario_that_it_inherits_from(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    path = write(tmp_path, HEAD.replace('"own"', '"plan"') + LEVER.format("L1", 2024, 2035, 9000))
    answer = run("run", "--scenario", path, "--output", "out", *FEW)
    assert answer.code == 0, answer.err
    kept = tomllib.loads((tmp_path / "out" / "scenario.toml").read_text("utf-8"))
    assert (kept["id"], [lever["value"] for lever in kept["levers"]]) == ("plan", [9000])


@pytest.mark.parametrize(
    ("day", "figures"),
    [("2020-06-01", ["generation_total 2022", "generation_thermal 2022"]), ("2010-01-01", ["power_export"])],
)
def test_what_was_published_later_is_not_asked_for_again(
    dafeng: Callable[..., Any], day: str, figures: list[str]
) -> None:
    answer = dafeng("pathway", "levers", "--pack", "shanxi", "--as-of", day)
    assert answer.code == 2
    assert "pathway_not_known" in answer.err
    for figure in figures:
        assert f"{figure} is not known on {day}" in answer.err
    assert "observations" not in answer.err


def test_what_is_missing_on_any_day_is_asked_for(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    path = tmp_path / "pack" / "observations.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if "generation_thermal,CN-SN,2022" not in row), "utf-8")
    answer = dafeng("pathway", "levers", "--pack", "pack", "--as-of", "2026-11-01")
    assert answer.code == 2
    assert "Add the yearly figure of generation_thermal" in answer.err


def test_everything_that_is_wrong_is_said_in_one_message(run: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + LEVER.format("L9", 2024, 2030, 1) + LEVER.format("L1", 2024, 2030, -5))
    answer = run("run", "--scenario", path, "--output", "out", "--draws", 0, "--workers", -1, *DAY)
    assert answer.code == 2
    for word in ("--draws", "--workers", "L9", "-5"):
        assert word in answer.err
    assert not (tmp_path / "out").exists()


def test_what_contradicts_itself_is_refused(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    text = HEAD + "[growth]\ncoal_output = 0.01\n" + LEVER.format("L_coal_output", 2024, 2030, 12)
    words = ("--scenario", write(tmp_path, text), "--output", "out", "--pack", "shanxi", *FEW)
    answer = dafeng("pathway", "run", *words)
    assert answer.code == 2
    assert "pathway_levers_contradict" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_driver_without_data_is_refused(
    dafeng: Callable[..., Any], tiny_pack: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_pack, tmp_path / "pack")
    path = tmp_path / "pack" / "economy.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if ",population," not in row), "utf-8")
    words = ("--scenario", "plan", "--output", "out", "--pack", "pack", *FEW)
    answer = dafeng("pathway", "run", *words)
    assert answer.code == 2
    assert "population" in answer.err
    assert not (tmp_path / "out").exists()


def test_an_unknown_name_is_met_with_the_nearest(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("run", "--scenario", "plam", "--output", "out", *FEW)
    assert answer.code == 2
    assert "是否为 plan" in answer.err
    assert "did you mean plan" in answer.err


def test_files_of_others_are_left_alone(run: Callable[..., Any], tmp_path: Path, tiny_pack: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "peak.csv").write_text("mine", "utf-8")
    answer = run("run", "--scenario", "plan", "--output", "out", *FEW)
    assert answer.code == 2
    assert "pathway_folder_foreign" in answer.err
    assert contents(tmp_path / "out") == {"peak.csv": b"mine"}
    shutil.copytree(tiny_pack, tmp_path / "pack")
    assert "output_is_pack" in run("run", "--scenario", "plan", "--output", "pack", *FEW).err


def test_a_refused_run_leaves_the_old_results(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run("run", "--scenario", "plan", "--output", "out", *FEW).code == 0
    before = contents(tmp_path / "out")
    assert run("run", "--scenario", "plan", "--output", "out", "--draws", -1, *DAY).code == 2
    assert contents(tmp_path / "out") == before
    assert run("run", "--scenario", "trend", "--output", "out", *FEW).code == 0
    assert contents(tmp_path / "out")["fan.csv"] != before["fan.csv"]


def request(tiny_pack: Path, output: Path) -> PathwayRequest:
    return PathwayRequest(GroundRequest(str(tiny_pack), "2026-11-22"), "plan", output, StudyPlan(4096))


def test_an_interrupted_run_goes_on_where_it_stopped(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job()

    def stop(event: Progress) -> None:
        if event.stage == "ensemble" and event.done == 2:
            job.cancelled.set()

    with pytest.raises(Interrupted):
        run_pathway(
            prepare_pathway(request(tiny_pack, tmp_path / "out")), Job(report=stop, cancelled=job.cancelled)
        )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {CHUNKS, ".lock"}
    starts: list[int] = []
    compute = ensembles._compute_chunk

    def count(simulator: Any, spec: Any, start: int, number: int) -> Any:
        starts.append(start)
        return compute(simulator, spec, start, number)

    monkeypatch.setattr(ensembles, "_compute_chunk", count)
    run_pathway(prepare_pathway(request(tiny_pack, tmp_path / "out")))
    assert len(starts) <= 3  # one trial future and two chunks; the first ones were kept
    run_pathway(prepare_pathway(request(tiny_pack, tmp_path / "whole")))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def chunks_in(folder: Path) -> set[Path]:
    return set((folder / CHUNKS).rglob("*.npz"))


def test_a_second_run_into_the_folder_is_refused_and_leaves_the_first_alone(
    tiny_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    second = prepare_pathway(request(tiny_pack, out))
    refused: list[str] = []

    def intrude(event: Progress) -> None:
        if event.stage != "ensemble" or event.done != 2:
            return
        before = chunks_in(out)
        with pytest.raises(InputRefused) as caught:
            run_pathway(second, Job(report=lambda step: pytest.fail(f"computes {step.stage}")))
        refused.append(caught.value.findings[0].code)
        assert len(before) == 2
        assert chunks_in(out) == before

    run_pathway(prepare_pathway(request(tiny_pack, out)), Job(report=intrude))
    assert refused == ["run_locked"]
    assert "peak.csv" in contents(out)
    assert not (out / CHUNKS).exists()


def test_finished_chunks_survive_when_the_files_cannot_be_written(
    tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def fail(*_given: object, **_named: object) -> None:
        raise InputRefused.of("output_not_writable", path=out, reason="disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "commit", fail)
        with pytest.raises(InputRefused):
            run_pathway(prepare_pathway(request(tiny_pack, out)))
    assert len(chunks_in(out)) == 4
    foreign = out / CHUNKS / ("a" * 32) / "0000000000.npz"
    foreign.parent.mkdir()
    foreign.write_bytes(b"of another run")
    events: list[int] = []
    run_pathway(prepare_pathway(request(tiny_pack, out)), Job(report=lambda event: events.append(event.done)))
    assert events[0] == 4  # nothing is computed again
    assert chunks_in(out) == {foreign}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_control_c_leaves_130_and_says_how_to_go_on(tiny_pack: Path, tmp_path: Path, workers: int) -> None:
    command = [
        sys.executable, "-m", "dafeng", "pathway", "run", "--pack", str(tiny_pack), "--scenario", "plan",
        "--output", "out", "--draws", "200000", "--workers", str(workers), *DAY,
    ]  # fmt: skip
    place = {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while (
        len(list((tmp_path / "out").rglob("*.npz"))) < 2 and process.poll() is None and time.monotonic() < end
    ):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to every process of the group
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "接着算" in err
    assert "goes on from there" in err
    assert out.startswith("校准")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {CHUNKS, ".lock"}


def test_scenarios_side_by_side(run: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + LEVER.format("L1", 2024, 2035, 20000))
    answer = run("compare", "trend", "plan", path, "--output", "c.csv", *FEW)
    assert answer.code == 0, answer.err
    table = pl.read_csv(tmp_path / "c.csv")
    ours = table.filter(pl.col("origin") == "dafeng")
    assert list(dict.fromkeys(ours["scenario"])) == ["trend", "plan", "own"]
    assert ours.filter(pl.col("scenario") == "trend")["difference"].drop_nulls().abs().sum() == 0
    axes = ["boundary", "power_export", "process", "gases"]
    totals = ours.filter(pl.col("measure") == "emissions", pl.col("year") == 2060)
    for _, part in totals.group_by(axes):
        by_name = {row["scenario"]: row for row in part.iter_rows(named=True)}
        gap = by_name["plan"]["value"] - by_name["trend"]["value"]
        assert by_name["plan"]["difference"] == pytest.approx(gap)
        assert by_name["own"]["value"] < by_name["plan"]["value"] < by_name["trend"]["value"]
    assert {2025, 2030, 2035, 2060} <= set(ours.filter(pl.col("measure") == "emissions")["year"])
    others = table.filter(pl.col("measure").str.starts_with("other_"))
    assert others.height
    assert others["scope_zh"].null_count() == 0


def test_results_of_others_lie_beside(run: Callable[..., Any], tmp_path: Path, tiny_pack: Path) -> None:
    region = read_pack(str(tiny_pack)).config.pack.region
    head = "Model,Scenario,Region,Variable,Unit,Year,Value\n"
    theirs = write(
        tmp_path,
        head + f"M,S,{region},Emissions|CO2|Energy and Industrial Processes,Gt CO2/yr,2033,0.25\n",
        "theirs.csv",
    )
    answer = run("compare", "trend", "--with", theirs, "--format", "json", *FEW)
    assert answer.code == 0, answer.err
    rows = json.loads(answer.out)
    row = next(row for row in rows if row["origin"] == "M")
    assert (row["measure"], row["year"], row["value"], row["unit"]) == (
        "other_path",
        2033,
        250.0,
        "Mt CO2/yr",
    )
    assert [one for one in rows if one["measure"] == "emissions" and one["year"] == 2033]
    foreign = write(
        tmp_path,
        head + "M,S,nowhere,Emissions|CO2|Energy and Industrial Processes,Mt CO2/yr,2033,250\n",
        "foreign.csv",
    )
    refused = run("compare", "trend", "plam", "--with", foreign, "--output", "c.csv", *FEW)
    assert refused.code == 2
    assert "scenario" in refused.err
    assert "nowhere" in refused.err
    assert not (tmp_path / "c.csv").exists()


def test_levers_are_listed_with_the_state_of_their_numbers(run: Callable[..., Any]) -> None:
    answer = run("levers", "--format", "json", *DAY)
    assert answer.code == 0, answer.err
    (row,) = json.loads(answer.out)
    assert (row["lever_id"], row["unit"], row["today"], row["lower"], row["upper"]) == (
        "L1",
        "MW",
        0,
        0,
        20000,
    )
    assert (row["value"], row["start_year"], row["end_year"]) == (5000, 2023, 2030)
    assert (row["base_state"], row["effect_state"]) == ("demonstration", "demonstration")
    assert row["agency_zh"]
    (still,) = json.loads(run("levers", "--scenario", "trend", "--format", "json", *DAY).out)
    assert still["value"] is None


@pytest.mark.parametrize("view", ["clause", "agency", "sector", "lever"])
def test_wedges_sum_to_the_reduction_and_more_draws_go_on(
    run: Callable[..., Any], tmp_path: Path, view: str
) -> None:
    words = ("attribute", "--by", view, *DAY)
    assert run(*words, "--draws", 64, "--output", "w.csv").code == 0
    more = run(*words, "--draws", 160, "--output", "w.csv")
    assert more.code == 0, more.err
    assert "64 种沿用" in more.out
    assert run(*words, "--draws", 160, "--output", "whole.csv").code == 0
    columns = ["group", "year", "reduction_mt", "draws"]
    resumed, whole = (pl.read_csv(tmp_path / name).select(columns) for name in ("w.csv", "whole.csv"))
    assert resumed.equals(whole)
    totals = pl.read_csv(tmp_path / "w_totals.csv")
    sums = resumed.group_by("year").agg(pl.col("reduction_mt").sum()).sort("year")
    assert sums["reduction_mt"].to_list() == totals.sort("year")["reduction_mt"].to_list()


def test_a_scenario_without_levers_has_nothing_to_attribute(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("attribute", "--scenario", "trend", "--output", "w.csv", *DAY)
    assert answer.code == 2
    assert "pathway_no_levers" in answer.err
    assert "trend moves no lever" in answer.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["w.csv", "w_totals.csv", "w.csv.draws.npz"])
@pytest.mark.parametrize("folder", [False, True])
def test_an_attribution_replaces_no_file_of_others_and_computes_nothing_then(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, folder: bool
) -> None:
    path = tmp_path / name
    if folder:
        path.mkdir()
    else:
        path.write_text("mine\n", "utf-8")
    monkeypatch.setattr(attribution, "attribute_outcome", lambda *_: pytest.fail("computes"))
    answer = run("attribute", "--output", "w.csv", *DAY)
    assert answer.code == 2
    assert ("output_not_writable" if folder else "pathway_file_foreign") in answer.err
    assert name in answer.err
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_every_file_of_an_attribution_is_named(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("attribute", "--output", "w.csv", "--draws", 8, *DAY)
    assert answer.code == 0, answer.err
    for path in tmp_path.iterdir():
        assert path.name in answer.out
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("output", [".", "file/w.csv", "n" * 300 + ".csv"])
def test_an_output_that_cannot_be_written_is_refused_before_computing(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    monkeypatch.setattr(attribution, "attribute_outcome", lambda *_: pytest.fail("computes"))
    monkeypatch.setattr(comparison, "study_scenario", lambda *_: pytest.fail("computes"))
    for words in (["attribute"], ["compare", "trend", "plan"]):
        answer = run(*words, "--output", output, *DAY)
        assert answer.code == 2, words
        assert "output_not_writable" in answer.err


def test_few_futures_are_called_an_example(run: Callable[..., Any]) -> None:
    few = run("run", "--scenario", "plan", "--output", "few", "--draws", 99, *DAY)
    assert "仅为示例" in few.out
    assert "not to be quoted" in few.out
    enough = run("run", "--scenario", "plan", "--output", "enough", "--draws", 100, *DAY)
    assert enough.code == 0
    assert "示例" not in enough.out.partition("100 种未来，")[2]


def test_a_hindcast_of_few_futures_gives_no_verdict(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    answer = dafeng("pathway", "hindcast", "--output", "h", "--draws", 199, *DAY)
    assert answer.code == 2
    assert "pathway_draws_few" in answer.err
    assert "200" in answer.err
    assert not (tmp_path / "h").exists()


def test_a_hindcast_needs_the_past(run: Callable[..., Any], tmp_path: Path) -> None:
    answer = run("hindcast", "--output", "h", "--draws", 200, *DAY)
    assert answer.code == 2
    assert "pathway_hindcast_short" in answer.err
    assert not (tmp_path / "h").exists()


def test_a_hindcast_of_the_built_in_pack(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    answer = dafeng("pathway", "hindcast", "--output", "h", "--draws", 200, *DAY)
    assert answer.code == 0, answer.err
    assert "90% 区间" in answer.out
    summary = pl.read_csv(tmp_path / "h" / "hindcast_summary.csv")
    assert {"engine", "naive_trend", "random_walk", "stirpat"} == set(summary["model"])


def test_a_scheduler_that_is_not_there(run: Callable[..., Any], tmp_path: Path) -> None:
    words = ("--scenario", "plan", "--output", "out", *FEW)
    answer = run("run", *words, "--scheduler", "tcp://127.0.0.1:1")
    assert answer.code == 2
    assert "cluster_unreachable" in answer.err or "cluster_missing" in answer.err
    assert not (tmp_path / "out").exists()
    assert run("run", *words, "--scheduler", "tcp://127.0.0.1:1", "--workers", 2).code == 2


def test_without_distributed_the_way_to_it_is_said(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = run("run", "--scenario", "plan", "--output", "out", "--scheduler", "tcp://127.0.0.1:1", *FEW)
    assert answer.code == 2
    assert "pip install dafeng[cluster]" in answer.err
    assert not (tmp_path / "out").exists()
