"""The stage of the registers: what there is, figures over the rows, the rows behind, alerts, systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.register_figures import FIGURES, list_dated_figures
from dafeng.app.register_shelf import Shelf, describe_shelf, open_shelf
from dafeng.app.tables import name_tables
from dafeng.provenance import Step
from dafeng.register.contracts import MeasureRows, MeasureValues, RegisterAlerts, RegisterList
from dafeng.register.whole_contracts import SystemCover
from dafeng.result import Result
from dafeng.table import empty_table, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dafeng.app.stages import RunContext
    from dafeng.pack import Pack
    from dafeng.register.library import Library
    from dafeng.register.measures import Ground
    from dafeng.register.model import Register

REGISTER_FILES = (
    "regions", "agencies", "clauses", "targets", "systems", "system_parts", "indicators",
    "indicator_formulas",
)  # fmt: skip
MOST_ROWS_BEHIND = 20_000
"""Rows behind the figures of one register beyond which only those of the newest year are listed; all of them
are given by ``dafeng register measures --rows``."""


def register_parameters(context: RunContext) -> dict[str, object]:
    """Return what changes the tables beside the files: the day, the definitions, the head of the history."""
    config = context.pack.config
    return {
        "as_of": context.as_of.isoformat(), "region": config.pack.region,
        "complete_registers": list(config.decisions.complete_registers), **describe_shelf(context.pack),
    }  # fmt: skip


def tabulate_registers(context: RunContext) -> Result:
    """Return the tables of the registers as they were known on the day of the run.

    Without a database the registers are listed, their figures have no rows, and nothing is created.

    Raises
    ------
    InputRefused
        A definition is refused, or the database cannot be opened.
    """
    from dafeng.app.register_list import list_fields  # noqa: PLC0415 - compiles expressions
    from dafeng.register.budgets import compare_budgets  # noqa: PLC0415

    shelf = open_shelf(context.pack)
    registers = shelf.library.registers.values()
    rows = shelf.rows_on(context.as_of)
    values, behind = measure_shelf(shelf, context, rows)
    budgets, projects = compare_budgets(rows, ground_of(shelf, context.pack, context.as_of))
    frames = {
        "register.list": list_registers(registers, rows, shelf, context.as_of.isoformat()),
        "register.fields": list_fields(shelf.library),
        "register.measures": values,
        "register.measure_rows": behind,
        "register.alerts": gather_alerts(shelf, context, rows),
        "register.systems": cover_systems(context.pack, registers, rows),
        "register.budgets": budgets,
        "register.budget_rows": _withhold_projects(projects, shelf),
        FIGURES: list_dated_figures(shelf, context, values),
    }
    counted = values.filter(pl.col("value").is_not_null()).select("register_id", "measure_id").n_unique()
    height = sum(frame.height for frame in rows.values())
    step = Step(
        "register.measure_rows",
        f"{len(registers)} 个台账，{len(rows)} 个有数据，共 {height} 行；汇总出 {counted} 项指标",
        f"{len(registers)} registers, {len(rows)} of them with {height} rows; {counted} figures",
        {"registers": len(registers), "with_rows": len(rows), "figures": counted},
        height,
    )
    return Result("registers", name_tables(frames), (step,))


def ground_of(shelf: Shelf, pack: Pack, day: date, register: Register | None = None) -> Ground:
    """Return what the figures of a register rest on beside its rows."""
    from dafeng.register.measures import Ground  # noqa: PLC0415 - compiles expressions

    linked = shelf.linked_rows(day, register) if register is not None else {}
    return Ground(shelf.library, pack.tables["regions"], pack.config.pack.region, day, linked)


def measure_shelf(
    shelf: Shelf, context: RunContext, rows: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the figures of all registers, and what each row gives to them as far as everybody may see it.

    Parameters
    ----------
    shelf : Shelf
    context : RunContext
    rows : mapping of str to polars.DataFrame
        Complete rows by register, of those that have any.

    Returns
    -------
    MeasureValues, MeasureRows
        A name that only some may see is replaced by the id of the row, and what a row gives from a restricted
        field is left empty.
    """
    from dafeng.register.measures import list_missing, measure_rows  # noqa: PLC0415 - compiles expressions

    ground = ground_of(shelf, context.pack, context.as_of)
    silent = [each for name, each in shelf.library.registers.items() if name not in rows]
    found = [frame_of([row for each in silent for row in list_missing(each, ground)], MeasureValues)]
    behind = [empty_table(MeasureRows)]
    for name, frame in rows.items():
        register = shelf.library.registers[name]
        own = ground_of(shelf, context.pack, context.as_of, register)
        values, gifts = measure_rows(register, frame, own)
        found.append(values)
        behind.append(_shorten(_withhold(gifts, register, shelf)))
    return pl.concat(found).sort("register_id", maintain_order=True), pl.concat(behind)


