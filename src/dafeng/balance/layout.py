"""From cells to the lines of an official table: titles, names in both languages, units, figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.balance.editions import find_edition
from dafeng.balance.model import COAL_EQUIVALENT_UNIT
from dafeng.balance.signs import turn_signs
from dafeng.errors import Finding, InputRefused
from dafeng.provenance import worst_grade

if TYPE_CHECKING:
    from dafeng.balance.editions import Edition
    from dafeng.balance.model import Balance
    from dafeng.balance.signs import Signs

UNTOLD = "…"
LABEL_COLUMNS = 2
SHEET_CELL = str | float | None


@dataclass(frozen=True, slots=True)
class SheetLines:
    """A sheet to be written: name, lines of cells, how many of them are titles and head.

    Parameters
    ----------
    name : str
        Name of the sheet.
    lines : tuple of tuple
        Text, number or None for an empty cell.
    titles, head : int
        Number of title lines, and of title and head lines together.
    label_columns : int
        Columns of text at the left.
    """

    name: str
    lines: tuple[tuple[SHEET_CELL, ...], ...]
    titles: int = 0
    head: int = 0
    label_columns: int = LABEL_COLUMNS


def lay_out_balance(balance: Balance, signs: Signs = "yearbook") -> tuple[SheetLines, ...]:
    """Return one sheet a province and year in the layout of the balance's edition.

    Parameters
    ----------
    balance : Balance
    signs : {"yearbook", "input_positive"}
        Sign of transformation in the sheets; what leaves the province stays negative.

    Returns
    -------
    tuple of SheetLines
        Titles name province, year, measure, basis of electricity, layout and grade, so that
        :func:`dafeng.balance.io.read_balance` gives the same balance back. A sheet has one grade: the
        weakest of its cells. A cell without a row stays empty, one whose figure is not told is an ellipsis.

    Raises
    ------
    InputRefused
        ``balance_cell_unplaced`` for every cell that the layout has no place for.
    """
    edition = find_edition(balance.edition)
    refuse_unplaced(balance.cells, edition)
    turned = turn_signs(balance.cells, signs)
    parts = turned.partition_by("region", "year", as_dict=True, maintain_order=True)
    return tuple(
        SheetLines(
            f"{region} {year}",
            (*_titles(balance, edition, str(region), int(year), part, signs), *_head(balance, edition),
             *_figures(edition, part)),
            titles=4, head=7,
        )
        for (region, year), part in parts.items()
    )  # fmt: skip


def refuse_unplaced(cells: pl.DataFrame, edition: Edition) -> None:
    """Raise with every cell that an edition has no place for: nothing is left out of a table.

    Raises
    ------
    InputRefused
        ``balance_cell_unplaced``.
    """
    inside = pl.col("row").is_in(sorted(edition.row_codes)) & pl.col("fuel").is_in(sorted(edition.fuel_codes))
    outside = cells.filter(~inside)
    if outside.height:
        wanted = ("region", "year", "row", "fuel", "value")
        raise InputRefused(
            Finding("balance_cell_unplaced", params={**{k: row[k] for k in wanted}, "edition": edition.code})
            for row in outside.iter_rows(named=True)
        )


def describe_measure(balance: Balance) -> tuple[str, str]:
    """Return measure and basis of electricity in words, Chinese and English."""
    if balance.electricity is None:
        return "实物量", "physical quantity"
    basis, gce = balance.electricity.basis, balance.electricity.gce_per_kwh
    zh, en = terms.name("electricity_basis", basis, "zh"), f"{basis} value"
    return (
        f"标准量，电力按{zh}，{gce!r} 克标准煤/千瓦时",
        f"coal equivalent, electricity by {en}, {gce!r} gce/kWh",
    )


def _titles(
    balance: Balance, edition: Edition, region: str, year: int, part: pl.DataFrame, signs: Signs
) -> list[tuple[SHEET_CELL, ...]]:
    zh, en = (terms.name("provinces", region, language) for language in ("zh", "en"))
    measure_zh, measure_en = describe_measure(balance)
    grade = worst_grade(part["grade"]) or ""
    unit = f"单位 Unit：{'万吨标准煤 10^4 tce' if balance.electricity else '见各列 as stated in each column'}"
    meaning = {
        "yearbook": "加工转换投入（-）产出（+） transformation input (-), output (+)",
        "input_positive": "加工转换投入（+）产出（-） transformation input (+), output (-)",
    }[signs]
    width = LABEL_COLUMNS + len(edition.columns)
    texts = (
        f"{zh}能源平衡表（{measure_zh}）—{year}",
        f"Energy Balance of {en} ({measure_en}) — {year}",
        f"表式 Layout：{edition.code}；{meaning}；证据等级 Evidence grade：{grade}",
        unit,
    )
    return [(text, *([None] * (width - 1))) for text in texts]


def _head(balance: Balance, edition: Edition) -> list[tuple[SHEET_CELL, ...]]:
    physical = balance.measure == "physical"
    units = [f"{c.unit_zh} {c.unit}" if physical else COAL_EQUIVALENT_UNIT for c in edition.columns]
    return [
        ("项目", "Item", *(column.zh for column in edition.columns)),
        (None, None, *(column.en for column in edition.columns)),
        (None, None, *(unit if physical else f"万吨标准煤 {unit}" for unit in units)),
    ]


def _figures(edition: Edition, part: pl.DataFrame) -> list[tuple[SHEET_CELL, ...]]:
    values: dict[tuple[str, str], SHEET_CELL] = {
        (row, fuel): UNTOLD if value is None else value
        for row, fuel, value in part.select("row", "fuel", "value").iter_rows()
    }
    named = {row for row, _ in values}
    return [
        (label.zh, label.en, *(values.get((label.code, column.code)) for column in edition.columns))
        for label in edition.rows
        if not label.optional or label.code in named
    ]
