"""What a file would do: new, changed, unchanged, refused; nothing is emptied by silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.register.made_registers import library
from tests.register.test_intake import book, codes, read

from dafeng.register.duplicates import find_duplicates, find_near_names
from dafeng.register.import_plan import ImportOptions, ImportPlan, make_changes, plan_import, rows_with_errors
from dafeng.register.schema import rows_frame, schema_of

if TYPE_CHECKING:
    from dafeng.register.intake import Intake

PLANTS = library().register("plants")
A1: dict[str, Any] = {
    "row_id": "R1", "version": 3, "state": "draft", "withdrawn": False, "source": "s", "grade": "A",
    "code": "A1", "name": "甲", "coal": 0.1 + 0.2, "coke": 5.0, "changed_by": "ann",
    "changed_at": "2026-01-01",
    "years": [{"year": 2024, "burnt": 3.0, "kind": None, "day": None, "ok": True}],
}  # fmt: skip


def stands(*rows: dict[str, Any]) -> pl.DataFrame:
    return rows_frame(rows, schema_of(PLANTS))


def plan(
    text: str | bytes, existing: pl.DataFrame | None = None, **options: Any
) -> tuple[Intake, ImportPlan]:
    intake = read(text)
    given = ImportOptions(**{"source": "new", **options})
    return intake, plan_import(PLANTS, intake, stands(A1) if existing is None else existing, given)


def found(made: ImportPlan) -> list[tuple[str, int | None]]:
    return [(f.code, f.place.row) for f in made.findings]


def test_new_changed_and_unchanged_rows() -> None:
    _, made = plan("编码,名称,焦\nA1,甲,6\nA2,乙,1\n")
    assert made.rows.select("_kind", "row_id", "coal", "coke", "source", "grade").rows() == [
        ("update", "R1", 0.1 + 0.2, 6.0, "new", "B"), ("insert", None, None, 1.0, "new", "B"),
    ]  # fmt: skip
    assert made.rows["_differs"].to_list()[0] == ["coke", "source", "grade"]
    assert made.findings == ()
    (change,) = make_changes(PLANTS, made.filter(made.rows["_kind"] == "update").rows.with_columns(
        coal_left=pl.lit(None, pl.Float64), last_day=pl.lit(None, pl.String)), stands(A1))  # fmt: skip
    assert (change.kind, change.row_id, change.version) == ("update", "R1", 3)
    assert change.values == {"coke": 6.0, "source": "new", "grade": "B"}


def test_the_same_again_changes_nothing_even_in_the_last_digit() -> None:
    _, made = plan("编码,名称,煤,焦\nA1,甲,0.3,5\n")
    assert made.count("same") == 1
    assert made.rows["coal"][0] == 0.1 + 0.2


def test_an_empty_cell_empties_only_in_our_own_export() -> None:
    _, kept = plan("编码,名称,焦\nA1,甲,\n")
    assert kept.rows["coke"][0] == 5.0
    _, emptied = plan("行编号,版本,编码,名称,焦\nR1,3,A1,甲,\n")
    assert emptied.rows["coke"][0] is None
    assert emptied.rows["_differs"].to_list()[0][0] == "coke"
    assert emptied.rows["coal"][0] == 0.1 + 0.2  # no such column in the file


def test_the_id_leads_so_that_a_key_can_be_mended() -> None:
    _, made = plan("行编号,版本,编码,名称\nR1,3,A7,甲\nR9,1,A8,丁\n")
    assert made.rows["row_id"].to_list() == ["R1", None]
    assert found(made) == [("row_id_unknown", 3)]


def test_a_stale_version_is_refused_with_who_changed_it() -> None:
    _, made = plan("行编号,版本,编码,名称\nR1,2,A1,丙\n")
    (finding,) = made.findings
    assert (finding.code, finding.params["actor"], finding.params["seen"], finding.params["now"]) == (
        "row_changed", "ann", 2, 3,
    )  # fmt: skip
    _, same = plan("行编号,版本,编码,名称\nR1,2,A1,甲\n")
    assert same.findings == ()


@pytest.mark.parametrize(
    ("mode", "codes_"),
    [("add", [("row_stands_already", 2)]), ("update", [("row_not_there", 3)]), ("upsert", [])],
)
def test_modes(mode: str, codes_: list[tuple[str, int]]) -> None:
    _, made = plan("编码,名称\nA1,丙\nA2,乙\n", mode=mode)
    assert found(made) == codes_


def test_keys_twice_states_and_source() -> None:
    _, made = plan("编码,名称,状态\nA2,甲,已报\nA2,乙,\nA3,丙,无此\nA1,甲,已报\n", source="")
    assert set(found(made)) == {
        ("key_repeated", 3), ("row_state_import", 2), ("row_state_unknown", 4), ("row_state_ignored", 5),
        ("row_source_missing", None),
    }  # fmt: skip
    _, kept = plan("编码,名称,状态\nA2,甲,已报\n", with_states=True)
    assert kept.rows["state"].to_list() == ["sent"]


def test_lists_replace_when_they_are_sent_and_stay_when_not() -> None:
    rows = [["编码", "名称"], ["A1", "甲"], ["A2", "乙"]]
    lines = [["编码", "年", "燃煤（kg）"], ["A2", 2023, 1], ["A9", 2023, 1]]
    _, made = plan(book({"工厂台账": rows, "各年": lines}))
    assert [len(one) for one in made.rows["years"]] == [1, 1, 1]
    assert made.rows["_kind"].to_list() == ["same", "insert", "insert"]
    assert found(made) == [("row_parent_missing", 3)]
    assert made.places.lists["years"].rows.to_list() == [[2], [2], [3]]
    assert rows_with_errors(made.places, made.findings).to_list() == [False, False, True]
    lines[1][0] = "A1"
    _, other = plan(book({"工厂台账": rows, "各年": lines[:2]}))
    assert other.rows["_differs"].to_list()[0][0] == "years"


def test_equal_identities_and_near_names() -> None:
    register = PLANTS.model_copy(
        update={
            "duplicates": PLANTS.duplicates.model_copy(update={"exact": (("uscc",),), "similar": ("name",)})
        }
    )
    text = (
        "编码,名称,信用代码\nB1,山西某某焦化集团有限公司,91110000600037341L\nB2,大同乙,91110000600037341L\n"
        "B3,山西某某焦化（集团）有限责任公司,\n"
    )
    intake, made = plan(text)
    told = find_duplicates(register, made.rows, stands({**A1, "name": "大同乙有限公司"}), made.places)
    assert {(f.code, f.place.row, f.severity) for f in told} == {
        ("row_same_identity", 3, "error"), ("row_name_similar", 3, "warning"),
        ("row_name_similar", 4, "warning"),
    }  # fmt: skip
    assert codes(intake) == []
    own = made.rows.with_columns(row_id=pl.lit("R1")).head(1)
    assert find_duplicates(register, own, stands({**A1, "name": "山西某某焦化集团有限公司"})) == []


def test_numbers_and_places_tell_things_apart() -> None:
    names = pl.Series(
        [
            "山西某某发电有限公司第一热电厂一号机组",
            "山西某某发电有限公司第二热电厂一号机组",
            "山西某某发电有限公司第一热电厂一号机组改造",
        ]
    )
    assert [(p.first, p.second) for p in find_near_names(names)] == [(0, 2)]
    within = pl.DataFrame({"county": ["1", "2", "2"]})
    assert find_near_names(pl.Series(["某某焦化有限公司"] * 3), within=within)[0].second == 2
