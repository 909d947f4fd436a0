"""Curves over hours as a drawing that needs no script: duration curves, the mean day.

All text in the drawing is figures; words stand in the legend and the table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.effect_bars import INK, RULE, SOFT, tick_size
from dafeng.report.fan_chart import Line, Scale, Size, draw_line, fit_scale, wrap_svg
from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE = Size(900, 340, 52, bottom=30)
MOST_POINTS = 240


@dataclass(frozen=True, slots=True)
class Curve:
    """A series of values at even steps.

    Parameters
    ----------
    values : tuple of float
    colour, dash : str
        Stroke and its pattern; an empty pattern is a full line.
    trace : str
        Key of the trace that the curve opens.
    """

    values: tuple[float, ...]
    colour: str
    dash: str
    trace: str


def draw_curves(curves: Sequence[Curve], title: str, marks: Sequence[int], size: Size = WIDE) -> Markup:
    """Return curves as SVG; its axis holds nil.

    Parameters
    ----------
    curves : sequence of Curve
        Their steps are counted from nought.
    title : str
        Id of the heading that names the drawing.
    marks : sequence of int
        Steps that are named below.
    """
    longest = max(len(curve.values) for curve in curves)
    ends = [value for curve in curves for value in (min(curve.values), max(curve.values))]
    scale = fit_scale([0, max(longest - 1, 1)], ends, size)
    parts = [_axes(scale, marks)]
    for curve in curves:
        points = thin_out(curve.values)
        parts.append(draw_line(Line(points, curve.colour, curve.dash, curve.trace), scale))
    return wrap_svg(parts, title, size)


def thin_out(values: Sequence[float], most: int = MOST_POINTS) -> tuple[tuple[float, float], ...]:
    """Return at most some points (step, value) of a series; the first and the last are kept.

    Examples
    --------
    >>> thin_out([3.0, 2.0, 1.0])
    ((0, 3.0), (1, 2.0), (2, 1.0))
    >>> len(thin_out(range(8760)))
    240
    """
    count = len(values)
    if count <= most:
        return tuple(enumerate(map(float, values)))
    places = [round(place * (count - 1) / (most - 1)) for place in range(most)]
    return tuple((place, float(values[place])) for place in places)


def _axes(scale: Scale, marks: Sequence[int]) -> Markup:
    size, step = scale.size, tick_size(scale.low, scale.high)
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{}" fill="{}">{}</text>')
    line = Markup('<path d="M{} {:.1f}H{}" stroke="{}"/>')
    parts = []
    for place in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        y, right = scale.y(place * step), size.width - size.right
        parts.append(line.format(size.left, y, right, SOFT if place == 0 else RULE))
        parts.append(text.format(size.left - 6, y + 4, "end", size.font, SOFT, number(place * step)))
    known = [mark for mark in marks if scale.first <= mark <= scale.last]
    for mark in known:
        x, ground = scale.x(mark), size.height - size.bottom
        parts.append(Markup('<path d="M{:.1f} {}v5" stroke="{}"/>').format(x, ground, INK))
        parts.append(text.format(x, size.height - 8, "middle", size.font, SOFT, number(mark)))
    return Markup("").join(parts)
