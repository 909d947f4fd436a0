"""The stage of the peak test: which series, what was known on a day, and what comes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.app.peak_stage import PEAK_FILES, PEAK_NEEDS, judge_pack_peaks
from dafeng.app.stages import STAGES, RunContext, take_inventory
from dafeng.pack import read_pack
from dafeng.table import check
from dafeng.tracking.figures import LAG_YEARS
from dafeng.tracking.peak_contracts import PeakErrorRates, PeakSeries, PeakVerdicts
from dafeng.tracking.peak_series import FEWEST_YEARS, find_run, gather_candidates

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack
    from dafeng.result import Result

CONTRACTS = {
    "tracking.peak_tests": PeakVerdicts,
    "tracking.peak_errors": PeakErrorRates,
    "tracking.peak_series": PeakSeries,
}


@pytest.fixture(scope="module")
def context(shanxi: Pack) -> RunContext:
    made = RunContext(shanxi, date(2026, 11, 22), accept_findings=True)
    tables = take_inventory(made).tables
    return replace(made, given={name: tables[name].frame for name in PEAK_NEEDS})


@pytest.fixture(scope="module")
def result(context: RunContext) -> Result:
    return judge_pack_peaks(context)


def frames(result: Result) -> dict[str, pl.DataFrame]:
    return {name: result.tables[name].frame for name in CONTRACTS}


def test_the_tables_fulfil_their_contracts_and_name_the_same_series(result: Result) -> None:
    found = frames(result)
    for name, contract in CONTRACTS.items():
        check(found[name], contract)
    keys = {name: set(frame.select("series_id", "region").iter_rows()) for name, frame in found.items()}
    assert keys["tracking.peak_tests"] == keys["tracking.peak_errors"] == keys["tracking.peak_series"]
    assert {"published_co2_total", "own_co2_fuel_combustion", "energy_consumption_total"} <= {
        name for name, _ in keys["tracking.peak_tests"]
    }


def test_a_row_repeats_what_the_series_says(result: Result) -> None:
    found = frames(result)
    for row in found["tracking.peak_tests"].iter_rows(named=True):
        own = found["tracking.peak_series"].filter(pl.col("series_id") == row["series_id"]).sort("year")
        assert own["year"].to_list() == list(range(row["first_year"], row["last_year"] + 1))
        assert own.height >= FEWEST_YEARS
        assert row["peak"] == own["value"].max()
        assert row["latest"] == own["value"][-1]
        assert row["years_since"] == row["last_year"] - row["peak_year"]
        assert row["grade"] == own["grade"].max()


def test_shares_sum_to_one_and_carry_their_sampling_error(result: Result) -> None:
    errors = frames(result)["tracking.peak_errors"]
    sums = errors.group_by("series_id", "region", "years_since", "truth").agg(pl.col("share").sum())
    assert sums["share"].to_numpy() == pytest.approx(1.0)
    assert set(errors["years_since"]) == set(range(3, 13))
    assert errors["standard_error"].max() <= 0.5 / errors["samples"].min() ** 0.5


@pytest.mark.parametrize("day", [date(2015, 6, 1), date(2021, 12, 30), date(2022, 12, 31)])
def test_nothing_known_later_is_used(context: RunContext, day: date) -> None:
    then = judge_pack_peaks(replace(context, as_of=day))
    series = frames(then)["tracking.peak_series"]
    assumed = series.filter("known_assumed")
    assert all(date(year + LAG_YEARS, 12, 31) <= day for year in assumed["year"])
    observations = context.pack.tables["observations"]
    changed = observations.with_columns(
        value=pl.when(pl.col("known_on").str.slice(0, 4).cast(pl.Int64) > day.year)
        .then(pl.col("value") * 2)
        .otherwise(pl.col("value"))
    )
    tables = dict(context.pack.tables) | {"observations": changed}
    before = gather_candidates(context.pack.tables, context.given[PEAK_NEEDS[0]], day)
    after = gather_candidates(tables, context.given[PEAK_NEEDS[0]], day)
    assert [one.figures.rows() for one in before] == [one.figures.rows() for one in after]


def test_series_that_are_too_short_are_named_and_not_judged(result: Result) -> None:
    step = result.steps[0]
    assert "煤炭消费量（省年鉴）" in step.zh
    assert "Coal consumption (provincial yearbook)" in step.en
    assert "coal_consumption_provincial" not in set(frames(result)["tracking.peak_tests"]["series_id"])


def test_without_an_inventory_the_other_series_are_judged(context: RunContext) -> None:
    found = frames(judge_pack_peaks(replace(context, given={})))["tracking.peak_tests"]
    assert "published_co2_total" in set(found["series_id"])
    assert not any(name.startswith("own_") for name in found["series_id"])


def test_a_pack_without_long_series_gives_empty_tables(tiny_pack: Path) -> None:
    made = RunContext(read_pack(str(tiny_pack)), date(2026, 11, 22), accept_findings=True)
    tables = frames(judge_pack_peaks(made))
    assert tables.keys() == CONTRACTS.keys()
    for name, frame in tables.items():
        assert check(frame, CONTRACTS[name]).is_empty()


def test_the_latest_run_that_is_long_enough_counts() -> None:
    years = [*range(2000, 2009), 2011, 2012]
    assert find_run(years) == (2000, 2008)
    assert find_run(years, fewest=2) == (2011, 2012)
    assert find_run([2005]) == (2005, 2005)


def test_the_stage_reads_what_it_names() -> None:
    stage = next(stage for stage in STAGES if stage.id == "peak_test")
    assert stage.files == PEAK_FILES
    assert stage.needs == PEAK_NEEDS


def test_a_run_that_later_years_exceed_tells_of_no_peak(context: RunContext) -> None:
    published = context.pack.tables["published_emissions"].filter(pl.col("variable") == "co2_total")
    gone = published.filter(~pl.col("year").is_between(2015, 2018))
    fallen = gone.with_columns(value=pl.when(pl.col("year") < 2012).then("value").otherwise(1.0))
    last = {}
    for name, changed in (("higher", gone), ("lower", fallen)):
        tables = {**context.pack.tables, "published_emissions": changed}
        found = next(
            one for one in gather_candidates(tables, None, date(2026, 11, 22))
            if one.series_id == "published_co2_total"
        )  # fmt: skip
        last[name] = (found.figures["year"].max(), found.testable)
    assert last == {"higher": (2022, False), "lower": (2014, True)}


def test_a_year_with_an_unknown_fuel_has_no_sum(context: RunContext) -> None:
    emissions = context.given["inventory.emissions"]
    coal = (pl.col("year") == 2018) & (pl.col("fuel") == "Raw_Coal")
    holed = emissions.with_columns(value=pl.when(~coal).then("value"))
    found = gather_candidates(context.pack.tables, holed, date(2026, 11, 22))[1]
    assert found.series_id == "own_co2_fuel_combustion"
    assert found.figures["year"].to_list() == [2019, 2020, 2021, 2022]


def test_an_undated_figure_is_marked_so(context: RunContext) -> None:
    observed = context.pack.tables["observations"]
    undated = observed.with_columns(known_on=pl.lit(None, pl.String))
    for table, assumed in ((observed, {False}), (undated, {True})):
        found = gather_candidates({**context.pack.tables, "observations": table}, None, date(2026, 11, 22))
        coal = next(one for one in found if one.series_id == "coal_output")
        assert set(coal.figures["known_assumed"]) == assumed
