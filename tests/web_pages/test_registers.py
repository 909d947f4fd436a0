"""The registers on the web: journeys of a city, a firm, a verifier and a bank; nothing of others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from dafeng.app.register_edit import add_row
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question
from dafeng.doors.visitor import Visitor
from dafeng.server.application import make_application

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request
    from httpx import Response

    from dafeng.app.portal import Portal

    Clients = Callable[[str], TestClient]


@pytest.fixture
def client_of(portal: Portal) -> Clients:
    """Return a maker of clients of one application, each identified as somebody."""

    def identify(request: Request) -> Visitor:
        actor = request.headers["x-actor"]
        return Visitor(portal.book_of(actor), "public" if actor == "public" else "session")

    app = make_application(portal, identify)
    return lambda actor: TestClient(app, headers={"x-actor": actor}, follow_redirects=False)


FIRM = "911100001000000235"
PROJECT = {
    "f.project_code": "GF-1", "f.project_name": "余热利用", "f.firm": FIRM, "f.county": "140212",
    "f.authority": "ecology", "f.source": "企业申报表", "f.grade": "B",
}  # fmt: skip


SAVED = {200, 303}
"""With remarks the page tells them first."""
USUAL = {"number": 1.0, "integer": 1, "year": 2025, "boolean": True, "date": "2026-01-05"}


@pytest.fixture
def firm(portal: Portal) -> str:
    return _complete(portal, "firms", {"uscc": FIRM, "county": "140212"})


def _complete(portal: Portal, register_id: str, values: dict[str, Any]) -> str:
    """Add a row, as the administrator, with something usual where a field is required."""
    book = portal.book_of("administrator")
    given: dict[str, Any] = {"source": "test", **values}
    for field in book.library.register(register_id).asked:
        if field.required and field.id not in given:
            vocabulary = book.library.vocabulary(register_id, field)
            given[field.id] = vocabulary.codes[0] if vocabulary else USUAL.get(field.kind, "测试")
    return add_row(book, register_id, given).row_ids[0]


def post(client: TestClient, path: str, data: dict[str, Any], files: Any = None) -> Response:
    return client.post(path, data={"csrf": "", **data}, files=files)


def required(portal: Portal, register_id: str, given: dict[str, str]) -> dict[str, str]:
    """Return a form with the first choice where a field is required and not given."""
    book = portal.book_of("administrator")
    made = dict(given)
    for field in book.library.register(register_id).asked:
        if field.required and f"f.{field.id}" not in made:
            vocabulary = book.library.vocabulary(register_id, field)
            made[f"f.{field.id}"] = vocabulary.codes[0] if vocabulary else "1"
    return made


def test_what_may_not_be_seen_is_not_there(client_of: Clients) -> None:
    assert client_of("public").get("/registers").status_code == 303
    listed = client_of("enterprise").get("/registers").text
    assert "/registers/climate_finance" in listed
    assert "/registers/self_assessments" not in listed
    hidden, absent = (client_of("enterprise").get(f"/registers/{one}") for one in ("tasks", "no_such"))
    assert hidden.status_code == absent.status_code == 404


def test_a_firm_files_corrects_and_nobody_else_sees(portal: Portal, client_of: Clients, firm: str) -> None:
    enterprise = client_of("enterprise")
    form = required(portal, "climate_finance", PROJECT)
    refused = post(enterprise, "/registers/climate_finance/add", {**form, "f.investment": "很多"})
    assert refused.status_code == 422
    assert re.search(r'id="f.investment-error"[^>]*>[^<]*<span class="zh"[^>]*>“很多” 不是数字', refused.text)
    made = post(enterprise, "/registers/climate_finance/add", {
        **form, "f.investment": "1,200", "l.loans": "1", "l.loans.0.number": "1",
        "l.loans.0.lender": "甲银行",
        "l.loans.0.paid_on": "2026年3月1日", "l.loans.0.amount": "800", "l.loans.1.number": "",
    })  # fmt: skip
    assert made.status_code in SAVED
    rows = query_rows(portal.book_of("enterprise"), "climate_finance", Question()).frame
    row = rows.row(0, named=True)
    assert (row["investment"], row["loans"][0]["paid_on"], len(row["loans"])) == (1200.0, "2026-03-01", 1)
    path = f"/registers/climate_finance/rows/{row['row_id']}"
    assert "余热利用" in enterprise.get(path).text
    assert "余热利用" in client_of("city").get(path).text
    for other in ("enterprise2", "bank", "city2"):
        client = client_of(other)
        assert client.get(path).status_code == 404
        assert "余热利用" not in client.get("/registers/climate_finance").text
        assert post(client, f"{path}/edit", {"f.project_name": "x", "version": "1"}).status_code == 404


def test_a_conflict_shows_what_the_other_wrote(portal: Portal, client_of: Clients, firm: str) -> None:
    row_id = _complete(portal, "climate_finance", {
        "project_code": "GF-2", "project_name": "旧名", "firm": FIRM, "county": "140212",
        "authority": "ecology", "source": "s",
    })  # fmt: skip
    path = f"/registers/climate_finance/rows/{row_id}/edit"
    first, second = client_of("city"), client_of("administrator")
    text = first.get(path).text
    names = re.findall(r'name="(f\.[a-z_]+)"', text)
    values = {name: _value(text, name) for name in names}
    assert values["f.project_name"] == "旧名"
    assert post(second, path, {"f.project_name": "管理员改名", "version": "1"}).status_code in SAVED
    answer = post(first, path, {**values, "f.project_name": "本市改名", "version": "1"})
    assert answer.status_code == 409
    assert "管理员改名" in answer.text
    assert 'value="本市改名"' in answer.text
    again = _value(answer.text, "version")
    assert post(first, path, {**values, "f.project_name": "本市改名", "version": again}).status_code in SAVED
    stands = portal.book_of("city")
    assert query_rows(stands, "climate_finance", Question()).frame["project_name"].to_list() == ["本市改名"]
    compared = first.get(f"/registers/climate_finance/rows/{row_id}/compare?from=1&to=3").text
    assert "旧名" in compared
    assert "本市改名" in compared


def _value(text: str, name: str) -> str:
    hit = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', text)
    if hit:
        return hit[1]
    select = re.search(rf'<select[^>]*name="{re.escape(name)}".*?</select>', text, re.DOTALL)
    chosen = re.search(r'<option value="([^"]*)" selected', select[0]) if select else None
    area = re.search(rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>([^<]*)</textarea>', text)
    return chosen[1] if chosen else area[1] if area else ""


def test_a_verifier_checks_with_evidence_and_not_its_own(
    portal: Portal, client_of: Clients, firm: str
) -> None:
    row_id = _complete(portal, "export_footprints", {
        "footprint_no": "CF-1", "product_name": "钢轨", "firm": FIRM, "county": "140212",
        "authority": "commerce", "data_year": 2025, "source": "s",
        "stages": [{"stage": "production", "item": "轧制", "emission": 1.2, "data_kind": "primary"}],
    })  # fmt: skip
    path = f"/registers/export_footprints/rows/{row_id}"
    client = client_of("verifier")
    assert 'id="step-verify"' in client.get(path).text
    step = {"step": "verify", "f.verifier": "某核查机构"}
    bare = post(client, f"{path}/step", step)
    assert bare.status_code == 422
    assert "须有附件为证" in bare.text
    files = {"evidence": ("核查报告.pdf", b"%PDF-1.4 report")}
    done = post(client, f"{path}/step", {**step, "stages": "x"}, files)
    assert done.status_code == 303, done.text[done.text.index("<main") :][:1500]
    row = query_rows(portal.book_of("verifier"), "export_footprints", Question()).frame.row(0, named=True)
    assert (row["state"], row["verifier"], row["changed_by"]) == ("verified", "某核查机构", "verifier")
    shown = client.get(path).text
    attachment = re.search(rf"{path}/files/(\w+)", shown)
    assert attachment
    answer = client.get(f"{path}/files/{attachment[1]}")
    assert answer.content == b"%PDF-1.4 report"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert client_of("bank").get(f"{path}/files/{attachment[1]}").status_code == 404


def test_rows_are_filtered_sorted_and_exported_by_rights(
    portal: Portal, client_of: Clients, firm: str
) -> None:
    for number, county in enumerate(("140212", "140302", "140213")):
        _complete(portal, "climate_finance", {
            "project_code": f"P{number}", "project_name": f"项目{number}号", "county": county, "source": "s",
            "authority": "ecology", "investment": 100.0 * number, "firm": FIRM,
        })  # fmt: skip
    city = client_of("city")
    text = city.get(
        "/registers/climate_finance?sort=-investment&columns=project_name&columns=investment"
    ).text
    assert text.index("项目2号") < text.index("项目0号")
    assert "项目1号" not in text
    added = city.get("/registers/climate_finance?field=investment&operator=>=&value=150")
    assert added.headers["location"] == "/registers/climate_finance?where=investment+%3E%3D+150"
    kept = city.get(added.headers["location"]).text
    assert ("项目2号" in kept, "项目0号" in kept) == (True, False)
    wrong = city.get("/registers/climate_finance?where=nonsense")
    assert wrong.status_code == 422
    sheet = city.get("/registers/climate_finance/export/csv?q=项目")
    assert ("项目2号" in sheet.text, "项目1号" in sheet.text) == (True, False)
    cookie = city.get("/registers/climate_finance?columns=project_name&keep=1").headers["set-cookie"]
    assert cookie.startswith("dafeng_columns_climate_finance=project_name;")
    assert "HttpOnly" in cookie


def test_an_import_is_looked_at_marked_and_confirmed_once(
    portal: Portal, client_of: Clients, firm: str
) -> None:
    office = client_of("administrator")
    fields = portal.public.library.register("climate_finance").asked
    form = required(portal, "climate_finance", PROJECT)
    good = {field.id: form.get(f"f.{field.id}", "") for field in fields} | {"source": "申报表"}

    def sheet(**changes: str) -> dict[str, Any]:
        line = {**good, **changes}
        return {"file": ("申报.csv", f"{','.join(line)}\n{','.join(line.values())}\n".encode())}

    bad = post(office, "/registers/climate_finance/import", {"mode": "upsert"}, sheet(county="火星"))
    assert bad.status_code == 422
    errors = re.search(r"/registers/climate_finance/import/([0-9a-f]{32})/errors", bad.text)
    assert errors
    assert office.get(errors[0]).content[:2] == b"PK"
    assert client_of("city").get(errors[0]).status_code == 404  # staged for its sender only
    seen = post(office, "/registers/climate_finance/import", {"mode": "upsert"}, sheet())
    token = _value(seen.text, "token")
    assert query_rows(portal.book_of("administrator"), "climate_finance", Question()).total == 0
    confirmed = post(office, "/registers/climate_finance/import/confirm", {"token": token, "mode": "upsert"})
    assert "done=import" in confirmed.headers["location"]
    assert query_rows(portal.book_of("administrator"), "climate_finance", Question()).total == 1
    again = post(office, "/registers/climate_finance/import/confirm", {"token": token, "mode": "upsert"})
    assert again.status_code == 404


def test_a_bulk_correction_is_written_as_it_was_shown_and_taken_back(
    portal: Portal, client_of: Clients, firm: str
) -> None:
    for number in range(3):
        _complete(portal, "climate_finance", {
            "project_code": f"P{number}", "project_name": "项目", "county": "140212", "source": "s",
            "authority": "ecology", "method": "旧方法", "firm": FIRM,
        })  # fmt: skip
    client, path = client_of("administrator"), "/registers/climate_finance"
    form = {"where": ["project_code in P0,P1"], "field": "method", "value": "新方法", "reason": "统一"}
    seen = post(client, f"{path}/correct", {**form, "act": "preview"})
    digest = _value(seen.text, "digest")
    stale = post(client, f"{path}/correct", {**form, "act": "apply", "digest": digest, "value": "另一方法"})
    assert stale.status_code == 409
    done = post(client, f"{path}/correct", {**form, "act": "apply", "digest": digest})
    batch = done.headers["location"].rpartition("batch=")[2]
    book = portal.book_of("administrator")

    def methods() -> list[str]:
        return sorted(query_rows(book, "climate_finance", Question()).frame["method"].to_list())

    assert methods() == ["新方法", "新方法", "旧方法"]
    assert post(client, f"{path}/batches/{batch}/undo", {"reason": ""}).status_code == 422
    assert post(client, f"{path}/batches/{batch}/undo", {"reason": "填错"}).status_code == 303
    assert methods() == ["旧方法"] * 3
    assert client_of("city").get(f"{path}/correct").status_code == 403


def test_options_are_written_in_the_language_of_the_visitor(client_of: Clients) -> None:
    pages = [client_of("city").get(f"/registers/climate_finance/add?lang={one}").text for one in ("zh", "en")]
    chinese, english = (re.findall(r"<option[^>]*>(.*?)</option>", page, re.DOTALL) for page in pages)
    assert len(chinese) == len(english) > 20
    assert not [one for one in (*chinese, *english) if "<span" in one]
    assert chinese[-1] != english[-1]
