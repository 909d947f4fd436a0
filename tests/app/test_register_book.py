"""Opening the book: whose definitions, which actor, which rights."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.access.membership import Membership
from dafeng.app.clock import parse_day
from dafeng.app.register_access import (
    AccessQuestion,
    end_role,
    explain_access,
    grant_role,
    list_access,
    list_members,
)
from dafeng.app.register_book import (
    Book,
    BookRequest,
    act_as,
    locate_database,
    open_book,
    refresh_permissions,
    require,
)
from dafeng.app.register_sources import read_register_texts
from dafeng.errors import InputRefused
from dafeng.store import database as store
from dafeng.store.database import read_permissions, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.pack import Pack

DAY = date(2026, 1, 1)


def codes_of(call: Any) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        call()
    return {finding.code for finding in refused.value.findings}


def test_first_use_ends_with_the_first_member(first_book: Book) -> None:
    assert first_book.first_use
    assert first_book.actor == "me"
    require(first_book, "edit", "plants")
    require(first_book, "step.finish", "plants")
    grant_role(first_book, Membership("root", "administrator", "*", None, DAY))
    assert codes_of(lambda: act_as(first_book, "me")) == {"access_not_a_member"}
    assert codes_of(lambda: act_as(first_book, None)) == {"access_actor_missing"}
    root = act_as(first_book, "root")
    assert not root.first_use
    assert codes_of(lambda: require(root, "step.finish", "plants")) == {"access_refused"}


@pytest.mark.parametrize("name", [" ann", "ann ", "a\nb", "x" * 65, "\u202e"])
def test_a_name_that_history_cannot_bear_is_refused(first_book: Book, name: str) -> None:
    assert codes_of(lambda: act_as(first_book, name)) == {"access_actor_invalid"}


def test_only_the_administrator_changes_members(books: Callable[[str], Book]) -> None:
    for actor in ("ann", "carl", "rita", "rob", "eve"):
        wanted = Membership(actor, "administrator", "*", None, DAY)
        assert codes_of(lambda a=actor, w=wanted: grant_role(books(a), w)) == {"access_refused"}
        assert codes_of(lambda a=actor: end_role(books(a), "root", "administrator")) == {"access_refused"}
    assert codes_of(lambda: end_role(books("root"), "root", "administrator")) == {"access_last_administrator"}


def test_what_ends_counts_at_once_also_in_the_database(books: Callable[[str], Book]) -> None:
    carl, root = books("carl"), books("root")
    plants = carl.library.register("plants")
    assert read_rows(root.database, plants, viewer=carl.viewer())["code"].to_list() == ["P1"]
    assert end_role(root, "carl", "city", region="西安") == 1
    assert read_rows(root.database, plants, viewer=carl.viewer()).is_empty()
    assert read_permissions(root.database, "carl").is_empty()
    assert codes_of(lambda: act_as(root, "carl")) == {"access_not_a_member"}
    line = list_members(root, every=True).filter(actor="carl").row(0, named=True)
    assert (line["ended_by"], line["ended_at"]) == ("root", root.now())
    assert "carl" not in list_members(root)["actor"]


def test_a_right_that_ended_meanwhile_changes_no_members(books: Callable[[str], Book]) -> None:
    root = books("root")
    grant_role(root, Membership("vera", "administrator", "*", None, DAY))
    vera = act_as(root, "vera")
    end_role(vera, "root", "administrator")
    assert codes_of(lambda: end_role(root, "vera", "administrator")) == {"access_refused"}
    tom = Membership("tom", "reader", "*", None, DAY)
    assert codes_of(lambda: grant_role(root, tom)) == {"access_refused"}


def test_the_first_use_ends_also_for_a_book_that_is_open(first_book: Book) -> None:
    grant_role(first_book, Membership("root", "administrator", "*", None, DAY))
    mine = Membership("me", "administrator", "*", None, DAY)
    assert codes_of(lambda: grant_role(first_book, mine)) == {"access_refused"}


def test_a_relation_made_from_members_of_before_is_not_written(books: Callable[[str], Book]) -> None:
    root = books("root")
    before = store.read_members(root.database)
    end_role(root, "carl", "city")
    refresh_permissions(root.database, root.grants, before, parse_day("2026-11-22"))
    assert read_permissions(root.database, "carl").is_empty()


def test_every_role_that_gives_a_right_stands_in_the_relation(books: Callable[[str], Book]) -> None:
    root = books("root")
    grant_role(root, Membership("rob", "reviewer", "*", None, DAY))
    lines = read_permissions(root.database, "rob").filter(action="see", resource="plants")
    assert set(lines["role"]) == {"reader", "reviewer"}


def test_the_relation_is_written_only_when_it_changes(
    books: Callable[[str], Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, written = books("root"), []
    real = store.renew_permissions
    monkeypatch.setattr(store, "renew_permissions", lambda *given: written.append(1) or real(*given))
    act_as(root, "ann")
    assert not written
    grant_role(root, Membership("zoe", "reader", "*", None, DAY))
    act_as(root, "zoe")
    assert len(written) == 1


def test_who_does_not_see_the_members_lists_and_explains_only_himself(books: Callable[[str], Book]) -> None:
    rob = books("rob")
    assert set(list_access(rob, AccessQuestion())["subject"]) == {"rob"}
    assert set(list_members(rob)["actor"]) == {"rob"}
    assert codes_of(lambda: list_access(rob, AccessQuestion("ann"))) == {"access_refused"}
    assert codes_of(lambda: explain_access(rob, "ann", "see", "plants")) == {"access_refused"}
    decision, why = explain_access(rob, "rob", "edit", "plants")
    assert not decision.allowed
    assert "省级部门经办" in why.text("zh")


def test_the_administrator_explains_anybody_on_a_row(books: Callable[[str], Book]) -> None:
    root = books("root")
    assert explain_access(root, "carl", "edit", "plants", "P1/new")[0].allowed
    assert not explain_access(root, "carl", "edit", "plants", "P2/new")[0].allowed
    listed = list_access(root, AccessQuestion(resource="plants", actions=("edit",), region="宝鸡"))
    assert set(listed["subject"]) == {"ann", "dora", "root"}
    assert codes_of(lambda: list_access(root, AccessQuestion(actions=("eidt",)))) == {"access_action_unknown"}
    assert codes_of(lambda: list_access(root, AccessQuestion(resource="plnts"))) == {"register_unknown"}
    assert codes_of(lambda: list_access(root, AccessQuestion(region="nowhere"))) == {"code_unknown"}


def test_a_member_of_another_day_is_nobody(books: Callable[[str], Book]) -> None:
    root = books("root")
    grant_role(root, Membership("zoe", "reader", "*", None, DAY, date(2026, 3, 1)))
    grant_role(root, Membership("yan", "reader", "*", None, date(2026, 12, 1)))
    for actor in ("zoe", "yan"):
        assert codes_of(lambda a=actor: act_as(root, a)) == {"access_not_a_member"}


def test_the_environment_goes_before_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert locate_database() == "dafeng-registers.sqlite"
    (tmp_path / "dafeng.toml").write_text('database = "other.sqlite"', "utf-8")
    assert locate_database() == "other.sqlite"
    monkeypatch.setenv("DAFENG_DATABASE_URL", "postgresql://db/registers")
    assert locate_database() == "postgresql://db/registers"
    assert locate_database("given.sqlite") == "given.sqlite"


def test_a_later_file_of_the_same_id_wins_and_is_told(shanxi: Pack, tmp_path: Path) -> None:
    (tmp_path / "firms.json").write_text('{"mine": true}', "utf-8")
    (tmp_path / "notes.md").write_text("no register", "utf-8")
    texts, notes = read_register_texts(shanxi, (tmp_path,))
    assert texts["firms.json"] == '{"mine": true}'
    assert "firms.toml" not in texts
    assert [note.code for note in notes] == ["register_replaced"]
    assert set(texts) == (set(shanxi.registers) - {"firms.toml"}) | {"firms.json"}
    assert codes_of(lambda: read_register_texts(shanxi, (tmp_path / "gone",))) == {"file_missing"}


def test_opening_needs_a_member_once_there_is_one(
    books: Callable[[str], Book], tiny_pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    books("root")
    request = BookRequest(str(tiny_pack), str(tmp_path / "registers.sqlite"), register_folders=())
    assert codes_of(lambda: open_book(request)) == {"access_actor_missing"}
