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
SHOWN = 6
_UNSAFE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def json_text(value: object) -> Markup:
    """Return a value as JSON that can stand inside a script element.

    Examples
    --------
    >>> json_text({"a": "</script>"})
    Markup('{"a":"\\\\u003c/script\\\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_UNSAFE))  # noqa: S704 - escaped in the line above


def stack_chart(view: EmissionView, axis: Axis) -> dict[str, Any]:
    """Return the stacked chart of combustion by group, process emissions on top, published totals as points.

    Groups beyond the first ``SHOWN`` of the latest year are drawn as one; the table under the chart has all.
    A year without a total gets a mark, not a zero.
    """
    ranked = [code for code, _ in view.ranked(axis, max(view.combustion))]
    shown, rest = ranked[:SHOWN], ranked[SHOWN:]
    series = [
        {
            "name": term_pair(axis, code),
            "color": COLOURS[place],
            "values": _values(view, view.groups[axis][code]),
        }
        for place, code in enumerate(shown)
    ]
    if len(rest) == 1:
        rest_name = term_pair(axis, rest[0])
    else:
        rest_name = pair(f"rest.{axis}", count=len(rest))
    if rest:
        merged = {
            year: sum(view.groups[axis][code].get(year, 0.0) for code in rest) for year in view.combustion
        }
        series.append({"name": rest_name, "color": COLOURS[SHOWN], "values": _values(view, merged)})
    process = [_rounded(view.process.get(year)) for year in view.years]
    series.append(
        {"name": term_pair("fuel_groups", "process"), "color": PROCESS_COLOUR, "values": process, "hatched": True}
    )
    return {
        "kind": "stack",
        "years": view.years,
        "unit": unit_pair("Mt CO2"),
        "series": series,
        "totals": [_rounded(view.total.get(year)) for year in view.years],
        "combustion": [_rounded(view.combustion.get(year)) for year in view.years],
        "points": {
            "name": pair("published_total"),
            "values": [_rounded(view.published[y]["value"]) if y in view.published else None for y in view.years],
            "traces": [view.published_traces.get(year) for year in view.years],
        },
        "traces": [view.traces.get(year) for year in view.years],
    }


def _values(view: EmissionView, by_year: Mapping[int, float]) -> list[float | None]:
    """Return a group's values; a computed year in which the group does not emit is zero, other years null."""
    return [_rounded(by_year.get(year, 0.0)) if year in view.combustion else None for year in view.years]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)
