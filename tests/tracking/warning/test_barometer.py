"""The official level: thresholds, dates, what it covers, why it cannot be given."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng import terms
from dafeng.tracking.warning import barometer_rules
from dafeng.tracking.warning.barometer import Schedule, indicator_roles, read_level

from .conftest import years

if TYPE_CHECKING:
    from collections.abc import Callable

    Warn = Callable[..., dict[str, Any]]

DAY = date(2024, 12, 31)
CUMULATIVE = {
    "indicator_id": "energy_intensity_change", "unit": "%", "kind": "change", "direction": "down",
    "name_zh": "能耗强度", "name_en": "Energy intensity",
}  # fmt: skip
LINK = {"indicator_id": "energy_intensity_change"}
INTENSITY = {
    "indicator_id": "energy_intensity_change", "comparator": "le", "value": -14.5, "base_year": 2020,
    "target_year": 2025,
}  # fmt: skip


BOUND = years(45, first=2023, bound="ge")


def fall(value: float, span: str = "2021..2023") -> list[dict[str, Any]]:
    return [{"period": span, "value": value, "known_on": "2024-10-16"}]


@pytest.mark.parametrize(
    ("achieved", "level", "behind"),
    [(-8.7, "green", 0.0), (-8.69, "amber", 0.01 / 14.5), (-7.25, "amber", 0.1), (-7.24, "red", 1.46 / 14.5)],
)
def test_energy_intensity_is_read_against_its_share_of_the_five_years(
    warn: Warn, achieved: float, level: str, behind: float
) -> None:
    row = warn(INTENSITY, fall(achieved), indicator=CUMULATIVE, series=[LINK])
    assert (row["level"], row["is_official"], row["rule_id"]) == (level, True, "dual_control_2020")
    assert row["behind_share"] == pytest.approx(behind, abs=1e-9)
    assert row["required"] == pytest.approx(-8.7)


def test_a_change_since_another_year_says_nothing(warn: Warn) -> None:
    row = warn(INTENSITY, fall(-12.0, "2019..2023"), indicator=CUMULATIVE, series=[LINK])
    assert (row["level"], row["level_reason"]) == ("cannot_judge", "no_figure")


def test_the_other_reading_of_the_threshold_is_shown(warn: Warn) -> None:
    row = warn(INTENSITY, fall(-7.5), indicator=CUMULATIVE, series=[LINK])
    assert (row["level"], row["level_to_date"]) == ("amber", "red")
    assert row["behind_to_date_share"] == pytest.approx(1.2 / 8.7)
    assert "13.8%" in row["why_en"]


def test_only_energy_intensity_and_total_of_a_province_are_official(warn: Warn) -> None:
    city = {**INTENSITY, "region": "140100"}
    seen = [{**fall(-9.0)[0], "region": "140100"}]
    assert not warn(city, seen, indicator=CUMULATIVE, series=[LINK])["is_official"]
    assert not warn({"target_year": 2025}, years(40, 42, 44, 46))["is_official"]
    roles = indicator_roles()
    assert {row["quantity"] for row in roles.values()} == {"intensity", "total", ""}
    assert all(row["identity"] in terms.codes("identity") for row in roles.values())


def test_no_level_before_the_rule_and_none_on_the_last_day_before_it_is_sure() -> None:
    schedule = Schedule(0, 10, 5, 5)
    for day, level in ((date(2020, 12, 30), "cannot_judge"), (date(2020, 12, 31), "green")):
        assert read_level(schedule, "", "total", day, provincial=True).level == level
    early = read_level(schedule, "", "total", date(2015, 6, 1), provincial=True)
    assert (early.reason, early.rule_id) == ("no_rule", None)


def test_the_rule_names_its_document_and_leaves_no_gap() -> None:
    rules = barometer_rules()
    assert rules["document_number"].unique().to_list() == ["发改办环资〔2020〕901号"]
    assert rules["grade"].unique().to_list() == ["B"]
    for _, part in rules.group_by("rule_id", "quantity"):
        edges = sorted(x for x in part["behind_above"].to_list() if x is not None)
        assert edges == sorted(x for x in part["behind_most"].to_list() if x is not None) == [0.0, 0.1]
        assert part["level"].sort().to_list() == ["amber", "green", "red"]


@pytest.mark.parametrize(
    ("target", "seen", "reason"),
    [
        ({"value": 60.0, "target_year": 2030}, [], "no_figure"),
        ({"value": 60.0, "target_year": 2030}, years(50, first=2023), "no_baseline"),
        ({"value": 60.0, "target_year": 2030}, years(40, 41, 42, 43, grade="C"), "no_figure"),
        ({"value": 40.0, "target_year": 2030}, years(40, 39, 38), "no_change"),
        ({"value": 60.0, "target_year": 2023}, years(40, 41, 42), "outcome_missing"),
        ({"value": 60.0, "target_year": None, "timing": "undated"}, years(40, 41), "no_year"),
        ({"value": None, "kind": "directional", "comparator": "capped"}, years(40, 41), "no_number"),
        ({"value": None, "kind": "directional", "comparator": "falling"}, years(40, 41), "no_path"),
        ({"value": None, "comparator": "peak_by", "target_year": 2030}, years(40, 41), "no_path"),
        ({"value": 5.0, "kind": "parameter", "comparator": "none"}, years(40, 41), "nothing_to_judge"),
        ({"value": 60.0, "target_year": 2030}, [*years(40), *BOUND], "only_bound"),
    ],
)  # fmt: skip
def test_every_reason_why_it_cannot_be_judged(
    warn: Warn, target: dict[str, Any], seen: list[dict[str, Any]], reason: str
) -> None:
    row = warn(target, seen)
    assert (row["level"], row["level_reason"]) == ("cannot_judge", reason)
    assert row["behind_share"] is None
    assert row["why_zh"].endswith("。")


def test_a_goal_that_is_reached_is_on_schedule_whatever_the_path(warn: Warn) -> None:
    row = warn({"value": 60.0, "target_year": 2030}, years(61, first=2023))
    assert (row["level"], row["level_reason"], row["behind_share"]) == ("green", "goal_reached", None)


def test_a_ceiling_above_the_base_is_spent_year_by_year(warn: Warn) -> None:
    cap = {"comparator": "le", "value": 110.0, "target_year": 2025, "unit": "10^4 tce"}
    total = {"direction": "cap", "kind": "flow", "unit": "10^4 tce"}
    seen = years(100, 103, 105, 108, unit="10^4 tce")
    row = warn(cap, seen, indicator=total)
    assert (row["level"], row["behind_share"]) == ("red", pytest.approx(0.2))
    assert warn(cap, seen[:3], indicator=total)["behind_share"] == pytest.approx(0.1)
    assert (
        warn(cap, years(108, first=2023, unit="10^4 tce"), indicator=total)["level_reason"] == "no_baseline"
    )


def test_a_goal_just_missed_is_not_green(warn: Warn) -> None:
    target = {"comparator": "gt", "value": 50.0, "target_year": 2023}
    row = warn(target, years(40, 43, 47, 50))
    assert (row["behind_share"], row["level"], row["p_met"]) == (0.0, "amber", 0.0)


def test_a_change_is_measured_within_its_own_series(warn: Warn) -> None:
    target = {"comparator": "change_ge", "value": 50.0, "base_year": 2020, "target_year": 2025}
    row = warn(target, years(80, 90, 100, 104))
    assert row["required"] == pytest.approx(80 * 1.3)
    assert row["level"] == "green"
    assert warn(target, years(80, 90, 100, 99.9))["level"] == "red"


def test_a_target_that_gets_its_number_elsewhere_is_read_by_it(warn: Warn) -> None:
    own = {**INTENSITY, "comparator": "assigned", "kind": "assigned", "value": None, "target_id": "T"}
    giver = {**INTENSITY, "target_id": "G", "name_zh": "给数", "name_en": "Giver"}
    link = {"target_id": "G", "relation": "assigns", "other_target_id": "T", "date": "2022-12"}
    row = warn([own, giver], fall(-8.0), indicator=CUMULATIVE, series=[LINK], target_links=[link])
    assert (row["target_id"], row["level"], row["required"]) == ("T", "amber", pytest.approx(-8.7))
    early = {**link, "date": "2025-06"}
    row = warn([own, giver], fall(-8.0), indicator=CUMULATIVE, series=[LINK], target_links=[early])
    assert row["level_reason"] == "no_number"


def test_nothing_of_a_later_day_counts(warn: Warn) -> None:
    seen = years(40, 41, 42, 43)
    late = [*seen[:3], {**seen[3], "known_on": "2025-03"}]
    assert warn({"value": 60.0, "target_year": 2030}, late)["period"] == "2022"
    assert warn({"value": 60.0, "target_year": 2030}, seen)["period"] == "2023"


def test_the_closed_sets_are_those_of_the_vocabularies() -> None:
    assert set(barometer_rules()["level"]) < set(terms.codes("warning_level"))
    assert terms.codes("hint_level") == terms.codes("warning_level")
    assert isinstance(barometer_rules(), pl.DataFrame)
