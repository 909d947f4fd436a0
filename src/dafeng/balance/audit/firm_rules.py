"""Firm by firm: the forms of energy bought and used, transformed, and used for one unit of product.

Quantities that a form leaves blank count as none within a sum. Only codes of firms are read; names never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import audit_rule
from dafeng.balance.audit.series_rules import NORMAL_MAD, NORMAL_MEAN
from dafeng.balance.audit.tolerance import NOISE, find_last_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

QUANTITIES = (
    "opening_stock", "purchase", "own_output", "use_total", "industrial_use", "raw_material_use", "other_use",
    "transport_use", "sent_on", "closing_stock",
)  # fmt: skip
TOTAL = ("能源合计", "total_energy", "能源消费合计")
"""Names of the row that adds up all energy in coal equivalent."""
COEFFICIENT_DIGIT = 0.00005
"""Half a unit in the last digit of a coal-equivalent coefficient, which forms give with four. [tce a unit]"""
RATIOS = {
    ("kgce/t", "t"): 1e3,
    ("千克标准煤/吨", "吨"): 1e3,
    ("tce/t", "t"): 1.0,
    ("吨标准煤/吨", "吨"): 1.0,
    ("gce/kWh", "10^4 kWh"): 1e2,
    ("克标准煤/千瓦时", "万千瓦时"): 1e2,
    ("kgce/t", "10^4 t"): 1e-1,
    ("千克标准煤/吨", "万吨"): 1e-1,
}
"""(Unit of the unit energy, unit of output) -> unit energy of 1 tce for 1 unit of output."""
FIRM = ("firm_id", "year")


@dataclass(frozen=True, slots=True)
class FirmCase:
    """What the rules of firms read: the three forms, this year's and earlier ones together, bounds."""

    purchase: pl.DataFrame
    transformation: pl.DataFrame
    unit_energy: pl.DataFrame
    bounds: Mapping[str, float]


def _is_total() -> pl.Expr:
    return pl.col("energy").str.to_lowercase().is_in(TOTAL)


def _known(name: str) -> pl.Expr:
    return pl.col(name).fill_null(0.0)


def _with_digits(case: FirmCase) -> pl.DataFrame:
    """Return form 205-1 with half a unit in the last digit that is given in its unit and year."""
    frame = case.purchase
    long = frame.select("year", "unit", *QUANTITIES).unpivot(index=["year", "unit"], on=list(QUANTITIES))
    digits = find_last_digits(long.with_columns(region=pl.lit("")).drop("variable"))
    return frame.join(
        digits.drop("region"), on=["year", "unit"], how="left", maintain_order="left"
    ).with_columns(pl.col("half_digit", "noise").fill_null(0.0))


def _miss(expected: pl.Expr, value: pl.Expr, cells: int) -> pl.Expr:
    return (value - expected).abs() > cells * pl.col("half_digit") * (1 + NOISE) + pl.col("noise")


@audit_rule("firm_stock")
def check_stocks(case: FirmCase) -> pl.DataFrame:
    """Find energies whose closing stock is not opening + bought + own output - used - sent on.

    A form that gives no closing stock at all is not judged.
    """
    if case.purchase["closing_stock"].is_null().all():
        return case.purchase.clear()
    came = _known("opening_stock") + _known("purchase") + _known("own_output")
    expected = came - _known("use_total") - _known("sent_on")
    frame = _with_digits(case).filter(~_is_total())
    return frame.filter(_miss(expected, _known("closing_stock"), 6)).with_columns(
        value=_known("closing_stock"), expected=expected, fuel="energy"
    )


@audit_rule("firm_use_parts")
def check_use_parts(case: FirmCase) -> pl.DataFrame:
    """Find energies whose total use is not use in production + use outside it."""
    expected = _known("industrial_use") + _known("other_use")
    given = pl.col("use_total").is_not_null() & (
        pl.col("industrial_use").is_not_null() | pl.col("other_use").is_not_null()
    )
    frame = _with_digits(case).filter(given)
    return frame.filter(_miss(expected, pl.col("use_total"), 3)).with_columns(
        value="use_total", expected=expected, fuel="energy"
    )


@audit_rule("firm_use_within")
def check_use_within(case: FirmCase) -> pl.DataFrame:
    """Find raw-material use above use in production, or use of vehicles above total use."""
    found = []
    for part, whole in (("raw_material_use", "industrial_use"), ("transport_use", "use_total")):
        over = _known(part) - _known(whole) > 2 * pl.col("half_digit") + pl.col("noise")
        found.append(
            _with_digits(case)
            .filter(over)
            .with_columns(value=part, expected=_known(whole), fuel="energy", row=pl.lit(part))
        )
    return pl.concat(found)


@audit_rule("firm_negative")
def check_negative(case: FirmCase) -> pl.DataFrame:
    """Find negative quantities."""
    index = ["firm_id", "year", "energy", "unit"]
    long = case.purchase.unpivot(index=index, on=list(QUANTITIES), variable_name="row")
    return long.filter(pl.col("value") < 0).with_columns(fuel="energy", expected=pl.lit(0.0))


