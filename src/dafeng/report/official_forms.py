"""The three forms of GB/T 9704-2012 in DOCX: document (公文), letter (信函), minutes (纪要).

Clauses 7.2 (masthead, number, red line), 10.1 (letter) and 10.3 (minutes): a masthead in red XiaoBiaoSong,
35 mm below the top of the core (letter: 30 mm below the top of the page), a red line 4 mm below the number
(letter: double lines of 170 mm under the masthead and 20 mm above the end of the first page, without number).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from dafeng.report.docx_pieces import TWIPS_PER_MM, make_element, put_in_order, rule_around, set_font
from dafeng.report.official import BODY_PT, CORE_MM, LEFT_MM, PAGE_MM, SMALL_PT

if TYPE_CHECKING:
    from dafeng.document import OfficialDocument

RED = "E60012"
LARGEST_PT = 48.0
"""Size of a short masthead: under 22 mm high. [pt]"""
SMALLEST_PT = 22.0
"""Size below which a long masthead goes on to a second line instead. [pt]"""
MASTHEAD_MM = 35.0
"""From the top of the core to the top of the masthead. [mm]"""
LETTER_MM = 30.0
"""From the top of the page to the masthead of a letter. [mm]"""
LINE_MM, LETTER_FOOT_MM = 170.0, 20.0
"""Length of the double lines of a letter; distance of the lower one from the end of the page. [mm]"""
NUMBER_GAP_PT = 11
"""From the number to the red line: 4 mm. [pt]"""


class LineWriter(Protocol):
    """What writes paragraphs into the file."""

    file: Any

    def line(
        self, text: str, role: str, size: float = BODY_PT, align: str = "", indent: int = 2, right: int = 0
    ) -> Any:
        """Add a paragraph of one run."""

    def blank(self) -> None:
        """Add an empty line."""


def masthead_size(text: str) -> float:
    """Return the size of a masthead that stays in one line if it can. [pt]

    Examples
    --------
    >>> masthead_size("某某省人民政府文件"), round(masthead_size("某" * 20), 1)
    (48.0, 22.1)
    """
    wide = CORE_MM[0] / 25.4 * 72
    units = sum(1.0 if ord(char) > 0x2E7F else 0.55 for char in text) or 1.0
    return max(SMALLEST_PT, min(LARGEST_PT, wide / units))


def write_head(writer: LineWriter, document: OfficialDocument) -> None:
    """Write what stands above the title: masthead, number and red line by the form."""
    if document.form in {"letter", "plain"}:
        align = "right" if document.form == "letter" else "center"
        writer.line(document.number, "body", align=align, indent=0)
        return
    from docx.shared import Mm  # noqa: PLC0415 - with docx

    masthead = writer.line(document.masthead, "title", masthead_size(document.masthead), "center", 0)
    if masthead is not None:
        masthead.paragraph_format.space_before = Mm(MASTHEAD_MM)
        _make_red(masthead)
        put_in_order(masthead, make_element("w:snapToGrid", val="0"))
    writer.blank()
    writer.blank()
    ruled = writer.line(document.number or "\u3000", "body", align="center", indent=0)
    rule_around(ruled, ("bottom",), size=12, space=NUMBER_GAP_PT, color=RED)
    writer.blank()


def write_edges_of_letter(file: Any, document: OfficialDocument, mark: str) -> None:
    """Write the first page of a letter: masthead and double line above, double line and no number below."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx
    from docx.shared import Mm  # noqa: PLC0415 - with docx

    section = file.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance, section.footer_distance = Mm(LETTER_MM), Mm(LETTER_FOOT_MM)
    above = section.first_page_header.paragraphs[0]
    above.alignment = WD_ALIGN_PARAGRAPH.CENTER
    set_font(above.add_run(document.masthead), "title", masthead_size(document.masthead))
    _make_red(above)
    rule_around(above, ("bottom",), "thickThinSmallGap", 24, NUMBER_GAP_PT, RED)
    below = section.first_page_footer.paragraphs[0]
    if mark:
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_font(below.add_run(mark), "heading", SMALL_PT)
    rule_around(below, ("bottom",), "thinThickSmallGap", 24, 1, RED)
    for paragraph in (above, below):
        _widen(paragraph)


def write_attendance(writer: LineWriter, document: OfficialDocument) -> None:
    """Write who was present, excused and invited, at the end of minutes."""
    if document.attendance:
        writer.blank()
    for label, names in document.attendance:
        paragraph = writer.line(label, "heading")
        set_font(paragraph.add_run(names), "body", BODY_PT)


def _make_red(paragraph: Any) -> None:
    from docx.shared import RGBColor  # noqa: PLC0415 - with docx

    for run in paragraph.runs:
        run.font.color.rgb = RGBColor.from_string(RED)


def _widen(paragraph: Any) -> None:
    """Let the rules of a paragraph be 170 mm long, in the middle of the page."""
    side = (PAGE_MM[0] - LINE_MM) / 2
    left = round((side - LEFT_MM) * TWIPS_PER_MM)
    right = round((side - (PAGE_MM[0] - LEFT_MM - CORE_MM[0])) * TWIPS_PER_MM)
    put_in_order(paragraph, make_element("w:ind", left=str(left), right=str(right)))
