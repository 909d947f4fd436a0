"""Slipped decimal points inside one table: the one cell that would make a sum hold if it were moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.balance.audit.tolerance import tolerance_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.balance.identities import Identity

FACTORS = (10.0, 100.0, 1e4)
"""How far a cell may have slipped: a decimal point, two, or 10^4 (万)."""
MOST_CELLS = 2
"""More cells than this that would each do tell nothing."""
TIMES_ZH = {1: "十倍", 2: "百倍", 3: "千倍", 4: "万倍", 5: "十万倍", 6: "百万倍", 7: "千万倍", 8: "亿倍"}
_SLIP = pl.Struct(
    {"row": pl.String, "fuel": pl.String, "value": pl.Float64, "fitting": pl.Float64, "tens": pl.Int64}
)
NO_SLIP = {"at_row": pl.String(), "at_fuel": pl.String(), "slips": pl.List(_SLIP)}


def find_slips(cells: pl.DataFrame, broken: pl.DataFrame, identity: Identity) -> pl.DataFrame:
    """Return sums that do not hold with the cells of which one, ten or more times as large, would mend them.

    Parameters
    ----------
    cells : polars.DataFrame
        BalanceCells with ``half_digit`` and ``noise``.
    broken : polars.DataFrame
        ``region, year, row, fuel, unit, value, expected, parts, half_digit, noise``; the code of the axis is
        that of the total.
    identity : Identity

    Returns
    -------
    polars.DataFrame
        ``broken`` with ``slips`` (cell, its value, the value that fits, the power of ten) and ``at_row``,
        ``at_fuel`` of the first; null where no cell, or more than two, would do.
    """
    key = ["region", "year", "unit", "fuel" if identity.axis == "row" else "row"]
    weights = dict((*identity.parts, (identity.total, -1.0)))
    blank = [pl.lit(None, kind).alias(name) for name, kind in NO_SLIP.items()]
    if broken.is_empty():
        return broken.with_columns(blank)
    gaps = broken.select(*key, "parts", gap=pl.col("value") - pl.col("expected"))
    suspects = cells.filter(pl.col(identity.axis).is_in(list(weights))).join(gaps, on=key, how="inner")
    weight = pl.col(identity.axis).replace_strict(weights, return_dtype=pl.Float64)
    tried = pl.concat(
        suspects.with_columns(fitting=pl.col("value") * factor, tens=pl.lit(tens, pl.Int64))
        for factor, tens in _moves()
    )
    left = (pl.col("gap") - weight * (pl.col("fitting") - pl.col("value"))).abs()
    found = tried.filter(left <= tolerance_of(pl.col("parts") + 1)).sort(
        pl.col(identity.axis) == identity.total, "row", "fuel", pl.col("tens").abs()
    )
    said = found.group_by(key, maintain_order=True).agg(
        at_row=pl.col("row").first(), at_fuel=pl.col("fuel").first(),
        slips=pl.struct("row", "fuel", "value", "fitting", "tens"),
    )  # fmt: skip
    few = said.filter(pl.col("slips").list.len() <= MOST_CELLS)
    return broken.join(few, on=key, how="left", maintain_order="left").select([*broken.columns, *NO_SLIP])


def _moves() -> Iterator[tuple[float, int]]:
    """Yield factors with their power of ten."""
    for factor in FACTORS:
        tens = len(f"{factor:.0f}") - 1
        yield factor, tens
        yield 1 / factor, -tens
