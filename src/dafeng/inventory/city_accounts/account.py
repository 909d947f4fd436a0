"""City accounts by one rule (``city_rules.csv``).

A city's energy-related CO2 is the fuels of industry above designated size, bulk coal, the oil and gas of the
whole city and the fuels of heating plants; raw material is taken off. Fuels of power plants and the power
sent out stand apart. Factors are the means of the province by part and fuel. A city without data gets no
figure: nothing is shared out by GDP or population.

Reliability of a city and year: share of required items that are given, times the mean weight of the grades of
its emissions (A 1, B one half, C and X none) weighted by CO2.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding
from dafeng.inventory.city_accounts.benchmark import SPREAD_LIMIT, benchmark_cities
from dafeng.inventory.city_accounts.contracts import (
    CityAccount,
    CityRule,
    CityTotal,
    ProvincePart,
)
from dafeng.inventory.city_accounts.province import fuel_groups
from dafeng.inventory.combustion import MT_PER_ACTIVITY, POWER_SECTOR, sum_known
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHTS = {"A": 1.0, "B": 0.5, "C": 0.0, "X": 0.0}
"""Weight of an evidence grade in the reliability. [1]"""
CORE = ("industry", "bulk_coal", "oil_gas", "heat")
"""Parts that make a city's total; ``power`` stands apart."""
CELL = ["region", "year", "part", "fuel"]
KEY = ["region", "year"]


@dataclass(frozen=True, slots=True)
class CityAccounts:
    """The accounts of the cities of one province."""

    accounts: pl.DataFrame
    """Contract :class:`~dafeng.inventory.city_accounts.contracts.CityAccount`."""
    totals: pl.DataFrame
    """Contract :class:`~dafeng.inventory.city_accounts.contracts.CityTotal`."""
    benchmark: pl.DataFrame
    """Contract :class:`~dafeng.inventory.city_accounts.contracts.CityBenchmark`."""
    findings: tuple[Finding, ...]


@cache
def list_city_rules() -> pl.DataFrame:
    """Return the rule as a :class:`CityRule` table."""
    text = files("dafeng.inventory.city_accounts").joinpath("city_rules.csv").read_text("utf-8")
    raw = pl.DataFrame(list(csv.DictReader(text.splitlines())))
    typed = raw.with_columns(pl.col("sign").cast(pl.Int64), pl.col("required") == "true")
    return check(typed, CityRule)


def account_cities(
    energy: pl.DataFrame,
    factors: pl.DataFrame,
    province: pl.DataFrame,
    cities: Sequence[str],
    *,
    spread_limit: float = SPREAD_LIMIT,
) -> CityAccounts:
    """Return the accounts of all cities of a province.

    Parameters
    ----------
    energy : CityEnergy
        What is known of each city, in the accounting units of the fuels; an empty value is not reported.
    factors : CarbonFactor
        Used where the province does not burn a fuel in a part: for plants, and for fuels with one factor.
    province : ProvincePart
        As :func:`~dafeng.inventory.city_accounts.province.split_province` returns it.
    cities : sequence of str
        Codes of all cities; those without data come out without a figure, in every year that another one
        reports or, if none does, in the latest year of the province.
    spread_limit : float
        Largest residual that is spread over complete cities, of the province. [1]

    Returns
    -------
    CityAccounts
    """
    check(province, ProvincePart)
    blank = energy.filter(~pl.col("value").is_not_null().any().over(KEY)).select(KEY).unique()
    energy = energy.join(blank, on=KEY, how="anti", maintain_order="left")  # a blank form is no report
    used, findings = _use_fuels(energy)
    emitted = _emit(used, factors, province)
    years = pl.concat([energy["year"], blank["year"]]).unique()
    asked = years if years.len() else province["year"].sort().tail(1)
    totals = _mark_blank(_add_silent(_sum_cities(emitted, energy), cities, asked), blank)
    marks = totals.select(*KEY, "reliability_share", complete=pl.col("status") == "complete")
    cells = emitted.select(*CELL, "co2_mt", "grade").join(marks, on=KEY, how="left")
    moved, benchmark, excesses = benchmark_cities(cells, province, len(cities), spread_limit=spread_limit)
    accounts = moved.with_columns(pl.max_horizontal("grade", pl.lit("B")).alias("grade"))
    names = [spec.name for spec in columns_of(CityAccount)]
    done = check(accounts.select(names).sort(CELL), CityAccount)
    return CityAccounts(
        done, _add_benchmarked(totals, done), benchmark, (*findings, *_lack_factors(emitted), *excesses)
    )


