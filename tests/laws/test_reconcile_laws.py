"""Laws of reconciliation: closure, locks, idempotence, units, order, reliability, and the closed form."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.balance.made_observations import COKE, observe

from dafeng.balance.reconcile import ReconcileOptions, Reconciliation, reconcile_balance
from dafeng.balance.reconcile_model import build_model

KEY = ["region", "year", "row", "fuel"]
FACTORS = st.lists(st.floats(0.5, 2.0), min_size=len(COKE), max_size=len(COKE))
SDS = st.lists(st.floats(0.01, 0.5), min_size=len(COKE), max_size=len(COKE))
MODES = st.sampled_from(["observed", "small", "bounded", "zero"])


def table(factors: list[float], sds: list[float]) -> pl.DataFrame:
    frame = observe(
        [(row, fuel, (value or 0) * k) for (row, fuel, value), k in zip(COKE, factors, strict=True)]
    )
    return frame.with_columns(relative_sd=pl.Series(sds))


def values(made: Reconciliation) -> np.ndarray:
    return made.cells.sort(KEY)["value"].to_numpy()


@settings(deadline=None, max_examples=60)
@given(FACTORS, SDS, MODES)
def test_all_identities_hold(factors: list[float], sds: list[float], mode: str) -> None:
    options = ReconcileOptions(difference=mode)  # type: ignore[arg-type]
    made = reconcile_balance(table(factors, sds), options)
    assert made.summary.largest_residual <= 1e-9
    assert made.summary.exact
    signed = made.cells.filter(
        pl.col("row").is_in(["industry", "loss", "residential_urban", "indigenous_production"])
    )
    assert signed["value"].min() >= 0  # type: ignore[operator]


@settings(deadline=None, max_examples=40)
@given(FACTORS, SDS, st.integers(0, len(COKE) - 1))
def test_a_locked_cell_keeps_its_value(factors: list[float], sds: list[float], place: int) -> None:
    frame = table(factors, sds).with_columns(locked=pl.int_range(pl.len()) == place)
    made = reconcile_balance(frame)
    key = frame.row(place, named=True)
    kept = made.cells.filter(row=key["row"], fuel=key["fuel"])
    assert kept["value"].item() == key["value"]
    assert kept["state"].item() == "locked"


@settings(deadline=None, max_examples=40)
@given(FACTORS, SDS)
def test_a_closed_table_stays_as_it_is(factors: list[float], sds: list[float]) -> None:
    made = reconcile_balance(table(factors, sds))
    closed = observe(list(made.cells.select("row", "fuel", "value").iter_rows()), relative_sd=0.1)
    again = reconcile_balance(closed)
    assert np.allclose(values(again), values(made), rtol=0, atol=1e-9 * np.abs(values(made)).max())


@settings(deadline=None, max_examples=40)
@given(FACTORS, SDS, st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(factors: list[float], sds: list[float], scale: float) -> None:
    once, scaled = (reconcile_balance(table([k * f for f in factors], sds)) for k in (1.0, scale))
    assert np.allclose(values(scaled), scale * values(once), rtol=1e-7, atol=1e-9 * scale * 100)
    assert np.isclose(once.summary.chi_square, scaled.summary.chi_square, rtol=1e-6, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(FACTORS, SDS, st.randoms())
def test_the_order_of_lines_does_not_matter(
    factors: list[float], sds: list[float], random: st.DataObject
) -> None:
    frame = table(factors, sds)
    order = list(range(frame.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert np.allclose(
        values(reconcile_balance(frame[order])), values(reconcile_balance(frame)), rtol=1e-9, atol=1e-9
    )


@settings(deadline=None, max_examples=40)
@given(st.floats(0.01, 0.2), st.floats(1.1, 4.0))
def test_the_less_reliable_of_two_moves_more(sd: float, times: float) -> None:
    lines = observe([("final_consumption", "Coke", 100.0), ("industry", "Coke", 110.0)])
    made = reconcile_balance(lines.with_columns(relative_sd=pl.Series([sd, sd * times])))
    moved = dict(made.adjustments.select("row", pl.col("adjustment").abs()).iter_rows())
    assert moved["industry"] > moved["final_consumption"]


@settings(deadline=None, max_examples=60)
@given(FACTORS, SDS)
def test_without_active_bounds_it_is_the_closed_form(factors: list[float], sds: list[float]) -> None:
    r"""x = x0 - V A' (A V A')^-1 A x0 (Stone, Champernowne, Meade 1942) by dense algebra."""
    frame = table(factors, sds)
    made = reconcile_balance(frame)
    if made.summary.at_bound:
        return
    model = build_model(frame, ReconcileOptions())
    matrix, spread = model.matrix.toarray(), 1.0 / model.weight
    inner = (matrix * spread) @ matrix.T
    expected = model.target - spread * (matrix.T @ np.linalg.solve(inner, matrix @ model.target))
    assert np.allclose(made.cells["value"].to_numpy(), expected, rtol=1e-8, atol=1e-8)
    rank = np.linalg.matrix_rank(matrix)
    assert made.summary.freedom == rank + model.observations.height - len(model.cells)
