"""What the tests of the API share: clients, and rows that belong to somebody."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from tests.conftest import PORTAL_MEMBERS

from dafeng.app.portal import Portal, PortalRequest, open_portal
from dafeng.app.portal_data import PortalData
from dafeng.doors.visitor import Visitor
from dafeng.pack import read_pack
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi import Request

API = "/api/v1"


@pytest.fixture(scope="session")
def first_portal(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Return a portal that is opened once: pack, registers and an empty database with the members."""
    url = str(tmp_path_factory.mktemp("api") / "portal.sqlite")
    with open_database(url) as database:
        agency = read_pack("shanxi").tables["agencies"]["agency_id"][0]
        for actor, (role, region, own) in PORTAL_MEMBERS.items():
            line = {"actor": actor, "role": role, "region": region, "agency": agency if own else None,
                    "valid_from": "2020-01-01", "granted_by": "test",
                    "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
            add_member(database, line)
    with open_portal(PortalRequest(finished_run, "shanxi", url)) as opened:
        yield opened


@pytest.fixture
def portal(first_portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """Return the same portal over a database and a workspace of its own; a run that is asked for waits.

    A copy of the database takes a twentieth of a new one.
    """
    monkeypatch.setattr("dafeng.app.portal_runs.start_worker", lambda _portal: None)
    path, root = tmp_path / "portal.sqlite", tmp_path / "workspace"
    with (
        closing(sqlite3.connect(str(first_portal.request.database_url))) as old,
        closing(sqlite3.connect(path)) as new,
    ):
        old.backup(new)
    root.mkdir()
    for entry in first_portal.data.root.iterdir():
        if not entry.name.startswith("."):
            (root / entry.name).symlink_to(entry)
    public = replace(
        first_portal.public, database=open_database(str(path)), attachments=tmp_path / "attachments"
    )
    request = replace(first_portal.request, workspace=root, database_url=str(path))
    with Portal(request, first_portal.settings, public, PortalData(root, public.pack)) as opened:
        yield opened


def make_client(portal: Portal) -> TestClient:
    """Return a client of a portal in which the header ``X-Actor`` says who asks."""

    def identify(request: Request) -> Visitor:
        actor = request.headers.get("X-Actor", "public")
        return Visitor(portal.book_of(actor), "public" if actor == "public" else "session")

    return TestClient(make_application(portal, identify), follow_redirects=False)


def make_ask(client: TestClient) -> Callable[..., Any]:
    """Return ``ask(actor, path, **more)``: a GET of the API in somebody's name."""

    def get(actor: str, path: str, headers: dict[str, str] | None = None) -> Any:
        return client.get(API + path, headers={"X-Actor": actor, **(headers or {})})

    return get


@pytest.fixture
def client(portal: Portal) -> TestClient:
    """Return a client of the portal of the test."""
    return make_client(portal)


@pytest.fixture
def ask(client: TestClient) -> Callable[..., Any]:
    """Return ``ask(actor, path, **more)``: a GET of the API in somebody's name."""
    return make_ask(client)


@pytest.fixture(scope="session")
def read(first_portal: Portal) -> Callable[..., Any]:
    """Return the same for tests that change nothing."""
    return make_ask(make_client(first_portal))


@pytest.fixture
def send(client: TestClient) -> Callable[..., Any]:
    """Return ``send(actor, method, path, **more)``: a request that changes something."""

    def request(actor: str, method: str, path: str, **more: Any) -> Any:
        headers = {"X-Actor": actor, **more.pop("headers", {})}
        return client.request(method, API + path, headers=headers, **more)

    return request


@pytest.fixture
def datong_task(send: Callable[..., Any]) -> str:
    """Return the id of a task of Datong (140200), set by the lead office."""
    task = {
        "clause": "C2.1.1",
        "subject": "140200",
        "title": "试点任务",
        "measure": "措施",
        "source": "会议纪要",
    }
    answer = send("lead_office", "POST", "/tasks", json=task)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["row_ids"][0])
