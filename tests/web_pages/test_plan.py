"""The plan browser: clauses, bodies, systems, search, and links that lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from dafeng.web.plan.search import list_entries, mark_words, search_plan, split_words
from dafeng.web.plan.view import PlanView

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal


@pytest.fixture
def view(portal: Portal) -> PlanView:
    return PlanView(portal.data.context(portal.book_of("lead_office")))


def test_every_clause_stands_in_one_chapter_and_one_part(view: PlanView) -> None:
    listed = [row["clause_id"] for _, parts in view.chapters for _, rows in parts for row in rows]
    assert sorted(listed) == sorted(view.clauses)


def test_bodies_and_clauses_are_the_same_relation_from_both_ends(view: PlanView) -> None:
    forward = {(clause, agency) for clause, found in view.bodies_of.items() for agency, _ in found}
    backward = {(clause, agency) for agency, clauses in view.clauses_of.items() for clause in clauses}
    assert forward == backward
    assert forward


def test_neighbours_walk_through_the_plan(view: PlanView) -> None:
    ids = list(view.clauses)
    walked = [ids[0]]
    while (after := view.neighbours(walked[-1])[1]) is not None:
        walked.append(after["clause_id"])
    assert walked == ids
    assert view.neighbours(ids[0])[0] is None


def test_search_wants_every_word_and_puts_titles_first(view: PlanView) -> None:
    hits = search_plan(view, "煤电 清洁", "zh")
    assert hits
    for hit in hits:
        text = " ".join((*hit.entry.name, *hit.entry.text, hit.entry.label))
        assert "煤电" in text
        assert "清洁" in text
    in_title = ["煤电" in hit.entry.name[0] for hit in search_plan(view, "煤电", "zh")]
    assert in_title == sorted(in_title, reverse=True)
    assert search_plan(view, "  ", "zh") == []
    assert search_plan(view, "没有这样的词", "zh") == []


def test_search_escapes_what_was_typed(client_of: Callable[[str], TestClient]) -> None:
    text = client_of("lead_office").get("/plan?q=<script>alert(1)</script>").text
    assert "<script>alert" not in text
    assert str(mark_words("a<b", split_words("a<b"))) == "<mark>a&lt;b</mark>"
    assert mark_words("a.c abc", [".", "a"]) == "<mark>a</mark><mark>.</mark>c <mark>a</mark>bc"


def test_every_link_of_the_search_leads_to_a_page(
    view: PlanView, client_of: Callable[[str], TestClient]
) -> None:
    client = client_of("lead_office")
    first = {entry.kind: entry.href for entry in reversed(list(list_entries(view)))}
    assert set(first) == {"clause", "target", "system", "agency", "lever", "question"}
    for href in first.values():
        page, _, anchor = href.partition("#")
        text = client.get(page).text
        assert not anchor or f'id="{anchor}"' in text


@pytest.mark.parametrize("path", ["/plan", "/plan/clauses/C2.1.1", "/plan/agencies/drc", "/plan/systems"])
def test_links_of_a_page_lead_somewhere(client_of: Callable[[str], TestClient], path: str) -> None:
    client = client_of("lead_office")
    main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
    links = sorted(set(re.findall(r'href="(/(?:plan|targets|questions)[^"#]*)', main)))[:12]
    assert [link for link in links if client.get(link.replace("&amp;", "&")).status_code != 200] == []


def test_unknown_ones_are_not_there(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    for path in ("/plan/clauses/C99", "/plan/agencies/nobody"):
        assert client.get(path).status_code == 404
