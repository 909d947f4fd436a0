"""Wedges of groups of levers: sign, sums, errors, progress, cancel, more draws, rows and their check."""

from __future__ import annotations

import io
import threading
import time
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng.errors import InputRefused, Interrupted, TableError
from dafeng.job import Job, Progress
from dafeng.pathway.lever_groups import Group
from dafeng.pathway.wedge_table import WedgeLabel, check_wedges, list_wedges, wedge_table
from dafeng.pathway.wedges import AttributionPlan, Wedges, attribute_outcome, merge_wedges
from dafeng.scenario import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Worth = Callable[[frozenset[str]], NDArray[np.float64]]

YEARS = np.arange(2022, 2032)


def make_worth(levers: int, draws: int, seed: int = 0) -> Worth:
    """Emissions that each lever cuts by a share of what the others leave."""
    cuts = np.random.default_rng(seed).uniform(0, 0.6, (levers, 1, draws))
    base = np.random.default_rng(seed + 1).normal(500, 20, (1, draws))
    ramp = np.linspace(0, 1, len(YEARS))[:, None]

    def worth(on: frozenset[str]) -> NDArray[np.float64]:
        factor = np.ones((len(YEARS), draws))
        for lever in sorted(on):
            factor = factor * (1 - ramp * cuts[int(lever[1:])])
        return base * factor

    return worth


def single(levers: int) -> dict[str, frozenset[str]]:
    return {f"g{place}": frozenset({f"L{place}"}) for place in range(levers)}


def test_overlapping_policies_share_in_every_year_and_draw() -> None:
    def worth(on: frozenset[str]) -> NDArray[np.float64]:
        cut = 100.0 * bool(on & {"a", "b"}) + 10.0 * ("c" in on) - 5.0 * ("d" in on)
        return np.full((2, 3), 500.0) - cut

    groups = {name: frozenset({name}) for name in "abcd"}
    found = attribute_outcome(worth, groups, np.array([2030, 2035]))
    assert found.reduction_mt.tolist() == [[50.0] * 2, [50.0] * 2, [10.0] * 2, [-5.0] * 2]
    assert found.total_mt.tolist() == [105.0, 105.0]
    assert (found.reference_mt[0], found.scenario_mt[0]) == (500.0, 395.0)
    assert found.standard_error_mt == pytest.approx(np.zeros((4, 2)), abs=1e-12)


def test_values_and_errors_are_those_of_all_orders() -> None:
    worth, groups = make_worth(4, 25), single(4)
    names = list(groups)
    draws = np.zeros((4, len(YEARS), 25))
    for order in permutations(range(4)):
        on: frozenset[str] = frozenset()
        for place in order:
            more = on | groups[names[place]]
            draws[place] += (worth(on) - worth(more)) / 24
            on = more
    found = attribute_outcome(worth, groups, YEARS)
    assert found.method == "exact"
    assert found.reduction_mt == pytest.approx(draws.mean(axis=2), abs=1e-8)
    assert found.standard_error_mt == pytest.approx(draws.std(axis=2, ddof=1) / 5, rel=1e-9, abs=1e-12)
    whole = draws.sum(axis=0)
    assert found.total_error_mt == pytest.approx(whole.std(axis=1, ddof=1) / 5, rel=1e-9, abs=1e-12)


def test_groups_of_several_levers_act_together() -> None:
    worth = make_worth(4, 5)
    found = attribute_outcome(worth, {"x": frozenset({"L0", "L3"}), "y": frozenset({"L1"})}, YEARS)
    none, x, y, both = (
        worth(frozenset(on)).mean(axis=1) for on in ((), ("L0", "L3"), ("L1",), ("L0", "L1", "L3"))
    )
    assert found.reduction_mt[0] == pytest.approx(((none - x) + (y - both)) / 2, abs=1e-8)
    assert found.total_mt == pytest.approx(none - both, abs=1e-8)


def test_groups_sum_to_the_difference_to_the_last_digit_in_any_order() -> None:
    found = attribute_outcome(make_worth(7, 11), single(7), YEARS)
    parts = found.reduction_mt
    for order in (parts, parts[::-1], parts[[3, 0, 6, 2, 5, 1, 4]]):
        assert [sum(column) for column in order.T.tolist()] == found.total_mt.tolist()
    assert np.array_equal(found.reference_mt - found.scenario_mt, found.total_mt)


