"""Generated years against the series that the pack's statistics were measured from (outside the project).

Bounds are those of the numbers in the documentation, with room for the draw of seeds.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from dafeng.pack import read_pack
from dafeng.power.profiles import generate
from dafeng.power.profiles.comparison import (
    average_by_clock,
    compare_durations,
    compare_shapes,
    find_spells,
    measure_persistence,
    measure_ramps,
)
from dafeng.power.profiles.day_types import find_rest_days
from dafeng.power.profiles.level import scale_to_level
from dafeng.power.profiles.load import measure_extremes, read_extremes, shape_load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

pytestmark = pytest.mark.data
YEAR, SEEDS = 2020, range(8)
SCRIPT = Path(__file__).parents[3] / "scripts" / "measure_profiles.py"


@cache
def script() -> Any:
    spec = importlib.util.spec_from_file_location("measure_profiles", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tables() -> Mapping[str, pl.DataFrame]:
    """Return the tables of the built-in pack."""
    return read_pack("shanxi").tables


@pytest.fixture(scope="module")
def real(data_dir: Path) -> dict[str, NDArray[np.float64]]:
    """Return the series; hours without data as the mean, those of PV as zero (they are dark or early)."""
    found = script().read_series(data_dir / "power", "shanxi")
    return {
        name: np.where(np.isfinite(series), series, 0.0 if name == "pv" else np.nanmean(series))
        for name, series in found.items()
    }


@pytest.fixture(scope="module")
def made(tables: Mapping[str, pl.DataFrame]) -> dict[str, list[NDArray[np.float64]]]:
    """Return years at the level of the series itself."""
    bare = {**tables, "profile_levels": tables["profile_levels"].clear()}
    years = [generate(bare, ("wind", "pv", "heat", "hydro"), YEAR, seed) for seed in SEEDS]
    return {name: [year[name] for year in years] for name in years[0]}


def test_the_shipped_statistics_are_those_of_the_series(
    data_dir: Path, tables: Mapping[str, pl.DataFrame], tmp_path: Path
) -> None:
    tables["power_zones"].write_csv(tmp_path / "power_zones.csv")
    script().main(data_dir / "power", tmp_path, "shanxi", "SX_mw")
    for name in ("profile_statistics", "load_extremes"):
        again = pl.read_csv(tmp_path / f"{name}.csv", infer_schema_length=None)
        shipped = tables[name].select(again.columns)
        assert again.height == shipped.height
        for column in shipped.columns:
            if shipped[column].dtype == pl.Float64:
                assert again[column].to_numpy() == pytest.approx(shipped[column].to_numpy(), abs=1e-4)
            else:
                assert again[column].to_list() == shipped[column].to_list()


@pytest.mark.parametrize(
    ("name", "shape", "duration"),
    [("wind", 0.09, 0.06), ("pv", 0.06, 0.03), ("heat", 0.05, 0.03), ("hydro", 0.05, 0.02)],
)
def test_shape_and_duration_curve(
    real: dict[str, Any], made: dict[str, list[Any]], name: str, shape: float, duration: float
) -> None:
    years = [values * real[name].mean() / values.mean() for values in made[name]]
    assert compare_shapes(np.mean(years, axis=0), real[name], YEAR) < shape
    hours = len(real[name])
    together = np.quantile(np.concatenate(years), (np.arange(hours) + 0.5) / hours)
    assert compare_durations(together, real[name]) < duration
    level = np.mean([values.mean() for values in made[name]]) / real[name].mean()
    assert level == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize(("name", "allowed"), [("wind", 0.3), ("pv", 0.05)])
def test_ramps(real: dict[str, Any], made: dict[str, list[Any]], name: str, allowed: float) -> None:
    found = np.mean([measure_ramps(values / values.mean()) for values in made[name]], axis=0)
    assert found == pytest.approx(measure_ramps(real[name] / real[name].mean()), rel=allowed)


@pytest.mark.parametrize("name", ["wind", "pv", "heat", "hydro"])
def test_persistence(real: dict[str, Any], made: dict[str, list[Any]], name: str) -> None:
    found = np.mean([measure_persistence(values) for values in made[name]], axis=0)
    assert found == pytest.approx(measure_persistence(real[name]), abs=0.06)


def test_spells_of_low_wind(real: dict[str, Any], made: dict[str, list[Any]]) -> None:
    half = 0.5 * real["wind"].mean()
    wanted = find_spells(real["wind"], half)
    found = [find_spells(values, 0.5 * values.mean()) for values in made["wind"]]
    assert np.mean([spell.share for spell in found]) == pytest.approx(wanted.share, abs=0.03)
    assert np.mean([spell.count for spell in found]) == pytest.approx(wanted.count, rel=0.2)
    longest = [spell.longest_hours for spell in found]
    assert min(longest) <= wanted.longest_hours <= max(longest)


def test_wind_of_a_province_never_stands_still(tables: Mapping[str, pl.DataFrame]) -> None:
    years = [generate(tables, ("wind",), YEAR, seed)["wind"] for seed in range(3)]
    assert all((values > 0).all() for values in years)
    assert np.mean([(values < 0.01).mean() for values in years]) < 0.02


def test_wind_pv_and_load_stay_correlated(
    real: dict[str, Any], made: dict[str, list[Any]], tables: Mapping[str, pl.DataFrame], data_dir: Path
) -> None:
    def daily(first: Any, second: Any) -> float:
        days = [series.reshape(-1, 24).mean(axis=1) for series in (first, second)]
        return float(np.corrcoef(*days)[0, 1])

    wanted = daily(real["wind"], real["pv"])
    found = [daily(*pair) for pair in zip(made["wind"], made["pv"], strict=True)]
    assert np.mean(found) == pytest.approx(wanted, abs=0.1)
    load = pl.read_csv(data_dir / "power" / "load_hourly_2018base.csv")["SX_mw"].to_numpy()
    leap = np.concatenate([load[: 59 * 24], load[58 * 24 :]])  # 29 February as the day before
    for name, allowed in (("wind", 0.1), ("pv", 0.05)):
        years = [shape_load(tables, YEAR, seed) for seed in SEEDS]
        found = [float(np.corrcoef(a, b)[0, 1]) for a, b in zip(years, made[name], strict=True)]
        assert np.mean(found) == pytest.approx(float(np.corrcoef(leap, real[name])[0, 1]), abs=allowed)


def test_the_power_lifts_wind_as_better_sites_do(data_dir: Path) -> None:
    sites = pl.read_csv(data_dir / "power" / "cf_wind_solar_hourly_2020_era5.csv")
    low = sites["onwind_shanxi"].to_numpy()
    for better in ("onwind_hebei", "onwind_innermongolia"):
        high = sites[better].to_numpy()
        by_power = compare_durations(scale_to_level(low, high.mean()), high)
        by_factor = compare_durations(np.minimum(low * high.mean() / low.mean(), 1.0), high)
        assert by_power < 0.12
        assert by_power < 0.4 * by_factor


def test_rest_days_of_the_published_load(data_dir: Path) -> None:
    days = pl.read_csv(data_dir / "power" / "load_daily_max_min_shanxi_2018base.csv")
    assert ((days["day_type"] == "restday").to_numpy() == find_rest_days(2018)).all()


def test_load_against_the_published_curves(tables: Mapping[str, pl.DataFrame], data_dir: Path) -> None:
    load = pl.read_csv(data_dir / "power" / "load_hourly_2018base.csv")["SX_mw"].to_numpy()
    wanted = load / load.mean()
    years = [shape_load(tables, 2018, seed) for seed in SEEDS]
    assert np.mean([compare_shapes(values, wanted, 2018) for values in years]) < 0.03
    assert np.mean([compare_durations(values, wanted) for values in years]) < 0.01
    assert np.mean([values.max() for values in years]) == pytest.approx(wanted.max(), rel=0.03)
    assert average_by_clock(years[0], 2018).shape == (12, 24)
    again = measure_extremes(
        *(np.array([f(day) for day in years[0].reshape(365, 24)]) for f in (np.max, np.min)), 2018, 1.0
    )
    assert read_extremes(again)[..., 0] == pytest.approx(
        read_extremes(tables["load_extremes"])[..., 0], rel=0.1
    )