def _use_fuels(energy: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the fuel burnt by city, year, part and fuel; raw material cannot exceed what is used."""
    group = pl.col("fuel").replace_strict(fuel_groups(), return_dtype=pl.String)
    known = energy.with_columns(fuel_group=group).join(list_city_rules(), on=["item", "fuel_group"])
    used = (
        known.with_columns(signed=pl.col("value") * pl.col("sign"))
        .group_by(CELL, maintain_order=True)
        .agg(activity=sum_known("signed"), grade=pl.col("grade").max())
    )
    below = used.filter(pl.col("activity") < 0)
    findings = [
        Finding(
            "city_raw_material_exceeds",
            params={"region": row["region"], "year": row["year"], "fuel": row["fuel"]},
            severity="warning",
        )
        for row in below.iter_rows(named=True)
    ]
    return used.with_columns(pl.col("activity").clip(lower_bound=0.0)), findings


def _emit(used: pl.DataFrame, factors: pl.DataFrame, province: pl.DataFrame) -> pl.DataFrame:
    """Return CO2 by city, part and fuel; null without a quantity or a factor."""
    mean = province.select("year", "part", "fuel", mean="factor")
    plant = factors.filter(pl.col("sector") == POWER_SECTOR).select("fuel", plant="factor")
    one = (
        factors.group_by("fuel", maintain_order=True)
        .agg(one=pl.col("factor").first(), count=pl.col("factor").n_unique())
        .filter(pl.col("count") == 1)
        .drop("count")
    )
    joined = (
        used.join(mean, on=["year", "part", "fuel"], how="left", maintain_order="left")
        .join(plant, on="fuel", how="left", maintain_order="left")
        .join(one, on="fuel", how="left", maintain_order="left")
    )
    at_plant = pl.when(pl.col("part").is_in(["power", "heat"])).then(pl.col("plant"))
    factor = pl.coalesce("mean", at_plant, "one")
    return joined.with_columns(co2_mt=pl.col("activity") * factor * MT_PER_ACTIVITY)


def _lack_factors(emitted: pl.DataFrame) -> list[Finding]:
    """Return one finding a year whose fuels were reported but have no factor of the province."""
    names = {code: row["zh"] for code, row in terms.entries("fuels").items()}
    lacking = emitted.filter(pl.col("activity").is_not_null() & pl.col("co2_mt").is_null())
    years = lacking.group_by("year").agg(pl.col("fuel").unique().sort()).sort("year")
    return [
        Finding(
            "city_no_province_factor",
            params={"year": year, "fuels": "、".join(names[fuel] for fuel in fuels)},
            severity="warning",
        )
        for year, fuels in years.iter_rows()
    ]


def _mark_blank(totals: pl.DataFrame, blank: pl.DataFrame) -> pl.DataFrame:
    """Return totals in which a city whose form was left empty is not reported."""
    marked = totals.join(blank.with_columns(blank=pl.lit("yes")), on=KEY, how="left", maintain_order="left")
    status = pl.when(pl.col("blank").is_not_null()).then(pl.lit("not_reported")).otherwise("status")
    return marked.with_columns(status=status).drop("blank")


def _sum_cities(emitted: pl.DataFrame, energy: pl.DataFrame) -> pl.DataFrame:
    """Return the totals by city and year, without the benchmark."""
    weight = pl.col("grade").replace_strict(WEIGHTS, return_dtype=pl.Float64)
    core, power = pl.col("part").is_in(CORE), pl.col("part") == "power"
    co2 = pl.col("co2_mt")
    sums = emitted.group_by(KEY, maintain_order=True).agg(
        core=co2.filter(core).sum(),
        power_mt=pl.when(power.any() & ~co2.filter(power).is_null().any()).then(co2.filter(power).sum()),
        weighted=(co2 * weight).sum() / co2.sum(),
        grade=pl.col("grade").max(),
    )
    joined = (
        energy.select(KEY)
        .unique()
        .join(sums, on=KEY, how="left")
        .join(_list_missing(emitted, energy), on=KEY, how="left")
        .join(_spread_power(energy), on=KEY, how="left")
    )
    needed = list_city_rules()["required"].sum()
    given = 1 - pl.col("lacking").fill_null(0) / needed
    return joined.select(
        *KEY,
        status=pl.when(pl.col("missing_core").is_null())
        .then(pl.lit("complete"))
        .otherwise(pl.lit("incomplete")),
        missing_items="missing_items",
        co2_mt=pl.when(pl.col("missing_core").fill_null(0) == 0).then("core"),
        benchmarked_mt=pl.lit(None, pl.Float64),
        power_mt="power_mt",
        exported_power_mt=pl.col("power_mt") * pl.col("exported_share"),
        reliability_share=(pl.col("weighted").fill_nan(0.0).fill_null(0.0) * given).clip(0.0, 1.0),
        grade=pl.max_horizontal("grade", pl.lit("B")),
    )


def _add_silent(totals: pl.DataFrame, cities: Sequence[str], years: pl.Series) -> pl.DataFrame:
    """Add the silent cities in every year."""
    every = pl.DataFrame({"region": list(cities)}, schema={"region": pl.String})
    every = every.join(years.to_frame("year"), how="cross")
    silent = every.join(totals, on=KEY, how="anti").with_columns(status=pl.lit("not_published"))
    return pl.concat([totals, silent], how="diagonal").sort("region", "year")


def _list_missing(emitted: pl.DataFrame, energy: pl.DataFrame) -> pl.DataFrame:
    """Return by city and year how many required items lack, and every item without a figure."""
    group = pl.col("fuel").replace_strict(fuel_groups(), return_dtype=pl.String)
    known = (
        energy.with_columns(fuel_group=group)
        .group_by(*KEY, "item", "fuel_group", maintain_order=True)
        .agg(known=pl.col("value").is_not_null().all())
    )
    rules = list_city_rules()
    needed = rules.filter("required").select("part", "item", "fuel_group")
    asked = energy.select(KEY).unique().join(needed, how="cross")
    asked = asked.join(known, on=[*KEY, "item", "fuel_group"], how="left")
    lacking = asked.filter(~pl.col("known").fill_null(value=False)).select(
        *KEY, "part", "item", lacking=pl.lit(1)
    )
    main = rules.filter(pl.col("sign") > 0).select("part", "item", "fuel_group")
    unknown = pl.col("activity").is_null()  # reported, but without a factor: no item is missing
    blank = (
        emitted.filter(pl.col("co2_mt").is_null())
        .with_columns(fuel_group=group)
        .join(main, on=["part", "fuel_group"])
        .select(*KEY, "part", item=pl.when(unknown).then("item"), lacking=pl.lit(0))
    )
    return (
        pl.concat([lacking, blank])
        .group_by(KEY, maintain_order=True)
        .agg(
            missing_core=pl.col("part").is_in(CORE).sum(),
            lacking=pl.col("lacking").sum(),
            missing_items=pl.col("item").drop_nulls().unique().sort().str.join(";"),
        )
        .with_columns(pl.col("missing_items").replace("", None))
    )


def _spread_power(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the share of a city's generation that is sent out."""
    volumes = energy.filter(pl.col("item").is_in(["generation", "electricity_exported"]))
    summed = volumes.group_by(KEY, maintain_order=True).agg(
        generation=pl.when(pl.col("item") == "generation").then("value").sum(),
        exported=pl.col("value").filter(pl.col("item") == "electricity_exported").first(),
    )
    return summed.select(
        *KEY, exported_share=pl.when(pl.col("generation") > 0).then(pl.col("exported") / pl.col("generation"))
    )


def _add_benchmarked(totals: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    lost = (pl.col("co2_mt").is_not_null() & pl.col("benchmarked_mt").is_null()).any()
    core = (
        accounts.filter(pl.col("part").is_in(CORE))
        .group_by(KEY, maintain_order=True)
        .agg(moved=pl.when(~lost).then(pl.col("benchmarked_mt").sum()))
    )
    joined = totals.join(core, on=KEY, how="left", maintain_order="left")
    moved = pl.when(pl.col("co2_mt").is_not_null()).then(pl.col("moved"))
    return check(joined.with_columns(benchmarked_mt=moved).drop("moved"), CityTotal)
