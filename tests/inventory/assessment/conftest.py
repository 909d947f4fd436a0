"""Made-up terms and GDP of two places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from dafeng.inventory.assessment import AssessmentTerms, GdpIndex
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dafeng.table import Table


def fill(contract: type[Table], rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={spec.name: spec.dtype for spec in columns_of(contract)})


@pytest.fixture
def make_terms() -> Callable[..., pl.DataFrame]:
    """Return a maker of terms: term -> values by year, from 2020 on."""

    def make(
        values: Mapping[str, list[float | None]], *, stage: str = "own_estimate", first: int = 2020
    ) -> pl.DataFrame:
        rows = [
            {
                "region": "P", "year": first + place, "term": term, "stage": stage,
                "power_factor": "given" if term == "co2_net_power_import" else "none",
                "unit": "Mt CO2" if term.startswith("co2") else "10^4 tce", "value": value, "grade": "A",
            }
            for term, series in values.items()
            for place, value in enumerate(series)
        ]  # fmt: skip
        return fill(AssessmentTerms, rows)

    return make


@pytest.fixture
def make_index() -> Callable[..., pl.DataFrame]:
    """Return a maker of GDP indices: values from 2020 on (the first one is over 2019)."""

    def make(
        values: list[float | None], *, vintage: str = "v1", nominal: float | None = 1000.0
    ) -> pl.DataFrame:
        rows = [
            {
                "region": "P", "year": 2020 + place, "vintage": vintage, "gdp_index": value,
                "gdp_nominal": nominal if place == 0 else None, "unit": "10^8 CNY",
            }
            for place, value in enumerate(values)
        ]  # fmt: skip
        return fill(GdpIndex, rows)

    return make
