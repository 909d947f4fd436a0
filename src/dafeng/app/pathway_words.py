"""Scenarios, levers and parameters as tables, so that every input stands beside what it led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.app.pathway_engine import resolve_all
from dafeng.pathway.contracts import ModelParameter, ScenarioLever, frame_of
from dafeng.pathway.power_step import power_parameter_rows

if TYPE_CHECKING:
    import polars as pl

    from dafeng.app.pathway_engine import Foundation
    from dafeng.pack import Pack


def list_scenarios(pack: Pack, foundation: Foundation) -> pl.DataFrame:
    """Return what every scenario does with every lever that it moves, and its words."""
    ranges = {row["lever_id"]: row for row in pack.tables["lever_ranges"].iter_rows(named=True)}
    names = foundation.parts.lever_names
    rows = []
    for name, scenario in resolve_all(pack).items():
        words = {
            "scenario": name, "name_zh": scenario.name_zh, "name_en": scenario.name_en,
            "inherits": pack.scenarios[name].inherits or None, "autonomous": scenario.autonomous,
        }  # fmt: skip
        nothing = {
            "lever_id": "", "lever_zh": "", "lever_en": "", "unit": None, "base_value": None, "value": None,
            "start_year": None, "end_year": None, "shape": None,
        }  # fmt: skip
        rows += [
            words | {
                "lever_id": lever.id, "lever_zh": names[lever.id][0], "lever_en": names[lever.id][1],
                "unit": ranges[lever.id]["unit"], "base_value": ranges[lever.id]["base_value"],
                "value": lever.value, "start_year": lever.start, "end_year": lever.end, "shape": lever.shape,
            }
            for lever in scenario.levers
        ] or [words | nothing]  # fmt: skip
    return frame_of(rows, ScenarioLever)


def list_parameters() -> pl.DataFrame:
    """Return the numbers of the engine that belong to no province, with their state."""
    rows = [
        {**row, "value": float(row["value"]), "source_id": row["source_id"] or None}
        for row in power_parameter_rows()
    ]
    return frame_of(rows, ModelParameter)
