"""Selections: conditions add up, unknown values are refused with the nearest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.errors import InputRefused
from dafeng.pack import Pack, read_pack
from dafeng.plan import (
    TargetFilter,
    describe_item,
    find_clauses,
    select_agencies,
    select_clauses,
    select_systems,
    select_targets,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tiny(tiny_pack: Path) -> Pack:
    return read_pack(str(tiny_pack))


def chosen(pack: Pack, **conditions: object) -> list[str]:
    wanted = TargetFilter(**conditions)  # type: ignore[arg-type]
    return select_targets(pack.tables, wanted)["target_id"].to_list()


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "D1", "D2"]),
        ({"year": 2030}, ["T9", "D1"]),
        ({"kind": "quantified", "year": 2025}, ["T1", "T2", "T3", "D2"]),
        ({"sector": "energy", "nature": "binding"}, ["T1", "T5"]),
        ({"comparator": "none"}, ["T7"]),
        ({"document_id": "sn-later"}, ["D1", "D2"]),
        ({"agency": "drc", "kind": "directional"}, ["T4", "T6"]),
        ({"agency": "ecology", "sector": "sinks"}, ["T9"]),
        ({"agency": "示例生态环境厅", "year": 2030}, ["T9"]),
        ({"agency": "environment_until_2018"}, []),
    ],
)
def test_conditions_add_up(tiny: Pack, conditions: dict[str, object], expected: list[str]) -> None:
    assert chosen(tiny, **conditions) == expected


@pytest.mark.parametrize(
    ("conditions", "name", "nearest"),
    [
        ({"sector": "energi"}, "sector", "energy"),
        ({"kind": "quantifed"}, "kind", "quantified"),
        ({"comparator": "gee"}, "comparator", "ge"),
        ({"year": 2031}, "year", "2030"),
    ],
)
def test_a_value_that_no_row_has_is_refused(
    tiny: Pack, conditions: dict[str, object], name: str, nearest: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        chosen(tiny, **conditions)
    (finding,) = caught.value.findings
    assert (finding.code, finding.params["name"]) == ("filter_unknown", name)
    assert finding.params["suggestion"].name == nearest  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "spelling", ["drc", "示例发改委", "示例省发展和改革委员会", "Example Development Commission"]
)
def test_an_agency_may_be_called_by_any_of_its_names(tiny: Pack, spelling: str) -> None:
    assert select_clauses(tiny.tables, agency=spelling)["clause_id"].to_list() == ["C1.1"]


@pytest.mark.parametrize("spelling", ["", "示例", "dr", "Example"])
def test_part_of_a_name_is_no_name(tiny: Pack, spelling: str) -> None:
    with pytest.raises(InputRefused) as caught:
        chosen(tiny, agency=spelling)
    assert caught.value.findings[0].code == "id_unknown"


SELECTIONS = {
    "clause_id": select_clauses,
    "system_id": select_systems,
    "agency_id": select_agencies,
}


@pytest.mark.parametrize(
    ("key", "conditions", "expected"),
    [
        ("clause_id", {}, ["C1", "C1.1", "C1.2"]),
        ("clause_id", {"sector": "sinks", "measurable": "partly"}, ["C1.2"]),
        ("clause_id", {"kind": "target"}, ["C1.1", "C1.2"]),
        ("clause_id", {"kind": "limit"}, ["C1.1"]),
        ("clause_id", {"year": 2025}, ["C1.1", "C1.2"]),
        ("clause_id", {"year": 2030}, ["C1.2"]),
        ("clause_id", {"year": 2025, "sector": "energy", "agency": "ecology", "kind": "limit"}, ["C1.1"]),
        ("clause_id", {"year": 2030, "agency": "drc"}, []),
        ("system_id", {}, ["S1"]),
        ("system_id", {"priority": "core", "kind": "monitoring", "agency": "ecology"}, ["S1"]),
        ("system_id", {"agency": "environment_until_2018"}, []),
        ("system_id", {"sector": "energy", "year": 2025}, ["S1"]),
        ("system_id", {"sector": "sinks"}, []),
        ("system_id", {"year": 2030}, []),
        ("agency_id", {}, ["drc", "ecology", "environment_until_2018"]),
        ("agency_id", {"sector": "energy"}, ["drc", "ecology"]),
        ("agency_id", {"sector": "sinks"}, ["ecology"]),
        ("agency_id", {"year": 2030}, ["ecology"]),
        ("agency_id", {"sector": "energy", "year": 2030}, []),
        ("agency_id", {"sector": "sinks", "year": 2030, "kind": "department"}, ["ecology"]),
    ],
)
def test_clauses_systems_agencies(
    tiny: Pack, key: str, conditions: dict[str, Any], expected: list[str]
) -> None:
    assert SELECTIONS[key](tiny.tables, **conditions)[key].to_list() == expected


@pytest.mark.parametrize(
    ("key", "name", "value", "nearest"),
    [
        ("clause_id", "sector", "sink", "sinks"),
        ("clause_id", "year", 2035, "2030"),
        ("clause_id", "kind", "limits", "limit"),
        ("clause_id", "kind", "target;limit", "target"),
        ("system_id", "sector", "sink", "sinks"),
        ("system_id", "year", 2035, "2030"),
        ("system_id", "kind", "monitor", "monitoring"),
        ("system_id", "priority", "cor", "core"),
        ("agency_id", "sector", "sink", "sinks"),
        ("agency_id", "year", 2035, "2030"),
        ("agency_id", "kind", "departement", "department"),
    ],
)
def test_a_condition_that_nothing_can_fulfil_is_refused(
    tiny: Pack, key: str, name: str, value: object, nearest: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        SELECTIONS[key](tiny.tables, **{name: value})  # type: ignore[arg-type]
    (finding,) = caught.value.findings
    assert (finding.code, finding.params["name"], finding.params["value"]) == ("filter_unknown", name, value)
    assert finding.params["suggestion"].name == nearest  # type: ignore[attr-defined]


def test_every_selection_of_the_first_pack_is_what_its_rows_say(shanxi: Pack) -> None:
    tables = shanxi.tables
    clauses = {row["clause_id"]: row for row in tables["clauses"].iter_rows(named=True)}
    years: dict[str, set[int]] = {}
    for row in tables["targets"].iter_rows(named=True):
        years.setdefault(row["clause_id"], set()).add(row["target_year"])
    assert find_clauses(tables, sector="steel") == find_clauses(tables, sector="industry/steel") != []
    fields = {code: {row["sector"], *row["sector"].split("/")} for code, row in clauses.items()}
    for sector in set().union(*fields.values()):
        for year in (None, 2025, 2030):
            right = {
                code for code, field in fields.items()
                if sector in field and (year is None or year in years.get(code, set()))
            }  # fmt: skip
            assert set(find_clauses(tables, sector=sector, year=year)) == right
            systems = {r["system_id"] for r in tables["systems"].to_dicts() if r["clause_id"] in right}
            assert set(select_systems(tables, sector=sector, year=year)["system_id"]) == systems
            bodies = {r["agency_id"] for r in tables["clause_agencies"].to_dicts() if r["clause_id"] in right}
            assert set(select_agencies(tables, sector=sector, year=year)["agency_id"]) == bodies


def test_every_agency_of_the_first_pack_answers_for_what_is_written(shanxi: Pack) -> None:
    tables = shanxi.tables
    answers = [select_clauses(tables, agency=agency).height for agency in tables["agencies"]["agency_id"]]
    assert sum(answers) == tables["clause_agencies"].height > 0


class TestDescribe:
    def test_a_target_with_what_belongs_to_it(self, tiny: Pack) -> None:
        found = describe_item(tiny.tables, "T9")
        assert (found["table"], found["item"]["target_id"]) == ("targets", "T9")
        assert [row["clause_id"] for row in found["clauses"]] == ["C1.2"]
        assert [row["agency_id"] for row in found["agencies"]] == ["ecology"]
        assert [row["target_id"] for row in found["links"]] == ["D1"]
        assert [row["indicator_id"] for row in found["indicators"]] == ["forest_cover"]
        assert "open_questions" not in found
        assert [row["question_id"] for row in describe_item(tiny.tables, "T2")["open_questions"]] == ["Q1"]

    def test_a_clause_an_agency_and_a_lever(self, tiny: Pack) -> None:
        clause = describe_item(tiny.tables, "C1.1")
        assert {row["target_id"] for row in clause["targets"]} == {f"T{i}" for i in range(1, 8)}
        assert [row["lever_id"] for row in clause["levers"]] == ["L1"]
        assert [row["system_id"] for row in clause["systems"]] == ["S1"]
        agency = describe_item(tiny.tables, "ecology")
        assert [row["clause_id"] for row in agency["clauses"]] == ["C1.1", "C1.2"]
        lever = describe_item(tiny.tables, "L1")
        assert [row["clause_id"] for row in lever["clauses"]] == ["C1.1", "C1.2"]
        assert {row["agency_id"] for row in lever["agencies"]} == {"drc", "ecology"}

    def test_a_target_of_another_document_has_no_clause(self, tiny: Pack) -> None:
        found = describe_item(tiny.tables, "D1")
        assert "clauses" not in found
        assert [row["other_target_id"] for row in found["links"]] == ["T9"]

    def test_the_numbering_of_the_document_works_too(self, shanxi: Pack) -> None:
        for name, key in (("targets", "target_id"), ("clauses", "clause_id")):
            labelled = shanxi.tables[name].filter(pl.col("label").is_not_null()).head(5)
            for row in labelled.iter_rows(named=True):
                assert describe_item(shanxi.tables, row["label"])["item"][key] == row[key]

    def test_every_id_of_the_first_pack_is_found(self, shanxi: Pack) -> None:
        for name, key in (
            ("systems", "system_id"),
            ("documents", "document_id"),
            ("open_questions", "question_id"),
        ):
            for code in shanxi.tables[name][key]:
                found = describe_item(shanxi.tables, code)
                assert (found["table"], found["item"][key]) == (name, code)

    def test_an_unknown_id_comes_with_the_nearest(self, tiny: Pack) -> None:
        with pytest.raises(InputRefused) as caught:
            describe_item(tiny.tables, "ecologi")
        (finding,) = caught.value.findings
        assert (finding.code, finding.params["suggestion"].name) == ("id_unknown", "ecology")  # type: ignore[attr-defined]
