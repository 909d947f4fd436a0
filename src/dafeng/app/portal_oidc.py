"""Single sign-on by OpenID Connect: code flow with PKCE, state and nonce; the ID token is checked here.

The issuer's description and keys are read from its address in the settings and kept for some minutes. The
user's name is a claim of the token; it signs in only if an administrator made it a member and no local
account bears the name, and from then on only the same subject of the same issuer does.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode, urlsplit

from dafeng.app.portal_accounts import make_account
from dafeng.app.portal_sessions import SECRET_BYTES
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from joserfc.jwk import KeySet

    from dafeng.app.portal import Portal

SECRET_VARIABLE = "DAFENG_OIDC_SECRET"  # noqa: S105 - the name of a variable
SCOPE = "openid profile"
DESCRIPTION = "/.well-known/openid-configuration"
WAIT_S = 10.0
"""How long an answer of the issuer is waited for. [s]"""
KEPT_S = 600.0
"""How long its description and keys are kept. [s]"""
CLOCKS_S = 60
"""How far the clocks of issuer and portal may differ. [s]"""
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures of tokens that are taken: with public keys only."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A single sign-on that begins.

    Parameters
    ----------
    url : str
        Where the browser goes.
    kept : str
        What its cookie keeps until it comes back: state, nonce, verifier.
    """

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """What an issuer says of itself.

    Parameters
    ----------
    facts : mapping
        Its description (OpenID Connect Discovery 1.0, 3).
    keys : KeySet
        Its public keys.
    """

    facts: Mapping[str, Any]
    keys: KeySet


@dataclass(slots=True)
class _Kept:
    issuers: dict[str, tuple[float, Issuer]] = field(default_factory=dict)
    transport: httpx.BaseTransport | None = None


_kept = _Kept()


def is_single_sign_on(portal: Portal) -> bool:
    """Return whether single sign-on is in use."""
    return bool(portal.settings.oidc_issuer and portal.settings.oidc_client_id)


def start_single_sign_on(portal: Portal, return_to: str) -> Begun:
    """Return where the browser goes, and what it keeps until it comes back.

    Raises
    ------
    InputRefused
        ``oidc_unused``, ``oidc_unreachable``, ``oidc_refused``.
    """
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - loads a library

    issuer = _find_issuer(portal)
    state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    asked = {
        "response_type": "code", "client_id": portal.settings.oidc_client_id, "redirect_uri": return_to,
        "scope": SCOPE, "state": state, "nonce": nonce, "code_challenge_method": "S256",
        "code_challenge": create_s256_code_challenge(verifier),
    }  # fmt: skip
    address = str(issuer.facts["authorization_endpoint"])
    return Begun(
        f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", f"{state}.{nonce}.{verifier}"
    )


def finish_single_sign_on(portal: Portal, kept: str, answer: Mapping[str, str], return_to: str) -> str:
    """Return who signed in.

    Parameters
    ----------
    portal : Portal
        Open portal.
    kept : str
        What the browser kept.
    answer : mapping
        Query with which it came back.
    return_to : str
        Address to which it came back, the same as at the start.

    Raises
    ------
    InputRefused
        ``oidc_unused``, ``oidc_unreachable``, ``oidc_refused`` with the reason.
    """
    issuer = _find_issuer(portal)
    state, _, rest = kept.partition(".")
    nonce, _, verifier = rest.partition(".")
    if not (state and nonce and verifier):
        raise _refuse("state")
    if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise _refuse("state")
    if "code" not in answer:
        raise _refuse("denied")
    if answer.get("iss", issuer.facts["issuer"]) != issuer.facts["issuer"]:  # RFC 9207
        raise _refuse("issuer")
    token = _fetch_token(portal, issuer, answer["code"], verifier, return_to)
    claims = _check_token(portal, issuer, token, nonce)
    return _find_actor(portal, str(issuer.facts["issuer"]), claims)


def _fetch_token(portal: Portal, issuer: Issuer, code: str, verifier: str, return_to: str) -> str:
    """Return the ID token for a code (OpenID Connect Core 1.0, 3.1.3)."""
    import httpx  # noqa: PLC0415 - loads a library

    client_id, secret = portal.settings.oidc_client_id, os.environ.get(SECRET_VARIABLE)
    sent = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": return_to,
        "code_verifier": verifier, "client_id": client_id,
    }  # fmt: skip
    proof = (
        httpx.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))
        if secret
        else httpx.USE_CLIENT_DEFAULT
    )
    try:
        with httpx.Client(timeout=WAIT_S, transport=_kept.transport) as client:
            answer = client.post(str(issuer.facts["token_endpoint"]), data=sent, auth=proof)
        if answer.status_code in {400, 401}:  # RFC 6749, 5.2
            raise _refuse("code")
        found = answer.raise_for_status().json()["id_token"]
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise InputRefused.of("oidc_unreachable") from error
    return str(found)


