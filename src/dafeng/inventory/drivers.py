r"""What moved combustion CO2: population, output, energy intensity, structure, fuels (extended Kaya).

.. math:: C = \sum_{ij} P \cdot \frac{G}{P} \cdot \frac{E}{G} \cdot \frac{E_i}{E} \cdot \frac{E_{ij}}{E_i}
\cdot
          \frac{C_{ij}}{E_{ij}}

with population P, gross regional product in constant prices G, and fossil energy burnt E by sector i and
fuel j, the same quantities that the emissions are computed from (feedstock taken out, inputs of power and
heat in that sector). The second identity leaves P and G out. A fuel without a published calorific value
keeps its physical quantity: its term is P (G/P) (E/G) (a/E) (C/a), exact as well, with the whole of its
share under fuel mix and none in E.

Sources: Y. Kaya (1990); B. W. Ang (2004), doi:10.1016/S0301-4215(03)00076-4; the extension by sector and
fuel: B. W. Ang (2005), doi:10.1016/j.enpol.2003.10.010, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dafeng import terms
from dafeng.decomposition.contracts import EmissionDrivers, EmissionEffects
from dafeng.decomposition.effects import decompose_table
from dafeng.inventory.combustion import MT_PER_ACTIVITY, sum_activity
from dafeng.table import check, empty_table

YEAR = ["region", "year"]
STRUCTURE = ("sector_structure", "fuel_mix", "emission_factor")
IDENTITIES: dict[str, tuple[str, ...]] = {
    "kaya_extended": ("population", "gdp_per_head", "energy_intensity", *STRUCTURE),
    "energy_structure": ("energy_use", *STRUCTURE),
}
"""Identity -> factors; both are decomposed year on year."""


@dataclass(frozen=True, slots=True, eq=False)
class DecomposedEmissions:
    """The decomposition of combustion CO2.

    Attributes
    ----------
    effects : EmissionEffects
    drivers : EmissionDrivers
    gdp_vintage, population_vintage : str
        Version of each series that was used alone; empty when none covers the years.
    price_year : int or None
        Year in whose prices output is counted; None: an index.
    """

    effects: pl.DataFrame
    drivers: pl.DataFrame
    gdp_vintage: str
    population_vintage: str
    price_year: int | None


def decompose_emissions(
    energy: pl.DataFrame, factors: pl.DataFrame, economy: pl.DataFrame, region: str
) -> DecomposedEmissions:
    """Split the yearly change of combustion CO2 of a province into the effects of its drivers.

    Parameters
    ----------
    energy : EnergyUse
    factors : CarbonFactor
    economy : Economy
        Population, and the index of gross regional product (previous year = 100) with a nominal value.
    region : str
        Code of the province.

    Returns
    -------
    DecomposedEmissions
        Years whose emissions are known whole; an identity without its series, or with fewer than two such
        years, has no rows.
    """
    cells = _cells(energy.filter(pl.col("region") == region), factors)
    years = cells["year"].unique().sort().to_list()
    own = economy.filter(pl.col("region") == region)
    gdp, gdp_vintage, price_year = constant_gdp(own, years)
    people, people_vintage = _population(own, years)
    if len(years) < 2:
        return DecomposedEmissions(
            empty_table(EmissionEffects),
            empty_table(EmissionDrivers),
            gdp_vintage,
            people_vintage,
            price_year,
        )
    drivers = _drivers(cells, people, gdp, price_year, (gdp_vintage, people_vintage))
    ready = _factors(cells, drivers)
    effects = [
        _effects(ready.drop_nulls(names), identity, names)
        for identity, names in IDENTITIES.items()
        if ready.drop_nulls(names)["year"].n_unique() > 1
    ]
    table = check(pl.concat(effects), EmissionEffects) if effects else empty_table(EmissionEffects)
    return DecomposedEmissions(table, drivers, gdp_vintage, people_vintage, price_year)


def _cells(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return what is burnt and emitted by cell, in years in which every emitting cell is known."""
    heat = {row["fuel"]: float(row["tj_per_activity_unit"]) for row in terms.rows("calorific")}
    cells = sum_activity(energy).join(
        factors.select("sector", "fuel", "factor", factor_grade="grade"), on=["sector", "fuel"],
        how="inner", validate="m:1", maintain_order="left",
    )  # fmt: skip
    cells = cells.filter(pl.col("factor") > 0).with_columns(
        co2_mt=pl.col("activity") * pl.col("factor") * MT_PER_ACTIVITY,
        heat=pl.col("fuel").replace_strict(heat, default=None, return_dtype=pl.Float64),
        year=pl.col("year").cast(pl.Int64), grade=pl.max_horizontal("grade", "factor_grade", pl.lit("B")),
    )  # fmt: skip
    cells = cells.with_columns(tj=pl.col("activity") * pl.col("heat"))
    whole = cells.filter(~(pl.col("activity").is_null() | (pl.col("activity") < 0)).any().over(YEAR))
    return whole.filter(pl.col("activity") > 0)


