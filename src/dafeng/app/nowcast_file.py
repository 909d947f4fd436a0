"""Use case: what the year of each item of a monthly file will come to, and how good past nowcasts were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dafeng import terms
from dafeng.errors import Finding, InputRefused, NegativeAnswer
from dafeng.monthly import latest_issue
from dafeng.monthly.io import read_monthly
from dafeng.monthly.items import item_aliases
from dafeng.table import Suggestion
from dafeng.tracking.nowcast import nowcast_items, score_nowcasts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from dafeng.tracking.nowcast import NowcastResult


@dataclass(frozen=True, slots=True)
class NowcastRequest:
    """What to nowcast and from what.

    Parameters
    ----------
    figures : Path
        Monthly and year-to-date figures, CSV or XLSX, in the layout of the flash estimate.
    as_of : date
        Only what was known on this day is used.
    items : tuple of str
        Only these, by code or name; default all that have figures.
    year : int, optional
        Default the year of the newest open issue. [year]
    region : str, optional
        Province, where the file holds several.
    backtest : bool
        Score past nowcasts.
    day : int
        Day of the next month on which issues open.
    max_bytes : int
        Limit of the file. [B]
    """

    figures: Path
    as_of: date
    items: tuple[str, ...] = ()
    year: int | None = None
    region: str | None = None
    backtest: bool = False
    day: int = 25
    max_bytes: int = 200 * 2**20


@dataclass(frozen=True, slots=True)
class NowcastAnswer:
    """The nowcasts, or the scores of the backtest, with what should be looked at."""

    frame: pl.DataFrame
    """Contract Nowcasts; with the backtest NowcastScores."""
    findings: tuple[Finding, ...]


def make_nowcast(request: NowcastRequest) -> NowcastAnswer:
    """Return the nowcasts of a monthly file, or the scores of past ones.

    Raises
    ------
    InputRefused
        Defective input, an unknown item, several regions.
    NegativeAnswer
        ``nowcast_no_item`` where nothing can be said of any item, with the reason of each.
    """
    items = name_items(request.items)
    read = read_monthly(request.figures, day=request.day, max_bytes=request.max_bytes)
    region = choose_region(request.region, read.frame)
    figures = read.frame.filter(pl.col("region") == region)
    if request.backtest:
        scores = score_nowcasts(figures, request.as_of, items, day=request.day)
        if scores.is_empty():
            raise NegativeAnswer([Finding("nowcast_no_cases")])
        return NowcastAnswer(scores, note_assumed(figures, request.day))
    year = request.year or latest_issue(request.as_of, request.day).year
    result = nowcast_items(figures, year, request.as_of, items)
    if result.nowcasts.is_empty():
        raise NegativeAnswer([Finding("nowcast_no_item"), *result.failed.values()])
    return NowcastAnswer(result.nowcasts, (*list_findings(result), *note_assumed(figures, request.day)))


def list_findings(result: NowcastResult) -> tuple[Finding, ...]:
    """Return what was found in the figures, and items without a nowcast as warnings."""
    failed = [Finding(f.code, f.place, f.params, "warning") for f in result.failed.values()]
    return (*failed, *result.findings)


def note_assumed(figures: pl.DataFrame, day: int) -> tuple[Finding, ...]:
    """Return a note if figures have no day of publication."""
    count = figures.filter(pl.col("known_assumed")).height
    params = {"count": count, "day": day}
    return (Finding("flash_known_assumed", params=params, severity="note"),) if count else ()


def name_items(names: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of items given by code or name.

    Raises
    ------
    InputRefused
        ``nowcast_item_unknown`` with the nearest name, for every unknown one.
    """
    known = {**item_aliases(), **terms.aliases("flash_item")}
    codes, problems = [], []
    for name in names:
        code = known.get(name.strip().lower())
        if code is None:
            params = {"value": name, "suggestion": Suggestion(name, known)}
            problems.append(Finding("nowcast_item_unknown", params=params))
        else:
            codes.append(code)
    if problems:
        raise InputRefused(problems)
    return tuple(dict.fromkeys(codes))


def choose_region(asked: str | None, figures: pl.DataFrame) -> str:
    """Return the province asked for, or the only one of the file.

    Raises
    ------
    InputRefused
        ``flash_regions`` where the file holds several or not the one asked for; ``code_unknown``.
    """
    regions = figures["region"].unique().sort().to_list()
    wanted = terms.resolve("provinces", asked) if asked is not None else None
    if wanted in regions:
        return str(wanted)
    if wanted is not None or len(regions) != 1:
        raise InputRefused.of("flash_regions", regions=", ".join(regions))
    return str(regions[0])
