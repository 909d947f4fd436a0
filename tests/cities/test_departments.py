"""Who is scored, who is informed, and which targets stand behind a body."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.cities.departments import current_bodies, join_targets, list_bodies, list_cities
from dafeng.pack import PACK_TABLES, Pack, read_pack
from dafeng.table import frame_of

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 7, 1)


def bodies(*rows: tuple[str, str, bool, str | None, str | None]) -> pl.DataFrame:
    made = [
        {"agency_id": i, "name_zh": f"{i}厅", "name_en": i, "kind": kind, "scored": scored, "valid_to": end,
         "successor_id": later, "source_id": "made", "grade": "B"}
        for i, kind, scored, end, later in rows
    ]  # fmt: skip
    return frame_of(made, PACK_TABLES["agencies"])


def charge(*pairs: tuple[str, str]) -> pl.DataFrame:
    rows = [{"clause_id": clause, "agency_id": agency, "role": "lead"} for clause, agency in pairs]
    return frame_of(rows, PACK_TABLES["clause_agencies"])


def kinds(agencies: pl.DataFrame, *charged: str) -> dict[str, str]:
    listed = list_bodies(agencies, charge(*((f"C{n}", a) for n, a in enumerate(charged))), DAY)
    return dict(listed.select("subject_id", "subject_kind").iter_rows())


@pytest.mark.parametrize(("kind", "scored", "subject"), [
    ("department", True, "department"), ("department", False, "informed"), ("central_body", True, "informed"),
    ("company", True, "informed"), ("party_or_mass_body", False, "informed"), ("leading_body", True, None),
    ("group", False, None), ("city_governments", True, None),
])  # fmt: skip
def test_only_departments_are_scored(kind: str, scored: bool, subject: str | None) -> None:
    assert kinds(bodies(("a", kind, scored, None, None)), "a").get("a") == subject


def test_a_department_without_a_clause_is_no_subject() -> None:
    assert kinds(
        bodies(("a", "department", True, None, None), ("b", "department", True, None, None)), "b"
    ) == {"b": "department"}


def test_a_body_that_is_over_stands_under_its_successor() -> None:
    agencies = bodies(
        ("a", "department", True, "2018", "b"), ("b", "department", True, "2023", "c"),
        ("c", "department", True, None, None),
    )  # fmt: skip
    assert current_bodies(agencies, date(2026, 1, 1)) == {"a": "c", "b": "c", "c": "c"}
    assert current_bodies(agencies, date(2020, 1, 1)) == {"a": "b", "b": "b", "c": "c"}
    assert current_bodies(agencies, date(2018, 12, 31))["a"] == "a"
    listed = list_bodies(agencies, charge(("C1", "a")), DAY)
    assert listed.select("subject_id", "former_ids").rows() == [("c", "a;b")]


def test_successors_in_a_circle_do_not_hang() -> None:
    agencies = bodies(("a", "department", True, "2018", "b"), ("b", "department", True, "2019", "a"))
    assert set(current_bodies(agencies, DAY)) == {"a", "b"}


def test_cities_by_their_dates(tiny_pack: Path) -> None:
    regions = read_pack(str(tiny_pack)).tables["regions"]
    assert list_cities(regions, DAY)["subject_id"].to_list() == ["610100", "610300"]
    later = regions.with_columns(valid_from=pl.when(pl.col("code") == "610300").then(pl.lit("2027")))
    assert list_cities(later, DAY)["subject_id"].to_list() == ["610100"]


def test_targets_follow_the_clauses_with_verdict_and_level(tiny_pack: Path) -> None:
    tables = read_pack(str(tiny_pack)).tables
    verdicts = tables["targets"].select("target_id", verdict=pl.lit("met"))
    levels = pl.DataFrame({"target_id": ["T1"], "level": ["red"]})
    tasks = join_targets(tables, {"tracking.verdicts": verdicts, "tracking.warnings": levels}, DAY)
    own = tasks.filter(pl.col("agency_id") == "drc")
    shared = tables["targets"].filter(pl.col("clause_id") == "C1.1")["target_id"]
    assert own["target_id"].to_list() == sorted(shared)
    assert own.filter(pl.col("level").is_not_null()).select("target_id", "level").rows() == [("T1", "red")]
    assert tasks.filter(pl.col("target_id") == "T9").select("agency_id", "role").rows() == [
        ("ecology", "lead")
    ]
    assert join_targets(tables, {}, DAY).is_empty()


def test_a_clause_of_both_old_and_new_body_counts_once_with_the_stronger_role() -> None:
    agencies = bodies(("a", "department", True, "2018", "b"), ("b", "department", True, None, None))
    shared = charge(("C1", "a"), ("C1", "b")).with_columns(role=pl.Series(["lead", "also"]))
    tables = {
        "agencies": agencies, "clause_agencies": shared,
        "targets": pl.DataFrame({"target_id": ["T1"], "clause_id": ["C1"]}),
    }  # fmt: skip
    verdicts = pl.DataFrame({"target_id": ["T1"], "verdict": ["met"]})
    rows = join_targets(tables, {"tracking.verdicts": verdicts}, DAY).select("agency_id", "role").rows()
    assert rows == [("b", "lead")]


def test_the_built_in_province_has_eleven_cities_and_no_scored_company(shanxi: Pack) -> None:
    assert list_cities(shanxi.tables["regions"], DAY).height == 11
    listed = list_bodies(shanxi.tables["agencies"], shanxi.tables["clause_agencies"], DAY)
    found = dict(listed.select("subject_id", "subject_kind").iter_rows())
    own = shanxi.tables["agencies"].filter(
        pl.col("kind").is_in(["company", "central_body", "party_or_mass_body"])
    )
    assert {found[a] for a in own["agency_id"] if a in found} == {"informed"}
    assert "pbc_taiyuan" not in found
    assert found["pbc_shanxi"] == "informed"
    scored = shanxi.tables["agencies"].filter((pl.col("kind") == "department") & pl.col("scored"))
    assert {a for a, kind in found.items() if kind == "department"} <= set(scored["agency_id"])
