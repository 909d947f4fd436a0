"""Small cells: what is left out cannot be worked out from what is shown, not even by one of those behind."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.app.portal_cells import (
    TOTAL,
    CellRule,
    choose_withheld,
    guard_budgets,
    guard_measures,
    withhold_small,
)
from dafeng.register.contracts import MeasureRows, MeasureValues
from dafeng.register.whole_contracts import BudgetRows, CityBudgets
from dafeng.table import check, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RULE = CellRule()
TABLES = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=6
)


def known_from_outside(cells: Mapping[str, Sequence[float]], withheld: frozenset[str]) -> dict[str, set[int]]:
    """Return every value that each cell may have for one who sees the rest; by trying all of them."""
    hidden = [name for name in cells if name in withheld]
    sums = {name: int(sum(gifts)) for name, gifts in cells.items()}
    most = sum(sums[name] for name in hidden)
    possible: dict[str, set[int]] = {name: set() for name in hidden}
    for guess in product(range(most + 1), repeat=len(hidden)):
        if TOTAL in withheld or sum(guess) == most:
            for name, value in zip(hidden, guess, strict=True):
                possible[name].add(value)
    return possible


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_what_is_left_out_cannot_be_worked_out(cells: dict[str, list[int]]) -> None:
    small = {name: gifts[:3] for name, gifts in list(cells.items())[:4]}
    withheld = choose_withheld(small, RULE)
    for name, gifts in small.items():
        if RULE.is_sensitive(gifts):
            assert name in withheld
    for name, values in known_from_outside(small, withheld).items():
        assert len(values) > 1, (small, withheld, name)


@given(TABLES)
@settings(max_examples=300, deadline=None)
def test_no_lone_contributor_learns_of_a_sensitive_rest(cells: dict[str, list[int]]) -> None:
    withheld = choose_withheld(cells, RULE)
    if TOTAL in withheld or not withheld:
        return
    hidden = {name: cells[name] for name in withheld}
    assert not RULE.is_sensitive([gift for gifts in hidden.values() for gift in gifts])
    for name, gifts in hidden.items():
        if len(gifts) == 1:
            assert not RULE.is_sensitive([g for other, each in hidden.items() if other != name for g in each])


@given(TABLES)
@settings(max_examples=200, deadline=None)
def test_nothing_is_left_out_without_need(cells: dict[str, list[int]]) -> None:
    if not any(
        RULE.is_sensitive(gifts)
        for gifts in [*cells.values(), [gift for each in cells.values() for gift in each]]
    ):
        assert choose_withheld(cells, RULE) == frozenset()
    assert all(cells[name] for name in choose_withheld(cells, RULE) - {TOTAL}), "an empty cell tells nothing"


@pytest.mark.parametrize(
    ("gifts", "sensitive"),
    [([], False), ([1.0], True), ([1.0, 1.0], True), ([1.0] * 3, False), ([90.0, 1.0, 1.0], True),
     ([-90.0, 1.0, 1.0], True), ([0.0, 0.0, 0.0], False)],
)  # fmt: skip
def test_few_or_dominated_cells_are_sensitive(gifts: list[float], sensitive: bool) -> None:
    assert RULE.is_sensitive(gifts) is sensitive


def test_where_nothing_can_be_added_the_sum_goes_too() -> None:
    assert choose_withheld({"a": [5.0], "b": []}) == {TOTAL, "a"}
    assert choose_withheld({"a": [9.0], "b": [9.0], "c": [9.0]}) == {TOTAL, "a", "b", "c"}
    assert choose_withheld({"a": [9.0], "b": [9.0], "c": [9.0], "d": [9.0]}) == {"a", "b", "c", "d"}
    assert choose_withheld({"a": [1.0], "b": [1.0, 1.0]}) == {TOTAL, "a", "b"}


def measures(
    rows: list[tuple[str, str, float]], parts: tuple[str, ...] = ("sum(x)",)
) -> tuple[pl.DataFrame, ...]:
    cells: dict[str, list[tuple[str, float]]] = {"P": []}
    for region, name, value in rows:
        cells.setdefault(region, []).append((name, value))
        cells["P"].append((name, value))
    base = {"register_id": "firms", "measure_id": "m", "year": 2025}
    values = [
        {**base, "region": region, "kind": "stock", "name_zh": "数", "name_en": "n", "unit": "tCO2",
         "value": sum(value for _, value in each), "rows": len(each), "left_out": 0, "status": "computed"}
        for region, each in cells.items()
    ]  # fmt: skip
    behind = [
        {**base, "region": region, "part": part, "row_id": name, "version": 1, "label": name, "value": value,
         "unit": "tCO2"}
        for region, each in cells.items() for name, value in each for part in parts
    ]  # fmt: skip
    return frame_of(values, MeasureValues), frame_of(behind, MeasureRows)


def shown(values: pl.DataFrame) -> dict[str, float | None]:
    return dict(values.select("region", "value").iter_rows())


def test_figures_of_registers_lose_small_cells_and_one_more() -> None:
    rows = (
        [("A", "1", 5.0)] + [("B", f"b{n}", 2.0) for n in range(3)] + [("C", f"c{n}", 3.0) for n in range(5)]
    )
    values, behind = measures(rows)
    guarded = guard_measures(values, behind, {"P"})
    assert shown(guarded) == {"A": None, "B": None, "C": 15.0, "P": 26.0}
    assert guarded.filter(pl.col("value").is_null())["status"].to_list() == ["withheld", "withheld"]
    check(guarded, MeasureValues)


def test_a_ratio_is_left_out_in_every_region() -> None:
    rows = [("A", "1", 5.0)] + [("B", f"b{n}", 2.0) for n in range(3)]
    values, behind = measures(rows, ("sum(x)", "sum(y)"))
    assert shown(guard_measures(values, behind, {"P"})) == {"A": None, "B": None, "P": 11.0}


def test_a_province_of_one_firm_shows_nothing() -> None:
    values, behind = measures([("A", "1", 5.0)])
    assert shown(guard_measures(values, behind, {"P"})) == {"A": None, "P": None}


def test_budgets_lose_the_figures_of_few_projects() -> None:
    base = {"region": "A", "year": 2025, "unit": "tCO2", "energy_unit": "tce"}
    budget = frame_of([{**base, "operating": 9.0, "locked": 9.0, "budget": 50.0, "room": 10.0,
                        "remaining": 1.0, "projects": 1, "waiting_projects": 0, "left_out": 0,
                        "status": "within"}], CityBudgets)  # fmt: skip
    behind = frame_of([{**base, "part": "operating", "register_id": "two_high", "row_id": "1", "version": 1,
                        "label": "x", "value": 9.0}], BudgetRows)  # fmt: skip
    row = guard_budgets(budget, behind).row(0, named=True)
    assert (row["operating"], row["locked"], row["remaining"], row["budget"]) == (None, None, None, 50.0)
    assert guard_budgets(budget, behind.clear()).row(0, named=True)["locked"] == 9.0


def test_lists_of_sums_lose_figures_of_few() -> None:
    frame = pl.DataFrame({"sector": ["a", "b", "c"], "firms": [2, 3, 0], "co2": [1.0, 2.0, 0.0]})
    assert withhold_small(frame, "firms", ["co2"])["co2"].to_list() == [None, 2.0, 0.0]
