"""Monthly and cumulative statistics: what was known on a day, as spans of months, nothing filled in."""

from dafeng.monthly.contracts import FlashFigures, FlashInput
from dafeng.monthly.issue import FLASH_DAY, Issue, latest_issue
from dafeng.monthly.items import shown_items, unit_of
from dafeng.monthly.spans import Span, read_spans, select_known, sum_over

__all__ = [
    "FLASH_DAY",
    "FlashFigures",
    "FlashInput",
    "Issue",
    "Span",
    "latest_issue",
    "read_spans",
    "select_known",
    "shown_items",
    "sum_over",
    "unit_of",
]
