"""Distributions keep the mean, 95 % range and bounds asked of them; moments are the closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from dafeng.errors import InputRefused
from dafeng.inventory.uncertainty.distributions import (
    KINDS,
    Kind,
    fit_spread,
    half_width_of,
    mean_of,
    quantile_of,
    sd_of,
    transform_normals,
)

WIDTHS = (0.01, 0.3, 0.588, 1.2, 1.7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_range_is_the_one_asked_for_and_the_mean_is_the_estimate(kind: Kind, width: float) -> None:
    spread = fit_spread(kind, width)
    assert spread is not None
    low, high = quantile_of(spread, 0.025), quantile_of(spread, 0.975)
    assert (high - low) / 2 == pytest.approx(width, rel=1e-9)
    assert mean_of(spread) == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
def test_moments_are_those_of_the_quantiles(kind: Kind, width: float) -> None:
    spread = fit_spread(kind, width)
    assert spread is not None
    mean = quad(lambda p: quantile_of(spread, p), 0, 1, limit=400)[0]
    square = quad(lambda p: quantile_of(spread, p) ** 2, 0, 1, limit=400)[0]
    assert mean == pytest.approx(mean_of(spread), rel=1e-6)
    assert math.sqrt(square - mean**2) == pytest.approx(sd_of(spread), rel=1e-4)


@pytest.mark.parametrize("width", [0.6, 1.2, 1.7])
def test_truncated_lognormal_are_never_negative_and_a_normal_is(width: float) -> None:
    z = np.linspace(-6, 6, 2001)
    for kind in ("truncated_normal", "lognormal"):
        spread = fit_spread(kind, width)
        assert spread is not None
        assert transform_normals(spread, z).min() >= 0
    normal = fit_spread("normal", width)
    assert normal is not None
    assert transform_normals(normal, z).min() < 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_multiplier_rises_with_its_draw(kind: Kind) -> None:
    spread = fit_spread(kind, 0.5)
    assert spread is not None
    assert np.all(np.diff(transform_normals(spread, np.linspace(-5, 5, 500))) > 0)


def test_the_truncated_normal_agrees_with_scipy() -> None:
    spread = fit_spread("truncated_normal", 1.0)
    assert spread is not None
    mean, sd = spread.parameters
    peer = stats.truncnorm(-mean / sd, np.inf, loc=mean, scale=sd)
    for p in (0.001, 0.025, 0.3, 0.9, 0.975, 0.999):
        assert quantile_of(spread, p) == pytest.approx(peer.ppf(p), rel=1e-9)
    assert sd_of(spread) == pytest.approx(peer.std(), rel=1e-9)


def test_bounds_of_a_lognormal_are_its_percentiles() -> None:
    spread = fit_spread(None, None, 0.5, 3.0)
    assert spread is not None
    assert spread.kind == "lognormal"
    assert [quantile_of(spread, p) for p in (0.025, 0.975)] == pytest.approx([0.5, 3.0])
    assert half_width_of(spread) == pytest.approx(2.0)


def test_bounds_of_triangular_and_uniform_are_their_ends() -> None:
    triangular, uniform = (fit_spread(kind, None, 0.5, 3.0) for kind in ("triangular", "uniform"))
    assert triangular is not None
    assert uniform is not None
    peer = stats.triang(c=0.5 / 2.5, loc=0.5, scale=2.5)
    assert (mean_of(triangular), sd_of(triangular)) == pytest.approx((peer.mean(), peer.std()))
    assert quantile_of(triangular, 0.7) == pytest.approx(peer.ppf(0.7))
    assert (mean_of(uniform), sd_of(uniform)) == pytest.approx((1.75, 2.5 / math.sqrt(12)))


def test_without_a_kind_small_is_normal_and_large_lognormal() -> None:
    kinds = [fit_spread(None, width) for width in (0.0, 0.1, 0.58, 0.6, 3.0)]
    assert [spread and spread.kind for spread in kinds] == [
        "constant", "normal", "normal", "lognormal", "lognormal",
    ]  # fmt: skip
    assert fit_spread(None, None) is None


@pytest.mark.parametrize(
    ("code", "spec"),
    [
        ("uncertainty_too_wide", ("lognormal", 3.5, None, None)),
        ("uncertainty_too_wide", (None, 4.0, None, None)),
        ("uncertainty_too_wide", ("truncated_normal", 1.9, None, None)),
        ("uncertainty_bounds", ("normal", None, 0.5, 1.5)),
        ("uncertainty_bounds", ("truncated_normal", None, 0.5, 1.5)),
        ("uncertainty_bounds", ("lognormal", None, 0.0, 1.5)),
        ("uncertainty_bounds", ("triangular", None, 1.1, 1.5)),
        ("uncertainty_bounds", ("triangular", None, 0.5, None)),
        ("uncertainty_bounds", ("uniform", None, None, 1.5)),
        ("uncertainty_bounds", ("uniform", 0.1, 0.5, 1.5)),
        ("uncertainty_bounds", ("uniform", None, math.nan, math.inf)),
    ],
)
def test_what_no_distribution_can_hold_is_refused(
    code: str, spec: tuple[Kind | None, float | None, float | None, float | None]
) -> None:
    with pytest.raises(InputRefused) as caught:
        fit_spread(*spec)
    assert caught.value.findings[0].code == code
