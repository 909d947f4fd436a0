"""All profiles of a year, and where each comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng.errors import DafengError, Finding, InputRefused, Place
from dafeng.power.contracts import PowerProfileUse
from dafeng.power.profiles.generator import FACTORS, find_level, generate, locate_zones
from dafeng.power.profiles.hours import count_hours
from dafeng.power.profiles.io import ProfileFile, parse_profile
from dafeng.power.profiles.load import shape_load
from dafeng.power.profiles.statistics import read_models
from dafeng.power.profiles.weather import Site
from dafeng.table import check, empty_table
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

CHARGING = (
    1.10, 0.95, 0.80, 0.65, 0.50, 0.45, 0.50, 0.65, 0.80, 0.90, 0.95, 1.05,
    1.15, 1.10, 1.00, 0.95, 0.95, 1.05, 1.25, 1.45, 1.55, 1.55, 1.45, 1.25,
)  # fmt: skip
"""Charging without control by hour of the day, over its mean: an evening peak after work, a smaller one at
noon. A demonstration of this project, no measurement; a file in its place is better."""
CHARGING_NOTE = (
    "示意曲线（无序充电，傍晚高峰），非实测；可用文件替换",
    "demonstration shape (uncontrolled charging, evening peak), not measured; a file may replace it",
)
TYPICAL_NOTE = (
    "两种典型日曲线与分月日最高最低负荷统计；不含天气影响",
    "two typical day shapes and monthly statistics of daily extremes; no influence of weather",
)


OTHER_YEAR_NOTE = (
    "文件为其他年份：星期和节假日与规划年不对应",
    "the file is of another year: its weekdays and holidays fall on other days",
)


@dataclass(frozen=True)
class ProfileSet:
    """The profiles of a year.

    Parameters
    ----------
    year : int
        Calendar year of the hours.
    arrays : mapping of str to ndarray
        By profile id: capacity factor in [0, 1] for wind, pv and hydro; loads over their mean [1] otherwise.
        Shape (hours,).
    uses : polars.DataFrame
        Contract ``PowerProfileUse``: origin, seed, weather year, level, file of each.
    energy_gwh : mapping of str to float
        Energy of the year of loads that came from a file [GWh].
    """

    year: int
    arrays: Mapping[str, NDArray[np.float64]]
    uses: pl.DataFrame
    energy_gwh: Mapping[str, float] = field(default_factory=dict)


def make_profiles(
    tables: Mapping[str, pl.DataFrame],
    year: int,
    seed: int,
    files: Mapping[str, ProfileFile] | None = None,
    *,
    scenario: str = "",
    site: Site | None = None,
) -> ProfileSet:
    """Return every profile that the pack and the user's files give for a year.

    A file takes the place of what would be generated, or adds a profile of its own name (the shape of a
    corridor). What neither gives is not made: the builder says which one it misses.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pack tables; ``profile_statistics``, ``profile_levels``, ``power_zones``, ``load_shapes``,
        ``load_extremes`` and ``power_demands`` are read, each may be empty or missing.
    year : int
        Calendar year of the hours.
    seed : int
        Not negative.
    files : mapping of str to ProfileFile, optional
        By profile id.
    scenario : str
        Written into ``uses``.
    site : Site, optional
        Turbine and panel for weather files; its place defaults to the middle of the zones.

    Raises
    ------
    InputRefused
        Every defect of every file at once.
    """
    known = {name: tables.get(name, pl.DataFrame()) for name in _NEEDED}
    if site is None and not known["power_zones"].is_empty():
        site = Site(*locate_zones(known["power_zones"]))
    arrays, rows, energies = _read_files(known, year, files or {}, site)
    statistics = known["profile_statistics"]
    wanted = [] if statistics.is_empty() else statistics["profile"].unique(maintain_order=True).to_list()
    wanted = [name for name in wanted if name not in arrays]
    models = read_models(statistics) if wanted else {}
    for name, values in (generate(known, wanted, year, seed) if wanted else {}).items():
        arrays[name] = values
        rows.append(_use(name, "generated", values, seed=seed, note=_describe_level(known, name, year),
                         weather_year=models[name].data_year, source_id=models[name].source_id))  # fmt: skip
    if "load" not in arrays and not known["load_shapes"].is_empty() and not known["load_extremes"].is_empty():
        arrays["load"] = shape_load(known, year, seed)
        source = known["load_extremes"]["source_id"][0]
        rows.append(_use("load", "typical", arrays["load"], seed=seed, note=TYPICAL_NOTE, source_id=source))
    if "ev" not in arrays:
        day = np.array(CHARGING) / np.mean(CHARGING)
        arrays["ev"] = np.tile(day, count_hours(year) // 24)
        rows.append(_use("ev", "typical", arrays["ev"], note=CHARGING_NOTE))
    uses = pl.DataFrame(
        [{"scenario": scenario, "year": year, **row} for row in rows],
        schema=empty_table(PowerProfileUse).schema,
    )
    return ProfileSet(year, arrays, check(uses, PowerProfileUse), energies)


_NEEDED = (
    "profile_statistics", "profile_levels", "power_zones", "load_shapes", "load_extremes", "power_demands",
)  # fmt: skip


def _read_files(
    tables: Mapping[str, pl.DataFrame], year: int, files: Mapping[str, ProfileFile], site: Site | None
) -> tuple[dict[str, NDArray[np.float64]], list[dict[str, object]], dict[str, float]]:
    """Return arrays, origins and energies of the user's files; all their defects are raised together."""
    arrays: dict[str, NDArray[np.float64]] = {}
    rows: list[dict[str, object]] = []
    energies: dict[str, float] = {}
    problems: list[Finding] = []
    for name, file in files.items():
        labelled = file.year or year
        if count_hours(labelled) != count_hours(year):
            params = {"rows": count_hours(labelled), "hours": count_hours(year), "year": year}
            problems.append(Finding("profile_rows", Place(file.name), params))
            continue
        try:
            read = parse_profile(
                file.raw, file.name, labelled, name,
                site=site, annual_gwh=_find_energy(tables["power_demands"], labelled),
            )  # fmt: skip
        except DafengError as error:
            problems += error.findings
            continue
        values, notes = read.values, read.notes
        if name not in FACTORS:
            notes += (OTHER_YEAR_NOTE,) if labelled != year else ()
            energies[name] = float(values.sum()) / 1e3
            values = values / values.mean()
        arrays[name] = values
        note = ("；".join(zh for zh, _ in notes), "; ".join(en for _, en in notes))
        rows.append(_use(name, "file", values, weather_year=labelled, file=file.name, note=note))
    if problems:
        raise InputRefused(problems)
    return arrays, rows, energies


