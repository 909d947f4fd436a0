"""Laws of the second method: linear, additive, free of units and order, NE never zero, exact terms."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng.inventory import ceads_factors, compute_inventory
from dafeng.inventory.guideline import (
    combustion_factors,
    compare_totals,
    count_activity,
    emit_guideline_combustion,
    explain_gap,
    no_factors,
    sum_categories,
)

SECTORS = ("chemicals", "ferrous_smelting", "transport", "power_heat", "residential_rural", "coal_mining")
FUELS = {
    "Raw_Coal": "10^4 t", "Coke": "10^4 t", "Other_Gas": "10^8 m3", "Diesel_Oil": "10^4 t",
    "Natural_Gas": "10^8 m3", "Other_Energy": "10^4 tce", "Other_Petroleum_Products": "10^4 t",
}  # fmt: skip
AMOUNT = st.one_of(st.just(0.0), st.floats(min_value=1e-3, max_value=1e4))
SCHEMA = {
    "region": pl.String, "year": pl.Int64, "variable": pl.String, "sector": pl.String, "fuel": pl.String,
    "unit": pl.String, "value": pl.Float64,
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    cells = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(SECTORS), st.sampled_from(sorted(FUELS))), AMOUNT, min_size=1
        )
    )
    rows = [("CN-SX", 2020, "final_consumption", s, f, FUELS[f], v) for (s, f), v in cells.items()]
    for fuel, value in draw(st.dictionaries(st.sampled_from(sorted(FUELS)), AMOUNT)).items():
        rows.append(("CN-SX", 2020, "non_energy_use", "non_energy_use", fuel, FUELS[fuel], value))
    if draw(st.booleans()):
        rows.append(
            ("CN-SX", 2020, "transformation_input", "gas_works", "Other_Gas", "10^8 m3", -draw(AMOUNT))
        )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


KEY = ["sector", "fuel", "gas"]


def values(table: pl.DataFrame) -> dict[tuple[str, str, str], float | None]:
    return {tuple(row[:3]): row[3] for row in emit_guideline_combustion(table).select(*KEY, "value").rows()}


@given(tables(), st.floats(min_value=0.01, max_value=100.0))
@settings(max_examples=30, deadline=None)
def test_emissions_are_linear_in_all_activities(table: pl.DataFrame, scale: float) -> None:
    once, more = values(table), values(table.with_columns(pl.col("value") * scale))
    assert once.keys() == more.keys()
    for cell, value in once.items():
        other = more[cell]
        assert (value is None) == (other is None)
        if value is not None and other is not None:
            assert other == pytest.approx(value * scale, rel=1e-9, abs=1e-9)


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_changes_nothing(table: pl.DataFrame, random: object) -> None:
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=random.randrange(1000))  # type: ignore[attr-defined]
    assert values(shuffled) == pytest.approx(values(table), nan_ok=True)


@given(tables())
@settings(max_examples=30, deadline=None)
def test_a_unit_and_its_heat_value_may_change_together(table: pl.DataFrame) -> None:
    """The same heat in other units: half the quantity at twice the heat value of each fuel."""
    heat = combustion_factors().filter(pl.col("variable") == "heat_value")
    doubled = heat.select(
        region=pl.lit("CN-SX"), year=pl.lit(2020, pl.Int64), variable="variable", activity="activity",
        fuel="fuel", unit="unit", value=pl.col("value") * 2, source_id=pl.lit("x"), grade=pl.lit("A"),
    )  # fmt: skip
    own = doubled.select(no_factors().columns)
    halved = emit_guideline_combustion(table.with_columns(pl.col("value") / 2), own)
    again = {tuple(row[:3]): row[3] for row in halved.select(*KEY, "value").rows()}
    for cell, value in values(table).items():
        if value is None:
            assert again[cell] is None
        else:
            assert again[cell] == pytest.approx(value, rel=1e-9, abs=1e-9)


@given(tables())
@settings(max_examples=30, deadline=None)
def test_what_is_not_estimated_never_becomes_zero(table: pl.DataFrame) -> None:
    lines = emit_guideline_combustion(table)
    assert lines.filter((pl.col("notation") == "NE") & pl.col("value").is_not_null()).is_empty()
    unknown = lines.filter(pl.col("value").is_null() & pl.col("notation").is_null())
    assert unknown.is_empty()
    totals = sum_categories(lines, "AR5")
    assert totals.filter(~pl.col("complete") & pl.col("total_kt").is_not_null()).is_empty()


@given(tables())
@settings(max_examples=30, deadline=None)
def test_sectors_add_up_to_the_root(table: pl.DataFrame) -> None:
    lines = emit_guideline_combustion(table)
    totals = sum_categories(lines)
    for gas in ("CO2", "CH4", "N2O"):
        own = lines.filter(pl.col("gas") == gas)
        if own["value"].drop_nulls().is_empty():
            continue
        root = totals.filter((pl.col("category") == "total") & (pl.col("gas") == gas))["estimated_kt"].item()
        assert root == pytest.approx(own["value"].sum(), rel=1e-9)


@given(tables())
@settings(max_examples=30, deadline=None)
def test_raw_material_is_taken_off_at_most_once_and_never_below_zero(table: pl.DataFrame) -> None:
    cells = count_activity(table)
    assert cells.filter(pl.col("activity") < -1e-9 * pl.col("gross")).is_empty()
    used = table.filter(pl.col("variable") == "non_energy_use").group_by("fuel").agg(pl.col("value").sum())
    taken = cells.group_by("fuel").agg(pl.col("feedstock").sum())
    both = taken.join(used, on="fuel", how="left").with_columns(pl.col("value").fill_null(0.0))
    assert both.filter(pl.col("feedstock") > pl.col("value") * (1 + 1e-9) + 1e-9).is_empty()


@given(tables())
@settings(max_examples=30, deadline=None)
def test_the_terms_of_the_gap_are_exact(table: pl.DataFrame) -> None:
    lines = emit_guideline_combustion(table)
    emissions = compute_inventory(table, ceads_factors(), accept_findings=True).emissions
    gap = explain_gap(table, lines, ceads_factors(), emissions)["value_mt"].sum()
    totals = compare_totals(lines, emissions).filter(pl.col("scope") == "combustion")
    first, second = totals["first_mt"].sum(), totals["second_mt"].sum()
    assert gap == pytest.approx(second - first, abs=1e-9 * max(1.0, first, second))
