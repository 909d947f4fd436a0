"""Totals, veto, grades, what is missing and what blocks a total."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dafeng.cities.evaluation import EvaluationCase, evaluate_subjects
from dafeng.cities.evaluation_rules import select_rules
from dafeng.table import empty_table, frame_of

from .made_evaluation import (
    DAY,
    YEAR,
    Appeals,
    Figures,
    appeal,
    award,
    cities,
    evaluate,
    figure,
    full_row,
    result,
    rule,
    rules_of,
    score,
)


@pytest.mark.parametrize(
    ("other", "grade"),
    [(50.0, "excellent"), (40.0, "excellent"), (39.9, "good"), (30.0, "good"), (10.0, "pass"), (9.0, "fail")],
)
def test_grades_of_2014(other: float, grade: str) -> None:
    found = result(evaluate(full_row("a", other=other)))
    assert (found["outcome"], found["grade_name"], found["points"]) == ("complete", grade, 50.0 + other)


@pytest.mark.parametrize(("annual", "cumulative", "veto"), [
    (3.9, 18.0, "annual"), (4.0, 17.0, "cumulative"), (1.0, 1.0, "annual;cumulative"),
])  # fmt: skip
def test_a_missed_target_is_a_veto_whatever_the_points(annual: float, cumulative: float, veto: str) -> None:
    found = result(evaluate(full_row("a", annual, cumulative, 50.0)))
    assert (found["outcome"], found["grade_name"], found["rank"]) == ("failed", "fail", None)
    assert found["veto_items"] == veto
    assert found["points"] == pytest.approx(25 * annual / 4 + 25 * cumulative / 18 + 50)


def test_a_missing_figure_is_shown_and_gives_neither_total_nor_rank() -> None:
    made = evaluate(full_row("a")[:2] + full_row("b"), "a", "b")
    found = result(made)
    assert (found["outcome"], found["rank"], found["items_judged"], found["items_all"]) == (
        "partial",
        None,
        2,
        3,
    )
    assert (found["points"], found["points_judged"], found["points_max"]) == (50.0, 50.0, 100.0)
    row = score(made, "other_parts")
    assert (row["status"], row["points"], row["is_missed"]) == ("no_figures", None, None)
    assert result(made, "b")["rank"] == 1


def test_a_city_without_figures_is_neither_scored_nor_ranked() -> None:
    made = evaluate(full_row("b"), "a", "b")
    found = result(made)
    assert (found["outcome"], found["points"], found["rank"], found["points_judged"]) == (
        "no_figures",
        None,
        None,
        0,
    )
    assert result(made, "b")["rank"] == 1
    assert made.scores.filter(pl.col("subject_id") == "a")["status"].to_list() == ["no_figures"] * 3


@pytest.mark.parametrize("grade", ["C", "X"])
def test_a_weak_figure_is_shown_and_not_scored(grade: str) -> None:
    made = evaluate([figure("a", "annual", 4.0, 4.0, grade=grade)])
    row = score(made, "annual")
    assert (row["status"], row["points"], row["achieved"], row["grade"]) == ("no_figures", None, 4.0, grade)


@pytest.mark.parametrize(("required", "achieved"), [(4.0, None), (None, 4.0), (None, None)])
def test_half_a_figure_is_none(required: float | None, achieved: float | None) -> None:
    row = score(evaluate([figure("a", "annual", required, achieved)]), "annual")
    assert (row["status"], row["points"]) == ("no_figures", None)


def test_a_cumulative_fall_follows_from_the_years_only_if_all_are_there() -> None:
    years = [figure("a", "annual", 4.0, 4.0, year=y) for y in range(2021, 2026)]
    whole = score(evaluate([*years, figure("a", "cumulative", 18.0, None)]), "cumulative")
    assert whole["achieved"] == pytest.approx(100 * (1 - 0.96**5))
    assert whole["points"] == 25.0
    gap = score(evaluate([*years[1:], figure("a", "cumulative", 18.0, None)]), "cumulative")
    assert (gap["status"], gap["achieved"]) == ("no_figures", None)


def test_a_given_cumulative_fall_goes_before_the_product() -> None:
    years = [figure("a", "annual", 4.0, 4.0, year=y) for y in range(2021, 2026)]
    row = score(evaluate([*years, figure("a", "cumulative", 18.0, 9.0)]), "cumulative")
    assert (row["achieved"], row["points"]) == (9.0, 12.5)


def test_unknown_points_block_the_total_and_the_judged_part_stands() -> None:
    given = [
        figure("a", "annual", 4.0, 3.0),
        figure("a", "cumulative", 18.0, 18.0),
        award("a", "dual_control", 3.0),
    ]
    made = evaluate([*given, award("a", "other_tasks", 30.0)], rules=select_rules("plan13"))
    found = result(made)
    assert (found["outcome"], found["points_max"], found["grade_name"], found["rank"]) == (
        "blocked",
        None,
        None,
        None,
    )
    assert (found["points"], found["points_judged"]) == (15.0 + 20.0 + 3.0, 44.0)
    assert score(made, "other_tasks")["status"] == "weight_unknown"
    assert score(made, "other_tasks")["points"] is None


def test_any_missed_control_indicator_fails_although_weights_are_unknown() -> None:
    met = [figure("a", f"control_{n}", 1.0, 1.0) for n in range(1, 6)]
    rules = select_rules("2026")
    assert result(evaluate(met, rules=rules))["outcome"] == "blocked"
    for n in range(5):
        missed = [*met[:n], {**met[n], "achieved_value": 0.9}, *met[n + 1 :]]
        found = result(evaluate(missed, rules=rules))
        assert (found["outcome"], found["veto_items"]) == ("failed", f"control_{n + 1}")


def test_a_completed_rule_pack_gives_totals_and_ranks() -> None:
    rules = rules_of(
        rule("c", 0.0, kind="control", formula="met_or_not", direction="cap"),
        rule("x", 60.0),
        rule("y", 40.0),
    )
    rows = [figure(s, "c", 100.0, 99.0) for s in "ab"] + [award("a", "x", 50.0), award("a", "y", 20.0)]
    made = evaluate([*rows, award("b", "x", 40.0), award("b", "y", 39.0)], "a", "b", rules=rules)
    assert [result(made, s)["points"] for s in "ab"] == [70.0, 79.0]
    assert [result(made, s)["rank"] for s in "ab"] == [2, 1]
    assert result(made)["grade_name"] is None


def test_equal_totals_share_a_rank() -> None:
    rows = (
        full_row("a", other=40) + full_row("b", other=40) + full_row("c", other=45) + full_row("d", other=1)
    )
    made = evaluate(rows, "a", "b", "c", "d")
    assert [result(made, s)["rank"] for s in "abcd"] == [2, 2, 1, 4]


def test_what_became_known_later_is_not_used() -> None:
    rows = [{**row, "known_on": "2026-03"} for row in full_row("a")]
    assert result(evaluate(rows, as_of=date(2026, 3, 30)))["outcome"] == "no_figures"
    assert result(evaluate(rows, as_of=date(2026, 3, 31)))["outcome"] == "complete"
    assert result(evaluate(full_row("a"), as_of=date(2025, 12, 30)))["outcome"] == "no_figures"


def test_appeals_count_from_the_day_of_the_decision() -> None:
    record = [appeal("pending"), appeal("upheld", 48.0)]

    def points(day: date) -> tuple[float, str | None]:
        row = score(evaluate(full_row("a"), appeals=record, as_of=day), "other_parts")
        return row["points"], row["appeal"]

    assert points(date(2026, 3, 31)) == (40.0, None)
    assert points(date(2026, 4, 1)) == (40.0, "pending")
    assert points(date(2026, 5, 31)) == (40.0, "pending")
    assert points(date(2026, 6, 1)) == (48.0, "upheld")


@pytest.mark.parametrize("decision", ["rejected", "withdrawn"])
def test_an_appeal_without_success_leaves_the_points(decision: str) -> None:
    row = score(evaluate(full_row("a"), appeals=[appeal(decision)]), "other_parts")
    assert (row["points"], row["appeal"]) == (40.0, decision)


def test_an_upheld_appeal_can_lift_a_veto() -> None:
    record = [appeal("upheld", 25.0, item_id="annual")]
    assert result(evaluate(full_row("a", annual=3.0)))["outcome"] == "failed"
    found = result(evaluate(full_row("a", annual=3.0), appeals=record))
    assert (found["outcome"], found["points"]) == ("complete", 90.0)


def test_a_new_appeal_does_not_undo_the_old_decision() -> None:
    record = [appeal("upheld", 48.0), appeal("pending", filed_on="2026-06-15")]
    row = score(evaluate(full_row("a"), appeals=record), "other_parts")
    assert (row["points"], row["appeal"]) == (48.0, "pending")


def test_a_total_never_moves_without_its_version() -> None:
    first = result(evaluate(full_row("a")))["version"]
    assert first.startswith("2014 ")
    assert result(evaluate(full_row("a")[::-1]))["version"] == first
    assert result(evaluate(full_row("a", other=41.0)))["version"] != first
    assert result(evaluate(full_row("a"), appeals=[appeal("upheld", 48.0)]))["version"] != first
    changed = select_rules("2014").with_columns(points_max=pl.col("points_max") * 2)
    assert result(evaluate(full_row("a"), rules=changed))["version"] != first


def test_who_is_only_informed_has_no_scores() -> None:
    subjects = cities("a").with_columns(subject_kind=pl.lit("informed"))
    figures = frame_of(full_row("a"), Figures)
    case = EvaluationCase(select_rules("2014"), figures, empty_table(Appeals), YEAR, DAY)
    made = evaluate_subjects(subjects, case)
    assert made.scores.is_empty()
    assert (result(made)["outcome"], result(made)["rank"], result(made)["points"]) == (
        "not_scored",
        None,
        None,
    )


@pytest.mark.parametrize("required", [0.0, -2.0, 5e-324])
def test_a_rate_that_does_not_exist_is_empty(required: float) -> None:
    row = score(evaluate([figure("a", "annual", required, 4.0)]), "annual")
    assert (row["completion_ratio"], row["points"], row["is_missed"]) == (None, 25.0, False)


def test_noise_of_a_sum_costs_no_grade() -> None:
    points = (5.1, 20.3, 19.7, 14.9)
    assert sum(points) < 60.0  # by one unit of the last binary digit
    items = [rule(f"i{place}", 25.0) for place in range(len(points))]
    grades = [
        rule(name, None, kind="grade", formula="none", from_points=limit)
        for name, limit in (("pass", 60.0), ("fail", 0.0))
    ]
    figures = [award("a", f"i{place}", given) for place, given in enumerate(points)]
    assert result(evaluate(figures, rules=rules_of(*items, *grades)))["grade_name"] == "pass"


def test_appeals_alone_rank_nobody() -> None:
    items = ("annual", "cumulative", "other_parts")
    upheld = [appeal("upheld", 25.0, item_id=item) for item in items]
    found = result(evaluate(full_row("b"), "a", "b", appeals=upheld))
    assert (found["outcome"], found["rank"], found["points"]) == ("no_figures", None, None)
