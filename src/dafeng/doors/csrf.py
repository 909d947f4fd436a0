"""Requests that change something come from our own pages: their origin and the proof in the form say so.

A key of a program is sent by the program itself, never by a browser of its own accord: it needs no proof.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from dafeng.doors.identification import API
from dafeng.doors.visitor import SAFE_METHODS, visitor_of
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

FIELD = "csrf"
"""Hidden field of every form."""
HEADER = "x-csrf-token"
"""Header of requests that scripts of our pages send."""


class OwnOrigin:
    """An ASGI application around another one: refuses what another site makes a browser send.

    Parameters
    ----------
    application : ASGI application
        What answers.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on.

        Raises
        ------
        InputRefused
            ``origin_refused``: it comes from another site; ``csrf_refused``: a session asks the API to change
            something without the proof in the header, or the header is wrong.
        """
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            visitor = scope["state"]["visitor"]
            headers = Headers(scope=scope)
            if visitor.kind != "token" and not _is_own(headers):
                raise InputRefused.of("origin_refused")
            given = headers.get(HEADER)
            if visitor.kind == "session" and (given is not None or scope["path"].startswith(API)):
                _require(given or "", visitor.csrf)
                scope["state"]["csrf_proved"] = True
        await self._application(scope, receive, send)


def require_form_proof(request: Request, form: Mapping[str, Any]) -> None:
    """Refuse the form of a session without its proof; the header may have brought it already.

    Raises
    ------
    InputRefused
        ``csrf_refused``.
    """
    visitor = visitor_of(request)
    if visitor.kind == "session" and not request.scope["state"].get("csrf_proved"):
        given = form.get(FIELD, "")
        _require(given if isinstance(given, str) else "", visitor.csrf)


def _require(given: str, wanted: str) -> None:
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise InputRefused.of("csrf_refused")


def _is_own(headers: Headers) -> bool:
    """Return whether a request comes from our own page, or from no page at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
