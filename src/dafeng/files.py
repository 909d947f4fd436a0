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
        ``file_missing`` or ``file_too_large``.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            sizes = {"size_mb": f"{size / 2**20:.1f}", "limit_mb": f"{max_bytes / 2**20:.1f}"}
            raise InputRefused([Finding("file_too_large", place or Place(str(path)), sizes)])
        return path.read_bytes()
    except OSError as error:
        raise InputRefused.of("file_missing", place, file=path) from error