def test_twelve_groups_on_256_draws_are_exact_and_quick() -> None:
    asked = 0
    years = np.arange(2022, 2061)
    emissions = np.random.default_rng(0).uniform(400, 600, (39, 256))

    def worth(on: frozenset[str]) -> NDArray[np.float64]:
        nonlocal asked
        asked += 1
        return emissions * 0.95 ** len(on)

    start = time.monotonic()
    found = attribute_outcome(worth, single(12), years)
    assert asked == 4096
    assert time.monotonic() - start < 30  # leaves half of the minute to the engine
    assert found.reduction_mt == pytest.approx(np.tile(found.total_mt / 12, (12, 1)), abs=1e-8)


def test_above_twelve_groups_the_error_covers_the_exact_value() -> None:
    """Two games on disjoint groups that add up: exact values are those of the two games."""
    left, right = make_worth(7, 40), make_worth(14, 40, seed=3)

    def worth(on: frozenset[str]) -> NDArray[np.float64]:
        low = frozenset(lever for lever in on if int(lever[1:]) < 7)
        return left(low) + right(on - low)

    groups = single(14)
    exact = np.concatenate([
        attribute_outcome(game, dict(part), YEARS).reduction_mt
        for game, part in ((left, list(groups.items())[:7]), (right, list(groups.items())[7:]))
    ])  # fmt: skip
    inside = []
    for seed in range(8):
        found = attribute_outcome(worth, groups, YEARS, AttributionPlan(samples=20, seed=seed))
        assert (found.method, found.samples, found.seed) == ("sampled", 20, seed)
        assert np.array_equal(found.reduction_mt.sum(axis=0), found.total_mt)
        orders_only = np.sqrt(found.standard_error_mt[:, 1:] ** 2 - _draw_error(found)[:, 1:] ** 2)
        inside += list((np.abs(found.reduction_mt - exact)[:, 1:] <= 2.1 * orders_only).ravel())
        assert (found.standard_error_mt[:, 1:] > _draw_error(found)[:, 1:]).all()
    assert 0.88 <= np.mean(inside) <= 0.99


def _draw_error(found: Wedges) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(found.squares[:-1] / (found.draws * (found.draws - 1))))


@pytest.mark.parametrize("levers", [5, 13])
def test_more_draws_resume_after_a_file(levers: int) -> None:
    groups, full = single(levers), make_worth(levers, 48)

    def run(first: int, stop: int) -> Wedges:
        plan = AttributionPlan(first_draw=first, samples=4)
        return attribute_outcome(lambda on: full(on)[:, first:stop], groups, YEARS, plan)

    file = io.BytesIO()
    np.savez(file, **run(0, 20).to_arrays())
    file.seek(0)
    with np.load(file) as arrays:
        early = Wedges.from_arrays(arrays)
    whole, late = run(0, 48), run(20, 48)
    merged = merge_wedges(early, late)
    assert (merged.draws, merged.ranges) == (48, ((0, 20), (20, 48)))
    assert np.array_equal(merged.reduction_mt, whole.reduction_mt)
    assert np.array_equal(merged.reduction_mt.sum(axis=0), merged.total_mt)
    assert merged.standard_error_mt == pytest.approx(whole.standard_error_mt, rel=1e-9, abs=1e-12)
    assert np.array_equal(merge_wedges(late, early).reduction_mt, whole.reduction_mt)


def test_what_was_read_back_is_what_was_written() -> None:
    found = attribute_outcome(make_worth(3, 6), single(3), YEARS, AttributionPlan(first_draw=12))
    again = Wedges.from_arrays(found.to_arrays())
    assert (again.groups, again.ranges, again.seed) == (found.groups, ((12, 18),), 0)
    assert np.array_equal(again.reduction_mt, found.reduction_mt)
    assert np.array_equal(again.standard_error_mt, found.standard_error_mt)


def test_more_draws_make_the_error_smaller() -> None:
    few = attribute_outcome(make_worth(3, 100), single(3), YEARS)
    many = attribute_outcome(make_worth(3, 1600), single(3), YEARS)
    ratio = few.standard_error_mt[:, 1:] / many.standard_error_mt[:, 1:]
    assert np.median(ratio) == pytest.approx(4.0, rel=0.2)


def test_parts_that_do_not_fit_are_refused() -> None:
    base = attribute_outcome(make_worth(3, 6), single(3), YEARS)
    other_groups = attribute_outcome(make_worth(2, 6), single(2), YEARS, AttributionPlan(first_draw=6))
    overlapping = attribute_outcome(make_worth(3, 6), single(3), YEARS, AttributionPlan(first_draw=5))
    for other, what in ((other_groups, "groups"), (overlapping, r"draws 5\.\.5"), (base, r"draws 0\.\.5")):
        with pytest.raises(InputRefused, match=what):
            merge_wedges(base, other)


