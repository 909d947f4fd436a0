"""Questions as people write them, over stored columns and over those that are computed on read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dafeng.app.register_correct import apply_correction, apply_undo, plan_correction, plan_undo
from dafeng.app.register_edit import add_row, edit_row
from dafeng.app.register_history import find_batch, list_batches, list_history
from dafeng.app.register_list import list_fields, list_registers
from dafeng.app.register_query import query_rows, sum_rows
from dafeng.app.register_question import Question, parse_condition
from dafeng.errors import InputRefused
from dafeng.register.query import Filter

from .conftest import plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.register_book import Book


def refused(call: Any) -> set[str]:
    with pytest.raises(InputRefused) as error:
        call()
    return {finding.code for finding in error.value.findings}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("capacity_mw>=300", Filter("capacity_mw", ">=", 300.0)),
        (" 装机容量 < 1,200 ", Filter("capacity_mw", "<", 1200.0)),
        ("kind=改造", Filter("kind", "==", "retrofit")),
        ("kind in new、改造", Filter("kind", "in", ("new", "retrofit"))),
        ("state != 在建", Filter("state", "!=", "under_way")),
        ("city below 陕西", Filter("city", "below", "CN-SN")),
        ("name contains a=b", Filter("name", "contains", "a=b")),
        ("due_on >= 2026-03", Filter("due_on", ">=", "2026-03")),
        ("done_on missing", Filter("done_on", "missing")),
        ("withdrawn == 是", Filter("withdrawn", "==", True)),  # noqa: FBT003
        ("Cost a MW > 2", None),
    ],
)
def test_a_condition_is_read(filled_book: Book, text: str, meant: Filter | None) -> None:
    register = filled_book.library.register("plants")
    if meant is None:
        assert refused(lambda: parse_condition(filled_book, register, text)) == {"row_condition_unreadable"}
    else:
        assert parse_condition(filled_book, register, text) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("capacity_mw", "row_condition_unreadable"),
        ("", "row_condition_unreadable"),
        ("capcity>=3", "row_query_field"),
        ("output missing", "row_query_field"),
        ("capacity_mw>=viel", "row_condition_value"),
        ("capacity_mw>=inf", "row_condition_value"),
        ("capacity_mw>=nan", "row_condition_value"),
        ("kind==foo", "row_condition_value"),
        ("due_on>=soon", "row_condition_value"),
        ("name==", "row_condition_value"),
        ("kind in", "row_condition_value"),
        ("kind>new", "row_condition_operator"),
        ("capacity_mw contains 3", "row_condition_operator"),
        ("capacity_mw in 1,2", "row_condition_operator"),
        ("name below x", "row_condition_operator"),
        ("done_on missing x", "row_condition_operator"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(filled_book: Book, text: str, code: str) -> None:
    register = filled_book.library.register("plants")
    assert refused(lambda: parse_condition(filled_book, register, text)) == {code}


def test_all_that_is_wrong_is_told_at_once(filled_book: Book) -> None:
    question = Question(("a>1", "kind==foo"), sort=("b",), limit=0)
    assert refused(lambda: query_rows(filled_book, "plants", question)) == {
        "row_query_field", "row_condition_value", "row_query_limit",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        (Question(("capacity_mw>=150",)), ["P2"]),
        (Question(sort=("-capacity_mw",)), ["P2", "P1"]),
        (Question(sort=("-capacity_mw",), limit=1, offset=1), ["P1"]),
        (Question(("maker_name==厂2",)), ["P2"]),
        (Question(("days_left<0",), sort=("maker_name",)), ["P1", "P2"]),
        (Question(("days_left<0", "capacity_mw<150")), ["P1"]),
        (Question(sort=("-maker_energy",), limit=1), ["P2"]),
        (Question(("maker_name contains 厂", "maker_name starts 厂1")), ["P1"]),
        (Question(("maker_energy missing",)), []),
    ],
)
def test_stored_and_computed_columns_are_asked_alike(
    books: Callable[[str], Book], question: Question, codes: list[str]
) -> None:
    answer = query_rows(books("ann"), "plants", question)
    assert answer.frame["code"].to_list() == codes


def test_the_total_counts_all_pages(books: Callable[[str], Book]) -> None:
    for sort in ("capacity_mw", "days_left"):
        assert query_rows(books("ann"), "plants", Question(sort=(sort,), limit=1)).total == 2


def test_sums_leave_out_what_is_missing_and_say_so(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    edit_row(ann, "plants", "P2/new", {"cost": None})
    made = sum_rows(ann, "plants", Question(), ["city"], ["capacity_mw", "cost", "cost"])
    assert made.rows() == [("610100", 1, 100.0, 0, 6000.0, 0), ("610300", 1, 200.0, 0, None, 1)]
    assert sum_rows(ann, "plants", Question(("capacity_mw>1000",)), (), ["cost"]).rows() == [(0, None, 0)]
    assert refused(lambda: sum_rows(ann, "plants", Question(), (), ["name"])) == {"row_sum_kind"}


def test_a_correction_is_looked_at_before_it_is_written(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    made = plan_correction(ann, "plants", Question(("city==西安",)), {"name": "新名"}, {"cost": "cost * 2"})
    assert made.chosen == 1
    assert set(made.preview.select("field", "before", "after").iter_rows()) == {
        ("name", "电站1", "新名"), ("cost", "6000.0", "12000.0"), ("unit_cost", "60.0", "120.0"),
    }  # fmt: skip
    assert query_rows(ann, "plants", Question(("name==新名",))).total == 0
    assert refused(lambda: apply_correction(ann, made, "")) == {"row_reason_missing"}
    assert apply_correction(ann, made, "更名").rows == 1
    assert query_rows(ann, "plants", Question(("name==新名", "cost==12000"))).total == 1


def test_a_correction_converts_units_and_is_validated(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    made = plan_correction(
        ann, "plants", Question(), {}, {"capacity_mw": "quantity(2, '10^4 kW') + capacity_mw"}
    )
    assert set(made.preview.filter(field="capacity_mw")["after"]) == {"120.0", "220.0"}
    for formula, code in (("cost", "unit_mismatch"), ("capacity_mw / 100", "row_rule")):
        found = refused(lambda f=formula: plan_correction(ann, "plants", Question(), {}, {"capacity_mw": f}))
        assert found == {code}
    assert refused(lambda: plan_correction(ann, "plants", Question(), {})) == {"row_correction_empty"}
    for name, code in (("output", "row_field_not_asked"), ("grade", "row_correction_field")):
        found = refused(lambda n=name: plan_correction(ann, "plants", Question(), {}, {n: "'A'"}))
        assert found == {code}


def test_who_changes_a_row_after_the_preview_stops_the_correction(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    made = plan_correction(ann, "plants", Question(), {"name": "一样"})
    edit_row(books("carl"), "plants", "P1/new", {"capacity_mw": 50.0})
    assert refused(lambda: apply_correction(ann, made, "r")) == {"row_changed"}
    assert query_rows(ann, "plants", Question(("name==一样",))).total == 0


def test_a_city_corrects_its_own_rows_only(books: Callable[[str], Book]) -> None:
    carl = books("carl")
    assert plan_correction(carl, "plants", Question(), {"name": "x"}).chosen == 1
    assert refused(lambda: plan_correction(carl, "plants", Question(), {"city": "宝鸡"})) == {
        "access_refused"
    }
    assert refused(lambda: plan_correction(books("rob"), "plants", Question(), {"name": "x"})) == {
        "access_refused"
    }


def test_undo_is_a_batch_and_stops_at_later_changes(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    before = query_rows(ann, "plants", Question()).frame.drop("version", "changed_at", "changed_by")
    batch = apply_correction(ann, plan_correction(ann, "plants", Question(), {"cost": "1"}), "误").batch_id
    plan = plan_undo(ann, "plants", batch)
    assert plan.findings == ()
    assert refused(lambda: apply_undo(ann, plan, "")) == {"row_reason_missing"}
    apply_undo(ann, plan, "改回")
    after = query_rows(ann, "plants", Question()).frame.drop("version", "changed_at", "changed_by")
    assert after.equals(before)
    assert refused(lambda: plan_undo(ann, "plants", batch)) == {"register_batch_reversed"}
    second = apply_correction(ann, plan_correction(ann, "plants", Question(), {"cost": "2"}), "r").batch_id
    edit_row(ann, "plants", "P1/new", {"cost": 3.0})
    blocked = plan_undo(ann, "plants", second)
    assert [finding.code for finding in blocked.findings] == ["row_changed_later"]
    assert refused(lambda: apply_undo(ann, blocked, "r")) == {"row_changed_later"}
    acts = list_batches(ann, "plants")["act"].to_list()
    assert acts[:4] == ["edit", "correct", "undo", "correct"]
    assert set(list_batches(books("carl"), "plants")["actor"]) <= {"carl"}


def test_undoing_an_import_of_rows_withdraws_them(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    batch = add_row(ann, "plants", {**plant(1, "610100"), "code": "P9"}).batch_id
    plan = plan_undo(ann, "plants", batch)
    assert plan.preview.select("key", "field", "before", "after").rows() == [
        ("P9/new", "withdrawn", "false", "true")
    ]
    apply_undo(ann, plan, "误加")
    assert query_rows(ann, "plants", Question()).total == 2


def test_history_says_what_became_what(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    edit_row(ann, "plants", "P1/new", {"name": "甲"}, "更正")
    last = list_history(ann, "plants", "P1/new").row(-1, named=True)
    assert (last["before_json"], last["after_json"]) == ('{"name":"电站1"}', '{"name":"甲"}')
    assert find_batch(ann, "plants", "last") == last["batch_id"]
    assert find_batch(ann, "plants", "other") == "other"
    assert (last["actor"], last["reason"], last["version"]) == ("ann", "更正", 2)
    assert refused(lambda: list_history(ann, "plants", batch_id="x" * 26)) == {"register_batch_unknown"}


def test_the_list_counts_what_the_actor_sees(books: Callable[[str], Book]) -> None:
    rows = {one["register_id"]: one for one in list_registers(books("carl")).to_dicts()}
    assert (rows["plants"]["rows"], rows["makers"]["rows"]) == (1, 1)
    assert rows["plants"]["changed_at"] == "2026-11-22T09:30:00+08:00"
    eve = {one["register_id"]: one["rows"] for one in list_registers(books("eve")).to_dicts()}
    assert eve == {"makers": None, "plants": 0}


def test_every_field_is_described(empty_book: Book) -> None:
    fields = list_fields(empty_book.library, "plants")
    assert fields.height == 14 + 2 + 3
    kind = fields.filter(field_id="kind").row(0, named=True)
    assert (kind["codes"], kind["required"]) == ("new;retrofit", True)


@pytest.mark.parametrize(
    "asked",
    [
        Question(search=" ".join(map(str, range(3000)))), Question(where=("capacity_mw>=1",) * 2000),
        Question(sort=("-capacity_mw",) * 3000), Question(where=("name starts " + "x" * 100_000,)),
    ],
)  # fmt: skip
def test_a_question_without_end_is_refused(filled_book: Book, asked: Question) -> None:
    with pytest.raises(InputRefused) as error:
        query_rows(filled_book, "plants", asked)
    assert [finding.code for finding in error.value.findings] == ["row_query_long"]


@pytest.mark.parametrize("batch", ["\udcff", "' OR 1=1 --", "x" * 100_000])
def test_a_batch_that_is_none_is_refused(filled_book: Book, batch: str) -> None:
    for ask in (lambda: list_history(filled_book, "plants", batch_id=batch),
                lambda: plan_undo(filled_book, "plants", batch)):  # fmt: skip
        with pytest.raises(InputRefused):
            ask()
