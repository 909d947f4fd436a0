"""What an import would do, line by line, in the words of the register."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng.register.import_contracts import ImportPreview
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.register.import_plan import ImportPlan
    from dafeng.register.model import Register

MOST_LINES = 100_000
"""Most lines of a preview; changes and refused rows come first."""
_ORDER = {"refused": 0, "update": 1, "insert": 2, "same": 3}


def preview_rows(
    register: Register, plan: ImportPlan, bad: pl.Series, existing: pl.DataFrame
) -> pl.DataFrame:
    """Return one line a new, unchanged or refused row and one a field that changes.

    Parameters
    ----------
    register : Register
        Definition.
    plan : ImportPlan
        Rows as they would be.
    bad : polars.Series
        Which are refused.
    existing : polars.DataFrame
        Rows that stand.

    Returns
    -------
    ImportPreview
        At most :data:`MOST_LINES` lines.
    """
    assert plan.places.rows is not None
    kind = pl.when(bad).then(pl.lit("refused")).otherwise("_kind").alias("_kind")
    key = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in register.key], separator="/")
    rows = plan.rows.with_columns(kind, plan.places.rows.alias("_row"), key.alias("_key"))
    rows = rows.sort(pl.col("_kind").replace_strict(_ORDER, return_dtype=pl.Int8), maintain_order=True)
    head = rows.head(MOST_LINES)
    changed = head.filter(pl.col("_kind") == "update")
    before = {
        row["row_id"]: row
        for row in existing.join(changed.select("row_id"), on="row_id", how="semi").iter_rows(named=True)
    }
    label = register.label if register.label in head.columns else register.key[0]
    plain = head.filter(pl.col("_kind") != "update").select(
        register_id=pl.lit(register.id), kind="_kind", sheet=pl.lit(plan.places.sheet or None, pl.String),
        row="_row", row_id="row_id", key="_key", label=pl.col(label).cast(pl.String),
        field=pl.lit(None, pl.String), before=pl.lit(None, pl.String), after=pl.lit(None, pl.String),
    )  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(ImportPreview)}
    lines = [
        {
            "register_id": register.id, "kind": "update", "sheet": plan.places.sheet or None,
            "row": row["_row"], "row_id": row["row_id"], "key": row["_key"],
            "label": None if row[label] is None else str(row[label]),
            "field": name, "before": old, "after": new,
        }
        for row in changed.iter_rows(named=True)
        for name, old, new in _differences(row, before[row["row_id"]])
    ]  # fmt: skip
    fields = pl.DataFrame(lines, schema=schema, orient="row")
    joined = pl.concat(
        [plain.filter(pl.col("kind") == "refused"), fields, plain.filter(pl.col("kind") != "refused")]
    )
    return check(joined.head(MOST_LINES), ImportPreview)


def _differences(row: dict[str, Any], before: dict[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    for name in row["_differs"]:
        yield name, _write(before.get(name)), _write(row[name])


def _write(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.15g}"
    return json.dumps(value, ensure_ascii=False)
