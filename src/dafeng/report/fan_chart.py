"""Futures by year as a drawing that needs no script: nested ranges, lines, points, marked years.

All text in the drawing is figures; words stand in the legend and the table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.effect_bars import INK, RULE, SOFT, tick_size
from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OUTER, INNER, MIDDLE = "#cfdeec", "#9db7d5", "#1f4e79"
"""Fills of the outer and the inner range, and the median."""
YEARS_BETWEEN_MARKS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Range:
    """One year of a fan: its quantiles."""

    year: int
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line through yearly values.

    Parameters
    ----------
    points : tuple of (float, float)
        Year and value.
    colour, dash : str
        Stroke and its pattern; an empty pattern is a full line.
    trace : str
        Key of the trace that the line opens; empty for none.
    """

    points: tuple[tuple[float, float], ...]
    colour: str
    dash: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A single figure: a filled mark, or a hollow one where it rests on weak evidence.

    Parameters
    ----------
    year, value : float
    label : str
        Figure beside the mark; empty for none.
    hollow : bool
    trace : str
    until : float or None
        Last year of a span of years; None for a single one.
    """

    year: float
    value: float
    label: str = ""
    hollow: bool = False
    trace: str = ""
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Fan:
    """What is drawn: ranges, the trace that they open, lines, points, and years with a rule."""

    ranges: tuple[Range, ...]
    trace: str = ""
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """Width, height and margins of a drawing, size of its figures, most marks of an axis, whether broad."""

    width: int
    height: int
    left: int
    right: int = 16
    top: int = 22
    bottom: int = 28
    font: int = 12
    marks: int = 14
    broad: bool = True


WIDE = Size(900, 420, 52)
SMALL = Size(300, 190, 48, right=16, top=12, bottom=24, font=15, marks=4, broad=False)


@dataclass(frozen=True, slots=True)
class Scale:
    """Years and values as places in a drawing."""

    size: Size
    first: float
    last: float
    low: float
    high: float

    def x(self, year: float) -> float:
        """Return the place of a year."""
        room = self.size.width - self.size.left - self.size.right
        return self.size.left + room * (year - self.first) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        """Return the place of a value."""
        room = self.size.height - self.size.top - self.size.bottom
        return self.size.top + room * (self.high - value) / (self.high - self.low)


def draw_fan(fan: Fan, title: str, size: Size = WIDE) -> Markup:
    """Return a fan as SVG; its axis holds nil.

    Parameters
    ----------
    fan : Fan
    title : str
        Id of the heading that names the drawing.
    size : Size
    """
    scale = fit_scale(_years(fan), _values(fan), size)
    parts = [draw_axes(scale), *(draw_rule(year, scale) for year in fan.marks)]
    if fan.ranges:
        bands = Markup("").join(
            draw_band([(r.year, *ends(r)) for r in fan.ranges], colour, scale)
            for colour, ends in ((OUTER, _outer), (INNER, _inner))
        )
        middle = draw_line(Line(tuple((r.year, r.p50) for r in fan.ranges), MIDDLE), scale)
        parts.append(_open_trace(bands + middle, fan.trace))
    parts += [draw_line(line, scale) for line in fan.lines]
    parts += [draw_dot(dot, scale) for dot in fan.dots]
    return wrap_svg(parts, title, size)


def _outer(r: Range) -> tuple[float, float]:
    return r.p05, r.p95


def _inner(r: Range) -> tuple[float, float]:
    return r.p25, r.p75


def _years(fan: Fan) -> list[float]:
    found: list[float] = [r.year for r in fan.ranges] + [dot.year for dot in fan.dots]
    return found + [year for line in fan.lines for year, _ in line.points]


def _values(fan: Fan) -> list[float]:
    found = [value for r in fan.ranges for value in (r.p05, r.p95)] + [dot.value for dot in fan.dots]
    return found + [value for line in fan.lines for _, value in line.points]


def fit_scale(years: Iterable[float], values: Sequence[float], size: Size) -> Scale:
    """Return the scale that holds all years, all values and nil, with even marks."""
    low, high = min([*values, 0.0]), max([*values, 0.0])
    step = tick_size(low, high)
    small = -0.2 * step < low <= 0
    bottom, top = low if small else step * math.floor(low / step), step * math.ceil(high / step)
    known = list(years)
    return Scale(size, min(known), max(known), bottom, max(top, bottom + step))


def wrap_svg(parts: Iterable[Markup], title: str, size: Size) -> Markup:
    """Return parts as one drawing."""
    return Markup('<svg class="bars{}" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">{}</svg>').format(
        " broad" if size.broad else "", size.width, size.height, title, Markup("").join(parts)
    )


def draw_axes(scale: Scale) -> Markup:
    """Return lines with their values and the years below."""
    size, step = scale.size, tick_size(scale.low, scale.high)
    step *= 2 if size.marks < 8 and (scale.high - scale.low) / step > size.marks else 1
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{}" fill="{}">{}</text>')
    parts = []
    for place in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        y = scale.y(place * step)
        parts.append(
            Markup('<path d="M{} {:.1f}H{}" stroke="{}"/>').format(
                size.left, y, size.width - size.right, SOFT if place == 0 else RULE
            )
        )
        parts.append(text.format(size.left - 6, y + 4, "end", size.font, SOFT, number(place * step)))
    span = scale.last - scale.first
    gap = next((gap for gap in YEARS_BETWEEN_MARKS if span / gap <= size.marks), 100)
    years = range(math.ceil(scale.first / gap) * gap, int(scale.last) + 1, gap)
    parts += [text.format(scale.x(year), size.height - 8, "middle", size.font, SOFT, year) for year in years]
    return Markup("").join(parts)


def draw_band(rows: Sequence[tuple[float, float, float]], colour: str, scale: Scale) -> Markup:
    """Return the area between two values of each year as a polygon."""
    upper = [f"{scale.x(year):.1f},{scale.y(high):.1f}" for year, _, high in rows]
    lower = [f"{scale.x(year):.1f},{scale.y(low):.1f}" for year, low, _ in reversed(rows)]
    return Markup('<polygon points="{}" fill="{}"/>').format(" ".join([*upper, *lower]), colour)


def draw_line(line: Line, scale: Scale) -> Markup:
    """Return a line; one that opens a trace is easier to hit than to see."""
    points = " ".join(f"{scale.x(year):.1f},{scale.y(value):.1f}" for year, value in line.points)
    shape = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"{}/>')
    dash = Markup(' stroke-dasharray="{}"').format(line.dash) if line.dash else Markup("")
    drawing = shape.format(points, line.colour, 2, dash)
    if not line.trace:
        return drawing
    wide = shape.format(points, "transparent", 10, Markup(' pointer-events="stroke"'))
    return _open_trace(drawing + wide, line.trace)


def _open_trace(drawing: Markup, trace: str) -> Markup:
    return Markup('<g data-trace="{}">{}</g>').format(trace, drawing) if trace else drawing


def draw_rule(year: int, scale: Scale) -> Markup:
    """Return a vertical rule at a year, with the year on top."""
    x = scale.x(year)
    return Markup(
        '<path d="M{:.1f} {}V{}" stroke="{}" stroke-dasharray="2 3"/>'
        '<text x="{:.1f}" y="{}" text-anchor="middle" font-size="{}" font-weight="600" fill="{}">{}</text>'
    ).format(
        x, scale.size.top, scale.size.height - scale.size.bottom, INK,
        x, scale.size.top - 6, scale.size.font, INK, year,
    )  # fmt: skip


def draw_dot(dot: Dot, scale: Scale) -> Markup:
    """Return a single figure as a mark."""
    last = dot.year if dot.until is None else dot.until
    x, y = scale.x((dot.year + last) / 2), scale.y(dot.value)
    parts = []
    if dot.until is not None:
        parts.append(
            Markup('<path d="M{:.1f} {:.1f}H{:.1f}" stroke="{}"/>').format(
                scale.x(dot.year), y, scale.x(dot.until), INK
            )
        )
    radius = 4.5 if scale.size.width > 400 else 3
    parts.append(
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}" stroke="{}" stroke-width="1.5"/>').format(
            x, y, radius, "#fff" if dot.hollow else INK, INK
        )
    )
    if dot.label:
        label = '<text x="{:.1f}" y="{:.1f}" font-size="{}" font-weight="600" fill="{}"'
        label += ' stroke="#fff" stroke-width="3" paint-order="stroke">{}</text>'
        parts.append(Markup(label).format(x + 7, y + 4, scale.size.font, INK, dot.label))  # noqa: S704 - ours
    return _open_trace(Markup("").join(parts), dot.trace)
