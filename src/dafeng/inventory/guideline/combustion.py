r"""Combustion by the second method: heat value x carbon content x oxidation, CH4 and N2O per TJ.

.. math:: E_{CO_2} = AD \cdot NCV \cdot C \cdot OX \cdot 44/12, \qquad E_g = AD \cdot NCV \cdot EF_g

AD is the fuel burnt: final consumption and the inputs of power and heat (which count under 1A1a).

* Use as raw material is taken off whole: first from the five chemical industries in proportion to their
  use, what remains from the other industries (power and heat excepted).
* Gas of blast furnaces and converters is made of coke that counts as burnt where it is used. Its CO2 is
  included there (IE) while the province burns coke; CH4 and N2O are counted where the gas burns. ``Other
  gas`` counts up to what gas works gave out: the rest is recovered gas of the same kind.
* Coke of blast furnaces counts here, under iron and steel (1A2a), not as a process: the process lines hold
  flux, electrodes and bought pig iron only, so that no carbon counts twice.

Sources: IPCC 2006 Guidelines vol. 2 ch. 2 (eq. 2.1, 2.2) and ch. 1 (feedstock, oxidation), vol. 3 ch. 4.2
(carbon of blast furnace gas); provincial guideline (2025) for the Chinese defaults.
"""

from __future__ import annotations

import polars as pl

from dafeng import terms
from dafeng.inventory.combustion import CHEMICAL_SECTORS, POWER_SECTOR, select_burnt, sum_known
from dafeng.inventory.guideline.contracts import EmissionLine
from dafeng.inventory.guideline.factors import GROUPS, SPREAD, factors_in_use, find_factors
from dafeng.table import check, columns_of

CARBON_TO_CO2 = 44 / 12
ACTIVITY_HALF_WIDTH = 0.05
"""Default 95 % half-width of fuel statistics: IPCC 2006 vol. 2 ch. 1, activity data uncertainties. [1]"""
GASES = {"CH4": "ef_ch4_combustion", "N2O": "ef_n2o_combustion"}
FURNACE_GASES = ("Blast_Furnace_Gas", "Converter_Gas")
MIXED_GAS = "Other_Gas"
CELL = ["region", "year", "sector", "fuel"]
_UNKNOWN_ZH, _UNKNOWN_EN = "活动水平未公布", "the activity is not published"
_NO_FACTOR_ZH, _NO_FACTOR_EN = "没有可用因子，可由使用者给出", "no usable factor; the user can give it"
_INCLUDED_ZH = "回收煤气：其碳已随焦炭计入，不重复计"
_INCLUDED_EN = "recovered gas: its carbon is counted with the coke"


def count_activity(energy: pl.DataFrame) -> pl.DataFrame:
    """Return the fuel burnt by cell, with what was taken off.

    Parameters
    ----------
    energy : EnergyUse
        May have ``grade``; without it every row counts as grade B.

    Returns
    -------
    polars.DataFrame
        ``region, year, sector, fuel, gross, feedstock, activity, recovered, grade`` [accounting unit of the
        fuel]: ``activity = gross - feedstock``; ``recovered`` is the part of it whose carbon counts
        elsewhere. Heat and electricity are left out, and cells that are zero.
    """
    graded = energy if "grade" in energy.columns else energy.with_columns(grade=pl.lit("B"))
    burnt = (
        select_burnt(graded)
        .filter(~pl.col("fuel").is_in(["Heat", "Electricity"]))
        .group_by(CELL, maintain_order=True)
        .agg(gross=sum_known("value"), grade=pl.col("grade").max())
    )
    cells = _find_recovered(_take_feedstock(burnt, graded), graded)
    return cells.filter((pl.col("gross") != 0).fill_null(value=True))


def _take_feedstock(burnt: pl.DataFrame, energy: pl.DataFrame) -> pl.DataFrame:
    key = ["region", "year", "fuel"]
    used = (
        energy.filter(pl.col("variable") == "non_energy_use")
        .group_by(key, maintain_order=True)
        .agg(_all=sum_known("value"), _given=pl.lit(value=True))
    )
    joined = burnt.join(used, on=key, how="left", maintain_order="left")
    whole = pl.when(pl.col("_given").is_null()).then(0.0).otherwise(pl.col("_all"))
    industry = [
        code for code, row in terms.entries("sectors").items()
        if int(row["row"]) <= 41 and code != POWER_SECTOR and row["group"] not in {"agriculture", "services"}
    ]  # fmt: skip
    chemical = pl.col("sector").is_in(CHEMICAL_SECTORS)
    other = pl.col("sector").is_in(industry) & ~chemical
    joined = joined.with_columns(
        _all=whole,
        _chemical=pl.when(chemical).then(pl.col("gross").clip(lower_bound=0)).otherwise(0.0),
        _other=pl.when(other).then(pl.col("gross").clip(lower_bound=0)).otherwise(0.0),
    )
    first = pl.min_horizontal(pl.col("_all"), sum_known("_chemical").over(key))
    joined = joined.with_columns(_first=first)
    rest = pl.min_horizontal(pl.col("_all") - pl.col("_first"), sum_known("_other").over(key))
    joined = joined.with_columns(_rest=rest)
    feedstock = _share("_chemical", "_first", key) + _share("_other", "_rest", key)
    unknown = pl.col("_all").is_null() & (chemical | other)
    made = joined.with_columns(feedstock=pl.when(~unknown).then(feedstock))
    return made.with_columns(activity=pl.col("gross") - pl.col("feedstock")).select(
        *CELL, "gross", "feedstock", "activity", "grade"
    )


