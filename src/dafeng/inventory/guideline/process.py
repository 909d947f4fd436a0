"""Industrial processes and product use (category 2) by the second method: activity x factor.

Fuel carbon stays with combustion: coke of blast furnaces and reductants that the balance counts as fuel are
not counted again here. Where two rows describe the same carbon (clinker and cement, electrodes and electric
arc steel), the first that has an activity counts and the other says IE.

Sources: IPCC 2006 vol. 3 ch. 2 and 4; enterprise accounting guidelines of the national carbon market
(cement, steel, aluminium 2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.inventory.guideline.activity_lines import build_lines, default_factors, emit_by_factor

if TYPE_CHECKING:
    import polars as pl

PREFERRED = (("cement_clinker_output", "cement_output"), ("steel_electrode_use", "eaf_steel_output"))
"""Activities that describe the same emission: the better one and what stands in for it."""


def emit_process(
    activities: pl.DataFrame, factors: pl.DataFrame, periods: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the lines of industrial processes.

    Parameters
    ----------
    activities : Activities
        Products and raw materials in 10^4 t.
    factors : Factors
        The province's own, ``variable`` = the factor's id, for example ``ef_co2_ammonia`` [t/t].
    periods : polars.DataFrame, optional
        ``region, year`` to make lines for; default: those of the activities.

    Returns
    -------
    EmissionLine
        NE where no activity is published or no usable factor is at hand.
    """
    rows = emit_by_factor(default_factors("process"), activities, factors, periods)
    return build_lines(_choose(rows))


def _choose(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with the weaker of two that describe the same emission marked as included."""
    valued = {(row["region"], row["year"], row["sector"]) for row in rows if row.get("value") is not None}
    better = {second: first for first, second in PREFERRED}
    worse = dict(PREFERRED)
    chosen = []
    for row in rows:
        place = (row["region"], row["year"])
        first, second = better.get(row["sector"]), worse.get(row["sector"])
        if first is not None and ((*place, first) in valued or (*place, row["sector"]) not in valued):
            chosen.append(_include(row, first))
        elif second is not None and (*place, second) in valued and (*place, row["sector"]) not in valued:
            chosen.append(_include(row, second))
        else:
            chosen.append(row)
    return chosen


def _include(row: dict[str, Any], other: str) -> dict[str, Any]:
    kept = {key: row[key] for key in ("region", "year", "category", "sector", "gas", "grade")}
    return {
        **kept, "notation": "IE", "note_zh": f"与 {other} 描述同一排放，只计其一",
        "note_en": f"describes the same emission as {other}; one of them counts",
    }  # fmt: skip
