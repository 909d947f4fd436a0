"""CO2 terms of an assessment from an inventory: fossil energy, its non-energy part, industrial processes."""

from __future__ import annotations

import polars as pl

from dafeng.inventory.assessment.contracts import AssessmentTerms
from dafeng.inventory.combustion import emit_combustion, sum_activity, sum_known
from dafeng.inventory.process import emit_cement
from dafeng.table import check

_KEY = ["region", "year"]


def list_fossil_terms(energy: pl.DataFrame, factors: pl.DataFrame, cement: pl.DataFrame) -> pl.DataFrame:
    """Return the terms ``co2_fossil_energy``, ``co2_non_energy_use`` and ``co2_industrial_process``.

    The CEADs rules take non-energy use off the chemical industries. Fossil energy is computed once without
    that rule; what the rule takes off is the non-energy part, so that fossil energy minus non-energy use is
    the published combustion.

    Parameters
    ----------
    energy : EnergyUse
        May have ``grade``.
    factors : CarbonFactor
    cement : ProductOutput
        Cement is the only process of this method; a year without output has no process CO2.

    Returns
    -------
    AssessmentTerms
        Own estimates. [Mt CO2]
    """
    whole = _sum_years(energy.filter(pl.col("variable") != "non_energy_use"), factors, "whole")
    burnt = _sum_years(energy, factors, "burnt")
    process = emit_cement(cement).select(*_KEY, process="co2_mt", process_grade="grade")
    joined = whole.join(burnt.drop("grade"), on=_KEY).join(process, on=_KEY, how="left").sort(_KEY)
    parts = [
        _term(joined, "co2_fossil_energy", pl.col("whole"), pl.col("grade")),
        _term(joined, "co2_non_energy_use", pl.col("whole") - pl.col("burnt"), pl.col("grade")),
        _term(joined, "co2_industrial_process", pl.col("process"), pl.col("process_grade")),
    ]
    return check(pl.concat(parts), AssessmentTerms)


def _sum_years(energy: pl.DataFrame, factors: pl.DataFrame, name: str) -> pl.DataFrame:
    cells = emit_combustion(sum_activity(energy), factors)
    return cells.group_by(_KEY, maintain_order=True).agg(
        sum_known("co2_mt").alias(name), grade=pl.col("grade").max()
    )


def _term(joined: pl.DataFrame, term: str, value: pl.Expr, grade: pl.Expr) -> pl.DataFrame:
    return joined.select(
        *_KEY,
        term=pl.lit(term),
        stage=pl.lit("own_estimate"),
        power_factor=pl.lit("none"),
        unit=pl.lit("Mt CO2"),
        value=value,
        source_id=pl.lit(None, pl.String),
        grade=pl.max_horizontal(grade, pl.lit("B")),
    )
