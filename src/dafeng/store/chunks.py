"""Finished chunks of an ensemble as files: ``<key>/<first draw>.npz``, each whole or not there."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
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

    def load(self, key: str, start: int) -> dict[str, NDArray[np.float64]] | None:
        """Return a chunk; None if it is not there, cannot be read or fails its checksum.

        Parameters
        ----------
        key : str
            What the chunk belongs to, in hexadecimal digits.
        start : int
            Number of its first draw.
        """
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

        def write(stream: BinaryIO) -> None:
            named: dict[str, Any] = dict(arrays)
            np.savez(stream, **named)

        write_atomically(self._path(key, start), write)

    def _path(self, key: str, start: int) -> Path:
        return self.folder / key[:32] / f"{start:010d}.npz"
