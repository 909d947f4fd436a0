"""One table of messages: both languages, the same places, every code used and every used code there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import dafeng
from dafeng.errors import messages

SOURCE = Path(dafeng.__file__).parent
CODE = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py")))
ROWS = messages()
# where a code is named: Finding("…"), SomeError.of("…")
NAMED = re.compile(r'(?:\bFinding\(|\b[A-Z][A-Za-z]+\.of\()\s*"([a-z0-9_]+)"')


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", sorted(ROWS))
def test_both_languages_with_the_same_places(code: str) -> None:
    row = ROWS[code]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert row["zh"].strip()
    assert row["en"].strip()
    assert places(row["zh"]) == places(row["en"])
    assert bool(row["cure_zh"]) == bool(row["cure_en"])
    assert places(row["cure_zh"]) == places(row["cure_en"])
    assert places(row["cure_zh"]) <= places(row["zh"])


@pytest.mark.parametrize("code", sorted(ROWS))
def test_each_text_is_in_its_language_and_the_stop_is_added_later(code: str) -> None:
    row = ROWS[code]
    assert re.search("[\u4e00-\u9fff]", row["zh"])
    assert not re.search("[\u4e00-\u9fff]", row["en"] + row["cure_en"])
    for text in (row["zh"], row["en"], row["cure_zh"], row["cure_en"]):
        assert not text.endswith(("。", "."))
        assert text == text.strip()


def test_codes_are_unique() -> None:
    lines = (SOURCE / "messages.csv").read_text("utf-8").splitlines()
    codes = [line.partition(",")[0] for line in lines[1:]]
    assert sorted(codes) == sorted(set(codes))


def test_every_code_that_is_raised_stands_in_the_table() -> None:
    named = set(NAMED.findall(CODE))
    assert len(named) > 20
    assert named - set(ROWS) == set()


@pytest.mark.parametrize("code", sorted(ROWS))
def test_every_code_of_the_table_is_used(code: str) -> None:
    assert f'"{code}"' in CODE, f"{code} is said nowhere"


@pytest.mark.parametrize("code", sorted(ROWS))
def test_files_that_a_cure_names_exist(code: str) -> None:
    text = ROWS[code]["cure_en"] + " " + ROWS[code]["cure_zh"]
    for name in re.findall(r"[a-z_]+/[a-z_]+\.csv", text):
        assert (SOURCE / name).is_file(), name
