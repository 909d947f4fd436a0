"""Runs and system health on the web and in the API: who sees them, what they say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_runs import hold_worker_lock
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.store.database.portal_jobs import JobRecord, add_job, end_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.portal import Portal

SEE_RUNS = {"administrator", "lead_office", "statistician", "auditor"}
SEE_HEALTH = {"administrator", "auditor"}
AT = "2026-11-23T12:00:00+08:00"


@pytest.fixture
def failed(portal: Portal) -> str:
    """Give the id of a run that was refused, with markup in what refused it."""
    asked = {"workspace": "/x", "as_of": "2026-11-22", "parts": ["power"], "accept_findings": False}
    record = JobRecord("01RUN", "run", asked, "li<b>", "waiting", AT)
    add_job(portal.public.database, record, most_open=9, place="/x")
    told = {"findings": [{"code": "x", "zh": "缺数<i>", "en": "missing<i>"}], "more": 2}
    end_job(portal.public.database, "01RUN", "failed", AT, told)
    return "01RUN"


def test_each_role_sees_what_it_may(client_of: Callable[[str], TestClient], failed: str) -> None:
    for actor in (*sorted(SEE_RUNS), "city", "enterprise", "public"):
        client = client_of(actor)
        hidden = 303 if actor == "public" else 404
        assert client.get("/runs").status_code == (200 if actor in SEE_RUNS else hidden), actor
        assert client.get(f"/runs/{failed}").status_code == (200 if actor in SEE_RUNS else hidden), actor
        assert client.get("/health").status_code == (200 if actor in SEE_HEALTH else hidden), actor
        api = client.get("/api/v1/runs").status_code, client.get("/api/v1/health").status_code
        assert api == (200 if actor in SEE_RUNS else 403, 200 if actor in SEE_HEALTH else 403), actor


def test_an_auditor_sees_no_form_and_starts_nothing(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("auditor")
    assert 'action="/runs"' not in client.get("/runs").text
    assert 'action="/runs"' in client_of("statistician").get("/runs").text
    assert client.post("/api/v1/runs", json={}).status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_run_says_what_refused_it(
    client_of: Callable[[str], TestClient], failed: str, language: str
) -> None:
    text = client_of("statistician").get(f"/runs/{failed}?lang={language}").text
    assert {"zh": "缺数&lt;i&gt;", "en": "missing&lt;i&gt;"}[language] in text
    assert "li&lt;b&gt;" in text
    assert 'style="' not in text
    assert "/cancel" not in text, "it has ended"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"defect": "ZeroDivisionError"}, "ZeroDivisionError"),
        (
            {"totals_version": "v7", "computed": ["plan"], "kept": [], "findings": 0, "not_run": ["power"]},
            "v7",
        ),
    ],
)
def test_a_run_says_how_it_ended(
    client_of: Callable[[str], TestClient], portal: Portal, outcome: dict[str, Any], said: str
) -> None:
    asked = {"workspace": "/x", "as_of": "2026-11-22", "parts": [], "accept_findings": False}
    record = JobRecord("01END", "run", asked, "li", "waiting", AT)
    add_job(portal.public.database, record, most_open=9, place="/x")
    end_job(portal.public.database, "01END", "done", AT, outcome)
    assert said in client_of("statistician").get("/runs/01END").text


def test_the_api_tells_no_path_of_the_server(client_of: Callable[[str], TestClient], failed: str) -> None:
    client = client_of("statistician")
    told = client.get("/api/v1/runs").json()
    assert (told["total"], told["runs"][0]["state"], told["runs"][0]["parts"]) == (1, "failed", ["power"])
    assert "workspace" not in client.get(f"/api/v1/runs/{failed}").text
    assert client.get("/api/v1/runs/none").status_code == 404
    assert client.post("/api/v1/runs", json={"parts": ["magic"]}).status_code == 422


def test_health_speaks_of_every_check(client_of: Callable[[str], TestClient]) -> None:
    client = client_of("administrator")
    told = client.get("/api/v1/health").json()
    states = {one["check"]: one["state"] for one in told["checks"]}
    assert set(states) == {
        "database", "workspace", "attachments", "disk", "results", "parts", "runs", "history",
    }  # fmt: skip
    assert told["good"] == ("bad" not in states.values())
    assert states["history"] == "good"
    page = client.get("/health?lang=en").text
    assert "Wholeness of the registers" in page


def test_a_run_is_started_and_cancelled_from_its_form(tiny_pack: Path, tmp_path: Path) -> None:
    request = PortalRequest(tmp_path / "out", str(tiny_pack), str(tmp_path / "p.sqlite"), tmp_path / "files")
    with open_portal(request) as small:
        held = hold_worker_lock(small.data.root)  # so that no process is started
        assert held is not None
        book = small.book_of("li")
        application = make_application(small, lambda _request: Visitor(book, "session", csrf="c"))
        client = TestClient(application, follow_redirects=False)
        form = {"as_of": "2026-11-22", "parts": ["power", "ensemble"], "csrf": "c"}
        answer = client.post("/runs", data=form)
        assert answer.status_code == 303
        address = answer.headers["location"]
        assert "ensemble, power" in client.get(address).text
        assert client.post("/runs", data={**form, "csrf": "other"}).status_code == 403
        refused = client.post("/runs", data={**form, "as_of": "tomorrow"})
        assert refused.status_code == 422
        assert "tomorrow" in refused.text
        assert client.post(f"{address}/cancel", data={"csrf": "c"}).status_code == 303
        assert "run-cancelled" in client.get(address).text
        os.close(held)
