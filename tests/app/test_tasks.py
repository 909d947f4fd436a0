"""The task board from end to end on a database: seeding, board by day, issues, self-assessments, report."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest

from dafeng.app.register_attach import attach_file
from dafeng.app.register_book import Book, BookRequest, open_book
from dafeng.app.register_edit import withdraw_row
from dafeng.app.register_rows import read_row
from dafeng.app.register_steps import take_step
from dafeng.app.tasks_add import NewTask, add_task
from dafeng.app.tasks_assess import make_assessment, write_assessment
from dafeng.app.tasks_balance import balance_city_plans, write_balance
from dafeng.app.tasks_board import read_board, write_board
from dafeng.app.tasks_form import (
    FormRequest,
    fill_form,
    make_form,
    make_forms,
    read_form_row,
    write_form,
)
from dafeng.app.tasks_issues import IssueReport, escalate, find_due, report_issue
from dafeng.app.tasks_report import make_report, write_report
from dafeng.app.tasks_rows import FORMS, ISSUES, TASKS
from dafeng.app.tasks_seed import preview_seed, write_seed
from dafeng.app.tasks_subjects import find_subject, list_subjects
from dafeng.errors import InputRefused
from dafeng.grids import read_grids
from dafeng.register.tasks_assessment import HEADINGS
from dafeng.register.tasks_form import ITEMS_SHEET
from dafeng.register.tasks_standing import BoardFilter
from dafeng.report.official import CIRCULAR_CHARACTERS
from dafeng.store.database import add_member, read_attachments, read_batches, read_history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.pack import Pack

MEMBERS = (
    ("office", "lead_office", "CN-SX", None), ("energy", "agency", "CN-SX", "energy_bureau"),
    ("taiyuan", "city", "140100", None), ("reviewer", "reviewer", "CN-SX", None),
    ("approver", "approver", "CN-SX", None),
)  # fmt: skip
TASK, OTHER, CITY = "C2.1.2-energy_bureau", "C2.2.1-energy_bureau", "C2.1.2-140100"
KEPT = ("tasks.toml", "issues.toml", "self_assessments.toml", "city_plan_reviews.toml")


@dataclass
class Office:
    """Books of several people on one database, and the day on which they act."""

    folder: Path
    url: str

    def book(self, actor: str, day: str = "2026-11-23", as_of: str | None = None) -> Book:
        """Return the book of an actor on a day; the pack is read once an actor."""
        moment = datetime.fromisoformat(f"{day}T09:00:00+08:00")
        if actor not in self.opened:
            request = BookRequest(
                "shanxi", self.url, actor, attachments=self.folder / "files",
                clock=lambda: datetime.fromisoformat("2026-11-23T09:00:00+08:00"),
            )  # fmt: skip
            self.opened[actor] = open_book(request)
        return replace(self.opened[actor], clock=lambda: moment, today=date.fromisoformat(as_of or day))

    def __post_init__(self) -> None:
        self.opened: dict[str, Book] = {}


def code_of(error: pytest.ExceptionInfo[InputRefused]) -> str:
    return error.value.findings[0].code


def words_of(path: Path) -> str:
    with zipfile.ZipFile(path) as packed:
        return re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode())


def change_cells(path: Path, changes: dict[tuple[str, str], Any], made: Path) -> Path:
    """Write a copy of a form in which cells (item, column) are other ones, as a spreadsheet program would."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        rows = {str(row[0].value): row for row in sheet.iter_rows()}
        if sheet.title == ITEMS_SHEET:
            heads = [cell.value for cell in rows[HEADINGS["item_no"][0]]]
        for (item, column), value in changes.items():
            if item in rows:
                place = heads.index(HEADINGS[column][0]) if sheet.title == ITEMS_SHEET else 2
                rows[item][place].value = value
    book.save(made)
    return made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, shanxi: Pack) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("tasks")
    small = replace(shanxi, registers={name: shanxi.registers[name] for name in KEPT})
    with (
        pytest.MonkeyPatch.context() as patch
    ):  # read once for all, with the registers of the task board only
        for place in ("register_book", "run_tables"):
            patch.setattr(f"dafeng.app.{place}.read_pack", lambda _name: small)
        yield from _open(Office(folder, f"sqlite:///{folder / 'book.sqlite'}"))


