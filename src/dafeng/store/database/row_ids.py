"""Ids of rows: 26 characters that sort by time.

48 bits of milliseconds and 80 bits of chance, written to the base 32 of Crockford.
"""

from __future__ import annotations

import secrets

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHANCE_BITS = 80
_LENGTH = 26


def new_row_id(at_ms: int) -> str:
    """Return a new id.

    Parameters
    ----------
    at_ms : int
        Milliseconds since 1970. [ms]

    Examples
    --------
    >>> len(new_row_id(1_763_769_600_000)), new_row_id(1)[:9]
    (26, '000000000')
    """
    return new_row_ids(at_ms, 1)[0]


def new_row_ids(at_ms: int, count: int) -> list[str]:
    """Return ids of one moment in rising order.

    Parameters
    ----------
    at_ms : int
        Milliseconds since 1970. [ms]
    count : int
        How many.
    """
    first = (at_ms << _CHANCE_BITS) | secrets.randbits(_CHANCE_BITS - 1)
    return [_spell(first + step) for step in range(count)]


def _spell(number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
