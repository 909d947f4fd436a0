"""Many futures of one scenario: chunks of draws, here or on other machines, with the same numbers.

A chunk draws its own points by their numbers (:func:`~dafeng.pathway.sampling.sobol_points`), runs the model
and returns totals by year and a few chosen quantities, never every chain of every draw. Any executor of the
standard library's kind will do, also the one of a Dask cluster (``client.get_executor()``). Finished chunks
can be kept, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dafeng.errors import InputRefused
from dafeng.job import Job, compute_ahead
from dafeng.pathway.fingerprint import fingerprint
from dafeng.pathway.sampling import BITS, Array, sobol_points
from dafeng.table import KnownNames
from dafeng.version import __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from dafeng.pathway.model import Simulator
    from dafeng.scenario import Scope

AHEAD = 256
"""Chunks that are handed to an executor before the first of them is back."""
_TOTALS = "totals"

Chunk = Mapping[str, Array]
"""``totals``, shape (scope, year, draw), and ``quantity.<name>``, shape (year, draw)."""


@dataclass(frozen=True, slots=True)
class EnsembleSpec:
    """What to draw and what to keep of it.

    Attributes
    ----------
    draws : int
        Futures; a power of two keeps the balance of the sequence.
    seed : int
        Seed of the scrambling.
    scopes : tuple of Scope
        Scopes of the totals.
    gwp : mapping of str to float
        Warming potentials by gas [1] for scopes of all gases.
    on : frozenset of str, optional
        Levers that act; default all.
    quantities : mapping of str to tuple of int
        Quantities of the outcome to keep and their years; no years means every year.
    quantity_draws : int
        Quantities are kept of this many draws, the first ones: dozens of them of a million draws would not
        fit into memory. A power of two is balanced in itself.
    chunk : int
        Draws that are computed at once.
    """

    draws: int
    seed: int
    scopes: tuple[Scope, ...]
    gwp: Mapping[str, float] = field(default_factory=dict)
    on: frozenset[str] | None = None
    quantities: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    quantity_draws: int = 1 << 14
    chunk: int = 1024

    def __post_init__(self) -> None:
        """Refuse settings outside their range.

        Raises
        ------
        InputRefused
            ``setting_invalid``.
        """
        limits = {"draws": 1, "seed": 0, "quantity_draws": 1, "chunk": 1}
        for key, low in limits.items():
            value = getattr(self, key)
            if not low <= value <= 2**BITS:
                raise InputRefused.of("setting_invalid", key=key, reason=f"{low} ≤ {value} ≤ 2^{BITS}")


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Totals and chosen quantities of many futures, the last axis over draws.

    Attributes
    ----------
    spec : EnsembleSpec
        How it was drawn.
    years : ndarray, shape (year,)
        Years of the totals, from the base year on.
    totals : mapping of Scope to ndarray, shape (year, draw)
        Provincial emissions [Mt CO2 or Mt CO2e].
    quantities : mapping of str to ndarray, shape (year, draw)
        In the years of ``quantity_years``, in the unit of the engine, of the first ``spec.quantity_draws``
        draws.
    quantity_years : mapping of str to ndarray
        Years of each quantity.
    """

    spec: EnsembleSpec
    years: NDArray[np.int64]
    totals: Mapping[Scope, Array]
    quantities: Mapping[str, Array]
    quantity_years: Mapping[str, NDArray[np.int64]]


class ChunkStore(Protocol):
    """Where finished chunks are kept."""

    def load(self, key: str, start: int) -> Chunk | None:
        """Return the chunk that starts at a draw; None if there is none or it is damaged."""

    def save(self, key: str, start: int, arrays: Chunk) -> None:
        """Keep a chunk, whole or not at all."""


