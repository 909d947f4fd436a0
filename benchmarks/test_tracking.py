"""Tracking: replay over every year, and the board of 31 provinces, beside reading the packs alone."""

from __future__ import annotations

import shutil
import time
from datetime import date
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng import terms
from dafeng.app.track_board import count_packs, replay_pack
from dafeng.app.track_stage import readings_of
from dafeng.pack import read_pack
from dafeng.tracking import judge_targets, list_values, replay_values, replay_verdicts, year_ends

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

TODAY = date(2026, 11, 22)
FIRST, LAST = 2010, 2025
PROVINCES = 31
LIMIT_REPLAY_S, LIMIT_PACKS_S = 30.0, 60.0


@pytest.mark.benchmark(group="tracking, replay 2010-2025")
@pytest.mark.parametrize("values", [False, True], ids=["verdicts and levels", "values"])
def test_replay_of_every_year(benchmark: BenchmarkFixture, *, values: bool) -> None:
    """From the files of the pack to the table: all targets or all indicators at 16 year ends."""

    def once() -> pl.DataFrame:
        return replay_pack("shanxi", FIRST, LAST, TODAY, values=values)

    made = benchmark.pedantic(once, rounds=3, warmup_rounds=1)
    benchmark.extra_info["rows"] = made.height
    start = time.perf_counter()
    read_pack("shanxi")
    reading = time.perf_counter() - start
    benchmark.extra_info["read_pack_s"] = round(reading, 3)
    if benchmark.stats is not None:
        benchmark.extra_info["ours_over_reading"] = round(benchmark.stats.stats.min / reading, 2)
        assert benchmark.stats.stats.max < LIMIT_REPLAY_S


@pytest.mark.benchmark(group="tracking, replay in memory")
def test_replay_against_a_cut_of_the_pack_for_every_day(benchmark: BenchmarkFixture) -> None:
    """The peer cuts away all that was published later and judges what is left, day by day."""
    pack = read_pack("shanxi")
    days, readings = year_ends(FIRST, LAST), readings_of(pack)

    def ours() -> tuple[pl.DataFrame, pl.DataFrame]:
        return replay_verdicts(pack.tables, days, readings), replay_values(pack.tables, days)

    verdicts, values = benchmark.pedantic(ours, rounds=3, warmup_rounds=1)
    start = time.perf_counter()
    told, counted = [], 0
    for day in days:
        observed = pack.tables["observations"]
        early = pl.col("known_on").is_null() | (pl.col("known_on") <= f"{day.isoformat()}~")
        tables = {**pack.tables, "observations": observed.filter(early)}
        told.append(judge_targets(tables, day, readings).verdicts)
        counted += list_values(tables, day).height
    peer = time.perf_counter() - start
    benchmark.extra_info["peer_s"] = round(peer, 3)
    if benchmark.stats is not None:
        benchmark.extra_info["ours_over_peer"] = round(benchmark.stats.stats.min / peer, 2)
    assert verdicts["verdict"].equals(pl.concat(told)["verdict"])
    assert values.height == counted


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return folders of 31 packs: the built-in one under the codes of the provinces."""
    home = tmp_path_factory.mktemp("packs")
    own = read_pack("shanxi").config.pack.region
    codes = [code for code, row in terms.entries("provinces").items() if row["zh"]][:PROVINCES]
    with as_file(files("dafeng").joinpath("packs", "shanxi")) as source:
        return [str(_copy_as(source, home / code, own, code)) for code in codes]


def _copy_as(source: Path, folder: Path, own: str, code: str) -> Path:
    """Copy a pack without its map and call its region by another code in every table and in its settings."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "scenarios", "*.geojson"))
    for path in [*folder.glob("*.csv"), folder / "pack.toml"]:
        text = path.read_text("utf-8")
        path.write_text(text.replace(own, code), "utf-8")
    return folder


@pytest.mark.benchmark(group="tracking, board of 31 packs")
def test_board_of_all_provinces(benchmark: BenchmarkFixture, provinces: list[str]) -> None:
    """From the files to verdicts and levels of every target of 31 packs."""
    begun = time.process_time()
    made = benchmark.pedantic(count_packs, args=(provinces, TODAY), rounds=1)
    benchmark.extra_info["cpu_s"] = round(time.process_time() - begun, 1)
    start = time.perf_counter()
    for folder in provinces:
        read_pack(folder)
    reading = time.perf_counter() - start
    benchmark.extra_info["read_packs_s"] = round(reading, 2)
    if benchmark.stats is not None:
        benchmark.extra_info["ours_over_reading"] = round(benchmark.stats.stats.min / reading, 2)
        assert benchmark.stats.stats.max < LIMIT_PACKS_S
    assert made["pack"].n_unique() == made["region"].n_unique() == PROVINCES
    verdicts = made.filter(pl.col("kind") == "verdict").group_by("pack").agg(pl.col("targets").sum())
    assert verdicts["targets"].n_unique() == 1
