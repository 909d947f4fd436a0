"""Made tables for the tests of the audit: a closed balance, a calm series, sound forms of firms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance import Balance, ElectricityBasis
from dafeng.balance.audit import FirmPurchase, FirmTransformation, FirmUnitEnergy
from dafeng.balance.audit.plausibility_rules import heat_contents
from dafeng.table import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dafeng.table import Table

Cells = dict[tuple[str, str], float]
UNITS = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
KINDS = {code: row["total"] for code, row in terms.entries("fuels").items() if row["total"]}
ROWS = terms.entries("balance_rows")
LEAVES: Cells = {
    ("indigenous_production", "Raw_Coal"): 10000,
    ("sending_out_to_other_provinces", "Raw_Coal"): -3000,
    ("thermal_power", "Raw_Coal"): -2000,
    ("coal_washing", "Raw_Coal"): -3000,
    ("heating_supply", "Raw_Coal"): -300,
    ("gas_works", "Raw_Coal"): -20,
    ("industry", "Raw_Coal"): 1003,
    ("industry_non_energy_use", "Raw_Coal"): 200,
    ("agriculture", "Raw_Coal"): 101,
    ("residential_urban", "Raw_Coal"): 57,
    ("residential_rural", "Raw_Coal"): 99,
    ("coal_washing", "Cleaned_Coal"): 2200,
    ("coking", "Cleaned_Coal"): -2000,
    ("industry", "Cleaned_Coal"): 11,
    ("construction", "Cleaned_Coal"): 13,
    ("coal_washing", "Other_Washed_Coal"): 500,
    ("industry", "Other_Washed_Coal"): 403,
    ("agriculture", "Other_Washed_Coal"): 7,
    ("coking", "Coke"): 1500,
    ("industry", "Coke"): 801,
    ("sending_out_to_other_provinces", "Coke"): -600,
    ("construction", "Coke"): 9,
    ("coking", "Coke_Oven_Gas"): 20,
    ("industry", "Coke_Oven_Gas"): 17,
    ("residential_urban", "Coke_Oven_Gas"): 2,
    ("gas_works", "Other_Gas"): 4,
    ("industry", "Other_Gas"): 3,
    ("indigenous_production", "Electricity"): 10,
    ("thermal_power", "Electricity"): 440,
    ("loss", "Electricity"): 21,
    ("industry", "Electricity"): 353,
    ("residential_urban", "Electricity"): 31,
    ("residential_rural", "Electricity"): 19,
    ("heating_supply", "Heat"): 5000,
    ("industry", "Heat"): 3001,
    ("residential_urban", "Heat"): 1999,
    ("moving_in_from_other_provinces", "Gasoline"): 151,
    ("transport", "Gasoline"): 130,
    ("industry", "Gasoline"): 15,
    ("moving_in_from_other_provinces", "Diesel_Oil"): 252,
    ("transport", "Diesel_Oil"): 200,
    ("agriculture", "Diesel_Oil"): 45,
}


def total_up(leaves: Mapping[tuple[str, str], float]) -> Cells:
    """Return a table that closes: stock change takes up what is left, totals are sums."""
    cells: Cells = {key: float(value) for key, value in leaves.items()}
    plain = list(dict.fromkeys(fuel for _, fuel in cells))
    for fuel in plain:
        for total in ("residential", "transformation_total", "final_consumption"):
            add_rows(cells, total, fuel)
        got = cells.get(("transformation_total", fuel), 0.0)
        gone = cells.get(("loss", fuel), 0.0) + cells.get(("final_consumption", fuel), 0.0)
        came = sum(
            v for (row, f), v in cells.items() if f == fuel and ROWS[row]["parent"] == "total_primary_supply"
        )
        rest = gone - got - came
        if rest:
            cells["stock_change", fuel] = rest
        add_rows(cells, "total_primary_supply", fuel)
        inputs = sum(-v for (row, f), v in cells.items() if f == fuel and in_process(row) and v < 0)
        cells["total_consumption", fuel] = gone + inputs
    for kind in dict.fromkeys(KINDS.values()):
        add_kind(cells, kind)
    return cells


def in_process(row: str) -> bool:
    return ROWS[row]["parent"] == "transformation_total"


def add_rows(cells: Cells, total: str, fuel: str) -> None:
    parts = [
        value for (row, f), value in cells.items()
        if f == fuel and ROWS[row]["parent"] == total and ROWS[row]["section"] != "final_of_which"
    ]  # fmt: skip
    if parts:
        cells[total, fuel] = sum(parts)


def add_kind(cells: Cells, kind: str) -> None:
    members = [key for key in cells if KINDS.get(key[1]) == kind]
    for row in dict.fromkeys(row for row, _ in members):
        if row != "total_consumption":
            cells[row, kind] = sum(cells[key] for key in members if key[0] == row)
    if members:
        cells["total_consumption", kind] = (
            cells.get(("final_consumption", kind), 0.0) + cells.get(("loss", kind), 0.0)
            - cells.get(("transformation_total", kind), 0.0)
        )  # fmt: skip


def as_balance(cells: Mapping[tuple[str, str], float], region: str = "CN-TJ", year: int = 2019) -> Balance:
    rows = [(region, year, row, fuel, UNITS[fuel], value, "A") for (row, fuel), value in cells.items()]
    names = ["region", "year", "row", "fuel", "unit", "value", "grade"]
    return Balance(pl.DataFrame(rows, schema=names, orient="row").cast({"value": pl.Float64}), "any")


def in_coal_equivalent(cells: Mapping[tuple[str, str], float], wrong: str = "") -> Balance:
    """Return the same table in coal equivalent by published heat contents; one fuel may be wrong."""
    tce = {fuel: (low + high) / 2 / 293.076 for fuel, low, high in heat_contents().iter_rows()}
    tce |= {wrong: 2 * tce[wrong]} if wrong else {}
    rows = [
        ("CN-TJ", 2019, row, fuel, "10^4 tce", value * tce[fuel], "A")
        for (row, fuel), value in cells.items() if fuel in tce
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows, schema=["region", "year", "row", "fuel", "unit", "value", "grade"], orient="row"
    )
    return Balance(frame, "any", "coal_equivalent", ElectricityBasis("calorific", 122.9))


def changed(change: Callable[[Cells], object]) -> Cells:
    cells = total_up(LEAVES)
    change(cells)
    return cells


CALM = [1.05, 1.03, 1.06, 1.04, 1.02, 1.05, 1.07, 1.03, 1.04, 1.06, 1.02]


def calm_series(
    fuel: str = "Coke", start: float = 100.0, source: str = "a", region: str = "CN-TJ"
) -> pl.DataFrame:
    values = [start]
    for growth in CALM:
        values.append(values[-1] * growth)
    return series_of({2000 + n: value for n, value in enumerate(values)}, fuel, source, region)


def series_of(
    values: Mapping[int, float],
    fuel: str | None = "Coke",
    source: str = "a",
    region: str = "CN-TJ",
    **more: str | None,
) -> pl.DataFrame:
    row = {"variable": "consumption", "sector": "total", "unit": "10^4 t"} | more
    frame = pl.DataFrame({"year": list(values), "value": [float(value) for value in values.values()]})
    full = frame.with_columns(
        region=pl.lit(region), fuel=pl.lit(fuel, pl.String), source=pl.lit(source),
        **{name: pl.lit(value, pl.String) for name, value in row.items()},
    )  # fmt: skip
    return full.select("region", "year", "variable", "sector", "fuel", "unit", "value", "source")


def form_of(contract: type[Table], rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={spec.name: spec.dtype for spec in columns_of(contract)}, orient="row")


def purchases(year: int = 2020, firm: str = "91140000A", scale: float = 1.0) -> list[dict[str, object]]:
    coal = {
        "energy": "原煤",
        "unit": "t",
        "opening_stock": 1203.4,
        "purchase": 50000.0,
        "use_total": 48000.5 * scale,
        "industrial_use": 47000.5 * scale,
        "raw_material_use": 100.0,
        "other_use": 1000.0 * scale,
        "transport_use": 10.0,
        "sent_on": 0.0,
        "closing_stock": 1203.4 + 50000.0 - 48000.5 * scale,
        "coefficient": 0.7143,
        "reference_coefficient": 0.7143,
    }
    power = {
        "energy": "电力",
        "unit": "10^4 kWh",
        "purchase": 3001.2,
        "use_total": 3001.2,
        "industrial_use": 3001.2,
        "coefficient": 1.229,
        "reference_coefficient": 1.229,
    }
    tce = round(48000.5 * scale * 0.7143 + 3001.2 * 1.229, 1)
    total = {"energy": "能源合计", "unit": "tce", "use_total": tce}
    blank = dict.fromkeys(spec.name for spec in columns_of(FirmPurchase))
    return [blank | {"firm_id": firm, "year": year} | row for row in (coal, power, total)]


def transformations(year: int = 2020, firm: str = "91140000A") -> list[dict[str, object]]:
    blank = dict.fromkeys(spec.name for spec in columns_of(FirmTransformation))
    key = {"firm_id": firm, "year": year, "process": "thermal_power"}
    coal = {"energy": "原煤", "unit": "t", "input": 30000.0, "coefficient": 0.7143}
    power = {"energy": "电力", "unit": "10^4 kWh", "output": 6200.0, "coefficient": 1.229}
    return [blank | key | coal, blank | key | power]


def unit_energies(year: int = 2020, firms: int = 9) -> list[dict[str, object]]:
    return [
        {
            "firm_id": f"9114{n:04d}",
            "year": year,
            "product": "吨钢",
            "unit": "kgce/t",
            "unit_energy": 550.0 + 3 * n,
            "energy_tce": (550.0 + 3 * n) * 10,
            "output": 10000.0,
            "output_unit": "t",
            "output_value": 9000.0,
            "value_unit": "10^4 CNY",
        }
        for n in range(firms)
    ]


def firm_forms(
    purchase: list[dict[str, object]] | None = None,
    transformation: list[dict[str, object]] | None = None,
    unit_energy: list[dict[str, object]] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    given = (purchase or purchases(), transformation or transformations(), unit_energy or unit_energies())
    contracts = (FirmPurchase, FirmTransformation, FirmUnitEnergy)
    made = [form_of(contract, rows) for contract, rows in zip(contracts, given, strict=True)]
    return made[0], made[1], made[2]
