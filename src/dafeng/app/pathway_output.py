"""Output files, looked at before anything is computed: can they be written, and whose are they."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dafeng.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD_BYTES = 4096
"""What is read of a file to know it by."""


def check_file(path: Path, is_own: Callable[[bytes], bool] | None = None) -> tuple[Finding, ...]:
    """Return what keeps a file from being written.

    Parameters
    ----------
    path : Path
    is_own : callable, optional
        Tells from the first bytes of a file whether the command wrote it; without it any file may be
        replaced.

    Returns
    -------
    tuple of Finding
        ``output_not_writable``, ``pathway_file_foreign``; empty when all is well.
    """
    try:
        if path.is_dir():
            return (_refuse(path, "is a folder"),)
        place = next(folder for folder in path.absolute().parents if folder.exists())
        if not place.is_dir():
            return (_refuse(path, f"{place} is a file"),)
        if not os.access(place, os.W_OK | os.X_OK):
            return (_refuse(path, f"{place} is read-only"),)
        if is_own is None or not path.exists():
            return ()
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except (OSError, ValueError) as error:  # a name that is too long, or holds a zero
        return (_refuse(path, getattr(error, "strerror", None) or error),)
    return () if not head or is_own(head) else (Finding("pathway_file_foreign", params={"path": path}),)


def _refuse(path: Path, reason: object) -> Finding:
    return Finding("output_not_writable", params={"path": path, "reason": reason})
