"""The profiles of a plan: files of the user first, then typical load, then generated years; each is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.power.contracts import PowerProfileUse
from dafeng.power.profiles.generator import FACTORS, generate
from dafeng.power.profiles.hours import count_hours
from dafeng.power.profiles.io import MAX_PROFILE_BYTES, read_profile
from dafeng.power.profiles.load import shape_load
from dafeng.provenance import hash_bytes
from dafeng.table import KnownNames, check, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LOAD, CONSTANT = "load", "constant"
OWN_NAMES = (LOAD, "heat", "ev", "hydrogen")
"""Profiles that the builder asks for by these names."""
SUFFIXES = (".csv", ".nc", ".epw")
DAY = 24
NOTES = {
    "file": ("用户提供的文件", "file of the user"),
    "generated": ("按 {years} 年数据的统计量随机生成", "drawn from statistics of the data of {years}"),
    "typical": ("典型日曲线与逐日高低值", "typical day curves with daily highs and lows"),
}


@dataclass(frozen=True, slots=True)
class UserFile:
    """A file of the user: its name and its bytes, so that it can be sent to workers."""

    name: str
    raw: bytes

    @property
    def profile(self) -> str:
        """Return the profile that it is for: ``wind`` for ``wind.csv``."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class ProfileRequest:
    """Which profiles are wanted.

    Parameters
    ----------
    files : tuple of UserFile
        Files of the user, named after their profile: they go before everything else.
    weather : int, optional
        Calendar and weather year of all profiles; default each modelled year itself.
    seed : int
        Seed of what is generated.
    hours : int, optional
        Hours of a preview; default the whole year.
    """

    files: tuple[UserFile, ...] = ()
    weather: int | None = None
    seed: int = 0
    hours: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProfileSet:
    """Hourly arrays over all years, one after the other, and what each of them is.

    Attributes
    ----------
    values : mapping of str to ndarray, shape (hours of all years,)
    hours : tuple of int
        Modelled hours by year; empty when they are whole years.
    calendar_years : tuple of int
        Calendar year of each modelled year; empty when it is that year itself.
    uses : polars.DataFrame
        Contract :class:`~dafeng.power.contracts.PowerProfileUse`.
    hashes : mapping of str to str
        SHA-256 of the files that were read.
    """

    values: Mapping[str, Array]
    hours: tuple[int, ...]
    calendar_years: tuple[int, ...]
    uses: pl.DataFrame
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Use:
    """Which profile is used where."""

    scenario: str
    year: int
    calendar: int
    profile: str
    origin: str


