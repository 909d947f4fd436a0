"""What energy- and emission-intensive projects lock in, beside the carbon budget of their city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.register.measures import STRONG, lift_regions
from dafeng.register.measures_sum import CELL
from dafeng.register.measures_time import read_days
from dafeng.register.whole_contracts import BudgetRows, CityBudgets
from dafeng.table import check, columns_of, empty_table
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.register.measures import Ground
    from dafeng.register.model import Register

PROJECTS, BUDGETS = "two_high_projects", "carbon_budgets"
"""Registers of the projects and of the budgets; a pack without either has no comparison."""
CO2, ENERGY, STARTS, ENDS = "co2_increment", "energy_increment", "operation_year", "ended_on"
"""Fields of a project: yearly increments, year of operation, day on which it ended."""
ENDED = "ended"
"""State in which the day of the end holds; entered before the exit is accepted it ends nothing."""
WHOLE, ROOM, YEAR, NEW = "budget", "for_projects", "year", "new_since"
"""Fields of a budget: all emissions of the city, what is set aside for new projects, year, and from which
year of operation on a project is new."""
STANDING = "standing"
"""Part of the projects that were in operation before: what they emit is in the whole budget, not in the part
for new projects."""
STATE_PARTS = {
    "operating": "operating", "building": "building", "improving": "building", "approved": "approved",
    "ended": "operating", "proposed": "waiting", "appraised": "waiting",
}  # fmt: skip
"""State of a project -> part of the comparison; other states are not in it."""
BUDGET_STATES = ("in_force", "settled")
"""States in which a budget counts; a draft does not."""
LOCKED = ("operating", "building", "approved")
CO2_UNIT, ENERGY_UNIT = "10^4 tCO2", "10^4 tce"


def compare_budgets(rows: Mapping[str, pl.DataFrame], ground: Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return for every city and year what projects lock in, what waits, and what the budget has room for.

    A project counts from its year of operation to the day on which it ended; one that waits counts where its
    year is not known yet. What is compared is the part of the budget that is set aside for new projects: the
    whole budget also holds everything that stands already. So does a project that went into operation before
    the year from which the budget calls a project new: it is listed and takes nothing of that part.

    Parameters
    ----------
    rows : mapping of str to polars.DataFrame
        Complete rows by register, of those that have any.
    ground : Ground

    Returns
    -------
    CityBudgets, BudgetRows
        The year of the day and every year of a budget. A project without year or figure is left out and told,
        a city without budget is not judged; where nothing is set aside for projects, only a whole budget that
        is exceeded is judged. Figures of grade C or X judge nothing.
    """
    projects = _read_projects(rows.get(PROJECTS), ground)
    budgets = _read_budgets(rows.get(BUDGETS), ground)
    if projects.is_empty() and budgets.is_empty():
        return empty_table(CityBudgets), empty_table(BudgetRows)
    years = sorted({ground.as_of.year, *budgets["year"].to_list()})
    counted = projects.join(pl.DataFrame({"year": years}, schema={"year": pl.Int64}), how="cross").filter(
        _counts_in(pl.col("year"))
    )
    counted = _set_standing_apart(counted, budgets)
    cities = _sum_cities(counted, budgets)
    return check(_judge(cities), CityBudgets), check(_list_rows(counted, budgets, cities), BudgetRows)


def _read_projects(frame: pl.DataFrame | None, ground: Ground) -> pl.DataFrame:
    """Return projects that count: city, part, increments in common units, first and last year."""
    schema = {
        "row_id": pl.String, "version": pl.Int64, "label": pl.String, "grade": pl.String, "region": pl.String,
        "part": pl.String, "value": pl.Float64, "energy": pl.Float64, "starts": pl.Int64, "ends": pl.Date,
    }  # fmt: skip
    register = ground.library.registers.get(PROJECTS)
    if frame is None or register is None:
        return pl.DataFrame(schema=schema)
    part = pl.col("state").replace_strict(STATE_PARTS, default=None, return_dtype=pl.String)
    made = _in_cities(frame, ground).select(
        "row_id", "version", pl.col(register.label).alias("label"), "grade", "region", part.alias("part"),
        (pl.col(CO2) * _factor(register, CO2, CO2_UNIT)).alias("value"),
        (pl.col(ENERGY) * _factor(register, ENERGY, ENERGY_UNIT)).alias("energy"),
        pl.col(STARTS).alias("starts"),
        pl.when(pl.col("state") == ENDED).then(read_days(frame[ENDS])).alias("ends"),
    )  # fmt: skip
    return made.drop_nulls("part").cast(schema)  # type: ignore[arg-type]


def _read_budgets(frame: pl.DataFrame | None, ground: Ground) -> pl.DataFrame:
    schema = {
        "row_id": pl.String, "version": pl.Int64, "label": pl.String, "grade": pl.String, "region": pl.String,
        "year": pl.Int64, "budget": pl.Float64, "room": pl.Float64, "new_since": pl.Int64,
    }  # fmt: skip
    register = ground.library.registers.get(BUDGETS)
    if frame is None or register is None:
        return pl.DataFrame(schema=schema)
    made = _in_cities(frame, ground).filter(pl.col("state").is_in(BUDGET_STATES))
    return made.select(
        "row_id", "version", pl.col(register.label).alias("label"), "grade", "region",
        pl.col(YEAR).alias("year"),
        (pl.col(WHOLE) * _factor(register, WHOLE, CO2_UNIT)).alias("budget"),
        (pl.col(ROOM) * _factor(register, ROOM, CO2_UNIT)).alias("room"),
        pl.col(NEW).alias("new_since"),
    ).cast(schema)  # type: ignore[arg-type] # fmt: skip


