"""City plans beside the province: a sum stands only when it is whole; peaks; readings of 左右."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from dafeng.register.measures import Ground, measure_rows
from dafeng.register.tasks_plan_balance import (
    BalanceGround,
    balance_plans,
    compare_peaks,
    indicators_of_plans,
    latest_plans,
)

from .test_task_registers import example_rows, library, the_pack

CITIES = [{"code": code, "name_zh": code} for code in ("140100", "140200", "140400")]
REGISTER = "city_plan_reviews"


def target(indicator: str, year: int, comparator: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "target_id": f"T-{indicator}-{year}", "indicator_id": indicator, "target_year": year,
        "comparator": comparator, "value": value, "lower": None, "upper": None, "unit": "10^4 kW", **more,
    }  # fmt: skip


def ground(
    targets: list[dict[str, Any]], cities: Any = CITIES, plans: pl.DataFrame | None = None, **more: Any
) -> BalanceGround:
    register = library().register(REGISTER)
    chosen = latest_plans(example_rows(REGISTER) if plans is None else plans)
    chosen = chosen.filter(pl.col("region").is_in([city["code"] for city in cities]))
    regions = the_pack().tables["regions"]
    values, _ = measure_rows(register, chosen, Ground(library(), regions, "CN-SX", date(2026, 11, 23)))
    values = values.filter(pl.col("region") == "CN-SX")
    return BalanceGround(chosen, cities, register.measures, values, targets, **more)


def row(frame: pl.DataFrame, quantity: str, year: int) -> dict[str, Any]:
    return frame.row(by_predicate=(pl.col("quantity") == quantity) & (pl.col("year") == year), named=True)


def test_the_latest_version_that_was_not_returned_counts() -> None:
    chosen = latest_plans(example_rows(REGISTER))
    assert dict(chosen.select("region", "plan_version").iter_rows())["140100"] == 2


def test_a_whole_sum_stands_beside_the_target_in_its_unit() -> None:
    """350 + 900 + 400 = 1650 (10^4 kW) in the example rows; the target is given in GW."""
    asked = [target("wind_pv_capacity", 2025, "ge", 17.0, unit="GW")]
    found = row(balance_plans(ground(asked)), "wind_pv_sum", 2025)
    assert found["cities_sum"] == found["partial_sum"] == pytest.approx(1650)
    assert found["required"] == pytest.approx(1700)
    assert found["gap"] == pytest.approx(-50)
    assert found["status"] == "falls_short"


def test_a_city_without_the_figure_leaves_the_sum_open_and_is_named() -> None:
    found = row(balance_plans(ground([target("wind_pv_capacity", 2030, "ge", 1.0)])), "wind_pv_sum", 2030)
    assert found["cities_sum"] is None
    assert found["partial_sum"] == pytest.approx(2000)
    assert (found["missing_cities"], found["cities_given"], found["cities"]) == ("140400", 2, 3)
    assert found["status"] == "incomplete"


def test_a_share_is_taken_over_sums_not_averaged() -> None:
    """(300 + 350) / (3000 + 1500) of the two cities that give both figures."""
    found = row(balance_plans(ground([], CITIES[:2])), "non_fossil_share", 2025)
    assert found["cities_sum"] == pytest.approx(100 * 650 / 4500)
    assert found["status"] == "no_target"


@pytest.mark.parametrize(
    ("comparator", "value", "bounds", "readings", "status"),
    [
        ("ge", 1650.0, (None, None), (0.0,), "fits"),
        ("ge", 1651.0, (None, None), (0.0,), "falls_short"),
        ("le", 1649.0, (None, None), (0.0,), "exceeds"),
        ("range", None, (1600.0, 1700.0), (0.0,), "fits"),
        ("range", None, (1500.0, 1600.0), (0.0,), "exceeds"),
        ("about", 1680.0, (None, None), (0.05,), "fits"),
        ("about", 1680.0, (None, None), (0.0, 0.05), "needs_decision"),
        ("about", 3000.0, (None, None), (0.0, 0.05), "falls_short"),
        ("rising", None, (None, None), (0.0,), "no_target"),
    ],
)
def test_outcomes_by_comparator_and_reading(
    comparator: str, value: float | None, bounds: Any, readings: tuple[float, ...], status: str
) -> None:
    asked = [target("wind_pv_capacity", 2025, comparator, value, lower=bounds[0], upper=bounds[1])]
    found = row(balance_plans(ground(asked, readings=readings)), "wind_pv_sum", 2025)
    assert found["status"] == status


def test_emissions_of_different_boundary_are_not_judged() -> None:
    rows = example_rows(REGISTER)
    mixed = rows.with_columns(
        boundary=pl.when(pl.col("region") == "140200")
        .then(pl.lit("不含外购电力"))
        .otherwise(pl.col("boundary"))
    )
    assert row(balance_plans(ground([])), "co2_sum", 2025)["status"] == "no_target"
    assert row(balance_plans(ground([], plans=mixed)), "co2_sum", 2025)["status"] == "scopes_differ"
    assert row(balance_plans(ground([], plans=mixed)), "coal_sum", 2025)["status"] == "no_target"


def test_a_city_may_not_peak_after_the_province() -> None:
    peak = [
        target("co2_emissions", 2029, "peak_by", None),
        target("land_transport_oil", 2020, "peak_by", None),
    ]
    cities = [*CITIES, {"code": "140300", "name_zh": "阳泉市"}, {"code": "140500", "name_zh": "晋城市"}]
    found = dict(compare_peaks(ground(peak, cities)).select("region", "status").iter_rows())
    assert found == {
        "140100": "in_time", "140200": "later", "140400": "later", "140300": "not_given", "140500": "no_plan",
    }  # fmt: skip


def test_every_figure_beside_a_target_is_a_measure_and_an_indicator_of_the_pack() -> None:
    measures = {measure.id for measure in library().register(REGISTER).measures}
    assert set(indicators_of_plans()) == measures
    assert set(indicators_of_plans().values()) <= set(the_pack().tables["indicators"]["indicator_id"])


def test_planned_figures_feed_no_indicator() -> None:
    assert all(not measure.indicator_ids for measure in library().register(REGISTER).measures)
