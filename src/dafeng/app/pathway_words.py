"""Scenarios, levers and parameters as tables, so that every input stands beside what it led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.app.pathway_engine import resolve_all
from dafeng.pathway.contracts import ModelParameter, ScenarioLever
from dafeng.pathway.power_step import power_parameter_rows, select_response
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def list_parameters(pack: Pack) -> pl.DataFrame:
    """Return the numbers of the engine that belong to no province, with their state.

    A number of the hourly model for all scenarios replaces the stand-in; one for some scenarios only follows
    with the name of the scenario.
    """
    rows: list[dict[str, Any]] = []
    responses = pack.tables["power_response"].to_dicts()
    shared = select_response(responses, "")
    for row in power_parameter_rows():
        own = {**row, "value": float(row["value"]), "source_id": row["source_id"] or None}
        rows.append(own if row["parameter"] not in shared else _tell_response(own, shared[row["parameter"]]))
    for name in sorted({row["scenario"] for row in responses if row["scenario"] is not None}):
        found = select_response(responses, name)
        rows += [
            {**_tell_response(row, found[row["parameter"]]), "parameter": f"{row['parameter']} ({name})"}
            for row in power_parameter_rows()
            if row["parameter"] in found and found[row["parameter"]]["scenario"] == name
        ]
    return frame_of(rows, ModelParameter)


def _tell_response(row: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the parameters with the number of the hourly model."""
    error = response["error"]
    spread = ("", "") if error is None else (f"，拟合误差 {error:.3g}", f", error of the fit {error:.3g}")
    notes = (response["note_zh"], response["note_en"])
    told = ("" if notes[0] is None else f"；{notes[0]}", "" if notes[1] is None else f"; {notes[1]}")
    return {
        **row,
        **{name: response[name] for name in ("value", "unit", "state", "source_id", "grade")},
        "zh": f"取逐时模型 {response['year']} 年的简化式，代替演示值 {row['value']}{spread[0]}{told[0]}",
        "en": f"of the hourly model for {response['year']}, in place of the demonstration value "
        f"{row['value']}{spread[1]}{told[1]}",
    }
