"""Access matrix: every endpoint and role; nothing of another city or enterprise in lists, counts, errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.conftest import PORTAL_MEMBERS

from dafeng.app.tables import TABLES
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal

ACTORS = ("public", *PORTAL_MEMBERS)
SECRET = "密语壹贰叁"
ALLOWED = {200, 201, 202, 401, 403, 404, 409, 422, 503}


def _operations(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/api/v1/openapi.json", headers={"X-Actor": "public"}).json()["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods]


def _fill(path: str, row: str, number: str) -> str:
    values = {
        "register_id": "tasks", "row": row, "task": number, "attachment": "x.txt",
        "table_id": "cities.dossiers", "series_id": "new_clean_capacity_share", "target_id": "T1.2a-3",
        "scenario": "plan", "name": "report.xlsx",
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda hit: values.get(hit[1], "none"), path)


@pytest.fixture
def secret_task(ask: Callable[..., Any], send: Callable[..., Any], datong_task: str) -> tuple[str, str]:
    """Return id and number of a task of Datong whose words nobody else may meet."""
    path = f"/registers/tasks/rows/{datong_task}"
    send("lead_office", "PATCH", path, json={"values": {"title": SECRET, "measure": SECRET}})
    sent = send("lead_office", "POST", f"{path}/attachments", files={"file": ("x.txt", SECRET.encode())})
    assert sent.status_code == 201, sent.text
    return datong_task, ask("lead_office", path).json()["row"]["task_no"]


def test_no_endpoint_tells_another_city_or_an_enterprise_of_a_row(
    client: TestClient, secret_task: tuple[str, str]
) -> None:
    """Every endpoint by id: who may not see the row gets what he would get for one that is not there."""
    row, number = secret_task
    seen: dict[str, set[str]] = {}
    operations = _operations(client)
    for actor in ACTORS:
        named = {"X-Actor": actor}
        sees = client.get(f"/api/v1/registers/tasks/rows/{row}", headers=named).status_code == 200
        for path, method in operations:
            body = {"json": {}} if method in {"post", "patch"} else {}
            answer = client.request(method, _fill(path, row, number), headers=named, **body)
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
    read: Callable[..., Any], first_portal: Portal
) -> None:
    edition = first_portal.data.require_edition()
    for actor in ("public", "enterprise", "city", "reader", "administrator"):
        visible = set(first_portal.data.visible_tables(first_portal.book_of(actor)))
        listed = {one["table_id"] for one in read(actor, "/tables?limit=1000").json()["rows"]}
        assert listed == visible
        hidden = sorted(set(edition.table_ids()) - visible)
        for table_id in hidden[:: max(1, len(hidden) // 5)]:
            answers = [read(actor, f"/tables/{name}/rows") for name in (table_id, "no.table")]
            assert [answer.status_code for answer in answers] == [404, 404]
            codes = [answer.json()["error"]["code"] for answer in answers]
            assert codes == ["portal_table_unknown"] * 2
            assert table_id not in answers[1].text


def test_a_city_gets_no_row_of_another_city_from_any_table(
    read: Callable[..., Any], first_portal: Portal
) -> None:
    regions = first_portal.pack.tables["regions"]
    cities = set(regions.filter(pl.col("level") == "city")["code"]) - {"140200"}
    public = set(first_portal.data.visible_tables(first_portal.book_of("public")))
    met = 0
    for table_id in first_portal.data.visible_tables(first_portal.book_of("city")):
        names = {spec.name for spec in columns_of(TABLES[table_id][0])} & {"region", "subject_id"}
        for name in names if table_id not in public else ():
            page = read("city", f"/tables/{table_id}/rows?limit=10000&columns={name}").json()
            met += len(page["rows"])
            assert not cities & {row[name] for row in page["rows"]}, table_id
    assert met


def test_the_report_is_for_who_may_see_all_of_it(read: Callable[..., Any], first_portal: Portal) -> None:
    for actor in ACTORS:
        book = first_portal.book_of(actor)
        whole = set(first_portal.data.visible_tables(book)) == set(
            first_portal.data.require_edition().table_ids()
        )
        assert (read(actor, "/reports/report.xlsx").status_code == 200) <= whole, actor
    assert read("lead_office", "/reports/report.xlsx").content[:2] == b"PK"
    assert read("public", "/reports").json()["total"] == 0
    assert read("public", "/reports/report.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        (frozenset({"read"}), 200, 403),
        (frozenset({"write"}), 403, 422),
        (frozenset(), 403, 403),
        (None, 200, 422),
    ],
)  # fmt: skip
def test_a_token_does_what_its_scopes_say(
    first_portal: Portal, scopes: frozenset[str] | None, read: int, write: int
) -> None:
    visitor = Visitor(first_portal.book_of("lead_office"), "token", scopes)
    client = TestClient(make_application(first_portal, lambda _request: visitor))
    assert client.get("/api/v1/tables").status_code == read
    assert client.post("/api/v1/registers/tasks/rows", json={"values": {}}).status_code == write


def test_rights_are_ones_own_unless_members_may_be_seen(read: Callable[..., Any]) -> None:
    assert {one["subject"] for one in read("city", "/rights?limit=1000").json()["rows"]} == {"city"}
    assert len({one["subject"] for one in read("auditor", "/rights?limit=10000").json()["rows"]}) > 10
    assert read("city", "/rights/explanation?action=see&resource=tasks&subject=bank").status_code == 403
    assert read("city", "/rights/explanation?action=see&resource=tasks").json()["allowed"] is True
    assert {one["actor"] for one in read("bank", "/members").json()["rows"]} == {"bank"}
    assert read("public", "/me").json() == {
        "actor": "public", "kind": "public", "roles": ["public"], "scopes": None,
    }  # fmt: skip
