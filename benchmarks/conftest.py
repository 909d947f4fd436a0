"""The size of the task: the energy use of the built-in pack, tiled to 29 provinces and nine years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng import terms
from dafeng.pack import read_pack

if TYPE_CHECKING:
    from pathlib import Path

PROVINCES = 29


@pytest.fixture(scope="session")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``energy.csv`` (about 130 000 rows) and ``cement.csv`` (every year known)."""
    folder = tmp_path_factory.mktemp("tiled")
    tables = read_pack("shanxi").tables
    codes = list(terms.entries("provinces"))[:PROVINCES]
    products = tables["products"].with_columns(pl.col("value").fill_null(4000.0))
    for name, table in (("energy", tables["energy"]), ("cement", products)):
        tiles = [table.with_columns(region=pl.lit(code)) for code in codes]
        pl.concat(tiles).write_csv(folder / f"{name}.csv")
    return folder
