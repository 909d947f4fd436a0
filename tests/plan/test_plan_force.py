"""Which target is in force on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.pack import read_pack
from dafeng.plan import find_in_force

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = pl.DataFrame({"target_id": ["A", "B", "C", "D"]})
LATE = date(2030, 1, 1)


def links(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    columns = {"target_id": pl.String, "relation": pl.String, "other_target_id": pl.String, "date": pl.String}
    return pl.DataFrame(list(rows), schema=columns, orient="row")


def test_without_links_every_target_is_in_force() -> None:
    assert find_in_force(TARGETS, links(), LATE) == {t: t for t in "ABCD"}


@pytest.mark.parametrize(
    ("relation", "current"),
    [("supersedes", "B"), ("adjusts", "B"), ("restates", "A"), ("extends", "A"), ("assigns", "A")],
)
def test_only_a_replacement_replaces(relation: str, current: str) -> None:
    assert find_in_force(TARGETS, links(("B", relation, "A", "2025")), LATE)["A"] == current


@pytest.mark.parametrize(
    ("written", "day", "current"),
    [
        ("2025-03-10", date(2025, 3, 9), "A"),
        ("2025-03-10", date(2025, 3, 10), "B"),
        # known only to the month or year: at the end of it, so that no replay sees it too early
        ("2025-03", date(2025, 3, 30), "A"),
        ("2025-03", date(2025, 3, 31), "B"),
        ("2025", date(2025, 12, 30), "A"),
        ("2025", date(2025, 12, 31), "B"),
        (None, date(1990, 1, 1), "B"),
    ],
)
def test_a_link_counts_from_its_day(written: str | None, day: date, current: str) -> None:
    assert find_in_force(TARGETS, links(("B", "adjusts", "A", written)), day)["A"] == current


def test_chains_are_followed_as_far_as_they_are_known() -> None:
    chain = links(("B", "adjusts", "A", "2024-01-01"), ("C", "supersedes", "B", "2026-01-01"))
    assert find_in_force(TARGETS, chain, date(2025, 1, 1)) == {"A": "B", "B": "B", "C": "C", "D": "D"}
    assert find_in_force(TARGETS, chain, date(2026, 1, 1)) == {"A": "C", "B": "C", "C": "C", "D": "D"}


def test_of_two_replacements_the_later_holds_whatever_the_order_of_the_rows() -> None:
    two = links(
        ("B", "adjusts", "A", "2026-02-01"), ("C", "adjusts", "A", "2024-02-01"), ("D", "adjusts", "A", None)
    )
    for order in (two, two.reverse()):
        assert find_in_force(TARGETS, order, LATE)["A"] == "B"
        assert find_in_force(TARGETS, order, date(2025, 1, 1))["A"] == "C"
        assert find_in_force(TARGETS, order, date(2023, 1, 1))["A"] == "D"


def test_the_second_province(tiny_pack: Path) -> None:
    tables = read_pack(str(tiny_pack)).tables
    before = find_in_force(tables["targets"], tables["target_links"], date(2025, 3, 9))
    after = find_in_force(tables["targets"], tables["target_links"], date(2025, 3, 10))
    assert (before["T9"], after["T9"]) == ("T9", "D1")
    assert {t: c for t, c in after.items() if t != c} == {"T9": "D1"}
