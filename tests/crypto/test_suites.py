"""Both sets of algorithms give what their standards give, and refuse what was changed."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets

import pytest
from gmssl import sm3

from dafeng.crypto import find_suite, needs_rehash, open_file, seal_file, verify_password
from dafeng.crypto import national as gm
from dafeng.crypto.files import HEAD_BYTES, PIECE_BYTES
from dafeng.crypto.suite import SUITE_NAMES, TAG_BYTES, SuiteName
from dafeng.errors import InputRefused

every_suite = pytest.mark.parametrize("name", SUITE_NAMES)


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


def test_sm3_of_the_standard() -> None:
    """GB/T 32905-2016, annex A."""
    digest = find_suite("national").digest
    assert digest(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sha256_of_the_standard() -> None:
    """FIPS 180-4, example of one block."""
    told = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert find_suite("international").digest(b"abc") == told


def test_sm4_gcm_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    key, nonce = unhex("0123456789ABCDEFFEDCBA9876543210"), unhex("00001234567800000000ABCD")
    about = unhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(unhex(byte * 8) for byte in ("AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA"))
    sealed = unhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15"
        "A56834CBCF98C397B4024A2691233B8D 83DE3541E4C2B58177E065A9BF7B62EC"
    )
    cipher = find_suite("national").cipher(key)
    assert cipher.encrypt(nonce, plain, about) == sealed
    assert cipher.decrypt(nonce, sealed, about) == plain


SM2 = {
    "private": "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",
    "public": "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13",
    "digest": "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640",
    "nonce": "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21",
    "signature": "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA",
}
"""GB/T 32918.5-2017, annex A.2: "message digest" of the signer 1234567812345678."""


def test_sm2_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    private, public = unhex(SM2["private"]), unhex(SM2["public"])
    assert gm.public_of(private) == public
    assert gm.prepare_digest(public, b"message digest").upper() == SM2["digest"]
    assert gm.verify(public, b"message digest", unhex(SM2["signature"]))
    monkeypatch.setattr(secrets, "randbelow", lambda _most: int(SM2["nonce"], 16) - 1)
    assert gm.sign(private, b"message digest").hex().upper() == SM2["signature"]


def test_ed25519_of_rfc_8032() -> None:
    """RFC 8032, 7.1, test 1."""
    suite = find_suite("international")
    private = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = unhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert suite.sign(private, b"") == signature
    assert suite.verify(public, b"", signature)


def test_pbkdf2_by_a_second_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 8018, 5.2, over HMAC (RFC 2104) with the SM3 of another library."""

    def sm3_of(data: bytes) -> bytes:
        return bytes.fromhex(sm3.sm3_hash(list(data)))

    def hmac_of(key: bytes, data: bytes) -> bytes:
        padded = key.ljust(64, b"\0")
        inner = sm3_of(bytes(one ^ 0x36 for one in padded) + data)
        return sm3_of(bytes(one ^ 0x5C for one in padded) + inner)

    assert hmac_of(b"k", b"d") == hmac.digest(b"k", b"d", "sm3")
    block = turn = hmac_of(b"pass", b"salt" * 4 + (1).to_bytes(4))
    for _ in range(2):
        turn = hmac_of(b"pass", turn)
        block = bytes(a ^ b for a, b in zip(block, turn, strict=True))
    monkeypatch.setattr(gm, "ITERATIONS", 3)
    assert gm.derive_key("pass", b"salt" * 4) == block[:16]


@every_suite
def test_signatures_hold_for_their_message_and_key_only(name: SuiteName) -> None:
    suite = find_suite(name)
    mine, other = suite.make_key_pair(), suite.make_key_pair()
    signature = suite.sign(mine.private, b"a")
    assert suite.verify(mine.public, b"a", signature)
    assert not suite.verify(mine.public, b"b", signature)
    assert not suite.verify(other.public, b"a", signature)
    for place in (0, 40, 63):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not suite.verify(mine.public, b"a", bytes(changed))
    assert not suite.verify(mine.public, b"a", signature[:63])
    assert not suite.verify(mine.public[:-1], b"a", signature)


def test_sm2_refuses_what_is_out_of_range() -> None:
    public = unhex(SM2["public"])
    order = gm.N.to_bytes(32)
    half = unhex(SM2["signature"])[:32]
    zero = bytes(32)
    for bad in (zero + half, half + zero, order + half, half + order, half + (gm.N - 1).to_bytes(32)):
        assert not gm.verify(public, b"message digest", bad)
    off_curve = public[:-1] + bytes([public[-1] ^ 1])
    assert not gm.verify(off_curve, b"message digest", unhex(SM2["signature"]))


def test_a_password_is_verified_whatever_the_setting_says_now() -> None:
    suites = [find_suite(name) for name in SUITE_NAMES]
    for suite, other in zip(suites, suites[::-1], strict=True):
        stored = suite.hash_password("口令 word")
        assert stored != suite.hash_password("口令 word")
        assert verify_password(stored, "口令 word")
        assert not verify_password(stored, "口令 wort")
        assert not needs_rehash(suite, stored)
        assert needs_rehash(other, stored)
    for damaged in ("", "$argon2id$", "$pbkdf2-sm3$x$y$z", "$pbkdf2-sm3$1$AA==", "plain"):
        assert not verify_password(damaged, "plain")


@every_suite
def test_what_is_sealed_opens_with_its_key_only(name: SuiteName) -> None:
    suite = find_suite(name)
    key = suite.new_key()
    sealed = suite.seal(key, b"data", b"about")
    assert suite.open_sealed(key, sealed, b"about") == b"data"
    assert suite.seal(key, b"data", b"about") != sealed
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for wrong in ((suite.new_key(), sealed, b"about"), (key, sealed, b"other"), (key, changed, b"about"),
                  (key, sealed[:20], b"about")):  # fmt: skip
        with pytest.raises(InputRefused, match="cannot be opened"):
            suite.open_sealed(*wrong)


@every_suite
@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 5])
def test_a_sealed_file_comes_back_whole(name: SuiteName, size: int) -> None:
    suite = find_suite(name)
    key, plain, sealed, back = suite.new_key(), secrets.token_bytes(size), io.BytesIO(), io.BytesIO()
    seal_file(suite, key, io.BytesIO(plain), sealed)
    sealed.seek(0)
    open_file(key, sealed, back)
    assert back.getvalue() == plain


@every_suite
def test_a_sealed_file_that_was_changed_is_refused(name: SuiteName) -> None:
    suite = find_suite(name)
    key, sealed = suite.new_key(), io.BytesIO()
    seal_file(suite, key, io.BytesIO(bytes(3 * PIECE_BYTES)), sealed)
    whole, piece = sealed.getvalue(), PIECE_BYTES + TAG_BYTES
    head, pieces = whole[:HEAD_BYTES], [whole[HEAD_BYTES + i * piece :][:piece] for i in range(3)]
    wrong = {
        "cut": head + pieces[0] + pieces[1],
        "swapped": head + pieces[1] + pieces[0] + pieces[2],
        "repeated": head + pieces[0] + pieces[0] + pieces[1] + pieces[2],
        "longer": whole + b"x",
        "other suite": head[:8] + bytes([1 - head[8]]) + whole[9:],
        "head": head[:9] + bytes([head[9] ^ 1]) + whole[10:],
        "empty": b"",
        "foreign": hashlib.sha256(b"x").digest(),
    }
    for what, content in wrong.items():
        try:
            open_file(key, io.BytesIO(content), io.BytesIO())
        except InputRefused:
            continue
        pytest.fail(what)
