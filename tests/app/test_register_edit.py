"""Rows are added, changed, stepped, withdrawn; each refusal says what stands against it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.access.membership import Membership
from dafeng.app.register_access import grant_role
from dafeng.app.register_attach import (
    attach_file,
    clean_name,
    list_attachments,
    locate_attachment,
    read_attachment,
    withdraw_file,
)
from dafeng.app.register_edit import add_row, edit_row, restore_row, withdraw_row
from dafeng.app.register_entry import read_lines, read_values, split_settings
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question
from dafeng.app.register_show import show_register, show_row
from dafeng.app.register_steps import take_step
from dafeng.errors import InputRefused

from .conftest import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.register_book import Book


def refused(call: Any) -> set[str]:
    with pytest.raises(InputRefused) as error:
        call()
    return {finding.code for finding in error.value.findings}


def row_of(book: Book, key: str = "P1/new") -> dict[str, Any]:
    return dict(show_row(book, "plants", key).row)


def test_a_row_is_written_with_its_formulas_and_held_fields(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    lines = [{"year": 2024, "sent_out": 10.0}, {"year": 2025, "sent_out": 12.5}]
    made = add_row(ann, "plants", {**plant(1, "610100"), "code": "P9", "output": lines})
    row = row_of(ann, made.row_ids[0])
    assert (row["sent_out"], row["unit_cost"], row["maker_name"]) == (22.5, 60.0, "厂1")
    assert row["days_left"] == -295.0
    assert (row["created_by"], row["created_at"]) == ("ann", "2026-11-22T09:30:00+08:00")
    assert (row["grade"], row["scope_region"], row["version"]) == ("A", "610100", 1)


def test_a_row_outside_of_the_own_reach_is_not_added_or_moved_there(books: Callable[[str], Book]) -> None:
    carl = books("carl")
    assert refused(lambda: add_row(carl, "plants", {**plant(2, "610300"), "code": "P9"})) == {
        "access_refused"
    }
    assert refused(lambda: edit_row(carl, "plants", "P1/new", {"city": "610300"})) == {"access_refused"}
    assert refused(lambda: edit_row(carl, "plants", "P2/new", {"name": "x"})) == {"row_unknown"}
    assert edit_row(carl, "plants", "P1/new", {"name": "x"}).rows == 1


@pytest.mark.parametrize(
    ("further", "code"),
    [
        ({"source": " "}, "row_source_missing"),
        ({"capacity_mw": 5.0}, "row_rule"),
        ({"capacity_mw": 5000.0}, "value_out_of_range"),
        ({"maker": "M7"}, "row_link_missing"),
        ({"code": "P1"}, "row_key_taken"),
    ],
)
def test_a_bad_row_is_refused(books: Callable[[str], Book], further: dict[str, Any], code: str) -> None:
    wanted = {**plant(1, "610100"), "code": "P9", **further}
    assert code in refused(lambda: add_row(books("ann"), "plants", wanted))
    assert query_rows(books("ann"), "plants", Question()).total == 2


def test_who_saw_an_older_version_does_not_overwrite(books: Callable[[str], Book]) -> None:
    ann, carl = books("ann"), books("carl")
    seen = row_of(carl)["version"]
    edit_row(ann, "plants", "P1/new", {"name": "甲"})
    with pytest.raises(InputRefused) as error:
        edit_row(carl, "plants", "P1/new", {"capacity_mw": 50.0}, version=seen)
    assert [finding.code for finding in error.value.findings] == ["row_changed"]
    assert "ann" in error.value.text("zh")
    assert row_of(ann)["capacity_mw"] == 100.0


def test_what_is_the_same_is_not_written(books: Callable[[str], Book]) -> None:
    made = edit_row(books("ann"), "plants", "P1/new", {"capacity_mw": 100.0})
    assert (made.batch_id, made.rows) == ("", 0)
    assert row_of(books("ann"))["version"] == 1


def test_a_withdrawn_row_stays_and_comes_back(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    row_id = row_of(ann)["row_id"]
    assert refused(lambda: withdraw_row(ann, "plants", "P1/new", " ")) == {"row_reason_missing"}
    assert refused(lambda: withdraw_row(books("carl"), "plants", "P1/new", "重复")) == {"access_refused"}
    withdraw_row(ann, "plants", "P1/new", "重复")
    assert query_rows(ann, "plants", Question()).total == 1
    assert query_rows(ann, "plants", Question(withdrawn=True)).total == 2
    assert refused(lambda: row_of(ann)) == {"row_unknown"}
    add_row(ann, "plants", plant(1, "610100"))
    assert refused(lambda: restore_row(ann, "plants", row_id, "误撤")) == {"row_key_taken"}
    withdraw_row(ann, "plants", "P1/new", "重复")
    restore_row(ann, "plants", row_id, "误撤")
    assert row_of(ann)["row_id"] == row_id


def test_a_review_needs_role_field_evidence_and_another_person(
    books: Callable[[str], Book], tmp_path: Path
) -> None:
    carl, rita = books("carl"), books("rita")
    assert refused(lambda: take_step(carl, "plants", "P1/new", "验收")) == {"access_refused"}
    assert refused(lambda: take_step(rita, "plants", "P1/new", "finish")) == {
        "register_step_state", "register_step_requires", "register_step_evidence",
    }  # fmt: skip
    take_step(carl, "plants", "P1/new", "开工")
    assert refused(lambda: take_step(rita, "plants", "P1/new", "finish", {"name": "x"})) == {"access_refused"}
    report = tmp_path / "验收.pdf"
    report.write_bytes(b"%PDF-1.7\naccepted")
    attach_file(rita, "plants", "P1/new", report, "验收意见")
    take_step(rita, "plants", "P1/new", "Accept", {"done_on": "2026-11-20"})
    row = row_of(rita)
    assert (row["state"], row["done_on"], row["version"]) == ("done", "2026-11-20", 4)


def test_who_edited_reviews_not_though_another_took_the_step(
    books: Callable[[str], Book], tmp_path: Path
) -> None:
    root, carl = books("root"), books("carl")
    grant_role(root, Membership("rita", "agency", "*", None, date(2026, 1, 1)))
    rita = books("rita")
    edit_row(rita, "plants", "P1/new", {"done_on": "2026-11-20"})
    take_step(carl, "plants", "P1/new", "start")
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.7\naccepted")
    attach_file(rita, "plants", "P1/new", report)
    assert refused(lambda: take_step(rita, "plants", "P1/new", "finish")) == {"register_step_same_person"}
    edit_row(carl, "plants", "P1/new", {"done_on": "2026-11-21"})  # part of it is hers still
    assert refused(lambda: take_step(rita, "plants", "P1/new", "finish")) == {"register_step_same_person"}
    grant_role(root, Membership("rolf", "reviewer", "*", None, date(2026, 1, 1)))
    take_step(books("rolf"), "plants", "P1/new", "finish")


def test_a_withdrawn_file_is_no_evidence(books: Callable[[str], Book], tmp_path: Path) -> None:
    ann, rita = books("ann"), books("rita")
    take_step(ann, "plants", "P1/new", "start")
    report = tmp_path / "a.pdf"
    report.write_bytes(b"%PDF-1.7\nx")
    attach_file(ann, "plants", "P1/new", report)
    name = list_attachments(ann, "plants", "P1/new")["attachment_id"][0]
    withdraw_file(ann, "plants", "P1/new", name, "错传")
    filled = {"done_on": "2026-11-20"}
    assert refused(lambda: take_step(rita, "plants", "P1/new", "finish", filled)) == {
        "register_step_evidence"
    }
    assert list_attachments(ann, "plants", "P1/new").is_empty()
    assert list_attachments(ann, "plants", "P1/new", withdrawn=True).height == 1


def test_a_step_that_needs_a_reason_and_a_final_state(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    assert refused(lambda: take_step(ann, "plants", "P1/new", "cancel")) == {"register_step_reason"}
    take_step(ann, "plants", "P1/new", "cancel", reason="企业撤回")
    assert refused(lambda: edit_row(ann, "plants", "P1/new", {"name": "x"})) == {"row_final"}


def test_files_are_kept_by_their_hash_and_checked(books: Callable[[str], Book], tmp_path: Path) -> None:
    ann = books("ann")
    path = tmp_path / "..报告?.pdf"
    path.write_bytes(b"%PDF-1.7\ncontent")
    digest = attach_file(ann, "plants", "P1/new", path, "evidence")
    assert attach_file(ann, "plants", "P2/new", path) == digest
    kept = locate_attachment(ann.attachments, digest)
    assert [p for p in ann.attachments.rglob("*") if p.is_file()] == [kept]
    assert list_attachments(ann, "plants", "P1/new")["name"].to_list() == ["报告_.pdf"]
    assert read_attachment(ann, "plants", "P1/new", digest[:10])[1] == b"%PDF-1.7\ncontent"
    kept.write_bytes(b"CONTENT")
    assert refused(lambda: read_attachment(ann, "plants", "P1/new", digest)) == {"row_attachment_changed"}
    kept.unlink()
    assert refused(lambda: read_attachment(ann, "plants", "P1/new", digest)) == {"row_attachment_missing"}
    path.write_bytes(b"")
    assert refused(lambda: attach_file(ann, "plants", "P1/new", path)) == {"row_attachment_empty"}
    path.write_bytes(b"12345")
    assert refused(lambda: attach_file(ann, "plants", "P1/new", path, max_bytes=4)) == {"file_too_large"}
    assert refused(lambda: attach_file(books("rob"), "plants", "P1/new", path)) == {"access_refused"}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("a/b\\c.txt", "c.txt"),
        ("..", "file"),
        ("nul", "_nul"),
        ("a\x00\u202eb.pdf", "a__b.pdf"),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
    ],
)
def test_a_name_is_one_that_every_system_takes(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_what_people_type_is_read_as_a_cell(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    register = ann.library.register("plants")
    texts = {
        "装机容量(万千瓦)": "1.5",
        "Kind": "改造",
        "city": "宝鸡市",
        "due_on": "2026年3月1日",
        "remark": "",
    }
    assert read_values(ann, register, texts) == {
        "capacity_mw": 15.0, "kind": "retrofit", "city": "610300", "due_on": "2026-03-01", "remark": None,
    }  # fmt: skip
    for wrong in ("unit_cost", "maker_name", "row_id", "version", "state", "capcity"):
        assert refused(lambda w=wrong: read_values(ann, register, {w: "1"})) == {"row_field_not_asked"}
    assert refused(lambda: read_values(ann, register, {"capacity_mw": "viel"})) == {"cell_not_number"}
    assert split_settings(["a = b=c", "d="]) == {"a": "b=c", "d": ""}
    assert refused(lambda: split_settings(["a", "=1", "b=1", "b=2"])) == {
        "row_setting_unreadable", "row_setting_twice",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "raw"),
    [
        ("l.csv", "年份,供电量（亿千瓦时）\n2024,1\n2025,\n"),
        ("l.json", '[{"year": 2024, "sent_out": 10000}, {"year": 2025, "sent_out": null}]'),
    ],
)
def test_lines_of_a_list_come_from_csv_or_json(books: Callable[[str], Book], file: str, raw: str) -> None:
    ann = books("ann")
    read = read_lines(ann, ann.library.register("plants"), "逐年电量", raw.encode(), file)
    assert read == [{"year": 2024, "sent_out": 10000.0}, {"year": 2025, "sent_out": None}]


@pytest.mark.parametrize("raw", ["{", "3", '["a"]', '[{"year": [1]}]', '[{"foo": 1}]'])
def test_lines_that_are_none_are_refused(books: Callable[[str], Book], raw: str) -> None:
    ann = books("ann")
    register = ann.library.register("plants")
    assert refused(lambda: read_lines(ann, register, "output", raw.encode(), "l.json")) == {
        "row_list_unreadable"
    }


def test_a_row_leads_to_its_maker_city_and_clause_and_back(books: Callable[[str], Book]) -> None:
    edit_row(books("ann"), "plants", "P1/new", {"clause": "C1.1"})
    view = show_row(books("carl"), "plants", "P1/new")
    by_field = {link.field: link for link in view.links}
    assert by_field["maker"].label_zh == "厂1"
    assert [(further.target, further.label_zh) for further in by_field["maker"].links] == [
        ("regions", "西安市")
    ]
    assert by_field["clause"].label_en == "Example energy"
    assert {step.step.id: not step.findings for step in view.steps} == {"start": True, "cancel": False}
    assert "edit" in view.allowed
    assert "export" not in view.allowed
    back = show_row(books("carl"), "makers", "M1").pointing
    assert [(one.register_id, one.field, one.total) for one in back] == [("plants", "maker", 1)]
    foreign = show_row(books("rob"), "makers", "M2").pointing[0]
    assert foreign.rows[0][1] == "电站2"


def test_a_link_to_what_the_actor_does_not_see_is_only_its_key(books: Callable[[str], Book]) -> None:
    edit_row(books("ann"), "plants", "P1/new", {"maker": "M2"})
    link = show_row(books("carl"), "plants", "P1/new").links[0]
    assert (link.key, link.label_zh, link.row_id, link.links) == ("M2", "M2", None, ())


def test_a_register_tells_who_may_what(books: Callable[[str], Book]) -> None:
    view = show_register(books("carl"), "makers")
    assert view.pointing == ("plants.maker",)
    assert view.allowed == ("add", "edit", "see", "see_restricted")
    assert "manage" not in view.grants["action"]


@pytest.mark.parametrize(
    "key", ["太原　一号", "a\u00a0b", "a\u200bb", " a ", "a\tb", "x'; DROP TABLE batch;--"]
)
def test_a_row_is_found_by_whatever_key_it_has(books: Callable[[str], Book], key: str) -> None:
    ann = books("ann")
    add_row(ann, "plants", {**plant(1, "610100"), "code": key})
    assert row_of(ann, f"{key}/new")["code"] == key
    assert row_of(ann, f"  {key}/new ")["code"] == key if key == key.strip() else True


@pytest.mark.parametrize("further", [{"capacity_mw": "12"}, {"output": [{"year": 2**63}]}, {"name": 3}])
def test_a_value_of_another_kind_is_refused(books: Callable[[str], Book], further: dict[str, Any]) -> None:
    given = {**plant(1, "610100"), "code": "P9", **further}
    assert refused(lambda: add_row(books("ann"), "plants", given)) == {"row_value_unstorable"}
