"""Cells as people write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.register.cells import (
    Reading,
    read_booleans,
    read_codes,
    read_dates,
    read_numbers,
    read_periods,
    read_texts,
    read_years,
)


def test_numbers_as_text() -> None:
    cells = ["１２，３４５", "1,234.5", "-", " 7 ", "", None, "/", "1e3", 5.0]
    assert read_numbers(cells, Reading()).values.to_list() == [
        12345,
        1234.5,
        None,
        7,
        None,
        None,
        None,
        1000,
        5,
    ]


@pytest.mark.parametrize("cell", ["abc", "1,23", "12 MW", True, date(2024, 1, 1), "1e400", "--5", "35%"])
def test_what_is_no_number_is_told(cell: Any) -> None:
    read = read_numbers(["1", cell], Reading())
    assert read.bad.to_list() == [False, True]
    assert read.values[1] is None
    assert read.code == "cell_not_number"


def test_factor_percent_and_decimal_comma() -> None:
    assert read_numbers([66.0, "35"], Reading(10.0)).values.to_list() == [660, 350]
    assert read_numbers(["35%", "2"], Reading(1.0, percent=0.01)).values.to_list() == [0.35, 2]
    assert read_numbers(["1.234,5", "7,25"], Reading(decimal_comma=True)).values.to_list() == [1234.5, 7.25]


def test_whole_numbers() -> None:
    read = read_numbers([3.0, "4", 2.5], Reading(), whole=True)
    assert read.values.to_list() == [3, 4, None]
    assert read.code == "cell_not_integer"
    assert read_years([2024.0, "2024年", "２０２５年度"], Reading()).values.to_list() == [2024, 2024, 2025]


@pytest.mark.parametrize(
    "cell",
    [date(2026, 1, 5), 46027.0, "46027", "2026-01-05", "2026/1/5", "2026年1月5日", "2026.1.5", "20260105",
     "２０２６年１月５日", "2026-01-05 00:00:00"],
)  # fmt: skip
def test_one_day_in_all_spellings(cell: Any) -> None:
    assert read_dates([cell], Reading()).values.to_list() == ["2026-01-05"]


@pytest.mark.parametrize("cell", ["2026-13-01", "2026-02-30", "2026", "5/1/2026", "soon", 12.0])
def test_what_is_no_day_is_told_and_not_guessed(cell: Any) -> None:
    assert read_dates([cell], Reading()).bad.to_list() == [True]


def test_a_format_of_the_sender() -> None:
    assert read_dates(["05.01.2026"], Reading(date_formats=("%d.%m.%Y",))).values.to_list() == ["2026-01-05"]


@pytest.mark.parametrize(
    ("cell", "period"),
    [("2024", "2024"), (2024.0, "2024"), ("2024年", "2024"), ("2024年6月", "2024-06"), ("2024-06", "2024-06"),
     (date(2024, 6, 1), "2024-06"), ("2024年1-6月", "2024-06 ytd"), ("2021-2025", "2021..2025"),
     ("2024-06 ytd", "2024-06 ytd")],
)  # fmt: skip
def test_periods(cell: Any, period: str) -> None:
    assert read_periods([cell]).values.to_list() == [period]


def test_yes_and_no() -> None:
    assert read_booleans(["是", "否", True, 0.0, "√", None]).values.to_list() == [
        True,
        False,
        True,
        False,
        True,
        None,
    ]
    assert read_booleans(["也许"]).code == "cell_not_boolean"


def test_codes_by_name_code_or_own_word() -> None:
    spellings = {"efficiency": "efficiency", "节能": "efficiency", "heat": "heat", "供热": "heat", "14": "14"}
    how = Reading(codes={"热": "heat"})
    read = read_codes(["节能", " EFFICIENCY", "热", "别的", "供热（14）", None], spellings, how, many=False)
    assert read.values.to_list() == ["efficiency", "efficiency", "heat", "别的", "14", None]
    many = read_codes(["供热；节能", "供热、节能,节能"], spellings, how, many=True)
    assert many.values.to_list() == ["efficiency;heat"] * 2


def test_a_long_code_typed_as_number_has_lost_its_end() -> None:
    read = read_texts([9.1110000600037e17, 140212.0, "911"])
    assert read.bad.to_list() == [True, False, False]
    assert read.values.to_list()[1:] == ["140212", "911"]
    assert read.code == "row_digits_lost"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_comes_back(value: float) -> None:
    assert read_numbers([repr(value), "x"], Reading()).values[0] == value
    assert read_numbers([value], Reading()).values[0] == value


@pytest.mark.parametrize("text", ["99999999999999999999", "9007199254740993", "-1e300"])
def test_a_whole_number_that_cannot_be_kept_is_told_and_not_lost(text: str) -> None:
    read = read_numbers([text, "12"], Reading(), whole=True)
    assert (read.bad.to_list(), read.code) == ([True, False], "row_whole_long")
    assert read.values.to_list() == [None, 12]
