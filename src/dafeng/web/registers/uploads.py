"""Files that came with a form, as paths that the use cases read."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from dafeng.app.register_attach import clean_name

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 2**20
MAX_FORM_BYTES = 201 * 2**20
"""Largest form with a file: the largest attachment and its fields. [B]"""


@contextmanager
def keep_uploads(form: Any, field: str) -> Iterator[list[Path]]:
    """Give the files of a field in a folder that is gone afterwards; empty fields give none.

    Parameters
    ----------
    form : mapping
        Form that was sent.
    field : str
        Name of the field.
    """
    with TemporaryDirectory(prefix="dafeng-") as folder:
        yield [
            _write(sent, Path(folder) / str(place))
            for place, sent in enumerate(form.getlist(field) if hasattr(form, "getlist") else ())
            if isinstance(sent, UploadFile) and sent.filename
        ]


def _write(sent: UploadFile, folder: Path) -> Path:
    folder.mkdir()
    path = folder / clean_name(sent.filename or "")
    with path.open("wb") as target:
        while piece := sent.file.read(PIECE):
            target.write(piece)
    return path