def _check_token(portal: Portal, issuer: Issuer, token: str, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token that holds (OpenID Connect Core 1.0, 3.1.3.7)."""
    from joserfc import jwt  # noqa: PLC0415 - loads a library
    from joserfc.errors import JoseError  # noqa: PLC0415 - as above

    client_id = portal.settings.oidc_client_id
    try:
        claims = jwt.decode(token, issuer.keys, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            leeway=CLOCKS_S, iss={"essential": True, "value": issuer.facts["issuer"]},
            aud={"essential": True, "value": client_id}, exp={"essential": True}, iat={"essential": True},
            sub={"essential": True}, nonce={"essential": True, "value": nonce},
        ).validate(claims)  # fmt: skip
    except (JoseError, ValueError) as error:
        raise _refuse("token") from error
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (others or "azp" in claims) and claims.get("azp") != client_id:
        raise _refuse("token")
    return dict(claims)


def _find_actor(portal: Portal, issuer: str, claims: Mapping[str, Any]) -> str:
    """Return the user that an issuer vouches for, and bind his name to the subject at his first sign-in."""
    from dafeng.store.database import portal_accounts as stored  # noqa: PLC0415 (sqlalchemy)

    database, subject = portal.public.database, str(claims["sub"])
    account = stored.find_account(database, issuer, subject)
    if account is None:
        named = claims.get(portal.settings.oidc_claim)
        if not isinstance(named, str) or not named:
            raise _refuse("claim")
        account = stored.read_account(database, named)
        if account is None:
            try:
                portal.book_of(named)  # only whom an administrator made a member
                make_account(portal, named, named, "oidc")
            except InputRefused as error:
                raise _refuse("member") from error
        if not _bind(portal, named, issuer, subject):
            raise _refuse("account")
        return named
    if account.disabled_at is not None or account.kind != "oidc":
        raise _refuse("account")
    return account.actor


def _bind(portal: Portal, actor: str, issuer: str, subject: str) -> bool:
    """Bind an account of single sign-on that nobody used yet to a subject; False if it is another's."""
    from dafeng.store.database.portal_accounts import change_account  # noqa: PLC0415 (sqlalchemy)

    bound = []

    def bind(account: Any) -> dict[str, Any]:
        free = account.kind == "oidc" and account.subject is None and account.disabled_at is None
        bound.append(free)
        values = {"issuer": issuer, "subject": subject, "changed_at": portal.now()}
        return values if free else {}

    change_account(portal.public.database, actor, bind)
    return bool(bound and bound[0])


def _find_issuer(portal: Portal) -> Issuer:
    """Return the issuer of the settings, read anew after some minutes.

    Raises
    ------
    InputRefused
        ``oidc_unused``, ``oidc_unreachable``; ``oidc_refused``: it says it is somebody else.
    """
    import httpx  # noqa: PLC0415 - loads a library
    from joserfc.jwk import KeySet  # noqa: PLC0415 - loads a library

    if not is_single_sign_on(portal):
        raise InputRefused.of("oidc_unused")
    address = portal.settings.oidc_issuer
    kept = _kept.issuers.get(address)
    if kept is not None and time.monotonic() - kept[0] < KEPT_S:
        return kept[1]
    try:
        with httpx.Client(timeout=WAIT_S, transport=_kept.transport) as client:
            facts = client.get(address.rstrip("/") + DESCRIPTION).raise_for_status().json()
            keys = KeySet.import_key_set(client.get(facts["jwks_uri"]).raise_for_status().json())
        addresses = [facts["authorization_endpoint"], facts["token_endpoint"], facts["issuer"]]
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise InputRefused.of("oidc_unreachable") from error
    if addresses[2] != address or any(urlsplit(one).scheme not in {"https", "http"} for one in addresses):
        raise _refuse("issuer")
    issuer = Issuer(facts, keys)
    _kept.issuers[address] = (time.monotonic(), issuer)
    return issuer


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a single sign-on was not accepted, in either language."""

    code: str

    def text(self, language: str) -> str:
        return _REASONS[self.code][0 if language == "zh" else 1]


_REASONS = {
    "state": ("登录请求已过期，或不是从这里发起", "it ran out or did not begin here"),
    "denied": ("对方没有同意登录", "the issuer did not agree"),
    "issuer": ("签发方与设置不符", "the issuer is not the one of the settings"),
    "code": ("对方不接受授权码", "the issuer did not take the code"),
    "token": ("身份令牌无效", "the ID token does not hold"),
    "claim": ("身份令牌中没有用户名", "the ID token holds no user name"),
    "member": ("系统管理员尚未授予任何角色", "no administrator gave this user a role"),
    "account": ("该用户名已有本地账号、已停用或属他人", "the name is local, disabled or another's"),
}  # fmt: skip


def _refuse(code: str) -> InputRefused:
    return cast("InputRefused", InputRefused.of("oidc_refused", reason=_Reason(code)))
