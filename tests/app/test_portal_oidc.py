"""Single sign-on against a made-up issuer: what holds lets in, everything else does not."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dafeng.app import portal_oidc
from dafeng.app.portal_accounts import disable_account, make_account
from dafeng.app.portal_oidc import finish_single_sign_on, start_single_sign_on
from dafeng.errors import InputRefused
from dafeng.store.database.portal_accounts import read_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dafeng.app.portal import Portal

ISSUER, BACK = "https://sso.example", "https://portal.example/sign-in/oidc/return"


class FakeIssuer:
    """An issuer that lets everybody in; a test changes what it says."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.stranger = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.codes: dict[str, dict[str, str]] = {}
        self.change: dict[str, Any] = {}
        self.forged = self.unsigned = False
        self.description = {
            "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys",
        }  # fmt: skip

    def authorize(self, url: str) -> dict[str, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        self.codes["code-1"] = asked
        return {"code": "code-1", "state": asked["state"]}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json=self.description)
        if request.url.path == "/keys":
            return httpx.Response(200, json=KeySet([self.key]).as_dict(private=False))
        sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self.codes.pop(sent["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest())
        if asked is None or challenge.decode().rstrip("=") != asked["code_challenge"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(
            200, json={"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}
        )

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": asked["client_id"], "sub": "4711", "nonce": asked["nonce"], "iat": now,
            "exp": now + 300, "preferred_username": "city", **self.change,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            parts = [json.dumps({"alg": "none"}), json.dumps(claims)]
            return (
                ".".join(base64.urlsafe_b64encode(one.encode()).decode().rstrip("=") for one in parts) + "."
            )
        key = self.stranger if self.forged else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@pytest.fixture(scope="module")
def made() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def issuer(portal: Portal, made: FakeIssuer) -> Iterator[FakeIssuer]:
    made.change, made.forged, made.unsigned, made.codes = {}, False, False, {}
    portal.settings = portal.settings.model_copy(update={"oidc_issuer": ISSUER, "oidc_client_id": "dafeng"})
    portal_oidc._kept.transport = httpx.MockTransport(made.answer)
    portal_oidc._kept.issuers.clear()
    yield made
    portal_oidc._kept.transport = None
    portal_oidc._kept.issuers.clear()


def go_round(portal: Portal, issuer: FakeIssuer, **change: Any) -> str:
    issuer.change = change
    begun = start_single_sign_on(portal, BACK)
    return finish_single_sign_on(portal, begun.kept, issuer.authorize(begun.url), BACK)


def why(portal: Portal, issuer: FakeIssuer, **change: Any) -> str:
    with pytest.raises(InputRefused) as told:
        go_round(portal, issuer, **change)
    finding = told.value.findings[0]
    assert finding.code == "oidc_refused"
    reason = finding.params["reason"]
    assert isinstance(reason, portal_oidc._Reason)
    return reason.code


def test_a_member_comes_in_and_is_bound_to_his_subject(portal: Portal, issuer: FakeIssuer) -> None:
    assert go_round(portal, issuer) == "city"
    account = read_account(portal.public.database, "city")
    assert account
    assert (account.kind, account.issuer, account.subject) == ("oidc", ISSUER, "4711")
    assert go_round(portal, issuer, preferred_username="administrator") == "city"  # the subject counts
    assert why(portal, issuer, sub="4712") == "account"  # somebody else by the same name
    assert why(portal, issuer, sub="1", preferred_username="nobody") == "member"
    assert why(portal, issuer, sub="1", preferred_username="public") == "member"
    assert why(portal, issuer, sub="1", preferred_username=None) == "claim"
    make_account(portal, "bank", "test")
    assert (
        why(portal, issuer, sub="1", preferred_username="bank") == "account"
    )  # a local account keeps its name
    disable_account(portal, portal.book_of("administrator"), "city")
    assert why(portal, issuer) == "account"


def test_a_token_that_does_not_hold_is_refused(portal: Portal, issuer: FakeIssuer) -> None:
    now = int(time.time())
    for change in (
        {"nonce": "other"}, {"nonce": None}, {"aud": "other"}, {"aud": ["dafeng", "other"]}, {"azp": "other"},
        {"iss": "https://other.example"}, {"exp": now - 120}, {"exp": None}, {"iat": now + 600},
        {"sub": None},
    ):  # fmt: skip
        assert why(portal, issuer, **change) == "token", change
    issuer.forged = True
    assert why(portal, issuer) == "token"
    issuer.forged, issuer.unsigned = False, True
    assert why(portal, issuer) == "token"
    assert read_account(portal.public.database, "city") is None


def test_state_code_and_issuer_of_the_answer_are_checked(portal: Portal, issuer: FakeIssuer) -> None:
    begun = start_single_sign_on(portal, BACK)
    answer = issuer.authorize(begun.url)
    other = start_single_sign_on(portal, BACK)
    for kept, sent, reason in (
        ("", answer, "state"), ("a.b", answer, "state"), (other.kept, answer, "state"),
        (begun.kept, {"state": answer["state"], "error": "access_denied"}, "denied"),
        (begun.kept, answer | {"iss": "https://other.example"}, "issuer"),
        (begun.kept, answer | {"code": "guess"}, "code"),
    ):  # fmt: skip
        with pytest.raises(InputRefused) as told:
            finish_single_sign_on(portal, kept, sent, BACK)
        assert told.value.findings[0].params["reason"].code == reason  # type: ignore[attr-defined]
    assert finish_single_sign_on(portal, begun.kept, answer, BACK) == "city"
    with pytest.raises(InputRefused):  # a code counts once
        finish_single_sign_on(portal, begun.kept, answer, BACK)


def test_an_issuer_that_is_away_or_somebody_else(portal: Portal, issuer: FakeIssuer) -> None:
    portal_oidc._kept.transport = httpx.MockTransport(lambda _request: httpx.Response(503))
    with pytest.raises(InputRefused) as told:
        start_single_sign_on(portal, BACK)
    assert told.value.findings[0].code == "oidc_unreachable"
    other = {**issuer.description, "issuer": "https://other.example"}

    def claim_otherwise(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/keys":
            return issuer.answer(request)
        return httpx.Response(200, json=other)

    portal_oidc._kept.transport = httpx.MockTransport(claim_otherwise)
    with pytest.raises(InputRefused) as told:
        start_single_sign_on(portal, BACK)
    assert told.value.findings[0].code == "oidc_refused"
    portal.settings = portal.settings.model_copy(update={"oidc_issuer": ""})
    with pytest.raises(InputRefused) as told:
        start_single_sign_on(portal, BACK)
    assert told.value.findings[0].code == "oidc_unused"
