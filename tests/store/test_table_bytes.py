"""Tables as bytes: nothing that a spreadsheet would compute, and every text unchanged in Parquet."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from dafeng.store.table_bytes import table_as_csv, table_as_parquet

RISKY = [
    "=1+1", "+1", "@SUM(A1)", "\t=1", "\r=1", "-", "-a", "--1", "- 1", "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org")', "-1-SUM(A1)",
]  # fmt: skip
HARMLESS = ["a", "", "-1", "-0.5 %", "-5..-3", "1=1", "a@b", "山西", " =1", "'=1", "—", "≥ 12"]


def cells_of(raw: bytes) -> list[list[str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", RISKY)
def test_what_may_be_a_formula_gets_an_apostrophe(text: str) -> None:
    frame = pl.DataFrame({"text": ["first", text]})
    assert cells_of(table_as_csv(frame)) == [["text"], ["first"], [f"'{text}"]]
    assert pl.read_parquet(table_as_parquet(frame)).equals(frame)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay(text: str) -> None:
    assert cells_of(table_as_csv(pl.DataFrame({"text": [text], "n": [1]})))[1] == [text, "1"]


def test_numbers_and_gaps_stay() -> None:
    frame = pl.DataFrame(
        {"i": [-1, None], "f": [-1.5, 2.0], "b": [True, None], "t": [None, "=1"], "none": [None, None]}
    )
    assert cells_of(table_as_csv(frame))[1:] == [["-1", "-1.5", "true", "", ""], ["", "2.0", "", "'=1", ""]]


def test_a_table_without_texts_or_rows() -> None:
    assert cells_of(table_as_csv(pl.DataFrame({"n": [-1]}))) == [["n"], ["-1"]]
    assert cells_of(table_as_csv(pl.DataFrame(schema={"t": pl.String}))) == [["t"]]
