"""The whole portal on PostgreSQL: first use, sign-in, roles, tasks, a change by the API, history and log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.testclient import TestClient
from tests.server.test_identity import Browser

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.portal_audit import verify_audit
from dafeng.app.portal_first_use import prepare_first_administrator
from dafeng.app.tasks_seed import write_seed
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.store.database import verify_history

if TYPE_CHECKING:
    from pathlib import Path


def test_from_first_start_to_a_filed_change(finished_run: Path, postgres_url: str, tmp_path: Path) -> None:
    with open_portal(PortalRequest(finished_run, "shanxi", postgres_url, tmp_path)) as portal:
        first = prepare_first_administrator(portal)
        assert first is not None
        admin = Browser(portal)
        assert admin.sign_in(first.actor, first.password).status_code == 303
        assert admin.client.get("/members").headers["location"].startswith("/account/password")
        new = "Muster-Wort-2026"
        page = admin.client.get("/account/password").text
        proof = re.findall(r'name="csrf" (?:content|value)="([^"]+)"', page)[0]
        data = {"csrf": proof, "old": first.password, "new": new, "again": new}
        changed = admin.client.post("/account/password", data=data)
        assert changed.status_code in {200, 303}
        assert admin.client.get("/members").status_code == 200

        granted = admin.post("/members/grant", user="office", role="lead_office", region="*")
        assert granted.status_code in {200, 303}
        office = portal.book_of("office")
        assert write_seed(office).new > 500
        client = TestClient(make_application(portal, lambda _request: Visitor(office, "token")))
        listed = client.get("/api/v1/registers/tasks/rows?region__below=140200&limit=2&sort=task_no").json()
        assert listed["total"] > 10
        row = listed["rows"][0]
        body = {"values": {"progress": "已开工"}, "version": row["version"], "reason": "月报"}
        address = f"/api/v1/registers/tasks/rows/{row['row_id']}"
        assert client.patch(address, json=body).status_code == 200
        body["values"] = {"progress": "已完工"}
        assert client.patch(address, json=body).status_code == 409  # an older version was seen
        assert TestClient(make_application(portal)).get(address).status_code in {401, 403, 404}

        assert verify_history(portal.public.database) == ()
        checked = verify_audit(portal.book_of(first.actor))
        assert checked.broken_at is None
        assert checked.rows >= 5
