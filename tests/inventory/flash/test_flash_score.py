"""Past issues are replayed with what was known, scored, and give an interval only where there are enough."""

from __future__ import annotations

from datetime import date
from math import log

import polars as pl
import pytest

from dafeng.inventory.flash import (
    add_interval,
    compare_archive,
    estimate_flash,
    join_records,
    replay_years,
    score_errors,
    total_by_year,
)
from dafeng.monthly import Issue

AS_OF = date(2024, 6, 1)


def errors_of(shares: list[float]) -> pl.DataFrame:
    rows = [
        ("CN-SX", "co2", 2000 + n, "replay", f"{2001 + n}-01-25", 1999 + n, "Mt CO2", 100 * (1 + e), 100.0, e)
        for n, e in enumerate(shares)
    ]
    names = ["region", "measure", "year", "origin", "made_on", "benchmark_year", "unit", "estimate",
             "published", "error_share"]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_replay_of_an_exact_indicator_has_no_error(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    errors = replay_years(steady, benchmarks, total_by_year(benchmarks), AS_OF)
    assert errors["year"].to_list() == list(range(2011, 2023))  # 2010 becomes known at the end of 2011
    assert errors["benchmark_year"].to_list() == list(range(2010, 2022))
    assert errors["error_share"].abs().max() < 1e-12


def test_a_replay_never_sees_what_became_known_later(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    before = replay_years(steady, benchmarks, total_by_year(benchmarks), AS_OF)
    later = steady.with_columns(value=pl.col("value") * 1.5, known_on=pl.lit("2024-05-01"))
    revised = benchmarks.filter(pl.col("year") < 2022).with_columns(
        value=pl.col("value") * 2, known_on=pl.lit("2024-05-02")
    )
    figures = pl.concat([steady, later])
    both = pl.concat([benchmarks, revised])
    after = replay_years(figures, both, total_by_year(benchmarks), AS_OF)
    assert after.equals(before)
    seen = replay_years(
        steady.filter(pl.col("period") != "2022-12 ytd"), benchmarks, total_by_year(benchmarks), AS_OF
    )
    assert 2022 not in seen["year"]


def test_totals_that_are_not_known_yet_are_not_compared_with(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    errors = replay_years(steady, benchmarks, total_by_year(benchmarks), date(2023, 12, 30))
    assert errors["year"].max() == 2021


def test_score_of_known_errors() -> None:
    shares = [0.01, -0.02, 0.03, -0.04, 0.05, -0.06, 0.07, -0.08]
    score = score_errors(errors_of(shares)).row(0, named=True)
    assert score["issues"] == 8
    assert score["bias_share"] == pytest.approx(-0.005)
    assert score["mape_share"] == pytest.approx(0.045)
    assert score["mean_absolute_error"] == pytest.approx(4.5)
    assert score["half_width_share"] == pytest.approx(-log(0.92))  # ceil(9 * 0.8) = 8th smallest
    assert score["coverage_share"] == 7 / 8  # only the largest lies outside the interval of the others


def test_below_eight_issues_there_is_no_interval(steady: pl.DataFrame, benchmarks: pl.DataFrame) -> None:
    made = estimate_flash(steady, benchmarks, Issue(2023, 6)).estimates
    few = add_interval(made, score_errors(errors_of([0.01] * 7)))
    assert few["lower"].is_null().all()
    enough = add_interval(made, score_errors(errors_of([0.01, *[0.02] * 7])))
    total = enough.row(by_predicate=(pl.col("group") == "total") & (pl.col("span") == "ytd"), named=True)
    assert total["upper"] / total["value"] == pytest.approx(1.02)
    assert total["value"] / total["lower"] == pytest.approx(1.02)
    assert enough["lower"].is_not_null().sum() == 1


def test_only_the_newest_issues_are_scored() -> None:
    score = score_errors(errors_of([0.5] * 10 + [0.01] * 12)).row(0, named=True)
    assert (score["issues"], score["mape_share"]) == (12, pytest.approx(0.01))


def test_an_archived_issue_takes_the_place_of_its_replay(
    steady: pl.DataFrame, benchmarks: pl.DataFrame
) -> None:
    totals = total_by_year(benchmarks)
    replayed = replay_years(steady, benchmarks, totals, AS_OF)
    row = estimate_flash(steady, benchmarks.filter(pl.col("year") < 2021), Issue(2021, 12)).estimates
    wrong = row.with_columns(value=pl.col("value") * 1.1)
    archived = pl.concat(
        [wrong.with_columns(made_on=pl.lit("2022-01-25")), row.with_columns(made_on=pl.lit("2022-02-25"))]
    )
    joined = join_records(replayed, compare_archive(archived, totals, AS_OF))
    assert joined["year"].to_list() == replayed["year"].to_list()
    of_2021 = joined.row(by_predicate=pl.col("year") == 2021, named=True)
    assert (of_2021["origin"], round(of_2021["error_share"], 6)) == ("archive", 0.1)
    assert set(joined.filter(pl.col("year") != 2021)["origin"]) == {"replay"}
