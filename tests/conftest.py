"""What several test folders share: the data outside the project and the two packs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.monthly import FlashFigures, unit_of
from dafeng.pack import read_pack
from dafeng.table import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from dafeng.pack import Pack

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of the data outside the project; skip where there is none."""
    named = os.environ.get("DAFENG_TEST_DATA")
    folder = Path(named) if named else TESTS.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set DAFENG_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny_pack() -> Path:
    """Return the folder of the second province, whose figures are all invented."""
    return TESTS / "packs" / "tiny"


@pytest.fixture(scope="session")
def shanxi() -> Pack:
    """Return the built-in pack, read once."""
    return read_pack("shanxi")


@pytest.fixture
def figures() -> Callable[..., pl.DataFrame]:
    """Return a maker of monthly figures from (period, item, value[, known_on])."""

    def make(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
        cells = [
            (
                "CN-SX", period, item, rest[0] if rest else "2023-01-01", not rest, unit_of(item),
                float(value), None,
            )
            for period, item, value, *rest in rows
        ]  # fmt: skip
        schema = {
            "region": pl.String, "period": pl.String, "item": pl.String, "known_on": pl.String,
            "known_assumed": pl.Boolean, "unit": pl.String, "value": pl.Float64, "source": pl.String,
        }  # fmt: skip
        return check(pl.DataFrame(cells, schema=schema, orient="row"), FlashFigures)

    return make
