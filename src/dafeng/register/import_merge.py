"""The rows of a file laid over the rows that stand: what each field would be, and which differ."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.schema import SYSTEM_COLUMNS, dtype_of, list_dtype

if TYPE_CHECKING:
    from dafeng.register.fields import Child, RegisterField
    from dafeng.register.intake import Intake
    from dafeng.register.model import Register

SAME = 1e-12
"""Numbers that differ by less, relative to the larger, are the same: a workbook keeps 15 digits. [1]"""
OLD = "_old."
"""Stands before the names of columns of the row that stands."""
_KEPT = ("state", "source", "grade", "version", "changed_by", "changed_at")


def match_rows(register: Register, intake: Intake, existing: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a file with the rows that stand beside them.

    Parameters
    ----------
    register : Register
        Definition.
    intake : Intake
        Rows of the file.
    existing : polars.DataFrame
        Rows that stand.

    Returns
    -------
    polars.DataFrame
        Columns of the file, ``row_id``, ``version``, ``state``, ``source``, ``grade`` and keys in any case;
        ``_id`` and ``_old.<column>`` of the row that stands; ``_given`` (the file has the id), ``_complete``
        (id and version: an empty cell is meant), ``_only_lines`` (stands only in a list).
    """
    frame = intake.frame
    system = {name: SYSTEM_COLUMNS[name] for name in ("row_id", "version", "source", "grade", "state")}
    wanted = system | {key: dtype_of(register.field(key).kind) for key in register.key}
    lacking = {name: dtype for name, dtype in wanted.items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in lacking.items())
    keys = list(register.key)
    by_key = existing.select(*keys, pl.col("row_id").alias("_by_key")).unique(keys, maintain_order=True)
    by_id = existing.select("row_id", pl.col("row_id").alias("_by_id"))
    frame = frame.join(by_key, on=keys, how="left", maintain_order="left")
    frame = frame.join(by_id, on="row_id", how="left", maintain_order="left")
    given = pl.col("row_id").is_not_null()
    frame = frame.with_columns(
        given.alias("_given"),
        (given & pl.col("version").is_not_null()).alias("_complete"),
        pl.when(given).then("_by_id").otherwise("_by_key").alias("_id"),
        intake.rows.is_null().alias("_only_lines"),
    ).drop("_by_id", "_by_key")
    asked = [f.id for f in register.asked] + [child.id for child in register.lists]
    old = existing.select(
        pl.col("row_id").alias("_id"), *(pl.col(name).alias(f"{OLD}{name}") for name in (*asked, *_KEPT))
    )
    return frame.join(old, on="_id", how="left", maintain_order="left")


def merge_fields(register: Register, matched: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Return what every field would be, and for every field whether it differs from the row that stands.

    Parameters
    ----------
    register : Register
        Definition.
    matched : polars.DataFrame
        As :func:`match_rows` makes it.

    Returns
    -------
    polars.DataFrame, dict of str to polars.Series
        Fields and lists of the register; field -> Boolean, false for new rows.
    """
    stands = matched["_id"].is_not_null()
    made: dict[str, pl.Series] = {}
    differs: dict[str, pl.Series] = {}
    for field in register.asked:
        made[field.id] = _merge_field(field, matched)
        old = matched[f"{OLD}{field.id}"]
        differs[field.id] = made[field.id].ne_missing(old) & stands
    for child in register.lists:
        made[child.id], differs[child.id] = _merge_list(child, matched, stands)
    return pl.DataFrame([series.alias(name) for name, series in made.items()]), differs


def line_rows(matched: pl.DataFrame, lines: pl.Series | None, merged: pl.Series) -> pl.Series:
    """Return the row in its sheet of every line; lines of a row that stands bear the number of the row.

    Parameters
    ----------
    matched : polars.DataFrame
        As :func:`match_rows` makes it, with ``_row``.
    lines : polars.Series, optional
        Rows of the lines of the file, List(Int64).
    merged : polars.Series
        Lines as they would be.
    """
    frame = matched.select("_row").with_columns(merged.alias("_merged"))
    repeated = frame.select(pl.col("_row").repeat_by(pl.col("_merged").list.len())).to_series()
    if lines is None:
        return repeated
    taken = lines.list.len() == merged.list.len()
    return pl.select(pl.when(taken & (lines.list.len() > 0)).then(lines).otherwise(repeated)).to_series()


def _merge_field(field: RegisterField, matched: pl.DataFrame) -> pl.Series:
    dtype = dtype_of(field.kind)
    old = pl.col(f"{OLD}{field.id}")
    if field.id not in matched.columns:
        return matched.select(old.cast(dtype).alias(field.id)).to_series()
    new = pl.col(field.id)
    kept = new.is_null() & ~pl.col("_complete")
    if dtype == pl.Float64:
        larger = pl.max_horizontal(new.abs(), old.abs())
        kept |= ((new - old).abs() <= SAME * larger).fill_null(value=False)
    stands = pl.col("_id").is_not_null()
    return matched.select(
        pl.when(stands & kept).then(old).otherwise(new).cast(dtype).alias(field.id)
    ).to_series()


def _merge_list(child: Child, matched: pl.DataFrame, stands: pl.Series) -> tuple[pl.Series, pl.Series]:
    dtype = list_dtype(child)
    empty = pl.lit(pl.Series([[]], dtype=dtype)).first()
    old = matched[f"{OLD}{child.id}"].cast(dtype)
    if child.id not in matched.columns:
        kept = pl.DataFrame({"v": old}).select(pl.col("v").fill_null(empty).alias(child.id)).to_series()
        return kept, pl.repeat(value=False, n=matched.height, eager=True)
    new = matched[child.id].cast(dtype)
    table = pl.DataFrame({"new": new, "old": old, "stands": stands, "complete": matched["_complete"]})
    table = table.with_columns(
        pl.when(pl.col("stands") & ~pl.col("complete") & (pl.col("new").list.len() == 0))
        .then("old").otherwise("new").fill_null(empty).alias("made")
    )  # fmt: skip
    texts = [
        table.select(pl.struct(pl.col(name).fill_null(empty).alias("x")).struct.json_encode()).to_series()
        for name in ("made", "old")
    ]
    other = (texts[0] != texts[1]) & stands
    if not other.any():
        return table["made"].alias(child.id), other
    return _keep_same_lines(child, table, other)


def _keep_same_lines(child: Child, table: pl.DataFrame, other: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return lists with those that differ only in the last digits of numbers as they stand."""
    same = [
        bool(differs) and _are_same(row["made"], row["old"])
        for differs, row in zip(other, table.select("made", "old").iter_rows(named=True), strict=True)
    ]
    marked = table.with_columns(pl.Series("same", same))
    made = marked.select(pl.when("same").then("old").otherwise("made").alias(child.id)).to_series()
    return made, other & ~marked["same"]


def _are_same(new: list[dict[str, Any]], old: list[dict[str, Any]] | None) -> bool:
    if old is None or len(new) != len(old):
        return not new and not old
    return all(
        _is_same(line[name], before[name]) for line, before in zip(new, old, strict=True) for name in line
    )


def _is_same(new: Any, old: Any) -> bool:
    if isinstance(new, float) and isinstance(old, float):
        return isclose(new, old, rel_tol=SAME)
    return bool(new == old)
