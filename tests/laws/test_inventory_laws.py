"""Laws of the inventory: linear, additive over regions and years, blind to order, totals are sums."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dafeng import terms
from dafeng.inventory import ceads_factors, compute_inventory

FACTORS = ceads_factors()
KEY = ["region", "year", "variable", "sector", "fuel"]
SCHEMA = {
    "region": pl.String, "year": pl.Int64, "variable": pl.String, "sector": pl.String, "fuel": pl.String,
    "unit": pl.String, "value": pl.Float64,
}  # fmt: skip
FLOWS = [
    *(
        ("final_consumption", s)
        for s in ("agriculture", "chemicals", "plastic", "rubber", "power_heat", "transport")
    ),
    ("transformation_input", "thermal_power"),
    ("transformation_input", "heating_supply"),
    ("transformation_input", "coking"),
    ("non_energy_use", "non_energy_use"),
]
FUELS = ["Raw_Coal", "Coke", "Diesel_Oil", "Natural_Gas", "Other_Petroleum_Products", "Electricity"]
AMOUNTS = st.floats(0, 1e5, allow_subnormal=False)

UNITS = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
Cells = dict[tuple[str, int, tuple[str, str], str], float]
CELLS: st.SearchStrategy[Cells] = st.dictionaries(
    st.tuples(st.sampled_from(["CN-SX", "CN-SN"]), st.integers(2019, 2021), st.sampled_from(FLOWS),
              st.sampled_from(FUELS)),
    AMOUNTS, min_size=1, max_size=25,
)  # fmt: skip
CEMENT = st.dictionaries(
    st.tuples(st.sampled_from(["CN-SX", "CN-SN"]), st.integers(2019, 2021)), st.none() | AMOUNTS
)


def energy_of(cells: Cells, factor: float = 1.0) -> pl.DataFrame:
    rows = [
        (r, y, flow[0], flow[1], fuel, UNITS[fuel], value * factor)
        for (r, y, flow, fuel), value in cells.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def cement_of(output: dict[tuple[str, int], float | None], factor: float = 1.0) -> pl.DataFrame:
    rows = [
        (r, y, "output", "cement", "10^4 t", None if v is None else v * factor)
        for (r, y), v in output.items()
    ]
    names = {name: dtype for name, dtype in SCHEMA.items() if name != "fuel"}
    return pl.DataFrame(rows, schema=names, orient="row")


def compute(energy: pl.DataFrame, cement: pl.DataFrame | None = None) -> pl.DataFrame:
    return compute_inventory(energy, FACTORS, cement, accept_findings=True).emissions


def close(found: pl.Series, expected: pl.Series) -> bool:
    """Compare to 1e-9 relative; null only where null."""
    if not found.is_null().equals(expected.is_null()):
        return False
    off = (found - expected).abs() > 1e-9 * expected.abs() + 1e-12
    return not off.fill_null(value=False).any()


@settings(deadline=None)
@given(CELLS, CEMENT, st.floats(0.01, 100))
def test_emissions_are_linear_in_activity(
    cells: Cells, output: dict[tuple[str, int], float | None], factor: float
) -> None:
    once, scaled = (compute(energy_of(cells, k), cement_of(output, k)) for k in (1.0, factor))
    assert once.select(KEY).equals(scaled.select(KEY))
    assert close(scaled["value"], once["value"] * factor)


@settings(deadline=None)
@given(CELLS, CEMENT)
def test_regions_and_years_do_not_touch_each_other(
    cells: Cells, output: dict[tuple[str, int], float | None]
) -> None:
    energy, cement = energy_of(cells), cement_of(output)
    whole = compute(energy, cement)
    tiles = [compute(part, cement) for part in energy.partition_by("region", "year")]
    joined = pl.concat(tiles).sort("region", "year", maintain_order=True)
    assert whole.select(KEY).equals(joined.select(KEY))
    assert close(joined["value"], whole["value"])


@settings(deadline=None)
@given(CELLS, CEMENT, st.integers(0, 2**31))
def test_the_order_of_the_rows_does_not_matter(
    cells: Cells, output: dict[tuple[str, int], float | None], seed: int
) -> None:
    energy, cement = energy_of(cells), cement_of(output)
    whole = compute(energy, cement)
    mixed = compute(
        energy.sample(fraction=1.0, shuffle=True, seed=seed),
        cement.sample(fraction=1.0, shuffle=True, seed=seed),
    )
    assert whole.select(KEY).equals(mixed.select(KEY))
    assert close(mixed["value"], whole["value"])


@settings(deadline=None)
@given(CELLS, CEMENT)
def test_sectors_and_fuels_sum_to_the_same_totals(
    cells: Cells, output: dict[tuple[str, int], float | None]
) -> None:
    emissions = compute(energy_of(cells), cement_of(output))
    year = ["region", "year"]
    total = pl.col("sector") == "total"
    for variable in ("co2_fuel_combustion", "co2_process", "co2_total"):
        part = emissions.filter(pl.col("variable") == variable)
        sums = [
            part.filter(mask).group_by(year).agg(v=pl.col("value").sum(), n=pl.col("value").null_count() > 0)
            for mask in (total, ~total)
        ]
        both = sums[0].join(sums[1], on=year, how="full", coalesce=True, validate="1:1")
        assert both["n"].equals(both["n_right"], check_names=False)
        assert close(both["v"], both["v_right"])
    known = emissions.filter(total & (pl.col("variable") == "co2_total")).drop_nulls("value")
    parts = (
        emissions.filter(total & (pl.col("variable") != "co2_total"))
        .group_by(year)
        .agg(pl.col("value").sum())
    )
    both = known.join(parts, on=year, suffix="_parts", validate="1:1")
    assert both.height == known.height
    assert close(both["value_parts"], both["value"])


@settings(deadline=None)
@given(CELLS)
def test_the_same_input_gives_the_same_result_and_stays_untouched(cells: Cells) -> None:
    energy = energy_of(cells)
    before = energy.clone()
    first, second = compute(energy), compute(energy)
    assert first.equals(second)
    assert energy.equals(before)


@settings(deadline=None)
@given(CELLS, AMOUNTS)
def test_more_feedstock_never_means_more_emissions(cells: Cells, amount: float) -> None:
    base = {k: v for k, v in cells.items() if k[2][0] != "non_energy_use"}
    if not base:
        return
    region, year, _, fuel = next(iter(base))
    flow = ("non_energy_use", "non_energy_use")
    less, more = (compute(energy_of(base | {(region, year, flow, fuel): v})) for v in (amount, amount * 2))
    assert less.select(KEY).equals(more.select(KEY))
    assert not (more["value"] > less["value"] + 1e-9).any()
    assert not (more["value"] < 0).any()
