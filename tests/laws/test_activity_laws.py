"""Laws of the activity-based categories and of the views: scale, order, closure."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inventory.guideline.activity_tables import activities, factors

from dafeng.inventory.guideline.activity_contracts import EnergyTransfer
from dafeng.inventory.guideline.coal_methane import emit_coal_methane
from dafeng.inventory.guideline.consumption import view_consumption
from dafeng.inventory.guideline.waste import LandfillParameters, decay_landfill
from dafeng.table import empty_table

AMOUNT = st.floats(0.0, 1e5)
PROVINCES = ("CN-SX", "CN-BJ", "CN-HE", "CN-SN")
RATES = st.floats(0.005, 0.4)


def methane(coal: float, value: float = 10.0, unit: str = "m3/t") -> float:
    own = factors(("ef_ch4_underground", "underground_mine", unit, value))
    lines = emit_coal_methane(activities(coal_output_underground=coal), own)
    return float(lines.filter(pl.col("category") == "1B1ai1")["value"][0])


@settings(max_examples=25, deadline=None)
@given(coal=AMOUNT, times=st.floats(0.0, 10.0))
def test_methane_is_proportional_to_coal(coal: float, times: float) -> None:
    assert methane(coal * times) == pytest.approx(methane(coal) * times, rel=1e-9, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(coal=AMOUNT, value=st.floats(0.1, 40.0))
def test_a_factor_by_volume_is_the_same_as_by_mass(coal: float, value: float) -> None:
    assert methane(coal, value) == pytest.approx(methane(coal, value * 0.67, "kg/t"), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(high=AMOUNT, low=AMOUNT)
def test_more_gassy_coal_never_gives_less_methane(high: float, low: float) -> None:
    def total(a: float, b: float) -> float:
        given_ = activities(coal_output_underground_high=a, coal_output_underground_low=b)
        return float(emit_coal_methane(given_, factors())["value"].sum())

    assert total(high + 1.0, low) >= total(high, low)
    moved = min(low, 1.0)
    assert total(high + moved, low - moved) >= total(high, low) - 1e-9


@settings(max_examples=40, deadline=None)
@given(
    waste=st.lists(st.floats(0, 1e4), min_size=1, max_size=40),
    k=RATES,
    times=st.floats(0.0, 10.0),
)
def test_landfill_methane_is_linear_and_never_more_than_its_potential(
    waste: list[float], k: float, times: float
) -> None:
    parameters = LandfillParameters(0.15, 0.5, 1.0, k, 0.5, 0.0)
    once = decay_landfill(np.array(waste), parameters)
    assert decay_landfill(np.array(waste) * times, parameters) == pytest.approx(once * times, abs=1e-9)
    assert once.sum() <= sum(waste) * float(parameters.potential()) * (1 + 1e-12)
    long = decay_landfill(np.array([*waste, *([0.0] * 6000)]), parameters)
    assert long.sum() == pytest.approx(sum(waste) * float(parameters.potential()), rel=1e-9, abs=1e-9)


@st.composite
def exchanges(draw: st.DrawFn) -> list[tuple[str, str | None, str, float]]:
    ends = st.tuples(
        st.sampled_from(PROVINCES), st.sampled_from([*PROVINCES, None]),
        st.sampled_from(["Electricity", "Coke", "Raw_Coal"]),
    ).filter(lambda e: e[0] != e[1])  # fmt: skip
    keys = draw(st.lists(ends, max_size=10, unique=True))
    return [(*key, draw(st.floats(0, 1e3))) for key in keys]


@settings(max_examples=40, deadline=None)
@given(moved=exchanges(), totals=st.lists(st.floats(10, 1e3), min_size=4, max_size=4))
def test_consumption_sums_to_territorial_when_every_receiver_is_known(
    moved: list[tuple[str, str | None, str, float]], totals: list[float]
) -> None:
    schema = empty_table(EnergyTransfer).schema
    # every province exchanges some electricity, so that no view is left open
    ring = list(zip(PROVINCES, (*PROVINCES[1:], PROVINCES[0]), strict=True))
    known = {(a, b, "Electricity"): 1.0 for a, b in ring} | {m[:3]: m[3] for m in moved}
    rows = [
        {"sender": s, "receiver": r, "year": 2020, "fuel": f, "value": v, "grade": "B",
         "unit": "10^8 kWh" if f == "Electricity" else "10^4 t"}
        for (s, r, f), v in known.items()
    ]  # fmt: skip
    table = pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)
    base = pl.DataFrame(
        [(p, 2020, "with_process", t, "own", "A") for p, t in zip(PROVINCES, totals, strict=True)],
        schema=["region", "year", "process", "value_mt", "source_id", "grade"],
        orient="row",
    )
    grid = pl.concat([
        factors(("ef_grid_electricity", "electricity_consumption", "kg CO2/kWh", 0.5 + 0.1 * place))
        .with_columns(region=pl.lit(province))
        for place, province in enumerate(PROVINCES)
    ])  # fmt: skip
    views = view_consumption(base, table, grid)
    consumed = views.filter(pl.col("item") == "consumption")["value_mt"].sum()
    open_ended = views.filter(
        pl.col("partner").is_null() & pl.col("item").is_in(["power_exchange", "coke_making"])
    )["value_mt"].sum()
    assert consumed + open_ended == pytest.approx(sum(totals), rel=1e-9)