@audit_rule("firm_coefficient")
def check_coefficients(case: FirmCase) -> pl.DataFrame:
    """Find coal-equivalent coefficients far from the reference of the form."""
    away = (pl.col("coefficient") / pl.col("reference_coefficient") - 1).abs()
    found = case.purchase.filter(
        (pl.col("reference_coefficient") > 0) & (away > case.bounds["firm_coefficient"])
    )
    return found.with_columns(
        value="coefficient", expected="reference_coefficient", fuel="energy", unit=pl.lit("1")
    )


@audit_rule("firm_total")
def check_totals(case: FirmCase) -> pl.DataFrame:
    """Find totals in coal equivalent that are not the sum of quantity x coefficient."""
    frame = _with_digits(case)
    parts = frame.filter(~_is_total() & (_known("use_total") != 0))
    slack = _known("use_total").abs() * COEFFICIENT_DIGIT + pl.col("half_digit") * pl.col("coefficient")
    sums = parts.group_by(*FIRM, maintain_order=True).agg(
        expected=(pl.col("use_total") * pl.col("coefficient")).sum(), slack=slack.sum(),
        whole=pl.col("coefficient").is_not_null().all(),
    )  # fmt: skip
    totals = frame.filter(_is_total() & pl.col("use_total").is_not_null())
    joined = totals.join(sums.filter("whole"), on=list(FIRM), how="inner", maintain_order="left")
    wide = (pl.col("use_total") - pl.col("expected")).abs() > pl.col("slack") + pl.col("half_digit") + pl.col(
        "noise"
    )
    return joined.filter(wide).with_columns(value="use_total", fuel="energy")


@audit_rule("firm_efficiency")
def check_efficiency(case: FirmCase) -> pl.DataFrame:
    """Find processes of a firm that put out more energy than they take in, or very little."""
    frame = case.transformation
    sides = frame.group_by(*FIRM, "process", maintain_order=True).agg(
        taken=(pl.col("input") * pl.col("coefficient")).sum(),
        out=(pl.col("output") * pl.col("coefficient")).sum(),
        whole=pl.col("coefficient").is_not_null().all(),
    )  # fmt: skip
    ratio = pl.col("out") / pl.col("taken")
    least = pl.col("process").replace_strict(
        {
            "thermal_power": case.bounds["power_efficiency_min"],
            "coking": case.bounds["coking_efficiency_min"],
            "heating_supply": case.bounds["heating_efficiency_min"],
            "gas_works": case.bounds["gas_works_efficiency_min"],
        },
        default=0.0, return_dtype=pl.Float64,
    )  # fmt: skip
    known = sides.filter("whole", pl.col("taken") > 0, pl.col("out") > 0).with_columns(
        value=ratio, least=least
    )
    above = pl.col("value") > case.bounds["efficiency_limit"] * (1 + 1e-6)
    return known.filter(above | (pl.col("value") < pl.col("least"))).with_columns(
        expected=pl.when(above).then(case.bounds["efficiency_limit"]).otherwise("least"), row="process",
        unit=pl.lit("1"), severity=pl.when(above).then(pl.lit("error")).otherwise(pl.lit("warning")),
    )  # fmt: skip


@audit_rule("firm_input_within")
def check_inputs_within(case: FirmCase) -> pl.DataFrame:
    """Find inputs of transformation above the firm's use of that energy in production."""
    taken = case.transformation.group_by(*FIRM, "energy", "unit", maintain_order=True).agg(
        value=pl.col("input").sum()
    )
    used = _with_digits(case).select(*FIRM, "energy", "unit", "industrial_use", "half_digit", "noise")
    joined = taken.filter(pl.col("value") > 0).join(
        used, on=[*FIRM, "energy", "unit"], how="inner", maintain_order="left"
    )
    over = pl.col("value") - _known("industrial_use") > 2 * pl.col("half_digit") + pl.col("noise")
    return joined.filter(over).with_columns(expected=_known("industrial_use"), fuel="energy")


@audit_rule("firm_unit_energy_ratio")
def check_unit_ratio(case: FirmCase) -> pl.DataFrame:
    """Find unit energies that are not energy over output, where both are given in units that are known."""
    frame = case.unit_energy.with_columns(pair=pl.col("unit") + "|" + pl.col("output_unit"))
    factors = {f"{unit}|{output}": factor for (unit, output), factor in RATIOS.items()}
    factor = pl.col("pair").replace_strict(factors, default=None, return_dtype=pl.Float64)
    expected = pl.col("energy_tce") / pl.col("output") * factor
    found = frame.filter(pl.col("output") > 0).with_columns(
        expected=expected, value="unit_energy", row="product"
    )
    away = (pl.col("value") / pl.col("expected") - 1).abs()
    return found.filter((pl.col("expected") > 0) & (away > case.bounds["firm_ratio_slack"]))


