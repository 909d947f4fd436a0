"""Emissions as the report shows them: by year and group of sectors or fuels, beside published totals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dafeng import terms
from dafeng.provenance import worst_grade
from dafeng.report.traces import Trace
from dafeng.report.words import plain, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.report.context import ReportContext

EMISSIONS, PUBLISHED = "inventory.emissions", "inventory.published"
UNIT = "Mt CO2"
Axis = Literal["sector_groups", "fuel_groups"]
ByYear = dict[int, float]


@dataclass(frozen=True, slots=True)
class EmissionView:
    """Emissions of the reported province [Mt CO2].

    Parameters
    ----------
    years : tuple of int
        First to last computed year without gaps.
    combustion, process, total : dict of int to float
        A year without a figure is absent.
    groups : mapping
        Axis -> code of the group -> year -> combustion emissions.
    published : mapping
        Year -> row of the published total.
    traces : mapping
        Year -> key of the trace of the computed numbers.
    published_traces : mapping
        Year -> key of the trace of the published total.
    """

    years: tuple[int, ...]
    combustion: ByYear
    process: ByYear
    total: ByYear
    groups: Mapping[str, Mapping[str, ByYear]]
    published: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    traces: Mapping[int, str] = field(default_factory=dict)
    published_traces: Mapping[int, str] = field(default_factory=dict)

    @property
    def years_without_total(self) -> tuple[int, ...]:
        """Years with combustion emissions and no total."""
        return tuple(year for year in self.years if year in self.combustion and year not in self.total)

    def ranked(self, axis: Axis, year: int) -> list[tuple[str, float]]:
        """Return the groups of an axis with their emissions in a year, largest first."""
        values = [(code, by_year.get(year, 0.0)) for code, by_year in self.groups[axis].items()]
        return sorted(values, key=lambda pair: (-pair[1], pair[0]))


def view_emissions(context: ReportContext) -> EmissionView:
    """Return the emissions of the reported province, with a trace for every year."""
    rows = [row for row in context.own_rows(EMISSIONS) if row["value"] is not None]
    overall = {name: _overall(rows, name) for name in ("co2_fuel_combustion", "co2_process", "co2_total")}
    combustion = overall["co2_fuel_combustion"]
    years = tuple(range(min(combustion), max(combustion) + 1)) if combustion else ()
    published = _published(context, years)
    return EmissionView(
        years=years,
        combustion=combustion,
        process=overall["co2_process"],
        total=overall["co2_total"],
        groups={
            "sector_groups": _grouped(rows, "sectors", "sector"),
            "fuel_groups": _grouped(rows, "fuels", "fuel"),
        },
        published=published,
        traces={year: _trace_year(context, rows, year) for year in years},
        published_traces={year: _trace_published(context, row) for year, row in published.items()},
    )


def _cells(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row
        for row in rows
        if row["variable"] == "co2_fuel_combustion" and row["sector"] != "total" and row["fuel"] is not None
    ]


def _overall(rows: list[dict[str, Any]], variable: str) -> ByYear:
    """Return the sum over sectors and fuels of a variable, by year."""
    wanted = [row for row in rows if row["variable"] == variable and row["sector"] == "total"]
    direct = {row["year"]: row["value"] for row in wanted if row["fuel"] is None}
    summed: ByYear = defaultdict(float)
    for row in wanted:
        if row["fuel"] is not None:
            summed[row["year"]] += row["value"]
    return {**summed, **direct}


def _grouped(rows: list[dict[str, Any]], vocabulary: str, column: str) -> dict[str, ByYear]:
    """Return combustion emissions by group of sectors or fuels; groups that never emit are left out."""
    group_of = {code: row["group"] for code, row in terms.entries(vocabulary).items()}
    summed: dict[str, ByYear] = {}
    for row in _cells(rows):
        by_year = summed.setdefault(group_of.get(row[column], row[column]), defaultdict(float))
        by_year[row["year"]] += row["value"]
    return {code: dict(by_year) for code, by_year in summed.items() if any(by_year.values())}


def _published(context: ReportContext, years: tuple[int, ...]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in context.own_rows(PUBLISHED):
        if row["variable"] == "co2_total" and row["value"] is not None and row["year"] in years:
            found.setdefault(row["year"], row)
    return dict(sorted(found.items()))


def input_sources(context: ReportContext, year: int | None = None) -> tuple[tuple[str, ...], str]:
    """Return the sources and the worst grade of the data behind a year (all years), when they are known."""
    rows = [*context.own_rows("inventory.energy"), *context.own_rows("inventory.products")]
    used = [row for row in rows if year is None or row["year"] == year]
    sources = tuple(dict.fromkeys(row["source_id"] for row in used))
    return sources, str(worst_grade({row["grade"] for row in used}) or "")


def _trace_year(context: ReportContext, rows: list[dict[str, Any]], year: int) -> str:
    own = [row for row in rows if row["year"] == year]
    sources, _ = input_sources(context, year)
    named = tuple(dict.fromkeys(row["source"] for row in own))
    return context.add_trace(
        Trace(
            sources=(*named, *sources),
            grade=str(worst_grade({row["quality"] for row in own}) or ""),
            unit_zh=words()[f"unit.{UNIT}"]["zh"],
            unit_en=words()[f"unit.{UNIT}"]["en"],
            step_zh=plain("step.emissions", "zh", version=context.meta.totals_version),
            step_en=plain("step.emissions", "en", version=context.meta.totals_version),
            place_zh=plain("place.year", "zh", year=year),
            place_en=plain("place.year", "en", year=year),
        )
    )


def _trace_published(context: ReportContext, row: Mapping[str, Any]) -> str:
    return context.add_trace(
        Trace(
            sources=(row["source_id"],),
            grade=row["grade"],
            unit_zh=words()[f"unit.{UNIT}"]["zh"],
            unit_en=words()[f"unit.{UNIT}"]["en"],
            step_zh=plain("step.published", "zh"),
            step_en=plain("step.published", "en"),
            place_zh=plain("place.year", "zh", year=row["year"]),
            place_en=plain("place.year", "en", year=row["year"]),
        )
    )
