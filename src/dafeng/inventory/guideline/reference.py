r"""The reference approach: CO2 from the supply of fuels, against the sectoral approach from their use.

.. math:: AC = P + M + I - S - X - \Delta, \qquad E = (AC - N) \cdot NCV \cdot C \cdot OX \cdot 44/12

P production of primary fuels, M moved in, I import, S sent out, X export, Delta stock increase, N use as raw
material: the published total of supply less recovered energy (energy made of other fuels is no supply), or
else the sum of its rows; what the rows leave untold of the total is shown. For each class of fuels the
difference in energy is, by the identity of the balance table,

    reference - sectoral = conversion + losses + statistical difference - recovered energy.

Source: IPCC 2006 Guidelines vol. 2 ch. 6 (eq. 6.1, 6.2; a difference above 5 % is to be explained).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance import DIFFERENCE, net_stocks
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.guideline.combustion import CARBON_TO_CO2, FURNACE_GASES, MIXED_GAS
from dafeng.inventory.guideline.factors import factors_in_use, find_factors
from dafeng.inventory.guideline.method_contracts import ReferenceComparison
from dafeng.table import check, empty_table

if TYPE_CHECKING:
    from dafeng.balance import Balance
    from dafeng.errors import Language

SUPPLY = (
    "indigenous_production", "moving_in_from_other_provinces", "import", "refuelling_abroad",
    "sending_out_to_other_provinces", "export", "refuelling_foreign", "stock_change",
)  # fmt: skip
POWER = ("thermal_power", "heating_supply")
TOTAL_SUPPLY = "total_primary_supply"
RECOVERED = ("recovery_of_energy", "recovered_energy")
CLASSES = {"coal": "solid", "coke": "solid", "coal_gas": "solid", "oil": "liquid", "gas": "gas"}
NOTABLE = 0.05
"""Difference in energy above which IPCC 2006 vol. 2 ch. 6 asks for an explanation. [1]"""
CAUSES = {
    "conversion_tj": ("加工转换净损失", "conversion"),
    "loss_tj": ("损失量", "losses"),
    "statistical_difference_tj": ("平衡差额", "the statistical difference"),
    "recovered_tj": ("回收能", "recovered energy"),
    "unexplained_tj": ("平衡表不闭合", "a balance that does not close"),
}
CLASS_NAMES = {
    "solid": ("固体燃料", "solid fuels"), "liquid": ("液体燃料", "liquid fuels"),
    "gas": ("气体燃料", "gaseous fuels"), "total": ("合计", "all fuels"),
}  # fmt: skip
_KEY = ["region", "year"]
_ENERGIES = ("apparent", "untold", "excluded", "sectoral", "recovered", "conversion", "loss", "difference")


class Named:
    """A cause or a class of fuels in words."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = {"zh": zh, "en": en}

    def text(self, language: Language) -> str:
        """Return its name."""
        return self.words[language]