def _share(own: str, taken: str, key: list[str]) -> pl.Expr:
    """Return what a cell gives of an amount that is taken in proportion; nothing where the cell is nil."""
    part = pl.col(own) * pl.col(taken) / sum_known(own).over(key)
    return pl.when(pl.col(own) == 0).then(0.0).otherwise(part)


def _find_recovered(cells: pl.DataFrame, energy: pl.DataFrame) -> pl.DataFrame:
    key = ["region", "year"]
    works = (pl.col("sector") == "gas_works") & (pl.col("fuel") == MIXED_GAS) & (pl.col("value") < 0)
    made = energy.filter(works).group_by(key, maintain_order=True).agg(_made=-pl.col("value").sum())
    coke = pl.when(pl.col("fuel") == "Coke").then(pl.col("gross")).otherwise(0.0)
    mixed = pl.when(pl.col("fuel") == MIXED_GAS).then(pl.col("gross")).otherwise(0.0)
    joined = cells.join(made, on=key, how="left", maintain_order="left").with_columns(
        _coke=coke.sum().over(key), _mixed=mixed.sum().over(key), _made=pl.col("_made").fill_null(0.0)
    )
    beyond = (1 - pl.col("_made") / pl.col("_mixed")).clip(0.0, 1.0)
    share = (
        pl.when(pl.col("_coke") <= 0).then(0.0)
        .when(pl.col("fuel").is_in(FURNACE_GASES)).then(1.0)
        .when((pl.col("fuel") == MIXED_GAS) & (pl.col("_mixed") > 0)).then(beyond)
        .otherwise(0.0)
    )  # fmt: skip
    recovered = joined.with_columns(recovered=pl.col("activity") * share)
    return recovered.select(*CELL, "gross", "feedstock", "activity", "recovered", "grade")


