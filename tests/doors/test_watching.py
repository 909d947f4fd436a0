"""Probes, metrics and the log around every request."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from dafeng.doors.log_lines import LOGGER, JsonLines, TextLines
from dafeng.doors.visitor import Visitor
from dafeng.doors.watching import Watching
from dafeng.server.application import make_application

if TYPE_CHECKING:
    from fastapi import Request

    from dafeng.app.portal import Portal


def client(portal: Portal, address: str = "127.0.0.1", actor: str = "lead_office") -> TestClient:
    def who(_request: Request) -> Visitor:
        return Visitor(portal.book_of(actor), "session", csrf="c")

    watched = Watching(make_application(portal, who), portal)
    return TestClient(watched, client=(address, 50_000), raise_server_exceptions=False)


@pytest.fixture
def open_to_anybody(portal: Portal) -> Portal:
    portal.settings = portal.settings.model_copy(update={"metrics_readers": "anybody"})
    return portal


def test_requests_are_counted_by_their_route(portal: Portal) -> None:
    asking = client(portal)
    asking.get("/api/v1/about?secret=1")
    asking.get("/nothing/here")
    text = asking.get("/metrics").text
    assert 'route="/about",status="200"} 1.0' in text
    assert 'route="other",status="404"} 1.0' in text
    assert "secret" not in text
    assert "\ndafeng_database_up 1\n" in text
    assert 'dafeng_runs_open{state="waiting"} 0' in text


def test_metrics_are_for_this_machine_only(portal: Portal) -> None:
    assert client(portal, "192.0.2.7").get("/metrics").status_code == 404
    assert client(portal).get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    assert client(portal, "192.0.2.7").get("/readyz").status_code == 404
    assert client(portal, "192.0.2.7").get("/healthz").text == "ok\n"
    assert client(portal, "::1").get("/metrics").status_code == 200


def test_settings_open_or_close_metrics(open_to_anybody: Portal) -> None:
    assert client(open_to_anybody, "192.0.2.7").get("/metrics").status_code == 200
    open_to_anybody.settings = open_to_anybody.settings.model_copy(update={"metrics_readers": "nobody"})
    assert client(open_to_anybody).get("/metrics").status_code == 404


def test_a_portal_without_its_database_is_alive_but_not_ready(portal: Portal) -> None:
    asking = client(portal)
    assert asking.get("/readyz").json() == {"database": True, "workspace": True}
    url = portal.public.database.engine.url.set(database="/nowhere/at/all.sqlite")
    engine = sa.create_engine(url)
    portal.public = replace(portal.public, database=replace(portal.public.database, engine=engine))
    asking = client(portal)
    assert (asking.get("/readyz").status_code, asking.get("/healthz").status_code) == (503, 200)
    assert "\ndafeng_database_up 0\n" in asking.get("/metrics").text


def test_every_request_has_a_line_without_its_query(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        answer = client(portal).get("/api/v1/about?token=secret", headers={"Cookie": "dafeng=secret"})
    record = next(one for one in caplog.records if one.name == LOGGER)
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert "secret" not in line
    assert (told["event"], told["actor"], told["status"], told["route"]) == (
        "request", "lead_office", 200, "/about",
    )  # fmt: skip
    assert told["request_id"] == answer.headers["X-Request-ID"]
    assert told["size_bytes"] == len(answer.content)
    assert "actor='lead_office'" in TextLines().format(record)


def test_a_defect_is_logged_with_its_trace(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def __call__(self, *_arguments: object) -> None:
            raise ZeroDivisionError

    with caplog.at_level(logging.INFO, LOGGER):
        TestClient(Watching(Broken(), portal), raise_server_exceptions=False).get("/x")
    told = [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == LOGGER]
    assert [one["event"] for one in told] == ["defect", "request"]
    assert "ZeroDivisionError" in told[0]["trace"]
    assert told[1]["status"] == 500
