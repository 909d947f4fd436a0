"""Words of the documents: two languages with the same places, and nothing that the plan forbids."""

from __future__ import annotations

from string import Formatter

import pytest

from dafeng.register.tasks_wording import TaskWording, task_texts

FORBIDDEN = ("限电", "停产", "拉闸", "一刀切", "停止生产")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(task_texts()))
def test_both_languages_have_the_same_places_and_forbid_nothing_wrong(key: str) -> None:
    row = task_texts()[key]
    assert row["zh"]
    assert row["en"]
    assert places(row["zh"]) == places(row["en"])
    assert not [word for word in FORBIDDEN if word in row["zh"]]
    assert not [digit for digit in row["zh"] if digit.isdigit()] or key == "column.hash"


def test_halves_follow_the_language() -> None:
    assert TaskWording("zh").half("推进中 / Under way") == "推进中"
    assert TaskWording("en").half("推进中 / Under way") == "Under way"
    assert TaskWording("en").half("只有中文") == "只有中文"
