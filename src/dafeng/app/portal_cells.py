"""Small cells of statistics over enterprises are left out before figures leave, so that nobody is told apart.

A cell is sensitive if too few stand behind it, or one of them makes up nearly all of it. Where a sum over all
cells is shown too, further cells are left out with it until neither the sum nor one of those behind it gives
a sensitive cell back [WilD12]_.

.. [WilD12] L. Willenborg, T. de Waal, Elements of Statistical Disclosure Control, Springer 2001, chapter 4
   (threshold and dominance rules, secondary suppression).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_measures import FEWEST_ROWS, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from dafeng.app.portal_release import Reach

TOTAL = "*"
"""The sum over all cells."""
MEASURES, MEASURE_ROWS = "register.measures", "register.measure_rows"
BUDGETS, BUDGET_ROWS = "register.budgets", "register.budget_rows"
GUARDED = {MEASURES: MEASURE_ROWS, BUDGETS: BUDGET_ROWS}
"""Tables of sums over enterprises and projects -> the table of what stands behind."""
_FIGURES = ("operating", "building", "approved", "locked", "waiting", "remaining", "energy")


@dataclass(frozen=True, slots=True)
class CellRule:
    """When a cell is sensitive.

    Parameters
    ----------
    fewest : int
        Contributors that must stand behind a cell. [1]
    largest_share : float
        Share of the cell that one of them may have at most. [1]
    """

    fewest: int = FEWEST_ROWS
    largest_share: float = 0.85

    def is_sensitive(self, gifts: Sequence[float]) -> bool:
        """Return whether a cell of these contributions would tell of one of them; an empty one does not."""
        sizes = [abs(gift) for gift in gifts]
        if not sizes:
            return False
        dominates = sum(sizes) > 0 and max(sizes) > self.largest_share * sum(sizes)
        return len(sizes) < self.fewest or dominates


def choose_withheld(cells: Mapping[str, Sequence[float]], rule: CellRule | None = None) -> frozenset[str]:
    """Return the cells that are left out where their sum :data:`TOTAL` would be shown beside them.

    What is left out together is safe if it is no single cell, its sum is not sensitive, and that sum without
    a cell of one contributor, which that one can take away, is not sensitive either. Cells are added, those
    with the fewest behind first, until this holds; where it cannot hold, the sum is left out as well.

    Parameters
    ----------
    cells : mapping of str to sequence of float
        Cell -> what each contributor gives to it.
    rule : CellRule, optional
        When a cell is sensitive.

    Examples
    --------
    >>> sorted(choose_withheld({"a": [5.0], "b": [1.0, 2.0, 3.0], "c": [9.0] * 5}))
    ['a', 'b']
    >>> choose_withheld({"a": [1.0, 2.0, 3.0]})
    frozenset()
    """
    judged = rule or CellRule()
    withheld = {name for name, gifts in cells.items() if judged.is_sensitive(gifts)}
    if judged.is_sensitive([gift for gifts in cells.values() for gift in gifts]):
        return frozenset({TOTAL, *(name for name, gifts in cells.items() if gifts)})
    if not withheld:
        return frozenset()
    spare = sorted(
        (name for name in cells if name not in withheld and cells[name]), key=lambda n: (len(cells[n]), n)
    )
    while not _is_safe([cells[name] for name in withheld], judged):
        if not spare:
            return frozenset({TOTAL, *withheld})
        withheld.add(spare.pop(0))
    return frozenset(withheld)


def _is_safe(groups: Sequence[Sequence[float]], rule: CellRule) -> bool:
    """Return whether the sum of cells that are left out together tells nobody of one of them."""
    if len(groups) < 2 or rule.is_sensitive([gift for gifts in groups for gift in gifts]):
        return False
    for number, own in enumerate(groups):
        rest = [gift for other, gifts in enumerate(groups) if other != number for gift in gifts]
        if len(own) == 1 and rule.is_sensitive(rest):
            return False
    return True


def withhold_small(
    frame: pl.DataFrame, counts: str, figures: Collection[str], fewest: int = FEWEST_ROWS
) -> pl.DataFrame:
    """Return rows of sums without the figures behind which too few stand, where no sum over rows is shown.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a cell.
    counts : str
        Column of the number of contributors.
    figures : collection of str
        Columns that are emptied.
    fewest : int
        Contributors that must stand behind. [1]
    """
    few = (pl.col(counts) > 0) & (pl.col(counts) < fewest)
    return frame.with_columns(pl.when(~few).then(pl.col(name)).alias(name) for name in figures)


def guard_cells(
    frame: pl.DataFrame,
    table_id: str,
    reach: Reach,
    read: Callable[[str], pl.DataFrame],
    homes: Collection[str],
) -> pl.DataFrame:
    """Return a table without the small cells that the reader may not see.

    Who sees the rows behind, in all regions, gets everything.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows of the table that he may see.
    table_id : str
        Table.
    reach : Reach
        Of the reader.
    read : callable
        Takes the id of a table, returns all its rows.
    homes : collection of str
        Regions that stand for the sum over the others.
    """
    behind = GUARDED.get(table_id)
    if behind is None or frame.is_empty() or reach.sees_whole(behind):
        return frame
    if table_id == MEASURES:
        return guard_measures(frame, read(behind), homes)
    return guard_budgets(frame, read(behind))


def guard_measures(values: pl.DataFrame, rows: pl.DataFrame, homes: Collection[str]) -> pl.DataFrame:
    """Return figures over rows of registers without small cells, status ``withheld``.

    A figure that is no plain sum (a ratio of sums) is left out in every region of a year if one is sensitive.

    Parameters
    ----------
    values : polars.DataFrame
        MeasureValues.
    rows : polars.DataFrame
        MeasureRows: all of them.
    homes : collection of str
        Regions that stand for the sum over the others.
    """
    group = ["register_id", "measure_id", "year"]
    shut: list[tuple[str, str, int, str]] = []
    for key, found in rows.filter(pl.col("row_id").is_not_null()).group_by(group):
        shut += [(*key, region) for region in _withheld_of(found, homes)]
    closed = pl.DataFrame(
        shut, schema={**{name: values.schema[name] for name in group}, "region": pl.String}, orient="row"
    ).with_columns(_shut=pl.lit(value=True))
    joined = values.join(closed, on=[*group, "region"], how="left", maintain_order="left")
    is_shut = pl.col("_shut").fill_null(value=False) & pl.col("value").is_not_null()
    return joined.with_columns(
        value=pl.when(~is_shut).then(pl.col("value")),
        status=pl.when(is_shut).then(pl.lit(WITHHELD)).otherwise(pl.col("status")),
    ).drop("_shut")


def _withheld_of(found: pl.DataFrame, homes: Collection[str]) -> Iterable[str]:
    """Return the regions of one figure and year that are left out."""
    parts = found["part"].n_unique()
    gifts: dict[str, list[float]] = {}
    for region, _, gift in (
        found.group_by("region", "row_id")
        .agg(pl.col("value").abs().sum())
        .sort("region", "row_id")
        .iter_rows()
    ):
        gifts.setdefault(region, []).append(gift or 0.0)
    cells = {region: each for region, each in gifts.items() if region not in homes}
    whole = {region: each for region, each in gifts.items() if region in homes}
    if parts > 1:
        rule = CellRule(largest_share=1.0)
        few = any(rule.is_sensitive(each) for each in cells.values())
        return [*(cells if few else ()), *(home for home, each in whole.items() if rule.is_sensitive(each))]
    if not cells:
        return [home for home, each in whole.items() if CellRule().is_sensitive(each)]
    withheld = choose_withheld(cells)
    return [*(withheld - {TOTAL}), *(homes if TOTAL in withheld else ())]


def guard_budgets(budgets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return budgets of cities without the figures of projects where a part of them is sensitive.

    Parameters
    ----------
    budgets : polars.DataFrame
        CityBudgets.
    rows : polars.DataFrame
        BudgetRows: all of them.
    """
    rule = CellRule()
    projects = rows.filter((pl.col("part") != "budget") & pl.col("value").is_not_null())
    shut = [
        key[:2]
        for key, found in projects.group_by("region", "year", "part")
        if rule.is_sensitive(found["value"].to_list())
    ]
    closed = pl.DataFrame(
        sorted(set(shut)), schema={"region": pl.String, "year": budgets.schema["year"]}, orient="row"
    ).with_columns(_shut=pl.lit(value=True))
    joined = budgets.join(closed, on=["region", "year"], how="left", maintain_order="left")
    open_ = ~pl.col("_shut").fill_null(value=False)
    return joined.with_columns(pl.when(open_).then(pl.col(name)).alias(name) for name in _FIGURES).drop(
        "_shut"
    )
