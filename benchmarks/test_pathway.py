"""Pathways to 2060: one future, ten thousand with memory, exact attribution; a loop as peer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import dafeng
from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_scenario import GroundRequest, find_scenario, lay_ground
from dafeng.app.pathway_study import WHOLE
from dafeng.pathway.sampling import sobol_points
from dafeng.pathway.wedges import attribute_outcome

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from dafeng.pathway.engine import Engine

GROUPS, GAME_DRAWS, DRAWS, PEER_DRAWS = 12, 256, 10_000, 32
MEASURE = """
import json, resource, sys, time
from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_scenario import GroundRequest, find_scenario, lay_ground
from dafeng.app.pathway_study import StudyPlan, study_scenario

ground = lay_ground(GroundRequest("shanxi", "2026-11-22"))
scenario = find_scenario(ground.pack, "plan")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
study_scenario(ground.foundation, scenario, StudyPlan(int(sys.argv[1])))
spent = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sys.stdout.write(json.dumps({"seconds": spent, "before_kb": before, "peak_kb": peak}))
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    ground = lay_ground(GroundRequest("shanxi", "2026-11-22"))
    return build_engine(ground.foundation, find_scenario(ground.pack, "plan"))


@pytest.mark.benchmark(group="pathway, one scenario to 2060")
def test_one_future(benchmark: BenchmarkFixture, engine: Engine) -> None:
    points = sobol_points(len(engine.dimensions), 0, 1, 2030)
    outcome = benchmark.pedantic(engine.simulate, args=(points,), rounds=20, warmup_rounds=2)
    assert outcome.years[-1] == 2060
    if benchmark.stats is not None:
        assert benchmark.stats.stats.median < 0.05


@pytest.mark.benchmark(group="pathway, futures at once and one by one")
def test_against_a_loop_over_futures(benchmark: BenchmarkFixture, engine: Engine) -> None:
    """The peer is the same engine, called once a future."""
    points = sobol_points(len(engine.dimensions), 0, 1024, 2030)
    outcome = benchmark.pedantic(engine.simulate, args=(points,), rounds=3, warmup_rounds=1)
    start = time.perf_counter()
    single = [engine.simulate(points[place : place + 1]).total(WHOLE) for place in range(PEER_DRAWS)]
    peer = (time.perf_counter() - start) / PEER_DRAWS
    benchmark.extra_info["peer_s_per_future"] = round(peer, 5)
    if benchmark.stats is not None:
        benchmark.extra_info["ours_over_peer"] = round(benchmark.stats.stats.min / 1024 / peer, 4)
    assert np.allclose(np.concatenate(single, axis=1), outcome.total(WHOLE)[:, :PEER_DRAWS], rtol=1e-10)


@pytest.mark.benchmark(group="pathway, 10,000 futures, whole study")
def test_an_ensemble_in_a_process_of_its_own(benchmark: BenchmarkFixture) -> None:
    place = {**os.environ, "PYTHONPATH": str(Path(dafeng.__file__).parents[1])}
    command = [sys.executable, "-c", MEASURE, str(DRAWS)]

    def once() -> dict[str, float]:
        done = subprocess.run(command, env=place, capture_output=True, text=True, check=True)
        measured: dict[str, float] = json.loads(done.stdout)
        return measured

    measured = benchmark.pedantic(once, rounds=1)
    benchmark.extra_info["study_s"] = round(measured["seconds"], 2)
    benchmark.extra_info["peak_mb"] = round(measured["peak_kb"] / 1024)
    benchmark.extra_info["before_mb"] = round(measured["before_kb"] / 1024)
    assert measured["seconds"] < 10
    assert measured["peak_kb"] < 2 * 2**20


@pytest.mark.benchmark(group="pathway, exact attribution to 12 groups")
def test_exact_attribution(benchmark: BenchmarkFixture, engine: Engine) -> None:
    """Twelve groups, 4,096 coalitions, on 256 common futures; the levers are dealt out one by one."""
    levers = [lever for lever in engine.levers if lever in engine.parts.states]
    groups = {f"g{number:02}": frozenset(levers[number::GROUPS]) for number in range(GROUPS)}
    assert all(groups.values())
    points = sobol_points(len(engine.dimensions), 0, GAME_DRAWS, 2030)

    def once() -> float:
        wedges = attribute_outcome(engine.worth(points, WHOLE), groups, engine.years)
        assert wedges.method == "exact"
        assert (wedges.reduction_mt.sum(axis=0) == wedges.total_mt).all()
        return float(wedges.standard_error_mt.max())

    benchmark.extra_info["largest_standard_error_mt"] = round(benchmark.pedantic(once, rounds=1), 4)
    if benchmark.stats is not None:
        assert benchmark.stats.stats.max < 60
