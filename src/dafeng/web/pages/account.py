"""One's own account: password, sessions, keys of programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse

from dafeng.app.portal_accounts import change_password, find_own_account
from dafeng.app.portal_sessions import end_other_sessions, end_session, list_sessions
from dafeng.app.portal_tokens import MOST_DAYS, SCOPES, TokenWish, list_tokens, make_token, revoke_token
from dafeng.doors.audit_trail import add_detail
from dafeng.errors import InputRefused
from dafeng.report.words import term
from dafeng.web.drawing import draw
from dafeng.web.page import Body, Route, WebPage, signed_in

if TYPE_CHECKING:
    from fastapi import Response

    from dafeng.app.portal_tokens import NewToken
    from dafeng.errors import Finding
    from dafeng.web.page import Asking

HOME = ("/account", "我的账号", "My account")
USUAL_DAYS = 90
"""Life of a key that the form offers. [d]"""


def show(asking: Asking, findings: tuple[Finding, ...] = (), made: NewToken | None = None) -> Body:
    """Draw account, sessions and keys."""
    html = draw(
        "account.html", asking=asking, findings=findings, made=made, scopes=SCOPES, most_days=MOST_DAYS,
        usual_days=USUAL_DAYS, account=find_own_account(asking.portal, asking.book),
        roles=[term("access_role", role) for role in sorted(asking.book.roles)],
        sessions=list_sessions(asking.portal, asking.book), tokens=list_tokens(asking.portal, asking.book),
        now=asking.portal.now(),
    )  # fmt: skip
    return Body(html, status=422 if findings else 200, headers={"Cache-Control": "no-store"})


def end_some_session(asking: Asking) -> Response:
    """End one session, or all but this one."""
    if "others" in asking.form:
        end_other_sessions(asking.portal, asking.visitor.actor, asking.visitor.session)
    else:
        end_session(asking.portal, asking.visitor.actor, str(asking.form.get("session", "")))
    return RedirectResponse("/account#sessions", 303)


def add_token(asking: Asking) -> Body:
    """Make a key, and show it this once."""
    days = str(asking.form.get("days", ""))
    wish = TokenWish(
        str(asking.form.get("name", "")), [str(one) for one in asking.form.getlist("scope")],
        int(days) if days.isdecimal() and len(days) < 5 else 0,
    )  # fmt: skip
    try:
        made = make_token(asking.portal, asking.book, wish)
    except InputRefused as error:
        return show(asking, error.findings)
    add_detail(asking.request, token=made.token.token_id, scopes=made.token.scopes)
    return show(asking, made=made)


def take_token_back(asking: Asking) -> Response:
    """Take back a key."""
    token_id = str(asking.form.get("token", ""))
    revoke_token(asking.portal, asking.book, token_id)
    add_detail(asking.request, token=token_id)
    return RedirectResponse("/account#tokens", 303)


def show_password(asking: Asking, findings: tuple[Finding, ...] = ()) -> Body:
    """Draw the form that changes the password."""
    html = draw(
        "account_password.html", asking=asking, findings=findings,
        least=asking.portal.settings.password_length,
    )  # fmt: skip
    return Body(
        html, title=("修改口令", "Change the password"), status=422 if findings else 200, crumbs=(HOME,),
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def set_password(asking: Asking) -> Body | Response:
    """Change the password; every other session ends."""
    old, new, again = (str(asking.form.get(name, "")) for name in ("old", "new", "again"))
    actor = asking.visitor.actor
    try:
        if new != again:
            raise InputRefused.of("password_unequal")
        change_password(asking.portal, actor, old, new)
    except InputRefused as error:
        return show_password(asking, error.findings)
    end_other_sessions(asking.portal, actor, asking.visitor.session)
    return RedirectResponse("/account", 303)


PAGE = WebPage(
    "account", "/account", "我的账号", "My account", "system", 80, show, signed_in,
    routes=(
        Route("/account/sessions/end", end_some_session, ("POST",), max_bytes=10_000),
        Route("/account/tokens", add_token, ("POST",), max_bytes=10_000),
        Route("/account/tokens/revoke", take_token_back, ("POST",), max_bytes=10_000),
        Route("/account/password", show_password),
        Route("/account/password", set_password, ("POST",), max_bytes=10_000),
    ),
    styles=("identity.css",), listed=False,
)  # fmt: skip
