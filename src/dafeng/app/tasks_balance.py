"""``dafeng tasks balance``: do the plans of the cities add up to what the province has to reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.tasks_board import word_columns
from dafeng.app.tasks_rows import PLANS, TaskRows
from dafeng.errors import InputRefused
from dafeng.register.tasks_contracts import PlanBalance, PlanPeaks
from dafeng.register.tasks_derive import list_region_cities
from dafeng.register.tasks_plan_balance import BalanceGround, balance_plans, compare_peaks, latest_plans
from dafeng.store.atomic import write_bytes_atomically
from dafeng.store.audit_bytes import TableSheet, table_sheets_bytes
from dafeng.table import KnownNames

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book


@dataclass(frozen=True, slots=True)
class Balance:
    """What a balancing found.

    Parameters
    ----------
    sums : polars.DataFrame
        PlanBalance.
    peaks : polars.DataFrame
        PlanPeaks.
    """

    sums: pl.DataFrame
    peaks: pl.DataFrame


def balance_city_plans(book: Book) -> Balance:
    """Return the sums of the latest city plans beside the targets of the province, on the day of the book."""
    from dafeng.register.measures import Ground, measure_rows  # noqa: PLC0415 (expressions)

    register, info = book.library.register(PLANS), book.pack.config.pack
    regions = book.pack.tables["regions"]
    plans = latest_plans(TaskRows(book).read(PLANS))
    values, _ = measure_rows(register, plans, Ground(book.library, regions, info.region, book.today))
    targets = [
        row
        for row in book.pack.tables["targets"].to_dicts()
        if row["region"] == info.region and row["document_id"] == info.plan_document
    ]
    ground = BalanceGround(
        plans, list_region_cities(regions, info.region, book.today), register.measures,
        values.filter(values["region"] == info.region), targets,
        book.pack.config.decisions.about.tolerances,
    )  # fmt: skip
    return Balance(balance_plans(ground), compare_peaks(ground))


def write_balance(balance: Balance, path: Path) -> None:
    """Write a balancing as a workbook.

    Raises
    ------
    InputRefused
        ``document_form_unknown``: not ``.xlsx``.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputRefused.of("document_form_unknown", path=path, known=KnownNames((".xlsx",)))
    sheets = [
        TableSheet("合计与全省", balance.sums, PlanBalance, names=word_columns(PlanBalance)),
        TableSheet("达峰年份", balance.peaks, PlanPeaks, names=word_columns(PlanPeaks)),
    ]
    write_bytes_atomically(path, table_sheets_bytes(sheets))
