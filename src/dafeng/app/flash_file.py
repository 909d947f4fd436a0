"""Use case: the flash estimate of a month from the user's indicators and an inventory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.flash import (
    LEAST_COVERED,
    FlashOptions,
    FlashResult,
    add_interval,
    benchmark_emissions,
    benchmark_energy,
    compare_archive,
    doubt_benchmark,
    estimate_flash,
    join_records,
    list_indicators,
    list_unmoved,
    published_totals,
    replay_years,
    score_errors,
)
from dafeng.inventory.flash.io import read_archive, read_inventory
from dafeng.inventory.flash.score import BENCHMARK_KEY, FIGURE_KEY, LEAST_ISSUES
from dafeng.inventory.io import read_energy
from dafeng.monthly import Issue, latest_issue, select_known
from dafeng.monthly.io import read_monthly
from dafeng.period import parse_period
from dafeng.report.flash_page import FlashSheet, render_flash
from dafeng.store.atomic import write_bytes_atomically
from dafeng.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from dafeng.inventory.flash.method import Intensity
    from dafeng.monthly.io import ReadFigures

FlashFormat = Literal["html", "csv", "json"]


@dataclass(frozen=True, slots=True)
class FlashRequest:
    """What to estimate and from what.

    Parameters
    ----------
    figures : Path
        Monthly and year-to-date indicators, CSV or XLSX.
    benchmark : Path
        Yearly inventory as ``dafeng inventory run`` writes it, CSV.
    as_of : date
        Only what was known on this day is used.
    energy : Path, optional
        Energy use by sector and fuel, for the energy part.
    archive : Path, optional
        Folder of issues; this one is added, never over an older one.
    month : str, optional
        Issue; default the newest that is open.
    region : str, optional
        Province, where the file holds several.
    draft : bool
        Make an issue that is not open yet.
    intensity : {"carried", "trend"}
        How the ratio of emissions to indicator goes on.
    lag_years : int
        Years until an inventory without ``known_on`` counts as known. [year]
    day : int
        Day of the next month on which issues open.
    max_bytes : int
        Limit of an input file. [B]
    """

    figures: Path
    benchmark: Path
    as_of: date
    energy: Path | None = None
    archive: Path | None = None
    month: str | None = None
    region: str | None = None
    draft: bool = False
    intensity: Intensity = "carried"
    lag_years: int = 1
    day: int = 25
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class FlashAnswer:
    """The issue as a sheet for the page, with what should be looked at."""

    sheet: FlashSheet
    findings: tuple[Finding, ...]
    archived: Path | None

    def text(self, form: FlashFormat) -> str:
        """Return the issue as a page, as CSV of its estimates, or as JSON of all its tables."""
        if form == "html":
            return render_flash(self.sheet)
        if form == "csv":
            return self.sheet.tables["estimates"].write_csv()
        head = {
            "issue": f"{self.sheet.year}-{self.sheet.month:02d}", "made_on": self.sheet.made_on,
            "draft": bool(self.sheet.draft_day), "next_issue": self.sheet.next_issue,
            "next_day": self.sheet.next_day, "covered_share": dict(self.sheet.covered),
        }  # fmt: skip
        tables = {name: frame.to_dicts() for name, frame in self.sheet.tables.items()}
        return json.dumps({**head, **tables}, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What was read, of one region."""

    figures: pl.DataFrame
    benchmarks: pl.DataFrame
    totals: pl.DataFrame
    fuels: tuple[str, ...]
    sources: tuple[str, ...]
    region: str


def make_flash(request: FlashRequest, figures: ReadFigures | None = None) -> FlashAnswer:
    """Return the flash estimate of the newest open issue, or of the one asked for.

    Parameters
    ----------
    request : FlashRequest
    figures : ReadFigures, optional
        The monthly file, if it has been read already.

    Raises
    ------
    InputRefused
        Defective input; cumulative figures that fall too far; an issue that is not open (unless a draft is
        asked for) or that no data reach.
    """
    issue = choose_issue(request)
    figures = figures or read_monthly(request.figures, day=request.day, max_bytes=request.max_bytes)
    inputs = _read_inputs(request, figures)
    result, benchmarks = _estimate(request, inputs, issue)
    wrong = [found for found in result.findings if found.severity == "error"]
    if wrong:
        raise InputRefused(wrong)
    errors = _past_errors(request, inputs)
    scores = score_errors(errors)
    estimates = add_interval(result.estimates, scores)
    known = _known_figures(request, inputs.figures)
    tables = {
        "estimates": estimates, "indicators": list_indicators(known, issue, inputs.region),
        "months": result.months, "errors": errors, "scores": scores,
    }  # fmt: skip
    used = known.filter(pl.col("period").str.slice(0, 4).cast(pl.Int64) >= benchmarks["year"].max())
    assumed = used.filter(pl.col("known_assumed")).height
    sheet = _make_sheet(request, inputs, issue, result, tables, assumed)
    archived = None
    if request.archive is not None and not sheet.draft_day:
        archived = _archive(request.archive, estimates, issue, request.as_of)
    findings = [*doubt_benchmark(result, issue), *result.findings, *list_unmoved(result)]
    if assumed:
        findings.append(
            Finding("flash_known_assumed", params={"count": assumed, "day": request.day}, severity="note")
        )
    if inputs.fuels:
        findings.append(
            Finding("flash_fuel_left_out", params={"fuels": ", ".join(inputs.fuels)}, severity="note")
        )
    return FlashAnswer(sheet, tuple(findings), archived)


