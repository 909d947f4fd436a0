"""What a warning rests on: only what was known on its day, in the unit of the figures, of one series."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.tracking import list_values
from dafeng.tracking.warning import WarningInputs

from ..conftest import make
from .conftest import years

if TYPE_CHECKING:
    from collections.abc import Callable

    Warn = Callable[..., dict[str, Any]]

DAY = date(2024, 12, 31)
SHAPE = [{"target_id": "T", "shape": "milestones"}]
STOP = {"target_id": "T", "year": 2022, "value": 45.0}


def with_values(target: Any, seen: list[dict[str, Any]], **other: Any) -> WarningInputs:
    """Return the values of the indicators as known on the day."""
    return WarningInputs(values=list_values(make(target, seen, **other), DAY))


def test_a_milestone_of_a_document_that_came_later_was_not_missed_yet(warn: Warn) -> None:
    target, seen = {"value": 60.0, "target_year": 2026}, years(40, 41, 42, 43)
    for day, missed in (("2024-11", 2022), ("2025-03", None)):
        documents = [{}, {"document_id": "report", "date": day}]
        stops = [{**STOP, "document_id": "report"}]
        row = warn(target, seen, DAY, documents=documents, stops=stops, shapes=SHAPE)
        assert row["missed_milestone_year"] == missed


def test_the_number_of_a_target_is_not_taken_from_a_document_that_came_later(warn: Warn) -> None:
    own = {"comparator": "ge", "value": None, "target_year": 2030}
    giver = {"target_id": "G", "document_id": "report", "value": 60.0, "target_year": 2030}
    link = [{"target_id": "G", "relation": "assigns", "other_target_id": "T", "date": None}]
    for day, level in (("2024-11", "red"), ("2025-03", "cannot_judge")):
        documents = [{}, {"document_id": "report", "date": day}]
        row = warn([own, giver], years(40, 40.5, 41, 41.5), DAY, documents=documents, target_links=link)
        assert (row["target_id"], row["level"]) == ("T", level)


def test_a_growth_of_half_is_told_in_the_unit_of_the_figures(warn: Warn) -> None:
    target = {"comparator": "change_ge", "value": 50.0, "unit": "%", "base_year": 2019, "target_year": 2025}
    stock = {"unit": "10^4 m2", "kind": "stock"}
    seen = years(50, 55, 57, 64, 66, first=2019, unit="10^4 m2")
    series = [{"unit": "10^4 m2", "kind": "stock"}]
    row = warn(target, seen, DAY, indicator=stock, series_rows=series)
    assert (row["unit"], row["observed"], row["required"]) == (
        "10^4 m2",
        66.0,
        pytest.approx(50 * 4 / 6 * 0.5 + 50),
    )
    hundred = [{**each, "value": 100 * each["value"]} for each in seen]
    more = warn(target, hundred, DAY, indicator=stock, series_rows=series)
    assert row["p_met"] == more["p_met"]  # a stock is no share: a factor changes nothing


def test_a_milestone_of_a_change_is_compared_as_a_level(warn: Warn) -> None:
    target = {"comparator": "change_ge", "value": 50.0, "base_year": 2020, "target_year": 2026}
    for number, missed in ((4.0, None), (6.0, (2022, pytest.approx(42.4)))):
        stops = [{**STOP, "value": number}]
        row = warn(target, years(40, 41, 42, 43), DAY, stops=stops, shapes=SHAPE)
        found = row["missed_milestone_year"] and (row["missed_milestone_year"], row["missed_milestone"])
        assert found == missed


def test_a_bound_of_the_base_year_gives_a_change_no_chance(warn: Warn) -> None:
    target = {"comparator": "points_ge", "value": 10.0, "base_year": 2020, "target_year": 2026}
    seen = years(40, 41, 42.5, 43)
    assert warn(target, seen, DAY)["p_basis"] == "trend"
    seen[0]["bound"] = "ge"
    assert warn(target, seen, DAY)["p_basis"] == "none"


def test_a_change_is_formed_within_one_series(warn: Warn) -> None:
    """A longer rounded series reaches as far, but the base is that of the exact one."""
    target = {"comparator": "points_ge", "value": 10.0, "base_year": 2020, "target_year": 2026}
    exact, longer = (
        years(40, 41, 42.5, 43),
        years(20, 21, 22, 22.5, 23, 24, first=2018, series_id="L", bound="about"),
    )
    links, named = [{}, {"series_id": "L"}], [{}, {"series_id": "L"}]
    alone = warn(target, exact, DAY)
    both = warn(target, [*exact, *longer], DAY, series=links, series_rows=named)
    assert (both["p_met"], both["points"]) == (alone["p_met"], 4)


def test_a_published_figure_goes_before_a_computed_one(warn: Warn) -> None:
    """As in the verdict: both then tell of the same figure."""
    seen = [*years(40, 41, 42), *years(43, first=2023, bound="about")]
    seen += years(80, 82, 84, 90, series_id="D")
    other = {
        "formulas": [{"formula": "D / 2"}], "series_rows": [{}, {"series_id": "D"}],
    }  # fmt: skip
    target = {"value": 50.0, "target_year": 2026}
    row = warn(target, seen, DAY, inputs=with_values(target, seen, **other), **other)
    assert (row["observed"], row["basis_id"]) == (43.0, "S")


def test_figures_that_contradict_each_other_give_no_level(warn: Warn) -> None:
    seen = [*years(40, 41, 42, 47), *years(43, first=2023, series_id="D")]
    other = {"series": [{}, {"series_id": "D"}], "series_rows": [{}, {"series_id": "D"}]}
    target = {"value": 50.0, "target_year": 2026}
    row = warn(target, seen, DAY, inputs=with_values(target, seen, **other), **other)
    assert (row["period"], row["observed"]) == ("2022", 42.0)
    assert row == warn(target, seen, DAY, **other)
