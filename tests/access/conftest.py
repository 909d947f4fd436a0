"""What the tests of access share: a small province, registers as this room sees them, members."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from dafeng.access.contracts import Members
from dafeng.access.relation import close_regions
from dafeng.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Words:
    zh: str = "依据"
    en: str = "basis"


@dataclass(frozen=True)
class Line:
    role: str
    actions: tuple[str, ...]
    region: str = "all"
    agency: str = "all"
    rows: str = "all"


@dataclass(frozen=True)
class Step:
    id: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Guarded:
    id: str
    access: tuple[Line, ...]
    transitions: tuple[Step, ...] = ()
    basis: Words = field(default_factory=Words)


@pytest.fixture(scope="session")
def regions() -> pl.DataFrame:
    """Return the closure of a province with two cities of two counties each."""
    rows = {
        "P": None, "P1": "P", "P11": "P1", "P12": "P1", "P2": "P", "P21": "P2", "P22": "P2",
    }  # fmt: skip
    return close_regions(pl.DataFrame({"code": list(rows), "parent_code": list(rows.values())}))


@pytest.fixture(scope="session")
def projects() -> Guarded:
    """Return a register whose cities see their own rows and whose firms see what they made."""
    return Guarded(
        "projects",
        (
            Line("agency", ("see", "edit"), agency="own"),
            Line("city", ("see", "edit", "add"), region="own"),
            Line("enterprise", ("see", "add"), rows="own"),
            Line("reviewer", ("see",)),
            Line("auditor", ("export",)),
        ),
        (Step("start", ("city", "reviewer")), Step("accept", ("reviewer", "statistician"))),
    )


@pytest.fixture
def members() -> Callable[..., pl.DataFrame]:
    """Return a maker of members from (actor, role, region, agency[, from[, to]])."""

    def make(*rows: tuple[Any, ...]) -> pl.DataFrame:
        filled = [
            {
                "actor": actor, "role": role, "region": region, "agency": agency,
                "valid_from": rest[0] if rest else "2026-01-01", "valid_to": rest[1] if rest[1:] else None,
                "granted_by": "root", "granted_at": "2026-01-01T08:00:00+08:00",
            }
            for actor, role, region, agency, *rest in rows
        ]  # fmt: skip
        return frame_of(filled, Members)

    return make
