"""A province is data: no name or code of one stands in code, tables, pages or settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dafeng
from dafeng import terms
from dafeng.pack import Pack  # noqa: TC001 - the type of a fixture

SOURCE = Path(dafeng.__file__).parent
KINDS = {".py", ".csv", ".js", ".html", ".toml", ".css", ".json"}
OWN = {"packs", "terms"}
VENDORED = {"echarts.min.js"}
DEFAULT_PACK = re.compile(r'^ *\] = "shanxi"$|^ *pack: .*= "shanxi"$', re.MULTILINE)


def files() -> list[Path]:
    return sorted(
        path for path in SOURCE.rglob("*")
        if path.suffix in KINDS and path.name not in VENDORED and path.relative_to(SOURCE).parts[0] not in OWN
    )  # fmt: skip


def text_of(path: Path) -> str:
    text = path.read_text("utf-8")
    return DEFAULT_PACK.sub("", text) if path.name == "settings.py" and path.parent == SOURCE else text


def pattern(words: set[str]) -> re.Pattern[str]:
    """Latin words and codes at word boundaries in any case; Chinese names anywhere."""
    latin = sorted(re.escape(word) for word in words if word.isascii())
    han = sorted(re.escape(word) for word in words if not word.isascii())
    parts = [rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])" for word in latin]
    return re.compile("|".join(parts + han), re.IGNORECASE)


def province_words() -> set[str]:
    rows = terms.entries("provinces").values()
    return {row[field] for row in rows for field in ("code", "gb_code", "zh", "full_zh", "en")}


def city_words(pack: Pack) -> set[str]:
    words: set[str] = set()
    for row in pack.tables["regions"].iter_rows(named=True):
        if row["level"] in {"province", "city"}:
            words |= {row["code"], row["name_zh"], row["short_name_zh"] or "", row["name_en"] or ""}
    return words - {""}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_province_and_no_city_of_the_first_pack(path: Path, shanxi: Pack) -> None:
    words = pattern(province_words() | city_words(shanxi))
    lines = text_of(path).splitlines()
    found = [
        f"{number}: {match.group()}" for number, line in enumerate(lines, 1) for match in words.finditer(line)
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for(shanxi: Pack) -> None:
    words = pattern(province_words() | city_words(shanxi))
    for text in (
        "CN-SX",
        "(cn-sx)",
        "'140000'",
        "全省山西的",
        "in_Shanxi",
        "Taiyuan's",
        "太原",
        "140100",
        "inner mongolia",
    ):
        assert words.search(text), text
    for text in ("1400001", "Shanxify", "CN-SXX", "东南西北"):
        assert not words.search(text), text
    assert {"settings.py", "messages.csv"} <= {path.name for path in files()}


def test_the_default_pack_is_named_in_one_place() -> None:
    settings = (SOURCE / "settings.py").read_text("utf-8")
    assert len(DEFAULT_PACK.findall(settings)) == 1
