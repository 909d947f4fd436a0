"""Documents from a run: rights, periods, forms, length, formulas that give our values, way to the issue."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest

from dafeng.app import document_pdf
from dafeng.app.documents import (
    FORMATS,
    DocumentWish,
    compose_document,
    default_period,
    list_kinds,
    list_subjects,
    make_document,
)
from dafeng.app.official_documents import REGISTER, move_document, save_draft
from dafeng.app.portal import PortalRequest, open_portal
from dafeng.app.register_attach import list_attachments
from dafeng.app.register_edit import edit_row
from dafeng.app.register_rows import read_row
from dafeng.errors import InputRefused
from dafeng.report.official import CIRCULAR_CHARACTERS
from dafeng.store.database import add_member, open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.app.portal import Portal
    from dafeng.app.register_book import Book
    from dafeng.store.database import Database

SUBJECTS = {"city": "140200", "department": "energy_bureau"}
ROLES = (
    "lead_office", "reviewer", "approver", "reader", "auditor", "city", "enterprise", "bank", "verifier",
)  # fmt: skip
EVERY = ("yearly", "quarterly", "city", "department", "inventory")


def code_of(error: pytest.ExceptionInfo[InputRefused]) -> str:
    return error.value.findings[0].code


def wish_of(sort: str, /, **changes: Any) -> DocumentWish:
    return replace(DocumentWish(sort, subject=SUBJECTS.get(sort, "")), **changes)


@pytest.fixture(scope="module")
def portal(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Return one portal for all tests here: opening it is what takes the time."""
    folder = tmp_path_factory.mktemp("documents")
    url = str(folder / "portal.sqlite")
    with open_database(url) as database:
        for actor in ROLES:
            _admit(database, actor, actor, "140200" if actor in {"city", "enterprise"} else "*")
        _admit(database, "both", "lead_office", "*")
        _admit(database, "both", "approver", "*")
    with open_portal(PortalRequest(finished_run, "shanxi", url, folder / "attachments")) as opened:
        yield opened


def _admit(database: Database, actor: str, role: str, region: str) -> None:
    line = {"actor": actor, "role": role, "region": region, "agency": None, "valid_from": "2020-01-01",
            "granted_by": "test", "granted_at": "2020-01-01T00:00:00+08:00"}  # fmt: skip
    if role in {"agency", "reviewer", "approver"}:
        line["agency"] = "drc"
    add_member(database, line)


@pytest.fixture(scope="module")
def office(portal: Portal) -> Book:
    return portal.book_of("lead_office")


def test_who_sees_internal_figures_makes_documents_and_nobody_else(portal: Portal) -> None:
    for actor in ("lead_office", "reader", "auditor", "city"):
        assert list_kinds(portal, portal.book_of(actor)) == EVERY, actor
    for actor in ("public", "enterprise", "bank", "verifier"):
        book = portal.book_of(actor)
        assert list_kinds(portal, book) == (), actor
        with pytest.raises(InputRefused) as error:
            make_document(portal, book, DocumentWish("yearly"))
        assert code_of(error) == "document_kind_unknown"


def test_a_city_has_its_own_sheet_only_and_another_is_like_one_that_is_not_there(portal: Portal) -> None:
    book = portal.book_of("city")
    assert list(list_subjects(portal, book, "city")) == ["140200"]
    others = set(list_subjects(portal, portal.book_of("lead_office"), "city")) - {"140200"}
    regions = portal.pack.tables["regions"]
    names = regions.filter(regions["code"].is_in(list(others)))["name_zh"].to_list()
    for code in ("140300", "149999"):
        with pytest.raises(InputRefused) as error:
            make_document(portal, book, DocumentWish("city", subject=code))
        assert code_of(error) == "document_subject_unknown"
        assert not [name for name in names if name in error.value.findings[0].text("zh")]
    made = compose_document(portal, book, DocumentWish("city", subject="140200"))
    whole = "".join(made.texts())
    assert [name for name in names if f"{name}：" in whole] == []


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_in_both_languages_is_a_draft_without_holes(
    portal: Portal, office: Book, kind: str, language: Any
) -> None:
    document = compose_document(portal, office, wish_of(kind, language=language))
    texts = list(document.texts())
    assert document.is_draft
    assert not [text for text in texts if "{" in text or re.search(r"\b(None|nan)\b(?! of)", text)]
    assert all(len(row) == len(table.header) for table in document.tables for row in table.rows)
    if language == "en":
        body = " ".join(part.text for part in document.paragraphs)
        assert not re.search(r"[\u4e00-\u9fff]", body)


@pytest.mark.parametrize("form", [one for one in FORMATS if one != "pdf"])
def test_every_format_opens(portal: Portal, office: Book, form: str) -> None:
    made = make_document(portal, office, wish_of("inventory", format=form))
    assert made.name == f"{made.title}.{form}"
    if form == "docx":
        assert made.title in "".join(p.text for p in docx.Document(BytesIO(made.raw)).paragraphs).replace(
            "\n", ""
        )
    elif form == "xlsx":
        assert openpyxl.load_workbook(BytesIO(made.raw)).sheetnames[0] == "排放总量"
    else:
        assert made.title in made.raw.decode()


