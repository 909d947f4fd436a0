"""A required path with what was observed, small and without a script.

All text in the drawing is figures; words stand in the legend and the table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.effect_bars import INK, tick_size
from dafeng.report.fan_chart import Line, Scale, Size, draw_axes, draw_line, wrap_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUIRED, MISSED = "#8f4a00", "#fff"
"""Stroke of the required path and of its milestones; fill of a milestone."""
SMALL = Size(300, 170, 50, right=14, top=12, bottom=24, font=13, marks=4, broad=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: year, value, trace; hollow where its day is assumed or only a bound is known."""

    year: float
    value: float
    trace: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class PathDrawing:
    """What is drawn.

    Parameters
    ----------
    path : tuple of (int, float)
        Year and required value.
    marks : tuple of (int, float)
        Milestones of the path.
    seen : tuple of Seen
    trace : str
        Key of the trace that the path opens.
    """

    path: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, float], ...]
    seen: tuple[Seen, ...]
    trace: str


def draw_path(drawing: PathDrawing, title: str, size: Size = SMALL) -> Markup:
    """Return the path as a dashed line with diamonds at milestones, observations as dots on a line.

    The axis need not hold nil: what is read is the distance of the dots from the line.

    Parameters
    ----------
    drawing : PathDrawing
    title : str
        Id of the heading that names the drawing.
    size : Size
    """
    points = [*drawing.path, *drawing.marks, *((one.year, one.value) for one in drawing.seen)]
    scale = near_scale([year for year, _ in points], [value for _, value in points], size)
    seen = tuple((one.year, one.value) for one in drawing.seen)
    parts = [draw_axes(scale)]
    if len(seen) > 1:
        parts.append(draw_line(Line(seen, INK), scale))
    if len(drawing.path) > 1:
        parts.append(draw_line(Line(drawing.path, REQUIRED, "5 3", drawing.trace), scale))
    parts += [_diamond(scale.x(year), scale.y(value)) for year, value in drawing.marks]
    parts += [_dot(one, scale) for one in drawing.seen]
    return wrap_svg(parts, title, size)


def near_scale(years: Sequence[float], values: Sequence[float], size: Size) -> Scale:
    """Return the scale that holds all years and values between even marks, close to them.

    Examples
    --------
    >>> scale = near_scale([2020, 2025], [82.0, 96.0], SMALL)
    >>> scale.low, scale.high
    (82.0, 96.0)
    """
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-9):
        low, high = low - abs(low or 1.0) / 10, high + abs(high or 1.0) / 10
    step = tick_size(low, high)
    return Scale(size, min(years), max(years), step * math.floor(low / step), step * math.ceil(high / step))


def _diamond(x: float, y: float) -> Markup:
    return Markup('<path d="M{:.1f} {:.1f}l5 5l-5 5l-5 -5Z" fill="{}" stroke="{}" stroke-width="2"/>').format(
        x, y - 5, MISSED, REQUIRED
    )


def _dot(one: Seen, scale: Scale) -> Markup:
    circle = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.4" fill="{}" stroke="{}" stroke-width="1.5"/>')
    fill = "#fff" if one.hollow else INK
    shape = circle.format(scale.x(one.year), scale.y(one.value), fill, INK)
    return Markup('<g data-trace="{}">{}</g>').format(one.trace, shape)
