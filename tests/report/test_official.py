"""Official documents: the measures of the page, the fonts, and that every word is there."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from dafeng.document import Attachment, DocumentTable, OfficialDocument, Paragraph
from dafeng.errors import InputRefused
from dafeng.report.official import check_length, say_quantity, write_official_html, write_official_markdown
from dafeng.report.official_docx import write_official_docx

EMU_PER_MM = 36000
TABLE = DocumentTable(
    "示例表", ("指标", "值", "来源"), (("甲|乙", "1<2", "[1]"), ("丙", "—", "—")), (3, 1, 1)
)
DOCUMENT = OfficialDocument(
    kind="reminder", title="关于示例省碳达峰目标进度核对情况有关事项的提醒函（示例）", language="zh",
    parts=(
        Paragraph("一、情况", "heading"), Paragraph("（一）甲", "subheading"),
        Paragraph("正文" * 100), TABLE, Paragraph("备注", "note"),
    ),
    number="〔发文字号待编〕", addressee="示例局", signer="〔发文机关〕", date="〔成文日期〕",
    attachments=(Attachment("明细", (replace(TABLE, title=""),)), Attachment("来源", (Paragraph("示例"),))),
    copy_to=("甲局", "乙局"),
)  # fmt: skip


@pytest.fixture(scope="module")
def file() -> Any:
    return docx.Document(BytesIO(write_official_docx(DOCUMENT)))


def test_the_page_core_is_156_by_225_mm(file: Any) -> None:
    page = file.sections[0]
    width = page.page_width - page.left_margin - page.right_margin
    height = page.page_height - page.top_margin - page.bottom_margin
    assert width / EMU_PER_MM == pytest.approx(156, abs=0.1)
    assert height / EMU_PER_MM == pytest.approx(225, abs=0.1)
    assert page.page_width / EMU_PER_MM == pytest.approx(210, abs=0.1)
    assert page.top_margin.mm == pytest.approx(37, abs=0.1)
    assert page.left_margin.mm == pytest.approx(28, abs=0.1)


def test_22_lines_of_28_characters_fill_it(file: Any) -> None:
    grid = file.sections[0]._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    pitch_mm = int(grid.get(qn("w:linePitch"))) / 1440 * 25.4
    assert 22 * pitch_mm <= 225.1 < 23 * pitch_mm
    body = next(p for p in file.paragraphs if p.text.startswith("正文")).runs[0]
    spacing = body._element.rPr.find(qn("w:spacing"))
    character_mm = (16 + int(spacing.get(qn("w:val"))) / 20) / 72 * 25.4
    assert 28 * character_mm <= 156 < 29 * character_mm


def test_fonts_and_sizes_are_those_of_the_standard(file: Any) -> None:
    def look(text: str) -> tuple[str, float]:
        run = next(p for p in file.paragraphs if p.text.replace("\n", "").startswith(text)).runs[0]
        return run._element.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt

    assert look("关于示例省") == ("方正小标宋简体", 22)
    assert look("一、情况") == ("黑体", 16)
    assert look("（一）甲") == ("楷体_GB2312", 16)
    assert look("正文") == ("仿宋_GB2312", 16)
    assert look("抄送") == ("仿宋_GB2312", 14)
    assert file.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_running_text_begins_two_characters_in(file: Any) -> None:
    paragraph = next(p for p in file.paragraphs if p.text.startswith("正文"))
    indent = paragraph._element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    signer = next(p for p in file.paragraphs if p.text == "〔成文日期〕")
    assert signer._element.pPr.find(qn("w:ind")).get(qn("w:rightChars")) == "400"


def test_every_text_is_in_the_file(file: Any) -> None:
    said = [p.text.replace("\n", "") for p in file.paragraphs]
    said += [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    whole = "\n".join(said)
    for text in DOCUMENT.texts():
        assert text in whole
    assert "示例局：" in said
    assert "附件：1. 明细" in said
    assert "抄送：甲局，乙局" in said


def test_a_draft_says_so_on_every_page_and_an_issued_one_nowhere(file: Any) -> None:
    section = file.sections[0]
    for header in (section.header, section.even_page_header):
        assert "草稿" in header.paragraphs[0].text
        assert "DRAFT" in header.paragraphs[0].text
    assert "草稿" in file.paragraphs[0].text
    issued = docx.Document(BytesIO(write_official_docx(replace(DOCUMENT, is_draft=False))))
    assert "草稿" not in issued.sections[0].header.paragraphs[0].text
    assert not any("草稿" in p.text for p in issued.paragraphs)
    assert "草稿" in write_official_html(DOCUMENT)
    assert "草稿" not in write_official_html(replace(DOCUMENT, is_draft=False))


def test_the_signature_stays_with_the_text(file: Any) -> None:
    kept = [p.text for p in file.paragraphs if p.paragraph_format.keep_with_next and p.text]
    texts = [p.text for p in file.paragraphs]
    last = texts.index(DOCUMENT.date)
    assert texts[last - 1] == DOCUMENT.signer
    assert DOCUMENT.signer in kept
    assert file.paragraphs[last - 3].paragraph_format.keep_with_next
    assert not file.paragraphs[last].paragraph_format.keep_with_next


def test_pages_are_numbered_at_the_outer_side(file: Any) -> None:
    section = file.sections[0]
    assert file.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert "PAGE" in paragraph._element.xml
        assert paragraph._element.pPr.jc.get(qn("w:val")) == side


def test_properties_stand_in_the_order_of_the_schema(file: Any) -> None:
    order = ["pStyle", "keepNext", "pageBreakBefore", "pBdr", "snapToGrid", "spacing", "ind", "jc", "rPr"]
    run_order = ["rFonts", "b", "spacing", "sz"]
    body = file.element.body
    for tag, wanted in (("w:pPr", order), ("w:rPr", run_order)):
        for element in body.iter(qn(tag)):
            names = [child.tag.rpartition("}")[2] for child in element]
            places = [wanted.index(name) for name in names if name in wanted]
            assert set(names) <= set(wanted), names
            assert places == sorted(places), names


def test_substitutes_of_the_fonts_are_named_in_the_file() -> None:
    with zipfile.ZipFile(BytesIO(write_official_docx(DOCUMENT))) as archive:
        fonts = archive.read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="FangSong_GB2312,仿宋"/>' in fonts


def test_the_same_document_is_the_same_file() -> None:
    assert write_official_docx(DOCUMENT) == write_official_docx(DOCUMENT)


def test_html_escapes_and_markdown_keeps_its_columns() -> None:
    page = write_official_html(DOCUMENT)
    assert "1&lt;2" in page
    assert 'lang="zh-Hans"' in page
    hostile = replace(DOCUMENT, title="<script>alert(1)</script>", parts=(Paragraph("a & b"),))
    assert "<script>" not in write_official_html(hostile)
    text = write_official_markdown(DOCUMENT)
    rows = [line for line in text.splitlines() if line.startswith("| 甲")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)
    for said in DOCUMENT.texts():
        assert said.replace("|", "\\|") in text


def test_the_length_of_a_circular_is_checked() -> None:
    short = replace(DOCUMENT, title="题", addressee="", parts=(Paragraph("字 " * 3999),))
    assert check_length(short) == 4000  # blanks do not count, nor do the attachments
    with pytest.raises(InputRefused) as error:
        check_length(replace(short, parts=(Paragraph("字" * 4000),)))
    assert error.value.findings[0].code == "document_too_long"
    assert "4001" in error.value.text("en")


def test_quantities_are_written_in_each_language() -> None:
    assert say_quantity(7880.8, "10^4 kW", "zh") == "7,880.8万千瓦"
    assert say_quantity(-14.5, "%", "en") == "−14.5%"
    assert say_quantity(820.0, "1", "zh") == "820"
    assert say_quantity(None, "%", "zh") == ""
