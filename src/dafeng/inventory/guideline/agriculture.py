"""Methane and nitrous oxide of animals, soils and rice (category 3), tier 1.

- Enteric fermentation: heads x factor (IPCC 2006 vol. 4 ch. 10, eq. 10.19, tables 10.10 and 10.11).
- Manure: heads x factor (eq. 10.22 and 10.25); no default is shipped, the systems in use decide it.
- Soils, direct: nitrogen applied x EF1 x 44/28 (2019 Refinement vol. 4 ch. 11, eq. 11.1, table 11.1).
- Soils, indirect: volatilised and leached shares are not at hand, so NE until they are given.
- Rice: area x seasonal factor (Revised 1996 Guidelines, table 4-13, China).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.inventory.guideline.activity_lines import build_lines, default_factors, emit_by_factor

if TYPE_CHECKING:
    import polars as pl


def emit_agriculture(
    activities: pl.DataFrame, factors: pl.DataFrame, periods: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the lines of agriculture.

    Parameters
    ----------
    activities : Activities
        Animals [10^4 heads], nitrogen [kt N], rice area [10^3 ha].
    factors : Factors
        The province's own factors, ``variable`` = the factor's id.
    periods : polars.DataFrame, optional
        ``region, year`` to make lines for; default: those of the activities.

    Returns
    -------
    EmissionLine
    """
    return build_lines(emit_by_factor(default_factors("agriculture"), activities, factors, periods))
