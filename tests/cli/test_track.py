"""``dafeng track``: the board without a subcommand, the replay, many packs."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

    Call = Callable[..., Answer]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_without_a_subcommand_the_board_is_shown(dafeng: Call, tiny_pack: Path) -> None:
    words = ("--as-of", "2026-11-22", "--pack", tiny_pack, "--format", "csv")
    alone, named = dafeng("track", *words), dafeng("track", "board", *words)
    assert alone.code == 0
    assert alone.out == named.out
    rows = {row["target_id"]: row for row in rows_of(alone.out)}
    assert float(rows["D1"]["required"]) == pytest.approx(42 * (46 / 42) ** 0.5)  # a path of a constant rate
    assert {row["level"] for row in rows.values()} <= {"red", "amber", "green", "cannot_judge"}


def test_options_before_a_subcommand_are_not_lost_in_silence(dafeng: Call) -> None:
    answer = dafeng("track", "--as-of", "2024-07-01", "board")
    assert answer.code == 2
    assert "behind" in answer.err


def test_replay_of_verdicts_and_of_values(dafeng: Call, tiny_pack: Path) -> None:
    words = ("track", "replay", "--from", "2023", "--to", "2024", "--pack", tiny_pack, "--format")
    verdicts = json.loads(dafeng(*words, "json").out)
    assert {row["as_of"] for row in verdicts} == {"2023-12-31", "2024-12-31"}
    values = rows_of(dafeng(*words, "csv", "--indicators").out)
    assert all(row["known_on"] <= row["as_of"] for row in values)
    assert {row["basis"] for row in values} >= {"series", "formula"}


def test_a_span_that_lies_ahead_is_refused_in_both_languages(dafeng: Call) -> None:
    answer = dafeng("track", "replay", "--from", "2098", "--to", "2099")
    assert answer.code == 2
    assert "2098 至 2099" in answer.err
    assert "2098 to 2099" in answer.err


def test_packs_side_by_side(dafeng: Call, tiny_pack: Path) -> None:
    rows = rows_of(dafeng("track", "packs", tiny_pack, "--as-of", "2026-11-22", "--format", "csv").out)
    counts = {row["code"]: int(row["targets"]) for row in rows if row["kind"] == "verdict"}
    assert (counts["met"], counts["missed"], sum(counts.values())) == (2, 1, 11)
    table = dafeng("track", "packs", tiny_pack, "--as-of", "2026-11-22").out
    assert "CN-SN" in table
