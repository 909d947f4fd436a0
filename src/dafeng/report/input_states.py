"""Inputs of the pathways by the state of their number, and what the base year gave to which chain."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.figures import number, number_button, traced
from dafeng.report.pathway_view import (
    CALIBRATION,
    EFFECTS,
    OUTLOOKS,
    PARAMETERS,
    RANGES,
    STATES,
    PathwayView,
)
from dafeng.report.words import phrase, term

if TYPE_CHECKING:
    from dafeng.report.context import ReportContext

EMISSIONS = "inventory.emissions"
EQUAL = 1e-9
"""Relative difference that rounding may leave. [1]"""
COLUMNS = (
    (RANGES, "base_state"), (RANGES, "success_state"), (EFFECTS, "state"), (OUTLOOKS, "state"),
    (PARAMETERS, "state"),
)  # fmt: skip
"""Tables of inputs and the column that says what kind of number it is."""


def count_states(context: ReportContext) -> list[tuple[str, Counter[str]]]:
    """Return how many numbers of each kind are sourced, derived or demonstration values."""
    made = []
    for table_id, column in COLUMNS:
        rows = context.own_rows(table_id) if table_id == OUTLOOKS else context.rows(table_id)
        if rows:
            name = f"{table_id.removeprefix('pathway.')}.{column}"
            made.append((name, Counter(row[column] for row in rows)))
    return made


def state_rows(context: ReportContext) -> list[tuple[Markup, list[int], int]]:
    """Return kind, counts by state and sum of the inputs, all kinds together last."""
    counted = count_states(context)
    rows = [
        (phrase(f"inputs.kind.{name}"), [counts[state] for state in STATES], sum(counts.values()))
        for name, counts in counted
    ]
    sums = [sum(row[1][place] for row in rows) for place in range(len(STATES))]
    return [*rows, (phrase("inputs.all"), sums, sum(sums))] if rows else []


def calibration_rows(view: PathwayView) -> list[dict[str, Any]]:
    """Return what each chain was given of the inventory and how much of it rests on which state."""
    by_chain: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    cells: Counter[str] = Counter()
    for row in view.context.rows(CALIBRATION):
        by_chain[row["chain"]][row["basis"]] += row["co2_mt"]
        cells[row["chain"]] += 1
    key = view.trace("Mt CO2", "inputs.calibration_step")
    return [
        {
            "name": term("pathway_chains", chain), "cells": cells[chain],
            "co2": traced(sum(states.values()), key, 2),
            "shares": [_share(states.get(state, 0.0), sum(states.values()), key) for state in STATES],
        }
        for chain, states in sorted(by_chain.items(), key=lambda item: -sum(item[1].values()))
    ]  # fmt: skip


def _share(part: float, whole: float, key: str) -> Markup:
    if not whole:
        return Markup('<span class="null">—</span>')
    return number_button(f"{number(100 * part / whole, 0)}%", key)


def compare_total(view: PathwayView) -> Markup:
    """Return the sentence that lays the sum over the chains beside the inventory of the base year."""
    rows = view.context.rows(CALIBRATION)
    given = sum(row["co2_mt"] for row in rows)
    inventory = _inventory_total(view)
    key = view.trace("Mt CO2", "inputs.calibration_step")
    cells = len({(row["sector"], row["fuel"]) for row in rows})
    shared: dict[str, object] = {"year": view.base_year, "cells": cells, "given": traced(given, key, 3)}
    if inventory is None:
        return phrase("inputs.calibration.alone", **shared)
    shared["inventory"] = traced(inventory, key, 3)
    if abs(given - inventory) < EQUAL * max(inventory, 1.0):
        return phrase("inputs.calibration.equal", **shared)
    difference = traced(given - inventory, key, 3, signed=True)
    return phrase("inputs.calibration.apart", difference=difference, **shared)


def _inventory_total(view: PathwayView) -> float | None:
    """Return combustion CO2 of the base year by the inventory; None without one. [Mt]"""
    cells = [
        row["value"]
        for row in view.context.own_rows(EMISSIONS)
        if (row["year"], row["variable"]) == (view.base_year, "co2_fuel_combustion")
        and row["sector"] != "total" and row["fuel"] is not None and row["value"] is not None
    ]  # fmt: skip
    return float(sum(cells)) if cells else None
