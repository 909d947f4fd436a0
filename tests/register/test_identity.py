"""Codes and names by which firms are known."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from dafeng.errors import Place
from dafeng.register.identity import (
    ALPHABET,
    check_sign,
    check_uscc,
    check_usccs,
    compact_uscc,
    find_bad_usccs,
    normalise_firm_name,
    normalise_firm_names,
)

GOOD = "91110000600037341L"  # example of python-stdnum, stdnum.cn.uscc


def test_a_good_code_passes_however_it_is_written() -> None:
    assert check_uscc(GOOD) == ""
    assert check_uscc(" 9１110000-600037341l ") == ""
    assert compact_uscc("9111 0000 6000 3734 1l") == GOOD


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("91110000600037342L", "check"),
        ("91110000600037341", "length"),
        ("9111000060003734OL", "signs"),
        ("B1110000600037341L", "signs"),
        ("110108000000016", "old_registration"),
        ("110108000000017", "length"),
        ("60003734-1", "organisation_code"),
        ("60003734-2", "length"),
        ("", "length"),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    assert check_uscc(text) == problem


def test_letters_of_the_registering_body_are_good() -> None:
    for first in ("A1", "N2", "Y1", "51", "12"):
        body = f"{first}140100MA0GRT8Q3"
        assert check_uscc(body + check_sign(body)) == ""


def test_agrees_with_the_peer_library() -> None:
    body = "91140100MA0GRT8Q3"
    signs = [sign for sign in ALPHABET if check_uscc(body + sign) == ""]
    assert signs == [sign for sign in ALPHABET if uscc.is_valid(body + sign)] == [uscc.calc_check_digit(body)]


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_sign_never_passes(tail: str, place: int, sign: str) -> None:
    body = "91140100" + tail
    good = body + check_sign(body)
    bad = good[:place] + sign + good[place + 1 :]
    assert check_uscc(good) == ""
    assert (check_uscc(bad) == "") == (bad == good)


def test_a_missing_code_is_not_wrong() -> None:
    assert check_usccs(pl.Series([None, GOOD], dtype=pl.String)).to_list() == [None, ""]


def test_findings_say_where_and_what_the_sign_should_be() -> None:
    found = find_bad_usccs(
        pl.Series([GOOD, "91110000600037342L"]), pl.Series([5, 6]), Place("a.csv", "", None, "c")
    )
    wanted = check_sign("91110000600037342")
    assert [(f.code, f.place.row, f.params["expected"]) for f in found] == [("row_uscc_check", 6, wanted)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("山西某某（集团）有限责任公司", "山西某某集团有限公司"),
        ("大同 甲 热电股份有限公司", "大同甲热电(股份有限公司)"),
        ("ＡＢＣ焦化有限公司", "abc焦化"),
        ("Jia Coking Co., Ltd.", "JIA COKING LIMITED"),
    ],
)
def test_names_without_what_does_not_tell_them_apart(first: str, second: str) -> None:
    assert normalise_firm_name(first) == normalise_firm_name(second)


def test_a_branch_keeps_its_own_name() -> None:
    assert normalise_firm_name("甲有限公司大同分公司") == "甲大同分公司"
    assert normalise_firm_name("甲有限公司") == "甲"
    assert normalise_firm_name("公司") == "公司"
    assert normalise_firm_names(pl.Series([None], dtype=pl.String)).to_list() == [None]