def constant_gdp(economy: pl.DataFrame, years: list[int]) -> tuple[pl.DataFrame, str, int | None]:
    """Return gross regional product in constant prices from one vintage alone.

    Parameters
    ----------
    economy : Economy
        One region.
    years : list of int
        Years wanted.

    Returns
    -------
    tuple
        ``year, gdp, gdp_unit, source_id, grade``; the vintage, of those with an index the one with most
        of the years; the price year, the latest in which that vintage has a nominal value too (None: the
        first year is 100). Years that the chain of the index does not reach are left out.
    """
    index = economy.filter((pl.col("variable") == "gdp_index") & (pl.col("unit") == "previous year = 100"))
    counts = index.filter(pl.col("year").is_in(years)).group_by("vintage").len()
    texts = dict.fromkeys(("gdp_unit", "source_id", "grade"), pl.String)
    blank = pl.DataFrame(schema={"year": pl.Int64, "gdp": pl.Float64, **texts})
    if counts.is_empty():
        return blank, "", None
    vintage = str(counts.sort(["len", "vintage"], descending=[True, False])["vintage"][0])
    nominal = economy.filter(
        (pl.col("variable") == "gdp") & (pl.col("vintage") == vintage) & (pl.col("price_basis") == "current")
    )
    chain = _last_run(index.filter(pl.col("vintage") == vintage).sort("year"))
    level = chain.with_columns(gdp=(pl.col("value") / 100).cum_prod())
    based = level.join(nominal.select("year", nominal="value", unit_nominal="unit"), on="year").sort("year")
    if based.is_empty():
        made = level.with_columns(gdp=100 * pl.col("gdp") / pl.col("gdp").first(), gdp_unit=pl.lit("index"))
        return made.select(blank.columns), vintage, None
    price_year, at_base, value, unit = based.select("year", "gdp", "nominal", "unit_nominal").row(-1)
    made = level.with_columns(gdp=pl.col("gdp") * (value / at_base), gdp_unit=pl.lit(unit))
    return made.select(blank.columns), vintage, int(price_year)


def _last_run(index: pl.DataFrame) -> pl.DataFrame:
    """Return the last run of years without a gap: an index cannot be chained over one."""
    run = (pl.col("year").diff().fill_null(1) != 1).cum_sum()
    return index.with_columns(_run=run).filter(pl.col("_run") == pl.col("_run").max()).drop("_run")


def _population(economy: pl.DataFrame, years: list[int]) -> tuple[pl.DataFrame, str]:
    people = economy.filter(pl.col("variable") == "population")
    counts = people.filter(pl.col("year").is_in(years)).group_by("vintage").len()
    vintage = (
        str(counts.sort(["len", "vintage"], descending=[True, False])["vintage"][0]) if counts.height else ""
    )
    own = people.filter(pl.col("vintage") == vintage)
    return own.select(
        "year", population="value", population_unit="unit", source_id="source_id", grade="grade"
    ), vintage


def _drivers(
    cells: pl.DataFrame,
    people: pl.DataFrame,
    gdp: pl.DataFrame,
    price_year: int | None,
    vintages: tuple[str, str],
) -> pl.DataFrame:
    unit = pl.col("gdp_unit") if price_year is None else pl.col("gdp_unit") + f"_{price_year}"
    totals = cells.group_by(YEAR, maintain_order=True).agg(
        co2_mt=pl.col("co2_mt").sum(), energy_tj=pl.col("tj").sum(), grade=pl.col("grade").max()
    )
    joined = totals.join(people.rename({"source_id": "s1", "grade": "g1"}), on="year", how="left").join(
        gdp.rename({"source_id": "s2", "grade": "g2"}), on="year", how="left"
    )
    named = joined.with_columns(
        gdp_unit=unit,
        gdp_vintage=pl.lit(vintages[0] or None, pl.String),
        population_vintage=pl.lit(vintages[1] or None, pl.String),
        grade=pl.max_horizontal("grade", "g1", "g2"),
        sources=pl.concat_str("s1", "s2", separator=";", ignore_nulls=True),
    )  # fmt: skip
    return check(named.drop("s1", "s2", "g1", "g2").sort(YEAR), EmissionDrivers)


def _factors(cells: pl.DataFrame, drivers: pl.DataFrame) -> pl.DataFrame:
    """Return the factors of both identities by cell; their products are the emissions.

    A cell that burns nothing in a year has a fuel mix of zero there and keeps its emission factor, so
    that what appears or disappears counts as a change of fuels (and of sectors, where a whole sector
    does).
    """
    kinds = cells.select("region", "sector", "fuel", "factor", "heat").unique(maintain_order=True)
    grid = drivers.drop("co2_mt", "grade", "sources").join(kinds, on="region")
    amounts = cells.select(*YEAR, "sector", "fuel", "activity", "tj")
    joined = grid.join(amounts, on=[*YEAR, "sector", "fuel"], how="left", maintain_order="left")
    with_heat = pl.col("heat").is_not_null()
    amount = pl.coalesce("tj", "activity").fill_null(0.0)
    sector_tj = pl.col("tj").sum().over([*YEAR, "sector"])
    within = pl.when(with_heat).then(sector_tj).otherwise(pl.col("energy_tj"))
    return joined.with_columns(
        category=pl.col("sector") + "/" + pl.col("fuel"),
        gdp_per_head=pl.col("gdp") / pl.col("population"),
        energy_intensity=pl.col("energy_tj") / pl.col("gdp"),
        energy_use=pl.col("energy_tj"),
        sector_structure=pl.when(with_heat).then(sector_tj / pl.col("energy_tj")).otherwise(1.0),
        fuel_mix=pl.when(within > 0).then(amount / within).otherwise(0.0),
        emission_factor=pl.col("factor") * MT_PER_ACTIVITY / pl.col("heat").fill_null(1.0),
    )


def _effects(table: pl.DataFrame, identity: str, names: tuple[str, ...]) -> pl.DataFrame:
    frames = []
    for one in decompose_table(table, names, by=["region"]):
        for place, start, end in one.steps():
            frames.append(
                pl.DataFrame({
                    "region": one.group[0], "identity": identity, "from_year": start, "to_year": end,
                    "factor": list(names), "value_mt": one.result.effects[place],
                    "cumulative_mt": one.result.cumulative[place], "ratio": one.result.ratios[place],
                }, schema_overrides={"from_year": pl.Int64, "to_year": pl.Int64})
            )  # fmt: skip
    return pl.concat(frames)
