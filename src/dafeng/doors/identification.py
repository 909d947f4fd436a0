"""Who asks: by the cookie of a session, by the key of a program, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse

from dafeng.access.relation import PUBLIC
from dafeng.app.portal_sessions import find_session
from dafeng.app.portal_tokens import find_token
from dafeng.doors.lanes import run_reading
from dafeng.doors.visitor import SAFE_METHODS, Visitor
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from dafeng.app.portal import Portal

COOKIE = "dafeng_session"
SECURE_COOKIE = "__Host-dafeng_session"
"""Name over https: browsers take it only from this very host, over https, for all paths."""
API = "/api/"
ASSETS = "/assets/"
PASSWORD_PAGE = "/account/password"  # noqa: S105 - an address
OPEN_PATHS = (PASSWORD_PAGE, "/sign-out", "/language/")
"""What is open to one who must change the password first."""
BEARER = "bearer "


def make_identification(portal: Portal) -> Callable[[Request], Visitor]:
    """Return what tells who sends a request, for the whole application."""

    def identify(request: Request) -> Visitor:
        """Return who asks.

        Raises
        ------
        InputRefused
            ``token_refused``; a session that does not count is no error, its user is public.
        """
        written = request.headers.get("authorization", "")
        if written and request.url.path.startswith(API):
            return _by_token(portal, written)
        value = request.cookies.get(cookie_name(request))
        return (_by_session(portal, value) if value else None) or Visitor(portal.book_of(PUBLIC))

    return identify


def _by_token(portal: Portal, written: str) -> Visitor:
    if not written.lower().startswith(BEARER):
        raise InputRefused.of("token_refused")
    token = find_token(portal, written[len(BEARER) :].strip())
    try:
        book = portal.book_of(token.actor)
    except InputRefused as error:  # his last role ended
        raise InputRefused.of("token_refused") from error
    return Visitor(book, "token", scopes=frozenset(token.scopes.split(";")))


def _by_session(portal: Portal, value: str) -> Visitor | None:
    found = find_session(portal, value)
    if found is None:
        return None
    try:
        book = portal.book_of(found.session.actor)
    except InputRefused as error:
        if error.findings[0].code != "access_not_a_member":
            raise
        return None  # his last role ended
    return Visitor(
        book, "session", csrf=found.session.csrf, session=found.session.digest, must_change=found.must_change
    )


class Identification:
    """An ASGI application around another one: puts the visitor of a request where handlers find him.

    Parameters
    ----------
    application : ASGI application
        What answers.
    portal : Portal
        Open portal.
    identify : callable, optional
        Who asks; default: by session or key.
    """

    def __init__(
        self, application: ASGIApp, portal: Portal, identify: Callable[[Request], Visitor] | None = None
    ) -> None:
        self._application, self._portal = application, portal
        self._identify = identify or make_identification(portal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Identify the visitor and pass the request on.

        Raises
        ------
        InputRefused
            ``token_refused``, ``account_password_must_change``.
        """
        if scope["type"] == "http":
            request = Request(scope)
            if scope["path"].startswith(ASSETS):
                visitor = await run_reading(lambda: Visitor(self._portal.book_of(PUBLIC)))
            else:
                visitor = await run_reading(self._identify, request)
            scope.setdefault("state", {})["visitor"] = visitor
            if visitor.must_change and not scope["path"].startswith((*OPEN_PATHS, ASSETS)):
                if scope["path"].startswith(API) or scope["method"] not in SAFE_METHODS:
                    raise InputRefused.of("account_password_must_change")
                await RedirectResponse(PASSWORD_PAGE, 303)(scope, receive, send)
                return
        await self._application(scope, receive, send)


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie for the scheme of a request."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def set_session(answer: Response, request: Request, value: str, hours: int) -> None:
    """Give the browser the cookie of a session; scripts cannot read it, other sites cannot post with it."""
    answer.set_cookie(
        cookie_name(request), value, max_age=hours * 3600, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def clear_session(answer: Response, request: Request) -> None:
    """Take the cookie of a session away."""
    answer.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
