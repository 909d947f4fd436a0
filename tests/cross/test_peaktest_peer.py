"""The trend tests against pymannkendall, case by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pymannkendall
import pytest

from dafeng.peaktest import mann_kendall, theil_sen

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTHS = (4, 5, 9, 24, 60)


def noisy(length: int, seed: int, ar1: float, slope: float) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).standard_normal(length)
    for step in range(1, length):
        noise[step] += ar1 * noise[step - 1]
    return noise + slope * np.arange(length)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("slope", [-0.3, 0.0, 0.1])
def test_the_plain_test(length: int, slope: float) -> None:
    for seed in range(20):
        x = noisy(length, seed, 0.0, slope)
        ours, peer = mann_kendall(x), pymannkendall.original_test(x)
        assert ours.score == peer.s
        assert ours.variance == pytest.approx(peer.var_s, rel=1e-12)
        assert ours.tau == pytest.approx(peer.Tau, rel=1e-12)
        assert ours.z == pytest.approx(peer.z, rel=1e-12)
        assert ours.p_two_sided == pytest.approx(peer.p, rel=1e-9, abs=1e-15)
        assert ours.slope == theil_sen(x) == pytest.approx(peer.slope, rel=1e-12)


@pytest.mark.parametrize("length", LENGTHS)
def test_ties(length: int) -> None:
    for seed in range(20):
        x = np.random.default_rng(seed).integers(0, 4, length).astype(float)
        if np.ptp(x) == 0:
            continue
        ours, peer = mann_kendall(x), pymannkendall.original_test(x)
        assert ours.score == peer.s
        assert ours.variance == pytest.approx(peer.var_s, rel=1e-12)
        assert ours.p_two_sided == pytest.approx(peer.p, rel=1e-9)


@pytest.mark.parametrize("slope", [-0.2, 0.0])
def test_the_variance_of_hamed_and_rao(slope: float) -> None:
    widened = []
    for seed in range(20):
        x = noisy(60, seed, 0.5, slope)
        ours, peer = mann_kendall(x, correction="hamed_rao"), pymannkendall.hamed_rao_modification_test(x)
        assert ours.variance == pytest.approx(peer.var_s, rel=1e-9)
        assert ours.z == pytest.approx(peer.z, rel=1e-9)
        assert ours.p_two_sided == pytest.approx(peer.p, rel=1e-7, abs=1e-15)
        widened.append(ours.variance / mann_kendall(x).variance)
    assert np.median(widened) > 1.2


@pytest.mark.parametrize("length", [9, 24, 60])
def test_prewhitening(length: int) -> None:
    for seed in range(20):
        x = noisy(length, seed, 0.5, -0.05)
        ours = mann_kendall(x, correction="prewhiten")
        peer = pymannkendall.pre_whitening_modification_test(x)
        assert (ours.n, ours.score) == (length - 1, peer.s)
        assert ours.z == pytest.approx(peer.z, rel=1e-12)
        assert ours.slope == pytest.approx(peer.slope, rel=1e-12)
