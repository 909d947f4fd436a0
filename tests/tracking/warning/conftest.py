"""Warnings on one made-up target and what was published of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dafeng.pack import PACK_TABLES
from dafeng.table import empty_table
from dafeng.tracking import Readings, judge_targets
from dafeng.tracking.warning import Thresholds, WarningInputs, warn_targets

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from dafeng.pack import Pack


@pytest.fixture
def warn(tables: Callable[..., dict[str, pl.DataFrame]]) -> Callable[..., dict[str, Any]]:
    """Return the warning of the first of some targets on a day."""

    def first(
        target: dict[str, Any] | list[dict[str, Any]], seen: list[dict[str, Any]] | None = None,
        day: date = date(2024, 12, 31), **other: Any,
    ) -> dict[str, Any]:  # fmt: skip
        inputs = other.pop("inputs", WarningInputs())
        limits = other.pop("thresholds", Thresholds())
        readings = Readings(**other.pop("readings", {}))
        more = other.pop("more", {})
        empty = {name: empty_table(PACK_TABLES[name]) for name in ("clause_agencies", "levers")}
        made = {**empty, **tables(target, seen, **other), **more}
        verdicts = judge_targets(made, day, readings).verdicts
        warnings = warn_targets(made, day, verdicts, readings, inputs, limits)
        assert warnings["target_id"].to_list() == verdicts["target_id"].to_list()
        row: dict[str, Any] = warnings.row(0, named=True)
        return row

    return first


def years(*values: float, first: int = 2020, **other: Any) -> list[dict[str, Any]]:
    """Return one observation a year, each known in the next January."""
    return [
        {"period": str(year), "value": value, "known_on": f"{year + 1}-01", **other}
        for year, value in enumerate(values, first)
    ]


def replay(pack: Pack, day: date, **changed: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the warnings of a pack on a day by target."""
    tables = {**pack.tables, **changed}
    readings = Readings(base_year=pack.config.pack.base_year)
    verdicts = judge_targets(tables, day, readings).verdicts
    warnings = warn_targets(tables, day, verdicts, readings)
    return {row["target_id"]: row for row in warnings.iter_rows(named=True)}
