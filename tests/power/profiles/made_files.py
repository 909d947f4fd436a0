"""Profile files made for tests: a year of labels and values as CSV text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dafeng.errors import InputRefused
from dafeng.power.profiles import parse_profile
from dafeng.power.profiles.hours import list_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray


def labels(year: int = 2030) -> list[str]:
    return [str(hour).replace("T", " ") + ":00" for hour in list_hours(year)]


def daylight(year: int = 2030) -> NDArray[np.float64]:
    clock = np.arange(len(list_hours(year))) % 24
    return np.where((clock > 6) & (clock < 18), 0.5 * np.sin(np.pi * (clock + 0.5 - 6.5) / 12), 0.0).clip(0)


def text(stamps: list[str], values: list[object], header: str = "time,load_mw") -> bytes:
    return "\n".join([header, *(f"{a},{b}" for a, b in zip(stamps, values, strict=True))]).encode()


def refusals(
    raw: bytes, kind: str = "load", year: int = 2030, **given: float
) -> list[tuple[str, int | None]]:
    """Return (code, row) of every finding; empty when the file is taken."""
    try:
        parse_profile(raw, "file.csv", year, kind, **given)  # type: ignore[arg-type]
    except InputRefused as error:
        return [(finding.code, finding.place.row) for finding in error.findings]
    return []
