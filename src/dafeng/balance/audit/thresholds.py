"""Bounds of the audit: data with a source, which a user may override by a TOML table."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused
from dafeng.table import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Threshold:
    """One bound: value, unit and where it comes from (or that it is an editor's choice)."""

    id: str
    rules: tuple[str, ...]
    value: float
    unit: str
    source: str
    zh: str
    en: str


@cache
def thresholds() -> dict[str, Threshold]:
    """Return the bounds that stand in ``thresholds.csv``."""
    text = files("dafeng.balance.audit").joinpath("thresholds.csv").read_text("utf-8")
    return {
        row["id"]: Threshold(
            row["id"], tuple(row["rules"].split(";")), float(row["value"]), row["unit"], row["source"],
            row["zh"], row["en"],
        )
        for row in csv.DictReader(text.splitlines())
    }  # fmt: skip


def merge_bounds(own: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the value of every bound, with those a user sets in place of the data.

    Raises
    ------
    InputRefused
        ``audit_threshold_unknown``, one finding per unknown name or value that is no finite number.
    """
    merged = {name: bound.value for name, bound in thresholds().items()}
    wrong = [
        Finding("audit_threshold_unknown", params={"name": name, "suggestion": Suggestion(name, merged)})
        for name, value in (own or {}).items()
        if name not in merged or not math.isfinite(value)
    ]
    if wrong:
        raise InputRefused(wrong)
    return merged | dict(own or {})
