"""Reconciliation: one table, thirty with matching transfers; dense algebra as the peer for equalities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng import terms
from dafeng.balance.identities import fuel_identities, row_identities
from dafeng.balance.reconcile import reconcile_balance
from dafeng.balance.reconcile_contracts import BalanceObservations
from dafeng.balance.reconcile_model import ReconcileModel, ReconcileOptions, build_model
from dafeng.balance.reconcile_solve import solve_model
from dafeng.table import check

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

NOISE = 0.1


def true_table(region: str, generator: np.random.Generator) -> pl.DataFrame:
    """Return a table of every row and fuel whose sums hold."""
    rows = terms.entries("balance_rows")
    parents = {one.total for one in row_identities()}
    leaves = {code: int(entry["sign"]) for code, entry in rows.items() if code not in parents}
    found: dict[tuple[str, str], float] = {}
    for fuel in terms.entries("fuels"):
        size = 10 ** generator.uniform(0, 4)
        true = {
            row: size * generator.uniform(0.05, 1) * (sign or generator.choice([-1, 1]))
            for row, sign in leaves.items()
            if row not in {"total_consumption", "industry_non_energy_use"}
        }
        true["industry_non_energy_use"] = true["industry"] * generator.uniform()
        for one in sorted(row_identities(), key=lambda one: one.total != "residential"):
            true[one.total] = sum(factor * true.get(part, 0.0) for part, factor in one.parts)
        found |= {(row, fuel): value for row, value in true.items()}
    for one in fuel_identities():
        for row in true:
            found[row, one.total] = sum(factor * found[row, part] for part, factor in one.parts)
    units = {code: entry["activity_unit"] for code, entry in terms.entries("balance_fuels").items()}
    cells = [(region, row, fuel, units[fuel], value) for (row, fuel), value in sorted(found.items())]
    return pl.DataFrame(cells, schema=["region", "row", "fuel", "unit", "value"], orient="row")


def made_table(regions: list[str], bound_every: int = 20, seed: int = 1) -> pl.DataFrame:
    """Return full tables: each cell has an error of ten per cent, some a bound that leaves out its value."""
    generator = np.random.default_rng(seed)
    frame = pl.concat([true_table(region, generator) for region in regions])
    noisy = frame["value"].to_numpy() * (1 + NOISE * generator.standard_normal(frame.height))
    bounded = np.arange(frame.height) % bound_every == 0
    lower = np.where(bounded, noisy + 0.02 * np.abs(noisy), np.nan)
    made = frame.with_columns(
        value=pl.Series(noisy), year=pl.lit(2020, pl.Int64), source=pl.lit("made"), grade=pl.lit("B"),
        lower=pl.Series(lower).fill_nan(None), relative_sd=pl.lit(None, pl.Float64),
        upper=pl.lit(None, pl.Float64), locked=pl.lit(None, pl.Boolean),
    )  # fmt: skip
    return check(made, BalanceObservations)


def adjust_by_dense_algebra(model: ReconcileModel) -> NDArray[np.float64]:
    """Return x0 - V A' (A V A')^+ A x0 with full matrices: no bounds, no locks, every cell observed."""
    matrix = model.matrix.toarray()
    spread = 1.0 / model.weight
    inner = (matrix * spread) @ matrix.T
    return np.asarray(model.target - spread * (matrix.T @ (np.linalg.pinv(inner) @ (matrix @ model.target))))


@pytest.mark.benchmark(group="reconcile, one table")
def test_one_table(benchmark: BenchmarkFixture) -> None:
    observations = made_table(["CN-SX"])
    made = benchmark.pedantic(reconcile_balance, args=(observations,), rounds=3, warmup_rounds=1)
    benchmark.extra_info["cells"] = made.summary.cells
    assert made.summary.largest_residual < 1e-9
    assert made.summary.exact


@pytest.mark.benchmark(group="reconcile, thirty tables")
def test_thirty_tables_with_transfers(benchmark: BenchmarkFixture) -> None:
    observations = made_table(list(terms.entries("provinces"))[:30])
    options = ReconcileOptions(match_transfers=True)
    made = benchmark.pedantic(reconcile_balance, args=(observations, options), rounds=1)
    benchmark.extra_info["cells"] = made.summary.cells
    benchmark.extra_info["interior_point_iterations"] = made.summary.iterations
    assert made.summary.largest_residual < 1e-9
    assert made.summary.exact


def equalities_only() -> ReconcileModel:
    regions = list(terms.entries("provinces"))[:5]
    model = build_model(made_table(regions), ReconcileOptions())
    real = np.array([":" not in row for _, _, row, _ in model.cells])
    lines = np.array([not name[2].startswith("of_which") for name in model.identities])
    model.lower[:], model.upper[:] = -np.inf, np.inf
    kept = np.flatnonzero(real)
    return ReconcileModel(
        [model.cells[i] for i in kept], [model.units[i] for i in kept], model.target[kept],
        model.weight[kept], model.lower[kept], model.upper[kept], model.fixed[kept], model.size[kept],
        model.matrix[np.flatnonzero(lines)][:, kept], [model.identities[i] for i in
        np.flatnonzero(lines)], model.observations,
    )  # fmt: skip


@pytest.mark.benchmark(group="reconcile, equalities only")
def test_sparse_system(benchmark: BenchmarkFixture) -> None:
    model = equalities_only()
    ours = benchmark.pedantic(solve_model, args=(model,), rounds=3, warmup_rounds=1)
    theirs = adjust_by_dense_algebra(model)
    assert np.abs(ours.value - theirs).max() < 1e-6 * np.abs(theirs).max()


@pytest.mark.benchmark(group="reconcile, equalities only")
def test_peer_dense_algebra(benchmark: BenchmarkFixture) -> None:
    model = equalities_only()
    benchmark.pedantic(adjust_by_dense_algebra, args=(model,), rounds=3, warmup_rounds=1)
