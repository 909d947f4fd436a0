"""A lock file: one process at a time reads and writes what stands beside it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_S = 30.0
PAUSE_S = 0.02


@contextmanager
def hold_lock(path: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold a lock file while the block runs; wait for another process that holds it.

    The lock ends with the process that holds it, however it ends; the file stays.

    Parameters
    ----------
    path : Path
        The lock file; its folder is made if it is missing.
    wait_s : float
        How long to wait. [s]

    Raises
    ------
    InputRefused
        ``lock_busy`` if another process keeps it for longer, ``output_not_writable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = open_lock(path)
    except OSError as error:
        raise InputRefused.of("output_not_writable", path=path, reason=error.strerror or error) from error
    try:
        until = time.monotonic() + wait_s
        while not take_lock(descriptor):
            if time.monotonic() > until:
                raise InputRefused.of("lock_busy", path=path, seconds=f"{wait_s:g}")
            time.sleep(PAUSE_S)
        yield
    finally:
        os.close(descriptor)  # which also gives the lock back


def open_lock(path: Path) -> int:
    """Open a lock file without emptying it and without following a link; return its descriptor.

    Raises
    ------
    OSError
        It cannot be opened.
    """
    safe = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)  # neither exists on Windows
    return os.open(path, os.O_RDWR | os.O_CREAT | safe, 0o644)


def take_lock(descriptor: int) -> bool:
    """Take the lock of an open file if it is free; closing the file gives it back."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        import msvcrt  # noqa: PLC0415 - only on Windows

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
