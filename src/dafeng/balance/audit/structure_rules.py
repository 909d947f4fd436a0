"""Structure: a table against another release of itself, or against its own columns.

Rows that slipped, columns that changed places, slips of the unit or the decimal point, columns copied twice.
Cells are compared exactly (up to floating-point noise), never by likeness: a block that slipped in a release
equals the other release at an offset and disagrees with it in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.audit.catalogue import audit_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = ("region", "year", "variable")
SAME = 1e-9
OFFSETS = (-3, -2, -1, 1, 2, 3)
SLIP = 0.005
"""Distance of a logarithm from a whole number below which two values differ by a power of ten. [1]"""


@dataclass(frozen=True, slots=True)
class ReleaseCase:
    """A table and another release of it.

    Parameters
    ----------
    cells, other : polars.DataFrame
        ``region``, ``year``, ``variable``, ``row``, ``order`` (of the row in the layout), ``fuel``, ``unit``,
        ``value``, ``half_digit``; no empty cells.
    bounds : mapping
        Value of each bound by name.
    """

    cells: pl.DataFrame
    other: pl.DataFrame
    bounds: Mapping[str, float]


def _same(left: str = "value", right: str = "value_other") -> pl.Expr:
    larger = pl.max_horizontal(pl.col(left).abs(), pl.col(right).abs())
    return (pl.col(left) - pl.col(right)).abs() <= SAME * larger


def _pair(case: ReleaseCase) -> pl.DataFrame:
    key = [*TABLE, "row", "fuel", "unit"]
    return case.cells.join(
        case.other.select(*key, "value"), on=key, how="inner", suffix="_other", maintain_order="left"
    )


@audit_rule("release_differs")
def check_releases(case: ReleaseCase) -> pl.DataFrame:
    """Find cells that another release of the table gives otherwise, beyond the rounding of both."""
    beyond = (pl.col("value") - pl.col("value_other")).abs() > 2 * pl.col("half_digit") * (1 + SAME)
    return _pair(case).filter(~_same() & beyond).with_columns(expected="value_other")


def _rank_rows(case: ReleaseCase) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the solid cells of both releases with ``rank``: the place of the row among all rows in use."""
    key = [*TABLE, "order"]
    solid, other = (frame.filter(pl.col("value") != 0) for frame in (case.cells, case.other))
    used = pl.concat([solid.select(key), other.select(key)]).unique().sort(key)
    used = used.with_columns(rank=pl.int_range(pl.len()).over(TABLE))
    return (
        solid.join(used, on=key, how="left", maintain_order="left"),
        other.join(used, on=key, how="left", maintain_order="left"),
    )


@audit_rule("rows_shifted")
def check_shifts(case: ReleaseCase) -> pl.DataFrame:
    """Find blocks of rows that stand one or a few rows away from where another release has them."""
    solid, other = _rank_rows(case)
    steps = pl.DataFrame({"offset": [0, *OFFSETS]}, schema={"offset": pl.Int64})
    reach = other.select(*TABLE, "fuel", "rank", value_other="value").join(steps, how="cross")
    reach = reach.with_columns(rank=pl.col("rank") - pl.col("offset"))
    hits = solid.join(reach, on=[*TABLE, "fuel", "rank"], how="inner", maintain_order="left").filter(_same())
    held = solid.group_by(*TABLE, "rank", "row", maintain_order=True).agg(
        cells=pl.len(), unit=pl.col("unit").first(), largest=pl.col("value").abs().max()
    )
    counted = hits.group_by(*TABLE, "rank", "offset", maintain_order=True).agg(hits=pl.len())
    in_place = counted.filter(pl.col("offset") == 0).select(*TABLE, "rank", in_place="hits")
    rows = held.join(counted.filter(pl.col("offset") != 0), on=[*TABLE, "rank"], how="inner").join(
        in_place, on=[*TABLE, "rank"], how="left"
    )
    share, place = pl.col("hits") / pl.col("cells"), pl.col("in_place").fill_null(0) / pl.col("cells")
    enough = (pl.col("cells") >= 2) & (share >= case.bounds["shift_share"]) & (place < 0.5)
    moved = rows.filter(enough).sort(*TABLE, "offset", "rank")
    block = (pl.col("rank").diff().fill_null(0) != 1).cum_sum().over(*TABLE, "offset")
    blocks = moved.with_columns(block=block).group_by(*TABLE, "offset", "block", maintain_order=True).agg(
        row=pl.col("row").first(), last_row=pl.col("row").last(), rows=pl.len(), unit=pl.col("unit").first(),
        cells=pl.col("cells").sum(),
    )  # fmt: skip
    return blocks.filter(pl.col("rows") >= case.bounds["shift_rows"]).with_columns(
        value=pl.lit(None, pl.Float64), expected=pl.lit(None, pl.Float64)
    )


