"""Bring a capacity factor to a published level without leaving [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from dafeng.errors import Finding, InputRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray


def scale_to_level(factors: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Return capacity factors with a given mean: ``x**a``, with the one exponent that reaches it.

    A power keeps 0 at 0 and 1 at 1, keeps the order of the hours, and lifts low hours by more than high ones,
    as capacity at better sites does. A factor would pass 1 and has to be cut.

    Parameters
    ----------
    factors : ndarray
        Capacity factors in [0, 1], shape (hours,).
    mean : float
        Mean to be reached [1].

    Raises
    ------
    InputRefused
        ``profile_level`` when no exponent reaches it (the share of hours above zero is smaller).
    """
    above = float((factors > 0).mean())
    if not 0 < mean < above:
        params = {"level": f"{mean:.4f}", "reach": f"{above:.4f}"}
        raise InputRefused([Finding("profile_level", params=params)])
    positive = factors[factors > 0]

    def miss(log_exponent: float) -> float:
        reached = float((positive ** np.exp(log_exponent)).sum()) / len(factors)
        return reached - mean

    if miss(-7.0) < 0 or miss(5.0) > 0:
        params = {"level": f"{mean:.4f}", "reach": f"{above:.4f}"}
        raise InputRefused([Finding("profile_level", params=params)])
    exponent = float(np.exp(brentq(miss, -7.0, 5.0, xtol=1e-14)))
    return np.asarray(np.where(factors > 0, np.maximum(factors, 0.0) ** exponent, 0.0))
