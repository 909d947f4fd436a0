"""Restricted fields stay shut at every door: shown, asked, ordered, searched, summed, remembered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.app.register_attach import attach_file, read_attachment
from dafeng.app.register_correct import apply_correction, plan_correction, plan_undo
from dafeng.app.register_edit import add_row, edit_row
from dafeng.app.register_history import list_history
from dafeng.app.register_list import find_alerts
from dafeng.app.register_measures import measure_book
from dafeng.app.register_query import query_rows, sum_rows
from dafeng.app.register_question import Question
from dafeng.app.register_restricted import find_restricted, list_hidden
from dafeng.app.register_show import show_row
from dafeng.errors import InputRefused
from dafeng.register.model import Measure

from .conftest import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.register_book import Book

SHUT = {"cost", "remark", "unit_cost", "maker_energy"}


def refused(call: Any) -> set[str]:
    with pytest.raises(InputRefused) as error:
        call()
    return {finding.code for finding in error.value.findings}


def test_what_rests_on_a_restricted_field_is_restricted(empty_book: Book) -> None:
    found = find_restricted(empty_book.library, empty_book.library.register("plants"))
    assert set(found) == SHUT
    assert found["maker_energy"] == {"plants", "makers"}
    assert found["unit_cost"] == {"plants"}


@pytest.mark.parametrize("actor", ["rita", "rob"])
def test_shown_rows_are_empty_there(books: Callable[[str], Book], actor: str) -> None:
    book = books(actor)
    frame = query_rows(book, "plants", Question()).frame
    assert frame.height == 2
    assert all(frame[name].null_count() == 2 for name in SHUT)
    assert frame["capacity_mw"].null_count() == 0
    view = show_row(book, "plants", "P1/new")
    assert set(view.hidden) == SHUT
    assert "secret" not in json.dumps(dict(view.row), default=str)
    assert list_hidden(book, view.register) == SHUT


def test_a_city_sees_them_in_its_own_rows_only(books: Callable[[str], Book]) -> None:
    frame = query_rows(books("carl"), "plants", Question()).frame
    assert frame["code"].to_list() == ["P1"]
    assert frame["cost"].to_list() == [6000.0]
    assert frame["maker_energy"].to_list() == [1000.0]


def test_a_held_value_needs_the_linked_row_too(books: Callable[[str], Book]) -> None:
    """The plant is of the own city, its maker is not: the name is shown, its energy is not."""
    edit_row(books("ann"), "plants", "P1/new", {"maker": "M2"})
    carl = books("carl")
    row = query_rows(carl, "plants", Question()).frame.row(0, named=True)
    assert row["maker_name"] == "厂2"
    assert row["maker_energy"] is None
    assert row["cost"] == 6000.0
    assert show_row(carl, "plants", "P1/new").hidden == ("maker_energy",)
    assert query_rows(carl, "plants", Question(("maker_energy>0",))).total == 0
    assert sum_rows(carl, "plants", Question(), (), ["maker_energy"]).row(0) == (1, None, 1)


@pytest.mark.parametrize(
    "question",
    [
        Question(("cost>=1",)),
        Question(("remark contains secret",)),
        Question(("remark present",)),
        Question(("unit_cost>1",)),
        Question(("maker_energy>1",)),
        Question(sort=("-cost",)),
        Question(sort=("maker_energy",)),
    ],
)
def test_they_choose_and_order_nothing(books: Callable[[str], Book], question: Question) -> None:
    assert refused(lambda: query_rows(books("rob"), "plants", question)) == {"access_refused"}
    assert query_rows(books("ann"), "plants", question).total == 2


def test_words_are_not_searched_there(books: Callable[[str], Book]) -> None:
    assert query_rows(books("rob"), "plants", Question(search="secret")).total == 0
    assert query_rows(books("rob"), "plants", Question(search="电站1")).total == 1


@pytest.mark.parametrize(("group", "total"), [([], ["cost"]), (["cost"], []), (["kind"], ["unit_cost"])])
def test_they_are_not_added_up(books: Callable[[str], Book], group: list[str], total: list[str]) -> None:
    assert refused(lambda: sum_rows(books("rob"), "plants", Question(), group, total)) == {"access_refused"}
    assert sum_rows(books("ann"), "plants", Question(), group, total)["rows"].sum() == 2


def test_history_forgets_them(books: Callable[[str], Book]) -> None:
    edit_row(books("ann"), "plants", "P1/new", {"cost": 7000.0, "name": "新名"})
    for actor, knows in (("rob", False), ("ann", True)):
        events = list_history(books(actor), "plants")
        told = "".join(text for name in ("before_json", "after_json") for text in events[name].drop_nulls())
        assert ("secret words" in told) is knows
        assert ("7000" in told) is knows
        assert ("unit_cost" in told) is knows
        assert "新名" in told
    batch = list_history(books("ann"), "plants", "P1/new")["batch_id"][-1]
    assert "7000" not in "".join(
        list_history(books("rob"), "plants", batch_id=batch)["after_json"].drop_nulls()
    )


def test_history_tells_only_of_rows_that_are_seen(books: Callable[[str], Book]) -> None:
    assert set(list_history(books("dora"), "plants")["state_after"]) == {"planned"}
    assert list_history(books("dora"), "plants").height == 1
    assert refused(lambda: list_history(books("dora"), "plants", "P1/new")) == {"row_unknown"}


def test_alerts_that_read_them_are_not_told(books: Callable[[str], Book]) -> None:
    assert set(find_alerts(books("rob"))["alert_id"]) == {"overdue"}
    assert set(find_alerts(books("ann"))["alert_id"]) == {"overdue", "dear"}
    assert find_alerts(books("carl")).height == 2


def test_nobody_writes_over_what_he_may_not_see(books: Callable[[str], Book]) -> None:
    """A firm may edit no row; were it to edit, it would not reach what it does not see."""
    eve = books("eve")
    lines = eve.permissions.filter(action="see").with_columns(action=pl.lit("edit"))
    bold = replace(eve, permissions=pl.concat([eve.permissions, lines]))
    own = {"code": "E1", "kind": "new", "name": "自建", "city": "610100", "capacity_mw": 20.0}
    add_row(eve, "plants", {**own, "source": "s"})
    edit_row(bold, "plants", "E1/new", {"capacity_mw": 30.0})
    assert refused(lambda: edit_row(bold, "plants", "E1/new", {"cost": 1.0})) == {"access_refused"}


def test_a_formula_reads_nothing_of_foreign_rows(books: Callable[[str], Book]) -> None:
    """Whoever sees the energy of the makers of his city only does not get that of others by a correction."""
    formula = {"capacity_mw": "maker.energy / maker.energy * quantity(20, 'MW')"}
    assert refused(lambda: plan_correction(books("carl"), "plants", Question(), {}, formula)) == {
        "access_refused"
    }
    assert plan_correction(books("ann"), "plants", Question(), {}, formula).chosen == 2


def test_previews_of_corrections_and_reversals_hide_them(books: Callable[[str], Book]) -> None:
    ann = books("ann")
    made = plan_correction(ann, "plants", Question(), {"cost": "1"})
    assert set(made.preview["field"]) == {"cost", "unit_cost"}
    batch = apply_correction(ann, made, "r").batch_id
    assert refused(lambda: plan_undo(books("rob"), "plants", batch)) == {"access_refused"}
    assert refused(lambda: plan_undo(books("carl"), "plants", batch)) == {"access_refused"}
    assert plan_undo(ann, "plants", batch).preview.filter(field="cost")["after"].to_list() == ["6000.0"] * 2


def test_files_may_hold_it_and_are_not_for_readers(books: Callable[[str], Book], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\ncontent")
    attach_file(books("ann"), "plants", "P1/new", path)
    assert refused(lambda: read_attachment(books("rob"), "plants", "P1/new", "report.pdf")) == {
        "access_refused"
    }
    found = read_attachment(books("carl"), "plants", "P1/new", "report.pdf")
    assert found == ("report.pdf", b"%PDF-1.7\ncontent")


def test_a_firm_sees_only_what_it_made(books: Callable[[str], Book]) -> None:
    eve = books("eve")
    own = {"code": "E1", "kind": "new", "name": "自建", "city": "610100", "capacity_mw": 20.0}
    add_row(eve, "plants", {**own, "source": "s"})
    assert query_rows(eve, "plants", Question()).frame["code"].to_list() == ["E1"]
    assert refused(lambda: show_row(eve, "plants", "P1/new")) == {"row_unknown"}
    assert refused(lambda: edit_row(eve, "plants", "E1/new", {"name": "x"})) == {"access_refused"}


def test_a_preview_shows_what_was_empty_and_hides_what_follows(books: Callable[[str], Book]) -> None:
    """An empty figure that is filled is shown to who may see it; a restricted formula that moves with an open
    field is not shown to who may not."""
    ann = books("ann")
    edit_row(ann, "plants", "P1/new", {"cost": None})
    made = plan_correction(ann, "plants", Question(("code==P1",)), {"cost": "5"})
    assert made.preview.filter(field="cost").select("before", "after").rows() == [(None, "5.0")]
    rita = books("rita")
    lines = rita.permissions.filter(action="see").with_columns(action=pl.lit("correct"))
    bold = replace(rita, permissions=pl.concat([rita.permissions, lines]))
    preview = plan_correction(bold, "plants", Question(("code==P2",)), {"capacity_mw": "300"}).preview
    assert set(preview.select("field", "before", "after").iter_rows()) == {
        ("capacity_mw", "200.0", "300.0"), ("unit_cost", None, None),
    }  # fmt: skip


FIGURES = {"cost": ("sum(cost)", "10^4 CNY"), "power": ("sum(capacity_mw)", "MW")}


def with_figures(book: Book) -> Book:
    words = {"zh": "合计", "en": "total", "by_region": "city"}
    made = tuple(Measure(id=name, expr=expr, unit=unit, **words) for name, (expr, unit) in FIGURES.items())
    plants = book.library.register("plants").model_copy(update={"measures": made})
    return replace(
        book, library=replace(book.library, registers={**book.library.registers, "plants": plants})
    )


def test_figures_of_one_or_two_rows_tell_nothing_of_them(books: Callable[[str], Book]) -> None:
    def told(actor: str, figure: str) -> dict[str, float | None]:
        found = measure_book(with_figures(books(actor)), "plants").values.filter(measure_id=figure)
        assert (found["status"] == "withheld").to_list() == found["value"].is_null().to_list()
        return dict(found.select("region", "value").iter_rows())

    for number in (3, 4):
        add_row(books("ann"), "plants", plant(number, "610100", maker="M1"))
    assert told("rob", "cost") == {"CN-SN": 24000.0, "610100": None, "610300": None}
    assert told("rob", "power") == {"CN-SN": 1000.0, "610100": 800.0, "610300": 200.0}
    assert told("carl", "power") == {"CN-SN": 1000.0, "610100": None, "610300": None}
    assert None not in told("ann", "cost").values()
