"""Inventory from CSV to CSV: ours and a plain-pandas peer on the same files in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

import dafeng
from benchmarks.peer_pandas import compute_by_pandas
from dafeng.app.inventory_file import InventoryRequest, run_inventory

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 5
KEY = ["region", "year", "variable", "sector", "fuel"]
MEASURE = """
import json, resource, runpy, sys
sys.argv = ["dafeng", *sys.argv[1:]]
try:
    runpy.run_module("dafeng", run_name="__main__")
except SystemExit as left:
    code = left.code
sys.stderr.write(json.dumps({"code": code or 0, "kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def fastest_peer(folder: Path, output: Path) -> float:
    """Return the best of a few rounds of the peer. [s]"""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        compute_by_pandas(folder / "energy.csv", folder / "cement.csv", output)
        best = min(best, time.perf_counter() - start)
    return best


def same_values(ours: Path, theirs: Path) -> int:
    """Check that both routes wrote the same cells; return their number."""
    both = pl.read_csv(ours).join(
        pl.read_csv(theirs), on=KEY, how="full", coalesce=True, suffix="_peer", nulls_equal=True
    )
    off = (pl.col("value") - pl.col("value_peer")).abs() > 1e-9 * pl.col("value_peer").abs() + 1e-12
    assert both.filter(off | pl.col("value").is_null() | pl.col("value_peer").is_null()).is_empty()
    return both.height


@pytest.mark.benchmark(group="inventory")
def test_csv_to_csv(benchmark: BenchmarkFixture, tiled: Path, tmp_path: Path) -> None:
    request = InventoryRequest(tiled / "energy.csv", tmp_path / "ours.csv", tiled / "cement.csv")
    answer = benchmark.pedantic(run_inventory, args=(request,), rounds=ROUNDS, warmup_rounds=1)
    peer = fastest_peer(tiled, tmp_path / "theirs.csv")
    benchmark.extra_info["rows_in"] = pl.scan_csv(tiled / "energy.csv").select(pl.len()).collect().item()
    benchmark.extra_info["rows_out"] = answer.rows
    benchmark.extra_info["peer_pandas_s"] = round(peer, 4)
    if benchmark.stats is not None:
        benchmark.extra_info["ours_over_peer"] = round(benchmark.stats.stats.min / peer, 3)
    assert same_values(tmp_path / "ours.csv", tmp_path / "theirs.csv") == answer.rows


@pytest.mark.benchmark(group="inventory")
def test_peer_pandas(benchmark: BenchmarkFixture, tiled: Path, tmp_path: Path) -> None:
    arguments = (tiled / "energy.csv", tiled / "cement.csv", tmp_path / "theirs.csv")
    assert benchmark.pedantic(compute_by_pandas, args=arguments, rounds=ROUNDS, warmup_rounds=1) > 90_000


@pytest.mark.benchmark(group="inventory, whole process")
def test_whole_process(benchmark: BenchmarkFixture, tiled: Path, tmp_path: Path) -> None:
    """Start of the interpreter to exit, with the peak of resident memory."""
    output = tmp_path / "ours.csv"
    words = ["inventory", "run", "--energy", tiled / "energy.csv", "--cement", tiled / "cement.csv"]
    command = [sys.executable, "-c", MEASURE, *map(str, words), "--output", str(output)]
    place = {**os.environ, "PYTHONPATH": str(Path(dafeng.__file__).parents[1])}

    def once() -> dict[str, int]:
        done = subprocess.run(command, env=place, capture_output=True, text=True, check=True)
        measured: dict[str, int] = json.loads(done.stderr)
        return measured

    measured = benchmark.pedantic(once, rounds=3, warmup_rounds=1)
    benchmark.extra_info["peak_mb"] = round(measured["kb"] / 1024)
    assert measured["code"] == 0
    assert output.stat().st_size > 1_000_000