def _match_columns(solid: pl.DataFrame, other: pl.DataFrame, share: float) -> pl.DataFrame:
    """Return pairs of different fuels with equal columns: ``fuel`` of one, ``fuel_other`` of the other."""
    key = [*TABLE, "order"]
    taken = other.select(*key, fuel_other="fuel", value_other="value")
    hits = solid.join(taken, on=key, how="inner").filter(_same() & (pl.col("fuel") != pl.col("fuel_other")))
    size = solid.group_by(*TABLE, "fuel", maintain_order=True).agg(
        cells=pl.len(), unit=pl.col("unit").first()
    )
    pairs = (
        hits.group_by(*TABLE, "fuel", "fuel_other", maintain_order=True)
        .agg(hits=pl.len())
        .join(size, on=[*TABLE, "fuel"], how="inner")
    )
    return pairs.filter((pl.col("cells") >= 3) & (pl.col("hits") >= share * pl.col("cells")))


@audit_rule("columns_swapped")
def check_swaps(case: ReleaseCase) -> pl.DataFrame:
    """Find two fuels whose columns stand in each other's place in another release."""
    solid, other = (frame.filter(pl.col("value") != 0) for frame in (case.cells, case.other))
    pairs = _match_columns(solid, other, case.bounds["shift_share"])
    back = pairs.select(*TABLE, fuel_other="fuel", fuel="fuel_other")
    both = pairs.join(back, on=[*TABLE, "fuel", "fuel_other"], how="semi").filter(
        pl.col("fuel") < pl.col("fuel_other")
    )
    right = (
        _pair(case)
        .filter((pl.col("value") != 0) & _same())
        .group_by(*TABLE, "fuel", maintain_order=True)
        .agg(right=pl.len())
    )
    joined = both.join(right, on=[*TABLE, "fuel"], how="left").filter(
        pl.col("right").fill_null(0) < 0.5 * pl.col("cells")
    )
    return joined.sort(*TABLE, "fuel").with_columns(
        value=pl.lit(None, pl.Float64), expected=pl.lit(None, pl.Float64)
    )


def _with_tens(case: ReleaseCase) -> pl.DataFrame:
    """Return paired cells with the power of ten between them; null where they do not differ by one."""
    pairs = _pair(case).filter(pl.col("value") * pl.col("value_other") > 0)
    log = (pl.col("value") / pl.col("value_other")).log10()
    pairs = pairs.with_columns(log=log, whole=log.round(0))
    tens = pl.when(((pl.col("log") - pl.col("whole")).abs() <= SLIP) & (pl.col("whole") != 0)).then("whole")
    return pairs.with_columns(tens=tens.cast(pl.Int64), expected="value_other")


def _slipped_columns(case: ReleaseCase) -> pl.DataFrame:
    by = [*TABLE, "fuel"]
    return _with_tens(case).group_by(by, maintain_order=True).agg(
        tens=pl.col("tens").drop_nulls().mode().sort().first(), cells=pl.len(),
        slipped=pl.col("tens").count(),
        unit=pl.col("unit").first(), value=pl.col("value").first(), expected=pl.col("expected").first(),
    ).filter(
        (pl.col("cells") >= 3) & (pl.col("slipped") >= case.bounds["shift_share"] * pl.col("cells"))
    )  # fmt: skip


@audit_rule("unit_slip")
def check_unit_slips(case: ReleaseCase) -> pl.DataFrame:
    """Find fuels whose whole column is 10, 100, … times that of another release, or that part of it."""
    return _slipped_columns(case)


@audit_rule("decimal_slip")
def check_decimal_slips(case: ReleaseCase) -> pl.DataFrame:
    """Find single cells that are 10, 100, … times those of another release, or that part of them."""
    columns = _slipped_columns(case).select(*TABLE, "fuel")
    single = _with_tens(case).filter(pl.col("tens").is_not_null())
    return single.join(columns, on=[*TABLE, "fuel"], how="anti", maintain_order="left")


@audit_rule("column_repeated")
def check_repeated_columns(case: ReleaseCase) -> pl.DataFrame:
    """Find two fuels with the same figures in every row of one table; a kind and its only fuel are exempt."""
    solid = case.cells.filter(pl.col("value") != 0)
    pairs = _match_columns(solid, solid, 1.0)
    kind = {code: entry["total"] for code, entry in terms.entries("fuels").items()}
    kinds = pl.col("fuel").replace_strict(kind, default="", return_dtype=pl.String)
    others = pl.col("fuel_other").replace_strict(kind, default="", return_dtype=pl.String)
    unrelated = (
        (kinds != pl.col("fuel_other")) & (others != pl.col("fuel")) & (pl.col("fuel") < pl.col("fuel_other"))
    )
    same_size = pl.col("hits") == pl.col("cells_other")
    size = solid.group_by(*TABLE, fuel_other="fuel", maintain_order=True).agg(cells_other=pl.len())
    found = pairs.filter(unrelated).join(size, on=[*TABLE, "fuel_other"], how="left").filter(same_size)
    return found.sort(*TABLE, "fuel").with_columns(
        value=pl.lit(None, pl.Float64), expected=pl.lit(None, pl.Float64)
    )
