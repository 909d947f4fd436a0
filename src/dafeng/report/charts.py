"""Charts as data: what the page's script draws, with labels in both languages and traces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dafeng.report.figures import unit_pair
from dafeng.report.words import pair, term_pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dafeng.report.emission_view import Axis, EmissionView

COLOURS = ("#1f4e79", "#e0a23b", "#5aa6a0", "#8c4a3f", "#9db7d5", "#6b5b95", "#b9c27a", "#7a8794")
"""Fills of stacked segments, alternating dark and light so that neighbours differ without colour."""
PROCESS_COLOUR = "#c9cfd6"
FUEL_COLOURS = {
    "coal": "#4a5561", "coke": "#b0604f", "coal_gas": "#e0a23b", "oil": "#6b5b95", "gas": "#5aa6a0",
    "secondary": "#e0c34a", "other": "#9db7d5",
}  # fmt: skip
"""Fills of fuels, the same in the stacked chart and in the flow diagram."""
SHOWN = 6
_UNSAFE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def json_text(value: object) -> Markup:
    r"""Return a value as JSON that can stand inside a script element.

    Examples
    --------
    >>> json_text({"a": "</script>"})
    Markup('{"a":"\\u003c/script\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_UNSAFE))  # noqa: S704 - escaped in the line above


def stack_chart(view: EmissionView, axis: Axis) -> dict[str, Any]:
    """Return the stacked chart of combustion by group, process emissions on top, published totals as points.

    Groups beyond the first ``SHOWN`` of the latest year are drawn as one; the table under the chart has all.
    A year without a total gets a mark, not a zero.
    """
    published = {year: row["value"] for year, row in view.published.items()}
    return {
        "kind": "stack",
        "years": view.years,
        "unit": unit_pair("Mt CO2"),
        "series": [*_group_series(view, axis), _process_series(view)],
        "totals": [_rounded(view.total.get(year)) for year in view.years],
        "combustion": [_rounded(view.combustion.get(year)) for year in view.years],
        "points": {
            "name": pair("published_total"),
            "values": [_rounded(published.get(year)) for year in view.years],
            "traces": [view.published_traces.get(year) for year in view.years],
        },
        "traces": [view.traces.get(year) for year in view.years],
    }


def _group_series(view: EmissionView, axis: Axis) -> list[dict[str, Any]]:
    """Return the largest groups of the latest year, then the others as one."""
    ranked = [code for code, _ in view.ranked(axis, max(view.combustion))]
    shown, rest = ranked[:SHOWN], ranked[SHOWN:]
    series: list[dict[str, Any]] = [
        {
            "name": term_pair(axis, code),
            "color": FUEL_COLOURS.get(code, COLOURS[place]),
            "values": _values(view, view.groups[axis][code]),
        }
        for place, code in enumerate(shown)
    ]
    if rest:
        merged = {y: sum(view.groups[axis][code].get(y, 0.0) for code in rest) for y in view.combustion}
        name = term_pair(axis, rest[0]) if len(rest) == 1 else pair(f"rest.{axis}", count=len(rest))
        series.append({"name": name, "color": COLOURS[SHOWN], "values": _values(view, merged)})
    return series


def _process_series(view: EmissionView) -> dict[str, Any]:
    return {
        "name": term_pair("fuel_groups", "process"),
        "color": PROCESS_COLOUR,
        "values": [_rounded(view.process.get(year)) for year in view.years],
        "hatched": True,
    }


def _values(view: EmissionView, by_year: Mapping[int, float]) -> list[float | None]:
    """Return a group's values; a computed year in which the group does not emit is zero, other years null."""
    return [_rounded(by_year.get(year, 0.0)) if year in view.combustion else None for year in view.years]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)
