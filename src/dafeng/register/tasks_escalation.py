"""Which open issues are due at a higher level, by dated rules: days open and severity -> level.

Escalation is a step of procedure. Nothing here judges or punishes anybody.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.period import earliest_date, latest_date
from dafeng.register.tasks_contracts import EscalationRules, Escalations
from dafeng.table import columns_of, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVELS = ("raised", "at_agency", "at_office", "at_group")
"""States of an open issue, from the lowest level to the highest."""
STEPS = {"at_agency": "to_agency", "at_office": "to_office", "at_group": "to_group"}
"""Level -> step of the register that leads there."""
_NAMES = {
    "raised": ("提出单位", "the body that raised it"), "at_agency": ("牵头部门", "the lead agency"),
    "at_office": ("牵头办公室", "the lead office"), "at_group": ("领导小组", "the leading group"),
    "minor": ("一般", "minor"), "serious": ("较重", "serious"), "major": ("重大", "major"),
}  # fmt: skip

Row = dict[str, Any]


@cache
def default_rules() -> pl.DataFrame:
    """Return the rules that ship with the package as an EscalationRules table."""
    text = files("dafeng.register").joinpath("tasks_escalation.csv").read_bytes()
    schema = {spec.name: spec.dtype for spec in columns_of(EscalationRules)}
    frame = pl.read_csv(text, schema=schema)
    return frame_of(frame.to_dicts(), EscalationRules)


def rules_on(rules: pl.DataFrame, as_of: date) -> list[Row]:
    """Return the rules in force on a day."""
    return [
        row
        for row in rules.to_dicts()
        if earliest_date(row["valid_from"]) <= as_of
        and (row["valid_to"] is None or as_of <= latest_date(row["valid_to"]))
    ]


def find_due_rule(issue: Mapping[str, Any], rules: Sequence[Row], as_of: date) -> Row | None:
    """Return the rule of the highest level that an issue has reached, if it is not there yet.

    Parameters
    ----------
    issue : mapping
        With ``severity``, ``raised_on`` and ``state``.
    rules : sequence of mapping
        Rules in force on the day.
    as_of : date

    Returns
    -------
    mapping or None
    """
    if issue["state"] not in LEVELS:
        return None
    days = (as_of - date.fromisoformat(issue["raised_on"])).days
    reached = [row for row in rules if row["severity"] == issue["severity"] and row["days_open"] <= days]
    due = max(reached, key=lambda row: LEVELS.index(row["level"]), default=None)
    if due is None or LEVELS.index(due["level"]) <= LEVELS.index(issue["state"]):
        return None
    return due


def find_escalations(issues: pl.DataFrame, rules: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the issues that a rule in force sends further up, with the reason, most severe first.

    Parameters
    ----------
    issues : polars.DataFrame
        Rows of the register of issues.
    rules : EscalationRules
    as_of : date

    Returns
    -------
    polars.DataFrame
        Escalations.
    """
    in_force = rules_on(rules, as_of)
    rows = []
    for issue in issues.to_dicts():
        rule = find_due_rule(issue, in_force, as_of)
        if rule is None:
            continue
        days = (as_of - date.fromisoformat(issue["raised_on"])).days
        (level_zh, level_en), (how_zh, how_en) = _NAMES[rule["level"]], _NAMES[issue["severity"]]
        now_zh, now_en = _NAMES[issue["state"]]
        rows.append({
            **{name: issue[name] for name in (
                "issue_no", "title", "task", "agency", "region", "severity", "raised_on", "waiting_for",
                "state",
            )},
            "days_open": days, "due_level": rule["level"], "step": STEPS[rule["level"]],
            "rule_id": rule["rule_id"],
            "why_zh": f"{how_zh}问题已 {days} 天未解决，现在{now_zh}；规则 {rule['rule_id']}："
            f"满 {rule['days_open']} 天报{level_zh}（{rule['basis_zh']}）",
            "why_en": f"a {how_en} issue open for {days} days, now with {now_en}; rule {rule['rule_id']}: "
            f"from day {rule['days_open']} with {level_en} ({rule['basis_en']})",
        })  # fmt: skip
    severities = ("major", "serious", "minor")
    rows.sort(key=lambda row: (severities.index(row["severity"]), -row["days_open"], row["issue_no"]))
    return frame_of(rows, Escalations)
