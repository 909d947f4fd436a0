"""Suppressed findings stay on record with reason, person and day; bounds can be set by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.balance.audit.made_tables import LEAVES, as_balance, total_up

from dafeng.balance.audit import (
    AuditOptions,
    Suppressions,
    audit_balance,
    merge_bounds,
    parse_suppressions,
    thresholds,
)
from dafeng.balance.audit.io import read_bounds
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = """
[[suppress]]
rule = "statistical_difference"
fuel = "Coke"
reason = "年鉴原表如此"
by = "审核员甲"
on = 2026-03-01
"""


def broken() -> dict[tuple[str, str], float]:
    cells = total_up(LEAVES)
    cells["statistical_difference", "Coke"] = 300.0
    return cells


def with_entry(text: str) -> AuditOptions:
    return AuditOptions(suppressions=parse_suppressions(text, "s.toml"))


def test_a_suppressed_finding_stays_with_its_reason() -> None:
    bare = audit_balance(as_balance(broken()))
    report = audit_balance(as_balance(broken()), options=with_entry(ENTRY))
    assert report.table.height == bare.table.height
    row = report.table.filter(rule="statistical_difference").row(0, named=True)
    assert (row["suppressed"], row["reason"], row["by"], row["on"]) == (
        True,
        "年鉴原表如此",
        "审核员甲",
        "2026-03-01",
    )
    assert bare.has_errors
    assert {f.params["rule"] for f in report.findings} == {"identity_closing"}
    assert "statistical_difference" in {f.params["rule"] for f in bare.findings}


def test_a_report_whose_errors_are_all_suppressed_is_no_negative_answer() -> None:
    text = ENTRY + ENTRY.replace("statistical_difference", "identity_closing")
    assert not audit_balance(as_balance(broken()), options=with_entry(text)).has_errors


def test_an_entry_that_matches_nothing_is_a_note() -> None:
    report = audit_balance(as_balance(total_up(LEAVES)), options=with_entry(ENTRY))
    note = report.findings[0]
    assert (note.code, note.severity) == ("audit_suppression_unused", "note")
    assert "statistical_difference / Coke" in note.text("en")


def test_an_entry_for_another_year_or_region_does_not_match() -> None:
    for limit in ("year = 2018", 'region = "CN-HE"'):
        report = audit_balance(as_balance(broken()), options=with_entry(ENTRY + limit))
        assert not report.table["suppressed"].any()


def test_the_first_entry_that_matches_holds() -> None:
    report = audit_balance(
        as_balance(broken()), options=with_entry(ENTRY + ENTRY.replace("如此", "另一理由"))
    )
    assert report.table.filter(rule="statistical_difference")["reason"].item() == "年鉴原表如此"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('reason = "年鉴原表如此"', ""), "audit_suppression_invalid"),
        (('reason = "年鉴原表如此"', 'reason = "  "'), "audit_suppression_invalid"),
        (("by =", "whom ="), "audit_suppression_invalid"),
        (("on = 2026-03-01", 'on = "yesterday"'), "audit_suppression_invalid"),
        (('rule = "statistical_difference"', 'rule = "statistical_diference"'), "audit_rule_unknown"),
        (("[[suppress]]", "[[suppress]"), "toml_invalid"),
    ],
)
def test_entries_without_a_reason_or_with_unknown_keys_are_refused(
    change: tuple[str, str], code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_suppressions(ENTRY.replace(*change), "s.toml")
    assert code in {finding.code for finding in refused.value.findings}


def test_no_entries_are_none() -> None:
    assert parse_suppressions("", "s.toml") == Suppressions()


def test_bounds_can_be_set_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "bounds.toml"
    file.write_text("[bounds]\ndifference_error = 0.5\n", "utf-8")
    bounds = read_bounds(file)
    report = audit_balance(as_balance(broken()), options=AuditOptions(bounds=bounds))
    assert report.table.filter(rule="statistical_difference")["severity"].item() == "warning"
    assert merge_bounds() == {name: bound.value for name, bound in thresholds().items()}
    with pytest.raises(InputRefused, match="difference_error"):
        merge_bounds({"diference_error": 0.1})
    with pytest.raises(InputRefused):
        merge_bounds({"difference_error": float("nan")})


@pytest.mark.parametrize(
    "text", ["difference_error = 1", '[bounds]\ndifference_error = "a"', "[bounds", "bounds = 3"]
)
def test_a_file_of_bounds_holds_numbers_only(text: str, tmp_path: Path) -> None:
    file = tmp_path / "bounds.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputRefused):
        read_bounds(file)
