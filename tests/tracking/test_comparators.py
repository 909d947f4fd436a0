"""Made-up cases for every comparator: what is asked, what was published, which verdict follows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.tracking import Board

    Judge = Callable[..., dict[str, Any]]
    MakeBoard = Callable[..., Board]

MET, MISSED, OPEN = "met", "missed", "no_published_data"


@pytest.mark.parametrize(
    ("comparator", "value", "direction", "observed", "verdict", "gap"),
    [
        ("ge", 50, "up", 50, MET, 0),
        ("ge", 50, "up", 55.1, MET, 5.1),
        ("ge", 50, "up", 49.9, MISSED, -0.1),
        ("gt", 30, "up", 30, MISSED, 0),
        ("gt", 30, "up", 30.1, MET, 0.1),
        ("le", 100, "down", 100, MET, 0),
        ("le", 100, "down", 90, MET, 10),
        ("le", 100, "down", 101, MISSED, -1),
        ("lt", 300, "down", 300, MISSED, 0),
        ("lt", 300, "down", 299, MET, 1),
        ("eq", 0, "down", 0, MET, 0),
        ("eq", 0, "down", 3, MISSED, -3),
        ("eq", 0, "cap", -3, MET, 3),
        ("eq", 100, "up", 100, MET, 0),
        ("eq", 100, "up", 99, MISSED, -1),
        ("eq", 10, "up", 11, MET, 1),
        ("eq", 10, "none", 11, MISSED, 1),
    ],
)
def test_a_due_number(
    judge: Judge, comparator: str, value: float, direction: str, observed: float, verdict: str, gap: float
) -> None:
    row = judge(
        {"comparator": comparator, "value": value}, [{"value": observed}], indicator={"direction": direction}
    )
    assert row["verdict"] == verdict
    assert row["gap"] == pytest.approx(gap)
    assert row["required"] == value
    assert row["observed"] == observed


@pytest.mark.parametrize(
    ("observed", "verdict"), [(4.9, MISSED), (5, MET), (7, MET), (10, MET), (10.1, MISSED)]
)
def test_a_range_includes_both_ends(judge: Judge, observed: float, verdict: str) -> None:
    target = {"comparator": "range", "value": None, "lower": 5.0, "upper": 10.0}
    assert judge(target, [{"value": observed}])["verdict"] == verdict


@pytest.mark.parametrize(
    ("direction", "observed", "expected"),
    [
        ("up", 7880.8, {0.0: MISSED, 0.01: MISSED, 0.02: MET, 0.05: MET}),
        ("up", 8000, MET),
        ("up", 9999, MET),
        ("up", 7000, MISSED),
        ("down", 8100, {0.0: MISSED, 0.01: MISSED, 0.02: MET, 0.05: MET}),
        ("down", 7000, MET),
        ("down", 9000, MISSED),
        ("none", 7880.8, {0.0: MISSED, 0.01: MISSED, 0.02: MET, 0.05: MET}),
        ("none", 8100, {0.0: MISSED, 0.01: MISSED, 0.02: MET, 0.05: MET}),
        ("none", 9000, MISSED),
    ],
)
def test_about_under_every_reading(
    board: MakeBoard, direction: str, observed: float, expected: str | dict[float, str]
) -> None:
    target = {"comparator": "about", "value": 8000.0}
    made = board(target, [{"value": observed}], indicator={"direction": direction})
    verdict = made.verdicts["verdict"].item()
    if isinstance(expected, str):
        assert verdict == expected
        assert made.variants.is_empty()
    else:
        assert verdict == "needs_decision"
        found = dict(made.variants.select("reading", "verdict").iter_rows())
        assert found == {f"about.relative_tolerance={t:g}": v for t, v in expected.items()}


@pytest.mark.parametrize(("tolerance", "verdict"), [(0.0, MISSED), (0.01, MISSED), (0.015, MET), (0.02, MET)])
def test_about_with_a_decided_tolerance(judge: Judge, tolerance: float, verdict: str) -> None:
    target = {"comparator": "about", "value": 8000.0}
    assert judge(target, [{"value": 7880.8}], readings={"about_tolerance": tolerance})["verdict"] == verdict


def test_about_without_any_reading_is_read_to_the_letter(judge: Judge) -> None:
    target = {"comparator": "about", "value": 8000.0}
    assert judge(target, [{"value": 7880.8}], readings={"about_readings": ()})["verdict"] == MISSED


CHANGE = {"comparator": "change_ge", "value": 50.0, "base_year": 2020}
START = {"period": "2020", "value": 200.0, "known_on": "2021-02"}


@pytest.mark.parametrize(
    ("comparator", "value", "observed", "verdict", "gap"),
    [
        ("change_ge", 50.0, 300.0, MET, 0.0),
        ("change_ge", 50.0, 310.0, MET, 5.0),
        ("change_ge", 50.0, 290.0, MISSED, -5.0),
        ("points_ge", 2.5, 202.5, MET, 0.0),
        ("points_ge", 2.5, 202.0, MISSED, -0.5),
        ("change_about", 50.0, 299.0, "needs_decision", -0.5),
        ("change_about", 50.0, 320.0, MET, 10.0),
        ("change_about", 50.0, 200.0, MISSED, -50.0),
    ],
)
def test_a_change_is_formed_against_the_base_year(
    judge: Judge, comparator: str, value: float, observed: float, verdict: str, gap: float
) -> None:
    row = judge({**CHANGE, "comparator": comparator, "value": value}, [START, {"value": observed}])
    assert row["verdict"] == verdict
    assert row["gap"] == pytest.approx(gap, abs=1e-9)
    assert (row["baseline_period"], row["baseline"]) == ("2020", 200.0)


@pytest.mark.parametrize(("observed", "verdict"), [(180.0, MET), (181.0, "needs_decision"), (190.0, MISSED)])
def test_a_wanted_fall_is_a_negative_change(judge: Judge, observed: float, verdict: str) -> None:
    target = {**CHANGE, "comparator": "change_about", "value": -9.9}
    row = judge(target, [START, {"value": observed}], indicator={"direction": "down"})
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    "start",
    [
        {**START, "value": 0.0},
        {**START, "value": -1.0},
        {**START, "series_id": "other"},
        {**START, "period": "2019"},
        {**START, "grade": "C"},
        {**START, "bound": "ge"},
    ],
)
def test_a_change_without_a_sound_start_is_open(judge: Judge, start: dict[str, Any]) -> None:
    row = judge(CHANGE, [start, {"value": 900.0}], series=[{}, {"series_id": "other"}])
    assert row["verdict"] == OPEN
    assert row["gap"] is None or abs(row["gap"]) < 1e6


@pytest.mark.parametrize(
    ("bound", "value", "verdict"),
    [("ge", 300.0, MET), ("ge", 250.0, OPEN), ("le", 250.0, MISSED), ("le", 350.0, OPEN)],
)
def test_a_change_to_a_bound(judge: Judge, bound: str, value: float, verdict: str) -> None:
    row = judge(CHANGE, [START, {"value": value, "bound": bound}])
    assert row["verdict"] == verdict
    assert abs(row["gap"]) < 100


@pytest.mark.parametrize(
    ("comparator", "value", "direction", "bound", "observed", "verdict"),
    [
        ("ge", 95, "up", "ge", 95, MET),
        ("ge", 95, "up", "ge", 96, MET),
        ("ge", 95, "up", "ge", 90, OPEN),
        ("ge", 95, "up", "gt", 95, MET),
        ("ge", 95, "up", "le", 95, OPEN),
        ("ge", 95, "up", "lt", 95, MISSED),
        ("ge", 95, "up", "le", 94, MISSED),
        ("gt", 30, "up", "gt", 30, MET),
        ("gt", 30, "up", "ge", 30, OPEN),
        ("gt", 30, "up", "le", 30, MISSED),
        ("le", 820, "down", "le", 820, MET),
        ("le", 820, "down", "le", 830, OPEN),
        ("le", 820, "down", "gt", 820, MISSED),
        ("lt", 300, "down", "lt", 300, MET),
        ("lt", 300, "down", "ge", 300, MISSED),
        ("lt", 300, "down", "le", 300, OPEN),
        ("eq", 0, "down", "le", 0, MET),
        ("eq", 0, "down", "gt", 0, MISSED),
        ("eq", 10, "up", "ge", 10, MET),
        ("ge", 95, "up", "about", 95, MET),
    ],
)
def test_a_published_bound_settles_the_target_or_leaves_it_open(
    judge: Judge, comparator: str, value: float, direction: str, bound: str, observed: float, verdict: str
) -> None:
    row = judge(
        {"comparator": comparator, "value": value},
        [{"value": observed, "bound": bound}],
        indicator={"direction": direction},
    )
    assert row["verdict"] == verdict
    assert row["bound"] == bound


@pytest.mark.parametrize(
    ("comparator", "values", "verdict"),
    [
        ("falling", [10, 9, 8], MET),
        ("falling", [10, 10, 8], MISSED),
        ("falling", [10, 9, 9.5], MISSED),
        ("rising", [1, 2, 3], MET),
        ("rising", [1, 2, 1], MISSED),
        ("falling", [10], OPEN),
    ],
)
def test_a_trend_that_is_over(judge: Judge, comparator: str, values: list[float], verdict: str) -> None:
    seen = [
        {"period": str(2025 - len(values) + 1 + n), "value": v, "known_on": "2026"}
        for n, v in enumerate(values)
    ]
    target = {"kind": "directional", "comparator": comparator, "value": None, "base_year": 2020}
    assert judge(target, seen, day=date(2027, 1, 1))["verdict"] == verdict


FALLING = {
    "kind": "directional",
    "comparator": "falling",
    "value": None,
    "base_year": 2020,
    "target_year": 2025,
}


def test_a_trend_takes_one_figure_a_year_of_one_series_and_none_after_its_end(judge: Judge) -> None:
    seen = [
        *({"period": str(2020 + n), "value": 10.0 - n, "known_on": "2026"} for n in range(6)),
        {"period": "2023", "value": 7.0, "source_id": "other copy", "known_on": "2026"},
        {"period": "2023-12", "value": 7.0, "known_on": "2026"},
        {"period": "2024", "value": 6.0, "series_id": "wide", "known_on": "2026"},
        {"period": "2026", "value": 50.0, "known_on": "2027"},
    ]
    row = judge(FALLING, seen, day=date(2028, 1, 1), series=[{}, {"series_id": "wide"}])
    assert row["verdict"] == MET
    assert (row["baseline_period"], row["period"]) == ("2020", "2025")


def test_a_trend_with_a_gap_or_with_figures_that_disagree_decides_nothing(judge: Judge) -> None:
    falling = [{"period": str(2020 + n), "value": 10.0 - n} for n in range(6)]
    assert judge(FALLING, falling)["verdict"] == MET
    assert judge(FALLING, [falling[0], falling[5]])["verdict"] == "no_published_data"
    other = {"period": "2023-12", "value": 99.0, "source_id": "other"}
    assert judge(FALLING, [*falling, other])["verdict"] == "no_published_data"


@pytest.mark.parametrize(("last", "verdict"), [(8.0, "on_track"), (9.5, "off_track")])
def test_a_trend_under_way(judge: Judge, last: float, verdict: str) -> None:
    seen = [{"period": str(2020 + n), "value": v} for n, v in enumerate([10.0, 9.0, last])]
    assert judge({**FALLING, "target_year": 2030}, seen)["verdict"] == verdict


def test_a_trend_that_has_not_begun(judge: Judge) -> None:
    row = judge({**FALLING, "base_year": 2025, "target_year": 2030}, [{"period": "2025"}])
    assert row["verdict"] == "not_yet_due"
    assert "2026" in row["why_zh"]


@pytest.mark.parametrize(
    ("comparator", "seen", "verdict"),
    [
        ("capped", [{}], "needs_decision"),
        ("capped", [], "no_indicator"),
        ("capped", [{"grade": "C"}], "no_indicator"),
        ("in_place", [{}], "no_indicator"),
        ("at_level", [{}], "no_indicator"),
    ],
)
def test_without_a_number(judge: Judge, comparator: str, seen: list[dict[str, Any]], verdict: str) -> None:
    row = judge({"kind": "directional", "comparator": comparator, "value": None}, seen)
    assert row["verdict"] == verdict


@pytest.mark.parametrize(("day", "verdict"), [(date(2030, 12, 31), "not_yet_due"), (date(2031, 1, 1), OPEN)])
def test_a_peak_is_never_judged_from_levels(judge: Judge, day: date, verdict: str) -> None:
    target = {"comparator": "peak_by", "value": None, "target_year": 2030}
    assert judge(target, [{"period": "2025"}], day=day)["verdict"] == verdict


ASSIGNED = {"kind": "assigned", "comparator": "assigned", "value": None, "base_year": 2020}
FALL = {"indicator": {"direction": "down", "kind": "change"}}


@pytest.mark.parametrize(
    ("seen", "decided", "verdict"),
    [
        ([], {}, "awaiting_state"),
        ([{"period": "2021..2023", "value": -10.9}], {"T": -14.5}, "awaiting_state"),
        ([{"period": "2021..2025", "value": -15.0}], {}, "awaiting_state"),
        ([{"period": "2021..2025", "value": -15.0}], {"T": -14.5}, MET),
        ([{"period": "2021..2025", "value": -14.0}], {"T": -14.5}, MISSED),
        ([{"period": "2021..2025", "value": -14.0, "bound": "le"}], {"T": -14.5}, OPEN),
        ([{"period": "2021..2025", "value": -15.0, "grade": "C"}], {"T": -14.5}, "awaiting_state"),
    ],
)
def test_what_the_state_assigns_is_the_state_s_to_confirm(
    judge: Judge, seen: list[dict[str, Any]], decided: dict[str, float], verdict: str
) -> None:
    assert judge(ASSIGNED, seen, readings={"target_value": decided}, **FALL)["verdict"] == verdict


def test_an_assigned_target_under_way_says_what_is_known(judge: Judge) -> None:
    early = [{"period": "2021..2023", "value": -10.9, "known_on": "2024-02"}]
    row = judge(ASSIGNED, early, day=date(2025, 1, 1), **FALL)
    assert row["verdict"] == "not_yet_due"
    assert row["observed"] == -10.9
    assert "no published figure" not in row["why_en"]


def test_an_assigned_number_comes_by_its_link_and_not_before_its_day(judge: Judge) -> None:
    seen = [{"period": "2021..2025", "value": -15.0, "known_on": "2026-01"}]
    giver = {
        "target_id": "G", "document_id": "later", "comparator": "le", "value": -14.5, "base_year": 2020,
    }  # fmt: skip
    links = [{"target_id": "G", "relation": "assigns", "other_target_id": "T", "date": "2026-06-01"}]
    documents = [{}, {"document_id": "later", "date": "2026-06-01"}]
    for day, verdict in ((date(2026, 5, 31), "awaiting_state"), (date(2026, 6, 1), MET)):
        row = judge([ASSIGNED, giver], seen, day=day, target_links=links, documents=documents, **FALL)
        assert row["verdict"] == verdict


@pytest.mark.parametrize("timing", ["undated", "ambiguous"])
def test_an_assigned_target_without_a_year_names_none(judge: Judge, timing: str) -> None:
    row = judge({**ASSIGNED, "timing": timing, "target_year": None}, [], **FALL)
    assert row["verdict"] == "needs_decision"
    assert "None" not in row["why_zh"] + row["why_en"]


@pytest.mark.parametrize(
    ("timing", "seen", "decided", "verdict"),
    [
        ("undated", [], {}, "needs_decision"),
        ("undated", [{}], {}, "needs_decision"),
        ("ambiguous", [{}], {}, "needs_decision"),
        ("undated", [{}], {"T": 2025}, MET),
        ("ambiguous", [{}], {"T": 2025}, MET),
        ("undated", [{}], {"T": 2024}, OPEN),
        ("standing", [{}], {}, MET),
        ("standing", [{"period": "2024"}], {}, OPEN),
    ],
)
def test_timing(
    judge: Judge, timing: str, seen: list[dict[str, Any]], decided: dict[str, int], verdict: str
) -> None:
    target = {"timing": timing, "target_year": 2025 if timing == "ambiguous" else None}
    assert judge(target, seen, readings={"target_year": decided})["verdict"] == verdict


def test_a_parameter_is_nothing_to_judge(judge: Judge) -> None:
    assert judge({"kind": "parameter", "comparator": "none"}, [{}])["verdict"] == "no_indicator"


YEARLY = {"indicator": {"direction": "down", "kind": "change"}}


@pytest.mark.parametrize(
    ("period", "value", "bound", "day", "verdict"),
    [
        ("2021..2025", -14.5, "eq", date(2026, 11, 22), MET),
        ("2021..2025", -14.0, "eq", date(2026, 11, 22), MISSED),
        ("2021..2024", -14.5, "eq", date(2026, 11, 22), OPEN),
        ("2022..2025", -14.5, "eq", date(2026, 11, 22), OPEN),
        ("2021..2023", -10.0, "eq", date(2025, 1, 1), "on_track"),
        ("2021..2023", -5.0, "eq", date(2025, 1, 1), "off_track"),
        ("2021..2023", -5.0, "le", date(2025, 1, 1), "not_yet_due"),
    ],
)
def test_a_cumulative_change_covers_the_whole_period_or_goes_by_its_share(
    judge: Judge, period: str, value: float, bound: str, day: date, verdict: str
) -> None:
    seen = [{"period": period, "value": value, "bound": bound, "known_on": "2024-02"}]
    target = {"comparator": "le", "value": -14.5, "base_year": 2020}
    assert judge(target, seen, day=day, **YEARLY)["verdict"] == verdict


def test_numbers_in_different_units_are_never_compared(judge: Judge) -> None:
    with pytest.raises(InputRefused) as caught:
        judge({}, [{"value": 0.8, "unit": "10^8 kW"}])
    assert caught.value.findings[0].code == "unit_wrong"
    assert judge({}, [{"value": 0.8, "unit": "10^8 kW"}], series=[{"relation": "proxy"}])["verdict"] == OPEN