def test_the_quarterly_review_stays_within_4000_characters(portal: Portal, office: Book) -> None:
    for language in ("zh", "en"):
        document = compose_document(portal, office, wish_of("quarterly", language=language))
        assert 300 < document.count_characters() <= CIRCULAR_CHARACTERS


def test_a_period_that_is_not_over_is_told(portal: Portal, office: Book) -> None:
    assert default_period(portal, "yearly") == "2025"
    assert default_period(portal, "quarterly") == "2026-Q3"
    early = compose_document(portal, office, wish_of("yearly", period="2026"))
    assert any("尚未结束" in part.text for part in early.paragraphs)
    over = compose_document(portal, office, wish_of("yearly", period="2025"))
    assert not any("尚未结束" in part.text for part in over.paragraphs)


def test_figures_after_the_period_are_left_out(portal: Portal, office: Book) -> None:
    document = compose_document(portal, office, wish_of("inventory", period="2020"))
    assert [figure.labels[-1] for figure in document.figures] == ["2020"] * len(document.figures)
    assert len(document.figures) == 3


def test_numbers_in_the_text_are_those_of_the_table(portal: Portal, office: Book) -> None:
    rows = portal.data.frame(office, "inventory.emissions").filter(
        variable="co2_total", sector="total", year=2022
    )
    whole = (
        rows["value"].sum()
        if rows["fuel"].is_null().sum() == 0
        else rows.filter(rows["fuel"].is_null())["value"][0]
    )
    document = compose_document(portal, office, wish_of("yearly"))
    assert any(
        f"2022年二氧化碳排放（能源活动和工业过程）为{whole:.1f}百万吨" in p.text for p in document.paragraphs
    )


def _number(cells: dict[str, Any], reference: str, sheet: str) -> Any:
    named = re.fullmatch(r"(?:'([^']+)'!)?([A-Z]+\$?\d+)", reference.strip())
    assert named, reference
    return evaluate(cells, named[1] or sheet, named[2].replace("$", ""))


def _range(cells: dict[str, Any], text: str, sheet: str) -> list[Any]:
    found = re.fullmatch(r"(?:'([^']+)'!)?([A-Z]+)\$?(\d+):\2\$?(\d+)", text)
    assert found, text
    rows = range(int(found[3]), int(found[4]) + 1)
    return [evaluate(cells, found[1] or sheet, f"{found[2]}{row}") for row in rows]


def evaluate(cells: dict[str, Any], sheet: str, place: str) -> Any:
    """Return the value of a cell by evaluating the few formulas that documents have."""
    text = cells[sheet].get(place)
    if not (isinstance(text, str) and text.startswith("=")):
        return text
    if found := re.fullmatch(r"=SUM\((.+)\)", text):
        return sum(value for value in _range(cells, found[1], sheet) if isinstance(value, int | float))
    if found := re.fullmatch(r"=COUNTIF\((.+),(\w+)\)", text):
        return _range(cells, found[1], sheet).count(_number(cells, found[2], sheet))
    if found := re.fullmatch(r"=(\w+)/COUNTA\((.+)\)", text):
        held = [value for value in _range(cells, found[2], sheet) if value is not None]
        return _number(cells, found[1], sheet) / len(held)
    if found := re.fullmatch(r'=IF\(OR\((\w+)="",(\w+)=""\),"",\1/\2-1\)', text):
        upper, lower = (_number(cells, found[place], sheet) for place in (1, 2))
        missing = {None, ""}
        return "" if upper in missing or lower in missing else upper / lower - 1
    if found := re.fullmatch(r'=IF\((\w+)="","",(\w+)\+(\w+)\)', text):
        empty = _number(cells, found[1], sheet) in {None, ""}
        return "" if empty else _number(cells, found[2], sheet) + _number(cells, found[3], sheet)
    found = re.fullmatch(r"=([A-Z$0-9]+)([-/])([A-Z$0-9]+)", text)
    assert found, text
    left, right = _number(cells, found[1], sheet), _number(cells, found[3], sheet)
    return left - right if found[2] == "-" else left / right


@pytest.mark.parametrize("kind", EVERY)
def test_formulas_give_the_values_that_we_computed(portal: Portal, office: Book, kind: str) -> None:
    raw = make_document(portal, office, wish_of(kind, format="xlsx")).raw
    formulas, values = (openpyxl.load_workbook(BytesIO(raw), data_only=flag) for flag in (False, True))
    cells = {
        sheet.title: {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row}
        for sheet in formulas
    }
    checked = 0
    for sheet, held in cells.items():
        for place, text in held.items():
            if isinstance(text, str) and text.startswith("="):
                got, kept = evaluate(cells, sheet, place), values[sheet][place].value
                if got == "":
                    assert kept in {None, ""}, (sheet, place, text)
                else:
                    assert got == pytest.approx(kept, rel=1e-9, abs=1e-12), (sheet, place, text)
                checked += 1
    assert checked >= 10


