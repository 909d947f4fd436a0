"""Self-assessments: what is filled in beforehand is never taken back, what the body wrote is never lost."""

from __future__ import annotations

from typing import Any

import pytest

from dafeng.errors import InputRefused, Place
from dafeng.register.tasks_assessment import (
    GIVEN,
    OWN,
    Subject,
    compose_items,
    merge_answers,
    renew_items,
    show_item,
    title_form,
)
from dafeng.register.tasks_period import ReportPeriod, parse_report_period


def items() -> list[dict[str, Any]]:
    return compose_items(
        [{"item_no": "EX-1", "name": "任务", "task_state": "推进中 / Under way", "item_due": "2027-06-30"}],
        [{
            "item_no": "T1", "name": "目标", "goal": "不低于3% / at least 3%", "figure": "2% / 2%",
            "verdict": "missed", "level": "red", "figure_grade": "A",
        }],
        [{"item_no": "gdp", "name": "地区生产总值"}],
    )  # fmt: skip


def answers(rows: list[dict[str, Any]], **changes: Any) -> list[dict[str, Any]]:
    return [show_item(row) | {name: row[name] for name in OWN} | changes for row in rows]


def places(rows: list[Any]) -> list[Place]:
    return [Place("f.xlsx", "自评表", 7 + at) for at in range(len(rows))]


def test_targets_stand_first_then_figures_then_tasks_and_nothing_is_written_for_the_body() -> None:
    rows = items()
    assert [row["item_kind"] for row in rows] == ["target", "figure", "task"]
    assert all(row[name] is None for row in rows for name in OWN)
    assert set(rows[0]) == {*GIVEN, *OWN}


def test_the_form_shows_names_and_an_empty_cell_for_what_is_missing() -> None:
    shown = show_item(items()[0])
    assert shown["verdict"] == "未完成"
    assert shown["goal"] == "不低于3%"
    assert shown["figure_period"] == ""


def test_answers_are_taken_and_the_rest_stays() -> None:
    rows = items()
    sent = answers(rows)
    sent[0] |= {"own_words": "已完成", "own_score": 90.0}
    found, findings = merge_answers(rows, sent, places(sent))
    assert findings == []
    assert found[0] == rows[0] | {"own_words": "已完成", "own_score": 90.0}
    assert found[1:] == rows[1:]


def test_an_emptied_cell_empties() -> None:
    rows = items()
    rows[0]["own_words"] = "旧"
    sent = answers(rows, own_words=None)
    assert merge_answers(rows, sent, places(sent))[0][0]["own_words"] is None


@pytest.mark.parametrize("column", [name for name in GIVEN if name != "item_no"])
def test_every_touched_cell_is_told_with_row_and_column(column: str) -> None:
    rows = items()
    sent = answers(rows)
    sent[1][column] = "改了"
    _, findings = merge_answers(rows, sent, places(sent))
    assert [finding.code for finding in findings] == ["task_prefilled_changed"]
    assert findings[0].place.row == 8
    assert "改了" in findings[0].text("zh")


def test_unknown_and_repeated_lines_are_told() -> None:
    rows = items()
    sent = [*answers(rows), answers(rows)[0], answers(rows)[0] | {"item_no": "T9"}]
    codes = [finding.code for finding in merge_answers(rows, sent, places(sent))[1]]
    assert codes == ["task_item_repeated", "task_item_unknown"]


def test_renewing_keeps_words_also_of_items_that_are_gone() -> None:
    old = items()
    old[0] |= {"own_words": "甲"}
    old[1] |= {"own_score": 5.0}
    new = [row | {"figure": "新"} for row in items() if row["item_no"] != "gdp"]
    found = {row["item_no"]: row for row in renew_items(old, new)}
    assert found["T1"]["own_words"] == "甲"
    assert found["T1"]["figure"] == "新"
    assert found["gdp"]["own_score"] == 5.0
    old[1]["own_score"] = None
    assert "gdp" not in {row["item_no"] for row in renew_items(old, new)}


@pytest.mark.parametrize(
    ("text", "start", "end", "zh"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026年度"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026年第一季度"),
        ("2024q1", "2024-01-01", "2024-03-31", "2024年第一季度"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "2026年第三季度"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026年第四季度"),
    ],
)
def test_periods_are_years_and_quarters(text: str, start: str, end: str, zh: str) -> None:
    period = parse_report_period(text)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert period.text("zh") == zh
    assert parse_report_period(str(period)) == period


@pytest.mark.parametrize("text", ["2026-Q5", "2026-Q0", "26-Q1", "2026-06", "1850", ""])
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_report_period(text)
    assert caught.value.findings[0].code == "task_period_invalid"


def test_the_title_names_body_and_period() -> None:
    subject = Subject("140100", "city", "太原市", "Taiyuan", "city_governments", "140100")
    assert title_form(subject, ReportPeriod(2026, 3)) == "太原市2026年第三季度碳达峰任务自评"
