"""Indicators of the plan out of what the engine computes: levels, indices, cumulative changes, lever values.

Two tables beside this module say how: ``indicator_quantities.csv`` (sum of quantities over sum of quantities,
times a scale) and ``indicator_levers.csv`` (the delivered value of a lever, or of a change since a year).
An indicator that stands in neither is not expressed by the model.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from numpy.typing import NDArray

    from dafeng.pathway.model import Array

Form = Literal["level", "index", "change", "added", "yearly"]
LEVER_PREFIX = "lever:"
DELIVERED_QUANTITIES = {"wind_pv_capacity_gw": "wind_pv_capacity", "storage_gw": "storage"}
"""Quantities that are nothing but delivered levers, and the variable that these levers supply."""


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """How an indicator is made of quantities of the engine.

    Attributes
    ----------
    indicator_id : str
    form : str
        ``level``; ``index`` (first year of the engine = 1); ``change`` (cumulative, against a base year);
        ``added`` (growth since a base year); ``yearly`` (difference to the year before).
    over, under : tuple of str
        Quantities that are summed above and below the line.
    scale : float
        Factor into ``unit``.
    unit : str
    since : int or None
        Year that the lever itself is a change against: the value is the change already.
    open : bool
        Whether the scope of the indicator is an open question of the plan.
    scope_zh, scope_en : str
        What the model counts.
    """

    indicator_id: str
    form: Form
    over: tuple[str, ...]
    under: tuple[str, ...]
    scale: float
    unit: str
    since: int | None
    open: bool
    scope_zh: str
    scope_en: str

    @property
    def quantities(self) -> tuple[str, ...]:
        """Quantities of the engine that the indicator needs."""
        return (*self.over, *self.under)

    @property
    def lever(self) -> str:
        """Lever whose value the indicator is; empty if it is none."""
        return self.over[0].removeprefix(LEVER_PREFIX) if self.over[0].startswith(LEVER_PREFIX) else ""

    @property
    def delivered(self) -> bool:
        """Whether the indicator is what levers deliver, so that the assumed delivered share decides it."""
        return all(name.startswith(LEVER_PREFIX) or name in DELIVERED_QUANTITIES for name in self.quantities)

    def delivering(self, effects: pl.DataFrame | None) -> tuple[str, ...]:
        """Return the levers that the indicator is made of; none if the model makes it of more than levers.

        Parameters
        ----------
        effects : LeverEffects, optional
            Names the levers behind a quantity.
        """
        if self.lever or effects is None or not self.delivered:
            return (self.lever,) if self.lever else ()
        supplied = {DELIVERED_QUANTITIES[name] for name in self.quantities}
        rows = effects.select("lever_id", "effect", "variable").iter_rows()
        return tuple(
            dict.fromkeys(
                lever for lever, kind, variable in rows if kind == "supply" and variable in supplied
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class IndicatorPaths:
    """Indicators over time in every future.

    Attributes
    ----------
    years : ndarray, shape (year,)
        History, if any is given, and the years of the engine; without gaps.
    first_year : int
        First year of the engine.
    base_year : int
        Year that cumulative changes and growth refer to.
    values : mapping of str to ndarray, shape (year, draw)
        By indicator, in the unit of its rule; not a number where the history does not reach.
    levels : mapping of str to ndarray, shape (year, draw)
        What changes and growth are made of; the values themselves for the other forms.
    """

    years: NDArray[np.int64]
    first_year: int
    base_year: int
    values: Mapping[str, Array]
    levels: Mapping[str, Array]


@cache
def indicator_rules() -> Mapping[str, IndicatorRule]:
    """Return how each indicator that the model can express is made."""
    found = {}
    for row in _rows("indicator_quantities"):
        over, under = (tuple(filter(None, row[side].split(";"))) for side in ("over", "under"))
        found[row["indicator_id"]] = _rule(row, cast("Form", row["form"]), over, under)
    for row in _rows("indicator_levers"):
        found[row["indicator_id"]] = _rule(
            row, cast("Form", row["form"]), (LEVER_PREFIX + row["lever_id"],), ()
        )
    return found


def needed_quantities(tables: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Return the quantities of the engine that the indicators of a pack need, for an ensemble to keep.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Tables of a pack; ``indicators`` is read.
    """
    wanted = _wanted(tables)
    return tuple(sorted({name for rule in wanted.values() for name in rule.quantities}))


