"""Points by draw number are those of scipy and do not depend on how they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from dafeng.errors import InputRefused
from dafeng.pathway.sampling import BITS, DIMENSION_LIMIT, sobol_points

HALF_CELL = 0.5 ** (BITS + 1)


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    return sobol_points(37, 0, 3000, seed=11)


@pytest.mark.parametrize("chunk", [1, 7, 1000, 1024, 2999])
def test_chunks_give_the_same_bits(whole: np.ndarray, chunk: int) -> None:
    last = 300 if chunk == 1 else 3000
    parts = [sobol_points(37, start, min(chunk, last - start), seed=11) for start in range(0, last, chunk)]
    assert (np.concatenate(parts) == whole[:last]).all()


def test_the_points_are_those_of_scipy_from_the_first_on(whole: np.ndarray) -> None:
    reference = qmc.Sobol(37, scramble=True, rng=11).random_base2(11)
    assert (whole[:2048] - HALF_CELL == reference).all()


def test_far_points_are_those_of_scipy() -> None:
    far = qmc.Sobol(5, scramble=True, rng=2).fast_forward(1_000_000).random(16)
    assert (sobol_points(5, 1_000_000, 16, seed=2) - HALF_CELL == far).all()


def test_a_power_of_two_is_balanced_in_every_coordinate(whole: np.ndarray) -> None:
    cells = np.floor(whole[:1024] * 1024).astype(int)
    assert (np.sort(cells, axis=0) == np.arange(1024)[:, None]).all()


def test_seeds_differ_and_the_cube_is_open(whole: np.ndarray) -> None:
    other = sobol_points(37, 0, 64, seed=12)
    assert (other != whole[:64]).all()
    assert whole.min() >= HALF_CELL
    assert whole.max() <= 1 - HALF_CELL


def test_a_coordinate_that_scipy_gives_as_zero_is_not_zero() -> None:
    plain = qmc.Sobol(1, scramble=False).random(1)
    assert plain[0, 0] == 0.0
    assert plain[0, 0] + HALF_CELL > 0
    assert (1 - 2.0**-BITS) + HALF_CELL < 1


def test_no_points_are_no_points() -> None:
    assert sobol_points(3, 0, 0, seed=0).shape == (0, 3)
    assert sobol_points(3, 9, 0, seed=0).shape == (0, 3)


def test_what_the_sequence_cannot_serve_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        sobol_points(DIMENSION_LIMIT + 1, 0, 1, seed=0)
    assert refused.value.findings[0].code == "inputs_too_many"
    assert str(DIMENSION_LIMIT) in refused.value.text("zh")
    assert DIMENSION_LIMIT == 21201
    for wrong in ((0, 0, 1, 0), (1, -1, 1, 0), (1, 0, -1, 0), (1, 0, 1, -1), (1, 2**BITS, 1, 0)):
        with pytest.raises(InputRefused):
            sobol_points(*wrong)
