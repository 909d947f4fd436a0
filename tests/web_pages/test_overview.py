"""The overview and the large screen: sentences with traces, changes, what differs between readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from dafeng.app.portal import PortalRequest, open_portal
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application
from dafeng.web.standing import make_standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dafeng.app.portal import Portal


def test_the_overview_begins_with_the_total_and_every_number_of_it_has_a_trace(
    portal: Portal, client_of: Callable[[str], TestClient]
) -> None:
    text = client_of("lead_office").get("/").text
    line = text.partition('class="first-line"')[2].partition("</p>")[0]
    total = portal.data.whole_frame("inventory.emissions")
    assert str(total["year"].max()) in line
    assert line.count("data-trace=") == 4  # two numbers in two languages
    assert '"traces":{"t0"' in text


def test_the_tally_adds_up_to_the_targets_of_the_plan(portal: Portal) -> None:
    context = portal.data.context(portal.book_of("lead_office"))
    standing = make_standing(context)
    plan = portal.data.whole_frame("plan.targets")
    judged = portal.data.whole_frame("tracking.verdicts")["target_id"]
    own = plan.filter(plan["document_id"] == "sx-peak-2022-29")["target_id"]
    assert sum(count for *_, count in standing.tally) == len(set(own) & set(judged))
    assert sum(count for _, count in standing.levels) == len(judged)


def test_changes_are_those_since_the_end_of_the_last_year(portal: Portal) -> None:
    standing = make_standing(portal.data.context(portal.book_of("lead_office")))
    replay = portal.data.whole_frame("tracking.replay")
    assert standing.since == replay["as_of"].max()
    now = dict(portal.data.whole_frame("tracking.verdicts").select("target_id", "verdict").iter_rows())
    then = dict(replay.filter(replay["as_of"] == standing.since).select("target_id", "verdict").iter_rows())
    moved = {row["target_id"] for row in standing.changes if row["before"] != row["after"]}
    assert moved == {code for code, verdict in then.items() if code in now and now[code] != verdict}


def test_levels_by_analogy_are_marked_as_such(
    client_of: Callable[[str], TestClient],
) -> None:
    text = client_of("lead_office").get("/").text
    curves = text.partition('class="curves"')[2].partition("</section>")[0]
    assert curves.count("参照") == curves.count('class="badge l-') > 0


def test_tasks_are_asked_for_by_whom_is_signed_in(client_of: Callable[[str], TestClient]) -> None:
    assert 'hx-get="/overview/tasks"' in client_of("agency").get("/").text
    assert client_of("agency").get("/overview/tasks").status_code == 200
    public = client_of("public")
    assert 'hx-get="/overview/tasks"' not in public.get("/").text
    assert public.get("/overview/tasks").status_code == 404


def test_before_the_first_run_the_overview_says_what_to_do(tmp_path: Path) -> None:
    request = PortalRequest(tmp_path / "nothing", "shanxi", str(tmp_path / "p.sqlite"), tmp_path / "files")
    with open_portal(request) as portal:
        app = make_application(portal, lambda _request: Visitor(portal.book_of("public")))
        answer = TestClient(app).get("/")
    assert answer.status_code == 200
    assert "还没有测算结果" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_large_screen_stands_alone(client_of: Callable[[str], TestClient], language: str) -> None:
    text = client_of("lead_office").get(f"/screen?lang={language}").text
    assert text.count('<section class="slide"') == 5
    assert "portal-nav" not in text
    assert " style=" not in text


def test_readers_of_less_see_less(client_of: Callable[[str], TestClient]) -> None:
    wide, narrow = (client_of(actor).get("/").text for actor in ("lead_office", "public"))
    assert 'href="/accounts/balance"' in wide
    assert len(narrow) < len(wide)
