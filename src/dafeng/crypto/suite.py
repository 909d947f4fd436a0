"""What a set of algorithms gives, and the two sets."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

SuiteName = Literal["international", "national"]
SUITE_NAMES: tuple[SuiteName, SuiteName] = ("international", "national")
NONCE_BYTES = 12
"""Random number of a sealed text. [B]"""
TAG_BYTES = 16
"""Proof at its end. [B]"""
SALT_BYTES = 16
"""Salt of a key that is made from a passphrase. [B]"""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Keys of signatures, raw bytes.

    Parameters
    ----------
    private : bytes
        32 bytes; keep it secret.
    public : bytes
        32 bytes (Ed25519) or 64 bytes (SM2: x and y).
    """

    private: bytes
    public: bytes


class Cipher(Protocol):
    """An authenticated cipher with a key (AEAD) as ``cryptography`` gives them."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return what is sealed, with its proof at the end."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return what was sealed."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A set of algorithms.

    Parameters
    ----------
    name : {"international", "national"}
        Which.
    hash_name : str
        Hash as ``hashlib`` calls it.
    key_bytes : int
        Length of a key of the cipher. [B]
    cipher : callable
        Key -> cipher.
    hash_password : callable
        Password -> text that names algorithm, parameters and salt.
    derive_key : callable
        Passphrase and salt -> key of the cipher.
    make_key_pair : callable
        New keys of signatures.
    sign : callable
        Private key and message -> signature of 64 bytes.
    verify : callable
        Public key, message and signature -> whether it holds.
    """

    name: SuiteName
    hash_name: str
    key_bytes: int
    cipher: Callable[[bytes], Cipher]
    hash_password: Callable[[str], str]
    derive_key: Callable[[str, bytes], bytes]
    make_key_pair: Callable[[], KeyPair]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]

    def digest(self, data: bytes) -> str:
        """Return the hash of bytes in hexadecimal."""
        return hashlib.new(self.hash_name, data).hexdigest()

    def new_key(self) -> bytes:
        """Return a random key of the cipher."""
        return secrets.token_bytes(self.key_bytes)

    def new_salt(self) -> bytes:
        """Return a random salt for :attr:`derive_key`."""
        return secrets.token_bytes(SALT_BYTES)

    def seal(self, key: bytes, data: bytes, about: bytes = b"") -> bytes:
        """Return bytes that only the key opens, and that cannot be changed unseen.

        Parameters
        ----------
        key : bytes
            Of :attr:`key_bytes` bytes.
        data : bytes
            What is sealed.
        about : bytes
            What must be named again to open it; not kept inside.

        Returns
        -------
        bytes
            Random number, ciphertext, proof.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.cipher(key).encrypt(nonce, data, about)

    def open_sealed(self, key: bytes, sealed: bytes, about: bytes = b"") -> bytes:
        """Return what was sealed.

        Raises
        ------
        InputRefused
            ``sealed_refused``: another key, or it was changed.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loads OpenSSL

        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise InputRefused.of("sealed_refused")
        try:
            return self.cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
        except InvalidTag as error:
            raise InputRefused.of("sealed_refused") from error


@cache
def find_suite(name: SuiteName) -> Suite:
    """Return a set of algorithms by its name.

    Parameters
    ----------
    name : {"international", "national"}
        ``international``: SHA-256, argon2id, AES-256-GCM, Ed25519; ``national``: SM3 (GB/T 32905),
        PBKDF2-HMAC-SM3, SM4-GCM (GB/T 32907), SM2 signatures (GB/T 32918.2).

    Raises
    ------
    KeyError
        There is no such set: a defect of ours.
    """
    from dafeng.crypto.international import INTERNATIONAL  # noqa: PLC0415 - loads OpenSSL
    from dafeng.crypto.national import NATIONAL  # noqa: PLC0415 - loads OpenSSL

    return {one.name: one for one in (INTERNATIONAL, NATIONAL)}[name]
