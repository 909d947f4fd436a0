"""Official documents as DOCX by the measures of GB/T 9704-2012 (:mod:`dafeng.report.official`).

Fonts are named, not shipped: the font table of the file lists substitutes for machines that lack them.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from math import floor
from typing import TYPE_CHECKING, Any

from dafeng.document import Paragraph
from dafeng.report.official import (
    BODY_PT,
    CHARACTERS,
    CORE_MM,
    FONTS,
    LATIN_FONT,
    LEFT_MM,
    LINES,
    PAGE_MM,
    SMALL_PT,
    TABLE_PT,
    TITLE_PT,
    TOP_MM,
    addressee_line,
    balance_title,
    closing_lines,
    copy_line,
    draft_mark,
)
from dafeng.report.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.document import DocumentTable, OfficialDocument, Part

TWIPS_PER_MM = 1440 / 25.4
LINE_TWIPS = round(CORE_MM[1] / LINES * TWIPS_PER_MM)
"""Distance of two lines: 22 of them fill the core. [twip]"""
CHARACTER_SPACE = floor((CORE_MM[0] / CHARACTERS / 25.4 * 72 - BODY_PT) * 20)
"""What is added to the width of a character of the text so that 28 fill a line. [twip]

A grid of characters (``linesAndChars``) would say the same, but LibreOffice gives a character that is wider
than its cell two cells; so the lines have a grid and the characters a spacing.
"""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_AFTER_IND = ("w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:outlineLvl", "w:rPr")
_AFTER_GRID = ("w:spacing", "w:ind", *_AFTER_IND)
_PARAGRAPH_ORDER = {
    "ind": _AFTER_IND,
    "snapToGrid": _AFTER_GRID,
    "pBdr": ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:snapToGrid", *_AFTER_GRID),
}
"""Property of a paragraph -> what must stand behind it."""


def write_official_docx(document: OfficialDocument) -> bytes:
    """Return a document as the bytes of a DOCX file; the same document gives the same bytes.

    Parameters
    ----------
    document : OfficialDocument

    Returns
    -------
    bytes
    """
    import docx  # noqa: PLC0415 - takes long to import

    file = docx.Document()
    for paragraph in file.paragraphs:
        _remove(paragraph._element)  # noqa: SLF001 - python-docx offers no removal
    _set_page(file.sections[0])
    _set_styles(file)
    _write_edges(file, draft_mark(document.language) if document.is_draft else "")
    _Writer(file, document).write()
    _name_substitutes(file)
    properties = file.core_properties
    properties.title, properties.author, properties.comments = document.title, "", ""
    properties.language = "zh-CN" if document.language == "zh" else "en"
    properties.created = properties.modified = datetime(*_EPOCH)  # noqa: DTZ001 - the format has no zone
    stream = BytesIO()
    file.save(stream)
    return _without_times(stream.getvalue())


class _Writer:
    """Writes the parts of one document in order."""

    def __init__(self, file: Any, document: OfficialDocument) -> None:
        self.file, self.document = file, document

    def write(self) -> None:
        document = self.document
        if document.is_draft:
            self._line(draft_mark(document.language), "heading", SMALL_PT, indent=0)
        self._line(document.number, "body", align="center", indent=0)
        self._blank()
        self._line(balance_title(document), "title", TITLE_PT, "center", 0)
        self._blank()
        self._line(addressee_line(document), "body", indent=0)
        self._parts(document.parts)
        closing = closing_lines(document)
        if closing:
            self._blank()
        for line in closing:
            self._line(line, "body")
        signed = [line for line in (document.signer, document.date) if line]
        if signed:
            self._blank()
        for line in signed:
            self._line(line, "body", align="right", indent=0, right=4)
        for paragraph in self.file.paragraphs[-len(signed) - 2 : -1] if signed else ():
            paragraph.paragraph_format.keep_with_next = True  # no signature alone on a page
        if document.copy_to:
            self._blank()
            _rule_around(self._line(copy_line(document), "body", SMALL_PT, indent=0))
        for place, attached in enumerate(document.attachments, 1):
            first = self._line(
                plain("official.attachment", document.language, number=place), "heading", indent=0
            )
            first.paragraph_format.page_break_before = True
            self._line(attached.title, "title", BODY_PT, "center", 0)
            self._parts(attached.parts)

    def _parts(self, parts: Iterable[Part]) -> None:
        roles = {"heading": "heading", "subheading": "subheading"}
        for part in parts:
            if isinstance(part, Paragraph):
                size = SMALL_PT if part.kind == "note" else BODY_PT
                self._line(part.text, roles.get(part.kind, "body"), size)
            else:
                self._table(part)

    def _line(
        self, text: str, role: str, size: float = BODY_PT, align: str = "", indent: int = 2, right: int = 0
    ) -> Any:
        """Add a paragraph of one run; an empty text adds nothing."""
        if not text:
            return None
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx

        paragraph = self.file.add_paragraph()
        places = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
        paragraph.alignment = places.get(align)
        _indent(paragraph, indent, right)
        _set_font(paragraph.add_run(text), role, size)
        return paragraph

    def _blank(self) -> None:
        _indent(self.file.add_paragraph(), 0, 0)

    def _table(self, table: DocumentTable) -> None:
        caption = self._line(table.title, "heading", SMALL_PT, "center", 0)
        if caption is not None:
            caption.paragraph_format.keep_with_next = True
        grid = self.file.add_table(rows=1 + len(table.rows), cols=len(table.header))
        grid.style, grid.autofit = "Table Grid", False
        widths = table.widths or (1.0,) * len(table.header)
        lengths = [round(CORE_MM[0] * TWIPS_PER_MM * width / sum(widths)) for width in widths]
        for column, length in zip(grid.columns, lengths, strict=True):
            column.width = length * 635  # EMU of a twip
        for cells, row in zip(_cells_of(grid), (table.header, *table.rows), strict=True):
            for cell, text, length in zip(cells, row, lengths, strict=True):
                cell.width = length * 635
                paragraph = cell.paragraphs[0]
                _indent(paragraph, 0, 0)
                _put_in_order(paragraph, _element("w:snapToGrid", val="0"))
                _set_font(paragraph.add_run(text), "heading" if row is table.header else "body", TABLE_PT)
        for row in grid._tbl.tr_lst:  # noqa: SLF001 - python-docx offers neither property
            row.get_or_add_trPr().append(_element("w:cantSplit"))
        grid._tbl.tr_lst[0].get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001


def _element(tag: str, **attributes: str) -> Any:
    """Return an element of the word-processing namespace with its attributes."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - with docx
    from docx.oxml.ns import qn  # noqa: PLC0415 - with docx

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _put_in_order(paragraph: Any, element: Any) -> None:
    """Put a property where the schema wants it."""
    properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - not offered by python-docx
    properties.insert_element_before(element, *_PARAGRAPH_ORDER[element.tag.rpartition("}")[2]])


