"""Errors say what, where and how to mend it, in two languages, and carry the exit code."""

from __future__ import annotations

import pickle

import pytest

from dafeng.errors import (
    FINDINGS_SHOWN,
    DafengError,
    Finding,
    InputRefused,
    Interrupted,
    NegativeAnswer,
    Place,
    TableError,
    UnitError,
    messages,
    render_message,
)


def test_exit_codes_are_those_of_the_command_line() -> None:
    kinds = (DafengError, InputRefused, NegativeAnswer, Interrupted)
    assert {kind.__name__: kind.exit_code for kind in kinds} == {
        "DafengError": 1, "InputRefused": 2, "NegativeAnswer": 3, "Interrupted": 130,
    }  # fmt: skip
    assert {TableError.exit_code, UnitError.exit_code} == {2}


def test_python_code_can_catch_them_by_their_nature() -> None:
    with pytest.raises(ValueError, match="collect"):
        raise TableError.of("lazy_frame", contract="T")
    with pytest.raises(ValueError, match="length"):
        raise UnitError.of("series_length", what="x")


def test_a_finding_names_place_defect_and_cure() -> None:
    finding = Finding("cell_not_number", Place("a.csv", "表1", 7, "value"), {"value": "1,234"})
    assert finding.text("en") == (
        "a.csv, sheet 表1, row 7, column value: “1,234” is not a number. "
        "Write a plain number, without separators or unit."
    )
    assert (
        finding.text("zh")
        == "a.csv, 工作表 表1, 第7行, 列 value: “1,234” 不是数字。请填数字，不带千分位和单位。"
    )


def test_no_place_no_colon() -> None:
    assert Finding("file_empty").text("en").startswith("the file is empty.")
    assert Place().text("zh") == Place().text("en") == ""


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    assert "{x} {0}" in render_message("cell_not_number", {"value": "{x} {0}"}, "en")


def test_an_unknown_code_or_missing_parameter_is_our_defect() -> None:
    with pytest.raises(KeyError):
        render_message("no_such_code", {}, "en")
    with pytest.raises(KeyError):
        render_message("file_missing", {}, "zh")


def test_a_message_without_cure_ends_after_its_text() -> None:
    assert messages()["peak_maximum_excluded"]["cure_en"] == ""
    text = render_message("peak_maximum_excluded", {"year": 2019}, "en")
    assert text.endswith("false alarms.")


def test_all_kinds_of_finding_are_told_up_to_a_limit() -> None:
    findings = [Finding("file_empty", Place(f"f{i}")) for i in range(FINDINGS_SHOWN + 3)]
    error = InputRefused(findings)
    assert len(error.findings) == FINDINGS_SHOWN + 3
    lines = error.text("en").splitlines()
    assert (len(lines), lines[-1]) == (FINDINGS_SHOWN + 1, "… and 3 more")
    assert error.text("zh").splitlines()[-1].startswith("… 另有 3 ")
    assert "more" not in InputRefused(findings[:FINDINGS_SHOWN]).text("en")


def test_the_same_finding_in_many_rows_is_told_once() -> None:
    again = [Finding("cell_empty", Place("a.csv", row=row, column="b")) for row in (3, 4, 9)]
    other = Finding("cell_empty", Place("a.csv", row=4, column="c"))
    error = TableError([*again, other])
    first, second = error.text("en").splitlines()
    assert "row 3" in first
    assert "2 more rows" in first
    assert "column c" in second
    assert "more" not in second
    assert len(error.findings) == 4


def test_an_error_survives_the_way_from_a_worker_process() -> None:
    error = TableError([Finding("cell_empty", Place("a.csv", row=3, column="b"))])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.findings, str(again)) == (TableError, error.findings, str(error))
