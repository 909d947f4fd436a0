"""The nowcast of a year: what is published is exact, only the rest of the year is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dafeng.errors import Finding, Place
from dafeng.monthly import read_spans, select_known, unit_of
from dafeng.monthly.items import load_items
from dafeng.table import frame_of
from dafeng.tracking.nowcast.contracts import Nowcasts
from dafeng.tracking.nowcast.draws import (
    DrawOptions,
    draw_naive,
    draw_seasonal_naive,
    draw_state_space,
    read_so_far,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from dafeng.monthly import Span
    from dafeng.tracking.nowcast.draws import Method, YearSoFar
    from dafeng.tracking.nowcast.grid import Array
    from dafeng.tracking.nowcast.state_space import Ratio

FIGURE_KEY = ["region", "item", "period"]
QUANTILES = {"p05": 0.05, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p95": 0.95}
STALE_YEARS = 1
"""Years before the one asked for in which an item must have a figure. [year]"""


@dataclass(frozen=True, slots=True)
class NowcastResult:
    """The nowcasts of a region, items without one with the reason, and what was found in the figures."""

    nowcasts: pl.DataFrame
    """Contract Nowcasts."""
    failed: Mapping[str, Finding]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Draws of a year's total and the method that made them."""

    totals: Array
    """Shape (draws,). [unit of the item]"""
    method: Method
    note: Finding | None = field(default=None)


def nowcast_items(
    figures: pl.DataFrame, year: int, as_of: date, items: Sequence[str] = (),
    options: DrawOptions | None = None,
) -> NowcastResult:  # fmt: skip
    """Return what the year of each item will come to, by what was known on a day.

    Parameters
    ----------
    figures : FlashFigures
        Of one region, all vintages.
    year : int
        The year asked for. [year]
    as_of : date
        Nothing that became known later is used.
    items : sequence of str
        Only these; default all that have figures.
    options : DrawOptions, optional

    Returns
    -------
    NowcastResult
        An item whose history is too short for the state-space model is estimated by seasonal naive, then
        naive, and its note says so; one that is too short for these has no row but a reason.
    """
    spans, findings = known_spans(figures, as_of)
    wanted = list(items) or list(spans)
    order = [row["code"] for row in load_items()]
    rows, failed = [], {}
    for item in sorted(wanted, key=order.index):
        wrong = [found for found in findings if _is_wrong(found, item, year)]
        own = read_so_far(spans.get(item, []), year)
        result = wrong[0] if wrong else _estimate_item(item, own, options or DrawOptions())
        if isinstance(result, Finding):
            failed[item] = result
        else:
            rows.append({"region": figures["region"][0], "item": item, **_describe(own, item, result)})
    return NowcastResult(frame_of(rows, Nowcasts), failed, _as_warnings(findings, wanted))


def known_spans(
    figures: pl.DataFrame, as_of: date
) -> tuple[dict[str, list[Span]], tuple[Finding, ...]]:  # fmt: skip
    """Return the spans of every item by what was known on a day; the order of rows does not matter."""
    ordered = figures.sort([*FIGURE_KEY, "known_on"])
    return read_spans(select_known(ordered, as_of, FIGURE_KEY))


def _is_wrong(found: Finding, item: str, year: int) -> bool:
    """Return whether a figure of the year itself cannot be right."""
    return found.severity == "error" and found.place.column == f"{item} {year}"


def _as_warnings(findings: Sequence[Finding], items: Sequence[str]) -> tuple[Finding, ...]:
    own = [found for found in findings if found.place.column.split(" ")[0] in items]
    return tuple(Finding(f.code, f.place, f.params, "warning") for f in own)


def _estimate_item(item: str, so_far: YearSoFar, options: DrawOptions) -> Estimate | Finding:
    place = Place(column=item)
    if not so_far.spans:
        return Finding("nowcast_no_figures", place, {"year": so_far.year})
    newest = so_far.spans[-1]
    if newest.year < so_far.year - STALE_YEARS:
        params = {"year": so_far.year, "newest": f"{newest.year}-{newest.last:02d}"}
        return Finding("nowcast_stale", place, params)
    estimate = estimate_year(so_far, options)
    if estimate is None:
        return Finding("nowcast_too_short", place, {"years": len(so_far.years_before())})
    return estimate


def estimate_year(
    so_far: YearSoFar, options: DrawOptions, ratio: Ratio | None = None
) -> Estimate | None:  # fmt: skip
    """Return the draws of a year's total, None where no method has enough history.

    Parameters
    ----------
    so_far : YearSoFar
    options : DrawOptions
    ratio : Ratio, optional
        Ratio of variances that was estimated earlier in the year.
    """
    known = so_far.known()
    if so_far.through == 12:
        return Estimate(np.full(1, known), "complete")
    draws = draw_state_space(so_far, options, ratio)
    if draws is not None:
        return Estimate(known + draws, "state_space")
    for method, draw in (("seasonal_naive", draw_seasonal_naive), ("naive", draw_naive)):
        draws = draw(so_far, options)
        if draws is not None:
            note = Finding("nowcast_fallback", params={"years": len(so_far.years_before())}, severity="note")
            return Estimate(known + draws, method, note)  # type: ignore[arg-type]
    return None


def _describe(so_far: YearSoFar, item: str, estimate: Estimate) -> dict[str, Any]:
    mean, previous = float(estimate.totals.mean()), so_far.total(so_far.year - 1)
    if estimate.method == "complete":
        mean = so_far.known()
    quantiles = np.quantile(estimate.totals, list(QUANTILES.values())).tolist()
    return {
        "year": so_far.year, "through_month": so_far.through, "unit": unit_of(item),
        "known": so_far.known() if so_far.through else None, "mean": mean,
        **dict(zip(QUANTILES, quantiles, strict=True)),
        "previous": previous, "change_share": mean / previous - 1 if previous else None,
        "method": estimate.method, "years": len(so_far.years_before()),
        "note_zh": estimate.note.text("zh") if estimate.note else None,
        "note_en": estimate.note.text("en") if estimate.note else None,
    }  # fmt: skip
