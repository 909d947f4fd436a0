"""Weather files become output through pvlib and windpowerlib; netCDF through netCDF4; damage is refused."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.power.profiles.made_files import daylight, refusals

from dafeng.errors import InputRefused
from dafeng.power.profiles import Site, parse_profile, read_profile
from dafeng.power.profiles.hours import list_hours
from dafeng.power.profiles.io_weather import ROLLED, take_year
from dafeng.power.profiles.solar import average_clear_sky
from dafeng.power.profiles.weather import convert_wind

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pvlib")
pytest.importorskip("windpowerlib")
netcdf = pytest.importorskip("netCDF4")
pytestmark = [
    # libraries on which the extra rests
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PLACE = (37.9, 112.5)


def make_netcdf(
    folder: Path, start: str, hours: int, fields: dict[str, Any], units: str = "", form: str = "NETCDF4"
) -> bytes:
    path = folder / "made.nc"
    with netcdf.Dataset(path, "w", format=form) as made:
        made.createDimension("time", hours)
        time = made.createVariable("time", "f8", ("time",))
        time.units = f"hours since {start}"
        time[:] = np.arange(hours)
        for name, values in fields.items():
            array = np.asarray(values, dtype=float)
            dims = ["time"]
            for axis, size in enumerate(array.shape[1:]):
                dims.append(f"dim{size}_{axis}")
                if dims[-1] not in made.dimensions:
                    made.createDimension(dims[-1], size)
            variable = made.createVariable(name, "f4", tuple(dims))
            if units:
                variable.units = units
            variable[:] = array
    return path.read_bytes()


@cache
def make_epw(zone: float = 8.0, rows: int = 8760, wind: float = 8.0) -> bytes:
    head = [
        f"LOCATION,Made,-,CHN,Invented,000000,{PLACE[0]},{PLACE[1]},{zone},800.0",
        "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,made", "COMMENTS 2,made",
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]  # fmt: skip
    sky = 750.0 * average_clear_sky(2021, *PLACE)
    lines = []
    for n, hour in enumerate(list_hours(2021)[:rows]):
        stamp = hour.astype(object)
        ghi = sky[n]
        clock = [2021, stamp.month, stamp.day, stamp.hour + 1, 60, "?9"]
        light = [f"{share * ghi:.1f}" for share in (1.0, 0.6, 0.5)]
        cells = [*clock, 10.0, 5.0, 50, 90000, 0, 0, 300, *light, 0, 0, 0, 0, 180, wind, *[0] * 13]
        lines.append(",".join(map(str, cells)))
    return "\r\n".join([*head, *lines, ""]).encode()


@cache
def make_pvgis(start: str, hours: int, header: str, row: str) -> bytes:
    head = [
        "Latitude (decimal degrees):\t37.900", "Longitude (decimal degrees):\t112.500", "Elevation (m):\t800",
        "Radiation database:\tPVGIS-ERA5", "", "Slope: 35 deg.",
        "Nominal power of the PV system (c-Si) (kWp):\t2.0", "", header,
    ]  # fmt: skip
    lines = []
    for stamp in np.datetime64(start, "h") + np.arange(hours):
        sunny = stamp.astype(object).hour < 9  # noon of +08:00 is hour 4 of UTC
        time = str(stamp).replace("-", "").replace("T", ":") + "10"
        lines.append(row.format(time=time, watt=800.0 if sunny else 0.0, sun=500.0 if sunny else 0.0))
    return "\r\n".join([*head, *lines, "", "P: PV system power (W)", ""]).encode()


def test_an_epw_year_gives_wind_and_pv() -> None:
    pv = read_profile(make_epw(), "made.epw", 2030, "pv")
    assert 0.1 < pv.mean() < 0.3
    assert pv.max() <= 1
    assert pv.reshape(365, 24)[:, :5].max() == 0
    assert np.argmax(pv.reshape(365, 24).mean(axis=0)) == 12
    wind = read_profile(make_epw(), "made.epw", 2030, "wind")
    assert np.ptp(wind) == 0
    assert wind[0] == pytest.approx(convert_wind(np.array([8.0]), 10.0, Site())[0])
    assert "converted" in parse_profile(make_epw(), "f", 2030, "wind").notes[0][1]


def test_epw_files_that_do_not_fit_are_refused() -> None:
    assert refusals(make_epw(zone=9.0), "pv") == [("epw_zone", 1)]
    assert refusals(make_epw(rows=8700), "wind")[0][0] == "profile_rows"
    assert ("profile_rows", None) in refusals(make_epw(), "wind", 2028)
    assert refusals(make_epw(wind=999.0), "wind")[0] == ("profile_value_missing", 9)
    assert refusals(make_epw(), "load") == [("weather_kind", None)]
    assert refusals(b"LOCATION,Made\nnothing\n", "pv") == [("weather_damaged", None)]


def test_pvgis_output_and_irradiance() -> None:
    header = "time,P,G(i),H_sun,T2m,WS10m,Int"
    row = "{time},500.0,300.0,10.0,10.0,8.0,0.0"
    wind = parse_profile(make_pvgis("2022-01-01T00", 8760, header, row), "f", 2022, "wind")
    assert wind.values == pytest.approx(convert_wind(np.array([8.0]), 10.0, Site())[0])
    assert ROLLED in wind.notes
    whole = make_pvgis("2021-01-01T00", 2 * 8760, header, row)
    assert ROLLED not in parse_profile(whole, "f", 2022, "wind").notes
    assert refusals(make_pvgis("2022-01-01T00", 8000, header, row), "wind", 2022)[0][0] == "profile_rows"
    assert refusals(make_pvgis("2021-01-01T00", 8760, header, row), "wind", 2022)[0][0] == "profile_rows"


def test_pvgis_pv_power_is_divided_by_the_peak_power_of_the_file() -> None:
    header = "time,P,G(i),H_sun,T2m,WS10m,Int"
    raw = make_pvgis("2022-01-01T00", 8760, header, "{time},{watt},{sun},10.0,10.0,8.0,0.0")
    pv = read_profile(raw, "f", 2022, "pv")
    assert pv.max() == pytest.approx(0.4)
    assert pv[12] == pytest.approx(0.4)
    assert pv[0] == 0
    light = read_profile(raw.replace(b"time,P,", b"time,X,"), "f", 2022, "pv")
    assert light.max() == pytest.approx(0.5 * (1 - 0.14), rel=0.1)
    assert refusals(raw.replace(b"Nominal power", b"Power"), "pv", 2022) == [("weather_column", None)]
    assert refusals(raw.replace(b"T2m", b"T3m").replace(b",P,", b",X,"), "pv", 2022)[0][0] == "weather_column"


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_a_netcdf_series_in_utc_is_cut_to_the_year(tmp_path: Path, form: str) -> None:
    local = daylight(2030)
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"solar": local}, form=form)
    read = parse_profile(raw, "f.nc", 2030, "pv")
    assert read.values == pytest.approx(local, abs=1e-6)
    assert read.notes == ()
    zoned = make_netcdf(tmp_path, "2030-01-01 00:00:00 +08:00", 8760, {"solar": local}, form=form)
    assert read_profile(zoned, "f.nc", 2030, "pv") == pytest.approx(local, abs=1e-6)


def test_netcdf_labels_of_local_time_without_a_zone_are_found_by_the_sun(tmp_path: Path) -> None:
    raw = make_netcdf(tmp_path, "2030-01-01 00:00:00", 8760, {"solar": daylight(2030)})
    assert refusals(raw, "pv") == [("profile_sun", None)]


def test_a_netcdf_year_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8000, {"wind": np.full(8000, 0.3)})
    assert [code for code, _ in refusals(raw, "wind")] == ["profile_rows", "profile_gap"]
    raw = make_netcdf(tmp_path, "2029-12-31 16:30:00", 8760, {"wind": np.full(8760, 0.3)})
    assert refusals(raw, "wind")[0] == ("profile_not_hourly", 1)


def test_netcdf_values_are_checked_like_any_other(tmp_path: Path) -> None:
    values = np.full(8760, 0.3)
    values[5], values[7] = np.nan, 1.5
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"wind": values})
    assert refusals(raw, "wind") == [("profile_value_missing", 6), ("profile_over_one", 8)]
    load = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"load": np.full(8760, 5.0)})
    assert refusals(load, "load") == [("profile_power_needed", None)]
    load = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"load": np.full(8760, 5.0)}, units="10 MW")
    assert read_profile(load, "f", 2030, "load") == pytest.approx(50.0)


def test_several_regions_or_variables_are_not_guessed_at(tmp_path: Path) -> None:
    one = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"profile": np.full((8760, 1), 0.3)})
    assert read_profile(one, "f", 2030, "wind") == pytest.approx(0.3)
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"profile": np.full((8760, 3), 0.3)})
    assert refusals(raw, "wind") == [("netcdf_regions", None)]
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {n: np.full(8760, 0.3) for n in ("a", "b")})
    assert refusals(raw, "wind") == [("profile_value_column", None)]


def test_era5_wind_and_radiation_are_converted(tmp_path: Path) -> None:
    cells = np.ones((8760, 2, 3))
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"u100": 6 * cells, "v100": 8 * cells})
    assert read_profile(raw, "f", 2030, "wind") == pytest.approx(
        convert_wind(np.array([10.0]), 100.0, Site())[0], rel=1e-4
    )
    sky = 3.6e6 * 0.75 * average_clear_sky(2030, *PLACE)  # J/m2, labelled at the end of the hour
    raw = make_netcdf(
        tmp_path, "2029-12-31 17:00:00", 8760, {"ssrd": sky[:, None, None] * np.ones((1, 2, 3))}
    )
    pv = read_profile(raw, "f", 2030, "pv", site=Site(*PLACE))
    assert 0.1 < pv.mean() < 0.3
    assert np.argmax(pv.reshape(365, 24).mean(axis=0)) == 12
    assert refusals(raw, "pv") == [("weather_column", None)]


@pytest.mark.parametrize("cut", [5, 100, 2000, 20000])
@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_a_damaged_netcdf_is_refused(tmp_path: Path, cut: int, form: str) -> None:
    raw = make_netcdf(tmp_path, "2029-12-31 16:00:00", 8760, {"wind": np.full(8760, 0.3)}, form=form)
    with pytest.raises(InputRefused):
        parse_profile(raw[:cut], "f.nc", 2030, "wind")


def test_a_year_of_utc_is_rolled_and_that_is_said() -> None:
    stamps, values = list_hours(2030), np.arange(8760.0)
    from dafeng.errors import Place  # noqa: PLC0415 - used once

    series, notes = take_year(stamps, values, Place("f"), 2030)
    assert notes == (ROLLED,)
    assert (series.hours == stamps).all()
    assert series.values[:8].tolist() == list(range(8752, 8760))
    assert series.values[8] == 0


def test_wind_output_rises_with_the_wind_and_stops_in_a_storm() -> None:
    speed = np.array([0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 35.0])
    output = convert_wind(speed, 100.0, Site())
    assert (np.diff(output[:5]) > 0).all()
    assert output[5] == pytest.approx(0.9, abs=0.01)
    assert output[-1] < 0.05
    assert convert_wind(speed, 10.0, Site())[2] > output[2]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pvlib.iotools", None)
    with pytest.raises(InputRefused, match=r"dafeng\[weather\]"):
        parse_profile(make_epw(), "f", 2030, "pv")
