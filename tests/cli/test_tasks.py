"""``dafeng tasks`` in a terminal: previews write nothing, refusals are told in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from dafeng.app.register_book import make_request, open_book
from dafeng.app.tasks_items import gather_ground
from dafeng.app.tasks_subjects import list_subjects
from dafeng.cli.commands import app
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dafeng.pack import Pack

RUN = CliRunner()


@pytest.fixture(scope="module", autouse=True)
def _one_pack(shanxi: Pack) -> Iterator[None]:
    """Read the pack once for all commands, with the registers of the task board only."""
    kept = {f"{name}.toml" for name in ("tasks", "issues", "self_assessments", "city_plan_reviews")}
    texts = {name: text for name, text in shanxi.registers.items() if name in kept}
    small = replace(shanxi, registers=texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dafeng.app.register_book.read_pack", lambda _name: small)
        yield


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("tasks") / "book.sqlite")
    found = RUN.invoke(app, ["tasks", "seed", "--write", "--database", path, "--actor", "first"])
    assert found.exit_code == 0, found.output
    assert "batch" in found.output
    return path


def ask(database: str, *words: str) -> Any:
    return RUN.invoke(app, ["tasks", *words, "--database", database, "--actor", "first"])


def test_seeding_again_finds_nothing_new(database: str) -> None:
    found = ask(database, "seed", "--format", "json")
    rows = json.loads(found.stdout)
    assert len(rows) > 800
    assert not any(row["is_new"] for row in rows)
    assert "nothing written" in found.output


def test_the_board_takes_names_and_filters(database: str, tmp_path: Path) -> None:
    found = ask(database, "board", "--city", "太原市", "--clause", "C3.1", "--format", "json")
    rows = json.loads(found.stdout)
    assert {row["region"] for row in rows} == {"140100"}
    assert {row["clause"][:4] for row in rows} == {"C3.1"}
    book = tmp_path / "board.xlsx"
    assert ask(database, "board", "--output", str(book)).exit_code == 0
    assert book.read_bytes()[:2] == b"PK"
    counts = json.loads(ask(database, "board", "--by", "city", "--format", "json").stdout)
    assert len(counts) == 11
    refused = ask(database, "board", "--agency", "没有的部门")
    assert isinstance(refused.exception, InputRefused)
    assert ask(database, "board", "--by", "year").exit_code == 2


def test_steps_issues_and_escalation(database: str) -> None:
    number = "C2.1.2-energy_bureau"
    assert ask(database, "step", number, "签收").exit_code == 0
    refused = ask(database, "step", number, "submit")
    assert isinstance(refused.exception, InputRefused)
    blocked = ask(database, "block", number, "--title", "示例", "--about", "示例情况", "--severity", "major")
    assert f"{number}-I1" in blocked.stdout
    preview = ask(database, "escalate", "--format", "json")
    assert [row["issue_no"] for row in json.loads(preview.stdout)] == [f"{number}-I1"]
    assert json.loads(ask(database, "issues", "--format", "json").stdout)[0]["state"] == "raised"
    assert ask(database, "escalate", "--write").exit_code == 0
    assert json.loads(ask(database, "issues", "--format", "json").stdout)[0]["state"] == "at_office"
    events = json.loads(ask(database, "history", number, "--format", "json").stdout)
    assert [event["state_after"] for event in events] == ["assigned", "accepted", "blocked"]
    shown = json.loads(ask(database, "show", number, "--format", "json").stdout)
    assert "责任单位: energy_bureau 省能源局" in ask(database, "show", number).stdout
    assert {"unblock"} <= {step["step"] for step in shown["steps"]}


def test_the_report_is_written(database: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    found = ask(database, "report", "--period", "2026", "--output", str(path))
    assert found.exit_code == 0, found.output
    assert "调度通报" in path.read_text("utf-8")
    refused = ask(database, "report", "--period", "2026-13", "--output", str(path))
    assert isinstance(refused.exception, InputRefused)


def test_tables_of_tasks_speak_words(database: str) -> None:
    board = ask(database, "board", "--agency", "energy_bureau").stdout
    assert "任务编号" in board
    assert "方案未定期限" in board
    assert "no date in the plan" not in board
    counts = ask(database, "board", "--by", "agency").stdout
    assert "未签收" in counts
    assert "energy_bureau" not in counts
    listed = ask(database, "list", "--where", "agency==energy_bureau", "--limit", "2").stdout
    assert "省能源局" in listed
    assert "assigned" not in listed
    balance = ask(database, "balance").stdout
    assert "未报方案" in balance
    assert "no_plan" not in balance


def test_a_day_before_the_tasks_is_named(database: str, tmp_path: Path) -> None:
    path = str(tmp_path / "report.docx")
    early = ask(database, "report", "--period", "2024-Q1", "--output", path)
    assert isinstance(early.exception, InputRefused)
    (finding,) = early.exception.findings
    assert finding.code == "task_none_on_day"
    assert finding.params["day"] == "2024-03-31"


def test_every_body_gets_its_form(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def gather_once(*words: Any) -> Any:
        calls.append(words)
        return gather_ground(*words)

    with open_book(make_request(None, database, "first")) as book:
        subjects = dict(list(list_subjects(book).items())[:3])
    monkeypatch.setattr("dafeng.app.tasks_form.gather_ground", gather_once)
    monkeypatch.setattr("dafeng.app.tasks_form.list_subjects", lambda _book: subjects)
    folder = tmp_path / "forms"
    form = ("form", "--period", "2026-Q4", "--output", str(folder))
    found = ask(database, *form, "--all")
    assert found.exit_code == 0, found.output
    assert len(calls) == 1  # the tables are computed once for all
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{subject.name_zh} 2026-Q4.xlsx" for subject in subjects.values()}
    assert ask(database, *form).exit_code == 2
    assert ask(database, *form, "--all", "--subject", "太原").exit_code == 2


def test_a_form_without_tasks_says_so(tmp_path: Path) -> None:
    empty = str(tmp_path / "empty.sqlite")
    form = ("form", "--subject", "太原", "--period", "2026-Q4", "--output", str(tmp_path / "f.xlsx"))
    found = ask(empty, *form)
    assert found.exit_code == 0, found.output
    assert "task_form_without_tasks" in found.output
    assert "dafeng tasks fill" in found.output
