"""The frame: navigation by rights, language, fragments, kept drawings, no style or script of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dafeng.report
from dafeng.doors.visitor import Visitor
from dafeng.web.drawing import words
from dafeng.web.kept_pages import keep_drawn
from dafeng.web.page import Asking, all_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal

MINE = ("/", "/targets", "/warnings", "/plan", "/questions", "/accounts/emissions", "/accounts/method")


def asking_of(portal: Portal, actor: str) -> Asking:
    request: Any = None
    return Asking(request, portal, Visitor(portal.book_of(actor)), "zh")


def test_pages_carry_no_style_script_or_handler_inside(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    for path in MINE:
        text = client.get(path).text
        assert " style=" not in text
        assert not re.search(r"\son[a-z]+=", text)
        scripts = re.findall(r"<script([^>]*)>", text)
        assert all("src=" in one or 'type="application/json"' in one for one in scripts)
        assert re.findall(r'(?:src|action)="(?:https?:)?//[^"]*|<link[^>]*href="http[^"]*', text) == []


def test_no_drawing_of_the_report_writes_a_style_attribute() -> None:
    folder = Path(dafeng.report.__file__).parent
    files = [*folder.rglob("*.py"), *folder.rglob("templates/*.html"), *folder.rglob("assets/[!e]*.js")]
    assert len(files) > 80
    assert [file.name for file in files if re.search(r"""\sstyle=["'\\]""", file.read_text("utf-8"))] == []


def test_navigation_has_only_what_may_be_opened(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("enterprise")
    menu = client.get("/").text.partition('class="menu portal-menu"')[2].partition("</details>")[0]
    paths = re.findall(r'href="(/[^"]*)"', menu)
    assert "/plan" in paths
    assert "/accounts/balance" not in paths
    assert [path for path in paths if client.get(path).status_code == 404] == []


def test_the_language_switch_comes_back_to_the_same_choice(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("lead_office")
    text = client.get("/targets?verdict=met&lang=zh").text
    assert "/language/en?next=/targets%3Fverdict%3Dmet" in text
    answer = client.get("/language/en?next=/targets%3Fverdict%3Dmet")
    assert answer.headers["location"] == "/targets?verdict=met"
    assert '<html lang="en"' in client.get("/targets").text


def test_a_fragment_is_only_the_inside(client_of: Callable[[str], TestClient]) -> None:
    text = client_of("lead_office").get("/overview/tasks", headers={"HX-Request": "true"}).text
    assert "<html" not in text


def test_a_drawing_is_made_once_for_equal_readers_and_anew_for_others(portal: Portal) -> None:
    made: list[str] = []

    def draw(actor: str) -> str:
        return keep_drawn(asking_of(portal, actor), "test-frame", lambda: made.append(actor) or actor)

    assert [draw("lead_office"), draw("lead_office")] == ["lead_office"] * 2
    assert draw("city") == "city"
    assert draw("city2") == "city2"
    assert draw("public") == "public"
    assert made == ["lead_office", "city", "city2", "public"]


def test_a_drawing_that_fails_is_tried_again(portal: Portal) -> None:
    asking = asking_of(portal, "lead_office")
    with pytest.raises(ZeroDivisionError):
        keep_drawn(asking, "test-fails", lambda: 1 // 0)
    assert keep_drawn(asking, "test-fails", lambda: 7) == 7


def test_every_group_and_page_has_words_in_both_languages() -> None:
    for page in all_pages():
        assert page.title_zh
        assert page.title_en
        assert words()[f"web.group.{page.group}"]["en"]
