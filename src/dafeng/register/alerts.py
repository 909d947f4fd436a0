"""What somebody should look at on a day: the alerts of a register over its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.register.compute import NOTHING_LINKED, evaluate
from dafeng.register.contracts import RegisterAlerts
from dafeng.register.schema import label_of, standing_rows
from dafeng.table import check, columns_of, empty_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.register.library import Library
    from dafeng.register.model import Register


def list_alerts(
    register: Register, library: Library, frame: pl.DataFrame, today: date,
    linked: Mapping[str, pl.DataFrame] = NOTHING_LINKED,
) -> pl.DataFrame:  # fmt: skip
    """Return the alerts that are up on a day.

    Parameters
    ----------
    register : Register
    library : Library
    frame : polars.DataFrame
        Its rows, with held fields and volatile formulas; withdrawn rows are not looked at.
    today : date
    linked : mapping of str to polars.DataFrame
        Rows of other registers that links point to.

    Returns
    -------
    RegisterAlerts
        Where a value is missing that an alert asks for, it is not up.
    """
    rows = standing_rows(frame)
    found = [empty_table(RegisterAlerts)]
    for alert in register.alerts if rows.height else ():
        up = rows.filter(evaluate(alert.expr, register, library, rows, linked, today).fill_null(value=False))
        words = {
            "register_id": register.id, "alert_id": alert.id, "level": alert.level, "text_zh": alert.zh,
            "text_en": alert.en,
        }  # fmt: skip
        named = up.select(
            "row_id",
            label_of(register),
            pl.col("scope_region").alias("region"),
            pl.col("scope_agency").alias("agency"),
            *(pl.lit(text).alias(name) for name, text in words.items()),
        )
        found.append(named.select(spec.name for spec in columns_of(RegisterAlerts)))
    return check(pl.concat(found), RegisterAlerts)
