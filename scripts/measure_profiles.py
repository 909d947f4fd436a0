"""Write the pack's statistics of hourly series: ``profile_statistics.csv`` and ``load_extremes.csv``.

Usage: python scripts/measure_profiles.py DATA PACK SUFFIX LOAD

``DATA`` is the folder of the hourly series of 2020 (wind, PV, heat, hydro) and of the daily extremes of the
load of 2018; ``SUFFIX`` is the province's ending in their columns and names, ``LOAD`` the column
of its load. Only statistics are written, never a series.

The PV series is labelled at the end of its hours (its day is centred at 13 where the sun says 12 to 13), so
it moves back by one; its first hours of the year are a gap of the reanalysis. The source writes zero for wind
below 1 % of capacity; these hours are spread evenly below it. The others stand as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from dafeng.power.profiles.hours import count_hours, list_hours
from dafeng.power.profiles.load import measure_extremes
from dafeng.power.profiles.solar import average_clear_sky
from dafeng.power.profiles.statistics import measure_pairs, measure_profile

YEAR, LOAD_YEAR = 2020, 2018
CUT = 0.01
"""Capacity factor below which the source of wind and PV writes zero [1]."""
SOURCES = {
    "wind": "PYPSA_CHINA_ERA5_2020", "pv": "PYPSA_CHINA_ERA5_2020", "heat": "PYPSA_CHINA_HEAT_2020",
    "hydro": "PYPSA_CHINA_HYDRO_2020", "load": "NDRC_LOAD_CURVES",
}  # fmt: skip
LOST_HOURS = 9
"""Hours at the start of the PV series that the time shift left without data [h]."""


def main(data: Path, pack: Path, suffix: str, load: str) -> None:
    zones = pl.read_csv(pack / "power_zones.csv")
    place = float(zones["latitude_deg"].mean()), float(zones["longitude_deg"].mean())
    series = read_series(data, suffix)
    rows, anomalies = [], {}
    for name, values in series.items():
        scale = average_clear_sky(YEAR, *place) if name == "pv" else None
        own, anomalies[name] = measure_profile(name, values, YEAR, scale)
        rows += own
    rows += measure_pairs({name: anomalies[name] for name in ("wind", "pv")})
    pl.DataFrame(rows, infer_schema_length=None).select(
        "profile", "statistic", "other", "month", "step", "value",
        pl.lit(YEAR).alias("data_year"),
        pl.col("profile").replace_strict(SOURCES).alias("source_id"),
        pl.lit("C").alias("grade"),
    ).write_csv(pack / "profile_statistics.csv")  # fmt: skip
    days = pl.read_csv(data / f"load_daily_max_min_{suffix}_2018base.csv")
    hourly = pl.read_csv(data / "load_hourly_2018base.csv")[load]
    measure_extremes(
        days["daily_max_mw"].to_numpy(), days["daily_min_mw"].to_numpy(), LOAD_YEAR, float(hourly.mean())
    ).with_columns(source_id=pl.lit(SOURCES["load"]), grade=pl.lit("C")).write_csv(pack / "load_extremes.csv")


def read_series(data: Path, suffix: str) -> dict[str, np.ndarray]:
    """Return the hourly series, labelled at the start of the hour; nan where the source has a gap."""
    factors = pl.read_csv(data / "cf_wind_solar_hourly_2020_era5.csv")
    wind = fill_cut(factors[f"onwind_{suffix}"].to_numpy().astype(float))
    solar = factors[f"solar_{suffix}"].to_numpy().astype(float)
    pv = np.append(solar[1:], np.nan)
    pv[: LOST_HOURS - 1] = np.nan
    heat = place_hours(data / "heat_demand_hourly_2020.csv", "heat_demand_profiles")
    hydro = place_hours(data / "hydro_availability_hourly_2020.csv", "hydro_p_max_pu")
    return {"wind": wind, "pv": pv, "heat": heat / np.nanmean(heat), "hydro": hydro}


def fill_cut(values: np.ndarray) -> np.ndarray:
    """Return wind with its zeros spread evenly below :data:`CUT`, lower the farther from an hour above it.

    The source sets factors below the cut to zero: no value stands between them, in any province, while a
    province whose whole wind stands still for a sixth of the year has never been seen.
    """
    above = np.flatnonzero(values > 0)
    hours = np.arange(len(values))
    after = np.searchsorted(above, hours)
    gaps = (above[np.minimum(after, len(above) - 1)] - hours, hours - above[np.maximum(after - 1, 0)])
    away = np.minimum(*(np.abs(gap) for gap in gaps))
    cut = np.flatnonzero(values == 0)
    ranked = cut[np.argsort(-away[cut], kind="stable")]
    filled = values.copy()
    filled[ranked] = CUT * (np.arange(len(ranked)) + 0.5) / len(ranked)
    return filled


def place_hours(path: Path, column: str) -> np.ndarray:
    """Return a series on the hours of the year by its labels; nan where it has none (29 February)."""
    frame = pl.read_csv(path).with_columns(pl.col("time_cst").str.to_datetime("%Y-%m-%d %H:%M"))
    index = (frame["time_cst"].to_numpy().astype("datetime64[h]") - list_hours(YEAR)[0]).astype(int)
    values = np.full(count_hours(YEAR), np.nan)
    values[index] = frame[column].to_numpy()
    return values


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
