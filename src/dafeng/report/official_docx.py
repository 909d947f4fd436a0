"""Official documents as DOCX by the measures of GB/T 9704-2012 (:mod:`dafeng.report.official`).

Fonts are named, not shipped: the font table of the file lists substitutes for machines that lack them.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from dafeng.document import DocumentTable, Paragraph
from dafeng.report.docx_pieces import (
    LINE_TWIPS,
    TWIPS_PER_MM,
    indent_paragraph,
    make_element,
    put_in_order,
    rule_around,
    set_font,
    set_fonts,
)
from dafeng.report.official import (
    BODY_PT,
    CORE_MM,
    FONTS,
    LEFT_MM,
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
from dafeng.report.official_forms import write_attendance, write_edges_of_letter, write_head
from dafeng.report.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dafeng.document import DocumentFigure, OfficialDocument, Part

_EPOCH = (1980, 1, 1, 0, 0, 0)


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
    mark = draft_mark(document.language) if document.is_draft else ""
    _write_edges(file, mark)
    if document.form == "letter":
        write_edges_of_letter(file, document, mark)
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
            self.line(draft_mark(document.language), "heading", SMALL_PT, indent=0)
        write_head(self, document)
        self.blank()
        self.line(balance_title(document), "title", TITLE_PT, "center", 0)
        self.blank()
        self.line(addressee_line(document), "body", indent=0)
        self._parts(document.parts)
        closing = closing_lines(document)
        if closing:
            self.blank()
        for line in closing:
            self.line(line, "body")
        signed = [line for line in (document.signer, document.date) if line]
        if signed:
            self.blank()
        for line in signed:
            self.line(line, "body", align="right", indent=0, right=4)
        for paragraph in self.file.paragraphs[-len(signed) - 2 : -1] if signed else ():
            paragraph.paragraph_format.keep_with_next = True  # no signature alone on a page
        write_attendance(self, document)
        imprint = [line for line in (copy_line(document), document.printed) if line]
        if imprint:
            self.blank()
        for line in imprint:
            rule_around(self.line(line, "body", SMALL_PT, indent=0))
        for place, attached in enumerate(document.attachments, 1):
            first = self.line(
                plain("official.attachment", document.language, number=place), "heading", indent=0
            )
            first.paragraph_format.page_break_before = True
            self.line(attached.title, "title", BODY_PT, "center", 0)
            self._parts(attached.parts)

    def _parts(self, parts: Iterable[Part]) -> None:
        roles = {"heading": "heading", "subheading": "subheading"}
        for part in parts:
            if isinstance(part, Paragraph):
                size = SMALL_PT if part.kind == "note" else BODY_PT
                self.line(part.text, roles.get(part.kind, "body"), size)
            elif isinstance(part, DocumentTable):
                self._table(part)
            else:
                self._figure(part)

    def line(
        self, text: str, role: str, size: float = BODY_PT, align: str = "", indent: int = 2, right: int = 0
    ) -> Any:
        """Add a paragraph of one run; an empty text adds nothing."""
        if not text:
            return None
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx

        paragraph = self.file.add_paragraph()
        places = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
        paragraph.alignment = places.get(align)
        indent_paragraph(paragraph, indent, right)
        set_font(paragraph.add_run(text), role, size)
        return paragraph

    def blank(self) -> None:
        """Add an empty line."""
        indent_paragraph(self.file.add_paragraph(), 0, 0)

    def _figure(self, figure: DocumentFigure) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx
        from docx.shared import Mm  # noqa: PLC0415 - with docx

        from dafeng.report.document_chart import draw_chart  # noqa: PLC0415 - matplotlib

        caption = self.line(figure.title, "heading", SMALL_PT, "center", 0)
        if caption is not None:
            caption.paragraph_format.keep_with_next = True
        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        put_in_order(paragraph, make_element("w:snapToGrid", val="0"))
        run = paragraph.add_run()
        run.add_picture(BytesIO(draw_chart(figure)), width=Mm(CORE_MM[0]))
        described = run._element.xpath(".//wp:docPr")[0]  # noqa: SLF001 - python-docx sets no description
        described.set("descr", figure.title)

    def _table(self, table: DocumentTable) -> None:
        caption = self.line(table.title, "heading", SMALL_PT, "center", 0)
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
                indent_paragraph(paragraph, 0, 0)
                put_in_order(paragraph, make_element("w:snapToGrid", val="0"))
                set_font(paragraph.add_run(text), "heading" if row is table.header else "body", TABLE_PT)
        for row in grid._tbl.tr_lst:  # noqa: SLF001 - python-docx offers neither property
            row.get_or_add_trPr().append(make_element("w:cantSplit"))
        grid._tbl.tr_lst[0].get_or_add_trPr().append(make_element("w:tblHeader"))  # noqa: SLF001


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
    section._sectPr.append(make_element("w:docGrid", type="lines", linePitch=str(LINE_TWIPS)))  # noqa: SLF001


def _set_styles(file: Any) -> None:
    from docx.shared import Pt  # noqa: PLC0415 - with docx

    normal = file.styles["Normal"]
    normal.font.size = Pt(BODY_PT)
    set_fonts(normal.element.get_or_add_rPr(), "body")
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing = 1.0
    layout.widow_control = False  # every page has its 22 lines


def _write_edges(file: Any, mark: str) -> None:
    """Write page numbers between dashes, odd ones right and even ones left; a draft says so above."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - with docx

    file.settings.odd_and_even_pages_header_footer = True
    section = file.sections[0]
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_font(header.paragraphs[0].add_run(mark), "heading", SMALL_PT)
    right, left = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for footer, side in ((section.footer, right), (section.even_page_footer, left)):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        set_font(paragraph.add_run("— "), "page", SMALL_PT)
        run = paragraph.add_run()
        set_font(run, "page", SMALL_PT)
        field = make_element("w:instrText")
        field.text = "PAGE"
        for part in (
            make_element("w:fldChar", fldCharType="begin"),
            field,
            make_element("w:fldChar", fldCharType="end"),
        ):
            run._element.append(part)  # noqa: SLF001 - python-docx has no fields
        set_font(paragraph.add_run(" —"), "page", SMALL_PT)


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