def emit_guideline_combustion(energy: pl.DataFrame, own: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return CO2, CH4 and N2O of combustion by sector and fuel.

    Parameters
    ----------
    energy : EnergyUse
    own : Factors, optional
        The province's own factors: they go before the defaults.

    Returns
    -------
    EmissionLine
        NE where activity or factor is not known, IE where the carbon counts elsewhere. [kt]

    Raises
    ------
    InputRefused
        Own factors in a wrong unit or of grade C or X.
    """
    cells = _place_cells(count_activity(energy))
    factors = factors_in_use(cells, own)
    heat = find_factors(cells, factors, "heat_value")
    cells = heat.rename({"value": "ncv", "uncertainty": "ncv_u", "source_id": "ncv_source"}).with_columns(
        heat_grade=pl.col("grade_right"), heat_zh="note_zh", heat_en="note_en"
    )
    cells = cells.drop("grade_right", "note_zh", "note_en", "found")
    lines = [_co2_lines(cells, factors), *(_other_lines(cells, factors, gas) for gas in GASES)]
    return check(pl.concat(lines).sort("region", "year", "category", "sector", "fuel", "gas"), EmissionLine)


def _place_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Add IPCC category, group of sectors and unit to the cells."""
    categories = {code: row["ipcc_2006"].split(";")[0] for code, row in terms.entries("sectors").items()}
    groups = {
        code: next(group for prefix, group in GROUPS.items() if category.startswith(prefix))
        for code, category in categories.items()
    }
    units = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
    sector, fuel = pl.col("sector"), pl.col("fuel")
    return cells.with_columns(
        category=sector.replace_strict(categories, return_dtype=pl.String),
        group=sector.replace_strict(groups, return_dtype=pl.String),
        activity_unit=fuel.replace_strict(units, return_dtype=pl.String),
    )


def _co2_lines(cells: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    for variable, short in (("carbon_content", "c"), ("oxidation", "ox"), (SPREAD, "spread")):
        found = find_factors(cells, factors, variable)
        names = {"value": short, "uncertainty": f"{short}_u", "source_id": f"{short}_source"}
        kept = {"grade_right": f"{short}_grade", "note_zh": f"{short}_zh", "note_en": f"{short}_en"}
        cells = found.rename(names | kept).drop("found")
    counted = pl.col("activity") - pl.col("recovered")
    included = (pl.col("recovered") > 0) & (counted <= 1e-12 * pl.col("activity"))
    squares = pl.sum_horizontal(
        *(pl.col(f"{name}_u") ** 2 for name in ("ncv", "c", "ox")), ignore_nulls=False
    )
    spread = squares.is_null() & pl.col("spread").is_not_null()
    spread_source = pl.when(spread).then("spread_source")
    sources = (
        pl.concat_list("ncv_source", "c_source", "ox_source", spread_source)
        .list.drop_nulls()
        .list.unique(maintain_order=True)
    )
    made = cells.with_columns(
        gas=pl.lit("CO2"),
        included=included.fill_null(value=False),
        counted=counted,
        factor=pl.col("ncv") * pl.col("c") * pl.col("ox") * CARBON_TO_CO2 / 1000,
        factor_uncertainty=squares.sqrt().fill_null(pl.col("spread")),
        factor_id="ef_co2_combustion/" + pl.col("fuel"),
        source_id=sources.list.join(";").replace("", None),
        factor_grade=pl.max_horizontal("heat_grade", "c_grade", "ox_grade"),
        factor_zh=_join_notes("zh", spread, "；"), factor_en=_join_notes("en", spread, "; "),
        tier=pl.lit("T2"),
    )  # fmt: skip
    return _as_lines(made)


def _join_notes(language: str, spread: pl.Expr, separator: str) -> pl.Expr:
    """Return the note of the factor, and of its spread where that is used."""
    own = pl.coalesce(*(pl.col(f"{name}_{language}") for name in ("c", "heat", "ox")))
    also = pl.when(spread).then(pl.col(f"spread_{language}"))
    return pl.concat_str(own, also, separator=separator, ignore_nulls=True).replace("", None)


def _other_lines(cells: pl.DataFrame, factors: pl.DataFrame, gas: str) -> pl.DataFrame:
    found = find_factors(cells, factors, GASES[gas])
    both = pl.concat_list("ncv_source", "source_id").list.drop_nulls().list.unique(maintain_order=True)
    made = found.with_columns(
        gas=pl.lit(gas), included=pl.lit(value=False), counted=pl.col("activity"),
        recovered=pl.lit(0.0),
        factor=pl.col("ncv") * pl.col("value") / 1e6,
        factor_uncertainty=(pl.col("ncv_u") ** 2 + pl.col("uncertainty") ** 2).sqrt(),
        factor_id=pl.col("found"), source_id=both.list.join(";").replace("", None),
        factor_grade=pl.max_horizontal("heat_grade", "grade_right"),
        factor_zh=pl.coalesce("note_zh", "heat_zh"), factor_en=pl.coalesce("note_en", "heat_en"),
        tier=pl.lit("T1"),
    )  # fmt: skip
    return _as_lines(made.drop("value", "note_zh", "note_en"))


def _as_lines(cells: pl.DataFrame) -> pl.DataFrame:
    nil = (pl.col("counted") == 0).fill_null(value=False)
    missing = ~nil & (pl.col("counted").is_null() | pl.col("factor").is_null())
    emitted = pl.when(nil).then(0.0).otherwise(pl.col("counted") * pl.col("factor"))
    value = pl.when(~pl.col("included")).then(emitted)
    notation = pl.when(pl.col("included")).then(pl.lit("IE")).when(missing).then(pl.lit("NE"))
    full = cells.with_columns(
        activity="counted", value=value, unit=pl.lit("kt"), notation=notation,
        factor_unit="kt " + pl.col("gas") + "/(" + pl.col("activity_unit") + ")",
        activity_uncertainty=pl.when(~missing).then(ACTIVITY_HALF_WIDTH),
        tier=pl.when(value.is_not_null()).then("tier"),
        grade=pl.max_horizontal("grade", "factor_grade", pl.lit("B")),
        note_zh=_notes("zh", "；"), note_en=_notes("en", "; "),
    )  # fmt: skip
    return full.select([spec.name for spec in columns_of(EmissionLine)])


def _notes(language: str, separator: str) -> pl.Expr:
    """Return what a reader must know of a line: what was taken off, what is missing, the factor's note."""
    unknown, none, included, off, part = {
        "zh": (
            _UNKNOWN_ZH, _NO_FACTOR_ZH, _INCLUDED_ZH, "已扣除用作原料 {}",
            "不含 {} 回收煤气，其碳已随焦炭计入",
        ),
        "en": (
            _UNKNOWN_EN, _NO_FACTOR_EN, _INCLUDED_EN, "raw-material use of {} taken off",
            "without {} of recovered gas, whose carbon is counted with the coke",
        ),
    }[language]  # fmt: skip
    partly = (pl.col("recovered") > 0) & ~pl.col("included")
    return pl.concat_str(
        pl.when(pl.col("counted").is_null()).then(pl.lit(unknown)),
        pl.when(pl.col("factor").is_null()).then(pl.lit(none)),
        pl.when(pl.col("included")).then(pl.lit(included)),
        pl.when(pl.col("feedstock") > 0).then(pl.format(off, pl.col("feedstock").round(2))),
        pl.when(partly).then(pl.format(part, pl.col("recovered").round(2))),
        pl.col(f"factor_{language}"),
        separator=separator, ignore_nulls=True,
    ).replace("", None)  # fmt: skip
