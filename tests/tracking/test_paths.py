"""Required paths: straight, at a constant rate, by milestones; one line for verdicts and tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.tracking import check_paths
from dafeng.tracking.paths import PathRule, lay_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.tracking import Board

    Judge = Callable[..., dict[str, Any]]
    MakeBoard = Callable[..., Board]
    Tables = Callable[..., dict[str, pl.DataFrame]]

TARGET = {"target_year": 2030, "value": 60.0}
BASE = {"period": "2020", "value": 40.0, "known_on": "2021-02"}
STOPS = [{"year": 2023, "value": 50.0}, {"year": 2027, "value": 56.0}]
LATER = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("year", "linear", "compound", "stepped"),
    [
        (2019, None, None, None),
        (2020, 40.0, 40.0, 40.0),
        (2023, 46.0, 45.1739, 50.0),
        (2025, 50.0, 48.9898, 53.0),
        (2027, 54.0, 53.1280, 56.0),
        (2030, 60.0, 60.0, 60.0),
        (2035, 60.0, 60.0, 60.0),
    ],
)
def test_the_three_shapes(
    year: int, linear: float | None, compound: float | None, stepped: float | None
) -> None:
    stops = tuple((stop["year"], stop["value"]) for stop in STOPS)
    rules = PathRule(), PathRule("compound"), PathRule("milestones", None, stops)  # type: ignore[arg-type]
    for rule, expected in zip(rules, (linear, compound, stepped), strict=True):
        path = lay_path(rule, (2020, 40.0), (2030, 60.0))
        assert path is not None
        assert path.at(year) == (None if expected is None else pytest.approx(expected, abs=1e-4))


def test_a_cumulative_change_compounds_by_its_yearly_rate() -> None:
    path = lay_path(PathRule("compound"), (2020, 0.0), (2025, -14.5), 100.0)
    assert path is not None
    yearly = (1 - 0.145) ** 0.2
    assert path.at(2023) == pytest.approx((yearly**3 - 1) * 100, abs=1e-12)


def test_a_path_without_two_points_or_without_a_rate_is_none() -> None:
    assert lay_path(PathRule(), None, (2030, 60.0)) is None
    assert lay_path(PathRule(), (2030, 40.0), (2030, 60.0)) is None
    assert lay_path(PathRule("compound"), (2020, 40.0), (2030, 0.0)) is None
    only = lay_path(PathRule("milestones", None, ((2025, 12.0),)), None, (2030, 18.0))
    assert only is not None
    assert (only.at(2024), only.at(2025), only.at(2026)) == (None, 12.0, 13.2)


@pytest.mark.parametrize(
    ("observed", "shape", "verdict", "required"),
    [
        (52.0, "linear", "on_track", 50.0),
        (52.0, "milestones", "off_track", 53.0),
        (49.5, "linear", "off_track", 50.0),
        (49.5, "compound", "on_track", 48.98979486),
    ],
)
def test_the_verdict_goes_by_the_path_of_the_target(
    judge: Judge, observed: float, shape: str, verdict: str, required: float
) -> None:
    stops = STOPS if shape == "milestones" else []
    row = judge(TARGET, [BASE, {"value": observed}], shapes=[{"shape": shape}], stops=stops)
    assert (row["verdict"], row["required"]) == (verdict, required)
    words = {"linear": "straight line", "milestones": "milestones", "compound": "constant rate"}
    assert words[shape] in row["why_en"]


def test_the_table_and_the_verdict_show_the_same_line(board: MakeBoard) -> None:
    made = board(TARGET, [BASE, {"value": 52.0}], shapes=[{}], stops=STOPS)
    paths = made.paths.filter(pl.col("year") == 2025)
    assert paths["required"].item() == made.verdicts["required"].item() == 53.0
    assert made.paths["year"].to_list() == list(range(2020, 2031))
    assert made.paths.filter("is_milestone")["year"].to_list() == [2023, 2027]
    assert made.paths["base"].unique().to_list() == [40.0]


def test_a_milestone_counts_from_the_day_of_its_document(board: MakeBoard) -> None:
    later = {**STOPS[1], "known_on": "2025-03"}
    for day, required in ((date(2025, 3, 30), 50 + 10 / 7), (date(2025, 3, 31), 51.5)):
        made = board(TARGET, [BASE], day, shapes=[{}], stops=[STOPS[0], later])
        found = made.paths.filter(pl.col("year") == 2024)["required"].item()
        assert found == pytest.approx(required)


def test_the_path_may_begin_in_another_year_than_the_pack_says(judge: Judge) -> None:
    seen = [BASE, {"period": "2022", "value": 44.0, "known_on": "2023-02"}, {"value": 50.0}]
    row = judge(TARGET, seen, shapes=[{"shape": "linear", "base_year": 2022}])
    assert (row["baseline_period"], row["required"]) == ("2022", 50.0)


def test_milestones_alone_judge_where_the_base_is_not_published(judge: Judge) -> None:
    assert judge(TARGET, [{"value": 52.0}])["verdict"] == "not_yet_due"
    row = judge(TARGET, [{"value": 52.0}], shapes=[{}], stops=STOPS)
    assert (row["verdict"], row["required"], row["baseline"]) == ("off_track", 53.0, None)


def test_changes_have_a_path_from_nothing(board: MakeBoard) -> None:
    target = {"comparator": "change_ge", "value": 50.0, "base_year": 2020, "target_year": 2030}
    made = board(target, [BASE, {"value": 52.0}])
    assert made.paths.filter(pl.col("year") == 2025)["required"].item() == 25.0
    assert made.paths["unit"].unique().to_list() == ["%"]


@pytest.mark.parametrize(
    "target",
    [
        {**TARGET, "comparator": "rising"},
        {**TARGET, "kind": "parameter"},
        {**TARGET, "target_year": None, "timing": "undated"},
        {**TARGET, "value": None, "comparator": "capped"},
    ],
)
def test_what_has_no_number_or_year_has_no_path(board: MakeBoard, target: dict[str, Any]) -> None:
    assert board(target, [BASE, {}]).paths.is_empty()


@pytest.mark.parametrize(
    ("shapes", "stops", "target", "code", "column"),
    [
        ([{}], [], {}, "path_without_milestones", "shape"),
        ([{"shape": "compound"}], [], {"value": 0.0}, "path_no_rate", "shape"),
        ([{"shape": "linear"}], [STOPS[0]], {}, "milestone_unused", "target_id"),
        ([], [STOPS[0]], {}, "milestone_unused", "target_id"),
        ([{}], [{"year": 2030}], {}, "milestone_outside", "year"),
        ([{}], [{"year": 2020}], {"base_year": 2020}, "milestone_outside", "year"),
        ([{}], [{"unit": "pp"}], {}, "unit_wrong", "unit"),
    ],
)
def test_what_is_wrong_with_a_path_is_told_by_row(
    tables: Tables, shapes: list[Any], stops: list[Any], target: dict[str, Any], code: str, column: str
) -> None:
    made = tables({**TARGET, **target}, shapes=shapes, stops=stops)
    rows = {name: pl.Series([7] * made[name].height, dtype=pl.Int64) for name in made}
    (finding,) = check_paths(made, rows)
    assert (finding.code, finding.place.row, finding.place.column) == (code, 7, column)
    assert finding.text("zh")
    assert finding.text("en")