def _withhold(gifts: pl.DataFrame, register: Register, shelf: Shelf) -> pl.DataFrame:
    """Return the rows behind figures without restricted names and figures."""
    from dafeng.app.register_restricted import find_restricted  # noqa: PLC0415 - reads rights

    if register.label in find_restricted(shelf.library, register):
        gifts = gifts.with_columns(label=pl.col("row_id"))
    shut = restricted_parts(gifts, register, shelf.library)
    return gifts.with_columns(value=pl.when(~pl.col("part").is_in(shut)).then(pl.col("value")))


def restricted_parts(gifts: pl.DataFrame, register: Register, library: Library) -> list[str]:
    """Return the aggregates that read a restricted column, of the register or of a linked one."""
    from dafeng.app.register_restricted import needs_of  # noqa: PLC0415 - reads rights

    parts = gifts["part"].unique().sort()
    return [part for part in parts if needs_of(library, register, part).registers]


def _withhold_projects(rows: pl.DataFrame, shelf: Shelf) -> pl.DataFrame:
    """Return the projects behind the budgets without figures that only some may see."""
    from dafeng.app.register_restricted import find_restricted  # noqa: PLC0415 - reads rights
    from dafeng.register.budgets import CO2, ENERGY, PROJECTS  # noqa: PLC0415

    register = shelf.library.registers.get(PROJECTS)
    hidden = frozenset() if register is None else find_restricted(shelf.library, register)
    own = pl.col("register_id") == PROJECTS
    for column, name in (("value", CO2), ("energy", ENERGY)):
        if name in hidden:
            rows = rows.with_columns(pl.when(~own).then(pl.col(column)).alias(column))
    return rows


def _shorten(gifts: pl.DataFrame) -> pl.DataFrame:
    if gifts.height <= MOST_ROWS_BEHIND:
        return gifts
    newest = pl.col("year") == pl.col("year").max().over("measure_id", "region")
    return gifts.filter(newest)


def list_registers(
    registers: Iterable[Register], rows: Mapping[str, pl.DataFrame], shelf: Shelf, day: str
) -> pl.DataFrame:
    """Return the registers with the number of their rows and their last change; none is missing, not zero."""
    from dafeng.app.register_list import describe_register  # noqa: PLC0415 - reads rights

    known = shelf.history.filter(pl.col("at").str.slice(0, 10) <= day)
    changed = dict(known.group_by("register_id").agg(pl.col("at").max()).iter_rows())
    heights = {name: frame.height for name, frame in rows.items()}
    lines = [describe_register(each, heights.get(each.id), changed.get(each.id)) for each in registers]
    return frame_of(lines, RegisterList)


def gather_alerts(shelf: Shelf, context: RunContext, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the alerts of all registers on the day.

    A row whose name, or whose alert rests on what only some may see, is called by its id.
    """
    from dafeng.app.register_restricted import find_restricted, needs_of  # noqa: PLC0415 - reads rights
    from dafeng.register.alerts import list_alerts  # noqa: PLC0415 - compiles expressions

    found = [empty_table(RegisterAlerts)]
    for name, frame in rows.items():
        register = shelf.library.registers[name]
        linked = shelf.linked_rows(context.as_of, register)
        alerts = list_alerts(register, shelf.library, frame, context.as_of, linked)
        shut = [
            alert.id for alert in register.alerts if needs_of(shelf.library, register, alert.expr).registers
        ]
        if register.label in find_restricted(shelf.library, register):
            shut = [alert.id for alert in register.alerts]
        hidden = pl.col("alert_id").is_in(shut)
        found.append(alerts.with_columns(label=pl.when(hidden).then("row_id").otherwise("label")))
    return pl.concat(found)


def cover_systems(
    pack: Pack, registers: Iterable[Register], rows: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return for every system that the plan orders what serves it: a register, another part, or nothing."""
    serving: dict[str, list[str]] = {}
    for register in registers:
        for served in register.system_ids:
            serving.setdefault(served, []).append(register.id)
    parts = pack.tables["system_parts"].partition_by("system_id", as_dict=True)
    made = []
    for system in pack.tables["systems"].iter_rows(named=True):
        own, other = serving.get(system["system_id"], []), parts.get((system["system_id"],))
        tables = [] if other is None else other["table_id"].to_list()
        counted = [rows[name].height for name in own if name in rows]
        made.append({
            **{name: system[name] for name in ("system_id", "clause_id", "name_zh", "name_en", "priority")},
            "cover": ("both" if tables else "register") if own else ("part" if tables else "not_built"),
            "register_ids": _joined(own), "table_ids": _joined(tables),
            "rows": sum(counted) if counted else None,
            "missing_zh": _said(other, "note_zh", "；"), "missing_en": _said(other, "note_en", "; "),
        })  # fmt: skip
    return frame_of(made, SystemCover)


def _said(parts: pl.DataFrame | None, column: str, sign: str) -> str | None:
    return None if parts is None else sign.join(parts[column].drop_nulls()) or None


def _joined(codes: Iterable[str]) -> str | None:
    return ";".join(codes) or None
