"""From physical units to standard coal and back, with the basis of electricity named.

10^4 tce = quantity x coefficient [10^4 tce per accounting unit], coefficients of the yearbook's appendix
(``terms/coal_equivalent.csv``). Electricity counts by its own heat (当量值, 0.1229 kgce/kWh) or by the coal
that thermal power takes in that year (等价值, the coefficient of the year, which has no default). The same
coefficient stands for every cell of electricity: what comes in, what thermal power gives out, what is used.
By the calorific value the row of thermal power therefore shows the conversion loss; by the equivalent value
its output is about as large as its input and the loss is counted where electricity is used, so that the
totals of the two versions differ by (coefficient - 0.1229) x net electricity that is not made from fuel here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import BalanceCells
from dafeng.balance.model import COAL_EQUIVALENT_UNIT, ElectricityBasis
from dafeng.errors import Finding, InputRefused
from dafeng.provenance import Step
from dafeng.table import Table, check, column
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.balance.model import Balance

ELECTRICITY = "Electricity"
CALORIFIC_GCE = 122.9
"""China Energy Statistical Yearbook 2008, appendix 4: 0.1229 kgce/kWh. [gce/kWh]"""
TCE_PER_GCE = 0.01
"""10^8 kWh x 1 gce/kWh = 100 t = 0.01 x 10^4 tce."""
KEY = ["region", "year", "row", "fuel"]


class CoalEquivalent(Table):
    """Coefficient of standard coal of a fuel: 10^4 tce for one accounting unit."""

    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    coefficient: float = column(unit="unit", low=0, zh="折标准煤系数", en="Coefficient of standard coal")
    unit: str = column(zh="单位", en="Unit")
    source_id: str = column(nullable=True, zh="来源", en="Source")
    grade: str = column(vocabulary="grade", zh="证据等级", en="Grade")
    note_zh: str = column(nullable=True, zh="说明（中文）", en="Note (Chinese)")
    note_en: str = column(nullable=True, zh="说明（英文）", en="Note (English)")


class OwnCoefficient(Table):
    """Coefficients of standard coal that the user gives, in any unit that converts (kgce/kg, kgce/m3)."""

    fuel: str = column(key=True, vocabulary="fuels", zh="能源品种", en="Fuel")
    coefficient: float = column(unit="unit", low=0, zh="折标准煤系数", en="Coefficient of standard coal")
    unit: str = column(zh="单位", en="Unit")
    source: str = column(zh="来源", en="Source")


def coal_equivalents() -> pl.DataFrame:
    """Return the published coefficients as a :class:`CoalEquivalent` table, without fuels that have none."""
    own = {code: f"10^4 tce/({row['activity_unit']})" for code, row in terms.entries("fuels").items()}
    raw = pl.DataFrame([{**row, "unit": own[row["fuel"]]} for row in terms.rows("coal_equivalent")])
    texts = pl.col("source_id", "note_zh", "note_en").replace("", None)
    return check(raw.with_columns(pl.col("coefficient").cast(pl.Float64), texts), CoalEquivalent)


def convert_measure(
    balance: Balance, electricity: ElectricityBasis | None, own: pl.DataFrame | None = None
) -> tuple[Balance, tuple[Step, ...]]:
    """Return a balance in standard coal, or back in physical units.

    Parameters
    ----------
    balance : Balance
    electricity : ElectricityBasis, optional
        How electricity is counted in standard coal; None asks for physical units.
    own : OwnCoefficient, optional
        Coefficients that go before the published ones.

    Returns
    -------
    (Balance, tuple of Step)
        Totals of coal and of petroleum products are the sums of their fuels; in the row of total
        consumption, which counts only the net loss of the whole group in transformation, they are final use
        plus losses less transformation.

    Raises
    ------
    InputRefused, UnitError
        ``balance_coefficient_missing`` for every fuel without a coefficient, ``balance_total_memberless``
        for a total without fuels, ``balance_gce_calorific`` for a calorific value other than 122.9.
    """
    if electricity == balance.electricity:
        return balance, ()
    if balance.electricity is not None and electricity is not None:  # from one basis to the other
        physical, first = convert_measure(balance, None, own)
        converted, second = convert_measure(physical, electricity, own)
        return converted, (*first, *second)
    basis = electricity or balance.electricity
    assert basis is not None
    _check_basis(basis)
    factors = _factors(balance.cells, basis, own)
    made = _multiply(balance.cells, factors, back=electricity is None)
    cells = check(_sum_totals(made, balance.cells).sort(KEY), BalanceCells)
    measure = "physical" if electricity is None else "coal_equivalent"
    measure_zh = terms.name("measure", measure, "zh")
    step = Step(
        "balance.convert_measure",
        f"换算为{measure_zh}，电力按{terms.name('electricity_basis', basis.basis, 'zh')}"
        f" {basis.gce_per_kwh:g} 克标准煤/千瓦时；煤和油品合计由分品种重新相加",
        f"converted to {terms.name('measure', measure, 'en').lower()}, electricity by {basis.basis} value at"
        f" {basis.gce_per_kwh:g} gce/kWh; totals of coal and petroleum products added up anew",
        {"basis": basis.basis, "gce_per_kwh": basis.gce_per_kwh, "own": own.height if own is not None else 0},
        cells.height,
    )
    return replace(
        balance, cells=cells, measure="physical" if electricity is None else "coal_equivalent",
        electricity=electricity,
    ), (step,)  # fmt: skip


def _check_basis(basis: ElectricityBasis) -> None:
    if basis.basis == "calorific" and abs(basis.gce_per_kwh - CALORIFIC_GCE) > 0.1:
        raise InputRefused.of("balance_gce_calorific", value=f"{basis.gce_per_kwh:g}")


def _factors(cells: pl.DataFrame, basis: ElectricityBasis, own: pl.DataFrame | None) -> pl.DataFrame:
    """Return ``fuel, coefficient, factor_grade`` for every fuel of the cells."""
    known = {
        row["fuel"]: (row["coefficient"], row["grade"]) for row in coal_equivalents().iter_rows(named=True)
    }
    known[ELECTRICITY] = (basis.gce_per_kwh * TCE_PER_GCE, "A" if basis.basis == "calorific" else "B")
    if own is not None:
        known |= {fuel: (value, "B") for fuel, value in _in_accounting_units(own)}
    totals = terms.codes("fuel_totals")
    counts = cells.filter(~pl.col("fuel").is_in(sorted(totals))).group_by("fuel").len().sort("fuel")
    missing = [
        Finding("balance_coefficient_missing", params={"fuel": fuel, "count": count})
        for fuel, count in counts.iter_rows()
        if fuel not in known
    ]
    if missing:
        raise InputRefused(missing)
    rows = [(fuel, *pair) for fuel, pair in known.items()]
    schema = {"fuel": pl.String, "coefficient": pl.Float64, "factor_grade": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_accounting_units(own: pl.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield fuels with their coefficients in 10^4 tce per accounting unit."""
    fuels = terms.entries("fuels")
    for fuel, value, unit in own.select("fuel", "coefficient", "unit").iter_rows():
        target = f"10^4 tce/({fuels[fuel]['activity_unit']})"
        yield fuel, value * conversion_factor(unit, target)


