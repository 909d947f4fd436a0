"""Use cases: the profiles that a plan would use, and its network before it is solved."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.app.pathway_output import check_file
from dafeng.app.pathway_scenario import find_scenario
from dafeng.app.power_contracts import NetworkAsset
from dafeng.app.power_file import check_years
from dafeng.app.power_ground import lay_power_ground
from dafeng.app.power_profiles import ProfileRequest, gather_profiles
from dafeng.app.power_study import PowerCase, lay_network
from dafeng.errors import Finding, InputRefused
from dafeng.pack import read_pack
from dafeng.power.profiles.generator import FACTORS
from dafeng.power.profiles.hours import list_hours
from dafeng.store import write_bytes_atomically
from dafeng.table import frame_of

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.pathway_scenario import GroundRequest
    from dafeng.app.power_profiles import ProfileSet
    from dafeng.power.network import Asset

SOURCES = ("profile_statistics.csv", "load_shapes.csv")
"""Tables of which a pack must have one, so that there is any profile."""
NOBODY = "-"
"""Scenario of profiles that no plan uses yet."""


def list_profiles(
    pack: str, years: tuple[int, ...], request: ProfileRequest, output: Path | None
) -> tuple[pl.DataFrame, int]:
    """Return what each profile is; write all of them hour by hour where a file is named.

    Parameters
    ----------
    pack : str
        Built-in name or folder.
    years : tuple of int
    request : ProfileRequest
    output : Path, optional
        CSV: year, time (start of the hour, +08:00), one column for each profile.

    Returns
    -------
    PowerProfileUse
    int
        Rows that were written.

    Raises
    ------
    InputRefused
        Every defect of every file; what is wrong with years and output.
    """
    problems: list[Finding] = check_years(years)
    problems += check_file(output) if output is not None else ()
    if problems:
        raise InputRefused(problems)
    profiles = gather_profiles(read_pack(pack).tables, NOBODY, years, request)
    if profiles.uses.is_empty():
        raise InputRefused.of("power_pack_lacks", tables=", ".join(SOURCES))
    if output is None:
        return profiles.uses, 0
    frame = tabulate_profiles(profiles, years)
    stream = BytesIO()
    frame.write_csv(stream)
    write_bytes_atomically(output, stream.getvalue())
    return profiles.uses, frame.height


def tabulate_profiles(profiles: ProfileSet, years: tuple[int, ...]) -> pl.DataFrame:
    """Return profiles as columns: year, time, one column for each, with its unit in the name.

    Shares of capacity end in ``_share``; all others are relative to their mean unless a file gives MW.
    """
    calendars = profiles.calendar_years or years
    stamps = [list_hours(calendar) for calendar in calendars]
    columns: dict[str, Any] = {
        "year": np.concatenate([np.full(len(t), y) for y, t in zip(years, stamps, strict=True)]),
        "time": [f"{stamp}:00+08:00" for part in stamps for stamp in np.datetime_as_string(part, unit="h")],
    }
    for name, values in profiles.values.items():
        columns[f"{name}_share" if name in FACTORS else f"{name}_level"] = values
    return pl.DataFrame(columns)


def list_assets(request: GroundRequest, scenario: str, years: tuple[int, ...]) -> pl.DataFrame:
    """Return every asset of a network before it is solved: contract ``NetworkAsset``.

    Raises
    ------
    InputRefused
        What is wrong with pack, scenario and years; what the builder refuses.
    """
    problems = check_years(years)
    if problems:
        raise InputRefused(problems)
    ground = lay_power_ground(request)
    found = find_scenario(ground.pack, scenario)
    profiles = gather_profiles(ground.tables, found.id, years, ProfileRequest())
    demand = ground.find_demand(found, years)
    network = lay_network(PowerCase(ground.tables, found, years, profiles, demand))
    kinds = {
        "generator": network.generators, "link": network.links, "storage_unit": network.storage_units,
        "store": network.stores,
    }  # fmt: skip
    rows = [_asset_row(kind, asset) for kind, assets in kinds.items() for asset in assets]
    return frame_of(rows, NetworkAsset)


def _asset_row(kind: str, asset: Asset) -> dict[str, Any]:
    most = asset.p_nom_max if asset.extendable else asset.p_nom
    return {
        "asset": asset.id, "component": kind, "technology": asset.technology, "bus": asset.bus,
        "build_year": asset.build_year, "retire_year": asset.retire_year, "extendable": asset.extendable,
        "capacity_mw": 0.0 if asset.extendable else asset.p_nom,
        "most_mw": most if np.isfinite(most) else None, "capital_cny_per_mw": asset.capital_cost,
    }  # fmt: skip
