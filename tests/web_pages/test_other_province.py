"""A province with other data: no registers, no results, sources that its list does not name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.store.database import add_member, open_database
from dafeng.web.page import all_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.portal import Portal


def test_every_page_of_the_navigation_opens_without_registers_and_results(
    tiny_pack: Path, tmp_path: Path
) -> None:
    path = str(tmp_path / "portal.sqlite")
    line = {"actor": "ann", "role": "lead_office", "region": "*", "agency": None, "valid_from": "2020-01-01",
            "granted_by": "test", "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
    with open_database(path) as database:
        add_member(database, line)
    with open_portal(PortalRequest(tmp_path / "none", str(tiny_pack), path, tmp_path / "files")) as portal:
        application = make_application(portal, lambda _: Visitor(portal.book_of("ann"), "session"))
        client = TestClient(application, raise_server_exceptions=True)
        html = client.get("/").text
        shown = [page.path for page in all_pages() if f'href="{page.path}"' in html]
        assert len(shown) > 5
        assert {name: client.get(name).status_code for name in shown} == dict.fromkeys(shown, 200)


def test_a_source_that_is_not_listed_is_shown_by_its_id(
    portal: Portal, client_of: Callable[[str], TestClient]
) -> None:
    pack = portal.pack
    bare = replace(pack, tables={**pack.tables, "sources": pack.tables["sources"].clear()})
    portal.public = replace(portal.public, pack=bare)
    answer = client_of("lead_office").get("/data/inventory.factors/rows/1")
    assert answer.status_code == 200
    assert portal.data.whole_frame("inventory.factors")["source_id"][0] in answer.text
