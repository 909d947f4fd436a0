"""``dafeng balance audit-series``, ``audit-firms`` and ``rules``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
from tests.balance.audit.made_tables import calm_series, firm_forms, purchases, series_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_rules_are_listed_with_bounds_and_sources(dafeng: Callable[..., Any]) -> None:
    answer = dafeng("balance", "rules", "--format", "json")
    rows = {row["rule"]: row for row in json.loads(answer.out)}
    assert answer.code == 0
    assert "editor’s bound" in rows["statistical_difference"]["thresholds"]
    assert rows["series_break"]["why_zh"]


def test_a_series_with_a_break_is_shown_and_counted(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    jump = pl.when(pl.col("year") >= 2006).then(pl.col("value") * 1.7).otherwise("value")
    calm_series().with_columns(value=jump).write_csv(tmp_path / "s.csv")
    answer = dafeng("balance", "audit-series", "s.csv")
    assert answer.code == 0
    assert "series_break" in answer.out
    assert "warnings 1" in answer.err


def test_parts_beyond_their_whole_leave_with_three(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    parts = [series_of({2019: 80}, region=code) for code in ("120100", "120200")]
    pl.concat([series_of({2019: 100}), *parts]).write_csv(tmp_path / "s.csv")
    answer = dafeng("balance", "audit-series", "s.csv", "--output", "found.xlsx", "--parts", "CN-TJ=2")
    assert answer.code == 3
    assert (tmp_path / "found.xlsx").stat().st_size > 1000
    assert dafeng("balance", "audit-series", "s.csv", "--parts", "CN-TJ").code == 2


def test_firms_by_three_forms(dafeng: Callable[..., Any], tmp_path: Path) -> None:
    forms = firm_forms(purchase=[row | {"purchase": -1.0} for row in purchases()])
    for frame, name in zip(forms, ("p.csv", "t.csv", "u.csv"), strict=True):
        frame.write_csv(tmp_path / name)
    words = ("--purchase", "p.csv", "--transformation", "t.csv", "--unit-energy", "u.csv")
    answer = dafeng("balance", "audit-firms", *words, "--format", "csv")
    assert answer.code == 3
    assert "firm_negative" in answer.out
