"""Options that the commands of the power system share, and how their texts are read."""

from __future__ import annotations

from enum import StrEnum
from math import isfinite, nan
from pathlib import Path
from typing import Annotated

import typer

SHOWN = 40
"""Characters of a wrong text that are repeated."""


class Commitments(StrEnum):
    """How coal units start and stop."""

    none = "none"
    linear = "linear"


class Foresights(StrEnum):
    """What a plan knows of later years."""

    perfect = "perfect"
    myopic = "myopic"


YearsOption = Annotated[str, typer.Option(help="规划年，逗号隔开 / modelled years, with commas: 2025,2030")]
ProfilesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--profiles",
        help="曲线文件或其文件夹，文件名即曲线名（wind.csv、load.nc），可重复 / "
        "profile files or their folder, named after the profile (wind.csv, load.nc), may be repeated",
    ),
]
WeatherOption = Annotated[
    int | None,
    typer.Option(
        help="各规划年都用该日历年和天气年；缺省各年自身 / calendar and weather year of all years; "
        "default each year itself"
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(help="生成曲线的种子，同种子同曲线 / seed of generated profiles; same seed, same profiles"),
]
HoursOption = Annotated[
    int | None,
    typer.Option(
        help="试算：每年只取若干小时（均匀分布的整日）/ preview: some hours of each year, whole days at even "
        "distances"
    ),
]
CommitmentOption = Annotated[
    Commitments,
    typer.Option(
        help="煤电启停：固定开机比例，或线性化机组组合 / coal units: fixed online share, or linearised"
    ),
]
PriceOption = Annotated[
    str | None,
    typer.Option(
        "--carbon-price",
        help="碳价（元/吨），一个数或每年一个；缺省取情景的碳价 / CO2 price (CNY/t), one number or one a "
        "year; default: the carbon price of the scenario",
    ),
]
CapOption = Annotated[
    str | None,
    typer.Option(
        "--carbon-cap",
        help="年排放上限（百万吨），一个数或每年一个 / yearly cap (Mt), one number or one a year",
    ),
]
GapOption = Annotated[float, typer.Option(help="已证明差距的上限 / proved gap that is good enough")]
CertificateOption = Annotated[
    bool,
    typer.Option(
        "--certificate/--no-certificate",
        help="证明到 --gap 为止；否则到 1% 即止，较快 / prove --gap, or stop at 1 %, which is faster",
    ),
]


def read_years(text: str) -> tuple[int, ...]:
    """Return years that are written with commas."""
    return tuple(int(value) for value in read_numbers("--years", text, whole=True))


def read_numbers(
    key: str, text: str | None, count: int = 0, *, scale: float = 1.0, whole: bool = False
) -> tuple[float, ...]:
    """Return numbers that are written with commas (, or ，); a single one stands for ``count``.

    Raises
    ------
    InputRefused
        ``numbers_unread``.
    """
    from dafeng.errors import InputRefused

    if text is None:
        return ()
    try:
        parts = text.replace("，", ",").split(",")
        found = tuple(float(int(part) if whole else float(part)) * scale for part in parts)
    except (ValueError, OverflowError):
        found = (nan,)
    if not all(map(isfinite, found)):
        example = "2025,2030" if whole else "60,90.5"
        raise InputRefused.of("numbers_unread", key=key, value=text[:SHOWN], example=example)
    return found * count if count > 1 and len(found) == 1 else found