def _open(office: Office) -> Iterator[Office]:
    book = office.book("first")
    assert write_seed(book).new == write_seed(book).seeds.height
    for actor, role, region, agency in MEMBERS:
        row = {
            "actor": actor, "role": role, "region": region, "agency": agency, "valid_from": "2026-01-01",
            "valid_to": None, "granted_by": "first", "granted_at": "2026-01-01T00:00:00+08:00",
        }  # fmt: skip
        add_member(book.database, row)
    yield office
    for opened in office.opened.values():
        opened.close()


def test_a_second_seed_adds_only_what_is_new(office: Office) -> None:
    book = office.book("office")
    assert preview_seed(book).new == 0
    assert write_seed(book).batch_id == ""
    withdraw_row(book, TASKS, "C4.4.2-140200", "示例")
    assert preview_seed(book).new == 0  # what was withdrawn does not come again


def test_each_sees_his_own_tasks(office: Office) -> None:
    every = read_board(office.book("office")).tasks
    assert every.height > 800
    assert set(read_board(office.book("energy")).tasks["agency"]) == {"energy_bureau"}
    assert set(read_board(office.book("taiyuan")).tasks["region"]) == {"140100"}
    with pytest.raises(InputRefused) as refused:
        write_seed(office.book("reviewer"))
    assert code_of(refused) == "access_refused"


def test_done_needs_evidence_and_another_person(office: Office) -> None:
    energy = office.book("energy", "2026-11-24")
    take_step(energy, TASKS, TASK, "accept")
    take_step(energy, TASKS, TASK, "start")
    values = {"progress": "示例进展", "share_done": 100.0}
    with pytest.raises(InputRefused) as refused:
        take_step(energy, TASKS, TASK, "submit", values)
    assert code_of(refused) == "register_step_evidence"
    proof = office.folder / "证明.pdf"
    proof.write_bytes(b"%PDF-1.4 example")
    digest = attach_file(energy, TASKS, TASK, proof, "验收")
    take_step(energy, TASKS, TASK, "submit", values)
    with pytest.raises(InputRefused) as refused:
        take_step(energy, TASKS, TASK, "verify")
    assert code_of(refused) == "access_refused"
    take_step(office.book("reviewer", "2026-11-26"), TASKS, TASK, "verify")
    row = read_board(office.book("office", "2026-11-27"), BoardFilter(agency="energy_bureau")).tasks.row(
        by_predicate=pl.col("task_no") == TASK, named=True
    )
    assert (row["state"], row["evidence_files"], row["changed_by"]) == ("verified", 1, "reviewer")
    assert len(digest) == 64


def test_evidence_is_attached_only_with_a_step_that_holds(office: Office) -> None:
    taiyuan = office.book("taiyuan", "2026-11-24")
    proof = office.folder / "照片.txt"
    proof.write_text("example", "utf-8")

    def kept() -> int:
        register = taiyuan.library.register(TASKS)
        return read_attachments(
            taiyuan.database, register_id=TASKS, row_ids=[read_row(taiyuan, register, CITY)["row_id"]]
        ).height

    with pytest.raises(InputRefused) as refused:
        take_step(taiyuan, TASKS, CITY, "submit", evidence=(proof,))
    assert "register_step_state" in {finding.code for finding in refused.value.findings}
    assert kept() == 0
    take_step(taiyuan, TASKS, CITY, "accept")
    take_step(taiyuan, TASKS, CITY, "start")
    values = {"progress": "示例进展", "share_done": 100.0}
    take_step(taiyuan, TASKS, CITY, "submit", values, evidence=(proof,))
    assert kept() == 1


