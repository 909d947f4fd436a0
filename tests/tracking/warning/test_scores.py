"""Hits, false alarms, reliability, and goals posed on past series."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from dafeng.pack import PACK_TABLES
from dafeng.table import frame_of
from dafeng.tracking.indicator_contracts import ReplayedVerdicts
from dafeng.tracking.warning import Thresholds
from dafeng.tracking.warning.posed import CASES, HORIZONS, OFFSETS, DatedSeries, list_series, pose_goals
from dafeng.tracking.warning.scores import (
    plan_cases,
    score_hints,
    tabulate_reliability,
    wilson_interval,
)

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.pack import Pack

TODAY = date(2026, 11, 22)
SERIES = pl.DataFrame({"series_id": ["S"], "kind": ["flow"]})


def cases(*rows: tuple[str, int, int, float, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CASES, orient="row")


def observations(values: dict[int, float], lag: int = 1, **other: Any) -> pl.DataFrame:
    return frame_of(
        [
            {"series_id": "S", "region": "CN-SX", "period": str(year), "value": value, "unit": "10^8 kWh",
             "bound": "eq", "known_on": f"{year + lag}-03", "source_id": "s", "grade": "A", **other}
            for year, value in values.items()
        ],
        PACK_TABLES["observations"],
    )  # fmt: skip


def test_hits_and_false_alarms_by_hand() -> None:
    given = [(0.1, False), (0.15, False), (0.3, False), (0.6, False), (0.9, False)]
    given += [(0.05, True), (0.4, True), (0.6, True), (0.8, True), (0.9, True)]
    made = cases(*(("S", 2, 2010 + n, chance, met) for n, (chance, met) in enumerate(given)))
    red, amber = score_hints(made, "posed_goals", Thresholds()).sort("threshold", descending=True).to_dicts()
    assert (red["level"], red["cases"], red["misses"], red["outcomes"]) == ("red", 10, 5, 10)
    assert (red["hit_share"], red["false_alarm_share"]) == (0.4, 0.2)
    assert (amber["hit_share"], amber["false_alarm_share"]) == (0.6, 0.4)


def test_many_goals_on_one_figure_are_one_test() -> None:
    one = cases(*(("S", 2, 2015, 0.1, met) for met in [True, False] * 50))
    row = score_hints(one, "posed_goals", Thresholds()).row(0, named=True)
    assert (row["cases"], row["outcomes"], row["estimable"]) == (100, 1, False)
    assert row["hit_share"] is None
    bins = tabulate_reliability(one, "posed_goals").row(0, named=True)
    assert (bins["low_share"], bins["high_share"]) == pytest.approx(wilson_interval(0.5, 1))


def test_wilson_beside_scipy() -> None:
    for met, trials in ((0, 5), (3, 10), (20, 20), (57, 76)):
        expected = binomtest(met, trials).proportion_ci(0.9, method="wilson")
        assert wilson_interval(met / trials, trials) == pytest.approx(
            (expected.low, expected.high), abs=1e-12
        )


def test_bins_hold_their_lower_edge_and_the_last_both() -> None:
    made = cases(*(("S", 1, 2000 + n, p, True) for n, p in enumerate((0.0, 0.1, 0.3, 0.7, 1.0))))
    assert tabulate_reliability(made, "posed_goals")["bin_low"].to_list() == [0.0, 0.1, 0.3, 0.7, 0.9]


def test_only_days_before_the_outcome_test_a_plan_target() -> None:
    rows = [
        {"as_of": f"{year}-12-31", "target_id": "T", "verdict": verdict, "level": "green", "p_met": chance}
        for year, verdict, chance in (
            (2022, "on_track", None),
            (2023, "off_track", 0.2),
            (2025, "off_track", 0.0),  # the figure of the year itself was out on its last day: no forecast
            (2026, "missed", 0.0),
        )
    ]
    targets = pl.DataFrame({"target_id": ["T"], "target_year": [2025]})
    verdicts = pl.DataFrame({"target_id": ["T"], "verdict": ["missed"]})
    found = plan_cases(frame_of(rows, ReplayedVerdicts), verdicts, targets)
    assert found.rows() == [("T", 2, 2025, 0.2, False)]
    row = score_hints(found, "plan_targets", Thresholds()).row(0, named=True)
    assert (row["misses"], row["estimable"], row["hit_share"]) == (1, False, None)


def test_a_rounded_figure_does_not_replace_an_exact_one() -> None:
    values = {year: 100.0 + year - 2010 for year in range(2010, 2020)}
    table = [observations(values), observations({2015: 110.0}, lag=2, bound="about", source_id="r"),
             observations({2016: 90.0}, lag=0, bound="about", source_id="r")]  # fmt: skip
    (series,) = list_series(pl.concat(table), SERIES, TODAY)
    assert series.known(TODAY) == values
    assert series.known(date(2016, 12, 31))[2016] == 90.0  # nothing better was public yet


def test_a_goal_rests_on_what_was_known_on_its_day() -> None:
    rng = np.random.default_rng(7)
    values = dict(zip(range(2008, 2022), 100 * np.exp(np.cumsum(rng.normal(0.03, 0.05, 14))), strict=True))
    whole = pose_goals(list_series(observations(values), SERIES, TODAY), TODAY)
    changed = {**values, 2021: values[2021] * 3}
    other = pose_goals(list_series(observations(changed), SERIES, TODAY), TODAY)
    same = whole.filter(pl.col("outcome_year") < 2021)
    assert same.equals(other.filter(pl.col("outcome_year") < 2021))
    last = pl.col("outcome_year") == 2021
    assert whole.filter(last)["chance"].equals(other.filter(last)["chance"])
    assert not whole.filter(last)["met"].equals(other.filter(last)["met"])
    # figures of 2008 to 2011 are known at the end of 2012: the first origin
    assert whole.select(pl.col("outcome_year") - pl.col("horizon_years")).to_series().min() == 2012
    assert set(whole["horizon_years"]) == set(HORIZONS)
    assert whole.group_by("outcome_year", "horizon_years").len()["len"].unique().to_list() == [
        2 * len(OFFSETS)
    ]


def test_outcomes_known_later_are_not_used() -> None:
    values = {year: float(year - 1900) for year in range(2008, 2022)}
    early = pose_goals(list_series(observations(values), SERIES, date(2020, 12, 31)), date(2020, 12, 31))
    assert early["outcome_year"].max() == 2019


def test_short_weak_or_open_series_are_left_out() -> None:
    values = {year: float(year - 1900) for year in range(2010, 2017)}
    assert list_series(observations(values), SERIES, TODAY) == []
    long = {**values, 2017: 117.5}
    assert len(list_series(observations(long), SERIES, TODAY)) == 1
    december = observations(long).with_columns(period=pl.col("period") + "-12")
    assert list_series(december, SERIES, TODAY) == []
    assert len(list_series(december, SERIES.with_columns(kind=pl.lit("stock")), TODAY)) == 1
    for changed in ({"grade": "C"}, {"bound": "ge"}):
        assert list_series(observations(long, **changed), SERIES, TODAY) == []


def test_the_chances_on_the_series_of_the_pack_are_reliable(shanxi: Pack) -> None:
    series = list_series(shanxi.tables["observations"], shanxi.tables["series"], TODAY)
    made = pose_goals(series, TODAY)
    assert len(series) >= 10
    assert made.select("case_id", "outcome_year").n_unique() >= 60
    bins = tabulate_reliability(made, "posed_goals")
    inside = bins.filter(pl.col("mean_p").is_between(pl.col("low_share"), pl.col("high_share")))
    assert inside.height >= bins.height - 3
    assert (bins["mean_p"] - bins["met_share"]).abs().max() < 0.18  # type: ignore[operator]
    brier = ((made["chance"] - made["met"].cast(pl.Float64)) ** 2).mean()
    assert isinstance(brier, float)
    assert brier < 0.2
    scores = score_hints(made, "posed_goals", Thresholds())
    assert scores["estimable"].all()
    red = scores.filter(pl.col("level") == "red")
    assert (red["false_alarm_share"] < 0.1).all()
    assert (red["hit_share"] > 0.25).all()


@pytest.mark.data
def test_the_chances_on_other_provinces_are_not_far_off(data_dir: Path) -> None:
    """CO2 of provinces 1997-2019 (CEADs): growth doubled after 2002 and broke off after 2012, nobody knew."""
    file = data_dir / "accounts" / "provinces_co2_ceads_totals_1997_2019.csv"
    totals = pl.read_csv(file).filter(pl.col("value") > 0).sort("region", "year")
    series = []
    for (region,), part in totals.group_by("region", maintain_order=True):
        figures = [(y, date(y + 2, 12, 31), v) for y, v in part.select("year", "value").iter_rows()]
        series.append(DatedSeries(str(region), is_percent=False, figures=tuple(figures)))
    bins = tabulate_reliability(pose_goals(series[::4], TODAY), "posed_goals")
    assert bins["outcomes"].min() > 50  # type: ignore[operator]
    off = (bins["mean_p"] - bins["met_share"]).abs()
    assert off.max() < 0.13  # type: ignore[operator]
    assert bins["met_share"].is_sorted()
