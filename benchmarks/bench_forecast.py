"""Accuracy and time of forecasts on real data, beside simple models.

Run by hand: ``python -m benchmarks.bench_forecast`` with the data of ``DAFENG_TEST_DATA``.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import polars as pl
from tests.power.forecast.made_stations import as_file
from tests.power.forecast.test_real_data import read_farm, read_site

from dafeng.power.forecast.backtest import BacktestPlan, backtest_station
from dafeng.power.forecast.io import read_history
from dafeng.power.forecast.model import TrainPlan
from dafeng.power.forecast.scores import score_backtest

SHOWN = ("accuracy_day", "accuracy", "accuracy_mae", "skill_pinball_persistence", "skill_pinball_climatology")
DAYS, HOURS = TrainPlan("pv", "day_ahead"), TrainPlan("pv", "ultra_short")
YEARS = {"wind": ("2011-07-01", "2012-07-01"), "pv": ("2020-01-01", "2021-01-01")}


def main() -> None:
    """Run every case and print a line for each model."""
    folder = Path(os.environ.get("DAFENG_TEST_DATA", "../shared/data")) / "power"
    rules = pl.read_csv(str(files("dafeng") / "packs" / "shanxi" / "forecast_rules.csv"))
    farms = read_farm(folder, farms=tuple(range(1, 8)))
    one, sites = read_farm(folder), {site: read_site(folder, site) for site in ("site1", "site2")}
    cases = [
        ("farm 1, 24-48 h, weather forecast", *one, TrainPlan("wind", "day_ahead"), 3),
        ("farm 1, 4 h, weather forecast, 7 farms", *farms, TrainPlan("wind", "ultra_short"), 6),
        *((f"{k}, 24-48 h, measured weather: bound", *v, DAYS, 0) for k, v in sites.items()),
        *((f"{k}, 4 h, own output only", v[0], None, HOURS, 0) for k, v in sites.items()),
    ]  # fmt: skip
    for name, power, weather, plan, months in cases:
        start = time.process_time(), time.perf_counter()
        history = read_history(
            as_file(power, "p"), as_file(weather, "w") if weather is not None else None, accept_gaps=True
        )
        when = BacktestPlan(*(datetime.fromisoformat(day) for day in YEARS[plan.kind]), months)
        scores = score_backtest(backtest_station(history, power["station"][0], plan, when), rules)
        spent = time.process_time() - start[0], time.perf_counter() - start[1]
        sys.stdout.write(f"{name}: {spent[0]:.1f} s of processor, {spent[1]:.1f} s\n")
        for model in scores["model"].unique(maintain_order=True):
            own = scores.filter((pl.col("model") == model) & (pl.col("rule") == "none"))
            value = {row["measure"]: row for row in own.to_dicts()}
            held = value["coverage80"]
            shown = " ".join(f"{m} {value[m]['value']:.4f}" for m in SHOWN if m in value)
            interval = f"{held['value']:.3f} ({held['low']:.3f}-{held['high']:.3f})"
            sys.stdout.write(f"  {model:12} {shown} coverage80 {interval}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
