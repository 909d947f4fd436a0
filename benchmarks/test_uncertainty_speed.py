"""Monte Carlo at the size of the task, and beside bonsai_ipcc on a case that both compute."""

from __future__ import annotations

import resource
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from dafeng import terms
from dafeng.inventory import ceads_factors, compute_inventory
from dafeng.inventory.uncertainty import DrawPlan, LineInput, lines_from_input, simulate_lines
from dafeng.pack import read_pack
from dafeng.table import columns_of

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

YEAR = 2022
PROVINCES = 30
COKE_T, COKE_LOW, COKE_HIGH = 90.0, 85.5, 94.5
FACTOR, FACTOR_LOW, FACTOR_HIGH = 0.51, 0.459, 0.561
"""CO2 per coke, t/t: the default of the 2006 guidelines with its 95 % bounds, as the peer holds it."""
PEER_DRAWS = 1000
CELLS = 250


def ready(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as lines; columns that they leave out are empty."""
    empty = [pl.lit(None, spec.dtype).alias(spec.name) for spec in columns_of(LineInput)]
    filled = rows.with_columns(column for column in empty if column.meta.output_name() not in rows.columns)
    return lines_from_input(filled.select([spec.name for spec in columns_of(LineInput)]), None)


@pytest.fixture(scope="module")
def cells() -> pl.DataFrame:
    """Return the sector x fuel cells of the built-in pack in all its years, one figure per fuel factor."""
    tables = read_pack("shanxi").tables
    made = compute_inventory(tables["energy"], ceads_factors(), accept_findings=True).emissions
    burnt = made.filter(
        (pl.col("variable") == "co2_fuel_combustion") & (pl.col("sector") != "total") & (pl.col("value") != 0)
    )
    return burnt.select(
        "region", "year", "sector", "fuel", category=pl.lit("1A"), gas=pl.lit("CO2"),
        activity=pl.col("value") * 1000, factor=pl.lit(1.0), unit=pl.lit("kt"), factor_id="fuel",
        activity_uncertainty=pl.lit(0.05), factor_uncertainty=pl.lit(0.07),
        activity_distribution=pl.lit("lognormal"), factor_distribution=pl.lit("lognormal"),
    )  # fmt: skip


@pytest.mark.benchmark(group="uncertainty, one province-year, 10 000 draws")
def test_one_province_year(benchmark: BenchmarkFixture, cells: pl.DataFrame) -> None:
    lines = ready(cells.filter(pl.col("year") == YEAR))
    assert lines.height > 250
    start = time.process_time()
    made = benchmark.pedantic(simulate_lines, args=(lines, YEAR, DrawPlan()), rounds=5, warmup_rounds=1)
    cpu = (time.process_time() - start) / 6
    benchmark.extra_info |= {"lines": lines.height, "cpu_s": round(cpu, 3)}
    total = made.row(0, named=True)
    assert total["mean"] == pytest.approx(total["estimate"], rel=0.005)
    assert cpu < 0.5


@pytest.mark.benchmark(group="uncertainty, 30 provinces x 9 years, 10 000 draws")
def test_thirty_provinces_and_nine_years(benchmark: BenchmarkFixture, cells: pl.DataFrame) -> None:
    codes = list(terms.entries("provinces"))[:PROVINCES]
    lines = ready(pl.concat([cells.with_columns(region=pl.lit(code)) for code in codes]))
    start = time.process_time()
    made = benchmark.pedantic(simulate_lines, args=(lines, 2014, DrawPlan(threads=2)), rounds=1)
    benchmark.extra_info["lines"] = lines.height
    cpu = time.process_time() - start
    benchmark.extra_info["cpu_s"] = round(cpu, 2)
    benchmark.extra_info["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    assert made.filter(pl.col("dimension") == "total").height == PROVINCES * 9
    assert cpu < 60


def coke_row() -> dict[str, Any]:
    return {
        "year": 2019, "category": "2C1", "gas": "CO2", "unit": "t", "activity": COKE_T,
        "activity_low": COKE_LOW, "activity_high": COKE_HIGH, "factor": FACTOR,
        "factor_low": FACTOR_LOW, "factor_high": FACTOR_HIGH,
    }  # fmt: skip


def coke_line() -> pl.DataFrame:
    return ready(pl.DataFrame([coke_row()]))


@pytest.fixture(scope="module")
def peer() -> Any:
    """Return bonsai_ipcc's coke sequence with the activity of the case and its bounds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bonsai = pytest.importorskip("bonsai_ipcc")
        model = bonsai.IPCC()
    made = model.industry.metal
    names = {"def": COKE_T, "min": COKE_LOW, "max": COKE_HIGH, "abs_min": 0.0, "abs_max": np.inf}
    kind = type(made.parameter.ck)
    index = [(2019, "DE", "by-product_recovery", name) for name in names]
    levels = made.parameter.ck.index.names
    rows = [(value, "t/yr") for value in names.values()]
    frame = kind(rows, columns=["value", "unit"])
    frame.index = type(made.parameter.ck.index).from_tuples(index, names=levels)
    made.parameter.ck = frame
    return made.sequence


@pytest.mark.benchmark(group="uncertainty, one cell, 1000 draws")
def test_one_cell(benchmark: BenchmarkFixture) -> None:
    lines = coke_line()
    made = benchmark(simulate_lines, lines, 2019, DrawPlan(draws=PEER_DRAWS, threads=1))
    assert made.row(0, named=True)["estimate"] == pytest.approx(COKE_T * FACTOR)


@pytest.mark.benchmark(group="uncertainty, 250 cells, 1000 draws")
def test_many_cells(benchmark: BenchmarkFixture) -> None:
    """As many cells as a province-year has, each with figures of its own, in one table."""
    row = coke_row()
    lines = ready(pl.DataFrame([{**row, "sector": f"plant {number}"} for number in range(CELLS)]))
    made = benchmark(simulate_lines, lines, 2019, DrawPlan(draws=PEER_DRAWS, threads=1))
    assert made.row(0, named=True)["estimate"] == pytest.approx(CELLS * COKE_T * FACTOR)


@pytest.mark.benchmark(group="uncertainty, 250 cells, 1000 draws")
def test_peer_bonsai_many_cells(benchmark: BenchmarkFixture, peer: Any) -> None:
    """The peer takes one cell at a time; its draws are added up."""

    def add_cells() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            steps = (peer.tier1a_co2_coke(uncertainty="monte_carlo") for _ in range(CELLS))
            return sum(step.co2_coke_tier1a_.value for step in steps)

    total = benchmark.pedantic(add_cells, rounds=3)
    assert total.mean() == pytest.approx(CELLS * COKE_T * FACTOR, rel=0.01)


@pytest.mark.benchmark(group="uncertainty, one cell, 1000 draws")
def test_peer_bonsai(benchmark: BenchmarkFixture, peer: Any) -> None:
    """The same bounds are the same lognormals: mean and range agree within the sampling error of both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        step = benchmark.pedantic(peer.tier1a_co2_coke, kwargs={"uncertainty": "monte_carlo"}, rounds=10)
        drawn = np.concatenate(
            [peer.tier1a_co2_coke(uncertainty="monte_carlo").co2_coke_tier1a_.value for _ in range(10)]
        )
    assert step.co2_coke_tier1a_.value.size == PEER_DRAWS
    ours = simulate_lines(coke_line(), 2019, DrawPlan(draws=10_000)).row(0, named=True)
    low, high = np.quantile(drawn, [0.025, 0.975])
    benchmark.extra_info["peer"] = [round(float(x), 3) for x in (drawn.mean(), low, high)]
    benchmark.extra_info["ours"] = [round(ours[name], 3) for name in ("mean", "low", "high")]
    error = 4 * 2**0.5
    assert abs(ours["mean"] - drawn.mean()) < error * ours["sd"] / 100
    assert abs(ours["low"] - low) < error * ours["low_error"]
    assert abs(ours["high"] - high) < error * ours["high_error"]
