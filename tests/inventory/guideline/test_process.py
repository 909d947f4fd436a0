"""Processes: activity x factor by hand, one of two descriptions counts, nothing is filled in."""

from __future__ import annotations

import polars as pl
import pytest

from dafeng.inventory.guideline import emit_process, no_activities, no_factors

PERIODS = pl.DataFrame({"region": ["CN-SX"], "year": [2020]}, schema={"region": pl.String, "year": pl.Int64})


def given(**amounts: float | None) -> pl.DataFrame:
    rows = [("CN-SX", 2020, code, "10^4 t", value, "own", "B", None, None) for code, value in amounts.items()]
    return pl.DataFrame(rows, schema=no_activities().schema, orient="row")


def emitted(activities: pl.DataFrame, factors: pl.DataFrame | None = None) -> dict[tuple[str, str], object]:
    lines = emit_process(activities, no_factors() if factors is None else factors, PERIODS)
    return {
        (row["sector"], row["gas"]): row["notation"] if row["value"] is None else row["value"]
        for row in lines.to_dicts()
    }


@pytest.mark.parametrize(
    ("activity", "gas", "kt_per_unit"),
    [
        ("cement_clinker_output", "CO2", 5.35),  # 10^4 t x 0.535 t/t, cement guideline 2024
        ("lime_output", "CO2", 7.5),  # IPCC 2006 vol. 3 eq. 2.8
        ("glass_output", "CO2", 1.0),  # eq. 2.13: 0.20 x (1 - 0.50)
        ("dolomite_use", "CO2", 4.7732),  # Table 2.1
        ("steel_flux_limestone", "CO2", 4.4),  # steel guideline 2024
        ("steel_electrode_use", "CO2", 36.63),  # steel guideline 2024, A.2
        ("primary_aluminium_output", "CO2", 14.70832),  # 0.411 x (1 - 0.02 - 0.004) x 44/12
        ("primary_aluminium_output", "CF4", 0.0002),  # 0.02 kg/t
        ("sinter_output", "CH4", 0.0007),  # 0.07 kg/t, Table 4.2
    ],
)
def test_an_activity_times_its_factor(activity: str, gas: str, kt_per_unit: float) -> None:
    assert emitted(given(**{activity: 3.0}))[activity, gas] == pytest.approx(3 * kt_per_unit, rel=1e-6)


def test_cement_stands_in_for_clinker_and_never_beside_it() -> None:
    assert emitted(given(cement_output=100.0))["cement_output", "CO2"] == pytest.approx(290.6)
    assert emitted(given(cement_output=100.0))["cement_clinker_output", "CO2"] == "IE"
    both = emitted(given(cement_output=100.0, cement_clinker_output=60.0))
    assert both["cement_output", "CO2"] == "IE"
    assert both["cement_clinker_output", "CO2"] == pytest.approx(321.0)
    neither = emitted(given())
    assert (neither["cement_clinker_output", "CO2"], neither["cement_output", "CO2"]) == ("NE", "IE")


def test_nothing_published_is_not_estimated_and_zero_is_zero() -> None:
    found = emitted(given(lime_output=0.0, glass_output=None))
    assert found["lime_output", "CO2"] == 0.0
    assert found["glass_output", "CO2"] == "NE"
    assert found["ammonia_output", "CO2"] == "NE"


def test_a_product_without_a_usable_factor_takes_the_user_s() -> None:
    factors = pl.DataFrame(
        [("CN-SX", 2018, "ef_co2_ammonia", "ammonia_output", None, "t/t", 3.0, "plant", "A")],
        schema=no_factors().schema, orient="row",
    )  # fmt: skip
    assert emitted(given(ammonia_output=2.0))["ammonia_output", "CO2"] == "NE"
    assert emitted(given(ammonia_output=2.0), factors)["ammonia_output", "CO2"] == pytest.approx(60.0)