def _find_energy(demands: pl.DataFrame, year: int) -> float | None:
    """Return the pack's electricity demand of the nearest year [GWh]."""
    if demands.is_empty():
        return None
    rows = demands.filter(item="electricity").sort((pl.col("year") - year).abs())
    if rows.is_empty():
        return None
    return float(rows["value"][0]) * conversion_factor(rows["unit"][0], "GWh")


def _describe_level(tables: Mapping[str, pl.DataFrame], name: str, year: int) -> tuple[str, str]:
    level = find_level(tables, name, year) if name in FACTORS else None
    if level is None:
        return "", ""
    return f"水平调整到 {level:g} 小时", f"brought to a level of {level:g} hours"


def _use(name: str, origin: str, values: NDArray[np.float64], **given: object) -> dict[str, object]:
    """Return a row of ``PowerProfileUse`` without scenario and year."""
    note = given.pop("note", ("", ""))
    zh, en = note if isinstance(note, tuple) else ("", "")
    hours = float(values.sum()) if name in FACTORS else float(values.sum() / values.max())
    blank = dict.fromkeys(("weather_year", "seed", "file", "source_id"))
    return {
        "profile": name, "origin": origin, **blank, **given, "full_load_hours": hours,
        "note_zh": zh or None, "note_en": en or None,
    }  # fmt: skip
