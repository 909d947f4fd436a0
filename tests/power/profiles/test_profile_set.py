"""All profiles of a year: a file takes the place of what is generated, and each says its origin."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.power.profiles.made_files import labels, text
from tests.power.profiles.made_statistics import make_tables

from dafeng.errors import InputRefused
from dafeng.power.contracts import PowerProfileUse
from dafeng.power.profiles import ProfileFile, load_year, make_profiles
from dafeng.table import check


def origins(uses: pl.DataFrame) -> dict[str, str]:
    return dict(zip(uses["profile"], uses["origin"], strict=True))


def test_every_profile_says_where_it_comes_from() -> None:
    made = make_profiles(make_tables(), 2030, 5, scenario="base")
    assert set(made.arrays) == {"wind", "pv", "heat", "load", "ev"}
    check(made.uses, PowerProfileUse)
    assert origins(made.uses) == {
        "wind": "generated", "pv": "generated", "heat": "generated", "load": "typical", "ev": "typical",
    }  # fmt: skip
    wind = made.uses.row(by_predicate=pl.col("profile") == "wind", named=True)
    assert (wind["weather_year"], wind["seed"], wind["scenario"]) == (2023, 5, "base")
    assert wind["full_load_hours"] == pytest.approx(2500.0)
    assert "2500" in wind["note_en"]
    ev = made.uses.row(by_predicate=pl.col("profile") == "ev", named=True)
    assert "demonstration" in ev["note_en"]
    assert ev["seed"] is None


def test_loads_are_relative_to_their_mean_and_agree_with_the_load_of_the_year() -> None:
    made = make_profiles(make_tables(), 2030, 5)
    for name in ("load", "heat", "ev"):
        assert made.arrays[name].mean() == pytest.approx(1.0)
    load = load_year(make_tables(), 2030, 8760.0, 5)
    assert load == pytest.approx(made.arrays["load"] * 1000.0)


def test_a_file_takes_the_place_of_a_generated_profile() -> None:
    load = text(labels(2025), list(1000.0 + np.arange(8760)))
    shape = text(labels(2030), [5.0] * 8760, "time,corridor_mw")
    files = {"load": ProfileFile(load, "load.csv", 2025), "corridor": ProfileFile(shape, "c.csv")}
    made = make_profiles(make_tables(), 2030, 5, files)
    assert made.arrays["load"].mean() == pytest.approx(1.0)
    assert made.energy_gwh["load"] == pytest.approx((1000.0 * 8760 + 8759 * 8760 / 2) / 1e3)
    row = made.uses.row(by_predicate=pl.col("profile") == "load", named=True)
    assert (row["origin"], row["file"], row["weather_year"]) == ("file", "load.csv", 2025)
    assert "weekdays" in row["note_en"]
    assert made.arrays["corridor"] == pytest.approx(1.0)
    generated = make_profiles(make_tables(), 2030, 5)
    assert (generated.arrays["wind"] == made.arrays["wind"]).all()


def test_the_defects_of_all_files_are_said_together() -> None:
    files = {
        "load": ProfileFile(text(labels(2030), [-1.0, *[1.0] * 8759]), "load.csv"),
        "wind": ProfileFile(text(labels(2030), [2.0, *[0.1] * 8759], "time,cf"), "wind.csv"),
        "pv": ProfileFile(text(labels(2028), [0.1] * 8784, "time,cf"), "pv.csv", 2028),
    }
    with pytest.raises(InputRefused) as caught:
        make_profiles(make_tables(), 2030, 5, files)
    assert {(f.code, f.place.file) for f in caught.value.findings} == {
        ("profile_negative", "load.csv"), ("profile_over_one", "wind.csv"), ("profile_rows", "pv.csv"),
    }  # fmt: skip


def test_the_known_demand_unmasks_ten_megawatts() -> None:
    demands = pl.DataFrame(
        {"item": ["electricity"] * 2, "year": [2025, 2050], "value": [87.6, 900.0], "unit": ["10^8 kWh"] * 2}
    )
    files = {"load": ProfileFile(text(labels(2030), [100.0] * 8760), "load.csv")}
    with pytest.raises(InputRefused, match="10 MW"):
        make_profiles({**make_tables(), "power_demands": demands}, 2030, 5, files)


def test_a_pack_without_statistics_gives_what_needs_none() -> None:
    assert set(make_profiles({}, 2030, 5).arrays) == {"ev"}
