"""Parts of a yearly difference as stacked areas: what lowers emissions above nil, what raises them below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.bars import HATCH
from dafeng.report.effect_bars import INK, SOFT
from dafeng.report.fan_chart import (
    Line,
    Size,
    draw_axes,
    draw_band,
    draw_line,
    draw_rule,
    fit_scale,
    wrap_svg,
)
from dafeng.report.figures import number

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE = Size(900, 380, 52)
COST = Size(900, 340, 60, bottom=30)
LOW, HIGH = "#5aa6a0", "#1f4e79"
"""Fills of a cost below nil and of one above."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One part: its value in each year, its colour, the trace that it opens."""

    values: tuple[float, ...]
    colour: str
    trace: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a cost curve: span of the reduction [Mt], cost [CNY/t], whether it rests on little."""

    start: float
    end: float
    cost: float
    weak: bool
    label: str
    trace: str


def draw_areas(years: Sequence[int], layers: Sequence[Layer], title: str, mark: int | None = None) -> Markup:
    """Return stacked areas as SVG with the sum as a line.

    Parameters
    ----------
    years : sequence of int
    layers : sequence of Layer
        In the order in which they are stacked away from nil.
    title : str
        Id of the heading that names the drawing.
    mark : int, optional
        Year with a rule.
    """
    above, below = stack_layers(layers, len(years))
    ends = [high for rows in above for _, high in rows] + [low for rows in below for low, _ in rows]
    scale = fit_scale(years, ends, WIDE)
    parts = [draw_axes(scale)]
    for layer, *sides in zip(layers, above, below, strict=True):
        bands = [
            draw_band([(year, *row) for year, row in zip(years, rows, strict=True)], layer.colour, scale)
            for rows in sides
            if any(low != high for low, high in rows)
        ]
        parts.append(Markup('<g data-trace="{}">{}</g>').format(layer.trace, Markup("").join(bands)))
    sums = tuple((year, sum(layer.values[at] for layer in layers)) for at, year in enumerate(years))
    parts.append(draw_line(Line(sums, INK), scale))
    if mark is not None and years[0] < mark < years[-1]:
        parts.append(draw_rule(mark, scale))
    return wrap_svg(parts, title, WIDE)


Rows = list[tuple[float, float]]


def stack_layers(layers: Sequence[Layer], count: int) -> tuple[list[Rows], list[Rows]]:
    """Return low and high end of each layer in each year, above nil and below it.

    Examples
    --------
    >>> stack_layers([Layer((2.0,), "", ""), Layer((-1.0,), "", "")], 1)
    ([[(0.0, 2.0)], [(2.0, 2.0)]], [[(0.0, 0.0)], [(-1.0, 0.0)]])
    """
    tops, bottoms = [0.0] * count, [0.0] * count
    above, below = [], []
    for layer in layers:
        gains = [max(value, 0.0) for value in layer.values]
        losses = [min(value, 0.0) for value in layer.values]
        above.append([(top, top + gain) for top, gain in zip(tops, gains, strict=True)])
        below.append([(bottom + loss, bottom) for bottom, loss in zip(bottoms, losses, strict=True)])
        tops = [high for _, high in above[-1]]
        bottoms = [low for low, _ in below[-1]]
    return above, below


def draw_costs(steps: Sequence[Step], title: str) -> Markup:
    """Return a marginal abatement cost curve as SVG.

    The width of a step is its reduction; a step that rests on little is hatched.
    """
    scale = fit_scale([0.0, max(step.end for step in steps)], [step.cost for step in steps], COST)
    hatch = f"{title}-hatch"
    parts = [HATCH.format(hatch), draw_axes(scale)]
    box = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>')
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="12" fill="{}">{}</text>')
    for step in steps:
        x, width = scale.x(step.start), scale.x(step.end) - scale.x(step.start)
        top, foot = sorted((scale.y(step.cost), scale.y(0.0)))
        fills = [LOW if step.cost < 0 else HIGH, *([f"url(#{hatch})"] if step.weak else [])]
        shape = Markup("").join(box.format(x, top, width, foot - top, fill) for fill in fills)
        label = text.format(x + width / 2, top - 5, SOFT, step.label) if width > 14 else Markup("")
        parts.append(Markup('<g data-trace="{}">{}{}</g>').format(step.trace, shape, label))
    parts.append(text.format(COST.width - 40, COST.height - 8, SOFT, number(scale.last, 0)))
    return wrap_svg(parts, title, COST)
