"""Stations that are made up: a wind farm with weather runs every 12 hours, a PV station, their files."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

TEXT = "%Y-%m-%d %H:%M"
START = datetime.fromisoformat("2023-01-01")
END = datetime.fromisoformat("2030-01-01")


def smooth_noise(count: int, seed: int, persistence: float = 0.97) -> np.ndarray:
    """Return a standard autoregressive series."""
    shocks = np.random.default_rng(seed).standard_normal(count)
    made = np.zeros(count)
    for i in range(1, count):
        made[i] = persistence * made[i - 1] + np.sqrt(1 - persistence**2) * shocks[i]
    return made


def make_wind(days: int = 200, seed: int = 1, station: str = "w1") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return output and weather runs whose error grows with the lead."""
    hours = days * 24
    times = pl.datetime_range(START, interval="1h", end=END, eager=True)[: hours + 72]
    u, v = 6 + 4 * smooth_noise(hours + 72, seed), 3 * smooth_noise(hours + 72, seed + 100)
    speed = np.hypot(u, v)
    output = np.clip((speed / 12) ** 3, 0, 1)
    power = power_table(times[:hours], 100 * output[:hours], 100.0, station)
    generator = np.random.default_rng(seed + 7)
    runs = []
    for start in range(0, hours, 12):
        lead = np.arange(1, 49)
        error = generator.normal(0, 0.2, 2)[:, None] * np.sqrt(lead)
        runs.append(
            pl.DataFrame({
                "station": station, "issued": [times[start]] * 48, "valid": times[start + 1 : start + 49],
                "u": u[start + 1 : start + 49] + error[0], "v": v[start + 1 : start + 49] + error[1],
            })
        )  # fmt: skip
    return power, pl.concat(runs).with_columns(pl.col("issued", "valid").dt.strftime(TEXT))


def make_sun(days: int = 120, seed: int = 3, station: str = "s1") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return output at 15 minutes and measured irradiance."""
    count = days * 96
    times = pl.datetime_range(START, interval="15m", end=END, eager=True)[:count]
    hour = np.arange(count) % 96 / 4
    clear = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, 1)
    light = 1000 * clear * np.clip(0.7 + 0.3 * smooth_noise(count, seed, 0.98), 0.1, 1)
    noise = np.random.default_rng(seed).normal(0, 0.02, count) * (clear > 0)
    power = power_table(times, 40 * np.clip(light / 1000 + noise, 0, 1), 40.0, station)
    text = times.dt.strftime(TEXT)
    weather = pl.DataFrame({"station": station, "issued": text, "valid": text, "irradiance": light})
    return power, weather


def power_table(times: pl.Series, power: np.ndarray, capacity: float, station: str) -> pl.DataFrame:
    """Return a table of the contract ``StationPower``."""
    return pl.DataFrame({
        "station": station, "time": times.dt.strftime(TEXT), "power": power, "unit": "MW",
        "capacity_mw": capacity, "curtailed": pl.Series([None] * len(times), dtype=pl.Boolean),
    })  # fmt: skip


def as_file(table: pl.DataFrame, name: str) -> tuple[bytes, str]:
    """Return a table as the content of a CSV file with its name."""
    return table.write_csv().encode(), name
