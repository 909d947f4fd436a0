"""Which publication counts, from which day, and what is said when none does."""

from __future__ import annotations

import string
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.tracking import reason_texts
from dafeng.tracking.evidence import Evidence, Observation, gather_evidence
from dafeng.tracking.figures import read_period

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[..., dict[str, Any]]

BEFORE = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("known_on", "first"),
    [("2026-03-15", date(2026, 3, 15)), ("2026-03", date(2026, 3, 31)), ("2026", date(2026, 12, 31)),
     (None, date(2025, 12, 31)), ("2025-11", date(2025, 12, 31))],
)  # fmt: skip
def test_a_figure_counts_from_the_day_it_was_public(judge: Judge, known_on: str | None, first: date) -> None:
    seen = [{"value": 55.0, "known_on": known_on}]
    eve = judge({}, seen, day=first - timedelta(days=1))
    assert eve["observed"] is None
    later = judge({}, seen, day=max(first, date(2026, 1, 1)))
    assert (later["verdict"], later["observed"]) == ("met", 55.0)


@pytest.mark.parametrize(("value", "verdict"), [(-15.0, "on_track"), (-9.0, "off_track")])
def test_a_whole_period_told_in_advance_is_no_outcome(judge: Judge, value: float, verdict: str) -> None:
    seen = [{"period": "2021..2024", "value": value, "known_on": "2024-11"}]
    target = {"comparator": "le", "value": -14.5, "base_year": 2020}
    change = {"direction": "down", "kind": "change"}
    assert judge(target, seen, day=date(2025, 2, 1), indicator=change)["verdict"] == verdict
    assert judge(target, seen, day=date(2024, 12, 30), indicator=change)["observed"] is None


def test_a_target_counts_from_the_day_of_its_document(board: Callable[..., Any]) -> None:
    documents = [{"date": "2023-01"}]
    assert board({}, documents=documents, day=date(2023, 1, 30)).verdicts.is_empty()
    assert board({}, documents=documents, day=date(2023, 1, 31)).verdicts.height == 1


@pytest.mark.parametrize("grade", ["C", "X"])
@pytest.mark.parametrize("day", [BEFORE, date(2026, 11, 22)])
def test_weak_figures_are_shown_and_carry_nothing(judge: Judge, grade: str, day: date) -> None:
    weak = {"grade": grade, "value": 99.0, "known_on": "2025-01", "period": "2024"}
    row = judge({}, [weak, {**weak, "period": "2025"}, {**weak, "period": "2020", "value": 1.0}], day=day)
    assert row["verdict"] in {"not_yet_due", "no_published_data"}
    assert row["grade"] == grade
    assert row["observed"] == 99.0


def test_a_strong_figure_stands_against_a_weak_one(judge: Judge) -> None:
    seen = [{"value": 99.0, "grade": "C", "source_id": "a"}, {"value": 40.0, "grade": "B", "source_id": "b"}]
    row = judge({}, seen)
    assert (row["verdict"], row["grade"], row["observed"]) == ("missed", "B", 40.0)


def test_an_exact_figure_stands_before_a_bound(judge: Judge) -> None:
    seen = [{"value": 45.0, "bound": "ge", "source_id": "a"}, {"value": 49.0, "source_id": "b", "grade": "B"}]
    assert judge({}, seen)["verdict"] == "missed"


@pytest.mark.parametrize("period", ["2025-06", "2025-06 ytd", "2024..2025", "2024", "2026"])
def test_another_period_is_no_outcome_of_the_year(judge: Judge, period: str) -> None:
    row = judge({}, [{"period": period, "value": 99.0, "known_on": "2026-06"}], day=date(2027, 2, 1))
    assert row["verdict"] == "no_published_data"


def test_december_stands_for_the_year_end(judge: Judge) -> None:
    assert judge({}, [{"period": "2025-12", "value": 55.0}])["verdict"] == "met"


def test_another_province_says_nothing(judge: Judge) -> None:
    row = judge({}, [{"region": "CN-SN", "value": 99.0}])
    assert (row["verdict"], row["observed"]) == ("no_published_data", None)


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [("same", "met"), ("other_scope", "scope_not_comparable"), ("proxy", "no_published_data"),
     ("change_only", "no_published_data")],
)  # fmt: skip
def test_scopes_are_not_mixed(judge: Judge, relation: str, verdict: str) -> None:
    row = judge({}, [{"value": 99.0}], series=[{"relation": relation}])
    assert row["verdict"] == verdict
    assert row["observed"] == 99.0


def test_a_decision_may_take_a_scope_as_the_same(judge: Judge) -> None:
    series = [{"relation": "other_scope"}]
    assert judge({}, [{"value": 99.0}], series=series, same_scope={"I": "S"})["verdict"] == "met"
    assert (
        judge({}, [{"value": 99.0}], series=series, same_scope={"I": "Z"})["verdict"]
        == "scope_not_comparable"
    )


PATH = {"target_year": 2030, "value": 60.0}
BASE = {"period": "2020", "value": 40.0, "known_on": "2021-02"}


