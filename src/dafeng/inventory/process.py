"""CO2 from industrial processes: cement, as the CEADs provincial inventories count it."""

from __future__ import annotations

import polars as pl

from dafeng.errors import Finding, Place

CEMENT_SECTOR = "nonmetal_products"
CEMENT_UNIT = "10^4 t"
CEMENT_FACTOR = 0.2906
"""t CO2 per t of cement; the factor of the CEADs inventories (exact in the years whose output agrees)."""
MT_PER_CEMENT = CEMENT_FACTOR * 0.01


def select_cement(output: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a :class:`ProductOutput` table that say how much cement was made."""
    return output.filter((pl.col("sector") == "cement") & (pl.col("variable") == "output"))


def emit_cement(output: pl.DataFrame) -> pl.DataFrame:
    """Return process CO2 from cement output.

    Parameters
    ----------
    output : ProductOutput
        Rows of other products and other variables (capacity) are left aside; a missing output stays
        missing. [10^4 t]

    Returns
    -------
    polars.DataFrame
        ``region, year, co2_mt, grade`` [Mt CO2], null where no output is known; grade B where none is given.
    """
    grade = pl.col("grade") if "grade" in output.columns else pl.lit("B")
    return select_cement(output).select("region", "year", co2_mt=pl.col("value") * MT_PER_CEMENT, grade=grade)


def check_cement(output: pl.DataFrame, rows: pl.Series, file: str) -> list[Finding]:
    """Return findings for cement that is not in the unit of the method or is negative.

    Parameters
    ----------
    output : ProductOutput
    rows : polars.Series
        Row number of each row in its file.
    file : str
        Named in the findings.
    """
    cement = select_cement(output.with_columns(rows.alias("_row")))
    found = [
        Finding(
            "unit_wrong", Place(file, row=row["_row"], column="unit"),
            {"what": "cement", "value": row["unit"], "expected": CEMENT_UNIT},
        )
        for row in cement.filter(pl.col("unit") != CEMENT_UNIT).iter_rows(named=True)
    ]  # fmt: skip
    return found + [
        Finding(
            "value_out_of_range", Place(file, row=row["_row"], column="value"),
            {"value": row["value"], "rule": "≥ 0"},
        )
        for row in cement.filter(pl.col("value") < 0).iter_rows(named=True)
    ]  # fmt: skip
