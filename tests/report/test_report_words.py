"""The words of the interface: both languages, same places, no word missing."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

from dafeng.report import PAGES
from dafeng.report.html import SCRIPT_WORDS
from dafeng.report.words import both, phrase, words

FOLDER = Path(str(files("dafeng.report")))


@pytest.mark.parametrize("key", words())
def test_every_word_has_both_languages(key: str) -> None:
    row = words()[key]
    assert row["zh"]
    assert row["en"]


@pytest.mark.parametrize("key", words())
def test_places_are_the_same_in_both_languages(key: str) -> None:
    places = [
        {name for _, name, _, _ in string.Formatter().parse(words()[key][lang]) if name}
        for lang in ("zh", "en")
    ]
    assert places[0] == places[1] or key == "mass"


def test_words_of_templates_and_script_exist() -> None:
    used = set(SCRIPT_WORDS)
    for template in (FOLDER / "templates").glob("*.html"):
        used |= set(re.findall(r"""(?:\bw|plain)\(["']([^"']+)["'](?! ~)""", template.read_text("utf-8")))
    script = (FOLDER / "assets" / "report.js").read_text("utf-8")
    assert set(re.findall(r'word\("([^"]+)"\)', script)) <= set(SCRIPT_WORDS)
    assert {key for key in used if not key.endswith(".")} <= set(words())


def test_pages_have_both_titles() -> None:
    assert all(page.title_zh and page.title_en for page in PAGES)
    assert len({page.id for page in PAGES}) == len(PAGES)


def test_text_is_escaped_and_one_language_stands_in_for_the_other() -> None:
    assert "<b>" not in both("<b>", "x")
    assert both("同", "同") == "同"
    assert both(None, "only") == "only"
    assert both(None, None) == ""
    assert "&lt;i&gt;" in phrase("aim.by", aim="<i>", year=2025)
