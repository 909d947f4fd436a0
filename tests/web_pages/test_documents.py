"""The page of documents: what is offered to whom, preview, files, a draft and its steps by forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dafeng.app.official_documents import REGISTER
from dafeng.app.register_query import query_rows
from dafeng.app.register_question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from dafeng.app.portal import Portal


def test_the_page_its_preview_and_files_by_rights(client_of: Callable[[str], TestClient]) -> None:
    office = client_of("lead_office")
    page = office.get("/documents").text
    assert "年度评估报告" in page
    assert 'value="140300"' in page
    assert 'value="140300"' not in client_of("city").get("/documents").text
    assert client_of("public").get("/documents").status_code == 303
    assert client_of("enterprise").get("/documents/preview?kind=yearly").status_code == 404
    assert client_of("city").get("/documents/file?kind=city&subject=140300").status_code == 404
    shown = office.get("/documents/preview?kind=yearly&language=en").text
    assert "Assessment report on the carbon peak" in shown
    assert 'style="' not in shown
    file = office.get("/documents/file?kind=quarterly&format=docx")
    assert file.content.startswith(b"PK")
    assert "attachment" in file.headers["Content-Disposition"]
    figure = office.get("/documents/figures/0?kind=yearly")
    assert figure.content.startswith(b"\x89PNG")
    assert office.get("/documents/figures/99?kind=yearly").status_code == 404
    assert office.get("/documents/preview?kind=city").status_code == 422


def test_a_draft_is_entered_and_issued_by_forms(
    portal: Portal, client_of: Callable[[str], TestClient]
) -> None:
    office = client_of("lead_office")
    sent = {"kind": "quarterly", "drafting_agency": "leading_group_office", "addressee": "示例局"}
    entered = office.post("/documents/draft", data=sent)
    assert entered.status_code == 303
    place = entered.headers["location"]
    assert client_of("reader").post("/documents/draft", data=sent).status_code == 403
    assert "示例局" in office.get(place).text
    refused = client_of("reviewer").post(f"{place}/step", data={"step": "review"})
    assert refused.status_code == 422
    assert "审核意见" in refused.text
    steps = [
        ("reviewer", {"step": "review", "review_opinion": "同意"}), ("lead_office", {"step": "countersign"}),
    ]  # fmt: skip
    for actor, data in steps:
        assert client_of(actor).post(f"{place}/step", data=data).status_code == 303, actor
    day = portal.public.today.isoformat()
    issue = {"step": "issue", "document_no": "示例〔2026〕1号", "signed_by": "示例", "issued_on": day}
    approver = client_of("approver")
    sheet = {"file": ("签发件.pdf", b"%PDF-1.7", "application/pdf")}
    answer = approver.post(f"{place}/step", data=issue, files=sheet)
    assert answer.status_code == 303
    rows = query_rows(portal.book_of("lead_office"), REGISTER, Question()).frame
    assert rows["state"].to_list() == ["issued"]
    assert rows["issued_sha256"][0] in approver.get(place).text


@pytest.mark.parametrize("actor", ["bank", "verifier", "enterprise"])
def test_who_sees_no_internal_figures_does_not_see_the_page(
    client_of: Callable[[str], TestClient], actor: str
) -> None:
    client = client_of(actor)
    assert client.get("/documents").status_code == 404
    assert "/documents" not in client.get("/").text
