"""The embedded font: every character of the page has a glyph on a machine without fonts."""

from __future__ import annotations

import base64
import io
import re

from fontTools.ttLib import TTFont

from dafeng.report.font import font_face, known_characters, subset_font
from dafeng.report.words import words


def test_subset_covers_every_chinese_character_of_the_page(page: str) -> None:
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", page)
    assert data is not None
    font = TTFont(io.BytesIO(base64.b64decode(data[1])))
    shown = page[page.index("<body>") : page.index("<script>")]
    wanted = {char for char in shown if "\u2e80" <= char <= "\uffef" or char in "₂≥–−"}
    assert len(wanted) > 300
    assert wanted <= set(map(chr, font.getBestCmap()))


def test_subset_is_small_and_repeatable() -> None:
    once = subset_font("碳达峰 CO₂")
    assert once == subset_font("碳达峰 CO₂")
    assert len(once) < 10_000


def test_vendored_font_has_all_words_and_gb2312() -> None:
    text = {char for row in words().values() for char in row["zh"] + row["en"]}
    level_1_and_2 = {
        bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312")
        for row in range(16, 88)
        for cell in range(1, 95)
        if not (row == 55 and cell > 89)
    }
    assert len(level_1_and_2) == 6763
    assert text | level_1_and_2 <= known_characters()


def test_unknown_characters_are_left_to_the_system() -> None:
    assert font_face("a\U0001f600").startswith("@font-face")
