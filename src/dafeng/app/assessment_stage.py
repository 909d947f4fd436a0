"""The stage of the assessment accounts: own estimates of a pack by scope, beside what was fed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.tables import name_tables
from dafeng.inventory import ceads_factors
from dafeng.inventory.assessment import (
    Assessed,
    AssessmentTerms,
    GdpIndex,
    OwnSide,
    assess,
    chain_gdp,
    emit_power_plants,
    explain_gap,
    find_scope,
    list_figures,
    list_fossil_terms,
    list_power_terms,
    list_price_bases,
    list_scope_terms,
    list_scopes,
    trade_power,
)
from dafeng.period import latest_date
from dafeng.provenance import Step
from dafeng.result import Result
from dafeng.table import check
from dafeng.tracking import known_observations

if TYPE_CHECKING:
    from datetime import date

    from dafeng.app.stages import RunContext

ASSESSMENT_FILES = ("energy", "products", "economy", "factors", "observations", "assessed_figures")
GENERATION, CONSUMPTION, ENERGY = "generation_total", "elec_consumption_balance", "energy_consumption_total"
"""Series of a pack that feed the terms; a pack without them has these terms missing."""
TWH = 0.1
"""TWh in the unit of those series, 10^8 kWh."""
GRID_FACTOR = "ef_grid_electricity"


def assess_pack(context: RunContext) -> Result:
    """Return the assessment accounts of the pack: scopes, terms, accounts, three stages of figures, gaps."""
    tables, region = context.pack.tables, context.pack.config.pack.region
    observed = known_observations(tables["observations"], context.as_of).filter(pl.col("region") == region)
    factors = ceads_factors()
    trade = _trade(tables["energy"], tables["factors"], observed)
    terms = pl.concat(
        [
            list_fossil_terms(tables["energy"], factors, tables["products"]),
            list_power_terms(trade).filter(pl.col("value").is_not_null()),
            _energy_terms(observed),
        ]
    )
    index = pick_vintage(list_gdp_index(tables["economy"], region))
    gdp = chain_gdp(index)
    codes = list_scopes()["scope"].to_list()
    assessed = join_assessed([assess(terms, find_scope(code), gdp) for code in codes])
    given = _known_figures(tables["assessed_figures"], context.as_of)
    figures = list_figures(assessed, given)
    gap = explain_gap(OwnSide(assessed, terms, gdp_ratios(gdp)), figures)
    frames = {
        "assessment.scopes": list_scopes(),
        "assessment.scope_terms": list_scope_terms(),
        "assessment.price_bases": list_price_bases(),
        "assessment.power": trade,
        "assessment.gdp": gdp,
        "assessment.accounts": assessed.accounts,
        "assessment.terms": assessed.terms,
        "assessment.figures": figures,
        "assessment.gap": gap,
    }
    step = Step(
        "assessment.assess",
        "按各考核口径测算并与反馈数、核定数并列",
        "own estimates by assessment scope beside feedback and approved figures",
        {"scopes": codes, "gdp_vintage": index["vintage"].first()},
        assessed.accounts.height,
    )
    return Result("assessment", name_tables(frames), (step,))


def join_assessed(parts: list[Assessed]) -> Assessed:
    """Return the accounts of several scopes as one."""
    accounts, terms = ([getattr(part, name) for part in parts] for name in ("accounts", "terms"))
    return Assessed(pl.concat(accounts), pl.concat(terms))


def gdp_ratios(gdp: pl.DataFrame) -> dict[str, dict[int, float | None]]:
    """Return ``region -> year -> ratio to the year before`` of a :class:`ConstantGdp` table."""
    found: dict[str, dict[int, float | None]] = {}
    for region, year, ratio in gdp.select("region", "year", "gdp_ratio").iter_rows():
        found.setdefault(region, {})[year] = ratio
    return found


def list_gdp_index(economy: pl.DataFrame, region: str) -> pl.DataFrame:
    """Return the GDP indices of a region by vintage, with nominal GDP of the same vintage.

    Returns
    -------
    GdpIndex
        Years with an index.
    """
    key = ["region", "year", "vintage"]
    own = economy.filter(pl.col("region") == region)
    index = own.filter((pl.col("variable") == "gdp_index") & (pl.col("price_basis") == "constant"))
    nominal = own.filter((pl.col("variable") == "gdp") & (pl.col("price_basis") == "current"))
    joined = index.select(*key, gdp_index="value").join(
        nominal.select(*key, gdp_nominal="value"), on=key, how="full", coalesce=True
    )
    with_index = joined.filter(pl.col("gdp_index").is_not_null().any().over("region", "vintage"))
    return check(with_index.with_columns(unit=pl.lit("10^8 CNY")).sort(key), GdpIndex)


def pick_vintage(index: pl.DataFrame, vintage: str | None = None) -> pl.DataFrame:
    """Return one vintage: the named one, else the one with the longest chain (the first by name if equal)."""
    if vintage is None and index.height:
        counted = index.group_by("vintage", maintain_order=True).agg(years=pl.col("gdp_index").count())
        vintage = counted.sort(["years", "vintage"], descending=[True, False])["vintage"][0]
    return index.filter(pl.col("vintage") == vintage) if vintage else index


def _yearly(observed: pl.DataFrame, series: str) -> pl.DataFrame:
    """Return ``region, year, value, source_id, grade`` of a series without conflicting years."""
    return (
        observed.filter(
            (pl.col("series_id") == series)
            & (pl.col("bound") == "eq")
            & pl.col("period").str.contains(r"^[0-9]{4}$")
        )
        .with_columns(year=pl.col("period").cast(pl.Int64))
        .group_by("region", "year", maintain_order=True)
        .agg(
            pl.col("value").first(),
            pl.col("source_id").first(),
            pl.col("grade").min(),
            count=pl.col("value").n_unique(),
        )
        .filter(pl.col("count") == 1)
        .drop("count")
        .sort("region", "year")
    )


def _trade(energy: pl.DataFrame, factors: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    key = ["region", "year"]
    made, used = (_yearly(observed, series) for series in (GENERATION, CONSUMPTION))
    volumes = made.select(*key, generation_twh=pl.col("value") * TWH, made="grade").join(
        used.select(*key, consumption_twh=pl.col("value") * TWH, used="grade"),
        on=key,
        how="full",
        coalesce=True,
    )
    graded = volumes.with_columns(grade=pl.max_horizontal("made", "used")).drop("made", "used")
    published = factors.filter((pl.col("variable") == GRID_FACTOR) & (pl.col("unit") == "kg CO2/kWh")).select(
        *key, published_factor="value"
    )
    return trade_power(graded, emit_power_plants(energy, ceads_factors()), published)


def _energy_terms(observed: pl.DataFrame) -> pl.DataFrame:
    total = _yearly(observed, ENERGY).select(
        "region",
        "year",
        term=pl.lit("energy_total"),
        stage=pl.lit("own_estimate"),
        power_factor=pl.lit("none"),
        unit=pl.lit("10^4 tce"),
        value="value",
        source_id="source_id",
        grade="grade",
    )
    return check(total, AssessmentTerms)


def _known_figures(figures: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the figures that were known on a day; without a date they count as known."""
    days = figures["document_date"].to_list()
    known = [day is None or latest_date(day) <= as_of for day in days]
    return figures.filter(pl.Series(known, dtype=pl.Boolean))