@pytest.mark.parametrize(
    ("observed", "verdict", "gap", "needed"), [(55.0, "on_track", 5.0, 1.0), (49.0, "off_track", -1.0, 2.2)]
)
def test_the_straight_line_and_what_is_left_a_year(
    judge: Judge, observed: float, verdict: str, gap: float, needed: float
) -> None:
    row = judge(PATH, [BASE, {"value": observed}])
    assert (row["verdict"], row["required"], row["baseline"]) == (verdict, 50.0, 40.0)
    assert row["gap"] == pytest.approx(gap)
    assert row["needed_per_year"] == pytest.approx(needed)


def test_a_future_target_is_never_met_already(judge: Judge) -> None:
    row = judge(PATH, [BASE, {"value": 80.0}])
    assert row["verdict"] == "on_track"
    assert row["needed_per_year"] is None


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [{"value": 55.0}],
        [BASE],
        [{**BASE, "grade": "C"}, {"value": 55.0}],
        [BASE, {"value": 55.0, "bound": "ge"}],
        [{**BASE, "series_id": "other"}],
    ],
)
def test_without_two_sound_points_there_is_no_progress(judge: Judge, seen: list[dict[str, Any]]) -> None:
    assert judge(PATH, seen)["verdict"] == "not_yet_due"


def test_a_rounded_figure_is_a_level_and_a_bound_is_none(judge: Judge) -> None:
    assert judge(PATH, [{**BASE, "bound": "about"}, {"value": 55.0}])["verdict"] == "on_track"
    assert judge(PATH, [{**BASE, "bound": "ge"}, {"value": 55.0}])["verdict"] == "not_yet_due"


def test_a_change_under_way_goes_by_its_share_of_the_years(judge: Judge) -> None:
    target = {"comparator": "change_ge", "value": 50.0, "base_year": 2020, "target_year": 2030}
    for end, verdict in ((51.0, "on_track"), (49.0, "off_track")):
        row = judge(target, [BASE, {"value": end}])
        assert (row["verdict"], row["required"]) == (verdict, 25.0)
    assert judge(target, [BASE, {"value": 49.0, "bound": "ge"}])["verdict"] == "not_yet_due"


REPLACED = [{}, {"target_id": "N", "document_id": "later", "value": 60.0}]
LINKS = [{"target_id": "N", "relation": "adjusts", "other_target_id": "T", "date": "2025-03-10"}]
LATER = [{}, {"document_id": "later", "date": "2025-03-10"}]


def test_a_replaced_target_names_the_one_in_force(judge: Judge) -> None:
    row = judge(REPLACED, [{}], target_links=LINKS, documents=LATER)
    assert (row["verdict"], row["in_force_target_id"]) == ("adjusted", "N")
    assert row["why_zh"].endswith("现行目标：目标")
    assert row["why_en"].endswith("in force: Target")
    eve = judge(REPLACED, [{}], day=date(2025, 3, 9), target_links=LINKS, documents=LATER)
    assert (eve["verdict"], eve["in_force_target_id"]) == ("not_yet_due", "T")


@pytest.mark.parametrize("relation", ["restates", "extends"])
def test_other_links_leave_it_in_force(judge: Judge, relation: str) -> None:
    links = [{**LINKS[0], "relation": relation}]
    row = judge(REPLACED, [{}], target_links=links, documents=LATER)
    assert (row["verdict"], row["in_force_target_id"]) == ("met", "T")


def test_open_questions_travel_with_their_targets(judge: Judge) -> None:
    asked = [{"question_id": "Q1", "target_ids": "X;T"}, {"question_id": "Q2", "target_ids": "T"}]
    assert judge({}, [{}], questions=asked)["question_ids"] == "Q1;Q2"


def test_every_reason_has_the_same_places_in_both_languages() -> None:
    formatter = string.Formatter()
    for code, row in reason_texts().items():
        places = [
            {name for _, name, _, _ in formatter.parse(row[lang]) if name is not None}
            for lang in ("zh", "en")
        ]
        assert places[0] == places[1], code
        assert row["zh"], code
        assert row["en"], code


def observed(basis: str, grade: str, relation: str = "same", series: str = "s") -> Observation:
    return Observation(
        series, read_period("2025"), 5.0, "eq", "1", grade, "x", relation, basis, "CN-SX", date(2026, 1, 1)
    )


def test_a_register_that_is_not_complete_hides_nothing_that_is_published() -> None:
    published, own = observed("series", "C", "other_scope"), observed("register", "C")
    assert Evidence((own, published)).newest_of_any() == published
    complete = observed("register", "B")
    assert Evidence((complete, published)).newest_of_any() == complete
    assert Evidence((own,)).newest_of_any() == own


def test_a_weak_computed_figure_takes_the_place_of_no_sound_one() -> None:
    weak, sound = observed("register", "C", series="a"), observed("formula", "B", series="b")
    nothing = pl.DataFrame(schema={"series_id": pl.String, "indicator_id": pl.String, "relation": pl.String})
    found = gather_evidence(nothing, nothing, date(2026, 6, 1), {}, [("share", weak), ("share", sound)])[
        "share", "CN-SX"
    ]
    assert found.in_year(2025) == sound
