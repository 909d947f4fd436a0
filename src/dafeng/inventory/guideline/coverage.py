"""What the second method estimates and what it does not, and every factor that it uses."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import polars as pl

from dafeng.inventory.guideline.activity_lines import default_factors, find_factor
from dafeng.inventory.guideline.coal_methane import OWN
from dafeng.inventory.guideline.factors import ALL, combustion_factors, factors_in_use
from dafeng.inventory.guideline.method_contracts import Coverage, GuidelineFactor
from dafeng.table import check, columns_of, empty_table

BY_ACTIVITY = ("oil_gas", "process", "agriculture", "waste")
METHANE_VARIABLES = (
    *(name for names in OWN.values() for name, _ in names), "share_coal_capacity",
    "share_coal_capacity_depth", "share_gassy_abandoned", "ef_ch4_abandoned",
)  # fmt: skip


def list_coverage(lines: pl.DataFrame) -> pl.DataFrame:
    """Return, by category, source and gas, whether the lines of a year have figures.

    Parameters
    ----------
    lines : EmissionLine

    Returns
    -------
    Coverage
        ``partly``: some sectors of a fuel have a figure; ``no_factor`` and ``no_activity``: none has, and
        what is missing; ``elsewhere``: counted under another category.
    """
    key = ["region", "year", "category", "subject", "gas"]
    included = (pl.col("notation") == "IE").fill_null(value=False)
    known = pl.col("value").is_not_null()
    summed = (
        lines.with_columns(subject=pl.coalesce("fuel", "sector"))
        .group_by(key, maintain_order=True)
        .agg(
            lines=pl.len().cast(pl.Int64), estimated=known.sum().cast(pl.Int64),
            _included=included.sum(), _active=pl.col("activity").is_not_null().any(),
        )
    )  # fmt: skip
    status = (
        pl.when((pl.col("_included") > 0) & (pl.col("estimated") == 0))
        .then(pl.lit("elsewhere"))
        .when(pl.col("estimated") + pl.col("_included") == pl.col("lines"))
        .then(pl.lit("estimated"))
        .when(pl.col("estimated") > 0)
        .then(pl.lit("partly"))
        .when(pl.col("_active"))
        .then(pl.lit("no_factor"))
        .otherwise(pl.lit("no_activity"))
    )
    made = summed.with_columns(status=status).sort(key)
    return check(made.select([spec.name for spec in columns_of(Coverage)]), Coverage)


@cache
def _waste_parameters() -> frozenset[str]:
    text = files("dafeng.inventory.guideline").joinpath("waste_parameters.csv").read_text("utf-8")
    return frozenset(row["parameter_id"] for row in csv.DictReader(text.splitlines()))


def known_variables() -> frozenset[str]:
    """Return the names that own factors of combustion and of activities may have."""
    names = {*combustion_factors()["variable"], *_waste_parameters(), *METHANE_VARIABLES}
    for room in BY_ACTIVITY:
        names |= set(default_factors(room)["factor_id"])
    return frozenset(names)


def list_factors(periods: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Return every factor of combustion, processes and other activities as it is used.

    Parameters
    ----------
    periods : polars.DataFrame
        ``region, year``.
    own : Factors
        The province's own.

    Returns
    -------
    GuidelineFactor
        A row without value says that there is no usable figure.
    """
    names = [spec.name for spec in columns_of(GuidelineFactor)]
    burning = factors_in_use(periods, own).rename({"fuel": "subject"}).select(names)
    rows = [
        _activity_row(default, own, region, year)
        for region, year in periods.select("region", "year").unique().sort("region", "year").iter_rows()
        for room in BY_ACTIVITY
        for default in default_factors(room).iter_rows(named=True)
    ]
    schema = empty_table(GuidelineFactor).schema
    other = pl.DataFrame([{name: row[name] for name in names} for row in rows], schema=schema)
    order = ["region", "year", "variable", "activity", "subject"]
    return check(pl.concat([burning, other]).sort(order), GuidelineFactor)


def _activity_row(default: dict[str, object], own: pl.DataFrame, region: str, year: int) -> dict[str, object]:
    mine = find_factor(own, region, year, str(default["factor_id"]))
    row = {
        **default, "region": region, "year": year, "variable": default["factor_id"],
        "subject": default["gas"], "uncertainty": None, "own": mine is not None,
        "activity": default["activity"] or ALL,
    }  # fmt: skip
    if mine is None:
        return row
    return row | {
        "value": mine.value, "source_id": mine.source_id, "grade": mine.grade, "place": None,
        "note_zh": None, "note_en": None,
    }  # fmt: skip
