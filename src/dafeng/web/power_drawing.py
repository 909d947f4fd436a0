"""A week of hourly dispatch as a drawing that needs no script: stacked power, load, residual load."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.report.area_chart import Layer, stack_layers
from dafeng.report.effect_bars import INK, RULE, SOFT, tick_size
from dafeng.report.fan_chart import Line, Scale, Size, draw_band, draw_line, fit_scale, wrap_svg
from dafeng.report.figures import number
from dafeng.report.power_view import colour_of, kind_pair
from dafeng.report.words import pair

if TYPE_CHECKING:
    from dafeng.errors import Language
    from dafeng.report.power_hours import HourlyYear

SIZE = Size(1100, 430, 48, bottom=30)
RESIDUAL_COLOUR = "#a3261b"
DAY_H = 24
MW_PER_GW = 1000


def draw_week(hourly: HourlyYear, week: int, title: str, language: Language) -> Markup:
    """Return a week as SVG; pointing at an hour shows its figures.

    Parameters
    ----------
    hourly : HourlyYear
    week : int
        Counted from nought.
    title : str
        Id of the heading that names the drawing.
    language : {"zh", "en"}
        Of the figures of an hour.
    """
    hours = hourly.hours_of(week)
    layers = [
        Layer(tuple((values[hours] / MW_PER_GW).tolist()), colour_of(kind), "")
        for kind, values in hourly.kinds.items()
    ]
    load, residual = (values[hours] / MW_PER_GW for values in (hourly.load, hourly.residual))
    count = load.size
    above, below = stack_layers(layers, count)
    ends = [high for rows in above for _, high in rows] + [low for rows in below for low, _ in rows]
    scale = fit_scale([0, count], [*ends, *load.tolist(), *residual.tolist()], SIZE)
    parts = [_draw_axes(scale, hourly.year, hours.start, count)]
    for layer, *sides in zip(layers, above, below, strict=True):
        parts += [
            draw_band([(at + 0.5, *row) for at, row in enumerate(rows)], layer.colour, scale)
            for rows in sides
            if any(low != high for low, high in rows)
        ]
    for values, colour, dash in ((load, INK, ""), (residual, RESIDUAL_COLOUR, "5 3")):
        parts.append(
            draw_line(Line(tuple((at + 0.5, float(v)) for at, v in enumerate(values)), colour, dash), scale)
        )
    parts += [_draw_hour(hourly, hours.start + at, at, scale, language) for at in range(count)]
    return wrap_svg(parts, title, SIZE)


def hour_text(year: int, hour: int) -> str:
    """Return an hour of a year as month, day and time; it is labelled at its start.

    Examples
    --------
    >>> hour_text(2030, 25)
    '01-02 01:00'
    """
    return f"{datetime(year, 1, 1) + timedelta(hours=hour):%m-%d %H:00}"  # noqa: DTZ001 - all hours are local


def _draw_axes(scale: Scale, year: int, first: int, count: int) -> Markup:
    """Return lines with their values [GW], and a mark with its date for every day."""
    size, step = scale.size, tick_size(scale.low, scale.high)
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{}" fill="{}">{}</text>')
    parts = []
    for place in range(math.ceil(scale.low / step), math.floor(scale.high / step + 1e-9) + 1):
        y = scale.y(place * step)
        line = Markup('<path d="M{} {:.1f}H{}" stroke="{}"/>')
        parts.append(line.format(size.left, y, size.width - size.right, SOFT if place == 0 else RULE))
        parts.append(text.format(size.left - 6, y + 4, "end", size.font, SOFT, number(place * step)))
    for at in range(0, count, DAY_H):
        x = scale.x(at)
        rule = Markup('<path d="M{:.1f} {}V{}" stroke="{}"/>')
        parts.append(rule.format(x, size.top, size.height - size.bottom, RULE))
        middle = scale.x(min(at + DAY_H / 2, count))
        day = hour_text(year, first + at)[:5]
        parts.append(text.format(middle, size.height - 9, "middle", size.font, SOFT, day))
    return Markup("").join(parts)


def _draw_hour(hourly: HourlyYear, hour: int, at: int, scale: Scale, language: Language) -> Markup:
    """Return a strip that shows the figures of an hour when it is pointed at."""
    named = [(pair("power.load"), hourly.load), (pair("power.residual"), hourly.residual)]
    named += [(kind_pair(kind), values) for kind, values in hourly.kinds.items()]
    told = "\n".join(f"{names[language]} {number(values[hour] / MW_PER_GW, 1)}" for names, values in named)
    size = scale.size
    strip = '<rect class="hour" x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="transparent">'
    strip += "<title>{} GW\n{}</title></rect>"
    return Markup(strip).format(  # noqa: S704 - our own text
        scale.x(at), size.top, scale.x(at + 1) - scale.x(at), size.height - size.top - size.bottom,
        hour_text(hourly.year, hour), told,
    )  # fmt: skip
