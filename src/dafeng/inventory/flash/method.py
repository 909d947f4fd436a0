"""The flash estimate: every group of emissions follows its indicator from the last inventory on.

For a group g with indicator i and last full inventory year b,

    E_g(y, m) = r_g(y, m) * i(y, m),   sum over m of E_g(y, m) = R_g(y) * sum over m of i(y, m)   for y > b,

with R_g(y) = R_g(b) = E_g(b) / i(b) carried forward, or moved by its log-linear trend over the last years.
Inside inventory years the months sum to the inventory; the ratio runs smoothly through all years
(:func:`~dafeng.inventory.flash.benchmark.denton_cholette`). A group without a usable indicator stays at the
level of its last inventory, a twelfth a month, and is marked as carried. Where the ratio jumps so far between
two years that a smooth path would turn negative, the months of a year share its total pro rata.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.flash.benchmark import denton_cholette
from dafeng.inventory.flash.contracts import FlashEstimates, FlashMonths
from dafeng.inventory.flash.tables import indicators_of
from dafeng.monthly.spans import Span, read_spans, sum_over
from dafeng.table import check, columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.errors import Language
    from dafeng.monthly.issue import Issue

Intensity = Literal["carried", "trend"]
TREND_YEARS, TREND_LEAST = 5, 3
"""Inventory years of a trend: at most, at least. [1]"""
MONTHS_BACK = 2
"""Years before the issue whose months are listed. [1]"""
OLD_YEARS = 2
"""Years between a benchmark and an issue beyond which the page warns. [year]"""
LEAST_COVERED = 0.5
"""Share of the benchmark that indicators must move before a growth rate is given. [1]

