"""Presolve: rounding is no contradiction, a contradiction is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dafeng.power.program import LinearProgram
from dafeng.power.solve.presolve import reduce_program


@pytest.mark.parametrize("seed", range(8))
def test_rounding_of_a_long_sum_is_no_contradiction(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fixed, weight = rng.uniform(0.0, 1e5, 2000), rng.uniform(0.5, 1.5, 2000)
    total = np.array([float(weight @ fixed)])
    program = LinearProgram(
        cost=np.r_[np.zeros(2000), 1.0], lower=np.r_[fixed, 0.0], upper=np.r_[fixed, 10.0],
        row_lower=total, row_upper=total, indptr=np.array([0, 2001], dtype=np.int32),
        indices=np.arange(2001, dtype=np.int32), data=np.r_[weight, 1.0],
        column_hour=np.zeros(2001, dtype=np.int32), row_hour=np.zeros(1, dtype=np.int32), hours=1,
    )  # fmt: skip
    assert not reduce_program(program).broken.size
    off = replace(program, row_lower=total + 20.0, row_upper=total + 20.0)
    assert reduce_program(off).broken.size
