"""A published example of weighted least squares under balances: flows around a heat exchanger with bypass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from dafeng.balance.reconcile_model import ReconcileModel
from dafeng.balance.reconcile_solve import solve_model

VALUES = pl.read_csv(Path(__file__).with_name("values.csv"))
NODES = [[1, -1, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0], [0, 0, 1, 0, -1, 0], [0, 0, 0, 1, 1, -1]]


def test_the_flows_come_out_as_printed() -> None:
    measured = VALUES["measured"].to_numpy()
    count = len(measured)
    used = pl.DataFrame(
        {"cell": range(count), "source": ["meter"] * count, "value": measured, "sd": [1.0] * count}
    )
    model = ReconcileModel(
        [("CN-SX", 2000, "loss", str(i)) for i in range(count)], ["t"] * count, measured, np.ones(count),
        np.full(count, -np.inf), np.full(count, np.inf), np.full(count, np.nan), np.full(count, 100.0),
        sparse.csr_array(np.array(NODES, dtype=float)),
        [("CN-SX", 2000, "node", str(i), "t") for i in range(4)], used,
    )  # fmt: skip
    solution = solve_model(model)
    assert np.abs(solution.value - VALUES["reconciled"].to_numpy()).max() <= 0.005
    assert solution.freedom == 4
