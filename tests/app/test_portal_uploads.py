"""Uploads: what is harmless passes, everything else is refused with its reason and without much memory."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from dafeng.app.portal_uploads import EVIDENCE_KINDS, UploadLimits, inspect_upload, is_marked
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVIDENCE = UploadLimits(kinds=EVIDENCE_KINDS)


def workbook(*cells: str | float, formula: str = "") -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("数据")
        sheet.write_column(0, 0, ["名称", *cells])
        if formula:
            sheet.write_formula(0, 1, formula)
    return stream.getvalue()


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(name: str, content: bytes | str) -> bytes:
    with zipfile.ZipFile(BytesIO(workbook("a"))) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped({**parts, name: content})


def codes(name: str, raw: bytes, limits: UploadLimits | None = None) -> set[str]:
    try:
        inspect_upload(name, raw, limits)
    except InputRefused as error:
        return {finding.code for finding in error.findings}
    return set()


def test_a_workbook_passes_and_its_formulas_are_told() -> None:
    made = inspect_upload("能源 平衡表.XLSX", workbook("大同", 3.5, formula="=SUM(A1:A2)"))
    assert (made.name, made.kind, made.formulas) == ("能源 平衡表.XLSX", "xlsx", 1)
    assert made.size_bytes == len(made.content)
    assert [note.code for note in made.notes] == ["upload_formulas"]
    assert made.notes[0].severity == "note"


@pytest.mark.parametrize(
    ("text", "found"),
    [("a,b\n1,-2\n", 0), ("a,b\n=cmd|' /C calc'!A0,@SUM(1)\n-3.5,+2%\n", 2), ("名称,值\n甲,1\n", 0)],
)
def test_cells_of_csv_that_spreadsheets_take_for_formulas_are_counted(text: str, found: int) -> None:
    assert inspect_upload("a.csv", text.encode()).formulas == found


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "a/b.csv", "C:\\temp\\a.csv", "a\x00.csv", "a\u202ecsv.csv", "..", "x" * 300 + ".csv"],
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert codes(name, b"a\n1\n") & {"upload_name", "upload_kind"}
    assert codes("a.b.csv", b"a\n1\n") == set()


def test_a_kind_must_serve_and_be_what_its_name_says() -> None:
    assert codes("a.exe", b"MZ") == {"upload_kind"}
    assert codes("a.xlsm", workbook("a")) == {"upload_kind"}
    assert codes("a.xlsx", b"%PDF-1.7") == {"upload_mismatch"}
    assert codes("a.docx", workbook("a"), EVIDENCE) == {"upload_mismatch"}
    assert codes("a.pdf", b"MZ\x90", EVIDENCE) == {"upload_mismatch"}
    assert codes("a.csv", b"a\x00b") == {"upload_mismatch"}
    assert codes("a.csv", b"") == {"upload_empty"}


def test_never_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.truncate(2**30)
    tracemalloc.start()
    assert "file_too_large" in codes_of(path)
    with path.open("rb") as stream, pytest.raises(InputRefused, match="MB"):
        inspect_upload("big.csv", stream, UploadLimits(max_bytes=2**20))
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def codes_of(path: Path) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        inspect_upload(path.name, path, UploadLimits(max_bytes=2**20))
    return {finding.code for finding in refused.value.findings}


def test_an_archive_that_unpacks_beyond_bounds_is_refused_quickly() -> None:
    raw = with_part("xl/worksheets/sheet2.xml", bytes(64 * 2**20))
    began = time.perf_counter()
    assert codes("a.xlsx", raw) == {"upload_bomb"}
    assert time.perf_counter() - began < 2


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    raw = bytearray(with_part("xl/zeros.xml", bytes(32 * 2**20)))
    place = raw.rfind(b"PK\x01\x02", 0, raw.rfind(b"xl/zeros.xml"))
    raw[place + 24 : place + 28] = struct.pack("<I", 1000)
    assert codes("a.xlsx", bytes(raw)) & {"upload_bomb", "upload_archive"}


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("xl/vbaProject.bin", b"x", "upload_macros"),
        ("xl/macrosheets/sheet1.xml", "<a/>", "upload_macros"),
        ("xl/externalLinks/externalLink1.xml", "<a/>", "upload_external"),
        ("xl/connections.xml", "<a/>", "upload_external"),
        ("xl/embeddings/oleObject1.bin", b"x", "upload_active"),
        ("xl/activeX/activeX1.xml", "<a/>", "upload_active"),
        ("xl/drawings/_rels/a.rels",
         '<Relationship Type="x/image" Target="file://h/a" TargetMode="External"/>', "upload_external"),
        ("xl/x.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "upload_entities"),
        ("../../etc/cron.d/x", "x", "upload_archive"),
        ("/etc/passwd", "x", "upload_archive"),
        ("XL/workbook.xml", "x", "upload_archive"),
        ("inner.zip", "x", "upload_archive"),
    ],
)  # fmt: skip
def test_what_acts_or_leads_outside_is_refused(part: str, content: bytes | str, code: str) -> None:
    assert code in codes("a.xlsx", with_part(part, content))


def test_a_hyperlink_is_no_external_link() -> None:
    link = '<Relationship Type="http://x/hyperlink" Target="https://example.org" TargetMode="External"/>'
    assert codes("a.xlsx", with_part("xl/worksheets/_rels/sheet1.xml.rels", link)) == set()


@pytest.mark.parametrize("raw", [b"PK\x03\x04" + bytes(40), workbook("a")[:-30], workbook("a")[:600]])
def test_a_damaged_archive_is_refused(raw: bytes) -> None:
    assert codes("a.xlsx", raw) == {"upload_archive"}


def test_an_archive_under_a_password_is_refused() -> None:
    raw = bytearray(workbook("a"))
    place = raw.find(b"PK\x01\x02")
    raw[place + 8] |= 1
    assert codes("a.xlsx", bytes(raw)) == {"upload_archive"}


def test_old_workbooks_with_macros_are_refused() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    stream = "_VBA_PROJECT".encode("utf-16-le") + b"\x00\x00"
    assert codes("a.xls", head + bytes(504) + stream) == {"upload_macros"}
    assert codes("a.xls", head + bytes(504)) == set()


@pytest.mark.parametrize("name", ["机密 规划.xlsx", "（秘密）数据.xlsx", "绝 密.xlsx"])
def test_marks_in_names_are_refused(name: str) -> None:
    assert codes(name, workbook("a")) == {"upload_marked"}
    assert codes("保守国家秘密 工作.xlsx", workbook("a")) == set()
    assert codes("商业秘密 保护.xlsx", workbook("a")) == set()


@pytest.mark.parametrize("text", ["机密★10年", "秘密 ★ 长期", "密级：秘密", "绝密", "【机密】", "秘密5年"])
def test_marks_in_texts_are_refused(text: str) -> None:
    assert codes("a.xlsx", workbook("甲", text)) == {"upload_marked"}
    assert codes("a.csv", f"甲,乙\n1,{text}\n".encode("gb18030")) == {"upload_marked"}
    half = len(text) // 2
    runs = f"<w:p><w:r><w:t>{text[:half]}</w:t></w:r><w:r><w:t>{text[half:]}</w:t></w:r></w:p>"
    document = zipped({"word/document.xml": f"<w:document>{runs}</w:document>"})
    assert codes("a.docx", document, EVIDENCE) == {"upload_marked"}
    coded = "".join(f"&#{ord(letter)};" for letter in text)
    document = zipped({"word/document.xml": f"<w:document><w:p>{coded}</w:p></w:document>"})
    assert codes("a.docx", document, EVIDENCE) == {"upload_marked"}


def test_a_mark_in_a_stream_of_a_pdf_is_found() -> None:
    title = b"\xfe\xff" + "机密★5年".encode("utf-16-be")
    raw = b"%PDF-1.7\n1 0 obj <</Length 1>>\nstream\n" + zlib.compress(b"(" + title + b")") + b"\nendstream"
    assert codes("a.pdf", raw, EVIDENCE) == {"upload_marked"}
    made = inspect_upload("a.pdf", b"%PDF-1.7\n", EVIDENCE)
    assert [note.code for note in made.notes] == ["upload_unsearched"]
    assert codes("a.pdf", b"%PDF-1.7\n<</S /JavaScript /JS (x)>>", EVIDENCE) == {"upload_active"}


def test_everyday_words_are_no_marks() -> None:
    for text in ("企业商业秘密不予公开", "遵守保密规定", "机密计算平台", "国家秘密不得录入本系统", "已解密"):
        assert not is_marked(text), text
