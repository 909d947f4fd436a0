"""A city's targets beside the province's, and where the procedure of its plan stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.cities.contracts import CityDossiers
from dafeng.cities.dossier import check_plans, compare_city_targets, compare_strictness, derive_standing
from dafeng.pack import read_pack
from dafeng.table import check

from .made_documents import DAY, TINY

if TYPE_CHECKING:
    from dafeng.pack import Pack

CITY, OTHER = "610100", "610300"


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return dict(read_pack(str(TINY)).tables)


def target(**given: Any) -> dict[str, Any]:
    base = {"comparator": "ge", "value": 10.0, "lower": None, "upper": None, "unit": "%", "base_year": None}
    return base | given


@pytest.mark.parametrize(
    ("mine", "theirs", "direction", "said"),
    [
        (target(value=12.0), target(), "up", "stricter"),
        (target(value=9.0), target(), "up", "looser"),
        (target(), target(), "up", "equal"),
        (target(value=-20.0), target(value=-18.0), "down", "stricter"),
        (target(value=-16.0), target(value=-18.0), "down", "looser"),
        (target(value=5.0), target(), "cap", "stricter"),
        (target(unit="10^4 t"), target(), "up", "not_comparable"),
        (target(value=None), target(), "up", "not_comparable"),
        (target(value=None, lower=11.0, upper=15.0), target(), "up", "stricter"),
        (target(comparator="change_ge"), target(), "up", "not_comparable"),
        (target(comparator="change_ge"), target(comparator="points_ge"), "up", "not_comparable"),
        (target(value=11.0), target(), "none", "not_comparable"),
    ],
)
def test_strictness_follows_the_direction(
    mine: dict[str, Any], theirs: dict[str, Any], direction: str, said: str
) -> None:
    assert compare_strictness(mine, theirs, direction) == said


def city_target(tables: dict[str, pl.DataFrame], like: str, **given: Any) -> pl.DataFrame:
    """Return the targets with one more, of a city, made after a target of the province."""
    targets = tables["targets"]
    row = targets.filter(pl.col("target_id") == like).to_dicts()[0]
    row |= {"target_id": "CITY-1", "region": CITY, "clause_id": None} | given
    return pl.concat([targets, pl.DataFrame([row], schema=targets.schema)])


def compare(tables: dict[str, pl.DataFrame], targets: pl.DataFrame, day: date = DAY) -> dict[str, Any]:
    made = check(compare_city_targets({**tables, "targets": targets}, "CN-SN", day), CityDossiers)
    return made.filter(pl.col("city_target_id") == "CITY-1").to_dicts()[0]


def test_a_city_target_stands_beside_the_one_in_force_and_with_the_citys_own_figure(
    tables: dict[str, pl.DataFrame],
) -> None:
    row = compare(tables, city_target(tables, "T9", value=47.0))
    assert row["province_target_id"] == "D1"  # T9 was replaced by D1
    assert (row["city_value"], row["province_value"], row["comparison"]) == (47.0, 46.0, "stricter")
    assert (row["observed"], row["period"], row["grade"]) == (38.0, "2025", "B")
    before = compare(tables, city_target(tables, "T9", value=47.0), date(2025, 1, 1))
    assert before["province_target_id"] == "T9"
    assert before["observed"] is None  # published in 2026


def test_another_year_or_base_year_has_no_partner(tables: dict[str, pl.DataFrame]) -> None:
    assert compare(tables, city_target(tables, "T9", target_year=2027))["comparison"] == "city_only"
    assert compare(tables, city_target(tables, "T9", base_year=2022))["comparison"] == "city_only"


def test_what_the_city_does_not_set_is_listed_for_every_city(tables: dict[str, pl.DataFrame]) -> None:
    made = compare_city_targets(tables, "CN-SN", DAY)
    assert set(made["comparison"]) == {"province_only"}
    assert made.group_by("region").len()["len"].unique().to_list() == [5]
    seen = made.filter(pl.col("observed").is_not_null())
    assert seen.select("region", "target_id").rows() == [(CITY, "D1")]  # the other city stays empty


def test_the_assigned_number_of_the_province_is_the_one_compared(shanxi: Pack) -> None:
    made = compare_city_targets(shanxi.tables, "CN-SX", DAY)
    row = made.filter(pl.col("city_target_id") == "D-sx-energy-2024-2025-2").to_dicts()[0]
    assert row["province_target_id"] == "T1.2a-5"  # whose text names no number; a later scheme gives it
    assert (row["city_value"], row["province_value"], row["comparison"]) == (-14.5, -14.5, "equal")
    earlier = compare_city_targets(shanxi.tables, "CN-SX", date(2022, 6, 1))
    assert earlier.filter(pl.col("city_target_id").is_not_null())["city_target_id"].to_list() == [
        "D-sx-ghg-13fyp-1", "D-sx-ghg-13fyp-2", "D-sx-ghg-13fyp-3",
    ]  # fmt: skip


def event(event_id: str, kind: str, day: str, answers: str | None = None) -> dict[str, Any]:
    return {"region": CITY, "event_id": event_id, "kind": kind, "date": day, "answers_event_id": answers}


@pytest.mark.parametrize(
    ("events", "statuses", "unanswered"),
    [
        ([], ("not_filed", "drafted"), ()),
        ([event("1", "submitted", "2023")], ("under_review",), ()),
        ([event("1", "submitted", "2023"), event("2", "opinion", "2024")], ("revising",), ("2",)),
        (
            [event("1", "opinion", "2024-01"), event("2", "revised", "2024-02", "1")],
            ("under_review",),
            (),
        ),
        (
            [
                event("1", "opinion", "2024-01"),
                event("2", "opinion", "2024-02"),
                event("3", "revised", "2024-03", "1"),
            ],
            ("revising",),
            ("2",),
        ),
        ([event("1", "returned", "2024")], ("revising",), ()),
        ([event("1", "approved", "2024"), event("2", "issued", "2024-12-31")], ("issued",), ()),
    ],
)
def test_the_standing_follows_from_the_events(
    events: list[dict[str, Any]], statuses: tuple[str, ...], unanswered: tuple[str, ...]
) -> None:
    standing = derive_standing(CITY, events)
    assert (standing.statuses, standing.unanswered) == (statuses, unanswered)


def test_the_record_of_the_tiny_pack_agrees(tables: dict[str, pl.DataFrame]) -> None:
    plans, events = tables["city_plans"].to_dicts(), tables["city_plan_events"].to_dicts()
    assert check_plans(plans, events) == []
    open_ids = derive_standing(OTHER, [row for row in events if row["region"] == OTHER]).unanswered
    assert open_ids == ("bj-3",)


def test_what_does_not_agree_is_found(tables: dict[str, pl.DataFrame]) -> None:
    plans, events = tables["city_plans"].to_dicts(), tables["city_plan_events"].to_dicts()
    plans[0] |= {"approval_number": None}
    plans[1] |= {"status": "approved"}
    events[2] |= {"answers_event_id": "xa-9"}
    events.append(event("z", "submitted", "2024") | {"region": "610999"})
    codes = [finding.code for finding in check_plans(plans, events)]
    assert codes == [
        "city_plan_answer_unknown", "city_plan_number_missing", "city_plan_opinion_open",
        "city_plan_status_differs", "city_plan_number_missing", "city_plan_opinion_open",
        "city_plan_unlisted",
    ]  # fmt: skip
