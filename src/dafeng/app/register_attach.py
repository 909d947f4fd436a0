"""Files that belong to rows: stored by their hash, found by their name, never overwritten."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import TYPE_CHECKING

from dafeng.app.register_book import judge, new_id, require
from dafeng.app.register_rows import read_row
from dafeng.app.register_write import clean_reason, new_head, require_reason
from dafeng.errors import InputRefused, Place
from dafeng.files import read_bytes
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from dafeng.app.register_book import Book

LONGEST_NAME = 120
"""Longest name of an attachment. [characters]"""
LONGEST_PURPOSE = 200
LARGEST_FILE = 200 * 2**20
"""Largest attachment unless the settings say otherwise. [B]"""
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
"""Names that Windows keeps for devices."""


def attach_file(
    book: Book,
    register_id: str,
    named: str,
    path: Path,
    purpose: str | None = None,
    max_bytes: int = LARGEST_FILE,
) -> str:
    """Attach a file to a row and return its SHA-256.

    The bytes are written first, by their hash and all at once, then the line of the database; a file without
    a line does no harm, a line without a file cannot come about.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, named : str
        Register; id or key of the row.
    path : Path
        File to read.
    purpose : str, optional
        What it proves.
    max_bytes : int
        Largest file. [B]

    Raises
    ------
    InputRefused
        ``row_unknown``, ``access_refused``, ``file_missing``, ``file_too_large``, ``row_attachment_empty``;
        what :func:`~dafeng.app.portal_uploads.inspect_upload` refuses.
    """
    from dafeng.app.portal_uploads import (  # noqa: PLC0415 (it takes the clean name from here)
        EVIDENCE_KINDS,
        UploadLimits,
        inspect_upload,
    )
    from dafeng.store.database import NewAttachment, add_attachments  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    row = read_row(book, register, named)
    require(book, "attach", register.id, row)
    content = read_bytes(path, max_bytes)
    if not content:
        raise InputRefused.of("row_attachment_empty", Place(path.name))
    inspect_upload(path.name, content, UploadLimits(max_bytes, EVIDENCE_KINDS))
    if purpose is not None and len(purpose) > LONGEST_PURPOSE:
        raise InputRefused.of("row_reason_long", length=len(purpose), most=LONGEST_PURPOSE)
    digest = store_bytes(book.attachments, content)
    head = new_head(book, register, "attach", clean_reason(purpose))
    made = NewAttachment(
        new_id(book), row["row_id"], clean_name(path.name), digest, len(content), clean_reason(purpose)
    )
    add_attachments(book.database, register, head, [made])
    return digest


def store_bytes(folder: Path, content: bytes) -> str:
    """Write content under its SHA-256 (``ab/abcdef…``), if it is not there, and return the hash."""
    digest = hashlib.sha256(content).hexdigest()
    path = locate_attachment(folder, digest)
    if not (path.is_file() and path.stat().st_size == len(content)):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_atomically(path, content)
    return digest


def locate_attachment(folder: Path, digest: str) -> Path:
    """Return where the bytes of a hash stand."""
    return folder / digest[:2] / digest


def clean_name(name: str) -> str:
    """Return a file name that every system takes: no path, no control characters, not too long.

    Examples
    --------
    >>> clean_name("../验收:报告?.pdf"), clean_name("CON.txt"), clean_name(" .. ")
    ('验收_报告_.pdf', '_CON.txt', 'file')
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    made = "".join("_" if char in _FORBIDDEN or not char.isprintable() else char for char in plain).strip(
        " ."
    )
    stem, dot, suffix = made.rpartition(".")
    if made.split(".")[0].lower() in _DEVICES:
        made = f"_{made}"
    if len(made) > LONGEST_NAME:
        kept = LONGEST_NAME - len(suffix) - 1
        made = f"{stem[:kept]}.{suffix}" if dot and kept > 0 else made[:LONGEST_NAME]
    return made or "file"


def list_attachments(book: Book, register_id: str, named: str, *, withdrawn: bool = False) -> pl.DataFrame:
    """Return the attachments of a row that the actor may see (Attachments)."""
    from dafeng.store.database import read_attachments  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    row = read_row(book, register, named)
    return read_attachments(
        book.database, register_id=register.id, row_ids=[row["row_id"]], withdrawn=withdrawn
    )


def read_attachment(book: Book, register_id: str, named: str, wanted: str) -> tuple[str, bytes]:
    """Return name and content of an attachment of a row, its hash checked.

    Parameters
    ----------
    book : Book
        Open book.
    register_id, named : str
        Register; id or key of the row.
    wanted : str
        Id, name or (the beginning of) the hash of the attachment.

    Raises
    ------
    InputRefused
        ``row_unknown``, ``access_refused`` (files may hold what is restricted),
        ``register_attachment_unknown``, ``row_attachment_missing``, ``row_attachment_changed``.
    """
    register = book.library.register(register_id)
    row = read_row(book, register, named)
    attached = list_attachments(book, register_id, row["row_id"])
    if not judge(book, "attach", register.id, row).allowed:
        require(book, "see_restricted", register.id, row)
    for one in attached.iter_rows(named=True):
        if wanted in {one["attachment_id"], one["name"]} or (
            len(wanted) >= 8 and one["sha256"].startswith(wanted)
        ):
            return one["name"], _read_checked(book.attachments, one["name"], one["sha256"])
    raise InputRefused.of("register_attachment_unknown", register=register.id, attachment=wanted)


def _read_checked(folder: Path, name: str, digest: str) -> bytes:
    path = locate_attachment(folder, digest)
    if not path.is_file():
        raise InputRefused.of("row_attachment_missing", name=name)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputRefused.of("row_attachment_changed", name=name)
    return content


def withdraw_file(book: Book, register_id: str, named: str, attachment_id: str, reason: str) -> None:
    """Take an attachment down: it stays with its hash, but proves nothing any more.

    Raises
    ------
    InputRefused
        ``row_unknown``, ``access_refused``, ``row_reason_missing``, ``register_attachment_unknown``.
    """
    from dafeng.store.database import withdraw_attachment  # noqa: PLC0415 (sqlalchemy)

    register = book.library.register(register_id)
    row = read_row(book, register, named)
    require(book, "attach", register.id, row)
    require_reason(reason, named)
    attached = list_attachments(book, register_id, row["row_id"])
    if attachment_id not in set(attached["attachment_id"]):
        raise InputRefused.of("register_attachment_unknown", register=register.id, attachment=attachment_id)
    withdraw_attachment(book.database, register, new_head(book, register, "attach", reason), attachment_id)