def _multiply(cells: pl.DataFrame, factors: pl.DataFrame, *, back: bool) -> pl.DataFrame:
    units = {code: row["activity_unit"] for code, row in terms.entries("balance_fuels").items()}
    joined = cells.join(factors, on="fuel", how="inner", validate="m:1", maintain_order="left")
    value = pl.col("value") / pl.col("coefficient") if back else pl.col("value") * pl.col("coefficient")
    unit = pl.col("fuel").replace_strict(units) if back else pl.lit(COAL_EQUIVALENT_UNIT)
    grade = pl.max_horizontal("grade", "factor_grade")
    return joined.with_columns(value=value, unit=unit, grade=grade).select(cells.columns)


def _sum_totals(made: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Add the totals that the table had before, as sums of the fuels that are there now."""
    entries = terms.entries("fuels")
    group = {code: row["total"] for code, row in entries.items() if row["total"]}
    units = {row["total"]: row["activity_unit"] for row in entries.values() if row["total"]}
    known = ~pl.col("value").is_null().any()
    summed = (
        made.with_columns(fuel=pl.col("fuel").replace_strict(group, default=None))
        .filter(pl.col("fuel").is_not_null())
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("unit").first(),
            value=pl.when(known).then(pl.col("value").sum()),
            grade=pl.col("grade").max(),
        )
    )
    wanted = before.filter(pl.col("fuel").is_in(list(units))).select(KEY)
    memberless = wanted.join(summed, on=KEY, how="anti")
    if memberless.height:
        raise InputRefused(
            Finding("balance_total_memberless", params=row) for row in memberless.iter_rows(named=True)
        )
    totals = summed.join(wanted, on=KEY, how="semi")
    return pl.concat([made, _net_consumption(totals).select(made.columns)])


def _net_consumption(totals: pl.DataFrame) -> pl.DataFrame:
    """Return totals with total consumption = final use + losses - transformation."""
    table = ["region", "year", "fuel"]
    sign = {"final_consumption": 1.0, "loss": 1.0, "transformation_total": -1.0}
    net = (
        totals.filter(pl.col("row").is_in(list(sign)))
        .group_by(table, maintain_order=True)
        .agg(
            net=pl.when(~pl.col("value").is_null().any()).then(
                (pl.col("value") * pl.col("row").replace_strict(sign, default=0.0)).sum()
            )
        )
    )
    joined = totals.join(net, on=table, how="left", maintain_order="left")
    own = pl.col("row") == "total_consumption"
    return joined.with_columns(
        value=pl.when(own & pl.col("value").is_not_null()).then("net").otherwise("value")
    ).drop("net")
