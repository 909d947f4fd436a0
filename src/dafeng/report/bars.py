"""Bars of a few years as a drawing that needs no script: stacked segments, a range, a label on top.

All text in the drawing is figures; words stand in the legend and the table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 900, 320
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 26, 28
STEPS = {1: 5, 1.5: 3, 2: 4, 2.5: 5, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4}
"""Leading figure of the top of the axis -> number of its steps."""
INK, SOFT, RULE = "#1a232c", "#4d5a66", "#dbe1e7"
HATCH = Markup(
    '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff" fill-opacity=".55"/>'
    '<path d="M0 0V6" stroke="#4d5a66" stroke-width="1.4"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar; ``hatched`` marks a value that rests on a borrowed factor."""

    value: float
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label below, its sum on top and, if known, its range.

    Parameters
    ----------
    label : str
        Year.
    segments : tuple of Segment
        From the ground up; none for a year without a figure, which is drawn as a gap.
    low, high : float or None
        Ends of the range.
    trace : str
        Key of the trace that the bar opens; empty for none.
    """

    label: str
    segments: tuple[Segment, ...]
    low: float | None = None
    high: float | None = None
    trace: str = ""

    @property
    def total(self) -> float:
        """Return the sum of the segments."""
        return sum(segment.value for segment in self.segments)


def draw_bars(bars: Sequence[Bar], title: str, digits: int = 1) -> Markup:
    """Return bars as SVG.

    Parameters
    ----------
    bars : sequence of Bar
    title : str
        Id of the heading that names the drawing.
    digits : int
        Decimals of the sums.
    """
    top = _round_up(max((max(bar.total, bar.high or 0.0) for bar in bars), default=0.0))
    step = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
    parts = [_axis(top)]
    style = _Style(step, top, digits, f"url(#{title}-hatch)")
    parts += [_bar(bar, LEFT + place * step, style) for place, bar in enumerate(bars)]
    parts.insert(0, HATCH.format(f"{title}-hatch"))
    body = Markup("").join(parts)
    return Markup(
        '<svg class="bars broad" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, title, body)


def _round_up(value: float) -> float:
    """Return the next figure of ``STEPS`` times a power of ten, so that the axis has even marks."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * m for m in (*STEPS, 10) if power * m >= value)


def _height(value: float, top: float) -> float:
    return (HEIGHT - TOP - BOTTOM) * value / top


def _axis(top: float) -> Markup:
    lines = []
    steps = STEPS[round(top / 10 ** math.floor(math.log10(top)), 1)]
    for mark in range(steps + 1):
        value = top * mark / steps
        y = HEIGHT - BOTTOM - _height(value, top)
        lines.append(
            Markup(
                '<path d="M{} {:.1f}H{}" stroke="{}"/><text x="{}" y="{:.1f}" text-anchor="end"'
                ' font-size="12" fill="{}">{}</text>'
            ).format(
                LEFT, y, WIDTH - RIGHT, SOFT if mark == 0 else RULE, LEFT - 6, y + 4, SOFT, number(value)
            )
        )
    return Markup("").join(lines)


@dataclass(frozen=True, slots=True)
class _Style:
    """What all bars of a drawing share: width of a place, top of the axis, decimals, fill of a hatch."""

    step: float
    top: float
    digits: int
    hatch: str


def _bar(bar: Bar, left: float, style: _Style) -> Markup:
    step, top = style.step, style.top
    width = min(step * 0.66, 46)
    x, middle, ground = left + (step - width) / 2, left + step / 2, HEIGHT - BOTTOM
    parts, y = [], float(ground)
    for segment in bar.segments:
        height = max(_height(segment.value, top), 0.0)
        y -= height
        box = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>')
        parts.append(box.format(x, y, width, height, segment.colour))
        if segment.hatched:
            parts.append(box.format(x, y, width, height, style.hatch))
    parts.append(_text(middle, ground + 18, bar.label, SOFT))
    if not bar.segments:
        gap = Markup(
            '<rect x="{:.1f}" y="{}" width="{:.1f}" height="14" fill="none" stroke="{}"'
            ' stroke-dasharray="3 2"/>'
        )
        parts.append(gap.format(x, ground - 14, width, SOFT))
        return Markup("").join(parts)
    shift = 0.0
    if bar.low is not None and bar.high is not None:
        shift = width * 0.36
        high, low = (ground - _height(value, top) for value in (bar.high, bar.low))
        parts.append(_whisker(middle + shift, high, low))
    parts.append(_text(middle - shift / 2, y - 6, number(bar.total, style.digits), INK))
    drawing = Markup("").join(parts)
    if not bar.trace:
        return drawing
    return Markup('<g data-trace="{}">{}</g>').format(bar.trace, drawing)


def _whisker(x: float, high: float, low: float) -> Markup:
    return Markup(
        '<path d="M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h8M{3:.1f} {2:.1f}h8" stroke="{4}"/>'
    ).format(x, high, low, x - 4, INK)


def _text(x: float, y: float, text: str, colour: str) -> Markup:
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="12" fill="{}">{}</text>'
    ).format(x, y, colour, text)
