"""Use case: the monthly page from the user's monthly file: indicators, nowcasts, own CO2 beside the path."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

from dafeng import terms
from dafeng.app.flash_file import FlashRequest, choose_issue, make_flash
from dafeng.app.monthly_path import UNIT, PathSource, find_path
from dafeng.app.nowcast_file import choose_region, list_findings, note_assumed
from dafeng.errors import Finding, InputRefused
from dafeng.inventory.flash import FlashEstimates, FlashMonths, list_indicators, moving_items
from dafeng.monthly import latest_issue, select_known, shown_items
from dafeng.monthly.io import ReadFigures, read_monthly
from dafeng.period import parse_period
from dafeng.report.monthly_sheet import MonthlySheet
from dafeng.store.atomic import write_bytes_atomically
from dafeng.table import empty_table, frame_of
from dafeng.tracking.nowcast import NowcastScores, YearToDate, nowcast_items, score_nowcasts
from dafeng.version import __version__

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from dafeng.app.flash_file import FlashAnswer
    from dafeng.app.monthly_path import YearPath
    from dafeng.monthly import Issue
    from dafeng.tracking.nowcast import NowcastResult

MonthlyFormat = Literal["html", "json"]
FIGURE_KEY = ["region", "item", "period"]


@dataclass(frozen=True, slots=True)
class MonthlyRequest:
    """What a monthly page is made from.

    Parameters
    ----------
    figures : Path
        Monthly and year-to-date figures, CSV or XLSX.
    as_of : date
        Only what was known on this day is used.
    benchmark : Path, optional
        Yearly inventory, CSV; without it the page has no own CO2.
    month : str, optional
        The month; default the newest that is open.
    region : str, optional
        Province, where the file holds several.
    path : PathSource
        Where the path of the year comes from.
    lag_years : int
        Years until an inventory without ``known_on`` counts as known. [year]
    backtest : bool
        Add the scores of past nowcasts of the same month.
    day : int
        Day of the next month on which issues open.
    max_bytes : int
        Limit of an input file. [B]
    """

    figures: Path
    as_of: date
    benchmark: Path | None = None
    month: str | None = None
    region: str | None = None
    path: PathSource = field(default_factory=PathSource)
    lag_years: int = 1
    backtest: bool = False
    day: int = 25
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class MonthlyAnswer:
    """The sheet of the page, with what should be looked at."""

    sheet: MonthlySheet
    findings: tuple[Finding, ...]

    def text(self, form: MonthlyFormat) -> str:
        """Return the page, or all its tables as JSON."""
        if form == "html":
            from dafeng.report.monthly_page import render_monthly  # noqa: PLC0415 - only for the page

            return render_monthly(self.sheet)
        sheet = self.sheet
        head = {
            "issue": f"{sheet.year}-{sheet.month:02d}", "made_on": sheet.made_on,
            "next_issue": sheet.next_issue, "next_day": sheet.next_day,
            "covered_share": sheet.covered_share, "benchmark_year": sheet.benchmark_year,
            "failed": {item: found.text("en") for item, found in sheet.failed.items()},
        }  # fmt: skip
        tables = {name: frame.to_dicts() for name, frame in sheet.tables.items()}
        return json.dumps({**head, **tables}, ensure_ascii=False, indent=1) + "\n"


def make_monthly(request: MonthlyRequest) -> MonthlyAnswer:
    """Return the monthly page of the newest open month, or of the one asked for.

    Raises
    ------
    InputRefused
        Defective input; a month that is not open; no figure of its year; no benchmark or no indicator for
        own CO2 where an inventory is given.
    """
    read = read_monthly(request.figures, day=request.day, max_bytes=request.max_bytes)
    region = choose_region(request.region, read.frame)
    wanted = _flash_request(request, region)
    issue = choose_issue(wanted)
    path = find_path(request.path, region, issue.year, request.as_of)
    figures = read.frame.filter(pl.col("region") == region)
    known = select_known(figures, request.as_of, FIGURE_KEY)
    if not known["period"].str.starts_with(f"{issue.year}").any():
        raise InputRefused.of("monthly_no_figures", day=request.as_of, year=issue.year)
    shown = [item for item in shown_items("page") if item in set(figures["item"])]
    nowcast = nowcast_items(_up_to(figures, issue), issue.year, request.as_of, shown)
    moving = ReadFigures(read.frame.filter(pl.col("item").is_in(moving_items())), read.source)
    flash = None if request.benchmark is None else make_flash(wanted, moving)
    tables = {
        "indicators": list_indicators(known, issue, region, "page"),
        "nowcasts": nowcast.nowcasts,
        "scores": _score(request, figures, shown, issue),
        "path": compare_path(flash, issue, path),
        "estimates": empty_table(FlashEstimates) if flash is None else flash.sheet.tables["estimates"],
        "months": empty_table(FlashMonths) if flash is None else flash.sheet.tables["months"],
    }
    sheet = _make_sheet(request, read, region, issue, (nowcast, flash), tables)
    found = note_assumed(figures, request.day) if flash is None else flash.findings
    return MonthlyAnswer(sheet, (*list_findings(nowcast), *found))


def _flash_request(request: MonthlyRequest, region: str) -> FlashRequest:
    return FlashRequest(
        request.figures, request.benchmark or request.figures, request.as_of, month=request.month,
        region=region, lag_years=request.lag_years, day=request.day, max_bytes=request.max_bytes,
    )  # fmt: skip


def _up_to(figures: pl.DataFrame, issue: Issue) -> pl.DataFrame:
    """Return the figures of periods that end with the month of the page: its estimates know no later one."""
    ends = [parse_period(text).end for text in figures["period"]]
    inside = [(end.year, end.month) <= (issue.year, issue.month) for end in ends]
    return figures.filter(pl.Series(inside, dtype=pl.Boolean))


def _score(request: MonthlyRequest, figures: pl.DataFrame, items: list[str], issue: Issue) -> pl.DataFrame:
    if not request.backtest or not items:
        return empty_table(NowcastScores)
    return score_nowcasts(figures, request.as_of, items, months=(issue.month,), day=request.day)


def compare_path(flash: FlashAnswer | None, issue: Issue, path: YearPath) -> pl.DataFrame:
    """Return own CO2 of the year to date beside the path to date.

    The path to date is the path of the year times last year's share of the same months.

    Parameters
    ----------
    flash : FlashAnswer, optional
        Without it only the path of the year is known.
    issue : Issue
    path : YearPath

    Returns
    -------
    YearToDate
        One row; null where something is not known.
    """
    value = previous = last_year = None
    if flash is not None:
        total = flash.sheet.tables["estimates"].filter(
            pl.col("measure") == "co2", pl.col("group") == "total", pl.col("span") == "ytd"
        )
        value, previous = total.row(0, named=True)["value"], total.row(0, named=True)["previous"]
        months = flash.sheet.tables["months"].filter(
            pl.col("measure") == "co2", pl.col("year") == issue.year - 1
        )
        whole = months["value"]
        last_year = float(whole.sum()) if whole.len() and not whole.null_count() else None
    share = previous / last_year if previous is not None and last_year else None
    to_date = None if path.whole is None or share is None else path.whole * share
    row = {
        "measure": "co2", "year": issue.year, "month": issue.month, "unit": UNIT, "value": value,
        "previous": previous, "path_whole": path.whole, "path_to_date": to_date,
        "gap": None if value is None or to_date is None else value - to_date,
        "path_zh": path.basis_zh, "path_en": path.basis_en,
    }  # fmt: skip
    return frame_of([row], YearToDate)


def _make_sheet(
    request: MonthlyRequest, read: ReadFigures, region: str, issue: Issue,
    parts: tuple[NowcastResult, FlashAnswer | None], tables: dict[str, pl.DataFrame],
) -> MonthlySheet:  # fmt: skip
    nowcast, flash = parts
    names = terms.entries("provinces")[region]
    following = latest_issue(request.as_of, request.day).following()
    own = read.frame.filter(pl.col("region") == region)
    cited = own["source"].drop_nulls().unique().sort().to_list()
    sources = [read.source.title, *cited] if flash is None else flash.sheet.sources
    estimates = tables["estimates"]
    return MonthlySheet(
        region_zh=names["full_zh"], region_en=names["en"], year=issue.year, month=issue.month,
        made_on=request.as_of.isoformat(), next_issue=str(following),
        next_day=following.opens_on(request.day).isoformat(), tables=tables, failed=nowcast.failed,
        covered_share=None if flash is None else flash.sheet.covered.get("co2"),
        benchmark_year=estimates["benchmark_year"][0] if estimates.height else None,
        day=request.day, assumed=own.filter(pl.col("known_assumed")).height, sources=tuple(sources),
        software=__version__, doubts=() if flash is None else flash.sheet.doubts,
    )  # fmt: skip


def write_monthly(answer: MonthlyAnswer, request: MonthlyRequest, form: MonthlyFormat, output: Path) -> None:
    """Write a page to a file that is none of its inputs.

    Raises
    ------
    InputRefused
        ``output_is_input``, ``output_not_writable``.
    """
    for path in (request.figures, request.benchmark, request.path.pathway):
        if path is not None and path.resolve() == output.resolve():
            raise InputRefused.of("output_is_input", path=path)
    write_bytes_atomically(output, answer.text(form).encode("utf-8"))
