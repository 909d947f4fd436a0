"""The real engine on a real local cluster: 20,000 futures with the same bits as in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.app.pathway_engine import build_engine
from dafeng.app.pathway_executor import open_executor
from dafeng.app.pathway_scenario import GroundRequest, find_scenario, lay_ground
from dafeng.app.pathway_study import study_scopes, wanted_quantities
from dafeng.pathway.ensemble import EnsembleSpec, run_ensemble

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pathway.ensemble import Ensemble

DRAWS = 20_000


def same(one: Ensemble, other: Ensemble) -> bool:
    totals = all(np.array_equal(one.totals[scope], other.totals[scope]) for scope in one.totals)
    return totals and all(
        np.array_equal(one.quantities[name], other.quantities[name]) for name in one.quantities
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_computes_what_one_process_computes(tiny_pack: Path) -> None:
    distributed = pytest.importorskip("distributed")
    ground = lay_ground(GroundRequest(str(tiny_pack), "2026-11-22"))
    foundation = ground.foundation
    engine = build_engine(foundation, find_scenario(ground.pack, "plan"))
    wanted = dict.fromkeys(wanted_quantities(foundation, engine), (2030,))
    spec = EnsembleSpec(DRAWS, 2030, study_scopes(foundation), foundation.parts.gwp, quantities=wanted)
    here = run_ensemble(engine, spec)
    with (
        distributed.LocalCluster(
            processes=True, n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        open_executor(scheduler=cluster.scheduler_address) as executor,
    ):
        there = run_ensemble(engine, spec, executor=executor)
    assert same(here, there)
    assert len({float(value) for value in here.totals[spec.scopes[0]][-1]}) > 0.99 * DRAWS
