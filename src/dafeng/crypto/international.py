"""SHA-256, argon2id, AES-256-GCM, Ed25519."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dafeng.crypto.suite import KeyPair, Suite

KEY_BYTES = 32
PASSES, MEMORY_KIB, LANES = 3, 65_536, 4
"""Parameters of argon2id: the second recommendation of RFC 9106, section 4."""

hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)


def derive_key(passphrase: str, salt: bytes) -> bytes:
    """Return a key that follows from a passphrase and a salt (argon2id, RFC 9106)."""
    return hash_secret_raw(passphrase.encode(), salt, PASSES, MEMORY_KIB, LANES, KEY_BYTES, Type.ID)


def make_key_pair() -> KeyPair:
    """Return new keys of Ed25519 (RFC 8032)."""
    key = Ed25519PrivateKey.generate()
    return KeyPair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def sign(private: bytes, message: bytes) -> bytes:
    """Return the signature of a message, 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


INTERNATIONAL = Suite(
    "international", "sha256", KEY_BYTES, AESGCM, hasher.hash, derive_key, make_key_pair, sign, verify
)
