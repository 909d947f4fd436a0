"""Files that come with a request: kept under a safe name in a folder of their own, as long as it lasts."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dafeng.app.register_attach import clean_name
from dafeng.errors import Finding, InputRefused, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import UploadFile


@contextmanager
def keep_upload(upload: UploadFile, most_bytes: int) -> Iterator[Path]:
    """Give the path of a file that was sent, as long as the block lasts.

    Parameters
    ----------
    upload : UploadFile
        What came.
    most_bytes : int
        Largest file. [B]

    Raises
    ------
    InputRefused
        ``file_too_large``.
    """
    name = clean_name(upload.filename or "")
    size = upload.size or 0
    if size > most_bytes:
        sizes = {"size_mb": f"{size / 2**20:.1f}", "limit_mb": f"{most_bytes / 2**20:.1f}"}
        raise InputRefused([Finding("file_too_large", Place(name), sizes)])
    with TemporaryDirectory(prefix="dafeng-upload-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / name
        with path.open("wb") as stream:
            shutil.copyfileobj(upload.file, stream)
        yield path
