"""Access matrix: every endpoint and every role; nothing of another city or enterprise in lists, counts, errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.conftest import PORTAL_MEMBERS

from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal

ACTORS = ("public", *PORTAL_MEMBERS)
SECRET = "密语壹贰叁"
REGISTERS = {"enterprise": "company_reports"}
ALLOWED = {200, 401, 403, 404, 409, 422, 503}


def _operations(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods]


def _fill(path: str, row: str, number: str) -> str:
    values = {
        "register_id": "tasks", "row": row, "task": number, "attachment": "x.pdf", "table_id": "cities.dossiers",
        "series_id": "new_clean_capacity_share", "target_id": "T1.2a-3", "scenario": "plan", "name": "report.xlsx",
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda hit: values.get(hit[1], "none"), path)


@pytest.fixture
def secret_task(ask: Callable[..., Any], send: Callable[..., Any], datong_task: str) -> tuple[str, str]:
    """Return id and number of a task of Datong whose words nobody else may meet."""
    path = f"/registers/tasks/rows/{datong_task}"
    send("lead_office", "PATCH", path, json={"values": {"title": SECRET, "measure": SECRET}})
    sent = send("lead_office", "POST", f"{path}/attachments", files={"file": ("x.pdf", SECRET.encode())})
    assert sent.status_code == 201, sent.text
    return datong_task, ask("lead_office", path).json()["row"]["task_no"]


def test_no_endpoint_tells_another_city_or_an_enterprise_of_a_row(
    client_of: Callable[[str], TestClient], secret_task: tuple[str, str]
) -> None:
    """Every endpoint by id: who may not see the row gets what he would get for one that is not there."""
    row, number = secret_task
    seen: dict[str, set[str]] = {}
    for actor in ACTORS:
        client = client_of(actor)
        sees = client.get(f"/api/v1/registers/tasks/rows/{row}").status_code == 200
        for path, method in _operations(client):
            body = {"json": {}} if method in {"post", "patch"} else {}
            answer = client.request(method, _fill(path, row, number), **body)
            assert answer.status_code in ALLOWED, (actor, method, path, answer.text[:300])
            if SECRET in answer.text:
                seen.setdefault(actor, set()).add(path)
            assert sees or SECRET not in answer.text, (actor, method, path)
    assert set(seen) >= {"lead_office", "city", "auditor"}
    assert not set(seen) & {"public", "city2", "enterprise", "enterprise2", "bank", "verifier"}


def test_counts_sums_and_facets_hold_only_rows_that_may_be_seen(
    ask: Callable[..., Any], secret_task: tuple[str, str]
) -> None:
    for actor, rows in {"lead_office": 1, "city": 1, "city2": 0}.items():
        listed = {
            one["register_id"]: one["rows"] for one in ask(actor, "/registers?limit=1000").json()["rows"]
        }
        assert listed["tasks"] == rows
        sums = ask(actor, "/registers/tasks/sums?group=region").json()
        assert sum(one["rows"] for one in sums) == rows
        assert ask(actor, "/registers/tasks/rows?search=" + SECRET).json()["total"] == rows
    for actor in ("public", "enterprise"):
        answers = [ask(actor, "/registers/tasks/rows"), ask(actor, "/registers/tasks/sums?group=region")]
        assert [answer.status_code for answer in answers] == [403, 403]


def test_a_table_that_may_not_be_seen_answers_like_one_that_is_not_there(
    ask: Callable[..., Any], portal: Portal
) -> None:
    edition = portal.data.require_edition()
    for actor in ACTORS:
        visible = set(portal.data.visible_tables(portal.book_of(actor)))
        listed = {one["table_id"] for one in ask(actor, "/tables?limit=1000").json()["rows"]}
        assert listed == visible
        hidden = sorted(set(edition.table_ids()) - visible)
        for table_id in hidden[:: max(1, len(hidden) // 5)]:
            answers = [ask(actor, f"/tables/{name}/rows") for name in (table_id, "no.table")]
            assert [answer.status_code for answer in answers] == [404, 404]
            codes = [answer.json()["error"]["code"] for answer in answers]
            assert codes == ["portal_table_unknown"] * 2
            assert table_id not in answers[1].text


def test_a_city_gets_no_row_of_another_city_from_any_table(ask: Callable[..., Any], portal: Portal) -> None:
    regions = portal.pack.tables["regions"]
    cities = set(regions.filter(pl.col("level") == "city")["code"]) - {"140200"}
    public = set(portal.data.visible_tables(portal.book_of("public")))
    met = 0
    for table_id in portal.data.visible_tables(portal.book_of("city")):
        page = ask("city", f"/tables/{table_id}/rows?limit=10000").json()
        for name in ("region", "subject_id"):
            if name in {column["name"] for column in page["columns"]} and table_id not in public:
                met += len(page["rows"])
                assert not cities & {row[name] for row in page["rows"]}, table_id
    assert met


def test_the_report_is_for_who_may_see_all_of_it(ask: Callable[..., Any], portal: Portal) -> None:
    for actor in ACTORS:
        book = portal.book_of(actor)
        whole = set(portal.data.visible_tables(book)) == set(portal.data.require_edition().table_ids())
        assert (ask(actor, "/reports/report.xlsx").status_code == 200) <= whole, actor
    assert ask("lead_office", "/reports/report.xlsx").content[:2] == b"PK"
    assert ask("public", "/reports").json()["total"] == 0
    assert ask("public", "/reports/report.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        (frozenset({"read"}), 200, 403),
        (frozenset({"write"}), 403, 422),
        (frozenset(), 403, 403),
        (None, 200, 422),
    ],
)
def test_a_token_does_what_its_scopes_say(
    portal: Portal, scopes: frozenset[str] | None, read: int, write: int
) -> None:
    visitor = Visitor(portal.book_of("lead_office"), "token", scopes)
    client = TestClient(make_application(portal, lambda _request: visitor))
    assert client.get("/api/v1/tables").status_code == read
    assert client.post("/api/v1/registers/tasks/rows", json={"values": {}}).status_code == write


def test_rights_are_ones_own_unless_members_may_be_seen(ask: Callable[..., Any]) -> None:
    assert {one["subject"] for one in ask("city", "/rights?limit=1000").json()["rows"]} == {"city"}
    assert len({one["subject"] for one in ask("auditor", "/rights?limit=10000").json()["rows"]}) > 10
    assert ask("city", "/rights/explanation?action=see&resource=tasks&subject=bank").status_code == 403
    assert ask("city", "/rights/explanation?action=see&resource=tasks").json()["allowed"] is True
    assert {one["actor"] for one in ask("bank", "/members").json()["rows"]} == {"bank"}
    assert ask("public", "/me").json() == {
        "actor": "public", "kind": "public", "roles": ["public"], "scopes": None,
    }  # fmt: skip
