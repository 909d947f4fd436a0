"""From weather to capacity factors of wind and PV, by windpowerlib and pvlib (extra ``weather``)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Site:
    """Turbine, panel and place by which weather becomes output.

    The defaults are those of common reanalysis profiles: a 3 MW turbine, a panel facing south.
    """

    latitude_deg: float | None = None
    """Where the file does not say it [deg]."""
    longitude_deg: float | None = None
    turbine: str = "V112/3000"
    """Type in windpowerlib's table of power curves."""
    hub_height_m: float = 100.0
    hellmann: float = 1 / 7
    """Exponent by which the wind grows with height [1]."""
    turbulence: float = 0.15
    """Turbulence intensity by which the power curve is smoothed [1]."""
    wind_losses: float = 0.1
    """Wakes, outages and lines [1]."""
    tilt_deg: float = 35.0
    azimuth_deg: float = 180.0
    """Orientation of the panel; 180 faces south [deg]."""
    temperature_coefficient: float = -0.004
    """Change of PV output per kelvin above 25 degrees [1/K]."""
    pv_losses: float = 0.14
    """Soiling, wiring, inverter, outages [1]."""


def need_package(name: str) -> Any:
    """Return a package of the extra ``weather``.

    Raises
    ------
    InputRefused
        ``weather_missing`` when it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise InputRefused.of("weather_missing", package=name.partition(".")[0]) from error


def convert_wind(speed: NDArray[np.float64], height_m: float, site: Site) -> NDArray[np.float64]:
    """Return the capacity factor of wind power.

    A power law carries the speed to the hub; the type's power curve, smoothed for turbulence, and the losses
    give the output.

    Parameters
    ----------
    speed : ndarray
        Wind speed [m/s], any shape.
    height_m : float
        Height of the measurement [m].
    site : Site
        Turbine.

    Returns
    -------
    ndarray
        In [0, 1], the shape of ``speed``.
    """
    library = need_package("windpowerlib")
    speeds = need_package("windpowerlib.wind_speed")
    curves = need_package("windpowerlib.power_curves")
    turbine = library.WindTurbine(turbine_type=site.turbine, hub_height=site.hub_height_m)
    curve = curves.smooth_power_curve(
        turbine.power_curve["wind_speed"],
        turbine.power_curve["value"],
        standard_deviation_method="turbulence_intensity",
        turbulence_intensity=site.turbulence,
    )
    at_hub = speeds.hellman(
        np.asarray(speed, dtype=float), height_m, site.hub_height_m, hellman_exponent=site.hellmann
    )
    power = np.interp(at_hub, curve["wind_speed"], curve["value"], left=0.0, right=0.0)
    return np.asarray(
        np.clip(power / turbine.nominal_power, 0.0, 1.0) * (1 - site.wind_losses), dtype=np.float64
    )


@dataclass(frozen=True)
class Sunlight:
    """What a panel sees; every array has shape (hours,).

    Parameters
    ----------
    hours : ndarray
        Start of the hours, UTC, ``datetime64[h]``.
    global_w_per_m2 : ndarray
        Global horizontal irradiance [W/m2].
    direct_w_per_m2, diffuse_w_per_m2 : ndarray or None
        Direct normal and diffuse horizontal irradiance; None: split by the model of Erbs.
    air_c : ndarray or None
        Air temperature [degC]; None: 20.
    wind_m_per_s : ndarray or None
        Wind speed at about 10 m [m/s]; None: 1.
    """

    hours: NDArray[np.datetime64]
    global_w_per_m2: NDArray[np.float64]
    direct_w_per_m2: NDArray[np.float64] | None = None
    diffuse_w_per_m2: NDArray[np.float64] | None = None
    air_c: NDArray[np.float64] | None = None
    wind_m_per_s: NDArray[np.float64] | None = None


def convert_pv(light: Sunlight, latitude_deg: float, longitude_deg: float, site: Site) -> NDArray[np.float64]:
    """Return the capacity factor of PV on its nameplate.

    Transposition after Hay and Davies, cell temperature after Faiman, output after PVWatts.

    Parameters
    ----------
    light : Sunlight
        Irradiance and weather of each hour.
    latitude_deg, longitude_deg : float
        The place [deg].
    site : Site
        Panel.

    Returns
    -------
    ndarray
        In [0, 1], shape (hours,).
    """
    pandas, pvlib = need_package("pandas"), need_package("pvlib")
    middle = pandas.DatetimeIndex(light.hours.astype("datetime64[ns]"), tz="UTC") + pandas.Timedelta("30min")
    sun = pvlib.solarposition.get_solarposition(middle, latitude_deg, longitude_deg)
    zenith, azimuth = sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy()
    whole = np.maximum(light.global_w_per_m2, 0.0)
    direct, diffuse = light.direct_w_per_m2, light.diffuse_w_per_m2
    if direct is None or diffuse is None:
        split = pvlib.irradiance.erbs(whole, zenith, middle)
        direct, diffuse = np.asarray(split["dni"]), np.asarray(split["dhi"])
    extra = pvlib.irradiance.get_extra_radiation(middle).to_numpy()
    plane = pvlib.irradiance.get_total_irradiance(
        site.tilt_deg, site.azimuth_deg, zenith, azimuth, direct, whole, diffuse,
        dni_extra=extra, model="haydavies",
    )["poa_global"]  # fmt: skip
    received = np.nan_to_num(np.maximum(np.asarray(plane), 0.0)) + 0.0 * (whole + direct + diffuse)
    return convert_plane(received, light.air_c, light.wind_m_per_s, site)


def convert_plane(
    received: NDArray[np.float64],
    air_c: NDArray[np.float64] | None,
    wind_m_per_s: NDArray[np.float64] | None,
    site: Site,
) -> NDArray[np.float64]:
    """Return the capacity factor of PV from the irradiance on its plane; nan stays nan.

    Parameters
    ----------
    received : ndarray
        Irradiance on the plane of the panel [W/m2], shape (hours,).
    air_c, wind_m_per_s : ndarray or None
        Air temperature [degC], 20 where unknown; wind speed [m/s], 1 where unknown.
    site : Site
        Panel.
    """
    pvlib = need_package("pvlib")
    air = np.full(len(received), 20.0) if air_c is None else air_c
    wind = np.full(len(received), 1.0) if wind_m_per_s is None else wind_m_per_s
    cell = pvlib.temperature.faiman(received, air, wind)
    power = pvlib.pvsystem.pvwatts_dc(received, cell, 1.0, site.temperature_coefficient)
    return np.asarray(np.clip(power * (1 - site.pv_losses), 0.0, 1.0))
