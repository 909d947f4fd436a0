"""Fugitive methane of oil and natural gas (1B2), coalbed methane among it.

Tier 1 (IPCC 2006 vol. 2 ch. 4, eq. 4.2.1): output or throughput x factor. No default factor is shipped:
the tables at hand hold none for China, so a line is NE until the province gives its own factor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.inventory.guideline.activity_lines import build_lines, default_factors, emit_by_factor

if TYPE_CHECKING:
    import polars as pl


def emit_oil_gas(
    activities: pl.DataFrame, factors: pl.DataFrame, periods: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the lines of oil and natural gas.

    Parameters
    ----------
    activities : Activities
        ``gas_output``, ``gas_transmitted``, ``gas_distributed`` [10^8 m3], ``oil_output``,
        ``oil_refined`` [10^4 t].
    factors : Factors
        ``variable`` = the factor's id, e.g. ``ef_ch4_gas_output`` [g/m3], ``ef_ch4_oil_output`` [kg/t].
    periods : polars.DataFrame, optional
        ``region, year`` to make lines for; default: those of the activities.

    Returns
    -------
    EmissionLine
    """
    return build_lines(emit_by_factor(default_factors("oil_gas"), activities, factors, periods))
