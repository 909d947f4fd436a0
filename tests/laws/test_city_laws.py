"""Laws of the city benchmark: nothing is lost, order and unit do not matter, nothing turns negative."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dafeng.inventory.city_accounts import benchmark_cities, rake_cities

cells = st.lists(st.tuples(st.floats(0.1, 100.0), st.floats(0.0, 1.0)), min_size=1, max_size=12)
stretch = st.floats(0.5, 2.0)


@given(cells, stretch)
def test_raking_meets_the_total_and_keeps_the_sign(pairs: list[tuple[float, float]], factor: float) -> None:
    values, reliability = np.array(pairs).T
    moved = rake_cities(values, reliability, factor * values.sum())
    assert moved.sum() == pytest.approx(factor * values.sum())
    assert (moved > 0).all()
    assert (np.sign(moved - values) * np.sign(factor - 1) >= -1e-12).all() or factor == pytest.approx(1.0)


@given(cells, stretch, st.floats(0.01, 100.0))
def test_raking_does_not_depend_on_unit_or_order(
    pairs: list[tuple[float, float]], factor: float, unit: float
) -> None:
    values, reliability = np.array(pairs).T
    moved = rake_cities(values, reliability, factor * values.sum())
    scaled = rake_cities(values * unit, reliability, factor * values.sum() * unit)
    assert scaled == pytest.approx(moved * unit, rel=1e-8)
    turned = rake_cities(values[::-1], reliability[::-1], factor * values.sum())
    assert turned == pytest.approx(moved[::-1], rel=1e-8)


@given(cells, stretch)
def test_equally_reliable_cities_keep_their_proportions(
    pairs: list[tuple[float, float]], factor: float
) -> None:
    values = np.array(pairs)[:, 0]
    moved = rake_cities(values, np.full(len(values), 0.4), factor * values.sum())
    assert moved == pytest.approx(values * factor, rel=1e-9)


@given(cells, stretch, st.integers(0, 3))
def test_province_is_cities_plus_what_is_left(
    pairs: list[tuple[float, float]], factor: float, silent: int
) -> None:
    values, reliability = np.array(pairs).T
    frame = pl.DataFrame(
        {"region": [f"C{i}" for i in range(len(values))], "co2_mt": values, "reliability_share": reliability}
    ).with_columns(
        year=pl.lit(2022, pl.Int64),
        part=pl.lit("total"),
        fuel=pl.lit("total"),
        complete=pl.lit(value=True),
    )
    total = float(factor * values.sum())
    province = pl.DataFrame(
        {"year": [2022], "part": ["total"], "fuel": ["total"], "co2_mt": [total]},
        schema_overrides={"fuel": pl.String},
    )
    moved, table, findings = benchmark_cities(frame, province, len(values) + silent)
    row = table.row(0, named=True)
    assert row["city_mt"] + row["residual_mt"] == pytest.approx(total)
    assert (row["outcome"] == "exceeds") == bool(findings)
    if findings:  # an impossible sum is benchmarked by nothing
        assert row["left_mt"] < 0
        assert moved["benchmarked_mt"].null_count() == len(values)
        return
    assert moved["benchmarked_mt"].sum() + row["left_mt"] == pytest.approx(total)
    assert moved["benchmarked_mt"].min() > 0
    if silent:
        assert moved["benchmarked_mt"].to_list() == moved["co2_mt"].to_list()
