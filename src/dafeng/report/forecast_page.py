"""The scores of forecasts as one self-contained page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dafeng.power.forecast.contracts import ForecastScore
from dafeng.report.charts import json_text
from dafeng.report.context import ReportContext, ReportMeta
from dafeng.report.drawing import draw
from dafeng.report.frame import draw_page
from dafeng.report.html import page_data
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
    body = draw("forecast_page.html", section=section, data=json_text(page_data(context)))
    return draw_page(title, body, context.meta.software_version)
