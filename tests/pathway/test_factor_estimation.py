"""Factors from a history whose truth is known: drift, shock, outlooks, observed years, nothing from later."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from dafeng import terms
from dafeng.errors import InputRefused
from dafeng.pathway.factor_estimation import estimate_factors, group_drivers
from dafeng.pathway.factors import DAMPING
from dafeng.pathway.history import RECORD, History

if TYPE_CHECKING:
    from dafeng.pathway.factors import Factor, FactorSet

BASE = 2014
GROUPS = tuple(terms.entries("sector_groups"))
OUTLOOK = {
    "region": pl.String, "driver": pl.String, "from_year": pl.Int64, "to_year": pl.Int64,
    "growth_low": pl.Float64, "growth": pl.Float64, "growth_high": pl.Float64, "known_on": pl.String,
}  # fmt: skip
SERIES = {
    "gdp": (0.07, 0.02), "population": (0.004, 0.002), "coal_output": (0.03, 0.05),
    "coke_output": (0.01, 0.06), "power_export": (0.05, 0.08), "electricity_total": (0.05, 0.03),
    "generation_thermal": (0.05, 0.03),
}  # fmt: skip


def make_history(
    seed: int = 0, shock: float = 0.1, drift: float = -0.03, first: int = 1995, last: int = 2020
) -> History:
    """Return a province whose residuals are random walks of one drift and shock."""
    rng = np.random.default_rng(seed)
    years = np.arange(first, last + 1)
    paths = {
        name: np.exp(np.cumsum(g + s * rng.standard_normal(years.size))) * 100
        for name, (g, s) in SERIES.items()
    }
    records = [
        (
            name,
            int(y),
            float(v if name != "gdp" else 100 * v / path[max(i - 1, 0)]),
            date(int(y) + 1, 6, 30),
            0,
        )
        for name, path in paths.items()
        for i, (y, v) in enumerate(zip(years, path, strict=True))
        if name != "gdp" or i
    ]
    drivers = group_drivers()
    co2 = [
        (group, int(y), float(v))
        for group in GROUPS
        for y, v in zip(
            years,
            paths["generation_thermal" if group == "power_heat" else drivers[group]]
            * np.exp(np.cumsum(drift + shock * rng.standard_normal(years.size))),
            strict=True,
        )
    ]
    schema = {"group": pl.String, "year": pl.Int64, "value": pl.Float64}
    empty = pl.DataFrame(schema=schema)
    return History(
        pl.DataFrame(records, schema=RECORD, orient="row"), pl.DataFrame(co2, schema=schema, orient="row"),
        empty,
    )  # fmt: skip


def outlooks(*rows: tuple[str, int, int, float, float, float, str]) -> pl.DataFrame:
    return pl.DataFrame([("CN-SX", *row) for row in rows], schema=OUTLOOK, orient="row")


NONE = outlooks()


def by_id(factors: FactorSet) -> dict[str, Factor]:
    return {f.id: f for f in factors.factors}


def test_a_province_of_random_walks_gives_back_drift_and_shock() -> None:
    drifts, shocks, errors = [], [], []
    for seed in range(12):
        found = by_id(estimate_factors(make_history(seed), BASE, 2022, NONE, None))
        own = [f for f in found.values() if f.id.startswith("residual:") and f.id != "residual:heat"]
        drifts += [f.growth[0] for f in own]
        errors += [f.errors[0] for f in own]
        shocks += [f.shock_sd for f in own]
    assert np.mean(drifts) == pytest.approx(-0.03, abs=0.01)
    assert np.mean(shocks) == pytest.approx(0.1, rel=0.1)
    # drawn together: nearer to the truth than ten years alone would be (0.1 / sqrt(10))
    assert np.std(drifts) < 0.032 * 0.75
    assert np.std(drifts) < np.mean(errors) < 0.032


def test_ranges_hold_what_they_say_in_a_province_of_random_walks() -> None:
    inside = []
    for seed in range(40):
        history = make_history(seed)
        factors = estimate_factors(history, BASE, 2020, NONE, None)
        co2 = {(g, y): v for g, y, v in history.group_co2.iter_rows()}
        drivers = {d: dict(history.series(d).iter_rows()) for d in set(group_drivers().values())}
        for factor in factors.factors:
            group = factor.id.partition(":")[2]
            if not factor.id.startswith("residual:") or group == "heat":
                continue
            activity = drivers[group_drivers()[group]]
            for ahead in (2, 6):
                year = BASE + ahead
                truth = np.log(co2[group, year] / co2[group, BASE] * activity[BASE] / activity[year])
                spread = np.sqrt(factor.shock_sd**2 * ahead + sum(factor.errors[:ahead]) ** 2)
                inside.append(abs(truth - sum(factor.growth[:ahead])) <= 1.6448536 * spread)
    assert np.mean(inside) == pytest.approx(0.91, abs=0.03)


def test_every_factor_is_there_once_and_fits_the_span() -> None:
    factors = estimate_factors(make_history(), BASE, 2030, NONE, None)
    found = by_id(factors)
    assert len(found) == len(factors.factors)
    assert {f"driver:{d}" for d in terms.entries("pathway_drivers")} <= set(found)
    assert {f"electricity:{g}" for g in GROUPS if g != "power_heat"} <= set(found)
    assert {f"residual:{g}" for g in GROUPS if g != "power_heat"} | {"residual:heat"} <= set(found)
    assert "residual:power_heat" not in found
    assert {"power:coal_rate", "power:re_hours"} <= set(found)
    assert found["driver:power_export"].group == "export"
    for factor in factors.factors:
        assert len(factor.observed) + len(factor.growth) == 16
    assert np.linalg.eigvalsh(factors.correlation).min() > -1e-9


def test_what_is_known_after_the_base_year_is_observed() -> None:
    history = make_history()
    factor = by_id(estimate_factors(history, BASE, 2030, NONE, date(2018, 12, 31)))["driver:coal_output"]
    levels = dict(history.series("coal_output").iter_rows())
    assert factor.observed == pytest.approx([np.log(levels[y] / levels[BASE]) for y in (2015, 2016, 2017)])


def test_nothing_that_was_not_known_changes_a_factor() -> None:
    day = date(2015, 12, 31)
    history = make_history()
    later = pl.col("known_on") > day
    spoiled = History(
        history.records.with_columns(
            value=pl.when(later).then(pl.col("value") * 7).otherwise(pl.col("value"))
        ),
        history.group_co2.with_columns(
            value=pl.when(pl.col("year") > BASE).then(pl.col("value") * 9).otherwise(pl.col("value"))
        ),
        history.group_electricity,
    )
    future = outlooks(("gdp", 2015, 2030, 0.1, 0.2, 0.3, "2016-01-01"))
    clean = estimate_factors(history, BASE, 2022, NONE, day)
    other = estimate_factors(spoiled, BASE, 2022, future, day)
    assert clean.factors == other.factors
    assert np.array_equal(clean.correlation, other.correlation)


def test_too_short_a_past_is_refused_with_every_name() -> None:
    history = make_history()
    short = pl.col("series").is_in(["coal_output", "generation_thermal"]) & (pl.col("year") != 2010)
    records = history.records.filter(~short)
    cut = History(records, history.group_co2, history.group_electricity)
    with pytest.raises(InputRefused) as refused:
        estimate_factors(cut, BASE, 2022, NONE, None)
    assert {f.params["factor"] for f in refused.value.findings} == {"driver:coal_output"}
    without = History(
        history.records.filter(pl.col("series") != "generation_thermal"), history.group_co2,
        history.group_electricity,
    )  # fmt: skip
    with pytest.raises(InputRefused, match="power:coal_rate"):
        estimate_factors(without, BASE, 2022, NONE, None)


def test_an_outlook_replaces_the_drift_in_its_years_alone() -> None:
    rows = outlooks(
        ("gdp", 2016, 2020, 0.03, 0.05, 0.07, "2015-01"), ("gdp", 2018, 2020, 0.02, 0.04, 0.06, "2015-06")
    )
    day = date(2015, 1, 31)
    plain = by_id(estimate_factors(make_history(), BASE, 2022, NONE, day))["driver:gdp"]
    early = by_id(estimate_factors(make_history(), BASE, 2022, rows, day))["driver:gdp"]
    assert early.growth[1:6] == pytest.approx([np.log(1.05)] * 5)
    assert early.growth[0] == plain.growth[0]
    assert early.growth[6:] == plain.growth[6:]
    late = by_id(estimate_factors(make_history(), BASE, 2022, rows, date(2015, 6, 30)))["driver:gdp"]
    assert late.growth[4 - len(late.observed)] == pytest.approx(np.log(1.04))
    only = outlooks(("gdp", 2015, 2022, 0.03, 0.05, 0.07, "2015-01"))
    ruled = by_id(estimate_factors(make_history(), BASE, 2022, only, day))["driver:gdp"]
    error = (np.log(1.07) - np.log(1.03)) / (2 * 1.6448536)
    assert ruled.errors == (pytest.approx(error, rel=1e-6),) * len(ruled.errors)


def test_a_drift_is_damped_where_no_outlook_gives_it() -> None:
    found = by_id(estimate_factors(make_history(), BASE, 2060, NONE, date(2015, 1, 31)))
    steel = found["residual:steel"]
    assert steel.growth[10] == pytest.approx(steel.growth[0] * DAMPING**10)
    assert steel.errors[10] == pytest.approx(steel.errors[0] * DAMPING**10)
    assert steel.keeps_mean
    rows = [("CN-SX", "gdp", 2000, 2060, 0.03, 0.05, 0.07, "2014")]
    whole = pl.DataFrame(rows, schema=OUTLOOK, orient="row")
    gdp = by_id(estimate_factors(make_history(), BASE, 2060, whole, date(2015, 1, 31)))["driver:gdp"]
    assert gdp.growth == (pytest.approx(np.log(1.05)),) * len(gdp.growth)
    assert len(set(gdp.errors)) == 1
    assert not gdp.keeps_mean


def test_years_that_are_over_and_have_an_outlook_leave_no_room_for_shocks() -> None:
    rows = outlooks(
        ("gdp", 2021, 2022, 0.05, 0.06, 0.07, "2023-01"), ("gdp", 2023, 2030, 0.02, 0.03, 0.04, "2023-01")
    )
    gdp = by_id(estimate_factors(make_history(), 2020, 2030, rows, date(2023, 6, 30)))["driver:gdp"]
    assert gdp.observed == pytest.approx([np.log(1.06), 2 * np.log(1.06)])
    assert gdp.growth == (pytest.approx(np.log(1.03)),) * 8


def test_a_group_without_history_takes_that_of_its_parent() -> None:
    found = by_id(estimate_factors(make_history(), BASE, 2022, NONE, None))
    same = [found[f"electricity:{g}"] for g in GROUPS if group_drivers()[g] == "gdp" and g != "power_heat"]
    assert len({(f.growth, f.errors, f.shock_sd) for f in same}) == 1
    factors = estimate_factors(make_history(), BASE, 2022, NONE, None)
    ids = [f.id for f in factors.factors]
    pair = factors.correlation[ids.index("electricity:steel"), ids.index("electricity:services")]
    assert pair > 0.3
