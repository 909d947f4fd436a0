"""The scores of forecasts as one self-contained page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.power.forecast.contracts import ForecastScore
from dafeng.report.charts import json_text
from dafeng.report.context import ReportContext, ReportMeta
from dafeng.report.drawing import asset, draw
from dafeng.report.font import font_face
from dafeng.report.html import page_data, security_policy
from dafeng.report.pages.power_forecast import SCORES, render_forecast
from dafeng.report.words import plain
from dafeng.result import NamedTable

if TYPE_CHECKING:
    import polars as pl


def render_forecast_page(scores: pl.DataFrame) -> str:
    """Return a page with the scores.

    Parameters
    ----------
    scores : ForecastScore
    """
    title = {language: plain("forecast.page", language) for language in ("zh", "en")}
    table = NamedTable(SCORES, scores, ForecastScore, title["zh"], title["en"])
    context = ReportContext(ReportMeta("", "", "", "", "", "", ""), {SCORES: table})
    section = Markup(render_forecast(context))  # noqa: S704 - drawn with autoescape
    scripts = [Markup(asset(name)) for name in ("echarts.min.js", "report.js")]  # noqa: S704 - our own assets
    body = draw("forecast_page.html", section=section, data=json_text(page_data(context)))
    style = asset("report.css")
    return draw(
        "page.html",
        title=title,
        meta=context.meta,
        policy=security_policy(scripts),
        font=Markup(font_face(body + style + "".join(title.values()))),  # noqa: S704 - base64 only
        style=Markup(style),  # noqa: S704 - our own asset
        body=Markup(body),  # noqa: S704 - drawn with autoescape
        scripts=scripts,
    )
