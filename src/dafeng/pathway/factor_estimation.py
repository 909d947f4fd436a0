r"""From the past to random paths: drift, its error, yearly shocks and correlation of every factor.

Residuals are what a sector group emits per unit of the activity that drives it, electricity likewise. With
:math:`x_t` the logarithm of such a ratio over the last years (``WINDOW`` at most):

* drift: mean yearly change, drawn toward the mean of its kind (residuals, electricity);
* lasting error of the drift: its standard error after that;
* shock: standard deviation of a yearly change, drawn toward the other factors of its kind, widened for the
  few years it rests on (Student's law at 90 %);
* correlation of the yearly changes, drawn toward none; see :mod:`dafeng.pathway.shrinkage`.

The drift is taken over the years in which the driver is known too, so that drift of the driver and drift of
the ratio add up to what happened. For the shock, open years of a driver are bridged along a straight line of
its logarithm, beyond its ends at its mean growth: the ratio of such a year then carries the driver's shock,
which errs on the wide side. A factor with fewer than ``FEWEST`` known years takes the history of its parent:
electricity of a group that of the whole consumption. CO2 per heat supplied takes that of power and heat
together per thermal kWh: the published sector holds both.

An outlook replaces the drift in its years; its range is read as 5 % to 95 % of the growth of the year. Years
that were over on the day and have an outlook (derived from published outcomes) count as known. The central
path of a ratio is its mean: noise in a sector does not raise what is expected of it. A drift without an
outlook is damped from the base year on (``DAMPING`` of :mod:`dafeng.pathway.factors`): ten years say little
about forty. A driver that is zero or negative in the base year keeps its level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.pathway.factors import Factor, FactorSet
from dafeng.pathway.outlooks import add_past, look_ahead, own_outlooks
from dafeng.pathway.shrinkage import Array, correlate, measure_changes, shrink_means, shrink_variances, widen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from dafeng.pathway.history import History

WINDOW = 10
"""Years of the past that drift and shock are taken from [a]."""
FEWEST = 4
"""Known years under which a factor takes the history of its parent."""
POWER, HOURS = "power_heat", "power:re_hours"
RATIO_UNIT = {
    "residual": ("单位活动排放", "emissions per activity"),
    "electricity": ("单位活动用电", "electricity per activity"),
}
_NO_YEARS = (np.zeros(0, np.int64), np.zeros(0))
GROUPS = {"residual": "decoupling", "electricity": "electricity", "power": "power", "driver": "economy"}
"""First part of the id of a factor -> group of the sensitivity analysis."""


@dataclass(frozen=True, slots=True, eq=False)
class _Trace:
    """The past of a factor: logarithms by year, bridged where its driver is open."""

    id: str
    zh: str
    en: str
    years: NDArray[np.int64]
    logs: Array
    whole: NDArray[np.bool_]
    """Years in which numerator and driver are both known."""

    @property
    def kind(self) -> str:
        return self.id.split(":")[0]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Drift, its standard error and the shock of a factor."""

    growth: float
    growth_sd: float
    shock_sd: float


def estimate_factors(
    history: History, base_year: int, last_year: int, outlooks: pl.DataFrame, as_of: date | None = None,
    window: int = WINDOW,
) -> FactorSet:  # fmt: skip
    """Return the factors of a province from what was known on a day.

    Parameters
    ----------
    history : History
        May know more than the day allows; it is cut first.
    base_year, last_year : int
    outlooks : DriverOutlooks
        Of the province. Of several for a year the one known last counts.
    as_of : date, optional
        Default: everything that the history holds.
    window : int
        Years of the past that count [a].

    Returns
    -------
    FactorSet
        ``driver:*`` for every driver, ``residual:*`` for every sector group but power and heat, and for the
        supply of heat, ``electricity:*`` for every group, ``power:coal_rate`` (CO2 of power and heat per
        thermal kWh) and ``power:re_hours`` (output of wind and PV per capacity).

    Raises
    ------
    InputRefused
        ``pathway_driver_missing``; ``pathway_history_short``, one finding per factor with fewer than two
        known years and no parent.
    """
    known = history.restrict(base_year, as_of)
    idle = _idle_drivers(known, base_year)
    traces = [_crop(trace, window) for trace in _trace_all(known, idle)]
    _check_length(traces, idle)
    moving = [trace for trace in traces if trace.id.removeprefix("driver:") not in idle]
    spreads = dict(zip(moving, _spread_all(moving, last_year - base_year), strict=True))
    factors = []
    for trace in traces:
        if trace.id.removeprefix("driver:") in idle:
            factors.append(_hold_level(trace, last_year - base_year))
            continue
        spread = spreads[trace]
        rows = own_outlooks(trace.id, outlooks, as_of)
        observed = add_past(_observe(known, trace.id, base_year, last_year), rows, base_year, as_of)
        first = base_year + len(observed) + 1
        growth, errors = look_ahead(
            (spread.growth, spread.growth_sd), rows, range(first, last_year + 1), len(observed)
        )
        group = "export" if trace.id == "driver:power_export" else GROUPS[trace.kind]
        factors.append(
            Factor(
                trace.id, group, trace.zh, trace.en, observed, growth, errors, spread.shock_sd,
                trace.kind != "driver",
            )
        )  # fmt: skip
    correlation, _ = correlate(_yearly_changes(traces))
    return FactorSet(base_year, last_year, tuple(factors), correlation)


