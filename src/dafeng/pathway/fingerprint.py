"""A hash of what a model is made of, equal in every process: kept results are used for this model only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass

import numpy as np
import polars as pl
from pydantic import BaseModel


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value and all that it holds.

    Parameters
    ----------
    value : object
        Made of dataclasses, settings records, mappings, sets, sequences, arrays, tables, functions with a
        name, and plain values. The order of mappings and sets does not count.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    TypeError
        If something else is inside: a defect of ours.

    Examples
    --------
    >>> fingerprint({"a": 1, "b": {2, 3}}) == fingerprint({"b": {3, 2}, "a": 1})
    True
    >>> fingerprint((1, 2)) == fingerprint((1, 2.0))
    False
    """
    return _digest(value).hex()


def _digest(value: object) -> bytes:
    """Return the digest of a value: of its kind and of its parts, each of fixed length."""
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


def _parts(value: object) -> Iterator[bytes]:
    """Yield the name of the kind of a value, then its content."""
    kind = type(value)
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes, np.generic, range, slice)):
        yield repr(value).encode()
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}".encode()
        yield (
            repr(value.tolist()).encode() if value.dtype.hasobject else np.ascontiguousarray(value).tobytes()
        )
    elif isinstance(value, pl.DataFrame):
        yield repr(list(value.schema.items())).encode()
        yield repr(value.rows()).encode()
    elif isinstance(value, BaseModel):
        yield from (_digest((name, getattr(value, name))) for name in type(value).model_fields)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (_digest((field.name, getattr(value, field.name))) for field in fields(value))
    elif isinstance(value, Mapping):
        yield from sorted(_digest(item) for item in value.items())
    elif isinstance(value, Set):
        yield from sorted(map(_digest, value))
    elif isinstance(value, Sequence):
        yield from map(_digest, value)
    else:
        name = getattr(value, "__qualname__", "<")
        if "<" in name:  # a lambda or a local function: its name does not say what it does
            raise TypeError(f"no fingerprint of {kind.__qualname__}")
        yield f"{getattr(value, '__module__', '')}.{name}".encode()
