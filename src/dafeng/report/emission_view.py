"""Emissions as the report shows them: by year and group of sectors or fuels, beside published totals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from dafeng import terms
from dafeng.provenance import Grade, worst_grade
from dafeng.report.traces import Trace
from dafeng.report.words import plain, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.report.context import ReportContext

EMISSIONS, PUBLISHED = "inventory.emissions", "inventory.published"
ENERGY, PRODUCTS, FACTORS = "inventory.energy", "inventory.products", "inventory.factors"
UNIT = "Mt CO2"
Axis = Literal["sector_groups", "fuel_groups"]
ByYear = dict[int, float]
Row = dict[str, Any]


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
    weak : mapping
        Year -> grades C and X among its inputs; a year without any is absent.
    """

    years: tuple[int, ...]
    combustion: ByYear
    process: ByYear
    total: ByYear
    groups: Mapping[str, Mapping[str, ByYear]]
    published: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    traces: Mapping[int, str] = field(default_factory=dict)
    published_traces: Mapping[int, str] = field(default_factory=dict)
    weak: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

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
    published = {
        year: row
        for (variable, year), row in sorted(published_rows(context).items())
        if variable == "co2_total" and year in years
    }
    inputs = {year: _inputs(context, rows, year) for year in years}
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
        traces={year: _trace_year(context, rows, inputs[year], year) for year in years},
        published_traces={year: trace_published(context, row) for year, row in published.items()},
        weak={year: grades for year in years if (grades := _weak_grades(inputs[year]))},
    )


def _cells(rows: list[Row]) -> list[Row]:
    return [
        row
        for row in rows
        if row["variable"] == "co2_fuel_combustion" and row["sector"] != "total" and row["fuel"] is not None
    ]


def _overall(rows: list[Row], variable: str) -> ByYear:
    """Return the sum over sectors and fuels of a variable, by year."""
    wanted = [row for row in rows if row["variable"] == variable and row["sector"] == "total"]
    direct = {row["year"]: row["value"] for row in wanted if row["fuel"] is None}
    summed: ByYear = defaultdict(float)
    for row in wanted:
        if row["fuel"] is not None:
            summed[row["year"]] += row["value"]
    return {**summed, **direct}


def _grouped(rows: list[Row], vocabulary: str, column: str) -> dict[str, ByYear]:
    """Return combustion emissions by group of sectors or fuels; groups that never emit are left out."""
    group_of = {code: row["group"] for code, row in terms.entries(vocabulary).items()}
    summed: dict[str, ByYear] = {}
    for row in _cells(rows):
        by_year = summed.setdefault(group_of.get(row[column]) or str(row[column]), defaultdict(float))
        by_year[row["year"]] += row["value"]
    return {code: dict(by_year) for code, by_year in summed.items() if any(by_year.values())}


def published_rows(context: ReportContext) -> dict[tuple[str, int], Row]:
    """Return (variable, year) -> the published row that a computed figure is compared with."""
    found: dict[tuple[str, int], Row] = {}
    for row in context.own_rows(PUBLISHED):
        if row["value"] is not None:
            found.setdefault((row["variable"], row["year"]), row)
    return found


def input_rows(context: ReportContext, table_id: str, year: int) -> list[Row]:
    """Return the rows with a figure of one year of a table of inputs."""
    return [row for row in context.own_rows(table_id) if row["year"] == year and row["value"] is not None]


def _inputs(context: ReportContext, rows: list[Row], year: int) -> list[Row]:
    """Return what the emissions of a year rest on: energy use, product output and the factors in use."""
    emitting = {(row["sector"], row["fuel"]) for row in _cells(rows) if row["year"] == year and row["value"]}
    factors = [row for row in context.rows(FACTORS) if (row["sector"], row["fuel"]) in emitting]
    return [*input_rows(context, ENERGY, year), *input_rows(context, PRODUCTS, year), *factors]


def _weak_grades(inputs: list[Row]) -> tuple[str, ...]:
    """Return the grades of inputs that count for no verdict, in order."""
    return tuple(sorted({row["grade"] for row in inputs if not Grade(row["grade"]).counts}))


def _trace_year(context: ReportContext, rows: list[Row], inputs: list[Row], year: int) -> str:
    """Return the trace of a year: its grade is the one that the table of emissions carries."""
    own = [row for row in rows if row["year"] == year]
    weak = _weak_grades(inputs)
    return context.add_trace(
        Trace(
            sources=tuple(
                dict.fromkeys([*(row["source"] for row in own), *(row["source_id"] for row in inputs)])
            ),
            grade=str(worst_grade({row["quality"] for row in own}) or ""),
            unit_zh=words()[f"unit.{UNIT}"]["zh"],
            unit_en=words()[f"unit.{UNIT}"]["en"],
            step_zh=plain("step.emissions", "zh", version=context.meta.totals_version),
            step_en=plain("step.emissions", "en", version=context.meta.totals_version),
            note_zh=plain("step.weak", "zh", grades="、".join(weak)) if weak else "",
            note_en=plain("step.weak", "en", grades=", ".join(weak)) if weak else "",
            place_zh=plain("place.year", "zh", year=year),
            place_en=plain("place.year", "en", year=year),
        )
    )


def trace_published(context: ReportContext, row: Mapping[str, Any]) -> str:
    """Return the key of the trace of a published figure."""
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


def trace_difference(context: ReportContext, key: str, row: Mapping[str, Any]) -> str:
    """Return the key of the trace of the difference of a computed number (``key``) from a published row.

    It cites the sources of both and carries the weaker grade.
    """
    ours = context.traces.get(key)
    return context.add_trace(
        replace(
            ours,
            sources=tuple(dict.fromkeys((row["source_id"], *ours.sources))),
            grade=str(worst_grade({ours.grade, row["grade"]} - {""}) or ""),
            unit_zh="%",
            unit_en="%",
            step_zh=plain("step.comparison", "zh"),
            step_en=plain("step.comparison", "en"),
        )
    )
