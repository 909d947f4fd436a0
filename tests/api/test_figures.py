"""Series, targets, scenarios: one answer holds what belongs to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal


def test_a_target_comes_with_verdict_warning_evidence_and_bodies(
    read: Callable[..., Any], first_portal: Portal
) -> None:
    found = read("lead_office", "/targets/T1.2a-3").json()
    frame = first_portal.data.whole_frame("tracking.observations")
    series = found["verdict"]["series_id"]
    assert found["evidence"] == frame.filter(pl.col("series_id") == series).to_dicts()
    cited = {row["source_id"] for row in (found["target"], *found["evidence"])}
    assert cited <= {source["source_id"] for source in found["sources"]}
    assert found["warning"]["target_id"] == "T1.2a-3"
    assert found["parts"]["tracking.paths"]


def test_the_public_gets_the_target_without_what_is_internal(read: Callable[..., Any]) -> None:
    found = read("public", "/targets/T1.2a-3").json()
    assert found["target"]["target_id"] == "T1.2a-3"
    assert found["warning"] is None
    assert not any(rows for name, rows in found["parts"].items() if name != "tracking.variants")
    lines = read("public", "/targets?limit=1000").json()
    assert {line["level"] for line in lines["rows"]} == {None}


def test_targets_are_counted_like_the_verdicts(read: Callable[..., Any], first_portal: Portal) -> None:
    verdicts = first_portal.data.whole_frame("tracking.verdicts")["verdict"].value_counts()
    for verdict, count in verdicts.iter_rows():
        assert read("lead_office", f"/targets?verdict={verdict}&limit=1").json()["total"] == count
    assert read("lead_office", "/targets?verdict=mised").json()["error"]["code"] == "code_unknown"


def test_a_series_holds_every_vintage(read: Callable[..., Any], first_portal: Portal) -> None:
    name = "new_clean_capacity_share"
    own = first_portal.data.whole_frame("tracking.observations").filter(pl.col("series_id") == name)
    found = read("public", f"/series/{name}").json()
    assert found["observations"] == own.to_dicts()
    assert found["series"]["unit"] == "%"
    late = read("public", f"/series/{name}/observations?known_on__ge=2025&format=csv").text
    assert len(late.splitlines()) == 1 + own.filter(pl.col("known_on") >= "2025").height
    assert read("public", "/series/new_clean_capacty_share").json()["error"]["zh"].count(name)


def test_a_scenario_says_where_its_results_stand(read: Callable[..., Any]) -> None:
    listed = read("lead_office", "/scenarios").json()
    one = read("lead_office", "/scenarios/plan").json()
    assert one["levers"] == next(each for each in listed if each["scenario"] == "plan")["levers"]
    for table_id, rows in list(one["results"].items())[:3]:
        assert read("lead_office", f"/tables/{table_id}/rows?scenario=plan&limit=1").json()["total"] == rows
    assert read("public", "/scenarios").status_code == 404
    assert read("lead_office", "/scenarios/none").status_code == 404
