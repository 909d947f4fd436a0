"""Passwords, by whichever algorithm their stored text names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dafeng.crypto.suite import Suite


def verify_password(stored: str, password: str) -> bool:
    """Return whether a password belongs to a stored text, of whichever suite; False for a damaged text."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - loads a library

    from dafeng.crypto.international import hasher  # noqa: PLC0415 - as above
    from dafeng.crypto.national import MARK, check_hash  # noqa: PLC0415 - as above

    try:
        if stored.startswith(f"${MARK}$"):
            return check_hash(stored, password)
        return hasher.verify(stored, password)
    except (VerificationError, InvalidHashError, ValueError):
        return False


def needs_rehash(suite: Suite, stored: str) -> bool:
    """Return whether a stored text was made with other algorithms or parameters than those of a suite."""
    from argon2.exceptions import InvalidHashError  # noqa: PLC0415 - loads a library

    from dafeng.crypto.international import hasher  # noqa: PLC0415 - as above
    from dafeng.crypto.national import ITERATIONS, MARK  # noqa: PLC0415 - as above

    if suite.name == "national":
        return not stored.startswith(f"${MARK}${ITERATIONS}$")
    try:
        return hasher.check_needs_rehash(stored)
    except InvalidHashError:
        return True
