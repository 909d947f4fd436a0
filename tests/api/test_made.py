"""What is computed or made on demand: scenarios with turned levers, documents as files."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.app.portal import Portal


def test_a_scenario_is_computed_with_what_was_changed(read: Callable[..., Any], first_portal: Portal) -> None:
    plain = read("lead_office", "/scenarios/plan/answer").json()
    assert plain["changes"] == {}
    assert plain["draws"] >= 256
    more = read("lead_office", "/scenarios/plan/answer?L_wind_pv=200&autonomous=1").json()
    assert more["changes"] == {"L_wind_pv": "200"}  # the other changes nothing
    assert more["peak"]["peaked_share"] > plain["peak"]["peaked_share"]
    scope = {name: plain["peak"][name] for name in ("boundary", "power_export", "process", "gases")}
    run = first_portal.data.whole_frame("pathway.peak").filter(scenario="plan", **scope)
    assert abs(run["peaked_share"][0] - plain["peak"]["peaked_share"]) < 4 * plain["peak"]["peaked_error"]


def test_a_scenario_is_computed_only_for_who_may(read: Callable[..., Any]) -> None:
    assert read("enterprise", "/scenarios/plan/answer").status_code == 403
    assert read("public", "/scenarios/plan/answer").status_code in {401, 403}
    wrong = read("lead_office", "/scenarios/plan/answer?L_none=3").json()["error"]
    assert wrong["code"] == "portal_wish_unknown"


def test_a_document_is_made_for_whom_may_have_it(read: Callable[..., Any]) -> None:
    kinds = {one["kind"]: one for one in read("lead_office", "/documents").json()}
    assert set(kinds) >= {"quarterly", "city", "inventory"}
    raw = read("lead_office", "/documents/city?subject=140200")
    assert "word/document.xml" in ZipFile(BytesIO(raw.content)).namelist()
    own = {one["kind"]: one for one in read("city", "/documents").json()}
    assert set(own["city"]["subjects"]) == {"140200"}
    other = read("city", "/documents/city?subject=140300")
    none = read("city", "/documents/city?subject=149999")
    assert (other.status_code, other.json()["error"]["code"]) == (
        none.status_code,
        none.json()["error"]["code"],
    )
    assert read("public", "/documents").json() == []
