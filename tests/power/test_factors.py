"""Emission factors: the derivative at the basis against a further MW, averages by month and hour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from dafeng.power.assembly import assemble
from dafeng.power.factors import average_factors, differentiate_co2, place_hours, tabulate_factors
from dafeng.power.network import Generator, Horizon, Load, Network, StorageUnit
from dafeng.power.solve.highs import run_method

COAL, GAS = 0.9, 0.4


def make_network(load: np.ndarray, battery: float = 0.0) -> Network:
    wind = np.array([1.0, 1.0, 0.1, 0.1])
    units = (
        Generator("wind", "bus", p_nom=60.0, p_max_pu=wind),
        Generator("coal", "bus", p_nom=50.0, marginal_cost=200.0, co2=COAL),
        Generator("gas", "bus", p_nom=100.0, marginal_cost=500.0, co2=GAS),
    )
    stores = (StorageUnit("battery", "bus", p_nom=battery, max_hours=1.0, efficiency_store=0.8),)
    return Network(
        name="test",
        horizon=Horizon((2030,), (4,), (2.0,), (1.0,), hour_weight=(3.0,)),
        buses=(("bus", "electricity"),),
        generators=units,
        storage_units=stores if battery else (),
        loads=(Load("load", "bus", load),),
    )


def co2_of(network: Network) -> float:
    """Return the CO2 of the four hours, each counted once [t]."""
    assembled = assemble(network)
    x = run_method(assembled.program, "simplex").x
    found = assembled.map.power
    return float(COAL * x[found["coal"]].sum() + GAS * x[found["gas"]].sum())


def test_marginal_factor_follows_the_merit_order() -> None:
    # wind 60 covers 40; 60 < 80 < 110 is coal; 6 + 50 < 90 is gas; 6 < 30 < 56 is coal
    network = make_network(np.array([40.0, 80.0, 90.0, 30.0]))
    found = differentiate_co2(network, assemble(network))["bus"]
    assert found.tolist() == pytest.approx([0.0, COAL, GAS, COAL])


def test_marginal_factor_is_the_finite_difference_with_storage() -> None:
    # spare wind and coal charge the battery, which saves gas in the third hour
    load = np.array([55.0, 80.0, 90.0, 30.0])
    network = make_network(load, battery=20.0)
    exact = differentiate_co2(network, assemble(network))["bus"]
    before = co2_of(network)
    for hour in range(4):
        more = load.copy()
        more[hour] += 1e-3
        after = co2_of(replace(network, loads=(Load("load", "bus", more),)))
        assert (after - before) / 1e-3 == pytest.approx(exact[hour], abs=1e-6)
    # what wind no longer stores, coal stores in the second hour
    assert exact[0] == pytest.approx(COAL)


def test_places_of_hours() -> None:
    months, hours = place_hours(2024, np.array([0, 59 * 24 + 5, 60 * 24, 8783]))
    assert months.tolist() == [1, 2, 3, 12]  # 29 February of the leap year
    assert hours.tolist() == [0, 5, 0, 23]


def test_averages_are_weighed_by_energy() -> None:
    rows = average_factors(
        np.array([1.0, 0.5, 0.0]), np.array([1.0, 3.0, 4.0]), np.array([1, 1, 2]), np.array([0, 0, 23])
    )
    by_key = {(row["month"], row["hour"]): row["factor_t_per_mwh"] for row in rows}
    assert by_key == {
        (0, -1): pytest.approx(2.5 / 8), (1, -1): pytest.approx(2.5 / 4), (1, 0): pytest.approx(2.5 / 4),
        (2, -1): 0.0, (2, 23): 0.0,
    }  # fmt: skip


def test_exports_carry_only_what_the_grid_gives_them() -> None:
    words = {"scenario": "plan", "year": 2030}
    prices = pl.DataFrame(
        {
            **words, "hour": [0, 1], "zone": "z", "price_cny_per_mwh": [1.0, 1.0],
            "average_factor_t_per_mwh": [0.6, 0.8], "marginal_factor_t_per_mwh": [0.9, 0.9],
        }
    )  # fmt: skip
    hourly = pl.concat(
        [
            pl.DataFrame({**words, "hour": [0, 1], "series": name, "power_mw": power})
            for name, power in (("load", [10.0, 30.0]), ("export", [5.0, 5.0]))
        ]
    )
    corridors = pl.DataFrame(
        {**words, "corridor": ["a", "b"], "direction": "export", "energy_gwh": [3.0, 1.0],
         "renewable_share": [0.5, None]}
    )  # fmt: skip
    results = {"power.prices": prices, "power.hourly": hourly, "power.corridors": corridors}
    found = tabulate_factors(results, {2030: np.array([0, 1])}, {2030: 2030})
    year = {
        (row["kind"], row["use"]): row["factor_t_per_mwh"]
        for row in found.filter((pl.col("month") == 0) & (pl.col("hour") == -1)).iter_rows(named=True)
    }
    assert year["average", "load"] == pytest.approx(0.75)
    assert year["average", "export"] == pytest.approx((1 - 1.5 / 4) * 0.7)
    assert year["marginal", "export"] == pytest.approx(0.9)
    assert found["weight_gwh"].max() == pytest.approx(40.0 * 4380 / 1000)
