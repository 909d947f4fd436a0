"""The page of an official document against the measures of GB/T 9704-2012."""

from __future__ import annotations

import csv
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from dafeng.document import OfficialDocument, Paragraph
from dafeng.report.official_docx import write_official_docx

ROWS = list(csv.DictReader(Path(__file__).with_name("values.csv").read_text("utf-8").splitlines()))
EMU_PER_MM, TWIPS_PER_MM = 36000, 1440 / 25.4
DOCUMENT = OfficialDocument("reminder", "标题", "zh", (Paragraph("正文"),), copy_to=("甲",))


def measure() -> dict[str, float]:
    """Return the measures of a written file, read back."""
    file = docx.Document(BytesIO(write_official_docx(DOCUMENT)))
    page = file.sections[0]
    width, height = page.page_width, page.page_height
    core_width = (width - page.left_margin - page.right_margin) / EMU_PER_MM
    core_height = (height - page.top_margin - page.bottom_margin) / EMU_PER_MM
    runs = {p.text: p.runs[0] for p in file.paragraphs if p.runs}
    size = {text: run.font.size.pt for text, run in runs.items()}
    pitch = int(page._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch"))) / TWIPS_PER_MM
    spacing = int(runs["正文"]._element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    return {
        "page_width": width / EMU_PER_MM, "page_height": height / EMU_PER_MM,
        "core_width": core_width, "core_height": core_height,
        "top": page.top_margin / EMU_PER_MM, "left": page.left_margin / EMU_PER_MM,
        "lines": int((core_height + 0.1) / pitch),
        "characters": int(core_width / ((size["正文"] + spacing) / 72 * 25.4)),
        "title": size["标题"], "text": size["正文"], "copy_list": size["抄送：甲"],
    }  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["item"])
def test_measures_are_those_of_the_standard(row: dict[str, str]) -> None:
    assert measure()[row["item"]] == pytest.approx(float(row["value"]), abs=0.1)
