"""Our totals beside published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory import compare_published, compute_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

    Make = Callable[..., pl.DataFrame]

PUBLISHED = ["region", "year", "variable", "value"]


def test_shanxi_combustion_agrees_and_every_published_year_is_shown(
    shanxi: Pack, factors: pl.DataFrame
) -> None:
    tables = shanxi.tables
    emissions = compute_inventory(tables["energy"], factors, tables["products"]).emissions
    beside = compare_published(emissions, tables["published_emissions"])
    published = tables["published_emissions"].select("region", "year", "variable").unique()
    assert published.join(beside, on=published.columns, how="anti").is_empty()
    both = beside.drop_nulls(["computed_mt", "published_mt"]).filter(
        pl.col("variable") == "co2_fuel_combustion"
    )
    assert both.height >= 7
    assert both["difference_share"].abs().max() < 1e-7
    open_years = beside.filter((pl.col("variable") == "co2_total") & pl.col("year").is_in([2017, 2021]))
    assert open_years["computed_mt"].null_count() == open_years.height == 2


def test_either_side_may_be_missing_and_a_partial_sum_is_not_compared(
    energy: Make, factors: pl.DataFrame
) -> None:
    table = energy([
        ("final_consumption", "transport", "Diesel_Oil", None),
        ("final_consumption", "transport", "Gasoline", 10.0),
    ])  # fmt: skip
    full = energy([("final_consumption", "transport", "Gasoline", 10.0)], year=2021)
    emissions = compute_inventory(pl.concat([table, full]), factors).emissions
    published = pl.DataFrame(
        [("CN-SX", 2020, "co2_fuel_combustion", 5.0), ("CN-SX", 1999, "co2_fuel_combustion", 4.0)],
        schema=PUBLISHED, orient="row",
    )  # fmt: skip
    beside = compare_published(emissions, published)
    assert beside["year"].to_list() == [1999, 2020, 2021]
    assert beside["computed_mt"].null_count() == 2
    assert beside["published_mt"].to_list() == [4.0, 5.0, None]
    assert beside["difference_share"].null_count() == 3


def test_the_difference_is_computed_over_published(energy: Make, factors: pl.DataFrame) -> None:
    emissions = compute_inventory(
        energy([("final_consumption", "transport", "Gasoline", 10.0)]), factors
    ).emissions
    ours = emissions.filter((pl.col("sector") == "total") & pl.col("fuel").is_not_null())["value"].item()
    published = pl.DataFrame(
        [("CN-SX", 2020, "co2_fuel_combustion", ours / 1.25)], schema=PUBLISHED, orient="row"
    )
    assert compare_published(emissions, published)["difference_share"].to_list() == pytest.approx([0.25])
