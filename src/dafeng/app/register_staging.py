"""Files between the preview of an import and its confirmation: kept a day, for their sender only."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dafeng.app.register_attach import clean_name
from dafeng.errors import InputRefused
from dafeng.store.atomic import write_bytes_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from dafeng.app.register_book import Book

FOLDER = "staged"
"""Beside the attachments; their folders have two characters, so that none is called like this."""
KEPT_S = 86_400.0
"""How long a file waits for its confirmation. [s]"""
MOST_STAGED = 5
"""Most files of one actor that wait; the oldest goes first."""
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that waits.

    Parameters
    ----------
    token : str
        What its sender calls it by.
    path : Path
        Where it stands; the name is that of the sender's file.
    """

    token: str
    path: Path


def stage_file(book: Book, name: str, content: bytes) -> StagedFile:
    """Keep a file for its sender until he confirms or a day has passed.

    Parameters
    ----------
    book : Book
        Open book.
    name : str
        Name of the file.
    content : bytes
        What it holds.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """
    own = _own_folder(book)
    _clear(own)
    token = secrets.token_hex(16)
    path = own / token / clean_name(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_bytes_atomically(path, content)
    return StagedFile(token, path)


def find_staged(book: Book, token: str) -> StagedFile:
    """Return a file that waits; that of somebody else is unknown like one that is not there.

    Raises
    ------
    InputRefused
        ``row_staged_unknown``.
    """
    folder = _own_folder(book) / token if _TOKEN.fullmatch(token) else None
    found = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
    if not found or found[0].stat().st_mtime < time.time() - KEPT_S:
        raise InputRefused.of("row_staged_unknown", hours=int(KEPT_S // 3600))
    return StagedFile(token, found[0])


def drop_staged(book: Book, token: str) -> None:
    """Take a file away that waits no more; nothing happens if there is none."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(_own_folder(book) / token, ignore_errors=True)


def _own_folder(book: Book) -> Path:
    return book.attachments / FOLDER / hashlib.sha256(book.actor.encode()).hexdigest()[:32]


def _clear(own: Path) -> None:
    """Take away files that are too old, and the oldest where too many wait."""
    waiting = sorted(own.iterdir(), key=lambda one: one.stat().st_mtime) if own.is_dir() else []
    limit = time.time() - KEPT_S
    spare = len(waiting) - (MOST_STAGED - 1)
    for place, folder in enumerate(waiting):
        if place < spare or folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
