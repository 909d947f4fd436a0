"""Files that are sealed piece by piece, so that their size does not matter.

Layout: ``DAFENGS1``, one byte for the suite, seven random bytes, then pieces of :data:`PIECE_BYTES`, each
with its proof. The random number of a piece is the seven bytes, its number (four bytes) and a last byte that
says whether it is the last one: pieces cannot be swapped, left out, repeated or cut off unseen (the
construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, Crypto 2015).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, BinaryIO

from dafeng.crypto.suite import SUITE_NAMES, TAG_BYTES, Suite, find_suite
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"DAFENGS1"
PIECE_BYTES = 1 << 20
PREFIX_BYTES = 7
HEAD_BYTES = len(MAGIC) + 1 + PREFIX_BYTES
MOST_PIECES = 2**32


def seal_file(suite: Suite, key: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write what a source gives, sealed.

    Parameters
    ----------
    suite : Suite
        Algorithms.
    key : bytes
        Key of its cipher; one key may seal many files (2^28 files of one piece before seven random bytes are
        likely to repeat): take a new key, or a new salt, for each file.
    source, target : binary file
        Read to its end; written from where it stands.
    """
    head = MAGIC + bytes([SUITE_NAMES.index(suite.name)]) + secrets.token_bytes(PREFIX_BYTES)
    cipher = suite.cipher(key)
    target.write(head)
    for number, (piece, last) in enumerate(_pieces(source, PIECE_BYTES)):
        target.write(cipher.encrypt(_nonce(head, number, last=last), piece, head))


def open_file(key: bytes, source: BinaryIO, target: BinaryIO) -> None:
    """Write what was sealed; on a refusal what stands in the target is of no use.

    Raises
    ------
    InputRefused
        ``sealed_refused``: no sealed file, another key, or it was changed or cut off.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loads OpenSSL

    suite = suite_of_file(source)
    head = source.read(HEAD_BYTES)
    if len(key) != suite.key_bytes:
        raise InputRefused.of("sealed_refused")
    cipher = suite.cipher(key)
    try:
        for number, (piece, last) in enumerate(_pieces(source, PIECE_BYTES + TAG_BYTES)):
            target.write(cipher.decrypt(_nonce(head, number, last=last), piece, head))
    except InvalidTag as error:
        raise InputRefused.of("sealed_refused") from error


def suite_of_file(source: BinaryIO) -> Suite:
    """Return by which suite a sealed file was made; the file is left where it stood.

    Raises
    ------
    InputRefused
        ``sealed_refused``.
    """
    place = source.tell()
    head = source.read(HEAD_BYTES)
    source.seek(place)
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC) or head[len(MAGIC)] >= len(SUITE_NAMES):
        raise InputRefused.of("sealed_refused")
    return find_suite(SUITE_NAMES[head[len(MAGIC)]])


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the pieces of a file with whether each is the last; an empty file is one empty piece."""
    piece = _read_fully(source, size)
    while True:
        coming = _read_fully(source, size)
        yield piece, not coming
        if not coming:
            return
        piece = coming


def _read_fully(source: BinaryIO, size: int) -> bytes:
    parts, missing = [], size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _nonce(head: bytes, number: int, *, last: bool) -> bytes:
    if number >= MOST_PIECES:
        raise InputRefused.of("sealed_refused")
    return head[-PREFIX_BYTES:] + number.to_bytes(4) + bytes([last])
