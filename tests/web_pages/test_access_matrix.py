"""Every page, every role: what may not be opened answers as if it were not there."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from dafeng.access.grants import APART, STEP
from dafeng.app.register_book import judge
from dafeng.doors.visitor import SAFE_METHODS, Visitor
from dafeng.server.application import make_application
from dafeng.store.database import read_members
from dafeng.web.page import Asking, all_pages

if TYPE_CHECKING:
    from dafeng.app.portal import Portal

MEMBERS = (
    "administrator", "lead_office", "statistician", "agency", "reviewer", "approver", "auditor", "reader",
    "city", "city2", "county", "enterprise", "enterprise2", "verifier", "bank",
)  # fmt: skip
"""The members of the portal of the tests, called like their roles."""
ROLES = ("public", *MEMBERS)
FOR_SOME = {
    "members": {"administrator", "lead_office", "auditor"},
    "audit": {"administrator", "auditor"},
    "rights": set(MEMBERS),
    "account": set(MEMBERS),
    "health": {"administrator", "auditor"},
    "runs": {"administrator", "lead_office", "statistician", "auditor"},
}
"""Page -> who may open it; written by hand from the plan of roles, not from the code."""
NOWHERE = "no-such-thing-anywhere"


def asking(portal: Portal, actor: str) -> Asking:
    visitor = Visitor(portal.book_of(actor), "public" if actor == "public" else "session", csrf="x")
    request: Any = SimpleNamespace(query_params={}, headers={}, path_params={})
    return Asking(request, portal, visitor, "zh")


def client(portal: Portal) -> TestClient:
    """Return a client that is whom the header names, as a session."""

    def identify(request: Any) -> Visitor:
        actor = request.headers["X-Actor"]
        return Visitor(portal.book_of(actor), "public" if actor == "public" else "session", csrf="proof")

    return TestClient(make_application(portal, identify), follow_redirects=False)


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", NOWHERE, path)


def test_every_page_and_every_form_is_shut_to_those_who_may_not_open_it(portal: Portal) -> None:
    portal.settings = portal.settings.model_copy(
        update={"requests_per_minute": 10**6, "public_requests_per_minute": 10**6}
    )
    browser, tried = client(portal), 0
    for actor in ROLES:
        asked, headers = asking(portal, actor), {"X-Actor": actor}
        for page in all_pages():
            if page.allowed(asked):
                continue
            routes = [("GET", page.path), *((one.methods[0], one.path) for one in page.routes)]
            for method, path in routes:
                data = None if method in SAFE_METHODS else {"csrf": "proof"}
                answer = browser.request(method, filled(path), headers=headers, data=data)
                tried += 1
                if actor == "public":
                    assert answer.status_code == 303, (actor, path)
                    assert answer.headers["location"].startswith("/sign-in?next=/"), (actor, path)
                else:
                    assert answer.status_code == 404, (actor, path)
                    missing = browser.get("/no-such-page", headers=headers).text
                    assert told(answer.text) == told(missing), (actor, path)
    assert tried > 100
    assert set(read_members(portal.public.database)["actor"]) == set(MEMBERS)


def told(text: str) -> str:
    """Return what a page says of the failure, without the address and the number of the request."""
    said = re.search(r'<div class="notice failure".*?</div>', text, re.DOTALL)
    assert said
    return re.sub(r"[“”\"]/[^“”\"]*[“”\"]", "", said[0])


def test_pages_of_the_system_are_for_those_whom_the_plan_names(portal: Portal) -> None:
    pages = {one.id: one for one in all_pages() if one.id in FOR_SOME}
    found = {
        name: {actor for actor in ROLES if page.allowed(asking(portal, actor))}
        for name, page in pages.items()
    }
    assert found == FOR_SOME


def test_no_form_works_without_its_proof(portal: Portal) -> None:
    browser, tried = client(portal), 0
    asked, headers = asking(portal, "lead_office"), {"X-Actor": "lead_office"}
    for page in all_pages():
        for route in page.routes:
            if set(route.methods) <= SAFE_METHODS or not page.allowed(asked):
                continue
            for data in ({}, {"csrf": "guess"}):
                answer = browser.post(filled(route.path), headers=headers, data=data)
                assert answer.status_code == 403, route.path
                tried += 1
    assert tried > 20


def test_the_public_and_firms_reach_nothing_internal(portal: Portal) -> None:
    for actor in ("public", "enterprise", "verifier", "bank"):
        book = portal.book_of(actor)
        for resource in ("class.internal", "class.sensitive", "runs", "imports", *APART):
            assert not judge(book, "see", resource).allowed, (actor, resource)


def test_the_administrator_takes_no_step_and_changes_no_class(portal: Portal) -> None:
    """Separation of duties: who keeps rights and database takes no part in the business."""
    book = portal.book_of("administrator")
    assert not [one for one in book.permissions["action"] if one.startswith(STEP)]
    grants = book.grants
    judging = grants.filter(grants["action"].str.starts_with(STEP))
    assert "administrator" not in set(judging["role"])
    assert "auditor" not in set(judging["role"])
