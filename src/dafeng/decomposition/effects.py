"""LMDI of tables: years, categories and factors in long rows; effects out, by group, factor and category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from dafeng.decomposition.lmdi import Decomposition, ang2004_lmdi
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Form = Literal["additive", "multiplicative", "both"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupEffects:
    """The decomposition of one group of rows (a province, a city).

    Attributes
    ----------
    group : tuple of str
        Values of the grouping columns; empty without any.
    years : tuple of int
        Ascending.
    categories : tuple of str
    result : Decomposition
        Over years and categories.
    """

    group: tuple[str, ...]
    years: tuple[int, ...]
    categories: tuple[str, ...]
    result: Decomposition

    def steps(self) -> Iterator[tuple[int, int, int]]:
        """Yield place, first and last year of every step."""
        for place, end in enumerate(self.years[1:]):
            yield place, self.years[place if self.result.chained else 0], end


def decompose_table(
    table: pl.DataFrame, factors: Sequence[str], *, by: Sequence[str] = (), chained: bool = True
) -> list[GroupEffects]:
    """Split the change of a total into the effects of its factors, for each group of rows.

    Parameters
    ----------
    table : polars.DataFrame
        ``year``, ``category``, the columns ``by`` and one column per factor; one row per key. A category that
        is absent in a year counts as zero in all its factors there.
    factors : sequence of str
        Non-negative columns whose product is the value of a category.
    by : sequence of str
        Grouping columns; each group is decomposed apart.
    chained : bool
        Each year against the one before, or against the first.

    Returns
    -------
    list of GroupEffects
        In the order of the group values.

    Raises
    ------
    InputRefused
        ``group_one_year`` for groups with a single year, and what
        :func:`~dafeng.decomposition.ang2004_lmdi` refuses.
    """
    parts = (
        [((), table)]
        if not by
        else sorted(table.partition_by(list(by), as_dict=True).items(), key=lambda item: item[0])
    )
    short = [" / ".join(map(str, group)) or "—" for group, part in parts if part["year"].n_unique() < 2]
    if short:
        raise InputRefused.of("group_one_year", groups=", ".join(short[:10]), count=len(short))
    return [_decompose(tuple(map(str, group)), part, factors, chained=chained) for group, part in parts]


def _decompose(
    group: tuple[str, ...], part: pl.DataFrame, factors: Sequence[str], *, chained: bool
) -> GroupEffects:
    years, at_year = _codes(part["year"])
    categories, at_category = _codes(part["category"])
    cube = np.zeros((len(years), len(categories), len(factors)))
    cube[at_year, at_category] = part.select(factors).to_numpy()
    return GroupEffects(group, tuple(years), tuple(categories), ang2004_lmdi(cube, chained=chained))


def _codes(values: pl.Series) -> tuple[list[Any], NDArray[np.int64]]:
    ordered = values.unique().sort()
    places = pl.int_range(len(ordered), eager=True)
    return ordered.to_list(), values.replace_strict(ordered, places, return_dtype=pl.Int64).to_numpy()


def list_effects(
    found: Sequence[GroupEffects],
    factors: Sequence[str],
    *,
    by: Sequence[str] = (),
    form: Form = "additive",
    by_category: bool = False,
) -> pl.DataFrame:
    """Return effects as rows: the columns ``by``, from, to, (category), factor, (form), value.

    Parameters
    ----------
    found : sequence of GroupEffects
    factors : sequence of str
        Their names in the order of the last axis.
    by : sequence of str
        Names of the grouping columns.
    form : {"additive", "multiplicative", "both"}
        Additive effects sum to the change of the total, in its unit; multiplicative ones multiply to its
        ratio [1] and are null where a total is zero.
    by_category : bool
        One row a category instead of their sum (or product).
    """
    forms = ("additive", "multiplicative") if form == "both" else (form,)
    frames = [
        _rows(one, factors, by, kind, by_category=by_category) for one in found for kind in forms
    ]  # fmt: skip
    columns = [*by, "from", "to", *(["category"] if by_category else []), "factor"]
    return pl.concat(frames).select(*columns, *(["form"] if form == "both" else []), "value")


def _rows(
    one: GroupEffects, factors: Sequence[str], by: Sequence[str], kind: str, *, by_category: bool
) -> pl.DataFrame:
    result = one.result
    names = {
        ("additive", False): result.effects, ("additive", True): result.by_category,
        ("multiplicative", False): result.ratios, ("multiplicative", True): result.ratios_by_category,
    }  # fmt: skip
    values = names[kind, by_category].reshape(len(one.years) - 1, -1, len(factors))
    categories = one.categories if by_category else ("",)
    steps = list(one.steps())
    inner = len(categories) * len(factors)
    return pl.DataFrame({
        **{name: np.full(values.size, value) for name, value in zip(by, one.group, strict=True)},
        "from": np.repeat([start for _, start, _ in steps], inner),
        "to": np.repeat([end for _, _, end in steps], inner),
        "category": np.tile(np.repeat(np.array(categories, dtype=object), len(factors)), len(steps)),
        "factor": np.tile(np.array(factors, dtype=object), len(steps) * len(categories)),
        "form": [kind] * values.size,
        "value": values.ravel(),
    }, schema_overrides={"category": pl.String, "factor": pl.String} | dict.fromkeys(by, pl.String)
    ).with_columns(pl.col("value").fill_nan(None))  # fmt: skip
