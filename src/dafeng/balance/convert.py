"""From one edition of the layout to another: nothing is lost and the sums stay true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.contracts import BalanceCells
from dafeng.balance.editions import edition_folds, find_edition
from dafeng.balance.layout import refuse_unplaced
from dafeng.balance.stock import DECIMALS, PARTS, net_stocks
from dafeng.provenance import Step
from dafeng.table import check

if TYPE_CHECKING:
    from dafeng.balance.editions import Edition
    from dafeng.balance.model import Balance

TABLE = ["region", "year"]
KEY = [*TABLE, "row", "fuel"]
RECOVERY = {
    "recovery_of_energy": ("total_primary_supply", "supply"),
    "recovered_energy": ("transformation_total", "transformation"),
}
"""The two places of recovered energy: row -> total that it is part of, section."""


def convert_edition(balance: Balance, edition: str) -> tuple[Balance, tuple[Step, ...]]:
    """Return a balance in the layout of another edition, and what was done to it.

    Parameters
    ----------
    balance : Balance
    edition : str
        Code of the layout.

    Returns
    -------
    (Balance, tuple of Step)
        Recovered energy is moved between supply and transformation where the layouts differ and both
        totals are changed by its amount, so that every sum and the statistical difference hold as before.
        Opening and closing stock become the stock change where the layout has no rows for them.
        A fuel without a column is added to the one that holds it by definition (``edition_folds.csv``).

    Raises
    ------
    InputRefused
        ``balance_edition_unknown``; ``balance_cell_unplaced`` for every cell that has no place in the
        layout and no clear other one: nothing is dropped and nothing split by guess.
    """
    target = find_edition(edition)
    cells, netted = _net_stocks(balance.cells, target)
    cells, moved = _move_recovery(cells, target)
    cells, folded = _fold_fuels(cells, target)
    refuse_unplaced(cells, target)
    converted = replace(balance, cells=check(cells.sort(KEY), BalanceCells), edition=target.code)
    return converted, (*netted, *moved, *folded)


def _net_stocks(cells: pl.DataFrame, target: Edition) -> tuple[pl.DataFrame, list[Step]]:
    """Put the stock change in the place of opening and closing stock."""
    stocks = cells.filter(pl.col("row").is_in(PARTS))
    if stocks.is_empty() or target.row_codes >= set(PARTS):
        return cells, []
    step = Step(
        "balance.convert_edition",
        "年初、年末库存并为库存增减；原表已列库存增减的照列",
        "opening and closing stock made the stock change; a change that was stated stands",
        {"edition": target.code}, stocks.height,
    )  # fmt: skip
    return net_stocks(cells), [step]


def _move_recovery(cells: pl.DataFrame, target: Edition) -> tuple[pl.DataFrame, list[Step]]:
    """Move recovered energy to the row that the edition has for it."""
    there = [row for row in RECOVERY if row in target.row_codes]
    away = [row for row in RECOVERY if row not in target.row_codes]
    steps: list[Step] = []
    for old in away:
        moved = cells.filter(pl.col("row") == old)
        if moved.is_empty() or len(there) != 1:
            continue
        new = there[0]
        cells = cells.with_columns(row=pl.col("row").replace({old: new}))
        cells = _change_total(cells, moved, RECOVERY[old], -1.0)
        cells = _change_total(cells, moved, RECOVERY[new], 1.0)
        steps.append(
            Step(
                "balance.convert_edition",
                f"回收能由 {old} 移到 {new}，{RECOVERY[old][0]} 与 {RECOVERY[new][0]} 相应重算",
                f"recovered energy moved from {old} to {new}; both totals recomputed",
                {"from": old, "to": new, "edition": target.code},
                moved.height,
            )
        )
    return cells, steps


def _change_total(
    cells: pl.DataFrame, moved: pl.DataFrame, place: tuple[str, str], sign: float
) -> pl.DataFrame:
    """Add what was moved to a total; a total without any part left goes, one that is first needed comes."""
    total, section = place
    key = [*TABLE, "fuel"]
    change = moved.select(*key, "unit", "grade", change=sign * pl.col("value"))
    changed = cells.join(change.select(*key, "change"), on=key, how="left", maintain_order="left")
    own = (pl.col("row") == total) & pl.col("change").is_not_null()
    cells = changed.with_columns(
        value=pl.when(own).then((pl.col("value") + pl.col("change")).round(DECIMALS)).otherwise("value")
    ).drop("change")
    parts = _rows_of(section, total)
    present = cells.filter(pl.col("row").is_in(parts)).group_by(key, maintain_order=True).agg(parts=pl.len())
    if sign < 0:
        empty = change.join(present, on=key, how="anti").select(
            *key, row=pl.lit(total), gone=pl.lit(value=True)
        )
        left = cells.join(empty, on=KEY, how="left", maintain_order="left")
        return left.filter(pl.col("gone").is_null() | (pl.col("value") != 0)).drop("gone")
    alone = change.join(present.filter(pl.col("parts") == 1), on=key, how="semi")
    missing = alone.join(cells.filter(pl.col("row") == total), on=key, how="anti")
    added = missing.with_columns(row=pl.lit(total), value=pl.col("change")).select(cells.columns)
    return pl.concat([cells, added])


def _rows_of(section: str, total: str) -> list[str]:
    entries = terms.entries("balance_rows")
    return [code for code, row in entries.items() if row["section"] == section and code != total]


def _fold_fuels(cells: pl.DataFrame, target: Edition) -> tuple[pl.DataFrame, list[Step]]:
    """Add fuels without a column to the fuel that holds them in this layout."""
    folds = {
        fuel: into
        for fuel, into in edition_folds().items()
        if fuel not in target.fuel_codes and into in target.fuel_codes
    }
    folded = cells.filter(pl.col("fuel").is_in(list(folds)))
    if folded.is_empty():
        return cells, []
    named = cells.with_columns(fuel=pl.col("fuel").replace(folds))
    known = ~pl.col("value").is_null().any()
    alone = pl.len() == 1
    summed = named.group_by([*KEY, "unit"], maintain_order=True).agg(
        value=pl.when(alone).then(pl.col("value").first())
        .otherwise(pl.when(known).then(pl.col("value").sum().round(DECIMALS))),
        grade=pl.col("grade").max(),
    )  # fmt: skip
    used = ", ".join(f"{fuel} → {folds[fuel]}" for fuel in folded["fuel"].unique().sort())
    step = Step(
        "balance.convert_edition", f"品种并入：{used}", f"fuels added to others: {used}",
        {"edition": target.code}, folded.height,
    )  # fmt: skip
    return summed.select(cells.columns), [step]
