"""Cells of a preview in words and numbers, and the drawing of where a table comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dafeng import terms
from dafeng.web.drawing import draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from dafeng.app.portal_catalogue import Lineage
    from dafeng.errors import Language
    from dafeng.table import ColumnSpec

LONGEST = 160
"""Longest text of a cell of a preview. [characters]"""
LONG = 24
"""From this length on a text gets a wide column. [characters]"""
LINE, WIDTH, LEFT, RIGHT = 30, 860, 300, 540
"""Height of a line of the drawing, its width, right edge of the inputs, left edge of the table. [px]"""
MOST_NODES = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown.

    Parameters
    ----------
    text : str
        Number, words; empty if missing.
    code : str
        What is stored, where the words say it differently.
    number : bool
        Whether it is set to the right.
    missing : bool
        Whether there is no value.
    """

    text: str
    code: str = ""
    number: bool = False
    missing: bool = False

    @property
    def long(self) -> bool:
        """Whether its column needs room."""
        return len(self.text) > LONG


def shown_cells(row: Mapping[str, Any], columns: Sequence[ColumnSpec], language: Language) -> list[Cell]:
    """Return the cells of a row in the order of its columns."""
    return [_cell(row[spec.name], spec, language) for spec in columns]


def _cell(value: Any, spec: ColumnSpec, language: Language) -> Cell:
    if value is None:
        return Cell("", number=spec.dtype.is_numeric(), missing=True)
    if isinstance(value, bool):
        return Cell({"zh": "是" if value else "否", "en": "yes" if value else "no"}[language])
    if isinstance(value, int):
        return Cell(str(value) if spec.unit == "year" else f"{value:,}", number=True)
    if isinstance(value, float):
        return Cell(f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}", number=True)
    text = str(value)
    named = terms.entries(spec.vocabulary).get(text) if spec.vocabulary and spec.form != "list" else None
    if named is not None and named.get(language):
        return Cell(named[language], code=text)
    return Cell(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def draw_graph(lineage: Lineage, language: Language) -> Markup:
    """Return a drawing of the inputs of a table: files of the pack and other tables left, the table right."""
    inputs = [
        *(("file", one.name, "", f"{one.rows:,}") for one in lineage.files if one.direct),
        *(("table", name, zh if language == "zh" else en, "")
          for name, zh, en, direct in lineage.tables if direct),
    ]  # fmt: skip
    left_out = max(0, len(inputs) - MOST_NODES)
    nodes = [
        {"kind": kind, "name": name, "words": words, "count": count, "y": 10 + LINE * place}
        for place, (kind, name, words, count) in enumerate(inputs[:MOST_NODES])
    ]
    height = max(LINE * len(nodes) + 10, 70)
    return draw(
        "data_graph.html", nodes=nodes, height=height, middle=height / 2, width=WIDTH, left=LEFT, right=RIGHT,
        card=lineage.card, language=language, left_out=left_out,
    )  # fmt: skip