def choose_issue(request: FlashRequest) -> Issue:
    """Return the issue asked for, or the newest that is open.

    Raises
    ------
    InputRefused
        ``flash_no_such_issue``, ``flash_not_open``.
    """
    newest = latest_issue(request.as_of, request.day)
    if request.month is None:
        return newest.following() if request.draft else newest
    period = parse_period(request.month)
    if period.kind not in {"month", "ytd"} or period.end.month == 1:
        raise InputRefused.of("flash_no_such_issue", value=request.month)
    issue = Issue(period.end.year, period.end.month)
    if issue > newest and not request.draft:
        raise InputRefused.of("flash_not_open", period=str(issue), day=issue.opens_on(request.day))
    return issue


def _read_inputs(request: FlashRequest, figures: ReadFigures) -> _Inputs:
    inventory = read_inventory(request.benchmark, lag_years=request.lag_years, max_bytes=request.max_bytes)
    region = _choose_region(request.region, figures.frame)
    own = pl.col("region") == region
    emissions = inventory.frame.filter(own)
    parts = [benchmark_emissions(emissions, pl.col("known_on"))]
    fuels: tuple[str, ...] = ()
    sources = [figures.source.title, inventory.source.title]
    if request.energy is not None:
        energy = read_energy(request.energy, max_bytes=request.max_bytes)
        day = pl.format("{}-12-31", pl.col("year") + request.lag_years)
        table, fuels = benchmark_energy(energy.frame.filter(own), day)
        parts.append(table)
        sources.append(energy.source.title)
    benchmarks = pl.concat(parts)
    cited = figures.frame.filter(own)["source"].drop_nulls().unique().sort().to_list()
    totals = published_totals(emissions, benchmarks)
    names = tuple(dict.fromkeys([*sources, *cited]))
    return _Inputs(figures.frame.filter(own), benchmarks, totals, fuels, names, region)


def _choose_region(asked: str | None, figures: pl.DataFrame) -> str:
    if asked is not None:
        return terms.resolve("provinces", asked)
    regions = figures["region"].unique().sort().to_list()
    if len(regions) != 1:
        raise InputRefused.of("flash_regions", regions=", ".join(regions))
    return str(regions[0])


def _known_figures(request: FlashRequest, figures: pl.DataFrame) -> pl.DataFrame:
    """Return what was known on the day; in a draft a figure without day of publication is known."""
    if request.draft:
        today = pl.when(pl.col("known_assumed")).then(pl.lit(request.as_of.isoformat()))
        earlier = pl.min_horizontal(today, pl.col("known_on"))
        figures = figures.with_columns(
            known_on=pl.when(pl.col("known_assumed")).then(earlier).otherwise("known_on")
        )
    return select_known(figures, request.as_of, FIGURE_KEY)


def _estimate(request: FlashRequest, inputs: _Inputs, issue: Issue) -> tuple[FlashResult, pl.DataFrame]:
    """Return the estimate and the benchmarks that were known."""
    known = select_known(inputs.benchmarks, request.as_of, BENCHMARK_KEY)
    if known.is_empty():
        raise InputRefused.of("flash_no_benchmark", period=str(issue))
    figures = _known_figures(request, inputs.figures)
    result = estimate_flash(figures, known, issue, FlashOptions(request.intensity))
    return result, known


def _past_errors(request: FlashRequest, inputs: _Inputs) -> pl.DataFrame:
    replayed = replay_years(
        inputs.figures, inputs.benchmarks, inputs.totals, request.as_of, FlashOptions(request.intensity),
        request.day,
    )  # fmt: skip
    if request.archive is None:
        return replayed
    archived = read_archive(request.archive).filter(pl.col("region") == inputs.region)
    return join_records(replayed, compare_archive(archived, inputs.totals, request.as_of))


def _make_sheet(
    request: FlashRequest, inputs: _Inputs, issue: Issue, result: FlashResult,
    tables: Mapping[str, pl.DataFrame], assumed: int,
) -> FlashSheet:  # fmt: skip
    names = terms.entries("provinces")[inputs.region]
    opens = issue.opens_on(request.day)
    following = latest_issue(request.as_of, request.day).following()
    return FlashSheet(
        region_zh=names["full_zh"], region_en=names["en"], year=issue.year, month=issue.month,
        made_on=request.as_of.isoformat(), next_issue=str(following),
        next_day=following.opens_on(request.day).isoformat(),
        draft_day=opens.isoformat() if opens > request.as_of else "",
        tables=tables, covered=result.covered, intensity=request.intensity, lag_years=request.lag_years,
        day=request.day, assumed=assumed, fuels=inputs.fuels, sources=inputs.sources, software=__version__,
        least_issues=LEAST_ISSUES, least_covered=LEAST_COVERED, doubts=doubt_benchmark(result, issue),
    )  # fmt: skip


def _archive(folder: Path, estimates: pl.DataFrame, issue: Issue, as_of: date) -> Path:
    """Keep an issue: the same one again changes nothing, another one on the same day gets a number."""
    region = estimates["region"][0]
    content = estimates.with_columns(made_on=pl.lit(as_of.isoformat())).write_csv().encode("utf-8")
    for name in _names(f"flash_{region}_{issue}_{as_of.isoformat()}"):
        path = folder / f"{name}.csv"
        if not path.exists():
            write_bytes_atomically(path, content)
            return path
        if path.read_bytes() == content:
            return path
    raise AssertionError  # names never end


def _names(stem: str) -> Iterable[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def write_flash(answer: FlashAnswer, request: FlashRequest, form: FlashFormat, output: Path) -> None:
    """Write an issue to a file that is none of its inputs.

    Raises
    ------
    InputRefused
        ``output_is_input``, ``output_not_writable``.
    """
    inputs = [path for path in (request.figures, request.benchmark, request.energy) if path is not None]
    for path in inputs:
        if path.resolve() == output.resolve():
            raise InputRefused.of("output_is_input", path=path)
    write_bytes_atomically(output, answer.text(form).encode("utf-8"))