def test_a_clerk_gets_the_forms_of_his_own_city_and_hears_of_the_others(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taiyuan = office.book("taiyuan")
    few = {key: one for key, one in list_subjects(taiyuan).items() if one.region in {"140100", "140200"}}
    monkeypatch.setattr("dafeng.app.tasks_form.list_subjects", lambda _book: few)
    made = make_forms(taiyuan, FormRequest("", "2024", "shanxi"), tmp_path)
    assert [path.name for path in made.paths] == ["太原市 2024.xlsx"]
    assert made.out_of_reach == ("大同市",)
    monkeypatch.setattr("dafeng.app.tasks_form.list_subjects", lambda _book: {"140200": few["140200"]})
    with pytest.raises(InputRefused) as refused:
        make_forms(taiyuan, FormRequest("", "2024", "shanxi"), tmp_path)
    assert code_of(refused) == "access_refused"


def test_the_board_of_an_earlier_day_is_replayed(office: Office) -> None:
    past = read_board(office.book("office", "2026-12-20", "2026-11-24")).tasks
    before = read_board(office.book("office", "2026-12-20", "2026-11-23")).tasks
    states = {frame.filter(pl.col("task_no") == TASK)["state"].item() for frame in (past,)}
    assert states == {"submitted"}
    assert before.filter(pl.col("task_no") == TASK)["state"].item() == "assigned"
    assert before.filter(pl.col("task_no") == TASK)["evidence_files"].item() == 0
    with pytest.raises(InputRefused) as refused:
        read_board(office.book("office", "2026-12-20", "2026-11-01"))
    assert code_of(refused) == "task_none_on_day"


def test_a_blocked_task_has_an_issue_that_goes_up_by_rule_and_only_so(office: Office) -> None:
    energy = office.book("energy", "2026-12-01")
    take_step(energy, TASKS, OTHER, "accept")
    bad = IssueReport(OTHER, "接入滞后", "示例情况", "major", "no_such_body")
    with pytest.raises(InputRefused):
        report_issue(energy, bad)
    assert read_board(energy).tasks.filter(pl.col("state") == "blocked").is_empty()  # nothing half done
    number = report_issue(energy, replace(bad, waiting_for="state_grid"))
    assert number == f"{OTHER}-I1"
    assert report_issue(energy, replace(bad, waiting_for="finance", severity="minor")) == f"{OTHER}-I2"
    lead = office.book("office", "2026-12-12")
    due = find_due(lead)
    assert due.select("issue_no", "due_level", "days_open").rows() == [(number, "at_group", 11)]
    events = read_history(lead.database, register_id=TASKS).height
    assert escalate(lead, due) == 1
    assert find_due(lead).is_empty()
    assert read_history(lead.database, register_id=TASKS).height == events  # no task is touched
    step = read_history(lead.database, register_id=ISSUES).row(-1, named=True)
    assert (step["change"], step["actor"], step["state_after"]) == ("step", "office", "at_group")
    assert "major_group" in step["reason"]
    row = read_board(lead, BoardFilter(blocked=True)).tasks.row(0, named=True)
    assert (row["task_no"], row["open_issues"], row["highest_level"]) == (OTHER, 2, "at_group")


def test_own_rules_of_escalation_are_read_from_a_file(office: Office) -> None:
    rules = office.folder / "rules.csv"
    rules.write_text(
        "rule_id,valid_from,valid_to,severity,days_open,level,basis_zh,basis_en\n"
        "own,2026-01-01,,minor,5,at_agency,示例办法,example rules\n",
        "utf-8",
    )
    due = find_due(office.book("office", "2026-12-12"), rules)
    assert due["rule_id"].to_list() == ["own"]
    assert "示例办法" in due["why_zh"].item()


def test_a_city_adds_a_task_of_its_own(office: Office) -> None:
    city = office.book("taiyuan", "2026-12-02")
    add_task(city, NewTask("C2.1.1", "太原", "矿区光伏", "示例措施", "2027-06-30", "示例纪要"))
    row = read_board(city).tasks.row(by_predicate=pl.col("task_no") == "C2.1.1-140100-2", named=True)
    assert (row["next_due"], row["region"], row["state"]) == ("2027-06-30", "140100", "assigned")
    with pytest.raises(InputRefused) as refused:
        add_task(city, NewTask("C2.1.1", "大同", "示例", "示例", None, "示例"))
    assert code_of(refused) == "access_refused"


def test_a_self_assessment_goes_from_form_to_approval(office: Office, tmp_path: Path) -> None:
    energy = office.book("energy", "2026-12-03")
    request = FormRequest("省能源局", "2026-Q4", "shanxi")
    row = make_form(energy, request)
    kinds = {item["item_kind"] for item in row["items"]}
    assert kinds == {"target", "task"}
    wind = next(item for item in row["items"] if item["item_no"] == "T2.2.1-1")
    assert wind["figure_period"] == "2025"
    assert "7,880.8万千瓦" in wind["figure"]  # the published figure of the pack
    assert wind["figure_grade"] == "A"
    assert wind["figure_source"]
    form = tmp_path / "form.xlsx"
    write_form(energy, row, form)
    assert fill_form(energy, request, form).rows == 0  # nothing written, nothing changed
    filled = change_cells(
        form,
        {
            ("T2.2.1-1", "own_words"): "提前完成", ("T2.2.1-1", "own_score"): 95,
            (TASK, "measures_taken"): "分批改造", ("总体自评", ""): "总体正常", ("自评总分", ""): 90,
        },
        tmp_path / "filled.xlsx",
    )  # fmt: skip
    assert fill_form(energy, request, filled).rows == 1
    last = read_batches(energy.database, register_id=FORMS).filter(pl.col("act") == "import")
    assert last["file"].to_list() == ["filled.xlsx"]
    assert fill_form(energy, request, filled).rows == 0  # once more: all is there already
    old = change_cells(form, {("T2.2.1-1", "own_words"): "另一说法"}, tmp_path / "old.xlsx")
    with pytest.raises(InputRefused) as refused:
        fill_form(energy, request, old)  # this form is older than the row
    assert code_of(refused) == "row_changed"
    attach_file(energy, FORMS, row["row_id"], office.folder / "证明.pdf")
    take_step(energy, FORMS, row["row_id"], "submit")
    assert make_form(energy, request)["state"] == "submitted"  # not touched any more
    reviewer = office.book("reviewer", "2026-12-04")
    with pytest.raises(InputRefused) as refused:
        take_step(reviewer, FORMS, row["row_id"], "review")
    assert code_of(refused) == "register_step_requires"
    take_step(reviewer, FORMS, row["row_id"], "review", {"review_opinion": "数据属实"})
    approver = office.book("approver", "2026-12-05")
    take_step(approver, FORMS, row["row_id"], "approve")
    final = read_form_row(approver, request)
    document = make_assessment(approver, final)
    assert not document.is_draft
    write_assessment(approver, final, tmp_path / "a.docx")
    text = words_of(tmp_path / "a.docx")
    for wanted in (
        "提前完成",
        "分批改造",
        "总体正常",
        "自评总分 90 分",
        "数据属实",
        "内部使用",
        "证明.pdf",
        "审定",
    ):
        assert wanted in text
    digest = attach_file(office.book("energy", "2026-12-06"), TASKS, OTHER, office.folder / "证明.pdf")
    assert digest[:8] in text
    with pytest.raises(InputRefused) as refused:
        write_assessment(office.book("office"), final, tmp_path / "b.xlsx", send=True)
    assert code_of(refused) == "register_form_incomplete"


def test_a_renewed_form_keeps_what_was_written_and_a_touched_cell_is_told(
    office: Office, tmp_path: Path
) -> None:
    city = office.book("taiyuan", "2026-12-03")
    request = FormRequest("140100", "2026", "shanxi")
    row = make_form(city, request)
    assert {item["item_kind"] for item in row["items"]} >= {"target", "task"}
    form = tmp_path / "form.xlsx"
    write_form(city, row, form)
    fill_form(city, request, change_cells(form, {(CITY, "own_words"): "已部署"}, tmp_path / "filled.xlsx"))
    again = make_form(city, request)
    assert next(item for item in again["items"] if item["item_no"] == CITY)["own_words"] == "已部署"
    write_form(city, again, form)
    wrong = change_cells(form, {(CITY, "name"): "改了", (CITY, "own_score"): "很好"}, tmp_path / "wrong.xlsx")
    with pytest.raises(InputRefused) as refused:
        fill_form(city, request, wrong)
    codes = {finding.code: finding.place for finding in refused.value.findings}
    assert set(codes) == {"task_prefilled_changed", "task_score_invalid"}
    assert all(place.row and place.column for place in codes.values())
    with pytest.raises(InputRefused) as refused:
        fill_form(city, FormRequest("140100", "2025", request.pack), form)
    assert code_of(refused) == "task_form_missing"


def test_the_report_fits_a_circular_and_its_numbers_are_those_of_the_board(
    office: Office, tmp_path: Path
) -> None:
    lead = office.book("office", "2026-12-31")
    report = make_report(lead, "2026-Q4")
    assert report.characters <= CIRCULAR_CHARACTERS
    board = read_board(lead).tasks
    late = board["overdue_days"].drop_nulls().len()
    text = "".join(report.document.texts())
    assert f"台账共有任务 {board.height} 项" in text
    assert f"逾期任务 {late} 项" in text
    assert "本期内上报 1 项" in text
    for name in ("r.docx", "r.html", "r.md"):
        write_report(report, tmp_path / name)
    assert f"逾期任务 {late} 项" in words_of(tmp_path / "r.docx")
    write_report(report, tmp_path / "r.xlsx")
    sheets = {grid.sheet: grid for grid in read_grids((tmp_path / "r.xlsx").read_bytes(), "r.xlsx")}
    assert len(sheets["任务"].rows) == board.height + 2
    english = make_report(lead, "2026-Q4", "en")
    assert english.characters <= CIRCULAR_CHARACTERS
    told = "".join(english.document.texts())
    assert "Assigned" in told
    assert "已下达" not in told
    with pytest.raises(InputRefused) as refused:
        make_report(lead, "2026-Q5")
    assert code_of(refused) == "task_period_invalid"


def test_city_plans_that_nobody_filed_leave_every_sum_open(office: Office, tmp_path: Path) -> None:
    balance = balance_city_plans(office.book("office"))
    assert set(balance.sums["status"]) == {"incomplete"}
    assert balance.sums["cities_sum"].null_count() == balance.sums.height
    assert balance.sums["required"].null_count() == 0
    assert set(balance.peaks["status"]) == {"no_plan"}
    write_balance(balance, tmp_path / "b.xlsx")
    assert (tmp_path / "b.xlsx").stat().st_size > 0


def test_subjects_are_named_by_code_or_whole_name(office: Office) -> None:
    book = office.book("office")
    assert find_subject(book, "太原").id == find_subject(book, "140100").id == "140100"
    assert find_subject(book, "省能源局").kind == "department"
    assert find_subject(book, "省气象局").kind == "informed"
    with pytest.raises(InputRefused) as refused:
        find_subject(book, "太")
    assert code_of(refused) == "task_subject_unknown"


def test_the_board_as_a_workbook_and_nothing_else(office: Office, tmp_path: Path) -> None:
    board = read_board(office.book("office"))
    write_board(board, tmp_path / "b.xlsx")
    names = [grid.sheet for grid in read_grids((tmp_path / "b.xlsx").read_bytes(), "b.xlsx")]
    assert names == ["任务", "按单位", "按市", "按条款"]
    with pytest.raises(InputRefused) as refused:
        write_board(board, tmp_path / "b.txt")
    assert code_of(refused) == "document_form_unknown"
