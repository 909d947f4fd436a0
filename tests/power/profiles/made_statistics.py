"""Statistics of an invented province, so that the generator is tested without a pack."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.pack.schema import PACK_TABLES
from dafeng.power.profiles.hours import count_hours, list_clock_hours, list_months
from dafeng.power.profiles.solar import average_clear_sky
from dafeng.power.profiles.statistics import measure_pairs, measure_profile
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEAR, PLACE = 2023, (30.0, 100.0)


@cache
def invent_year() -> dict[str, NDArray[np.float64]]:
    """Return wind, PV and heat of a year: smooth noise, a sun, cold months."""
    random = np.random.default_rng(5)
    hours, months, clock = count_hours(YEAR), list_months(YEAR), list_clock_hours(YEAR)
    noise = random.standard_normal((2, hours))
    slow = np.zeros((2, hours))
    for hour in range(1, hours):
        slow[:, hour] = 0.95 * slow[:, hour - 1] + 0.3 * noise[:, hour]
    wind = 1 / (1 + np.exp(1.2 - slow[0] - 0.4 * np.cos(2 * np.pi * clock / 24) - 0.3 * np.cos(months)))
    sky = average_clear_sky(YEAR, *PLACE)
    pv = sky * (0.7 + 0.1 * np.tanh(slow[1] + slow[0]))
    cold = np.where((months <= 3) | (months >= 11), 2.0, 0.3)
    heat = cold * (1 + 0.2 * np.tanh(np.repeat(slow[1][::24], 24)) * (cold > 1))
    return {"wind": wind, "pv": pv, "heat": heat / heat.mean()}


@cache
def make_tables() -> dict[str, pl.DataFrame]:
    """Return the pack tables that the profiles need."""
    rows, anomalies = [], {}
    for name, series in invent_year().items():
        sky = average_clear_sky(YEAR, *PLACE) if name == "pv" else None
        own, anomalies[name] = measure_profile(name, series, YEAR, sky)
        rows += own
    rows += measure_pairs({name: anomalies[name] for name in ("wind", "pv")})
    statistics = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        data_year=pl.lit(YEAR), source_id=pl.lit("invented"), grade=pl.lit("C")
    )
    schema = empty_table(PACK_TABLES["profile_statistics"]).schema
    tables = {"profile_statistics": check(statistics.cast(dict(schema)), PACK_TABLES["profile_statistics"])}
    tables["power_zones"] = pl.DataFrame({"latitude_deg": [PLACE[0]], "longitude_deg": [PLACE[1]]})
    tables["profile_levels"] = pl.DataFrame(
        {"profile": ["wind", "wind"], "from_year": [2020, 2030], "full_load_hours": [2000.0, 2500.0]}
    )
    hours = list(range(24))
    tables["load_shapes"] = pl.DataFrame(
        {
            "day_type": ["workday"] * 24 + ["restday"] * 24,
            "hour": hours * 2,
            "level": [h / 23 for h in hours] + [1 - h / 23 for h in hours],
        }
    )
    tables["load_extremes"] = pl.DataFrame(
        [
            {
                "month": month, "day_type": kind, "high_mean": 1.2 if kind == "workday" else 1.0,
                "high_deviation": 0.05, "low_mean": 0.8, "low_deviation": 0.02, "correlation": 0.6,
                "persistence": 0.7, "source_id": "invented",
            }
            for month in range(1, 13)
            for kind in ("workday", "restday")
        ]
    )  # fmt: skip
    return tables
