"""Plausibility: what came out of each process against what went in, losses, signs of inputs, heat contents.

Efficiencies are intervals: heat contents that are published as a range stay a range, and a fuel without a
published heat content widens the interval instead of being guessed. A row is found only when its whole
interval lies outside the bound.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import audit_rule
from dafeng.balance.audit.tolerance import tolerance_of

if TYPE_CHECKING:
    from dafeng.balance.audit.identity_rules import BalanceCase

CALORIFIC_GCE = 122.9
"""Coal equivalent of electricity by its own heat. [gce/kWh]"""
TABLE = ("region", "year")


@cache
def _read(name: str) -> pl.DataFrame:
    text = files("dafeng.balance.audit").joinpath(name).read_text("utf-8")
    return pl.DataFrame(list(csv.DictReader(text.splitlines())))


def process_sides() -> pl.DataFrame:
    """Return which fuels each process puts out: ``row``, ``fuel``, ``main``."""
    frame = _read("processes.csv").select(
        pl.col("process").alias("row"), pl.col("outputs").str.split(";").alias("fuel"), "main"
    )
    return frame.explode("fuel").with_columns(main=pl.col("main") == pl.col("fuel"))


def heat_contents() -> pl.DataFrame:
    """Return the published heat content of each fuel: ``fuel``, ``low_tj``, ``high_tj`` [TJ per unit]."""
    return _read("heat_contents.csv").select("fuel", pl.col("low_tj", "high_tj").cast(pl.Float64))


def _with_energy(case: BalanceCase, row: str) -> pl.DataFrame:
    """Return the cells of a process with the range of their heat content and whether they are output."""
    cells = case.cells.filter(
        (pl.col("row") == row) & ~pl.col("fuel").is_in(list(terms.codes("fuel_totals")))
    )
    if case.measure == "physical":
        joined = cells.join(heat_contents(), on="fuel", how="left", maintain_order="left")
    else:
        gce = case.electricity.gce_per_kwh if case.electricity else CALORIFIC_GCE
        own = pl.when(pl.col("fuel") == "Electricity").then(CALORIFIC_GCE / gce).otherwise(1.0)
        joined = cells.with_columns(low_tj=own, high_tj=own)
    return joined.with_columns(out=pl.col("value") > 0, amount=pl.col("value").abs())


def _measure_efficiency(case: BalanceCase, row: str) -> pl.DataFrame:
    """Return output over input of energy by region and year as an interval ``low`` to ``high``. [1]"""
    parts = _with_energy(case, row)
    low, high = pl.col("amount") * pl.col("low_tj"), pl.col("amount") * pl.col("high_tj")
    out = pl.col("out")
    sums = parts.group_by(*TABLE, maintain_order=True).agg(
        out_low=low.filter(out).sum(), out_high=high.filter(out).sum(),
        in_low=low.filter(~out).sum(), in_high=high.filter(~out).sum(),
        out_open=pl.col("low_tj").filter(out).is_null().any(),
        in_open=pl.col("low_tj").filter(~out).is_null().any(),
        both=out.any() & (pl.col("value") < 0).any(),
    )  # fmt: skip
    lowest = pl.when("in_open").then(0.0).otherwise(pl.col("out_low") / pl.col("in_high"))
    highest = pl.when("out_open").then(float("inf")).otherwise(pl.col("out_high") / pl.col("in_low"))
    return sums.filter("both").with_columns(low=lowest, high=highest)


def _judge(
    ratios: pl.DataFrame, row: str, least: float, most: float, *, physical: bool = True
) -> pl.DataFrame:
    """Return intervals wholly outside the bounds; above 1 is an error where physics forbids it."""
    above, below = pl.col("low") > most * (1 + 1e-6), pl.col("high") < least
    impossible = (pl.col("low") > 1 + 1e-6) & pl.lit(physical)
    return ratios.filter(above | below).with_columns(
        row=pl.lit(row), unit=pl.lit("1"),
        value=pl.when(above).then("low").otherwise("high"),
        expected=pl.when(above).then(most).otherwise(least),
        severity=pl.when(impossible).then(pl.lit("error")).otherwise(pl.lit("warning")),
        at_fuel=pl.lit(_main_product(row), pl.String),
    )  # fmt: skip


def _main_product(row: str) -> str | None:
    """Return the fuel whose cell stands for a process."""
    mains = process_sides().filter((pl.col("row") == row) & pl.col("main"))["fuel"]
    return str(mains[0]) if len(mains) else None


@audit_rule("power_efficiency")
def check_power(case: BalanceCase) -> pl.DataFrame:
    """Find thermal power whose electricity does not fit its fuel; fuel of cogenerated heat stands apart."""
    bounds = case.bounds
    ratios = _measure_efficiency(case, "thermal_power")
    return _judge(ratios, "thermal_power", bounds["power_efficiency_min"], bounds["power_efficiency_max"])


@audit_rule("heating_efficiency")
def check_heating(case: BalanceCase) -> pl.DataFrame:
    """Find heat supply whose heat does not fit its fuel."""
    bounds = case.bounds
    ratios = _measure_efficiency(case, "heating_supply")
    return _judge(ratios, "heating_supply", bounds["heating_efficiency_min"], bounds["efficiency_limit"])


@audit_rule("coking_efficiency")
def check_coking(case: BalanceCase) -> pl.DataFrame:
    """Find coking whose coke, gas and by-products do not fit the coal by energy."""
    ratios = _measure_efficiency(case, "coking")
    return _judge(ratios, "coking", case.bounds["coking_efficiency_min"], case.bounds["efficiency_limit"])


@audit_rule("gas_works_efficiency")
def check_gas_works(case: BalanceCase) -> pl.DataFrame:
    """Find gas works whose gas does not fit their input by energy."""
    ratios = _measure_efficiency(case, "gas_works")
    return _judge(
        ratios, "gas_works", case.bounds["gas_works_efficiency_min"], case.bounds["efficiency_limit"]
    )


@audit_rule("washing_energy")
def check_washing_energy(case: BalanceCase) -> pl.DataFrame:
    """Find coal washing that puts out more energy than it takes in at the published heat contents."""
    ratios = _measure_efficiency(case, "coal_washing")
    # the coal that is washed may be better than the average coal: a warning, no error
    return _judge(ratios, "coal_washing", 0.0, case.bounds["efficiency_limit"], physical=False)


def _mass_ratio(case: BalanceCase, row: str) -> pl.DataFrame:
    """Return tonnes of coal products out of tonnes of coal in; only for physical tables."""
    coals = [code for code, e in terms.entries("fuels").items() if e["group"] == "coal" or code == "Coke"]
    cells = case.cells.filter(
        (pl.col("row") == row) & pl.col("fuel").is_in(coals) & (case.measure == "physical")
    )
    value = pl.col("value")
    sums = cells.group_by(*TABLE, maintain_order=True).agg(
        out=value.filter(value > 0).sum(), taken=-value.filter(value < 0).sum()
    )
    ratio = pl.col("out") / pl.col("taken")
    return sums.filter((pl.col("out") > 0) & (pl.col("taken") > 0)).with_columns(low=ratio, high=ratio)


@audit_rule("washing_yield")
def check_washing_yield(case: BalanceCase) -> pl.DataFrame:
    """Find coal washing whose products weigh more than its coal, or very little."""
    ratios = _mass_ratio(case, "coal_washing")
    return _judge(ratios, "coal_washing", case.bounds["washing_yield_min"], case.bounds["efficiency_limit"])


@audit_rule("coke_per_coal")
def check_coke_yield(case: BalanceCase) -> pl.DataFrame:
    """Find coking that makes too much or too little coke from its coal by weight."""
    ratios = _mass_ratio(case, "coking")
    return _judge(ratios, "coking", case.bounds["coke_yield_min"], case.bounds["coke_yield_max"])


@audit_rule("electricity_loss_share")
def check_losses(case: BalanceCase) -> pl.DataFrame:
    """Find losses of electricity that are an unlikely share of what was delivered and lost."""
    cells = case.cells.filter(pl.col("fuel") == "Electricity")
    lost = pl.col("value").filter(pl.col("row") == "loss").sum()
    used = pl.col("value").filter(pl.col("row").is_in(["loss", "final_consumption"])).sum()
    sums = cells.group_by(*TABLE, maintain_order=True).agg(lost=lost, used=used)
    share = pl.col("lost") / pl.col("used")
    ratios = sums.filter((pl.col("lost") > 0) & (pl.col("used") > 0)).with_columns(low=share, high=share)
    low, high = case.bounds["loss_share_min"], case.bounds["loss_share_max"]
    return _judge(ratios, "loss", low, high).with_columns(fuel=pl.lit("Electricity"))


@audit_rule("process_sign")
def check_process_signs(case: BalanceCase) -> pl.DataFrame:
    """Find a main product with a negative sign, or a fuel put out by a process that does not make it."""
    sides = process_sides()
    known = case.cells.filter(pl.col("row").is_in(sides["row"].unique().to_list()))
    joined = known.join(sides, on=["row", "fuel"], how="left", maintain_order="left")
    margin = tolerance_of(pl.lit(1.0))
    made = pl.col("main").is_null() & (pl.col("value") > margin) & ~pl.col("fuel").is_in(_open_products())
    eaten = pl.col("main").fill_null(value=False) & (pl.col("value") < -margin)
    # products differ between yearbooks (slime among briquettes), the sign of a main product does not
    severity = pl.when(eaten).then(pl.lit("error")).otherwise(pl.lit("warning"))
    return joined.filter(made | eaten).with_columns(expected=pl.lit(None, pl.Float64), severity=severity)


def _open_products() -> list[str]:
    """Return the kinds of fuels, whose net sign may be either."""
    return sorted(terms.codes("fuel_totals"))


@audit_rule("heat_content")
def check_heat_content(case: BalanceCase) -> pl.DataFrame:
    """Find fuels whose coal equivalent over quantity does not fit the published heat content.

    Read from a physical table and one in coal equivalent of the same region and year.
    """
    if "coal_equivalent" not in case.cells.columns:
        return case.cells.clear()
    gce = case.electricity.gce_per_kwh if case.electricity else CALORIFIC_GCE
    tce = pl.when(pl.col("fuel") == "Electricity").then(gce / CALORIFIC_GCE).otherwise(1.0) / 293.076
    joined = case.cells.join(heat_contents(), on="fuel", how="inner", maintain_order="left")
    solid = joined.filter(pl.col("value").abs() > 100 * pl.col("half_digit"))
    ratio = pl.col("coal_equivalent") / pl.col("value")
    slack = case.bounds["heat_content_slack"]
    found = solid.with_columns(
        ratio=ratio, least=pl.col("low_tj") * tce * (1 - slack), most=pl.col("high_tj") * tce * (1 + slack)
    )
    return found.filter(~pl.col("ratio").is_between("least", "most")).with_columns(
        value="ratio", expected=pl.when(pl.col("ratio") > pl.col("most")).then("most").otherwise("least"),
        unit=pl.lit("1"),
    )  # fmt: skip