def indicator_paths(
    quantities: Mapping[str, Array],
    years: NDArray[np.int64],
    tables: Mapping[str, pl.DataFrame],
    base_year: int,
    history: Mapping[str, Mapping[int, float]] | None = None,
) -> IndicatorPaths:
    """Return every indicator of a pack that the model can express.

    Parameters
    ----------
    quantities : mapping of str to ndarray, shape (year, draw)
        Of an outcome or an ensemble, all over ``years``.
    years : ndarray, shape (year,)
        Years of the engine.
    tables : mapping of str to polars.DataFrame
        Tables of a pack; ``indicators`` is read.
    base_year : int
        Year that cumulative changes refer to, unless a target names its own.
    history : mapping of str to (mapping of int to float), optional
        Quantities of earlier years, in the same unit, scope and base, so that changes against them can be
        computed; years inside the span of the engine are left out.

    Returns
    -------
    IndicatorPaths
        An indicator whose quantities are not all there is left out.
    """
    first = int(years[0])
    earlier = {name: {y: v for y, v in of.items() if y < first} for name, of in (history or {}).items()}
    start = min((year for of in earlier.values() for year in of), default=first)
    span = np.arange(start, int(years[-1]) + 1)
    values, levels = {}, {}
    for indicator, rule in _wanted(tables).items():
        if not all(name in quantities for name in rule.quantities):
            continue
        level = rule.scale * _add(rule.over, quantities, earlier, span)
        if rule.under:
            level /= _add(rule.under, quantities, earlier, span)
        levels[indicator] = level
        at = {"index": first, "change": base_year, "added": base_year}.get(rule.form, first)
        values[indicator] = level if rule.since else express_form(rule.form, level, span, at)
    return IndicatorPaths(span, first, base_year, values, levels)


def express_form(form: Form, level: Array, years: NDArray[np.int64], base_year: int) -> Array:
    """Return an indicator from its level.

    Parameters
    ----------
    form : str
        See :class:`IndicatorRule`.
    level : ndarray, shape (year, draw)
    years : ndarray, shape (year,)
    base_year : int
        Year that the form refers to; nothing is a number if it lies outside ``years``.

    Returns
    -------
    ndarray, shape (year, draw)

    Examples
    --------
    >>> express_form("change", np.array([[4.0], [3.0]]), np.array([2020, 2021]), 2020).ravel()
    array([  0., -25.])
    """
    if form == "level":
        return level
    if form == "yearly":
        return np.diff(level, axis=0, prepend=np.full((1, level.shape[1]), np.nan))
    place = base_year - int(years[0])
    base = level[place] if 0 <= place < len(years) else np.full(level.shape[1], np.nan)
    if form == "added":
        return np.asarray(level - base)
    ratio = level / base
    return np.asarray(ratio if form == "index" else (ratio - 1) * 100)


def _rule(row: Mapping[str, str], form: Form, over: tuple[str, ...], under: tuple[str, ...]) -> IndicatorRule:
    since = int(row["since"]) if row.get("since") else None
    return IndicatorRule(
        row["indicator_id"], form, over, under, float(row["scale"]), row["unit"], since, row["open"] == "yes",
        row["scope_zh"], row["scope_en"],
    )  # fmt: skip


def _wanted(tables: Mapping[str, pl.DataFrame]) -> dict[str, IndicatorRule]:
    rules = indicator_rules()
    return {name: rules[name] for name in tables["indicators"]["indicator_id"] if name in rules}


def _add(
    names: tuple[str, ...],
    quantities: Mapping[str, Array],
    earlier: Mapping[str, Mapping[int, float]],
    span: NDArray[np.int64],
) -> Array:
    """Return the sum of quantities over history and future, shape (year, draw)."""
    total = np.zeros((1, 1))
    for name in names:
        ahead = np.asarray(quantities[name], dtype=float)
        past = earlier.get(name, {})
        known = [past.get(int(year), np.nan) for year in span[: len(span) - len(ahead)]]
        whole = np.vstack([np.repeat(np.array(known, float)[:, None], ahead.shape[1], axis=1), ahead])
        total = total + whole
    return total


def _rows(name: str) -> list[dict[str, str]]:
    text = files("dafeng.pathway").joinpath(f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
