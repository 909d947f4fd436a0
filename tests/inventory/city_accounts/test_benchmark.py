"""The benchmark: raking, the residual that stays in sight, and sums that are impossible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory import ceads_factors
from dafeng.inventory.city_accounts import account_cities, benchmark_cities, rake_cities

from .conftest import CITIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Maker = Callable[..., pl.DataFrame]


def test_the_less_reliable_city_moves_more() -> None:
    moved = rake_cities([10.0, 10.0], [0.9, 0.2], 19.0)
    assert moved.sum() == pytest.approx(19.0)
    assert moved[1] < moved[0] < 10.0
    # u = 0.15 and 0.85: ln(y/x) in that ratio
    assert (10.0 - moved[1]) / (10.0 - moved[0]) == pytest.approx(0.85 / 0.15, rel=0.1)


def test_a_small_residual_is_spread_over_complete_cities(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    energy = make_city_energy({"C1": 0.52, "C2": 0.31, "C3": 0.21}, {"C1": "B"})
    made = account_cities(energy, ceads_factors(), province, CITIES)
    spread = made.benchmark.filter(pl.col("city_mt").is_not_null())
    assert set(spread["outcome"]) == {"spread"}
    assert spread["left_mt"].abs().max() == pytest.approx(0.0, abs=1e-9)
    assert spread["residual_mt"].max() < 0  # shown although it was spread
    moved = made.accounts.group_by("part", "fuel").agg(pl.col("benchmarked_mt").sum())
    joined = moved.join(province.select("part", "fuel", "co2_mt"), on=["part", "fuel"])
    assert (joined["benchmarked_mt"] - joined["co2_mt"]).abs().max() == pytest.approx(0.0, abs=1e-9)


def test_a_large_residual_is_kept_apart(make_city_energy: Maker, province: pl.DataFrame) -> None:
    made = account_cities(
        make_city_energy({"C1": 0.4, "C2": 0.2, "C3": 0.1}), ceads_factors(), province, CITIES
    )
    assert set(made.benchmark.filter(pl.col("city_mt").is_not_null())["outcome"]) == {"kept"}
    assert made.accounts.filter(pl.col("benchmarked_mt") != pl.col("co2_mt")).is_empty()


def test_more_than_the_province_is_a_finding_and_no_figure_turns_negative(
    make_city_energy: Maker, province: pl.DataFrame
) -> None:
    made = account_cities(
        make_city_energy({"C1": 0.9, "C2": 0.5, "C3": 0.2}), ceads_factors(), province, CITIES
    )
    assert set(made.benchmark.filter(pl.col("city_mt").is_not_null())["outcome"]) == {"exceeds"}
    assert {finding.code for finding in made.findings} == {"cities_exceed_province"}
    assert made.accounts["benchmarked_mt"].null_count() == made.accounts.height
    assert made.totals["benchmarked_mt"].null_count() == made.totals.height
    assert made.totals["co2_mt"].min() > 0


@pytest.mark.data
def test_the_ceads_cities_of_2007_are_impossible_as_a_sum(data_dir: Path) -> None:
    """Eight of eleven CEADs cities sum to 117 % of the CEADs province in 2007."""
    cities = pl.read_csv(
        data_dir / "accounts/cities_co2_ceads_1997_2019.csv", schema_overrides={"region": pl.String}
    )
    whole = pl.read_csv(data_dir / "accounts/shanxi_co2_ceads_total.csv")
    cells = cities.filter(pl.col("variable") == "co2_total").select(
        "region", "year", part=pl.lit("total"), fuel=pl.lit("total"), co2_mt="value",
        reliability_share=pl.lit(0.5), complete=pl.lit(value=True),
    )  # fmt: skip
    province = whole.filter(pl.col("variable") == "co2_total").select(
        "year", part=pl.lit("total"), fuel=pl.lit("total"), co2_mt="value"
    )
    moved, table, findings = benchmark_cities(cells, province, 11)
    year = table.filter(pl.col("year") == 2007).row(0, named=True)
    assert (year["cities_known"], year["outcome"]) == (8, "exceeds")
    assert year["city_mt"] / year["province_mt"] == pytest.approx(1.17, abs=0.01)
    assert year["left_mt"] < 0
    assert 2007 in {finding.params["year"] for finding in findings}
    assert moved.filter(pl.col("year") == 2007)["benchmarked_mt"].null_count() == year["cities_known"]
    assert moved.filter(pl.col("benchmarked_mt") != pl.col("co2_mt")).is_empty()
