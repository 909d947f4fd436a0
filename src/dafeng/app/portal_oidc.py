"""Single sign-on by OpenID Connect: code flow with PKCE, state and nonce; the ID token is checked here.

The issuer's description and keys are read from its address in the settings and kept for some minutes. The
user's name is a claim of the token; it signs in only if an administrator made it a member and no local
account bears the name, and from then on only the same subject of the same issuer does.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from dafeng.app.portal_accounts import make_account
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
    from authlib.common.security import generate_token  # noqa: PLC0415 - loads a library

    issuer = _find_issuer(portal)
    nonce, verifier = generate_token(32), generate_token(64)
    with _client(portal, return_to) as client:
        url, state = client.create_authorization_url(
            str(issuer.facts["authorization_endpoint"]), code_verifier=verifier, nonce=nonce
        )
    return Begun(url, json.dumps([state, nonce, verifier]).replace('"', "'").replace(" ", ""))


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
    try:
        state, nonce, verifier = map(str, json.loads(kept.replace("'", '"')))
    except ValueError as error:
        raise _refuse("state") from error
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
    """Return the ID token for a code."""
    import httpx  # noqa: PLC0415 - loads a library
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - loads a library

    try:
        with _client(portal, return_to) as client:
            token = client.fetch_token(
                str(issuer.facts["token_endpoint"]), grant_type="authorization_code", code=code,
                code_verifier=verifier,
            )  # fmt: skip
    except AuthlibBaseError as error:
        raise _refuse("code") from error
    except (httpx.HTTPError, ValueError) as error:
        raise InputRefused.of("oidc_unreachable") from error
    found = token.get("id_token")
    if not isinstance(found, str):
        raise _refuse("token")
    return found


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
            except InputRefused as error:
                raise _refuse("member") from error
            make_account(portal, named, named, "oidc")
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


def _client(portal: Portal, return_to: str) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415 - loads a library

    secret = os.environ.get(SECRET_VARIABLE)
    more = {} if _kept.transport is None else {"transport": _kept.transport}
    return OAuth2Client(
        client_id=portal.settings.oidc_client_id, client_secret=secret, scope=SCOPE, redirect_uri=return_to,
        code_challenge_method="S256", timeout=WAIT_S,
        token_endpoint_auth_method="client_secret_basic" if secret else "none", **more,
    )  # fmt: skip


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
