r"""Why the second method differs from the first: the difference of CO2 by sector and fuel, in terms.

For a cell burnt by both methods, in this order (the terms add up exactly):

.. math:: E_2 - E_1 = (A_n - A_1) F_1 + (A_2 - A_n) F_1 + A_2 (F_2 - F_1)

A_1 activity of the first method, A_n after the raw-material use that the second takes off, A_2 without
recovered gas. The first method's factor is published as a product only; with its heat values given, the last
term is split into heat value, A_2 (H_2 - H_1) F_1 / H_1, and carbon content x oxidation,
A_2 H_2 (F_2 / H_2 - F_1 / H_1).
"""

from __future__ import annotations

import polars as pl

from dafeng.inventory.combustion import MT_PER_ACTIVITY, sum_activity, sum_known
from dafeng.inventory.guideline.combustion import CELL, count_activity
from dafeng.inventory.guideline.method_contracts import MethodGap, MethodTotal
from dafeng.table import check, columns_of

MT_PER_KT = 0.001
PROCESS = "process"
_KEY = ["region", "year"]


def explain_gap(
    energy: pl.DataFrame, lines: pl.DataFrame, first: pl.DataFrame, emissions: pl.DataFrame,
    heat: pl.DataFrame | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return second minus first method by sector, fuel and term.

    Parameters
    ----------
    energy : EnergyUse
    lines : EmissionLine
        Of the second method, made from the same energy table.
    first : CarbonFactor
        Factors of the first method.
    emissions : Emissions
        Of the first method: its process rows.
    heat : polars.DataFrame, optional
        ``fuel, first_tj, second_tj``: heat per accounting unit in both methods; splits the factor term.

    Returns
    -------
    MethodGap
        Terms that are exactly zero have no row. [Mt CO2]
    """
    parts = [_combustion_terms(energy, lines, first, heat), _process_terms(lines, emissions)]
    terms = pl.concat([part.select([spec.name for spec in columns_of(MethodGap)]) for part in parts])
    kept = terms.filter((pl.col("value_mt") != 0).fill_null(value=True))
    return check(kept.sort(*CELL, "term"), MethodGap)


def _combustion_terms(
    energy: pl.DataFrame, lines: pl.DataFrame, first: pl.DataFrame, heat: pl.DataFrame | None
) -> pl.DataFrame:
    burnt = sum_activity(energy).select(*CELL, a1="activity")
    second = lines.filter((pl.col("gas") == "CO2") & pl.col("category").str.starts_with("1A"))
    theirs = first.select("sector", "fuel", f1=pl.col("factor") * MT_PER_ACTIVITY)
    ours = second.select(*CELL, f2=pl.col("factor") * MT_PER_KT)
    cells = (
        count_activity(energy)
        .join(burnt, on=CELL, how="left", maintain_order="left")
        .join(theirs, on=["sector", "fuel"], how="left", maintain_order="left")
        .join(ours, on=CELL, how="left", maintain_order="left")
    )  # fmt: skip
    if heat is not None:
        cells = cells.join(heat, on="fuel", how="left", maintain_order="left")
    f1, f2, a1 = pl.col("f1"), pl.col("f2"), pl.col("a1")
    a2 = pl.col("activity") - pl.col("recovered")
    both, alone = f1.is_not_null() & f2.is_not_null(), f1.is_null() & f2.is_not_null()
    terms = {
        "non_energy_use": (both, (pl.col("activity") - a1) * f1),
        "recovered_gas": (both, -pl.col("recovered") * f1),
        **_factor_terms(both, a2, split=heat is not None),
        "only_second": (alone, a2 * f2),
        "not_estimated": (f1.is_not_null() & f2.is_null(), -a1 * f1),
    }
    return pl.concat(
        [
            cells.filter(where).select(*CELL, term=pl.lit(term), value_mt=value)
            for term, (where, value) in terms.items()
        ]
    )


def _factor_terms(both: pl.Expr, a2: pl.Expr, *, split: bool) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    f1, f2 = pl.col("f1"), pl.col("f2")
    if not split:
        return {"factor": (both, a2 * (f2 - f1))}
    h1, h2 = pl.col("first_tj"), pl.col("second_tj")
    known = both & h1.is_not_null() & h2.is_not_null()
    return {
        "factor": (both & (h1.is_null() | h2.is_null()), a2 * (f2 - f1)),
        "heat_value": (known, a2 * (h2 - h1) * f1 / h1),
        "carbon_oxidation": (known, a2 * h2 * (f2 / h2 - f1 / h1)),
    }


def _process_terms(lines: pl.DataFrame, emissions: pl.DataFrame) -> pl.DataFrame:
    """Return cement by both methods as a factor term, every other process as counted by the second only."""
    second = lines.filter((pl.col("gas") == "CO2") & pl.col("category").str.starts_with("2"))
    second = second.filter(pl.col("value").is_not_null())
    cement = second.filter(pl.col("category") == "2A1").select(
        *_KEY, "sector", second=pl.col("value") * MT_PER_KT
    )
    theirs = emissions.filter((pl.col("variable") == "co2_process") & (pl.col("sector") == "total"))
    both = cement.join(theirs.select(*_KEY, first="value"), on=_KEY, how="left", maintain_order="left")
    return pl.concat(
        [
            both.select(
                *_KEY, "sector", fuel=pl.lit(PROCESS), term=pl.lit("factor"),
                value_mt=pl.col("second") - pl.col("first"),
            ),
            second.filter(pl.col("category") != "2A1").select(
                *_KEY, "sector", fuel=pl.lit(PROCESS), term=pl.lit("only_second"),
                value_mt=pl.col("value") * MT_PER_KT,
            ),
        ]
    )  # fmt: skip


def compare_totals(lines: pl.DataFrame, emissions: pl.DataFrame) -> pl.DataFrame:
    """Return CO2 of combustion and of processes by both methods.

    Parameters
    ----------
    lines : EmissionLine
    emissions : Emissions

    Returns
    -------
    MethodTotal
        ``complete`` is false where a part of the second method has no figure. [Mt CO2]
    """
    parts = {"1A": ("combustion", "co2_fuel_combustion"), "2": ("process", "co2_process")}
    tables = []
    for prefix, (scope, variable) in parts.items():
        first = (
            emissions.filter((pl.col("variable") == variable) & (pl.col("sector") == "total"))
            .group_by(_KEY, maintain_order=True)
            .agg(first_mt=sum_known("value"))
        )
        own = lines.filter((pl.col("gas") == "CO2") & pl.col("category").str.starts_with(prefix))
        valued = pl.col("value").is_not_null().any()
        second = own.group_by(_KEY, maintain_order=True).agg(
            second_mt=pl.when(valued).then(pl.col("value").sum() * MT_PER_KT),
            complete=~(pl.col("notation") == "NE").fill_null(value=False).any(),
        )
        both = first.join(second, on=_KEY, how="full", coalesce=True)
        tables.append(
            both.with_columns(
                scope=pl.lit(scope),
                difference_mt=pl.col("second_mt") - pl.col("first_mt"),
                complete=pl.col("complete").fill_null(value=False),
            )
        )
    return check(pl.concat(tables).sort(*_KEY, "scope"), MethodTotal)