def _cells_of(grid: Any) -> list[list[Any]]:
    """Return the cells by row; python-docx counts a table anew for every ``row.cells``."""
    every, wide = grid._cells, len(grid.columns)  # noqa: SLF001 - the public way is quadratic
    return [every[start : start + wide] for start in range(0, len(every), wide)]


def _set_page(section: Any) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - with docx
    from docx.shared import Mm  # noqa: PLC0415 - with docx

    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.left_margin = Mm(TOP_MM), Mm(LEFT_MM)
    section.bottom_margin = Mm(PAGE_MM[1] - TOP_MM - CORE_MM[1])
    section.right_margin = Mm(PAGE_MM[0] - LEFT_MM - CORE_MM[0])
    section.footer_distance = Mm(25)
    for old in section._sectPr.findall(qn("w:docGrid")):  # noqa: SLF001 - python-docx has no line grid
        _remove(old)
    section._sectPr.append(_element("w:docGrid", type="lines", linePitch=str(LINE_TWIPS)))  # noqa: SLF001


def _set_styles(file: Any) -> None:
    from docx.shared import Pt  # noqa: PLC0415 - with docx

    normal = file.styles["Normal"]
    normal.font.size = Pt(BODY_PT)
    _set_fonts(normal.element.get_or_add_rPr(), "body")
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing = 1.0
    layout.widow_control = False  # every page has its 22 lines


def _set_font(run: Any, role: str, size: float) -> None:
    from docx.shared import Pt  # noqa: PLC0415 - with docx

    run.font.size = Pt(size)
    properties = run._element.get_or_add_rPr()  # noqa: SLF001 - East Asian fonts have no property
    _set_fonts(properties, role)
    if size == BODY_PT:
        spacing = _element("w:spacing", val=str(CHARACTER_SPACE))
        properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")


def _set_fonts(properties: Any, role: str) -> None:
    from docx.oxml.ns import qn  # noqa: PLC0415 - with docx

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for kind in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), FONTS[role][0])


def _indent(paragraph: Any, first: int, right: int) -> None:
    """Indent by characters, as the standard counts. [characters]"""
    if first or right:
        indent = _element(
            "w:ind", rightChars=str(right * 100), right=str(round(right * BODY_PT * 20)),
            firstLineChars=str(first * 100), firstLine=str(round(first * BODY_PT * 20)),
        )  # fmt: skip
        _put_in_order(paragraph, indent)


def _rule_around(paragraph: Any) -> None:
    borders = _element("w:pBdr")
    for side in ("top", "bottom"):
        borders.append(_element(f"w:{side}", val="single", sz="6", space="1", color="000000"))
    _put_in_order(paragraph, borders)


def _write_edges(file: Any, mark: str) -> None:
    """Write page numbers between dashes, odd ones right and even ones left; a draft says so above."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx

    file.settings.odd_and_even_pages_header_footer = True
    section = file.sections[0]
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set_font(header.paragraphs[0].add_run(mark), "heading", SMALL_PT)
    right, left = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for footer, side in ((section.footer, right), (section.even_page_footer, left)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        _set_font(paragraph.add_run("— "), "page", SMALL_PT)
        run = paragraph.add_run()
        _set_font(run, "page", SMALL_PT)
        field = _element("w:instrText")
        field.text = "PAGE"
        for part in (
            _element("w:fldChar", fldCharType="begin"),
            field,
            _element("w:fldChar", fldCharType="end"),
        ):
            run._element.append(part)  # noqa: SLF001 - python-docx has no fields
        _set_font(paragraph.add_run(" —"), "page", SMALL_PT)


def _name_substitutes(file: Any) -> None:
    """Write into the font table which fonts may stand in for those that the document names."""
    part = next(
        (p for p in file.part.package.iter_parts() if str(p.partname).endswith("/fontTable.xml")), None
    )
    if part is None:
        return
    fonts = "".join(
        f'<w:font w:name="{names[0]}"><w:altName w:val="{",".join(names[1:])}"/>'
        '<w:charset w:val="86"/></w:font>'
        for names in FONTS.values()
    )
    part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")  # noqa: SLF001


def _without_times(raw: bytes) -> bytes:
    """Return the archive with one fixed time for every member."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EPOCH), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _remove(element: Any) -> None:
    element.getparent().remove(element)
