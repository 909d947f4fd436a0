"""Registers over the API: a row from its first version to its withdrawal, files, imports, conflicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = "/registers/tasks/rows"


@pytest.mark.parametrize(
    ("field", "value"),
    [("due", "2040-01-01"), ("task_no", "C2.1.1-140200-9"), ("measure", "无"), ("title", "无")],
)
def test_who_carries_a_task_out_does_not_change_what_was_assigned(
    send: Callable[..., Any], datong_task: str, field: str, value: str
) -> None:
    path = f"/registers/tasks/rows/{datong_task}"
    assert send("city", "PATCH", path, json={"values": {field: value}}).status_code == 403
    assert send("city", "PATCH", path, json={"values": {"own_measure": "更换锅炉"}}).status_code == 200
    assert send("lead_office", "PATCH", path, json={"values": {field: value}}).status_code == 200


def test_an_error_names_no_folder_of_the_server(send: Callable[..., Any], datong_task: str) -> None:
    path = f"/registers/tasks/rows/{datong_task}/attachments"
    answer = send("city", "POST", path, files={"file": ("空.pdf", b"")})
    assert answer.status_code == 422
    assert "空.pdf" in answer.text
    assert "dafeng-upload" not in answer.text


def test_a_row_is_changed_and_who_saw_an_older_version_is_refused(
    ask: Callable[..., Any], send: Callable[..., Any], datong_task: str
) -> None:
    path = f"{ROWS}/{datong_task}"
    changed = send("lead_office", "PATCH", path, json={"values": {"title": "新题"}, "version": 1})
    assert changed.json()["rows"] == 1
    late = send("lead_office", "PATCH", path, json={"values": {"title": "旧题"}, "version": 1})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "row_changed")
    view = ask("lead_office", path).json()
    assert (view["row"]["title"], view["row"]["version"]) == ("新题", 2)
    events = ask("lead_office", f"{path}/history?change=update").json()
    assert [json.loads(one["after_json"]) for one in events["rows"]] == [{"title": "新题"}]


def test_rows_are_asked_by_the_same_grammar_as_tables(ask: Callable[..., Any], datong_task: str) -> None:
    for query, total in (
        ("region=140200", 1), ("region__below=CN-SX", 1), ("region=140300", 0),
        ("state__in=assigned,closed", 1),
        ("due__missing=true", 1), ("due__missing=false", 0), ("title__contains=试点", 1),
        ("version__ge=2", 0),
        ("search=试点", 1), ("search=没有", 0),
    ):  # fmt: skip
        assert ask("lead_office", f"{ROWS}?{query}").json()["total"] == total, query
    page = ask("lead_office", f"{ROWS}?columns=task_no,title&sort=-task_no").json()
    assert [set(row) for row in page["rows"]] == [{"task_no", "title"}]
    assert ask("lead_office", f"{ROWS}?nothing=1").json()["error"]["code"] == "row_query_field"


def test_a_city_takes_its_step_and_another_does_not_see_the_row(
    ask: Callable[..., Any], send: Callable[..., Any], datong_task: str
) -> None:
    step = {"step": "accept"}
    other = send("city2", "POST", f"{ROWS}/{datong_task}/steps", json=step)
    nowhere = send("city2", "POST", f"{ROWS}/01JZZZZZZZZZZZZZZZZZZZZZZZ/steps", json=step)
    assert (other.status_code, nowhere.status_code) == (404, 404)
    strip = {datong_task: "ID", "01JZZZZZZZZZZZZZZZZZZZZZZZ": "ID"}
    told = [one.json()["error"]["zh"] for one in (other, nowhere)]
    for row_id, mark in strip.items():
        told = [text.replace(row_id, mark) for text in told]
    assert told[0] == told[1]
    assert ask("city2", "/tasks").json()["error"]["code"] == "task_nothing_seeded"
    assert send("city", "POST", f"{ROWS}/{datong_task}/steps", json=step).json()["rows"] == 1
    assert ask("city", ROWS).json()["rows"][0]["state"] == "accepted"


def test_an_attachment_comes_back_as_it_was(
    ask: Callable[..., Any], send: Callable[..., Any], datong_task: str
) -> None:
    path = f"{ROWS}/{datong_task}/attachments"
    sent = send("lead_office", "POST", path, files={"file": ("../验收.pdf", b"%PDF-1.4\n%%EOF")})
    assert sent.status_code == 201, sent.text
    listed = ask("lead_office", path).json()["rows"]
    assert [(one["name"], one["sha256"]) for one in listed] == [("验收.pdf", sent.json()["sha256"])]
    back = ask("lead_office", f"{path}/{listed[0]['attachment_id']}")
    assert back.content == b"%PDF-1.4\n%%EOF"
    assert back.headers["Content-Disposition"].startswith("attachment;")
    assert ask("city2", f"{path}/{listed[0]['attachment_id']}").status_code == 404


def test_an_export_is_imported_again_without_a_change(
    ask: Callable[..., Any], send: Callable[..., Any], datong_task: str
) -> None:
    book = ask("lead_office", "/registers/tasks/export").content
    seen = send(
        "lead_office", "POST", "/registers/tasks/import", files={"file": ("任务.xlsx", book)},
        data={"dry_run": "true"},
    ).json()  # fmt: skip
    assert (seen["same"], seen["inserted"], seen["refused"], seen["batch_id"]) == (1, 0, 0, "")


def test_a_file_that_is_refused_writes_nothing_and_says_where(
    ask: Callable[..., Any], send: Callable[..., Any]
) -> None:
    sheet = "任务编号,任务\nC2.1.1-x,短\n".encode()
    path = "/registers/tasks/import"
    refused = send("lead_office", "POST", path, files={"file": ("t.csv", sheet)})
    assert refused.status_code == 422
    assert {one["row"] for one in refused.json()["error"]["findings"]} >= {2}
    assert ask("lead_office", ROWS).json()["total"] == 0
    book = send("lead_office", "POST", path, files={"file": ("t.csv", sheet)}, data={"workbook": "true"})
    assert book.content[:2] == b"PK"


def test_what_is_no_json_of_a_row_is_told_and_never_a_defect(send: Callable[..., Any]) -> None:
    for values in ({"title": 5}, {"title": "\\ud800"}, {"goals": [{"x": 1}]}, {"goals": {"a": 1}},
                   {"share_done": 1e400},
                   {"nothing": None}, {"title": ["a"]}, {"region": "火星"}):  # fmt: skip
        raw = json.dumps({"values": values | {"source": "s"}}).replace("\\\\ud800", "\\ud800").encode()
        answer = send("lead_office", "POST", ROWS, content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, (values, answer.text)
        assert answer.json()["error"]["zh"]


def test_an_issue_blocks_a_task(ask: Callable[..., Any], send: Callable[..., Any], datong_task: str) -> None:
    number = ask("city", f"{ROWS}/{datong_task}").json()["row"]["task_no"]
    send("city", "POST", f"{ROWS}/{datong_task}/steps", json={"step": "accept"})
    send("city", "POST", f"{ROWS}/{datong_task}/steps", json={"step": "start"})
    issue = send("city", "POST", f"/tasks/{number}/issues", json={"title": "缺资金", "about": "配套未到位"})
    assert issue.status_code == 201, issue.text
    assert ask("city", "/tasks?state=blocked").json()["total"] == 1
    assert (
        ask("city", "/tasks/counts?group_kind=city&blocked__ge=1").json()["rows"][0]["group_id"] == "140200"
    )


def test_a_withdrawn_row_counts_nowhere_until_it_is_restored(
    ask: Callable[..., Any], send: Callable[..., Any], datong_task: str
) -> None:
    path = f"{ROWS}/{datong_task}"
    assert send("lead_office", "POST", f"{path}/withdrawal", json={"reason": ""}).status_code == 422
    done = send("lead_office", "POST", f"{path}/withdrawal", json={"reason": "重复"})
    assert done.status_code == 200, done.text
    assert ask("lead_office", ROWS).json()["total"] == 0
    assert ask("lead_office", f"{ROWS}?withdrawn=true").json()["total"] == 1
    assert send("lead_office", "POST", f"{path}/restoration", json={"reason": "误撤"}).status_code == 200
    assert ask("lead_office", f"{ROWS}?state=assigned").json()["total"] == 1
