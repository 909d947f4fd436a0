"""The data of the method: groups, which indicator moves which group."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def load_table(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of ``groups`` or ``mapping``, as text."""
    text = files("dafeng.inventory.flash").joinpath(f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def indicators_of(group: str) -> tuple[str, ...]:
    """Return the items that may move a group, the best one first."""
    rows = sorted(
        (row for row in load_table("mapping") if row["group"] == group), key=lambda row: int(row["rank"])
    )
    return tuple(row["item"] for row in rows)


@cache
def moving_items() -> frozenset[str]:
    """Return the items that may move any group."""
    return frozenset(row["item"] for row in load_table("mapping"))