def read_profile_files(places: Sequence[Path]) -> tuple[UserFile, ...]:
    """Return the profile files among some files and folders, by name.

    Raises
    ------
    InputRefused
        ``power_profiles_none`` for a folder without any, ``power_profile_twice`` for two files of a profile,
        ``file_missing``, ``file_too_large``.
    """
    found: list[UserFile] = []
    problems: list[Finding] = []
    for place in places:
        inside = [place]
        if place.is_dir():
            inside = sorted(path for path in place.iterdir() if path.suffix in SUFFIXES)
        if not inside:
            suffixes = ", ".join(SUFFIXES)
            problems.append(Finding("power_profiles_none", Place(str(place)), {"suffixes": suffixes}))
        for path in inside:
            try:
                found.append(UserFile(path.name, read_bytes(path, MAX_PROFILE_BYTES)))
            except InputRefused as refused:
                problems += refused.findings
    names = [file.profile for file in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [Finding("power_profile_twice", params={"profile": name}) for name in twice]
    if problems:
        raise InputRefused(problems)
    return tuple(found)


def needed_profiles(tables: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Return the names of the profiles that classes, corridors and demand ask for."""
    named = [*tables["power_technologies"]["profile"], *tables["power_corridors"]["shape"]]
    return tuple(dict.fromkeys(str(name) for name in (*OWN_NAMES, *named) if name and name != CONSTANT))


def gather_profiles(
    tables: Mapping[str, pl.DataFrame], scenario: str, years: tuple[int, ...], request: ProfileRequest
) -> ProfileSet:
    """Return every profile that a plan needs and that can be had.

    A profile that neither a file nor the statistics of the pack give is left out: the builder names it where
    it is needed.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Pack tables.
    scenario : str
        Id, for the table of uses.
    years : tuple of int
        Modelled years.
    request : ProfileRequest

    Raises
    ------
    InputRefused
        Every defect of every file, with its row; ``power_profile_unknown`` for a file that nothing asks for.
    """
    calendars = tuple(request.weather or year for year in years)
    wanted = needed_profiles(tables)
    read, hashes = _read_files(request, wanted, calendars)
    generated = set(tables["profile_statistics"]["profile"].to_list())
    parts: dict[str, list[Array]] = {}
    rows: list[dict[str, Any]] = []
    for year, calendar in zip(years, calendars, strict=True):
        own = tuple(name for name in wanted if name in generated and name not in {*read, LOAD})
        made = generate(tables, own, calendar, request.seed) if own else {}
        if LOAD not in read and tables["load_shapes"].height:
            made[LOAD] = shape_load(tables, calendar, request.seed)
        made |= {name: by_year[calendar] for name, by_year in read.items()}
        for name, values in made.items():
            parts.setdefault(name, []).append(cut_hours(values, request.hours))
            origin = "file" if name in read else "generated" if name in own else "typical"
            use = _Use(scenario, year, calendar, name, origin)
            rows.append(_use_row(tables, use, values, request))
    whole = tuple(count_hours(year) for year in calendars)
    hours = tuple(min(request.hours, full) for full in whole) if request.hours else ()
    schema = {spec.name: spec.dtype for spec in columns_of(PowerProfileUse)}
    return ProfileSet(
        {name: np.concatenate(found) for name, found in parts.items()},
        () if hours == whole else hours,
        () if calendars == years else calendars,
        check(pl.DataFrame(rows, schema=schema), PowerProfileUse),
        hashes,
    )


def cut_hours(values: Array, hours: int | None) -> Array:
    """Return some hours of a year for a preview: whole days at even distances, so that all seasons are met.

    Examples
    --------
    >>> cut_hours(np.arange(8760.0), 48)[[0, 24]].tolist()
    [2184.0, 6552.0]
    """
    if hours is None or hours >= values.size:
        return values
    count = -(-hours // DAY)
    days = values.size // DAY
    chosen = [int((place + 0.5) * days / count) for place in range(count)]
    return np.concatenate([values[day * DAY : (day + 1) * DAY] for day in chosen])[:hours]


def _read_files(
    request: ProfileRequest, wanted: Sequence[str], calendars: Sequence[int]
) -> tuple[dict[str, dict[int, Array]], dict[str, str]]:
    """Return the files by profile and calendar year, and their hashes."""
    read: dict[str, dict[int, Array]] = {}
    hashes: dict[str, str] = {}
    problems: list[Finding] = []
    for file in request.files:
        name = file.profile
        if name not in wanted:
            params = {"profile": name, "known": KnownNames(wanted)}
            problems.append(Finding("power_profile_unknown", Place(file.name), params))
            continue
        try:
            read[name] = {
                year: read_profile(file.raw, file.name, year, kind_of(name)) for year in set(calendars)
            }
            hashes[file.name] = hash_bytes(file.raw)
        except InputRefused as refused:
            problems += refused.findings
    if problems:
        raise InputRefused(problems)
    return read, hashes


def kind_of(profile: str) -> str:
    """Return by which rules a file of a profile is read: shares of capacity, or power.

    Examples
    --------
    >>> kind_of("pv"), kind_of("heat")
    ('pv', 'heat')
    """
    return profile if profile in FACTORS or profile in OWN_NAMES else LOAD


def _use_row(
    tables: Mapping[str, pl.DataFrame], use: _Use, values: Array, request: ProfileRequest
) -> dict[str, Any]:
    """Return what is told of one profile in one year."""
    factor = use.profile in FACTORS
    statistics = tables["profile_statistics"].filter(pl.col("profile") == use.profile)
    shapes = tables["load_shapes"] if use.origin == "typical" else statistics
    from_file = use.origin == "file"
    note = NOTES[use.origin]
    data_years = sorted(set(statistics["data_year"].to_list()))
    told = ", ".join(map(str, data_years)) or "-"
    return {
        "scenario": use.scenario, "year": use.year, "profile": use.profile, "origin": use.origin,
        "weather_year": use.calendar if from_file or request.weather else None,
        "seed": None if from_file else request.seed,
        "full_load_hours": float(values.mean() * values.size) if factor else None,
        "file": next((file.name for file in request.files if file.profile == use.profile), None),
        "source_id": None if from_file or shapes.is_empty() else shapes["source_id"][0],
        "note_zh": note[0].format(years=told), "note_en": note[1].format(years=told),
    }  # fmt: skip
