"""What CO2 a province may emit in a year: by a target with a level, the pathways, or what the user says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng.app.pathway_study import PEAK_INDICATOR, WHOLE
from dafeng.errors import Finding, InputRefused
from dafeng.files import read_bytes
from dafeng.parsing import MAX_BYTES, parse_csv
from dafeng.pathway.answers import FanChart
from dafeng.table import KnownNames
from dafeng.tracking.paths import LEVELS
from dafeng.units import conversion_factor

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

UNIT = "Mt CO2"
NO_LEVEL = ("方案没有给出排放水平", "no level in the plan")
GIVEN = ("用户给定", "given by the user")


@dataclass(frozen=True, slots=True)
class YearPath:
    """The path of one year and what it rests on."""

    whole: float | None
    """[Mt CO2]"""
    basis_zh: str
    basis_en: str


@dataclass(frozen=True, slots=True)
class PathSource:
    """Where the path of the year comes from; the first that is given holds.

    Parameters
    ----------
    path_mt : float, optional
        Said by the user. [Mt CO2]
    pathway : Path, optional
        CSV of the table ``pathway.fan``; the median of total CO2 is taken.
    scenario : str, optional
        Where that table holds several.
    pack : str, optional
        Pack whose targets are looked at for a level of CO2.
    """

    path_mt: float | None = None
    pathway: Path | None = None
    scenario: str | None = None
    pack: str | None = None


def find_path(source: PathSource, region: str, year: int, as_of: date) -> YearPath:
    """Return the CO2 of a year on the required path, None with the reason where no document gives a level.

    Raises
    ------
    InputRefused
        ``monthly_path_wrong``; a table of pathways that cannot be read or holds several scenarios.
    """
    if source.path_mt is not None:
        if not 0 < source.path_mt < float("inf"):
            raise InputRefused.of("monthly_path_wrong", value=source.path_mt)
        return YearPath(source.path_mt, *GIVEN)
    found = None if source.pack is None else _target_path(source.pack, region, year, as_of)
    if found is None and source.pathway is not None:
        found = _pathway_median(source.pathway, source.scenario, year)
    return found or YearPath(None, *NO_LEVEL)


def _target_path(pack: str, region: str, year: int, as_of: date) -> YearPath | None:
    """Return the required CO2 of a target of the province on a level, the strictest if there are several."""
    from dafeng.app.stages import RunContext  # noqa: PLC0415 - slow import, only with a pack
    from dafeng.app.track_stage import track_targets  # noqa: PLC0415 - slow import
    from dafeng.pack import read_pack  # noqa: PLC0415 - only with a pack

    context = RunContext(read_pack(pack), as_of, accept_findings=False)
    if context.pack.config.pack.region != region:
        return None
    targets = context.pack.tables["targets"].filter(
        (pl.col("indicator_id") == PEAK_INDICATOR)
        & (pl.col("region") == region)
        & pl.col("comparator").is_in(LEVELS)
    )
    paths = track_targets(context).tables["tracking.paths"].frame
    rows = paths.filter(pl.col("year") == year).join(
        targets.select("target_id", "name_zh", "name_en"), on="target_id", how="inner"
    )
    levels = [
        (row["required"] * conversion_factor(row["unit"], UNIT), row)
        for row in rows.iter_rows(named=True) if row["unit"]
    ]  # fmt: skip
    if not levels:
        return None
    level, row = min(levels, key=lambda pair: pair[0])
    return YearPath(
        level, f"目标 {row['target_id']} {row['name_zh']}", f"target {row['target_id']} {row['name_en']}"
    )


def _pathway_median(path: Path, scenario: str | None, year: int) -> YearPath | None:
    """Return the median of total CO2 over the futures of one scenario, None if the year is not in it."""
    table = parse_csv(read_bytes(path), FanChart, path.name, max_bytes=MAX_BYTES).frame
    names = table["scenario"].unique().sort().to_list()
    if scenario is not None and scenario not in names:
        params = {"name": "scenario", "value": scenario, "known": ", ".join(names)}
        raise InputRefused([Finding("filter_unknown", params={**params, "suggestion": ""})])
    if scenario is None and len(names) != 1:
        raise InputRefused.of("monthly_scenarios", known=KnownNames(names))
    chosen = scenario or names[0]
    axes = [pl.col(name) == text for name, text in WHOLE.model_dump().items()]
    rows = table.filter(pl.col("scenario") == chosen, pl.col("year") == year, *axes)
    if rows.is_empty():
        return None
    return YearPath(
        rows["p50"][0], f"路径情景“{chosen}”的中位数", f"median of the pathways of scenario “{chosen}”"
    )
