"""CO2 from industrial processes: cement, as the CEADs provincial inventories count it."""

from __future__ import annotations

import polars as pl

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
        ``region, year, co2_mt`` [Mt CO2], null where no output is known.
    """
    return select_cement(output).select("region", "year", co2_mt=pl.col("value") * MT_PER_CEMENT)
