"""Laws of the audit: closed tables are silent, an altered cell is named, order and unit do not matter."""

from __future__ import annotations

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.balance.audit.made_tables import LEAVES, Cells, as_balance, calm_series, total_up

from dafeng.balance import Balance
from dafeng.balance.audit import audit_balance, audit_series

LEAF_KEYS = sorted(LEAVES)
UNNAMED = "industry_non_energy_use"
"""The only row that stands in no sum: it is a part of industry."""


@st.composite
def leaves(draw: st.DrawFn) -> Cells:
    """Random quantities with two decimals on the made table's pattern of cells and signs."""
    made: Cells = {}
    for row, fuel in LEAF_KEYS:
        cents = draw(st.integers(1, 10**7))
        sign = 1 if LEAVES[row, fuel] > 0 else -1
        made[row, fuel] = sign * cents / 100
    made[UNNAMED, "Raw_Coal"] = round(made["industry", "Raw_Coal"] * draw(st.floats(0, 1)), 2)
    return made


@given(leaves())
@settings(max_examples=25, deadline=None)
def test_a_closed_table_has_no_finding_of_identity(made: Cells) -> None:
    found = audit_balance(as_balance(total_up(made))).table
    # random washing may gain weight, so that all coal has a negative total: a wrong sign, no wrong sum
    assert found.filter((pl.col("group") == "identity") & (pl.col("rule") != "sign")).is_empty()


@given(leaves(), st.data(), st.floats(0.5, 1e4), st.sampled_from([-1, 1]))
@settings(max_examples=30, deadline=None)
def test_an_altered_cell_is_named_by_its_row_or_fuel(
    made: Cells, data: st.DataObject, size: float, sign: int
) -> None:
    cells = total_up(made)
    row, fuel = data.draw(st.sampled_from(sorted(key for key in cells if key[0] != UNNAMED)))
    cells[row, fuel] = round(cells[row, fuel] + sign * size, 2)
    found = audit_balance(as_balance(cells)).table
    named = found.filter((pl.col("row") == row) | (pl.col("fuel") == fuel))
    assert not named.filter(pl.col("group") == "identity").is_empty()


@given(leaves(), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_cells_does_not_matter(made: Cells, random: object) -> None:
    cells = total_up(made)
    cells["statistical_difference", "Coke"] = 7.5
    keys = list(cells)
    random.shuffle(keys)  # type: ignore[attr-defined]
    one = audit_balance(as_balance(cells)).table
    other = audit_balance(as_balance({key: cells[key] for key in keys})).table
    assert one.equals(other)


@given(leaves(), st.data(), st.sampled_from([-3, 3, 4]))
@settings(max_examples=20, deadline=None)
def test_another_unit_finds_the_same_cells(made: Cells, data: st.DataObject, tens: int) -> None:
    cells = total_up(made)
    key = data.draw(st.sampled_from(sorted(cells)))
    assume(cells[key])
    cells[key] = round(cells[key] * 1.37 + 11, 2)
    balance = as_balance(cells)
    scaled = balance.cells.with_columns(unit=pl.lit("scaled"), value=pl.col("value") * 10.0**tens)
    one = audit_balance(Balance(balance.cells.with_columns(unit=pl.lit("one")), "any")).table
    other = audit_balance(Balance(scaled, "any")).table
    identities = pl.col("group") == "identity"
    where = ["rule", "severity", "row", "fuel"]
    assert sorted(one.filter(identities).select(where).rows()) == sorted(
        other.filter(identities).select(where).rows()
    )


@given(st.integers(2002, 2009), st.floats(1.8, 4), st.floats(1e-6, 1e6), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_break_is_found_in_any_unit_and_order(
    year: int, jump: float, factor: float, random: object
) -> None:
    series = calm_series().with_columns(
        value=pl.when(pl.col("year") >= year).then(pl.col("value") * jump).otherwise("value") * factor
    )
    places = list(range(series.height))
    random.shuffle(places)  # type: ignore[attr-defined]
    found = audit_series(series[places]).table.filter(rule="series_break")
    assert found["year"].to_list() == [year]