def test_without_a_browser_a_pdf_is_refused_and_says_what_to_do(
    portal: Portal, office: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_pdf, "find_browser", lambda: None)
    with pytest.raises(InputRefused) as error:
        make_document(portal, office, wish_of("quarterly", format="pdf"))
    assert code_of(error) == "document_pdf_missing"
    assert "DOCX" in error.value.findings[0].text("zh")


@pytest.mark.web
def test_a_pdf_is_printed_by_the_browser(portal: Portal, office: Book) -> None:
    if document_pdf.find_browser() is None:
        pytest.skip("no Chromium on this machine")
    made = make_document(portal, office, wish_of("quarterly", format="pdf"))
    assert made.raw.startswith(b"%PDF-")
    assert len(made.raw) > 20_000


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"format": "exe"}, "document_form_unknown"), ({"period": "2026-13"}, "task_period_invalid"),
     ({"form": "poster"}, "document_form_unknown"), ({"kind": "novel"}, "document_kind_unknown")],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(
    portal: Portal, office: Book, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(InputRefused) as error:
        make_document(portal, office, wish_of("yearly", **changes))
    assert code_of(error) == code


def test_a_draft_goes_its_way_to_the_issue(portal: Portal, office: Book, tmp_path: Path) -> None:
    body = {"body": "drc", "opinion": None, "signer": None, "signed_on": None, "remark": None}
    fields = {"drafting_agency": "leading_group_office", "countersigns": [body]}
    row_id = save_draft(portal, office, wish_of("quarterly"), fields)
    files = list_attachments(office, REGISTER, row_id)
    assert files.height == 1
    assert files["name"][0].endswith(".docx")
    reviewer, approver = portal.book_of("reviewer"), portal.book_of("approver")
    with pytest.raises(InputRefused) as error:
        move_document(office, row_id, "review", {"review_opinion": "同意"})
    assert code_of(error) == "access_refused"
    move_document(reviewer, row_id, "review", {"review_opinion": "同意"})
    with pytest.raises(InputRefused) as error:  # a named body has not agreed yet
        move_document(office, row_id, "countersign", {})
    assert code_of(error) == "register_step_condition"
    signed = {**body, "opinion": "agreed", "signer": "示例", "signed_on": office.today.isoformat()}
    edit_row(office, REGISTER, row_id, {"countersigns": [signed]})
    move_document(office, row_id, "countersign", {})
    issued = tmp_path / "签发件.pdf"
    issued.write_bytes(b"%PDF-1.7 example")
    values = {"document_no": "示例〔2026〕1号", "signed_by": "示例", "issued_on": office.today.isoformat()}
    with pytest.raises(InputRefused) as error:  # who keeps the procedure cannot issue
        move_document(office, row_id, "issue", values, files=[issued])
    assert code_of(error) == "access_refused"
    move_document(approver, row_id, "issue", values, files=[issued])
    row = read_row(office, office.library.register(REGISTER), row_id)
    assert row["state"] == "issued"
    assert row["issued_sha256"] == hashlib.sha256(issued.read_bytes()).hexdigest()
    assert row["issued_sha256"] in set(list_attachments(office, REGISTER, row_id)["sha256"])


def test_who_drafted_cannot_issue_even_with_the_role(portal: Portal, tmp_path: Path) -> None:
    both = portal.book_of("both")
    row_id = save_draft(portal, both, wish_of("inventory"), {"drafting_agency": "leading_group_office"})
    move_document(portal.book_of("reviewer"), row_id, "review", {"review_opinion": "同意"})
    move_document(both, row_id, "countersign", {})
    issued = tmp_path / "file.pdf"
    issued.write_bytes(b"%PDF-1.7")
    values = {"document_no": "示例〔2026〕2号", "signed_by": "示例", "issued_on": both.today.isoformat()}
    with pytest.raises(InputRefused) as error:
        move_document(both, row_id, "issue", values, files=[issued])
    assert code_of(error) == "register_step_same_person"


def test_who_drafted_cannot_issue_though_others_reviewed_and_countersigned(
    portal: Portal, office: Book, tmp_path: Path
) -> None:
    both = portal.book_of("both")
    row_id = save_draft(portal, both, wish_of("inventory"), {"drafting_agency": "leading_group_office"})
    move_document(portal.book_of("reviewer"), row_id, "review", {"review_opinion": "同意"})
    move_document(office, row_id, "countersign", {})
    issued = tmp_path / "file.pdf"
    issued.write_bytes(b"%PDF-1.7")
    values = {"document_no": "示例〔2026〕3号", "signed_by": "示例", "issued_on": both.today.isoformat()}
    with pytest.raises(InputRefused) as error:
        move_document(both, row_id, "issue", values, files=[issued])
    assert code_of(error) == "register_step_same_person"
    move_document(portal.book_of("approver"), row_id, "issue", values, files=[issued])


def test_a_yearly_document_is_not_made_for_a_quarter(portal: Portal, office: Book) -> None:
    with pytest.raises(InputRefused) as error:
        make_document(portal, office, DocumentWish("yearly", "2026-Q1", format="md"))
    assert code_of(error) == "document_period_year"
