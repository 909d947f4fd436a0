"""SM3 (GB/T 32905-2016), PBKDF2-HMAC-SM3, SM4-GCM (GB/T 32907-2016, RFC 8998), SM2 signatures.

SM3 and SM4 are those of OpenSSL. SM2 (GB/T 32918.2-2016) rests on the curve arithmetic of ``gmssl``, which is
Python: a signature takes some milliseconds, and its time depends on the key. Its random number comes from the
operating system here, and every value from outside is checked before the arithmetic sees it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl.sm2 import CryptSM2, default_ecc_table

from dafeng.crypto.suite import SALT_BYTES, TAG_BYTES, KeyPair, Suite

KEY_BYTES = 16
ITERATIONS = 600_000
"""Rounds of PBKDF2 for a password or passphrase: what is advised for hashes of 256 bit, about 0.3 s."""
MARK = "pbkdf2-sm3"
"""Name of the algorithm in the text of a hashed password."""
SIGNER = b"1234567812345678"
"""Name of the signer where none is agreed (GM/T 0009-2012, 10)."""
P, A, B, N = (int(default_ecc_table[name], 16) for name in "pabn")
"""Field, coefficients and order of the curve (GB/T 32918.5-2017)."""
G = default_ecc_table["g"]
HALF = 32
"""Length of a coordinate, and of each part of a signature. [B]"""


@dataclass(frozen=True, slots=True)
class Sm4Gcm:
    """SM4 in Galois/counter mode with a key (RFC 8998, 3)."""

    key: bytes

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return ciphertext and proof."""
        cipher = Cipher(algorithms.SM4(self.key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(associated_data or b"")
        return cipher.update(data) + cipher.finalize() + cipher.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return the data; ``InvalidTag`` if the proof does not hold."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        cipher = Cipher(algorithms.SM4(self.key), modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        cipher.authenticate_additional_data(associated_data or b"")
        return cipher.update(data[:-TAG_BYTES]) + cipher.finalize()


def hash_password(password: str) -> str:
    """Return ``$pbkdf2-sm3$<rounds>$<salt>$<key>``."""
    salt = secrets.token_bytes(SALT_BYTES)
    key = hashlib.pbkdf2_hmac("sm3", password.encode(), salt, ITERATIONS)
    return f"${MARK}${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def check_hash(stored: str, password: str) -> bool:
    """Return whether a password belongs to a stored text of :func:`hash_password`."""
    _, _, rounds, salt, key = stored.split("$")
    made = hashlib.pbkdf2_hmac("sm3", password.encode(), base64.b64decode(salt), int(rounds))
    return hmac.compare_digest(made, base64.b64decode(key))


def derive_key(passphrase: str, salt: bytes) -> bytes:
    """Return a key that follows from a passphrase and a salt (PBKDF2-HMAC-SM3)."""
    return hashlib.pbkdf2_hmac("sm3", passphrase.encode(), salt, ITERATIONS, KEY_BYTES)


def make_key_pair() -> KeyPair:
    """Return new keys of SM2: the private one between 1 and n - 2 (GB/T 32918.1, 6.1)."""
    private = (1 + secrets.randbelow(N - 2)).to_bytes(HALF)
    return KeyPair(private, public_of(private))


def public_of(private: bytes) -> bytes:
    """Return the public key of a private one: x and y, 32 bytes each."""
    curve = CryptSM2("", "")
    return bytes.fromhex(curve._kg(int.from_bytes(private), G))  # noqa: SLF001 - it names no other way


def sign(private: bytes, message: bytes) -> bytes:
    """Return the signature r, s of a message, 64 bytes (GB/T 32918.2, 6.1)."""
    public = public_of(private)
    signer, digest = _with_keys(private.hex(), public), bytes.fromhex(prepare_digest(public, message))
    while True:
        nonce = 1 + secrets.randbelow(N - 1)
        made = signer.sign(digest, f"{nonce:064x}")
        if made:  # one nonce in 2^256 gives none
            return bytes.fromhex(made)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature holds (GB/T 32918.2, 7.1)."""
    if len(public) != 2 * HALF or len(signature) != 2 * HALF or not _on_curve(public):
        return False
    r, s = int.from_bytes(signature[:HALF]), int.from_bytes(signature[HALF:])
    if not (0 < r < N and 0 < s < N and (r + s) % N):
        return False
    digest = bytes.fromhex(prepare_digest(public, message))
    return bool(_with_keys("", public).verify(signature.hex(), digest))


def prepare_digest(public: bytes, message: bytes, signer: bytes = SIGNER) -> str:
    """Return what is signed: the hash over the signer's name, the curve, his key, and the message (5.5)."""
    head = (8 * len(signer)).to_bytes(2) + signer
    curve = A.to_bytes(HALF) + B.to_bytes(HALF) + bytes.fromhex(G)
    identity = hashlib.new("sm3", head + curve + public).digest()
    return hashlib.new("sm3", identity + message).hexdigest()


def _with_keys(private: str, public: bytes) -> CryptSM2:
    signer = CryptSM2(private, "")
    signer.public_key = public.hex()  # its constructor would strip every leading 0 and 4
    return signer


def _on_curve(public: bytes) -> bool:
    x, y = int.from_bytes(public[:HALF]), int.from_bytes(public[HALF:])
    return x < P and y < P and (y * y - (x * x * x + A * x + B)) % P == 0


NATIONAL = Suite("national", "sm3", KEY_BYTES, Sm4Gcm, hash_password, derive_key, make_key_pair, sign, verify)
