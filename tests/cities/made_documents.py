"""Facts for documents: the two packs computed once, and ways to change them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.app.document_file import make_wording
from dafeng.app.run_tables import RunFacts, gather_facts
from dafeng.cities.facts import Facts

if TYPE_CHECKING:
    from dafeng.errors import Language

DAY = date(2026, 11, 22)
TINY = Path(__file__).parent.parent / "packs" / "tiny"
FORBIDDEN = (
    "限电", "停产", "拉闸", "一刀切", "限产", "停工", "断电", "减产", "压产", "错峰生产", "运动式",
    "power cut", "cut production", "production cut", "shut down", "shutdown", "curtail production", "outage",
)  # fmt: skip
"""Advice that no draft may give."""


@cache
def facts_of(name: str) -> RunFacts:
    return gather_facts(str(TINY) if name == "tiny" else name, DAY)


def wording(language: Language = "zh") -> Any:
    return make_wording(language)


def changed(facts: Facts, table_id: str, change: Any) -> Facts:
    """Return facts with one table changed."""
    tables = dict(facts.tables)
    tables[table_id] = change(tables[table_id])
    return Facts(tables, facts.as_of, facts.region)


def with_column(facts: Facts, table_id: str, where: pl.Expr, **values: Any) -> Facts:
    """Return facts in which some rows of a table have other values."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            [
                pl.when(where)
                .then(pl.lit(value, dtype=frame.schema[name]))
                .otherwise(pl.col(name))
                .alias(name)
                for name, value in values.items()
            ]
        )

    return changed(facts, table_id, change)
