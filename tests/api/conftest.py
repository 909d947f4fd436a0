"""What the tests of the API share: clients, and rows that belong to somebody."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import PORTAL_MEMBERS

from dafeng.app.portal import Portal, PortalRequest, open_portal
from dafeng.pack import read_pack
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

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
def portal(first_portal: Portal, tmp_path: Path) -> Iterator[Portal]:
    """Return the same portal over a database of its own: a copy takes a twentieth of a new one."""
    path = tmp_path / "portal.sqlite"
    with (
        closing(sqlite3.connect(str(first_portal.request.database_url))) as old,
        closing(sqlite3.connect(path)) as new,
    ):
        old.backup(new)
    public = replace(
        first_portal.public, database=open_database(str(path)), attachments=tmp_path / "attachments"
    )
    with Portal(first_portal.request, first_portal.settings, public, first_portal.data) as opened:
        yield opened


@pytest.fixture
def ask(client_of: Callable[[str], TestClient]) -> Callable[..., Any]:
    """Return ``ask(actor, path, **more)``: a GET of the API in somebody's name."""
    known: dict[str, TestClient] = {}

    def get(actor: str, path: str, **more: Any) -> Any:
        client = known.setdefault(actor, client_of(actor))
        return client.get(API + path, **more)

    return get


@pytest.fixture
def send(client_of: Callable[[str], TestClient]) -> Callable[..., Any]:
    """Return ``send(actor, method, path, **more)``: a request that changes something."""
    known: dict[str, TestClient] = {}

    def request(actor: str, method: str, path: str, **more: Any) -> Any:
        client = known.setdefault(actor, client_of(actor))
        return client.request(method, API + path, **more)

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
