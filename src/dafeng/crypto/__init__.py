"""Cryptography by setting: the international algorithms or the national ones (SM2, SM3, SM4).

Texts and files name the algorithm they were made with, so that either is read after the setting changes.
"""

from dafeng.crypto.files import open_file, seal_file
from dafeng.crypto.passwords import needs_rehash, verify_password
from dafeng.crypto.suite import KeyPair, Suite, SuiteName, find_suite

__all__ = [
    "KeyPair",
    "Suite",
    "SuiteName",
    "find_suite",
    "needs_rehash",
    "open_file",
    "seal_file",
    "verify_password",
]
