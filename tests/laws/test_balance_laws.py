"""Laws of balance tables: what is written is read again; layouts and measures there and back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dafeng import terms
from dafeng.balance import (
    Balance,
    ElectricityBasis,
    ReadOptions,
    compute_balance_flow,
    convert_edition,
    editions,
    lay_out_balance,
    read_balance,
    turn_signs,
)
from dafeng.balance.editions import find_edition
from dafeng.balance.signs import SIGNS
from dafeng.store.sheet_bytes import sheet_bytes, sheet_csv

UNITS = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
SCHEMA = {
    "region": pl.String, "year": pl.Int64, "row": pl.String, "fuel": pl.String, "unit": pl.String,
    "value": pl.Float64, "grade": pl.String,
}  # fmt: skip
FIGURES = st.none() | st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: float(f"{x:.14g}"))
"""A spreadsheet keeps 15 digits."""
PROVINCES = sorted(terms.codes("provinces"))


@st.composite
def balances(draw: st.DrawFn, edition: str) -> Balance:
    """Draw a balance that fills any cells of a layout; told signs are the yearbook's."""
    layout = find_edition(edition)
    keys = st.tuples(st.sampled_from(sorted(layout.row_codes)), st.sampled_from(sorted(layout.fuel_codes)))
    values = draw(st.dictionaries(keys, FIGURES, min_size=1, max_size=30))
    region, year = draw(st.sampled_from(PROVINCES)), draw(st.integers(1950, 2099))
    grade = draw(st.sampled_from(["A", "B", "C", "X"]))
    coal = draw(st.booleans())
    basis = draw(st.sampled_from(["calorific", "equivalent"])) if coal else None
    electricity = ElectricityBasis(basis, draw(st.floats(60, 900))) if basis else None
    rows = [
        (region, year, row, fuel, "10^4 tce" if coal else UNITS[fuel], value, grade)
        for (row, fuel), value in sorted(values.items())
    ]
    cells = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return Balance(cells, edition, "coal_equivalent" if coal else "physical", electricity)


@pytest.mark.parametrize("edition", editions())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_written_is_read_again(edition: str, data: st.DataObject) -> None:
    balance = data.draw(balances(edition))
    signs = data.draw(st.sampled_from(SIGNS))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (
            ("table.xlsx", sheet_bytes(lay_out_balance(balance, signs))),
            ("table.csv", sheet_csv(lay_out_balance(balance, signs)[0])),
        ):
            path = Path(folder) / name
            path.write_bytes(content)
            read = read_balance(path, ReadOptions(signs="yearbook", accept_findings=True))
            assert turn_signs(read.balance.cells, signs, "yearbook").equals(balance.cells.sort("row", "fuel"))
            assert read.balance.measure == balance.measure
            assert read.balance.electricity == balance.electricity
            assert read.edition.code == edition


@settings(max_examples=60, deadline=None)
@given(balances("yearbook_2005"))
def test_a_newer_layout_keeps_supply_plus_transformation(balance: Balance) -> None:
    new, _ = convert_edition(balance, "yearbook_2010")
    kinds = ["total_primary_supply", "transformation_total"]

    def closing(made: Balance) -> dict[str, float]:
        found = made.cells.filter(pl.col("row").is_in(kinds) & (pl.col("fuel") == "Heat"))
        return dict(found.group_by("fuel").agg(pl.col("value").sum()).iter_rows())

    whole = balance.cells.filter(pl.col("row").is_in(kinds) & (pl.col("fuel") == "Heat"))
    if whole.height == 2 and whole["value"].null_count() == 0:
        assert closing(new) == pytest.approx(closing(balance), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(balances("yearbook_2010"), st.randoms(use_true_random=False))
def test_the_flow_is_blind_to_the_order_of_cells(balance: Balance, chance: object) -> None:
    first = compute_balance_flow(balance.cells)
    again = compute_balance_flow(balance.cells.reverse())
    assert first.drop("energy_tj").equals(again.drop("energy_tj"))
    assert first["energy_tj"].to_list() == pytest.approx(again["energy_tj"].to_list())
