"""Look for implausible values before anything is computed.

Structural defects are refused by the reader. Here are values that a real yearbook file may contain and
that change the result: negative use and activity that the method has no factor for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, Place
from dafeng.inventory.combustion import (
    FEEDSTOCK_FUEL,
    MT_PER_ACTIVITY,
    POWER_INPUTS,
    POWER_SECTOR,
    select_burnt,
    sum_known,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = frozenset({"total_not_sum"})
"""Findings that are told but do not stop the computation."""
OVERSIZED_MT = 2000.0
"""Twice the largest provincial total of the CEADs inventories 1997-2019 (about 940 Mt). [Mt CO2]"""
SUM_TOLERANCE = 0.001
"""Share of a total within which its sectors may differ from it. [1]"""
SUM_ROUNDING = 0.25
"""What 47 sectors rounded to two decimals may add up to. [accounting unit]"""
FINAL_SECTORS = frozenset({"total", *terms.codes("sectors")})


def check_structure(energy: pl.DataFrame, file: str = "energy") -> list[Finding]:
    """Return findings for sectors that do not fit their flow and units that do not fit their fuel.

    Parameters
    ----------
    energy : EnergyUse
        With its row numbers in ``row``.
    file : str
        Named in the findings.
    """
    flows = terms.codes("flows")
    final = pl.col("variable") == "final_consumption"
    fits = (
        pl.when(final)
        .then(pl.col("sector").is_in(sorted(FINAL_SECTORS)))
        .otherwise(pl.col("sector").is_in(sorted(flows)))
    )
    units = {code: row["activity_unit"] for code, row in terms.entries("fuels").items()}
    expected = pl.col("fuel").replace_strict(units, default="", return_dtype=pl.String)
    wrong = energy.with_columns(_fits=fits, _expected=expected).filter(
        ~pl.col("_fits") | (pl.col("unit") != pl.col("_expected"))
    )
    return list(_structure_findings(wrong, file))


def _structure_findings(wrong: pl.DataFrame, file: str) -> Iterator[Finding]:
    from dafeng.table import Suggestion  # noqa: PLC0415 - pandera is needed only when something is wrong

    flows = terms.codes("flows")
    for row in wrong.iter_rows(named=True):
        if not row["_fits"]:
            known = FINAL_SECTORS if row["variable"] == "final_consumption" else flows
            params = {
                "value": row["sector"], "vocabulary": "sectors" if known is FINAL_SECTORS else "flows",
                "suggestion": Suggestion(row["sector"], known),
            }  # fmt: skip
            yield Finding("code_unknown", Place(file, row=row["row"], column="sector"), params)
        if row["unit"] != row["_expected"]:
            params = {"what": row["fuel"], "value": row["unit"], "expected": row["_expected"]}
            yield Finding("unit_wrong", Place(file, row=row["row"], column="unit"), params)


def screen_energy(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return the implausible rows of an energy table.

    Parameters
    ----------
    energy : EnergyUse
        With its row numbers in ``row``.
    factors : CarbonFactor

    Returns
    -------
    polars.DataFrame
        The rows with ``code``: ``activity_negative``; ``activity_without_factor``; ``activity_implausible``
        (a size that no province has); ``sectors_missing`` (a total without any sector row);
        ``total_not_sum`` (a note: ``value`` is the total row minus its sectors). Heat, electricity and other
        energy never emit where they are used, other petroleum products only in power and heat: by rule of
        the method, so neither is a finding.
    """
    fossil = sorted(code for code, row in terms.entries("fuels").items() if row["fossil"] == "true")
    uses = pl.col("variable").is_in(["final_consumption", "non_energy_use", "loss"])
    inputs = pl.col("sector").is_in(POWER_INPUTS) & pl.col("fuel").is_in(fossil)
    negative = energy.filter((pl.col("value") < 0) & (uses | inputs))
    by_rule = (pl.col("fuel") == FEEDSTOCK_FUEL) & (pl.col("sector") != POWER_SECTOR)
    orphans = (
        select_burnt(energy)
        .filter(pl.col("fuel").is_in(fossil) & ~by_rule & (pl.col("value") != 0))
        .join(factors.select("sector", "fuel"), on=["sector", "fuel"], how="anti", maintain_order="left")
    )
    gaps = _compare_totals(energy, fossil)
    coded = [
        part.with_columns(code=pl.lit(code)).select(*energy.columns, "code")
        for code, part in (
            ("activity_negative", negative),
            ("activity_without_factor", orphans),
            ("activity_implausible", _find_oversized(energy, factors)),
            ("sectors_missing", gaps.filter(pl.col("parts").is_null())),
            ("total_not_sum", gaps.filter(pl.col("parts").is_not_null())),
        )
    ]
    return pl.concat(coded)


def _find_oversized(energy: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose combustion alone would exceed what any whole province has ever emitted twice over."""
    emitting = select_burnt(energy).join(
        factors.select("sector", "fuel", "factor"), on=["sector", "fuel"], how="inner", maintain_order="left"
    )
    co2_mt = pl.col("value") * pl.col("factor") * MT_PER_ACTIVITY
    return emitting.filter(co2_mt > OVERSIZED_MT)


def _compare_totals(energy: pl.DataFrame, fossil: list[str]) -> pl.DataFrame:
    """Return the total rows of final consumption that their sectors do not add up to.

    ``value`` becomes the total minus the sum; ``parts`` is that sum, null where no sector has a row.
    """
    key = ["region", "year", "fuel"]
    final = energy.filter((pl.col("variable") == "final_consumption") & pl.col("fuel").is_in(fossil))
    whole = final.filter((pl.col("sector") == "total") & (pl.col("value") > 0))
    parts = final.filter(pl.col("sector") != "total").group_by(key).agg(parts=sum_known("value"), n=pl.len())
    joined = whole.join(parts, on=key, how="left", maintain_order="left")
    known = joined.filter(pl.col("parts").is_not_null() | pl.col("n").is_null())
    rest = pl.col("value") - pl.col("parts").fill_null(0.0)
    wide = rest.abs() > SUM_ROUNDING + SUM_TOLERANCE * pl.col("value")
    return known.filter(wide).with_columns(value=rest)


def as_findings(rows: pl.DataFrame, file: str) -> list[Finding]:
    """Return the rows of :func:`screen_energy` as findings for people."""
    wanted = ("region", "year", "sector", "fuel", "unit", "value")
    return [
        Finding(
            row["code"],
            Place(file, row=row["row"], column="value"),
            {k: row[k] for k in wanted},
            "note" if row["code"] in NOTES else "warning",
        )
        for row in rows.iter_rows(named=True)
    ]