def compare_reference(
    balance: Balance, own: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Return the reference approach beside the sectoral one, and what is notable in it.

    Parameters
    ----------
    balance : Balance
        Physical quantities.
    own : Factors, optional
        The province's own factors.

    Returns
    -------
    frame : ReferenceComparison
        Classes of fuels and their total; null where a cell of the table is not known.
    findings : tuple of Finding
        ``reference_gap`` for each class whose difference in energy exceeds 5 %.

    Raises
    ------
    InputRefused
        ``balance_not_physical``.
    """
    if balance.measure != "physical":
        raise InputRefused.of("balance_not_physical")
    fuels = _by_fuel(net_stocks(balance.cells))
    if fuels.is_empty():
        return empty_table(ReferenceComparison), ()
    valued = _value(fuels, own)
    grouped = pl.concat([_sum(valued, pl.col("group")), _sum(valued, pl.lit("total"))])
    table = check(_compare(grouped).sort(*_KEY, "group"), ReferenceComparison)
    return table, tuple(_find_gaps(table))


def _by_fuel(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the components of each fossil fuel in its accounting unit."""
    classes = {
        code: CLASSES[row["group"]] for code, row in terms.entries("fuels").items() if row["fossil"] == "true"
    }
    transformations = {
        code for code, row in terms.entries("balance_rows").items() if row["parent"] == "transformation_total"
    }
    other = sorted(transformations - {*POWER, *RECOVERED})
    fossil = cells.filter(pl.col("fuel").is_in(sorted(classes)))
    summed = fossil.group_by(*_KEY, "fuel", maintain_order=True).agg(
        rows=_sum_rows(SUPPLY), total=_sum_rows((TOTAL_SUPPLY,)),
        in_supply=_sum_rows(RECOVERED[:1]), told=(pl.col("row") == TOTAL_SUPPLY).any(),
        excluded=_sum_rows(("industry_non_energy_use",)),
        final=_sum_rows(("final_consumption",)), power=-_sum_rows(POWER), recovered=_sum_rows(RECOVERED),
        conversion=-_sum_rows(other), loss=_sum_rows(("loss",)), difference=_sum_rows((DIFFERENCE,)),
        made=_sum_rows(("gas_works",)), grade=pl.col("grade").max(),
    )  # fmt: skip
    apparent = pl.when("told").then(pl.col("total") - pl.col("in_supply")).otherwise("rows")
    return summed.with_columns(apparent=apparent, untold=apparent - pl.col("rows")).with_columns(
        group=pl.col("fuel").replace_strict(classes, return_dtype=pl.String),
        sectoral=pl.col("final") - pl.col("excluded") + pl.col("power"),
    )


def _sum_rows(rows: tuple[str, ...] | list[str]) -> pl.Expr:
    """Return the sum of some rows: a blank cell is nil, a cell that is not known makes it unknown."""
    inside = pl.col("row").is_in(list(rows))
    return pl.when(~(inside & pl.col("value").is_null()).any()).then(pl.col("value").filter(inside).sum())


def _value(fuels: pl.DataFrame, own: pl.DataFrame | None) -> pl.DataFrame:
    """Add energy [TJ] and CO2 [kt] to the components."""
    factors = factors_in_use(fuels, own)
    cells = fuels.with_columns(sector=pl.lit("all")).rename({"group": "class"})
    cells = cells.with_columns(group=pl.lit("all"))
    for variable in ("heat_value", "carbon_content", "oxidation"):
        cells = _look_up(cells, factors, variable, variable)
    cells = cells.with_columns(sector=pl.lit("power_heat"))
    cells = _look_up(cells, factors, "oxidation", "power_oxidation").drop("group").rename({"class": "group"})
    heat = pl.col("heat_value")
    carbon = heat * pl.col("carbon_content") * CARBON_TO_CO2 / 1000
    used = pl.col("final") + pl.col("power")
    counted = (
        pl.when(pl.col("fuel").is_in(FURNACE_GASES)).then(0.0)
        .when(pl.col("fuel") == MIXED_GAS).then((pl.col("made") / used).clip(0.0, 1.0))
        .otherwise(1.0)
    )  # fmt: skip
    burnt = (pl.col("final") - pl.col("excluded")) * pl.col("oxidation")
    burnt = burnt + pl.col("power") * pl.col("power_oxidation")
    return cells.with_columns(
        *(pl.col(name) * heat for name in _ENERGIES),
        reference_co2_kt=(pl.col("apparent") - pl.col("excluded")) * carbon * pl.col("oxidation"),
        sectoral_co2_kt=burnt * carbon * pl.when(used == 0).then(0.0).otherwise(counted),
    )


def _look_up(cells: pl.DataFrame, factors: pl.DataFrame, variable: str, name: str) -> pl.DataFrame:
    found = find_factors(cells, factors, variable).rename({"value": name})
    grade = pl.max_horizontal("grade", "grade_right")
    return found.with_columns(grade=grade).drop(
        "uncertainty", "source_id", "grade_right", "note_zh", "note_en", "found"
    )


def _sum(valued: pl.DataFrame, group: pl.Expr) -> pl.DataFrame:
    sums = (*_ENERGIES, "reference_co2_kt", "sectoral_co2_kt")
    whole = [pl.when(~pl.col(name).is_null().any()).then(pl.col(name).sum()).alias(name) for name in sums]
    return valued.group_by(*_KEY, group.alias("group"), maintain_order=True).agg(
        *whole, grade=pl.max_horizontal(pl.col("grade").max(), pl.lit("B"))
    )


def _compare(grouped: pl.DataFrame) -> pl.DataFrame:
    reference = pl.col("apparent") - pl.col("excluded")
    gap = reference - pl.col("sectoral")
    told = pl.col("conversion") + pl.col("loss") + pl.col("difference") - pl.col("recovered")
    sectoral, theirs = pl.col("sectoral"), pl.col("sectoral_co2_kt")
    return grouped.select(
        *_KEY, "group", "grade", "reference_co2_kt", "sectoral_co2_kt",
        apparent_tj="apparent", untold_tj="untold", excluded_tj="excluded", reference_tj=reference,
        sectoral_tj="sectoral",
        energy_difference_share=pl.when(sectoral != 0).then(gap / sectoral),
        recovered_tj=-pl.col("recovered"), conversion_tj="conversion", loss_tj="loss",
        statistical_difference_tj="difference", unexplained_tj=gap - told,
        co2_difference_share=pl.when(theirs != 0).then(pl.col("reference_co2_kt") / theirs - 1),
    )  # fmt: skip


def _find_gaps(table: pl.DataFrame) -> list[Finding]:
    wide = table.filter(pl.col("energy_difference_share").abs() > NOTABLE)
    found = []
    for row in wide.iter_rows(named=True):
        cause = max(CAUSES, key=lambda name: abs(row[name] or 0.0))
        params = {
            "region": row["region"], "year": row["year"], "group": Named(*CLASS_NAMES[row["group"]]),
            "share": f"{row['energy_difference_share']:+.1%}", "cause": Named(*CAUSES[cause]),
        }  # fmt: skip
        found.append(Finding("reference_gap", params=params, severity="warning"))
    return found
