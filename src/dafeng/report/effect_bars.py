"""Effects of drivers by step as a drawing that needs no script: gains up, losses down, the sum as a mark."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 900, 380
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 22, 30
INK, SOFT, RULE = "#1a232c", "#4d5a66", "#dbe1e7"
MARKS = 8
"""Most lines of the axis."""


@dataclass(frozen=True, slots=True)
class EffectBar:
    """The effects of one step.

    Parameters
    ----------
    label : str
        First and last year.
    parts : tuple of (float, str)
        Effect and colour, in the order in which they are stacked away from zero.
    trace : str
        Key of the trace that the bar opens.
    """

    label: str
    parts: tuple[tuple[float, str], ...]
    trace: str

    @property
    def change(self) -> float:
        """Return the sum of the effects."""
        return sum(value for value, _ in self.parts)

    @property
    def reach(self) -> tuple[float, float]:
        """Return the lower and the upper end of the stack."""
        return sum(v for v, _ in self.parts if v < 0), sum(v for v, _ in self.parts if v > 0)


def draw_effects(bars: Sequence[EffectBar], title: str) -> Markup:
    """Return bars as SVG.

    Parameters
    ----------
    bars : sequence of EffectBar
    title : str
        Id of the heading that names the drawing.
    """
    step = tick_size(min(bar.reach[0] for bar in bars), max(bar.reach[1] for bar in bars))
    low = step * math.floor(min(bar.reach[0] for bar in bars) / step)
    high = step * math.ceil(max(bar.reach[1] for bar in bars) / step)
    scale = _Scale(low, max(high, low + step))
    room = (WIDTH - LEFT - RIGHT) / len(bars)
    parts = [_axis(scale, step)]
    parts += [_bar(bar, LEFT + place * room, room, scale) for place, bar in enumerate(bars)]
    return Markup(
        '<svg class="bars broad" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, title, Markup("").join(parts))


def tick_size(low: float, high: float) -> float:
    """Return the distance of the lines of an axis: 1, 2 or 5 times a power of ten, at most ``MARKS`` lines.

    Examples
    --------
    >>> tick_size(-40.0, 55.0), tick_size(0.0, 0.0)
    (20.0, 1.0)
    """
    span = high - low
    if not span > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / MARKS))
    return next(power * lead for lead in (1, 2, 5, 10) if span / (power * lead) <= MARKS)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        """Return the height of a value in the drawing."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low)


def _axis(scale: _Scale, step: float) -> Markup:
    line = Markup(
        '<path d="M{} {:.1f}H{}" stroke="{}"/><text x="{}" y="{:.1f}" text-anchor="end" font-size="12"'
        ' fill="{}">{}</text>'
    )
    marks = [round(scale.low / step) + place for place in range(round((scale.high - scale.low) / step) + 1)]
    return Markup("").join(
        line.format(
            LEFT, scale.y(mark * step), WIDTH - RIGHT, SOFT if mark == 0 else RULE, LEFT - 6,
            scale.y(mark * step) + 4, SOFT, number(mark * step),
        )
        for mark in marks
    )  # fmt: skip


def _bar(bar: EffectBar, left: float, room: float, scale: _Scale) -> Markup:
    width = min(room * 0.6, 54)
    x, middle = left + (room - width) / 2, left + room / 2
    box = Markup('<rect x="{:.1f}" y="{:.2f}" width="{:.1f}" height="{:.2f}" fill="{}" stroke="#fff"/>')
    above = below = 0.0
    parts = []
    for value, colour in bar.parts:
        base = above if value > 0 else below
        ends = sorted((scale.y(base), scale.y(base + value)))
        parts.append(box.format(x, ends[0], width, ends[1] - ends[0], colour))
        above, below = (above + value, below) if value > 0 else (above, below + value)
    y = scale.y(bar.change)
    mark = Markup('<path d="M{0:.1f} {1:.1f}l6 6l-6 6l-6 -6Z" fill="#fff" stroke="{2}" stroke-width="2"/>')
    parts.append(mark.format(middle, y - 6, INK))
    label = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="12" fill="{}">{}</text>')
    parts.append(
        label.format(
            middle, min(scale.y(above), y - 6) - 6, "middle", INK, number(bar.change, 1, signed=True)
        )
    )
    parts.append(label.format(middle, HEIGHT - 10, "middle", SOFT, bar.label))
    return Markup('<g data-trace="{}">{}</g>').format(bar.trace, Markup("").join(parts))
