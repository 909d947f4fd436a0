"""The indicators of an issue as the page shows them; what is not published stays missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.inventory.flash.contracts import FlashIndicators
from dafeng.inventory.flash.tables import moving_items
from dafeng.monthly.items import load_items, shown_items, unit_of
from dafeng.monthly.spans import read_spans, sum_over
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from dafeng.monthly.issue import Issue
    from dafeng.monthly.items import PageName


def list_indicators(
    figures: pl.DataFrame, issue: Issue, region: str, page: PageName = "flash"
) -> pl.DataFrame:
    """Return every item of a page, and further items that move a group and were given.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, each period once, only what was known.
    issue : Issue
    region : str
        Province.
    page : {"flash", "page"}
        Items of the flash estimate or of the monthly page.

    Returns
    -------
    FlashIndicators
        The change compares like with like: computed from the levels published for both years. Published
        rates of change are on a comparable basis and may differ where the circle of firms has changed.
    """
    spans, _ = read_spans(figures)
    items = [
        *shown_items(page),
        *(i for i in (r["code"] for r in load_items()) if i in moving_items() and i in spans),
    ]
    first = 1 if issue.month == 2 else issue.month
    rows = []
    for item in dict.fromkeys(items):
        own = spans.get(item, [])
        month, month_before = (sum_over(own, y, first, issue.month) for y in (issue.year, issue.year - 1))
        ytd, ytd_before = (sum_over(own, y, 1, issue.month) for y in (issue.year, issue.year - 1))
        of_item = figures.filter((pl.col("item") == item) & pl.col("period").str.starts_with(str(issue)))
        newest = of_item.sort("known_on").tail(1).to_dicts() if ytd is not None or month is not None else []
        rows.append(
            {
                "region": region, "item": item, "year": issue.year, "month": issue.month,
                "unit": unit_of(item),
                "month_value": month, "month_change_share": _change(month, month_before),
                "ytd_value": ytd, "ytd_change_share": _change(ytd, ytd_before),
                "known_on": newest[0]["known_on"] if newest and not newest[0]["known_assumed"] else None,
                "source": newest[0]["source"] if newest else None,
            }
        )  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(FlashIndicators)}
    return check(pl.DataFrame(rows, schema=schema), FlashIndicators)


def _change(now: float | None, then: float | None) -> float | None:
    return now / then - 1 if now is not None and then else None
