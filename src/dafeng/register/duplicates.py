"""Rows that may be the same thing under two names: equal identities, and names that are nearly equal.

Nothing is merged: every finding asks a person to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.errors import Finding, Place
from dafeng.register.identity import normalise_firm_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dafeng.register.model import Register
    from dafeng.register.validate import RowPlaces

NEAR = 90.0
"""Smallest likeness of two names that is told. [%]"""
GRAM = 3
"""Characters in a row of which near names must share one that is not common."""
MOST_IN_BLOCK = 100
"""A part of a name that more names have is too common to bring them together."""
RAREST = 3
"""So many of the rarest parts of a name are looked up. [1]"""
SHORTEST = 4
"""Shorter names are compared for equality only. [characters]"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two rows whose names are near.

    Parameters
    ----------
    first, second : int
        Rows, from 0; the second one is told.
    score : float
        100 for names that are equal without words of legal form. [%]
    """

    first: int
    second: int
    score: float


def find_duplicates(
    register: Register, frame: pl.DataFrame, existing: pl.DataFrame, places: RowPlaces | None = None
) -> list[Finding]:
    """Return findings for rows that may be the same as an earlier row or one that stands.

    Parameters
    ----------
    register : Register
        Its ``duplicates`` say what is compared.
    frame : polars.DataFrame
        New or changed rows; those that stand carry their ``row_id``.
    existing : polars.DataFrame
        Rows that stand; those whose ``row_id`` is in ``frame`` are left out.
    places : RowPlaces, optional
        Where the rows of ``frame`` were read.

    Returns
    -------
    list of Finding
        ``row_same_identity`` (error, equal values of a group) and ``row_name_similar`` (warning).
    """
    rules = register.duplicates
    if frame.is_empty() or not (rules.exact or rules.similar):
        return []
    names = dict.fromkeys(
        name
        for name in (
            *register.key,
            register.label,
            *rules.similar,
            *rules.within,
            *(n for g in rules.exact for n in g),
        )
    )
    kept = [name for name in names if name in frame.columns and name in existing.columns]
    standing = existing
    if "row_id" in frame.columns:
        standing = existing.join(frame.select("row_id").drop_nulls(), on="row_id", how="anti")
    together = pl.concat([standing.select(kept), frame.select(kept)], how="vertical_relaxed")
    told = _Told(register, together, standing.height, places)
    findings = []
    for group in rules.exact:
        findings += _same_identity(told, group)
    for name in rules.similar:
        within = [w for w in rules.within if w in kept]
        if name in kept:
            findings += [
                told.similar(name, like)
                for like in find_near_names(told.frame[name], standing.height, told.frame.select(within))
            ]
    return findings


def find_near_names(names: pl.Series, known: int = 0, within: pl.DataFrame | None = None) -> list[Likeness]:
    """Return pairs of names that are equal or near without width, case, brackets, blanks and legal form.

    Names are compared only if they share a run of three characters that few names have (and agree in
    ``within``), so that hundreds of thousands are feasible. Two names with other numbers or other quarters of
    the sky (一号机组 and 二号机组) are no pair: these tell such things apart.

    Parameters
    ----------
    names : polars.Series
        As written.
    known : int
        Pairs of which both stand among the first ``known`` names are not looked for.
    within : polars.DataFrame, optional
        Columns that must agree.

    Returns
    -------
    list of Likeness
        For every name at most the nearest earlier one.
    """
    plain = normalise_firm_names(names)
    table = pl.DataFrame({"row": pl.int_range(len(names), eager=True), "plain": plain})
    columns = within.columns if within is not None else []
    if within is not None and columns:
        table = table.with_columns(pl.struct(within).hash(seed=7).alias("block"))
    else:
        table = table.with_columns(pl.lit(0, pl.UInt64).alias("block"))
    table = table.filter(pl.col("plain").is_not_null() & (pl.col("plain") != ""))
    best: dict[int, Likeness] = {}
    for first, second, score in (*_equal_pairs(table), *_near_pairs(table, known)):
        if second >= known and (second not in best or score > best[second].score):
            best[second] = Likeness(first, second, score)
    return [best[row] for row in sorted(best)]


def _equal_pairs(table: pl.DataFrame) -> Iterator[tuple[int, int, float]]:
    first = table.with_columns(pl.col("row").first().over("block", "plain").alias("first"))
    for row, one in first.filter(pl.col("row") != pl.col("first")).select("row", "first").iter_rows():
        yield one, row, 100.0


def _near_pairs(table: pl.DataFrame, known: int) -> Iterator[tuple[int, int, float]]:
    """Yield near pairs of different names."""
    import numpy as np  # noqa: PLC0415
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only names that stand together need it

    unique = table.unique(["block", "plain"], keep="first", maintain_order=True)
    unique = unique.filter(pl.col("plain").str.len_chars() >= SHORTEST)
    if unique.height < 2:
        return
    pairs = _candidates(unique, known)
    if pairs.is_empty():
        return
    texts = dict(unique.select("row", "plain").iter_rows())
    left, right = pairs["a"].to_list(), pairs["b"].to_list()
    scores = process.cpdist(
        [texts[a] for a in left], [texts[b] for b in right], scorer=fuzz.ratio, score_cutoff=NEAR, workers=1,
        dtype=np.float32,
    )  # fmt: skip
    for index in np.flatnonzero(scores >= NEAR):
        a, b = left[index], right[index]
        if _digits(texts[a]) == _digits(texts[b]):
            yield a, b, float(scores[index])


def _candidates(unique: pl.DataFrame, known: int) -> pl.DataFrame:
    """Return pairs of rows that share a rare run of characters: ``a`` the earlier, ``b`` the later."""
    longest = int(unique["plain"].str.len_chars().max() or 0)  # type: ignore[arg-type]
    starts = range(max(longest - GRAM + 1, 1))
    slices = [
        unique.select(
            "row",
            pl.when(pl.col("plain").str.len_chars() >= start + GRAM)
            .then(pl.struct("block", pl.col("plain").str.slice(start, GRAM)).hash(seed=3)).alias("gram"),
        )
        for start in starts
    ]  # fmt: skip
    grams = pl.concat(slices).drop_nulls()
    counts = (
        grams.group_by("gram").agg(pl.len().alias("many")).filter(pl.col("many").is_between(2, MOST_IN_BLOCK))
    )
    rare = grams.join(counts, on="gram").sort("row", "many", "gram")
    place = pl.int_range(pl.len()).over("row")
    rarest = rare.filter(place < RAREST).select("row", "gram")
    later = rarest.filter(pl.col("row") >= known)
    joined = (
        rare.select("row", "gram").join(later, on="gram", suffix="_b").filter(pl.col("row") < pl.col("row_b"))
    )
    return joined.select(pl.col("row").alias("a"), pl.col("row_b").alias("b")).unique().sort("b", "a")


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit() or sign in "一二三四五六七八九十甲乙丙丁东西南北")


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows that stand, then those of the file; and how findings speak of them."""

    register: Register
    frame: pl.DataFrame
    known: int
    places: RowPlaces | None

    def place(self, row: int, column: str) -> Place:
        index = row - self.known
        return Place(column=column) if self.places is None else self.places.place(index, column)

    def call(self, row: int) -> str:
        """Return how another row is called: its key, and its row in the file."""
        key = "/".join(str(self.frame[k][row]) for k in self.register.key if k in self.frame.columns)
        if row < self.known or self.places is None or self.places.rows is None:
            return key
        return f"{key}（第{self.places.rows[row - self.known]}行 / row {self.places.rows[row - self.known]}）"

    def similar(self, name: str, like: Likeness) -> Finding:
        params = {
            "other": self.call(like.first), "name": self.frame[name][like.first],
            "score": f"{like.score:.0f}",
        }  # fmt: skip
        return Finding("row_name_similar", self.place(like.second, name), params, "warning")


def _same_identity(told: _Told, group: Sequence[str]) -> list[Finding]:
    """Return rows that agree in all fields of a group with an earlier row; a missing value never agrees."""
    kept = [name for name in group if name in told.frame.columns]
    if len(kept) < len(group):
        return []
    numbered = told.frame.select(kept).with_row_index("_i")
    whole = numbered.filter(pl.all_horizontal(pl.col(kept).is_not_null()))
    again = whole.with_columns(pl.col("_i").first().over(kept).alias("_first"))
    again = again.filter((pl.col("_i") != pl.col("_first")) & (pl.col("_i") >= told.known))
    names = "、".join(told.register.field(name).zh for name in group)
    return [
        Finding(
            "row_same_identity", told.place(row["_i"], group[0]),
            {
                "other": told.call(row["_first"]), "fields": names,
                "value": " / ".join(str(row[n]) for n in kept),
            },
        )
        for row in again.iter_rows(named=True)
    ]  # fmt: skip
