"""Nowcast: what a year will come to, from monthly and year-to-date figures, with its error."""

from dafeng.tracking.nowcast.backtest import ORIGINS, score_nowcasts
from dafeng.tracking.nowcast.contracts import Nowcasts, NowcastScores, YearToDate
from dafeng.tracking.nowcast.draws import DrawOptions
from dafeng.tracking.nowcast.method import NowcastResult, nowcast_items

__all__ = [
    "ORIGINS",
    "DrawOptions",
    "NowcastResult",
    "NowcastScores",
    "Nowcasts",
    "YearToDate",
    "nowcast_items",
    "score_nowcasts",
]
