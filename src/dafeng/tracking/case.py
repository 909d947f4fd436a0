"""One target with everything its verdict depends on, and the verdict itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dafeng.tracking.paths import CHANGES, PathRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dafeng.tracking.evidence import Evidence, Observation


@dataclass(frozen=True, slots=True)
class Readings:
    """How open wording is read: decided values, or the readings that variants show.

    Parameters
    ----------
    about_tolerance : float or None
        Decided tolerance of 左右; None while undecided. [1]
    about_readings : tuple of float
        Tolerances shown while undecided. [1]
    target_year : mapping of str to int
        Decided years of targets that name none.
    target_value : mapping of str to float
        Decided numbers of targets that name none.
    base_year : int
        Start of the required path where a target names no base year.
    """

    about_tolerance: float | None = None
    about_readings: tuple[float, ...] = (0.0, 0.01, 0.02, 0.05)
    target_year: Mapping[str, int] = field(default_factory=dict)
    target_value: Mapping[str, float] = field(default_factory=dict)
    base_year: int = 2020

    def tolerances(self) -> tuple[float, ...]:
        """Return the decided tolerance alone, or all readings."""
        return (self.about_readings or (0.0,)) if self.about_tolerance is None else (self.about_tolerance,)


@dataclass(frozen=True, slots=True)
class Case:
    """A target to be judged.

    Parameters
    ----------
    target : mapping
        Row of the targets table.
    direction, indicator_kind : str
        Of its indicator.
    evidence : Evidence
        What was known on the day.
    replaced_by : str
        Target in force instead of it; empty if it is in force itself.
    assigned_by : str
        Target of another document that gives its number; empty if none.
    assigned_value : float or None
        That number.
    readings : Readings
        How open wording is read.
    as_of : date
        The day of the verdict.
    path : PathRule
        Shape of its required path.
    """

    target: Mapping[str, Any]
    direction: str
    indicator_kind: str
    evidence: Evidence
    replaced_by: str
    assigned_by: str
    assigned_value: float | None
    readings: Readings
    as_of: date
    path: PathRule = field(default_factory=PathRule)

    @property
    def base_year(self) -> int:
        """First year of the required path: of the path, of the target, or of the pack."""
        written: int | None = self.target["base_year"]
        if self.is_change:
            return written or self.readings.base_year
        return self.path.base_year or written or self.readings.base_year

    @property
    def is_change(self) -> bool:
        """True if the number of the target is a change since its base year."""
        return self.target["comparator"] in CHANGES or self.indicator_kind == "change"

    @property
    def goal(self) -> float | None:
        """Number that the path ends at: the value, or the lower end of a range."""
        lower: float | None = self.target["lower"]
        return lower if self.target["comparator"] == "range" else self.value

    @property
    def target_year(self) -> int | None:
        """Year of the target: as written or as decided."""
        decided = self.readings.target_year.get(self.target["target_id"])
        if self.target["timing"] == "standing":
            return self.as_of.year - 1
        if decided is not None:
            return decided
        if self.target["timing"] == "ambiguous":
            return None
        year: int | None = self.target["target_year"]
        return year

    @property
    def due(self) -> bool:
        """True once the year of the target is over."""
        return self.target_year is not None and self.as_of.year > self.target_year

    @property
    def value(self) -> float | None:
        """Number of the target: as written, assigned or decided."""
        written: float | None = self.target["value"]
        if written is not None:
            return written
        decided = self.readings.target_value.get(self.target["target_id"])
        return decided if decided is not None else self.assigned_value


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with its reason and numbers; codes of reasons stand in ``reasons.csv``.

    Parameters
    ----------
    verdict : str
        Code of the vocabulary ``verdict``.
    reason : str
        Key of ``reasons.csv``.
    observation : Observation or None
        What it rests on, or what is known beside it.
    baseline : Observation or None
        Start of the required path.
    required, gap, needed_per_year : float or None
        In the unit of the target; a positive gap is ahead.
    variants : tuple of (float, str)
        Verdict under each tolerance of 左右, when they differ.
    params : mapping
        Values for the places in the reason.
    """

    verdict: str
    reason: str
    observation: Observation | None = None
    baseline: Observation | None = None
    required: float | None = None
    gap: float | None = None
    needed_per_year: float | None = None
    variants: tuple[tuple[float, str], ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
