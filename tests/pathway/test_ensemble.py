"""Ensembles: the same numbers by any chunk and executor, kept chunks, interruption."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dafeng.errors import InputRefused, Interrupted
from dafeng.job import Job
from dafeng.pathway import ensemble as module
from dafeng.pathway.ensemble import Ensemble, EnsembleSpec, run_ensemble
from dafeng.pathway.sampling import sobol_points
from dafeng.scenario import Scope
from dafeng.store.chunks import FolderChunks

from .made_simulator import MadeSimulator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dafeng.job import Progress
    from dafeng.pathway.model import Array, Outcome

SCOPES = (Scope(), Scope(power_export="excluded", gases="all"))
SPEC = EnsembleSpec(
    draws=1000, seed=5, scopes=SCOPES, gwp={"CH4": 28.0}, chunk=256,
    quantities={"coal_output": (), "gdp_index": (2025, 2030)},
)  # fmt: skip


@dataclass
class MemoryChunks:
    """Chunks kept in memory, with what was asked."""

    kept: dict[tuple[str, int], Mapping[str, Array]] = field(default_factory=dict)
    saved: list[int] = field(default_factory=list)

    def load(self, key: str, start: int) -> Mapping[str, Array] | None:
        return self.kept.get((key, start))

    def save(self, key: str, start: int, arrays: Mapping[str, Array]) -> None:
        self.saved.append(start)
        self.kept[key, start] = {name: part.copy() for name, part in arrays.items()}


@dataclass(frozen=True)
class FailingSimulator(MadeSimulator):
    """Fails after a number of calls, as a machine does."""

    calls: tuple[int, ...] = ()
    limit: int = 3

    def simulate(self, points: Array, on: object = None) -> Outcome:
        STATE["calls"] += 1
        if STATE["calls"] > STATE["limit"]:
            raise OSError("power cut")
        return super().simulate(points, on)


STATE = {"calls": 0, "limit": 0}


def same(first: Ensemble, second: Ensemble) -> bool:
    return (
        list(first.totals) == list(second.totals)
        and all((first.totals[scope] == second.totals[scope]).all() for scope in first.totals)
        and all((first.quantities[name] == second.quantities[name]).all() for name in first.quantities)
    )


@pytest.fixture(scope="module")
def reference() -> Ensemble:
    return run_ensemble(MadeSimulator(), SPEC)


def test_the_ensemble_is_the_model_at_the_points(reference: Ensemble) -> None:
    model = MadeSimulator()
    outcome = model.simulate(sobol_points(12, 0, 1000, 5))
    for scope in SCOPES:
        assert (reference.totals[scope] == outcome.total(scope, {"CH4": 28.0})).all()
        assert reference.totals[scope].shape == (39, 1000)
    assert (reference.quantities["coal_output"] == outcome.quantities["coal_output"]).all()
    assert (reference.quantities["gdp_index"] == outcome.quantities["gdp_index"][[3, 8]]).all()
    assert reference.quantity_years["gdp_index"].tolist() == [2025, 2030]
    assert (reference.years == model.years).all()


@pytest.mark.parametrize("chunk", [1, 7, 999, 1000, 5000])
def test_the_chunk_does_not_count(reference: Ensemble, chunk: int) -> None:
    assert same(run_ensemble(MadeSimulator(), replace(SPEC, chunk=chunk)), reference)


@pytest.mark.parametrize("limit", [1, 256, 300, 5000])
def test_quantities_are_kept_of_the_first_draws(reference: Ensemble, limit: int) -> None:
    kept = MemoryChunks()
    for _ in range(2):
        found = run_ensemble(MadeSimulator(), replace(SPEC, quantity_draws=limit), chunks=kept)
        assert (found.totals[SCOPES[0]] == reference.totals[SCOPES[0]]).all()
        for name, values in found.quantities.items():
            assert (values == reference.quantities[name][:, :limit]).all()
            assert values.shape[1] == min(limit, 1000)
    assert len(kept.saved) == 4


def test_levers_that_are_off_are_off(reference: Ensemble) -> None:
    off = run_ensemble(MadeSimulator(), replace(SPEC, on=frozenset()))
    scope = Scope(process="energy_only")
    both = [
        run_ensemble(MadeSimulator(), replace(SPEC, on=on, scopes=(scope,))) for on in (None, frozenset())
    ]
    assert np.allclose(both[1].totals[scope] - both[0].totals[scope], 5.0)
    assert not same(off, reference)


def test_threads_and_processes_give_the_same_bits(reference: Ensemble) -> None:
    with ThreadPoolExecutor(3) as threads:
        assert same(run_ensemble(MadeSimulator(), SPEC, executor=threads), reference)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as processes:
        assert same(run_ensemble(MadeSimulator(), SPEC, executor=processes), reference)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_bits(reference: Ensemble) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            processes=True, n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        kept = MemoryChunks()
        found = run_ensemble(MadeSimulator(), replace(SPEC, chunk=100), executor=executor, chunks=kept)
        assert same(found, reference)
        assert sorted(kept.saved) == list(range(0, 1000, 100))
        job = Job()
        stopping = replace(job, report=lambda event: job.cancelled.set() if event.done >= 2 else None)
        with pytest.raises(Interrupted):
            run_ensemble(MadeSimulator(), replace(SPEC, chunk=20), executor=executor, job=stopping)
        with pytest.raises(InputRefused):  # refusals come back from workers whole
            executor.submit(module._compute_chunk, MadeSimulator(broken=True), SPEC, 0, 2).result()


def test_more_chunks_than_are_handed_out_at_once(
    reference: Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AHEAD", 2)
    with ThreadPoolExecutor(2) as threads:
        assert same(run_ensemble(MadeSimulator(), replace(SPEC, chunk=64), executor=threads), reference)


def test_progress_is_told_chunk_by_chunk() -> None:
    told: list[Progress] = []
    run_ensemble(MadeSimulator(), SPEC, job=Job(report=told.append))
    assert [(event.stage, event.done, event.total) for event in told] == [
        ("ensemble", done, 4) for done in range(5)
    ]


def test_a_run_that_fails_in_its_third_chunk_goes_on_there(reference: Ensemble) -> None:
    STATE.update(calls=0, limit=3)  # one trial and two chunks
    kept = MemoryChunks()
    with pytest.raises(OSError, match="power cut"):
        run_ensemble(FailingSimulator(), SPEC, chunks=kept)
    assert kept.saved == [0, 256]
    STATE.update(calls=0, limit=3)
    told: list[Progress] = []
    found = run_ensemble(FailingSimulator(), SPEC, chunks=kept, job=Job(report=told.append))
    assert kept.saved == [0, 256, 512, 768]
    assert told[0].done == 2
    assert same(found, reference)


def test_a_cancelled_run_keeps_what_it_has(reference: Ensemble) -> None:
    kept = MemoryChunks()
    job = Job()
    stopping = replace(job, report=lambda event: job.cancelled.set() if event.done == 1 else None)
    with pytest.raises(Interrupted):
        run_ensemble(MadeSimulator(), SPEC, job=stopping, chunks=kept)
    assert kept.saved == [0, 256]  # cancelled after the first, noticed after the second was safe
    assert same(run_ensemble(MadeSimulator(), SPEC, chunks=kept), reference)
    assert kept.saved == [0, 256, 512, 768]


def test_a_cancelled_run_takes_back_what_has_not_begun() -> None:
    class Idle(ThreadPoolExecutor):
        """Never starts anything."""

        def submit(self, *args: object, **named: object) -> Future[object]:
            futures.append(Future())
            return futures[-1]

    futures: list[Future[object]] = []
    job = Job()
    stopping = replace(job, report=lambda event: job.cancelled.set())
    with pytest.raises(Interrupted):
        run_ensemble(MadeSimulator(), SPEC, executor=Idle(1), job=stopping)
    assert len(futures) == 4
    assert all(future.cancelled() for future in futures)


def test_another_model_or_setting_uses_no_kept_chunk() -> None:
    kept = MemoryChunks()
    run_ensemble(MadeSimulator(), SPEC, chunks=kept)
    for model, spec in (
        (MadeSimulator(height=101.0), SPEC),
        (MadeSimulator(), replace(SPEC, seed=6)),
        (MadeSimulator(), replace(SPEC, on=frozenset())),
        (MadeSimulator(), replace(SPEC, gwp={"CH4": 27.9})),
        (MadeSimulator(), replace(SPEC, scopes=SCOPES[::-1])),
    ):
        kept.saved.clear()
        found = run_ensemble(model, spec, chunks=kept)
        assert len(kept.saved) == 4
        assert same(found, run_ensemble(model, spec))


def test_a_kept_chunk_that_does_not_fit_is_computed_again(reference: Ensemble) -> None:
    kept = MemoryChunks()
    run_ensemble(MadeSimulator(), SPEC, chunks=kept)
    keys = sorted(kept.kept)
    kept.kept[keys[0]] = {"totals": np.zeros((2, 39, 256))}
    kept.kept[keys[1]] = {name: part[..., :-1] for name, part in kept.kept[keys[1]].items()}
    kept.kept[keys[2]] = {name: part * np.nan for name, part in kept.kept[keys[2]].items()}
    kept.saved.clear()
    assert same(run_ensemble(MadeSimulator(), SPEC, chunks=kept), reference)
    assert kept.saved == [0, 256, 512]


def test_a_file_that_was_cut_off_is_computed_again(reference: Ensemble, tmp_path: Path) -> None:
    folder = FolderChunks(tmp_path)
    run_ensemble(MadeSimulator(), SPEC, chunks=folder)
    files = sorted(tmp_path.rglob("*.npz"))
    assert len(files) == 4
    files[1].write_bytes(files[1].read_bytes()[:5000])
    files[3].unlink()
    told: list[Progress] = []
    assert same(run_ensemble(MadeSimulator(), SPEC, chunks=folder, job=Job(report=told.append)), reference)
    assert told[0].done == 2
    told.clear()
    run_ensemble(MadeSimulator(), SPEC, chunks=folder, job=Job(report=told.append))
    assert [event.done for event in told] == [4]


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"draws": 2**30 + 1}, {"chunk": 0}, {"seed": -1}], ids=str)
def test_settings_outside_their_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputRefused):
        replace(SPEC, **wrong)


def test_what_the_model_cannot_give_is_refused_before_anything_is_kept() -> None:
    kept = MemoryChunks()
    for spec, said in (
        (replace(SPEC, quantities={"steel_kt": ()}), "coal_output, gdp_index"),
        (replace(SPEC, quantities={"coal_output": (2021,)}), "2021: 2022-2060"),
    ):
        with pytest.raises(InputRefused) as refused:
            run_ensemble(MadeSimulator(), spec, chunks=kept)
        assert said in refused.value.text("en")
    with pytest.raises(InputRefused) as refused:
        run_ensemble(MadeSimulator(broken=True), SPEC, chunks=kept)
    assert refused.value.findings[0].code == "series_not_finite"
    assert not kept.saved
