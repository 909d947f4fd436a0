"""Figures over the rows of registers for one who asks, and the rows behind as far as he may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_book import judge, require
from dafeng.app.register_restricted import find_restricted, needs_of, reach_rows, see_restricted, sees_whole
from dafeng.app.register_shelf import fill_shelf
from dafeng.app.register_stage import ground_of, restricted_parts
from dafeng.register.contracts import MeasureRows, MeasureValues
from dafeng.register.measures import measure_rows
from dafeng.register.schema import empty_rows
from dafeng.table import empty_table

if TYPE_CHECKING:
    from dafeng.app.register_book import Book
    from dafeng.register.model import Measure, Register


WITHHELD = "withheld"
FEWEST_ROWS = 3
"""Rows that must stand behind a figure for one who may not see them all: of one or two of them a figure would
tell what they hold. A bound of our own."""


@dataclass(frozen=True, slots=True)
class MeasureAnswer:
    """Figures and the rows behind.

    Parameters
    ----------
    values : polars.DataFrame
        MeasureValues, over all rows of each register; without the value (status ``withheld``) where too few
        rows stand behind it for one who may not see them.
    rows : polars.DataFrame
        MeasureRows that the actor may see; what a row gives from a restricted field may be empty.
    hidden : int
        Rows behind that the actor may not see.
    """

    values: pl.DataFrame
    rows: pl.DataFrame
    hidden: int


def measure_book(book: Book, register_id: str | None = None) -> MeasureAnswer:
    """Return the figures of one register or of all that the actor may see, as of the day of the book.

    Raises
    ------
    InputRefused
        ``register_unknown``, ``access_refused``.
    """
    if register_id is None:
        chosen = [each for each in book.library.registers.values() if judge(book, "see", each.id).allowed]
    else:
        chosen = [book.library.register(register_id)]
        require(book, "see", register_id)
    shelf = fill_shelf(book.library, book.database)
    rows = shelf.rows_on(book.today, [each.id for each in chosen])
    values, behind, hidden = [empty_table(MeasureValues)], [empty_table(MeasureRows)], 0
    for register in chosen:
        frame = rows.get(register.id, empty_rows(register))
        found, gifts = measure_rows(register, frame, ground_of(shelf, book.pack, book.today, register))
        seen = _see_rows(book, register, frame, gifts)
        values.append(_protect(book, register, found))
        behind.append(seen)
        hidden += gifts["row_id"].n_unique() - seen["row_id"].n_unique()
    return MeasureAnswer(pl.concat(values), pl.concat(behind), hidden)


def _protect(book: Book, register: Register, values: pl.DataFrame) -> pl.DataFrame:
    """Return figures without those that would tell what single rows hold that the actor may not see.

    Where a region has too few rows, the figure of no region of that year is shown: the others would tell it.
    """
    guarded = [m.id for m in register.measures if not _sees_behind(book, register, m)]
    few = (pl.col("rows") > 0) & (pl.col("rows") < FEWEST_ROWS) & pl.col("value").is_not_null()
    home = pl.col("region") == book.pack.config.pack.region
    sisters = few.any().over("measure_id", "year", home)
    shut = pl.col("measure_id").is_in(guarded) & sisters & pl.col("value").is_not_null()
    return values.with_columns(
        value=pl.when(~shut).then(pl.col("value")),
        status=pl.when(shut).then(pl.lit(WITHHELD)).otherwise(pl.col("status")),
    )


def _sees_behind(book: Book, register: Register, measure: Measure) -> bool:
    """Return whether the actor may see every row and every column that a figure rests on."""
    needed = needs_of(book.library, register, measure.expr)
    if measure.rows:
        needed |= needs_of(book.library, register, measure.rows)
    return sees_whole(book, register.id, "see") and all(sees_whole(book, each) for each in needed.registers)


def _see_rows(book: Book, register: Register, frame: pl.DataFrame, gifts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows behind that the actor may see, without the figures that he may not."""
    if gifts.is_empty():
        return gifts
    may = reach_rows(book, "see", register, frame)
    seen = gifts.join(frame.filter(may).select("row_id"), on="row_id", how="semi")
    open_rows = frame.filter(see_restricted(book, register, frame))["row_id"].implode()
    own = pl.col("row_id").is_in(open_rows)
    if register.label in find_restricted(book.library, register):
        seen = seen.with_columns(label=pl.when(own).then(pl.col("label")).otherwise(pl.col("row_id")))
    for part in restricted_parts(seen, register, book.library):
        others = needs_of(book.library, register, part).registers - {register.id}
        allowed = own if all(sees_whole(book, other) for other in others) else pl.lit(value=False)
        kept = (pl.col("part") != part) | allowed
        seen = seen.with_columns(value=pl.when(kept).then(pl.col("value")))
    return seen
