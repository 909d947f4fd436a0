"""The official level (晴雨表): a dated rule on how far behind its schedule a target is, and nothing else."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dafeng.period import latest_date
from dafeng.table import frame_of
from dafeng.tracking.warning.contracts import BarometerRules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

CANNOT_JUDGE = "cannot_judge"
BY_ANALOGY = "intensity"
"""Quantity whose rows a target follows that the rule does not name."""
WHOLE, TO_DATE = "whole_target", "target_to_date"
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where a target should be in a year and where it is.

    Parameters
    ----------
    base, goal : float
        First and last value of the required path [unit of the target].
    required : float
        Value of the path in the year of the figure [unit of the target].
    observed : float
        The figure [unit of the target].
    lower_is_better : bool
        Whether less is better. A ceiling above the base leaves room for growth, and growing faster than its
        share of the years is behind schedule.
    """

    base: float
    goal: float
    required: float
    observed: float
    lower_is_better: bool = False

    def behind(self, share_of: str = WHOLE) -> float | None:
        r"""Return how far behind schedule the figure is, negative if ahead [1]; None without a change.

        .. math:: b = \pm\frac{(r_t - r_0) - (x_t - r_0)}{|r_T - r_0|}

        with the path :math:`r`, the figure :math:`x`, and :math:`r_T` the goal, or the value of the path in
        the year of the figure for ``target_to_date``; minus where less is better.

        Examples
        --------
        >>> Schedule(base=0, goal=-14.5, required=-8.7, observed=-7.25, lower_is_better=True).behind()
        0.1
        """
        whole = abs((self.goal if share_of == WHOLE else self.required) - self.base)
        short = self.observed - self.required if self.lower_is_better else self.required - self.observed
        return round(short / whole, _DIGITS) if whole else None


@dataclass(frozen=True, slots=True)
class Reading:
    """The level that the rule gives, and what it rests on.

    Parameters
    ----------
    level, reason : str
        Codes of ``warning_level`` and ``warning_reason``.
    rule_id : str or None
        Rule in force on the day.
    is_official : bool
        Whether the rule itself covers the quantity.
    behind, behind_to_date : float or None
        Share of the whole target and of what is due to date [1].
    level_to_date : str
        Level if the threshold is read against what is due to date.
    """

    level: str
    reason: str
    rule_id: str | None = None
    is_official: bool = False
    behind: float | None = None
    behind_to_date: float | None = None
    level_to_date: str = CANNOT_JUDGE

    def hold(self, level: str) -> Reading:
        """Return the same reading at another level: a goal just missed is not on schedule."""
        return replace(self, level=level, level_to_date=level, reason="behind")

    def as_row(self) -> dict[str, Any]:
        """Return it as columns of a warning."""
        return {
            "level": self.level, "level_reason": self.reason, "rule_id": self.rule_id,
            "is_official": self.is_official, "behind_share": self.behind,
            "behind_to_date_share": self.behind_to_date, "level_to_date": self.level_to_date,
        }  # fmt: skip


@cache
def barometer_rules() -> pl.DataFrame:
    """Return the dated rules, as a :class:`BarometerRules` table."""
    rows: list[dict[str, Any]] = []
    for row in read_rows("barometer_rules.csv"):
        limits = {name: float(row[name]) if row[name] else None for name in ("behind_above", "behind_most")}
        rows.append({**{name: text or None for name, text in row.items()}, **limits})
    return frame_of(rows, BarometerRules)


@cache
def indicator_roles() -> Mapping[str, Mapping[str, str]]:
    """Return what the rule and the decomposition say of an indicator: its quantity, identity, factors."""
    return {row["indicator_id"]: row for row in read_rows("indicator_roles.csv")}


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file beside this module."""
    text = files("dafeng.tracking.warning").joinpath(name).read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def read_level(
    schedule: Schedule | None, reason: str, quantity: str, as_of: date, *, provincial: bool
) -> Reading:
    """Return the level of a target by the rule in force on a day.

    Parameters
    ----------
    schedule : Schedule or None
        None if the target has none; ``reason`` then says why.
    reason : str
        Code of ``warning_reason``; ``goal_reached`` is on schedule whatever the path, any other code without
        a schedule cannot be judged.
    quantity : str
        ``intensity`` or ``total`` if the rule covers the indicator, empty if not.
    as_of : date
        Day of the warning: a rule counts from the last day that its date allows.
    provincial : bool
        Whether the target is one of a province: the rule speaks of provinces.

    Returns
    -------
    Reading
        ``cannot_judge`` with ``no_rule`` before the first rule.
    """
    rows = _rows_in_force(quantity or BY_ANALOGY, as_of)
    if not rows:
        return Reading(CANNOT_JUDGE, "no_rule")
    rule_id, official = str(rows[0]["rule_id"]), bool(quantity) and provincial
    behind = None if schedule is None else schedule.behind()
    to_date = None if schedule is None else schedule.behind(TO_DATE)
    if reason == "goal_reached":
        return Reading("green", reason, rule_id, official, behind, to_date, "green")
    if schedule is None or behind is None:
        return Reading(CANNOT_JUDGE, reason, rule_id, official)
    whole = _level_of(behind, rows)
    by_date = whole if to_date is None else _level_of(to_date, rows)
    chosen = whole if rows[0]["share_of"] == WHOLE else by_date
    words = "on_schedule" if behind <= 0 else "behind"
    return Reading(chosen, words, rule_id, official, behind, to_date, by_date)


def _rows_in_force(quantity: str, as_of: date) -> list[dict[str, Any]]:
    """Return the rows of the newest rule for a quantity that is in force on a day."""
    valid = [
        row for row in barometer_rules().iter_rows(named=True)
        if row["quantity"] == quantity and latest_date(row["valid_from"]) <= as_of
        and (row["valid_to"] is None or as_of <= latest_date(row["valid_to"]))
    ]  # fmt: skip
    newest = max((row["valid_from"] for row in valid), default=None)
    return [row for row in valid if row["valid_from"] == newest]


def _level_of(behind: float, rows: list[dict[str, Any]]) -> str:
    for row in rows:
        above, most = row["behind_above"], row["behind_most"]
        if (above is None or behind > above) and (most is None or behind <= most):
            return str(row["level"])
    return CANNOT_JUDGE
