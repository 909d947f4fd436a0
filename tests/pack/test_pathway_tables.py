"""The tables of the pathways: they add up, leave nothing out, and ship only what may be shipped."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng import terms
from dafeng.pack import Pack, read_pack
from dafeng.pack.pathway_schema import PATHWAY_TABLES
from dafeng.period import earliest_date

if TYPE_CHECKING:
    from pathlib import Path

TOLERANCE = 1e-9
"""Relative; the published cells carry ten digits, so a sum of some 300 of them may differ in the tenth."""
TEST_ONLY = {
    "CREA_WIND", "CITY_GDP_GP", "CITY_POP_GP", "CITY_IND_GP", "CITY_EDGAR_GP", "PM25_SPTE2M",
    "IPCC_EFDB", "gcam",
}  # fmt: skip
"""Sources of figures that may be used in tests but not shipped."""


@pytest.fixture(params=["shanxi", "tiny"])
def pack(request: pytest.FixtureRequest, shanxi: Pack, tiny_pack: Path) -> Pack:
    return shanxi if request.param == "shanxi" else read_pack(str(tiny_pack))


def shared_cells() -> set[frozenset[str]]:
    """Return groups of chains that lie in the same sector without naming fuels: they need shares."""
    whole = defaultdict(set)
    for row in terms.rows("pathway_chains"):
        if row["kind"] == "activity" and not row["fuels"]:
            for sector in row["sectors"].split(";"):
                whole[sector].add(row["code"])
    return {frozenset(chains) for chains in whole.values() if len(chains) > 1}


def test_sector_emissions_add_up_to_the_published_totals(shanxi: Pack) -> None:
    cells = shanxi.tables["sector_emissions"]
    totals = shanxi.tables["published_emissions"]
    sums = pl.concat([
        cells.group_by("region", "year", "variable").agg(pl.col("value").sum().alias("sum")),
        cells.group_by("region", "year").agg(pl.col("value").sum().alias("sum"))
        .select("region", "year", pl.lit("co2_total").alias("variable"), "sum"),
    ])  # fmt: skip
    both = sums.join(totals, on=["region", "year", "variable"], how="left")
    assert sorted(set(both["year"])) == list(range(1997, 2014))
    assert both.height == 3 * 17
    for row in both.iter_rows(named=True):
        assert row["sum"] == pytest.approx(row["value"], rel=TOLERANCE), (row["year"], row["variable"])


def test_sector_emissions_end_before_energy_use_begins(pack: Pack) -> None:
    cells, energy = pack.tables["sector_emissions"], pack.tables["energy"]
    assert cells["year"].max() < energy["year"].min()  # type: ignore[operator]
    assert sorted(set(cells["year"])) == list(range(cells["year"].min(), cells["year"].max() + 1))  # type: ignore[arg-type, operator]
    assert (cells["value"] != 0).all()
    empty = cells.filter(pl.col("fuel").is_null())
    assert set(empty["variable"]) == {"co2_process"}


def test_chains_that_share_a_sector_have_shares_that_sum_to_one(pack: Pack) -> None:
    shares = dict(pack.tables["chain_shares"].select("chain", "share").iter_rows())
    groups = shared_cells()
    assert frozenset({"cement", "other_building_materials"}) in groups
    for group in groups | {frozenset({"data_centres", "buildings_public"})}:
        assert sum(shares[chain] for chain in group) == pytest.approx(1, abs=1e-12), group


def test_spans_of_an_outlook_do_not_overlap_and_have_no_gap(pack: Pack) -> None:
    outlooks = pack.tables["driver_outlooks"].sort("region", "driver", "from_year")
    assert set(outlooks["driver"]) >= {"gdp", "population"}
    for _, spans in outlooks.group_by("region", "driver"):
        for earlier, later in pairwise(spans.iter_rows(named=True)):
            assert later["from_year"] == earlier["to_year"] + 1
        if spans["driver"][0] in ("gdp", "population"):
            assert spans["to_year"].max() == 2060
    for row in outlooks.iter_rows(named=True):
        assert row["from_year"] <= row["to_year"]
        assert row["growth_low"] <= row["growth"] <= row["growth_high"]


def test_an_outlook_is_not_known_before_it_was_published(shanxi: Pack) -> None:
    known = shanxi.tables["driver_outlooks"]["known_on"]
    assert min(earliest_date(day) for day in known).year > 2015  # nothing of it serves a start in 2015


def test_an_outlook_begins_where_the_history_ends(shanxi: Pack) -> None:
    economy, outlooks = shanxi.tables["economy"], shanxi.tables["driver_outlooks"]
    for driver, variable in (("gdp", "gdp_index"), ("population", "population")):
        last = economy.filter(pl.col("variable") == variable)["year"].max()
        first = outlooks.filter(pl.col("driver") == driver)["from_year"].min()
        assert (driver, first) == (driver, last + 1)  # type: ignore[operator]


def test_growth_of_2024_and_2025_gives_the_published_mean(shanxi: Pack) -> None:
    # work report of February 2026: mean growth of 5 % in 2021-2025
    economy = shanxi.tables["economy"].filter(pl.col("variable") == "gdp_index")
    level = 1.0
    for year in (2021, 2022, 2023):
        level *= economy.filter(pl.col("year") == year)["value"][0] / 100
    row = shanxi.tables["driver_outlooks"].row(
        by_predicate=(pl.col("driver") == "gdp") & (pl.col("from_year") == 2024), named=True
    )
    for growth, mean in ((row["growth_low"], 0.0495), (row["growth"], 0.05), (row["growth_high"], 0.0505)):
        assert (level * (1 + growth) ** 2) ** 0.2 - 1 == pytest.approx(mean, abs=5e-5)


def test_every_stock_of_a_chain_has_a_lifetime(pack: Pack) -> None:
    needed = {row["stock"] for row in terms.rows("pathway_chains") if row["stock"]}
    assert needed == set(pack.tables["stock_lifetimes"]["stock"])


def test_ages_of_a_class_do_not_overlap(shanxi: Pack) -> None:
    ages = shanxi.tables["stock_ages"]
    dated = ages.filter(pl.col("built_to") < 2100)  # 2100: the list names no year
    for _, spans in dated.group_by("stock", "unit_class", "status"):
        rows = spans.sort("built_from").iter_rows(named=True)
        assert all(a["built_to"] < b["built_from"] for a, b in pairwise(rows))
    # counted in the list of July 2023: 201 units in operation, 72,202 MW; 8 under construction; 26 planned
    units = dict(ages.group_by("status").agg(pl.col("units").sum()).iter_rows())
    assert units == {"operating": 201, "construction": 8, "planned": 26}
    assert ages.filter(pl.col("status") == "operating")["value"].sum() == pytest.approx(72202)


def test_every_driver_has_a_history(pack: Pack) -> None:
    for row in terms.rows("pathway_drivers"):
        frame = pack.tables[row["table"]]
        key = {"economy": "variable", "observations": "series_id", "products": "sector"}[row["table"]]
        found = frame.filter(
            (pl.col(key) == row["key"]) & (pl.col("region") == pack.config.pack.region)
        )["value"].drop_nulls()  # fmt: skip
        assert found.len() >= 10, row["code"]


def test_derived_export_agrees_with_what_was_published(shanxi: Pack) -> None:
    observed = shanxi.tables["observations"].filter(
        (pl.col("series_id") == "net_power_export") & (pl.col("region") == "CN-SX")
    )
    export = dict(observed.select("period", "value").iter_rows())
    assert sorted(export) == [str(year) for year in range(2010, 2024)]
    # China Economic Net, 2021-03-10: 446.0 TWh sent out in 2016-2020; the derived years come within 2 %
    assert sum(export[str(year)] for year in range(2016, 2021)) == pytest.approx(4460, rel=0.02)
    # Xinhua, 2023-01-12: 146.4 TWh in 2022, 18.55 % more than in 2021
    assert export["2022"] / export["2021"] - 1 == pytest.approx(0.1855, abs=1e-3)


def test_a_derived_row_says_so_and_is_not_graded_as_official(shanxi: Pack) -> None:
    derived = shanxi.tables["observations"].filter(pl.col("note_zh").str.starts_with("推算"))
    assert derived.height > 20
    assert "A" not in set(derived["grade"])
    assert derived["note_en"].str.starts_with("derived").all()


def test_a_number_without_a_source_says_that_it_is_for_demonstration(pack: Pack) -> None:
    for name in PATHWAY_TABLES:
        frame = pack.tables[name]
        if "state" in frame.columns:
            bare = frame.filter((pl.col("state") != "demonstration") & pl.col("source_id").is_null())
            assert bare.is_empty(), name
            assert frame.filter(pl.col("state") == "demonstration")["note_zh"].null_count() == 0, name


def test_nothing_is_shipped_that_may_only_be_tested_with(shanxi: Pack) -> None:
    for name, frame in shanxi.tables.items():
        if "source_id" in frame.columns:
            assert not TEST_ONLY & set(frame["source_id"].drop_nulls()), name
    text = " ".join(shanxi.tables["sources"]["title_en"]) + " ".join(
        shanxi.tables["sources"]["locator"].drop_nulls()
    )
    assert "CREA" not in text


def test_published_scenarios_say_their_scope_and_years(pack: Pack) -> None:
    scenarios = pack.tables["published_scenarios"]
    assert scenarios.height >= 1
    for row in scenarios.iter_rows(named=True):
        if None not in (row["peak_from"], row["peak_to"]):
            assert row["peak_from"] <= row["peak_to"]
        if row["peak_value"] is not None:
            assert row["unit"] == "Mt CO2"
    for one, other in combinations(scenarios.iter_rows(named=True), 2):
        assert (one["scenario_en"], one["source_id"]) != (other["scenario_en"], other["source_id"])