Below it most of the change is an assumption of no change.
"""
GRID = ((1, 2), *((month, month) for month in range(3, 13)))
"""The spans of a year that the bureau publishes."""
Annual = dict[int, float]


@dataclass(frozen=True, slots=True)
class FlashOptions:
    """How the ratio of emissions to indicator goes on after the last inventory.

    Parameters
    ----------
    intensity : {"carried", "trend"}
        The ratio of the last inventory year, or its trend over the last five inventory years.
    """

    intensity: Intensity = "carried"


@dataclass(frozen=True, slots=True)
class GroupSeries:
    """One group: how it is estimated and its values by span."""

    group: str
    item: str | None
    spans: tuple[Span, ...]
    share: float | None
    """Share of the total in the benchmark year. [1]"""

    def over(self, year: int, first: int, last: int) -> float | None:
        """Return the value over some months, None if whole spans do not cover them."""
        return sum_over(list(self.spans), year, first, last)


@dataclass(frozen=True, slots=True)
class FlashResult:
    """What an issue says."""

    estimates: pl.DataFrame
    """Contract FlashEstimates, without intervals."""
    months: pl.DataFrame
    """Contract FlashMonths."""
    covered: Mapping[str, float]
    """Measure -> share of the benchmark total whose groups have an indicator. [1]"""
    findings: tuple[Finding, ...]


def estimate_flash(
    figures: pl.DataFrame, benchmarks: pl.DataFrame, issue: Issue, options: FlashOptions | None = None
) -> FlashResult:
    """Return the estimates of an issue.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, each period once, only what was known (:func:`select_known`).
    benchmarks : FlashBenchmark
        Of the same region, only what was known; one or both measures.
    issue : Issue
    options : FlashOptions, optional

    Returns
    -------
    FlashResult

    Raises
    ------
    InputRefused
        ``flash_no_benchmark`` without a full inventory year before the issue; ``flash_no_indicator`` if no
        group has an indicator that reaches the issue.
    """
    spans, findings = read_spans(figures)
    parts, months, covered = [], [], {}
    for (measure,), rows in benchmarks.sort("measure").group_by("measure", maintain_order=True):
        annual = {
            str(group): dict(part.drop_nulls("value").select("year", "value").iter_rows())
            for (group,), part in rows.group_by("group", maintain_order=True)
        }
        base = _last_full_year(annual, issue)
        series = [
            _series_of(group, annual[group], spans, issue, base, options or FlashOptions())
            for group in annual
        ]
        whole = sum(annual[group][base] for group in annual)
        series = [_with_share(one, annual[one.group][base], whole) for one in series]
        if all(one.item is None for one in series):
            raise InputRefused.of("flash_no_indicator", period=str(issue), year=base)
        covered[str(measure)] = sum(one.share or 0.0 for one in series if one.item)
        head = {"region": rows["region"][0], "measure": measure, "unit": rows["unit"][0]}
        parts.append(_list_estimates(series, issue, base, head))
        months.append(_list_months(series, issue, head))
    if not parts:
        raise InputRefused.of("flash_no_benchmark", period=str(issue))
    recent = tuple(
        f for f in findings if f.severity == "error" or int(str(f.params["year"])) >= issue.year - 1
    )
    return FlashResult(pl.concat(parts), pl.concat(months), covered, recent)


def _last_full_year(annual: Mapping[str, Annual], issue: Issue) -> int:
    """Return the latest year before the issue with a figure for every group."""
    full = set.intersection(*(set(years) for years in annual.values()))
    before = [year for year in full if year < issue.year or (year == issue.year and issue.month == 12)]
    if not before:
        raise InputRefused.of("flash_no_benchmark", period=str(issue))
    return max(before)


def _series_of(
    group: str, annual: Annual, spans: Mapping[str, list[Span]], issue: Issue, base: int,
    options: FlashOptions,
) -> GroupSeries:  # fmt: skip
    for item in indicators_of(group):
        own = [s for s in spans.get(item, []) if (s.year, s.last) <= (issue.year, issue.month)]
        if sum_over(own, base, 1, 12) and sum_over(own, issue.year, 1, issue.month) is not None:
            return GroupSeries(group, item, _follow(annual, own, issue, base, options), None)
    return GroupSeries(group, None, _carry(annual, issue), None)


def _follow(
    annual: Annual, spans: list[Span], issue: Issue, base: int, options: FlashOptions
) -> tuple[Span, ...]:
    """Return the group's spans: benchmarked where an inventory exists, by a forecast ratio after it."""
    whole = {year: sum_over(spans, year, 1, 12) for year in {span.year for span in spans}}
    past = {y: value for y, value in annual.items() if y <= base and whole.get(y)}
    ratios = {y: value / (whole[y] or 1.0) for y, value in past.items()}
    slope = _trend(ratios, base) if options.intensity == "trend" else 0.0
    used: list[Span] = []
    blocks: list[int | None] = []
    totals: list[float] = []
    places: dict[int, int] = {}
    for span in sorted(spans):
        year = span.year
        if year < min(past) or (year > base and year < issue.year and whole[year] is None):
            continue  # before the first inventory, or a year after it that cannot be tied to anything
        if year in past or year > base:
            if year not in places:
                reach = whole[year] if year != issue.year else sum_over(spans, year, 1, issue.month)
                ratio = ratios[base] * exp(slope * (year - base))
                places[year] = len(totals)
                totals.append(past[year] if year in past else ratio * (reach or 0.0))
            blocks.append(places[year])
        else:
            blocks.append(None)
        used.append(span)
    values = denton_cholette([span.value for span in used], blocks, totals)
    if values.min() < 0:  # the ratio jumps by a multiple from one year to the next: no smooth path exists
        known = {
            year: totals[place] / (sum(s.value for s in used if s.year == year) or 1.0)
            for year, place in places.items()
        }
        pro_rata = np.interp([span.year for span in used], sorted(known), [known[y] for y in sorted(known)])
        values = pro_rata * np.array([span.value for span in used])
    return tuple(Span(s.year, s.first, s.last, float(v)) for s, v in zip(used, values, strict=True))


def _trend(ratios: Annual, base: int) -> float:
    """Return the yearly change of the logarithm of the ratio; zero where there are too few years."""
    years = sorted(y for y, ratio in ratios.items() if base - TREND_YEARS < y <= base and ratio > 0)
    if len(years) < TREND_LEAST:
        return 0.0
    return float(np.polyfit([y - base for y in years], [log(ratios[y]) for y in years], 1)[0])


def _carry(annual: Annual, issue: Issue) -> tuple[Span, ...]:
    """Return a twelfth of the newest inventory for every month."""
    spans = []
    for year in range(min(annual), issue.year + 1):
        level = annual[max(y for y in annual if y <= year)]
        last = issue.month if year == issue.year else 12
        spans += [Span(year, month, month, level / 12) for month in range(1, last + 1)]
    return tuple(spans)


def _with_share(one: GroupSeries, value: float, whole: float) -> GroupSeries:
    return GroupSeries(one.group, one.item, one.spans, value / whole if whole else None)


