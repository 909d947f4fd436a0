"""Every lever of a plan: clause, agency, value today, bounds, order of a scenario, state of its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.pathway.lever_groups import group_levers
from dafeng.table import Table, column, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from dafeng.pathway.delivery import LeverState
    from dafeng.scenario import Scenario

WEAKEST_FIRST = ("demonstration", "derived", "sourced")


class LeverRow(Table):
    """One lever of the plan; what has no value was not found."""

    lever_id: str = column(key=True, zh="杠杆", en="Lever")
    name_zh: str = column(zh="名称（中文）", en="Name (Chinese)")
    name_en: str = column(zh="名称（英文）", en="Name (English)")
    clauses: str = column(zh="条款", en="Clauses")
    agency_zh: str = column(zh="牵头部门（中文）", en="Lead agency (Chinese)")
    agency_en: str = column(zh="牵头部门（英文）", en="Lead agency (English)")
    sector: str = column(zh="领域", en="Field")
    unit: str = column(nullable=True, zh="单位", en="Unit")
    today: float = column(unit="unit", nullable=True, zh="现状值", en="Value today")
    today_year: int = column(unit="year", nullable=True, zh="现状值年份", en="Year of the value today")
    lower: float = column(unit="unit", nullable=True, zh="下限", en="Lower bound")
    upper: float = column(unit="unit", nullable=True, zh="上限", en="Upper bound")
    scenario: str = column(zh="情景", en="Scenario")
    value: float = column(unit="unit", nullable=True, zh="情景值", en="Value of the scenario")
    start_year: int = column(unit="year", nullable=True, zh="开始年", en="Start")
    end_year: int = column(unit="year", nullable=True, zh="到位年", en="End")
    shape: str = column(nullable=True, zh="形状", en="Shape")
    base_state: str = column(
        vocabulary="evidence_state", nullable=True, zh="现状值的状态", en="State of the value today"
    )
    success_state: str = column(
        vocabulary="evidence_state", nullable=True, zh="落实率的状态", en="State of the delivered share"
    )
    effect_state: str = column(
        vocabulary="evidence_state",
        nullable=True,
        zh="作用系数中最弱的状态",
        en="Weakest state of its effects",
    )


def list_levers(
    tables: Mapping[str, pl.DataFrame], states: Mapping[str, LeverState], scenario: Scenario, base_year: int
) -> pl.DataFrame:
    """Return every lever of a pack.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of the pack: levers, lever_ranges, lever_effects, clauses, clause_agencies, agencies.
    states : mapping of str to LeverState
        Levers over the years of the engine; today's value is the last that was observed, else that of
        lever_ranges.
    scenario : Scenario
        Resolved.
    base_year : int

    Returns
    -------
    LeverRow
    """
    levers = tables["levers"]
    if levers.is_empty():
        return frame_of([], LeverRow)
    ranges = {row["lever_id"]: row for row in tables["lever_ranges"].iter_rows(named=True)}
    orders = {lever.id: lever for lever in scenario.levers}
    groups = group_levers(tables, "agency", levers["lever_id"].to_list(), None)
    agencies = {lever: (group.zh, group.en) for group in groups for lever in group.levers}
    weakest = _weakest_states(tables["lever_effects"])
    rows = []
    for lever in levers.iter_rows(named=True):
        name = lever["lever_id"]
        order, zh_en = orders.get(name), agencies[name]
        row: dict[str, Any] = {
            "lever_id": name, "name_zh": lever["name_zh"], "name_en": lever["name_en"],
            "clauses": lever["clause_ids"], "agency_zh": zh_en[0], "agency_en": zh_en[1],
            "sector": lever["sector"], "unit": lever["unit"], "scenario": scenario.id,
            "effect_state": weakest.get(name), **_range_of(ranges.get(name), states.get(name), base_year),
        }  # fmt: skip
        if order is not None:
            row |= {
                "value": order.value,
                "start_year": order.start,
                "end_year": order.end,
                "shape": order.shape,
            }
        rows.append(row)
    return frame_of(rows, LeverRow)


def _range_of(row: Mapping[str, Any] | None, state: LeverState | None, base_year: int) -> dict[str, Any]:
    """Return what is known of a lever today, nothing when it has no row."""
    if row is None:
        return {}
    found = {name: row[name] for name in ("unit", "lower", "upper", "base_state", "success_state")}
    if state is None:
        return {**found, "today": row["base_value"]}
    seen = base_year + state.known if row["series_id"] else None
    return {**found, "today": float(state.observed[-1]), "today_year": seen}


def _weakest_states(effects: pl.DataFrame) -> dict[str, str]:
    """Return the weakest state of the effects of each lever."""
    found: dict[str, str] = {}
    for lever, state in effects.select("lever_id", "state").iter_rows():
        found[lever] = min(found.get(lever, state), state, key=WEAKEST_FIRST.index)
    return found
