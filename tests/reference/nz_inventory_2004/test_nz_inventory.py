"""The uncertainty table of a national inventory report, cell by cell."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from dafeng.inventory.uncertainty import LineInput, lines_from_input, propagate_errors
from dafeng.table import columns_of

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
TOTALS = {1990: 61598.5, 2002: 74925.0}
HALF_DIGIT = {
    "combined": 0.5, "share_of_total": 0.005, "sensitivity_a": 5e-5, "sensitivity_b": 5e-5,
    "trend_by_factor": 5e-5, "trend_by_activity": 5e-5, "trend": 0.005,
}  # fmt: skip
LEFT_OUT = {
    (c, n) for c in ("solid waste disposal", "wastewater handling") for n in ("combined", "share_of_total")
}
"""The printed cells leave the factor out."""
LOOSE = {("enteric fermentation", "trend_by_factor"): 0.002}


def given(
    category: str, gas: str, year: int, value: float, uncertainty: tuple[float, float]
) -> dict[str, object]:
    activity, factor = uncertainty
    return {
        "category": category, "gas": gas, "year": year, "activity": value, "factor": 1.0, "unit": "kt",
        "activity_uncertainty": activity / 100, "factor_uncertainty": factor / 100,
    }  # fmt: skip


@pytest.fixture(scope="module")
def computed() -> dict[tuple[str, str], dict[str, float]]:
    rows = []
    for year, column in ((1990, "base_value"), (2002, "value")):
        for row in ROWS:
            spread = (float(row["activity_uncertainty"]), float(row["factor_uncertainty"]))
            rows.append(given(row["category"], row["gas"], year, float(row[column]), spread))
        rest = TOTALS[year] - sum(float(row[column]) for row in ROWS)
        rows.append(given("all other rows", "CO2", year, rest, (0.0, 0.0)))
    lines = lines_from_input(
        pl.DataFrame(rows, schema={spec.name: spec.dtype for spec in columns_of(LineInput)}), "SAR"
    )
    # the table is in CO2e already: the weights of lines_from_input are taken off again
    plain = lines.with_columns(pl.when(pl.col("gas") == "CH4").then(pl.col("value") / 21).otherwise("value"))
    table = propagate_errors(plain, 1990).filter(pl.col("year") == 2002)
    return {(row["category"], row["gas"]): in_percent(row) for row in table.to_dicts()}


def in_percent(row: dict[str, float]) -> dict[str, float]:
    """Return a row in the form of the document: percent, the sensitivities as they are."""
    return {
        "base_value": row["base_value"],
        "combined": 100 * row["combined_uncertainty"],
        "share_of_total": 100 * row["variance_contribution"] ** 0.5,
        "sensitivity_a": row["sensitivity_a"],
        "sensitivity_b": row["sensitivity_b"],
        "trend_by_factor": 100 * row["trend_by_factor"],
        "trend_by_activity": 100 * row["trend_by_activity"],
        "trend": 100 * row["trend_variance"] ** 0.5,
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['category']} {row['gas']}")
def test_every_printed_cell(row: dict[str, str], computed: dict[tuple[str, str], dict[str, float]]) -> None:
    found = computed[row["category"], row["gas"]]
    assert found["base_value"] == pytest.approx(float(row["base_value"]))
    for name, half in HALF_DIGIT.items():
        if (row["category"], name) not in LEFT_OUT:
            off = abs(found[name] - float(row[name]))
            assert off <= LOOSE.get((row["category"], name), half * 1.0001), (name, found[name], row[name])
