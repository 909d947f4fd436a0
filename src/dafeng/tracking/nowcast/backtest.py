"""How good past nowcasts would have been: every origin with what was known then, scored by the later year.

CRPS is that of the draws (Gneiting and Raftery 2007, J. Am. Stat. Assoc. 102:359-378,
doi:10.1198/016214506000001437). The three methods are scored on the same cases. The variances of the
state-space model are estimated once for each year, at its first origin; everything else is made anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dafeng.monthly import FLASH_DAY, Issue, unit_of
from dafeng.monthly.items import load_items
from dafeng.table import frame_of
from dafeng.tracking.nowcast.contracts import NowcastScores
from dafeng.tracking.nowcast.draws import (
    DrawOptions,
    draw_naive,
    draw_seasonal_naive,
    draw_state_space,
    estimate_variances,
    read_so_far,
)
from dafeng.tracking.nowcast.method import known_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from dafeng.monthly import Span
    from dafeng.tracking.nowcast.draws import YearSoFar
    from dafeng.tracking.nowcast.grid import Array
    from dafeng.tracking.nowcast.state_space import Ratio

ORIGINS = (3, 6, 9, 11)
"""Months from which past years are nowcast. [1]"""
SCORED_YEARS = 9
"""Newest complete years that are scored. [1]"""
METHODS = ("state_space", "seasonal_naive", "naive")


@dataclass(frozen=True, slots=True)
class Case:
    """One nowcast of the past: what it said and what the year came to."""

    item: str
    month: int
    method: str
    crps: float
    truth: float
    mean: float
    inside80: bool
    inside90: bool


def score_nowcasts(
    figures: pl.DataFrame, as_of: date, items: Sequence[str] = (), *,
    months: Sequence[int] = ORIGINS, day: int = FLASH_DAY, options: DrawOptions | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return the scores of past nowcasts by item, month and method.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, all vintages.
    as_of : date
        Totals that became known later are not compared with.
    items : sequence of str
        Only these; default all.
    months : sequence of int
        Months of the origins, 2 to 12; the nowcast is made on the day on which their issue opens.
    day : int
        Day of the next month on which issues open.
    options : DrawOptions, optional

    Returns
    -------
    NowcastScores
        Items for which no case has all three methods have no row.
    """
    if items:
        figures = figures.filter(pl.col("item").is_in(list(items)))
    truths, _ = known_spans(figures, as_of)
    order = [row["code"] for row in load_items()]
    wanted = sorted(list(items) or list(truths), key=order.index)
    totals = {item: _complete_years(truths.get(item, [])) for item in wanted}
    years = sorted({year for own in totals.values() for year in own})
    cases: list[Case] = []
    ratios: dict[tuple[str, int], Ratio | None] = {}
    for year in years:
        for month in sorted(months):
            then = Issue(year, month).opens_on(day)
            if then > as_of:
                continue
            spans, _ = known_spans(figures, then)
            for item in wanted:
                own = read_so_far(spans.get(item, []), year)
                if year not in totals[item] or own.through != month or month == 12:
                    continue
                key = (item, year)
                if key not in ratios:
                    ratios[key] = estimate_variances(own, options or DrawOptions())
                cases += _run_case(item, own, totals[item][year], ratios[key], options or DrawOptions())
    region = figures["region"][0] if figures.height else ""
    return frame_of(list(_score_cases(region, wanted, cases)), NowcastScores)


def _complete_years(spans: Sequence[Span]) -> dict[int, float]:
    """Return the totals of the newest complete years."""
    own = read_so_far(spans, 9999)
    totals = {year: own.total(year) for year in own.years_before()}
    return {year: total for year, total in list(totals.items())[-SCORED_YEARS:] if total}


def _run_case(
    item: str, so_far: YearSoFar, truth: float, ratio: Ratio | None, options: DrawOptions
) -> list[Case]:
    """Return the nowcasts of one origin by all methods, none if one of them cannot be made."""
    if ratio is None:
        return []
    draws = {
        "state_space": draw_state_space(so_far, options, ratio),
        "seasonal_naive": draw_seasonal_naive(so_far, options),
        "naive": draw_naive(so_far, options),
    }
    return [
        _judge(item, so_far.through, method, so_far.known() + rest, truth)
        for method, rest in draws.items() if rest is not None
    ] if all(rest is not None for rest in draws.values()) else []  # fmt: skip


def _judge(item: str, month: int, method: str, totals: Array, truth: float) -> Case:
    from scoringrules import crps_ensemble  # noqa: PLC0415 - slow import

    low5, low10, high90, high95 = np.quantile(totals, [0.05, 0.1, 0.9, 0.95])
    return Case(
        item, month, method, float(crps_ensemble(truth, totals)), truth, float(totals.mean()),
        inside80=bool(low10 <= truth <= high90), inside90=bool(low5 <= truth <= high95),
    )  # fmt: skip


def _score_cases(region: str, items: Iterable[str], cases: Iterable[Case]) -> Iterable[dict[str, Any]]:
    groups: Mapping[tuple[str, int, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.item, case.month, case.method].append(case)
    order = list(items)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), key[1], METHODS.index(key[2])))
    for item, month, method in keys:
        own = groups[item, month, method]
        crps = float(np.mean([case.crps for case in own]))
        naive = float(np.mean([case.crps for case in groups[item, month, "seasonal_naive"]]))
        errors = np.array([case.mean / case.truth - 1 for case in own])
        yield {
            "region": region, "item": item, "through_month": month, "method": method, "cases": len(own),
            "unit": unit_of(item), "crps": crps, "crps_ratio": crps / naive if naive else None,
            "coverage80_share": float(np.mean([case.inside80 for case in own])),
            "coverage90_share": float(np.mean([case.inside90 for case in own])),
            "bias_share": float(errors.mean()), "mape_share": float(np.abs(errors).mean()),
        }  # fmt: skip
