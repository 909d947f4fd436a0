"""LMDI of the whole nation by sector and fuel: ours and a plain loop on the same numbers in the same run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest

from dafeng.decomposition import ang2004_lmdi
from dafeng.decomposition.effects import decompose_table, list_effects

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

PROVINCES, SECTORS, FUELS, YEARS = 30, 47, 20, 25
FACTORS = ("population", "gdp_per_head", "intensity", "mix", "factor")


@pytest.fixture(scope="module")
def cube() -> NDArray[np.float64]:
    """Return factors of shape (year, province x sector x fuel, factor), a tenth of the cells absent."""
    generator = np.random.default_rng(1)
    shape = (YEARS, PROVINCES * SECTORS * FUELS, len(FACTORS))
    made = generator.lognormal(size=shape)
    made[generator.uniform(size=shape[:2]) < 0.1] = 0.0
    return made


@pytest.fixture(scope="module")
def table(cube: NDArray[np.float64]) -> pl.DataFrame:
    cells = PROVINCES * SECTORS * FUELS
    frame = pl.DataFrame(cube.reshape(-1, len(FACTORS)), schema=list(FACTORS))
    place = np.tile(np.arange(cells), YEARS)
    return frame.with_columns(
        year=pl.Series(np.repeat(np.arange(2000, 2000 + YEARS), cells)),
        region=pl.Series(place // (SECTORS * FUELS)).cast(pl.String),
        category=pl.Series(place % (SECTORS * FUELS)).cast(pl.String),
    )


def decompose_by_pandas(table: pd.DataFrame) -> pd.DataFrame:
    """Return effects by region, year and factor as an analyst writes it; zeros are taken as 1e-20."""
    table = table.sort_values(["region", "category", "year"])
    factors = list(FACTORS)
    table[factors] = table[factors].where(table[factors] > 0, 1e-20)
    table["value"] = table[factors].prod(axis=1)
    before = table.groupby(["region", "category"])[[*factors, "value"]].shift()
    change = table["value"] - before["value"]
    mean = (change / (np.log(table["value"]) - np.log(before["value"]))).where(change != 0, table["value"])
    effects = np.log(table[factors] / before[factors]).mul(mean, axis=0)
    return pd.concat([table[["region", "year"]], effects], axis=1).groupby(["region", "year"]).sum()


@pytest.mark.benchmark(group="LMDI, arrays")
def test_array(benchmark: BenchmarkFixture, cube: NDArray[np.float64]) -> None:
    made = benchmark.pedantic(ang2004_lmdi, args=(cube,), rounds=3, warmup_rounds=1)
    assert np.allclose(made.effects.sum(axis=1), made.change)


@pytest.mark.benchmark(group="LMDI, tables by province")
def test_table(benchmark: BenchmarkFixture, table: pl.DataFrame) -> None:
    def once() -> pl.DataFrame:
        return list_effects(decompose_table(table, FACTORS, by=["region"]), FACTORS, by=["region"])

    made = benchmark.pedantic(once, rounds=3, warmup_rounds=1)
    benchmark.extra_info["rows"] = table.height
    start = time.perf_counter()
    theirs = decompose_by_pandas(table.to_pandas(use_pyarrow_extension_array=False))
    benchmark.extra_info["peer_pandas_s"] = round(time.perf_counter() - start, 3)
    ours = made.pivot("factor", index=["region", "to"], values="value").sort("region", "to")
    peer = theirs.reset_index().query("year > 2000").sort_values(["region", "year"])
    # the sum agrees; single effects differ where the small value stands for a category that is absent
    assert np.allclose(ours.select(FACTORS).sum_horizontal(), peer[list(FACTORS)].sum(axis=1), rtol=1e-6)
