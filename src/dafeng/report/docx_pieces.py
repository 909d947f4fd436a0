"""Pieces of a DOCX file that python-docx does not offer: elements in their order, fonts, indents, rules."""

from __future__ import annotations

from math import floor
from typing import Any

from dafeng.report.official import BODY_PT, CHARACTERS, CORE_MM, FONTS, LATIN_FONT, LINES

TWIPS_PER_MM = 1440 / 25.4
LINE_TWIPS = round(CORE_MM[1] / LINES * TWIPS_PER_MM)
"""Distance of two lines: 22 of them fill the core. [twip]"""
CHARACTER_SPACE = floor((CORE_MM[0] / CHARACTERS / 25.4 * 72 - BODY_PT) * 20)
"""What is added to the width of a character of the text so that 28 fill a line. [twip]

A grid of characters (``linesAndChars``) would say the same, but LibreOffice gives a character that is wider
than its cell two cells; so the lines have a grid and the characters a spacing.
"""
_AFTER_IND = ("w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:outlineLvl", "w:rPr")
_AFTER_GRID = ("w:spacing", "w:ind", *_AFTER_IND)
_PARAGRAPH_ORDER = {
    "ind": _AFTER_IND,
    "snapToGrid": _AFTER_GRID,
    "pBdr": ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:snapToGrid", *_AFTER_GRID),
}
"""Property of a paragraph -> what must stand behind it."""


def make_element(tag: str, **attributes: str) -> Any:
    """Return an element of the word-processing namespace with its attributes."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - with docx
    from docx.oxml.ns import qn  # noqa: PLC0415 - with docx

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def put_in_order(paragraph: Any, element: Any) -> None:
    """Put a property where the schema wants it."""
    properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - not offered by python-docx
    properties.insert_element_before(element, *_PARAGRAPH_ORDER[element.tag.rpartition("}")[2]])


def set_font(run: Any, role: str, size: float) -> None:
    """Set the font of a run by its role, and its size. [pt]"""
    from docx.shared import Pt  # noqa: PLC0415 - with docx

    run.font.size = Pt(size)
    properties = run._element.get_or_add_rPr()  # noqa: SLF001 - East Asian fonts have no property
    set_fonts(properties, role)
    if size == BODY_PT:
        spacing = make_element("w:spacing", val=str(CHARACTER_SPACE))
        properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def set_fonts(properties: Any, role: str) -> None:
    """Name the fonts of a role in the properties of a run."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - with docx

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), FONTS[role][0])


def indent_paragraph(paragraph: Any, first: int, right: int) -> None:
    """Indent by characters, as the standard counts. [characters]"""
    if first or right:
        indent = make_element(
            "w:ind", rightChars=str(right * 100), right=str(round(right * BODY_PT * 20)),
            firstLineChars=str(first * 100), firstLine=str(round(first * BODY_PT * 20)),
        )  # fmt: skip
        put_in_order(paragraph, indent)


def rule_around(
    paragraph: Any,
    sides: tuple[str, ...] = ("top", "bottom"),
    line: str = "single",
    size: int = 6,
    space: int = 1,
    color: str = "000000",
) -> None:
    """Draw rules above and below a paragraph.

    Parameters
    ----------
    paragraph : docx paragraph
    sides : tuple of {"top", "bottom"}
    line : str
        Kind of line as the format names it.
    size : int
        Width in eighths of a point.
    space : int
        Distance from the text. [pt]
    color : str
        RGB in hexadecimal.
    """
    borders = make_element("w:pBdr")
    for side in sides:
        borders.append(make_element(f"w:{side}", val=line, sz=str(size), space=str(space), color=color))
    put_in_order(paragraph, borders)
