"""The same reconciliation by a general solver: scipy's sequential quadratic programming on dense arrays."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import Bounds, LinearConstraint, minimize
from tests.balance.made_observations import COKE, observe

from dafeng.balance.reconcile_model import ReconcileOptions, build_model
from dafeng.balance.reconcile_solve import solve_model


@pytest.mark.parametrize("seed", range(12))
def test_bounded_problems_agree(seed: int) -> None:
    generator = np.random.default_rng(seed)
    factors = generator.uniform(0.2, 2.5, len(COKE))
    frame = observe(
        [(row, fuel, (value or 0) * k) for (row, fuel, value), k in zip(COKE, factors, strict=True)]
    )
    tight = generator.uniform(size=len(COKE)) < 0.3
    upper = np.where(tight, frame["value"].to_numpy() - 0.05 * np.abs(frame["value"].to_numpy()), np.nan)
    frame = frame.with_columns(
        upper=pl.Series(upper).fill_nan(None), relative_sd=pl.Series(generator.uniform(0.02, 0.3, len(COKE)))
    )
    model = build_model(frame, ReconcileOptions())
    ours = solve_model(model)
    scale = 1 / np.sqrt(model.weight)
    peer = minimize(
        lambda u: (u**2).sum(), np.zeros(len(scale)), jac=lambda u: 2 * u, method="trust-constr",
        constraints=LinearConstraint(model.matrix.toarray() * scale, *[-model.matrix @ model.target] * 2),
        bounds=Bounds((model.lower - model.target) / scale, (model.upper - model.target) / scale),
        options={"gtol": 1e-12, "xtol": 1e-14, "barrier_tol": 1e-12, "maxiter": 3000},
    )  # fmt: skip
    assert ours.feasible
    assert ours.polished
    objective = float((((ours.value - model.target) / scale) ** 2).sum())
    assert objective == pytest.approx(peer.fun, rel=1e-5, abs=1e-8)
    assert np.allclose(ours.value, model.target + scale * peer.x, atol=1e-2 * scale.max())
