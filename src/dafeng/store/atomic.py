"""Write beside, then rename: a reader never sees half a file."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file so that it is either whole or untouched.

    Parameters
    ----------
    path : Path
        The file; its folder is made if it is missing.
    write : callable
        Writes the content to a binary stream.

    Raises
    ------
    InputRefused
        ``output_not_writable``.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        _remove(temporary)
        raise InputRefused.of("output_not_writable", path=path, reason=error.strerror or error) from error
    except BaseException:
        _remove(temporary)
        raise


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """Write bytes so that the file is either whole or untouched; errors as :func:`write_atomically`."""

    def write(stream: BinaryIO) -> None:
        stream.write(content)

    write_atomically(path, write)


def _remove(name: str) -> None:
    if name:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
