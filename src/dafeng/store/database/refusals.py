"""What a database driver says, told in our words: which file or server, what is wrong, how to mend it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import exc

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

_SQLITE = (
    ("SQLITE_NOTADB", "register_database_foreign"),
    ("SQLITE_CORRUPT", "register_database_damaged"),
    ("SQLITE_BUSY", "register_database_busy"),
    ("SQLITE_LOCKED", "register_database_busy"),
    ("SQLITE_READONLY", "register_database_read_only"),
    ("SQLITE_CANTOPEN", "register_database_unreachable"),
    ("SQLITE_PERM", "register_database_read_only"),
    ("SQLITE_FULL", "register_database_full"),
    ("SQLITE_IOERR", "register_database_failing"),
)
"""Beginning of the name of a result code (sqlite.org/rescode.html) -> our code."""
_POSTGRESQL = {
    "53100": "register_database_full",
    "55P03": "register_database_busy",
    "40P01": "register_database_busy",
    "40001": "register_database_busy",
    "42501": "register_database_read_only",
    "25006": "register_database_read_only",
    "XX001": "register_database_damaged",
    "XX002": "register_database_damaged",
}
"""SQLSTATE (PostgreSQL manual, appendix A) -> our code."""


@contextmanager
def tell_refusals(name: str) -> Iterator[None]:
    """Turn errors of the driver that the user can mend into ours; defects of ours stay as they are.

    Parameters
    ----------
    name : str
        URL without a password.

    Raises
    ------
    InputRefused
        ``register_database_…``.
    """
    try:
        yield
    except UnicodeEncodeError as error:  # half of a surrogate pair, from the bytes of a command line
        raise InputRefused.of("row_text_unreadable", text=ascii(error.object)[:80]) from error
    except exc.DBAPIError as error:
        if "NUL (0x00)" in str(error.orig):  # the driver of PostgreSQL looks at texts itself
            raise InputRefused.of("row_text_unreadable", text="\\x00") from error
        code = classify(error.orig)
        if not code:
            raise
        raise InputRefused.of(code, url=name, reason=_first_line(error)) from error


def classify(error: BaseException | None) -> str:
    """Return our code for an error of a driver, or nothing if it is a defect of ours."""
    known = str(getattr(error, "sqlite_errorname", "") or "")
    for beginning, code in _SQLITE:
        if known.startswith(beginning):
            return code
    state = str(getattr(error, "sqlstate", "") or "")
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    is_operational = type(error).__name__ == "OperationalError" or state[:2] in {"08", "28", "3D", "57"}
    return "register_database_unreachable" if is_operational and not known else ""


def _first_line(error: exc.DBAPIError) -> str:
    """Return the first line that says something; drivers print no password in it."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    return lines[0] if lines else type(error.orig).__name__
