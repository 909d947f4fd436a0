"""The items of a monthly file: unit, other spellings, place on the page."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

PageName = Literal["flash", "page"]
"""Which page: the flash estimate, the monthly page."""


@cache
def load_items() -> tuple[Mapping[str, str], ...]:
    """Return the rows of ``items.csv``, as text."""
    text = files("dafeng.monthly").joinpath("items.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def unit_of(item: str) -> str:
    """Return the unit of an item."""
    return next(row["unit"] for row in load_items() if row["code"] == item)


@cache
def shown_items(page: PageName) -> tuple[str, ...]:
    """Return the items of the flash estimate or of the monthly page in their order."""
    rank = f"{page}_rank"
    rows = [row for row in load_items() if row[rank]]
    return tuple(row["code"] for row in sorted(rows, key=lambda row: int(row[rank])))


@cache
def item_aliases() -> Mapping[str, str]:
    """Return the further spellings of items, in lower case, and their codes."""
    return {
        alias.lower(): row["code"] for row in load_items() for alias in row["aliases"].split(";") if alias
    }
