"""Drivers and history read from tables: vintages, days of knowledge, gaps, what is missing."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pathway.history import gather_history, read_drivers

REGION = "CN-SX"


def economy_rows(index: dict[int, float]) -> list[dict[str, object]]:
    fixed = {"region": REGION, "source_id": "S", "grade": "A"}
    index_rows = [
        fixed | {"year": y, "variable": "gdp_index", "vintage": "first_published", "price_basis": "constant",
                 "unit": "previous year = 100", "value": v}
        for y, v in index.items()
    ]  # fmt: skip
    people = [
        fixed | {"year": y, "variable": "population", "vintage": "nbs_database", "price_basis": None,
                 "unit": "10^4 persons", "value": 3500.0 - y + 2000}
        for y in index
    ]  # fmt: skip
    return [*index_rows, *people]


def observation(series: str, period: str, value: float, **more: str) -> dict[str, object]:
    fixed: dict[str, object] = {
        "series_id": series, "region": REGION, "period": period, "value": value, "unit": "x", "bound": "eq",
        "known_on": "2013-05-01", "source_id": "S", "grade": "A", "note_zh": None, "note_en": None,
    }  # fmt: skip
    return fixed | more


OBSERVATIONS = [
    observation("coal_output", "2011", 8.0, known_on="2013", grade="B"),
    observation("coal_output", "2012", 9.0, known_on="2014", grade="B"),
    observation("net_power_export", "2011", 700.0),
    observation("net_power_export", "2012", 720.0),
]


def make_tables(
    observations: list[dict[str, object]], index: dict[int, float] | None = None
) -> dict[str, pl.DataFrame]:
    products = [
        {"region": REGION, "year": y, "variable": "output", "sector": "coke", "unit": "10^4 t", "value": v,
         "source_id": "S", "grade": "B", "note_zh": None, "note_en": None}
        for y, v in {2010: 9000.0, 2011: None, 2012: 9100.0}.items()
    ]  # fmt: skip
    return {
        "economy": pl.DataFrame(economy_rows(index or {2010: 105.0, 2011: 110.0, 2012: 108.0})),
        "products": pl.DataFrame(products),
        "observations": pl.DataFrame(observations),
    }


def values(frame: pl.DataFrame, driver: str) -> dict[int, float]:
    return dict(frame.filter(pl.col("driver") == driver).select("year", "value").iter_rows())


def test_the_index_is_chained_and_open_years_stay_open() -> None:
    drivers = read_drivers(make_tables(OBSERVATIONS), REGION)
    assert values(drivers, "gdp") == pytest.approx({2009: 100.0, 2010: 105.0, 2011: 115.5, 2012: 124.74})
    assert values(drivers, "coke_output") == {2010: 9000.0, 2012: 9100.0}
    assert values(drivers, "coal_output") == {2011: 8.0, 2012: 9.0}


def test_an_index_with_a_gap_counts_from_the_gap_on() -> None:
    drivers = read_drivers(make_tables(OBSERVATIONS, {2008: 150.0, 2011: 110.0, 2012: 108.0}), REGION)
    assert values(drivers, "gdp") == pytest.approx({2010: 100.0, 2011: 110.0, 2012: 118.8})


def test_the_better_grade_counts_then_the_later_day() -> None:
    more = [
        *OBSERVATIONS,
        observation("coal_output", "2012", 9.5, known_on="2013-03-01", grade="A", source_id="T"),
        observation("coal_output", "2011", 8.2, known_on="2014-06-01", grade="B", source_id="T"),
    ]
    assert values(read_drivers(make_tables(more), REGION), "coal_output") == {2011: 8.2, 2012: 9.5}


def test_bounds_never_count_and_round_figures_only_alone() -> None:
    more = [
        *OBSERVATIONS,
        observation("coal_output", "2012", 99.0, bound="about", source_id="T"),
        observation("coal_output", "2013", 9.9, bound="about"),
        observation("coal_output", "2014", 10.0, bound="ge"),
        observation("coal_output", "2013-06 ytd", 5.0),
    ]
    found = values(read_drivers(make_tables(more), REGION), "coal_output")
    assert found == {2011: 8.0, 2012: 9.0, 2013: 9.9}


def test_a_day_hides_what_was_not_yet_known() -> None:
    tables = make_tables(OBSERVATIONS)
    drivers = read_drivers(tables, REGION, date(2013, 12, 31))
    assert values(drivers, "coal_output") == {2011: 8.0}
    assert max(values(read_drivers(tables, REGION, date(2013, 12, 31)), "gdp")) == 2012
    # a year written alone counts as known at its end only
    with pytest.raises(InputRefused, match="coal_output"):
        read_drivers(tables, REGION, date(2013, 12, 30))


def test_revised_figures_wait_in_a_replay() -> None:
    tables = make_tables(OBSERVATIONS)
    revised = tables["economy"].filter((pl.col("variable") == "gdp_index") & (pl.col("year") == 2011))
    revised = revised.with_columns(vintage=pl.lit("nbs_database"), value=pl.lit(112.0))
    tables["economy"] = pl.concat([tables["economy"], revised])
    assert values(read_drivers(tables, REGION), "gdp")[2011] == pytest.approx(117.6)
    assert values(read_drivers(tables, REGION, date(2014, 1, 1)), "gdp")[2011] == pytest.approx(115.5)


def test_export_is_completed_from_the_balance_of_electricity() -> None:
    more = [
        *OBSERVATIONS,
        observation("generation_total", "2012", 2500.0), observation("generation_total", "2013", 2600.0),
        observation("elec_consumption_balance", "2012", 1700.0),
        observation("elec_consumption_balance", "2013", 1830.0),
    ]  # fmt: skip
    found = values(read_drivers(make_tables(more), REGION), "power_export")
    assert found == {2011: 700.0, 2012: 720.0, 2013: 770.0}


def test_every_missing_driver_is_named_at_once() -> None:
    tables = make_tables([observation("aqi_composite", "2012", 1.0)])
    with pytest.raises(InputRefused) as refused:
        read_drivers(tables, REGION)
    named = {f.params["driver"] for f in refused.value.findings}
    assert {f.code for f in refused.value.findings} == {"pathway_driver_missing"}
    assert named == {"coal_output", "power_export"}
    assert "coal_output" in refused.value.text("zh")


def emission_rows(year: int, value: float | None) -> list[dict[str, object]]:
    return [
        {"region": REGION, "year": year, "variable": "co2_fuel_combustion", "sector": sector, "fuel": fuel,
         "unit": "Mt CO2", "value": value, "source": "S", "quality": "A"}
        for sector in ("ferrous_smelting", "chemicals", "total") for fuel in ("Raw_Coal", "Coke", None)
    ]  # fmt: skip


def history_tables() -> dict[str, pl.DataFrame]:
    tables = make_tables(OBSERVATIONS)
    past = pl.DataFrame(emission_rows(2011, 3.0) + emission_rows(2012, 4.0))
    cells = past.filter(pl.col("fuel").is_not_null() & (pl.col("sector") != "total"))
    tables["sector_emissions"] = cells.rename({"source": "source_id", "quality": "grade"})
    energy = [
        {"region": REGION, "year": 2012, "variable": "final_consumption", "sector": s, "fuel": fuel,
         "unit": "u", "value": 5.0, "source_id": "S", "grade": "A"}
        for s in ("total", "ferrous_smelting", "residential_urban", "residential_rural")
        for fuel in ("Electricity", "Heat", "Coke")
    ]  # fmt: skip
    tables["energy"] = pl.DataFrame(energy)
    return tables


def test_computed_years_replace_published_ones_and_totals_never_count() -> None:
    emissions = pl.DataFrame(emission_rows(2012, 5.0) + emission_rows(2013, 6.0) + emission_rows(2014, None))
    history = gather_history(history_tables(), emissions, REGION)
    found = {(g, y): v for g, y, v in history.group_co2.iter_rows()}
    expected = {
        (g, y): 2 * v for g in ("steel", "chemicals") for y, v in ((2011, 3.0), (2012, 5.0), (2013, 6.0))
    }
    assert found == expected
    assert dict(history.group_electricity.select("group", "value").iter_rows()) == {
        "steel": 5.0,
        "households": 10.0,
    }


def test_a_restricted_history_knows_nothing_later() -> None:
    emissions = pl.DataFrame(emission_rows(2012, 5.0) + emission_rows(2013, 6.0))
    history = gather_history(history_tables(), emissions, REGION).restrict(2012, date(2013, 12, 31))
    assert history.group_co2["year"].max() == 2012
    assert values(history.drivers, "coal_output") == {2011: 8.0}
    assert history.series("coal_output")["year"].to_list() == [2011]
    assert np.array_equal(history.restrict(2012, None).series("coal_output")["year"], [2011])
