"""The Kaya identity: emissions as population x GDP per head x energy intensity x carbon intensity.

Source: Y. Kaya (1990), Impact of carbon dioxide emission control on GNP growth: interpretation of proposed
scenarios, paper presented to the IPCC Energy and Industry Subgroup, Response Strategies Working Group, Paris.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dafeng.decomposition.arrays import read_non_negative, read_positive
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

KAYA_FACTORS = ("population", "gdp_per_head", "energy_intensity", "carbon_intensity")
"""Names of the factors in the order of the last axis of :attr:`KayaFactors.factors`."""


@dataclass(frozen=True, slots=True, eq=False)
class KayaFactors:
    """The four factors of the Kaya identity, each of shape (time, region).

    Attributes
    ----------
    population : ndarray
        In the unit given.
    gdp_per_head : ndarray
        GDP / population, constant prices.
    energy_intensity : ndarray
        Energy / GDP.
    carbon_intensity : ndarray
        CO2 / energy.
    """

    population: NDArray[np.float64]
    gdp_per_head: NDArray[np.float64]
    energy_intensity: NDArray[np.float64]
    carbon_intensity: NDArray[np.float64]

    @property
    def factors(self) -> NDArray[np.float64]:
        """The factors as :func:`~dafeng.decomposition.ang2004_lmdi` takes them, (time, region, 4)."""
        return np.stack(
            (self.population, self.gdp_per_head, self.energy_intensity, self.carbon_intensity), axis=2
        )

    @property
    def co2(self) -> NDArray[np.float64]:
        """The product of the factors, shape (time, region), in the unit of the emissions given."""
        return np.asarray(self.factors.prod(axis=2))


def kaya1990(population: ArrayLike, gdp: ArrayLike, energy: ArrayLike, co2: ArrayLike) -> KayaFactors:
    """Split emissions into the four factors of the Kaya identity.

    Parameters
    ----------
    population : array_like, shape (time,) or (time, region)
        Above zero, e.g. [10^4 persons].
    gdp : array_like, same shape
        Above zero, e.g. [10^8 CNY_2020]. It must be in constant prices of one year: with current prices
        inflation appears as growth per head and as falling energy intensity.
    energy : array_like, same shape
        Primary energy, above zero, e.g. [10^4 tce]; one electricity basis throughout.
    co2 : array_like, same shape
        Emissions, zero or above, e.g. [10^4 tCO2].

    Returns
    -------
    KayaFactors
        Arrays of shape (time, region); a series without regions gets one.

    Raises
    ------
    InputRefused
        ``series_length`` (shapes differ or are not one or two axes), ``series_too_short`` (empty),
        ``series_not_finite``, ``series_negative``, ``series_not_positive``.

    Examples
    --------
    >>> kaya = kaya1990([10.0, 10.0], [50.0, 60.0], [25.0, 24.0], [50.0, 48.0])
    >>> kaya.gdp_per_head[:, 0].tolist(), kaya.carbon_intensity[:, 0].tolist()
    ([5.0, 6.0], [2.0, 2.0])
    """
    given = {
        "population": read_positive(population, "population"),
        "gdp": read_positive(gdp, "gdp"),
        "energy": read_positive(energy, "energy"),
        "co2": read_non_negative(co2, "co2"),
    }
    shapes = {array.shape for array in given.values()}
    if len(shapes) > 1 or given["co2"].ndim not in {1, 2}:
        what = ", ".join(f"{name} {array.shape}" for name, array in given.items())
        raise InputRefused.of("series_length", what=what)
    if given["co2"].size == 0:
        raise InputRefused.of("series_too_short", need=1, have=0)
    people, output, use, emitted = (array.reshape(array.shape[0], -1) for array in given.values())
    return KayaFactors(people, output / people, use / output, emitted / use)
