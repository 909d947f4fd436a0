"""What a warning says: change needed, milestone, driver, bodies, measures, and what it never says."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.decomposition.contracts import EmissionEffects
from dafeng.pack import PACK_TABLES
from dafeng.table import frame_of
from dafeng.tracking.warning import WarningInputs
from dafeng.tracking.warning.barometer import read_rows
from dafeng.tracking.warning.explain import suitable_measures, warning_reasons

from .conftest import replay, years

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

    Warn = Callable[..., dict[str, Any]]

CUT = re.compile(
    "限电|停产|限产|拉闸|一刀切|压减|减产|停供|有序用电|cut of (power|production)|blackout|shut ?down",
    re.IGNORECASE,
)
CO2 = {"indicator_id": "co2_emissions", "unit": "Mt", "kind": "flow", "direction": "down"}


def effect(factor: str, value: float, to_year: int, identity: str = "kaya_extended") -> dict[str, Any]:
    return {
        "region": "CN-SX", "identity": identity, "from_year": to_year - 1, "to_year": to_year,
        "factor": factor, "value_mt": value, "cumulative_mt": value, "ratio": None,
    }  # fmt: skip


def lever(lever_id: str, name: str, clauses: str = "C1", policy: str | None = None) -> dict[str, Any]:
    return {
        "lever_id": lever_id, "clause_ids": clauses, "name_zh": name, "name_en": lever_id, "sector": "power",
        "parameter_zh": "参数", "parameter_en": "parameter", "effect_zh": "作用", "effect_en": "effect",
        "eps_equivalent": policy, "source_id": "s", "grade": "A",
    }  # fmt: skip


def levers(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame_of(rows, PACK_TABLES["levers"])


def test_change_so_far_and_needed(warn: Warn) -> None:
    row = warn({"value": 60.0, "target_year": 2026}, years(30, 40, 42, 43.5, 46, first=2019))
    assert row["last_change"] == pytest.approx(4.0)
    assert row["needed_per_year"] == pytest.approx(14 / 3)
    assert (
        "4.67 percentage points a year needed from now on, 4 percentage points a year so far" in row["why_en"]
    )
    long = warn({"value": 60.0, "target_year": 2026}, years(*range(40, 50), first=2014))
    assert long["last_change"] == pytest.approx(1.0)


def test_nothing_is_needed_from_now_on_once_the_year_is_over(warn: Warn) -> None:
    row = warn({"value": 60.0, "target_year": 2023}, years(40, 42, 44))
    assert (row["level_reason"], row["needed_per_year"]) == ("outcome_missing", None)
    assert row["p_basis"] == "too_few"


def test_only_the_last_five_years_count_as_so_far(warn: Warn) -> None:
    row = warn({"value": 60.0, "target_year": 2026}, years(0, 40, 41, 42, 43, 44, 45, first=2017))
    assert row["last_change"] == pytest.approx(1.0)


def test_the_newest_missed_milestone_is_named(warn: Warn) -> None:
    stops = [
        {"target_id": "T", "year": year, "value": value, "unit": "%", "known_on": known, "source_id": "s",
         "grade": "A"}
        for year, value, known in ((2021, 41.0, "2021"), (2022, 44.0, "2021"), (2023, 45.0, "2026"))
    ]  # fmt: skip
    shape = {"target_id": "T", "shape": "milestones", "source_id": "s", "grade": "A"}
    more = {
        "target_milestones": frame_of(stops, PACK_TABLES["target_milestones"]),
        "target_paths": frame_of([shape], PACK_TABLES["target_paths"]),
    }
    row = warn({"value": 60.0, "target_year": 2026}, years(40, 40.5, 43, 44), more=more)
    assert (row["missed_milestone_year"], row["missed_milestone"]) == (2022, 44.0)
    assert row["required"] == pytest.approx(44 + 16 / 4)
    assert "2022 年的节点 44% 未达到" in row["why_zh"]
    fine = warn({"value": 60.0, "target_year": 2026}, years(40, 42, 44, 49), more=more)
    assert fine["missed_milestone_year"] is None


def test_the_driver_is_the_largest_of_the_latest_step_that_was_known(warn: Warn) -> None:
    effects = frame_of(
        [
            effect("energy_intensity", -20.0, 2021), effect("gdp_per_head", 9.0, 2021),
            effect("energy_intensity", -3.0, 2022), effect("gdp_per_head", 12.5, 2022),
            effect("energy_use", 99.0, 2022, "energy_structure"), effect("gdp_per_head", 50.0, 2023),
        ],
        EmissionEffects,
    )  # fmt: skip
    target = {
        "indicator_id": "co2_emissions",
        "comparator": "le",
        "value": 400.0,
        "target_year": 2030,
        "unit": "Mt",
    }
    seen = years(500, 510, 505, unit="Mt")
    options = {"indicator": CO2, "series": [{"indicator_id": "co2_emissions"}]}
    row = warn(target, seen, inputs=WarningInputs(effects=effects), **options)
    assert (row["driver"], row["driver_mt"], row["driver_from"], row["driver_to"]) == (
        "gdp_per_head", 12.5, 2021, 2022,
    )  # fmt: skip
    assert "+12.5 Mt" in row["why_en"]
    early = warn(target, seen, date(2024, 12, 30), inputs=WarningInputs(effects=effects), **options)
    assert (early["driver"], early["driver_to"]) == ("energy_intensity", 2021)
    other = warn({"target_year": 2030}, years(40, 41), inputs=WarningInputs(effects=effects))
    assert other["driver"] is None


def test_bodies_of_the_clause_those_that_share_the_task_first(warn: Warn) -> None:
    rows = [
        {"clause_id": "C1", "agency_id": agency, "role": role}
        for agency, role in (("cities", "also"), ("b", "lead"), ("a", "lead"))
    ]
    more = {
        "clause_agencies": frame_of(rows, PACK_TABLES["clause_agencies"]),
        "levers": levers(lever("L_wind", "风电", "C1;C2"), lever("L_other", "其他", "C2")),
    }
    row = warn({"clause_id": "C1", "target_year": 2030}, years(40, 41), more=more)
    assert (row["agency_ids"], row["lever_ids"]) == ("b;a;cities", "L_wind")
    assert warn({"target_year": 2030}, years(40, 41), more=more)["agency_ids"] is None


@pytest.mark.parametrize(
    ("name", "policy", "suits"),
    [
        ("粗钢产量控制", None, False), ("原煤产量", None, False), ("天然气产量", None, True),
        ("高峰限电", None, False), ("秋冬停产", None, False), ("外送电量", None, False),
        ("落后机组淘汰", None, False), ("燃料出口", "reduce-fuel-exports", False), ("风电", None, True),
        ("节能改造", "increased-retrofitting", True),
    ],
)  # fmt: skip
def test_a_measure_that_cuts_supply_or_production_is_never_named(
    name: str, policy: str | None, suits: bool
) -> None:
    assert suitable_measures(levers(lever("L", name, policy=policy))) == ({"C1": "L"} if suits else {})


def test_no_sentence_advises_a_cut(shanxi: Pack) -> None:
    words = [row[language] for row in warning_reasons().values() for language in ("zh", "en")]
    assert not [text for text in words if CUT.search(text)]
    levers = {row["lever_id"]: row for row in shanxi.tables["levers"].iter_rows(named=True)}
    rows = replay(shanxi, date(2026, 11, 22)).values()
    for row in rows:
        named = [
            levers[one]["name_zh"] + levers[one]["name_en"]
            for one in (row["lever_ids"] or "").split(";")
            if one
        ]
        assert not [text for text in (row["why_zh"], row["why_en"], *named) if CUT.search(text)]
    assert any(row["lever_ids"] for row in rows)


def test_every_reason_has_both_languages_and_the_same_places() -> None:
    for row in read_rows("warning_reasons.csv"):
        places = [set(re.findall(r"\{(\w+)\}", row[language])) for language in ("zh", "en")]
        assert places[0] == places[1], row["code"]
        assert all(row[language].strip() for language in ("zh", "en"))


def test_futures_of_the_plan_stand_beside_the_trend(warn: Warn, shanxi: Pack) -> None:
    outlook = pl.DataFrame(
        {
            "target_id": ["T", "T"],
            "scenario": ["plan", "other"],
            "met_low": [0.31, 0.9],
            "met_high": [0.62, 0.9],
        }
    )
    row = warn({"value": 60.0, "target_year": 2030}, years(40, 41), inputs=WarningInputs(outlook=outlook))
    assert (row["outlook_low"], row["outlook_high"]) == (0.31, 0.62)
    assert "about 3 of 10 futures by the strictest reading, about 6 by the widest" in row["why_en"]