def test_progress_is_told_and_a_cancel_stops() -> None:
    heard: list[Progress] = []
    attribute_outcome(make_worth(6, 2), single(6), YEARS, job=Job(report=heard.append))
    assert {event.stage for event in heard} == {"pathway_attribution"}
    assert (heard[0].done, heard[-1].done, heard[-1].total) == (0, 64, 64)
    cancelled = threading.Event()

    def stop(event: Progress) -> None:
        if event.done >= 32:
            cancelled.set()

    for levers in (8, 13):
        cancelled.clear()
        with pytest.raises(Interrupted):
            attribute_outcome(
                make_worth(levers, 2), single(levers), YEARS, job=Job(report=stop, cancelled=cancelled)
            )


def test_one_draw_has_no_error() -> None:
    found = attribute_outcome(make_worth(2, 1), single(2), YEARS)
    assert np.isnan(found.standard_error_mt).all()


@pytest.mark.parametrize(
    ("code", "groups", "worth"),
    [
        ("players_none", {}, make_worth(1, 2)),
        ("groups_overlap", {"x": frozenset({"L0"}), "y": frozenset({"L0"})}, make_worth(1, 2)),
        ("series_length", single(1), lambda on: np.ones(len(YEARS))),
        ("series_length", single(1), lambda on: np.ones((3, 2))),
        ("series_length", single(1), lambda on: np.ones((len(YEARS), 2 + len(on)))),
        ("series_too_short", single(1), lambda on: np.ones((len(YEARS), 0))),
        ("series_not_finite", single(1), lambda on: np.full((len(YEARS), 2), np.nan)),
        ("worth_too_large", single(1), lambda on: np.full((len(YEARS), 2), 1e12)),
    ],
)
def test_bad_input_is_refused(code: str, groups: dict[str, frozenset[str]], worth: Worth) -> None:
    with pytest.raises(InputRefused) as caught:
        attribute_outcome(worth, groups, YEARS)
    assert [finding.code for finding in caught.value.findings] == [code]


def test_one_pair_of_orders_is_refused() -> None:
    with pytest.raises(InputRefused):
        attribute_outcome(make_worth(13, 2), single(13), YEARS, AttributionPlan(samples=1))


LABEL = WedgeLabel("plan", "plan without levers", Scope(power_export="excluded"), "clause")
GROUPS = [Group(f"g{place}", f"组{place}", f"Group {place}", frozenset({f"L{place}"})) for place in range(5)]


def test_rows_sum_to_the_totals_and_carry_the_scope() -> None:
    wedges = attribute_outcome(make_worth(5, 9), single(5), YEARS)
    table, totals = list_wedges(wedges, GROUPS[::-1], LABEL)
    assert table.height == 50
    assert totals.height == 10
    assert (
        table["power_export"].unique().to_list() == totals["power_export"].unique().to_list() == ["excluded"]
    )
    row = table.row(by_predicate=(pl.col("group") == "g3") & (pl.col("year") == 2031), named=True)
    assert (row["zh"], row["en"], row["method"], row["draws"]) == ("组3", "Group 3", "exact", 9)
    assert row["reduction_mt"] == wedges.reduction_mt[3, -1]
    sums = table.sort("group", descending=True).group_by("year", maintain_order=True)
    assert (
        sums.agg(pl.col("reduction_mt").sum())["reduction_mt"].to_list() == totals["reduction_mt"].to_list()
    )


def test_the_check_finds_a_digit_that_was_changed_and_a_row_that_is_gone() -> None:
    table, totals = list_wedges(attribute_outcome(make_worth(5, 9), single(5), YEARS), GROUPS, LABEL)
    check_wedges(table, totals)
    nudged = table.with_columns(
        reduction_mt=pl.when((pl.col("group") == "g1") & (pl.col("year") == 2030))
        .then(pl.col("reduction_mt") + 2.0**-30)
        .otherwise("reduction_mt")
    )
    without = table.filter(pl.col("group") != "g2")
    for wrong, count in ((nudged, 1), (without, 9), (table.filter(pl.col("year") > 2025), 4)):
        with pytest.raises(TableError) as caught:
            check_wedges(wrong, totals)
        assert [finding.code for finding in caught.value.findings] == ["wedges_not_sum"] * count


def test_a_single_draw_has_an_empty_error_and_strange_groups_are_refused() -> None:
    wedges = attribute_outcome(make_worth(5, 1), single(5), YEARS)
    table, totals = list_wedges(wedges, GROUPS, LABEL)
    assert table["standard_error_mt"].null_count() == 50
    assert totals["standard_error_mt"].null_count() == 10
    with pytest.raises(InputRefused):
        wedge_table(wedges, GROUPS[1:], LABEL)
