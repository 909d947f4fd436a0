"""A million futures of the plan on a local Dask cluster: time, memory, and the same bits as in one process.

Run by hand: ``python -m benchmarks.million_draws [DRAWS] [WORKERS]``.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
from distributed import LocalCluster

from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_executor import open_executor
from dafeng.app.pathway_scenario import GroundRequest, find_scenario, lay_ground
from dafeng.app.pathway_study import WHOLE, study_scopes
from dafeng.job import Job, Progress
from dafeng.pathway.answers import summarise_peak
from dafeng.pathway.ensemble import EnsembleSpec, run_ensemble

CHECKED = 8 * 1024
"""Futures that are computed again in this process."""


def main(draws: int = 1_000_000, workers: int = 2) -> None:
    """Run the futures and print what they took."""
    ground = lay_ground(GroundRequest("shanxi", "2026-11-22"))
    foundation = ground.foundation
    engine = build_engine(foundation, find_scenario(ground.pack, "plan"))
    spec = EnsembleSpec(draws, 2030, study_scopes(foundation), foundation.parts.gwp)
    start = time.perf_counter()

    def report(event: Progress) -> None:
        if event.done % 100 == 0:
            sys.stderr.write(f"{event.done}/{event.total} {time.perf_counter() - start:.0f} s\n")

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        open_executor(scheduler=cluster.scheduler_address) as executor,
    ):
        start = time.perf_counter()
        made = run_ensemble(engine, spec, executor=executor, job=Job(report=report))
        drawn = time.perf_counter() - start
    summary = summarise_peak("plan", made).summary
    spent = time.perf_counter() - start
    here = run_ensemble(engine, EnsembleSpec(CHECKED, 2030, spec.scopes, spec.gwp))
    same = all(np.array_equal(made.totals[scope][:, :CHECKED], here.totals[scope]) for scope in spec.scopes)
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    sys.stdout.write(
        f"{draws} futures, {workers} processes: {drawn:.1f} s drawn, {spent:.1f} s with answers; "
        f"{draws / drawn:.0f} futures/s; memory {mine:.2f} GB here, {theirs:.2f} GB in the largest worker; "
        f"first {CHECKED} futures the same as in one process: {same}; "
        f"peaked by {summary['by_year'][0]} ({WHOLE.boundary}): {summary['peaked_share'][0]:.4f}\n"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
