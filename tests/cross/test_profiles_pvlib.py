"""The sun by our series against pvlib: position, clear sky, and what a year of hours adds up to."""

from __future__ import annotations

import numpy as np
import pytest

from dafeng.power.profiles.hours import list_hours
from dafeng.power.profiles.solar import average_clear_sky, find_clear_sky, find_zenith_cosine

pandas = pytest.importorskip("pandas")
pvlib = pytest.importorskip("pvlib")
YEAR, PLACE = 2030, (37.9, 112.5)


def moments() -> object:
    middle = list_hours(YEAR).astype("datetime64[ns]") + np.timedelta64(30, "m")
    return pandas.DatetimeIndex(middle, tz="Asia/Shanghai")


def test_position_of_every_hour_of_a_year() -> None:
    peer = pvlib.solarposition.get_solarposition(moments(), *PLACE)["zenith"].to_numpy()
    ours = np.rad2deg(np.arccos(find_zenith_cosine(np.arange(8760) + 0.5, 365, *PLACE)))
    assert np.abs(ours - peer).max() < 0.5


def test_clear_sky_is_the_same_function() -> None:
    zenith = np.linspace(0, 95, 200)
    peer = pvlib.clearsky.haurwitz(pandas.Series(zenith))["ghi"].to_numpy()
    ours = find_clear_sky(np.cos(np.deg2rad(zenith)))
    assert ours == pytest.approx(peer, abs=1e-6)


def test_sum_of_a_year() -> None:
    zenith = pvlib.solarposition.get_solarposition(moments(), *PLACE)["apparent_zenith"]
    peer = pvlib.clearsky.haurwitz(zenith)["ghi"].sum() / 1000
    assert average_clear_sky(YEAR, *PLACE).sum() == pytest.approx(peer, rel=0.01)
