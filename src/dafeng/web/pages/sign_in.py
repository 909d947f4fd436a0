"""Signing in and out, with a password or by single sign-on."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse

from dafeng.app.portal_accounts import sign_in
from dafeng.app.portal_oidc import finish_single_sign_on, is_single_sign_on, start_single_sign_on
from dafeng.app.portal_sessions import end_session, open_session
from dafeng.doors.audit_trail import add_detail, record_act
from dafeng.doors.identification import clear_session, cookie_name, set_session
from dafeng.errors import InputRefused
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage, everybody

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.errors import Finding
    from dafeng.web.page import Asking

FORM_COOKIE = "dafeng_form"
"""Proof that the form of the sign-in was loaded by the same browser that sends it."""
OIDC_COOKIE = "dafeng_oidc"
"""What a single sign-on that began must bring back."""
OIDC_WAIT_S = 600
"""How long it may take there. [s]"""
OIDC_RETURN = "/sign-in/oidc/return"


def show(asking: Asking, findings: tuple[Finding, ...] = (), name: str = "", status: int = 200) -> Body:
    """Draw the form."""
    proof = secrets.token_urlsafe(24)
    flags = "; Secure" if asking.request.url.scheme == "https" else ""
    cookie = f"{FORM_COOKIE}={proof}; Path=/sign-in; HttpOnly; SameSite=Strict{flags}"
    html = draw(
        "sign_in.html", findings=findings, name=name, proof=proof, csrf=asking.visitor.csrf,
        back=_back(asking), single=is_single_sign_on(asking.portal), label=asking.portal.settings.oidc_label,
        signed_in=asking.visitor.actor if asking.visitor.signed_in else "",
    )  # fmt: skip
    return Body(html, status=status, headers={"Set-Cookie": cookie, "Cache-Control": "no-store"})


def enter(asking: Asking) -> Body | Response:
    """Check name and password, and open a session in the place of the one before."""
    name = str(asking.form.get("name", "")).strip()[:64]
    try:
        _require_own_form(asking)
        account = sign_in(asking.portal, name, str(asking.form.get("password", "")))
        asking.portal.book_of(account.actor)  # a user without a role today cannot come in
    except InputRefused as error:
        _record_refusal(asking, name, error)
        return show(asking, error.findings, name, 401)
    return _let_in(asking, account.actor, "/account/password" if account.must_change else _back(asking))


def leave(asking: Asking) -> Response:
    """End the session."""
    if asking.visitor.session:
        end_session(asking.portal, asking.visitor.actor, asking.visitor.session)
        record_act(asking.portal, asking.request, "sign_out", "done", asking.visitor.actor)
    answer = RedirectResponse("/", 303)
    clear_session(answer, asking.request)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def go_to_issuer(asking: Asking) -> Response:
    """Send the browser to the issuer of single sign-on."""
    begun = start_single_sign_on(asking.portal, _return_address(asking))
    answer = RedirectResponse(begun.url, 303)
    answer.set_cookie(
        OIDC_COOKIE, begun.kept, max_age=OIDC_WAIT_S, path="/sign-in", httponly=True, samesite="lax",
        secure=asking.request.url.scheme == "https",
    )  # fmt: skip
    return answer


def come_back(asking: Asking) -> Body | Response:
    """Check what the issuer says, and open a session."""
    request = asking.request
    try:
        actor = finish_single_sign_on(
            asking.portal, request.cookies.get(OIDC_COOKIE, ""), dict(request.query_params),
            _return_address(asking),
        )  # fmt: skip
        asking.portal.book_of(actor)
    except InputRefused as error:
        _record_refusal(asking, "", error)
        return show(asking, error.findings, status=401)
    answer = _let_in(asking, actor, "/")
    answer.delete_cookie(OIDC_COOKIE, path="/sign-in")
    return answer


def _let_in(asking: Asking, actor: str, where: str) -> Response:
    request, portal = asking.request, asking.portal
    before = request.cookies.get(cookie_name(request), "")
    opened = open_session(portal, actor, request.client.host if request.client else None, before)
    record_act(portal, request, "sign_in", "done", actor)
    answer = RedirectResponse(where, 303)
    set_session(answer, request, opened.value, portal.settings.session_hours)
    return answer


def _record_refusal(asking: Asking, name: str, error: InputRefused) -> None:
    add_detail(asking.request, code=error.findings[0].code)
    record_act(asking.portal, asking.request, "sign_in", "refused", name)


def _require_own_form(asking: Asking) -> None:
    given, kept = str(asking.form.get("proof", "")), asking.request.cookies.get(FORM_COOKIE, "")
    if not kept or not hmac.compare_digest(given.encode(), kept.encode()):
        raise InputRefused.of("csrf_refused")


def _back(asking: Asking) -> str:
    """Return where to go after the sign-in: only ever an address of our own."""
    back = str(asking.form.get("next") or asking.request.query_params.get("next") or "/")
    own = back.startswith("/") and not back.startswith(("//", "/\\", "/sign-"))
    return back if own and back.isprintable() and "\\" not in back else "/"


def _return_address(asking: Asking) -> str:
    return str(asking.request.base_url).rstrip("/") + OIDC_RETURN


PAGE = WebPage(
    "sign_in", "/sign-in", "登录", "Sign in", "system", 90, show, everybody,
    routes=(
        Route("/sign-in", enter, ("POST",), max_bytes=10_000),
        Route("/sign-out", leave, ("POST",), max_bytes=10_000),
        Route("/sign-in/oidc", go_to_issuer),
        Route(OIDC_RETURN, come_back),
    ),
    styles=("identity.css",), listed=False,
)  # fmt: skip
