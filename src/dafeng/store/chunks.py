"""Finished chunks of an ensemble as files: ``<key>/<first draw>.npz``, each whole or not there."""

from __future__ import annotations

import shutil
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from dafeng.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_DAMAGED = (
    BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What numpy and zipfile raise for a file that is cut off, overwritten or altered."""


@dataclass(frozen=True, slots=True)
class FolderChunks:
    """Chunks in a folder.

    Parameters
    ----------
    folder : Path
        Made when the first chunk is kept.
    """

    folder: Path
    keys: set[str] = field(default_factory=set, init=False)
    """Keys that chunks were asked for or kept under."""

    def load(self, key: str, start: int) -> dict[str, NDArray[np.float64]] | None:
        """Return a chunk; None if it is not there, cannot be read or fails its checksum.

        Parameters
        ----------
        key : str
            What the chunk belongs to, in hexadecimal digits.
        start : int
            Number of its first draw.
        """
        self.keys.add(key)
        try:
            with self._path(key, start).open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
                return {name: kept[name] for name in kept.files}
        except _DAMAGED:
            return None

    def save(self, key: str, start: int, arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Write a chunk beside, then rename.

        Raises
        ------
        InputRefused
            ``output_not_writable``.
        """
        self.keys.add(key)

        def write(stream: BinaryIO) -> None:
            named: dict[str, Any] = dict(arrays)
            np.savez(stream, **named)

        write_atomically(self._path(key, start), write)

    def clear(self) -> None:
        """Remove the chunks of the keys of this object, and the folder if it is empty then."""
        for key in self.keys:
            shutil.rmtree(self._path(key, 0).parent, ignore_errors=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _path(self, key: str, start: int) -> Path:
        return self.folder / key[:32] / f"{start:010d}.npz"