def _add(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _list_estimates(
    series: list[GroupSeries], issue: Issue, base: int, head: Mapping[str, object]
) -> pl.DataFrame:
    first = 1 if issue.month == 2 else issue.month
    spans = {"month": (first, issue.month), "ytd": (1, issue.month)}
    if issue.month % 3 == 0:
        spans["quarter"] = (issue.month - 2, issue.month)
    order = {code: place for place, code in enumerate(terms.entries("flash_group"))}
    rows = []
    for span, (start, end) in spans.items():
        now = {one.group: one.over(issue.year, start, end) for one in series}
        then = {one.group: one.over(issue.year - 1, start, end) for one in series}
        common = {**head, "year": issue.year, "month": issue.month, "span": span, "benchmark_year": base}
        for one in series:
            rule = "indicator" if one.item else "carried"
            named = {"group": one.group, "rule": rule, "item": one.item, "benchmark_share": one.share}
            rows.append({**common, **named, **_compare(now[one.group], then[one.group])})
        total = {"group": "total", "rule": "sum", "item": None, "benchmark_share": 1.0}
        rows.append({**common, **total, **_compare(_add(list(now.values())), _add(list(then.values())))})
    schema = {spec.name: spec.dtype for spec in columns_of(FlashEstimates)}
    frame = pl.DataFrame([{"lower": None, "upper": None, **row} for row in rows], schema=schema)
    frame = frame.sort("span", pl.col("group").replace_strict(order, return_dtype=pl.Int32))
    return check(frame, FlashEstimates)


def _compare(now: float | None, then: float | None) -> dict[str, float | None]:
    change = now / then - 1 if now is not None and then else None
    return {"value": now, "previous": then, "change_share": change}


def _list_months(series: list[GroupSeries], issue: Issue, head: Mapping[str, object]) -> pl.DataFrame:
    rows = [
        {
            **head, "year": year, "first_month": first, "last_month": last,
            "value": _add([one.over(year, first, last) for one in series]),
        }
        for year in range(issue.year - MONTHS_BACK, issue.year + 1)
        for first, last in GRID
        if (year, last) <= (issue.year, issue.month)
    ]  # fmt: skip
    schema = {spec.name: spec.dtype for spec in columns_of(FlashMonths)}
    return check(pl.DataFrame(rows, schema=schema), FlashMonths)


@dataclass(frozen=True, slots=True)
class GroupNames:
    """The names of groups in a message."""

    codes: tuple[str, ...]

    def text(self, language: Language) -> str:
        """Return the names, one after the other."""
        return ("、" if language == "zh" else ", ").join(
            terms.name("flash_group", code, language) for code in self.codes
        )


def list_unmoved(result: FlashResult) -> tuple[Finding, ...]:
    """Return one note that names the groups of the first measure that no indicator moves."""
    yearly = result.estimates.filter((pl.col("rule") == "carried") & (pl.col("span") == "ytd"))
    first = yearly.filter(pl.col("measure") == pl.col("measure").min())
    if first.is_empty():
        return ()
    params = {
        "group": GroupNames(tuple(first["group"])), "year": first["benchmark_year"][0],
        "share": f"{100 * first['benchmark_share'].sum():.1f} %",
    }  # fmt: skip
    return (Finding("flash_carried", params=params, severity="note"),)


def doubt_benchmark(result: FlashResult, issue: Issue) -> tuple[Finding, ...]:
    """Return warnings for a benchmark that is old, or of which too little is moved by indicators.

    Parameters
    ----------
    result : FlashResult
    issue : Issue

    Returns
    -------
    tuple of Finding
        ``flash_benchmark_old`` beyond :data:`OLD_YEARS`; ``flash_few_indicators`` below
        :data:`LEAST_COVERED`.
    """
    found = []
    year = int(result.estimates["benchmark_year"].to_list()[0])
    if issue.year - year > OLD_YEARS:
        params = {"year": year, "period": str(issue), "years": issue.year - year}
        found.append(Finding("flash_benchmark_old", params=params, severity="warning"))
    few = {measure: share for measure, share in result.covered.items() if share < LEAST_COVERED}
    if few:
        params = {"share": f"{100 * min(few.values()):.0f} %", "least": f"{100 * LEAST_COVERED:.0f} %"}
        found.append(Finding("flash_few_indicators", params=params, severity="warning"))
    return tuple(found)
