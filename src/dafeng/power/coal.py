r"""Coal rates: full load, part load, CHP, the fleet; and the CO2 of fuels.

The fuel of a class that has the capacity :math:`o` online and gives the power :math:`p` is a straight line
through full load and minimum load, so that the net rate is

.. math:: r(\lambda) = \frac{a}{\lambda} + b, \qquad a = r_1 \pi \frac{m}{1 - m}, \quad b = r_1 - a

with the load factor of the online capacity :math:`\lambda = p / o`, the net rate at full load :math:`r_1`,
the minimum load :math:`m` and the relative rise of the rate there :math:`\pi`. ``a`` is the no-load fuel of a
MW that is online for an hour, ``b`` the fuel of a further MWh. The line through two points is the usual
form of linearised unit commitment, e.g. J. M. Arroyo, A. J. Conejo (2000), IEEE Transactions on Power
Systems 15(3), doi:10.1109/59.871739.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dafeng.power.build_parameters import TCE_PER_MWH

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class LoadCurve:
    """Fuel of a coal class over its output.

    Attributes
    ----------
    full_load : float
        Coal rate at full load [gce/kWh]: net, or per kWh generated where the output is gross.
    min_load : float
        Least output of a unit that is online, of its capacity [1].
    penalty : float
        Relative rise of the rate at the least output [1].
    """

    full_load: float
    min_load: float
    penalty: float

    @property
    def stand_by(self) -> float:
        """No-load fuel ``a`` of a MW online [kgce/MW/h]."""
        if self.penalty <= 0 or not 0 < self.min_load < 1:
            return 0.0
        return self.full_load * self.penalty * self.min_load / (1.0 - self.min_load)

    @property
    def slope(self) -> float:
        """Fuel ``b`` of a further MWh [kgce/MWh]."""
        return self.full_load - self.stand_by

    def rate_at(self, load_factor: ArrayLike) -> NDArray[np.float64]:
        """Return the coal rate at load factors of the online capacity [gce/kWh].

        Parameters
        ----------
        load_factor : array_like
            Above zero [1]; below the minimum load the line goes on.

        Examples
        --------
        >>> LoadCurve(300.0, 0.5, 0.1).rate_at([1.0, 0.5]).round(9).tolist()
        [300.0, 330.0]
        """
        return np.asarray(self.stand_by / np.asarray(load_factor, dtype=np.float64) + self.slope)

    @property
    def middle(self) -> float:
        """Rate in the middle between least and full load: the fuel without commitment [gce/kWh]."""
        return float(self.rate_at((1.0 + self.min_load) / 2.0))

    def burn(self, power: NDArray[np.float64], online: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the fuel of each hour [tce].

        Parameters
        ----------
        power : ndarray, shape (hour,)
            Output [MW]; of CHP with its output at full condensing.
        online : ndarray, shape (hour,)
            Capacity online [MW].
        """
        return np.asarray((self.stand_by * online + self.slope * power) / 1000.0)


def assume_online(power: NDArray[np.float64], capacity: float, online_share: float) -> NDArray[np.float64]:
    """Return the capacity that is taken as online without commitment [MW], shape (hour,).

    The online share of the capacity, and what the output needs where that is more.

    Examples
    --------
    >>> assume_online(np.array([20.0, 90.0]), 100.0, 0.6).tolist()
    [60.0, 90.0]
    """
    return np.asarray(np.clip(np.maximum(online_share * capacity, power), 0.0, max(capacity, 0.0)))


def allocate_heat_fuel(
    fuel: NDArray[np.float64],
    power: NDArray[np.float64],
    heat: NDArray[np.float64],
    method: Literal["heat", "power_loss"],
    coefficient: float,
) -> NDArray[np.float64]:
    """Return the fuel of a CHP class that its heat carries, hour by hour [tce].

    Parameters
    ----------
    fuel : ndarray, shape (hour,)
        Fuel of heat and power together [tce].
    power, heat : ndarray, shape (hour,)
        Outputs [MWh].
    method : {"heat", "power_loss"}
        ``heat``: the heat content over the efficiency of boiler and pipes, so that power has the whole
        advantage (the heat-content method of Chinese plant statistics, 热量法); ``power_loss``: the share of
        the power that the heat costs, so that heat has it.
    coefficient : float
        Efficiency of boiler and pipes, or power lost per heat [1].

    Returns
    -------
    ndarray, shape (hour,)
        Never more than the fuel.

    Examples
    --------
    >>> one, two = np.array([1000.0]), np.array([2000.0])
    >>> allocate_heat_fuel(one, two, two, "heat", 0.9).round(1).tolist()
    [273.0]
    >>> allocate_heat_fuel(one, two, two, "power_loss", 0.2).round(1).tolist()
    [166.7]
    """
    if method == "heat":
        return np.asarray(np.minimum(heat * TCE_PER_MWH / coefficient, fuel))
    lost = coefficient * heat
    steam = power + lost
    return np.asarray(fuel * np.divide(lost, steam, out=np.zeros_like(lost), where=steam > 0))


def mean_coal_rate(fuel_tce: ArrayLike, power_mwh: ArrayLike) -> float | None:
    """Return the coal rate of several classes together [gce/kWh]; None without output.

    Parameters
    ----------
    fuel_tce : array_like
        Fuel of the power of each class [tce].
    power_mwh : array_like
        Power supplied by each class [MWh].

    Examples
    --------
    >>> mean_coal_rate([300.0, 310.0], [1000.0, 1000.0])
    305.0
    """
    power = float(np.sum(power_mwh))
    return 1000.0 * float(np.sum(fuel_tce)) / power if power > 0 else None
