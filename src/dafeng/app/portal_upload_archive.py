"""What lies inside an uploaded workbook or document: unpacked within bounds, looked through, never run."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from dafeng.errors import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ENTRIES = 5_000
"""Most parts of one file. [1]"""
MOST_UNPACKED = 400 * 2**20
"""Most that a file may hold when it is unpacked. [B]"""
MOST_TIMES = 200
"""How many times its packed size a file may unpack to, once it holds more than :data:`SMALL`. [1]"""
SMALL = 10 * 2**20
CHUNK = 2**20

MACRO_PARTS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|scripts?/|basic/)", re.IGNORECASE)
ACTIVE_PARTS = re.compile(r"(^|/)(activex/|embeddings/.*\.(bin|exe|ole)$|ctrlprops/)", re.IGNORECASE)
LINK_PARTS = re.compile(r"(^|/)(externallinks/|connections\.xml$|querytables/)", re.IGNORECASE)
_MACRO_TYPE = re.compile(rb"macroEnabled|vbaProject|ms-office\.vba", re.IGNORECASE)
_RELATION = re.compile(rb"<Relationship\b[^>]*>", re.IGNORECASE)
_OUTSIDE = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]|table:formula=")
_FIELD_CODE = re.compile(rb"(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|\bDDE)\b")
_BLOCK_END = re.compile(r"</(?:\w+:)?(?:p|si|is|c|h|v|TextCode|oddHeader|oddFooter|title|subject|keywords)>")
_TAG = re.compile(r"<[^>]*>")
_XML = re.compile(r"\.(xml|rels|vml|fodt|html?)$", re.IGNORECASE)
_SHEET = re.compile(r"(^|/)(worksheets/[^/]+|content)\.xml$", re.IGNORECASE)
_TEXTS = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#9733;": "★"}


@dataclass(slots=True)
class Inside:
    """What was found inside.

    Parameters
    ----------
    findings : list of Finding
        What refuses the file.
    names : list of str
        Its parts.
    formulas : int
        Cells with a formula. [1]
    texts : list of str
        Words of cells and paragraphs.
    """

    findings: list[Finding] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    formulas: int = 0
    texts: list[str] = field(default_factory=list)


def look_inside(raw: bytes, file: str) -> Inside:
    """Return what is inside a zip container (XLSX, DOCX, ODS, OFD, …).

    Parameters
    ----------
    raw : bytes
        The whole file.
    file : str
        Its name in findings.

    Returns
    -------
    Inside
        ``findings`` hold ``upload_archive`` (damaged, locked by a password, paths that leave the folder,
        names twice, too many parts), ``upload_bomb``, ``upload_macros``, ``upload_active``,
        ``upload_external``, ``upload_entities``.
    """
    found, place = Inside(), Place(file)
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            entries = archive.infolist()
            found.names = [entry.filename for entry in entries]
            found.findings += _check_entries(entries, len(raw), place)
            if not found.findings:
                _read_parts(archive, entries, len(raw), found, place)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        found.findings.append(_archive(place, "已损坏", "it is damaged"))
    except Exception as error:  # zlib.error and lzma.LZMAError share no base of their own
        if type(error).__module__ not in {"zlib", "_lzma", "lzma", "bz2"}:
            raise
        found.findings.append(_archive(place, "已损坏", "it is damaged"))
    found.findings += [
        Finding(code, place, {"parts": ", ".join(sorted(parts)[:3])})
        for code, parts in (
            ("upload_macros", {name for name in found.names if MACRO_PARTS.search(name)}),
            ("upload_active", {name for name in found.names if ACTIVE_PARTS.search(name)}),
            ("upload_external", {name for name in found.names if LINK_PARTS.search(name)}),
        )
        if parts and all(code != one.code for one in found.findings)
    ]
    return found


def _archive(place: Place, zh: str, en: str) -> Finding:
    return Finding("upload_archive", place, {"why": Either(zh, en)})


@dataclass(frozen=True, slots=True)
class Either:
    """Words in both languages as a parameter of a message."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """Return the words of a language."""
        return self.zh if language == "zh" else self.en


def _check_entries(entries: list[zipfile.ZipInfo], packed: int, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with the list of parts, before anything is unpacked."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_ENTRIES:
        yield _archive(place, f"内含 {len(names)} 个部件", f"it has {len(names)} parts")
    if len({name.lower() for name in names}) < len(names):
        yield _archive(place, "有同名部件", "parts have the same name")
    if any(_leaves(name) for name in names):
        yield _archive(place, "部件路径越出文件夹", "paths of parts leave the folder")
    if any(entry.flag_bits & 0x1 for entry in entries):
        yield _archive(place, "有密码，无法查看", "it is locked by a password")
    if any((entry.external_attr >> 16) & 0o170000 == 0o120000 for entry in entries):
        yield _archive(place, "含符号链接", "it holds symbolic links")
    if _is_bomb(sum(entry.file_size for entry in entries), packed):
        yield _bomb(place, sum(entry.file_size for entry in entries))


def _leaves(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > MOST_TIMES * max(packed, 1))


def _bomb(place: Place, unpacked: int) -> Finding:
    return Finding("upload_bomb", place, {"size_mb": f"{unpacked / 2**20:.0f}"})


def _read_parts(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int, found: Inside, place: Place
) -> None:
    """Unpack part by part, never more than the bound whatever the list of parts claims."""
    left = min(MOST_UNPACKED, max(SMALL, MOST_TIMES * packed))
    for entry in entries:
        content = bytearray()
        with archive.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    found.findings.append(_bomb(place, MOST_UNPACKED))
                    return
                content += chunk
        if entry.filename.lower().endswith(".zip"):
            found.findings.append(_archive(place, "内含压缩包", "it holds an archive"))
        elif _XML.search(entry.filename):
            _look_at(entry.filename, bytes(content), found, place)


def _look_at(name: str, raw: bytes, found: Inside, place: Place) -> None:
    """Look through one part of XML."""
    told = {one.code for one in found.findings}
    lower = name.lower()
    if _ENTITY.search(raw) and "upload_entities" not in told:
        found.findings.append(Finding("upload_entities", place, {"part": name}))
    if lower.endswith("[content_types].xml") and _MACRO_TYPE.search(raw) and "upload_macros" not in told:
        found.findings.append(Finding("upload_macros", place, {"parts": name}))
    if lower.endswith(".rels"):
        outside = [one for one in _RELATION.findall(raw) if _OUTSIDE.search(one)]
        if any(not _HYPERLINK.search(one) for one in outside) and "upload_external" not in told:
            found.findings.append(Finding("upload_external", place, {"parts": name}))
        return
    if lower.startswith("word/") and _FIELD_CODE.search(raw) and b"instrText" in raw:
        found.findings.append(Finding("upload_external", place, {"parts": name}))
    if _SHEET.search(name):
        found.formulas += len(_FORMULA.findall(raw))
    found.texts += words_of(raw)


def words_of(raw: bytes) -> list[str]:
    """Return the words of cells and paragraphs of a part of XML, their pieces put together."""
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    text = raw.decode(encoding, "replace")
    if not any("\u4e00" <= letter <= "\u9fff" for letter in text) and "&#" not in text:
        return []  # a mark of secrecy is Chinese
    texts = []
    for block in _BLOCK_END.split(text):
        words = re.sub(r"&\w+;|&#9733;", lambda hit: _TEXTS.get(hit[0], " "), _TAG.sub("", block))
        words = re.sub(r"&#(x?)([0-9a-fA-F]{1,6});", _letter, words).strip()
        if words:
            texts.append(words)
    return texts


def _letter(hit: re.Match[str]) -> str:
    number = int(hit[2], 16 if hit[1] else 10) if hit[1] or hit[2].isdigit() else 0x110000
    return chr(number) if number < 0x110000 else " "
