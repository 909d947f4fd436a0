"""Reliability diagram: what share came true of what was given a chance, with intervals and numbers of cases.

All text in the drawing is figures; words stand in the legend and the table beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.effect_bars import INK, RULE, SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = HEIGHT = 380
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 14, 34
FILL = "#1f4e79"


@dataclass(frozen=True, slots=True)
class Bin:
    """Goals that were given about the same chance.

    Parameters
    ----------
    forecast, came_true : float
        Mean chance given, and share that was met. [1]
    low, high : float or None
        Interval of that share. [1]
    cases : int
    """

    forecast: float
    came_true: float
    low: float | None
    high: float | None
    cases: int


def draw_reliability(bins: Sequence[Bin], title: str) -> Markup:
    """Return the diagram as SVG: both axes count tenths, the area of a dot grows with its cases.

    Parameters
    ----------
    bins : sequence of Bin
    title : str
        Id of the heading that names the drawing.
    """
    most = max((one.cases for one in bins), default=1)
    parts = [_axes(), *(_interval(one) for one in bins), *(_dot(one, most) for one in bins)]
    return Markup(
        '<svg class="bars reliability" viewBox="0 0 {} {}" role="img" aria-labelledby="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, title, Markup("").join(parts))


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _axes() -> Markup:
    line = Markup('<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" stroke="{}"{}/>')
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="13" fill="{}">{}</text>')
    parts = [line.format(_x(0), _y(0), _x(1), _y(1), SOFT, Markup(' stroke-dasharray="4 4"'))]
    for tenths in range(0, 11, 2):
        share = tenths / 10
        rule = SOFT if tenths == 0 else RULE
        parts.append(line.format(_x(0), _y(share), _x(1), _y(share), rule, ""))
        parts.append(line.format(_x(share), _y(0), _x(share), _y(1), rule, ""))
        parts.append(text.format(LEFT - 8, _y(share) + 4, "end", SOFT, tenths))
        parts.append(text.format(_x(share), HEIGHT - 14, "middle", SOFT, tenths))
    return Markup("").join(parts)


def _interval(one: Bin) -> Markup:
    if one.low is None or one.high is None:
        return Markup("")
    return Markup(
        '<path d="M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h10M{3:.1f} {2:.1f}h10" stroke="{4}" fill="none"/>'
    ).format(_x(one.forecast), _y(one.high), _y(one.low), _x(one.forecast) - 5, INK)


def _dot(one: Bin, most: int) -> Markup:
    radius = 3.0 + 8.0 * math.sqrt(one.cases / max(most, 1))
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="{}" stroke="#fff"/>').format(
        _x(one.forecast), _y(one.came_true), radius, FILL
    )
