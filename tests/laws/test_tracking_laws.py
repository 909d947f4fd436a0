"""Laws of the board: better is never worse, order does not matter, tolerance only forgives."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dafeng.pack import PACK_TABLES, read_pack
from dafeng.period import parse_period
from dafeng.table import columns_of
from dafeng.tracking import Readings, judge_targets
from dafeng.tracking.case import Case
from dafeng.tracking.compare import goal_of, is_fulfilled
from dafeng.tracking.evidence import Evidence, Observation
from dafeng.tracking.rulings import rule_on

TODAY = date(2026, 11, 22)
RANK = {"missed": 0, "off_track": 0, "needs_decision": 1, "met": 2, "on_track": 2}
LEVELS = st.floats(-1e3, 1e3, allow_subnormal=False)
TOLERANCES = st.floats(0, 0.99, allow_subnormal=False)
UP = ("ge", "gt", "eq", "about")
DOWN = ("le", "lt", "eq", "about")


def seen(period: str, value: float, bound: str = "eq") -> Observation:
    return Observation("S", parse_period(period), value, bound, "%", "A", "s", "same")


def rule(comparator: str, value: float, direction: str, *evidence: Observation, **other: Any) -> str:
    target = {
        "target_id": "T", "kind": "quantified", "comparator": comparator, "value": value, "lower": None,
        "upper": None, "unit": "%", "base_year": 2020, "timing": "dated",
        "target_year": other.get("year", 2025),
    }  # fmt: skip
    readings = Readings(about_tolerance=other.get("tolerance"))
    return rule_on(
        Case(target, direction, "share", Evidence(evidence), "", "", None, readings, TODAY)
    ).verdict


@settings(deadline=None)
@given(st.sampled_from(UP), LEVELS, LEVELS, LEVELS)
def test_a_higher_outcome_never_worsens_a_target_that_goes_up(
    comparator: str, goal: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    worse, better = (rule(comparator, goal, "up", seen("2025", v)) for v in (low, high))
    assert RANK[better] >= RANK[worse]


@settings(deadline=None)
@given(st.sampled_from(DOWN), st.sampled_from(["down", "cap"]), LEVELS, LEVELS, LEVELS)
def test_a_lower_outcome_never_worsens_a_target_that_goes_down(
    comparator: str, direction: str, goal: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    better, worse = (rule(comparator, goal, direction, seen("2025", v)) for v in (low, high))
    assert RANK[better] >= RANK[worse]


@settings(deadline=None)
@given(st.sampled_from(["ge", "about"]), LEVELS, LEVELS, LEVELS, LEVELS)
def test_a_higher_figure_never_worsens_progress(
    comparator: str, goal: float, base: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    worse, better = (
        rule(comparator, goal, "up", seen("2020", base), seen("2024", v), year=2030) for v in (low, high)
    )
    assert RANK[better] >= RANK[worse]


@settings(deadline=None)
@given(st.sampled_from(["change_ge", "points_ge", "change_about"]), st.floats(1, 500), LEVELS, LEVELS, LEVELS)
def test_a_larger_growth_never_worsens_a_change(
    comparator: str, base: float, goal: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    worse, better = (rule(comparator, goal, "up", seen("2020", base), seen("2025", v)) for v in (low, high))
    assert RANK[better] >= RANK[worse]


@settings(deadline=None)
@given(LEVELS, LEVELS, st.sampled_from(["up", "down", "cap", "none"]), TOLERANCES, TOLERANCES)
def test_a_wider_tolerance_never_turns_met_into_missed(
    goal: float, level: float, direction: str, one: float, other: float
) -> None:
    tight, wide = sorted((one, other))
    verdicts = [rule("about", goal, direction, seen("2025", level), tolerance=t) for t in (tight, wide)]
    assert RANK[verdicts[1]] >= RANK[verdicts[0]]


@settings(deadline=None)
@given(
    st.sampled_from(["ge", "gt", "le", "lt", "eq"]), st.sampled_from(["up", "down", "none"]), LEVELS,
    LEVELS, LEVELS, LEVELS,
)  # fmt: skip
def test_an_interval_settles_exactly_what_all_its_values_settle(
    comparator: str, direction: str, value: float, one: float, other: float, within: float
) -> None:
    low, high = sorted((one, other))
    assume(low <= within <= high)
    goal = goal_of(comparator, value, direction)
    whole = is_fulfilled(goal, low, high)
    if whole != "open":
        assert is_fulfilled(goal, within, within) == whole
    else:
        ends = {
            is_fulfilled(goal, low, low),
            is_fulfilled(goal, high, high),
            is_fulfilled(goal, value, value),
        }
        assert len(ends) == 2


@settings(deadline=None)
@given(
    st.sampled_from(["ge", "gt", "le", "lt"]),
    st.sampled_from(["ge", "gt", "le", "lt"]),
    LEVELS,
    LEVELS,
    LEVELS,
)
def test_a_bound_is_settled_only_if_every_value_it_allows_agrees(
    comparator: str, bound: str, value: float, published: float, actual: float
) -> None:
    allowed = {"ge": actual >= published, "gt": actual > published, "le": actual <= published,
               "lt": actual < published}[bound]  # fmt: skip
    assume(allowed)
    verdict = rule(comparator, value, "none", seen("2025", published, bound))
    if verdict in {"met", "missed"}:
        assert rule(comparator, value, "none", seen("2025", actual)) == verdict


PACK = read_pack("shanxi")
BOARD = judge_targets(PACK.tables, TODAY, Readings())


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**31))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    tables = {name: t.sample(fraction=1.0, shuffle=True, seed=seed) for name, t in PACK.tables.items()}
    made = judge_targets(tables, TODAY, Readings())
    left, right = (b.verdicts.drop("question_ids").sort("target_id") for b in (BOARD, made))
    assert left.equals(right)
    assert BOARD.variants.sort("target_id", "reading").equals(made.variants.sort("target_id", "reading"))


SERIES = {spec.name: spec.dtype for spec in columns_of(PACK_TABLES["observations"])}


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(5)))
def test_copies_of_one_year_give_one_verdict_in_any_order(order: list[int]) -> None:
    """A year and its December, two sources, two grades: the choice may not hang on the order of the rows."""
    copies = [("2025", 49.0, "b", "A"), ("2025", 51.0, "a", "A"), ("2025-12", 48.0, "a", "A"),
              ("2025", 60.0, "c", "B"), ("2025-12", 47.0, "c", "X")]  # fmt: skip
    rows = [
        {"series_id": "new_clean_capacity_share", "region": "CN-SX", "period": p, "value": v, "unit": "%",
         "bound": "eq", "known_on": "2026-02", "source_id": s, "grade": g}
        for p, v, s, g in (copies[n] for n in order)
    ]  # fmt: skip
    tables = {**PACK.tables, "observations": pl.DataFrame(rows, schema=SERIES)}
    verdicts = judge_targets(tables, TODAY, Readings()).verdicts
    row = verdicts.row(by_predicate=pl.col("target_id") == "T1.2a-3", named=True)
    assert row["verdict"] == "no_published_data"  # figures that contradict each other decide nothing