def group_drivers() -> dict[str, str]:
    """Return the driver of every sector group: that of its first chain with an activity; else output.

    Examples
    --------
    >>> group_drivers()["coking_refining"], group_drivers()["households"], group_drivers()["steel"]
    ('coke_output', 'population', 'gdp')
    """
    found: dict[str, str] = {}
    for row in terms.entries("pathway_chains").values():
        if row["kind"] == "activity":
            found.setdefault(row["group"], row["driver"])
    return {group: found.get(group, "gdp") for group in terms.entries("sector_groups")}


def _check_length(traces: Sequence[_Trace], idle: frozenset[str]) -> None:
    short = [
        trace
        for trace in traces
        if trace.years.size < 2 and trace.id != HOURS and trace.id.removeprefix("driver:") not in idle
    ]
    if short:
        raise InputRefused(
            Finding("pathway_history_short", params={"factor": trace.id, "have": trace.years.size})
            for trace in short
        )


def _idle_drivers(history: History, base_year: int) -> frozenset[str]:
    """Return drivers that are zero or negative in the base year: a province without coal, a net importer."""
    found = set()
    for driver in terms.entries("pathway_drivers"):
        values = dict(history.series(driver).iter_rows())
        if base_year in values and values[base_year] <= 0:
            found.add(driver)
    return frozenset(found)


def _trace_all(history: History, idle: frozenset[str]) -> list[_Trace]:
    drivers = {
        driver: _NO_YEARS if driver in idle else _logs(history.series(driver))
        for driver in terms.entries("pathway_drivers")
    }
    traces = []
    for driver, (years, logs) in drivers.items():
        row = terms.entries("pathway_drivers")[driver]
        if not years.size and row["required"] != "yes":
            continue
        traces.append(
            _Trace(f"driver:{driver}", row["zh"], row["en"], years, logs, np.ones(years.size, bool))
        )
    activity = group_drivers()
    total = _logs(history.series("electricity_total"))
    for kind, frame in (("residual", history.group_co2), ("electricity", history.group_electricity)):
        for group, row in terms.entries("sector_groups").items():
            if group == POWER:  # made by the power step; its own use goes with its output
                continue
            own = _logs(frame.filter(pl.col("group") == group))
            if own[0].size < FEWEST:
                own = total if kind == "electricity" else _logs(_sum_years(frame))
            zh, en = (f"{row['zh']}{RATIO_UNIT[kind][0]}", f"{row['en']}: {RATIO_UNIT[kind][1]}")
            traces.append(_Trace(f"{kind}:{group}", zh, en, *_ratio(own, activity[group], drivers, idle)))
    power_co2 = _logs(history.group_co2.filter(pl.col("group") == POWER))
    rate = _per_activity(power_co2, _logs(history.series("generation_thermal")))
    traces.append(_Trace("residual:heat", "单位供热排放", "Emissions per heat supplied", *rate))
    traces.append(_Trace("power:coal_rate", "火电单位电量排放", "CO2 per thermal kWh", *rate))
    traces.append(_Trace(HOURS, "风光利用小时", "Full-load hours of wind and PV", *_re_hours(history)))
    return traces


def _logs(frame: pl.DataFrame) -> tuple[NDArray[np.int64], Array]:
    """Return years and logarithms of the values above zero."""
    rows = frame.filter(pl.col("value") > 0).sort("year")
    return rows["year"].to_numpy(), np.log(rows["value"].to_numpy())


def _sum_years(frame: pl.DataFrame) -> pl.DataFrame:
    ordered = frame.sort(frame.columns)
    return ordered.group_by("year", maintain_order=True).agg(pl.col("value").sum())


def _ratio(
    own: tuple[NDArray[np.int64], Array], driver: str,
    drivers: Mapping[str, tuple[NDArray[np.int64], Array]], idle: frozenset[str],
) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:  # fmt: skip
    """Return the past of a group per unit of its driver; alone where the driver stands still."""
    if driver in idle:
        return *own, np.ones(own[0].size, bool)
    return _per_activity(own, drivers[driver])


def _per_activity(
    own: tuple[NDArray[np.int64], Array], driver: tuple[NDArray[np.int64], Array]
) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:
    """Return years and logarithm of a ratio, and which years of the driver are known; others are bridged."""
    years, logs = own
    known, levels = driver
    whole = np.isin(years, known)
    if known.size == 0:
        return years[whole], logs[whole], whole[whole]
    bridged = np.interp(years, known, levels)
    if known.size > 1:
        rate = (levels[-1] - levels[0]) / (known[-1] - known[0])
        bridged = bridged + rate * (np.minimum(years - known[0], 0) + np.maximum(years - known[-1], 0))
    return years, np.asarray(logs - bridged), whole


