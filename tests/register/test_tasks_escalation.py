"""Issues go up by dated rules: never down, never twice, with the reason; nothing else follows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.register.tasks_contracts import EscalationRules
from dafeng.register.tasks_escalation import (
    LEVELS,
    STEPS,
    default_rules,
    find_due_rule,
    find_escalations,
    rules_on,
)
from dafeng.table import frame_of

DAY = date(2026, 11, 23)
SCHEMA = dict.fromkeys(
    ("issue_no", "title", "task", "agency", "region", "severity", "raised_on", "waiting_for", "state"),
    pl.String,
)


def issue(severity: str, days: int, state: str = "raised", number: str = "I1") -> dict[str, Any]:
    return {
        "issue_no": number, "title": "示例", "task": "EX-1", "agency": "drc", "region": "CN-SX",
        "severity": severity, "raised_on": (DAY - timedelta(days=days)).isoformat(), "waiting_for": "finance",
        "state": state,
    }  # fmt: skip


def escalations(*rows: dict[str, Any], rules: pl.DataFrame | None = None, day: date = DAY) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
    return find_escalations(frame, default_rules() if rules is None else rules, day)


@pytest.mark.parametrize(
    ("severity", "days", "state", "level"),
    [
        ("major", 0, "raised", "at_office"),
        ("major", 9, "at_office", None),
        ("major", 10, "at_office", "at_group"),
        ("serious", 9, "raised", None),
        ("serious", 10, "raised", "at_agency"),
        ("serious", 20, "at_agency", "at_office"),
        ("serious", 60, "raised", "at_group"),
        ("minor", 29, "raised", None),
        ("minor", 500, "raised", "at_office"),
        ("minor", 500, "at_group", None),
        ("major", 500, "resolved", None),
        ("major", 500, "closed", None),
    ],
)
def test_the_level_that_is_due_follows_from_days_and_severity(
    severity: str, days: int, state: str, level: str | None
) -> None:
    found = escalations(issue(severity, days, state))
    assert found["due_level"].to_list() == ([level] if level else [])


def test_why_names_rule_days_and_basis_in_both_languages() -> None:
    row = escalations(issue("serious", 21, "at_agency")).row(0, named=True)
    assert row["step"] == "to_office"
    for text in (row["why_zh"], row["why_en"]):
        assert "serious_office" in text
        assert "21" in text
        assert "20" in text
    assert "非文件规定" in row["why_zh"]


def test_the_most_severe_and_oldest_come_first() -> None:
    found = escalations(
        issue("minor", 400, number="a"), issue("major", 1, number="b"), issue("major", 20, number="c")
    )
    assert found["issue_no"].to_list() == ["c", "b", "a"]


def test_a_rule_counts_only_within_its_dates() -> None:
    rule = {
        "rule_id": "own", "valid_from": "2026-05", "valid_to": "2026-10", "severity": "minor", "days_open": 1,
        "level": "at_group", "basis_zh": "示例", "basis_en": "example",
    }  # fmt: skip
    rules = frame_of([rule], EscalationRules)
    assert [len(rules_on(rules, date(2026, month, 1))) for month in (4, 5, 10, 11)] == [0, 1, 1, 0]
    assert escalations(issue("minor", 100), rules=rules).is_empty()
    assert escalations(issue("minor", 100), rules=rules, day=date(2026, 10, 31)).height == 1


@settings(deadline=None)
@given(
    st.sampled_from(("minor", "serious", "major")),
    st.integers(0, 1000),
    st.sampled_from(LEVELS),
    st.integers(0, 400),
)
def test_issues_only_go_up_and_a_second_run_finds_nothing(
    severity: str, days: int, state: str, later: int
) -> None:
    rules = default_rules().to_dicts()
    row = issue(severity, days, state)
    due = find_due_rule(row, rules, DAY)
    if due is not None:
        assert LEVELS.index(due["level"]) > LEVELS.index(state)
        assert due["level"] in STEPS
        assert find_due_rule(row | {"state": due["level"]}, rules, DAY) is None
    after = find_due_rule(row, rules, DAY + timedelta(days=later))
    if due is not None:
        assert after is not None
        assert LEVELS.index(after["level"]) >= LEVELS.index(due["level"])
