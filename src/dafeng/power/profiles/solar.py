"""Where the sun stands, and the irradiance of a clear sky: what a PV profile is measured against.

Position: declination and equation of time as Fourier series of the day angle (J. W. Spencer, Fourier series
representation of the position of the sun, Search 2 (5), 172, 1971; the errors stay below 0.3 degrees).
Clear sky: ``G = 1098 cos(z) exp(-0.059 / cos(z))`` (B. Haurwitz, Insolation in relation to cloudiness and
cloud density, Journal of Meteorology 2, 154-166, 1945; constants as in pvlib). Neither needs weather.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.power.profiles.hours import count_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray

MERIDIAN_DEG = 120.0
"""Meridian of China Standard Time [deg]."""
STEPS_PER_HOUR = 12
"""Moments over which an hour is averaged."""


def find_declination(day_angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the declination of the sun.

    Parameters
    ----------
    day_angle : ndarray
        ``2 pi (day - 1) / days of the year`` [rad].

    Returns
    -------
    ndarray
        Declination [rad], the shape of the input.
    """
    g = day_angle
    return np.asarray(
        0.006918
        - 0.399912 * np.cos(g)
        + 0.070257 * np.sin(g)
        - 0.006758 * np.cos(2 * g)
        + 0.000907 * np.sin(2 * g)
        - 0.002697 * np.cos(3 * g)
        + 0.00148 * np.sin(3 * g)
    )


def find_equation_of_time(day_angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return apparent minus mean solar time [minute], by the day angle [rad]."""
    g = day_angle
    turned = (
        0.0000075
        + 0.001868 * np.cos(g)
        - 0.032077 * np.sin(g)
        - 0.014615 * np.cos(2 * g)
        - 0.040849 * np.sin(2 * g)
    )
    return np.asarray(turned * 24 * 60 / (2 * np.pi))


def find_zenith_cosine(
    moments: NDArray[np.float64],
    days: int,
    latitude_deg: float,
    longitude_deg: float,
    meridian_deg: float = MERIDIAN_DEG,
) -> NDArray[np.float64]:
    """Return the cosine of the sun's zenith angle; below zero it stands under the horizon.

    Parameters
    ----------
    moments : ndarray
        Hours since 1 January 00:00 of the clock of ``meridian_deg`` [h].
    days : int
        Days of the year.
    latitude_deg, longitude_deg : float
        The place, north and east positive [deg].
    meridian_deg : float
        Meridian of the clock [deg].
    """
    angle = 2 * np.pi * (moments / 24) / days
    declination = find_declination(angle)
    solar = moments % 24 + (longitude_deg - meridian_deg) / 15 + find_equation_of_time(angle) / 60
    turned = np.deg2rad(15 * (solar - 12))
    latitude = np.deg2rad(latitude_deg)
    return np.asarray(
        np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(turned)
    )


def find_clear_sky(zenith_cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the global horizontal irradiance of a clear sky after Haurwitz [W/m2].

    Examples
    --------
    >>> find_clear_sky(np.array([1.0, 0.0])).round(1).tolist()
    [1035.1, 0.0]
    """
    up = np.maximum(zenith_cosine, 1e-6)
    return np.asarray(np.where(zenith_cosine > 0, 1098.0 * up * np.exp(-0.059 / up), 0.0))


def average_clear_sky(year: int, latitude_deg: float, longitude_deg: float) -> NDArray[np.float64]:
    """Return the mean clear-sky irradiance of every hour of a year, in units of 1,000 W/m2 [1].

    Parameters
    ----------
    year : int
        Calendar year.
    latitude_deg, longitude_deg : float
        The place [deg].
    """
    hours = count_hours(year)
    moments = (np.arange(hours * STEPS_PER_HOUR) + 0.5) / STEPS_PER_HOUR
    cosine = find_zenith_cosine(moments, hours // 24, latitude_deg, longitude_deg)
    return np.asarray(find_clear_sky(cosine).reshape(hours, STEPS_PER_HOUR).mean(axis=1) / 1000.0)
