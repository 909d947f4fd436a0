"""The task board and the self-assessments on the web: from the plan to an approved self-assessment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from dafeng.app.register_edit import edit_row
from dafeng.app.register_rows import read_row
from dafeng.app.tasks_items import show_ground
from dafeng.app.tasks_seed import write_seed
from dafeng.doors.visitor import Visitor
from dafeng.errors import InputRefused
from dafeng.server.application import make_application
from dafeng.web.tasks.board import CARDS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request
    from httpx import Response

    from dafeng.app.portal import Portal

    Clients = Callable[[str], TestClient]


@pytest.fixture
def client_of(portal: Portal) -> Clients:
    """Return a maker of clients of one application, each identified as somebody."""

    def identify(request: Request) -> Visitor:
        actor = request.headers["x-actor"]
        return Visitor(portal.book_of(actor), "public" if actor == "public" else "session")

    app = make_application(portal, identify)
    return lambda actor: TestClient(app, headers={"x-actor": actor}, follow_redirects=False)


@pytest.fixture
def seeded(portal: Portal) -> Portal:
    write_seed(portal.book_of("lead_office"))
    return portal


def post(client: TestClient, path: str, data: dict[str, Any], files: Any = None) -> Response:
    return client.post(path, data={"csrf": "", **data}, files=files)


def test_an_empty_board_offers_the_tasks_of_the_plan_to_those_who_may(
    portal: Portal, client_of: Clients
) -> None:
    assert 'action="/tasks/seed"' in client_of("lead_office").get("/tasks").text
    assert 'action="/tasks/seed"' not in client_of("reader").get("/tasks").text
    assert post(client_of("city"), "/tasks/seed", {}).status_code == 403
    assert post(client_of("lead_office"), "/tasks/seed", {}).status_code == 303
    assert client_of("lead_office").get("/tasks").text.count("data-card") == CARDS_SHOWN


def test_a_city_sees_and_moves_its_own_tasks_alone_or_many_at_once(
    seeded: Portal, client_of: Clients
) -> None:
    city = client_of("city")
    table = city.get("/tasks?view=table").text
    numbers = re.findall(r'name="task" value="([^"]+)"', table)
    assert len(numbers) > 20
    assert all(number.endswith("-140200") for number in numbers)
    assert (
        post(
            city, "/tasks/move", {"task": numbers[:3], "step": "accept", "back": "/tasks?view=table"}
        ).headers["location"]
        == "/tasks?view=table&done=move"
    )
    mixed = post(city, "/tasks/move", {"task": [numbers[0], numbers[4], "C2.1.1-140300"], "step": "accept"})
    assert mixed.status_code == 409
    book = seeded.book_of("city")
    tasks = book.library.register("tasks")
    assert read_row(book, tasks, numbers[4])["state"] == "accepted"
    assert "C2.1.1-140300" in mixed.text  # what he asked for is told as not there
    assert "没有行 C2.1.1-140300" in mixed.text
    other = seeded.book_of("city2")
    assert read_row(other, tasks, "C2.1.1-140300")["state"] == "assigned"
    assert post(city, "/tasks/move", {"step": "accept"}).status_code == 422


def test_a_card_offers_what_its_state_and_rights_allow(seeded: Portal, client_of: Clients) -> None:
    board = client_of("city").get("/tasks").text
    card = board[board.index("data-card") :][:2500]
    assert 'name="step" value="accept"' in card
    assert "suspend" not in card
    assert 'name="step"' not in client_of("reader").get("/tasks").text


def test_an_issue_blocks_its_task(seeded: Portal, client_of: Clients) -> None:
    city, number = client_of("city"), "C2.1.1-140200"
    post(city, "/tasks/move", {"task": [number], "step": "accept"})
    report = {"task": number, "title": "用地指标未落实", "about": "两个项目无地", "severity": "major"}
    assert post(city, "/tasks/issue", {**report, "about": ""}).status_code == 422
    made = post(city, "/tasks/issue", report)
    assert made.status_code == 303
    book = seeded.book_of("city")
    assert read_row(book, book.library.register("tasks"), number)["state"] == "blocked"
    assert client_of("city2").get(made.headers["location"]).status_code == 404
    assert "用地指标未落实" in client_of("lead_office").get(made.headers["location"]).text


def test_a_filled_form_is_looked_at_like_every_upload_and_rests_on_what_its_maker_sees(
    seeded: Portal, client_of: Clients
) -> None:
    city = client_of("city")
    here = post(city, "/self-assessments/make", {"subject": "140200", "period": "2026"}).headers["location"]
    path = here.partition("?")[0] + "/fill"
    for name, content in {
        "机密 自评.xlsx": b"PK\x03\x04",
        "a.xlsm": b"PK\x03\x04",
        "a.csv": "机密★10年".encode(),
    }.items():
        answer = post(city, path, {}, {"file": (name, content)})
        assert answer.status_code == 422
        assert "密级" in answer.text or "此处不接受" in answer.text, name
    region = seeded.pack.config.pack.region
    seen = show_ground(seeded.data.context(seeded.book_of("city")), region).facts.tables
    assert "140300" not in set(seen["cities.dossiers"]["region"])


def test_a_self_assessment_goes_from_city_over_review_to_approval(seeded: Portal, client_of: Clients) -> None:
    city = client_of("city")
    assert post(city, "/self-assessments/make", {"subject": "140300", "period": "2026"}).status_code == 403
    here = post(city, "/self-assessments/make", {"subject": "140200", "period": "2026"}).headers["location"]
    here = here.partition("?")[0]
    page = city.get(here).text
    assert page.count('name="i.') > 100
    version = re.search(r'name="version" value="(\d+)"', page)[1]  # type: ignore[index]
    own = {"version": version, "f.summary": "总体顺利", "f.own_total": "88", "i.0.own_words": "已完成"}
    wrong = post(city, here, {**own, "i.0.own_score": "很高"})
    assert (wrong.status_code, "不是数字" in wrong.text) == (422, True)
    assert post(city, here, {**own, "i.0.own_score": "9.5"}).status_code == 303
    assert "已完成" in city.get(here).text
    step = f"/registers/self_assessments/rows/{here.rpartition('/')[2]}/step"
    assert post(city, step, {"step": "submit", "back": here}).headers["location"] == here
    assert post(city, step, {"step": "review", "f.review_opinion": "同意"}).status_code == 403
    assert post(client_of("administrator"), step, {"step": "approve"}).status_code == 403
    book = seeded.book_of("city")
    with pytest.raises(InputRefused):  # by any door: what was handed in stays as it is
        edit_row(book, "self_assessments", here.rpartition("/")[2], {"own_total": 100.0})
    reviewer = client_of("reviewer")
    assert 'id="step-review"' in reviewer.get(here).text
    assert post(reviewer, step, {"step": "review", "f.review_opinion": "同意"}).status_code == 303
    assert post(reviewer, step, {"step": "approve"}).status_code == 403
    assert post(client_of("lead_office"), step, {"step": "approve"}).status_code == 303
    book = seeded.book_of("city")
    row = read_row(book, book.library.register("self_assessments"), here.rpartition("/")[2])
    assert (row["state"], row["own_total"], row["items"][0]["own_score"]) == ("approved", 88.0, 9.5)
    assert 'name="i.0.own_words"' not in city.get(here).text  # nothing to write any more
    assert client_of("city2").get(here).status_code == 404
    assert client_of("lead_office").get(f"{here}/export/docx").content[:2] == b"PK"
