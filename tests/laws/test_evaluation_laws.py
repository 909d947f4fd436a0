"""Laws of the evaluation: bounds, more is never worse, what is missing never helps, order does not matter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.cities.appeals import append_appeals, known_appeals
from dafeng.cities.contracts import EvaluationSubjects
from dafeng.cities.evaluation import Evaluation, EvaluationCase, evaluate_subjects
from dafeng.cities.evaluation_items import cumulate_falls, judge_item, share_of_points
from dafeng.cities.evaluation_rules import select_rules
from dafeng.cities.ranks import WeightDraws, draw_weights
from dafeng.pack import PACK_TABLES
from dafeng.table import empty_table, frame_of

FIGURES, APPEALS = PACK_TABLES["evaluation_figures"], PACK_TABLES["evaluation_appeals"]
YEAR, DAY, NAMES = 2025, date(2026, 7, 1), ("a", "b", "c")
RULES, CONTROLS = select_rules("2014"), select_rules("2026")
SUBJECTS = frame_of(
    [{"subject_id": n, "subject_kind": "city", "name_zh": f"{n}市"} for n in NAMES], EvaluationSubjects
)
FEW_DRAWS = WeightDraws(draws=20)
VALUES = st.floats(-50, 50, allow_subnormal=False)
FALLS = st.sampled_from([-1.0, 0.0, 2.0, 3.999, 4.0, 5.0])
POINTS = st.sampled_from([0.0, 10.0, 29.0, 30.0, 44.5, 50.0])
ITEM = {"formula": "annual_completion", "points_max": 25.0, "kind": "scored", "unit": "%", "direction": "up"}


def row(
    subject: str, item: str, required: float | None, achieved: float | None, points: float | None
) -> dict[str, Any]:
    return {
        "subject_id": subject, "year": YEAR, "item_id": item, "unit": "%", "required_value": required,
        "achieved_value": achieved, "points": points, "source_id": "made", "grade": "B",
    }  # fmt: skip


def rows_of(subject: str, falls: tuple[float, float, float]) -> list[dict[str, Any]]:
    annual, cumulative, points = falls
    return [
        row(subject, "annual", 4.0, annual, None), row(subject, "cumulative", 4.0, cumulative, None),
        row(subject, "other_parts", None, None, points),
    ]  # fmt: skip


def evaluate(
    rows: list[dict[str, Any]], rules: pl.DataFrame = RULES, day: date = DAY, **other: Any
) -> Evaluation:
    figures = pl.DataFrame(rows, schema=empty_table(FIGURES).schema, orient="row")
    appeals = other.get("appeals", empty_table(APPEALS))
    return evaluate_subjects(SUBJECTS, EvaluationCase(rules, figures, appeals, YEAR, day), FEW_DRAWS)


def of(made: Evaluation, subject: str = "a") -> dict[str, Any]:
    return made.results.row(by_predicate=pl.col("subject_id") == subject, named=True)


SETS = st.tuples(FALLS, FALLS, POINTS)
ALL = st.tuples(SETS, SETS, SETS)


def every(sets: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [one for name, falls in zip(NAMES, sets, strict=True) for one in rows_of(name, falls)]


@given(VALUES, VALUES)
def test_shares_are_within_bounds(required: float, achieved: float) -> None:
    assert 0.0 <= share_of_points(required, achieved) <= 1.0


@given(VALUES, VALUES, VALUES, st.sampled_from(["annual_completion", "met_or_not"]))
def test_more_achieved_never_lowers_the_points_of_an_item(
    required: float, one: float, other: float, formula: str
) -> None:
    low, high = sorted((one, other))
    figure = {"grade": "B", "required_value": required, "unit": "%", "year": YEAR, "points": None}
    worse, better = (
        judge_item({**ITEM, "formula": formula}, {**figure, "achieved_value": value}) for value in (low, high)
    )
    assert better.points >= worse.points  # type: ignore[operator]
    assert worse.missed or not better.missed


@given(st.lists(st.floats(-0.2, 0.5), min_size=1, max_size=5), st.integers(0, 4), st.floats(0, 0.3))
def test_a_larger_fall_in_any_year_never_lowers_the_cumulative_one(
    falls: list[float], place: int, more: float
) -> None:
    larger = list(falls)
    larger[place % len(falls)] += more
    assert cumulate_falls(larger) >= cumulate_falls(falls) - 1e-12


@settings(deadline=None, max_examples=10)
@given(ALL)
def test_points_and_ranks_are_within_bounds(sets: tuple[Any, ...]) -> None:
    made = evaluate(every(sets))
    for found in made.results.iter_rows(named=True):
        assert 0.0 <= found["points"] <= found["points_judged"] <= found["points_max"] == 100.0
        assert (found["rank"] is None) == (found["outcome"] != "complete")
        if found["rank"]:
            assert 1 <= found["rank_best"] <= found["rank"] <= found["rank_worst"] <= len(NAMES)
    assert (made.scores["points"] <= made.scores["points_max"]).all()


@settings(deadline=None, max_examples=10)
@given(ALL, st.integers(0, 2), st.floats(0, 3))
def test_more_achieved_never_lowers_points_outcome_or_rank(
    sets: tuple[Any, ...], item: int, more: float
) -> None:
    better = list(sets[0])
    better[item] = min(50.0, better[item] + more)
    low, high = of(evaluate(every(sets))), of(evaluate(every((tuple(better), *sets[1:]))))
    assert high["points"] >= low["points"] - 1e-9
    assert high["outcome"] == "complete" or low["outcome"] == "failed"
    assert low["rank"] is None or high["rank"] <= low["rank"]


@settings(deadline=None, max_examples=10)
@given(ALL, st.integers(0, 2))
def test_a_missing_figure_never_raises_points_and_never_gives_a_rank(
    sets: tuple[Any, ...], lost: int
) -> None:
    rows = every(sets)
    whole, less = of(evaluate(rows)), of(evaluate(rows[:lost] + rows[lost + 1 :]))
    assert less["points"] <= whole["points"]
    assert less["rank"] is None
    assert less["outcome"] in {"partial", "failed"}
    assert less["grade_name"] in {None, "fail"}


@settings(deadline=None, max_examples=6)
@given(ALL, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(sets: tuple[Any, ...], random: Any) -> None:
    rows = every(sets)
    mixed = random.sample(rows, len(rows))
    one, other = evaluate(rows), evaluate(mixed)
    assert one.results.equals(other.results)
    assert one.scores.equals(other.scores)


@settings(deadline=None, max_examples=10)
@given(st.lists(FALLS, min_size=5, max_size=5), st.integers(0, 5))
def test_any_missed_control_fails_whatever_else_is_there(achieved: list[float], given_items: int) -> None:
    rows = [row("a", f"control_{n + 1}", 4.0, value, None) for n, value in enumerate(achieved[:given_items])]
    outcome = of(evaluate(rows, CONTROLS))["outcome"]
    missed = any(value < 4.0 for value in achieved[:given_items])
    assert (outcome == "failed") is missed


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 140))
def test_an_evaluation_of_a_day_knows_no_later_decision(filed: int, took: int, day: int) -> None:
    start = date(2026, 1, 15)
    filed_on, decided_on = start + timedelta(filed), start + timedelta(filed + took)
    base = {
        "subject_id": "a", "year": YEAR, "item_id": "other_parts", "filed_on": filed_on.isoformat(),
        "claim_zh": "虚构", "source_id": "made",
    }  # fmt: skip
    first = frame_of([{**base, "decision": "pending"}], APPEALS)
    upheld = {**base, "decision": "upheld", "decided_on": decided_on.isoformat(), "points": 45.0}
    record = append_appeals(first, frame_of([upheld], APPEALS))
    today = start + timedelta(day)
    made = evaluate(rows_of("a", (4.0, 4.0, 30.0)), day=today, appeals=record)
    score = made.scores.row(2, named=True)
    assert score["points"] == (45.0 if today >= decided_on else 30.0)
    assert score["appeal"] == (None if today < filed_on else "upheld" if today >= decided_on else "pending")
    early = known_appeals(record, today)
    assert early.filter(pl.col("decided_on") > today.isoformat()).is_empty()


@given(
    st.lists(st.floats(0.1, 60), min_size=1, max_size=8),
    st.floats(0, 0.9),
    st.sampled_from(["band", "dirichlet"]),
)
def test_drawn_weights_are_positive_and_keep_their_sum(weights: list[float], spread: float, law: Any) -> None:
    given_weights = np.array(weights)
    drawn = draw_weights(given_weights, WeightDraws(law=law, spread=spread, draws=50))
    assert (drawn >= 0).all()
    assert np.allclose(drawn.sum(axis=1), given_weights.sum())
