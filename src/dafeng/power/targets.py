"""The power targets of a plan against the model.

``power_targets.csv`` says which quantity of the results answers an indicator. A target that the scenario gave
to the model as a constraint is ``imposed`` where the model keeps it: that says nothing of its worth.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from dafeng import terms
from dafeng.errors import LANGUAGES
from dafeng.power.contracts import PowerJudged
from dafeng.table import frame_of
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dafeng.power.network import Network

POWER_SECTORS = frozenset({"power", "coal_power", "renewables", "storage", "grid"})
"""Sectors of ``targets.csv`` whose targets belong to the power system, modelled or not."""
CLEAN_GROUPS = frozenset({"wind", "pv", "hydro", "biomass", "gas"})
SYSTEM_GROUPS = CLEAN_GROUPS | {"coal", "recovered", "pumped_hydro", "battery"}
"""Groups that make up the capacity of the system."""
STORAGE_GROUPS = frozenset({"pumped_hydro", "battery"})
RESPONSE_KINDS = ("demand_shift", "demand_cut")
SAME = 1e-6
"""Relative distance at which a number keeps a target [1]."""
UNMODELLED = ("模型不含此项", "not part of the model")
NO_NUMBER = ("方案没有数", "the plan gives no number")
NOTHING = ("模型中没有此项所指的设施", "the model has nothing of this kind in that year")
GIVEN = ("由情景作为约束给定", "given by the scenario as a constraint")


@dataclass(frozen=True)
class Findings:
    """Result tables and the network behind them."""

    network: Network
    tables: Mapping[str, pl.DataFrame]
    results: Mapping[str, pl.DataFrame]

    def of_year(self, table: str, year: int) -> pl.DataFrame:
        """Return the rows of a result table in a period."""
        return self.results[table].filter(pl.col("year") == year)


@cache
def target_rows() -> dict[str, Mapping[str, str]]:
    """Return which quantity answers which indicator: indicator -> quantity, unit, reasons."""
    text = files("dafeng.power").joinpath("power_targets.csv").read_text("utf-8")
    return {row["indicator_id"]: row for row in csv.DictReader(text.splitlines())}


def judge_targets(
    network: Network,
    tables: Mapping[str, pl.DataFrame],
    results: Mapping[str, pl.DataFrame],
    scenario_id: str,
    about: Sequence[float],
) -> pl.DataFrame:
    """Return every power target of the pack against the model.

    Parameters
    ----------
    network : Network
    tables : mapping of str to polars.DataFrame
        ``targets`` and the power tables of the pack.
    results : mapping of str to polars.DataFrame
        As :func:`dafeng.power.results.tabulate` returns them.
    scenario_id : str
    about : sequence of float
        Tolerances by which 左右 (about) is read, relative to the target: the one that was decided, or all
        readings while none is [1]. Where they disagree a decision is needed.

    Returns
    -------
    PowerJudged
        Dated targets in their year where it is modelled, others in every period.
    """
    found, rows = Findings(network, tables, results), []
    for target in tables["targets"].filter(pl.col("comparator") != "none").iter_rows(named=True):
        known = target_rows().get(target["indicator_id"])
        if known is None and target["sector"] not in POWER_SECTORS:
            continue
        years = network.horizon.periods
        if target["target_year"] is not None:
            years = tuple(year for year in years if year == target["target_year"])
        rows += [
            {"scenario": scenario_id, "year": year, **_judge(found, target, known, year, about)}
            for year in years
        ]
    return frame_of(rows, PowerJudged)


def _judge(
    found: Findings,
    target: Mapping[str, Any],
    known: Mapping[str, str] | None,
    year: int,
    about: Sequence[float],
) -> dict[str, Any]:
    """Return goal, modelled value, outcome and reason of one target in one period."""
    goal = target["value"] if target["value"] is not None else target["lower"]
    row = {
        "target_id": target["target_id"], "target": goal, "modelled": None, "unit": target["unit"] or "1",
        "outcome": "not_modelled", "reason_zh": UNMODELLED[0], "reason_en": UNMODELLED[1],
    }  # fmt: skip
    if known is None:
        return row
    value = QUANTITIES[known["quantity"]](found, year)
    if value is None:
        return {**row, "reason_zh": NOTHING[0], "reason_en": NOTHING[1]}
    modelled = value * conversion_factor(known["unit"], target["unit"])
    row |= {"modelled": modelled} | {name: known[name] or None for name in ("reason_zh", "reason_en")}
    if goal is None:
        return {**row, "reason_zh": NO_NUMBER[0], "reason_en": NO_NUMBER[1]}
    outcomes = {reading: compare(target, modelled, reading) for reading in about or (0.0,)}
    if len(set(outcomes.values())) > 1:
        return {**row, "outcome": "needs_decision", **_tell_readings(outcomes)}
    outcome = next(iter(outcomes.values()))
    if outcome == "reached" and _is_imposed(found, known["quantity"], year):
        return {**row, "outcome": "imposed", "reason_zh": GIVEN[0], "reason_en": GIVEN[1]}
    return {**row, "outcome": outcome}


def _tell_readings(outcomes: Mapping[float, str]) -> dict[str, str]:
    """Return, in both languages, what each reading of 左右 makes of a target."""
    said = {
        lang: [
            f"±{reading:.0%} {terms.name('power_outcome', code, lang)}" for reading, code in outcomes.items()
        ]
        for lang in LANGUAGES
    }
    return {
        "reason_zh": "“左右”的读法未定：" + "；".join(said["zh"]),
        "reason_en": "the reading of “about” is not decided: " + "; ".join(said["en"]),
    }


def compare(target: Mapping[str, Any], modelled: float, about: float) -> str:
    """Return how a modelled value stands to a target: ``reached``, ``short`` or ``exceeded``.

    Parameters
    ----------
    target : mapping
        Row of ``targets.csv``: comparator, value, lower, upper.
    modelled : float
        In the unit of the target.
    about : float
        Tolerance of 左右, relative [1].

    Examples
    --------
    >>> compare({"comparator": "about", "value": 8000.0, "lower": None, "upper": None}, 7880.8, 0.02)
    'reached'
    >>> compare({"comparator": "lt", "value": 300.0, "lower": None, "upper": 300.0}, 300.0, 0.02)
    'short'
    """
    comparator, value = target["comparator"], target["value"]
    low, high = target["lower"], target["upper"]
    if comparator == "about":
        low, high = value * (1.0 - about), value * (1.0 + about)
    elif comparator not in ("range", "lt", "le", "gt", "ge"):
        low = high = value
    slack = SAME * max(abs(modelled), 1.0)
    if comparator in ("lt", "le"):
        bound = value if high is None else high
        kept = modelled < bound - slack if comparator == "lt" else modelled <= bound + slack
        return "reached" if kept else "short"
    if comparator in ("gt", "ge"):
        bound = value if low is None else low
        kept = modelled > bound + slack if comparator == "gt" else modelled >= bound - slack
        return "reached" if kept else "short"
    if low is not None and modelled < low - slack:
        return "short"
    return "exceeded" if high is not None and modelled > high + slack else "reached"


def _is_imposed(found: Findings, quantity: str, year: int) -> bool:
    """Return whether the scenario or a rule of the pack gave a quantity to the model."""
    limits = {limit.id for limit in found.network.capacity_limits}
    if quantity == "wind_pv_capacity":
        return f"lever.L_wind_pv.least.{year}" in limits
    if quantity == "storage_capacity":
        return f"lever.L_storage.least.{year}" in limits
    return quantity in ("corridor_share", "peak_shaving")


def _capacity_of(found: Findings, year: int, groups: frozenset[str]) -> float:
    rows = found.of_year("power.capacity", year).filter(pl.col("power_group").is_in(sorted(groups)))
    return float(rows["capacity_mw"].sum())


def _wind_pv(found: Findings, year: int) -> float | None:
    return _capacity_of(found, year, frozenset({"wind", "pv"}))


def _storage(found: Findings, year: int) -> float | None:
    return _capacity_of(found, year, STORAGE_GROUPS)


def _coal_rate(found: Findings, year: int) -> float | None:
    rows = found.of_year("power.system", year)["coal_rate_gce_per_kwh"]
    return None if rows.is_empty() or rows[0] is None else float(rows[0])


def _corridor_share(found: Findings, year: int) -> float | None:
    rows = found.of_year("power.corridors", year).filter(pl.col("renewable_share_min") > 0)
    shares = rows["renewable_share"].drop_nulls()
    return min(shares.to_list(), default=None)


def _peak_shaving(found: Findings, year: int) -> float | None:
    classes = found.tables["power_technologies"].filter(pl.col("kind").is_in(RESPONSE_KINDS))
    names = classes["technology"].to_list()
    rows = found.of_year("power.capacity", year).filter(pl.col("technology").is_in(names))
    peak = float(found.of_year("power.system", year)["peak_mw"][0])
    return float(rows["capacity_mw"].sum()) / peak if peak > 0 else None


def _clean_capacity(found: Findings, year: int) -> float | None:
    whole = _capacity_of(found, year, frozenset(SYSTEM_GROUPS))
    return _capacity_of(found, year, CLEAN_GROUPS) / whole if whole > 0 else None


def _clean_generation(found: Findings, year: int) -> float | None:
    groups = dict(found.tables["power_technologies"].select("technology", "published_group").iter_rows())
    rows = found.of_year("power.energy", year)
    clean = [name for name, group in groups.items() if group in CLEAN_GROUPS]
    made = rows.filter(pl.col("technology").is_in(clean))["generation_gwh"].sum()
    whole = float(found.of_year("power.system", year)["generation_gwh"][0])
    return float(made) / whole if whole > 0 else None


def _coal_built(found: Findings, year: int) -> float | None:
    rows = found.of_year("power.capacity", year).filter(pl.col("power_group") == "coal")
    return float(rows["built_mw"].sum())


QUANTITIES: Mapping[str, Callable[[Findings, int], float | None]] = {
    "wind_pv_capacity": _wind_pv,
    "storage_capacity": _storage,
    "coal_rate": _coal_rate,
    "corridor_share": _corridor_share,
    "peak_shaving": _peak_shaving,
    "clean_capacity_share": _clean_capacity,
    "clean_generation_share": _clean_generation,
    "coal_built": _coal_built,
}
"""Quantity of ``power_targets.csv`` -> how the results give it, in its unit."""
