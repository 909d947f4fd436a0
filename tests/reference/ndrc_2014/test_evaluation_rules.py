"""The rule packs of 2014 and of the 13th plan against the published points, shares and limits."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dafeng.cities.contracts import EvaluationSubjects
from dafeng.cities.evaluation import EvaluationCase, evaluate_subjects
from dafeng.cities.evaluation_rules import ITEM_KINDS, select_rules
from dafeng.pack import PACK_TABLES
from dafeng.table import empty_table, frame_of

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
STATED = {row["item"]: float(row["value"]) for row in ROWS}
SUBJECT = frame_of([{"subject_id": "p", "subject_kind": "city", "name_zh": "某地"}], EvaluationSubjects)


def points_of(pack: str) -> dict[str, float]:
    items = select_rules(pack).filter(pl.col("kind").is_in(ITEM_KINDS))
    return dict(items.select("item_id", "points_max").iter_rows())


def evaluated(annual: float, cumulative: float, other: float, year: int = 2015) -> dict[str, object]:
    """Evaluate 4 % required in the year and 18 % over the plan by the rules of 2014."""
    base = {"subject_id": "p", "year": year, "unit": "%", "source_id": "made", "grade": "B"}
    rows = [
        {**base, "item_id": "annual", "required_value": 4.0, "achieved_value": annual},
        {**base, "item_id": "cumulative", "required_value": 18.0, "achieved_value": cumulative},
        {**base, "item_id": "other_parts", "points": other},
    ]
    case = EvaluationCase(
        select_rules("2014"), frame_of(rows, PACK_TABLES["evaluation_figures"]),
        empty_table(PACK_TABLES["evaluation_appeals"]), year, date(year + 1, 10, 31),
    )  # fmt: skip
    return evaluate_subjects(SUBJECT, case).results.row(0, named=True)


def test_full_points_are_those_of_the_documents() -> None:
    found = points_of("2014")
    assert (found["annual"], found["cumulative"]) == (STATED["annual"], STATED["cumulative"])
    assert found["annual"] + found["cumulative"] == STATED["targets"]
    assert sum(found.values()) == STATED["total"]
    plan = points_of("plan13")
    for item in ("annual", "cumulative", "dual_control", "non_fossil"):
        assert plan[item] == STATED[f"plan13_{item}"]
    assert plan["annual"] + plan["cumulative"] == STATED["plan13_targets"]


def test_limits_of_the_grades() -> None:
    grades = select_rules("2014").filter(pl.col("kind") == "grade")
    limits = dict(grades.select("item_id", "from_points").iter_rows())
    assert {name: limits[name] for name in ("excellent", "good", "pass")} == {
        name: STATED[name] for name in ("excellent", "good", "pass")
    }


@pytest.mark.parametrize(
    ("annual", "points"), [(4.0, 25.0), (6.0, 25.0), (3.0, 18.75), (2.0, 12.5), (-1.0, 0.0)]
)
def test_points_are_the_completion_rate_times_25(annual: float, points: float) -> None:
    assert evaluated(annual, 18.0, 0.0)["points"] == STATED["cumulative"] + points


def test_progress_is_measured_against_the_part_of_the_plan_that_has_passed() -> None:
    # third of five years: 18 % x 3/5 = 10.8 % due, of which 8.1 % is three quarters
    assert evaluated(4.0, 8.1, 0.0, year=2013)["points"] == pytest.approx(25.0 + 0.75 * STATED["cumulative"])


@pytest.mark.parametrize(("annual", "cumulative"), [(3.99, 18.0), (4.0, 17.99)])
def test_either_target_missed_is_no_pass_even_above_90_points(annual: float, cumulative: float) -> None:
    found = evaluated(annual, cumulative, 50.0)
    assert found["points"] > STATED["excellent"]  # type: ignore[operator]
    assert (found["outcome"], found["grade_name"]) == ("failed", "fail")


@pytest.mark.parametrize(
    ("other", "grade"),
    [(40, "excellent"), (39.5, "good"), (30, "good"), (29.5, "pass"), (10, "pass"), (9.5, "fail")],
)
def test_grades_by_their_limits(other: float, grade: str) -> None:
    found = evaluated(4.0, 18.0, other)
    assert (found["outcome"], found["grade_name"]) == ("complete", grade)


@pytest.mark.data
def test_the_typed_values_are_those_of_the_data(data_dir: Path) -> None:
    text = (data_dir / "pathways" / "evaluation_rules.csv").read_text("utf-8")
    given = {row["rule_id"]: row for row in csv.DictReader(text.splitlines())}
    for item in ("total", "targets", "indicators"):
        rule = next(row["rule_id"] for row in ROWS if row["item"] == item)
        assert float(given[rule]["value"]) == STATED[item]
    for rule in ("EV03", "EV04"):
        assert given[rule]["value"] == "min(1, completion rate) x 25"
    assert [given[rule]["value"] for rule in ("EV06", "EV07", "EV08", "EV11", "EV14")] == [
        ">=90", "80 to <90", "60 to <80", "40", "3",
    ]  # fmt: skip
