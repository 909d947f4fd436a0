"""The three forms of GB/T 9704-2012 and the charts of documents: measures, colours, glyphs, same bytes."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from dafeng.document import DocumentFigure, OfficialDocument, Paragraph
from dafeng.report.document_chart import SIZE_INCH, draw_chart
from dafeng.report.documents.case import document_words
from dafeng.report.font import known_characters
from dafeng.report.official import CORE_MM, tabulate_figure, write_official_html, write_official_markdown
from dafeng.report.official_docx import write_official_docx
from dafeng.report.official_forms import RED, masthead_size

FIGURE = DocumentFigure(
    "示例省排放总量", "lines", "百万吨", ("2020", "2021", "2022"),
    (("甲", (500.0, None, 520.0)), ("乙", (480.0, 490.0, 515.0))),
)  # fmt: skip
DOCUMENT = OfficialDocument(
    kind="yearly", title="示例省年度报告", language="zh", parts=(Paragraph("正文" * 40), FIGURE),
    number="〔发文字号待编〕", signer="示例办公室", date="〔成文日期待定〕", form="document",
    masthead="示例办公室文件", printed="示例办公室　〔印发日期待定〕",
)  # fmt: skip
LETTER = replace(DOCUMENT, form="letter", masthead="示例办公室", printed="")
MINUTES = replace(
    DOCUMENT, form="minutes", masthead="示例会议纪要", attendance=(("出席：", "某甲"), ("列席：", "某乙"))
)


def opened(document: OfficialDocument) -> Any:
    return docx.Document(BytesIO(write_official_docx(document)))


def rules_of(paragraph: Any) -> dict[str, dict[str, str]]:
    borders = paragraph._p.find(f".//{qn('w:pBdr')}")
    if borders is None:
        return {}
    return {
        line.tag.rpartition("}")[2]: {name.rpartition("}")[2]: value for name, value in line.attrib.items()}
        for line in borders
    }


def paragraph_of(file: Any, text: str) -> Any:
    return next(p for p in file.paragraphs if text in p.text)


def test_a_document_has_a_red_masthead_35_mm_below_the_core_and_a_red_line_4_mm_below_the_number() -> None:
    file = opened(DOCUMENT)
    head = paragraph_of(file, DOCUMENT.masthead)
    assert head.paragraph_format.space_before.mm == pytest.approx(35, abs=0.1)
    assert str(head.runs[0].font.color.rgb) == RED
    assert head.runs[0].font.size.mm <= 22
    line = rules_of(paragraph_of(file, DOCUMENT.number))["bottom"]
    assert line["color"] == RED
    assert int(line["space"]) / 72 * 25.4 == pytest.approx(4, abs=0.2)
    assert DOCUMENT.printed in "\n".join(p.text for p in file.paragraphs)


def test_a_letter_has_double_lines_of_170_mm_and_no_number_on_its_first_page() -> None:
    section = opened(LETTER).sections[0]
    assert section.different_first_page_header_footer
    above, below = section.first_page_header.paragraphs[0], section.first_page_footer.paragraphs[0]
    assert above.text == LETTER.masthead
    assert section.header_distance.mm == pytest.approx(30, abs=0.1)
    assert section.footer_distance.mm == pytest.approx(20, abs=0.1)
    assert rules_of(above)["bottom"]["val"] == "thickThinSmallGap"
    assert rules_of(below)["bottom"]["val"] == "thinThickSmallGap"
    for paragraph in (above, below):
        indent = paragraph._p.pPr.find(qn("w:ind"))
        sides = (int(indent.get(qn("w:left"))) + int(indent.get(qn("w:right")))) / 1440 * 25.4
        assert CORE_MM[0] - sides == pytest.approx(170, abs=0.2)
    assert "PAGE" not in below._p.xml
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_minutes_name_who_was_present() -> None:
    texts = [p.text for p in opened(MINUTES).paragraphs]
    assert "出席：某甲" in texts
    assert "列席：某乙" in texts
    assert texts.index("出席：某甲") > texts.index("示例办公室")


def test_a_plain_document_has_no_masthead() -> None:
    file = opened(replace(DOCUMENT, form="plain", masthead="", printed=""))
    assert RED not in file.element.xml
    assert not file.sections[0].different_first_page_header_footer


@pytest.mark.parametrize("document", [DOCUMENT, LETTER, MINUTES])
def test_the_same_document_gives_the_same_bytes(document: OfficialDocument) -> None:
    assert write_official_docx(document) == write_official_docx(document)


def test_a_long_masthead_becomes_smaller_and_then_breaks() -> None:
    assert masthead_size("示例") == 48
    assert 22 < masthead_size("示例" * 8) < 48
    assert masthead_size("example " * 20) == 22


def test_a_chart_stands_in_the_file_as_wide_as_the_core_with_a_description() -> None:
    raw = write_official_docx(DOCUMENT)
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        with Image.open(BytesIO(archive.read(names[0]))) as picture:
            assert picture.size[0] / picture.size[1] == pytest.approx(SIZE_INCH[0] / SIZE_INCH[1], rel=0.01)
        assert f'descr="{FIGURE.title}"' in archive.read("word/document.xml").decode()
    assert docx.Document(BytesIO(raw)).inline_shapes[0].width.mm == pytest.approx(CORE_MM[0], abs=0.1)


@pytest.mark.parametrize("kind", ["lines", "bars"])
def test_charts_have_glyphs_of_their_own(kind: Any) -> None:
    """A character that the font lacks would be a warning of matplotlib, and warnings are errors."""
    words = "".join(text for row in document_words().values() for text in (row["zh"], row["en"]))
    assert {char for char in words if not char.isspace()} <= known_characters()
    drawn = draw_chart(replace(FIGURE, kind=kind))
    assert drawn == draw_chart(replace(FIGURE, kind=kind))
    assert drawn != draw_chart(replace(FIGURE, kind=kind, title="", series=FIGURE.series[:1]))
    with Image.open(BytesIO(drawn)) as picture:
        assert len(picture.convert("L").getcolors(256) or ()) > 20


def test_a_missing_value_stays_a_gap_in_text_too() -> None:
    table = tabulate_figure(FIGURE, "zh")
    assert table.rows[1] == ("2021", "—", "490.00")
    assert "| 2021 | — | 490.00 |" in write_official_markdown(DOCUMENT)
    page = write_official_html(DOCUMENT)
    assert 'alt="示例省排放总量"' in page
    assert "data:image/png;base64," in page
