"""``dafeng track warn``: the list, one warning in words, filters and refusals."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Answer

    Call = Callable[..., Answer]

DAY = ("--as-of", "2024-12-31")


def test_the_list_leaves_out_what_says_nothing(dafeng: Call) -> None:
    answer = dafeng("track", "warn", *DAY)
    assert answer.code == 0
    assert "T2.1.4-3" in answer.out
    assert "T2.2.2-2" not in answer.out


def test_a_level_can_be_chosen(dafeng: Call, tmp_path: Path) -> None:
    out = tmp_path / "red.csv"
    assert dafeng("track", "warn", *DAY, "--level", "red", "--format", "csv", "--output", out).out == ""
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert {row["level"] for row in rows} == {"red"}
    assert "T2.1.4-3" in {row["target_id"] for row in rows}


def test_one_warning_says_everything_about_itself(dafeng: Call) -> None:
    answer = dafeng("track", "warn", "T-二(一)4-3", *DAY)
    assert answer.code == 0
    assert "一级（红） · 落后于进度要求" in answer.out
    assert "省能源局" in answer.out
    assert "今后每年需要 7 个百分点" in answer.out


def test_one_warning_as_data_with_english_words(dafeng: Call, tmp_path: Path) -> None:
    (tmp_path / "dafeng.toml").write_text('language = "en"\n', "utf-8")
    row = json.loads(dafeng("track", "warn", "T2.1.4-3", *DAY, "--format", "json").out)
    assert (row["level"], row["words"]["As of"]) == ("red", "2024-12-31")
    assert "behind by 11.9% of the change" in row["words"]["Explanation"]


def test_an_unknown_target_or_level_is_refused_with_the_nearest(dafeng: Call) -> None:
    answer = dafeng("track", "warn", "T2.1.4-33", *DAY)
    assert (answer.code, "id_unknown" in answer.err) == (2, True)
    answer = dafeng("track", "warn", "--level", "rot")
    assert (answer.code, "filter_unknown" in answer.err) == (2, True)