def _against_last_year(frame: pl.DataFrame, by: list[str], bound: float) -> pl.DataFrame:
    """Return rows whose ``value`` is more than ``1 + bound`` times last year's, or less than its inverse."""
    last = frame.select(*by, pl.col("year") + 1, expected="value")
    joined = frame.join(last, on=[*by, "year"], how="inner", maintain_order="left")
    solid = joined.filter((pl.col("value") > 0) & (pl.col("expected") > 0))
    change = pl.col("value") / pl.col("expected")
    far = (change > 1 + bound) | (change < 1 / (1 + bound))
    return solid.with_columns(change=change - 1).filter(far)


@audit_rule("firm_unit_energy_last_year")
def check_unit_last_year(case: FirmCase) -> pl.DataFrame:
    """Find unit energies far from those of the same firm and product in the year before."""
    frame = case.unit_energy.select(*FIRM, "product", "unit", value="unit_energy").drop_nulls("value")
    found = _against_last_year(frame, ["firm_id", "product", "unit"], case.bounds["firm_unit_change"])
    return found.with_columns(row="product")


@audit_rule("firm_unit_energy_peers")
def check_unit_peers(case: FirmCase) -> pl.DataFrame:
    """Find unit energies far from those of other firms with the product: modified z of the logarithm."""
    by = ["year", "product", "unit"]
    frame = case.unit_energy.filter(pl.col("unit_energy") > 0).with_columns(log=pl.col("unit_energy").log())
    frame = frame.with_columns(middle=pl.col("log").median().over(by), peers=pl.len().over(by))
    away = pl.col("log") - pl.col("middle")
    frame = frame.with_columns(mad=away.abs().median().over(by), mean_away=away.abs().mean().over(by))
    wide = pl.col("mad") > NOISE
    scale = pl.when(wide).then(pl.col("mad") / NORMAL_MAD).otherwise(NORMAL_MEAN * pl.col("mean_away"))
    found = frame.with_columns(z=pl.when(scale > NOISE).then(away / scale).otherwise(0.0))
    far = (pl.col("z").abs() > case.bounds["break_z"]) & (pl.col("peers") >= case.bounds["firm_peers"])
    return found.filter(far).with_columns(value="unit_energy", expected=pl.col("middle").exp(), row="product")


@audit_rule("firm_use_last_year")
def check_use_last_year(case: FirmCase) -> pl.DataFrame:
    """Find use of an energy that is a multiple or a fraction of the year before."""
    frame = case.purchase.select(*FIRM, "energy", "unit", value="use_total").drop_nulls("value")
    found = _against_last_year(frame, ["firm_id", "energy", "unit"], case.bounds["firm_use_change"])
    return found.with_columns(fuel="energy")


def _intensity(case: FirmCase, used: pl.Expr) -> pl.DataFrame:
    """Return energy over the value of output by firm and year."""
    valued = case.unit_energy.filter(pl.col("output_value") > 0)
    values = valued.group_by(*FIRM, "value_unit", maintain_order=True).agg(
        output_value=pl.col("output_value").max()
    )  # fmt: skip
    amounts = case.purchase.filter(used).select(*FIRM, "unit", "use_total").drop_nulls("use_total")
    joined = amounts.join(values, on=list(FIRM), how="inner", maintain_order="left")
    unit = pl.col("unit") + "/" + pl.col("value_unit").fill_null("?")
    return joined.select(*FIRM, unit=unit, value=pl.col("use_total") / pl.col("output_value"))


@audit_rule("firm_energy_output")
def check_energy_output(case: FirmCase) -> pl.DataFrame:
    """Find firms whose energy per value of output moved far from the year before."""
    return _against_last_year(
        _intensity(case, _is_total()), ["firm_id", "unit"], case.bounds["firm_intensity_change"]
    )


@audit_rule("firm_electricity_output")
def check_electricity_output(case: FirmCase) -> pl.DataFrame:
    """Find firms whose electricity per value of output moved far from the year before."""
    names = [name for name, code in terms.aliases("balance_fuels").items() if code == "Electricity"]
    frame = _intensity(case, pl.col("energy").str.to_lowercase().is_in(names))
    found = _against_last_year(frame, ["firm_id", "unit"], case.bounds["firm_intensity_change"])
    return found.with_columns(fuel=pl.lit("Electricity"))


@audit_rule("firm_missing")
def check_missing_firms(case: FirmCase) -> pl.DataFrame:
    """Find firms that used energy in a year and do not report in the next, which others do."""
    used = case.purchase.filter(_known("use_total") > 0)
    here = used.select(*FIRM).unique(maintain_order=True)
    asked = here.with_columns(year=pl.col("year") + 1).filter(
        pl.col("year").is_in(case.purchase["year"].unique().to_list())
    )
    gone = asked.join(case.purchase.select(*FIRM).unique(), on=list(FIRM), how="anti", maintain_order="left")
    last = used.filter(_is_total()).select("firm_id", pl.col("year") + 1, "unit", expected="use_total")
    return gone.join(last, on=list(FIRM), how="left", maintain_order="left").with_columns(
        value=pl.lit(None, pl.Float64)
    )
