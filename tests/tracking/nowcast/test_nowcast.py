"""A year as its months become known: exact where published, uncertain in the rest, its method told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.tracking.nowcast.conftest import slots_of

from dafeng.tracking.nowcast import nowcast_items

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., pl.DataFrame]
LATE = date(2030, 1, 1)


def only(figures: pl.DataFrame, year: int, as_of: date = LATE, **how: object) -> dict[str, object]:
    result = nowcast_items(figures, year, as_of, **how)  # type: ignore[arg-type]
    assert result.nowcasts.height == 1, result.failed
    return result.nowcasts.row(0, named=True)


@pytest.mark.parametrize("through", [2, 6, 11])
def test_the_year_is_near_its_truth_and_the_interval_shrinks(monthly: Maker, through: int) -> None:
    row = only(monthly(2014, 2022, through), 2022)
    truth = slots_of(2022).sum()
    assert row["method"] == "state_space"
    assert row["through_month"] == through
    assert row["known"] == pytest.approx(slots_of(2022)[: through - 1].sum())
    assert row["p05"] < truth < row["p95"]
    assert row["mean"] == pytest.approx(truth, rel=0.02)
    assert row["previous"] == pytest.approx(slots_of(2021).sum())
    assert row["change_share"] == pytest.approx(row["mean"] / row["previous"] - 1)  # type: ignore[operator]


def test_more_months_leave_less_uncertain(monthly: Maker) -> None:
    widths = []
    for through in (2, 6, 11):
        row = only(monthly(2014, 2022, through), 2022)
        widths.append(row["p90"] - row["p10"])  # type: ignore[operator]
    assert widths == sorted(widths, reverse=True)


def test_before_any_month_of_the_year(monthly: Maker) -> None:
    row = only(monthly(2014, 2021), 2022)
    assert row["through_month"] == 0
    assert row["known"] is None
    assert row["mean"] == pytest.approx(slots_of(2022).sum(), rel=0.05)


def test_a_year_that_is_published_is_exact(monthly: Maker) -> None:
    row = only(monthly(2014, 2022), 2022)
    assert row["method"] == "complete"
    assert len({row[name] for name in ("known", "mean", "p05", "p10", "p50", "p90", "p95")}) == 1


def test_january_that_is_missing_changes_nothing(
    monthly: Maker, figures: Callable[..., pl.DataFrame]
) -> None:
    usual = monthly(2014, 2022, 6)
    january = figures([("2022-01", "cement", 1.0, "2022-02-20")])
    assert only(pl.concat([usual, january]), 2022) == only(usual, 2022)


def test_a_revision_counts_from_the_day_on_which_it_is_known(
    monthly: Maker, figures: Callable[..., pl.DataFrame]
) -> None:
    usual = monthly(2014, 2022, 6)
    revised = figures([("2022-06 ytd", "cement", 900.0, "2022-09-01")])
    both = pl.concat([usual, revised])
    assert only(both, 2022, date(2022, 8, 31)) == only(usual, 2022, date(2022, 8, 31))
    assert only(both, 2022, date(2022, 9, 1))["known"] == 900.0


def test_zeros_of_new_capacity_are_borne(figures: Callable[..., pl.DataFrame]) -> None:
    rows = []
    for year in range(2015, 2023):
        added = np.random.default_rng(year).poisson(3.0, 11) * 5.0
        added[[0, 4]], added[10] = 0.0, 80.0
        rows += [
            (f"{year}-{month:02d} ytd", "wind_added", added[: month - 1].sum(), f"{year + 1}-01-20")
            for month in range(2, 13) if (year, month) <= (2022, 6)
        ]  # fmt: skip
    row = only(figures(rows), 2022)
    truth = np.random.default_rng(2022).poisson(3.0, 11)[[1, 2, 3, 5, 6, 7, 8, 9]].sum() * 5.0 + 80.0
    assert row["method"] == "state_space"
    assert row["p05"] >= row["known"]  # type: ignore[operator]
    assert row["p05"] < truth < row["p95"]  # type: ignore[operator]


def test_a_history_of_one_year_gives_no_estimate_but_a_reason(monthly: Maker) -> None:
    result = nowcast_items(monthly(2021, 2022, 6), 2022, LATE)
    assert result.nowcasts.is_empty()
    assert result.failed["cement"].code == "nowcast_too_short"
    assert "1" in result.failed["cement"].text("en")


def test_half_years_fall_back_to_the_growth_so_far_and_the_note_says_so(monthly: Maker) -> None:
    halves = monthly(2014, 2022, 6).filter(pl.col("period").str.contains("-06|-12"))
    row = only(halves, 2022)
    assert row["method"] == "seasonal_naive"
    assert row["note_zh"] is not None
    assert "8" in str(row["note_en"])
    grown = slots_of(2021)[5:].sum() * slots_of(2022)[:5].sum() / slots_of(2021)[:5].sum()
    assert row["p50"] == pytest.approx(slots_of(2022)[:5].sum() + grown, rel=0.002)


def test_years_alone_are_estimated_as_last_year(figures: Callable[..., pl.DataFrame]) -> None:
    rows = [(str(year), "coke", 100.0 + (year % 3), f"{year + 1}-02-01") for year in range(2012, 2022)]
    row = only(figures(rows), 2022)
    assert row["method"] == "naive"
    assert "10" in str(row["note_en"])
    assert row["note_zh"] is not None
    assert row["p05"] < 100 < row["p95"]  # type: ignore[operator]


def test_an_item_without_recent_figures_is_named(monthly: Maker) -> None:
    result = nowcast_items(monthly(2014, 2019), 2022, LATE)
    assert result.nowcasts.is_empty()
    assert result.failed["cement"].code == "nowcast_stale"
    assert "2019-12" in result.failed["cement"].text("zh")
    absent = nowcast_items(monthly(2014, 2019), 2019, LATE, ["coke"])
    assert absent.failed["coke"].code == "nowcast_no_figures"


def test_a_slip_in_the_year_itself_refuses_the_item_and_an_older_one_warns(
    monthly: Maker, figures: Callable[..., pl.DataFrame]
) -> None:
    usual = monthly(2014, 2022, 6)
    slip = figures([("2022-07 ytd", "cement", 120.0, "2022-08-20")])
    assert nowcast_items(pl.concat([usual, slip]), 2022, LATE).failed["cement"].code == "flash_ytd_wrong"
    old = figures([("2016-07 ytd", "cement", 10.0, "2022-08-20")])
    result = nowcast_items(pl.concat([usual, old]), 2022, LATE)
    assert result.nowcasts.height == 1
    assert {(f.code, f.severity) for f in result.findings} == {("flash_ytd_wrong", "warning")}