def _in_cities(frame: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Return rows with the city in which they lie; what lies in none stands under the whole."""
    above = dict(lift_regions(ground.regions, "city").iter_rows())
    city = pl.col("scope_region").replace_strict(above, default=ground.home, return_dtype=pl.String)
    return frame.with_columns(region=city.fill_null(ground.home))


def _factor(register: Register, name: str, unit: str) -> float:
    return conversion_factor(register.field(name).unit, unit)


def _counts_in(year: pl.Expr) -> pl.Expr:
    """Return whether a project counts in a year; one that is locked in without a year is kept to be told."""
    begun = pl.col("starts").is_null() | (pl.col("starts") <= year)
    return begun & (pl.col("ends").is_null() | (pl.col("ends") > pl.date(year, 12, 31)))


def _set_standing_apart(counted: pl.DataFrame, budgets: pl.DataFrame) -> pl.DataFrame:
    """Return projects, those older than the part for new projects of their city and year set apart."""
    since = budgets.group_by(CELL).agg(pl.col("new_since").min())
    old = pl.col("part").is_in(LOCKED) & (pl.col("starts") < pl.col("new_since"))
    joined = counted.join(since, on=CELL, how="left", maintain_order="left")
    return joined.with_columns(
        part=pl.when(old.fill_null(value=False)).then(pl.lit(STANDING)).otherwise("part")
    ).drop("new_since")


def _is_left_out() -> pl.Expr:
    dateless = pl.col("part").is_in(LOCKED) & pl.col("starts").is_null()
    return (pl.col("value").is_null() & (pl.col("part") != STANDING)) | dateless


def _sum_cities(counted: pl.DataFrame, budgets: pl.DataFrame) -> pl.DataFrame:
    good = counted.filter(~_is_left_out() & (pl.col("part") != STANDING))
    locked = pl.col("part").is_in(LOCKED)
    sums = good.group_by(CELL).agg(
        *(pl.col("value").filter(pl.col("part") == part).sum().alias(part) for part in (*LOCKED, "waiting")),
        pl.col("value").filter(locked).sum().alias("locked"),
        pl.col("energy").filter(locked).sum().alias("energy"),
        locked.sum().cast(pl.Int64).alias("projects"),
        (~locked).sum().cast(pl.Int64).alias("waiting_projects"),
        pl.col("grade").max().alias("weakest"),
    )
    short = counted.filter(_is_left_out()).group_by(CELL).agg(pl.len().cast(pl.Int64).alias("left_out"))
    given = budgets.group_by(CELL).agg(
        pl.col("budget").sum(),
        pl.when(pl.col("room").is_not_null().any()).then(pl.col("room").sum()).alias("room"),
        pl.col("grade").max().alias("grade_of_budget"),
    )
    cells = pl.concat([counted.select(CELL), budgets.select(CELL)]).unique()
    joined = (
        cells.join(sums, on=CELL, how="left")
        .join(short, on=CELL, how="left")
        .join(given, on=CELL, how="left")
    )
    return joined.with_columns(pl.col("projects", "waiting_projects", "left_out").fill_null(0)).sort(CELL)


def _judge(cities: pl.DataFrame) -> pl.DataFrame:
    locked, waiting = pl.col("locked").fill_null(0.0), pl.col("waiting").fill_null(0.0)
    remaining = pl.when(pl.col("left_out") == 0).then(pl.col("room") - locked)
    grade = pl.max_horizontal("weakest", "grade_of_budget")
    unsure = (pl.col("left_out") > 0) | ~grade.is_in(STRONG)
    status = (
        pl.when(pl.col("budget").is_null()).then(pl.lit("no_budget"))
        .when(unsure).then(pl.lit("incomplete"))
        .when(locked > pl.coalesce("room", "budget")).then(pl.lit("exceeded"))
        .when(pl.col("room").is_null()).then(pl.lit("no_room"))
        .when(waiting > remaining).then(pl.lit("waiting_exceeds"))
        .otherwise(pl.lit("within"))
    )  # fmt: skip
    told = cities.with_columns(
        remaining=remaining,
        grade=grade,
        status=status,
        unit=pl.lit(CO2_UNIT),
        energy_unit=pl.lit(ENERGY_UNIT),
    )
    return told.select(spec.name for spec in columns_of(CityBudgets))


def _list_rows(counted: pl.DataFrame, budgets: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """Return projects and budgets behind; a project that waits and alone exceeds what remains is marked."""
    room = cities.select(*CELL, (pl.col("room") - pl.col("locked").fill_null(0.0)).alias("remaining"))
    waits = pl.col("part") == "waiting"
    projects = counted.join(room, on=CELL, how="left").with_columns(
        register_id=pl.lit(PROJECTS), beyond=pl.when(waits).then(pl.col("value") > pl.col("remaining"))
    )
    given = budgets.with_columns(
        register_id=pl.lit(BUDGETS), part=pl.lit("budget"), value=pl.col("budget"),
        energy=pl.lit(None, dtype=pl.Float64), beyond=pl.lit(None, dtype=pl.Boolean),
    )  # fmt: skip
    names = [spec.name for spec in columns_of(BudgetRows)]
    units = {"unit": pl.lit(CO2_UNIT), "energy_unit": pl.lit(ENERGY_UNIT)}
    both = pl.concat([frame.with_columns(**units).select(names) for frame in (projects, given)])
    return both.sort(*CELL, "part", "row_id")