def run_ensemble(
    simulator: Simulator,
    spec: EnsembleSpec,
    *,
    executor: Executor | None = None,
    job: Job | None = None,
    chunks: ChunkStore | None = None,
) -> Ensemble:
    """Run the model on every draw.

    Parameters
    ----------
    simulator : Simulator
        The model; an executor of other processes sends it along with each chunk, so it must pickle.
    spec : EnsembleSpec
    executor : concurrent.futures.Executor, optional
        Where chunks are computed; default here, one after the other.
    job : Job, optional
        Told of every chunk; asked whether to go on.
    chunks : ChunkStore, optional
        Keeps finished chunks; those of the same model, settings and version are not computed again.

    Returns
    -------
    Ensemble
        Independent of the executor to the last bit, on machines of one kind. Another chunk size draws the
        same points; a model that multiplies matrices may round them differently in the last digit.

    Raises
    ------
    InputRefused
        ``setting_invalid`` (a quantity or year that the model does not have), ``series_not_finite``,
        ``inputs_too_many``.
    Interrupted
        If the job is cancelled; what is kept stays.
    """
    job = job or Job()
    tried = _compute_chunk(simulator, spec, 0, 1)  # refuses what cannot work before anything is kept
    key = fingerprint((__version__, simulator, spec, tried)) if chunks else ""
    arrays = {name: np.empty((*part.shape[:-1], _limit(spec, name))) for name, part in tried.items()}
    starts = range(0, spec.draws, spec.chunk)
    missing = []
    for start in starts:
        kept = chunks.load(key, start) if chunks else None
        if kept is None or not _place(kept, arrays, start, spec):
            missing.append(start)
    done = len(starts) - len(missing)
    job.advance("ensemble", done, len(starts))
    calls = (
        (start, (simulator, spec, start, min(spec.chunk, spec.draws - start))) for start in missing
    )  # fmt: skip
    with closing(compute_ahead(_compute_chunk, calls, executor, job, ahead=AHEAD)) as computed:
        for start, found in computed:
            if chunks:
                chunks.save(key, start, found)
            _place(found, arrays, start, spec)
            done += 1
            job.advance("ensemble", done, len(starts))
    totals = arrays.pop(_TOTALS)
    names = {name: name.partition(".")[2] for name in arrays}
    return Ensemble(
        spec, simulator.years, dict(zip(spec.scopes, totals, strict=True)),
        {names[name]: part for name, part in arrays.items()},
        {name: _years_of(simulator, spec, name) for name in spec.quantities},
    )  # fmt: skip


def _compute_chunk(simulator: Simulator, spec: EnsembleSpec, start: int, count: int) -> dict[str, Array]:
    """Run the model on consecutive draws and return what the settings keep."""
    points = sobol_points(len(simulator.dimensions), start, count, spec.seed)
    outcome = simulator.simulate(points, spec.on)
    found = {_TOTALS: np.stack([outcome.total(scope, spec.gwp) for scope in spec.scopes])}
    for name in spec.quantities:
        if name not in outcome.quantities:
            reason = KnownNames(outcome.quantities).text("en").removeprefix("; ")
            raise InputRefused.of("setting_invalid", key=f"quantities.{name}", reason=reason)
        rows = np.searchsorted(outcome.years, _years_of(simulator, spec, name))
        values = np.asarray(outcome.quantities[name], dtype=np.float64)
        found[f"quantity.{name}"] = values[rows, : max(spec.quantity_draws - start, 0)]
    for name, part in found.items():
        if not np.isfinite(part).all():
            raise InputRefused.of("series_not_finite", what=f"{name}, {start}-{start + count - 1}")
    return found


def _years_of(simulator: Simulator, spec: EnsembleSpec, name: str) -> NDArray[np.int64]:
    """Return the years in which a quantity is kept."""
    wanted = np.array(spec.quantities[name] or simulator.years, dtype=np.int64)
    unknown = np.setdiff1d(wanted, simulator.years)
    if unknown.size:
        reason = f"{unknown[0]}: {simulator.years[0]}-{simulator.years[-1]}"
        raise InputRefused.of("setting_invalid", key=f"quantities.{name}", reason=reason)
    return wanted


def _place(chunk: Chunk, arrays: Mapping[str, Array], start: int, spec: EnsembleSpec) -> bool:
    """Copy a chunk to its place; return False and copy nothing if it does not fit."""
    places = {
        name: whole[..., start : min(start + spec.chunk, _limit(spec, name))]
        for name, whole in arrays.items()
    }
    if {name: part.shape for name, part in chunk.items()} != {
        name: part.shape for name, part in places.items()
    }:
        return False
    if not all(part.dtype == np.float64 and np.isfinite(part).all() for part in chunk.values()):
        return False
    for name, place in places.items():
        place[...] = chunk[name]
    return True


def _limit(spec: EnsembleSpec, name: str) -> int:
    """Return the number of draws that are kept of the totals or of a quantity."""
    return spec.draws if name == _TOTALS else min(spec.draws, spec.quantity_draws)
