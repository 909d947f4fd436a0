"""Every file that somebody sends is looked at before anything reads it: size, kind, contents, marks.

What is refused: more bytes than allowed; a kind that does not serve the purpose or is not what its name says;
archives that unpack beyond all bounds; macros, embedded programs, links to other files, declared entities;
names that lead out of a folder; files marked 秘密, 机密 or 绝密. Formulas are counted and told.
"""

from __future__ import annotations

import csv
import hashlib
import re
import zlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dafeng.app.portal_upload_archive import Inside, look_inside
from dafeng.app.register_attach import clean_name
from dafeng.errors import Finding, InputRefused, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE_KINDS = frozenset({"xlsx", "xls", "csv"})
"""Kinds that imports read."""
EVIDENCE_KINDS = TABLE_KINDS | {
    "docx", "doc", "pdf", "ofd", "odt", "ods", "txt", "json", "geojson", "png", "jpg", "jpeg", "tif", "tiff",
}  # fmt: skip
"""Kinds that may be attached to a row."""
_ZIPPED = frozenset({"xlsx", "docx", "ofd", "odt", "ods"})
_OLD = frozenset({"xls", "doc"})
_TEXT = frozenset({"csv", "txt", "json", "geojson"})
_MAGIC = {
    **dict.fromkeys(_ZIPPED, (b"PK\x03\x04",)), **dict.fromkeys(_OLD, (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
    "pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n\x1a\n",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",),
    "tif": (b"II*\x00", b"MM\x00*"), "tiff": (b"II*\x00", b"MM\x00*"),
}  # fmt: skip
_PART = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml", "ofd": "OFD.xml", "odt": "content.xml",
         "ods": "content.xml"}  # fmt: skip
"""Part that a container of a kind must have."""
_LEVEL = r"(?:绝密|机密|秘密)"
_MARKED_NAME = re.compile(rf"(?<!商业)(?<!保守国家)(?<!国家){_LEVEL}")
_MARKED_TEXT = re.compile(
    rf"{_LEVEL}[★☆*＊]|{_LEVEL}(?:长期|[0-9０-９一二三四五六七八九十]{{1,3}}(?:年|个月))"
    rf"|(?:密级|保密等级|涉密等级)[:：为]?[（(【\[]?{_LEVEL}"
)
_ONLY_MARK = re.compile(rf"[（(【\[★☆]*{_LEVEL}[）)】\]★☆]*")
_BLANK = re.compile(r"[\s\u3000\u200b\u200c\u200d\ufeff]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction\s*<<[^>]*/JavaScript)\b")
_MACRO_OLD = ("_VBA_PROJECT", "VBA", "Macros")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Signs at the start of a cell that spreadsheets take for a formula."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?%?")
MOST_STREAM = 20 * 2**20


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What an upload may be.

    Parameters
    ----------
    max_bytes : int
        Largest file. [B]
    kinds : frozenset of str
        Endings without the point, in small letters.
    """

    max_bytes: int = 200 * 2**20
    kinds: frozenset[str] = TABLE_KINDS


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be used.

    Parameters
    ----------
    name : str
        A name that every system takes.
    kind : str
        Ending without the point.
    content : bytes
        The file.
    sha256 : str
        Hash of the content.
    formulas : int
        Cells with a formula, or that a spreadsheet would take for one. [1]
    notes : tuple of Finding
        What the sender should know: ``upload_formulas``, ``upload_unsearched``.
    """

    name: str
    kind: str
    content: bytes
    sha256: str
    formulas: int = 0
    notes: tuple[Finding, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Size. [B]"""
        return len(self.content)


def inspect_upload(name: str, source: bytes | Path | BinaryIO, limits: UploadLimits | None = None) -> Upload:
    """Return a file that somebody sent, once it has been looked at.

    Parameters
    ----------
    name : str
        As the sender calls it.
    source : bytes, Path or binary stream
        Never more than the limit is read.
    limits : UploadLimits, optional
        Default: tables of at most 200 MB.

    Raises
    ------
    InputRefused
        With everything that is wrong: ``upload_name``, ``file_too_large``, ``upload_empty``, ``upload_kind``,
        ``upload_mismatch``, ``upload_archive``, ``upload_bomb``, ``upload_macros``, ``upload_active``,
        ``upload_external``, ``upload_entities``, ``upload_marked``.
    """
    allowed = limits or UploadLimits()
    safe = clean_name(name)
    kind = safe.rpartition(".")[2].lower() if "." in safe else ""
    findings = list(_check_name(name, safe, kind, allowed))
    if findings:
        raise InputRefused(findings)
    content = _read_bounded(source, allowed.max_bytes, safe)
    inside = _look(content, kind, safe)
    findings = inside.findings + _find_marks(inside.texts, safe)
    if findings:
        raise InputRefused(findings)
    return Upload(
        safe, kind, content, hashlib.sha256(content).hexdigest(), inside.formulas,
        tuple(_notes(inside, kind, safe)),
    )  # fmt: skip


def is_marked(text: str) -> bool:
    """Return whether a text bears a mark of secrecy.

    Examples
    --------
    >>> [is_marked(text) for text in ("机密★10年", "密级：秘密", " 绝 密 ", "保护商业秘密", "机密计算")]
    [True, True, True, False, False]
    """
    plain = _BLANK.sub("", text)
    return bool(_MARKED_TEXT.search(plain) or _ONLY_MARK.fullmatch(plain))


def _check_name(name: str, safe: str, kind: str, allowed: UploadLimits) -> Iterable[Finding]:
    place = Place(safe)
    odd = _UNSAFE.search(name) or "/" in name or "\\" in name or ".." in name.split(".")[:1]
    if odd or name.strip(". ") == "" or len(name) > 255:
        yield Finding("upload_name", place)
    if kind not in allowed.kinds:
        yield Finding("upload_kind", place, {"kind": kind or "—", "kinds": ", ".join(sorted(allowed.kinds))})
    if _MARKED_NAME.search(_BLANK.sub("", name)):
        yield Finding("upload_marked", place)


def _read_bounded(source: bytes | Path | BinaryIO, most: int, name: str) -> bytes:
    """Return the bytes.

    Raises
    ------
    InputRefused
        ``file_missing``, ``file_too_large``, ``upload_empty``.
    """
    if isinstance(source, Path):
        from dafeng.files import read_bytes  # noqa: PLC0415 - its message names the file as the sender does

        content = read_bytes(source, most, place=Place(name))
    else:
        content = source[: most + 1] if isinstance(source, bytes) else source.read(most + 1)
    if len(content) > most:
        sizes = {"size_mb": f">{most / 2**20:.1f}", "limit_mb": f"{most / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", Place(name), sizes)])
    if not content:
        raise InputRefused.of("upload_empty", Place(name))
    return content


def _look(content: bytes, kind: str, name: str) -> Inside:
    """Return what is inside a file of any kind."""
    place = Place(name)
    if not _is_what_it_says(content, kind):
        return Inside([Finding("upload_mismatch", place, {"kind": kind})])
    if kind in _ZIPPED:
        inside = look_inside(content, name)
        if not inside.findings and _PART[kind] not in inside.names:
            inside.findings.append(Finding("upload_mismatch", place, {"kind": kind}))
        return inside
    if kind in _OLD:
        return _look_at_old(content, place)
    if kind == "pdf":
        return _look_at_pdf(content, place)
    if kind in _TEXT:
        return _look_at_text(content, kind, place)
    return Inside()


def _is_what_it_says(content: bytes, kind: str) -> bool:
    if kind in _TEXT:
        return b"\x00" not in content[:65_536] or content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return content.startswith(_MAGIC[kind])


def _look_at_old(content: bytes, place: Place) -> Inside:
    """Look at a file of the old binary office formats: streams by their names, words as they are stored."""
    inside = Inside()
    if any(word.encode("utf-16-le") + b"\x00\x00" in content for word in _MACRO_OLD):
        inside.findings.append(Finding("upload_macros", place, {"parts": "VBA"}))
    for text in (content.decode("utf-16-le", "ignore"), content[1:].decode("utf-16-le", "ignore")):
        inside.texts += re.findall(r"[\u4e00-\u9fff★☆0-9：:\s（）()]{2,40}", text)
    return inside


def _look_at_pdf(content: bytes, place: Place) -> Inside:
    """Look at a PDF: programs inside, and words as far as its streams hold them in Unicode."""
    inside = Inside()
    pieces = [content]
    left = MOST_STREAM
    for packed in _STREAM.findall(content):
        made = zlib.decompressobj()
        try:
            piece = made.decompress(packed.lstrip(b"\r\n"), max(left, 1))
        except zlib.error:
            continue
        left -= len(piece)
        pieces.append(piece)
        if left <= 0:
            inside.findings.append(Finding("upload_bomb", place, {"size_mb": f"{MOST_STREAM / 2**20:.0f}"}))
            break
    if any(_ACTIVE_PDF.search(piece) for piece in pieces):
        inside.findings.append(Finding("upload_active", place, {"parts": "JavaScript, EmbeddedFile"}))
    for piece in pieces:
        inside.texts += [
            run.decode("utf-16-be", "ignore") for run in re.findall(rb"\xfe\xff([^)]{2,200})", piece)
        ]
        inside.texts += re.findall(rf"{_LEVEL}[★☆][^\s<]{{0,6}}", piece.decode("utf-8", "ignore"))
    return inside


def _look_at_text(content: bytes, kind: str, place: Place) -> Inside:
    text = _decode(content)
    if text is None:
        return Inside([Finding("upload_mismatch", place, {"kind": kind})])
    if kind != "csv":
        return Inside(texts=text.splitlines())
    inside = Inside()
    try:
        for cells in csv.reader(StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ","):
            inside.texts += [cell for cell in cells if cell and not cell.isascii()]
            inside.formulas += sum(starts_formula(cell) for cell in cells)
    except csv.Error:
        inside.findings.append(Finding("upload_mismatch", place, {"kind": kind}))
    return inside


def _decode(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else encoding)
        except UnicodeDecodeError:
            continue
    return None


def starts_formula(cell: str) -> bool:
    """Return whether a spreadsheet would take a cell of CSV for a formula; signed numbers are none.

    Examples
    --------
    >>> [starts_formula(cell) for cell in ("=1+1", "@SUM(A1)", "-3.5", "-", "text")]
    [True, True, False, False, False]
    """
    return cell.startswith(FORMULA_STARTS) and len(cell) > 1 and not _NUMBER.fullmatch(cell.strip())


def _find_marks(texts: Iterable[str], name: str) -> list[Finding]:
    return [Finding("upload_marked", Place(name))] if any(is_marked(text) for text in texts) else []


def _notes(inside: Inside, kind: str, name: str) -> Iterable[Finding]:
    if inside.formulas:
        yield Finding("upload_formulas", Place(name), {"count": inside.formulas}, "note")
    if kind not in _ZIPPED | _TEXT:
        yield Finding("upload_unsearched", Place(name), severity="note")
