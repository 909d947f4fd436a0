r"""CO2 of traded power: net import times a factor, the rule of the factor being part of the account.

Net export is generation minus consumption, losses being part of consumption as in the yearbook. The own
factor is the CO2 of the fuels that thermal plants take in for power, over all power of the territory.
1 TWh at 1 kg CO2/kWh is 1 Mt.
"""

from __future__ import annotations

import polars as pl

from dafeng.inventory.assessment.contracts import AssessmentTerms, PowerTrade
from dafeng.inventory.combustion import MT_PER_ACTIVITY, POWER_SECTOR, sum_known
from dafeng.table import check

RULES = {"own_generation": "own_factor", "published": "published_factor"}
"""Rule of the power factor -> column of :class:`PowerTrade`."""


def emit_power_plants(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return CO2 of the fuels that thermal plants take in for power.

    Parameters
    ----------
    energy : EnergyUse
        May have ``grade``.
    factors : CarbonFactor

    Returns
    -------
    polars.DataFrame
        ``region, year, co2_mt`` [Mt CO2]; null where a quantity is not known.
    """
    own = factors.filter(pl.col("sector") == POWER_SECTOR).select("fuel", "factor")
    taken = energy.filter(
        (pl.col("variable") == "transformation_input") & (pl.col("sector") == "thermal_power")
    )
    return (
        taken.join(own, on="fuel", how="inner")
        .with_columns(co2_mt=pl.col("value") * pl.col("factor") * MT_PER_ACTIVITY)
        .group_by("region", "year", maintain_order=True)
        .agg(co2_mt=sum_known("co2_mt"))
    )


def trade_power(volumes: pl.DataFrame, plants: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """Return net power export with the factors that could be applied to it.

    Parameters
    ----------
    volumes : polars.DataFrame
        ``region, year, generation_twh, consumption_twh`` [TWh] and ``grade``.
    plants : polars.DataFrame
        As :func:`emit_power_plants` returns it.
    published : polars.DataFrame
        ``region, year, published_factor`` [kg CO2/kWh].

    Returns
    -------
    PowerTrade
    """
    key = ["region", "year"]
    joined = volumes.join(plants, on=key, how="left").join(published, on=key, how="left")
    known = pl.when(pl.col("generation_twh") > 0).then(pl.col("generation_twh"))
    trade = joined.sort(key).select(
        *key,
        "generation_twh",
        "consumption_twh",
        net_export_twh=pl.col("generation_twh") - pl.col("consumption_twh"),
        own_factor=pl.col("co2_mt") / known,
        published_factor="published_factor",
        factor_unit=pl.lit("kg CO2/kWh"),
        grade="grade",
    )
    return check(trade, PowerTrade)


def list_power_terms(trade: pl.DataFrame) -> pl.DataFrame:
    """Return the term ``co2_net_power_import`` by each rule of the factor; net export is negative.

    Returns
    -------
    AssessmentTerms
    """
    parts = [
        trade.select(
            "region",
            "year",
            term=pl.lit("co2_net_power_import"),
            stage=pl.lit("own_estimate"),
            power_factor=pl.lit(rule),
            unit=pl.lit("Mt CO2"),
            value=-pl.col("net_export_twh") * pl.col(column),
            source_id=pl.lit(None, pl.String),
            grade=pl.max_horizontal("grade", pl.lit("B")),
        )
        for rule, column in RULES.items()
    ]
    return check(pl.concat(parts), AssessmentTerms)
