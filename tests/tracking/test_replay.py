"""Replay: the board and the values of past days by what was known then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.tracking import Readings, judge_targets, list_values, replay_values, replay_verdicts, year_ends

if TYPE_CHECKING:
    from dafeng.pack import Pack

DAYS = year_ends(2010, 2025)


@pytest.fixture(scope="module")
def replayed(shanxi: Pack) -> pl.DataFrame:
    return replay_verdicts(shanxi.tables, DAYS, Readings())


def test_a_day_of_the_replay_is_the_board_of_that_day(shanxi: Pack, replayed: pl.DataFrame) -> None:
    for day in (date(2013, 12, 31), date(2024, 12, 31)):
        board = judge_targets(shanxi.tables, day, Readings()).verdicts
        again = replayed.filter(pl.col("as_of") == day.isoformat())
        assert again["target_id"].to_list() == board["target_id"].to_list()
        assert again["verdict"].to_list() == board["verdict"].to_list()


def test_targets_come_with_their_documents(replayed: pl.DataFrame) -> None:
    first = dict(replayed.group_by("target_id").agg(pl.col("as_of").min()).iter_rows())
    assert first["D-cn-energy-12fyp-1"] == "2011-12-31"
    assert first["T1.2a-3"] == "2023-12-31"
    assert "2010-12-31" not in set(replayed["as_of"])


def test_what_became_of_a_target(replayed: pl.DataFrame) -> None:
    steps = replayed.filter(pl.col("target_id") == "T1.2a-3").select("as_of", "observed").rows()
    assert steps == [("2023-12-31", 40.25), ("2024-12-31", 45.83), ("2025-12-31", 45.83)]


def test_levels_are_empty_without_a_warner_and_come_from_it(shanxi: Pack, replayed: pl.DataFrame) -> None:
    assert replayed["level"].null_count() == replayed["p_met"].null_count() == replayed.height

    def warn(day: date, verdicts: pl.DataFrame) -> pl.DataFrame:
        assert set(verdicts["as_of"]) == {day.isoformat()}
        return pl.DataFrame({"target_id": ["T1.2a-3"], "level": ["red"], "p_met": [0.01 * (day.year - 2000)]})

    told = replay_verdicts(shanxi.tables, DAYS[-2:], Readings(), warn=warn).drop_nulls("level")
    assert told.select("as_of", "target_id", "p_met").rows() == [
        ("2024-12-31", "T1.2a-3", 0.24), ("2025-12-31", "T1.2a-3", 0.25),
    ]  # fmt: skip


def test_values_of_a_day_of_the_replay(shanxi: Pack) -> None:
    days = year_ends(2014, 2015)
    values = replay_values(shanxi.tables, days)
    for day in days:
        alone = list_values(shanxi.tables, day)
        assert values.filter(pl.col("as_of") == day.isoformat()).drop("as_of").equals(alone)
        assert max(alone["known_on"]) <= day.isoformat()


def test_no_days_make_an_empty_table(shanxi: Pack) -> None:
    assert replay_verdicts(shanxi.tables, [], Readings()).is_empty()
    assert replay_values(shanxi.tables, []).is_empty()
