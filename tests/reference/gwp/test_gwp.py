"""Global warming potentials against the tables of the IPCC reports."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.units import GWP_SETS

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['gwp_set']}-{row['gas']}")
def test_value_is_the_printed_one(row: dict[str, str]) -> None:
    assert terms.gwp(row["gas"], row["gwp_set"]) == float(row["gwp"])


def test_every_set_is_compared_and_is_a_unit_too() -> None:
    assert {row["gwp_set"] for row in ROWS} == set(terms.codes("gwp_sets")) == set(GWP_SETS)


def test_carbon_dioxide_is_one_in_every_set() -> None:
    assert {terms.gwp("CO2", gwp_set) for gwp_set in terms.codes("gwp_sets")} == {1.0}


def test_one_value_a_gas_and_set_over_one_hundred_years() -> None:
    rows = terms.rows("gwp")
    assert {row["horizon_years"] for row in rows} == {"100"}
    assert len({(row["gwp_set"], row["gas"]) for row in rows}) == len(rows)
    assert {row["gas"] for row in rows} <= terms.codes("gases")


@pytest.mark.parametrize(("gas", "gwp_set"), [("BC", "AR5"), ("CH4", "AR3"), ("ch4", "AR5"), ("NF3", "SAR")])
def test_a_value_that_no_report_gives_is_refused(gas: str, gwp_set: str) -> None:
    with pytest.raises(InputRefused) as caught:
        terms.gwp(gas, gwp_set)
    assert caught.value.findings[0].code == "term_unknown"


def test_the_set_has_no_default() -> None:
    with pytest.raises(TypeError, match="gwp_set"):
        terms.gwp("CH4")  # type: ignore[call-arg]
