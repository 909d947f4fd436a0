"""The bytes of a file that somebody gives: never more than a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dafeng.errors import Finding, InputRefused, Place
from dafeng.parsing import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(path: Path, max_bytes: int = MAX_BYTES, *, place: Place | None = None) -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int
        Limit of its size, looked at before it is read. [B]
    place : Place, optional
        How messages call the file; default its path.

    Raises
    ------
    InputRefused
        ``file_missing``, ``path_unusable`` or ``file_too_large``.
    """
    raw = b""
    try:
        size = path.stat().st_size
        if size <= max_bytes:
            with path.open("rb") as stream:
                raw = stream.read(max_bytes + 1)  # a device or a pipe tells no size, a file may grow
            size = len(raw)
    except FileNotFoundError as error:
        raise InputRefused.of("file_missing", place, file=path) from error
    except OSError as error:
        raise InputRefused.of("path_unusable", place, path=path, reason=error.strerror) from error
    if size > max_bytes:
        sizes = {"size_mb": f"{size / 2**20:.1f}", "limit_mb": f"{max_bytes / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", place or Place(str(path)), sizes)])
    return raw


def is_readable(text: str) -> bool:
    """Return whether a text can be stored; bytes of a command line that are no UTF-8 are half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
