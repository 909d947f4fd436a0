"""One portal for all tests that only read: opened once, everybody known by a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.conftest import PORTAL_MEMBERS

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.doors.visitor import Visitor
from dafeng.pack import read_pack
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi import Request

ACTOR = "X-Test-Actor"


@pytest.fixture(scope="session")
def reader_of(
    finished_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], TestClient]]:
    """Return a maker of clients that read as somebody; write nothing with them."""
    folder = tmp_path_factory.mktemp("readers")
    url = str(folder / "portal.sqlite")
    with open_database(url) as database:
        agency = read_pack("shanxi").tables["agencies"]["agency_id"][0]
        for actor, (role, region, own) in PORTAL_MEMBERS.items():
            add_member(database, {
                "actor": actor, "role": role, "region": region, "agency": agency if own else None,
                "valid_from": "2020-01-01", "granted_by": "test", "granted_at": "2020-01-01T00:00:00+08:00",
            })  # fmt: skip
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as portal:

        def identify(request: Request) -> Visitor:
            actor = request.headers[ACTOR]
            return Visitor(portal.book_of(actor), "public" if actor == "public" else "session")

        application = make_application(portal, identify)
        yield lambda actor: TestClient(application, headers={ACTOR: actor}, follow_redirects=False)
