"""Charts of documents as PNG by matplotlib, with the vendored font: Chinese shows on a bare machine."""

from __future__ import annotations

import atexit
import threading
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dafeng.report.font import write_font_file

if TYPE_CHECKING:
    from dafeng.document import DocumentFigure

SIZE_INCH = (6.14, 3.1)
"""Width and height: the width is that of the page core. [inch]"""
DOTS_PER_INCH = 200
MOST_LABELS = 14
"""Beyond, only some labels of the axis are written. [1]"""
STYLES = (
    ("#0b5c7a", "-", "o"), ("#c4781a", "--", "s"), ("#5b6b78", "-.", "^"), ("#8a1c1c", ":", "D"),
    ("#3f7d4e", "-", "v"), ("#6d5aa5", "--", "x"), ("#1f9aa0", "-.", "P"), ("#a63d73", ":", "*"),
)  # fmt: skip
"""Colour, line and marker of each series: told apart without colours too."""
LETTER_PT = 9.0
_LOCK = threading.Lock()
"""The settings of matplotlib are those of the whole process."""


def draw_chart(figure: DocumentFigure) -> bytes:
    """Return a chart as PNG; the same chart gives the same bytes.

    Parameters
    ----------
    figure : DocumentFigure
        At most as many series as there are :data:`STYLES`; a missing value leaves a gap.

    Returns
    -------
    bytes
    """
    from matplotlib import rc_context  # noqa: PLC0415 - takes long to import
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - with matplotlib
    from matplotlib.figure import Figure  # noqa: PLC0415 - with matplotlib

    looks: Any = {
        "font.family": [_font_family(), "DejaVu Sans"], "font.size": LETTER_PT, "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#5b6b78",
    }  # fmt: skip
    with _LOCK, rc_context(looks):
        drawn = Figure(figsize=SIZE_INCH, dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(drawn)
        axes = drawn.add_subplot()
        _draw_series(axes, figure)
        _label_axis(axes, figure)
        stream = BytesIO()
        drawn.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _draw_series(axes: Any, figure: DocumentFigure) -> None:
    places = list(range(len(figure.labels)))
    wide = 0.8 / max(1, len(figure.series))
    for rank, (name, values) in enumerate(figure.series):
        colour, line, marker = STYLES[rank % len(STYLES)]
        heights = [float("nan") if value is None else value for value in values]
        if figure.kind == "lines":
            axes.plot(places, heights, color=colour, linestyle=line, marker=marker, markersize=4, label=name)
        else:
            shifted = [place + (rank - (len(figure.series) - 1) / 2) * wide for place in places]
            axes.bar(shifted, heights, wide, color=colour, label=name)
    if figure.kind == "lines":
        axes.margins(y=0.15)


def _label_axis(axes: Any, figure: DocumentFigure) -> None:
    step = -(-len(figure.labels) // MOST_LABELS)
    places = list(range(0, len(figure.labels), step))
    axes.set_xticks(places, [figure.labels[place] for place in places])
    if max((len(label) for label in figure.labels), default=0) > 6:
        axes.tick_params(axis="x", labelrotation=30)
    axes.set_ylabel(figure.unit)
    axes.grid(axis="y", color="#d5dce2", linewidth=0.6)
    axes.set_axisbelow(True)
    if len(figure.series) > 1:
        axes.legend(frameon=False, ncols=min(4, len(figure.series)), loc="upper center",
                    bbox_to_anchor=(0.5, 1.2))  # fmt: skip


@cache
def _font_family() -> str:
    """Return the family of the vendored font, made known to matplotlib once a process."""
    from matplotlib import font_manager  # noqa: PLC0415 - takes long to import

    folder = TemporaryDirectory(prefix="dafeng-font-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "documents.ttf"
    write_font_file(path)
    font_manager.fontManager.addfont(path)
    return str(font_manager.FontProperties(fname=path).get_name())