def _re_hours(history: History) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:
    """Return the logarithm of output over capacity of wind and PV at the end of the year, by year."""
    frames = [
        history.series(name).rename({"value": name})
        for name in (
            "generation_wind",
            "generation_solar",
            "capacity_wind",
            "capacity_solar",
            "capacity_wind_pv",
        )
    ]
    wide = frames[0]
    for frame in frames[1:]:
        wide = wide.join(frame, on="year", how="full", coalesce=True)
    capacity = pl.coalesce("capacity_wind_pv", pl.col("capacity_wind") + pl.col("capacity_solar"))
    made = pl.col("generation_wind") + pl.col("generation_solar")
    years, logs = _logs(wide.select("year", value=made / capacity).drop_nulls())
    return years, logs, np.ones(years.size, bool)


def _hold_level(trace: _Trace, span: int) -> Factor:
    """Return a driver that keeps its level: growth of nothing, or of an import, has no logarithm."""
    return Factor(trace.id, GROUPS[trace.kind], trace.zh, trace.en, (), (0.0,) * span, (0.0,) * span, 0.0)


def _crop(trace: _Trace, window: int) -> _Trace:
    if trace.years.size == 0:
        return trace
    recent = trace.years >= trace.years[-1] - window
    return replace(trace, years=trace.years[recent], logs=trace.logs[recent], whole=trace.whole[recent])


def _measure_drift(trace: _Trace) -> tuple[float, int]:
    """Return mean yearly change and the years it rests on; see the module for which years count."""
    use = trace.whole if trace.whole.sum() >= FEWEST else np.ones(trace.years.size, bool)
    change = measure_changes(trace.years[use], trace.logs[use])
    return change.mean, change.years


def _spread_all(traces: Sequence[_Trace], span: int) -> list[_Spread]:
    """Return drift, error and shock of all factors, kind by kind."""
    found: dict[str, _Spread] = {}
    for kind in ("residual", "electricity", "driver", "power"):
        members = [trace for trace in traces if trace.kind == kind and trace.id != HOURS]
        found |= dict(zip((m.id for m in members), _spread_kind(members, kind in RATIO_UNIT), strict=True))
    pooled = float(np.median([found[t.id].shock_sd for t in traces if t.kind == "residual"]))
    hours = next(trace for trace in traces if trace.id == HOURS)
    found[hours.id] = _spread_hours(hours, pooled, span)
    return [found[trace.id] for trace in traces]


def _spread_kind(members: Sequence[_Trace], pool: bool) -> list[_Spread]:
    measured = [measure_changes(trace.years, trace.logs) for trace in members]
    means, spans = np.array([_measure_drift(trace) for trace in members]).T
    freedom = np.array([change.steps - 1.0 for change in measured])
    variances = np.array([change.variance for change in measured])
    if pool:
        variances, freedom = shrink_variances(variances, freedom)
    else:
        variances = np.where(np.isfinite(variances), variances, np.nanmax(np.append(variances, 0.0)))
    errors = np.sqrt(np.maximum(variances, 1e-12) / spans)
    means, errors = shrink_means(means, errors) if pool else (means, errors)
    wide = widen(freedom)
    return [
        _Spread(float(m), float(e * w), float(np.sqrt(v) * w))
        for m, e, v, w in zip(means, errors, variances, wide, strict=True)
    ]


def _spread_hours(trace: _Trace, pooled: float, span: int) -> _Spread:
    """Return no drift and a shock that reaches the spread between years half-way through the span.

    Weather does not add up from year to year; a random walk that has this spread in the middle of the span
    is the nearest that a factor can say. With fewer than three years the pooled shock of the residuals
    stands for the spread.
    """
    level = float(np.std(trace.logs, ddof=1)) if trace.logs.size >= 3 else pooled
    return _Spread(0.0, 0.0, level / float(np.sqrt(max(span, 2) / 2)))


def _observe(history: History, factor: str, base_year: int, last_year: int) -> tuple[float, ...]:
    """Return the logarithm of a driver against the base year in the years after it that are known."""
    kind, _, name = factor.partition(":")
    if kind != "driver":
        return ()
    values = dict(history.series(name).iter_rows())
    found: list[float] = []
    if values.get(base_year, 0.0) <= 0:
        return ()
    for year in range(base_year + 1, last_year + 1):
        if values.get(year, 0.0) <= 0:
            break
        found.append(float(np.log(values[year] / values[base_year])))
    return tuple(found)


def _yearly_changes(traces: Sequence[_Trace]) -> Array:
    """Return changes from year to year, shape (factor, year), nan where one of both years is open."""
    first = min((int(trace.years[0]) for trace in traces if trace.years.size), default=0)
    last = max((int(trace.years[-1]) for trace in traces if trace.years.size), default=1)
    levels = np.full((len(traces), last - first + 1), np.nan)
    for row, trace in zip(levels, traces, strict=True):
        row[trace.years - first] = trace.logs
    return np.asarray(np.diff(levels, axis=1))
