"""The profiles of a plan over all its years: files of the user first, then what is made; each is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.errors import Finding, InputRefused, Place
from dafeng.files import read_bytes
from dafeng.power.contracts import PowerProfileUse
from dafeng.power.profiles.hours import count_hours
from dafeng.power.profiles.io import MAX_PROFILE_BYTES, ProfileFile
from dafeng.power.profiles.profile_set import make_profiles
from dafeng.provenance import hash_bytes
from dafeng.table import KnownNames, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dafeng.power.profiles.profile_set import ProfileSet as YearProfiles

    Array = NDArray[np.float64]

LOAD, CONSTANT, GENERATED = "load", "constant", "generated"
OWN_NAMES = (LOAD, "heat", "ev", "hydrogen")
"""Profiles that the builder asks for by these names."""
SUFFIXES = (".csv", ".nc", ".epw")
DAY = 24
NOTE = ("按 {years} 年数据的统计量随机生成", "drawn from statistics of the data of {years}")


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
    made = _make_years(tables, wanted, calendars, request)
    parts: dict[str, list[Array]] = {}
    rows: list[dict[str, Any]] = []
    for year, calendar in zip(years, calendars, strict=True):
        for use in made[calendar].uses.filter(pl.col("profile").is_in(wanted)).iter_rows(named=True):
            values = cut_hours(made[calendar].arrays[use["profile"]], request.hours)
            parts.setdefault(use["profile"], []).append(values)
            told = _describe(tables, use, request.weather)
            rows.append({**use, "scenario": scenario, "year": year, **told})
    whole = tuple(count_hours(year) for year in calendars)
    hours = tuple(min(request.hours, full) for full in whole) if request.hours else ()
    return ProfileSet(
        {name: np.concatenate(found) for name, found in parts.items()},
        () if hours == whole else hours,
        () if calendars == years else calendars,
        frame_of(rows, PowerProfileUse),
        {file.name: hash_bytes(file.raw) for file in request.files},
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


def _make_years(
    tables: Mapping[str, pl.DataFrame], wanted: Sequence[str], calendars: Sequence[int],
    request: ProfileRequest,
) -> dict[int, YearProfiles]:  # fmt: skip
    """Return the profiles of each calendar year; the defects of a year's files are raised together."""
    problems: list[Finding] = []
    files: dict[str, ProfileFile] = {}
    for file in request.files:
        if file.profile in wanted:
            files[file.profile] = ProfileFile(file.raw, file.name)
        else:
            params = {"profile": file.profile, "known": KnownNames(wanted)}
            problems.append(Finding("power_profile_unknown", Place(file.name), params))
    made: dict[int, YearProfiles] = {}
    for calendar in dict.fromkeys(calendars):
        try:
            made[calendar] = make_profiles(tables, calendar, request.seed, files)
        except InputRefused as refused:
            problems += refused.findings
            break
    if problems:
        raise InputRefused(problems)
    return made


def _describe(
    tables: Mapping[str, pl.DataFrame], use: Mapping[str, Any], weather: int | None
) -> dict[str, Any]:
    """Return weather year and notes of a profile: which calendar it follows, which data it is drawn from."""
    if use["origin"] != GENERATED:
        return {"weather_year": use["weather_year"] or weather}
    statistics = tables["profile_statistics"].filter(pl.col("profile") == use["profile"])
    told = ", ".join(map(str, sorted(set(statistics["data_year"].to_list()))))
    notes = zip(NOTE, (use["note_zh"], use["note_en"]), ("；", "; "), strict=True)
    zh, en = (join.join(filter(None, (text.format(years=told), more))) for text, more, join in notes)
    return {"weather_year": weather, "note_zh": zh, "note_en": en}
